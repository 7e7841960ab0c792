"""A payment over several debts: due first, least secured, heavier, earlier due, then in proportion (article 560)."""

from dataclasses import replace
from datetime import date
from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st
from servicing_cases import RULES

from zhirong.chain.loan.servicing.debts import Debt, over_debts
from zhirong.kernel.rulebook import RuleValue

DAY = date(2024, 6, 30)
EARLY, LATE, AHEAD = date(2024, 1, 1), date(2024, 6, 1), date(2024, 12, 1)


def debt(name: str, due: date = EARLY, owed: int = 100, secured: int = 0, burden: str = "0.05") -> Debt:
    return Debt(name, due, owed, secured, Decimal(burden))


def test_due_before_not_yet_due() -> None:
    assert over_debts(150, [debt("ahead", AHEAD), debt("due", LATE, secured=100)], DAY, RULES) == {
        "ahead": 50,
        "due": 100,
        "": 0,
    }


def test_least_secured_before_heavier() -> None:
    assert over_debts(100, [debt("heavy", secured=60, burden="0.09"), debt("bare")], DAY, RULES) == {
        "heavy": 0,
        "bare": 100,
        "": 0,
    }


def test_heavier_before_earlier() -> None:
    assert over_debts(100, [debt("early"), debt("heavy", LATE, burden="0.06")], DAY, RULES) == {
        "early": 0,
        "heavy": 100,
        "": 0,
    }


def test_earlier_due_first() -> None:
    assert over_debts(130, [debt("late", LATE), debt("early")], DAY, RULES) == {"late": 30, "early": 100, "": 0}


def test_alike_in_all_share_in_proportion_and_the_rest_is_left() -> None:
    assert over_debts(50, [debt("a"), debt("b", owed=400)], DAY, RULES) == {"a": 10, "b": 40, "": 0}
    assert over_debts(600, [debt("a"), debt("b", owed=400)], DAY, RULES) == {"a": 100, "b": 400, "": 100}


def test_what_the_debtor_names_comes_first() -> None:
    assert over_debts(120, [debt("due"), debt("named", AHEAD)], DAY, RULES, ["named"]) == {
        "due": 20,
        "named": 100,
        "": 0,
    }


debts = st.lists(
    st.builds(
        Debt,
        id=st.uuids().map(str),
        due=st.sampled_from([EARLY, LATE, AHEAD]),
        owed=st.integers(0, 10**9),
        secured=st.integers(0, 10**9),
        burden=st.sampled_from([Decimal("0.04"), Decimal("0.06")]),
    ),
    max_size=6,
)


@given(st.integers(0, 10**10), debts)
def test_every_fen_goes_somewhere_and_no_debt_gets_more_than_its_own(amount: int, owed: list[Debt]) -> None:
    parts = over_debts(amount, owed, DAY, RULES)
    assert sum(parts.values()) == amount
    assert all(0 <= parts[one.id] <= one.owed for one in owed)
    assert parts[""] == max(0, amount - sum(one.owed for one in owed))


def test_the_order_is_the_rules() -> None:
    other = replace(RULES.at("lending.servicing.order_of_debts", DAY), value=["earlier_due", "pro_rata"])

    class EarlierFirst:
        def at(self, rule_id: str, day: date) -> RuleValue:
            return other

    owed = [debt("early"), debt("bare", LATE, burden="0.09")]
    assert over_debts(100, owed, DAY, RULES)["bare"] == 100
    assert over_debts(100, owed, DAY, EarlierFirst())["early"] == 100  # type: ignore[arg-type]
