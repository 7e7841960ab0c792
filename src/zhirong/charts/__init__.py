"""Charts: one definition each, drawn on a page (interactive) and in documents (SVG, PNG)."""
