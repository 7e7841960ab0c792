"""The nightly sweep: known answers of the demand for further security, days of tasks, and what may never look better."""

import json
from dataclasses import replace
from datetime import date, timedelta
from fractions import Fraction
from pathlib import Path

import openpyxl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from examples import examples
from zhirong.chain.loan.servicing.components import Category
from zhirong.chain.watch.catalogue import Colour, WatchSubject, catalogue_on
from zhirong.chain.watch.reading import DERIVED
from zhirong.chain.watch.shortfall import security_shortfall
from zhirong.chain.watch.sweep import (
    Deadline,
    WatchedLoan,
    WatchedRight,
    WatchEvent,
    WatchResult,
    sweep,
    sweep_loan,
)
from zhirong.cli.main import main
from zhirong.kernel.days import working_days_from
from zhirong.kernel.money import parse_yuan
from zhirong.kernel.rulebook_files import load_rulebook
from zhirong.kernel.text import Text

DAY = date(2026, 3, 2)
RULES = load_rulebook()
CATALOGUE = catalogue_on(RULES, DAY)
WORKING = working_days_from(RULES.at("calendar.working_days", DAY).value)
PORTFOLIO = Path(__file__).parent / "cases" / "portfolio.toml"


def right(name: str = "p1", value: str | None = "5,400,000.00", kind: str = "invention") -> WatchedRight:
    fen = None if value is None else parse_yuan(value)
    return WatchedRight(name, kind, fen, date(2025, 7, 1), date(2026, 2, 1))


def loan(*rights: WatchedRight, events: tuple[WatchEvent, ...] = ()) -> WatchedLoan:
    return WatchedLoan(
        "L", parse_yuan("6,000,000.00"), Fraction(7, 10), date(2027, 7, 21), rights or (right(),), events
    )


def swept(one: WatchedLoan, day: date = DAY) -> WatchResult:
    return sweep_loan(one, day, CATALOGUE, WORKING)


# -- the demand for further security ------------------------------------------------------------------------------


def test_an_invalid_patent_leads_to_the_demand_of_e10() -> None:
    rights = (right(), right("p2", "2,700,000.00"), right("p3", "900,000.00"))
    before = swept(loan(*rights))
    assert (before.colour, before.shortfall, before.alarms) == (Colour.GREEN, None, ())
    after = swept(loan(*rights, events=(WatchEvent("invalid_whole", DAY, "p1"),)))
    assert after.value == parse_yuan("3,600,000.00")
    assert after.shortfall is not None
    assert after.shortfall.value == parse_yuan("4,971,428.58")
    assert after.shortfall.cash == parse_yuan("3,480,000.00")
    assert after.colour is Colour.BLACK
    assert [(d.who, d.last_day) for d in after.tasks if "demand" in d.words.en][0] == ("lender", date(2026, 3, 5))


def test_a_further_patent_and_cash_leave_e10_short() -> None:
    """Patent 4 of 1,200,000.00 and 500,000.00 in cash: 70 % of 4,800,000.00 carries 3,360,000.00."""
    rights = (right(), right("p2", "2,700,000.00"), right("p3", "900,000.00"), right("p4", "1,200,000.00"))
    day = date(2026, 3, 20)
    one = replace(
        loan(*rights, events=(WatchEvent("invalid_whole", DAY, "p1"),)), exposure=parse_yuan("5,500,000.00")
    )
    found = swept(one, day)
    assert found.ltv == Fraction(55, 48)
    assert found.shortfall is not None
    assert found.shortfall.cash == parse_yuan("2,140,000.00")


@given(st.integers(1, 10**12), st.integers(0, 10**12), st.integers(1, 200))
@settings(max_examples=examples(50))
def test_paying_exactly_the_cash_missing_restores_the_ceiling(exposure: int, value: int, percent: int) -> None:
    """Property 18: the cash missing restores it, one fen less does not; the same for value."""
    ceiling = Fraction(percent, 100)
    missing = security_shortfall(exposure, value, ceiling)
    if missing.cash:
        assert exposure - missing.cash <= ceiling * value
        assert exposure - missing.cash + 1 > ceiling * value
    if missing.value:
        assert exposure <= ceiling * (value + missing.value)
        assert exposure > ceiling * (value + missing.value - 1)


