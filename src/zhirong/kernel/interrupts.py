"""Ctrl-C reaches every process of a terminal. Only the one that the user started acts on it; it ends the others."""

import signal
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def interrupts_held() -> Iterator[None]:
    """Processes started meanwhile never receive SIGINT: the mask of this thread is theirs from their first
    instruction. A handler set by the child itself comes too late, because it can be interrupted while it imports.

    An interruption that arrives meanwhile reaches this process at the end.
    """
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)
