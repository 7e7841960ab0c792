"""The charts of a quote."""

from collections.abc import Sequence
from decimal import Decimal

from zhirong.chain.mode.vocabulary import ROLES
from zhirong.chain.quote.document import ModePart, QuoteDocument, SharePart, TotalsPart, ValuedPart
from zhirong.charts.loss_bearing import CostBar, LossBar, Part, cost_chart, full_loss_chart
from zhirong.charts.theme import WIDTH, Spec
from zhirong.charts.value import Swing, tornado_chart, value_chart
from zhirong.kernel.text import Lang, Text


def quote_charts(quote: QuoteDocument, lang: Lang = "zh", width: int = WIDTH) -> dict[str, Spec]:
    """Return every chart for which the quote has the numbers, by name: ``full_loss``, ``cost``, ``value``,
    ``tornado``.

    A mode under which nothing is lent has no bar: it costs nothing and bears no loss. width: of each drawing, in
    pixels; narrower drawings have relatively larger words.
    """
    charts: dict[str, Spec] = {}
    losses = [LossBar(_mode_name(mode), _parts(mode.full_loss)) for mode in quote.modes if _is_borne(mode)]
    if losses:
        charts["full_loss"] = full_loss_chart(losses, _roles(losses), lang, width)
    costs = [_cost_bar(mode) for mode in quote.modes if any(_amounts(mode.totals))]
    if costs:
        charts["cost"] = cost_chart(costs, lang, width)
    if isinstance(quote.appraisal, ValuedPart):
        charts |= _of_value(quote.appraisal, lang, width)
    return charts


def _of_value(appraisal: ValuedPart, lang: Lang, width: int) -> dict[str, Spec]:
    named, lending = appraisal.value, appraisal.lending_value
    value = {
        "p5": Decimal(named.p5),
        "p10": Decimal(named.p10),
        "p50": Decimal(named.p50),
        "p90": Decimal(named.p90),
        "p95": Decimal(named.p95),
    }
    charts = {"value": value_chart(value, lang, None if lending is None else Decimal(lending), width)}
    swings = [Swing(row.input, Decimal(row.low), Decimal(row.high)) for row in appraisal.tornado]
    if swings:
        charts["tornado"] = tornado_chart(swings, value["p50"], lang, width)
    return charts


def _is_borne(mode: ModePart) -> bool:
    return any(Decimal(row.share) for row in mode.full_loss)


def _parts(shares: Sequence[SharePart]) -> tuple[Part, ...]:
    return tuple(
        Part(row.party_text, ROLES.get(row.party, row.party_text), Decimal(row.amount), Decimal(row.share))
        for row in shares
    )


def _roles(bars: Sequence[LossBar]) -> list[Text]:
    """Return the known roles in their own order, then parties without a known role."""
    return list(dict.fromkeys([*ROLES.values(), *(part.role for bar in bars for part in bar.parts)]))


def _amounts(totals: TotalsPart) -> tuple[Decimal, Decimal, Decimal, Decimal]:
    """Return interest, fees, premiums and subsidies, all positive."""
    interest, fees, premiums, subsidies = (
        abs(Decimal(amount)) for amount in (totals.interest, totals.fees, totals.premiums, totals.subsidies)
    )
    return interest, fees, premiums, subsidies


def _cost_bar(mode: ModePart) -> CostBar:
    annual = mode.effective_annual_cost
    return CostBar(
        _mode_name(mode), *_amounts(mode.totals), annual_cost=None if annual is None else Decimal(annual)
    )


def _mode_name(mode: ModePart) -> Text:
    """Return the mode's title, with a remark if the firm does not qualify for it."""
    if mode.eligible != "no":
        return mode.title
    return Text(f"{mode.title.zh}（不符合）", f"{mode.title.en} (not eligible)")
