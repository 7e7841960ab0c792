"""A field with fixed choices lists them in the description of the API and in the client, and takes no other value at any door."""

import sys
from functools import cache
from pathlib import Path
from typing import Annotated, Any

import pytest
from api_world import ApiWorld, problem

from zhirong.api.visible_columns import SHOWN
from zhirong.kernel.errors import InputError
from zhirong.kernel.text import Text
from zhirong.operations.actors import NOBODY
from zhirong.operations.declare import OPERATIONS
from zhirong.operations.fields import Request, ask, choices_of, read
from zhirong.operations.listing import LISTINGS, rows_of
from zhirong.operations.state_columns import choices_of as column_choices

sys.path.insert(0, str(Path(__file__).parent.parent.parent / "tools"))
import make_client  # noqa: E402

import zhirong.api.urls  # noqa: E402, F401 - declares every operation and list

FIELDS = [
    (op.name, field)
    for op in OPERATIONS.values()
    for field, info in op.request.model_fields.items()
    if choices_of(info) is not None
]
FILTERS = [
    (one.name, found.name) for one in LISTINGS.values() for found in one.filters if found.choices is not None
]


@cache
def _spec() -> Any:
    return make_client.described()


def _enums(schema: Any) -> set[str]:
    """The values that a schema lists, wherever in it: of a list's items, beside null, under a name of its own."""
    resolved = make_client._resolved(schema, _spec())
    found = {str(one) for one in resolved.get("enum", [])} | (
        {str(resolved["const"])} if "const" in resolved else set()
    )
    for part in [*resolved.get("anyOf", []), *([resolved["items"]] if "items" in resolved else [])]:
        found |= _enums(part)
    return found


def test_there_are_fields_and_filters_with_fixed_choices() -> None:
    assert len(FIELDS) > 50 and len(FILTERS) > 15


@pytest.mark.parametrize(("name", "field"), FIELDS)
def test_the_description_lists_the_choices_of_a_field(name: str, field: str) -> None:
    op = OPERATIONS[name]
    if op.is_background:
        pytest.skip("programs cannot do it")
    path = f"/api/v1/do/{name}" + ("/{id}" if op.model is not None else "")
    body = _spec()["paths"][path]["post"]["requestBody"]["content"]["application/json"]["schema"]
    described = make_client._resolved(body, _spec())["properties"][field]
    assert _enums(described) == set(choices_of(op.request.model_fields[field]) or ())


@pytest.mark.parametrize(("name", "field"), FIELDS)
def test_a_value_outside_the_choices_is_refused_with_what_can_be_chosen(name: str, field: str) -> None:
    request = OPERATIONS[name].request
    info = request.model_fields[field]
    wrong: Any = 4711 if "int" in str(info.annotation) else "no-such-choice-" * 5
    with pytest.raises(InputError) as caught:
        read(request, {field: [wrong] if "list" in str(info.annotation) else wrong})
    (found,) = [one for one in caught.value.problems if one.field.split(".")[0] == field and one.code != "missing"]
    assert "4711" in str(found.value) or "no-such-choice" in str(found.value)
    assert found.reason.zh and found.hint is not None
    if wrong != 4711:  # a number is refused by its bounds first
        for value in filter(None, choices_of(info) or ()):
            assert value in found.hint.zh and value in found.hint.en


@pytest.mark.parametrize("noun", SHOWN)
def test_the_columns_of_an_object_list_their_values(noun: str) -> None:
    shown = SHOWN[noun]
    answer = _spec()["paths"][f"/api/v1/{noun}/{{id}}"]["get"]["responses"]["200"]
    described = make_client._resolved(answer["content"]["application/json"]["schema"], _spec())["properties"]
    for name in (*shown.fields, *shown.own):
        assert _enums(described[name]) - {""} == set(column_choices(shown.model, name)), name


def test_a_filter_takes_its_choices_alone(sqlite_world: ApiWorld) -> None:
    for name, field in FILTERS:
        with pytest.raises(InputError) as caught:
            rows_of(NOBODY, LISTINGS[name], sqlite_world.platform.day, {field: "no-such-choice"})
        (found,) = caught.value.problems
        assert (found.field, found.code) == (field, "not_a_choice")
        (filtered,) = [one for one in LISTINGS[name].filters if one.name == field]
        assert found.hint is not None
        assert all(
            str(value) in found.hint.zh and words.en in found.hint.en for value, words in filtered.choices or ()
        )


def test_a_wrong_choice_is_a_422_at_the_api_and_on_the_page(sqlite_world: ApiWorld) -> None:
    world = sqlite_world
    said = problem(world.do("consent.give", world.token(world.manager), to=world.bank.pk, scope="everything"), 422)
    (at,) = [one for one in said["problems"] if one["field"] == "scope"]
    assert at["value"] == "everything" and "appraisals" in at["hint"]["en"]
    page = world.platform.client(world.manager)
    answer = page.post("/do/consent.give/", {"_key": "k", "to": world.bank.pk, "scope": "everything"})
    assert answer.status_code == 422 and "appraisals" in answer.content.decode()


def test_the_client_says_which_values_there_are() -> None:
    made = make_client.sources(_spec())
    assert 'state: Literal["waiting", "cancelled", "standing", "repaid", "written_off"]' in made["objects.py"]
    assert 'kind: Literal["release", "repayment", "refund"]' in made["operations.py"]
    assert "state: (" in made["lists.py"] or "state: Literal[" in made["lists.py"]


def test_choices_that_are_no_pairs_are_not_declared() -> None:
    words: Any = {"a": Text("甲", "A")}
    with pytest.raises(AssertionError, match=r"Wrong\.kind: choices are a sequence of pairs"):

        class Wrong(Request):
            kind: Annotated[str, ask("种类", "Kind", choices=words)]
