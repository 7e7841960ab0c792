"""The quote holds the credit limit with 1 + 1, title and override, and says what is not stated."""

import copy
import json
from dataclasses import replace
from datetime import date
from decimal import Decimal
from pathlib import Path

import jsonschema
import pytest
from quote_cases import CASES, case_table

from in_process import run_command
from zhirong.chain.appraisal.case import read_appraisal_case
from zhirong.chain.quote.quote import quote
from zhirong.chain.quote.reading import read_case
from zhirong.chain.quote.view import view
from zhirong.documents.quote_pdf import quote_pdf
from zhirong.documents.quote_xlsx import quote_xlsx
from zhirong.kernel.document import to_json
from zhirong.kernel.errors import InputError
from zhirong.kernel.fields import parse_toml
from zhirong.kernel.rulebook import Rule
from zhirong.kernel.text import Text
from zhirong.workbench import modes, rules

DOCS = Path(__file__).resolve().parents[2] / "docs"
PAGE = (DOCS / "en" / "reference" / "one-plus-one.md").read_text(encoding="utf-8")
STATED = parse_toml(PAGE.split("```toml\n")[1].split("```")[0], "page")
TABLE = case_table("xixian-jingshuixing")
TABLE["appraisal"]["paths"] = 2000
RULES = rules()
BEIJING, PUDONG, GUANGZHOU = (modes()[name] for name in ("beijing", "pudong", "guangzhou-55"))
BIG = {"request": {"amount": "4000000"}, "credit": {"debt": {"total_assets": "6000万元"}}}
WEAK = {"credit": {"tax": {"tax_grade": "D"}, "debt": {"total_debt": "2500万元"}}}
OVERRIDE = {
    "to_grade": "A",
    "reason": "order_signed",
    "words": "2021-11-01 签订 900 万元合同",
    "proposed_by": "赵某",
    "approved_by": "钱某",
    "made_on": date(2021, 11, 10),
    "expires": date(2022, 3, 31),
}


def merged(table, more):
    for name, value in more.items():
        if isinstance(value, dict) and isinstance(table.get(name), dict):
            merged(table[name], value)
        else:
            table[name] = value
    return table


def case_of(*additions):
    table = copy.deepcopy(TABLE)
    for more in additions:
        merged(table, copy.deepcopy(more))
    return read_case(table, "test", RULES)


def answer_of(*additions, book=RULES, under=(BEIJING,)):
    return quote(case_of(*additions), under, book)


def with_rule(rule_id, value):
    rule = RULES.rule(rule_id)
    versions = tuple(replace(version, value=value) for version in rule.versions)
    return RULES.merged_with([Rule(rule.id, rule.title, rule.unit, versions)])


TIGHT = with_rule("limit.loss_budget", Decimal("0.005"))


def test_a_case_with_everything_has_every_limit_and_nothing_stands_in():
    answer = answer_of(STATED, {"request": {"annual_rate": Decimal("0.0435")}})
    codes = {limit.code for limit in answer.pledge.limits}
    assert codes == {"pledge_rate", "one_plus_one", "lending_value"}
    assert answer.substitutes == ()
    cap = next(limit for limit in answer.pledge.limits if limit.code == "pledge_rate")
    assert cap.amount == int(answer.appraisal.appraised_value * Decimal("0.25"))
    assert {cap.code for cap in answer.credit_limit.caps} >= {
        "requested",
        "need",
        "repayment",
        "turnover",
        "debt_ratio",
        "exposure:lender",
    }


def test_what_is_not_stated_is_named_with_what_stood_in_for_it():
    answer = answer_of()
    assert [one.code for one in answer.substitutes] == ["team", "indicators", "title_investigation", "annual_rate"]
    assert "质押率上限" in answer.substitutes[0].used.zh
    assert all(one.hint.zh and one.hint.en for one in answer.substitutes)
    shown = view(answer)
    assert shown.one_plus_one.complete is False
    assert shown.one_plus_one.title_investigation is None


