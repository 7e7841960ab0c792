"""For who writes programs: what the API can do, and the ways in."""
