"""Pages: one thin front for each desk over the same verbs and lists."""
