"""Every id that an operation asks for can be found, and every id and code of a row is taken back as a filter."""

import json
from typing import Any, get_args

from api_region import Region
from api_world import ApiWorld, problem

from zhirong.api.references import references
from zhirong.api.visible_columns import SHOWN
from zhirong.chain.organisation.roles import MemberRole
from zhirong.operations.catalogue import load
from zhirong.operations.declare import OPERATIONS, Operation
from zhirong.operations.fields import CHOICES_PATH, IdOf, ask_in, is_money
from zhirong.operations.listing import LISTINGS, Listing

load()
_NOUNS = {shown.model: noun for noun, shown in SHOWN.items()}
# Given to everybody signed in by its own address (api/register.py).
_ELSEWHERE = {"register/filings"}
# Ids within an object: kind of id to the object and its column.
# A case for those who lend; a disposal, which holds all pledged rights where none is chosen, for those who recover.
_WITHIN = {"rights": (("cases", "rights"), ("disposals", "rights"))}
# Whole numbers that are no ids.
_NUMBERS = {
    "term_months", "guarantee_months", "grace_days", "fee_paid_through_year", "limit", "after",
    "answer_days", "use", "offset", "length",
}  # fmt: skip


def _operations() -> list[Operation]:
    return [one for one in OPERATIONS.values() if not one.is_background and not one.name.startswith("test.")]


def _asked(op: Operation) -> dict[str, str]:
    """Fields that ask for ids, and of what; ``row`` for what the operation is done to."""
    found = {} if op.model is None else {"row": _NOUNS[op.model]}
    for name, info in op.request.model_fields.items():
        declared = next((one for one in info.metadata if isinstance(one, IdOf)), None)
        if declared is not None:
            found[name] = declared.objects
    return found


def _gives(one: Listing) -> set[str]:
    """What kinds of ids the rows of a list carry."""
    return {ref.noun for ref in references(one) if ref.noun} | (
        {_NOUNS[one.model]} if one.model in _NOUNS else set()
    )


def test_every_id_that_an_operation_asks_for_is_in_a_list_that_its_role_can_read() -> None:
    asked = 0
    for op in _operations():
        for field, noun in _asked(op).items():
            asked += 1
            for role in op.roles or tuple(MemberRole):
                lists = [one.name for one in LISTINGS.values() if not one.roles or role in one.roles]
                holders = {holder for holder, column in _WITHIN.get(noun, ()) if column in SHOWN[holder].fields}
                nouns = {noun, *holders}
                found = [name for name in lists if nouns & _gives(LISTINGS[name])]
                assert found or noun in _ELSEWHERE, (
                    f"{op.name}: {role.value} finds no list with ids of {noun} for {field}"
                )
    assert asked > 120


def test_a_whole_number_that_is_asked_for_is_an_id_or_known_to_be_none() -> None:
    for op in _operations():
        for name, info in op.request.model_fields.items():
            kinds = {info.annotation, *get_args(info.annotation)}
            is_number = (
                int in kinds and not is_money(info) and not any(isinstance(one, IdOf) for one in info.metadata)
            )
            if is_number and not name.endswith(("_points", "_bp")):
                assert name in _NUMBERS, f"{op.name}: {name} is a number without id_of(...)"


def test_what_is_named_by_another_field_than_its_id_is_in_a_list_with_that_field() -> None:
    found = 0
    for op in _operations():
        for info in op.request.model_fields.values():
            for one in info.metadata:
                if isinstance(one, IdOf) and one.field != "id":
                    found += 1
                    for role in op.roles:
                        lists = [listed for listed in LISTINGS.values() if not listed.roles or role in listed.roles]
                        assert any(
                            _NOUNS.get(listed.model) == one.objects
                            and one.field in {column.name for column in listed.columns}
                            for listed in lists
                        ), (op.name, role)
    assert found


