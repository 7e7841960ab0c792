"""Contracts from draft to signature, their conditions, and the filing of the pledge."""
