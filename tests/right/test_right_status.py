"""Status as of a day: from the dates, from the register, and where the two disagree."""

from datetime import date, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from right_cases import FIRM, PERSON, RULES, right_of

from examples import examples
from zhirong.chain.right.life import as_known_on
from zhirong.chain.right.records import Flag, LegalStatus, Right
from zhirong.chain.right.status import status_on

FILED, GRANTED, ENDED = date(2010, 3, 15), date(2013, 5, 1), date(2020, 6, 1)


def granted(**facts: object) -> Right:
    return right_of(
        "invention", **({"filing_date": FILED, "grant_date": GRANTED, "fee_paid_through_year": 20} | facts)
    )


@pytest.mark.parametrize(
    ("right", "day", "status"),
    [
        (granted(), date(2010, 3, 14), None),
        (granted(), FILED, LegalStatus.PENDING),
        (granted(), date(2013, 4, 30), LegalStatus.PENDING),
        (granted(), GRANTED, LegalStatus.IN_FORCE),
        (granted(), date(2030, 3, 14), LegalStatus.IN_FORCE),
        (granted(), date(2030, 3, 15), LegalStatus.EXPIRED),
        (granted(ended_date=ENDED), date(2020, 5, 31), LegalStatus.IN_FORCE),
        (granted(ended_date=ENDED), ENDED, LegalStatus.LAPSED),
        (granted(ended_date=ENDED, status=LegalStatus.INVALIDATED), ENDED, LegalStatus.INVALIDATED),
        # What the register says today must not be seen on an earlier day.
        (granted(ended_date=ENDED, status=LegalStatus.INVALIDATED), date(2020, 5, 31), LegalStatus.IN_FORCE),
        (right_of("invention", filing_date=FILED, ended_date=ENDED), ENDED, LegalStatus.WITHDRAWN),
        (
            right_of("invention", filing_date=FILED, ended_date=ENDED, status=LegalStatus.REFUSED),
            ENDED,
            LegalStatus.REFUSED,
        ),
        (granted(fee_paid_through_year=10), date(2020, 9, 15), LegalStatus.IN_FORCE),
        (granted(fee_paid_through_year=10), date(2020, 9, 16), LegalStatus.LAPSED),
        (granted(fee_paid_through_year=10), date(2031, 1, 1), LegalStatus.LAPSED),
        (granted(fee_paid_through_year=None), date(2025, 1, 1), LegalStatus.IN_FORCE),
        (right_of("trademark", registration_date=date(2015, 7, 7)), date(2025, 7, 6), LegalStatus.IN_FORCE),
        (right_of("trademark", registration_date=date(2015, 7, 7)), date(2025, 7, 7), LegalStatus.EXPIRED),
        (right_of("trademark", filing_date=date(2015, 1, 7)), date(2025, 7, 7), LegalStatus.PENDING),
        (right_of("software", creation_date=date(2015, 1, 7)), date(2025, 7, 7), LegalStatus.IN_FORCE),
        (
            right_of("copyright", publication_date=date(2015, 1, 7), holders=(PERSON,)),
            date(2025, 7, 7),
            LegalStatus.IN_FORCE,
        ),
        (right_of("software"), date(2025, 7, 7), None),
        (right_of("trade_secret", status=LegalStatus.IN_FORCE), date(2025, 7, 7), LegalStatus.IN_FORCE),
        (right_of("layout_design", filing_date=date(2018, 5, 10)), date(2018, 6, 1), LegalStatus.PENDING),
        (
            right_of("layout_design", filing_date=date(2018, 5, 10), registration_date=date(2018, 9, 1)),
            date(2028, 5, 10),
            LegalStatus.EXPIRED,
        ),
    ],
)
def test_status_on_a_day(right: Right, day: date, status: LegalStatus | None) -> None:
    found = status_on(right, day, RULES)
    assert found.status is status
    assert found.conflicts == ()
    assert found.in_force == (status is LegalStatus.IN_FORCE)
    assert found.explanation.as_text("zh") and found.explanation.as_text("en")


