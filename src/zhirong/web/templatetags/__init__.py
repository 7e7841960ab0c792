"""Template tags for words and numbers."""
