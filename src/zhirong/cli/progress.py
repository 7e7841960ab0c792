"""Progress of a command: one line on a terminal, nothing if the output goes to a file or another program."""

import sys
import time
from types import TracebackType

from zhirong.kernel.text import Lang, Text

_SECONDS_BETWEEN = 0.5


_READ = Text("已读 {count:,} 行", "{count:,} rows read")
_CHECKED = Text("已核对 {count:,} 行", "{count:,} rows checked")


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
        self._show(_READ, count)

    def checked(self, count: int) -> None:
        """Show the number of rows checked, always in the same line."""
        self._show(_CHECKED, count)

    def _show(self, words: Text, count: int) -> None:
        if not self._is_shown or time.monotonic() - self._last < _SECONDS_BETWEEN:
            return
        self._last, self._is_written = time.monotonic(), True
        print(f"\r\x1b[K{words.in_(self._lang).format(count=count)}", end="", file=sys.stderr, flush=True)

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Clear the line."""
        if self._is_written:
            print("\r\x1b[K", end="", file=sys.stderr, flush=True)
