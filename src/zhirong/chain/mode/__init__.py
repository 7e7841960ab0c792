"""Financing modes: who lends, who bears which loss, who pays and earns what; read from files, never named in code.

``reader`` turns a file's text into a ``Mode`` and checks it (the files are found by ``zhirong.mode_files``);
``eligibility``, ``charges`` and ``allocation`` are the rules; ``arrays`` is ``allocate`` for a million losses.
"""
