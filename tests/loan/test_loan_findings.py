"""What a loan's terms may not say: named as the user wrote it, in yuan, with the place in the file."""

from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from zhirong.chain.loan.cycles import Cycle
from zhirong.chain.loan.rates import LinkedRate, published_rates
from zhirong.chain.loan.reading import read_terms
from zhirong.chain.loan.schedule import schedule
from zhirong.kernel.days import WorkingDays
from zhirong.kernel.errors import InputError
from zhirong.kernel.fields import Reader, parse_toml
from zhirong.kernel.rulebook_files import load_rulebook

CALENDAR = WorkingDays(frozenset(), frozenset(), frozenset())
PLAIN = 'start = 2024-01-15\nmonths = 12\nmethod = "level_payment"\n'


def made(text: str) -> Any:
    reader = Reader(parse_toml(PLAIN + text, "loan.toml"))
    terms = read_terms(reader)
    reader.finish()
    return schedule(terms, CALENDAR, published_rates(load_rulebook()))


LENT = "principal = 1200000\nrate = 0.06\n"
LINKED = 'principal = 1200000\n[linked]\nindex = "lpr_one_year"\n'


@pytest.mark.parametrize(
    ("text", "field", "value"),
    [
        (LENT + "balloon = 2000000", "balloon", "2,000,000.00"),
        (
            LENT + "[[prepayment]]\nday = 2024-03-20\namount = 5\n[[prepayment]]\nday = 2026-03-20\namount = 5",
            "prepayment[2].day",
            "2026-03-20",
        ),
        (LENT + "[[draw]]\nday = 2026-03-20\namount = 5", "draw[1].day", "2026-03-20"),
        (LENT + "[[prepayment]]\nday = 2024-03-20\namount = 3000000", "prepayment[1].amount", "3000000"),
        (LENT + "[grace]\nperiods = 12", "grace.periods", "12"),
        (LENT + '[[amendment]]\nday = 2024-03-20\nkind = "extension"', "amendment[1]", "2024-03-20"),
        (
            LENT + '[[amendment]]\nday = 2024-03-20\nkind = "extension"\nend = 2024-12-15',
            "amendment[1].end",
            "2024-12-15",
        ),
        (LINKED + "reset_from = 2024-06-01", "linked.reset_from", "2024-06-01"),
        (LINKED + "spread_bp = -900", "linked.spread_bp", "-900"),
        ("principal = 99999999999999999999\nrate = 0.06", "principal", "99,999,999,999,999,999,999.00"),
    ],
)
def test_what_does_not_fit_is_named_as_it_was_written(text: str, field: str, value: str) -> None:
    with pytest.raises(InputError) as raised:
        made(text)
    problem = raised.value.problems[0]
    assert problem.field == field
    assert problem.value.replace(",", "").removesuffix(".00") == value.replace(",", "").removesuffix(".00")


def test_a_shorter_end_is_a_restructuring() -> None:
    rows = made(LENT + '[[amendment]]\nday = 2024-03-20\nkind = "restructuring"\nend = 2024-12-15').rows
    assert (rows[-1].written, rows[-1].closing) == (date(2024, 12, 15), 0)


def test_a_rate_of_exactly_nothing_is_allowed() -> None:
    rate = LinkedRate("lpr_one_year", Decimal(-345), Cycle(12, "month"))
    found = made(LINKED + f"spread_bp = {rate.spread_bp}")
    assert found.interest == 0


def test_a_prepayment_that_shortens_keeps_the_instalments_even_into_the_balloon() -> None:
    loan = LENT + "balloon = 600000\n"
    plain = made(loan).rows
    shortened = made(loan + '[[prepayment]]\nday = 2024-02-15\namount = 300000\neffect = "shorten"').rows
    due = [row for row in shortened if row.kind == "due"]
    assert {row.total for row in due[:-1]} == {plain[0].total}
    assert due[-1].principal < 600_000_00 < plain[-1].principal
