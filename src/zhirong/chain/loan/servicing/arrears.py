"""Unpaid amounts due: instalments, penalty and compound interest, costs; and how payments cover them."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from fractions import Fraction

from zhirong.chain.loan.servicing.accruals import Accrual, Uplifts
from zhirong.chain.loan.servicing.components import Component
from zhirong.chain.loan.servicing.contract import Order, Walk
from zhirong.chain.loan.servicing.state import Item, LateSpan
from zhirong.kernel.money import Fen

ACCRUING = (Component.PENALTY, Component.COMPOUND)


@dataclass(slots=True)
class Owed:
    """An instalment that fell due, while it is being paid."""

    number: int
    due: date
    principal: Fen
    interest: Fen
    principal_left: Fen
    interest_left: Fen
    cleared_on: date | None = None
    # Penalty and compound interest that is waived if the instalment is paid now.
    in_grace: dict[Component, Fraction] = field(default_factory=dict)

    @property
    def left(self) -> Fen:
        """Return its unpaid principal and interest."""
        return self.principal_left + self.interest_left


class Arrears:
    """The working figures of amounts due, independent of plan and events."""

    def __init__(self, walk: Walk, compounds: bool, grace_days: int = 0) -> None:
        self._walk, self._compounds, self._grace = walk, compounds, timedelta(days=grace_days)
        self.items: list[Owed] = []
        self.accruals = {component: Accrual() for component in ACCRUING}
        self.costs: Fen = 0
        self.spans: list[LateSpan] = []

    @property
    def total(self) -> Fen:
        """Return everything that is due."""
        return (
            self.costs
            + sum(accrual.owed for accrual in self.accruals.values())
            + sum(item.left for item in self.items)
        )

    @property
    def principal(self) -> Fen:
        """Return the principal that fell due and is unpaid."""
        return sum(item.principal_left for item in self.items)

    @property
    def last_number(self) -> int:
        """Return the number of the last instalment that fell due, 0 for none."""
        return max((item.number for item in self.items), default=0)

    def add(self, number: int, due: date, principal: Fen, interest: Fen) -> None:
        """Add an instalment that falls due; one of zero is omitted."""
        if principal or interest:
            self.items.append(Owed(number, due, principal, interest, principal, interest))

    def next_stop(self, after: date) -> date | None:
        """Return the next day on which an unpaid instalment is due, or its days of grace end."""
        stops = (stop for item in self.items if item.left for stop in (item.due, item.due + self._grace))
        return min((stop for stop in stops if stop > after), default=None)

    def awaits(self, day: date) -> bool:
        """Return whether some unpaid instalment is due later than ``day``."""
        return any(item.due > day and item.left for item in self.items)

    def oldest_late(self, day: date) -> date | None:
        """Return the due day of the oldest unpaid instalment that is late on ``day``."""
        return min((item.due for item in self.items if item.left and item.due < day), default=None)

    def run(self, uplifts: Uplifts, not_due: Fen, misuse: Fen | None, start: date, end: date) -> None:
        """Accrue penalty and compound interest from ``start`` to ``end``, between which nothing falls due.

        misuse: the misused part of the principal; None for all of it.
        """
        self._end_grace(start)
        late = [item for item in self.items if item.due <= start]
        overdue = sum(item.principal_left for item in late)
        misused = not_due + overdue if misuse is None else misuse
        self.accruals[Component.PENALTY].exact += uplifts.penalty(not_due, overdue, misused, start, end)
        if self._compounds:
            interest = sum(item.interest_left for item in late)
            self.accruals[Component.COMPOUND].exact += uplifts.compound(interest, start, end)
        for item in late:
            if start < item.due + self._grace and item.left:
                self._forgive(item, Component.PENALTY, uplifts.penalty(0, item.principal_left, 0, start, end))
                if self._compounds:
                    self._forgive(item, Component.COMPOUND, uplifts.compound(item.interest_left, start, end))

    def _forgive(self, item: Owed, component: Component, amount: Fraction) -> None:
        """Record interest of an instalment within its days of grace as pending."""
        self.accruals[component].exact -= amount
        item.in_grace[component] = item.in_grace.get(component, Fraction(0)) + amount

    def _end_grace(self, day: date) -> None:
        """Charge the pending interest of instalments whose days of grace have passed; those paid in time never owe
        it.
        """
        for item in self.items:
            if item.in_grace and (not item.left or day >= item.due + self._grace):
                for component, amount in item.in_grace.items() if item.left else ():
                    self.accruals[component].exact += amount
                item.in_grace = {}

    def cover(self, amount: Fen, order: Order) -> tuple[dict[Component, Fen], dict[int, Fen]]:
        """Cover amounts due, at most ``amount``; return the amounts by component and by instalment."""
        parts, by_item = dict.fromkeys(Component, 0), defaultdict[int, Fen](int)
        left = amount
        items = self._unpaid()
        groups = [items] if self._walk == "by_component" or not items else [[item] for item in items]
        for group in groups:
            for component in order:
                part = self._cover_component(component, left, group, by_item)
                parts[component] += part
                left -= part
        return parts, dict(by_item)

    def give_up(self, component: Component, most: Fen) -> Fen:
        """Deduct at most ``most`` from one component, the oldest first; return the amount deducted."""
        return self._cover_component(component, most, self._unpaid(), defaultdict(int))

    def principal_of(self, number: int) -> Fen:
        """Return the unpaid principal of one instalment."""
        return sum(item.principal_left for item in self.items if item.number == number)

    def take_principal(self, number: int | None = None) -> Fen:
        """Remove the unpaid principal of one instalment, or of all, to defer it."""
        taken = 0
        for item in self.items:
            if number in (None, item.number):
                taken += item.principal_left
                item.principal -= item.principal_left
                item.principal_left = 0
        return taken

    def take_interest(self) -> Fen:
        """Remove the unpaid interest of all instalments, to capitalise it."""
        taken = 0
        for item in self.items:
            taken += item.interest_left
            item.interest_left = 0
        return taken

    def take_all(self) -> dict[Component, Fen]:
        """Remove everything, by component."""
        off = {
            Component.COSTS: self.costs,
            **{component: accrual.take(accrual.owed) for component, accrual in self.accruals.items()},
        }
        self.costs = 0
        off[Component.INTEREST] = self.take_interest()
        off[Component.PRINCIPAL] = self.principal
        for item in self.items:
            item.principal_left = 0
        return off

    def note(self, oldest_before: date | None, today: date) -> None:
        """Return, after a change, the period of delay until today if the oldest instalment changed, and the
        instalments cleared today.
        """
        oldest = self.oldest_late(today)
        if oldest_before is not None and oldest != oldest_before:
            self.spans.append(LateSpan(oldest_before, today, clears=oldest is None))
        for item in self.items:
            if item.left == 0 and item.cleared_on is None:
                item.cleared_on = today

    def frozen(self) -> tuple[Item, ...]:
        """Return every instalment that fell due, in its present state."""
        return tuple(
            Item(i.number, i.due, i.principal, i.interest, i.principal_left, i.interest_left, i.cleared_on)
            for i in self.items
        )

    def _unpaid(self) -> list[Owed]:
        return sorted((item for item in self.items if item.left), key=lambda item: (item.due, item.number))

    def _cover_component(
        self, component: Component, most: Fen, items: Sequence[Owed], by_item: dict[int, Fen]
    ) -> Fen:
        if component is Component.COSTS:
            part = min(most, self.costs)
            self.costs -= part
            return part
        if component in self.accruals:
            return self.accruals[component].take(most)
        covered = 0
        for item in items:
            if component is Component.INTEREST:
                part = min(most - covered, item.interest_left)
                item.interest_left -= part
            else:
                part = min(most - covered, item.principal_left)
                item.principal_left -= part
            if part:
                by_item[item.number] += part
            covered += part
        return covered
