"""The pages, asked through Django's test client."""
