"""Money is a string in yuan at every door, in what is sent and in what comes back."""

import json
from decimal import Decimal
from typing import Annotated, Any

import pytest
from api_world import ApiWorld, problem
from django.db.models import BigIntegerField
from django.http import QueryDict
from hypothesis import given
from hypothesis import strategies as st
from pydantic import TypeAdapter
from pydantic.fields import FieldInfo

from zhirong.api.column_words import _MONEY, with_yuan
from zhirong.api.column_words import is_money as is_money_column
from zhirong.api.visible_columns import SHOWN
from zhirong.kernel.errors import InputError
from zhirong.kernel.money import FEN_PER_YUAN, MOST_AMOUNT, yuan
from zhirong.operations.case.calculator import Calculate
from zhirong.operations.catalogue import load
from zhirong.operations.declare import OPERATIONS
from zhirong.operations.fields import Request, ask, is_money, mark_money_numbers, read
from zhirong.operations.listing import LISTINGS
from zhirong.operations.request_fields import ask_of, is_list, plain_type
from zhirong.store.financing import Case
from zhirong.web.forms import data_of

load()


def _money_fields() -> list[tuple[str, type[Request], str, FieldInfo]]:
    """Every amount that anybody can give, at any door."""
    asked = [(op.name, op.request) for op in OPERATIONS.values()] + [("calculator", Calculate)]
    return [
        (f"{name} {field}", model, field, info)
        for name, model in asked
        for field, info in model.model_fields.items()
        if is_money(info)
    ]


FIELDS = _money_fields()


def _fen(model: type[Request], field: str, info: FieldInfo, value: Any) -> Any:
    """What the field makes of a value that came in as JSON."""
    several = is_list(plain_type(info.annotation))
    text = mark_money_numbers(model, {field: [value] if several else value})[field]
    kind: Any = Annotated[(info.annotation, *info.metadata)]
    found = TypeAdapter(kind).validate_python(text)
    return found[0] if several else found


def test_every_amount_of_a_form_is_money_and_nothing_else_is() -> None:
    assert len(FIELDS) > 25
    for op in OPERATIONS.values():
        for field, info in op.request.model_fields.items():
            assert is_money(info) == (ask_of(field, info).widget == "money"), (op.name, field)


