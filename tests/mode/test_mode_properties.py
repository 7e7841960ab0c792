"""What must hold for every mode and portfolio, tried on random ones."""

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st
from mode_samples import MODE_DAY, PAYERS, capped_modes, loans, mode_of, pool, quota_body, quota_modes, share_sets

from zhirong.chain.mode.allocation import allocate, cap_states, refusal
from zhirong.chain.mode.arrays import Losses, allocate_many, ip_parts, scenarios, states_column
from zhirong.chain.mode.loss import LoanLoss, LossRecovery
from zhirong.chain.mode.model import Advance, Cap, Mode, Timing
from zhirong.chain.mode.running_allocation import running
from zhirong.chain.mode.shares import clauses_met, holds
from zhirong.chain.mode.stream import Settlement, settle
from zhirong.kernel import money

few = settings(max_examples=60, deadline=None)


@few
@given(capped_modes(), loans())
def test_shares_sum_to_the_loss_and_every_fen_is_explained(mode: Mode, portfolio: list[LoanLoss]) -> None:
    shared = allocate(mode, portfolio, pool())
    for loan, share in zip(portfolio, shared.loans, strict=True):
        assert share.loss == loan.gross
        assert sum(share.parts.values()) == share.loss
        assert min(share.parts.values()) >= 0
        by_lines: dict[str, int] = defaultdict(int)
        for line in share.lines:
            by_lines[line.party] += line.amount
            assert line.why.value == line.amount
        assert {role: part for role, part in share.parts.items() if part} == {
            role: part for role, part in by_lines.items() if part
        }
    assert sum(shared.totals.values()) == shared.loss == sum(loan.gross for loan in portfolio)


@few
@given(capped_modes(), loans())
def test_no_cap_is_ever_exceeded(mode: Mode, portfolio: list[LoanLoss]) -> None:
    state = pool()
    shared = allocate(mode, portfolio, state)
    for cap in mode.sharings[0].caps:
        counted: dict[tuple[object, ...], Fraction] = defaultdict(Fraction)
        for loan, share in zip(portfolio, shared.loans, strict=True):
            if holds(cap.when, loan.facts, loan.loan_day) is False or share.refused is not None:
                continue
            if cap.of_loss is not None:
                first = sum(share.parts[role] for role in cap.beside if role in share.parts)
                first += (loan.public_elsewhere or 0) if cap.public_elsewhere else 0
                base = sum(getattr(loan, name) for name in mode.sharings[0].base)
                paid = sum(share.parts[role] for role in cap.payers if role in share.parts)
                assert paid <= max(0, base * cap.of_loss - first)
                continue
            counted[_key(cap, loan)] += _counted(mode, cap, loan, share.parts)
        for key, amount in counted.items():
            assert amount <= _limit(mode, cap, key)


def _key(cap: Cap, loan: LoanLoss) -> tuple[object, ...]:
    values = {
        "loan": loan.loan_id,
        "borrower": loan.borrower,
        "lender": loan.lender,
        "year": loan.loan_day.year,
        "payment_year": loan.claim_day.year,
    }
    return tuple(values[key] for key in cap.per)


def _counted(mode: Mode, cap: Cap, loan: LoanLoss, parts: Mapping[str, int]) -> Fraction:
    """What the payers' payments prove to have been taken of the cap, at the least, in what the cap counts."""
    if cap.counts == "payment":
        return Fraction(sum(parts[role] for role in cap.payers if role in parts))
    paid = sum(parts[role] for role in PAYERS if role in parts)
    if cap.counts == "shared_loss" or paid == 0:
        return Fraction(paid)
    # Of a loan of which a part is covered, the same part of the loss is: what was paid says how much was covered.
    sharing = mode.sharings[0]
    base = loan.principal + (loan.interest if "interest" in sharing.base else 0)
    base = int(base * loan.ip_share) if sharing.mixed else base
    return Fraction(paid * loan.amount, base)


def _limit(mode: Mode, cap: Cap, key: tuple[object, ...]) -> int:
    state = pool()
    if cap.amount is not None:
        return cap.amount
    if cap.times_fees is not None:
        return int((state.fees or 0) * cap.times_fees)
    if cap.of_entered is not None:
        named = dict(zip(cap.per, key, strict=True))
        lender = str(named["lender"]) if "lender" in named else None
        year = int(str(named["year"])) if "year" in named else None
        return int(state.entered_in(lender, year) * cap.of_entered)
    assert state.balance is not None
    return state.balance


