"""From default to the closed file: the states of cases, claims, recourse, disposals, disputes and write-offs."""
