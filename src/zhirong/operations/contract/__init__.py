"""Contracts from draft to signature, their conditions, and the registration of the pledge."""
