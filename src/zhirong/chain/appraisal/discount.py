"""Discount rates: stated directly, built up, scored, by CAPM or by WACC; nominal or real, as stated.

Each way gives one rate at a probability: its figures are high together or low together.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Literal

from zhirong.chain.appraisal.method import Driver
from zhirong.chain.appraisal.uncertain import (
    UNREAD,
    Level,
    Uncertain,
    Widening,
    of_the_future,
    read_optional_uncertain,
    read_uncertain,
    uncertain_of,
)
from zhirong.kernel.explain import Explanation, plain
from zhirong.kernel.fields import Reader
from zhirong.kernel.provenance import EvidenceGrade
from zhirong.kernel.text import Text, same

Prices = Literal["nominal", "real"]
PRICES_TEXT: dict[Prices, Text] = {
    "nominal": Text("名义（含通货膨胀）", "nominal (with inflation)"),
    "real": Text("实际（不含通货膨胀）", "real (without inflation)"),
}
LABEL = Text("折现率", "discount rate")
_STRUCTURE_TOLERANCE = Decimal("0.01")  # shares are often written with two decimals
LEAST = Decimal("0.001")  # a rate of zero has no annuity factor, and a lower rate is always an input error


# -- formulas -----------------------------------------------------------------------------------------------------


def capm(risk_free: Level, beta: Level, premium: Level, extra: Level = 0.0) -> Level:
    """Return the cost of equity: r_f + β · ERP + premiums for size and for firm-specific risk (Sharpe 1964)."""
    return risk_free + beta * premium + extra


def relevered_beta(unlevered: Level, debt_to_equity: float, tax: float) -> Level:
    """Return β with debt: β_U · (1 + (1 − τ) · D/E) (Hamada 1972)."""
    return unlevered * (1.0 + (1.0 - tax) * debt_to_equity)


def wacc(equity: Level, debt: Level, debt_share: float, tax: float) -> Level:
    """Return the weighted average cost of capital after tax: E/V · r_e + D/V · r_d · (1 − τ)."""
    return (1.0 - debt_share) * equity + debt_share * debt * (1.0 - tax)


def weighted_return(values: Sequence[float], returns: Sequence[float]) -> float:
    """Return the weighted average return on assets (WARA): Σ Vᵢ · rᵢ ÷ Σ Vᵢ. Raises ValueError if nothing has a
    value.
    """
    whole = sum(values)
    if whole <= 0:
        raise ValueError("assets without value have no average return")
    return sum(value * rate for value, rate in zip(values, returns, strict=True)) / whole


def in_prices(rate: Level, inflation: Level, to: Prices) -> Level:
    """Return a rate converted to the other price basis: (1 + nominal) = (1 + real)(1 + inflation) (Fisher)."""
    return (1.0 + rate) / (1.0 + inflation) - 1.0 if to == "real" else (1.0 + rate) * (1.0 + inflation) - 1.0


# -- the ways -----------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class BuildUp:
    """Items that add up to the rate; one item is a rate stated directly."""

    items: tuple[tuple[Text, Uncertain], ...]

    def figures(self) -> tuple[tuple[Text, Uncertain], ...]:
        """Its items."""
        return self.items

    def of_the_future(self, purpose: str) -> "BuildUp":
        """Return the same with every item counted as a forecast."""
        return BuildUp(tuple((label, of_the_future(figure, purpose)) for label, figure in self.items))

    def rate(self, u: Level, widening: Widening) -> Level:
        """The rate at probability ``u``."""
        return sum((widening.quantile(figure, u) for _, figure in self.items), start=0.0)

    def way(self) -> Text:
        """Explain how the rate is derived."""
        if len(self.items) == 1:
            return Text("直接给出", "stated directly")
        return Text("累加", "sum of items")


@dataclass(frozen=True, slots=True)
class Capm:
    """Cost of equity. debt_to_equity: turns an unlevered β into the firm's; None if β is already the firm's."""

    risk_free: Uncertain
    beta: Uncertain
    premium: Uncertain
    extra: tuple[tuple[Text, Uncertain], ...]
    debt_to_equity: Decimal | None
    tax: Decimal

    def figures(self) -> tuple[tuple[Text, Uncertain], ...]:
        """Return risk-free rate, beta, market premium and the additional premiums."""
        return (
            (Text("无风险报酬率", "risk-free rate"), self.risk_free),
            (Text("贝塔系数", "beta"), self.beta),
            (Text("市场风险溢价", "market risk premium"), self.premium),
            *self.extra,
        )

    def of_the_future(self, purpose: str) -> "Capm":
        """Return the same with beta and market premium counted as forecasts."""
        beta, premium = of_the_future(self.beta, purpose), of_the_future(self.premium, purpose)
        return replace(self, beta=beta, premium=premium)

    def rate(self, u: Level, widening: Widening) -> Level:
        """The rate at probability ``u``."""
        beta = widening.quantile(self.beta, u)
        if self.debt_to_equity is not None:
            beta = relevered_beta(beta, float(self.debt_to_equity), float(self.tax))
        extra: Level = sum((widening.quantile(figure, u) for _, figure in self.extra), start=0.0)
        return capm(widening.quantile(self.risk_free, u), beta, widening.quantile(self.premium, u), extra)

    def way(self) -> Text:
        """Explain how the rate is derived."""
        words = "r = r_f + β × ERP + Σ"
        if self.debt_to_equity is not None:
            words += f"; β = β_U × (1 + (1 − {plain(self.tax)}) × {plain(self.debt_to_equity)})"
        return same(f"CAPM: {words}")


@dataclass(frozen=True, slots=True)
class Wacc:
    """Average cost of a firm's capital, with the additional premium of an intangible asset."""

    equity: Capm
    debt: Uncertain
    debt_share: Decimal
    tax: Decimal
    premium: Uncertain | None

    def figures(self) -> tuple[tuple[Text, Uncertain], ...]:
        """Return the drivers of the cost of equity, the cost of debt and the premium."""
        premium = () if self.premium is None else ((Text("无形资产溢价", "premium for intangibles"), self.premium),)
        return (*self.equity.figures(), (Text("债务成本（税前）", "cost of debt before tax"), self.debt), *premium)

    def of_the_future(self, purpose: str) -> "Wacc":
        """Return the same with the forecasts in the cost of equity counted as such."""
        return replace(self, equity=self.equity.of_the_future(purpose))

    def rate(self, u: Level, widening: Widening) -> Level:
        """The rate at probability ``u``."""
        average = wacc(
            self.equity.rate(u, widening),
            widening.quantile(self.debt, u),
            float(self.debt_share),
            float(self.tax),
        )
        return average if self.premium is None else average + widening.quantile(self.premium, u)

    def way(self) -> Text:
        """Explain how the rate is derived."""
        share, tax = plain(self.debt_share), plain(self.tax)
        return same(f"WACC: (1 − {share}) × r_e + {share} × r_d × (1 − {tax}); {self.equity.way().en}")