# -- what a finding does ------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("code", "kind", "value"),
    [
        ("lapsed", "invention", "0.00"),
        ("invalidation_requested", "invention", "3,780,000.00"),
        ("invalidation_requested", "utility_model", "2,970,000.00"),
        ("suit_against_firm", "invention", "4,320,000.00"),
        ("fee_missed", "invention", "4,050,000.00"),
        ("comparable_deal", "invention", "5,400,000.00"),
    ],
)
def test_what_a_finding_leaves_of_the_value(code: str, kind: str, value: str) -> None:
    found = swept(loan(right(kind=kind), events=(WatchEvent(code, DAY, "p1"),)))
    assert found.value == parse_yuan(value)


def test_a_key_inventor_who_left_lowers_every_item() -> None:
    found = swept(loan(right(), right("p2", "1,000,000.00"), events=(WatchEvent("key_inventor_left", DAY),)))
    assert found.value == parse_yuan("5,440,000.00")


def test_a_missed_fee_concerns_the_category_only_if_the_item_weighs() -> None:
    heavy = loan(right(), events=(WatchEvent("fee_missed", DAY, "p1"),))
    light = loan(right("p1", "100.00"), right("p2", "90,000,000.00"), events=(WatchEvent("fee_missed", DAY, "p1"),))
    assert swept(heavy).category.grade >= Category.SPECIAL_MENTION.grade
    assert swept(light).category is Category.NORMAL


def test_a_fee_becomes_due_is_missed_and_the_right_lapses() -> None:
    due = date(2026, 5, 1)
    one = loan(replace(right(), next_fee_on=due, valued_on=date(2026, 2, 1), confirmed_on=date(2026, 2, 1)))

    def codes(day: date) -> list[str]:
        fresh = replace(one, rights=tuple(replace(r, confirmed_on=day, valued_on=day) for r in one.rights))
        return [alarm.code for alarm in swept(fresh, day).alarms if alarm.right_id]

    assert codes(due - timedelta(days=61)) == []
    assert codes(due - timedelta(days=60)) == ["fee_due"]
    assert codes(due) == ["fee_due"]
    assert codes(due + timedelta(days=1)) == ["fee_missed"]
    assert codes(date(2026, 11, 1)) == ["fee_missed"]
    assert codes(date(2026, 11, 2)) == ["lapsed"]


def test_an_old_appraisal_is_first_amber_then_unknown() -> None:
    def result(valued: date | None) -> WatchResult:
        return swept(replace(loan(), rights=(replace(right(), valued_on=valued),)))

    assert [a.code for a in result(date(2025, 3, 2)).alarms if a.right_id] == []
    assert [a.code for a in result(date(2025, 3, 1)).alarms if a.right_id] == ["appraisal_old"]
    old = result(date(2024, 9, 1))
    assert (old.value, old.ltv, old.colour) == (None, None, Colour.RED)
    assert result(None).value is None


def test_an_event_counts_from_the_day_it_is_known_until_its_end() -> None:
    frozen = WatchEvent("frozen", date(2026, 1, 1), "p1", until=date(2026, 6, 30), recorded_on=date(2026, 2, 1))
    one = loan(right("p1", "9,000,000.00"), events=(frozen,))
    codes = {
        day: [a.code for a in swept(one, day).alarms]
        for day in (date(2026, 1, 31), date(2026, 2, 1), date(2026, 6, 30))
    }
    assert codes[date(2026, 1, 31)] == []
    assert codes[date(2026, 2, 1)] == ["frozen"]
    assert "frozen" in codes[date(2026, 6, 30)]
    assert "frozen" not in [a.code for a in swept(one, date(2026, 7, 1)).alarms]


def test_a_missed_deadline_stays_black() -> None:
    """Property 23: doing it later does not whiten it."""
    last = date(2026, 2, 27)
    for met in (None, date(2026, 3, 1)):
        one = replace(
            loan(right("p1", "9,000,000.00")), deadlines=(Deadline("g", Text("保证期间", "period"), last, 5, met),)
        )
        assert [a.code for a in swept(one).alarms] == ["deadline_missed"]
        assert (swept(one).colour, swept(one).lost) == (Colour.BLACK, 5)
    in_time = replace(
        loan(right("p1", "9,000,000.00")), deadlines=(Deadline("g", Text("保证期间", "period"), last, 5, last),)
    )
    assert swept(in_time).alarms == ()


