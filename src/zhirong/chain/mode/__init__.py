"""Financing modes: who lends, who bears which loss, who pays and earns what. Modes are read from files; no code
names one.

``reader`` turns a file's text into a checked ``Mode`` (``zhirong.mode_files`` finds the files). ``eligibility``,
``charges`` and ``allocation`` hold the rules; ``arrays`` does what ``allocation`` does for a million losses.
"""
