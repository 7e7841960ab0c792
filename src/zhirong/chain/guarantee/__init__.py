"""The guarantee of a loan: what a guarantor is asked, and what becomes of it."""