# -- the whole catalogue ------------------------------------------------------------------------------------------

SPECIAL, SUB = Category.SPECIAL_MENTION, Category.SUBSTANDARD
# code: colour, value left of 10 million (None: unknown), category at least, tasks as who and last day. Known 2026-03-02.
CATALOGUE_SAYS = {
    "comparable_deal": ("info", 10_000_000, Category.NORMAL, []),
    "covenant_breached": ("red", 10_000_000, Category.NORMAL, [("lender", "2026-03-16")]),
    "cross_default": ("red", 10_000_000, SUB, [("lender", "2026-03-16")]),
    "exclusive_licence": ("red", None, Category.NORMAL, [("lender", "2026-03-16")]),
    "fee_paid_late": ("amber", 10_000_000, Category.NORMAL, []),
    "frozen": ("red", 10_000_000, SPECIAL, [("lender", "2026-03-09")]),
    "guarantor_weak": ("red", 10_000_000, Category.NORMAL, [("lender", "2026-03-30")]),
    "infringed": ("amber", 10_000_000, Category.NORMAL, [("firm", "2026-03-16")]),
    "invalid_in_part": ("red", None, SPECIAL, [("lender", "2026-03-16"), ("lender", "2026-03-16")]),
    "invalid_whole": (
        "black",
        0,
        SPECIAL,
        [("firm", "2026-06-02"), ("lender", "2026-03-05"), ("lender", "2026-03-05")],
    ),
    "invalidation_requested": (
        "red",
        7_000_000,
        Category.NORMAL,
        [("firm", "2026-03-30"), ("lender", "2026-03-09")],
    ),
    "judgment_debtor": ("red", 10_000_000, SUB, [("lender", "2026-03-09")]),
    "key_inventor_left": ("amber", 8_500_000, Category.NORMAL, [("lender", "2026-03-30")]),
    "lapsed": ("black", 0, SPECIAL, [("firm", "2026-05-06"), ("lender", "2026-03-09")]),
    "patent_staff_down": ("amber", 10_000_000, Category.NORMAL, [("lender", "2026-03-30")]),
    "policy_lapsed": ("red", 10_000_000, Category.NORMAL, [("firm", "2026-03-09"), ("lender", "2026-03-09")]),
    "power_down": ("amber", 10_000_000, Category.NORMAL, [("lender", "2026-03-30")]),
    "register_ground": ("red", 10_000_000, Category.NORMAL, [("firm", "2026-03-16")]),
    "revenue_down": ("amber", 10_000_000, Category.NORMAL, [("lender", "2026-03-30")]),
    "suit_against_firm": ("red", 8_000_000, Category.NORMAL, [("lender", "2026-03-16")]),
    "suit_by_firm": ("info", 10_000_000, Category.NORMAL, []),
    "tax_unpaid": ("red", 10_000_000, Category.NORMAL, [("lender", "2026-03-16")]),
    "transfer_requested": ("red", 10_000_000, Category.NORMAL, [("lender", "2026-03-09")]),
    "unused": ("amber", 7_000_000, Category.NORMAL, [("firm", "2026-03-30")]),
    "use_of_funds": ("red", 10_000_000, SPECIAL, [("lender", "2026-03-16")]),
}


def test_every_recorded_finding_moves_colour_value_category_and_tasks_by_its_rule() -> None:
    assert set(CATALOGUE_SAYS) == set(CATALOGUE.findings) - DERIVED
    for code, (colour, value, category, tasks) in CATALOGUE_SAYS.items():
        of = "p1" if CATALOGUE.findings[code].subject is WatchSubject.RIGHT else ""
        one = replace(loan(right(value="10,000,000.00"), events=(WatchEvent(code, DAY, of),)), exposure=0)
        found = swept(one)
        assert found.colour == colour, code
        assert found.value == (None if value is None else value * 100), code
        assert found.category is category, code
        assert sorted((task.who, task.last_day.isoformat()) for task in found.tasks) == tasks, code
        assert swept(one, DAY - timedelta(days=1)).colour is Colour.GREEN, code


