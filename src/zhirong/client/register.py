"""The register and files, which are no operation, list or object."""

import json
from collections.abc import Iterator, Mapping
from datetime import date
from typing import Any

from zhirong.client.transport import Group


class Register(Group):
    """The published register, the pre-check, receipts and check codes."""

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
        """Matching registrations in ``rows``. ``after``: the cursor of the next page, None on the last one.

        ``searched_as``: how the number was interpreted, in both languages; None without a number.
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
        """All registrations and filings, as far as the token may see them, in the order of filing."""
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
        """The registration to which a certificate's check code belongs."""
        return self._json("GET", "/register/codes", params={"code": code})

    def precheck(self, filing: Mapping[str, Any], rights: list[Mapping[str, Any]]) -> list[dict[str, Any]]:
        """For each right: whether it can be pledged, and the rule that prevents it if not."""
        content = json.dumps({"filing": filing, "rights": rights}).encode()
        headers = {"Content-Type": "application/json"}
        rows: list[dict[str, Any]] = self._json("POST", "/register/precheck", content=content, headers=headers)[
            "rows"
        ]
        return rows

    def verify(self, receipt: bytes) -> dict[str, Any]:
        """The result of verifying a receipt with the register's published keys."""
        return self._json("POST", "/register/verify", content=receipt, headers={"Content-Type": "application/json"})

    def _json(self, method: str, path: str, **more: Any) -> dict[str, Any]:
        found: dict[str, Any] = self._transport.json(method, path, **more)
        return found


class Events(Group):
    """The events that concern the organisation."""

    def after(self, event: int | None = None) -> Iterator[dict[str, Any]]:
        """All events after this one, oldest first; all events if none is named. Keep ``event`` of the last one."""
        while True:
            page = self._transport.json("GET", "/events", params={"after": event, "limit": 200})
            yield from page["rows"]
            if not page["more"]:
                return
            event = page["next"]


class Files(Group):
    """Upload and download of files."""

    def upload(self, name: str, content: bytes) -> str:
        """Upload a file. Use the returned ticket in the request of an operation within a day."""
        said = self._transport.json("POST", "/files", files={"file": (name, content)})
        return str(said["ticket"])

    def download(self, file: int) -> bytes:
        """The content of a file."""
        return self._transport.send("GET", f"/files/{file}/content").content
