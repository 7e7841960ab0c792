"""The run at the end of a day over a portfolio: interest, instalments, categories, provisions, block by block.

A pure function turns one block into another. Blocks are cut only between debtors, so that none needs another. The
caller stores each finished block; an interrupted run continues with the blocks that are not stored yet and has the
same result as an uninterrupted one.
"""

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta

import numpy as np

from zhirong.chain.loan.servicing.arrays import (
    NEVER,
    Days,
    Flags,
    Ints,
    LoanArrays,
    Positions,
    Small,
    rule_code,
    with_interest_steps,
    with_late_steps,
)
from zhirong.chain.loan.servicing.components import CATEGORIES, Category
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
        """Return the days overdue above which a loan is bad."""
        return dict(self.limits)[Category.SUBSTANDARD]


def day_rules(rules: Rulebook, day: date, table: ProvisionTable = "five_category") -> DayRules:
    """Read the rules of ``day`` with one of the two tables of provisions."""
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

    @property
    def reset(self) -> tuple[str, ...]:
        """Return the loans whose rate is reset on this day: replay them and load the block again before the next
        day.
        """
        where = np.flatnonzero(self.loans.next_reset == self.loans.day.toordinal())
        return tuple(self.loans.ids[int(position)] for position in where)

    def totals(self) -> dict[str, Fen]:
        """Return sums over the block: principal, accrued and owed amounts, provisions."""
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
    """Advance one block from the end of one day to the end of the next.

    Raises ValueError for rules of another day, and naming a loan whose rate was reset (``BlockResult.reset``) and
    which was not replayed since.
    """
    if rules.day != loans.day + timedelta(days=1):
        raise ValueError(f"the block is of {loans.day}; the rules are of {rules.day}")
    passed = np.flatnonzero(loans.next_reset <= loans.day.toordinal())
    if passed.size:
        late = loans.ids[int(passed[0])]
        raise ValueError(f"{late}: its rate was reset by {loans.day}; replay it and load its block again")
    moved = _fall_late(_fall_due(_accrue(loans, rules.day)))
    category, decided_by = _classify(moved, rules)
    return BlockResult(moved, category, decided_by, _provide(moved.principal, category, rules))


def run_day(
    blocks: Sequence[LoanArrays], rules: DayRules, done: Collection[int] = ()
) -> Iterator[tuple[int, BlockResult]]:
    """Yield the blocks not in ``done``, each with its number, as they are finished.

    Store each with its number before taking the next; after an interruption pass the numbers stored.
    """
    for number, block in enumerate(blocks):
        if number not in done:
            yield number, end_of_day(block, rules)


def _accrue(loans: LoanArrays, day: date) -> LoanArrays:
    late = np.flatnonzero(loans.oldest != NEVER)
    return replace(
        loans,
        day=day,
        interest=loans.interest.after_a_day(),
        penalty=loans.penalty.after_a_day_at(late),
        compound=loans.compound.after_a_day_at(late),
    )


def _fall_due(loans: LoanArrays) -> LoanArrays:
    """End the periods of today: their principal and interest wait for the due day, and the next period begins."""
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
    """Process instalments whose due day is today: from tomorrow they are overdue unless paid."""
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
    # A loan that was bad and is late again before its release starts to wait again; after the release it does not.
    held_to[where] = np.where(held_to[where] <= today, 0, NEVER)
    # The watch of a restructured loan begins again on a missed due day, and lasts while that is unpaid.
    watched_to = loans.watched_to.copy()
    watched_to[where] = np.where(today < watched_to[where], NEVER, watched_to[where])
    moved = replace(
        loans,
        late_principal=late_principal,
        late_interest=late_interest,
        waiting_principal=waiting_principal,
        waiting_interest=waiting_interest,
        waiting_due=waiting_due,
        oldest=oldest,
        held_to=held_to,
        watched_to=watched_to,
    )
    return with_late_steps(moved, where)


