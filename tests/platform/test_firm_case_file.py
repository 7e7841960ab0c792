"""The table of a case file made of what the platform keeps gives the same quote as the file that it stands for."""

import json
import tomllib
from datetime import date
from decimal import Decimal
from importlib.resources import files

import pytest

from zhirong.chain.quote.reading import read_case
from zhirong.chain.quote.view import view
from zhirong.kernel.document import to_json
from zhirong.kernel.errors import InputError
from zhirong.kernel.money import parse_yuan
from zhirong.operations.case_file.tables import case_table, case_table_of, exact, plain, quote_json, right_id
from zhirong.store.financing import Case, FirmRight
from zhirong.workbench import modes, quote_case, rules

CASES = files("zhirong") / "cases"


def _file(name):
    return tomllib.loads((CASES / name / "case.toml").read_text(encoding="utf-8"), parse_float=Decimal)


def _kept(platform, table):
    """The firm of a case file and its rights as the platform keeps them, by the ids that the file gives them."""
    said = table["firm"]
    firm = platform.organisation("firm", said["name"], region=said["region"])
    rights = {}
    for one in table["rights"]:
        facts = plain({name: value for name, value in one.items() if name != "id"})
        rights[one["id"]] = platform.seed(
            FirmRight,
            firm=firm,
            key=f"{facts['kind']}/{facts.get('number', one['id'])}",
            kind=facts["kind"],
            number=facts.get("number", ""),
            title=facts["title"],
            facts=facts,
            status="in_force",
            checked_on=platform.day,
        )
    return firm, rights


def _request(table):
    said = table["request"]
    return {**said, "amount": parse_yuan(said["amount"])}


@pytest.mark.parametrize("name", ["xixian-jingshuixing", "suzhou-beiang"])
def test_a_kept_case_quotes_as_its_file_does(platform, name):
    few = list(modes())[:4]
    table = _file(name)
    day = table["case"]["as_of"]
    firm, rights = _kept(platform, table)
    appraisal = dict(table["appraisal"])
    if "rights" in appraisal:
        appraisal["rights"] = [rights[one].pk for one in appraisal["rights"]]
    # What a JSON column gives back: through the database, not only through ``plain``.
    case = platform.seed(
        Case,
        firm=firm,
        lender=platform.organisation("lender"),
        number="ZR-1",
        state="draft",
        mode=few[0],
        amount=_request(table)["amount"],
        term_months=table["request"]["term_months"],
        method=table["request"].get("method", "bullet"),
        cycle=table["request"].get("cycle", "1M"),
        annual_rate=table["request"].get("annual_rate"),
        purpose="购料",
        rights=[one.pk for one in rights.values()],
        facts=plain(table["facts"]),
        credit=plain(table["credit"]),
        appraisal_input=plain(appraisal),
    )
    case.refresh_from_db()
    kept = quote_json(case_table_of(case, day), few)
    written = {
        **table,
        "case": {**table["case"], "id": case.number},
        # Nobody has stated the kept firm's size, and what a firm reckons online no appraiser has checked.
        "firm": {key: value for key, value in table["firm"].items() if key != "size"} | {"code": firm.code},
        "appraisal": {**table["appraisal"], "checked": False},
    }
    stated = to_json(view(quote_case(read_case(written, name, rules()), few)))
    said = json.dumps(kept, ensure_ascii=False)
    for identity, right in rights.items():
        said = said.replace(right_id(right.pk), identity)
    kept = json.loads(said)
    for part in ("credit_limit", "credit", "modes", "rights", "gates"):
        assert kept[part] == stated[part], part
    assert kept["appraisal"]["value"] == stated["appraisal"]["value"]


def test_decimals_and_days_come_back_as_they_were():
    table = {
        "rate": Decimal("0.0445"),
        "on": date(2021, 11, 15),
        "nested": [{"share": Decimal("0.000001")}],
        "n": 3,
    }
    assert exact(plain(table)) == {
        "rate": Decimal("0.0445"),
        "on": "2021-11-15",
        "nested": [{"share": Decimal("0.000001")}],
        "n": 3,
    }


def test_everything_wrong_with_the_facts_is_said_together(platform):
    firm, _ = platform.firm()
    right = platform.right(firm)
    table = case_table(
        firm,
        [right],
        {"amount": 200_000_000, "term_months": 12},
        {"sme": "perhaps", "unheard_of": True},
        {"tax": {"tax_grade": "Z"}},
        {},
        platform.day,
        "ZR-2",
    )
    with pytest.raises(InputError) as refused:
        quote_json(table)
    assert {one.field for one in refused.value.problems} >= {
        "facts.sme",
        "facts.unheard_of",
        "credit.tax.tax_grade",
    }
    assert all(one.reason.zh and one.reason.en and one.hint.zh and one.hint.en for one in refused.value.problems)
