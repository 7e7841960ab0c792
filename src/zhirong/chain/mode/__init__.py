"""Financing modes: which parties lend, how they share losses, and what they pay and earn. Modes are read from
files; no code refers to a particular mode.

``reader`` turns a file's text into a checked ``Mode`` (``zhirong.mode_files`` finds the files). ``eligibility``,
``charges`` and ``allocation`` hold the rules; ``arrays`` does the same as ``allocation`` for millions of losses.
"""