@pytest.mark.parametrize("one", FIELDS, ids=lambda one: one[0])
@given(fen=st.integers(1, MOST_AMOUNT))
def test_a_text_is_an_amount_in_yuan(one: tuple[str, type[Request], str, FieldInfo], fen: int) -> None:
    _, model, field, info = one
    text = yuan(fen)
    assert _fen(model, field, info, text) == fen
    posted = QueryDict(mutable=True)
    posted[field] = text
    assert data_of(model, posted)[field] == ([text] if is_list(plain_type(info.annotation)) else text)
    if fen % FEN_PER_YUAN == 0:
        assert _fen(model, field, info, str(fen // FEN_PER_YUAN)) == fen
    assert _fen(model, field, info, f"{Decimal(fen) / 1_000_000:f}万元") == fen


@pytest.mark.parametrize("wrong", [True, [1], {"a": 1}, 2_000_000, 0.001, 1e300, -1, "1e6", "-1", "", "2000000分"])
def test_what_is_no_amount_is_refused(wrong: Any) -> None:
    for _, model, field, _ in FIELDS:
        with pytest.raises(InputError) as refused:
            read(model, mark_money_numbers(model, {field: wrong}))
        assert field in {one.field.partition(".")[0] for one in refused.value.problems}, (model, field)


def test_an_amount_that_would_not_be_read_in_yuan_is_not_declared() -> None:
    with pytest.raises(AssertionError, match=r"Wrong\.fee .* operations\.fields"):

        class Wrong(Request):
            fee: Annotated[int, ask("费用", "Fee", widget="money")]


def test_a_case_is_drafted_with_a_text_and_not_with_a_number(world: ApiWorld) -> None:
    token = world.token(world.manager)
    asked = {"lender": world.bank.pk, "mode": "xixian", "term_months": 12, "purpose": "采购原材料"}
    for amount in ("2000000", "2000000.00", "200万元"):
        said = json.loads(world.do("case.draft", token, **asked, amount=amount).content)
        assert "id" in said, said
        assert Case.objects.get(pk=said["id"]).amount == 2_000_000_00, amount
        shown = json.loads(world.get(f"/cases/{said['id']}", token).content)
        assert shown["amount"] == "2000000.00"
        again = world.do("case.edit", token, said["id"], **asked, amount=shown["amount"])
        assert again.status_code == 200 and Case.objects.get(pk=said["id"]).amount == 2_000_000_00
    for number in (2_000_000, 2_000_000.0, 2_000_000.005):
        (found,) = problem(world.do("case.draft", token, **asked, amount=number), 422)["problems"]
        assert (found["field"], found["code"], found["value"]) == ("amount", "money_number", str(number))
        assert '"1200000.00"' in found["hint"]["zh"] and '"1200000.00"' in found["hint"]["en"]


def test_amounts_within_the_tables_of_an_object_are_yuan_too(world: ApiWorld) -> None:
    token = world.token(world.manager)
    asked = {"lender": world.bank.pk, "mode": "xixian", "term_months": 12, "purpose": "采购原材料"}
    said = json.loads(world.do("case.draft", token, **asked, amount="2000000").content)
    kept = {
        "uses": [{"payee": "乙公司", "amount": 123_45, "file": 7}, {"payee": "丙公司", "amount": 100, "file": 8}],
        "maximum": {"amount": 3_000_000_00, "until": "2027-01-31"},
        "filings": [],
    }
    Case.objects.filter(pk=said["id"]).update(contract=kept)
    shown = json.loads(world.get(f"/cases/{said['id']}", token).content)["contract"]
    assert [one["amount"] for one in shown["uses"]] == ["123.45", "1.00"]
    assert [one["file"] for one in shown["uses"]] == [7, 8] and shown["filings"] == []
    assert shown["maximum"] == {"amount": "3000000.00", "until": "2027-01-31"}
    assert Case.objects.get(pk=said["id"]).contract == kept
    Case.objects.filter(pk=said["id"]).update(contract={"maximum": None})
    assert json.loads(world.get(f"/cases/{said['id']}", token).content)["contract"] == {"maximum": None}


def test_a_guarantee_and_its_limits_are_shown_in_yuan() -> None:
    guarantee = {"request": 3, "share": "0.4", "fee_rate": "0.01", "fee": 8_000_00, "exposure": 800_000_00}
    shown = with_yuan("cases", "guarantee", guarantee)
    assert shown == {**guarantee, "fee": "8000.00", "exposure": "800000.00"}
    assert with_yuan("cases", "guarantee", None) is None and with_yuan("cases", "contract", {}) == {}
    basis = {"net_assets": None, "meters": [{"code": "one_firm", "used": 1, "adds": 2, "most": 300}]}
    assert with_yuan("guarantees", "basis", basis)["meters"] == [
        {"code": "one_firm", "used": "0.01", "adds": "0.02", "most": "3.00"}
    ]


def test_a_disposal_and_the_checks_of_a_claim_are_shown_in_yuan() -> None:
    way = {
        "code": "exchange",
        "net": 1_00,
        "days": "90",
        "present_value": 2_00,
        "worst": 0,
        "best": 3_00,
        "assumed": True,
    }
    assert with_yuan("disposals", "plan", {"day": "2026-11-30", "ways": [way]})["ways"] == [
        {**way, "net": "1.00", "present_value": "2.00", "worst": "0.00", "best": "3.00"}
    ]
    table = {"deducted": [{"amount": 5}], "ranks": [{"rank": 1, "paid": 6, "short": 7}], "surplus": 8}
    assert with_yuan("disposals", "result", {"sold": True, "table": table})["table"] == {
        "deducted": [{"amount": "0.05"}], "ranks": [{"rank": 1, "paid": "0.06", "short": "0.07"}], "surplus": "0.08",
    }  # fmt: skip
    checks = [{"code": "papers", "passed": True}, {"code": "amount_due", "passed": True, "due": 40_00}]
    assert with_yuan("claims", "checks", checks)[1]["due"] == "40.00"


def test_amounts_come_back_in_yuan_wherever_they_stand(world: ApiWorld) -> None:
    case, token = world.case, world.token(world.officer)
    row = json.loads(world.get("/lists/lender.cases", token).content)["rows"][0]
    assert row["id"] == case.pk and row["amount"] == "2000000.00"
    spec = json.loads(world.get("/openapi.json").content)["components"]["schemas"]
    for noun, shown in SHOWN.items():
        stem = "".join(part.capitalize() for part in noun.split("-"))
        for name in (*shown.fields, *shown.own):
            if is_money_column(noun, name):
                assert "integer" not in json.dumps(spec[f"{stem}Object"]["properties"][name]), (noun, name)
    for listed in LISTINGS.values():
        page = "".join(part.capitalize() for part in listed.name.replace("-", ".").replace("_", ".").split("."))
        for column in listed.columns:
            if column.kind == "money":
                assert "integer" not in json.dumps(spec[f"{page}Row"]["properties"][column.name]), listed.name


def test_a_former_name_is_answered_with_the_present_one_and_is_deprecated(world: ApiWorld) -> None:
    """Within v1 the API only grows: a column that is renamed is answered by both names."""
    case, token = world.case, world.token(world.officer)
    Case.objects.filter(pk=case.pk).update(credit_limit=1_500_000_00, proposed_by=world.officer.account)
    found = json.loads(world.get(f"/cases/{case.pk}", token).content)
    assert found["credit_limit"] == found["line"] == "1500000.00"
    assert found["proposed_by"] == found["handed_up_by"] == world.officer.account.pk
    for order in ("credit_limit", "-line"):
        row = json.loads(world.get(f"/lists/lender.cases?order={order}", token).content)["rows"][0]
        assert row["credit_limit"] == row["line"] == "1500000.00"
    spec = json.loads(world.get("/openapi.json").content)["components"]["schemas"]
    for schema, present, former in (
        ("CasesObject", "credit_limit", "line"),
        ("CasesObject", "proposed_by", "handed_up_by"),
        ("LenderCasesRow", "credit_limit", "line"),
    ):
        columns = spec[schema]["properties"]
        assert columns[former]["deprecated"] is True and "deprecated" not in columns[present], (schema, former)


def test_every_column_as_large_as_an_amount_is_one() -> None:
    """Amounts are the large whole numbers of the tables; others are the size of a file and the number of a registration."""
    large = {
        (noun, column.name)
        for noun, shown in SHOWN.items()
        for column in shown.model._meta.concrete_fields
        if isinstance(column, BigIntegerField) and not column.primary_key and not column.is_relation
        if column.name in (*shown.fields, *shown.own)
    }
    assert len(large) > 25
    assert {one for one in large if not is_money_column(*one)} <= {("files", "size"), ("cases", "filing")}


def test_what_a_form_begins_with_can_be_sent_as_it_is(world: ApiWorld) -> None:
    draft = world.make_case("draft")
    said = world.get(f"/me/operations?name=case.edit&id={draft.pk}", world.token(world.manager))
    fields = {one["name"]: one for one in json.loads(said.content)["rows"][0]["fields"]}
    assert fields["amount"]["start"] == "2000000.00"


def test_no_property_of_the_description_with_the_name_of_an_amount_is_a_number(world: ApiWorld) -> None:
    spec = json.loads(world.get("/openapi.json").content)["components"]["schemas"]
    names = {name.rpartition(".")[2] for name in _MONEY} - {"value"} | {
        "credit_limit",
        "net_assets",
        "total",
        "due",
    }
    found = 0
    for title, schema in spec.items():
        for name, one in schema.get("properties", {}).items():
            if name in names and (title, name) not in COUNTS:
                found += 1
                assert not {"integer", "number"} & _types(one), (title, name)
    assert found > 60


# Of a job, a count of rows.
COUNTS = {("JobsObject", "total"), ("AdminJobsRow", "total")}


def _types(schema: Any) -> set[str]:
    """The types that a property can have, in whichever branch."""
    if isinstance(schema, list):
        return set().union(*map(_types, schema))
    if not isinstance(schema, dict):
        return set()
    own = {schema["type"]} if isinstance(schema.get("type"), str) else set()
    return own | _types(schema.get("anyOf")) | _types(schema.get("items"))
