"""A case under one mode, as a row of a comparison of modes: the firm's cost and the loss shares."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from zhirong.chain.mode.allocation import open_figures
from zhirong.chain.mode.eligibility import State
from zhirong.chain.mode.force import Force, ForceOn
from zhirong.chain.mode.loss import OPEN_POOL, MissingFigureError
from zhirong.chain.pledge.records import Pledgeable
from zhirong.chain.quote.records import Offer, PartyAmount
from zhirong.kernel.document import Part, Yuan
from zhirong.kernel.money import Fen, yuan
from zhirong.kernel.rulebook import Reference
from zhirong.kernel.text import Text

# The roles that share one column.
_COLUMNS: tuple[tuple[str, ...], ...] = (
    ("lender",),
    ("government", "fund", "federal", "state", "province", "city", "district", "national_fund", "park"),
    ("guarantor", "reguarantor", "peers"),
    ("insurer",),
    ("ip_operator", "appraiser", "disposal_fund", "asset_manager", "purchaser", "investor"),
)


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class UnmetPart(Part):
    """A condition of the mode that is not met, or cannot be decided."""

    code: str
    state: State
    reason: Text
    hint: Text | None
    reference: Reference


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class ComparedFirmPart(Part):
    """The firm's amounts under the mode. effective_annual_cost: after the subsidies that it certainly gets.

    days: of all steps of the mode; None if the mode names none.
    """

    loan: Yuan
    effective_annual_cost: str | None
    cost_before_subsidy: str | None
    subsidies: Yuan
    days: int | None


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class LossColumnsPart(Part):
    """The sharing of a loss, in the columns of the comparison."""

    lender: Yuan
    government_and_fund: Yuan
    guarantor: Yuan
    insurer: Yuan
    others: Yuan


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class ForcePart(Part):
    """Whether the mode is in force on the day of the case. confirm_with: who can confirm it, if that is needed."""

    state: Force
    reason: Text
    confirm_with: Text | None
    reference: Reference


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class ComparedMode(Part):
    """A case under one mode. depends_on_pool: pool figures that the losses need and a case cannot contain."""

    id: str
    title: Text
    eligible: Pledgeable
    unmet: tuple[UnmetPart, ...]
    firm: ComparedFirmPart
    depends_on_pool: tuple[str, ...]
    full_loss: LossColumnsPart
    expected_loss: LossColumnsPart
    force: ForcePart


def compared(offer: Offer, force: ForceOn, day: date) -> ComparedMode:
    """Return the offer as a line of the comparison. day: of disbursement."""
    cost = cost_of(offer)
    return ComparedMode(
        id=offer.mode.id,
        title=offer.mode.title,
        eligible=offer.eligible,
        unmet=tuple(
            UnmetPart(one.code, one.state, one.reason, one.hint, reference=one.reference)
            for one in offer.conditions
            if one.state != "met"
        ),
        firm=ComparedFirmPart(
            loan=yuan(offer.amount),
            effective_annual_cost=None if cost is None else str(cost),
            cost_before_subsidy=None if offer.cost_before_subsidy is None else str(offer.cost_before_subsidy),
            subsidies=yuan(_subsidies(offer)),
            days=sum(step.days for step in offer.mode.steps) if offer.mode.steps else None,
        ),
        depends_on_pool=tuple(one.figure for one in open_figures_of(offer, day)),
        full_loss=_columns(offer.full_loss),
        expected_loss=_columns(offer.expected_loss),
        force=ForcePart(force.state, force.reason, force.confirm_with, reference=force.reference),
    )


def open_figures_of(offer: Offer, day: date) -> tuple[MissingFigureError, ...]:
    """Return the figures that the losses need and a case cannot contain."""
    return open_figures(offer.mode, day, OPEN_POOL) if offer.full_loss else ()


def is_unmet(offer: Offer) -> bool:
    """Return whether a condition of the mode is unmet or unknown, apart from the mode's validity."""
    return any(
        condition.state == "unmet" or (condition.state == "unknown" and not condition.code.startswith("mode."))
        for condition in offer.conditions
    )


def cost_of(offer: Offer) -> Decimal | None:
    """Return the firm's annual cost of the loan after the subsidies that it certainly gets."""
    return offer.cost_before_subsidy if is_unmet(offer) else offer.annual_cost


def _subsidies(offer: Offer) -> Fen:
    """Return the firm's subsidies over the term of the loan; zero if a condition is unmet or unknown."""
    if is_unmet(offer):
        return 0
    return sum(one.amount for one in offer.charges if one.kind in ("subsidy", "reward") and one.payee == "firm")


def _columns(parts: Sequence[PartyAmount]) -> LossColumnsPart:
    return LossColumnsPart(*(yuan(sum(part.amount for part in parts if part.role in roles)) for roles in _COLUMNS))
