"""The page of the case overview: the document, and what its reader can do next."""

from collections.abc import Sequence
from typing import Any

from zhirong.chain.financing.case import WAY, CaseState
from zhirong.chain.financing.overview import CaseOverview, MissingPart
from zhirong.chain.organisation.roles import MemberRole
from zhirong.operations.actors import Actor
from zhirong.operations.authorize import can, operations_for
from zhirong.operations.case.overview import Today, case_overview
from zhirong.operations.declare import OPERATIONS, Operation
from zhirong.store.financing import Case

# The next operations in each state; the first one that the user can run is the main button.
_FIRST = {
    CaseState.SUBMITTED: ("case.accept",),
    CaseState.DILIGENCE: ("case.submit_for_approval", "team.rate", "case.review"),
    CaseState.APPROVAL: ("case.approve",),
    CaseState.APPROVED: ("contract.issue",),
    CaseState.REGISTERING: ("case.disburse",),
    CaseState.REPAID: ("case.close",),
}


def case_context(actor: Actor, case: Case, today: Today) -> dict[str, Any]:
    """Return the overview and the reader's operations for the template of the case."""
    overview = case_overview(actor, case, today)
    can_rate = _can_rate(actor, case, overview)
    first, others = _actions(actor, case, overview, can_rate)
    return {
        "case": case,
        "overview": overview,
        "quote": overview.quote,
        "first": first,
        "others": others,
        "unchecked": sum(one.code == "check_open" for one in overview.missing),
        "can_rate": can_rate,
        "can_check": overview.case.state is CaseState.DILIGENCE
        and actor.has(MemberRole.LENDER_OFFICER, MemberRole.LENDER_REVIEWER),
        "before_release": overview.case.state in WAY[: WAY.index(CaseState.DISBURSED)],
    }


def _can_rate(actor: Actor, case: Case, overview: CaseOverview) -> bool:
    team = overview.team
    is_open = team is None or not (team.is_usable or team.has_rated)
    return is_open and can(actor, "team.rate", case)


def _actions(
    actor: Actor, case: Case, overview: CaseOverview, can_rate: bool
) -> tuple[Operation | None, list[Operation]]:
    """Return the main button and the others. An operation that would only be rejected is not the main one."""
    missing = overview.missing
    possible = [one for one in operations_for(actor, case) if one.name != "team.rate" or can_rate]
    names = [one.name for one in possible]
    wanted = [
        name
        for name in _FIRST.get(overview.case.state, ())
        if name in names and not (name == "case.submit_for_approval" and missing) and not _is_done(name, missing)
    ]
    first = OPERATIONS[wanted[0]] if wanted else None
    return first, [one for one in possible if one is not first]


def _is_done(name: str, missing: Sequence[MissingPart]) -> bool:
    """Return whether the result of an operation is no longer among the missing items."""
    fields = {one.field.split(".")[0] for one in missing}
    return (name == "case.review" and "review" not in fields) or (name == "team.rate" and "team" not in fields)
