"""A portfolio as arrays, for the run at the end of a day: the same figures as the replay, many loans at a time.

The arrays handle only the passage of time. A loan with any other event that day is replayed and loaded again.
Interest is kept as whole fen and a remainder over an exact denominator, so that rounding always matches the replay.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from fractions import Fraction
from typing import Any

import numpy as np
import numpy.typing as npt

from zhirong.chain.loan.day_counts import year_fraction
from zhirong.chain.loan.periods import Period, fraction_of_year
from zhirong.chain.loan.servicing.classification import CategoryGround, LoanFacts, classify, hold_of, watch_of
from zhirong.chain.loan.servicing.components import Category
from zhirong.chain.loan.servicing.contract import Contract
from zhirong.chain.loan.servicing.state import LoanPosition
from zhirong.chain.loan.terms import InterestBasis
from zhirong.kernel.money import Fen
from zhirong.kernel.rulebook import Rulebook
from zhirong.kernel.text import Text

Ints = npt.NDArray[np.int64]
Small = npt.NDArray[np.int8]
Flags = npt.NDArray[np.bool_]
Days = npt.NDArray[np.int32]  # Day numbers, as date.toordinal counts them.
Positions = npt.NDArray[np.intp]

RATE_SCALE = 10**8  # yearly rates are whole numbers of 10⁻⁸
_LIMB = 10**5  # a balance is multiplied in two parts of this size, so that 64 bits hold every product
MOST_BALANCE: Fen = 10**11  # a thousand million yuan a loan
NEVER = int(np.iinfo(np.int32).max)  # a day that never comes


def _carry(fen: Ints, rest: Ints, den: Ints) -> None:
    """Turn whole fen in the remainders into fen, in place."""
    over = rest >= den
    fen += over
    rest -= den * over


@dataclass(frozen=True, slots=True)
class Money:
    """Exact amounts: whole fen and remainders over ``den``; ``step_*``: the increase of one more day."""

    fen: Ints
    rest: Ints
    den: Ints
    step_fen: Ints
    step_rest: Ints

    def rounded(self) -> Ints:
        """Return whole fen, rounded halves up."""
        return self.fen + (2 * self.rest >= self.den)

    def after_a_day(self) -> "Money":
        """Advance one day."""
        fen, rest = self.fen + self.step_fen, self.rest + self.step_rest
        _carry(fen, rest, self.den)
        return replace(self, fen=fen, rest=rest)

    def after_a_day_at(self, where: Positions) -> "Money":
        """Advance one day at some positions; at the others nothing accrues."""
        some_fen = self.fen[where] + self.step_fen[where]
        some_rest = self.rest[where] + self.step_rest[where]
        _carry(some_fen, some_rest, self.den[where])
        fen, rest = self.fen.copy(), self.rest.copy()
        fen[where], rest[where] = some_fen, some_rest
        return replace(self, fen=fen, rest=rest)


@dataclass(frozen=True, slots=True)
class LoanArrays:
    """Loans at the end of ``day``, each at one position in every array; the loans of a debtor are adjacent.

    principal: outstanding, due or not; time alone does not change it. not_due: its part that is not due. interest:
    of the running period. penalty, compound: earned since the start; ``*_gone``: the part already paid.
    late_principal, late_interest: past their due day, the oldest of ``oldest`` (a day number, or NEVER). waiting_*:
    between the end of a period and its due day. costs. rate, late_rate: 10⁻⁸ a year. next_reset: the day on which
    the rate is reset, or NEVER.

    row, last_row: the next row and the end of the loan's rows; row_*: the rows of all loans one after another.
    day_num ÷ day_den: the fraction of a year that a day of the running row counts for. least: the category by facts
    and history that no day changes, and ``least_rule`` the rule that gives it; held_to, watched_to: the first day
    on which a bad loan may be upgraded, or the watch of a restructured one ends. has_history: whether facts or
    history may limit its category. debtor: the number of its debtor; debtor_at: where each debtor's loans begin.
    elsewhere, late_elsewhere, is_retail: by debtor.
    """

    day: date
    ids: tuple[str, ...]
    principal: Ints
    not_due: Ints
    interest: Money
    penalty: Money
    penalty_gone: Ints
    compound: Money
    compound_gone: Ints
    late_principal: Ints
    late_interest: Ints
    oldest: Days
    waiting_principal: Ints
    waiting_interest: Ints
    waiting_due: Days
    costs: Ints
    rate: Ints
    late_rate: Ints
    next_reset: Days
    compounds: Flags
    row: Ints
    last_row: Ints
    row_end: Days
    row_due: Days
    row_principal: Ints
    row_num: Ints
    row_den: Ints
    next_end: Days
    is_technical: Flags
    least: Small
    least_rule: Small
    held_to: Days
    watched_to: Days
    has_history: Flags
    debtor: Ints
    debtor_at: Ints
    elsewhere: Ints
    late_elsewhere: Ints
    is_retail: Flags

    @property
    def penalty_owed(self) -> Ints:
        """Return the penalty interest owed, in whole fen."""
        return self.penalty.rounded() - self.penalty_gone

    @property
    def compound_owed(self) -> Ints:
        """Return the compound interest owed, in whole fen."""
        return self.compound.rounded() - self.compound_gone


@dataclass(frozen=True, slots=True)
class Loaded:
    """A loan to be put into arrays: its contract, its state, and other data on it and its debtor."""

    contract: Contract
    state: LoanPosition
    debtor: str
    facts: LoanFacts = LoanFacts()


@dataclass(frozen=True, slots=True)
class Debtor:
    """Data on a debtor beyond its loans here."""

    elsewhere: Fen = 0
    late_elsewhere: Fen = 0
    is_retail: bool = False


def why_not(loan: Loaded) -> str:
    """Return why a loan cannot go through the arrays and must be replayed every day; empty if it can."""
    state, contract = loan.state, loan.contract
    if state.misused or state.credit:
        return "misused funds or unapplied cash"
    if state.bankrupt_on is not None:
        return "interest has stopped with the acceptance of a bankruptcy petition"
    if contract.penalty_basis == "act_act" or contract.terms.day_count not in ("monthly", "act_360", "act_365"):
        return f"days counted {contract.terms.day_count}"
    if state.principal > MOST_BALANCE:
        return "the balance is too large for 64 bits"
    if any((value * RATE_SCALE) % 1 for value in _rates(loan)):
        return "a rate is finer than 10^-8"
    if sum(1 for item in state.items if item.left and item.due > state.as_of) > 1:
        return "two instalments wait for their due day at once"
    if _waits_too_long(loan):
        return "an instalment would still wait for its shifted due day when the next one falls due"
    if any(due < end for end, due, *_ in _rows(loan)):
        return "an instalment falls due before its period ends"
    if contract.terms.day_count == "monthly" and contract.terms.broken_period == "days":
        return "broken_period = days: part periods count days ÷ 360, full periods count months"
    if contract.grace_days or contract.compound_within_term != "penalty":
        return "days of grace, or compound interest at two rates"
    changes = state.standing.restructurings
    if (
        len(changes) > 1
        or any(one.days_late for one in changes)
        or loan.facts.is_refinancing
        or (changes and loan.facts.in_difficulty)
    ):
        return "its restructuring is watched in a way that depends on more than time"
    if any(_rest(state, loan)):
        return "interest was carried over from a period that counted days otherwise"
    return ""


def _waits_too_long(loan: Loaded) -> bool:
    """Return whether holidays shift some due day to the end of the next period or later: arrays store one waiting
    instalment per loan.
    """
    rows = _rows(loan)
    waiting = [item.due.toordinal() for item in loan.state.items if item.left and item.due > loan.state.as_of]
    dues = [*waiting, *(due for _, due, *_ in rows)]
    next_ends = [end for end, *_ in rows][0 if waiting else 1 :]
    return any(end <= due for due, end in zip(dues, next_ends, strict=False))


def load(
    loans: Sequence[Loaded], rules: Rulebook, day: date, debtors: Mapping[str, Debtor] | None = None
) -> LoanArrays:
    """Put loans into arrays, sorted by debtor. All must be at the end of ``day``.

    Raises ValueError naming a loan that is at another day or cannot go through arrays (``why_not``), or a debtor
    whose late debts elsewhere are negative or more than its debts there.
    """
    known = {} if debtors is None else debtors
    for name, debtor in known.items():
        if not 0 <= debtor.late_elsewhere <= debtor.elsewhere:
            raise ValueError(f"{name}: late_elsewhere must lie between zero and elsewhere")
    ordered = sorted(loans, key=lambda loan: (loan.debtor, loan.state.loan_id))
    for loan in ordered:
        reason = why_not(loan) if loan.state.as_of == day else f"its state is of {loan.state.as_of}, not {day}"
        if reason:
            raise ValueError(f"{loan.state.loan_id}: {reason}")
    figures = [_figures(loan, rules, day) for loan in ordered]
    rows = [row for loan in ordered for row in _rows(loan)]
    counts = np.array([len(_rows(loan)) for loan in ordered], dtype=np.int64)
    last_row = np.cumsum(counts)
    names = [loan.debtor for loan in ordered]
    starts = [number for number, name in enumerate(names) if number == 0 or names[number - 1] != name]
    of_debtor = [known.get(names[number], Debtor()) for number in starts]
    row_table = np.array(rows, dtype=np.int64).reshape(-1, 5)

    def column(name: str) -> Ints:
        return np.array([figure[name] for figure in figures], dtype=np.int64)

    def day_column(name: str) -> Days:
        return column(name).astype(np.int32)

    row = last_row - counts
    has_history = (column("least") > 0) | (column("held_to") > 0) | (column("watched_to") > 0)
    arrays = LoanArrays(
        day=day,
        ids=tuple(loan.state.loan_id for loan in ordered),
        principal=column("principal"),
        not_due=column("not_due"),
        interest=_money(column("interest_fen"), column("interest_rest"), column("interest_den")),
        penalty=_money(column("penalty_fen"), column("penalty_rest"), column("late_den")),
        penalty_gone=column("penalty_gone"),
        compound=_money(column("compound_fen"), column("compound_rest"), column("late_den")),
        compound_gone=column("compound_gone"),
        late_principal=column("late_principal"),
        late_interest=column("late_interest"),
        oldest=day_column("oldest"),
        waiting_principal=column("waiting_principal"),
        waiting_interest=column("waiting_interest"),
        waiting_due=day_column("waiting_due"),
        costs=column("costs"),
        rate=column("rate"),
        late_rate=column("late_rate"),
        next_reset=day_column("next_reset"),
        compounds=np.array([loan.contract.compounds for loan in ordered]),
        row=row,
        last_row=last_row,
        row_end=row_table[:, 0].astype(np.int32),
        row_due=row_table[:, 1].astype(np.int32),
        row_principal=row_table[:, 2].copy(),
        row_num=row_table[:, 3].copy(),
        row_den=row_table[:, 4].copy(),
        next_end=day_column("next_end"),
        is_technical=np.array([loan.facts.is_technical for loan in ordered]),
        least=column("least").astype(np.int8),
        least_rule=column("least_rule").astype(np.int8),
        held_to=day_column("held_to"),
        watched_to=day_column("watched_to"),
        has_history=has_history,
        debtor=np.repeat(np.arange(len(starts)), np.diff([*starts, len(ordered)])),
        debtor_at=np.array(starts, dtype=np.int64),
        elsewhere=np.array([debtor.elsewhere for debtor in of_debtor], dtype=np.int64),
        late_elsewhere=np.array([debtor.late_elsewhere for debtor in of_debtor], dtype=np.int64),
        is_retail=np.array([debtor.is_retail for debtor in of_debtor]),
    )
    everywhere = np.arange(len(ordered))
    return with_late_steps(with_interest_steps(arrays, everywhere), everywhere)


def with_interest_steps(arrays: LoanArrays, where: Positions) -> LoanArrays:
    """Recalculate, at some positions, the daily increase of the interest of the running period."""
    at = np.minimum(arrays.row[where], max(len(arrays.row_num) - 1, 0))
    runs = arrays.row[where] < arrays.last_row[where]
    balance = np.where(runs, arrays.not_due[where], 0)
    num = arrays.row_num[at] if len(arrays.row_num) else np.ones_like(balance)
    money = arrays.interest
    step_fen, step_rest = _daily(balance, arrays.rate[where] * num, money.den[where])
    return replace(arrays, interest=_with_steps(money, where, step_fen, step_rest))


def with_late_steps(arrays: LoanArrays, where: Positions) -> LoanArrays:
    """Recalculate, at some positions, the daily increase of penalty and compound interest."""
    rate = arrays.late_rate[where]
    penalty = _daily(arrays.late_principal[where], rate, arrays.penalty.den[where])
    bearing = np.where(arrays.compounds[where], arrays.late_interest[where], 0)
    compound = _daily(bearing, rate, arrays.compound.den[where])
    return replace(
        arrays,
        penalty=_with_steps(arrays.penalty, where, *penalty),
        compound=_with_steps(arrays.compound, where, *compound),
    )


def _daily(balance: Ints, rate: Ints, den: Ints) -> tuple[Ints, Ints]:
    """Return balance × rate ÷ den as whole fen and remainder, without a product that exceeds 64 bits."""
    high, low = np.divmod(balance, _LIMB)
    fen, rest = np.divmod(high * rate, den)
    more, rest = np.divmod(rest * _LIMB + low * rate, den)
    return fen * _LIMB + more, rest


def _with_steps(money: Money, where: Positions, fen: Ints, rest: Ints) -> Money:
    step_fen, step_rest = money.step_fen.copy(), money.step_rest.copy()
    step_fen[where], step_rest[where] = fen, rest
    return replace(money, step_fen=step_fen, step_rest=step_rest)


def _money(fen: Ints, rest: Ints, den: Ints) -> Money:
    return Money(fen, rest, den, np.zeros_like(fen), np.zeros_like(fen))


def _part_of_a_day(period: Period, basis: InterestBasis) -> Fraction:
    """Return the fraction of a year that each day of a period counts for; equal for all days under the bases that
    arrays accept.
    """
    whole = fraction_of_year(period, period.start, period.end, basis)
    return whole / (period.end - period.start).days


def _rows(loan: Loaded) -> list[tuple[int, int, int, int, int]]:
    plan = loan.state.plan
    if plan is None:
        return []
    found = []
    for row in plan.rows:
        part = _part_of_a_day(row.period, plan.terms.day_count)
        found.append(
            (
                row.period.end.toordinal(),
                row.period.paid.toordinal(),
                row.principal,
                part.numerator,
                part.denominator * RATE_SCALE,
            )
        )
    return found


def _rates(loan: Loaded) -> tuple[Fraction, Fraction]:
    yearly = Fraction(loan.state.yearly)
    return yearly, yearly * (1 + Fraction(loan.contract.overdue_uplift))


def _dens(loan: Loaded) -> tuple[int, int]:
    """Return the denominators of the running period's interest and of interest on arrears."""
    rows = _rows(loan)
    start = loan.contract.terms.start
    late = year_fraction(start, date.fromordinal(start.toordinal() + 1), loan.contract.penalty_basis)
    return (rows[0][4] if rows else RATE_SCALE), late.denominator * RATE_SCALE