@dataclass(frozen=True, slots=True)
class Discount:
    """A discount rate as a method uses it.

    prices: of the cash flows. inflation: converts a rate that was stated in the other price basis; None if both
    agree.
    """

    source: BuildUp | Capm | Wacc
    prices: Prices = "nominal"
    inflation: Uncertain | None = None

    def rate(self, u: Level, widening: Widening) -> Level:
        """The rate at probability ``u``, in the prices of the cash flows."""
        rate = self.source.rate(u, widening)
        if self.inflation is None:
            return rate
        # High inflation lowers a real rate. The most likely inflation is used, so that a high draw is a high rate.
        return in_prices(rate, float(self.inflation.mode), self.prices)

    def of_the_future(self, purpose: str) -> "Discount":
        """Return the same; if all its figures claim a contract, its forecasts count one grade lower.

        A yield or a loan contract may prove one part (risk-free rate, cost of debt), never the rate.
        """
        if any(figure.grade is not EvidenceGrade.CONTRACT for _, figure in self.source.figures()):
            return self
        return replace(self, source=self.source.of_the_future(purpose))

    def driver(self) -> Driver:
        """The rate as one source of uncertainty."""
        inflation = () if self.inflation is None else ((Text("通货膨胀率", "inflation"), self.inflation),)
        return Driver("discount", LABEL, (*self.source.figures(), *inflation), self.rate)

    def explain(self) -> tuple[Explanation, ...]:
        """Explain how the rate is derived and in which prices."""
        carried = Text("", "")
        if self.inflation is not None:
            carried = Text(
                f"；折现率按费雪公式由另一口径换算，通货膨胀率 {self.inflation.show(self.inflation.mode)}",
                f"; the rate is converted by Fisher's formula at {self.inflation.show(self.inflation.mode)}",
            )
        words = PRICES_TEXT[self.prices]
        return (
            Explanation(Text("折现率的确定依据", "derivation of the discount rate"), self.source.way()),
            Explanation(Text("价格口径", "price basis"), Text(words.zh + carried.zh, words.en + carried.en)),
        )


