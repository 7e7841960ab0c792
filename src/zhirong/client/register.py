"""The register and files, which are no operation, list or object."""

import json
from collections.abc import Iterator, Mapping
from datetime import date
from typing import Any

from zhirong.client.transport import Group


class Register(Group):
    """What the register publishes, the pre-check, receipts and check codes."""

    def search(
        self,
        *,
        number: str | None = None,
        name: str | None = None,
        how: str | None = None,
        side: str | None = None,
        code: str | None = None,
        first: date | str | None = None,
        last: date | str | None = None,
        after: int | None = None,
        limit: int = 50,
    ) -> dict[str, Any]:
        """Registrations that fit: ``rows``; ``after`` to go on from, None where there are no more; ``searched_as``, what the
        number was looked for as in both languages, None where none was given.
        """
        query = {
            "number": number,
            "name": name,
            "how": how,
            "side": side,
            "code": code,
            "first": first,
            "last": last,
            "after": after,
            "limit": limit,
        }
        return self._json("GET", "/register/registrations", params=query)

    def filings(self, *, number: str | None = None, name: str | None = None) -> Iterator[dict[str, Any]]:
        """Registrations and filings as the token may see them, all of them, in the order of their filings."""
        after: int | None = 0
        while after is not None:
            query = {"number": number, "name": name, "after": after, "limit": 200}
            page = self._json("GET", "/register/filings", params=query)
            yield from page["rows"]
            after = page["after"]

    def filing(self, row: int) -> dict[str, Any]:
        """A registration or filing by its id."""
        return self._json("GET", f"/register/filings/{row}")

    def changes(self, day: date | str) -> dict[str, Any]:
        """The public entries of a day."""
        return self._json("GET", "/register/changes", params={"day": day})

    def check_code(self, code: str) -> dict[str, Any]:
        """What a certificate's check code stands for."""
        return self._json("GET", "/register/codes", params={"code": code})

    def precheck(self, filing: Mapping[str, Any], rights: list[Mapping[str, Any]]) -> list[dict[str, Any]]:
        """Right by right: whether it can be pledged, and by which rule not."""
        content = json.dumps({"filing": filing, "rights": rights}).encode()
        headers = {"Content-Type": "application/json"}
        rows: list[dict[str, Any]] = self._json("POST", "/register/precheck", content=content, headers=headers)[
            "rows"
        ]
        return rows

    def verify(self, receipt: bytes) -> dict[str, Any]:
        """What the check of a receipt comes to, against the register's published keys."""
        return self._json("POST", "/register/verify", content=receipt, headers={"Content-Type": "application/json"})

    def _json(self, method: str, path: str, **more: Any) -> dict[str, Any]:
        found: dict[str, Any] = self._transport.json(method, path, **more)
        return found


class Events(Group):
    """What concerned the organisation, to catch up from."""

    def after(self, event: int | None = None) -> Iterator[dict[str, Any]]:
        """All events after this one, from the beginning where none is named, the oldest first. Keep ``event`` of the last one."""
        while True:
            page = self._transport.json("GET", "/events", params={"after": event, "limit": 200})
            yield from page["rows"]
            if not page["more"]:
                return
            event = page["next"]


class Files(Group):
    """Files in and out."""

    def upload(self, name: str, content: bytes) -> str:
        """Hand a file in; the ticket goes into the request of an operation, within a day."""
        said = self._transport.json("POST", "/files", files={"file": (name, content)})
        return str(said["ticket"])

    def download(self, file: int) -> bytes:
        """The content of a file."""
        return self._transport.send("GET", f"/files/{file}/content").content
