"""From a credit file to points, grade, chance of default and red flags; better items never score lower."""

import json
from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest
from credit_cases import CASE, DAY, read, without
from hypothesis import given, settings
from hypothesis import strategies as st

from examples import examples
from zhirong.chain.credit import CreditAssessment, CreditFile, assess
from zhirong.chain.credit.assessment import grade_of
from zhirong.chain.credit.file import (
    CUSTOMS_GRADES,
    RATINGS,
    SECTION_TEXT,
    TAX_GRADES,
    AgencyRating,
    BankHistory,
    BusinessEntry,
    CashFlowStatement,
    Compliance,
    DebtOnFile,
    Tax,
    Trade,
    provenance_of,
)
from zhirong.chain.credit.measures import MEASURES, debt_service_cover
from zhirong.chain.credit.scorecard import read_scorecard
from zhirong.kernel.errors import InputError
from zhirong.kernel.provenance import EvidenceGrade, Provenance
from zhirong.kernel.rulebook import RuleError, read_rules
from zhirong.kernel.rulebook_files import load_rulebook

RULES = load_rulebook()
SOURCE = Provenance("s", EvidenceGrade.CONTRACT, DAY)


def of(text: str) -> CreditAssessment:
    return assess(read(text), DAY, RULES)


def points_of(found: CreditAssessment) -> dict[str, int]:
    return {item.name: item.points for item in found.items}


# -- a case -----------------------------------------------------------------------------------------------------


def test_a_case_scores_item_by_item() -> None:
    found = assess(read(), DAY, RULES)
    assert points_of(found) == {
        "registration_years": 8,  # eleven years
        "legal_person": 2,
        "tax_grade": 9,  # B
        "tax_arrears": 8,
        "customs_grade": 3,
        "penalties": 5,  # one
        "debt_ratio": 14,  # exactly 30 %
        "debt_service_cover": 17,  # 1.5625 times
        "rating": 8,  # A
        "worst_overdue_days": 7,  # five days
        "loans_repaid": 3,
    }
    assert (found.points, found.highest, found.grade) == (84, 100, "A")
    assert found.default_probability.number() == Decimal("0.0105")
    assert found.default_probability.reference.confidence == "assumed"
    assert (found.missing, found.stale, found.flags, found.unchecked) == ((), (), (), ())


def test_the_explanation_gives_value_source_and_reason_of_every_item() -> None:
    found = assess(read(), DAY, RULES)
    text = found.explanation.as_text("en")
    for words in (
        "84 points",
        "expert judgement, not calibrated",
        "1.56 times",
        "2025 年度审计报告, 2025-12-31, audited",
        "(of 20)",
    ):
        assert words in text
    assert "Korean IP-backed loans" in text
    assert found.explanation.doubts()
    content = json.loads(json.dumps(found.as_json()))
    assert content["default_probability"] == "0.0105"
    assert content["items"][0]["provenance"]["grade"] == "contract"


def test_a_missing_item_scores_lowest_and_is_named() -> None:
    found = of(without("rating", "compliance"))
    assert found.missing == ("compliance", "rating")
    assert points_of(found)["rating"] == points_of(found)["penalties"] == 0
    assert found.points == 84 - 8 - 5
    assert "missing, scored lowest" in found.explanation.as_text("en")
    assert found.unchecked == ("dishonest_judgment_debtor", "abnormal_operations")


def test_an_empty_file_is_the_lowest_grade_and_leaves_every_gate_unchecked() -> None:
    found = assess(CreditFile(), DAY, RULES)
    assert (found.points, found.grade) == (0, "E")
    assert found.missing == tuple(SECTION_TEXT)
    assert found.flags == ()
    assert set(found.unchecked) == {
        "dishonest_judgment_debtor",
        "abnormal_operations",
        "overdue_debt",
        "substandard_loan",
    }


