"""Bad input of every kind is refused by field, value, reason and hint, all at once, before anything is computed."""

import copy
from decimal import Decimal
from pathlib import Path

import pytest
from quote_cases import CASES, case_table, changed

from in_process import run_command
from zhirong.chain.quote.reading import read_case
from zhirong.kernel.errors import InputError
from zhirong.workbench import quote_case

TABLE = case_table("xixian-jingshuixing")

WRONG = [
    ("case__as_of", "2021-13-01", "case.as_of", "not_a_day"),
    ("case__as_of", None, "case.as_of", "missing"),
    ("case__id", None, "case.id", "missing"),
    ("firm__region", "西安", "firm.region", "not_a_region"),
    ("firm__code", "91610000MA6TG0000X", "firm.code", "bad_credit_code"),
    ("request__amount", "两百万", "request.amount", "not_money"),
    ("request__amount", 0, "request.amount", "too_small"),
    ("request__amount", -5, "request.amount", "too_small"),
    ("request__amount", "0.001", "request.amount", "not_money"),
    ("request__term_months", 0, "request.term_months", "out_of_range"),
    ("request__term_months", 1000, "request.term_months", "out_of_range"),
    ("request__start", "2021-01-01", "request.start", "start_before_case"),
    ("request__method", "ballon", "request.method", "not_a_choice"),
    ("request__cycle", "monthly", "request.cycle", "not_a_cycle"),
    ("case__as_of", "9999-12-31", "case.as_of", "out_of_range"),
    ("request__start", "9998-12-31", "request.start", "out_of_range"),
    ("case__title", "响\x07铃", "case.title", "control_character"),
    ("firm__name", "长" * 3000, "firm.name", "too_long"),
    ("facts__bad_credit_on", "2030-01-01", "facts.bad_credit_on", "date_in_future"),
    ("facts__borrower_balance", "很多", "facts.borrower_balance", "not_money"),
    ("rights", [], "rights", "no_rights"),
    ("rights__0__kind", "patent", "rights[1].kind", "not_a_choice"),
    ("rights__0__number", "201719999901.8", "rights[1].number", None),
    ("rights__0__number", "201829999902.1", "rights[1].number", None),
    ("rights__1__id", "water-membrane", "rights[2].id", "id_twice"),
    ("rights__0__grant_date", "2016-01-01", "rights[1].grant_date", None),
    ("rights__0__holders", [], "rights[1].holders", None),
    ("appraisal__valuation_date", "2021-12-31", "appraisal.valuation_date", "date_in_future"),
    ("appraisal__rights", ["another"], "appraisal.rights", "unknown_right"),
    ("appraisal__method__0__royalty_rate__mode", 5, "appraisal.method[1].royalty_rate.mode", "out_of_range"),
    ("appraisal__method__0__method", "guess", "appraisal.method[1].method", "not_a_choice"),
    ("credit__tax__tax_grade", "E", "credit.tax.tax_grade", "not_a_choice"),
    ("credit__tax__date", "2031-01-01", "credit.tax.date", "date_in_future"),
    ("facts__registerd_on", "2001-01-01", "facts.registerd_on", "unknown_field"),
    ("facts__ip_share_of_security", Decimal("0.33333333333333333"), "facts.ip_share_of_security", "too_fine"),
    ("facts__sme", "yes", "facts.sme", "wrong_type"),
    ("facts__bad_credit_on", "never ever", "facts.bad_credit_on", "not_a_day"),
    ("quote", {}, "quote", "unknown_field"),
    ("request__amount", f"1{'0' * 30}元", "request.amount", "too_large"),
]


@pytest.mark.parametrize(("path", "value", "field", "code"), WRONG, ids=[f"{w[0]}={w[1]}"[:60] for w in WRONG])
def test_what_is_wrong_is_named(path, value, field, code):
    with pytest.raises(InputError) as caught:
        changed(TABLE, **{path: value})
    found = [problem for problem in caught.value.problems if problem.field == field]
    assert found, [problem.field for problem in caught.value.problems]
    if code is not None:
        assert code in {problem.code for problem in found}
    for problem in found:
        assert problem.reason.zh and problem.reason.en
        assert problem.hint.zh and problem.hint.en


def test_everything_wrong_is_told_together():
    table = copy.deepcopy(TABLE)
    table["request"]["amount"] = "很多"
    table["firm"]["region"] = "x"
    table["rights"][0]["kind"] = "x"
    table["credit"]["tax"]["tax_grade"] = "x"
    with pytest.raises(InputError) as caught:
        read_case(table, "case.toml")
    assert {p.field for p in caught.value.problems} >= {
        "request.amount",
        "firm.region",
        "rights[1].kind",
        "credit.tax.tax_grade",
    }


@pytest.mark.parametrize("name", ["case", "firm", "request", "rights"])
def test_a_missing_part_is_named(name):
    table = copy.deepcopy(TABLE)
    del table[name]
    with pytest.raises(InputError) as caught:
        read_case(table, "case.toml")
    assert any(problem.field.split(".")[0].split("[")[0] == name for problem in caught.value.problems)


