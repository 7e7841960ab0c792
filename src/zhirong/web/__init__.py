"""Pages: one thin front for each desk over the same operations and lists."""
