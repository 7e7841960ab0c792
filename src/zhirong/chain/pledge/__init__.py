"""Pledging a right: the filing, and every ground on which the office refuses to register it."""
