"""The run over a portfolio: many loans and debtors at once, in blocks, interrupted and taken up again."""

import pickle
from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path

import numpy as np
import pytest
from servicing_cases import RULES, WORKING_DAYS

from zhirong.chain.loan.cycles import Cycle
from zhirong.chain.loan.rates import FixedRate, LinkedRate
from zhirong.chain.loan.servicing import events as ev
from zhirong.chain.loan.servicing.arrays import RULES as RULE_NAMES
from zhirong.chain.loan.servicing.arrays import Debtor, Loaded, LoanArrays, load, why_not
from zhirong.chain.loan.servicing.classification import DebtorLoan, classify_debtor
from zhirong.chain.loan.servicing.components import CATEGORIES
from zhirong.chain.loan.servicing.contract import Contract
from zhirong.chain.loan.servicing.due import calendar, due_of, per_day
from zhirong.chain.loan.servicing.end_of_day import BlockResult, day_rules, end_of_day, run_day
from zhirong.chain.loan.servicing.replay import replay
from zhirong.chain.loan.terms import LoanTerms, Method

LAST = date(2025, 3, 28)


def contract(number: int, method: Method = Method.BULLET) -> Contract:
    terms = LoanTerms(
        principal=36_000_000 + 1_000_000 * number,
        start=date(2024, 1, 15) + timedelta(days=23 * number),
        end=date(2026, 1, 15),
        method=method,
        rate=FixedRate(Decimal("0.036")),
        day_count="act_360",
        shift="following",
    )
    return Contract(f"L{number:02d}", terms, Decimal("0.5"), Decimal(1))


def events_of(number: int, method: Method = Method.BULLET) -> tuple[ev.Event, ...]:
    """Loans of an even number paid what was due in March 2025; the others never paid."""
    start = contract(number, method).terms
    made: list[ev.Event] = [ev.Drawdown(id="D", day=start.start, booked=start.start, amount=start.principal)]
    if number % 2 == 0:
        due = replay(made, contract(number, method), date(2025, 3, 20), RULES, WORKING_DAYS).due
        made.append(ev.Payment(id="P", day=date(2025, 3, 20), booked=date(2025, 3, 20), amount=due))
    return tuple(made)


def loans() -> list[Loaded]:
    found = []
    for number in range(12):
        method = Method.EQUAL_PRINCIPAL if number % 3 == 0 else Method.BULLET
        state = replay(events_of(number, method), contract(number, method), LAST, RULES, WORKING_DAYS)
        found.append(Loaded(contract(number, method), state, f"D{number // 3}"))
    return found


DEBTORS = {
    "D1": Debtor(elsewhere=10**12),
    "D2": Debtor(is_retail=True),
    "D3": Debtor(late_elsewhere=5, elsewhere=5),
}


def blocks() -> list[LoanArrays]:
    by_debtor: dict[str, list[Loaded]] = {}
    for loan in loans():
        by_debtor.setdefault(loan.debtor, []).append(loan)
    return [load(theirs, RULES, LAST, DEBTORS) for theirs in by_debtor.values()]


def same(one: BlockResult, other: BlockResult) -> bool:
    return pickle.dumps(one) == pickle.dumps(other) or (
        one.totals() == other.totals()
        and np.array_equal(one.category, other.category)
        and np.array_equal(one.provision, other.provision)
    )


def test_debtors_with_several_loans_are_classified_as_one_by_one() -> None:
    known = loans()
    arrays = load(known, RULES, LAST, DEBTORS)
    for _ in range(40):
        result = end_of_day(arrays, day_rules(RULES, arrays.day + timedelta(days=1)))
        arrays = result.loans
    states = {
        loan.state.loan_id: replay(
            events_of(int(loan.state.loan_id[1:]), loan.contract.terms.method),
            loan.contract,
            arrays.day,
            RULES,
            WORKING_DAYS,
        )
        for loan in known
    }
    seen = set()
    for name in {loan.debtor for loan in known}:
        about = DEBTORS.get(name, Debtor())
        claims = [
            DebtorLoan(
                loan.state.loan_id, states[loan.state.loan_id].standing, states[loan.state.loan_id].principal
            )
            for loan in known
            if loan.debtor == name
        ]
        judged = classify_debtor(
            claims,
            RULES,
            arrays.day,
            is_retail=about.is_retail,
            elsewhere=about.elsewhere,
            late_elsewhere=about.late_elsewhere,
        )
        for loan_id, expected in judged.items():
            position = arrays.ids.index(loan_id)
            assert CATEGORIES[result.category[position]] is expected.category
            assert RULE_NAMES[result.decided_by[position]] == expected.decided_by
            seen.add(expected.decided_by)
    assert {"lending.classification.days", "lending.classification.upgrade"} <= seen


