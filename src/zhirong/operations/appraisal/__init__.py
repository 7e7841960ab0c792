"""Appraisals: online, and by an agency that is drawn, works and signs."""
