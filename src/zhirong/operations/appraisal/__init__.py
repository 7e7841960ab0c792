"""Appraisals: the online ones, and those of an agency that is drawn, does the work and signs."""
