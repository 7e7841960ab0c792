"""The calculator without an account: from a few rights and figures to a rough interval, credit limit and cost by
mode.

Nothing is stored. ``appraisal.online.calculator`` and ``appraisal.online.start`` supply the figures that the form omits.
"""

from datetime import date
from decimal import Decimal
from typing import Annotated, Any

from pydantic import Field

from zhirong.chain.quote.document import ValuePart
from zhirong.chain.right.fees import patent_year
from zhirong.chain.right.kinds import KINDS, PATENT_KINDS, RightKind
from zhirong.kernel.days import add_years, day_of
from zhirong.kernel.errors import InputError, Problem
from zhirong.kernel.money import parse_yuan, yuan
from zhirong.kernel.rulebook import Rulebook
from zhirong.kernel.text import Text, same
from zhirong.operations.appraisal.online_form import START, assumed
from zhirong.operations.case_file.tables import case_table
from zhirong.operations.clock import now
from zhirong.operations.fields import Day, Fen, Region, Request, ask
from zhirong.operations.organisation.organisations import region_choices
from zhirong.store.financing import FirmRight
from zhirong.store.parties import Organisation

ASSUMPTIONS = "appraisal.online.calculator"
_OLDEST = 20  # years that the form offers
_PATHS = 2_000  # a rough figure: a visitor's request must not take long
_NO_FIRM = Text("某企业", "a firm")
# Fields calculated from two dates; for a trade name and a trade secret no register has those dates.
CHOICES = tuple((kind.value, record.text) for kind, record in KINDS.items() if record.rough_days is not None)


def _optional(number: int) -> Text:
    return Text("", "") if number == 1 else Text(f"（第 {number} 件）", f" (right {number})")


def _kind(number: int) -> Any:
    more = _optional(number)
    return ask(f"权利种类{more.zh}", f"Kind of right{more.en}", choices=CHOICES)


def _years(actor: Any, row: Any) -> list[tuple[str, Text]]:
    """Return the years in which a right that is still in force can have begun, newest first."""
    last = day_of(now()).year
    return [(str(year), same(str(year))) for year in range(last, last - _OLDEST, -1)]


def _year(number: int) -> Any:
    more = _optional(number)
    return ask(f"申请或完成年份{more.zh}", f"Filed or completed in{more.en}", choices=_years)


_BEGAN = ask("申请日或完成日", "Filed or completed on", "代替年份", "instead of the year")
_GRANTED = ask("授权、注册或登记日", "Granted or registered on", "代替年份", "instead of the year")
Year = Annotated[int, Field(ge=1980, le=2200)]


class Calculate(Request):
    """Up to three rights, each with its year or its two days, the revenue that uses them, and the requested loan."""

    amount: Annotated[
        Fen, Field(gt=0), ask("需要多少", "Loan amount", "如 200万元", "such as 2,000,000", widget="money")
    ]
    region: Annotated[Region, ask("企业所在地", "Place of the company", choices=region_choices)]
    term_months: Annotated[int, Field(ge=1, le=120), ask("期限（月）", "Term (months)")] = 12
    revenue: Annotated[
        Fen,
        Field(gt=0),
        ask(
            "使用权利的产品年收入",
            "Annual revenue of the products that use the rights",
            "如 3000万元",
            "such as 30,000,000",
            widget="money",
        ),
    ]
    kind_1: Annotated[str, _kind(1)]
    year_1: Annotated[Year | None, _year(1)] = None
    kind_2: Annotated[str, _kind(2)] = ""
    year_2: Annotated[Year | None, _year(2)] = None
    kind_3: Annotated[str, _kind(3)] = ""
    year_3: Annotated[Year | None, _year(3)] = None
    began_1: Annotated[Day | None, _BEGAN] = None
    granted_1: Annotated[Day | None, _GRANTED] = None
    began_2: Annotated[Day | None, _BEGAN] = None
    granted_2: Annotated[Day | None, _GRANTED] = None
    began_3: Annotated[Day | None, _BEGAN] = None
    granted_3: Annotated[Day | None, _GRANTED] = None


def calculated(asked: Calculate, day: date, rules: Rulebook) -> dict[str, Any]:
    """Return the table of a case file for a rough figure. Raises InputError with the rights that cannot be read."""
    firm = Organisation(name=_NO_FIRM.zh, code="", region=asked.region)
    rights = [FirmRight(pk=pk, facts=facts) for pk, facts in _rights(asked, day)]
    request = {"amount": asked.amount, "term_months": asked.term_months}
    facts = {
        "size_class": rules.at(ASSUMPTIONS, day).value["size_class"],
        "sme": True,
        "bad_credit_on": "never",
        "substandard_on": "never",
    }
    table = case_table(
        firm,
        rights,
        request,
        facts=facts,
        credit=_credit(asked, day, rules),
        appraisal=_appraisal(asked, day, rules),
        day=day,
        number="calculator",
    )
    table["case"]["sources"] = []
    return table


def rough_interval(value: ValuePart) -> tuple[int, int]:
    """Return P10 and P90 of a quote's value in fen. The quote has already widened the interval of an unchecked
    appraisal.
    """
    return parse_yuan(value.p10), parse_yuan(value.p90)


