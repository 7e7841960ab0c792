"""The run at the end of a day over a portfolio: interest, instalments, categories, provisions, block by block.

A block is a pure function's argument and its result is another; blocks are cut only between debtors, so that none
needs another. Who calls writes each finished block away; a run that was interrupted goes on with the blocks that are
not written yet, and ends where an uninterrupted one does.
"""

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta

import numpy as np

from zhirong.chain.loan.servicing.arrays import (
    NEVER,
    Flags,
    Ints,
    LoanArrays,
    Small,
    rule_code,
    with_interest_steps,
    with_late_steps,
)
from zhirong.chain.loan.servicing.heads import CATEGORIES, Category
from zhirong.chain.loan.servicing.provisions import ProvisionTable, provision_rates
from zhirong.kernel.money import Fen
from zhirong.kernel.rulebook import Rulebook


@dataclass(frozen=True, slots=True)
class DayRules:
    """The numbers of one day's rules, read once for all blocks."""

    day: date
    limits: tuple[tuple[Category, int], ...]
    technical_days: int
    bad_share: tuple[int, int]
    overdue_share: tuple[int, int]
    rates: tuple[tuple[int, int], ...]

    @property
    def bad_beyond(self) -> int:
        """Days overdue beyond which a loan is bad."""
        return dict(self.limits)[Category.SUBSTANDARD]


def day_rules(rules: Rulebook, day: date, table: ProvisionTable = "five_category") -> DayRules:
    """The rules of ``day`` with one of the two tables of provisions."""
    limits = rules.at("lending.classification.days", day).value
    return DayRules(
        day=day,
        limits=tuple(sorted(((Category(name), int(limit)) for name, limit in limits.items()), key=lambda i: i[1])),
        technical_days=rules.at("lending.classification.technical_days", day).whole(),
        bad_share=rules.at("lending.classification.bad_share", day).number().as_integer_ratio(),
        overdue_share=rules.at("lending.classification.overdue_share", day).number().as_integer_ratio(),
        rates=tuple(rate.as_integer_ratio() for rate in provision_rates(table, rules, day).values()),
    )


@dataclass(frozen=True, slots=True)
class BlockResult:
    """A block after a day: the loans, the category of each with the rule that decided it, and its provision.

    Rules are given by their position in ``arrays.RULES``.
    """

    loans: LoanArrays
    category: Small
    decided_by: Small
    provision: Ints

    def totals(self) -> dict[str, Fen]:
        """Sums over the block: principal, what runs and is owed, provisions."""
        loans = self.loans
        return {
            "principal": int(loans.principal.sum()),
            "accrued": int(loans.interest.rounded().sum()),
            "interest_due": int(loans.late_interest.sum() + loans.waiting_interest.sum()),
            "penalty": int(loans.penalty_owed.sum()),
            "compound": int(loans.compound_owed.sum()),
            "provision": int(self.provision.sum()),
        }


def end_of_day(loans: LoanArrays, rules: DayRules) -> BlockResult:
    """One block from the end of one day to the end of the next. Raises ValueError for rules of another day."""
    if rules.day != loans.day + timedelta(days=1):
        raise ValueError(f"the block stands at {loans.day}; the rules are of {rules.day}")
    moved = _fall_late(_fall_due(_accrue(loans, rules.day)))
    category, decided_by = _classify(moved, rules)
    return BlockResult(moved, category, decided_by, _provide(moved.principal, category, rules))


def run_day(
    blocks: Sequence[LoanArrays], rules: DayRules, done: Collection[int] = ()
) -> Iterator[tuple[int, BlockResult]]:
    """The blocks not in ``done``, each with its number, as they are finished.

    Write each away before taking the next, with its number; after an interruption pass the numbers written.
    """
    for number, block in enumerate(blocks):
        if number not in done:
            yield number, end_of_day(block, rules)


def _accrue(loans: LoanArrays, day: date) -> LoanArrays:
    return replace(
        loans,
        day=day,
        interest=loans.interest.after_a_day(),
        penalty=loans.penalty.after_a_day(),
        compound=loans.compound.after_a_day(),
    )


def _fall_due(loans: LoanArrays) -> LoanArrays:
    """Periods that end today: their principal and interest wait for the due day, and the next period begins."""
    today = loans.day.toordinal()
    where = np.flatnonzero(loans.next_end == today)
    if not where.size:
        return loans
    row = loans.row[where]
    principal = loans.row_principal[row]
    not_due, waiting_principal = loans.not_due.copy(), loans.waiting_principal.copy()
    waiting_interest, waiting_due = loans.waiting_interest.copy(), loans.waiting_due.copy()
    rows, next_end = loans.row.copy(), loans.next_end.copy()
    money = loans.interest
    fen, rest, den = money.fen.copy(), money.rest.copy(), money.den.copy()
    interest = money.rounded()[where]
    waits = waiting_due[where] != NEVER
    if waits.any():
        raise ValueError(f"{loans.ids[int(where[waits][0])]}: an instalment still waits for its due day")
    not_due[where] -= principal
    owes = (principal + interest) > 0
    waiting_principal[where], waiting_interest[where] = principal, interest
    waiting_due[where] = np.where(owes, loans.row_due[row], NEVER)
    rows[where] = row + 1
    has_next = row + 1 < loans.last_row[where]
    following = np.where(has_next, row + 1, row)
    next_end[where] = np.where(has_next, loans.row_end[following], NEVER)
    fen[where] = rest[where] = 0
    den[where] = loans.row_den[following]
    moved = replace(
        loans,
        not_due=not_due,
        waiting_principal=waiting_principal,
        waiting_interest=waiting_interest,
        waiting_due=waiting_due,
        row=rows,
        next_end=next_end,
        interest=replace(money, fen=fen, rest=rest, den=den),
    )
    return with_interest_steps(moved, where)


