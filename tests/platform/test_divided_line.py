"""One transfer for several loans: divided to the fen by one person, confirmed by another, reversed as a whole."""

from types import SimpleNamespace
from typing import Any

import pytest
from money_world import AMOUNT, Money
from test_money_payments import demand_kept, refused

from zhirong.chain.financing.statement import read_parts
from zhirong.kernel.errors import InputError
from zhirong.kernel.money import yuan
from zhirong.operations.platform.platform_check import check_register
from zhirong.store.financing import Appraisal, Case, CaseStep, Loan, Payment


def test_parts_are_read_with_every_problem() -> None:
    assert read_parts("ZR1 600\n\n zr2：40万元 ", 40_060_000) == (("ZR1", 60_000), ("ZR2", 40_000_000))
    with pytest.raises(InputError) as told:
        read_parts("ZR1\nZR2 0\nZR3 x\nZR4 5\nZR4 5", 1_000)
    found = [(one.field, one.code) for one in told.value.problems]
    assert found == [
        ("parts.1", "no_amount"),
        ("parts.2", "not_an_amount"),
        ("parts.3", "not_an_amount"),
        ("parts.5", "loan_twice"),
    ]
    with pytest.raises(InputError) as told:
        read_parts("ZR1 5\nZR2 5.01", 1_000)
    (problem,) = told.value.problems
    assert problem.code == "not_the_amount" and "10.01" in problem.reason.zh and "10.00" in problem.reason.en
    with pytest.raises(InputError) as told:
        read_parts("ZR1 10", 1_000)
    assert [one.code for one in told.value.problems] == ["one_loan_only"]


def second_loan(platform: Any, money: Money) -> Loan:
    """Another loan of the same firm at the same bank, paid out too."""
    first = money.case
    right = platform.right(money.firm)
    values = {
        name: getattr(first, name)
        for name in (
            "firm",
            "lender",
            "officer",
            "state",
            "mode",
            "amount",
            "term_months",
            "annual_rate",
            "method",
            "cycle",
        )
    }
    case = platform.seed(
        Case,
        **values,
        number=f"ZR2026{platform.number():06d}",
        purpose="采购",
        rights=[right.pk],
        approved_amount=first.amount,
        submitted_on=platform.day,
    )

    platform.seed(CaseStep, case=case, state=case.state, began_at=platform.now)
    platform.seed(
        Appraisal, firm=money.firm, case=case, grade="online", state="issued", purpose="pledge", rights=case.rights,
        valuation_date=platform.day, valid_until=money.appraisal.valid_until, p10=1, p50=2, p90=3,
    )  # fmt: skip
    money.case = case
    money.released()
    loan = Loan.objects.get(case=case)
    money.case = first
    return loan


@pytest.fixture
def world(platform: Any, monkeypatch: Any) -> SimpleNamespace:
    money = Money(platform, monkeypatch)
    first = Case.objects.get(pk=money.case.pk)
    money.case = first
    second = second_loan(platform, money)
    money.released()
    platform.later(10)
    return SimpleNamespace(platform=platform, money=money, loans=(money.loan, second))


def _balances(world: SimpleNamespace) -> list[int]:
    return [Loan.objects.get(pk=loan.pk).balance for loan in world.loans]


def _states(line: Any) -> list[str]:
    return list(Payment.objects.filter(line=line).order_by("pk").values_list("state", flat=True))


def test_a_line_is_divided_confirmed_by_another_and_reversed_as_a_whole(world: SimpleNamespace) -> None:
    platform, money = world.platform, world.money
    numbers = [loan.number for loan in world.loans]
    line = money.line(100_000_00)
    page = platform.client(money.cashier).get(f"/do/line.divide/{line.pk}/").content.decode()
    assert all(number in page for number in numbers)  # the firm's loans stand in the form
    parts = f"{numbers[0]} 60000\n{numbers[1]} 40000.00"
    assert refused(platform, money.cashier, "line.divide", line, parts=parts + "\nZR-NONE 1") == "not_the_amount"
    wrong = f"{numbers[0]} 60000\nZR-NONE 40000"
    assert refused(platform, money.cashier, "line.divide", line, parts=wrong) == "no_such_loan"
    platform.do(money.cashier, "line.divide", line, parts=parts)
    assert _states(line) == ["matched", "matched"] and _balances(world) == [AMOUNT, AMOUNT]
    assert refused(platform, money.cashier, "line.confirm", line) == "same_person"
    platform.do(money.cashier, "line.undo", line)
    assert _states(line) == ["undone", "undone"]
    # Programs give the same as two lists.
    lists: dict[str, Any] = {"loans": numbers, "amounts": ["60000.00", "40000"]}
    for code, given in {
        "given_twice": {**lists, "parts": parts},
        "unequal_lengths": {**lists, "amounts": ["100000"]},
        "not_the_amount": {**lists, "amounts": ["60000", "1"]},
        "missing": {},
    }.items():
        assert refused(platform, money.cashier, "line.divide", line, **given) == code
    platform.do(money.cashier, "line.divide", line, **lists)
    platform.do(money.second, "line.confirm", line)
    assert _states(line)[2:] == ["confirmed", "confirmed"]
    balances = _balances(world)
    assert all(balance < AMOUNT for balance in balances)
    for loan in world.loans:
        demand_kept(platform, Loan.objects.get(pk=loan.pk))
    paid = list(Payment.objects.filter(line=line, state="confirmed").order_by("pk"))
    assert [one.amount for one in paid] == [60_000_00, 40_000_00]
    # Whichever part is reversed, the whole line is.
    platform.do(money.cashier, "payment.reverse", paid[1], reason="错")
    assert _states(line)[2:] == ["reversing", "reversing"]
    platform.do(money.second, "payment.keep", paid[0])
    assert _states(line)[2:] == ["confirmed", "confirmed"]
    platform.do(money.cashier, "payment.reverse", paid[0], reason="错")
    bank = platform.client(money.second).get(f"/payments/{paid[0].pk}/").content.decode()
    assert numbers[1] in bank and "一并" in bank
    platform.do(money.second, "payment.confirm_reversal", paid[1])
    assert _states(line)[2:] == ["reversed", "reversed"]
    line.refresh_from_db()
    assert line.state == "open" and _balances(world) == [AMOUNT, AMOUNT]
    for loan in world.loans:
        demand_kept(platform, Loan.objects.get(pk=loan.pk))
    assert check_register(platform.folder).findings == ()


def test_only_money_that_came_in_is_divided(world: SimpleNamespace) -> None:
    platform, money = world.platform, world.money
    numbers = [loan.number for loan in world.loans]
    parts = f"{numbers[0]} 5\n{numbers[1]} 5"
    with pytest.raises(InputError) as told:
        platform.do(money.cashier, "line.divide", money.line(10_00, "out"), parts=parts)
    assert [one.code for one in told.value.problems] == ["wrong_direction"]
    assert yuan(10_00) == "10.00" and not Payment.objects.filter(kind="repayment").exists()
