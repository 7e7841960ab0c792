"""The clock, as the pages call it."""

from zhirong.operations.clock import days_ahead, now

__all__ = ["days_ahead", "now"]
