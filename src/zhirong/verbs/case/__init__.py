"""A case from its draft to its signed and registered contracts."""
