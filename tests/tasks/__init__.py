"""What happens because of events: the rows, without a broker."""
