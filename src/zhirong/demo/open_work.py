"""The open work on each desk of the region on the last day, so that anyone who signs in can continue there."""

from collections.abc import Callable
from typing import Any

from zhirong.chain.loan.states import PaymentKind
from zhirong.demo.documents import sheet
from zhirong.demo.region import Region
from zhirong.kernel.days import add_months
from zhirong.operations.declare import Done
from zhirong.store.financing import Case, GuaranteeRequest, StatementLine

_FIGURES = {
    "redeployability": "medium",
    "revenue": "2800万 / 3200万 / 3600万",
    "revenue_grade": "audited",
    "growth": "0 / 5% / 10%",
    "growth_grade": "declared",
    "royalty_rate": "3% / 4% / 6%",
    "royalty_rate_grade": "contract",
    "discount_rate": "14% / 16% / 19%",
    "discount_rate_grade": "assumed",
    "economic_life": "5 / 7 / 8",
    "economic_life_grade": "assumed",
    "tax_rate": "15%",
    "income_source": "上年审计报告中使用这项专利的产品收入；同业许可合同两份（演示）",
}
_LEFT_TO_THE_AGENT = (
    "right.add",
    "right.edit",
    "file.add",
    "firm.describe",
    "appraisal.online",
    "case.draft",
    "case.edit",
)


def ask_guarantor(region: Region, case: int) -> int:
    """Let the lender's officer ask the guarantor for four fifths of a case; return the request's id."""
    row = Case.objects.get(pk=case)
    region.do(
        "bank.officer",
        "guarantee.request",
        case,
        guarantor=region.organisations["guarantor"],
        amount=row.amount,
        share="0.8",
        fee_rate="0.01",
    )
    asked: int = GuaranteeRequest.objects.filter(case=case).latest("pk").pk
    return asked


def review_guarantee(region: Region, asked: int) -> int:
    """Let the guarantor's officer review it; another person decides."""
    region.do(
        "guarantor.officer",
        "guarantee.review",
        asked,
        counter_guarantee="质押权利作反担保，法定代表人连带责任",
        opinion="同意承担八成",
    )
    return asked


def import_statement(region: Region, lines: list[tuple[str, str, str, str, str]]) -> Done:
    """Submit a statement of the bank as of the day: reference, direction, amount, counterparty, words."""
    rows = [(region.day.isoformat(), *line) for line in lines]
    file = region.upload("bank.cashier", f"流水{region.day:%Y%m%d}.csv", sheet(rows))
    return region.do("bank.cashier", "statement.import", file=file, account_number="6100 0000 9999")


def _case(region: Region, firm: dict[str, Any]) -> Case:
    case: Case = Case.objects.get(firm=region.organisations[firm["id"]])
    return case


def _formal_appraisal(region: Region, firm: dict[str, Any]) -> int:
    """Give the agency an assignment to accept or decline."""
    return region.do(
        firm["id"],
        "appraisal.request",
        case=_case(region, firm).pk,
        valuation_date=region.day.isoformat(),
        agency=region.organisations["agency"],
    ).id


def _worked_appraisal(region: Region, firm: dict[str, Any]) -> None:
    """Leave an appraisal that the appraiser has calculated waiting for the second person's review."""
    asked = _formal_appraisal(region, firm)
    appraiser = region.people["agency.appraiser"].pk
    region.do(
        "agency.appraiser",
        "appraisal.accept",
        asked,
        independent=True,
        no_preset_value=True,
        fee="3万元",
        appraiser=appraiser,
    )
    region.do("agency.appraiser", "appraisal.work", asked, **_FIGURES)


def _guarantee(region: Region, firm: dict[str, Any]) -> None:
    """Give the guarantor a request to review."""
    ask_guarantor(region, _case(region, firm).pk)


def _first_approval(region: Region, firm: dict[str, Any]) -> None:
    """Approve as the reviewer, so that it is the approver's turn."""
    case = _case(region, firm)
    amount = case.proposed_amount
    region.do("bank.reviewer", "case.approve", case.pk, amount=amount, opinion="同意。按批复条件办理。")


def _filing(region: Region, firm: dict[str, Any]) -> None:
    """Give the registry a filing to examine that the register itself registers."""
    case = _case(region, firm)
    region.do(
        "bank.officer",
        "filing.prepare",
        case.pk,
        role="record",
        pilot_basis="秦川新区知识产权质押登记试点方案（演示）",
        papers=["identity", "power_of_attorney"],
    )
    region.do("bank.officer", "filing.file", case.pk)


def _mandate(region: Region, firm: dict[str, Any]) -> None:
    """Let the service agent manage the firm's rights and draft its cases, within its limits."""
    region.do(
        firm["id"],
        "mandate.give",
        agent=region.organisations["operator"],
        operations=list(_LEFT_TO_THE_AGENT),
        most="100万元",
        until=add_months(region.today, 12).isoformat(),
    )


def _statement_lines(region: Region, firm: dict[str, Any]) -> None:
    """Let the late firm pay a part: one entry to match, one for a second cashier to confirm."""
    number = _case(region, firm).number
    import_statement(
        region,
        [
            (f"B{region.day:%Y%m%d}1", "收", "30000.00", firm["name"], f"还款 {number}"),
            (f"B{region.day:%Y%m%d}2", "收", "50000.00", firm["name"], "货款"),
        ],
    )
    line = StatementLine.objects.get(reference=f"B{region.day:%Y%m%d}1")
    region.do("bank.cashier", "line.match", line.pk, loan=number, kind=PaymentKind.REPAYMENT)


# Named as in a firm's ``open`` entry of the table.
OPEN_WORK: dict[str, Callable[[Region, dict[str, Any]], object]] = {
    "formal_appraisal": _formal_appraisal,
    "worked_appraisal": _worked_appraisal,
    "guarantee": _guarantee,
    "first_approval": _first_approval,
    "filing": _filing,
    "mandate": _mandate,
    "statement_lines": _statement_lines,
}
