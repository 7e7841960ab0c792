"""A guarantor's requests, decisions and limits."""
