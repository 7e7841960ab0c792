"""Raters' sheets and a firm's credit file for the tests of this folder."""

from datetime import date
from typing import Any

from zhirong.chain.credit.file import (
    AgencyRating,
    BankHistory,
    BusinessEntry,
    CashFlowStatement,
    Compliance,
    CreditFile,
    DebtOnFile,
    Tax,
    Trade,
)
from zhirong.chain.credit.team import read_items, read_team
from zhirong.kernel.fields import Reader
from zhirong.kernel.provenance import EvidenceGrade, Provenance
from zhirong.kernel.rulebook_files import load_rulebook

RULES = load_rulebook()
DAY = date(2026, 9, 1)
CODES = [item.code for item in read_items(RULES, DAY)]
SOURCE = Provenance("test", EvidenceGrade.AUDITED, date(2026, 6, 30))


def sheet(rater: str, points: Any, **changes: Any) -> dict[str, Any]:
    """One rater's sheet: the same points for every item, or a list in the order of the items."""
    marks = [points] * len(CODES) if isinstance(points, int) else points
    return {
        "rater": rater,
        "organisation": "某银行",
        "date": date(2026, 8, 1),
        "independent": True,
        "rated_alone": True,
        "marks": {
            code: {"points": mark, "evidence": "访谈记录与验收单"}
            for code, mark in zip(CODES, marks, strict=False)
            if mark is not None
        },
        **changes,
    }


def ratings(*sheets: dict[str, Any]) -> Any:
    """The sheets, read."""
    return read_team(Reader({"rating": list(sheets)}), RULES, DAY)


def a_file(**changes: Any) -> CreditFile:
    """A sound firm, unless changed."""
    parts: dict[str, Any] = {
        "registration": BusinessEntry(date(2012, 3, 1), True, SOURCE),
        "tax": Tax("B", 0, SOURCE),
        "trade": Trade("ordinary", 0, 0, SOURCE),
        "compliance": Compliance(0, False, False, SOURCE),
        "debt": DebtOnFile(600_000_000, 2_000_000_000, 0, SOURCE),
        "cash_flow": CashFlowStatement(250_000_000, 160_000_000, SOURCE),
        "rating": AgencyRating("某评级公司", "A", SOURCE),
        "bank_history": BankHistory(2, 0, False, SOURCE),
    }
    return CreditFile(**{**parts, **changes})