def _rights(asked: Calculate, day: date) -> list[tuple[int, dict[str, Any]]]:
    found, problems = [], []
    for number in (1, 2, 3):
        kind, year, began, granted = (
            getattr(asked, f"{name}_{number}") for name in ("kind", "year", "began", "granted")
        )
        if not kind:
            continue
        if kind not in dict(CHOICES):
            problems.append(
                _wrong(
                    f"kind_{number}",
                    kind,
                    Text("不在可选范围内", "not one of the choices"),
                    Text("从列表中选择", "choose one from the list"),
                )
            )
            continue
        if began is None and granted is None and year is not None and year <= day.year:
            began, granted = _assumed_days(year, day)
        if began is None or granted is None or not began <= granted <= day:
            problems.append(_wrong_days(number, began or granted or year))
            continue
        found.append((number, _facts(RightKind(kind), number, began, granted, day)))
    if problems:
        raise InputError(problems)
    return found


def _wrong_days(number: int, typed: object) -> Problem:
    if typed is None or isinstance(typed, int):
        reason = Text("未填写年份，或晚于今年", "no year, or a later one than this")
        hint = Text("请按证书填写申请或完成年份", "enter the year of filing or completion from the certificate")
        return _wrong(f"year_{number}", typed or "", reason, hint)
    reason = Text("两个日期均须填写，先后有序，且不晚于今天", "enter both dates, in order and not after today")
    return _wrong(f"granted_{number}", typed, reason, Text("按证书填写", "copy the dates from the certificate"))


def _assumed_days(year: int, day: date) -> tuple[date, date]:
    """Return the days on which a right of this year is assumed to have been filed and granted: in the middle of it, and a
    year later, but not after today.
    """
    began = min(date(year, 7, 1), day)
    return began, min(add_years(began, 1), day)


def _facts(kind: RightKind, number: int, began: date, granted: date, day: date) -> dict[str, Any]:
    record = KINDS[kind]
    days = zip(record.rough_days or (), (began.isoformat(), granted.isoformat()), strict=True)
    facts: dict[str, Any] = {
        "kind": kind.value,
        "title": f"{record.text.zh} {number}",
        "role": "core",
        "holders": [{"name": _NO_FIRM.zh}],
        **dict(days),
    }
    if record.number.sample is not None:
        # A rough figure needs no real number, so the right gets one that no register has issued.
        facts["number"] = record.number.sample(began.year, number)
    if kind in PATENT_KINDS:
        facts["fee_paid_through_year"] = min(patent_year(began, day), 20)
    return facts


def _appraisal(asked: Calculate, day: date, rules: Rulebook) -> dict[str, Any]:
    start, more = rules.at(START, day).value, rules.at(ASSUMPTIONS, day).value
    revenue = Decimal(asked.revenue) / 100
    rough = {
        "low": _money(revenue * Decimal(more["revenue_below"])),
        "mode": _money(revenue),
        "high": _money(revenue * Decimal(more["revenue_above"])),
        "grade": "declared",
        "source": "测算时填写",
    }
    method = {
        "method": "relief_from_royalty",
        "tax_basis": "after_tax",
        "tax_rate": Decimal(start["tax_rate"]),
        "convention": "mid_year",
        "first_year_revenue": rough,
        "growth": assumed(start["growth"]),
        "royalty_rate": assumed(start["royalty"]),
        "discount_rate": assumed(start["discount"]),
        "economic_life": assumed(start["life"]),
    }
    return {
        "purpose": "pledge",
        "valuation_date": day,
        "redeployability": "medium",
        "checked": False,
        "paths": _PATHS,
        "method": [method],
    }


def _credit(asked: Calculate, day: date, rules: Rulebook) -> dict[str, Any]:
    more = rules.at(ASSUMPTIONS, day).value
    revenue = Decimal(asked.revenue) / 100
    cash, assets = revenue * Decimal(more["cash_flow_of_revenue"]), revenue * Decimal(more["assets_of_revenue"])
    said = {"source": "测算假设", "date": day, "grade": "assumed"}
    return {
        "registration": {
            "registered_on": add_years(day, -int(more["years_registered"])),
            "legal_person": True,
            **said,
        },
        "tax": {"tax_grade": more["tax_grade"], "arrears": 0, **said},
        "compliance": {
            "penalties_in_three_years": 0,
            "dishonest_judgment_debtor": False,
            "abnormal_operations": False,
            **said,
        },
        "debt": {
            "total_debt": _money(assets * Decimal(more["debt_of_assets"])),
            "total_assets": _money(assets),
            "overdue": 0,
            **said,
        },
        "cash_flow": {
            "operating_cash_flow": _money(cash),
            "operating_cash_flow_before": _money(cash),
            "debt_service": _money(cash * Decimal(more["debt_service_of_cash_flow"])),
            **said,
        },
        "statements": {
            "revenue": _money(revenue),
            **{name: _money(revenue * Decimal(share)) for name, share in more["statements_of_revenue"].items()},
            "forecast_growth": Decimal(more["forecast_growth"]),
            **said,
        },
    }


def _money(amount: Decimal) -> str:
    """Write an amount with fen, as in a case file."""
    return yuan(round(amount * 100))


def _wrong(field: str, value: object, reason: Text, hint: Text) -> Problem:
    return Problem(field, str(value), reason, hint, "not_usable")