def _fall_late(loans: LoanArrays) -> LoanArrays:
    """Instalments whose due day is today: from tomorrow they are overdue unless paid."""
    today = loans.day.toordinal()
    where = np.flatnonzero(loans.waiting_due == today)
    if not where.size:
        return loans
    late_principal, late_interest = loans.late_principal.copy(), loans.late_interest.copy()
    oldest, held_to = loans.oldest.copy(), loans.held_to.copy()
    waiting_principal, waiting_interest = loans.waiting_principal.copy(), loans.waiting_interest.copy()
    waiting_due = loans.waiting_due.copy()
    late_principal[where] += waiting_principal[where]
    late_interest[where] += waiting_interest[where]
    waiting_principal[where] = waiting_interest[where] = 0
    waiting_due[where] = NEVER
    oldest[where] = np.minimum(oldest[where], today)
    # A loan that was bad and is late again before its release starts to wait anew; after it, it was released.
    held_to[where] = np.where(held_to[where] <= today, 0, NEVER)
    moved = replace(
        loans,
        late_principal=late_principal,
        late_interest=late_interest,
        waiting_principal=waiting_principal,
        waiting_interest=waiting_interest,
        waiting_due=waiting_due,
        oldest=oldest,
        held_to=held_to,
    )
    return with_late_steps(moved, where)


def _classify(loans: LoanArrays, rules: DayRules) -> tuple[Small, Small]:
    today = loans.day.toordinal()
    # A loan without arrears has NEVER as its oldest due day, which makes its days negative.
    days = today - loans.oldest
    category = np.zeros(len(days), dtype=np.int8)
    for limit_category, limit in rules.limits:
        category[days > limit] = limit_category.grade
    decided = np.full(len(days), rule_code("lending.classification.days"), dtype=np.int8)
    technical = loans.is_technical & (days > 0) & (days <= rules.technical_days)
    category[technical] = 0
    decided[technical] = rule_code("lending.classification.technical_days")
    worse = loans.least > category
    category[worse], decided[worse] = loans.least[worse], loans.least_rule[worse]
    watched = (today < loans.watched_to) | ((loans.watched_to > 0) & (days > 0))
    _at_least(category, decided, watched, Category.SPECIAL_MENTION, "lending.classification.watch")
    held = (today < loans.held_to) & (days <= rules.bad_beyond)
    _at_least(category, decided, held, Category.SUBSTANDARD, "lending.classification.upgrade")
    _classify_debtors(loans, category, decided, days > rules.bad_beyond, rules)
    return category, decided


def _at_least(category: Small, decided: Small, where: Flags, least: Category, rule: str) -> None:
    worse = where & (category < least.grade)
    category[worse], decided[worse] = least.grade, rule_code(rule)


def _classify_debtors(loans: LoanArrays, category: Small, decided: Small, late: Flags, rules: DayRules) -> None:
    """The two rules that look at all claims of a debtor, whose loans stand together in the block."""
    starts, principal = loans.debtor_at, loans.principal
    bad = category >= Category.SUBSTANDARD.grade
    if not len(starts) or not (bad.any() or loans.late_elsewhere.any()):
        return
    claims = np.add.reduceat(principal, starts)
    bad_claims = np.add.reduceat(np.where(bad, principal, 0), starts)
    debts = claims + loans.elsewhere
    late_debts = np.add.reduceat(np.where(late, principal, 0), starts) + loans.late_elsewhere
    for part, whole, (num, den), rule in (
        (bad_claims, claims, rules.bad_share, "lending.classification.bad_share"),
        (late_debts, debts, rules.overdue_share, "lending.classification.overdue_share"),
    ):
        of_debtor = (part * den > whole * num) & ~loans.is_retail
        if of_debtor.any():
            sizes = np.diff(np.append(starts, len(principal)))
            _at_least(category, decided, np.repeat(of_debtor, sizes), Category.SUBSTANDARD, rule)


def _provide(principal: Ints, category: Small, rules: DayRules) -> Ints:
    """Principal × rate of the category in whole fen, halves up."""
    amount = np.zeros_like(principal)
    for grade in range(len(CATEGORIES)):
        num, den = rules.rates[grade]
        where = np.flatnonzero(category == grade)
        if where.size:
            amount[where] = (2 * num * principal[where] + den) // (2 * den)
    return amount
