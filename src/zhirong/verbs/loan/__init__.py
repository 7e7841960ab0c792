"""A loan in servicing: statements, payments, the end of a day, its books and its end."""
