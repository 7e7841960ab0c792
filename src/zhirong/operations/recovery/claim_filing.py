"""A payer is notified of a default, and the claim is filed with its documents."""

from datetime import date
from typing import Annotated, Any

from django.db.models import Q

from zhirong.chain.contract.document_kinds import DocumentKind
from zhirong.chain.contract.states import DocumentState
from zhirong.chain.default.case_states import WORKED_ON
from zhirong.chain.default.claim_states import CLAIM, CLAIM_PAPER_TEXT, ClaimPaper, ClaimState
from zhirong.chain.default.machine import Doer
from zhirong.chain.mode.vocabulary import PayerNature
from zhirong.chain.organisation.roles import OrganisationKind
from zhirong.chain.pledge.registration import Status
from zhirong.chain.watch.clocks import insurance_clock
from zhirong.kernel.money import show_yuan
from zhirong.kernel.rulebook import Rulebook
from zhirong.kernel.text import Text
from zhirong.ledger.accounts import PARTY_TEXT
from zhirong.operations.case_file.documents import issue_paper, let_read, next_number
from zhirong.operations.contract.conditions import registrations_of
from zhirong.operations.declare import operation
from zhirong.operations.fields import Request, ask
from zhirong.operations.loan.loans import base_facts, calendar
from zhirong.operations.recovery.books import LENDER, CaseBooks, books_of_case, mode_of, natures
from zhirong.operations.recovery.case_debt import freeze_debt
from zhirong.operations.recovery.cases import clocks_of, is_bad, move_case, with_loan
from zhirong.operations.recovery.claims import (
    CLAIMANTS,
    PAYERS,
    TERM_OF,
    ClaimOn,
    begin_claim,
    demand_payer,
    is_claimant,
    move_claim,
    tell_payer,
)
from zhirong.operations.recovery.deadlines import last_day
from zhirong.operations.refusals import refuse
from zhirong.operations.unit_of_work import Work
from zhirong.store.financing import Paper
from zhirong.store.recovery import DefaultCase, PayerClaim


@operation(
    "claim.open",
    Text("通知风险", "Notify a payer"),
    model=DefaultCase,
    roles=CLAIMANTS,
    states=WORKED_ON,
    request=ClaimOn,
    page="recovery.claim",
    help=Text(
        "已入库的，请在该索赔中通知风险。",
        "If the loan is already in the pool, send the notice of risk from that claim.",
    ),
)
def open_claim(work: Work, request: ClaimOn) -> Any:
    """Notify a payer that the loan is in default; the claim begins."""
    case = with_loan(work.row)
    to = demand_payer(work, case.loan, request)
    _demand_claimant(work, case, to)
    claim = begin_claim(work, case.loan, case, request, CLAIM.take(None, "notice_first", Doer.WORKOUT))
    work.subject_is(claim)
    tell_payer(work, claim, _risk(case), PAYERS)
    return {"id": claim.pk}


def _risk(case: DefaultCase) -> Text:
    return Text(
        f"风险通知：{case.loan.firm.name}，{case.number}", f"Notice of risk: {case.loan.firm.name}, {case.number}"
    )


def _demand_claimant(work: Work, case: DefaultCase, to: str) -> None:
    """Raise InputError unless the actor's organisation is the one that the party pays."""
    mine = PayerClaim.objects.filter(loan=case.loan_id, payer=work.actor.organisation, party=to).exists()
    if (to == LENDER) == (work.actor.kind is OrganisationKind.LENDER) and (to == LENDER or mine):
        return
    who = PARTY_TEXT[to]
    raise refuse(
        "not_the_claimant",
        "party",
        to,
        Text(f"该方的款项支付给{who.zh}", f"this party pays the {who.en}"),
        Text(f"请由{who.zh}提出索赔", f"let the {who.en} claim"),
    )


@operation(
    "claim.notice",
    Text("通知风险", "Notify the payer"),
    model=PayerClaim,
    roles=CLAIMANTS,
    states=CLAIM.states_before("notice"),
    relation=is_claimant,
    page="recovery.claim",
)
def notice(work: Work, request: Any) -> Any:
    """Notify the payer of a loan in its pool that the loan is in default."""
    claim = work.row
    case = DefaultCase.objects.filter(loan=claim.loan_id, state__in=[one.value for one in WORKED_ON]).first()
    if case is None:
        raise refuse(
            "no_case",
            "loan",
            claim.loan.number,
            Text("该笔贷款尚未违约立案", "the loan has no default case"),
            Text("请先立案", "open the case first"),
        )
    move_claim(work, claim, "notice", Doer.WORKOUT, {}, case=case)
    tell_payer(work, claim, _risk(with_loan(case)), PAYERS)
    return {"id": claim.pk}


def papers_of(claim: PayerClaim) -> dict[ClaimPaper, str]:
    """Return the documents of the claim set, by what shows each; an empty text is missing."""
    loan = claim.loan
    financing = loan.case
    found = dict.fromkeys(ClaimPaper, "")
    signed = Paper.objects.filter(subject=f"case/{financing.pk}", state=DocumentState.SIGNED)
    kinds = set(signed.values_list("kind", flat=True))
    if {DocumentKind.LOAN_CONTRACT, DocumentKind.PLEDGE_CONTRACT} <= kinds:
        found[ClaimPaper.CONTRACTS] = financing.number
    release = (
        Paper.objects.filter(subject=f"loan/{loan.pk}", kind=DocumentKind.RELEASE_NOTICE).order_by("-pk").first()
    )
    if release is not None:
        found[ClaimPaper.DRAWDOWN] = release.number
    if claim.case is not None:
        found[ClaimPaper.FORM] = found[ClaimPaper.STATEMENT] = claim.number
        found[ClaimPaper.CLASS_PROOF] = loan.category
        letter = Paper.objects.filter(
            subject=f"defaultcase/{claim.case_id}", kind=DocumentKind.DEMAND_LETTER
        ).first()
        if letter is not None:
            found[ClaimPaper.DEMAND] = letter.number
    entered = (
        [one for one in registrations_of(financing) if one.status is Status.ENTERED] if financing.contract else []
    )
    if entered:
        found[ClaimPaper.CERTIFICATE] = str(entered[0].authority_number or entered[0].number)
    if financing.contract and financing.contract.get("uses"):
        found[ClaimPaper.USE_OF_FUNDS] = financing.contract["uses"][0].get("payee", financing.number)
    found[ClaimPaper.IDENTITY] = loan.firm.code
    supplied = {ClaimPaper(code): f"{one['name']}" for code, one in claim.papers.items()}
    return {**found, **supplied}


