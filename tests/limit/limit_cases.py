"""The worked examples of the credit limit, read as firms and arrangements."""

import tomllib
from datetime import date
from decimal import Decimal
from fractions import Fraction
from pathlib import Path

from zhirong.chain.credit.statements import Statements
from zhirong.chain.limit.limit import firm_limits, mode_limit
from zhirong.chain.limit.policy import read_policy
from zhirong.chain.limit.records import REGUARANTORS, Arrangement, Evidence, LimitFirm, flat_division
from zhirong.workbench import rules

DAY = date(2026, 11, 30)
POLICY = read_policy(rules(), DAY)
SPREAD = {"A": 30, "B": 60, "C": 110, "D": 200, "E": 300}
_TEXT = (Path(__file__).parent / "examples.toml").read_text(encoding="utf-8")
FIRMS = tomllib.loads(_TEXT, parse_float=Decimal)["firm"]


def fen(yuan) -> int:
    return int(Decimal(yuan) * 100)


def figures(row) -> Statements:
    return Statements(
        **{name: fen(amount) for name, amount in row["figures"].items()}, forecast_growth=Fraction(row["growth"])
    )


def firm_of(row) -> LimitFirm:
    """One example as the limit reads it."""
    lpr = Fraction(row["lpr"])
    value = min(fen(row["lending_value"]), int(Fraction(row["pledge_cap"]) * fen(row["p50"])))
    return LimitFirm(
        asked=fen(row["asked"]),
        term_months=row["term_months"],
        amortising=False,
        start=DAY,
        grade=row["grade"],
        pd=Fraction(row["pd"]),
        lpr=lpr,
        market_rate=lpr + Fraction(SPREAD[row["grade"]], 10_000),
        agreed_rate=Fraction(row["agreed"]) if "agreed" in row else None,
        size=row["size"],
        statements=figures(row),
        pledge=0 if row.get("cost_alone") else value,
        evidence=(Evidence("contract", fen(row["shown"])),) if "shown" in row else (),
    )


def _by_tiers(tiers):
    roles = dict.fromkeys(role for tier in tiers for role in tier["shares"])

    def divide(amounts, losses):
        parts = {role: [] for role in roles}
        for amount, loss in zip(amounts, losses, strict=True):
            tier = next(one for one in tiers if "up_to" not in one or amount <= fen(one["up_to"]))
            shares = {**dict.fromkeys(roles, Fraction(0)), **_shares(tier)}
            for role, row in flat_division(shares)([amount], [loss]).items():
                parts[role].append(row[0])
        return parts

    return divide


def _shares(table):
    return {role: Fraction(share) for role, share in table["shares"].items()}


def arrangement_of(mode, lpr) -> Arrangement:
    """A mode of the examples."""
    flat = _shares(mode) if "shares" in mode else None
    tiers = mode.get("tiers", [])
    roles = tuple(flat or dict.fromkeys(role for tier in tiers for role in tier["shares"]))
    fee, passed = Fraction(mode.get("fee", 0)), Fraction(mode.get("re_fee", 0))
    taken = sum((share for role, share in (flat or {}).items() if role in REGUARANTORS), Fraction(0))
    over = mode.get("rate_over_lpr")
    most, balance, above = (mode.get(name) for name in ("amount_at_most", "balance_at_most", "pledge_above"))
    return Arrangement(
        roles=roles,
        divide=flat_division(flat) if flat is not None else _by_tiers(tiers),
        flat=flat,
        changes=tuple(
            place for tier in tiers if "up_to" in tier for place in (fen(tier["up_to"]) - 1, fen(tier["up_to"]))
        ),
        basis=mode.get("basis", "credit"),
        pledgee=mode.get("pledgee", "shared"),
        amount_at_most=None if most is None else fen(most),
        balance_at_most=None if balance is None else fen(balance),
        rate_at_most=None if over is None else lpr + Fraction(over),
        eligible_weight=Fraction(mode["eligible_weight"]) if "eligible_weight" in mode else None,
        yearly_fees=lambda amount: fee * amount,
        guarantee_fees=lambda amount: fee * amount,
        reguarantee_fees=lambda amount: passed * amount * taken,
        pledge_above=None if above is None else fen(above),
    )


def limit_of(firm, mode, policy=POLICY):
    """The limit of a firm under an arrangement or a mode of the examples."""
    plan = mode if isinstance(mode, Arrangement) else arrangement_of(mode, firm.lpr)
    return mode_limit(firm_limits(firm, policy), plan, firm.lpr)
