"""Documents as they are handed on: PDF, Excel, Word. They know no database and read no files of the user's."""