# -- reading ------------------------------------------------------------------------------------------------------


def read_discount(reader: Reader, tax_basis: str) -> Discount:
    """Read the rate from a method's table, in exactly one of the ways, and the prices of rate and cash flows."""
    source = _read_source(reader, tax_basis)
    prices: Prices = reader.choice("prices", tuple(PRICES_TEXT), "nominal")  # type: ignore[assignment]
    of_rate = reader.choice("discount_prices", tuple(PRICES_TEXT), prices)
    inflation = read_optional_uncertain(reader, "inflation", "growth")
    if of_rate != prices and inflation is None:
        reader.problem(
            "discount_prices",
            of_rate,
            "prices_mixed",
            Text(
                "现金流与折现率的价格口径不一致（一项含通胀，另一项不含）",
                "cash flows and discount rate use different price bases",
            ),
            Text(
                "请填写通货膨胀率（inflation）以换算，或改成同一口径",
                "give inflation to convert it, or use one basis",
            ),
        )
    if of_rate == prices and inflation is not None:
        reader.problem(
            "inflation",
            inflation.as_text(),
            "inflation_unused",
            Text("口径一致，无需填写通货膨胀率", "the price bases agree, so inflation is not needed"),
            Text("请删除该项，或填写折现率口径（discount_prices）", "remove it, or state discount_prices"),
        )
    return Discount(source, prices, inflation)


def _read_source(reader: Reader, tax_basis: str) -> BuildUp | Capm | Wacc:
    ways = {
        "discount_rate": reader.has("discount_rate"),
        "discount_item": reader.has("discount_item"),
        "discount_score": reader.has("discount_score"),
        "capm": reader.has("capm"),
    }
    if sum(ways.values()) != 1:
        reader.problem(
            "discount_rate",
            ", ".join(name for name, given in ways.items() if given),
            "discount_form",
            Text("折现率未填写，或重复填写", "the discount rate is missing or given twice"),
            Text(
                "请填写其中之一：折现率（discount_rate）、累加项（[[discount_item]]）、评分项（[[discount_score]]）、资本资产定价模型（[capm]，可加 [wacc]）",
                "enter one of discount_rate, [[discount_item]], [[discount_score]] or [capm] (with [wacc])",
            ),
        )
    if reader.has("wacc") and not ways["capm"]:
        reader.problem(
            "wacc",
            "",
            "wacc_without_capm",
            Text("加权平均资本成本缺少权益成本", "an average cost of capital needs a cost of equity"),
            Text("请补充资本资产定价模型（[capm]）", "add [capm]"),
        )
    if ways["capm"]:
        if tax_basis == "before_tax":
            reader.problem(
                "capm",
                tax_basis,
                "after_tax_rate",
                Text("CAPM 与 WACC 是税后折现率", "CAPM and WACC give a rate after tax"),
                Text('请填写 tax_basis = "after_tax"', 'set tax_basis = "after_tax"'),
            )
        return _read_capm_or_wacc(reader)
    if ways["discount_score"]:
        return _read_scored(reader)
    if ways["discount_item"]:
        return _read_items(reader)
    stated = ways["discount_rate"]
    whole = read_uncertain(reader, "discount_rate", "rate", (LEAST, Decimal(1))) if stated else UNREAD
    return BuildUp(((LABEL, whole),))


def _labelled(entry: Reader) -> tuple[Text, Uncertain]:
    label = entry.words("label")
    return label, uncertain_of(entry, "rate")


def _read_items(reader: Reader) -> BuildUp:
    built = tuple(_labelled(item) for item in reader.tables("discount_item"))
    least = sum(figure.low for _, figure in built)
    if least < LEAST:
        reader.problem(
            "discount_item",
            str(least),
            "out_of_range",
            Text("累加的折现率为零", "the discount rate adds up to zero"),
            Text("请至少填写一项大于零的报酬率", "enter at least one rate above zero"),
        )
    return BuildUp(built)


