"""Appraisal agencies: their pool, their work, their reports."""
