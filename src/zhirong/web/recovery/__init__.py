"""The desks of recovery: default cases, claims on payers, recourse."""
