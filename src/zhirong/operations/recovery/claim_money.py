"""Money under a claim: payments, returns, clawback, and the end of the claim."""

from datetime import date
from typing import Annotated, Any

from pydantic import Field

from zhirong.chain.contract.document_kinds import DocumentKind
from zhirong.chain.default.claim_states import CLAIM, CLAIMS_PAID, ClaimState
from zhirong.chain.default.disposal_states import DisposalState
from zhirong.chain.default.machine import Doer
from zhirong.chain.default.money_kinds import ClaimMoney
from zhirong.chain.loan.servicing.events import COMPENSATORS
from zhirong.chain.loan.servicing.events import Payer as LoanPayer
from zhirong.chain.loan.states import LoanState
from zhirong.chain.mode.vocabulary import PayerNature
from zhirong.chain.organisation.roles import OrganisationKind
from zhirong.kernel.money import show_yuan, yuan
from zhirong.kernel.text import Text
from zhirong.operations.actors import Actor
from zhirong.operations.case_file.documents import issue_paper, next_number
from zhirong.operations.declare import operation
from zhirong.operations.fields import Fen, Line, Request, Words, ask
from zhirong.operations.loan.loans import append_event, base_facts, event_id
from zhirong.operations.plausibility import RecentDay
from zhirong.operations.recovery.books import CaseBooks, books_of_case, columns_of_case
from zhirong.operations.recovery.case_debt import settle_claims
from zhirong.operations.recovery.cases import with_loan
from zhirong.operations.recovery.claim_decisions import issue_decision
from zhirong.operations.recovery.claims import (
    CLAIMANTS,
    PAYER_APPROVERS,
    PAYERS,
    Reason,
    case_of_claim,
    is_claimant,
    is_second,
    late_step,
    move_claim,
    tell_claimant,
    tell_payer,
)
from zhirong.operations.recovery.deadlines import demand_day
from zhirong.operations.recovery.recourse import keep_recourse
from zhirong.operations.refusals import refuse
from zhirong.operations.unit_of_work import Work
from zhirong.store.recovery import ClaimPayment, DefaultCase, DisposalProject, PayerClaim


def _due_now(actor: Actor, claim: Any) -> str:
    return "" if claim is None else yuan(max(0, claim.accepted - claim.paid))


class Pay(Request):
    """The transfer."""

    amount: Annotated[Fen, Field(gt=0), ask("金额", "Amount", widget="money", start=_due_now)]
    day: Annotated[RecentDay, ask("付款日", "Paid on")]
    reference: Annotated[Line, Field(max_length=80), ask("银行流水号", "Bank reference")]


@operation(
    "claim.pay",
    Text("付款", "Pay"),
    model=PayerClaim,
    roles=PAYER_APPROVERS,
    states=CLAIM.states_before("pay"),
    relation=is_second,
    request=Pay,
    page="recovery.claim",
    help=Text(
        "由同意赔付者以外的审批人付款。",
        "An approver other than the person who accepted the claim makes the payment.",
    ),
)
def pay(work: Work, request: Pay) -> Any:
    """Record the transfer, at most the amount due that day; a party that takes the claim over obtains recourse."""
    claim = work.row
    case = with_loan(claim.case)
    claim.case, claim.loan = case, case.loan
    books = books_of_case(case, work.day, work.rules)
    due, _ = books.due_from(claim.party)
    demand_day(request.day, claim.decided_on or work.day, work.day, "day")
    secured_first = claim.payer.kind == OrganisationKind.GUARANTOR and books.payee_is_lender(claim.party, case)
    facts = {
        "money_there": 0 < request.amount <= due,
        "order_agreed": claim.order_agreed or not secured_first or _is_realised(case),
        "second_person": claim.prepared_by_id != work.actor.account,
    }
    step = "pay" if request.amount == due else "pay_part"
    CLAIM.take(ClaimState(claim.state), step, Doer.PAYER_APPROVER, facts=facts)
    event = {
        "kind": "paid",
        "day": request.day.isoformat(),
        "party": claim.party,
        "amount": yuan(request.amount),
        "recorded_on": work.day.isoformat(),
    }
    case.events = [*case.events, event]
    case.payer_events = [*case.payer_events, *_in_loan(work, claim, books, request.day, request.amount)]
    work.update(
        case, events=case.events, payer_events=case.payer_events, **columns_of_case(case, work.day, work.rules)
    )
    _keep_money(work, claim, ClaimMoney.PAID, request.amount, request.day, request.reference)
    move_claim(
        work,
        claim,
        step,
        Doer.PAYER_APPROVER,
        facts,
        paid=claim.paid + request.amount,
        due_on=None if step == "pay" else claim.due_on,
    )
    settle_claims(work, case)
    paper = _voucher(work, claim, "赔付凭证", request.amount, request.day, request.reference)
    if books.natures[claim.party] is PayerNature.TAKES_OVER:
        keep_recourse(work, claim, request.amount, request.day)
    tell_claimant(
        work,
        claim,
        Text(
            f"已付款 {show_yuan(request.amount)} 元：{claim.number}",
            f"Paid, CNY {show_yuan(request.amount)}: {claim.number}",
        ),
    )
    return {"id": claim.pk, "paper": paper}


