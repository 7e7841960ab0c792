"""Claims on those who share a loss: pool entry, notice, the claim set, one request, the decision, money and returns."""

from collections.abc import Mapping
from datetime import date
from typing import Annotated, Any

from django.db.models import Q
from pydantic import Field

from zhirong.chain.contract.document_kinds import DocumentKind
from zhirong.chain.contract.states import DocumentState
from zhirong.chain.default.case_states import WORKED_ON
from zhirong.chain.default.claim_states import (
    CLAIM,
    CLAIM_PAPER_TEXT,
    CLAIM_WORDS,
    CLAIMS_PAID,
    ClaimPaper,
    ClaimState,
)
from zhirong.chain.default.disposal_states import DisposalState
from zhirong.chain.default.machine import Doer, counted
from zhirong.chain.default.money_kinds import ClaimMoney
from zhirong.chain.loan.servicing.events import COMPENSATORS
from zhirong.chain.loan.servicing.events import Payer as LoanPayer
from zhirong.chain.loan.states import LoanState
from zhirong.chain.mode.vocabulary import PayerNature
from zhirong.chain.organisation.roles import MemberRole, OrganisationKind
from zhirong.chain.organisation.states import OrganisationState
from zhirong.chain.pledge.registration import Status
from zhirong.chain.watch.clocks import insurance_clock
from zhirong.kernel.errors import InputError, Problem
from zhirong.kernel.money import show_yuan, yuan
from zhirong.kernel.rulebook import Rulebook
from zhirong.kernel.text import Text
from zhirong.ledger.accounts import PARTY_TEXT
from zhirong.operations.actors import Actor
from zhirong.operations.case_file.documents import issue_paper, let_read, next_number
from zhirong.operations.contract.conditions import registrations_of
from zhirong.operations.declare import operation
from zhirong.operations.fields import Choices, Fen, Line, Request, Words, ask, id_of
from zhirong.operations.listing import Column, Filter, Listing, listing
from zhirong.operations.loan.loans import append_event, base_facts, calendar, event_id
from zhirong.operations.page_links import page_link
from zhirong.operations.plausibility import RecentDay
from zhirong.operations.recovery.books import (
    LENDER,
    CaseBooks,
    books_of_case,
    columns_of_case,
    mode_of,
    natures,
    payee_of,
)
from zhirong.operations.recovery.cases import (
    CASE_READERS,
    WORKOUT,
    clocks_of,
    freeze_debt,
    is_bad,
    move_case,
    settle_claims,
    with_loan,
)
from zhirong.operations.recovery.deadlines import demand_day, last_day
from zhirong.operations.recovery.recourse import keep_recourse
from zhirong.operations.refusals import refuse
from zhirong.operations.unit_of_work import Work
from zhirong.operations.uploads import Ticket, attach
from zhirong.store.financing import Loan, Paper
from zhirong.store.parties import Organisation
from zhirong.store.recovery import ClaimPayment, DefaultCase, DisposalProject, PayerClaim

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
_TERM_OF = {
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


def _demand_payer(work: Work, loan: Loan, request: ClaimOn) -> str:
    """Return to whom the party pays under the mode. Raises InputError for a payer or party that cannot be claimed on."""
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


def _begin(work: Work, loan: Loan, case: DefaultCase | None, request: ClaimOn, state: ClaimState) -> PayerClaim:
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


# -- pool entry -------------------------------------------------------------------------------------------------


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
        "The loan takes room under the caps from its entry on; a loan that is late cannot enter.",
    ),
)
def enter(work: Work, request: ClaimOn) -> Any:
    """Ask the fund or insurer to take the loan into its pool."""
    loan = work.row
    _demand_payer(work, loan, request)
    claim = _begin(work, loan, None, request, CLAIM.take(None, "enter", Doer.WORKOUT))
    work.update(claim, due_on=last_day(work, "recovery.deadline.pool_entry"))
    _tell_payer(
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
    _move(work, claim, "reserve", Doer.PAYER, {}, entered_on=work.day, due_on=None)
    _tell_lender(work, claim, Text(f"已入库：{claim.loan.number}", f"In the pool: {claim.loan.number}"))
    return {"id": claim.pk}


class Reason(Request):
    """The reason."""

    reason: Annotated[Words, ask("理由", "Reason", widget="area")]


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
    _move(work, claim, "decline_entry", Doer.PAYER, {}, reason=request.reason, due_on=None)
    _tell_lender(work, claim, Text(f"不予入库：{claim.loan.number}", f"Entry declined: {claim.loan.number}"))
    return {"id": claim.pk}


# -- notice and filing --------------------------------------------------------------------------------------------


@operation(
    "claim.open",
    Text("通知风险", "Notify a payer"),
    model=DefaultCase,
    roles=CLAIMANTS,
    states=WORKED_ON,
    request=ClaimOn,
    page="recovery.claim",
    help=Text("已入库的，请在该索赔中通知风险。", "If the loan is in the pool, notify the payer from that claim."),
)
def open_claim(work: Work, request: ClaimOn) -> Any:
    """Notify a payer that the loan is in default; the claim begins."""
    case = with_loan(work.row)
    to = _demand_payer(work, case.loan, request)
    _demand_claimant(work, case, to)
    claim = _begin(work, case.loan, case, request, CLAIM.take(None, "notice_first", Doer.WORKOUT))
    work.subject_is(claim)
    _tell_payer(work, claim, _risk(case), PAYERS)
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
            Text("该笔贷款尚未违约立案", "the loan has no case of default"),
            Text("请先立案", "open the case first"),
        )
    _move(work, claim, "notice", Doer.WORKOUT, {}, case=case)
    _tell_payer(work, claim, _risk(with_loan(case)), PAYERS)
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
    """Return whether the guarantee period, or the time to claim under insurance, is still running."""
    case = claim.case
    if case is None:
        return False
    if claim.payer.kind == OrganisationKind.GUARANTOR:
        clocks = [one for one in clocks_of(case, day, rules) if one.code == "guarantee_period"]
        return all(day <= one.last_day for one in clocks)
    if claim.payer.kind == OrganisationKind.INSURER:
        return day <= insurance_clock(rules, case.opened_on, calendar(rules, day)).last_day
    return True


