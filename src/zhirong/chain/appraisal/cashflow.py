"""Income over time: forecasts, the day of each amount, the length of the income, tax, and present value."""

from collections.abc import Sequence
from datetime import date
from itertools import pairwise
from math import log
from typing import Literal, NamedTuple

import numpy as np

from zhirong.chain.appraisal.uncertain import Level
from zhirong.kernel.days import years_between
from zhirong.kernel.text import Text

Convention = Literal["end_of_year", "mid_year", "exact_date"]
TaxBasis = Literal["after_tax", "net_of_tax", "before_tax"]

CONVENTION_TEXT: dict[Convention, Text] = {
    "end_of_year": Text("年末折现", "discounted from the end of each year"),
    "mid_year": Text("年中折现", "discounted from the middle of each year"),
    "exact_date": Text("按收款日折现（实际天数/365.25）", "discounted from the day of each amount (ACT/365.25)"),
}
TAX_TEXT: dict[TaxBasis, Text] = {
    "after_tax": Text(
        "税后：金额扣所得税后以税后折现率折现", "after tax: income tax is deducted; discount rate after tax"
    ),
    "net_of_tax": Text(
        "税后：金额已是税后净额，折现率税后", "after tax: amounts are stated net; discount rate after tax"
    ),
    "before_tax": Text("税前现金流、税前折现率", "cash flows and discount rate before tax"),
}
MAX_FORECAST_YEARS = 50


class Period(NamedTuple):
    """A period of income in years from the valuation date: its start, its end, and when its amount counts."""

    start: float
    end: float
    time: float


def yearly_periods(years: int, convention: Convention) -> list[Period]:
    """Return whole years, counted at their end or in their middle."""
    early = 0.5 if convention == "mid_year" else 0.0
    return [Period(year - 1.0, float(year), year - early) for year in range(1, years + 1)]


def dated_periods(valuation_date: date, days: Sequence[date]) -> list[Period]:
    """Return one period up to each day, the first from the valuation date; each amount counts on its day."""
    ends = [years_between(valuation_date, day) for day in days]
    return [Period(start, end, end) for start, end in pairwise([0.0, *ends])]


def present_value(flows: Sequence[Level], discount: Level, life: Level, periods: Sequence[Period]) -> Level:
    """Return Σ Fₜ · wₜ · (1 + r)^−τₜ, in the unit of ``flows``.

    wₜ: the part of period t that lies inside the life, between 0 and 1. τₜ: when the amount counts, in years.
    ``flows`` has one entry per period and covers at least the longest life.
    """
    factor = 1.0 / (1.0 + discount)
    shortest = float(np.min(life))
    total: Level = 0.0
    running: Level = 1.0
    last_step, step_factor, now = 1.0, factor, 0.0
    for amount, (start, end, time) in zip(flows, periods, strict=False):
        step = time - now
        if step != last_step:
            last_step, step_factor = step, np.sqrt(factor) if step == 0.5 else factor**step
        running, now = running * step_factor, time
        present = amount * running
        # Whole periods inside every path's life need no weights; these are most years of most cases.
        inside = 1.0 if end <= shortest else np.clip((life - start) / (end - start), 0.0, 1.0)
        total = total + (present if end <= shortest else present * inside)
    return total


def growing(first: Level, growth: Level, decay: Level, years: int) -> list[Level]:
    """Return the amount of each year: Aₜ = A₁ · ((1 + g)(1 − δ))^(t − 1), growth of the market and decay of the
    right's part.
    """
    step = (1.0 + growth) * (1.0 - decay)
    amounts = [first]
    for _ in range(years - 1):
        amounts.append(amounts[-1] * step)
    return amounts


def amortisation_benefit_factor(tax: float, years: int, discount: Level, convention: Convention) -> Level:
    """Return the factor by which a buyer who may amortise the price for tax can pay more: 1 / (1 − τ/n · a(n, r)).

    a(n, r) is the annuity factor of the write-off period, times √(1 + r) in mid-year (worked example W13).
    """
    factor: Level = annuity(discount, float(years))
    if convention == "mid_year":
        factor = factor * np.sqrt(1.0 + discount)
    return 1.0 / (1.0 - tax / years * factor)


def annuity(discount: Level, years: Level) -> Level:
    """Return the present value of 1 a year at the end of each of ``years``: (1 − (1 + r)^−n) / r."""
    return (1.0 - (1.0 + discount) ** -years) / discount


def perpetuity(income: Level, discount: Level, growth: Level = 0.0) -> Level:
    """Return the value of a perpetual income: A / (r − g), first amount in a year (Gordon 1959)."""
    return income / (discount - growth)


def economic_life_from_decay(decay: Level, residual: float) -> Level:
    """Return the years until the right's part has decayed to ``residual``: ln(1/residual) / δ (worked example W26).

    decay: continuous rate a year, part left e^(−δt). Raises ValueError for a residual outside 0 to 1.
    """
    if not 0.0 < residual < 1.0:
        raise ValueError(f"decay never reaches a residual of {residual}")
    return log(1.0 / residual) / decay