def test_the_loss_budget_holds_a_limit_down_where_the_lender_bears_all():
    answer = answer_of(WEAK, BIG, book=TIGHT, under=(BEIJING, PUDONG))
    alone, shared = answer.offers
    assert alone.limited_by == "expected_loss:lender"
    assert alone.amount % 1_000_000 == 0
    assert 0 < alone.amount < shared.amount
    assert answer.credit_limit.uncovered.amount == alone.amount
    own = next(part.amount for part in alone.expected_loss if part.role == "lender")
    assert own <= alone.amount * Decimal("0.005")
    assert {change.code for change in alone.changes} >= {"lender_share"}


STEPS = {
    "team": [
        {"team": {"rating": [{**sheet, "marks": {name: {**mark, "points": points} for name, mark in sheet["marks"].items()}}
                             for sheet in STATED["team"]["rating"]]}}
        for points in (1, 3, 5)
    ],
    "debt": [{"credit": {"debt": {"total_debt": amount}}} for amount in ("2500万元", "1150万元", "400万元")],
    "tax": [{"credit": {"tax": {"tax_grade": grade}}} for grade in "DCBA"],
    "cash": [{"credit": {"cash_flow": {"operating_cash_flow": a}}} for a in ("90万元", "150万元", "390万元")],
    "use": [{"appraisal": {"redeployability": word}} for word in ("low", "medium", "high")],
    "title": [{"title_investigation": {**STATED["title_investigation"], "finding": word}} for word in ("defective", "curable", "clear")],
    "compliance": [{"credit": {"compliance": {"dishonest_judgment_debtor": word}}} for word in (True, False)],
    "readiness": [{"indicators": {"answers": {"water-membrane": {"T5.1": {**STATED["indicators"]["answers"]["water-membrane"]["T5.1"], "answer": level}}}}} for level in (1, 5, 9)],
}  # fmt: skip


@pytest.mark.parametrize("name", STEPS)
@pytest.mark.parametrize("book", [RULES, TIGHT], ids=["rules", "tight"])
def test_a_better_input_never_lowers_limit_pledge_or_offer(name, book):
    answers = [answer_of(STATED, WEAK, step, book=book, under=(BEIJING, GUANGZHOU)) for step in STEPS[name]]
    for worse, better in zip(answers, answers[1:], strict=False):
        assert better.credit_limit.uncovered.amount >= worse.credit_limit.uncovered.amount
        assert better.pledge.amount >= worse.pledge.amount
        for one, other in zip(worse.offers, better.offers, strict=True):
            assert other.amount >= one.amount


def test_the_title_investigation_is_a_cost_of_the_firm_as_far_as_it_pays():
    costs = {}
    for payer in ("pledgor", "both", "pledgee"):
        investigation = {**STATED["title_investigation"], "paid_by": payer, "cost": "8000.01"}
        offer = answer_of({"title_investigation": investigation}).offers[0]
        charged = [charge.amount for charge in offer.charges if charge.code == "title_investigation"]
        costs[payer] = (charged, offer.annual_cost)
    assert [costs[payer][0] for payer in ("pledgor", "both", "pledgee")] == [[800_001], [400_001], []]
    assert costs["pledgor"][1] > costs["both"][1] > costs["pledgee"][1]
    shown = view(answer_of({"title_investigation": STATED["title_investigation"]}))
    cost = next(one for one in shown.modes[0].costs if one.code == "title_investigation")
    assert cost.payee == Text("质权人委托的律师事务所", "the pledgee's law firm")


def test_an_override_moves_the_grade_while_it_holds_and_is_shown():
    plain, moved = answer_of(), answer_of({"override": OVERRIDE})
    assert (plain.credit.grade, moved.credit.grade) == ("B", "A")
    assert moved.credit.default_probability.number() < plain.credit.default_probability.number()
    assert moved.credit.points == plain.credit.points
    assert moved.credit_limit.amount >= plain.credit_limit.amount
    assert view(moved).one_plus_one.override.state == "in_force"
    assert "赵某" in moved.credit.explanation.as_text("zh")
    over = {**OVERRIDE, "made_on": date(2021, 6, 1), "expires": date(2021, 11, 14)}
    expired = answer_of({"override": over})
    assert expired.credit.grade == "B"
    assert view(expired).one_plus_one.override.state == "expired"