def _rest(state: LoanPosition, loan: Loaded) -> tuple[Fraction, Fraction, Fraction]:
    """Return the part of the exact amounts that the denominators cannot represent: zero if the loan fits."""
    den, late = _dens(loan)
    return (state.accrued_exact * den % 1, state.penalty_exact * late % 1, state.compound_exact * late % 1)


def _figures(loan: Loaded, rules: Rulebook, day: date) -> dict[str, Any]:
    state = loan.state
    den, late_den = _dens(loan)
    rate, late_rate = _rates(loan)
    late = [item for item in state.items if item.left and item.due <= day]
    waiting = next((item for item in state.items if item.left and item.due > day), None)
    rows = _rows(loan)
    least = _least(loan, rules, day)
    figures: dict[str, Any] = {
        "principal": state.principal,
        "not_due": state.not_due,
        "late_principal": sum(item.principal_left for item in late),
        "late_interest": sum(item.interest_left for item in late),
        "oldest": min((item.due.toordinal() for item in late), default=NEVER),
        "waiting_principal": 0 if waiting is None else waiting.principal_left,
        "waiting_interest": 0 if waiting is None else waiting.interest_left,
        "waiting_due": NEVER if waiting is None else waiting.due.toordinal(),
        "costs": state.costs,
        "rate": int(rate * RATE_SCALE),
        "late_rate": int(late_rate * RATE_SCALE),
        "next_reset": NEVER if state.next_reset is None else state.next_reset.toordinal(),
        "next_end": rows[0][0] if rows else NEVER,
        "interest_den": den,
        "late_den": late_den,
        "least": least.category.grade,
        "least_rule": rule_code(least.rule),
        "held_to": _held_to(loan, rules, day),
        "watched_to": _watched_to(loan, rules, day),
    }
    for name, exact, of in (
        ("interest", state.accrued_exact, den),
        ("penalty", state.penalty_exact, late_den),
        ("compound", state.compound_exact, late_den),
    ):
        figures[f"{name}_fen"], rest = divmod(exact.numerator, exact.denominator)
        figures[f"{name}_rest"] = int(Fraction(rest, exact.denominator) * of)
    figures["penalty_gone"] = figures["penalty_fen"] + (2 * figures["penalty_rest"] >= late_den) - state.penalty
    figures["compound_gone"] = figures["compound_fen"] + (2 * figures["compound_rest"] >= late_den) - state.compound
    return figures


