"""A case: comparing, applying, approving."""