def test_no_task_is_past_on_the_day_on_which_its_finding_arises() -> None:
    """Fee, renewal, ages and the loan to value, day by day over three years: each task can still be done in time."""
    start = date(2026, 1, 1)
    one = replace(
        loan(
            WatchedRight("p1", "invention", parse_yuan("5,000,000.00"), start, start, next_fee_on=date(2026, 5, 1)),
            WatchedRight("t1", "trademark", 100, start, start, renewal_on=date(2027, 3, 1)),
        ),
        ends_on=date(2027, 7, 21),
    )
    known: set[tuple[str, str]] = set()
    for number in range(3 * 365):
        day = start + timedelta(days=number)
        found = swept(one, day)
        arisen = {(alarm.code, alarm.right_id) for alarm in found.alarms}
        late = {t.code for t in found.tasks if (t.code, t.right_id) in arisen - known and t.last_day < day}
        assert not late, day
        known |= arisen
    assert {code for code, _ in known} >= {
        "fee_due", "fee_missed", "lapsed", "renewal_window", "renewal_grace",
        "appraisal_old", "value_unknown", "status_unconfirmed", "status_stale", "ltv_above_one",
    }  # fmt: skip


def test_the_time_for_fee_renewal_and_term_ends_with_the_grace() -> None:
    """A fee due on 2026-05-01 can be paid until 2026-11-01, 2026-11-02 as that is a Sunday; a mark until six months later."""
    fee = replace(right(), next_fee_on=date(2026, 5, 1))
    mark = replace(right("t1", kind="trademark"), renewal_on=date(2026, 5, 1))
    ends = replace(right("p3"), expires_on=date(2028, 3, 1))
    found = swept(loan(fee, mark, ends), date(2026, 5, 6))
    assert [
        (t.code, t.who, t.last_day)
        for t in found.tasks
        if t.code in ("fee_missed", "renewal_grace", "expires_in_term")
    ] == [
        ("fee_missed", "lender", date(2026, 10, 8)),
        ("fee_missed", "firm", date(2026, 11, 2)),
        ("renewal_grace", "firm", date(2026, 11, 2)),
        ("expires_in_term", "lender", date(2027, 3, 1)),
    ]


def test_a_demand_that_is_not_sent_becomes_late() -> None:
    """A finding that was open yesterday keeps its first day, so that its task is not put off every night."""
    short = loan(right(value="1,000,000.00"))
    later = DAY + timedelta(days=30)
    first = min(task.last_day for task in swept(short).tasks)
    again = swept(replace(short, open_since={("ltv_above_one", ""): DAY}), later)
    assert min(task.last_day for task in again.tasks) == first < later
    assert again.days_left is not None
    assert again.days_left < 0


# -- properties ---------------------------------------------------------------------------------------------------

codes = st.sampled_from(sorted(set(CATALOGUE.findings) - DERIVED))
days = st.dates(date(2025, 1, 1), date(2026, 12, 31))
rights = st.builds(
    WatchedRight,
    st.just("p1"),
    st.sampled_from(["invention", "trademark", "utility_model"]),
    st.one_of(st.none(), st.integers(0, 10**10)),
    st.one_of(st.none(), days),
    st.one_of(st.none(), days),
    st.one_of(st.none(), days),
    st.one_of(st.none(), days),
    st.one_of(st.none(), days),
)
events = st.lists(st.builds(WatchEvent, codes, days, st.sampled_from(["p1", ""])), max_size=4)


@given(rights, events)
@settings(max_examples=examples(50), deadline=None)
def test_what_is_missing_never_lowers_an_alarm(one: WatchedRight, facts: list[WatchEvent]) -> None:
    """Property 19: a value, its day or the day of confirmation that is taken away leaves the loan as red or redder."""
    before = swept(loan(one, events=tuple(facts)))
    for gone in ("value", "valued_on", "confirmed_on"):
        after = swept(loan(replace(one, **{gone: None}), events=tuple(facts)))
        assert after.colour.grade >= min(before.colour.grade, Colour.RED.grade)
        assert after.value_known <= before.value_known


