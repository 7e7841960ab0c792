"""Progress of a command: one line on a terminal, nothing if the output goes to a file or another program."""

import sys
import time
from types import TracebackType

from zhirong.kernel.text import Lang, Text

_SECONDS_BETWEEN = 0.5


class RowsRead:
    """The number of rows read so far, shown on standard error when reading takes longer. Called with the count."""

    def __init__(self, lang: Lang) -> None:
        self._lang: Lang = lang
        self._is_shown = sys.stderr.isatty()
        self._last = time.monotonic()
        self._is_written = False

    def __enter__(self) -> "RowsRead":
        return self

    def __call__(self, count: int) -> None:
        """Show the count, at most twice a second."""
        if not self._is_shown or time.monotonic() - self._last < _SECONDS_BETWEEN:
            return
        self._last, self._is_written = time.monotonic(), True
        words = Text(f"已读 {count:,} 行", f"{count:,} rows read").in_(self._lang)
        print(f"\r{words}", end="", file=sys.stderr, flush=True)

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Clear the line."""
        if self._is_written:
            print("\r\x1b[K", end="", file=sys.stderr, flush=True)
