"""The front of the server: it reads a complete request before a thread handles it, and has separate threads for
readers and writers.

A thread never waits for a slow client. The event loop reads the body of a request, within limits of time, size and
number, and writes the answer. Requests that only read have threads that no writer can use. ``Front`` is an ASGI
application (HTTP only, no lifespan); the pages and the API behind it are an ordinary WSGI application.
"""

import asyncio
import io
import logging
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Awaitable, Callable, Iterable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import IO, Any

from zhirong.api.problems import MEDIA_TYPE, details_of, title_of
from zhirong.kernel.full_disk import full_disk, is_full_disk
from zhirong.kernel.text import Text

MOST_BODY = 25 * 1024 * 1024  # bytes per body: a file of 20 MB with its form
READING_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})
_IN_MEMORY = 1024 * 1024  # bytes of a body or an answer held in memory; the rest is on disk
_PIECE = 64 * 1024
Scope = Mapping[str, Any]
Receive = Callable[[], Awaitable[Mapping[str, Any]]]
Send = Callable[[Mapping[str, Any]], Awaitable[None]]
Headers = list[tuple[bytes, bytes]]
_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Limits:
    """The limits of one process per client and in total. seconds: for the first piece of a body or an answer. rate:
    minimum bytes per second afterwards. longest: seconds for the complete transfer. waiting: requests that may wait
    for a thread. bodies: unfinished ones allowed per address and in total. held: bytes of unfinished bodies in
    total.
    """

    readers: int = 4
    writers: int = 4
    waiting: int = 256
    seconds: float = 10.0
    rate: int = 8 * 1024
    longest: float = 600.0
    bodies_of_one: int = 32
    bodies: int = 512
    held: int = 512 * 1024 * 1024


class FrontRefusedError(Exception):
    """The request is rejected. status: of the answer."""

    def __init__(self, status: int, reason: str) -> None:
        super().__init__(reason)
        self.status, self.reason = status, reason


@dataclass(slots=True)
class _Unfinished:
    """The bodies that are being read."""

    by_address: Counter[str] = field(default_factory=Counter)
    number: int = 0
    held: int = 0


@dataclass(slots=True)
class _Lane:
    """Threads of one kind, and the number of requests that wait for them or run in them."""

    threads: ThreadPoolExecutor
    inside: int = 0


class Front:
    """The front of one process. application: WSGI. address_of: returns the client's address from the forwarded
    addresses and the peer.
    """

    def __init__(
        self,
        application: Callable[..., Iterable[bytes]],
        address_of: Callable[[str, str], str],
        *,
        limits: Limits | None = None,
    ) -> None:
        self._application = application
        self._address_of = address_of
        self._limits = limits or Limits()
        self._unfinished = _Unfinished()
        self._reading = _Lane(ThreadPoolExecutor(self._limits.readers, "reader"))
        self._writing = _Lane(ThreadPoolExecutor(self._limits.writers, "writer"))

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        try:
            body = await self._body(scope, receive)
            with body:
                status, headers, content = await self._answer(scope, body)
            with content:
                await self._send(send, status, headers, content)
        except FrontRefusedError as refused:
            await _refuse(send, scope["path"], refused)

    # -- the body ---------------------------------------------------------------------------------------------------

    async def _body(self, scope: Scope, receive: Receive) -> IO[bytes]:
        """Read the complete body. Raises FrontRefusedError if it is too large or too slow, ends early, or exceeds
        the number allowed.
        """
        headers = dict(scope["headers"])
        declared = headers.get(b"content-length")
        if declared in (None, b"0") and b"transfer-encoding" not in headers:
            return io.BytesIO()
        if declared is not None and (not declared.isdigit() or int(declared) > MOST_BODY):
            raise FrontRefusedError(413, "too large")
        address = self._address_of(headers.get(b"x-forwarded-for", b"").decode("latin-1"), scope["client"][0])
        with self._place(address) as unfinished:
            return await self._read(receive, unfinished)

    @contextmanager
    def _place(self, address: str) -> Iterator[_Unfinished]:
        unfinished = self._unfinished
        if (
            unfinished.by_address[address] >= self._limits.bodies_of_one
            or unfinished.number >= self._limits.bodies
            or unfinished.held >= self._limits.held
        ):
            raise FrontRefusedError(503, "too many unfinished requests")
        unfinished.by_address[address] += 1
        unfinished.number += 1
        try:
            yield unfinished
        finally:
            unfinished.number -= 1
            unfinished.by_address[address] -= 1
            if not unfinished.by_address[address]:
                del unfinished.by_address[address]

    async def _read(self, receive: Receive, unfinished: _Unfinished) -> IO[bytes]:
        body: IO[bytes] = tempfile.SpooledTemporaryFile(_IN_MEMORY)  # noqa: SIM115 - the caller closes it
        began, size, is_whole = time.monotonic(), 0, False
        try:
            while not is_whole:
                async with asyncio.timeout(self._left(began, size)):
                    message = await receive()
                if message["type"] != "http.request":
                    raise FrontRefusedError(
                        400, "the body ends early"
                    )  # the client has disconnected, or sends no pieces
                piece, is_whole = message.get("body", b""), not message.get("more_body", False)
                size += len(piece)
                unfinished.held += len(piece)
                if size > MOST_BODY:
                    raise FrontRefusedError(413, "too large")
                if unfinished.held > self._limits.held:
                    raise FrontRefusedError(503, "too many unfinished requests")
                body.write(piece)
        except TimeoutError as error:
            body.close()
            raise FrontRefusedError(408, "too slow") from error
        except OSError as error:
            body.close()
            raise FrontRefusedError(507 if is_full_disk(error) else 503, "no room for the body") from error
        except BaseException:
            body.close()
            raise
        finally:
            unfinished.held -= size
        body.seek(0)
        return body

    def _left(self, began: float, size: int) -> float:
        """Return the seconds left for the next piece. began: of the first piece. size: bytes transferred so far."""
        allowed = min(self._limits.seconds + size / self._limits.rate, self._limits.longest)
        return began + allowed - time.monotonic()

    # -- the answer -------------------------------------------------------------------------------------------------

    async def _answer(self, scope: Scope, body: IO[bytes]) -> tuple[int, Headers, IO[bytes]]:
        lane = self._reading if scope["method"] in READING_METHODS else self._writing
        if lane.inside >= self._limits.waiting:
            raise FrontRefusedError(503, "too many requests wait")
        lane.inside += 1
        environ = _environ(scope, body)
        called = asyncio.get_running_loop().run_in_executor(lane.threads, self._call, environ)
        called.add_done_callback(lambda _: _leave(lane))
        # If the client disconnects, the thread can still read the body.
        return await asyncio.shield(called)

    def _call(self, environ: dict[str, Any]) -> tuple[int, Headers, IO[bytes]]:
        """Run the application in a thread and return its complete answer."""
        started: list[tuple[int, Headers]] = []

        def start_response(status: str, headers: list[tuple[str, str]], exc_info: Any = None) -> None:
            written = [(name.lower().encode("latin-1"), value.encode("latin-1")) for name, value in headers]
            started[:] = [(int(status[:3]), written)]

        content: IO[bytes] = tempfile.SpooledTemporaryFile(_IN_MEMORY)  # noqa: SIM115 - the caller closes it
        parts = self._application(environ, start_response)
        try:
            for part in parts:
                content.write(part)
        finally:
            close = getattr(parts, "close", None)
            if close is not None:
                close()
        content.seek(0)
        ((status, headers),) = started
        return status, headers, content

    async def _send(self, send: Send, status: int, headers: Headers, content: IO[bytes]) -> None:
        await send({"type": "http.response.start", "status": status, "headers": headers})
        piece, began, size = content.read(_PIECE), time.monotonic(), 0
        is_whole = False
        while not is_whole:
            following = content.read(_PIECE)
            is_whole = not following
            try:
                async with asyncio.timeout(self._left(began, size)):
                    await send({"type": "http.response.body", "body": piece, "more_body": not is_whole})
            except TimeoutError:
                _log.info("a client that read its answer too slowly was disconnected")
                return
            size += len(piece)
            piece = following


