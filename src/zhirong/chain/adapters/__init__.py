"""Formats of the files that people bring, as data: which heading means what, which words are used, which traps are set."""
