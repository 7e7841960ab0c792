"""Charts on the company's page of a case, from the stored quote of the case: the value and its main inputs, cost,
repayment.
"""

from dataclasses import dataclass

from zhirong.chain.quote.document import QuoteDocument, SchedulePart, ValuedPart
from zhirong.kernel.money import Fen, parse_yuan
from zhirong.web.bar_chart import Bar, bars_of
from zhirong.web.bar_rows import BarRow, Swings, swings_of
from zhirong.web.cost_rows import cost_rows
from zhirong.web.value_interval import Interval, interval_of

_MOST_INPUTS = 5


@dataclass(frozen=True, slots=True)
class CaseCharts:
    """value: None without an appraisal. schedule: of the first mode, in its order, with the columns ``bars``."""

    value: Interval | None
    swings: Swings | None
    costs: tuple[BarRow, ...]
    schedule: tuple[SchedulePart, ...]
    bars: tuple[Bar, ...]


def charts_of(quote: QuoteDocument) -> CaseCharts:
    """Return the charts of a quote; its first mode is that of the case, or the best one of a draft."""
    first = quote.modes[0] if quote.modes else None
    schedule = () if first is None else first.schedule
    valued = quote.appraisal if isinstance(quote.appraisal, ValuedPart) else None
    return CaseCharts(
        value=None if valued is None else _interval(valued, quote.credit_limit.amount),
        swings=None if valued is None or not valued.tornado else _swings(valued),
        costs=cost_rows([one for one in quote.modes if one.eligible != "no"]),
        schedule=schedule,
        bars=bars_of([_column(one) for one in schedule]),
    )


def _interval(valued: ValuedPart, limit: str) -> Interval:
    value = valued.value
    low, middle, high, supported = (parse_yuan(one) for one in (value.p10, value.p50, value.p90, limit))
    return interval_of(low, middle, high, supported)


def _swings(valued: ValuedPart) -> Swings:
    inputs = [(one.input, parse_yuan(one.low), parse_yuan(one.high)) for one in valued.tornado[:_MOST_INPUTS]]
    return swings_of(inputs, parse_yuan(valued.value.p50))


def _column(one: SchedulePart) -> list[tuple[str, Fen]]:
    return [("s1", parse_yuan(one.principal)), ("s2", parse_yuan(one.interest))]
