"""Charts: one definition each, drawn on a page (interactive) and on paper (SVG, PNG)."""