def _classify(loans: LoanArrays, rules: DayRules) -> tuple[Small, Small]:
    category = np.zeros(len(loans.ids), dtype=np.int8)
    decided = np.full(len(loans.ids), rule_code("lending.classification.days"), dtype=np.int8)
    today = loans.day.toordinal()
    # Only loans with arrears, facts or an adverse history can on their own be classified below Pass.
    where = np.flatnonzero((loans.oldest < today) | loans.has_history)
    days = today - loans.oldest[where]  # Negative without arrears, because NEVER lies far in the future.
    own, own_rule = _by_themselves(loans, rules, where, days, today)
    category[where], decided[where] = own, own_rule
    _classify_debtors(loans, category, decided, where, own, days, rules)
    return category, decided


def _by_themselves(
    loans: LoanArrays, rules: DayRules, where: Positions, days: Days, today: int
) -> tuple[Small, Small]:
    category = np.zeros(len(where), dtype=np.int8)
    for limit_category, limit in rules.limits:
        category[days > limit] = limit_category.grade
    decided = np.full(len(where), rule_code("lending.classification.days"), dtype=np.int8)
    technical = loans.is_technical[where] & (days > 0) & (days <= rules.technical_days)
    category[technical] = 0
    decided[technical] = rule_code("lending.classification.technical_days")
    least, least_rule = loans.least[where], loans.least_rule[where]
    worse = least > category
    category[worse], decided[worse] = least[worse], least_rule[worse]
    watched = today < loans.watched_to[where]
    _at_least(category, decided, watched, Category.SPECIAL_MENTION, "lending.classification.watch")
    held = (today < loans.held_to[where]) & (days <= rules.bad_beyond)
    _at_least(category, decided, held, Category.SUBSTANDARD, "lending.classification.upgrade")
    return category, decided


def _at_least(category: Small, decided: Small, where: Flags, least: Category, rule: str) -> None:
    worse = where & (category < least.grade)
    category[worse], decided[worse] = least.grade, rule_code(rule)


def _classify_debtors(
    loans: LoanArrays, category: Small, decided: Small, where: Positions, own: Small, days: Days, rules: DayRules
) -> None:
    """Apply the two rules on all claims of a debtor, whose loans are adjacent in the block."""
    if not len(loans.debtor_at):
        return
    bad = where[own >= Category.SUBSTANDARD.grade]
    late = where[days > rules.bad_beyond]
    claims = np.add.reduceat(loans.principal, loans.debtor_at)
    for positions, elsewhere, late_elsewhere, (num, den), rule in (
        (bad, 0, 0, rules.bad_share, "lending.classification.bad_share"),
        (late, loans.elsewhere, loans.late_elsewhere, rules.overdue_share, "lending.classification.overdue_share"),
    ):
        part = np.zeros_like(claims)
        np.add.at(part, loans.debtor[positions], loans.principal[positions])
        debtors = np.flatnonzero(((part + late_elsewhere) * den > (claims + elsewhere) * num) & ~loans.is_retail)
        if debtors.size:
            theirs = _loans_of(loans, debtors)
            worse = theirs[category[theirs] < Category.SUBSTANDARD.grade]
            category[worse], decided[worse] = Category.SUBSTANDARD.grade, rule_code(rule)


def _loans_of(loans: LoanArrays, debtors: Positions) -> Positions:
    """Return the positions of all loans of some debtors."""
    starts = loans.debtor_at[debtors]
    sizes = np.append(loans.debtor_at, len(loans.ids))[debtors + 1] - starts
    first_of_each = np.repeat(starts - np.append(0, np.cumsum(sizes)[:-1]), sizes)
    return first_of_each + np.arange(int(sizes.sum()))


def _provide(principal: Ints, category: Small, rules: DayRules) -> Ints:
    """Return principal × rate of the category in whole fen, halves up."""
    num, den = rules.rates[0]
    amount: Ints = (2 * num * principal + den) // (2 * den)
    where = np.flatnonzero(category)
    grades, balances = category[where], principal[where]
    for grade in range(1, len(CATEGORIES)):
        of_grade = grades == grade
        num, den = rules.rates[grade]
        amount[where[of_grade]] = (2 * num * balances[of_grade] + den) // (2 * den)
    return amount
