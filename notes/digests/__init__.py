"""The weekly digest: when, what, how it looks, how it is sent."""
