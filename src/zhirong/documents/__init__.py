"""Documents for others: PDF, Excel, Word. This package uses no database and reads no user files."""
