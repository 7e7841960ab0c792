"""Ctrl-C reaches every process of a terminal. Only the one that the user started acts on it; it ends the others."""

import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def interrupts_held() -> Iterator[None]:
    """Processes started meanwhile never receive SIGINT: the mask of this thread is theirs from their first
    instruction. A handler set by the child itself comes too late, because it can be interrupted while it imports.

    An interruption that arrives meanwhile reaches this process at the end, so that no process is started and then
    forgotten. The mask alone does not hold it: a thread of a numerical library may receive it, and Python then
    raises KeyboardInterrupt in the main thread all the same.
    """
    came: list[int] = []
    in_main = threading.current_thread() is threading.main_thread()
    mask = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    handler = signal.signal(signal.SIGINT, lambda number, _: came.append(number)) if in_main else None
    try:
        yield
    finally:
        if in_main:
            signal.signal(signal.SIGINT, handler or signal.SIG_DFL)
        signal.pthread_sigmask(signal.SIG_SETMASK, mask)
        if came:
            signal.raise_signal(signal.SIGINT)
