"""The how-to page "From a token to a disbursed loan and a paid claim", carried out as it is written, with the client alone."""

import ast
import builtins
import json
import re
import sys
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest
from api_world import ApiWorld
from money_numbers import amounts_as_numbers, large_numbers
from money_world import PDF, Clock, Money

from zhirong.chain.organisation.roles import MemberRole
from zhirong.client import transport
from zhirong.operations.actors import WORKER
from zhirong.store.financing import Loan
from zhirong.web.wsgi import application

sys.path.insert(0, str(Path(__file__).parent.parent / "docs"))
from docs_pages import Lang, page  # noqa: E402

_NAME = "how-to/loan-over-the-api.md"
_DAYS_LATE = 95


def _code(lang: Lang) -> list[tuple[str, str]]:
    return [(block.language, block.text) for block in page(lang, _NAME).blocks]


def _scopes() -> dict[str, list[str]]:
    """The scopes that the page's table gives each person's token."""
    rows = [line.split("|")[1:4] for line in page("en", _NAME).text.splitlines() if line.startswith("| `")]
    words = [[re.findall(r"`([\w.]+)`", cell) for cell in row] for row in rows]
    return {name: scopes for names, _, scopes in words for name in names}


def _strings(text: str) -> tuple[str, list[str]]:
    """The code without its strings, and the strings."""
    tree, found = ast.parse(text), []
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, str):
            found.append(node.value)
            node.value = ""
    return ast.dump(tree), found


def test_both_languages_show_the_same_code() -> None:
    """Only what a person would type in their language differs."""
    for (language, zh), (_, en) in zip(_code("zh"), _code("en"), strict=True):
        if language == "python":
            (zh, typed), (en, meant) = _strings(zh), _strings(en)
            assert [one for one, other in zip(typed, meant, strict=True) if one != other and one.isascii()] == []
        assert zh == en


def test_the_page_is_carried_out(sqlite_world: ApiWorld, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    world, roles = sqlite_world, MemberRole
    platform = world.platform
    house = platform.organisation("guarantor", "陕西某某融资担保有限公司")
    people = {"manager": world.manager, "officer": world.officer, "head": world.banker}
    people |= {
        name: platform.member(organisation, role)
        for name, organisation, role in (
            ("reviewer", world.bank, roles.LENDER_REVIEWER),
            ("approver", world.bank, roles.LENDER_APPROVER),
            ("cashier", world.bank, roles.LENDER_CASHIER),
            ("second", world.bank, roles.LENDER_CASHIER),
            ("workout", world.bank, roles.LENDER_WORKOUT),
            ("surety", house, roles.GUARANTOR_OFFICER),
            ("grantor", house, roles.GUARANTOR_APPROVER),
        )
    }
    codes = Money.__new__(Money)  # the authenticators of those who sign
    codes.clock = Clock(monkeypatch)
    monkeypatch.setattr(builtins, "input", lambda asked: codes.code(people[asked.split()[2].rstrip(":")].account))
    answers: list[tuple[str, float]] = []

    def looked_at(response: httpx.Response) -> None:
        response.read()
        if response.headers.get("Content-Type", "").endswith("json"):
            answers.extend(large_numbers(response.json(), response.url.path))

    here = httpx.Client(transport=httpx.WSGITransport(app=application), event_hooks={"response": [looked_at]})
    monkeypatch.setattr(transport.httpx, "Client", lambda **_: here)
    monkeypatch.chdir(tmp_path)
    scopes = _scopes()
    assert scopes.keys() == people.keys()
    tokens = {name: world.token(who, "read", *scopes[name], days=300) for name, who in people.items()}

    def known() -> None:
        said = {"address": "http://localhost", "today": platform.day.isoformat(), "tokens": tokens}
        Path("tokens.json").write_text(json.dumps(said), encoding="utf-8")

    known()
    Path("evidence.pdf").write_bytes(PDF)
    names: dict[str, Any] = {}
    blocks = _code("en")
    for language, text in blocks[:-1]:
        if language == "json":
            Path("company.json").write_text(text, encoding="utf-8")
        else:
            exec(compile(text, _NAME, "exec"), names)  # noqa: S102 - our own words
    due: date | None = Loan.objects.get().next_due_on
    assert due is not None
    platform.set_day(due + timedelta(days=_DAYS_LATE))
    for work in ("loan.reckon", "default.sweep"):
        platform.do(WORKER, work)
    known()
    exec(compile(blocks[-1][1], _NAME, "exec"), names)  # noqa: S102 - our own words
    assert names["claim"]["payer"] == house.pk and names["limit"] >= "1000000.00"
    # What every call has answered on the way, and every object that there is now.
    assert answers == [] and amounts_as_numbers() == []
