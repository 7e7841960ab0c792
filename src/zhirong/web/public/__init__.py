"""Pages for everyone without an account."""
