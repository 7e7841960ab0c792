"""Many requests of one operation in one call: each row on its own, with a report row by row."""

import json
from typing import Any

import httpx
import pytest
from api_region import Region
from api_world import ApiWorld, problem
from django.conf import settings
from django.db import OperationalError

from zhirong.api import security
from zhirong.chain.organisation.roles import MemberRole
from zhirong.client import Client
from zhirong.kernel.identifiers import patent_check_digit
from zhirong.operations.declare import OPERATIONS
from zhirong.operations.unit_of_work import Work
from zhirong.store.financing import FirmRight, StatementLine, StoredFile
from zhirong.store.models import Event
from zhirong.web.wsgi import application

_NUMBERS = tuple(
    f"{digits}.{patent_check_digit(digits)}" for digits in ("201610123456", "201610123457", "201610123458")
)


def _right(number: str, **facts: Any) -> dict[str, Any]:
    return {
        "kind": "invention",
        "number": number,
        "title": f"一种检测装置 {number}",
        "filing_date": "2016-03-10",
        "grant_date": "2018-05-09",
        "holders": "陕西泾水兴环保科技有限公司",
        "status": "in_force",
        **facts,
    }


def _rights(*data: dict[str, Any]) -> list[dict[str, Any]]:
    return [{"data": one} for one in data]


def _bulk(world: ApiWorld, name: str, token: str, rows: Any, key: str = "") -> dict[str, Any]:
    response = world.call("POST", f"/bulk/{name}", token, {"rows": rows}, key)
    assert response.status_code == 200, response.content
    found: dict[str, Any] = json.loads(response.content)
    assert found["done"] + found["refused"] == len(rows)
    assert [one["index"] for one in found["rows"]] == list(range(len(rows)))
    assert all((one["done"] is None) != (one["problem"] is None) for one in found["rows"])
    return found


def _lines(world: ApiWorld, bank: Any, count: int) -> list[StatementLine]:
    file = world.platform.seed(
        StoredFile,
        owner=bank,
        subject=f"organisation/{bank.pk}",
        paper="statement",
        name="流水.csv",
        media_type="text/csv",
        size=1,
        sha256="0" * 64,
    )
    return [
        world.platform.seed(
            StatementLine,
            organisation=bank,
            account_number="6222000011112222",
            file=file,
            day=world.platform.day,
            direction="in",
            amount=100_00,
            counterparty="某某公司",
            reference=f"REF{world.platform.number():08d}",
            state="open",
        )
        for _ in range(count)
    ]


def test_each_row_is_done_on_its_own_and_a_repeat_changes_nothing(world: ApiWorld) -> None:
    token = world.token(world.manager)
    rows = _rights_mixed()
    first = _bulk(world, "right.add", token, rows, "once")
    assert [one["status"] for one in first["rows"]] == [200, 422, 200, 422, 422, 422]
    codes = [one["problem"] and one["problem"]["problems"][0]["code"] for one in first["rows"]]
    assert codes[3:] == ["right_known", "not_an_object", "unknown_field"]
    assert first["rows"][1]["problem"]["problems"][0]["field"] == "filing_date"
    kept = {one["done"]["id"] for one in first["rows"] if one["done"]}
    assert set(FirmRight.objects.values_list("pk", flat=True)) == kept and len(kept) == 2
    events = Event.objects.count()
    again = _bulk(world, "right.add", token, rows, "once")
    assert [one["done"] and one["done"]["repeated"] for one in again["rows"]] == [
        True,
        None,
        True,
        None,
        None,
        None,
    ]
    assert [one["done"] and one["done"]["index"] for one in again["rows"]] == [
        one["done"] and one["done"]["index"] for one in first["rows"]
    ]
    assert Event.objects.count() == events
    moved = _bulk(world, "right.add", token, rows[2:3], "once")  # another row under the key of the first
    assert moved["rows"][0]["problem"]["problems"][0]["code"] == "key_used"
    assert Event.objects.count() == events


