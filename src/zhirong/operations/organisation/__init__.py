"""Organisations, their members, profile, consents and mandates."""
