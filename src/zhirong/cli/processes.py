"""The processes of ``zhirong serve``: none outlives the one that started it, and the background process is
restarted.
"""

import logging
import os
import subprocess
import sys
import threading
import time
from collections.abc import Callable

from zhirong.kernel.interrupts import interrupts_held

_LOOK_SECONDS = 1.0
_END_SECONDS = 15.0
_LONGEST_PAUSE = 60.0
_log = logging.getLogger(__name__)


def when_parent_ends(parent: int, then: Callable[[], None]) -> None:
    """Call ``then`` once ``parent`` is no longer this process's parent, regardless of how it ended."""

    def wait() -> None:
        while os.getppid() == parent:
            time.sleep(_LOOK_SECONDS)
        then()

    threading.Thread(target=wait, daemon=True).start()


class Background:
    """The background process. If it ends unexpectedly (out of memory, an error), it is restarted after growing
    pauses and continues its work.
    """

    def __init__(self) -> None:
        self._stop = threading.Event()
        self._process = self._start()
        self._watch = threading.Thread(target=self._keep, daemon=True)
        self._watch.start()

    def end(self) -> None:
        """Ask it to end; its current work is finished, or continued at the next start."""
        self._stop.set()
        self._process.terminate()
        self._watch.join(_END_SECONDS)
        if self._watch.is_alive():
            self._process.kill()
            self._watch.join()

    def _keep(self) -> None:
        pause = _LOOK_SECONDS
        while True:
            began = time.monotonic()
            code = self._process.wait()
            if self._stop.is_set():
                return
            pause = _LOOK_SECONDS if time.monotonic() - began > _LONGEST_PAUSE else min(2 * pause, _LONGEST_PAUSE)
            _log.error("the background process ended unexpectedly (%d); it is restarted in %.0f s", code, pause)
            if self._stop.wait(pause):
                return
            self._process = self._start()
            if self._stop.is_set():  # asked to end during its start
                self._process.terminate()

    @staticmethod
    def _start() -> "subprocess.Popen[bytes]":
        command = [sys.executable, "-m", "zhirong.cli.main", "worker", "--with-parent", str(os.getpid())]
        with interrupts_held():
            return subprocess.Popen(command)  # noqa: S603 - our own program
