"""Input of a firm: the figures of an online appraisal, its profile, a case."""

from typing import Any

from platform_world import Member, Platform

from zhirong.store.financing import Appraisal, Case, FirmRight
from zhirong.store.parties import Organisation

FACTS: dict[str, Any] = {
    "size_class": "small",
    "sme": True,
    "sme_tech": True,
    "bad_credit_on": "never",
    "substandard_on": "never",
    "lender_is_partner": True,
    "park_tenant": True,
}


STATEMENTS: dict[str, Any] = {
    "revenue": "3400万元",
    "cost_of_sales": "2400万元",
    "total_profit": "240万元",
    "inventory": "400万元",
    "receivables": "800万元",
    "prepayments": "50万元",
    "payables": "500万元",
    "advances_received": "100万元",
    "cash": "250万元",
    "restricted_cash": "0",
    "working_capital_loans": "350万元",
    "other_channels": "0",
    "bank_debt": "350万元",
    "soft_assets": "0",
    "forecast_growth": 0.08,
}


def credit(day: str) -> dict[str, Any]:
    """A credit file of which every section is of this day."""
    said = {"source": "企业资料", "date": day, "grade": "contract"}
    return {
        "registration": {"registered_on": "2014-03-18", "legal_person": True, **said},
        "tax": {"tax_grade": "B", "arrears": "0", **said},
        "compliance": {
            "penalties_in_three_years": 0,
            "dishonest_judgment_debtor": False,
            "abnormal_operations": False,
            **said,
        },
        "debt": {"total_debt": "1150万元", "total_assets": "2600万元", "overdue": "0", **said},
        "cash_flow": {
            "operating_cash_flow": "390万元",
            "operating_cash_flow_before": "400万元",
            "debt_service": "90万元",
            **said,
        },
        "statements": {**STATEMENTS, **said},
    }


def income(rights: list[int], **more: Any) -> dict[str, Any]:
    """The figures of an online appraisal."""
    return {
        "rights": rights,
        "revenue": ["2600万元", "3400万元", "4000万元"],
        "revenue_source": "前三季度报表折年",
        "growth": ["0%", "8%", "15%"],
        "royalty": ["3%", "5%", "6%"],
        "discount": ["15%", "18%", "22%"],
        "life": ["5", "7", "9"],
        "tax_rate": "15%",
        **more,
    }


def described(platform: Platform, manager: Member) -> None:
    """Let the firm describe itself."""
    platform.do(
        manager,
        "firm.describe",
        manager.organisation,
        facts=FACTS,
        credit=credit(platform.day.isoformat()),
    )


def appraised(platform: Platform, manager: Member, rights: list[FirmRight]) -> Appraisal:
    """An online appraisal of the rights."""
    done = platform.do(manager, "appraisal.online", **income([right.pk for right in rights]))
    return Appraisal.objects.get(pk=done.id)


def wanted(bank: Organisation, rights: list[FirmRight], appraisal: Appraisal | None, **more: Any) -> dict[str, Any]:
    """The request of a firm."""
    return {
        "lender": bank.pk,
        "mode": "xixian",
        "amount": "200万元",
        "term_months": 12,
        "purpose": "采购原材料",
        "rights": [right.pk for right in rights],
        "appraisal": None if appraisal is None else appraisal.pk,
        **more,
    }


def drafted(platform: Platform, manager: Member, bank: Organisation, **more: Any) -> Case:
    """A complete case in draft: right, appraisal, description."""
    right = platform.right(manager.organisation)
    described(platform, manager)
    appraisal = appraised(platform, manager, [right])
    done = platform.do(manager, "case.draft", **wanted(bank, [right], appraisal, **more))
    return Case.objects.get(pk=done.id)


def submitted(platform: Platform, manager: Member, bank: Organisation, **more: Any) -> Case:
    """A case handed in."""
    case = drafted(platform, manager, bank, **more)
    platform.do(manager, "case.submit", case, agreed=True)
    case.refresh_from_db()
    return case
