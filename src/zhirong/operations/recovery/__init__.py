"""From default to the closed file: cases, claims on payers, recourse, disposal, alarms."""
