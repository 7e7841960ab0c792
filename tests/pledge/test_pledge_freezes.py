"""Freezes of a right: their terms, their renewal, and whose turn it is on a day."""

from datetime import date, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from examples import examples
from zhirong.chain.pledge.freezes import Freeze, FreezePurpose, most_months, standing_on
from zhirong.chain.pledge.register import (
    FREEZE_RIGHT,
    RENEW_FREEZE,
    UNFREEZE_RIGHT,
    BrokenRegisterError,
    orders_after,
)
from zhirong.chain.right.kinds import RightKind
from zhirong.kernel.days import add_months
from zhirong.kernel.rulebook_files import load_rulebook

RULES = load_rulebook()
ENTERED = date(2026, 5, 10)


def freeze(order: str, day: date, months: int = 6, ends_on: date | None = None) -> dict[str, object]:
    return {
        "right": "r",
        "order": order,
        "day": day.isoformat(),
        "months": months,
        "ends_on": (ends_on or add_months(day, months)).isoformat(),
    }


@pytest.mark.parametrize(
    ("kind", "purpose", "last_day"),
    [
        (RightKind.INVENTION, FreezePurpose.PRESERVATION, date(2026, 11, 10)),
        (RightKind.TRADEMARK, FreezePurpose.PRESERVATION, date(2027, 5, 10)),
        (RightKind.SOFTWARE, FreezePurpose.PRESERVATION, date(2029, 5, 10)),
        (RightKind.INVENTION, FreezePurpose.EXECUTION, date(2029, 5, 10)),
    ],
)
def test_how_long_a_freeze_lasts(kind: RightKind, purpose: FreezePurpose, last_day: date) -> None:
    months, rule = most_months(kind, purpose, ENTERED, RULES)
    assert add_months(ENTERED, months) == last_day and rule.reference.confidence == "verified"


def test_a_freeze_that_is_not_renewed_ends_by_itself() -> None:
    held = orders_after((), FREEZE_RIGHT, freeze("1号", ENTERED))
    assert [one.order for one in standing_on(held, date(2026, 11, 10))] == ["1号"]
    assert standing_on(held, date(2026, 11, 11)) == ()


def test_a_renewed_freeze_lasts_to_its_new_day() -> None:
    held = orders_after((), FREEZE_RIGHT, freeze("1号", ENTERED))
    renewal = {"right": "r", "renews": "1号", "order": "1号之一", "day": "2026-11-01", "ends_on": "2027-05-10"}
    held = orders_after(held, RENEW_FREEZE, renewal)
    assert standing_on(held, date(2027, 5, 10)) and not standing_on(held, date(2027, 5, 11))
    with pytest.raises(BrokenRegisterError):
        orders_after(held, RENEW_FREEZE, {**renewal, "day": "2027-05-11"})


def test_the_next_in_turn_takes_effect_when_the_first_ends_and_its_term_starts_then() -> None:
    held = orders_after((), FREEZE_RIGHT, freeze("1号", ENTERED))
    held = orders_after(held, FREEZE_RIGHT, freeze("2号", date(2026, 6, 1), months=36))
    held = orders_after(held, FREEZE_RIGHT, freeze("3号", date(2026, 7, 1)))
    after = standing_on(held, date(2026, 11, 11))
    assert [one.order for one in after] == ["2号", "3号"]
    assert (after[0].since, after[0].ends_on) == (date(2026, 11, 11), date(2029, 11, 11))
    lifted = orders_after(
        after, UNFREEZE_RIGHT, {"right": "r", "order": "解1号", "lifts": "2号", "day": "2027-01-04"}
    )
    assert [(one.order, one.since, one.ends_on) for one in lifted] == [
        ("3号", date(2027, 1, 4), date(2027, 7, 4)),
    ]


def test_an_entry_without_a_term_lasts_until_it_is_lifted() -> None:
    held = orders_after((), FREEZE_RIGHT, {"right": "r", "order": "1号"})
    assert [one.order for one in standing_on(held, date(2090, 1, 1))] == ["1号"]
    assert orders_after(held, UNFREEZE_RIGHT, {"right": "r", "order": "解1号"}) == ()


@settings(max_examples=examples(40))
@given(st.lists(st.integers(1, 36), min_size=1, max_size=5), st.integers(0, 4000), st.integers(0, 4000))
def test_reading_twice_is_reading_once_and_nothing_comes_back(months: list[int], one: int, more: int) -> None:
    held: tuple[Freeze, ...] = ()
    for at, term in enumerate(months):
        held = orders_after(held, FREEZE_RIGHT, freeze(f"{at}号", ENTERED, term))
    first, second = ENTERED + timedelta(one), ENTERED + timedelta(one + more)
    assert standing_on(standing_on(held, first), second) == standing_on(held, second)
    assert len(standing_on(held, second)) <= len(standing_on(held, first))
