"""Loans in default walked from the claim to the last recovery: known answers and properties over random histories."""

import tomllib
from collections import defaultdict
from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction
from functools import lru_cache
from pathlib import Path
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from examples import examples
from zhirong.chain.compensation import events as ev
from zhirong.chain.compensation.carried import SharedLoss, carried
from zhirong.chain.compensation.ceiling import cut_to_ceiling
from zhirong.chain.compensation.expected import with_expected_payments
from zhirong.chain.compensation.natures import natures_of
from zhirong.chain.compensation.reading import RecoveryFile, read_recovery
from zhirong.chain.compensation.walk import DefaultWalk, walk
from zhirong.chain.loan.servicing.components import Component
from zhirong.chain.mode.loss import LossRecovery, PoolState
from zhirong.chain.mode.model import Mode, Recoveries
from zhirong.chain.mode.stream import settle
from zhirong.chain.mode.vocabulary import PayerNature, RecoverySource
from zhirong.kernel.errors import InputError
from zhirong.kernel.fields import Reader
from zhirong.kernel.money import Fen, allocate, parse_yuan
from zhirong.kernel.rulebook_files import load_rulebook
from zhirong.ledger.books import out_of_balance
from zhirong.mode_files import list_modes
from zhirong.mode_files import load_mode as read_mode

CASES = Path(__file__).parent / "cases"
DAY = date(2026, 1, 1)


def file_of(name: str) -> RecoveryFile:
    document = tomllib.loads((CASES / f"{name}.toml").read_text(), parse_float=Decimal)
    return read_recovery(Reader(document, source=name))


@lru_cache
def load_mode(mode_id: str) -> Mode:
    """Read a mode once: finding one by its id reads all of them."""
    return read_mode(mode_id)


@lru_cache
def natures(mode: Mode) -> dict[str, PayerNature]:
    return {role: nature for role, (nature, _) in natures_of(mode, load_rulebook(), DAY).items()}


def walked(name: str, **options: object) -> DefaultWalk:
    file = file_of(name)
    mode = load_mode(file.mode)
    return walk(mode, file.loans, natures(mode), file.pool, **options)  # type: ignore[arg-type]


def fen(positions: dict[str, str]) -> dict[str, Fen]:
    return {role: parse_yuan(amount) for role, amount in positions.items()}


# -- known answers ------------------------------------------------------------------------------------------------

ENDS = {
    # Of the sum of the three recoveries the fund's part is a fen less than of each by itself (128,520.00, not .01).
    "e01": {
        "lender": "587,816.93",
        "government": "1,220,850.55",
        "insurer": "361,733.50",
        "ip_operator": "90,433.37",
    },
    "e02": {
        "lender": "1,671,271.56",
        "fund": "4,113,753.06",
        "insurer": "2,468,251.83",
        "guarantor": "822,750.62",
        "disposal_fund": "822,750.62",
    },
    "e03": {
        "lender": "800,441.32",
        "guarantor": "1,534,215.96",
        "reguarantor": "767,107.98",
        "national_fund": "767,107.98",
    },
    "e04": {"lender": "0", "guarantor": "-802,346.65"},
    "e14": {"lender": "0", "fund": "0"},
}


@pytest.mark.parametrize("name", ENDS)
def test_positions_at_the_end(name: str) -> None:
    assert walked(name).positions == fen(ENDS[name])


def test_a_payer_that_takes_over_reduces_the_lenders_claim() -> None:
    """E03: the debtor now owes the guarantor; the re-guarantors pay their part less what came in before."""
    balances = walked("e03").balances
    assert balances["guarantor:recourse"] == parse_yuan("3,068,431.92")
    assert balances["guarantor:shared:reguarantor"] == parse_yuan("-767,107.98")
    assert balances["lender:loan:principal"] == parse_yuan("767,107.99")
    assert balances["lender:loan:interest"] == parse_yuan("33,333.33")