@few
@given(quota_modes(), st.integers(0, 10**12), st.integers(0, 10**12))
def test_under_quotas_more_loss_never_means_less_for_anyone(mode: Mode, one: int, other: int) -> None:
    less, more = sorted((one, other))
    amount = max(more, 1)
    loan = LoanLoss("A", "甲", "0", MODE_DAY, date(2022, 1, 1), amount, less)
    before = allocate(mode, [loan]).totals
    after = allocate(mode, [replace(loan, principal=more)]).totals
    # In whole fen the party that takes the residue of rounding may bear up to two fen less: one for each of the
    # other payers but one whose part has just been rounded up to the next fen. Nobody else ever bears less.
    residue = mode.sharings[0].residue_to
    for role, amount_before in before.items():
        slack = 2 if residue in (None, role) or not before.get(residue or "") else 0
        assert after[role] >= amount_before - slack


@few
@given(share_sets().filter(lambda shares: shares["lender"] > 0), st.integers(0, 10**9))
def test_payers_rounded_down_never_bear_less_of_more(shares: dict[str, int], loss: int) -> None:
    # Without a share of its own the lender would take no residue, and the largest remainders would.
    mode = mode_of(quota_body(shares, "lender"))
    loan = LoanLoss("A", "甲", "0", MODE_DAY, date(2022, 1, 1), 10**9 + 1, loss)
    before = allocate(mode, [loan]).totals
    after = allocate(mode, [replace(loan, principal=loss + 1)]).totals
    for role in PAYERS:
        assert after[role] >= before[role]
        assert before[role] == loss * shares[role] // 10_000


@few
@given(capped_modes(), loans(), st.randoms(use_true_random=False))
def test_loan_order_is_respected_whatever_the_order_of_arrival(
    mode: Mode, portfolio: list[LoanLoss], chance: object
) -> None:
    shuffled = list(portfolio)
    chance.shuffle(shuffled)  # type: ignore[attr-defined]
    one, other = allocate(mode, portfolio, pool()), allocate(mode, shuffled, pool())
    assert all(one.of(loan.loan_id).parts == other.of(loan.loan_id).parts for loan in portfolio)
    if mode.sharings[0].order == "loan_day":
        later = [
            replace(loan, claim_day=loan.claim_day + timedelta(days=7 * number))
            for number, loan in enumerate(shuffled)
        ]
        moved = allocate(mode, later, pool())
        assert all(one.of(loan.loan_id).parts == moved.of(loan.loan_id).parts for loan in portfolio)


@few
@given(capped_modes(), loans(5))
def test_claims_in_a_stream_end_where_all_at_once_would(mode: Mode, portfolio: list[LoanLoss]) -> None:
    settled = settle(mode, portfolio, pool())
    at_once = allocate(mode, portfolio, pool())
    for loan in portfolio:
        assert settled.positions[loan.loan_id] == at_once.of(loan.loan_id).parts
    for role in PAYERS:
        paid = sum(move.amount for move in settled.movements if move.party == role)
        assert paid == at_once.totals.get(role, 0)


@few
@given(capped_modes(), loans(5), st.lists(st.integers(1, 99), min_size=1, max_size=4))
def test_full_recovery_makes_everyone_whole(mode: Mode, portfolio: list[LoanLoss], cuts: list[int]) -> None:
    recovered = []
    for loan in portfolio:
        left, parts = loan.gross, []
        for number, cut in enumerate(cuts):
            part = left if number == len(cuts) - 1 else left * cut // 100
            parts.append(LossRecovery(date(2023, 1 + number, 15), part))
            left -= part
        recovered.append(replace(loan, recoveries=tuple(part for part in parts if part.amount)))
    settled = settle(mode, recovered, pool())
    assert all(amount == 0 for parts in settled.positions.values() for amount in parts.values())
    by_party: dict[str, int] = defaultdict(int)
    for move in settled.movements:
        by_party[move.party] += move.amount
    assert not any(by_party.values()), "what each payer paid has come back to it"


@few
@given(
    capped_modes(),
    loans(4),
    st.dictionaries(st.sampled_from(PAYERS), st.integers(0, 60)),
    st.booleans(),
    st.lists(st.tuples(st.integers(1, 90), st.integers(1, 10**9)), max_size=4),
)
def test_recoveries_go_to_those_who_have_paid(
    mode: Mode, portfolio: list[LoanLoss], waits: dict[str, int], through: bool, came: list[tuple[int, int]]
) -> None:
    """Nobody is ever given more than it has paid, and when parties pay never changes where they end."""
    mode = _by_year_of_loan(mode)
    recovered = _with_recoveries(portfolio, came)
    settled = settle(_timed(mode, waits, through), recovered, pool())
    assert settled.positions == settle(mode, recovered, pool()).positions
    _check_movements(settled)


