"""Indicators of a right's quality: scores that rank and screen, and never become a value."""