def test_a_payer_that_compensates_leaves_the_debt_whole() -> None:
    """E02: after the last recovery the debtor owes the lender all that was not recovered."""
    balances = walked("e02").balances
    assert balances["lender:loan:principal"] == parse_yuan("9,785,432.02")
    assert balances["lender:compensation:fund"] == parse_yuan("-4,113,753.06")


def test_a_late_claim_trues_up_what_was_paid_by_claims_alone() -> None:
    back = [step.amount for step in walked("e02").steps if "true-up" in step.title.en]
    assert sum(back) == parse_yuan("1,725,925.93")


def test_a_step_shows_its_own_loan_beside_all_of_them() -> None:
    """E02 has three loans: what each party carries of one is what its last step says, and the three add up."""
    done = walked("e02")
    last = {step.loan_id: step.of_loan for step in done.steps}
    assert last == done.carried
    assert {role: sum(one[role] for one in last.values()) for role in done.positions} == done.positions


def test_a_loan_entered_in_the_pool_keeps_its_room() -> None:
    """With entry recorded the third loan is covered by 40 % from the start, and nothing is trued up."""
    file = file_of("e02")
    mode = load_mode(file.mode)
    paid = {
        "fund": "575,308.64",
        "insurer": "345,185.18",
        "guarantor": "115,061.73",
        "disposal_fund": "115,061.73",
    }
    loans = []
    for loan in file.loans:
        loan = replace(loan, entered_on=loan.loan_day)
        if loan.loan_id == "L3":
            loan = replace(
                loan,
                events=tuple(
                    replace(event, amount=parse_yuan(paid[event.party]))
                    if isinstance(event, ev.PayerPaid)
                    else event
                    for event in loan.events
                ),
            )
        loans.append(loan)
    done = walk(mode, loans, natures(mode), file.pool)
    assert not [step for step in done.steps if "true-up" in step.title.en]
    assert done.positions == fen(ENDS["e02"])


def test_the_surplus_is_what_exceeds_the_debt_of_its_day() -> None:
    """E14: penalty since the claim is paid before the firm gets anything back."""
    surplus = [step.amount for step in walked("e14").steps if step.title.en == "surplus to the firm"]
    assert surplus == [parse_yuan("60,986.63")]
    file = file_of("e14")
    forgotten = replace(
        file.loans[0], events=tuple(e for e in file.loans[0].events if not isinstance(e, ev.DebtAccrued))
    )
    mode = load_mode(file.mode)
    steps = walk(mode, [forgotten], natures(mode)).steps
    assert steps[-1].amount == parse_yuan("122,221.13")


def test_a_write_off_uses_the_provision_and_releases_compensation() -> None:
    entry = next(step.entry for step in walked("e14").steps if step.title.en.startswith("written off"))
    assert entry is not None
    booked = {posting.account: posting.amount for posting in entry.postings if ":memo:" not in posting.account}
    assert booked == {
        "lender:loan:principal": parse_yuan("-1,500,000.00"),
        "lender:loan:interest": parse_yuan("-43,210.98"),
        "lender:loan:penalty": parse_yuan("-11,111.11"),
        "lender:compensation:fund": parse_yuan("600,000.00"),
        "lender:provision": parse_yuan("900,000.00"),
        "lender:income:interest": parse_yuan("43,210.98"),
        "lender:income:penalty": parse_yuan("11,111.11"),
    }


def test_the_ceiling_cuts_what_re_guarantors_share() -> None:
    """E09: room 100,000.00; 20 of the 80 paid each; the guarantor keeps the rest."""
    cut = cut_to_ceiling(
        parse_yuan("200,000,000.00"),
        Fraction(5, 100),
        parse_yuan("9,900,000.00"),
        parse_yuan("412,345.67"),
        {"guarantor": Fraction(1, 2), "reguarantor": Fraction(1, 4), "national_fund": Fraction(1, 4)},
        "guarantor",
    )
    assert (cut.inside, cut.above) == (parse_yuan("100,000.00"), parse_yuan("312,345.67"))
    assert cut.parts == fen({"guarantor": "362,345.67", "reguarantor": "25,000.00", "national_fund": "25,000.00"})


