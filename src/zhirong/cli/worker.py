"""``zhirong worker``: the background worker as a separate process."""

import argparse
import os
import signal
import threading
from types import FrameType

from zhirong.cli.database import usable_database
from zhirong.cli.processes import when_parent_ends


def configure(parser: argparse.ArgumentParser) -> None:
    """Add the options: the data folder, and whether the worker ends with its parent process."""
    parser.add_argument("--data", default="", help="数据文件夹 / data folder (ZHIRONG_DATA)")
    parser.add_argument(
        "--with-parent",
        type=int,
        default=0,
        metavar="PID",
        help="随启动它的进程结束 / end with the process that started it (zhirong serve starts it so)",
    )


def run(options: argparse.Namespace) -> int:
    """Return 0 after being asked to stop (SIGTERM, SIGINT, or the end of its parent)."""
    if options.data:
        os.environ["ZHIRONG_DATA"] = options.data
    from zhirong.store.setup import ready

    ready("zhirong.web.settings")
    from zhirong.operations.worker import work
    from zhirong.store.settings import DATA
    from zhirong.store.setup import demand_schema

    with usable_database(DATA):
        demand_schema()
    stop = threading.Event()

    def asked(number: int, frame: FrameType | None) -> None:
        stop.set()

    signal.signal(signal.SIGTERM, asked)
    signal.signal(signal.SIGINT, asked)
    if options.with_parent:
        when_parent_ends(options.with_parent, stop.set)
    work(stop)
    return 0
