"""Loans: due days and cycles, schedules exact to the fen, the effective annual rate, and contracts of the ACTUS
standard.
"""