def test_a_case_without_appraisal_is_lent_on_credit_alone():
    answer = quote_case(changed(TABLE, appraisal=None), ["beijing", "chengdu"])
    assert {gate.code: gate.scope.value for gate in answer.gates if gate.verdict.value == "failed"} == {
        "no_value": "pledge"
    }
    assert (answer.pledge.amount, answer.pledge.binding) == (0, "no_appraisal")
    assert answer.credit_limit.uncovered.amount == 200_000_000  # its own exposure alone is 2,389,798.61
    pawn = next(offer for offer in answer.offers if offer.mode.id == "chengdu")
    assert (pawn.amount, pawn.limited_by) == (0, "pledge")


def test_no_published_rate_asks_for_the_agreed_one():
    table = case_table("suzhou-beiang")
    with pytest.raises(InputError) as caught:
        quote_case(changed(table, request__annual_rate=None))
    assert [problem.field for problem in caught.value.problems] == ["request.annual_rate"]


GATES = [
    ({"rights__0__flags": ["pledged"]}, "key_right_not_pledgeable"),
    ({"rights__0__flags": ["frozen"]}, "key_right_not_pledgeable"),
    ({"rights__0__flags": ["in_dispute"]}, "key_right_not_pledgeable"),
    ({"rights__0__fee_paid_through_year": 3}, "key_right_not_pledgeable"),
    ({"rights__0__flags": ["invalidation_pending"]}, "key_right_under_invalidation"),
    ({"rights__0__status": "invalidated", "rights__0__ended_date": "2021-06-01"}, "not_in_force"),
    (
        {
            "rights__0__holders": [
                {"name": "陕西泾水兴环保科技公司"},
                {"name": "某大学", "consents": False},
            ]
        },
        "co_owner_consent",
    ),
    ({"request__term_months": 200}, "life_too_short"),
]
OF_FIRM = [
    ({"credit__compliance__dishonest_judgment_debtor": True}, "dishonest_judgment_debtor"),
    ({"credit__compliance__abnormal_operations": True}, "abnormal_operations"),
    ({"request__term_months": 61}, "term_too_long"),
]


@pytest.mark.parametrize(("changes", "code"), GATES, ids=[str(g[1]) + str(n) for n, g in enumerate(GATES)])
def test_a_check_on_a_right_takes_it_out_of_the_pledge_and_leaves_the_credit_loan(changes, code):
    answer = quote_case(changed(TABLE, **changes), ["beijing", "chengdu"])
    failed = {gate.code: gate for gate in answer.gates if gate.verdict.value == "failed"}
    assert failed[code].hint is not None
    assert failed[code].scope.value == "pledge"
    assert answer.pledge.amount == 0
    assert answer.pledge.rights[0].removed is not None
    pawn = next(offer for offer in answer.offers if offer.mode.id == "chengdu")
    assert pawn.amount == 0
    if code != "life_too_short":
        assert answer.credit_limit.amount == 200_000_000
        assert answer.credit_limit.limit.without_pledge == answer.credit_limit.amount


@pytest.mark.parametrize(("changes", "code"), OF_FIRM, ids=[g[1] for g in OF_FIRM])
def test_a_check_on_the_firm_declines_the_loan(changes, code):
    answer = quote_case(changed(TABLE, **changes), ["beijing"])
    failed = {gate.code: gate for gate in answer.gates if gate.verdict.value == "failed"}
    assert failed[code].hint is not None
    assert failed[code].scope.value == "loan"
    assert (answer.credit_limit.amount, answer.offers[0].amount) == (0, 0)
    assert answer.credit_limit.binding == code


def run(*words):
    return run_command("quote", *words)


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (None, "文件不存在"),
        ("", "case"),
        ("[case", "TOML"),
        (b"\xff\xfe\x00", "UTF-8"),
        ("case = 3", "case"),
    ],
)
def test_files_that_are_no_cases(tmp_path, content, said):
    path = tmp_path / "case.toml"
    if isinstance(content, bytes):
        path.write_bytes(content)
    elif content is not None:
        path.write_text(content, encoding="utf-8")
    done = run(path)
    assert done.returncode == 2
    assert said in done.stderr
    assert "Traceback" not in done.stderr


def test_a_mode_that_is_not_there_is_named():
    done = run(CASES / "xixian-jingshuixing" / "case.toml", "--mode", "pudongg")
    assert done.returncode == 2
    assert "pudongg" in done.stderr
    assert "pudong" in done.stderr


def test_a_paper_that_cannot_be_written_is_named(tmp_path):
    done = run(CASES / "xixian-jingshuixing" / "case.toml", "--pdf", tmp_path / "no" / "such.pdf")
    assert done.returncode == 2
    assert "such.pdf" in done.stderr
    assert "Traceback" not in done.stderr