def is_in_time(claim: PayerClaim, day: date, rules: Rulebook) -> bool:
    """Return whether the guarantee period, or the time to claim under insurance, is still running.

    A day on which courts disagree counts: filing costs nobody a right, a refused filing does.
    """
    case = claim.case
    if case is None:
        return False
    if claim.payer.kind == OrganisationKind.GUARANTOR:
        clocks = [one for one in clocks_of(case, day, rules) if one.code == "guarantee_period"]
        return all(day <= one.disputed_day for one in clocks)
    if claim.payer.kind == OrganisationKind.INSURER:
        return day <= insurance_clock(rules, case.opened_on, calendar(rules, day)).last_day
    return True


class File(Request):
    """The agreement on the order of security and guarantee."""

    order_agreed: Annotated[
        bool,
        ask(
            "约定可先向保证人主张",
            "The guarantor may be asked first",
            "有债务人自己物的担保的，未约定时保证人可要求先处置质物（民法典第三百九十二条）",
            "otherwise the guarantor may require that the debtor's own security be realised first (Civil Code 392)",
            widget="flag",
        ),
    ] = False


@operation(
    "claim.file",
    Text("提交索赔", "File the claim"),
    model=PayerClaim,
    roles=CLAIMANTS,
    states=CLAIM.states_before("file"),
    relation=is_claimant,
    request=File,
    page="recovery.claim",
)
def file_claim(work: Work, request: File) -> Any:
    """File the claim set. The first claim of a case freezes its debt by component on this day."""
    claim = work.row
    case = with_loan(claim.case)
    claim.case, claim.loan = case, case.loan
    compensates = natures(mode_of(claim.mode), work.rules, work.day)[claim.party] is PayerNature.COMPENSATES
    facts = {
        "waited": bool(case.demands) and (is_bad(case.loan) or not compensates),
        "in_time": is_in_time(claim, work.day, work.rules),
        "not_twice": not PayerClaim.objects.filter(loan=claim.loan_id).exclude(mode=claim.mode).exists(),
    }
    CLAIM.take(ClaimState(claim.state), "file", Doer.WORKOUT, facts=facts)
    _claim_in_case(work, case)
    books = books_of_case(case, work.day, work.rules)
    due, _ = books.due_from(claim.party)
    missing = [code for code, shown in papers_of(claim).items() if not shown]
    paper = _claim_set(work, claim, books, due)
    move_claim(
        work,
        claim,
        "file",
        Doer.WORKOUT,
        facts,
        amount=due,
        filed_on=work.day,
        order_agreed=request.order_agreed,
        due_on=last_day(work, f"recovery.deadline.decide_{TERM_OF[OrganisationKind(claim.payer.kind)]}"),
    )
    words = Text(
        f"收到索赔：{claim.number}，{show_yuan(due)} 元", f"Claim received: {claim.number}, CNY {show_yuan(due)}"
    )
    tell_payer(work, claim, words, PAYERS)
    return {"id": claim.pk, "paper": paper, "missing": [code.value for code in missing]}


def _claim_in_case(work: Work, case: DefaultCase) -> None:
    """Record the claim in the case, once, with the debt of the day."""
    values = freeze_debt(case, work.day, work.rules)
    if any(event["kind"] == "claim" for event in case.events):
        return
    event = {
        "kind": "claim",
        "day": work.day.isoformat(),
        "recorded_on": work.day.isoformat(),
        "counted": len(case.loan.events),  # of the loan, in the debt of this day; money booked later comes after it
    }
    facts = {"claim_filed": True}
    move_case(work, case, "claim", Doer.WORKOUT, facts, **values, events=[*case.events, event])


def _claim_set(work: Work, claim: PayerClaim, books: CaseBooks, due: int) -> int:
    case = claim.case
    subject = f"payerclaim/{claim.pk}"
    kind = DocumentKind.CLAIM_SET
    facts = {
        **base_facts(claim.loan, work.day),
        "number": next_number(claim.number, kind, subject),
        "payer": claim.payer.name,
        "mode": books.mode.title.zh,
        "party": books.mode.name_of(claim.party).zh,
        "owed": {component.value: amount for component, amount in books.debt.items()},
        "total": sum(books.debt.values()),
        "due": due,
        "case": "" if case is None else case.number,
        "papers": [
            {"title": CLAIM_PAPER_TEXT[code].zh, "shown": shown} for code, shown in papers_of(claim).items()
        ],
    }
    paper = issue_paper(work, kind, facts, subject=subject, owner=claim.claimant, readers=(claim.payer,))
    for one in Paper.objects.filter(Q(subject=f"defaultcase/{claim.case_id}") | Q(subject=f"loan/{claim.loan_id}")):
        let_read(work, one, claim.payer_id)
    return int(paper.pk)