def _leave(lane: _Lane) -> None:
    lane.inside -= 1


async def _refuse(send: Send, path: str, refused: FrontRefusedError) -> None:
    """Send an answer of the front: in the API's format below ``/api/``, as plain text elsewhere."""
    problems = [full_disk()] if refused.status == 507 else []
    if path.startswith("/api/"):
        kind, content = MEDIA_TYPE, details_of(path, refused.status, problems)
    else:
        words = title_of(refused.status)
        if problems:
            words = Text(problems[0].as_text("zh"), problems[0].as_text("en"))
        kind, content = "text/plain; charset=utf-8", f"{words.zh} / {words.en}".encode()
    headers = [
        (b"connection", b"close"),
        (b"cache-control", b"no-store"),
        (b"content-type", kind.encode()),
        (b"content-length", str(len(content)).encode()),
    ]
    if refused.status == 503:
        headers.append((b"retry-after", b"5"))
    await send({"type": "http.response.start", "status": refused.status, "headers": headers})
    await send({"type": "http.response.body", "body": content})


def _environ(scope: Scope, body: IO[bytes]) -> dict[str, Any]:
    """Return the WSGI environment (PEP 3333) of the request."""
    host, port = scope.get("server") or ("localhost", 80)
    environ: dict[str, Any] = {
        "REQUEST_METHOD": scope["method"],
        "SCRIPT_NAME": "",
        "PATH_INFO": scope["path"].encode().decode("latin-1"),
        "QUERY_STRING": scope["query_string"].decode("latin-1"),
        "SERVER_NAME": str(host),
        "SERVER_PORT": str(port),
        "SERVER_PROTOCOL": f"HTTP/{scope['http_version']}",
        "REMOTE_ADDR": scope["client"][0],
        "wsgi.version": (1, 0),
        "wsgi.url_scheme": scope.get("scheme", "http"),
        "wsgi.input": body,
        "wsgi.errors": sys.stderr,
        "wsgi.multithread": True,
        "wsgi.multiprocess": True,
        "wsgi.run_once": False,
    }
    for name, value in scope["headers"]:
        if b"_" in name:
            continue  # it would be mistaken for the header of the same name with hyphens
        key = f"HTTP_{name.decode('latin-1').upper().replace('-', '_')}"
        joint = "; " if key == "HTTP_COOKIE" else ","
        said = value.decode("latin-1")
        environ[key] = f"{environ[key]}{joint}{said}" if key in environ else said
    for key in ("HTTP_TRANSFER_ENCODING", "HTTP_CONTENT_LENGTH"):
        environ.pop(key, None)
    if "HTTP_CONTENT_TYPE" in environ:
        environ["CONTENT_TYPE"] = environ.pop("HTTP_CONTENT_TYPE")
    environ["CONTENT_LENGTH"] = str(body.seek(0, io.SEEK_END))
    body.seek(0)
    return environ
