"""A platform that listens on loopback, and the command line as people of it use it."""

import json
from dataclasses import dataclass
from typing import Any
from wsgiref.simple_server import WSGIRequestHandler, WSGIServer

import pytest
from api_world import ApiWorld
from django.db import connections
from platform_world import Member

from zhirong.cli.main import main


@dataclass(frozen=True)
class Said:
    """What a command said. code: with which it ended."""

    code: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        """Its output as JSON."""
        return json.loads(self.out)


class Desk:
    """The command line of whoever has a token of this platform."""

    def __init__(
        self, world: ApiWorld, address: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
    ) -> None:
        self.world, self.address = world, address
        self._monkeypatch, self._capsys = monkeypatch, capsys
        self._tokens: dict[int, str] = {}
        monkeypatch.setenv("ZHIRONG_URL", address)
        monkeypatch.delenv("ZHIRONG_LANG", raising=False)

    def __call__(self, who: Member | str, *words: str) -> Said:
        """A command as this member, with everything that a token of it may do; or with this token."""
        token = who if isinstance(who, str) else self._token(who)
        self._monkeypatch.setenv("ZHIRONG_TOKEN", token)
        self._capsys.readouterr()
        try:
            code = main(words)
        except SystemExit as end:
            code = int(end.code or 0)
        out, err = self._capsys.readouterr()
        return Said(code, out, err)

    def json(self, who: Member | str, *words: str) -> Any:
        """What a command that succeeds says to a program."""
        said = self(who, *words, "--json")
        assert said.code == 0, said.err
        return said.json

    def _token(self, who: Member) -> str:
        number = int(who.account.pk)
        if number not in self._tokens:
            self._tokens[number] = self.world.token(who)
        return self._tokens[number]


class Quiet(WSGIRequestHandler):
    def log_message(self, format: str, *arguments: Any) -> None:  # noqa: A002 - the name it has
        """Say nothing."""


class Server(WSGIServer):
    """Answers one call after the other, and lets no connection to the database outlive the test."""

    def finish_request(self, request: Any, client_address: Any) -> None:
        super().finish_request(request, client_address)
        connections.close_all()
