"""A bank reads a firm's rights, appraisals and files by a consent, on pages, over the API and by commands: not a moment longer."""

import io
import json
from collections.abc import Callable
from datetime import UTC, datetime, time, timedelta
from types import SimpleNamespace
from typing import Any

import openpyxl
import pytest
from desk import Desk
from firm_samples import appraised, described

from zhirong.store.financing import Appraisal, FirmRight, StoredFile

Shared = dict[str, Any]


def _shared(desk: Desk, days: int) -> Shared:
    """A right with its certificate, an online and a formal appraisal, and the two consents that let the bank see them."""
    world = desk.world
    platform, manager = world.platform, world.manager
    right = world.right
    described(platform, manager)
    online = appraised(platform, manager, [right])
    formal = platform.seed(
        Appraisal,
        firm=world.firm,
        grade="formal",
        state="issued",
        purpose="pledge",
        rights=[right.pk],
        valuation_date=platform.day,
    )
    ticket = platform.upload(manager, "证书.pdf", b"%PDF-1.7 certificate")
    platform.do(manager, "file.add", subject=f"firmright/{right.pk}", paper="certificate", file=ticket)
    until = (platform.day + timedelta(days=days)).isoformat()
    given = [
        platform.do(manager, "consent.give", to=world.bank.pk, scope=scope, purpose="授信预审", until=until).id
        for scope in ("rights", "appraisals")
    ]
    return {"right": right, "online": online, "formal": formal, "file": StoredFile.objects.get(), "consents": given}


def _ways(desk: Desk, shared: Shared) -> dict[str, Callable[[], bool]]:
    """Every way in which somebody at the bank can come to see it, and whether it is seen."""
    world = desk.world
    token, client = world.token(world.officer), world.platform.client(world.officer)
    right, online, formal, file = (shared[name].pk for name in ("right", "online", "formal", "file"))

    def api(path: str) -> Callable[[], bool]:
        def is_seen() -> bool:
            answer = world.get(path, token)
            assert answer.status_code in (200, 404)
            return answer.status_code == 200

        return is_seen

    def page(path: str) -> Callable[[], bool]:
        def is_seen() -> bool:
            answer = client.get(path)
            assert answer.status_code in (200, 404)
            return answer.status_code == 200

        return is_seen

    def command(*words: str) -> Callable[[], bool]:
        def is_seen() -> bool:
            said = desk(world.officer, "show", *words, "--json")
            assert said.code in (0, 1, 2) and (said.code == 0 or not said.out)
            return said.code == 0

        return is_seen

    def exported() -> bool:
        book = openpyxl.load_workbook(io.BytesIO(client.get("/list/appraisals.formal/?export=xlsx").content))
        return book.active.max_row > 1

    return {
        **{
            f"API {path}": api(path)
            for path in (
                f"/rights/{right}",
                f"/appraisals/{online}",
                f"/appraisals/{formal}",
                f"/files/{file}",
                f"/files/{file}/content",
                f"/organisations/{world.firm.pk}",
            )
        },
        "API list": lambda: bool(json.loads(world.get("/lists/appraisals.formal", token).content)["rows"]),
        "page of the appraisal": page(f"/appraisals/{formal}/"),
        "download": page(f"/files/{file}/"),
        "list": lambda: world.firm.name in client.get("/list/appraisals.formal/").content.decode(),
        "export": exported,
        "show right": command("right", str(right)),
        "show appraisal": command("appraisal", str(online)),
    }


def _seen(ways: dict[str, Callable[[], bool]]) -> dict[str, bool]:
    return {name: is_seen() for name, is_seen in ways.items()}


def test_what_a_consent_lets_a_bank_see_is_gone_the_moment_it_is_revoked(desk: Desk) -> None:
    shared = _shared(desk, 30)
    ways = _ways(desk, shared)
    assert _seen(ways) == dict.fromkeys(ways, True)
    for consent in shared["consents"]:
        desk.world.platform.do(desk.world.manager, "consent.revoke", consent)
    assert _seen(ways) == dict.fromkeys(ways, False)


def test_one_consent_that_is_revoked_leaves_the_other(desk: Desk) -> None:
    shared = _shared(desk, 30)
    ways = _ways(desk, shared)
    desk.world.platform.do(desk.world.manager, "consent.revoke", shared["consents"][0])
    seen = _seen(ways)
    assert {name for name, is_seen in seen.items() if not is_seen} == {
        f"API /rights/{shared['right'].pk}",
        f"API /files/{shared['file'].pk}",
        f"API /files/{shared['file'].pk}/content",
        "download",
        "show right",
    }
    assert FirmRight.objects.get().pk == shared["right"].pk


def test_a_consent_ends_at_midnight_in_shanghai(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    shared = _shared(desk, 0)
    ways = _ways(desk, shared)
    midnight = datetime.combine(desk.world.platform.day, time(16), tzinfo=UTC)
    monkeypatch.setenv("ZHIRONG_DAYS_AHEAD", "0")
    for moment, is_there in ((midnight - timedelta(seconds=1), True), (midnight, False)):
        monkeypatch.setattr("zhirong.operations.clock.datetime", SimpleNamespace(now=lambda zone, at=moment: at))
        assert _seen(ways) == dict.fromkeys(ways, is_there), moment
