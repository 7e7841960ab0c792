"""Organisations on the platform: confirmation, invitations, and the consents of firms."""
