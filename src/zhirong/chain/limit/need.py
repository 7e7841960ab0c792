"""The firm's need: the working-capital annex, documented contracts, or the small firm's share of sales."""

from dataclasses import dataclass
from fractions import Fraction
from typing import Any, Literal

from zhirong.chain.limit.policy import Policy
from zhirong.chain.limit.records import LimitFirm
from zhirong.kernel.money import Fen, round_fen

_YEAR_DAYS = 360
# The inputs of the annex. If one of them is missing, the annex is not calculated.
ANNEX_FIGURES = (
    "revenue",
    "cost_of_sales",
    "total_profit",
    "forecast_growth",
    "inventory",
    "receivables",
    "prepayments",
    "payables",
    "advances_received",
    "working_capital_loans",
    "other_channels",
)
Route = Literal["annex", "contracts", "small_firm", "project"]
SMALL_SIZES = ("micro", "small")


@dataclass(frozen=True, slots=True)
class Need:
    """The firm's need, in fen, with the steps of the annex.

    lacking: figures missing for the annex. annex: None if it is not calculated. days: turnover days of each
    balance. working: working capital needed. own: own funds; own_other: by the other definition. old: remaining
    working-capital loans. shown: 80 % of the amounts still payable under documented contracts. small: the small
    firm's route. route: the name of the deciding calculation.
    """

    amount: Fen
    route: Route
    annex: Fen | None
    shown: Fen
    small: Fen
    project: Fen | None = None
    lacking: tuple[str, ...] = ()
    days: tuple[tuple[str, Fraction], ...] = ()
    cycle: Fraction | None = None
    margin: Fraction | None = None
    growth: Fraction | None = None
    working: Fen | None = None
    own: Fen | None = None
    own_other: Fen | None = None
    old: Fen | None = None
    other: Fen | None = None


def need(firm: LimitFirm, policy: Policy, turnover: Fen) -> Need:
    """Return the highest of annex, 80 % of the documented contracts, and for micro and small firms the sales route.

    turnover: the turnover limit, which bounds the small firm's route. A project loan needs only its budget less the
    firm's own share.
    """
    share = policy.number["evidence_share"]
    left = sum(max(0, item.amount - item.received) for item in firm.evidence)
    shown = round_fen(left * share, "floor")
    is_small = firm.size in SMALL_SIZES
    small = min(policy.amount["small_need_most"], turnover) if is_small else 0
    if firm.purpose == "project":
        budget = firm.project_budget or 0
        project = round_fen(budget * (1 - policy.number["project_own_share"]), "floor")
        return Need(project, "project", None, shown, small, project=project)
    annex = _annex(firm, policy)
    routes: dict[Route, Fen] = {"annex": annex.get("annex") or 0, "contracts": shown, "small_firm": small}
    route = max(routes, key=lambda name: routes[name])
    return Need(amount=routes[route], route=route, shown=shown, small=small, **annex)


def _annex(firm: LimitFirm, policy: Policy) -> dict[str, Any]:
    """Calculate the annex of the working-capital measures, step by step."""
    stated = firm.statements
    lacking = [name for name in ANNEX_FIGURES if getattr(stated, name) is None]
    lacking += [name for name in _own_figures(policy) if getattr(stated, name) is None]
    sales, cost = stated.revenue, stated.cost_of_sales
    if lacking or not sales or not cost:
        return {"annex": None, "lacking": tuple(dict.fromkeys(lacking))}

    def days(balance: Fen | None, base: Fen) -> Fraction:
        return Fraction(_YEAR_DAYS * (balance or 0), base)

    found = (
        ("inventory", days(stated.inventory, cost)),
        ("receivables", days(stated.receivables, sales)),
        ("payables", days(stated.payables, cost)),
        ("prepayments", days(stated.prepayments, cost)),
        ("advances_received", days(stated.advances_received, sales)),
    )
    by_name = dict(found)
    cycle = (
        by_name["inventory"]
        + by_name["receivables"]
        - by_name["payables"]
        + by_name["prepayments"]
        - by_name["advances_received"]
    )
    margin = min(Fraction(1), max(Fraction(0), Fraction(stated.total_profit or 0, sales)))
    growth = min(policy.number["growth_most"], max(Fraction(-1), stated.forecast_growth or Fraction(0)))
    working = 0
    if cycle > 0:
        working = round_fen(sales * (1 - margin) * (1 + growth) * cycle / _YEAR_DAYS, "floor")
    cash = (stated.cash or 0) - (stated.restricted_cash or 0)
    capital = _long_term_capital(firm)
    own, beside = (cash, capital) if policy.own_funds == "cash" else (capital or 0, cash)
    old = max(0, (stated.working_capital_loans or 0) - firm.replaces)
    other = stated.other_channels or 0
    return {
        "annex": max(0, working - own - old - other),
        "days": found,
        "cycle": cycle,
        "margin": margin,
        "growth": growth,
        "working": working,
        "own": own,
        "own_other": beside,
        "old": old,
        "other": other,
    }


def _own_figures(policy: Policy) -> tuple[str, ...]:
    if policy.own_funds == "cash":
        return ("cash", "restricted_cash")
    return ("total_assets", "total_liabilities", "long_term_liabilities", "long_term_assets")


def _long_term_capital(firm: LimitFirm) -> Fen | None:
    """Return net assets plus long-term liabilities less long-term assets: the other definition of own funds."""
    stated = firm.statements
    figures = (stated.total_assets, stated.total_liabilities, stated.long_term_liabilities, stated.long_term_assets)
    if any(figure is None for figure in figures):
        return None
    assets, liabilities, long_debt, long_assets = (figure or 0 for figure in figures)
    return assets - liabilities + long_debt - long_assets
