"""Claims on the parties that share a loss: claimants and payers, transitions, and the list of claims. The steps are
in ``claim_*``.
"""

from collections.abc import Mapping
from datetime import date
from typing import Annotated, Any

from django.db.models import F, Q, Sum
from django.db.models.functions import Greatest

from zhirong.chain.default.claim_states import CLAIM, CLAIM_WORDS, ClaimState
from zhirong.chain.default.machine import Doer
from zhirong.chain.loan.servicing.events import Payer as LoanPayer
from zhirong.chain.organisation.roles import MemberRole, OrganisationKind
from zhirong.chain.organisation.states import OrganisationState
from zhirong.kernel.text import Text
from zhirong.operations.actors import Actor
from zhirong.operations.fields import Choices, Request, Words, ask, id_of
from zhirong.operations.listing import Column, Filter, Listing, listing
from zhirong.operations.page_links import page_link
from zhirong.operations.recovery.books import LENDER, mode_of, payee_of
from zhirong.operations.recovery.cases import CASE_READERS, WORKOUT
from zhirong.operations.refusals import refuse
from zhirong.operations.unit_of_work import Work
from zhirong.store.financing import Loan
from zhirong.store.parties import Organisation
from zhirong.store.recovery import DefaultCase, PayerClaim

PAYER_OFFICERS = (MemberRole.GUARANTOR_OFFICER, MemberRole.FUND_OFFICER, MemberRole.INSURER_OFFICER)
PAYER_APPROVERS = (MemberRole.GUARANTOR_APPROVER, MemberRole.FUND_APPROVER, MemberRole.INSURER_APPROVER)
PAYERS = (*PAYER_OFFICERS, *PAYER_APPROVERS)
CLAIMANTS = (*WORKOUT, MemberRole.GUARANTOR_OFFICER)
_PAYER_KINDS = (OrganisationKind.GUARANTOR, OrganisationKind.INSURER, OrganisationKind.FUND)
# Which kind of organisation plays a party of a mode; a fund plays every other.
_KIND_OF: Mapping[str, OrganisationKind] = {
    "guarantor": OrganisationKind.GUARANTOR,
    "reguarantor": OrganisationKind.GUARANTOR,
    "national_fund": OrganisationKind.GUARANTOR,
    "peers": OrganisationKind.GUARANTOR,
    "insurer": OrganisationKind.INSURER,
}
# The rule of the time to decide and to pay, by kind of payer.
TERM_OF = {
    OrganisationKind.GUARANTOR: "guarantor",
    OrganisationKind.INSURER: "insurer",
    OrganisationKind.FUND: "fund",
}


def claim_page(claim: PayerClaim) -> str:
    """Return the page of a claim."""
    return page_link("recovery.claim", claim.pk)


def is_payer(actor: Actor, claim: PayerClaim) -> bool:
    """Return whether the actor acts for the payer of a claim."""
    return bool(claim.payer_id == actor.organisation)


def is_claimant(actor: Actor, claim: PayerClaim) -> bool:
    """Return whether the actor acts for the party that claims."""
    return bool(claim.claimant_id == actor.organisation)


def is_second(actor: Actor, claim: PayerClaim) -> bool:
    """Return whether the actor acts for the payer and did not prepare the decision."""
    return is_payer(actor, claim) and claim.prepared_by_id != actor.account


def payers(actor: Actor, row: Any) -> Choices:
    """Return every active organisation that can share a loss."""
    found = Organisation.objects.filter(
        kind__in=[kind.value for kind in _PAYER_KINDS], status=OrganisationState.ACTIVE
    )
    return [(str(one.pk), Text(one.name, one.name)) for one in found.order_by("name")]


def parties(actor: Actor, row: Any) -> Choices:
    """Return the parties of the loan's mode that can be claimed on by the actor."""
    if row is None:
        return []
    loan = row if isinstance(row, Loan) else row.loan
    mode = mode_of(loan.mode)
    return [(role, mode.name_of(role)) for role in mode.bearers if role != LENDER]


class ClaimOn(Request):
    """The payer and its part in the mode."""

    payer: Annotated[int, id_of("organisations"), ask("付款人", "Payer", choices=payers)]
    party: Annotated[str, ask("在模式中的身份", "Its part in the mode", choices=parties)]


def demand_payer(work: Work, loan: Loan, request: ClaimOn) -> str:
    """Return the recipient of the party's payments under the mode. Raises InputError for a payer or party on which
    no claim is possible.
    """
    mode = mode_of(loan.mode)
    roles = [role for role in mode.bearers if role != LENDER]
    wrong = "party" if request.party not in roles else ""
    organisation = Organisation.objects.filter(pk=request.payer, status=OrganisationState.ACTIVE).first()
    kind = _KIND_OF.get(request.party, OrganisationKind.FUND)
    if not wrong and (organisation is None or organisation.kind != kind):
        wrong = "payer"
    if request.party == LoanPayer.GUARANTOR and loan.guarantor_id and request.payer != loan.guarantor_id:
        wrong = "payer"
    if wrong:
        names = "、".join(mode.name_of(role).zh for role in roles) or "无"
        english = ", ".join(mode.name_of(role).en for role in roles) or "none"
        raise refuse(
            "not_a_payer",
            wrong,
            getattr(request, wrong),
            Text(
                "该机构不能以此身份分担本笔贷款的损失",
                "this organisation does not share the loss of the loan in that part",
            ),
            Text(
                f"本模式的分担方：{names}；保证人须为贷款的担保机构",
                f"parties of this mode: {english}; the guarantor is that of the loan",
            ),
        )
    return payee_of(mode, request.party, loan.start or work.day)


