"""Double-entry books: kept, never edited, recomputed at will. Takes the entries that the chain emits."""
