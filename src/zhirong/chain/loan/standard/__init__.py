"""Contracts of the ACTUS standard: their events, payoffs and states, in binary floats and without rounding."""
