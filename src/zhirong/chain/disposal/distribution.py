"""Distribution of the price of a pledged right: costs, taxes, the ranks one after the other, and the pledgor.

Civil Code 389, 414, 438 and 561; Supreme Court on security 15: the registered highest amount covers principal,
interest, penalty and costs together. The part of a rank above its registered amount is an ordinary claim: it has no
priority over the next rank, and the pledgor's surplus does not cover it automatically.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from zhirong.chain.loan.servicing.components import COMPONENT_TEXT, Component
from zhirong.kernel.errors import InputError, Problem
from zhirong.kernel.explain import Explanation
from zhirong.kernel.money import Fen, allocate, show_yuan, yuan
from zhirong.kernel.rulebook import Rulebook
from zhirong.kernel.text import Text

ORDER = "recovery.order.components"


def statutory_order(rules: Rulebook, day: date) -> tuple[Component, ...]:
    """Return the components in the order in which money covers a debt in default where nothing is agreed.

    Costs, interest, principal by law (Civil Code 561); the order inside interest is the assumption of the rule.
    """
    return tuple(Component(name) for name in rules.at(ORDER, day).value)


@dataclass(frozen=True, slots=True)
class Pledgee:
    """One secured claim. claim: fen by component. registered_on: None is unregistered and ranks last.

    order: in which money covers the components, as agreed or by ``statutory_order``. highest: registered highest
    amount in fen; None if the pledge secures the claim without one.
    """

    name: str
    claim: Mapping[Component, Fen]
    registered_on: date | None
    order: tuple[Component, ...]
    highest: Fen | None = None

    @property
    def owed(self) -> Fen:
        """Return the total claim."""
        return sum(self.claim.values())

    @property
    def secured(self) -> Fen:
        """Return the part of the claim that is paid before later ranks."""
        return self.owed if self.highest is None else min(self.owed, self.highest)


@dataclass(frozen=True, slots=True)
class Deduction:
    """A cost or tax that is deducted from the price before any rank, in fen."""

    title: Text
    amount: Fen


@dataclass(frozen=True, slots=True)
class RankShare:
    """The payment to one pledgee. paid: fen by component. unsecured: the part of its claim above its registered
    amount.
    """

    rank: int
    pledgee: Pledgee
    paid: Mapping[Component, Fen]
    unsecured: Fen
    short: Fen

    @property
    def total(self) -> Fen:
        """Return everything that it receives."""
        return sum(self.paid.values())


@dataclass(frozen=True, slots=True)
class Distribution:
    """The distribution of the price of a right. price = deducted + ranks + surplus, exactly."""

    price: Fen
    deducted: tuple[Deduction, ...]
    uncovered: Fen
    ranks: tuple[RankShare, ...]
    surplus: Fen
    explanation: Explanation


def distribute(price: Fen, deductions: Sequence[Deduction], pledgees: Sequence[Pledgee]) -> Distribution:
    """Divide ``price`` among costs and taxes, the pledgees by rank and the pledgor.

    Registered pledges come before unregistered ones, by the day of registration (CC 414); pledges registered on one
    day share in proportion to the amounts they secure, fen by largest remainder. Raises InputError with every
    problem.
    """
    _check(price, deductions, pledgees)
    left, taken = price, []
    for deduction in deductions:
        part = min(left, deduction.amount)
        taken.append(Deduction(deduction.title, part))
        left -= part
    net = left
    shares: list[RankShare] = []
    for rank, group in enumerate(_by_rank(pledgees), 1):
        secured = {number: one.secured for number, one in enumerate(group)}
        amounts = _shared(left, secured)
        for number, one in enumerate(group):
            shares.append(
                RankShare(
                    rank,
                    one,
                    _by_component(one, amounts[number]),
                    one.owed - one.secured,
                    one.secured - amounts[number],
                )
            )
            left -= amounts[number]
    wanted = sum(deduction.amount for deduction in deductions)
    return Distribution(
        price, tuple(taken), wanted - (price - net), tuple(shares), left, _explain(price, taken, shares, left)
    )


def _shared(left: Fen, secured: Mapping[int, Fen]) -> Mapping[int, Fen]:
    if left >= sum(secured.values()):
        return secured
    return allocate(left, secured)


def _by_rank(pledgees: Sequence[Pledgee]) -> list[list[Pledgee]]:
    """Return the pledgees in groups of one rank, the first rank first."""
    days = sorted({one.registered_on for one in pledgees if one.registered_on is not None})
    ranked = [[one for one in pledgees if one.registered_on == day] for day in days]
    unregistered = [one for one in pledgees if one.registered_on is None]
    return [*ranked, unregistered] if unregistered else ranked


def _by_component(pledgee: Pledgee, amount: Fen) -> dict[Component, Fen]:
    paid: dict[Component, Fen] = {}
    for component in pledgee.order:
        part = min(amount, pledgee.claim.get(component, 0))
        if part:
            paid[component] = part
        amount -= part
    return paid


def _check(price: Fen, deductions: Sequence[Deduction], pledgees: Sequence[Pledgee]) -> None:
    problems = []
    if price < 0:
        problems.append(_negative("price", price))
    problems += [_negative(f"deduction[{n}]", d.amount) for n, d in enumerate(deductions, 1) if d.amount < 0]
    for number, pledgee in enumerate(pledgees, 1):
        where = f"pledgee[{number}]"
        problems += [_negative(f"{where}.{name}", part) for name, part in pledgee.claim.items() if part < 0]
        if pledgee.highest is not None and pledgee.highest < 0:
            problems.append(_negative(f"{where}.highest", pledgee.highest))
        missing = [name for name, part in pledgee.claim.items() if part and name not in pledgee.order]
        if missing:
            problems.append(
                Problem(
                    f"{where}.order",
                    ", ".join(pledgee.order),
                    Text(f"清偿顺序未包括：{'、'.join(missing)}", f"the order does not name: {', '.join(missing)}"),
                    Text("请填写全部各项的清偿顺序", "name every component that is owed"),
                    "order_incomplete",
                )
            )
    if problems:
        raise InputError(problems)


def _negative(field: str, amount: Fen) -> Problem:
    return Problem(
        field,
        yuan(amount),
        Text("金额为负", "the amount is negative"),
        Text("请填写不小于零的金额", "Enter an amount of zero or more."),
        "negative",
    )


def _explain(price: Fen, taken: Sequence[Deduction], shares: Sequence[RankShare], surplus: Fen) -> Explanation:
    parts = [Explanation(deduction.title, deduction.amount, "fen") for deduction in taken]
    for share in shares:
        components = tuple(Explanation(COMPONENT_TEXT[n], part, "fen") for n, part in share.paid.items())
        limit = share.pledgee.highest
        formula = None
        if limit is not None:
            formula = Text(
                f"以登记的最高债权额 {show_yuan(limit)} 为限", f"at most the registered {show_yuan(limit)}"
            )
        label = Text(f"第 {share.rank} 顺位 {share.pledgee.name}", f"rank {share.rank}, {share.pledgee.name}")
        parts.append(Explanation(label, share.total, "fen", formula, parts=components))
    parts.append(Explanation(Text("余款归出质人", "surplus to the pledgor"), surplus, "fen"))
    return Explanation(Text("处置价款的分配", "distribution of the price"), price, "fen", parts=tuple(parts))
