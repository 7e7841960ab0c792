"""The guarantor's desk."""
