"""The clock of the pages, the API and the background work: the real one, moved by whole days for training and tests.

ZHIRONG_DAYS_AHEAD: by how many days the platform's date is ahead of the actual date; if it is not 0, every page
says so.
"""

import os
from datetime import UTC, datetime, timedelta


def days_ahead() -> int:
    """Return the number of days by which the clock is ahead."""
    return int(os.environ.get("ZHIRONG_DAYS_AHEAD", "0"))


def now() -> datetime:
    """Return the current instant to the second, so that the log contains the time that the decision used."""
    return datetime.now(UTC).replace(microsecond=0) + timedelta(days=days_ahead())
