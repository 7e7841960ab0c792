"""The offers of all modes of a region to a firm, for the firm's desk and the public pages."""

from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from zhirong.chain.quote.document import CostPart, ModeConditionPart, ModePart, QuoteDocument, SharePart
from zhirong.web.cost_rows import cost_rows

_ORDER = {"yes": 0, "unknown": 1, "no": 2}


@dataclass(frozen=True, slots=True)
class OfferRow:
    """An offer on a page. bearing: the parties that bear part of a full loss. subsidies: those that the firm can
    claim. unmet: conditions that are unmet or unknown.
    """

    mode: ModePart
    bearing: tuple[SharePart, ...]
    subsidies: tuple[CostPart, ...]
    unmet: tuple[ModeConditionPart, ...]


def answer_context(quote: QuoteDocument) -> dict[str, Any]:
    """Return the template data: the credit limit, every mode of the region by the firm's cost, and the obstacles."""
    offers = sorted(quote.modes, key=lambda one: (_ORDER[one.eligible], float(one.effective_annual_cost or 9)))
    limit = quote.credit_limit
    return {
        "limit": limit,
        "under": next((one.title for one in quote.modes if one.id == limit.mode), None),
        "gates": [one for one in quote.gates if not one.passed],
        "offers": [offer_row(one) for one in offers],
        "costs": cost_rows([one for one in quote.modes if one.eligible != "no"]),
        "elsewhere": quote.elsewhere or (),
        "is_valued": quote.value is not None,
        "appraisal": quote.appraisal,
        "answered": True,
    }


def offer_row(mode: ModePart) -> OfferRow:
    """Return the parties' parts of a full loss, the subsidies that can be claimed, and the obstacles."""
    return OfferRow(
        mode,
        bearing=tuple(one for one in mode.full_loss if Decimal(one.share)),
        subsidies=tuple(one for one in mode.costs if one.payee_role == "firm"),
        unmet=tuple(one for one in mode.conditions if one.verdict != "yes"),
    )
