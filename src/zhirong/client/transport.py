"""Calls over HTTP: keys that make a repeat harmless, versions, refusals as errors, patience where the platform asks for it."""

import json
import secrets
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any, Generic, Literal, TypeVar

import httpx

_ROOT = "/api/v1"
# The same call may be sent again after these: nothing was done, or the key prevents a second execution.
_AGAIN = frozenset({429, 502, 503, 504})
_MOST_TRIES = 4
_LONGEST_WAIT_SECONDS = 60.0
R = TypeVar("R")
# The version of a row as it was seen; ``*`` says explicitly: whatever it is now.
Version = int | Literal["*"]


@dataclass(frozen=True, slots=True)
class FieldProblem:
    """One thing that was refused: field, value, a stable code, the reason and how to fix it, ``zh`` and ``en``."""

    field: str
    value: str
    code: str
    reason: Mapping[str, str]
    hint: Mapping[str, str]


class ApiError(Exception):
    """A refusal. status: of HTTP; kind: a stable name; problems: everything that was found wrong."""

    def __init__(self, status: int, kind: str, title: str, problems: Sequence[FieldProblem]) -> None:
        self.status = status
        self.kind = kind
        self.title = title
        self.problems = tuple(problems)
        lines = [f"{one.field}: {one.reason['en']}; {one.hint['en']}" for one in self.problems]
        super().__init__("\n".join([f"{status} {title}", *lines]))


@dataclass(frozen=True, slots=True)
class Done:
    """The result of an operation. index: of its event in the log. subject: such as ``case/12``. version: the row's
    current version.

    shown_once: a secret that cannot be read again. repeated: an earlier request with the same key had already run it.
    """

    index: int
    subject: str
    id: int
    version: int
    answer: Any
    repeated: bool
    shown_once: str


@dataclass(frozen=True, slots=True)
class BulkRow:
    """The result for one row of a bulk call. index: its place in the request, from 0. status: the HTTP status.

    done: the result if the operation ran; error: the reason if it was rejected. The other one is None.
    """

    index: int
    status: int
    done: Done | None
    error: ApiError | None


@dataclass(frozen=True, slots=True)
class Page(Generic[R]):
    """One page of a list. more: whether more rows follow. next: the cursor of the next page; None on the last one."""

    rows: Sequence[R]
    limit: int
    more: bool
    next: str | None = None

    def __iter__(self) -> Iterator[R]:
        return iter(self.rows)


class Listed(Generic[R]):
    """A list of the platform. A loop over it sees every row: it reads page after page, ``limit`` rows each, as the loop goes
    on. Rows that come or go in the meantime shift nothing.
    """

    def __init__(self, transport: "Transport", name: str, query: Mapping[str, Any]) -> None:
        self._transport, self._name, self._query = transport, name, query

    def __iter__(self) -> Iterator[R]:
        for page in self.pages():
            yield from page.rows

    def pages(self) -> Iterator[Page[R]]:
        """The rows, page by page; each page is read when it is asked for."""
        page = self.first()
        yield page
        while page.next is not None:
            page = self._transport.page(self._name, {**self._query, "after": page.next})
            yield page

    def first(self) -> Page[R]:
        """One page and no more: from ``after`` where one was given."""
        page: Page[R] = self._transport.page(self._name, self._query)
        return page