@given(rights, events, st.integers(0, 3))
@settings(max_examples=examples(40), deadline=None)
def test_one_more_finding_never_makes_a_loan_better(one: WatchedRight, facts: list[WatchEvent], which: int) -> None:
    for left_out in range(len(facts)):
        fewer = tuple(facts[:left_out] + facts[left_out + 1 :])
        less, more = swept(loan(one, events=fewer)), swept(loan(one, events=tuple(facts)))
        assert more.value_known <= less.value_known
        assert more.category.grade >= less.category.grade or less.value is not None


def test_the_list_is_ranked_by_colour_then_money_at_risk() -> None:
    quiet = replace(loan(right("p1", "90,000,000.00")), loan_id="quiet")
    black = replace(loan(right("p1", "1.00")), loan_id="black")
    richer = replace(black, loan_id="richer", exposure=black.exposure * 2)
    covered = replace(richer, loan_id="covered", taken_over=richer.exposure)
    found = sweep([quiet, covered, black, richer], DAY, CATALOGUE, WORKING)
    assert [one.loan_id for one in found] == ["richer", "black", "covered", "quiet"]


# -- the command --------------------------------------------------------------------------------------------------


def test_watch_names_what_to_do_by_when(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["watch", str(PORTFOLIO), "--as-of", "2026-03-02", "--lang", "en"]) == 1
    shown = capsys.readouterr().out
    assert "2 loans, 1 with findings, 1 of them red or black" in shown
    assert "missing: security worth CNY 4,971,428.58, or CNY 3,480,000.00 of repayment" in shown
    assert "by 2026-03-05  lender: send the demand for further security" in shown
    assert main(["watch", str(PORTFOLIO), "--as-of", "2026-03-01", "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["loans"] == []


def test_watch_writes_loans_findings_and_tasks_as_excel(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    book = tmp_path / "red.xlsx"
    assert main(["watch", str(PORTFOLIO), "--as-of", "2026-03-02", "--lang", "en", "--xlsx", str(book)]) == 1
    read = openpyxl.load_workbook(book)
    assert read.sheetnames == ["loans", "findings", "tasks"]
    [loan_row] = list(read["loans"].iter_rows(min_row=2, values_only=True))
    assert loan_row[5:7] == (4971428.58, 3480000)
    tasks = list(read["tasks"].iter_rows(min_row=2, values_only=True))
    assert ("2026-03-05", "lender") in {row[1:3] for row in tasks}
    assert main(["watch", str(PORTFOLIO), "--xlsx", str(tmp_path / "none" / "x.xlsx"), "--lang", "en"]) == 2
    assert "x.xlsx" in capsys.readouterr().err


def test_a_guarantee_period_in_the_file_is_a_deadline(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    text = PORTFOLIO.read_text().replace(
        'id = "quiet"',
        'id = "quiet"\nguarantee = [{ due_on = 2025-10-01, term = "until_paid", amount = "800000.00" }]\n'
        'limitation = [{ from = 2025-10-01, interruption = [{ day = 2026-01-05, ground = "demand", evidence = "slip" }] }]',
    )
    file = tmp_path / "portfolio.toml"
    file.write_text(text)
    assert main(["watch", str(file), "--as-of", "2026-03-02", "--json"]) == 1
    loans = {one["id"]: one for one in json.loads(capsys.readouterr().out)["loans"]}
    assert [(t["words"]["en"], t["last_day"]) for t in loans["quiet"]["tasks"]] == [
        ("end of the guarantee period", "2026-04-01"),
        ("end of limitation", "2029-01-05"),
    ]
    assert [alarm["code"] for alarm in loans["quiet"]["alarms"]] == ["deadline"]
    assert main(["watch", str(file), "--as-of", "2026-04-02", "--json"]) == 1
    loans = {one["id"]: one for one in json.loads(capsys.readouterr().out)["loans"]}
    assert loans["quiet"]["colour"] == "black"


def test_watch_names_every_fault_of_a_file(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    bad = tmp_path / "portfolio.toml"
    bad.write_text('[[loan]]\nid = "A"\nexposure = "x"\nceiling = 0\nends_on = 2027-01-01\n'
                   'event = [{ code = "ltv_above_one", day = 2026-01-01, right = "p9" }]\n')  # fmt: skip
    assert main(["watch", str(bad), "--lang", "en"]) == 2
    shown = capsys.readouterr().err
    for field in ("loan[1].exposure", "loan[1].ceiling", "loan[1].event[1].code", "loan[1].event[1].right"):
        assert field in shown
