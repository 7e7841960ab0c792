"""Shared by all steps of a case: its tables, its transitions, its issued documents."""
