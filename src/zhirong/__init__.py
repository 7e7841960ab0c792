"""Zhirong (知融): the open platform for intellectual-property finance."""

__version__ = "0.1.0"
