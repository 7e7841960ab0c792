"""The clock for the pages."""

from zhirong.operations.clock import days_ahead, now

__all__ = ["days_ahead", "now"]
