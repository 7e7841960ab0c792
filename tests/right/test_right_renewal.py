"""Marks are renewed without limit: what their life says, by the law of the day, and when renewing can be advised."""

from datetime import date, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from right_cases import RULES, right_of

from examples import examples
from zhirong.chain.right.holidays import working_days
from zhirong.chain.right.kinds import RightKind
from zhirong.chain.right.life import legal_life
from zhirong.chain.right.records import LegalStatus
from zhirong.chain.right.status import status_on
from zhirong.kernel.days import add_years

MARK = right_of("trademark", registration_date=date(2018, 5, 28))


def test_a_mark_is_renewable_in_the_last_twelve_months_and_the_grace() -> None:
    life = legal_life(MARK, RULES, date(2026, 11, 30))
    assert (life.end, life.renewable) == (date(2028, 5, 27), True)
    # The grace ends on 27 November 2028, a Monday.
    assert (life.renewal_opens, life.renewal_closes) == (date(2027, 5, 28), date(2028, 11, 27))
    assert not life.may_be_renewed_on(date(2027, 5, 27))
    assert life.may_be_renewed_on(date(2027, 5, 28))
    assert life.may_be_renewed_on(date(2028, 11, 27))
    assert not legal_life(MARK, RULES, date(2028, 11, 28)).renewable


@pytest.mark.parametrize(
    ("day", "term", "renewal"),
    [(date(2026, 12, 31), "第三十九条", "第四十条"), (date(2027, 1, 1), "第四十三条", "第四十四条")],
)
def test_the_law_of_the_day_is_cited_for_every_mark(day: date, term: str, renewal: str) -> None:
    explanation = legal_life(MARK, RULES, day).explanation
    assert [one.article for one in explanation.references if "商标法" in one.document] == [term]
    assert [one.article for one in explanation.parts[-1].references] == [renewal, renewal]
    assert all(one.confidence == "verified" for one in explanation.parts[-1].references)


def test_a_renewed_mark_counts_from_the_end_on_record() -> None:
    renewed = right_of("trademark", registration_date=date(2018, 5, 28), term_end_date=date(2038, 5, 27))
    life = legal_life(renewed, RULES, date(2028, 6, 1))
    assert (life.end, life.renewal_opens, life.renewable) == (date(2038, 5, 27), date(2037, 5, 28), True)


@pytest.mark.parametrize("kind", [kind for kind in RightKind if kind is not RightKind.TRADEMARK])
def test_no_other_right_can_be_renewed(kind: RightKind) -> None:
    day = date(2012, 3, 4)
    right = right_of(kind.value, filing_date=day, grant_date=day, registration_date=day, creation_date=day)
    life = legal_life(right, RULES, date(2020, 1, 1))
    assert (life.renewable, life.renewal_opens, life.renewal_closes) == (False, None, None)


@settings(max_examples=examples(40))
@given(st.dates(date(2000, 1, 1), date(2024, 12, 31)))
def test_the_grace_ends_on_a_working_day(registered: date) -> None:
    mark = right_of("trademark", registration_date=registered)
    closes = legal_life(mark, RULES, registered).renewal_closes
    assert closes is not None and working_days(RULES, closes).is_working(closes)
    on_the_last_day = status_on(mark, closes, RULES)
    assert on_the_last_day.status is LegalStatus.EXPIRED and on_the_last_day.renewable_until == closes


@pytest.mark.parametrize(
    ("filed", "confidence"), [(date(2026, 10, 14), "verified"), (date(2026, 10, 15), "unconfirmed")]
)
def test_the_term_of_a_layout_design_is_provisional_under_the_revised_regulations(
    filed: date, confidence: str
) -> None:
    life = legal_life(right_of("layout_design", filing_date=filed), RULES, date(2026, 11, 30))
    assert life.end == date(2036, 10, filed.day - 1)
    years = next(one for one in life.explanation.references if "布图设计" in one.document)
    assert years.confidence == confidence


@pytest.mark.parametrize(
    ("granted", "is_tree", "years"),
    [
        (date(2025, 5, 31), False, 15),
        (date(2025, 5, 31), True, 20),
        (date(2025, 6, 1), False, 20),
        (date(2025, 6, 1), True, 25),
    ],
)
def test_plant_varieties_before_and_after_the_revision(granted: date, is_tree: bool, years: int) -> None:
    life = legal_life(right_of("plant_variety", grant_date=granted, vine_or_tree=is_tree), RULES, date(2026, 1, 1))
    assert life.end == add_years(granted, years) - timedelta(days=1)
    assert any("授权日" in one.note.zh for one in life.explanation.references if one.note is not None)
