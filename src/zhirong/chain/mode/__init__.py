"""Financing modes: who lends, who bears which loss, who pays and earns what; read from files, never named in code.

``read`` turns a file into a ``Mode`` and checks it; ``files`` finds the files that come with the package;
``eligibility``, ``charges`` and ``allocate`` are the rules; ``arrays`` is ``allocate`` for a million losses.
"""
