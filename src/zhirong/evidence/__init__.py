"""Evidence: a log that nobody can rewrite unseen, and proofs that anyone can check offline (pure).

The format and every algorithm are described in ``docs/developers/evidence.md``.
"""
