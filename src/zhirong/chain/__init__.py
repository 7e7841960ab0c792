"""The business logic, one package per link of the chain. Pure: no files, no clock, no database, no global state."""