def _rights_mixed() -> list[Any]:
    rows: list[Any] = _rights(
        _right(_NUMBERS[0]), _right(_NUMBERS[1], filing_date="2016-13-01"), _right(_NUMBERS[2]), _right(_NUMBERS[0])
    )
    return [*rows, "a row", {"id": 1, "data": _right(_NUMBERS[1])}]


def test_a_row_may_have_a_key_of_its_own(world: ApiWorld) -> None:
    token = world.token(world.manager)
    rows = [{"data": _right(number), "key": f"own-{number}"} for number in _NUMBERS[:2]]
    first = _bulk(world, "right.add", token, rows)
    again = _bulk(world, "right.add", token, list(reversed(rows)))
    assert first["done"] == again["done"] == 2 and all(one["done"]["repeated"] for one in again["rows"])
    alone = world.do("right.add", token, key=f"own-{_NUMBERS[0]}", **_right(_NUMBERS[0]))
    assert json.loads(alone.content)["repeated"]


def test_objects_of_others_and_old_versions_are_refused_row_by_row(world: ApiWorld) -> None:
    cashier = world.platform.member(world.bank, MemberRole.LENDER_CASHIER)
    other, _ = world.platform.bank("另一家银行")
    (mine, old, unnamed), (foreign,) = _lines(world, world.bank, 3), _lines(world, other, 1)
    data = {"reason": "工资"}
    rows = [
        {"id": mine.pk, "version": mine.version, "data": data},
        {"id": foreign.pk, "version": "*", "data": data},
        {"id": 10**9, "version": "*", "data": data},
        {"id": old.pk, "version": old.version + 1, "data": data},
        {"id": unnamed.pk, "data": data},
        {"id": unnamed.pk, "version": True, "data": data},
        {"version": "*", "data": data},
        {"id": mine.pk, "version": "*", "data": data},
    ]
    found = _bulk(world, "line.ignore", world.token(cashier), rows)
    assert [one["status"] for one in found["rows"]] == [200, 404, 404, 412, 428, 422, 422, 409]
    foreign_words, absent_words = (found["rows"][place]["problem"] for place in (1, 2))
    assert foreign_words["type"] == absent_words["type"]
    states = {line.pk: line.state for line in StatementLine.objects.all()}
    assert states == {mine.pk: "ignored", old.pk: "open", unnamed.pk: "open", foreign.pk: "open"}


def test_who_may_not_do_it_may_not_do_it_in_bulk(world: ApiWorld) -> None:
    row = {"rows": _rights(_right(_NUMBERS[0]))}
    problem(world.call("POST", "/bulk/right.add", world.token(world.officer), row), 403)
    problem(world.call("POST", "/bulk/right.add", world.token(world.manager, "read"), row), 403)
    problem(world.call("POST", "/bulk/right.add", "", row), 401)
    assert not FirmRight.objects.exists()


def test_only_what_is_declared_comes_in_bulk_and_nothing_grave(world: ApiWorld) -> None:
    token = world.token(world.manager)
    problem(world.call("POST", "/bulk/right.remove", token, {"rows": [{"id": 1, "version": "*"}]}), 404)
    grave = [
        op.name for op in OPERATIONS.values() if op.is_bulk and (op.is_grave or op.is_background or op.prepare)
    ]
    assert grave == []


@pytest.mark.parametrize(
    "body", [{}, {"rows": []}, {"rows": {}}, {"rows": "x"}, {"rows": [{}], "more": 1}, {"rows": None}]
)
def test_what_are_no_rows_is_refused_whole(world: ApiWorld, body: Any) -> None:
    problem(world.call("POST", "/bulk/right.add", world.token(world.manager), body), 422)