def test_an_item_holds_for_its_months_and_not_a_day_longer() -> None:
    """Compliance holds three months."""
    on_the_day = of(CASE.replace("date = 2026-08-20", "date = 2026-06-01"))
    a_day_late = of(CASE.replace("date = 2026-08-20", "date = 2026-05-31"))
    assert on_the_day.stale == ()
    assert a_day_late.stale == ("compliance",)
    assert points_of(a_day_late)["penalties"] == 0
    assert "out of date" in a_day_late.explanation.as_text("en")
    assert a_day_late.unchecked == ("dishonest_judgment_debtor", "abnormal_operations")


@pytest.mark.parametrize(
    ("old", "new", "code", "is_gate"),
    [
        (
            "dishonest_judgment_debtor = false",
            "dishonest_judgment_debtor = true",
            "dishonest_judgment_debtor",
            True,
        ),
        ("abnormal_operations = false", "abnormal_operations = true", "abnormal_operations", True),
        ("overdue = 0", "overdue = 0.01", "overdue_debt", True),
        ("substandard_or_worse = false", "substandard_or_worse = true", "substandard_loan", True),
        ("arrears = 0", "arrears = 0.01", "tax_arrears", False),
        ('customs_grade = "ordinary"', 'customs_grade = "dishonest"', "customs_dishonest", False),
    ],
)
def test_red_flags(old: str, new: str, code: str, is_gate: bool) -> None:
    found = of(CASE.replace(old, new))
    assert [flag.code for flag in found.flags] == [code]
    assert [flag.code for flag in found.gates] == ([code] if is_gate else [])
    assert found.flags[0].text.zh in found.explanation.as_text("zh")


def test_bad_news_does_not_grow_stale() -> None:
    text = CASE.replace("dishonest_judgment_debtor = false", "dishonest_judgment_debtor = true")
    found = of(text.replace("date = 2026-08-20", "date = 2020-01-01"))
    assert [gate.code for gate in found.gates] == ["dishonest_judgment_debtor"]
    assert found.unchecked == ("abnormal_operations",)


def test_a_date_after_the_day_is_refused() -> None:
    with pytest.raises(InputError) as caught:
        assess(read(as_of=None), date(2026, 5, 1), RULES)
    assert {problem.field for problem in caught.value.problems} == {
        "credit.registration.date",
        "credit.compliance.date",
        "credit.rating.date",
        "credit.bank_history.date",
    }


def test_nothing_due_and_nothing_earned() -> None:
    def cover(flow: int, due: int) -> Decimal | None:
        return debt_service_cover(CreditFile(cash_flow=CashFlowStatement(flow, due, SOURCE)), DAY)

    assert cover(100, 0) == Decimal("Infinity")
    assert cover(0, 0) == 0
    assert cover(-100, 50) == cover(-100, 5_000) == cover(-1, 0) == -1
    assert cover(300, 200) == Decimal("1.5")


# -- the rules --------------------------------------------------------------------------------------------------


def test_the_scorecard_sums_to_a_hundred_and_says_that_it_is_judgement() -> None:
    factors = read_scorecard(RULES, DAY)
    assert [factor.name for factor in factors] == list(MEASURES)
    assert sum(factor.highest for factor in factors) == 100
    assert all(factor.rule.reference.confidence == "assumed" for factor in factors)


def test_every_word_that_can_be_written_has_points() -> None:
    words = {
        "tax_grade": TAX_GRADES,
        "customs_grade": CUSTOMS_GRADES,
        "rating": RATINGS,
        "legal_person": ("yes", "no"),
    }
    for factor in read_scorecard(RULES, DAY):
        if factor.words:
            points = [factor.points(word) for word in words[factor.name]]
            expected = points if factor.name == "customs_grade" else sorted(points, reverse=True)
            assert points == expected
            assert set(factor.words) == set(words[factor.name])


