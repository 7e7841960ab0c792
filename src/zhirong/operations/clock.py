"""The clock of the pages, the API and the background work: the real one, moved by whole days for training and tests.

ZHIRONG_DAYS_AHEAD: how many days the platform believes it is later than it is; every page says so where it is not 0.
"""

import os
from datetime import UTC, datetime, timedelta


def days_ahead() -> int:
    """By how many days the clock is moved."""
    return int(os.environ.get("ZHIRONG_DAYS_AHEAD", "0"))


def now() -> datetime:
    """The present instant, to the second: what the log keeps is what was decided by."""
    return datetime.now(UTC).replace(microsecond=0) + timedelta(days=days_ahead())