def test_an_interrupted_run_ends_where_an_uninterrupted_one_does(tmp_path: Path) -> None:
    rules = day_rules(RULES, LAST + timedelta(days=1))
    whole = dict(run_day(blocks(), rules))
    # The caller writes each block away as it comes; the machine stops after the second.
    for number, result in run_day(blocks(), rules):
        (tmp_path / f"{number}.block").write_bytes(pickle.dumps(result))
        if number == 1:
            break
    written = {int(file.stem) for file in tmp_path.glob("*.block")}
    assert written == {0, 1}
    resumed = []
    for number, result in run_day(blocks(), rules, done=written):
        (tmp_path / f"{number}.block").write_bytes(pickle.dumps(result))
        resumed.append(number)
    assert resumed == [2, 3]
    for number, expected in whole.items():
        assert same(pickle.loads((tmp_path / f"{number}.block").read_bytes()), expected)


def test_a_block_is_not_changed_by_its_run() -> None:
    block = blocks()[0]
    before = pickle.dumps(block)
    end_of_day(block, day_rules(RULES, LAST + timedelta(days=1)))
    assert pickle.dumps(block) == before


def test_a_block_is_run_for_the_next_day_only() -> None:
    with pytest.raises(ValueError, match="the block is of 2025-03-28"):
        end_of_day(blocks()[0], day_rules(RULES, LAST + timedelta(days=2)))


def test_a_loan_of_another_day_or_with_misuse_is_refused_by_name() -> None:
    loan = loans()[3]
    with pytest.raises(ValueError, match="L03: its state is of 2025-03-28, not 2025-03-29"):
        load([loan], RULES, LAST + timedelta(days=1))
    misused = ev.MisuseFound(id="M", day=LAST, booked=LAST)
    state = replay((*events_of(3), misused), contract(3), LAST, RULES, WORKING_DAYS)
    assert why_not(Loaded(contract(3), state, "D1")) == "misused funds or unapplied cash"


def test_a_monthly_loan_that_counts_days_is_refused_by_name_and_one_that_shares_months_is_not() -> None:
    loan = loans()[3]
    for broken_period, is_refused in (("days", True), ("share", False)):
        terms = replace(loan.contract.terms, day_count="monthly", broken_period=broken_period)
        monthly = replace(loan, contract=replace(loan.contract, terms=terms))
        assert ("broken_period = days" in why_not(monthly)) is is_refused
        if is_refused:
            with pytest.raises(ValueError, match="L03: broken_period = days"):
                load([monthly], RULES, LAST)


def test_calendar_of_a_loan_and_of_a_portfolio() -> None:
    states = [loan.state for loan in loans()]
    unpaid = due_of(states[1], date(2024, 1, 1), LAST)
    assert all(due.overdue for due in unpaid if due.day < LAST)
    # L01: 37,000,000 fen at 3.6 %, 7 March to 7 April 2025 is 31 nights of 3,700 fen.
    [april] = due_of(states[1], date(2025, 4, 1), date(2025, 4, 30))
    assert (april.day, april.principal, april.interest, april.overdue) == (date(2025, 4, 7), 0, 31 * 3700, False)
    all_of_april = calendar(states, date(2025, 4, 1), date(2025, 4, 30))
    assert [due.day for due in all_of_april] == sorted(due.day for due in all_of_april)
    assert {due.loan_id for due in all_of_april} == {state.loan_id for state in states}
    assert sum(per_day(all_of_april).values()) == sum(due.total for due in all_of_april)


def test_a_rate_read_anew_is_not_passed_over() -> None:
    """Five-year LPR fell from 4.20 % to 3.95 % on 20 February 2024; the loan of 15 January sees it on 15 March."""
    terms = LoanTerms(
        36_000_000, date(2024, 1, 15), date(2025, 1, 15), Method.BULLET,
        LinkedRate("lpr_over_five_years", Decimal(0), Cycle(1, "month")), day_count="act_360",
    )  # fmt: skip
    linked = Contract("L1", terms, Decimal("0.5"), Decimal(1))
    drawn = ev.Drawdown(id="D", day=terms.start, booked=terms.start, amount=terms.principal)
    before = replay([drawn], linked, date(2024, 3, 14), RULES, WORKING_DAYS)
    assert before.next_reset == date(2024, 3, 15)
    on_it = end_of_day(
        load([Loaded(linked, before, "D")], RULES, before.as_of), day_rules(RULES, date(2024, 3, 15))
    )
    assert on_it.reset == ("L1",)
    with pytest.raises(ValueError, match="L1: its rate was reset by 2024-03-15"):
        end_of_day(on_it.loans, day_rules(RULES, date(2024, 3, 16)))
    after = replay([drawn], linked, date(2024, 3, 15), RULES, WORKING_DAYS)
    again = load([Loaded(linked, after, "D")], RULES, after.as_of)
    next_day = end_of_day(again, day_rules(RULES, date(2024, 3, 16)))
    # A day at 3.95 %: 360,000 x 3.95 % / 360 = 39.50 yuan.
    assert (after.yearly, int(next_day.loans.interest.rounded()[0])) == (Decimal("0.0395"), after.accrued + 3950)
