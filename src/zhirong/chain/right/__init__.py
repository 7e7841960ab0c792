"""Intellectual property rights: kinds, legal life and status."""