@pytest.mark.parametrize(("over", "above"), [(-1, 0), (0, 0), (1, 1)])
def test_the_ceiling_cuts_from_the_first_fen_above_it(over: int, above: int) -> None:
    """Room of 5 % of 2,000,000.00 less 99,000.00 paid: 1,000.00 to the fen is inside."""
    room = parse_yuan("1,000.00")
    halves = {"guarantor": Fraction(1, 2), "reguarantor": Fraction(1, 2)}
    released, paid = parse_yuan("2,000,000.00"), parse_yuan("99,000.00")
    cut = cut_to_ceiling(released, Fraction(5, 100), paid, room + over, halves, "guarantor")
    assert (cut.inside, cut.above) == (room + min(over, 0), above)
    assert sum(cut.parts.values()) == room + over
    assert cut.parts["guarantor"] - cut.parts["reguarantor"] in (above, above + 1, above - 1)


MODE_IDS = [head.id for head in list_modes()]


@pytest.mark.parametrize("mode_id", MODE_IDS)
def test_every_mode_is_walked_from_default_to_closing(mode_id: str) -> None:
    """A loan under each mode and rule: expected payments, a sale, a write-off, and full recovery in the end."""
    mode = load_mode(mode_id)
    made = max(mode.source.valid_from or date(2024, 1, 2), date(2024, 1, 2))
    made = min(made, mode.source.valid_to or date.max)
    claim_day = made + timedelta(days=420)
    start = ev.DefaultedLoan(
        "A", "firm", "bank", made, 200_000_000, made + timedelta(days=366),
        {Component.PRINCIPAL: 187_654_321, Component.INTEREST: 1_234_567, Component.PENALTY: 76_543},
        (
            ev.CostPaid(day=made + timedelta(days=380), amount=3_500_000),
            ev.Recovered(day=made + timedelta(days=400), amount=2_345_678),
            ev.ClaimFiled(day=claim_day),
            ev.Recovered(day=claim_day + timedelta(days=400), amount=12_345_679, costs=345_678),
            ev.WrittenOff(day=claim_day + timedelta(days=500)),
            ev.Recovered(day=claim_day + timedelta(days=700), amount=5_000_001, costs=1),
        ),
    )  # fmt: skip
    pool = PoolState(balance=10**12, fees=10**10, entered={("bank", made.year): 10**12})
    [loan] = with_expected_payments(mode, [start], natures(mode), pool)
    done = walk(mode, [loan], natures(mode), pool)
    assert not any(amount > 0 for amount in done.due["A"].values()), "everyone has paid what it owed"
    assert sum(done.positions.values()) == sum(done.debts["A"].values())
    assert all(amount >= 0 for amount in done.positions.values())
    for step in done.steps:
        assert step.entry is None or not out_of_balance(step.entry)
    last = ev.Recovered(day=claim_day + timedelta(days=900), amount=10**11)
    whole = walk(mode, [replace(loan, events=(*loan.events, last))], natures(mode), pool)
    assert set(whole.positions.values()) == {0}


def test_the_source_of_money_decides_who_is_made_whole_first() -> None:
    """Proceeds of the guarantor's counter-guarantee go to it alone; the debtor's money is divided as before."""
    mode = load_mode("national-4222")
    terms = replace(mode.recoveries, by_source=((RecoverySource.COUNTER_GUARANTEE, (("guarantor",),)),))
    file = file_of("e03")
    events = tuple(
        replace(event, source=RecoverySource.COUNTER_GUARANTEE)
        if isinstance(event, ev.Recovered) and event.costs
        else event
        for event in file.loans[0].events
    )
    loan = replace(file.loans[0], events=events)
    done = walk(replace(mode, recoveries=terms), [loan], natures(mode))
    # 1,728,439.50 less 20,000.00 of 50,000.00, less 315,558.85 alone, less its part of 120,000.00.
    before = {
        "lender": 85_421_976,
        "guarantor": 139_288_065,
        "reguarantor": 85_421_975,
        "national_fund": 85_421_975,
    }
    back = allocate(12_000_000, before)
    assert done.positions["guarantor"] == before["guarantor"] - back["guarantor"]
    assert done.positions["lender"] == before["lender"] + 3_333_333 - back["lender"]