class File(Request):
    """What was agreed on the order of security and guarantee."""

    order_agreed: Annotated[
        bool,
        ask(
            "约定可先向保证人主张",
            "The guarantor may be asked first",
            "有债务人自己物的担保的，未约定时保证人可要求先处置质物（民法典第三百九十二条）",
            "without it a guarantor may ask that the debtor's own security is realised first (Civil Code 392)",
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
    _move(
        work,
        claim,
        "file",
        Doer.WORKOUT,
        facts,
        amount=due,
        filed_on=work.day,
        order_agreed=request.order_agreed,
        due_on=last_day(work, f"recovery.deadline.decide_{_TERM_OF[OrganisationKind(claim.payer.kind)]}"),
    )
    words = Text(
        f"收到索赔：{claim.number}，{show_yuan(due)} 元", f"Claim received: {claim.number}, CNY {show_yuan(due)}"
    )
    _tell_payer(work, claim, words, PAYERS)
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


# -- the payer's check and decision ---------------------------------------------------------------------------------


_PAPERS = tuple((code.value, words) for code, words in CLAIM_PAPER_TEXT.items())


class AskOnce(Request):
    """The documents that are missing: all of them, once."""

    papers: Annotated[
        list[ClaimPaper],
        Field(min_length=1),
        ask("缺少的材料", "Missing documents", choices=_PAPERS, widget="many"),
    ]
    reason: Annotated[Words, ask("说明", "Explanation", widget="area")]


@operation(
    "claim.ask",
    Text("一次性要求补充材料", "Request missing documents"),
    model=PayerClaim,
    roles=PAYER_OFFICERS,
    states=CLAIM.states_before("ask"),
    relation=is_payer,
    request=AskOnce,
    page="recovery.claim",
)
def ask_once(work: Work, request: AskOnce) -> Any:
    """Request the missing documents; the clock of the decision stops until they come."""
    claim = work.row
    left = (claim.due_on - work.day).days if claim.due_on else 0
    _move(
        work,
        claim,
        "ask",
        Doer.PAYER,
        {"asked_once": not claim.asked},
        asked=[code.value for code in request.papers],
        reason=request.reason,
        left_days=max(0, left),
        due_on=last_day(work, "recovery.deadline.supply"),
    )
    names = "、".join(CLAIM_PAPER_TEXT[code].zh for code in request.papers)
    english = ", ".join(CLAIM_PAPER_TEXT[code].en for code in request.papers)
    _tell_lender(work, claim, Text(f"请补充材料：{names}", f"Documents requested: {english}"))
    return {"id": claim.pk}


def _asked(actor: Actor, claim: Any) -> Choices:
    return (
        []
        if claim is None
        else [(code, CLAIM_PAPER_TEXT[ClaimPaper(code)]) for code in claim.asked if code not in claim.papers]
    )


class Supply(Request):
    """One document that was asked for."""

    paper: Annotated[str, ask("材料", "Document", choices=_asked)]
    file: Annotated[Ticket, ask("文件", "File", widget="file")]


@operation(
    "claim.supply",
    Text("补充材料", "Add a document"),
    model=PayerClaim,
    roles=CLAIMANTS,
    states=CLAIM.states_before("supply"),
    relation=is_claimant,
    request=Supply,
    page="recovery.claim",
)
def supply(work: Work, request: Supply) -> Any:
    """Add a document; with the last one the claim is with the payer again and its clock runs on."""
    claim = work.row
    if request.paper not in dict(_asked(work.actor, claim)):
        raise refuse(
            "not_asked",
            "paper",
            request.paper,
            Text("未要求补充该材料", "this document was not requested"),
            Text("请从列表中选择", "choose one from the list"),
        )
    kept = attach(work, request.file, f"payerclaim/{claim.pk}", request.paper, claim.claimant)
    papers = {**claim.papers, request.paper: {"file": kept.pk, "name": kept.name}}
    if set(claim.asked) - set(papers):
        work.update(claim, papers=papers)
        return {"id": claim.pk, "complete": False}
    due = counted(work.day, claim.left_days, "days", calendar(work.rules, work.day))
    _move(work, claim, "supply", Doer.WORKOUT, {}, papers=papers, due_on=due)
    _tell_payer(
        work, claim, Text(f"材料已补齐：{claim.number}", f"Documents complete: {claim.number}"), PAYER_OFFICERS
    )
    return {"id": claim.pk, "complete": True}


@operation(
    "claim.lapse",
    Text("逾期未补，失效", "Let the claim lapse"),
    model=PayerClaim,
    roles=PAYER_OFFICERS,
    states=CLAIM.states_before("lapse"),
    relation=is_payer,
    request=Reason,
    page="recovery.claim",
)
def lapse(work: Work, request: Reason) -> Any:
    """Let a claim lapse whose documents did not come in time."""
    claim = work.row
    if claim.due_on is not None and claim.due_on >= work.day:
        raise refuse(
            "still_time",
            "due_on",
            claim.due_on,
            Text(f"补充材料的期限至 {claim.due_on}", f"the documents may come until {claim.due_on}"),
            Text("请待期限届满", "wait for that day to pass"),
        )
    _move(work, claim, "lapse", Doer.PAYER, {}, reason=request.reason, due_on=None)
    _tell_lender(work, claim, Text(f"索赔失效：{claim.number}", f"Claim lapsed: {claim.number}"))
    return {"id": claim.pk}


def _case_of(claim: PayerClaim) -> DefaultCase:
    """Return the case of a claim that has been made; an entry in a pool has none until the loan is in default."""
    if claim.case is None:
        raise AssertionError(f"claim {claim.pk} has no case")
    return claim.case


def checks_of(claim: PayerClaim, day: date, rules: Rulebook) -> list[dict[str, Any]]:
    """Return each check of a claim with its result; the decision keeps them."""
    claim.case = with_loan(_case_of(claim))
    claim.loan = claim.case.loan
    books = books_of_case(claim.case, day, rules)
    due, _ = books.due_from(claim.party)
    shown = papers_of(claim)
    mode = books.mode
    missing = "、".join(CLAIM_PAPER_TEXT[code].zh for code, value in shown.items() if not value)
    english = ", ".join(CLAIM_PAPER_TEXT[code].en for code, value in shown.items() if not value)
    in_force = bool(mode.sharing_on(claim.loan.start or day))
    found = [
        _check("in_force", "放款日模式有效", "the mode was in force on the day of the loan", in_force, mode.title),
        _check("pledge_registered", "质押已登记", "the pledge is registered", bool(shown[ClaimPaper.CERTIFICATE])),
        _check("use_shown", "资金用途有证明", "the use of funds is shown", bool(shown[ClaimPaper.USE_OF_FUNDS])),
        _check("papers", "九项材料齐全", "the nine documents are complete", not missing, Text(missing, english)),
        _check("in_time", "在保证期间或索赔期限内", "within the time to claim", is_in_time(claim, day, rules)),
        _check(
            "amount_due",
            "依模式和上限尚应支付",
            "an amount is due under the mode and its caps",
            due > 0,
            Text(f"{show_yuan(due)} 元", f"CNY {show_yuan(due)}"),
        ),
    ]
    return [{**one, "due": due} if one["code"] == "amount_due" else one for one in found]


def _notes(claim: PayerClaim) -> list[dict[str, Any]]:
    """Return what the record of a claim holds besides the results of checks: objections, refusals, hearings."""
    return [one for one in claim.checks if "title" not in one]


def _check(code: str, zh: str, en: str, passed: bool, more: Text | None = None) -> dict[str, Any]:
    return {
        "code": code,
        "title": Text(zh, en).as_json(),
        "passed": passed,
        "more": (more or Text("", "")).as_json(),
    }


class Accept(Request):
    """The opinion of the payer's officer."""

    opinion: Annotated[Words, ask("审核意见", "Opinion", widget="area")]


@operation(
    "claim.accept",
    Text("同意赔付", "Accept the claim"),
    model=PayerClaim,
    roles=PAYER_OFFICERS,
    states=CLAIM.states_before("accept"),
    relation=is_payer,
    request=Accept,
    page="recovery.claim",
)
def accept(work: Work, request: Accept) -> Any:
    """Accept what is due under the mode. Every check must pass; they are kept with the decision."""
    claim = work.row
    checks = checks_of(claim, work.day, work.rules)
    failed = [one for one in checks if not one["passed"]]
    if failed:
        hint = Text("请一次性要求补充，或不予赔付", "request what is missing once, or refuse")
        raise InputError([Problem(one["code"], "", _unmet(one), hint, "check_failed") for one in failed])
    due = next(one["due"] for one in checks if one["code"] == "amount_due")
    term = _TERM_OF[OrganisationKind(claim.payer.kind)]
    _move(
        work,
        claim,
        "accept",
        Doer.PAYER,
        {},
        accepted=due,
        checks=[*checks, *_notes(claim)],
        reason=request.opinion,
        decided_on=work.day,
        prepared_by_id=work.actor.account,
        due_on=last_day(work, f"recovery.deadline.pay_{term}"),
    )
    paper = _decision(work, claim, "同意赔付", request.opinion)
    _tell_lender(
        work,
        claim,
        Text(f"同意赔付 {show_yuan(due)} 元：{claim.number}", f"Accepted, CNY {show_yuan(due)}: {claim.number}"),
    )
    _tell_payer(work, claim, Text(f"待付款：{claim.number}", f"To be paid: {claim.number}"), PAYER_APPROVERS)
    return {"id": claim.pk, "paper": paper}


def _unmet(check: Mapping[str, Any]) -> Text:
    more = check["more"]
    return Text(
        f"未通过：{check['title']['zh']} {more['zh']}".strip(),
        f"not passed: {check['title']['en']} {more['en']}".strip(),
    )


_CHECKS = (
    ("in_force", Text("放款日模式有效", "the mode was in force on the day of the loan")),
    ("pledge_registered", Text("质押已登记", "the pledge is registered")),
    ("use_shown", Text("资金用途", "the use of funds")),
    ("papers", Text("材料齐全", "complete documents")),
    ("in_time", Text("索赔期限", "the time to claim")),
    ("amount_due", Text("分担上限", "the caps of the mode")),
    ("good_faith", Text("善意和如实告知", "good faith and disclosure")),
)


class Refuse(Request):
    """Which check failed, and why."""

    check: Annotated[str, ask("未通过的审核项", "Check that failed", choices=_CHECKS)]
    reason: Annotated[Words, ask("理由和依据", "Reason, with its rule", widget="area")]


@operation(
    "claim.refuse",
    Text("不予赔付", "Refuse the claim"),
    model=PayerClaim,
    roles=PAYER_OFFICERS,
    states=CLAIM.states_before("refuse"),
    relation=is_payer,
    request=Refuse,
    page="recovery.claim",
    is_grave=True,
)
def refuse_claim(work: Work, request: Refuse) -> Any:
    """Refuse the claim with the check that failed; the lender may object."""
    claim = work.row
    checks = checks_of(claim, work.day, work.rules)
    _move(
        work,
        claim,
        "refuse",
        Doer.PAYER,
        {},
        checks=[*checks, *_notes(claim), {"code": request.check, "refused": True}],
        reason=request.reason,
        decided_on=work.day,
        prepared_by_id=work.actor.account,
        due_on=last_day(work, "recovery.deadline.object"),
    )
    paper = _decision(work, claim, "不予赔付", request.reason)
    _tell_lender(work, claim, Text(f"不予赔付：{claim.number}", f"Refused: {claim.number}"))
    return {"id": claim.pk, "paper": paper}


def _decision(work: Work, claim: PayerClaim, decision: str, reason: str) -> int:
    subject = f"payerclaim/{claim.pk}"
    facts = {
        **base_facts(claim.loan, work.day),
        "number": next_number(claim.number, DocumentKind.CLAIM_DECISION, subject),
        "payer": claim.payer.name,
        "claim": claim.number,
        "decision": decision,
        "reason": reason,
        "amount_claimed": claim.amount,
        "accepted": claim.accepted,
        "results": [
            {"title": one["title"]["zh"], "passed": one["passed"], "more": one["more"]["zh"]}
            for one in claim.checks
            if "title" in one
        ],
        "object_by": "" if claim.due_on is None else claim.due_on.isoformat(),
    }
    paper = issue_paper(
        work, DocumentKind.CLAIM_DECISION, facts, subject=subject, owner=claim.payer, readers=(claim.claimant,)
    )
    return int(paper.pk)


class Objection(Request):
    """The new fact or ground."""

    reason: Annotated[Words, ask("异议理由", "Ground of the objection", widget="area")]
    file: Annotated[Ticket | None, ask("新材料", "New document", widget="file")] = None


@operation(
    "claim.object",
    Text("提出异议", "Object"),
    model=PayerClaim,
    roles=CLAIMANTS,
    states=CLAIM.states_before("object"),
    relation=lambda actor, claim: (
        is_claimant(actor, claim) and not any(one.get("objection") for one in claim.checks)
    ),
    request=Objection,
    page="recovery.claim",
)
def object_to(work: Work, request: Objection) -> Any:
    """Object to a refusal, once, with a new fact or ground; the payer decides again."""
    claim = work.row
    if request.file:
        attach(work, request.file, f"payerclaim/{claim.pk}", "objection", claim.claimant)
    term = _TERM_OF[OrganisationKind(claim.payer.kind)]
    _move(
        work,
        claim,
        "object",
        Doer.WORKOUT,
        {},
        checks=[*claim.checks, {"code": "objection", "objection": request.reason}],
        due_on=last_day(work, f"recovery.deadline.decide_{term}"),
    )
    _tell_payer(work, claim, Text(f"收到异议：{claim.number}", f"Objection received: {claim.number}"), PAYERS)
    return {"id": claim.pk}


# -- money ----------------------------------------------------------------------------------------------------------


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
    help=Text("由同意赔付者以外的审批人付款。", "An approver other than the person who accepted pays."),
)
def pay(work: Work, request: Pay) -> Any:
    """Record the transfer: at most what is due that day; a party that takes the claim over gets its recourse."""
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
    _move(
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
    _tell_lender(
        work,
        claim,
        Text(
            f"已付款 {show_yuan(request.amount)} 元：{claim.number}",
            f"Paid, CNY {show_yuan(request.amount)}: {claim.number}",
        ),
    )
    return {"id": claim.pk, "paper": paper}


def _is_realised(case: DefaultCase) -> bool:
    """Return whether the pledge of a case has been disposed of."""
    over = (DisposalState.DISTRIBUTED.value, DisposalState.CLOSED.value, DisposalState.WITHDRAWN.value)
    return DisposalProject.objects.filter(case=case, state__in=over).exists()


_LOAN_PAYERS = {"guarantor": LoanPayer.GUARANTOR, "insurer": LoanPayer.INSURER, "ip_operator": LoanPayer.OPERATOR}


def _in_loan(work: Work, claim: PayerClaim, books: CaseBooks, day: date, amount: int) -> tuple[str, ...]:
    """Book a payment to the lender in the loan's servicing and return the id of the event.

    A party that takes over pays for the debtor; one that compensates leaves the debt whole. Money that goes to
    another payer is not in the lender's books.
    """
    if not books.payee_is_lender(claim.party, _case_of(claim)):
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
            Text("该笔转账已登记", "this transfer is recorded already"),
            Text("请核对银行流水号；同一笔转账只登记一次", "check the bank reference; a transfer is recorded once"),
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
    """Record that the payer's part of a recovery, or what it claws back, has been returned."""
    claim = work.row
    case = with_loan(claim.case)
    claim.case, claim.loan = case, case.loan
    if request.amount > claim.due_back:
        raise refuse(
            "too_large",
            "amount",
            show_yuan(request.amount),
            Text(f"应返还 {show_yuan(claim.due_back)} 元", f"CNY {show_yuan(claim.due_back)} must go back"),
            Text("请更正金额", "correct the amount"),
        )
    demand_day(request.day, claim.filed_on or work.day, work.day, "day")
    kind = ClaimMoney.CLAWED_BACK if claim.state == ClaimState.CLAWED_BACK else ClaimMoney.RETURNED
    late = claim.due_on is not None and claim.due_on < work.day
    _keep_money(work, claim, kind, request.amount, request.day, request.reference)
    missed = [*claim.missed, _late("return", claim.due_on, work.day)] if late else claim.missed
    left = claim.due_back - request.amount
    work.update(
        claim,
        returned=claim.returned + request.amount,
        due_back=left,
        missed=missed,
        due_on=claim.due_on if left else None,
    )
    paper = _voucher(work, claim, "返还凭证", request.amount, request.day, request.reference)
    _tell_payer(
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
    """Claw back what the payer still carries; the lender returns it with interest."""
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
    _move(work, claim, "claw_back", Doer.PAYER_APPROVER, facts, reason=request.ground, checks=kept)
    settle_claims(work, case)
    claim.refresh_from_db()
    paper = _decision(work, claim, "追回已付款项", request.ground)
    _tell_lender(work, claim, Text(f"追回赔付款：{claim.number}", f"Clawed back: {claim.number}"))
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
    _move(work, claim, "close", Doer.WORKOUT, facts, reason=request.reason, due_on=None)
    _tell_payer(work, claim, Text(f"索赔已了结：{claim.number}", f"Claim closed: {claim.number}"), PAYERS)
    return {"id": claim.pk}


# -- help -----------------------------------------------------------------------------------------------------------


def _move(work: Work, claim: PayerClaim, step: str, doer: Doer, facts: Mapping[str, bool], **values: Any) -> None:
    """Make a transition; a step after its last day is recorded as missed for ever."""
    then = CLAIM.take(ClaimState(claim.state), step, doer, facts=facts)
    if claim.due_on is not None and claim.due_on < work.day and step not in ("lapse", "close"):
        values["missed"] = [*claim.missed, _late(step, claim.due_on, work.day)]
    work.update(claim, state=then, **values)
    work.concerns(claim.payer_id, claim.claimant_id, claim.lender_id)


def _late(step: str, last_day: date | None, day: date) -> dict[str, str]:
    return {"step": step, "last_day": "" if last_day is None else last_day.isoformat(), "done_on": day.isoformat()}


def _tell_payer(work: Work, claim: PayerClaim, words: Text, roles: tuple[MemberRole, ...]) -> None:
    work.notify(words, claim_page(claim), claim.payer_id, roles)


def _tell_lender(work: Work, claim: PayerClaim, words: Text) -> None:
    work.notify(words, claim_page(claim), claim.claimant_id, CLAIMANTS)


def room_of(actor: Actor) -> Mapping[str, int]:
    """Return the sums of a payer: accepted and to be paid, paid, to come back, and entered in its pool."""
    rows = PayerClaim.objects.filter(payer=actor.organisation)
    sums = {"entered": 0, "to_pay": 0, "paid": 0, "due_back": 0, "returned": 0}
    for claim in rows.select_related("loan"):
        if claim.entered_on is not None:
            sums["entered"] += claim.loan.principal
        if claim.state in (ClaimState.ACCEPTED, ClaimState.PART_PAID):
            sums["to_pay"] += max(0, claim.accepted - claim.paid)
        sums["paid"] += claim.paid
        sums["due_back"] += max(0, claim.due_back)
        sums["returned"] += claim.returned
    return sums


listing(
    Listing(
        "recovery.claims",
        Text("索赔", "Claims"),
        PayerClaim,
        (
            Column("number", Text("编号", "Number"), lambda row: row.number, main=True),
            Column("lender", Text("放款机构", "Lender"), lambda row: row.lender.name),
            Column("payer", Text("付款人", "Payer"), lambda row: row.payer.name, main=True),
            Column("amount", Text("索赔金额（元）", "Claimed (CNY)"), lambda row: row.amount, "money", "amount", main=True),
            Column("paid", Text("已付（元）", "Paid (CNY)"), lambda row: row.paid, "money", "paid"),
            Column("due_back", Text("应返还（元）", "To return (CNY)"), lambda row: row.due_back, "money", "due_back"),
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
        related=("lender", "payer"),
        page="recovery.claim",
        empty=Text("暂无索赔", "No claims yet."),
    )
)  # fmt: skip
