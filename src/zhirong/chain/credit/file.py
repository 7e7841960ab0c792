"""The credit file of a firm (000 §4.3, 001 §3.1): the facts item by item, each with its source.

Every item may be missing. A missing item is a named state and never counts as zero or as good. The file records
nothing about the age, sex or origin of people.
"""

from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from zhirong.chain.credit.statements import Statements, not_above_whole, read_figures
from zhirong.kernel.fields import Reader
from zhirong.kernel.money import Fen
from zhirong.kernel.provenance import Provenance, read_grade
from zhirong.kernel.text import Text

TAX_GRADES = ("A", "B", "M", "C", "D")
CUSTOMS_GRADES = ("advanced", "ordinary", "not_registered", "dishonest")
RATINGS = ("AAA", "AA", "A", "BBB", "BB", "B", "CCC", "CC", "C", "D")


@dataclass(frozen=True, slots=True)
class BusinessEntry:
    """The firm's entry in the company register: the date of registration, and whether it is a legal person."""

    registered_on: date
    legal_person: bool
    provenance: Provenance


@dataclass(frozen=True, slots=True)
class Tax:
    """The tax office's yearly credit grade of the firm (A is best, then B, M, C, D) and taxes in arrears, in fen."""

    grade: str
    arrears: Fen
    provenance: Provenance


@dataclass(frozen=True, slots=True)
class Trade:
    """The customs' credit grade, and imports and exports of the last year, in fen."""

    customs_grade: str
    imports: Fen
    exports: Fen
    provenance: Provenance


@dataclass(frozen=True, slots=True)
class Compliance:
    """Penalties by authorities in the last three years, and the lists that name the firm."""

    penalties: int
    dishonest_judgment_debtor: bool
    abnormal_operations: bool
    provenance: Provenance


@dataclass(frozen=True, slots=True)
class DebtOnFile:
    """Debts and assets of the firm in fen, and the overdue part of the debt."""

    total_debt: Fen
    total_assets: Fen
    overdue: Fen
    provenance: Provenance


@dataclass(frozen=True, slots=True)
class CashFlowStatement:
    """Operating cash flow of a year, and the principal and interest due in it on all present debt, in fen.

    before: operating cash flow of the previous year, None if it is not stated.
    """

    operating_cash_flow: Fen
    debt_service: Fen
    provenance: Provenance
    before: Fen | None = None


@dataclass(frozen=True, slots=True)
class AgencyRating:
    """The grade in a credit rating agency's report."""

    agency: str
    grade: str
    provenance: Provenance


@dataclass(frozen=True, slots=True)
class BankHistory:
    """Loans in the last three years: how many were repaid, the longest overdue period in days, and any adverse
    classification.
    """

    loans_repaid: int
    worst_overdue_days: int
    substandard_or_worse: bool
    provenance: Provenance


@dataclass(frozen=True, slots=True)
class CreditFile:
    """Everything known about a firm's credit; None is missing."""

    registration: BusinessEntry | None = None
    tax: Tax | None = None
    trade: Trade | None = None
    compliance: Compliance | None = None
    debt: DebtOnFile | None = None
    cash_flow: CashFlowStatement | None = None
    rating: AgencyRating | None = None
    bank_history: BankHistory | None = None
    accounts: Statements | None = None

    @property
    def statements(self) -> Statements:
        """Return every figure that a credit limit reads, from the accounts and from the sections on debt and cash
        flow.
        """
        figures = Statements() if self.accounts is None else self.accounts
        if self.debt is not None:
            figures = replace(figures, total_assets=self.debt.total_assets, total_liabilities=self.debt.total_debt)
        if self.cash_flow is not None:
            figures = replace(
                figures,
                operating_cash_flow=self.cash_flow.operating_cash_flow,
                operating_cash_flow_before=self.cash_flow.before,
                debt_service=self.cash_flow.debt_service,
            )
        return figures


SECTION_TEXT: dict[str, Text] = {
    "registration": Text("注册登记", "registration"),
    "tax": Text("纳税", "taxes"),
    "trade": Text("进出口", "imports and exports"),
    "compliance": Text("合规", "compliance"),
    "debt": Text("负债", "debt"),
    "cash_flow": Text("现金流", "cash flow"),
    "rating": Text("信用评级报告", "rating agency's report"),
    "bank_history": Text("银行往来记录", "bank history"),
}

# Sections that no scorecard reads are listed separately: the form asks for them, and they never score.
ALL_SECTIONS: dict[str, Text] = {**SECTION_TEXT, "statements": Text("财务报表科目", "figures of the accounts")}


def provenance_of(file: CreditFile, section: str) -> Provenance | None:
    """Return the source of a section of the file; None if the section is missing."""
    part = getattr(file, section)
    return None if part is None else part.provenance


# On one day, a part cannot exceed its whole. For averages of two days it can, so averages are not listed here.
_PARTS_OF = {
    "total_assets": ("cash", "soft_assets", "long_term_assets"),
    "total_liabilities": ("bank_debt", "long_term_liabilities"),
}


