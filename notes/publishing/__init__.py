"""A hub's README on its way to a repository elsewhere, and what comes back from it."""