def _read_scored(reader: Reader) -> BuildUp:
    """Read the scored premium of Chinese reports: r = r_f + Σ limit of the group × weight in the group × score ÷
    100.
    """
    items = [(Text("无风险报酬率", "risk-free rate"), read_uncertain(reader, "risk_free", "rate"))]
    weights: dict[str, Decimal] = {}
    limits: dict[str, Decimal] = {}
    for entry in reader.tables("discount_score"):
        group, label = entry.text("group"), entry.words("label")
        limit, weight = entry.rate("limit"), entry.rate("weight")
        score = uncertain_of(entry, "number", (Decimal(0), Decimal(100)))
        if limits.setdefault(group, limit) != limit:
            entry.problem(
                "limit",
                plain(limit),
                "limits_differ",
                Text("同一组的上限不一致", "the limits of one group differ"),
                Text("请每组只使用一个上限", "use one limit per group"),
            )
        weights[group] = weights.get(group, Decimal(0)) + weight
        share = limit * weight / 100
        # A score is at most 100; widening cannot raise it above.
        scored = replace(
            score, low=score.low * share, mode=score.mode * share, high=score.high * share, kind="rate"
        )
        words = f"{score.as_text()} / 100 × {plain(weight)} × {plain(limit * 100)} %"
        items.append((Text(f"{label.zh}（{words}）", f"{label.en} ({words})"), scored))
    for group, whole in weights.items():
        if whole != 1:
            reader.problem(
                "discount_score",
                f"{group}: {plain(whole)}",
                "weights_not_one",
                Text(f"“{group}”组的权重之和不是 1", f"the weights of {group} do not add up to 1"),
                Text("请更正各项权重", "correct the weights"),
            )
    if sum(figure.low for _, figure in items) < LEAST:
        reader.problem(
            "risk_free",
            "",
            "out_of_range",
            Text("折现率为零", "the discount rate is zero"),
            Text("请填写大于零的无风险报酬率", "enter a risk-free rate above zero"),
        )
    return BuildUp(tuple(items))


def _read_capm_or_wacc(reader: Reader) -> Capm | Wacc:
    inside = reader.table("capm")
    unlevered = inside.has("unlevered_beta")
    name = "unlevered_beta" if unlevered else "beta"
    equity = Capm(
        risk_free=read_uncertain(inside, "risk_free", "rate", (LEAST, Decimal(1))),
        beta=read_uncertain(inside, name, "number", (Decimal(0), Decimal(5))),
        premium=read_uncertain(inside, "market_premium", "rate"),
        extra=tuple(_labelled(item) for item in inside.tables("extra")),
        debt_to_equity=inside.number("debt_to_equity", 0, 10) if unlevered else None,
        tax=inside.rate("tax_rate") if unlevered else Decimal(0),
    )
    inside.finish()
    if not reader.has("wacc"):
        return equity
    average = reader.table("wacc")
    found = Wacc(
        equity=equity,
        debt=read_uncertain(average, "debt_cost", "rate"),
        debt_share=average.number("debt_share", 0, Decimal("0.95")),
        tax=average.rate("tax_rate"),
        premium=read_optional_uncertain(average, "intangible_premium", "rate"),
    )
    _check_structure(average, equity.debt_to_equity, found.debt_share)
    average.finish()
    return found


def _check_structure(reader: Reader, debt_to_equity: Decimal | None, debt_share: Decimal) -> None:
    """Check that β carries the debt that the average is weighted by: D/V = D/E ÷ (1 + D/E)."""
    if debt_to_equity is None or reader.failed():
        return
    share = debt_to_equity / (1 + debt_to_equity)
    if abs(share - debt_share) <= _STRUCTURE_TOLERANCE:
        return
    shown = plain(round(share, 4))
    reader.problem(
        "debt_share",
        plain(debt_share),
        "structure_differs",
        Text(
            f"与 CAPM 的债务权益比（debt_to_equity） {plain(debt_to_equity)} 不符：后者相当于债务占 {shown}",
            f"contradicts the debt_to_equity of {plain(debt_to_equity)} in capm, which corresponds to a debt share of {shown}",
        ),
        Text("两处请使用同一资本结构", "use the same capital structure in both"),
    )