def test_a_better_grade_never_has_a_higher_chance_of_default() -> None:
    grades = sorted(RULES.at("credit.grades", DAY).value, key=lambda row: -row["from"])
    chances = [RULES.at(f"credit.default_probability.{row['grade']}", DAY).number() for row in grades]
    assert chances == sorted(chances)
    assert [chances[0], chances[2]] == [Decimal("0.0105"), Decimal("0.0255")]  # the ends of the Korean range


@pytest.mark.parametrize(
    ("share", "grade"), [("1", "A"), ("0.80", "A"), ("0.7999", "B"), ("0.35", "D"), ("0", "E")]
)
def test_grades_begin_where_the_table_says(share: str, grade: str) -> None:
    assert grade_of(Decimal(share), RULES.at("credit.grades", DAY)) == grade


def with_rule(rule_id: str, value: str) -> object:
    text = f'[[rule]]\nid = "{rule_id}"\ntitle = "t"\nunit = "table"\n[[rule.version]]\nvalue = {value}\nconfidence = "assumed"\n'
    return RULES.merged_with(read_rules(text, "x.toml"))


@pytest.mark.parametrize(
    ("rule_id", "value", "words"),
    [
        ("credit.scorecard.star_sign", "{ words = { yes = 1 }, otherwise = 0 }", "no such measure"),
        ("credit.scorecard.loans_repaid", '{ better = "higher", bins = [{ bound = 1, points = 5 }, { bound = 2, points = 3 }], otherwise = 0 }', "fewer points"),
        ("credit.scorecard.debt_ratio", '{ better = "lower", bins = [{ bound = 0.3, points = 3 }, { bound = 0.5, points = 5 }], otherwise = 0 }', "fewer points"),
        ("credit.scorecard.loans_repaid", '{ better = "higher", bins = [{ bound = 1, points = 5 }], otherwise = 6 }', "fewer points"),
        ("credit.scorecard.loans_repaid", '{ better = "more", bins = [{ bound = 1, points = 5 }], otherwise = 0 }', "must give either"),
        ("credit.scorecard.loans_repaid", '{ better = "higher", otherwise = 0 }', "must give either"),
        ("credit.scorecard.loans_repaid", '{ better = "higher", bins = [{ bound = 1, points = 0.5 }], otherwise = 0 }', "whole"),
        ("credit.scorecard.rating", "{ words = { AAA = 3 }, otherwise = 0 }", "no points for 'A'"),
        ("credit.scorecard.rating", "5", "must give bins or words"),
        ("credit.flag.overdue_debt", '"perhaps"', "gate or shown"),
        ("credit.grades", '[{ from = 0.9, grade = "A" }]', "no grade"),
    ],
)  # fmt: skip
def test_a_rule_that_makes_no_sense_is_a_fault_of_the_rule(rule_id: str, value: str, words: str) -> None:
    with pytest.raises(RuleError, match=words):
        assess(read(), DAY, with_rule(rule_id, value))  # type: ignore[arg-type]
        assess(read(CASE.replace("overdue = 0", "overdue = 1")), DAY, with_rule(rule_id, value))  # type: ignore[arg-type]


# -- properties -------------------------------------------------------------------------------------------------

MONEY = st.integers(0, 10**11)
PARTS = {
    "registration": st.builds(BusinessEntry, st.dates(date(1980, 1, 1), DAY), st.booleans(), st.just(SOURCE)),
    "tax": st.builds(Tax, st.sampled_from(TAX_GRADES), MONEY, st.just(SOURCE)),
    "trade": st.builds(Trade, st.sampled_from(CUSTOMS_GRADES), MONEY, MONEY, st.just(SOURCE)),
    "compliance": st.builds(Compliance, st.integers(0, 20), st.booleans(), st.booleans(), st.just(SOURCE)),
    "debt": st.builds(DebtOnFile, MONEY, st.integers(1, 10**11), st.just(0), st.just(SOURCE)),
    "cash_flow": st.builds(CashFlowStatement, st.integers(-(10**10), 10**10), MONEY, st.just(SOURCE)),
    "rating": st.builds(AgencyRating, st.just("a"), st.sampled_from(RATINGS), st.just(SOURCE)),
    "bank_history": st.builds(BankHistory, st.integers(0, 20), st.integers(0, 400), st.booleans(), st.just(SOURCE)),
}
FILES = st.builds(CreditFile, **{name: st.none() | part for name, part in PARTS.items()})
CUSTOMS_ORDER = ("dishonest", "not_registered", "ordinary", "advanced")


