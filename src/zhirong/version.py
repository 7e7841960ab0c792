"""The version of the package, where it can be read without importing what the package offers."""

__version__ = "0.2.0"
