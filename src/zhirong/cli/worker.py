"""``zhirong worker``: the background worker as a process of its own."""

import argparse
import os
import signal
import sys
import threading
from types import FrameType


def configure(parser: argparse.ArgumentParser) -> None:
    """The data folder, and whether it ends with the process that started it."""
    parser.add_argument("--data", default="", help="数据文件夹 / data folder (ZHIRONG_DATA)")
    parser.add_argument(
        "--with-parent",
        action="store_true",
        help="标准输入关闭时结束 / end when the standard input is closed (zhirong serve starts it so)",
    )


def run(options: argparse.Namespace) -> int:
    """0 when it was asked to stop (SIGTERM, SIGINT, or the end of its parent)."""
    if options.data:
        os.environ["ZHIRONG_DATA"] = options.data
    from zhirong.store.setup import ready

    ready("zhirong.web.settings")
    from zhirong.verbs.worker import work

    stop = threading.Event()

    def asked(number: int, frame: FrameType | None) -> None:
        stop.set()

    signal.signal(signal.SIGTERM, asked)
    signal.signal(signal.SIGINT, asked)
    if options.with_parent:
        threading.Thread(target=_wait_for_parent, args=(stop,), daemon=True).start()
    work(stop)
    return 0


def _wait_for_parent(stop: threading.Event) -> None:
    """The parent holds the other end of the standard input: it closes with it, however the parent ends."""
    while sys.stdin.buffer.read(1024):
        continue
    stop.set()