def read_credit(reader: Reader, as_of: date | None = None) -> CreditFile:
    """Read the credit file from a ``[credit]`` table: one table per section, each with ``source``, ``date`` and
    ``grade``.

    as_of: the case date, where known; an item with a later date is rejected.
    """
    inside = {name: reader.optional_table(name) for name in SECTION_TEXT}
    before = reader.problem_count()
    debt = _debt(inside["debt"], as_of)
    # A total that could not be read is compared with nothing.
    whole = debt if reader.problem_count() == before else None
    file = CreditFile(
        registration=_registration(inside["registration"], as_of),
        tax=_tax(inside["tax"], as_of),
        trade=_trade(inside["trade"], as_of),
        compliance=_compliance(inside["compliance"], as_of),
        debt=debt,
        cash_flow=_cash_flow(inside["cash_flow"], as_of),
        rating=_rating(inside["rating"], as_of),
        bank_history=_bank_history(inside["bank_history"], as_of),
        accounts=_accounts(reader.optional_table("statements"), as_of, whole),
    )
    reader.finish()
    return file


def _registration(reader: Reader | None, as_of: date | None) -> BusinessEntry | None:
    if reader is None:
        return None
    registered = reader.day("registered_on")
    if as_of is not None and registered > as_of:
        _in_future(reader, "registered_on", registered, as_of)
    return BusinessEntry(registered, reader.flag("legal_person"), _provenance(reader, as_of))


def _tax(reader: Reader | None, as_of: date | None) -> Tax | None:
    if reader is None:
        return None
    return Tax(reader.choice("tax_grade", TAX_GRADES), reader.money("arrears"), _provenance(reader, as_of))


def _trade(reader: Reader | None, as_of: date | None) -> Trade | None:
    if reader is None:
        return None
    return Trade(
        reader.choice("customs_grade", CUSTOMS_GRADES),
        reader.money("imports"),
        reader.money("exports"),
        _provenance(reader, as_of),
    )


def _compliance(reader: Reader | None, as_of: date | None) -> Compliance | None:
    if reader is None:
        return None
    return Compliance(
        reader.whole("penalties_in_three_years", 0, 10_000),
        reader.flag("dishonest_judgment_debtor"),
        reader.flag("abnormal_operations"),
        _provenance(reader, as_of),
    )


def _debt(reader: Reader | None, as_of: date | None) -> DebtOnFile | None:
    if reader is None:
        return None
    debt = DebtOnFile(
        reader.money("total_debt"),
        reader.money("total_assets", minimum=1),
        reader.money("overdue"),
        _provenance(reader, as_of),
    )
    if debt.overdue > debt.total_debt:
        reader.problem(
            "overdue",
            debt.overdue / 100,
            "overdue_above_debt",
            Text("逾期金额大于全部负债", "the overdue amount exceeds the total debt"),
            Text("请更正逾期金额（overdue）或全部负债（total_debt）", "correct overdue or total_debt"),
        )
    return debt


def _cash_flow(reader: Reader | None, as_of: date | None) -> CashFlowStatement | None:
    if reader is None:
        return None
    latest, service = reader.money("operating_cash_flow", minimum=None), reader.money("debt_service")
    before = reader.optional_money("operating_cash_flow_before", minimum=None)
    return CashFlowStatement(latest, service, _provenance(reader, as_of), before)


def _accounts(reader: Reader | None, as_of: date | None, debt: DebtOnFile | None) -> Statements | None:
    if reader is None:
        return None
    figures: dict[str, Any] = read_figures(reader)
    if debt is not None:
        wholes = {"total_assets": debt.total_assets, "total_liabilities": debt.total_debt}
        for whole, parts in _PARTS_OF.items():
            for part in parts:
                not_above_whole(reader, {**figures, whole: wholes[whole]}, part, whole)
    return Statements(**figures, provenance=_provenance(reader, as_of))


def _rating(reader: Reader | None, as_of: date | None) -> AgencyRating | None:
    if reader is None:
        return None
    return AgencyRating(reader.text("agency"), reader.choice("rating", RATINGS), _provenance(reader, as_of))


def _bank_history(reader: Reader | None, as_of: date | None) -> BankHistory | None:
    if reader is None:
        return None
    return BankHistory(
        reader.whole("loans_repaid", 0, 10_000),
        reader.whole("worst_overdue_days", 0, 10_000),
        reader.flag("substandard_or_worse"),
        _provenance(reader, as_of),
    )


def _provenance(reader: Reader, as_of: date | None) -> Provenance:
    day = reader.day("date")
    if as_of is not None and day > as_of:
        _in_future(reader, "date", day, as_of)
    provenance = Provenance(reader.text("source"), read_grade(reader), day)
    reader.finish()
    return provenance


def _in_future(reader: Reader, field: str, day: date, as_of: date) -> None:
    reader.problem(
        field,
        day,
        "date_in_future",
        Text(f"晚于本案日期 {as_of}", f"later than the case date {as_of}"),
        Text("请改为本案日期当天或之前", "enter that day or an earlier one"),
    )
