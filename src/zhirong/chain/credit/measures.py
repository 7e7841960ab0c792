"""The measures that the scorecard reads from a credit file: one pure function each, None if the item is missing.

A measure is a number (the scorecard rule states its scale) or a word. The rule, not this module, says which of two
values is better.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from zhirong.chain.credit.file import CreditFile
from zhirong.kernel.days import whole_years
from zhirong.kernel.explain import plain
from zhirong.kernel.money import FEN_PER_YUAN, show_yuan
from zhirong.kernel.text import Text, same

Score = Decimal | str


@dataclass(frozen=True, slots=True)
class CreditMeasure:
    """section: the part of the file that it reads. read: its value on a day. show: the value for display."""

    section: str
    read: Callable[[CreditFile, date], Score | None]
    show: Callable[[Score], Text]


def registration_years(file: CreditFile, day: date) -> Decimal | None:
    """Return the full years since the firm was registered."""
    return None if file.registration is None else Decimal(whole_years(file.registration.registered_on, day))


def legal_person(file: CreditFile, day: date) -> str | None:
    """Return ``yes`` if the firm is a legal person, otherwise ``no``."""
    return None if file.registration is None else _yes_no(file.registration.legal_person)


def tax_grade(file: CreditFile, day: date) -> str | None:
    """Return the tax office's grade."""
    return None if file.tax is None else file.tax.grade


def tax_arrears(file: CreditFile, day: date) -> Decimal | None:
    """Return taxes in arrears, in yuan."""
    return None if file.tax is None else Decimal(file.tax.arrears) / FEN_PER_YUAN


def customs_grade(file: CreditFile, day: date) -> str | None:
    """Return the customs' grade."""
    return None if file.trade is None else file.trade.customs_grade


def penalties(file: CreditFile, day: date) -> Decimal | None:
    """Return the number of penalties by authorities in three years."""
    return None if file.compliance is None else Decimal(file.compliance.penalties)


def debt_ratio(file: CreditFile, day: date) -> Decimal | None:
    """Return debt ÷ assets."""
    return None if file.debt is None else Decimal(file.debt.total_debt) / Decimal(file.debt.total_assets)


def debt_service_cover(file: CreditFile, day: date) -> Decimal | None:
    """Return operating cash flow ÷ principal and interest due in the year.

    A negative cash flow gives −1 regardless of the amount due, because dividing it by more debt must not make it
    look better. If nothing is due, the cover is unlimited.
    """
    if file.cash_flow is None:
        return None
    flow, due = file.cash_flow.operating_cash_flow, file.cash_flow.debt_service
    if flow < 0:
        return Decimal(-1)
    if due == 0:
        return Decimal("Infinity") if flow > 0 else Decimal(0)
    return Decimal(flow) / Decimal(due)


def rating(file: CreditFile, day: date) -> str | None:
    """Return the grade in the agency's report."""
    return None if file.rating is None else file.rating.grade


def worst_overdue_days(file: CreditFile, day: date) -> Decimal | None:
    """Return the longest period that a payment to a bank was overdue in three years, in days."""
    return None if file.bank_history is None else Decimal(file.bank_history.worst_overdue_days)


def loans_repaid(file: CreditFile, day: date) -> Decimal | None:
    """Return the number of bank loans repaid in three years."""
    return None if file.bank_history is None else Decimal(file.bank_history.loans_repaid)


def _yes_no(value: bool) -> str:
    return "yes" if value else "no"


def _word(value: Score) -> Text:
    return _WORDS.get(str(value), same(str(value)))


def _count(zh: str, en: str) -> Callable[[Score], Text]:
    return lambda value: Text(f"{value} {zh}", f"{value} {en}")


def _yuan(value: Score) -> Text:
    shown = show_yuan(int(Decimal(value) * FEN_PER_YUAN))
    return Text(f"{shown} 元", f"CNY {shown}")


def _percent(value: Score) -> Text:
    return same(f"{plain(round(Decimal(value) * 100, 1))} %")


def _times(value: Score) -> Text:
    number = Decimal(value)
    if number < 0:
        return Text("经营现金流为负", "negative operating cash flow")
    if number.is_infinite():
        return Text("没有到期债务", "no debt is due")
    shown = plain(round(number, 2))
    return Text(f"{shown} 倍", f"{shown} times")


_WORDS: Mapping[str, Text] = {
    "yes": Text("是", "yes"),
    "no": Text("否", "no"),
    "advanced": Text("高级认证", "advanced"),
    "ordinary": Text("一般", "ordinary"),
    "not_registered": Text("无进出口", "does not trade abroad"),
    "dishonest": Text("失信", "dishonest"),
}

# The measures that a rule ``credit.scorecard.<measure>`` may score.
MEASURES: Mapping[str, CreditMeasure] = {
    "registration_years": CreditMeasure("registration", registration_years, _count("年", "years")),
    "legal_person": CreditMeasure("registration", legal_person, _word),
    "tax_grade": CreditMeasure("tax", tax_grade, _word),
    "tax_arrears": CreditMeasure("tax", tax_arrears, _yuan),
    "customs_grade": CreditMeasure("trade", customs_grade, _word),
    "penalties": CreditMeasure("compliance", penalties, _count("次", "penalties")),
    "debt_ratio": CreditMeasure("debt", debt_ratio, _percent),
    "debt_service_cover": CreditMeasure("cash_flow", debt_service_cover, _times),
    "rating": CreditMeasure("rating", rating, _word),
    "worst_overdue_days": CreditMeasure("bank_history", worst_overdue_days, _count("天", "days")),
    "loans_repaid": CreditMeasure("bank_history", loans_repaid, _count("笔", "loans")),
}