def test_the_page_for_users_names_every_fact_that_a_case_may_state():
    from zhirong.chain.mode.vocabulary import FACTS
    from zhirong.chain.quote.reading import DERIVED_FACTS

    page = (Path(__file__).resolve().parents[2] / "docs" / "en" / "reference" / "case-file.md").read_text(
        encoding="utf-8"
    )
    assert [
        name for name in FACTS if name not in DERIVED_FACTS and f"`{name.removesuffix('_fen')}`" not in page
    ] == []


@pytest.mark.parametrize("region", ["000000", "999999", "160000"])
def test_a_region_of_no_province_is_refused(region):
    with pytest.raises(InputError) as caught:
        quote_case(changed(TABLE, firm__region=region), ["beijing"])
    assert [problem.field for problem in caught.value.problems] == ["firm.region"]


def test_one_mistake_is_told_once():
    table = copy.deepcopy(TABLE)
    del table["case"]["as_of"]
    with pytest.raises(InputError) as caught:
        read_case(table, "case.toml")
    assert [problem.field for problem in caught.value.problems] == ["case.as_of"]


def test_a_case_without_a_credit_file_is_read_and_gets_no_limit():
    table = copy.deepcopy(TABLE)
    del table["credit"]
    answer = quote_case(read_case(table, "case.toml"), ["beijing"])
    assert answer.credit_limit.amount == 0
    assert "figures_missing" in {gate.code for gate in answer.gates if gate.verdict.value == "open"}
    assert "credit_incomplete" in {gate.code for gate in answer.gates if gate.verdict.value == "open"}


def strangers(consents):
    """The holders of the core patent replaced by a company that is not the firm."""
    return {"rights__0__holders": [{"name": "另一家公司", "consents": consents}]}


def test_the_patents_of_a_stranger_carry_nothing():
    answer = quote_case(changed(TABLE, **strangers(False)), ["beijing"])
    assert (answer.pledge.amount, answer.pledge.binding) == (0, "no_right_left")
    assert "key_right_not_pledgeable" in {g.code for g in answer.gates if g.verdict.value == "failed"}


def test_a_third_party_may_pledge_for_the_firm_if_it_says_so():
    answer = quote_case(changed(TABLE, **strangers(True)), ["beijing"])
    gates = {gate.code: gate.verdict.value for gate in answer.gates}
    assert gates["third_party_pledge"] == "open"
    assert gates["key_right_not_pledgeable"] == "passed"
    assert answer.credit_limit.conditional


def test_a_subsidiary_may_hold_the_other_right():
    """Each right is examined for the pledgor who holds it: the firm's own core patent stays pledgeable."""
    answer = quote_case(changed(TABLE, rights__1__holders=[{"name": "子公司", "consents": True}]), ["beijing"])
    assert {seen.right.id: seen.pledgeable for seen in answer.rights}["water-membrane"] == "yes"


def test_an_exclusive_licence_is_a_matter_to_settle():
    licence = [{"kind": "exclusive", "licensee": "某水务公司", "start": "2020-01-01"}]
    answer = quote_case(changed(TABLE, rights__0__licences=licence), ["beijing"])
    assert {g.code: g.verdict.value for g in answer.gates}["exclusive_licence"] == "open"


def test_a_long_term_is_priced_by_the_long_rate_and_asked_about():
    """Working capital: to 36 months; to 60 only with a slow cash cycle; beyond that not at all. A project may be longer."""
    project = {"request__purpose_kind": "project", "request__project_budget": "1000万元"}
    answer = quote_case(changed(TABLE, request__term_months=72, **project), ["beijing"])
    assert {g.code: g.verdict.value for g in answer.gates}["term_too_long"] == "passed"
    short = quote_case(changed(TABLE), ["beijing"])
    assert answer.offers[0].limit.firm.firm.market_rate > short.offers[0].limit.firm.firm.market_rate

    def verdict(months, **changes):
        found = quote_case(changed(TABLE, request__term_months=months, **changes), ["beijing"])
        return {g.code: g.verdict.value for g in found.gates}["term_too_long"]

    assert [verdict(months) for months in (36, 37, 60, 61)] == ["passed", "open", "open", "failed"]
    assert verdict(60, credit__statements__receivables="2000万元") == "passed"


@pytest.mark.parametrize("name", ["甲[/foo]乙", "[/]", "[bold]", "[red]x"])
def test_brackets_in_a_name_are_shown_as_they_are(tmp_path, name):
    text = (CASES / "xixian-jingshuixing" / "case.toml").read_text(encoding="utf-8")
    path = tmp_path / "case.toml"
    path.write_text(text.replace("一种污水曝气器", name).replace("采购原材料", f"采购{name}"), encoding="utf-8")
    done = run(path)
    assert done.returncode == 0, done.stderr
    assert name in done.stdout


def test_the_screen_says_that_an_offer_is_conditional():
    done = run(CASES / "xixian-jingshuixing" / "case.toml")
    assert "附条件" in done.stdout
