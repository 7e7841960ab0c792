"""A financing case from the firm's draft to the discharged pledge: its states, transitions, conditions and time
limits.
"""
