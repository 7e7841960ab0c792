"""The cost of a loan under each mode, as bars for the component ``c-stack``."""

from collections.abc import Sequence
from dataclasses import dataclass

from zhirong.chain.quote.document import ModePart
from zhirong.kernel.money import Fen, parse_yuan
from zhirong.kernel.text import Text
from zhirong.web.bar_rows import BarRow, stacked


@dataclass(frozen=True, slots=True)
class CostPart:
    """One component of the loan's cost, in fen. kind: its class in the drawing."""

    title: Text
    kind: str
    amount: Fen


def cost_rows(modes: Sequence[ModePart]) -> tuple[BarRow, ...]:
    """Return one bar for each mode, cheapest first: interest, fees and premiums before subsidies. about: the mode."""
    lending = [one for one in modes if parse_yuan(one.loan.amount) > 0]
    lending.sort(key=lambda one: float(one.effective_annual_cost or 9))
    return stacked([(one.title, [(part.kind, part.amount) for part in cost_parts(one)], one) for one in lending])


def cost_parts(mode: ModePart) -> tuple[CostPart, ...]:
    """Return the cost components of a loan under a mode, in the order of the bar."""
    totals = mode.totals
    parts = (
        (Text("利息", "interest"), "s1", totals.interest),
        (Text("费用", "fees"), "s2", totals.fees),
        (Text("保费", "premiums"), "s4", totals.premiums),
    )
    return tuple(CostPart(title, kind, abs(parse_yuan(amount))) for title, kind, amount in parts)
