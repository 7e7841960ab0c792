"""Imports of long files."""