def improvements(file: CreditFile) -> list[CreditFile]:
    """The file with one thing better, in every way that it can be."""
    better: list[CreditFile] = []

    def with_part(section: str, **changes: object) -> None:
        better.append(replace(file, **{section: replace(getattr(file, section), **changes)}))

    if file.registration is not None:
        with_part("registration", registered_on=file.registration.registered_on.replace(year=1979, day=1))
        with_part("registration", legal_person=True)
    if file.tax is not None:
        with_part("tax", grade=TAX_GRADES[max(0, TAX_GRADES.index(file.tax.grade) - 1)])
        with_part("tax", arrears=file.tax.arrears // 3)
    if file.trade is not None:
        place = CUSTOMS_ORDER.index(file.trade.customs_grade)
        with_part("trade", customs_grade=CUSTOMS_ORDER[min(3, place + 1)])
    if file.compliance is not None:
        with_part("compliance", penalties=max(0, file.compliance.penalties - 1))
        with_part("compliance", dishonest_judgment_debtor=False, abnormal_operations=False)
    if file.debt is not None:
        with_part("debt", total_debt=file.debt.total_debt // 2)
        with_part("debt", total_assets=file.debt.total_assets * 2)
    if file.cash_flow is not None:
        flow = file.cash_flow
        with_part("cash_flow", operating_cash_flow=flow.operating_cash_flow + 10**8)
        with_part("cash_flow", debt_service=flow.debt_service // 2)
        with_part("cash_flow", debt_service=0)
    if file.rating is not None:
        with_part("rating", grade=RATINGS[max(0, RATINGS.index(file.rating.grade) - 1)])
    if file.bank_history is not None:
        with_part("bank_history", loans_repaid=file.bank_history.loans_repaid + 1)
        with_part("bank_history", worst_overdue_days=file.bank_history.worst_overdue_days // 2)
        with_part("bank_history", substandard_or_worse=False)
    return better


@settings(max_examples=examples(40), deadline=None)
@given(FILES)
def test_a_better_item_never_lowers_the_points_nor_raises_the_chance_of_default(file: CreditFile) -> None:
    before = assess(file, DAY, RULES)
    for better in improvements(file):
        after = assess(better, DAY, RULES)
        assert after.points >= before.points
        assert after.default_probability.number() <= before.default_probability.number()
        assert set(after.gates) <= set(before.gates)


@settings(max_examples=40, deadline=None)
@given(FILES, st.sampled_from(list(SECTION_TEXT)), st.data())
def test_knowing_more_never_scores_lower_and_a_newer_source_neither(
    file: CreditFile, section: str, data: st.DataObject
) -> None:
    missing = replace(file, **{section: None})
    known = replace(file, **{section: data.draw(PARTS[section])})
    part = getattr(known, section)
    old = replace(known, **{section: replace(part, provenance=replace(SOURCE, day=date(2020, 1, 1)))})
    points = [assess(one, DAY, RULES).points for one in (missing, old, known)]
    assert points[0] == points[1] <= points[2]
    assert provenance_of(known, section) == SOURCE


@settings(max_examples=40, deadline=None)
@given(FILES)
def test_points_are_the_sum_of_the_items_and_stay_on_the_scale(file: CreditFile) -> None:
    found = assess(file, DAY, RULES)
    assert found.points == sum(item.points for item in found.items)
    assert 0 <= found.points <= found.highest
    assert set(found.missing) == {section for section in SECTION_TEXT if getattr(file, section) is None}