def _is_realised(case: DefaultCase) -> bool:
    """Return whether a disposal of every pledged right of a case has ended, sold or not."""
    over = (DisposalState.DISTRIBUTED.value, DisposalState.CLOSED.value, DisposalState.WITHDRAWN.value)
    ended = list(DisposalProject.objects.filter(case=case, state__in=over).values_list("rights", flat=True))
    tried = {right for rights in ended for right in rights}
    return bool(ended) and tried >= set(case.loan.case.rights)


_LOAN_PAYERS = {"guarantor": LoanPayer.GUARANTOR, "insurer": LoanPayer.INSURER, "ip_operator": LoanPayer.OPERATOR}


def _in_loan(work: Work, claim: PayerClaim, books: CaseBooks, day: date, amount: int) -> tuple[str, ...]:
    """Book a payment to the lender in the loan's servicing and return the id of the event.

    A party that takes over pays for the debtor; one that compensates leaves the debt unchanged. Payments to another
    payer are not in the lender's books.
    """
    if not books.payee_is_lender(claim.party, case_of_claim(claim)):
        return ()
    loan = claim.loan
    event: dict[str, Any] = {
        "id": event_id(loan, "S"),
        "day": day.isoformat(),
        "booked": work.day.isoformat(),
        "amount": yuan(amount),
    }
    if books.natures[claim.party] is PayerNature.TAKES_OVER:
        event |= {"kind": "payment", "payer": _LOAN_PAYERS.get(claim.party, LoanPayer.GUARANTOR).value}
        if loan.state == LoanState.WRITTEN_OFF:
            event["kind"] = "recovery"
    else:
        event |= {"kind": "compensation", "payer": claim.party if claim.party in COMPENSATORS else "fund"}
    append_event(work, loan, event)
    return (event["id"],)


def _keep_money(
    work: Work, claim: PayerClaim, kind: ClaimMoney, amount: int, day: date, reference: str
) -> ClaimPayment:
    if ClaimPayment.objects.filter(claim=claim, reference=reference).exists():
        raise refuse(
            "transfer_known",
            "reference",
            reference,
            Text("该笔转账已登记", "this transfer has already been recorded"),
            Text(
                "请核对银行流水号；同一笔转账只登记一次", "check the bank reference; record each transfer only once"
            ),
        )
    number = ClaimPayment.objects.filter(claim=claim, kind=kind).count() + 1
    return work.create(
        ClaimPayment,
        claim=claim,
        kind=kind,
        number=number,
        amount=amount,
        day=day,
        reference=reference,
        by_id=work.actor.account,
    )


def _voucher(work: Work, claim: PayerClaim, title: str, amount: int, day: date, reference: str) -> int:
    subject = f"payerclaim/{claim.pk}"
    facts = {
        **base_facts(claim.loan, work.day),
        "number": next_number(claim.number, DocumentKind.CLAIM_VOUCHER, subject),
        "payer": claim.payer.name,
        "claimant": claim.claimant.name,
        "claim": claim.number,
        "voucher": title,
        "paid": amount,
        "paid_on": day.isoformat(),
        "reference": reference,
        "total_paid": claim.paid,
        "total_returned": claim.returned,
    }
    paper = issue_paper(
        work,
        DocumentKind.CLAIM_VOUCHER,
        facts,
        subject=subject,
        owner=claim.claimant,
        readers=(claim.payer,),
    )
    return int(paper.pk)


class Return(Request):
    """The transfer back to the payer."""

    amount: Annotated[
        Fen,
        Field(gt=0),
        ask(
            "金额",
            "Amount",
            widget="money",
            start=lambda actor, row: "" if row is None else yuan(max(0, row.due_back)),
        ),
    ]
    day: Annotated[RecentDay, ask("付款日", "Paid on")]
    reference: Annotated[Line, Field(max_length=80), ask("银行流水号", "Bank reference")]


