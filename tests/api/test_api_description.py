"""The description of the API serves programs that are made from it: names used once, examples that hold, one unit of money."""

import sys
from collections import Counter
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from zhirong.operations.declare import OPERATIONS
from zhirong.operations.fields import read

sys.path.insert(0, str(Path(__file__).parent.parent.parent / "tools"))
import make_client  # noqa: E402

DO = "/api/v1/do/"
API_PAGE = Path(__file__).parent.parent.parent / "docs" / "en" / "how-to" / "use-the-api.md"


@pytest.fixture(scope="module")
def spec() -> Any:
    """The description of the working copy."""
    return make_client.described()


def _calls(spec: Any) -> list[tuple[str, Any]]:
    return [(path, call) for path, calls in spec["paths"].items() for call in calls.values()]


def test_every_schema_has_a_title_of_its_own(spec: Any) -> None:
    titles = Counter(schema["title"] for schema in spec["components"]["schemas"].values())
    assert [title for title, count in titles.items() if count > 1] == []


def test_every_json_body_and_answer_has_an_example_that_its_schema_takes(spec: Any) -> None:
    for _, call in _calls(spec):
        for part in (call.get("requestBody", {}), *call["responses"].values()):
            for media_type, content in part.get("content", {}).items():
                if media_type in ("application/json", "application/problem+json"):
                    schema = {**content["schema"], "components": spec["components"]}
                    jsonschema.validate(content["example"], schema)


def test_every_example_of_an_operation_can_be_read_as_its_request(spec: Any) -> None:
    for path, call in _calls(spec):
        if path.startswith(DO):
            name = path.removeprefix(DO).removesuffix("/{id}")
            read(OPERATIONS[name].request, call["requestBody"]["content"]["application/json"]["example"])


def test_every_status_that_any_call_can_have_is_declared_as_problem_details(spec: Any) -> None:
    for path, call in _calls(spec):
        assert {"408", "500"} <= set(call["responses"]), path
        for status, response in call["responses"].items():
            if int(status) >= 400:
                example = response["content"]["application/problem+json"]["example"]
                assert example["status"] == int(status), path


def test_the_description_says_where_it_is_served_and_how_versions_change(spec: Any) -> None:
    assert [one["url"] for one in spec["servers"]] == ["http://localhost:8000"]
    assert "v1" in spec["info"]["description"] and "twelve months" in spec["info"]["description"]
    policy = " ".join(API_PAGE.read_text(encoding="utf-8").split())
    assert "twelve months" in policy


def test_no_amount_is_a_number_anywhere_in_requests(spec: Any) -> None:
    schemas = spec["components"]["schemas"]
    amounts = [
        (name, field)
        for name, schema in schemas.items()
        for field, one in schema.get("properties", {}).items()
        for kind in one.get("anyOf", [one])
        if kind.get("format") == "money" and kind["type"] == "string"
    ]
    assert len(amounts) > 25
    assert not [
        name for name, schema in schemas.items() if any("fen" in f.split("_") for f in schema.get("properties", {}))
    ]
