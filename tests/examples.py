"""How many examples a property is tried on."""

import os

_TIMES = 5 if os.environ.get("ZHIRONG_SEARCH") else 1


def examples(few: int) -> int:
    """So many in each run, five times as many new ones in the long run."""
    return few * _TIMES
