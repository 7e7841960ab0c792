"""A loan: disbursement, payments, books, watch and end."""
