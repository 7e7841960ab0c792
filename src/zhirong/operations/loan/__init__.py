"""A loan: disbursement, payments, books, monitoring and end."""
