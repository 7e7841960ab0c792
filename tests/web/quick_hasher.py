"""Hashing of passwords that takes no time, for a platform whose accounts are nobody's."""

from django.contrib.auth.hashers import PBKDF2PasswordHasher


class QuickHasher(PBKDF2PasswordHasher):
    """The product's hasher with few rounds."""

    iterations = 1_000
