"""The first and the last day of every kind of right, to the day."""

from datetime import date, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from right_cases import PERSON, RULES, right_of

from examples import examples
from zhirong.chain.right.life import as_known_on, legal_life, remaining_days, remaining_years
from zhirong.chain.right.records import LegalStatus
from zhirong.kernel.days import add_years

DAY = date(2026, 1, 1)


@pytest.mark.parametrize(
    ("kind", "facts", "end"),
    [
        ("invention", {"filing_date": date(2010, 3, 15)}, date(2030, 3, 14)),
        ("invention", {"filing_date": date(2010, 1, 1)}, date(2029, 12, 31)),
        ("invention", {"filing_date": date(2012, 2, 29)}, date(2032, 2, 28)),
        ("invention", {"filing_date": date(2013, 3, 1)}, date(2033, 2, 28)),
        ("invention", {"filing_date": date(2004, 3, 1)}, date(2024, 2, 29)),
        # Fifteen years before 1993; those still in force on 2001-12-11 were lengthened to twenty.
        ("invention", {"filing_date": date(1986, 12, 11)}, date(2001, 12, 10)),
        ("invention", {"filing_date": date(1986, 12, 12)}, date(2006, 12, 11)),
        ("utility_model", {"filing_date": date(2016, 2, 29)}, date(2026, 2, 27)),
        ("utility_model", {"filing_date": date(2016, 2, 3)}, date(2026, 2, 2)),
        ("design", {"filing_date": date(2021, 5, 31)}, date(2031, 5, 30)),
        ("design", {"filing_date": date(2021, 6, 1)}, date(2036, 5, 31)),
        ("design", {"filing_date": date(2024, 2, 29)}, date(2039, 2, 27)),
        ("trademark", {"registration_date": date(2015, 7, 7)}, date(2025, 7, 6)),
        ("plant_variety", {"grant_date": date(2025, 5, 31)}, date(2040, 5, 30)),
        ("plant_variety", {"grant_date": date(2025, 6, 1)}, date(2045, 5, 31)),
        ("plant_variety", {"grant_date": date(2025, 5, 31), "vine_or_tree": True}, date(2045, 5, 30)),
        ("plant_variety", {"grant_date": date(2025, 6, 1), "vine_or_tree": True}, date(2050, 5, 31)),
        ("software", {"publication_date": date(2014, 3, 1), "creation_date": date(2013, 1, 5)}, date(2064, 12, 31)),
        ("software", {"creation_date": date(2013, 1, 5)}, date(2063, 12, 31)),
        ("copyright", {"publication_date": date(2014, 12, 31)}, date(2064, 12, 31)),
        ("copyright", {"author_death_date": date(2000, 1, 1), "holders": (PERSON,)}, date(2050, 12, 31)),
        # A firm that holds the work of a person: the author's life counts, not the holder's nature.
        ("copyright", {"author_death_date": date(2000, 1, 1)}, date(2050, 12, 31)),
        ("layout_design", {"filing_date": date(2018, 5, 10)}, date(2028, 5, 9)),
        (
            "layout_design",
            {"filing_date": date(2018, 5, 10), "first_use_date": date(2017, 6, 1)},
            date(2027, 5, 31),
        ),
        (
            "layout_design",
            {"filing_date": date(2018, 5, 10), "first_use_date": date(2019, 6, 1)},
            date(2028, 5, 9),
        ),
        (
            "layout_design",
            {"filing_date": date(2018, 5, 10), "creation_date": date(2010, 1, 1)},
            date(2024, 12, 31),
        ),
        # What the register says of the term outlasts what the dates give.
        (
            "trademark",
            {"registration_date": date(2005, 7, 7), "term_end_date": date(2035, 7, 6)},
            date(2035, 7, 6),
        ),
    ],
)
def test_the_last_day(kind: str, facts: dict[str, object], end: date) -> None:
    life = legal_life(right_of(kind, **facts), RULES, DAY)
    assert life.end == end
    assert not life.missing and not life.unlimited
    assert not life.is_over(end) and life.is_over(end + timedelta(days=1))
    assert life.explanation.value == end