def test_proceeds_of_a_counter_guarantee_go_to_those_who_took_over_by_their_parts() -> None:
    """National 4222: 40, 20 and 20 of 80 before the bank gets any of it; what is above them is the bank's."""
    mode = load_mode("national-4222")
    shared = SharedLoss({"lender": 2_000, "guarantor": 4_000, "reguarantor": 2_000, "national_fund": 2_000}, {})
    source = RecoverySource.COUNTER_GUARANTEE
    assert carried(mode, shared, [(source, 4_000)]) == {
        "lender": 2_000, "guarantor": 2_000, "reguarantor": 1_000, "national_fund": 1_000
    }  # fmt: skip
    assert carried(mode, shared, [(source, 9_000)]) == {
        "lender": 1_000, "guarantor": 0, "reguarantor": 0, "national_fund": 0
    }  # fmt: skip


@settings(max_examples=examples(40), deadline=None)
@given(
    st.sampled_from(
        [
            Recoveries(back, order, ("costs", "interest", "principal"), weights, by_source)
            for back, order in (("pro_rata", ()), ("creditor_first", ()), ("in_order", ("guarantor",)))
            for weights in ("all", "shared")
            for by_source in (
                (),
                ((RecoverySource.COUNTER_GUARANTEE, (("guarantor", "reguarantor"),)),),
                ((RecoverySource.COUNTER_GUARANTEE, (("guarantor", "reguarantor"), ("lender",))),)
                + ((RecoverySource.RIGHT_INSURER, (("national_fund",),)),),
            )
        ]
    ),
    st.lists(st.integers(0, 10**6), min_size=4, max_size=4),
    st.lists(st.tuples(st.sampled_from(list(RecoverySource)), st.integers(1, 10**6)), max_size=6),
    st.randoms(use_true_random=False),
)
def test_parts_sum_to_the_whole_in_any_order_of_recoveries(
    terms: Recoveries, borne: list[int], received: list[tuple[RecoverySource, int]], chance: Random
) -> None:
    """Whatever the source and its groups, nobody carries less than nothing and the sum is what is not yet recovered."""
    roles = ("lender", "guarantor", "reguarantor", "national_fund")
    shared = SharedLoss(dict(zip(roles, borne, strict=True)), {"lender": borne[0] // 3})
    mode = replace(load_mode("national-4222"), recoveries=terms)
    left = max(0, sum(borne) - sum(amount for _, amount in received))
    halves = [(source, part) for source, amount in received for part in (amount // 2, amount - amount // 2)]
    shuffled = chance.sample(received, len(received))
    for order in (received, shuffled, halves):
        carries = carried(mode, shared, order)
        assert sum(carries.values()) == left
        assert all(0 <= carries[role] <= shared.parts[role] for role in roles)
    assert carried(mode, shared, halves) == carried(mode, shared, received), "in parts or in one sum"


# -- refusals -----------------------------------------------------------------------------------------------------


def refused(name: str, event: ev.DefaultEvent) -> str:
    file = file_of(name)
    mode = load_mode(file.mode)
    loan = replace(file.loans[0], events=(*file.loans[0].events, event))
    with pytest.raises(InputError) as error:
        walk(mode, [loan, *file.loans[1:]], natures(mode), file.pool)
    return error.value.problems[0].reason.en


def test_a_payer_pays_no_more_than_it_owes() -> None:
    again = ev.PayerPaid(day=date(2024, 9, 9), party="government", amount=1)
    assert refused("e01", again) == "Zhongshan compensation fund still owes CNY 0.00 that day"


def test_nobody_pays_before_the_claim() -> None:
    early = ev.PayerPaid(day=date(2024, 5, 1), party="government", amount=1)
    assert refused("e01", early) == "no claim has been filed yet"


def test_a_party_that_the_mode_does_not_have_is_named() -> None:
    for event in (
        ev.PayerPaid(day=date(2024, 9, 9), party="nobody", amount=1),
        ev.ClawedBack(day=date(2024, 9, 9), party="lender"),
        ev.UpkeepPaid(day=date(2024, 9, 9), party="firm", amount=1),
    ):
        assert refused("e01", event) == "no such party shares the loss under this mode"


def test_upkeep_is_paid_by_who_holds_the_right() -> None:
    upkeep = ev.UpkeepPaid(day=date(2025, 2, 1), party="insurer", amount=1)
    assert refused("e01", upkeep) == "that party holds no right"


def test_no_interest_runs_after_a_bankruptcy_petition_is_accepted() -> None:
    file = file_of("e14")
    mode = load_mode(file.mode)
    stopped = ev.BankruptcyAccepted(day=date(2026, 9, 1))
    loan = replace(file.loans[0], events=(*file.loans[0].events, stopped))
    with pytest.raises(InputError) as error:
        walk(mode, [loan], natures(mode))
    assert "interest stopped on 2026-09-01" in error.value.problems[0].reason.en


def test_costs_above_what_a_recovery_brings_are_refused() -> None:
    event = ev.Recovered(day=date(2026, 4, 1), amount=100, costs=101)
    assert "costs" in refused("e01", event)


# -- properties over random histories -----------------------------------------------------------------------------

MODES = ("zhongshan", "national-4222", "zhuhai", "guangzhou-5311", "suzhou")
amounts = st.integers(1, 300_000_000)


@st.composite
def histories(draw: st.DrawFn) -> tuple[Mode, ev.DefaultedLoan, date]:
    """A loan in default with payments of what is due, in whole or in part, recoveries and what else may happen."""
    mode = load_mode(draw(st.sampled_from(MODES)))
    first = date(2025, 6, 1) if mode.id == "national-4222" else date(2022, 3, 1)
    lent = draw(st.integers(100_000, 500_000_000))
    principal = draw(st.integers(1, lent))
    owed = dict.fromkeys(Component, 0) | {
        Component.PRINCIPAL: principal,
        Component.INTEREST: draw(st.integers(0, 5_000_000)),
        Component.PENALTY: draw(st.integers(0, 1_000_000)),
    }
    events: list[ev.DefaultEvent] = []
    claim_day = first + timedelta(days=60)
    if draw(st.booleans()):
        events.append(ev.Recovered(day=first + timedelta(days=5), amount=draw(st.integers(1, principal))))
    events.append(ev.ClaimFiled(day=claim_day))
    loan = ev.DefaultedLoan("A", "firm", "bank", first - timedelta(days=100), lent, first, owed, tuple(events))
    pool = PoolState(balance=10**12, figures_open=True)
    written_off = False
    for number in range(draw(st.integers(1, 7))):
        day = claim_day + timedelta(days=10 * number + 1)
        kinds = ["pay", "pay", "recover", "accrue", "cost"]
        kinds += [] if written_off else ["write_off", "stop"]
        kind = draw(st.sampled_from(kinds))
        if kind == "pay":
            due = walk(mode, [loan], natures(mode), pool).due["A"]
            # Who pays through another pays it only what that one has paid.
            flows = {
                flow: left
                for flow, left in due.items()
                if left > 0 and (flow[1] == "lender" or (flow[1], "lender") not in due)
            }
            if not flows:
                continue
            (payer, _), left = draw(st.sampled_from(sorted(flows.items())))
            event: ev.DefaultEvent = ev.PayerPaid(day=day, party=payer, amount=draw(st.integers(1, left)))
        elif kind == "recover":
            amount = draw(amounts)
            event = ev.Recovered(day=day, amount=amount, costs=draw(st.integers(0, amount // 10)))
        elif kind == "accrue":
            event = ev.DebtAccrued(day=day, component=Component.PENALTY, amount=draw(st.integers(1, 100_000)))
        elif kind == "cost":
            event = ev.CostPaid(day=day, amount=draw(st.integers(1, 100_000)))
        elif kind == "write_off":
            event, written_off = ev.WrittenOff(day=day), True
        else:
            event = ev.AccrualStopped(day=day)
        loan = replace(loan, events=(*loan.events, event))
    return mode, loan, claim_day


def run(mode: Mode, loan: ev.DefaultedLoan, **options: object) -> DefaultWalk:
    return walk(mode, [loan], natures(mode), PoolState(balance=10**12, figures_open=True), **options)  # type: ignore[arg-type]


@given(histories())
@settings(max_examples=60, deadline=None)
def test_every_entry_balances_and_cash_is_conserved(history: tuple[Mode, ev.DefaultedLoan, date]) -> None:
    """Properties 1 and 2: each party's accounts balance, and what leaves one party reaches another or an outsider."""
    mode, loan, _ = history
    for step in run(mode, loan).steps:
        outside = sum(amount for _, amount in step.outside)
        cash = 0
        if step.entry is not None:
            assert not out_of_balance(step.entry)
            cash = sum(p.amount for p in step.entry.postings if p.account.split(":")[1] == "cash")
        assert cash + outside == 0, step.title.en


@given(histories())
@settings(max_examples=60, deadline=None)
def test_positions_sum_to_what_is_lost_or_still_owed(history: tuple[Mode, ev.DefaultedLoan, date]) -> None:
    """Positions sum to the debt; no payer carries less than nothing or more than its part (properties 2, 3, 5)."""
    mode, loan, _ = history
    done = run(mode, loan)
    for step in done.steps:
        if step.title.en in ("surplus to the firm",) or not step.outside:
            continue
        surplus = min(0, sum(step.positions.values()))
        assert sum(step.positions.values()) - surplus == sum(step.debt.values())
    assert sum(done.positions.values()) == sum(done.debts["A"].values())
    assert all(amount >= 0 for amount in done.positions.values())


@given(histories())
@settings(max_examples=40, deadline=None)
def test_the_books_agree_with_the_debt(history: tuple[Mode, ev.DefaultedLoan, date]) -> None:
    """The lender's loan, on the balance sheet and off it, plus what payers took over is the debt (property 3)."""
    mode, loan, _ = history
    done = run(mode, loan)
    own = sum(a for name, a in done.balances.items() if name.startswith("lender:loan"))
    own += sum(a for name, a in done.balances.items() if name.startswith("lender:memo") and "contra" not in name)
    taken = sum(
        amount
        for name, amount in done.balances.items()
        if name.split(":")[1] in ("recourse", "claims", "recourse_share", "compensation", "loss_share")
        and name.split(":")[0] != "lender"
        and natures(mode)[name.split(":")[0]] is PayerNature.TAKES_OVER
        and len(name.split(":")) == 2
    )
    shared = sum(amount for name, amount in done.balances.items() if ":shared:" in name)
    assert own + taken + shared == sum(done.debts["A"].values())


@given(histories(), st.integers(0, 90))
@settings(max_examples=40, deadline=None)
def test_what_was_known_on_a_past_day_never_changes(
    history: tuple[Mode, ev.DefaultedLoan, date], days: int
) -> None:
    """Property 13: later events leave the walk as known on an earlier day as it was."""
    mode, loan, claim_day = history
    day = claim_day + timedelta(days=days)
    before = replace(loan, events=tuple(event for event in loan.events if event.known_on <= day))
    assert run(mode, loan, known_on=day).steps == run(mode, before).steps


@given(histories(), st.integers(0, 60), st.lists(st.integers(0, 300), min_size=1, max_size=3))
@settings(max_examples=30, deadline=None)
def test_what_was_shown_on_a_day_is_shown_again_whatever_is_recorded_later(
    history: tuple[Mode, ev.DefaultedLoan, date], lag: int, days: list[int]
) -> None:
    """Property 13 with recoveries, clawbacks and a bankruptcy that are recorded after their day."""
    mode, loan, claim_day = history
    late = [
        replace(event, recorded_on=event.day + timedelta(days=lag)) if isinstance(event, ev.Recovered) else event
        for event in loan.events
    ]
    on, recorded = claim_day + timedelta(days=200), claim_day + timedelta(days=200 + lag)
    late += [
        ev.ClawedBack(day=on, recorded_on=recorded, party=payer)
        for payer in sorted({payer for payer, _ in _paid(run(mode, replace(loan, events=tuple(late))))})
    ]
    late.append(ev.BankruptcyAccepted(day=on + timedelta(days=10), recorded_on=recorded + timedelta(days=20)))
    whole = replace(loan, events=tuple(late))
    for number in days:
        day = claim_day + timedelta(days=number)
        shown = run(mode, replace(whole, events=whole.known(day)), until=day)
        again = run(mode, whole, known_on=day, until=day)
        assert (again.steps, again.due, again.debts) == (shown.steps, shown.due, shown.debts)


@given(histories(), st.integers(1, 90), st.sampled_from([ev.WrittenOff, ev.AccrualStopped]))
@settings(max_examples=30, deadline=None)
def test_a_write_off_or_a_stop_of_accrual_changes_no_position_and_no_debt(
    history: tuple[Mode, ev.DefaultedLoan, date], days: int, kind: type[ev.DefaultEvent]
) -> None:
    """Properties 20 and 21: only the lender's books change; the debtor owes the same and each party carries the same."""
    mode, loan, claim_day = history
    kept = tuple(e for e in loan.events if not isinstance(e, ev.WrittenOff | ev.AccrualStopped))
    without = run(mode, replace(loan, events=kept))
    booked = run(mode, replace(loan, events=(*kept, kind(day=claim_day + timedelta(days=days)))))
    assert (booked.positions, booked.debts, booked.due) == (without.positions, without.debts, without.due)


@given(histories())
@settings(max_examples=20, deadline=None)
def test_a_second_claim_changes_nothing(history: tuple[Mode, ev.DefaultedLoan, date]) -> None:
    """Property 14 in a file: the same claim written twice is one claim, or refused; it never pays twice."""
    mode, loan, claim_day = history
    again = replace(loan, events=(*loan.events, ev.ClaimFiled(day=claim_day + timedelta(days=1))))
    try:
        twice = run(mode, again)
    except InputError:
        return
    assert (twice.positions, twice.due) == (run(mode, loan).positions, run(mode, loan).due)


@given(
    st.sampled_from(["zhongshan", "zhuhai", "suzhou"]), st.integers(10_000, 5 * 10**7), st.integers(1, 5 * 10**7)
)
@settings(max_examples=40, deadline=None)
def test_a_recovery_before_the_claim_or_after_it_ends_alike(mode_id: str, principal: int, amount: int) -> None:
    """Property 8, for principal alone: within one fen for each party less one."""
    mode, first = load_mode(mode_id), date(2022, 3, 1)
    owed = dict.fromkeys(Component, 0) | {Component.PRINCIPAL: principal}
    amount = min(amount, principal)
    ends = []
    for days in (10, 90):
        events = (
            ev.ClaimFiled(day=first + timedelta(days=60)),
            ev.Recovered(day=first + timedelta(days=days), amount=amount),
        )
        loan = ev.DefaultedLoan("A", "firm", "bank", first - timedelta(days=100), principal, first, owed, events)
        ends.append(run(mode, loan))
    before, after = (_ends(one) for one in ends)
    assert before.keys() == after.keys()
    for role, carried_before in before.items():
        assert abs(carried_before - after[role]) <= len(mode.bearers) - 1


def _ends(done: DefaultWalk) -> dict[str, Fen]:
    """Return what each party carries once what is due has been paid."""
    ends = defaultdict(int, done.positions)
    for (payer, payee), amount in done.due["A"].items():
        ends[payer] += amount
        ends[payee] -= amount
    return dict(ends)


@given(histories())
@settings(max_examples=40, deadline=None)
def test_full_recovery_makes_everyone_whole(history: tuple[Mode, ev.DefaultedLoan, date]) -> None:
    """Property 6: what comes in above the debt of the day goes to the firm, and nobody carries anything."""
    mode, loan, claim_day = history
    last = ev.Recovered(day=claim_day + timedelta(days=200), amount=10**11)
    done = run(mode, replace(loan, events=(*loan.events, last)))
    assert set(done.positions.values()) == {0}
    assert not any(done.due["A"].values())


@given(histories(), st.integers(2, 5))
@settings(max_examples=40, deadline=None)
def test_a_recovery_in_parts_leaves_the_same(history: tuple[Mode, ev.DefaultedLoan, date], parts: int) -> None:
    """Property 7, exactly: what each has got depends on the sum that has come in, not on the number of parts."""
    mode, loan, claim_day = history
    day = claim_day + timedelta(days=200)
    whole = ev.Recovered(day=day, amount=parts * 12_347)
    split = tuple(ev.Recovered(day=day + timedelta(days=n), amount=12_347) for n in range(parts))
    one = run(mode, replace(loan, events=(*loan.events, whole)))
    many = run(mode, replace(loan, events=(*loan.events, *split)))
    assert one.positions == many.positions


@given(histories())
@settings(max_examples=40, deadline=None)
def test_a_claim_clawed_back_is_as_if_never_claimed(history: tuple[Mode, ev.DefaultedLoan, date]) -> None:
    """Property 12: every payer's money goes back, and the lender carries what is left of the debt."""
    mode, loan, claim_day = history
    done = run(mode, loan)
    payers = {payer for payer, to in _paid(done) if to == "lender"}
    day = claim_day + timedelta(days=200)
    events = tuple(ev.ClawedBack(day=day, party=payer) for payer in sorted(payers))
    after = run(mode, replace(loan, events=(*loan.events, *events)))
    assert after.positions["lender"] == sum(after.debts["A"].values())
    assert not any(amount for role, amount in after.positions.items() if role != "lender")


def _paid(done: DefaultWalk) -> set[tuple[str, str]]:
    """Return payers that still carry something they have paid the lender, as payer and payee."""
    held: dict[str, Fen] = defaultdict(int)
    for step in done.steps:
        for posting in step.entry.postings if step.entry else ():
            party, holding = posting.account.split(":")[:2]
            if holding in ("recourse", "claims", "compensation", "loss_share") and party != "lender":
                held[party] += posting.amount
    return {(party, "lender") for party, amount in held.items() if amount > 0}


@given(st.sampled_from(MODE_IDS), st.lists(st.tuples(st.integers(1, 60), st.integers(1, 60_000_000)), max_size=3))
@settings(max_examples=60, deadline=None)
def test_the_walk_ends_where_settle_does(mode_id: str, later: list[tuple[int, int]]) -> None:
    """With payments on the days that the mode gives, both end with the same positions, whatever comes in and when."""
    mode = load_mode(mode_id)
    made = min(max(mode.source.valid_from or date(2024, 1, 2), date(2024, 1, 2)), mode.source.valid_to or date.max)
    claim_day = made + timedelta(days=420)
    recoveries = tuple((claim_day + timedelta(days=days), amount) for days, amount in later)
    events = (ev.ClaimFiled(day=claim_day), *(ev.Recovered(day=day, amount=amount) for day, amount in recoveries))
    owed = {Component.PRINCIPAL: 187_654_321, Component.INTEREST: 1_234_567}
    start = ev.DefaultedLoan("A", "firm", "bank", made, 200_000_000, claim_day, owed, events)
    pool = PoolState(balance=10**12, fees=10**10, entered={("bank", made.year): 10**12})
    loans = with_expected_payments(mode, [start], natures(mode), pool)
    loss = start.loss_at_claim(start.events)
    assert loss is not None
    loss = replace(loss, recoveries=tuple(LossRecovery(day, amount) for day, amount in recoveries))
    if mode.advance is not None:
        loss = replace(loss, closed_on=claim_day)
    settled = settle(mode, [loss], pool).positions["A"]
    done = walk(mode, loans, natures(mode), pool)
    assert {role: done.positions[role] for role in settled} == settled
