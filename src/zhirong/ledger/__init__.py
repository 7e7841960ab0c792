"""Double-entry books of the entries that the chain emits: append-only and recomputable."""
