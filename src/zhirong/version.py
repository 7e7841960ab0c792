"""The version of the package, to be read without importing the rest of it."""

__version__ = "0.2.0"
