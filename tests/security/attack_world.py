"""A server in processes of its own on the loopback, and what an attacker does to it: sockets that are slow, silent or many."""

import os
import re
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from pathlib import Path
from threading import Thread
from typing import Any

import httpx

from ports import free_port

COMMAND = [sys.executable, "-m", "zhirong.cli.main"]
_START_SECONDS = 180.0
# For questions without a session: no certificates are read for each (that takes longer than the page), no connection is kept.
_PLAIN = httpx.Client(timeout=60.0, verify=False, limits=httpx.Limits(max_keepalive_connections=0))  # noqa: S501


class Server:
    """``zhirong serve`` on a folder. port: where it listens."""

    def __init__(self, folder: Path, port: int, process: "subprocess.Popen[bytes]") -> None:
        self.folder, self.port, self.process = folder, port, process
        self.address = f"http://127.0.0.1:{port}"

    def connect(self, data: bytes, *, source: str = "127.0.0.1") -> socket.socket:
        """A connection that has sent this much and no more. source: the address that it comes from, on the loopback."""
        line = socket.create_connection(("127.0.0.1", self.port), 30.0, (source, 0))
        line.sendall(data)
        return line

    def seconds(self, path: str = "/") -> float:
        """How long a page takes; it must come."""
        began = time.monotonic()
        assert _PLAIN.get(self.address + path).status_code == 200
        return time.monotonic() - began

    def quickest(self, path: str = "/", tries: int = 3) -> float:
        """How long a page takes at its quickest: on a busy machine single pages are slow for reasons of their own."""
        return min(self.seconds(path) for _ in range(tries))

    def sign_in(self, email: str, password: str, client: httpx.Client | None = None) -> httpx.Response:
        """The answer to the form of sign-in."""
        browser = client or httpx.Client(verify=False)  # noqa: S501 - loopback without TLS
        form = browser.get(f"{self.address}/accounts/login/", timeout=60.0)
        return self.send_form(browser, form, {"login": email, "password": password})

    def send_form(self, browser: httpx.Client, page: httpx.Response, fields: Mapping[str, str]) -> httpx.Response:
        """Send the form of a page back to its address."""
        found = re.search(r'name="csrfmiddlewaretoken" value="([^"]+)"', page.text)
        assert found, page.text[:500]
        data = {"csrfmiddlewaretoken": found[1], **fields}
        return browser.post(page.url, data=data, headers={"Referer": self.address}, timeout=60.0)


@contextmanager
def serving(folder: Path, *words: str, **environment: str) -> Iterator[Server]:
    """A server on the folder, with its background process; both end with the block. environment: its settings."""
    port = free_port()
    known = {
        name: value for name, value in os.environ.items() if name not in ("DJANGO_SETTINGS_MODULE", "DATABASE_URL")
    }
    arguments = ["serve", "--data", str(folder), "--port", str(port), "--workers", "1", *words]
    with (folder / "server.out").open("wb") as out:
        process = subprocess.Popen(
            [*COMMAND, *arguments], env={**known, **environment}, stdout=out, stderr=out, umask=0o022
        )
        try:
            _wait_for(port, process)
            yield Server(folder, port, process)
        finally:
            process.send_signal(signal.SIGTERM)
            try:
                process.wait(40)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()


def _wait_for(port: int, process: "subprocess.Popen[bytes]") -> None:
    end = time.monotonic() + _START_SECONDS
    while True:
        try:
            assert _PLAIN.get(f"http://127.0.0.1:{port}/").status_code == 200
        except httpx.TransportError:
            assert process.poll() is None and time.monotonic() < end
            time.sleep(0.1)
        else:
            return


@contextmanager
def listening(serve: Callable[[socket.socket], None]) -> Iterator[int]:
    """A server of one function for each connection, each in a thread; gives its port. Everything ends with the block."""
    with socket.create_server(("127.0.0.1", 0)) as server, ExitStack() as stack:
        lines: list[socket.socket] = []

        def accept() -> None:
            while True:
                try:
                    line, _ = server.accept()
                except OSError:
                    return
                lines.append(line)
                Thread(target=_served, args=(serve, line), daemon=True).start()

        Thread(target=accept, daemon=True).start()
        stack.callback(lambda: [one.close() for one in lines])
        stack.callback(lambda: server.shutdown(socket.SHUT_RDWR))
        yield int(server.getsockname()[1])


def _served(serve: Callable[[socket.socket], None], line: socket.socket) -> None:
    try:
        serve(line)
    except OSError:
        return  # the other side has gone: the end of every attack


def drip(beginning: bytes, piece: bytes, pause: float = 0.2) -> Callable[[socket.socket], None]:
    """A server that sends the beginning at once and then one piece after another without end."""

    def serve(line: socket.socket) -> None:
        line.sendall(beginning)
        for _ in range(int(60 / pause)):
            time.sleep(pause)
            line.sendall(piece)

    return serve


def silent(line: socket.socket) -> None:
    """A server that takes a connection and never says anything."""
    time.sleep(60)


def together(*calls: Callable[[], Any]) -> list[Any]:
    """The results of calls that are made at the same time."""
    found: list[Any] = [None] * len(calls)

    def call(at: int) -> None:
        found[at] = calls[at]()

    threads = [Thread(target=call, args=(at,), daemon=True) for at in range(len(calls))]
    for one in threads:
        one.start()
    for one in threads:
        one.join(120)
    return found
