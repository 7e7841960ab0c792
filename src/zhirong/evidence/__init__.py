"""Evidence: a tamper-evident log, and proofs that anyone can check offline (pure).

The format and every algorithm are described in ``docs/en/reference/evidence.md``.
"""
