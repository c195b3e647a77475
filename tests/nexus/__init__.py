"""How Nexus is wired: environment, processes, embedded broker."""
