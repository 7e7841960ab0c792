"""Web pages: a thin layer for each desk over the same operations and lists."""
