"""Looks for what makes a README show other than meant, and offers repairs."""
