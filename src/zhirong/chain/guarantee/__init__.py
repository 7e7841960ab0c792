"""The guarantee of a loan: the request to a guarantor, and its outcome."""
