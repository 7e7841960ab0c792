"""The desks of recovery: cases of default, claims on payers, recourse."""