@pytest.mark.parametrize(
    ("kind", "facts", "missing"),
    [
        ("invention", {}, ("filing_date",)),
        ("trademark", {"filing_date": date(2015, 1, 1)}, ("registration_date",)),
        ("plant_variety", {"filing_date": date(2015, 1, 1)}, ("grant_date",)),
        ("layout_design", {"first_use_date": date(2015, 1, 1)}, ("filing_date",)),
        ("software", {"registration_date": date(2015, 1, 1)}, ("publication_date", "creation_date")),
        ("copyright", {"holders": (PERSON,), "publication_date": date(2015, 1, 1)}, ("author_death_date",)),
    ],
)
def test_what_is_missing_is_named_and_no_end_invented(
    kind: str, facts: dict[str, object], missing: tuple[str, ...]
) -> None:
    life = legal_life(right_of(kind, **facts), RULES, DAY)
    assert life.end is None and life.missing == missing and not life.unlimited
    assert remaining_days(life, DAY) is None and remaining_years(life, DAY) is None


@pytest.mark.parametrize("kind", ["trade_name", "trade_secret"])
def test_some_rights_have_no_end_by_law(kind: str) -> None:
    life = legal_life(right_of(kind), RULES, DAY)
    assert life.unlimited and life.end is None and not life.missing


def test_remaining_life_counts_the_day_itself() -> None:
    life = legal_life(right_of("invention", filing_date=date(2010, 3, 15)), RULES, DAY)
    assert remaining_days(life, date(2030, 3, 14)) == 1
    assert remaining_days(life, date(2030, 3, 15)) == 0
    assert remaining_days(life, date(2040, 1, 1)) == 0
    assert remaining_years(life, date(2010, 3, 15)) == pytest.approx(20, abs=0.003)
    assert remaining_years(life, date(2030, 3, 15)) == 0


def test_every_number_names_its_rule_and_its_doubt() -> None:
    invention = legal_life(right_of("invention", filing_date=date(2010, 3, 15)), RULES, DAY).explanation
    assert "专利法" in invention.as_text("zh")
    trademark = legal_life(right_of("trademark", registration_date=date(2015, 7, 7)), RULES, DAY).explanation
    assert any(reference.confidence == "unconfirmed" for reference in trademark.doubts())


@settings(max_examples=examples(40))
@given(st.dates(date(1993, 1, 1), date(2060, 12, 31)), st.sampled_from(["invention", "utility_model", "design"]))
def test_a_term_of_whole_years_ends_on_the_eve_of_an_anniversary(filed: date, kind: str) -> None:
    end = legal_life(right_of(kind, filing_date=filed), RULES, filed).end
    assert end is not None
    morrow = end + timedelta(days=1)
    years = morrow.year - filed.year
    assert years in {"invention": {20}, "utility_model": {10}, "design": {10, 15}}[kind]
    assert morrow == add_years(filed, years)


def test_nothing_after_the_day_is_known() -> None:
    right = right_of(
        "invention",
        filing_date=date(2000, 5, 1),
        grant_date=date(2004, 3, 3),
        ended_date=date(2012, 8, 1),
        status=LegalStatus.LAPSED,
    )
    in_2010 = as_known_on(right, date(2010, 12, 31))
    assert in_2010.ended_date is None and in_2010.status is None and in_2010.grant_date == date(2004, 3, 3)
    in_2003 = as_known_on(right, date(2003, 1, 1))
    assert in_2003.grant_date is None and in_2003.filing_date == date(2000, 5, 1)
    assert as_known_on(right, date(2012, 8, 1)) == right


def test_an_author_who_dies_later_is_alive_on_the_day() -> None:
    work = right_of("copyright", holders=(PERSON,), author_death_date=date(2020, 1, 1))
    assert legal_life(work, RULES, date(2019, 12, 31)).end is None
    assert legal_life(work, RULES, date(2020, 1, 1)).end == date(2070, 12, 31)