def test_too_many_rows_are_refused_whole(world: ApiWorld, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(settings, "API_BULK_ROWS", 2)
    token = world.token(world.manager)
    said = problem(
        world.call("POST", "/bulk/right.add", token, {"rows": _rights(*(_right(n) for n in _NUMBERS))}), 422
    )
    assert said["problems"][0]["code"] == "bulk_rows" and not FirmRight.objects.exists()
    problem(world.call("POST", "/bulk/right.add", token, {"rows": [{}]}, None), 422)


def test_each_row_counts_against_the_rate(world: ApiWorld, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(settings, "API_RATE", 3)
    monkeypatch.setattr(security, "_PARTS_LEFT", security.Parts())
    monkeypatch.setattr(security.time, "time", lambda: 1_800_000_000.0)
    found = _bulk(world, "right.add", world.token(world.manager), _rights(*(_right(n) for n in _NUMBERS)))
    assert [one["status"] for one in found["rows"]] == [200, 200, 429]  # the call itself is one of the three
    assert FirmRight.objects.count() == 2


def test_a_database_that_stops_on_the_way_leaves_rows_before_it_done_and_a_repeat_does_the_rest(
    world: ApiWorld, monkeypatch: pytest.MonkeyPatch
) -> None:
    token = world.token(world.manager)
    rows, kept = _rights(*(_right(number) for number in _NUMBERS)), Event.objects.count
    before, tried = kept(), []
    create = Work.create

    def stops_within_the_second(work: Work, *args: Any, **values: Any) -> Any:
        made = create(work, *args, **values)
        tried.append(made)
        if len(tried) == 2:
            raise OperationalError("database is locked")  # after the row has been written, before the event
        return made

    with monkeypatch.context() as stopped:
        stopped.setattr(Work, "create", stops_within_the_second)
        found = _bulk(world, "right.add", token, rows, "stopped")
    assert [one["status"] for one in found["rows"]] == [200, 503, 503] and len(tried) == 2
    assert {one["problem"]["problems"][0]["code"] for one in found["rows"][1:]} == {"not_now"}
    assert FirmRight.objects.count() == 1 and kept() == before + 1
    again = _bulk(world, "right.add", token, rows, "stopped")
    assert [one["done"]["repeated"] for one in again["rows"]] == [True, False, False]
    assert FirmRight.objects.count() == 3 and kept() == before + 3


def test_the_client_sends_rows_and_gives_what_became_of_each(world: ApiWorld) -> None:
    transport = httpx.WSGITransport(app=application)
    with Client("http://localhost", world.token(world.manager), http=httpx.Client(transport=transport)) as client:
        rows = _rights(_right(_NUMBERS[0]), _right(_NUMBERS[1], title=""))
        done, refused = client.bulk("right.add", rows, key="k")
        assert done.done is not None and done.error is None and done.status == 200
        assert refused.done is None and refused.error is not None
        assert (refused.status, refused.error.status, refused.error.problems[0].field) == (422, 422, "title")
        again = client.bulk("right.add", rows, key="k")
        assert again[0].done is not None and again[0].done.repeated


def test_the_example_of_every_bulk_operation_is_understood(world: ApiWorld) -> None:
    """The examples of the description name made-up objects: every row is read, and refused for nothing but these."""
    Region(world)
    spec = json.loads(world.get("/openapi.json").content)
    calls = {path.rpartition("/")[2]: one["post"] for path, one in spec["paths"].items() if "/bulk/" in path}
    assert set(calls) == {op.name for op in OPERATIONS.values() if op.is_bulk} and len(calls) > 5
    for name, call in calls.items():
        body = call["requestBody"]["content"]["application/json"]["example"]
        op = OPERATIONS[name]
        who = world.manager if MemberRole.FIRM_MANAGER in op.roles else world.platform.member(world.bank, *op.roles)
        (answer,) = _bulk(world, name, world.token(who), body["rows"])["rows"]
        assert answer["status"] in (200, 404, 409, 412, 422), (name, answer)
        assert not answer["problem"] or "unknown_field" not in str(answer["problem"]), (name, answer)
