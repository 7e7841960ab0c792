"""A platform that listens on loopback, and the command line of people on it."""

import functools
import logging
import ssl
import sys
import threading
from collections.abc import Iterator
from pathlib import Path
from wsgiref.simple_server import make_server

import pytest

for _folder in ("register", "platform", "api"):
    sys.path.insert(0, str(Path(__file__).parent.parent / _folder))

import register_databases  # noqa: E402
from api_world import ApiWorld  # noqa: E402
from desk import Desk, Quiet, Server  # noqa: E402
from platform_world import Platform  # noqa: E402


@pytest.fixture
def desk(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Iterator[Desk]:
    """The command line, and a platform with a firm, a bank and an administration that it reaches on loopback."""
    from zhirong.web.wsgi import application

    # Each command opens a connection of its own; reading the certificates of the world for each is most of its time.
    monkeypatch.setattr(ssl, "create_default_context", functools.cache(ssl.create_default_context))
    with register_databases.fresh("sqlite") as (folder, url):
        world = ApiWorld(Platform(folder, url, monkeypatch))
        server = make_server("127.0.0.1", 0, application, server_class=Server, handler_class=Quiet)
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        logging.disable(
            logging.WARNING
        )  # refusals are said by the command; the log's stream is that of another test
        thread.start()
        try:
            yield Desk(world, f"http://127.0.0.1:{server.server_port}", monkeypatch, capsys)
        finally:
            server.shutdown()
            thread.join()
            server.server_close()
            logging.disable(logging.NOTSET)


@pytest.fixture(scope="session", autouse=True)
def _clean_up() -> Iterator[None]:
    yield
    register_databases.end()
