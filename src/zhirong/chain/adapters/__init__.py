"""Formats of users' files, as data: the meaning of headings and words, and known traps."""
