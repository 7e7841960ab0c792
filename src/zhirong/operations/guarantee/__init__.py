"""Requests to a guarantor, its decisions and its limits."""
