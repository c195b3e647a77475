"""Links: found in Markdown, normalised, checked safely and judged with evidence."""
