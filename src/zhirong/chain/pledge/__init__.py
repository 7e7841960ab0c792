"""Pledging a right: what is filed, and every ground on which the office refuses to register it."""
