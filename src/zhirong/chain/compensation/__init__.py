"""Claims on the parties that share a loss, and the accounts of every fen from the first payment to the closed case."""
