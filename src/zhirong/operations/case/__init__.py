"""A case: comparing modes, applying, approving."""