# Every rule that can decide a category, in the order of the classification.
RULES: tuple[str, ...] = (
    "lending.classification.days",
    "lending.classification.technical_days",
    "lending.classification.impaired",
    "lending.classification.expected_loss",
    "lending.classification.liquidation",
    "loan.written_off",
    "lending.classification.watch",
    "lending.classification.restructured_bad",
    "lending.classification.second_restructuring",
    "lending.classification.upgrade",
    "lending.classification.bad_share",
    "lending.classification.overdue_share",
)
_BY_FACTS = frozenset(RULES[2:6])


def rule_code(rule: str) -> int:
    """Return a rule's position among those that can decide."""
    return RULES.index(rule)


def _least(loan: Loaded, rules: Rulebook, day: date) -> CategoryGround:
    """Return the first of the worst grounds that time does not change."""
    grounds = [g for g in classify(loan.state.standing, rules, day, loan.facts).grounds if g.rule in _BY_FACTS]
    nothing = CategoryGround(Category.NORMAL, RULES[0], Text("", ""))
    return max(grounds, key=lambda ground: ground.category.grade, default=nothing)


def _held_to(loan: Loaded, rules: Rulebook, day: date) -> int:
    hold = hold_of(loan.state.standing, rules, day)
    if hold is None:
        return 0
    return NEVER if hold.clean is None or hold.kept < hold.of else hold.until.toordinal()


def _watched_to(loan: Loaded, rules: Rulebook, day: date) -> int:
    """Return the first day after the watch; NEVER while an amount that fell due in it is unpaid."""
    standing = loan.state.standing
    watch = watch_of(standing, loan.facts, rules, day)
    if watch is None or watch.is_over(standing, loan.facts, day):
        return 0
    late_since = day - timedelta(days=standing.days_overdue)
    in_arrears = standing.days_overdue > 0 and late_since <= watch.end
    return NEVER if in_arrears else watch.end.toordinal() + 1
