"""Claims on those who share a loss, and what happens to every fen from the first payment to the closed case."""