@operation(
    "claim.return",
    Text("返还", "Return money"),
    model=PayerClaim,
    roles=CLAIMANTS,
    states=(*CLAIMS_PAID, ClaimState.CLAWED_BACK),
    relation=lambda actor, claim: is_claimant(actor, claim) and claim.due_back > 0,
    request=Return,
    page="recovery.claim",
)
def give_back(work: Work, request: Return) -> Any:
    """Record the return of the payer's part of a recovery or of a clawed-back payment."""
    claim = work.row
    case = with_loan(claim.case)
    claim.case, claim.loan = case, case.loan
    if request.amount > claim.due_back:
        raise refuse(
            "too_large",
            "amount",
            show_yuan(request.amount),
            Text(f"应返还 {show_yuan(claim.due_back)} 元", f"CNY {show_yuan(claim.due_back)} must be returned"),
            Text("请更正金额", "correct the amount"),
        )
    demand_day(request.day, claim.filed_on or work.day, work.day, "day")
    kind = ClaimMoney.CLAWED_BACK if claim.state == ClaimState.CLAWED_BACK else ClaimMoney.RETURNED
    late = claim.due_on is not None and claim.due_on < work.day
    _keep_money(work, claim, kind, request.amount, request.day, request.reference)
    missed = [*claim.missed, late_step("return", claim.due_on, work.day)] if late else claim.missed
    left = claim.due_back - request.amount
    work.update(
        claim,
        returned=claim.returned + request.amount,
        due_back=left,
        missed=missed,
        due_on=claim.due_on if left else None,
    )
    paper = _voucher(work, claim, "返还凭证", request.amount, request.day, request.reference)
    tell_payer(
        work,
        claim,
        Text(
            f"已返还 {show_yuan(request.amount)} 元：{claim.number}",
            f"Returned, CNY {show_yuan(request.amount)}: {claim.number}",
        ),
        PAYERS,
    )
    return {"id": claim.pk, "paper": paper}


class ClawBack(Request):
    """The ground, when the lender was heard, and interest."""

    ground: Annotated[
        Words,
        ask(
            "追回事由",
            "Ground",
            "如虚假材料、未登记质押、重复赔付",
            "such as false documents, no registered pledge, paid twice",
            widget="area",
        ),
    ]
    heard_on: Annotated[RecentDay, ask("陈述申辩日", "Lender heard on")]
    interest: Annotated[Fen, ask("利息", "Interest", widget="money")] = 0


@operation(
    "claim.claw_back",
    Text("追回赔付款", "Claw back the payment"),
    model=PayerClaim,
    roles=PAYER_APPROVERS,
    states=CLAIM.states_before("claw_back"),
    relation=is_second,
    request=ClawBack,
    page="recovery.claim",
    is_grave=True,
)
def claw_back(work: Work, request: ClawBack) -> Any:
    """Claw back the part that the payer still carries; the lender returns it with interest."""
    claim = work.row
    case = with_loan(claim.case)
    claim.case, claim.loan = case, case.loan
    demand_day(request.heard_on, claim.filed_on or work.day, work.day, "heard_on")
    facts = {"heard": True, "second_person": claim.prepared_by_id != work.actor.account}
    event: dict[str, Any] = {
        "kind": "clawed_back",
        "day": work.day.isoformat(),
        "party": claim.party,
        "recorded_on": work.day.isoformat(),
    }
    if request.interest:
        event["interest"] = yuan(request.interest)
    case.events = [*case.events, event]
    work.update(case, events=case.events, **columns_of_case(case, work.day, work.rules))
    kept = [*claim.checks, {"code": "clawback", "heard_on": request.heard_on.isoformat()}]
    move_claim(work, claim, "claw_back", Doer.PAYER_APPROVER, facts, reason=request.ground, checks=kept)
    settle_claims(work, case)
    claim.refresh_from_db()
    paper = issue_decision(work, claim, "追回已付款项", request.ground)
    tell_claimant(work, claim, Text(f"追回赔付款：{claim.number}", f"Clawed back: {claim.number}"))
    return {"id": claim.pk, "paper": paper}


@operation(
    "claim.close",
    Text("了结索赔", "Close the claim"),
    model=PayerClaim,
    roles=CLAIMANTS,
    states=CLAIM.states_before("close"),
    relation=is_claimant,
    request=Reason,
    page="recovery.claim",
)
def close_claim(work: Work, request: Reason) -> Any:
    """Close a claim under which nothing more is to be paid or returned."""
    claim = work.row
    facts = {"returns_made": claim.due_back <= 0}
    move_claim(work, claim, "close", Doer.WORKOUT, facts, reason=request.reason, due_on=None)
    tell_payer(work, claim, Text(f"索赔已了结：{claim.number}", f"Claim closed: {claim.number}"), PAYERS)
    return {"id": claim.pk}
