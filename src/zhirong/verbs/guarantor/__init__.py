"""The guarantor's requests, decisions and limits."""
