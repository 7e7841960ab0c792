"""``zhirong serve``: pages, API and background work without further installation or set-up."""

import argparse
import os
import signal
import socket
from pathlib import Path
from typing import Any

from zhirong.cli.database import usable_database
from zhirong.cli.processes import Background, when_parent_ends
from zhirong.kernel.errors import InputError, Problem
from zhirong.kernel.text import Text

_ORIGIN = "register.local"
_HEAD_SECONDS = 10  # for the head of a request, and between two requests on one connection
_CONNECTIONS = 4096  # of each process
_MOST_PORT = 65535
_WRITER_SECONDS = 5.0  # the wait for other writers before a request is asked to try again


def configure(parser: argparse.ArgumentParser) -> None:
    """Add the options: address and number of processes."""
    parser.add_argument("--host", default="127.0.0.1", help="监听地址 / address to listen at")
    parser.add_argument("--port", type=_port, default=8000, help="端口 / port")
    parser.add_argument("--workers", type=int, default=2, help="进程数 / processes that answer")
    parser.add_argument("--data", default="", help="数据文件夹 / data folder (ZHIRONG_DATA)")
    parser.add_argument(
        "--origin", default=_ORIGIN, help="首次启动时登记簿日志的名称 / name of a new register's log"
    )
    parser.add_argument(
        "--no-worker",
        action="store_true",
        help="不启动后台任务进程（另行运行 zhirong worker）/ no background process (run zhirong worker separately)",
    )


def _port(written: str) -> int:
    """Read a port number."""
    if not (written.isascii() and written.isdigit()) or int(written) > _MOST_PORT:
        raise argparse.ArgumentTypeError(f"0–{_MOST_PORT}")
    return int(written)


def run(options: argparse.Namespace) -> int:
    """Return 0 after being asked to stop."""
    if options.data:
        os.environ["ZHIRONG_DATA"] = options.data
    _demand_free(options.host, options.port)
    from zhirong.store.setup import ready

    ready("zhirong.web.settings")
    from django.db import connections

    from zhirong.store.settings import DATA

    with usable_database(DATA):
        make_ready(DATA, options.origin)
    _load_pages()
    connections.close_all()  # the answering processes are forked: they may not share a connection
    background = None if options.no_worker else Background()
    shown = (
        f"http://{'localhost' if options.host in ('127.0.0.1', '0.0.0.0', '::') else options.host}:{options.port}/"  # noqa: S104
    )
    print(f"知融：{shown}" if options.lang == "zh" else f"Zhirong: {shown}", flush=True)
    try:
        _serve(options.host, options.port, options.workers)
    finally:
        if background is not None:
            background.end()
    return 0


def make_ready(folder: Path, origin: str, *, seals: bool = True) -> None:
    """Prepare the data folder: create missing tables, a missing register and its key, record a new version of the
    rules, encrypt old secrets, seal accounts, and close the folder to other users. Can be called repeatedly. seals:
    whether to seal accounts now; a training region does so when it is created. Raises InputError if another version
    made the tables.
    """
    from zhirong.operations.clock import now
    from zhirong.operations.platform.rulebook_history import note_rules
    from zhirong.operations.platform.seals import begin_seals
    from zhirong.operations.pledge.foundation import found_register
    from zhirong.store.models import LogHead
    from zhirong.store.setup import demand_schema, make_private, migrate
    from zhirong.web.second_step import encrypt_old_secrets

    folder.mkdir(parents=True, exist_ok=True)
    state = demand_schema()
    if state.pending or not state.is_platform:
        migrate()
    if not LogHead.objects.exists():
        found_register(folder, origin)
    note_rules(now())
    encrypt_old_secrets()
    if seals:
        begin_seals()
    make_private(folder)


def _load_pages() -> None:
    """Load everything once before forking the answering processes, so that they start at once and share the memory."""
    from django.urls import get_resolver

    import zhirong.web.wsgi  # noqa: F401 - the application itself

    get_resolver().url_patterns  # noqa: B018 - reading it loads every page


def _serve(host: str, port: int, workers: int) -> None:
    from granian import Granian
    from granian.constants import HTTPModes, Interfaces
    from granian.http import HTTP1Settings
    from granian.log import LogLevels

    server = Granian(
        "zhirong.web.front:Front",
        address=host,
        port=port,
        interface=Interfaces.ASGINL,
        workers=workers,
        http=HTTPModes.http1,
        http1_settings=HTTP1Settings(header_read_timeout=1000 * _HEAD_SECONDS),
        backpressure=_CONNECTIONS,
        websockets=False,
        log_level=LogLevels.warning,
        respawn_failed_workers=True,
    )
    parent = os.getpid()

    def load() -> Any:
        """Return the application in an answering process, which ends if its parent is killed, because it could not
        be stopped otherwise.
        """
        from zhirong.store.waiting import wait_at_most
        from zhirong.web.front import Front
        from zhirong.web.sign_up import address_behind
        from zhirong.web.wsgi import application

        wait_at_most(_WRITER_SECONDS)
        when_parent_ends(parent, lambda: os.kill(os.getpid(), signal.SIGTERM))
        return Front(application, address_behind)

    server.serve(target_loader=load, wrap_loader=False)


def _demand_free(host: str, port: int) -> None:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family, socket.SOCK_STREAM) as tried:
        tried.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            tried.bind((host, port))
        except OSError as error:
            raise InputError(
                [
                    Problem(
                        "--port",
                        f"{host}:{port}",
                        Text(f"不能监听：{error.strerror}", f"cannot listen at this address: {error.strerror}"),
                        Text(
                            "请更换端口，或停止占用该端口的程序",
                            "choose another port, or stop the program that uses it",
                        ),
                        "port",
                    )
                ]
            ) from error
