"""The whole API against its own description: no fault, no undeclared answer, whatever is sent and by whom."""

import itertools
import json
import os
from collections.abc import Iterator, Mapping
from typing import Any

import pytest
import schemathesis
import schemathesis.specs.openapi.checks as openapi_checks
from api_region import Region
from api_world import ApiWorld
from django.test import override_settings
from hypothesis import HealthCheck, Phase, given, seed, settings
from hypothesis import strategies as st

from zhirong.operations.platform.platform_check import platform_findings
from zhirong.store.models import Event
from zhirong.web.wsgi import application

# How many calls of each operation; a longer run: ZHIRONG_API_EXAMPLES=200 pytest tests/api/test_api_schema.py
EXAMPLES = int(os.environ.get("ZHIRONG_API_EXAMPLES", "2"))
_CHECKS = (
    schemathesis.checks.not_a_server_error,
    openapi_checks.status_code_conformance,
    openapi_checks.content_type_conformance,
    openapi_checks.response_schema_conformance,
    openapi_checks.response_headers_conformance,
)


def test_no_fault_and_no_undeclared_answer(world: ApiWorld) -> None:
    region = Region(world)
    described = schemathesis.openapi.from_wsgi("/api/v1/openapi.json", application, headers={"Host": "localhost"})
    callers = itertools.cycle(region.tokens())
    numbers = itertools.count()
    statuses: dict[str, set[int]] = {}
    failures: list[str] = []
    with override_settings(API_RATE=10**9, API_RATE_PUBLIC=10**9):
        for result in described.get_all_operations():
            operation = result.ok()
            try:
                _try(operation, region, callers, numbers, statuses)
            except Exception as error:  # every operation is tried: the failures are said together below
                failures.append(f"{operation.method} {operation.path}\n{_words(error)}")
    assert not failures, "\n\n".join(failures)
    called = {path for path, found in statuses.items() if found}
    assert len(called) == len(list(described.get_all_operations()))
    # Every list and every kind of object was really given to somebody: nothing of it was refused at the door.
    assert not [
        path
        for path, found in statuses.items()
        if 200 not in found and path.upper().startswith("GET") and "/register/" not in path
    ]
    assert platform_findings() == []


def _words(error: BaseException) -> str:
    """An error with those within it."""
    inner = [_words(one) for one in getattr(error, "exceptions", ())]
    return "\n".join([f"{type(error).__name__}: {error}"[:1500], *inner])


def _try(
    operation: Any,
    region: Region,
    callers: Iterator[str],
    numbers: Iterator[int],
    statuses: dict[str, set[int]],
) -> None:
    found = statuses.setdefault(f"{operation.method} {operation.path}", set())
    ids = region.ids_for(operation.path)
    if operation.method.upper() == "GET":
        _read_by_everybody(operation, region, ids, found)

    @seed(20261102)
    @settings(
        max_examples=EXAMPLES,
        deadline=None,
        database=None,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(case=operation.as_strategy(), row=st.sampled_from(ids) if ids else st.none(), real=st.booleans())
    def tried(case: Any, row: int | None, real: bool) -> None:
        if row is not None and real and "id" in case.path_parameters:
            case.path_parameters["id"] = row
        headers = {"Host": "localhost", "Accept-Encoding": "identity", "Authorization": f"Bearer {next(callers)}"}
        if "Idempotency-Key" in (case.headers or {}):
            headers["Idempotency-Key"] = f"schema-{next(numbers)}"
        if real and "If-Match" in (case.headers or {}):
            headers["If-Match"] = "*"
        response = case.call(headers=headers)
        case.validate_response(response, checks=_CHECKS)
        found.add(response.status_code)

    tried()


def _read_by_everybody(operation: Any, region: Region, ids: list[int], found: set[int]) -> None:
    """Every list and every kind of object, plainly, by each kind of caller; an older object where the newest is nobody's here."""
    for place, token in ((place, token) for place in range(max(1, len(ids))) for token in region.tokens()):
        if place and 200 in found:
            break
        number = ids[place] if ids else 1  # of a thing that may not be there, where no row of the store is meant
        case = operation.Case(path_parameters={"id": number} if "{id}" in operation.path else {})
        headers = {"Host": "localhost", "Accept-Encoding": "identity", "Authorization": f"Bearer {token}"}
        response = case.call(headers=headers)
        case.validate_response(response, checks=_CHECKS)
        found.add(response.status_code)


def test_the_description_is_whole(world: ApiWorld) -> None:
    described = json.loads(world.get("/openapi.json").content)
    ids = [call["operationId"] for calls in described["paths"].values() for call in calls.values()]
    assert len(ids) == len(set(ids))
    from zhirong.operations.declare import OPERATIONS
    from zhirong.operations.listing import LISTINGS

    named = {
        path.removeprefix("/api/v1/do/").removesuffix("/{id}") for path in described["paths"] if "/do/" in path
    }
    assert named == {
        name for name, one in OPERATIONS.items() if not one.is_background and not name.startswith("test.")
    }
    lists = {path.removeprefix("/api/v1/lists/") for path in described["paths"] if "/lists/" in path}
    assert lists == set(LISTINGS)
    for path, calls in described["paths"].items():
        for method, call in calls.items():
            _is_whole(path, method, call)


def _is_whole(path: str, method: str, call: Mapping[str, Any]) -> None:
    declared = {int(status) for status in call["responses"]}
    assert {404, 405, 422, 429, 503} <= declared, path
    if call.get("security"):
        assert {401, 403} <= declared, path
    if method == "post" and "/do/" in path:
        assert {409, 412} <= declared and call["requestBody"], path
        is_on_row = path.endswith("/{id}")
        headers = {one["name"]: one["required"] for one in call["parameters"] if one["in"] == "header"}
        assert headers == {"Idempotency-Key": True, **({"If-Match": True} if is_on_row else {})}, path
        assert (428 in declared) is is_on_row, path
    for status, response in call["responses"].items():
        if int(status) >= 400:
            assert list(response["content"]) == ["application/problem+json"], path
    assert call["summary"].count(" / ") >= 1, path


@pytest.mark.parametrize("path", ["/openapi.json"])
def test_the_description_is_for_everybody(world: ApiWorld, path: str) -> None:
    response = world.get(path)
    assert response.status_code == 200
    assert "http" not in json.loads(response.content)["info"]["description"]
    assert Event.objects.count() >= 1
