"""The entry of a loan in the pool of a fund or insurer."""

from typing import Any

from zhirong.chain.default.claim_states import CLAIM
from zhirong.chain.default.machine import Doer
from zhirong.chain.loan.states import LoanState
from zhirong.chain.organisation.roles import MemberRole
from zhirong.kernel.text import Text
from zhirong.operations.declare import operation
from zhirong.operations.recovery.cases import WORKOUT
from zhirong.operations.recovery.claims import (
    PAYER_OFFICERS,
    ClaimOn,
    Reason,
    begin_claim,
    demand_payer,
    is_payer,
    move_claim,
    tell_claimant,
    tell_payer,
)
from zhirong.operations.recovery.deadlines import last_day
from zhirong.operations.unit_of_work import Work
from zhirong.store.financing import Loan
from zhirong.store.recovery import PayerClaim


@operation(
    "claim.enter",
    Text("申请入库", "Request entry in a pool"),
    model=Loan,
    roles=(*WORKOUT, MemberRole.LENDER_OFFICER),
    states=(LoanState.WAITING, LoanState.STANDING),
    relation=lambda actor, loan: loan.overdue_days == 0,
    request=ClaimOn,
    page="recovery.claim",
    help=Text(
        "入库后占用风险补偿额度；逾期的贷款不能再入库。",
        "From pool entry, the loan counts towards the caps. An overdue loan cannot enter.",
    ),
)
def enter(work: Work, request: ClaimOn) -> Any:
    """Ask the fund or insurer to take the loan into its pool."""
    loan = work.row
    demand_payer(work, loan, request)
    claim = begin_claim(work, loan, None, request, CLAIM.take(None, "enter", Doer.WORKOUT))
    work.update(claim, due_on=last_day(work, "recovery.deadline.pool_entry"))
    tell_payer(
        work, claim, Text(f"申请入库：{loan.number}", f"Pool entry requested: {loan.number}"), PAYER_OFFICERS
    )
    return {"id": claim.pk}


@operation(
    "claim.reserve",
    Text("确认入库", "Confirm the entry"),
    model=PayerClaim,
    roles=PAYER_OFFICERS,
    states=CLAIM.states_before("reserve"),
    relation=is_payer,
    page="recovery.claim",
)
def reserve(work: Work, request: Any) -> Any:
    """Take the loan into the pool as of today."""
    claim = work.row
    move_claim(work, claim, "reserve", Doer.PAYER, {}, entered_on=work.day, due_on=None)
    tell_claimant(work, claim, Text(f"已入库：{claim.loan.number}", f"In the pool: {claim.loan.number}"))
    return {"id": claim.pk}


@operation(
    "claim.decline_entry",
    Text("不予入库", "Decline the entry"),
    model=PayerClaim,
    roles=PAYER_OFFICERS,
    states=CLAIM.states_before("decline_entry"),
    relation=is_payer,
    request=Reason,
    page="recovery.claim",
)
def decline_entry(work: Work, request: Reason) -> Any:
    """Decline the entry with a reason."""
    claim = work.row
    move_claim(work, claim, "decline_entry", Doer.PAYER, {}, reason=request.reason, due_on=None)
    tell_claimant(work, claim, Text(f"不予入库：{claim.loan.number}", f"Entry declined: {claim.loan.number}"))
    return {"id": claim.pk}