@pytest.mark.parametrize(
    ("right", "day", "status", "by_dates"),
    [
        # Said to be in force after the term: no word outlasts the term.
        (granted(status=LegalStatus.IN_FORCE), date(2030, 3, 15), LegalStatus.EXPIRED, LegalStatus.EXPIRED),
        # Said to be in force though a fee was not paid: the word stands, the conflict is told.
        (
            granted(status=LegalStatus.IN_FORCE, fee_paid_through_year=10),
            date(2021, 1, 1),
            LegalStatus.IN_FORCE,
            LegalStatus.LAPSED,
        ),
        (
            granted(status=LegalStatus.IN_FORCE, ended_date=ENDED),
            date(2021, 1, 1),
            LegalStatus.IN_FORCE,
            LegalStatus.LAPSED,
        ),
        (granted(status=LegalStatus.PENDING), date(2021, 1, 1), LegalStatus.PENDING, LegalStatus.IN_FORCE),
    ],
)
def test_a_word_that_the_dates_contradict_is_reported(
    right: Right, day: date, status: LegalStatus, by_dates: LegalStatus
) -> None:
    found = status_on(right, day, RULES)
    assert (found.status, found.by_dates, len(found.conflicts)) == (status, by_dates, 1)
    assert "登记簿" in found.conflicts[0].zh


@pytest.mark.parametrize(
    "right",
    [
        right_of("invention", filing_date=FILED, status=LegalStatus.IN_FORCE),
        granted(status=LegalStatus.LAPSED),
        granted(status=LegalStatus.INVALIDATED),
    ],
)
def test_a_date_not_given_is_no_conflict(right: Right) -> None:
    found = status_on(right, date(2021, 1, 1), RULES)
    assert found.status is right.status
    assert found.conflicts == ()


def test_an_expired_right_was_in_force_before() -> None:
    right = granted(status=LegalStatus.EXPIRED)
    assert status_on(right, date(2025, 1, 1), RULES).status is LegalStatus.IN_FORCE
    assert status_on(right, date(2031, 1, 1), RULES).status is LegalStatus.EXPIRED


@pytest.mark.parametrize(
    ("day", "until"),
    [
        (date(2025, 7, 6), None),
        (date(2025, 7, 7), date(2026, 1, 6)),
        (date(2026, 1, 6), date(2026, 1, 6)),
        (date(2026, 1, 7), None),
    ],
)
def test_a_trademark_can_be_renewed_for_six_months_after_its_term(day: date, until: date | None) -> None:
    mark = right_of("trademark", registration_date=date(2015, 7, 7))
    assert status_on(mark, day, RULES).renewable_until == until


def test_flags_stand_beside_the_status() -> None:
    found = status_on(granted(flags=frozenset({Flag.PLEDGED, Flag.FROZEN})), date(2021, 1, 1), RULES)
    assert found.flags == {Flag.PLEDGED, Flag.FROZEN}
    assert "已质押" in found.explanation.as_text("zh")
    assert FIRM.name not in found.explanation.as_text("zh")


some_day = st.dates(date(2005, 1, 1), date(2035, 12, 31))


@settings(max_examples=examples(40))
@given(
    some_day,
    st.integers(0, 2000),
    st.none() | st.integers(0, 6000),
    st.none() | st.sampled_from([LegalStatus.LAPSED, LegalStatus.INVALIDATED]),
    some_day,
)
def test_what_comes_later_changes_nothing(
    filed: date, to_grant: int, to_end: int | None, word: LegalStatus | None, day: date
) -> None:
    grant = filed + timedelta(days=to_grant)
    right = right_of(
        "invention",
        filing_date=filed,
        grant_date=grant,
        ended_date=None if to_end is None else grant + timedelta(days=to_end),
        status=None if to_end is None else word,
    )
    found = status_on(right, day, RULES)
    assert found == status_on(as_known_on(right, day), day, RULES)
    # Only what is filed has a status, only what is granted is in force, and nothing past its last day is.
    assert (found.status is None) == (day < filed)
    assert (found.status is LegalStatus.PENDING) == (filed <= day < grant)
    if found.in_force:
        assert right.ended_date is None or day < right.ended_date
        assert found.life.end is not None and day <= found.life.end
