"""The business, link by link in its order. Pure: no files, no clock, no database, no global state."""