def begin_claim(
    work: Work, loan: Loan, case: DefaultCase | None, request: ClaimOn, state: ClaimState
) -> PayerClaim:
    """Create a claim: one per loan and payer, and per loan and party."""
    known = PayerClaim.objects.filter(loan=loan).filter(Q(payer=request.payer) | Q(party=request.party)).first()
    if known is not None:
        raise refuse(
            "claimed_already",
            "payer",
            request.payer,
            Text(
                f"本笔贷款对该付款人已有索赔 {known.number}",
                f"the loan has a claim on this payer already, {known.number}",
            ),
            Text("请在该索赔中办理；同一损失不能重复索赔", "work on that claim; a loss is claimed once"),
        )
    number = PayerClaim.objects.filter(loan=loan).count() + 1
    return work.create(
        PayerClaim,
        loan=loan,
        case=case,
        lender_id=loan.lender_id,
        payer_id=request.payer,
        claimant_id=work.actor.organisation,
        party=request.party,
        mode=loan.mode,
        number=f"{loan.number}-SP{number}",
        state=state,
    )


class Reason(Request):
    """The reason."""

    reason: Annotated[Words, ask("理由", "Reason", widget="area")]


def case_of_claim(claim: PayerClaim) -> DefaultCase:
    """Return the case of a filed claim; a pool entry has none until the loan is in default."""
    if claim.case is None:
        raise AssertionError(f"claim {claim.pk} has no case")
    return claim.case


def move_claim(
    work: Work, claim: PayerClaim, step: str, doer: Doer, facts: Mapping[str, bool], **values: Any
) -> None:
    """Make a transition; a step after its last day is recorded permanently as missed."""
    then = CLAIM.take(ClaimState(claim.state), step, doer, facts=facts)
    if claim.due_on is not None and claim.due_on < work.day and step not in ("lapse", "close"):
        values["missed"] = [*claim.missed, late_step(step, claim.due_on, work.day)]
    work.update(claim, state=then, **values)
    work.concerns(claim.payer_id, claim.claimant_id, claim.lender_id)


def late_step(step: str, last_day: date | None, day: date) -> dict[str, str]:
    return {"step": step, "last_day": "" if last_day is None else last_day.isoformat(), "done_on": day.isoformat()}


def tell_payer(work: Work, claim: PayerClaim, words: Text, roles: tuple[MemberRole, ...]) -> None:
    work.notify(words, claim_page(claim), claim.payer_id, roles)


def tell_claimant(work: Work, claim: PayerClaim, words: Text) -> None:
    work.notify(words, claim_page(claim), claim.claimant_id, CLAIMANTS)


def room_of(actor: Actor) -> Mapping[str, int]:
    """Return the totals of a payer: accepted and to be paid, paid, to be returned, and entered in its pool."""
    to_pay = (ClaimState.ACCEPTED, ClaimState.PART_PAID)
    sums = PayerClaim.objects.filter(payer=actor.organisation).aggregate(
        entered=Sum("loan__principal", filter=Q(entered_on__isnull=False)),
        to_pay=Sum(Greatest(F("accepted") - F("paid"), 0), filter=Q(state__in=to_pay)),
        of_paid=Sum("paid"),
        of_due_back=Sum(Greatest(F("due_back"), 0)),
        of_returned=Sum("returned"),
    )
    return {name.removeprefix("of_"): amount or 0 for name, amount in sums.items()}


listing(
    Listing(
        "recovery.claims",
        Text("索赔", "Claims"),
        PayerClaim,
        (
            Column("number", Text("编号", "Number"), lambda row: row.number, main=True),
            Column("lender", Text("放款机构", "Lender"), lambda row: row.lender.name),
            Column("payer", Text("付款人", "Payer"), lambda row: row.payer.name, main=True),
            Column("amount", Text("索赔金额（元）", "Claimed (CNY)"), lambda row: row.amount, "money", "amount", main=True, is_exact=True, sums="amount"),
            Column("accepted", Text("已同意（元）", "Accepted (CNY)"), lambda row: row.accepted, "money", "accepted", is_exact=True, sums="accepted"),
            Column("paid", Text("已付（元）", "Paid (CNY)"), lambda row: row.paid, "money", "paid", is_exact=True, sums="paid"),
            Column("due_back", Text("应返还（元）", "To return (CNY)"), lambda row: row.due_back, "money", "due_back", is_exact=True, sums="due_back"),
            Column("returned", Text("已返还（元）", "Returned (CNY)"), lambda row: row.returned, "money", "returned", is_exact=True, sums="returned"),
            Column("due_on", Text("期限", "Last day"), lambda row: row.due_on, "day", "due_on", main=True),
            Column("state", Text("状态", "State"), lambda row: CLAIM_WORDS[row.state], "state", main=True),
        ),
        (
            Filter("state", Text("状态", "State"), lambda state: Q(state=state), tuple(CLAIM_WORDS.items())),
            Filter("number", Text("编号", "Number"), lambda number: Q(number=number.strip())),
            Filter("loan", Text("贷款编号", "Loan"), lambda number: Q(loan__number=number.strip())),
        ),
        roles=(*CASE_READERS, *PAYERS),
        order="due_on",
        related=("lender", "payer", "loan__firm"),
        unread=("papers", "asked", "checks", "missed", "loan__contract", "loan__events", "loan__firm__profile"),
        page="recovery.claim",
        empty=Text("暂无索赔", "No claims yet."),
    )
)  # fmt: skip