@few
@given(
    capped_modes(),
    loans(4),
    st.dictionaries(st.sampled_from(PAYERS), st.integers(0, 60)),
    st.booleans(),
    st.lists(st.tuples(st.integers(-5, 90), st.integers(1, 10**9)), max_size=4),
    st.builds(
        Advance,
        st.sampled_from([PAYERS[:1], PAYERS[:2], PAYERS]),
        st.fractions(0, 1),
        st.integers(0, 60),
        st.just(mode_of(quota_body({"lender": 10_000})).source),
    ),
    st.integers(0, 120),
)
def test_advances_change_nothing_once_a_case_is_closed(
    mode: Mode,
    portfolio: list[LoanLoss],
    waits: dict[str, int],
    through: bool,
    came: list[tuple[int, int]],
    advance: Advance,
    closing: int,
) -> None:
    """Whoever pays in advance, and when, every fen that came in is a party's, or the firm's beyond what it owed."""
    mode = replace(_by_year_of_loan(mode), advance=advance)
    closed = [
        replace(loan, closed_on=loan.claim_day + timedelta(days=closing))
        for loan in _with_recoveries(portfolio, came)
    ]
    settled = settle(_timed(mode, waits, through), closed, pool())
    assert settled.positions == settle(mode, closed, pool()).positions
    _check_movements(settled)
    for loan in closed:
        received = sum(recovery.net for recovery in loan.recoveries)
        surplus = sum(
            move.amount for move in settled.movements if (move.loan_id, move.party) == (loan.loan_id, "firm")
        )
        assert loan.gross - settled.left[loan.loan_id] - surplus == received


def _with_recoveries(portfolio: list[LoanLoss], came: list[tuple[int, int]]) -> list[LoanLoss]:
    """Each loan with recoveries so many days after its claim."""
    return [
        replace(
            loan,
            recoveries=tuple(LossRecovery(loan.claim_day + timedelta(days=days), amount) for days, amount in came),
        )
        for loan in portfolio
    ]


def _by_year_of_loan(mode: Mode) -> Mode:
    """Every cap counts by the year of the loan: by that of the payment, waiting changes whose room it is."""

    def per(cap: Cap) -> tuple[str, ...]:
        return tuple("year" if key == "payment_year" else key for key in cap.per)

    return replace(
        mode,
        sharings=tuple(
            replace(sharing, caps=tuple(replace(cap, per=per(cap)) for cap in sharing.caps))
            for sharing in mode.sharings
        ),
    )


def _timed(mode: Mode, waits: Mapping[str, int], through: bool) -> Mode:
    """Payers wait so many days; through: the guarantor pays first in the fund's stead."""
    timings = tuple(
        Timing(payer, days, "guarantor" if through and payer == "fund" else None, mode.source)
        for payer, days in waits.items()
    )
    return replace(mode, sharings=tuple(replace(sharing, timings=timings) for sharing in mode.sharings))


def _check_movements(settled: Settlement) -> None:
    """At no moment has anyone got more than it has paid; the movements lead to the positions."""
    paid: dict[tuple[str, str], int] = defaultdict(int)
    for move in settled.movements:
        if move.kind != "surplus":
            paid[move.loan_id, move.party] += move.amount
            if move.to != "lender":
                paid[move.loan_id, move.to] -= move.amount
            assert min(paid.values()) >= 0
    for loan_id, parts in settled.positions.items():
        assert min(parts.values()) >= 0
        assert sum(parts.values()) == settled.left[loan_id]
        assert all(paid[loan_id, role] == amount for role, amount in parts.items() if role != "lender")


