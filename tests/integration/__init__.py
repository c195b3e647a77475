"""Real brokers, workers, web servers and databases, and the faults they meet."""
