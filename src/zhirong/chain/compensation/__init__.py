"""Claims on the parties that share a loss, and the bookkeeping of every fen from the first payment until the case
is closed.
"""