@few
@given(capped_modes(), loans(8))
def test_arrays_equal_the_single_allocator_to_the_fen(mode: Mode, portfolio: list[LoanLoss]) -> None:
    sharing = mode.sharings[0]
    turn = "loan_day" if sharing.order == "loan_day" else "claim_day"
    ordered = sorted(portfolio, key=lambda loan: (getattr(loan, turn), loan.loan_day, loan.loan_id))
    met = [clauses_met(sharing, loan.facts, loan.loan_day) for loan in ordered]
    ip_part, ip_whole = ip_parts([loan.ip_share for loan in ordered])
    columns = Losses(
        principal=_column(loan.principal for loan in ordered),
        amount=_column(loan.amount for loan in ordered),
        interest=_column(loan.interest for loan in ordered),
        costs=_column(loan.costs for loan in ordered),
        borrower=_column("甲乙丙".index(loan.borrower) for loan in ordered),
        lender=_column(int(loan.lender) for loan in ordered),
        year=_column(loan.loan_day.year for loan in ordered),
        ip_part=ip_part,
        ip_whole=ip_whole,
        bonus=states_column(met) if sharing.clauses else None,
        refused=np.array([refusal(mode, loan, pool()) is not None for loan in ordered], dtype=bool),
        payment_years={
            number: _column(loan.claim_day.year for loan in ordered) for number in range(len(sharing.caps))
        },
        caps_hold={
            number: np.array([cap_states(sharing, loan).get(number) is not False for loan in ordered], dtype=bool)
            for number in range(len(sharing.caps))
        },
        public_elsewhere=_column(loan.public_elsewhere or 0 for loan in ordered),
    )
    found = allocate_many(mode, columns, MODE_DAY, pool())
    wanted = allocate(mode, ordered, pool())
    assert found.tolist() == [list(share.parts.values()) for share in wanted.loans]


def _column(values: object) -> np.ndarray:
    return np.array(list(values), dtype=np.int64)  # type: ignore[call-overload]


@settings(max_examples=15, deadline=None, derandomize=True)
@given(capped_modes(), st.integers(1, 2_000_000_000), st.integers(0, 2**32 - 1))
def test_expected_loss_by_simulation_agrees_with_its_integral(mode: Mode, amount: int, seed: int) -> None:
    """A default of probability 5 % with a uniform loss: the integral over a fine grid against 40,000 draws."""
    loan = LoanLoss("A", "甲", "0", MODE_DAY, date(2022, 1, 1), amount, 0, facts={"ip_pledge": True})
    grid = (np.arange(2_000) * 2 + 1) * amount // 4_000
    integral = 0.05 * allocate_many(mode, scenarios(mode, loan, grid), MODE_DAY, pool()).mean(axis=0)
    chance = np.random.default_rng(seed)
    drawn = np.where(chance.random(40_000) < 0.05, (chance.random(40_000) * amount).astype(np.int64), 0)
    simulated = allocate_many(mode, scenarios(mode, loan, drawn), MODE_DAY, pool())
    # Six standard errors, and the width of the grid, which a step in the terms can shift by one cell.
    error = 6 * simulated.std(axis=0) / np.sqrt(40_000) + 0.05 * amount / 1_000 + 2
    assert (np.abs(simulated.mean(axis=0) - integral) <= error).all()


@few
@given(capped_modes(), loans(4))
def test_the_name_of_a_mode_changes_nothing(mode: Mode, portfolio: list[LoanLoss]) -> None:
    renamed = replace(mode, id="another-name")
    assert allocate(mode, portfolio, pool()).loans == allocate(renamed, portfolio, pool()).loans


def test_shares_are_exact_where_they_divide() -> None:
    mode = mode_of(quota_body({"lender": 2_000, "fund": 5_000, "guarantor": 3_000, "insurer": 0}))
    loan = LoanLoss("A", "甲", "0", MODE_DAY, date(2022, 1, 1), 10**9, 10**9)
    assert allocate(mode, [loan]).totals["fund"] == money.share_of(10**9, Decimal("0.5"))


@few
@given(capped_modes(), loans(6), st.booleans())
def test_claims_taken_in_by_columns_or_one_by_one_stand_alike(
    mode: Mode, portfolio: list[LoanLoss], with_advance: bool
) -> None:
    if with_advance:
        mode = replace(mode, advance=Advance(("fund",), Fraction(1, 2), 10, mode.source))
        portfolio = [
            replace(
                loan,
                recoveries=(LossRecovery(loan.claim_day + timedelta(days=20), 1 + loan.gross // 3),),
                closed_on=loan.claim_day + timedelta(days=60),
            )
            for loan in portfolio
        ]
    by_columns, one_by_one = running(mode, portfolio, pool(), few=0), running(mode, portfolio, pool(), few=99)
    for day in (date(2021, 12, 31), *(date(2022, month, 1) for month in range(1, 13)), date(2023, 6, 1)):
        by_columns.move_to(day)
        one_by_one.move_to(day)
        for loan in portfolio:
            if loan.claim_day <= day:
                assert by_columns.parts(loan.loan_id) == one_by_one.parts(loan.loan_id)
