"""The client in the package: made from the description, typed, without Django, and it does what it says."""

import functools
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from api_world import ApiWorld

from zhirong.client import ApiError, Client
from zhirong.operations.webhooks import standard_signature
from zhirong.web.wsgi import application

sys.path.insert(0, str(Path(__file__).parent.parent.parent / "tools"))
import make_client  # noqa: E402


@pytest.fixture
def bank(world: ApiWorld) -> Iterator[Client]:
    """The client of a bank's officer, over WSGI."""
    with _client(world.token(world.officer)) as client:
        yield client


def _client(token: str, transport: Any = None) -> Client:
    made = transport or httpx.WSGITransport(app=application)
    return Client("http://localhost", token, http=httpx.Client(transport=made))


def test_the_client_is_that_of_the_description() -> None:
    from zhirong.operations.declare import OPERATIONS

    spec = make_client.described()
    for name in [one for one in OPERATIONS if one.startswith("test.")]:  # of other tests in this process
        spec["paths"] = {path: calls for path, calls in spec["paths"].items() if f"/do/{name}" not in path}
    for name, source in make_client.sources(spec).items():
        there = (make_client.HOME / name).read_text(encoding="utf-8")
        assert there == source, f"{name} is old: run .venv/bin/python tools/make_client.py"


def test_it_does_not_know_django() -> None:
    words = "import sys, zhirong.client; print(sorted({'django', 'zhirong.store', 'zhirong.operations'} & set(sys.modules)))"
    done = subprocess.run([sys.executable, "-c", words], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_it_reads_and_does(world: ApiWorld, bank: Client) -> None:
    case = world.case
    assert bank.me()["organisation"] == world.bank.pk
    seen = bank.objects.cases(case.pk)
    assert seen["amount"] == "2000000.00" and seen["state"] == "submitted"
    done = bank.case.accept(case.pk, officer=world.officer.account.pk, version=seen["version"], key="k")
    assert done.subject == f"case/{case.pk}" and done.version > seen["version"] and not done.repeated
    assert done.version == bank.objects.cases(case.pk)["version"]
    again = bank.case.accept(case.pk, officer=world.officer.account.pk, version=seen["version"], key="k")
    assert again.repeated and again.index == done.index
    page = bank.lists.own_tokens(limit=1).first()
    assert [row["name"] for row in page] == ["test"] and not page.more and page.next is None


def test_a_refusal_is_an_error_with_its_problems(world: ApiWorld, bank: Client) -> None:
    case = world.case
    with pytest.raises(ApiError) as caught:
        bank.case.accept(case.pk, version="*", officer=10**9)
    assert caught.value.status == 422 and caught.value.problems[0].reason["zh"]
    with pytest.raises(ApiError) as caught:
        bank.objects.cases(10**9)
    assert (caught.value.status, caught.value.kind) == (404, "not_found")
    with pytest.raises(ApiError) as caught:
        bank.case.accept(case.pk, officer=world.officer.account.pk, version=99)
    assert caught.value.status == 412
    with pytest.raises(ApiError) as caught, _client("zr_wrong") as nobody:
        nobody.me()
    assert caught.value.status == 401


def test_files_and_the_register(world: ApiWorld) -> None:
    with _client(world.token(world.manager)) as firm:
        ticket = firm.files.upload("证书.pdf", b"%PDF-1.7 x")
        done = firm.file.add(subject=f"firmright/{world.right.pk}", paper="certificate", file=ticket)
        assert firm.files.download(done.answer["id"]) == b"%PDF-1.7 x"
        assert firm.register.search(name="没有这家")["rows"] == []
        assert firm.register.changes("2026-11-02")["rows"] == []
        with pytest.raises(ApiError) as caught:
            firm.register.precheck({}, [])
        assert caught.value.status == 422 and caught.value.problems


def test_the_examples_of_the_documentation_run(world: ApiWorld, monkeypatch: pytest.MonkeyPatch) -> None:
    words = (Path(__file__).parent.parent.parent / "docs" / "en" / "how-to" / "use-the-api.md").read_text(
        encoding="utf-8"
    )
    client, webhook = (block.split("```")[0] for block in words.split("```python\n")[1:3])
    case = world.case
    token = world.token(world.officer)
    here = functools.partial(Client, http=httpx.Client(transport=httpx.WSGITransport(app=application)))
    monkeypatch.setattr("zhirong.client.Client", here)
    run = client.replace("officer=7", f"officer={world.officer.account.pk}")
    exec(run.replace("https://ipf.example.cn", "http://localhost"), {"token": token})  # noqa: S102 - our own words
    case.refresh_from_db()
    assert case.state != "submitted"
    names: dict[str, Any] = {}
    exec(webhook, names)  # noqa: S102 - our own words
    key = "whsec_" + "ab" * 32
    for age, is_taken in ((0, True), (999, False)):
        stamp = int(time.time()) - age
        signed = standard_signature(key, "evt_1", stamp, b"{}")
        headers = {"webhook-id": "evt_1", "webhook-timestamp": str(stamp), "webhook-signature": signed}
        assert names["is_ours"](key, headers, b"{}") is is_taken
        assert not names["is_ours"]("whsec_" + "cd" * 32, headers, b"{}")


def test_it_waits_where_it_is_asked_to_and_repeats_what_is_harmless(monkeypatch: pytest.MonkeyPatch) -> None:
    from zhirong.client import transport

    waits: list[float] = []
    monkeypatch.setattr(transport.time, "sleep", waits.append)
    keys: list[str] = []

    def answer(request: httpx.Request) -> httpx.Response:
        keys.append(request.headers.get("Idempotency-Key", ""))
        if len(keys) == 1:
            raise httpx.ReadTimeout("the line broke")
        if len(keys) == 2:
            return httpx.Response(429, headers={"Retry-After": "7"})
        return httpx.Response(200, json=dict.fromkeys(("index", "id", "version"), 1) | _SAID)

    with _client("t", httpx.MockTransport(answer)) as client:
        assert client.view.save(listing="a", name="b").id == 1
    assert len(set(keys)) == 1 and len(keys) == 3 and waits == [0.5, 7.0]

    def broken(request: httpx.Request) -> httpx.Response:
        raise httpx.ReadTimeout("the line broke")

    with _client("t", httpx.MockTransport(broken)) as client, pytest.raises(httpx.ReadTimeout):
        client.files.upload("a.pdf", b"%PDF-")


_SAID = {"subject": "savedview/1", "answer": None, "repeated": False, "shown_once": ""}
