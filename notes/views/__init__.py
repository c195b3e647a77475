"""The pages: a view parses, calls one service or QuerySet, and renders."""
