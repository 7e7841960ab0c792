"""Loans: due days and cycles, schedules to the fen, the cost of money as an internal rate, and contracts of the
standard.
"""
