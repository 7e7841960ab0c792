"""A case of financing from the firm's draft to the discharged pledge: its states, moves, conditions and time limits."""