@pytest.mark.parametrize(
    ("change", "field", "code"),
    [
        ({"override": {**OVERRIDE, "to_grade": "C", "reason": "order_signed"}}, "override.reason", "reason_points_elsewhere"),
        ({"override": {**OVERRIDE, "approved_by": "赵 某"}}, "override.approved_by", "same_person"),
        ({"override": {**OVERRIDE, "expires": date(2023, 1, 1)}}, "override.expires", "expiry_out_of_range"),
        ({"title_investigation": {**STATED["title_investigation"], "cost": "-1"}}, "title_investigation.cost", "too_small"),
        ({"title_investigation": {**STATED["title_investigation"], "commissioned_on": date(2022, 1, 1)}}, "title_investigation.commissioned_on", "date_in_future"),
        ({"team": {"rating": []}}, "team.rating", "number_of_raters"),
    ],
)  # fmt: skip
def test_what_is_wrong_is_refused_with_its_field(change, field, code):
    with pytest.raises(InputError) as caught:
        case_of(change)
    assert (field, code) in {(problem.field, problem.code) for problem in caught.value.problems}


def test_an_override_beside_a_broken_credit_file_waits_for_it():
    with pytest.raises(InputError) as caught:
        case_of({"override": OVERRIDE, "credit": {"debt": {"total_assets": "much"}}})
    assert {problem.field for problem in caught.value.problems} == {"credit.debt.total_assets"}


def test_the_tables_are_not_passed_over_without_rules():
    with pytest.raises(InputError) as caught:
        read_case(merged(copy.deepcopy(TABLE), copy.deepcopy(STATED)), "test")
    assert {problem.code for problem in caught.value.problems} == {"no_rules"}


def test_an_appraisal_may_be_made_of_the_same_file():
    read_appraisal_case(merged(copy.deepcopy(TABLE), copy.deepcopy({**STATED, "override": OVERRIDE})), "test")


def test_every_paper_and_the_schema_take_it():
    document = view(answer_of(STATED, {"override": OVERRIDE}, under=(BEIJING, PUDONG)))
    data = to_json(document)
    schema = json.loads((DOCS / "schemas" / "quote.schema.json").read_text(encoding="utf-8"))
    jsonschema.Draft202012Validator(schema).validate(data)
    for lang in ("zh", "en"):
        assert quote_pdf(document, lang).startswith(b"%PDF")
        assert quote_xlsx(document, lang).startswith(b"PK")


def test_a_score_points_inside_the_royalty_range_and_moves_no_value():
    answer, plain_answer = answer_of(STATED), answer_of()
    ((method, found),) = answer.judged.royalties
    assert method == "relief_from_royalty"
    assert Decimal("0.03") < found.rate < Decimal("0.06")
    assert answer.appraisal.value == plain_answer.appraisal.value
    assert view(answer).one_plus_one.royalty[0].position


def test_on_the_command_line(tmp_path):
    scores = tmp_path / "scores.toml"
    scores.write_text(PAGE.split("```toml\n")[1].split("```")[0], encoding="utf-8")
    path = CASES / "xixian-jingshuixing" / "case.toml"

    def run(*words):
        return run_command("quote", *words)

    done = run(path, "--scores", scores, "--mode", "xixian")
    assert done.returncode == 0, done.stderr
    for words in ("加权 kappa", "权属调查", "未填写商定的贷款年利率", "约束项", "须为"):
        assert words in done.stdout, words
    whole = tmp_path / "whole.toml"
    whole.write_text(path.read_text(encoding="utf-8") + scores.read_text(encoding="utf-8"), encoding="utf-8")
    both = run(whole, "--scores", scores)
    assert both.returncode == 2
    assert "ratings" in both.stderr
    alone = json.loads(run(whole, "--mode", "xixian", "--json").stdout)
    beside = json.loads(run(path, "--scores", scores, "--mode", "xixian", "--json").stdout)
    assert alone == beside