def test_texts_that_name_something_of_a_row_say_where_their_choices_are(world: ApiWorld) -> None:
    """A person of an agency, a condition of a contract, a subject: what can be chosen depends on caller and row."""
    schemas = json.loads(world.get("/openapi.json").content)["components"]["schemas"]
    found = 0
    for op in _operations():
        title = "".join(part.capitalize() for part in op.name.replace("_", ".").replace("-", ".").split("."))
        for name, info in op.request.model_fields.items():
            said = ask_in(info)
            if said is not None and callable(said.choices):
                found += 1
                assert schemas[f"{title}Request"]["properties"][name]["x-choices"] == CHOICES_PATH, (op.name, name)
    assert found > 30
    officer = world.token(world.officer)
    (said,) = json.loads(world.get(f"/me/operations?name=case.accept&id={world.case.pk}", officer).content)["rows"]
    assert [one["choices"] for one in said["fields"] if one["name"] == "officer"][0]


def test_where_an_id_comes_from_is_in_the_description(world: ApiWorld) -> None:
    schemas = json.loads(world.get("/openapi.json").content)["components"]["schemas"]
    assert schemas["CaseDraftRequest"]["properties"]["lender"]["x-id-of"] == "organisations"
    assert schemas["RegistrationExtendRequest"]["properties"]["registration"]["x-id-of"] == "register/filings"
    loan = schemas["LineMatchRequest"]["properties"]["loan"]
    assert (loan["x-id-of"], loan["x-id-field"]) == ("loans", "number")


def test_what_a_row_gives_is_taken_back_as_a_filter(world: ApiWorld) -> None:
    """Followed in a region with a row of every kind: every id and code of every list, by each kind of caller."""
    region = Region(world)
    followed: set[tuple[str, str]] = set()
    opened: set[str] = set()
    for token in region.tokens():
        for name, one in LISTINGS.items():
            page = json.loads(world.get(f"/lists/{name}?limit=200", token).content)
            for row in page.get("rows", [])[:1]:
                _follow(world, token, name, one, row, followed)
                noun = _NOUNS.get(one.model)
                if noun is not None and noun not in opened:
                    assert world.get(f"/{noun}/{row['id']}", token).status_code == 200, (name, noun)
                    opened.add(noun)
    assert len(followed) > 60 and len(opened) > 18, (len(followed), sorted(opened))


def _follow(world: ApiWorld, token: str, name: str, one: Listing, row: Any, followed: set[tuple[str, str]]) -> None:
    for reference in references(one):
        value = row[reference.name]
        if value in (None, "") or (name, reference.name) in followed:
            continue
        followed.add((name, reference.name))
        written = str(value).lower() if isinstance(value, bool) else value
        found = json.loads(world.get(f"/lists/{name}?limit=200&{reference.name}={written}", token).content)
        assert row["id"] in [other["id"] for other in found["rows"]], (name, reference.name, found)
        assert {other[reference.name] for other in found["rows"]} == {value}


def test_a_filter_that_cannot_be_is_refused(world: ApiWorld) -> None:
    token = world.token(world.officer)
    for wrong in ("firm_id=x", "firm_id=-1", "state_code=gone", "lender=1"):
        problem(world.get(f"/lists/lender.cases?{wrong}", token), 422)
    assert json.loads(world.get("/lists/lender.cases?firm_id=987654", token).content)["rows"] == []


def test_a_right_whose_status_is_not_known_has_a_code_that_is_declared_and_found(world: ApiWorld) -> None:
    world.platform.reseed(world.right, status="unknown")
    token = world.token(world.manager)
    page = json.loads(world.get("/lists/firm.rights?status_code=unknown", token).content)
    assert [(row["id"], row["status_code"]) for row in page["rows"]] == [(world.right.pk, "unknown")]
    schemas = json.loads(world.get("/openapi.json").content)["components"]["schemas"]
    assert "unknown" in schemas["FirmRightsRow"]["properties"]["status_code"]["enum"]
