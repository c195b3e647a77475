"""What happens because of the events: handlers, relay, clock."""
