"""The watch over pledged rights and loans: what has changed, what it does, and what is to be done by when."""
