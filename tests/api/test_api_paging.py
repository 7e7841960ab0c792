"""Lists are read to their end by cursor: every row once, whatever comes or goes in the meantime."""

import base64
import json
from datetime import timedelta
from typing import Any

import httpx
from api_region import Region
from api_world import ApiWorld, problem

from zhirong.api.lists import _orders
from zhirong.client import Client
from zhirong.operations.listing import LISTINGS
from zhirong.store.financing import Case
from zhirong.web.wsgi import application


def _walk(world: ApiWorld, path: str, token: str, limit: int = 2) -> list[int]:
    ids: list[int] = []
    after = ""
    for _ in range(100):
        page = json.loads(world.get(f"{path}&limit={limit}{after}", token).content)
        assert "rows" in page, (path, after, page)
        ids += [row["id"] for row in page["rows"]]
        if page["next"] is None:
            assert not page["more"]
            return ids
        after = f"&after={page['next']}"
    raise AssertionError("it does not end")


def test_every_list_in_every_order_gives_each_row_once(world: ApiWorld) -> None:
    region = Region(world)
    walked = 0
    for name, one in LISTINGS.items():
        # The longest that any kind of caller sees: cursors cross equal and missing values there.
        seen = [
            (json.loads(world.get(f"/lists/{name}?limit=200", token).content), token) for token in region.tokens()
        ]
        rows, token = max(((page.get("rows", []), token) for page, token in seen), key=lambda pair: len(pair[0]))
        if len(rows) < 2:
            continue
        for order in ["", *_orders(one)]:
            ids = _walk(world, f"/lists/{name}?order={order}", token, max(2, len(rows) // 3))
            assert sorted(ids) == sorted(row["id"] for row in rows), (name, order)
            walked += 1
    assert walked > 20


def test_rows_that_come_and_go_shift_nothing(world: ApiWorld) -> None:
    day = world.platform.day
    cases = [world.make_case("submitted", due_on=day + timedelta(days=n // 2) if n < 6 else None) for n in range(8)]
    token = world.token(world.officer)
    page = json.loads(world.get("/lists/lender.cases?order=due_on&limit=3", token).content)
    first = [row["id"] for row in page["rows"]]
    earlier = world.make_case("submitted", due_on=day)
    later = world.make_case("submitted", due_on=day + timedelta(days=90))
    Case.objects.filter(pk=first[0]).delete()
    rest: list[int] = []
    after = page["next"]
    while after:
        page = json.loads(world.get(f"/lists/lender.cases?order=due_on&limit=3&after={after}", token).content)
        rest += [row["id"] for row in page["rows"]]
        after = page["next"]
    assert first + rest == [one.pk for one in cases[:6]] + [later.pk] + [one.pk for one in cases[6:]]
    assert earlier.pk not in rest


def test_a_cursor_is_of_one_order_and_nothing_else_is_taken_for_one(world: ApiWorld) -> None:
    for _ in range(3):
        world.make_case("submitted")
    token = world.token(world.officer)
    cursor = json.loads(world.get("/lists/lender.cases?order=number&limit=1", token).content)["next"]
    wrong = [
        cursor[:-3],
        "x",
        "%00",
        _cursor(["due_on", "no day", 1]),
        _cursor(["", 1, -1]),
        _cursor({}),
        "A" * 3000,
    ]
    for path in [f"order=-number&after={cursor}", *(f"order=due_on&after={one}" for one in wrong)]:
        (found,) = problem(world.get(f"/lists/lender.cases?{path}", token), 422)["problems"]
        assert found["field"] == "after", path


def test_a_loop_over_a_list_of_the_client_sees_all_rows(world: ApiWorld) -> None:
    made = [world.make_case("submitted").pk for _ in range(7)]
    calls: list[str] = []

    def seen(request: httpx.Request) -> None:
        calls.append(request.url.path)

    http = httpx.Client(transport=httpx.WSGITransport(app=application), event_hooks={"request": [seen]})
    with Client("http://localhost", world.token(world.officer), http=http) as bank:
        assert [row["id"] for row in bank.lender_cases(limit=3)] == made[::-1]
        assert len(calls) == 3
        assert [row["id"] for row in bank.lists.lender_cases(order="number")] == made
        pages = bank.lender_cases(limit=2).pages()
        assert len(next(pages).rows) == 2 and len(calls) == 5


def _cursor(value: Any) -> str:
    return base64.urlsafe_b64encode(json.dumps(value).encode()).decode().rstrip("=")