class Transport:
    """The connection to one platform, as one token. http: a client of one's own, for tests and proxies."""

    def __init__(
        self, address: str, token: str = "", *, timeout: float = 30.0, http: httpx.Client | None = None
    ) -> None:
        headers = {"Authorization": f"Bearer {token}"} if token else {}
        self._http = http or httpx.Client(timeout=timeout)
        self._address = address.rstrip("/") + _ROOT
        self._headers = headers

    def close(self) -> None:
        """End the connections."""
        self._http.close()

    def do(self, name: str, row: int | None, data: Mapping[str, Any], version: Version | None, key: str) -> Done:
        """Run an operation. version: None if the operation creates something.

        key: generated if empty. Pass your own to repeat the call safely after a crash.
        """
        headers = {"Idempotency-Key": key or secrets.token_hex(16), "Content-Type": "application/json"}
        if version is not None:
            headers["If-Match"] = "*" if version == "*" else f'"{version}"'
        path = f"/do/{name}" if row is None else f"/do/{name}/{row}"
        given = {field: _plain(value) for field, value in data.items() if value is not None}
        said = self.json("POST", path, content=json.dumps(given).encode(), headers=headers)
        return Done(**said)

    def bulk(self, name: str, rows: Sequence[Mapping[str, Any]], key: str) -> list[BulkRow]:
        """Run one operation for many rows and return the result of each. key: as for ``do``, for rows without their own."""
        headers = {"Idempotency-Key": key or secrets.token_hex(16), "Content-Type": "application/json"}
        content = json.dumps({"rows": _plain(rows)}).encode()
        said = self.json("POST", f"/bulk/{name}", content=content, headers=headers)
        return [_bulk_row(one) for one in said["rows"]]

    def page(self, name: str, query: Mapping[str, Any]) -> Page[Any]:
        """One page of a list."""
        return Page(**self.json("GET", f"/lists/{name}", params=_given(query)))

    def row(self, noun: str, row: int) -> Any:
        """One object."""
        return self.json("GET", f"/{noun}/{row}")

    def json(self, method: str, path: str, **more: Any) -> Any:
        """A call whose answer is JSON. Raises ApiError if the platform rejects it, httpx.HTTPError if it is unreachable."""
        if "params" in more:
            more["params"] = _given(more["params"])
        return self.send(method, path, **more).json()

    def send(self, method: str, path: str, **more: Any) -> httpx.Response:
        """A call; it is repeated where the platform asks for patience, and where the line broke and a repeat is harmless."""
        headers = {**self._headers, **more.pop("headers", {})}
        is_safe = method == "GET" or "Idempotency-Key" in headers
        for tries in range(1, _MOST_TRIES + 1):
            is_last = tries == _MOST_TRIES
            try:
                response = self._http.request(method, self._address + path, headers=headers, **more)
            except httpx.TransportError:
                if is_last or not is_safe:
                    raise
                time.sleep(2.0 ** (tries - 2))
                continue
            if response.status_code not in _AGAIN or is_last or not is_safe:
                break
            time.sleep(_wait(response, tries))
        if response.is_success:
            return response
        raise _refusal(response)


class Group:
    """Operations on one kind of thing."""

    def __init__(self, transport: Transport) -> None:
        self._transport = transport

    def _do(self, name: str, row: int | None, data: Mapping[str, Any], version: Version | None, key: str) -> Done:
        return self._transport.do(name, row, data, version, key)


def _refusal(response: httpx.Response) -> ApiError:
    if not response.headers.get("Content-Type", "").startswith("application/problem+json"):
        return ApiError(response.status_code, "unknown", response.reason_phrase, ())
    return _error(response.json())


def _error(said: Mapping[str, Any]) -> ApiError:
    """The error of problem details."""
    problems = [FieldProblem(**one) for one in said["problems"]]
    return ApiError(said["status"], said["type"].removeprefix("urn:zhirong:problem:"), said["title"], problems)


def _bulk_row(said: Mapping[str, Any]) -> BulkRow:
    done, problem = said["done"], said["problem"]
    return BulkRow(
        index=said["index"],
        status=said["status"],
        done=None if done is None else Done(**done),
        error=None if problem is None else _error(problem),
    )


def _wait(response: httpx.Response, tries: int) -> float:
    asked = response.headers.get("Retry-After", "")
    return min(float(asked) if asked.isdigit() else 2.0 ** (tries - 2), _LONGEST_WAIT_SECONDS)


def _given(query: Mapping[str, Any]) -> dict[str, str]:
    return {name: str(_plain(value)) for name, value in query.items() if value is not None}


def _plain(value: Any) -> Any:
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, Decimal):
        return f"{value:f}"
    if isinstance(value, Mapping):
        return {str(name): _plain(item) for name, item in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(item) for item in value]
    return value
