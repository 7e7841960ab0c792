"""The payer's check of a claim: one request for documents, acceptance or refusal with the results, an objection."""

from collections.abc import Mapping
from datetime import date
from typing import Annotated, Any

from pydantic import Field

from zhirong.chain.contract.document_kinds import DocumentKind
from zhirong.chain.default.claim_states import CLAIM, CLAIM_PAPER_TEXT, ClaimPaper
from zhirong.chain.default.machine import Doer, counted
from zhirong.chain.mode.model import Mode
from zhirong.chain.organisation.roles import OrganisationKind
from zhirong.kernel.errors import InputError, Problem
from zhirong.kernel.money import show_yuan
from zhirong.kernel.rulebook import Rulebook
from zhirong.kernel.text import Text
from zhirong.operations.actors import Actor
from zhirong.operations.case_file.documents import issue_paper, next_number
from zhirong.operations.declare import operation
from zhirong.operations.fields import Choices, Request, Words, ask
from zhirong.operations.loan.loans import base_facts, calendar
from zhirong.operations.recovery.books import books_of_case
from zhirong.operations.recovery.cases import with_loan
from zhirong.operations.recovery.claim_filing import is_in_time, papers_of
from zhirong.operations.recovery.claims import (
    CLAIMANTS,
    PAYER_APPROVERS,
    PAYER_OFFICERS,
    PAYERS,
    TERM_OF,
    Reason,
    case_of_claim,
    is_claimant,
    is_payer,
    move_claim,
    tell_claimant,
    tell_payer,
)
from zhirong.operations.recovery.deadlines import last_day
from zhirong.operations.recovery.pool_meters import lender_key, pool_of
from zhirong.operations.refusals import refuse
from zhirong.operations.unit_of_work import Work
from zhirong.operations.uploads import Ticket, attach
from zhirong.store.recovery import PayerClaim

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
    move_claim(
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
    tell_claimant(work, claim, Text(f"请补充材料：{names}", f"Documents requested: {english}"))
    return {"id": claim.pk}


def _asked(actor: Actor, claim: Any) -> Choices:
    return (
        []
        if claim is None
        else [(code, CLAIM_PAPER_TEXT[ClaimPaper(code)]) for code in claim.asked if code not in claim.papers]
    )


class Supply(Request):
    """One requested document."""

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
    move_claim(work, claim, "supply", Doer.WORKOUT, {}, papers=papers, due_on=due)
    tell_payer(
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
    """Let a claim lapse if its documents were not provided in time."""
    claim = work.row
    if claim.due_on is not None and claim.due_on >= work.day:
        raise refuse(
            "still_time",
            "due_on",
            claim.due_on,
            Text(f"补充材料的期限至 {claim.due_on}", f"the documents may be submitted until {claim.due_on}"),
            Text("请待期限届满", "wait until that date has passed"),
        )
    move_claim(work, claim, "lapse", Doer.PAYER, {}, reason=request.reason, due_on=None)
    tell_claimant(work, claim, Text(f"索赔失效：{claim.number}", f"Claim lapsed: {claim.number}"))
    return {"id": claim.pk}


def checks_of(claim: PayerClaim, day: date, rules: Rulebook) -> list[dict[str, Any]]:
    """Return each check of a claim with its result; the decision keeps them."""
    claim.case = with_loan(case_of_claim(claim))
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
        _not_paused(claim, books.mode, day),
        _check("pledge_registered", "质押已登记", "the pledge is registered", bool(shown[ClaimPaper.CERTIFICATE])),
        _check(
            "use_shown", "资金用途有证明", "the use of funds is documented", bool(shown[ClaimPaper.USE_OF_FUNDS])
        ),
        _check("papers", "九项材料齐全", "the nine documents are complete", not missing, Text(missing, english)),
        _check("in_time", "在保证期间或索赔期限内", "filed within the claim period", is_in_time(claim, day, rules)),
        _check(
            "amount_due",
            "依模式和上限尚应支付",
            "an amount is due under the mode and its caps",
            due > 0,
            Text(f"{show_yuan(due)} 元", f"CNY {show_yuan(due)}"),
        ),
    ]
    return [{**one, "due": due} if one["code"] == "amount_due" else one for one in found]


def _not_paused(claim: PayerClaim, mode: Mode, day: date) -> dict[str, Any]:
    """Return whether the loan was made outside every pause of the breaker; a pause is named with its days."""
    made = claim.loan.start or day
    key = lender_key(claim.lender_id)
    paused = next((one for one in pool_of(mode, claim.mode, day).pauses if one.covers(key, made)), None)
    more = None
    if paused is not None:
        last = paused.last or "…"
        more = Text(f"熔断暂停 {paused.first} 至 {last}", f"paused by the breaker from {paused.first} to {last}")
    return _check(
        "not_paused", "放款日未熔断暂停", "new loans were not paused on the day of the loan", paused is None, more
    )


def _notes(claim: PayerClaim) -> list[dict[str, Any]]:
    """Return the record of a claim besides the results of checks: objections, refusals, hearings."""
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
    """Accept the amount due under the mode. Every check must pass; the checks are stored with the decision."""
    claim = work.row
    checks = checks_of(claim, work.day, work.rules)
    failed = [one for one in checks if not one["passed"]]
    if failed:
        hint = Text("请一次性要求补充，或不予赔付", "request the missing documents once, or refuse the claim")
        raise InputError([Problem(one["code"], "", _unmet(one), hint, "check_failed") for one in failed])
    due = next(one["due"] for one in checks if one["code"] == "amount_due")
    term = TERM_OF[OrganisationKind(claim.payer.kind)]
    move_claim(
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
    paper = issue_decision(work, claim, "同意赔付", request.opinion)
    tell_claimant(
        work,
        claim,
        Text(f"同意赔付 {show_yuan(due)} 元：{claim.number}", f"Accepted, CNY {show_yuan(due)}: {claim.number}"),
    )
    tell_payer(work, claim, Text(f"待付款：{claim.number}", f"To be paid: {claim.number}"), PAYER_APPROVERS)
    return {"id": claim.pk, "paper": paper}


def _unmet(check: Mapping[str, Any]) -> Text:
    more = check["more"]
    return Text(
        f"未通过：{check['title']['zh']} {more['zh']}".strip(),
        f"not passed: {check['title']['en']} {more['en']}".strip(),
    )


_CHECKS = (
    ("in_force", Text("放款日模式有效", "the mode was in force on the day of the loan")),
    ("not_paused", Text("放款日未熔断暂停", "new loans were not paused")),
    ("pledge_registered", Text("质押已登记", "the pledge is registered")),
    ("use_shown", Text("资金用途", "the use of funds")),
    ("papers", Text("材料齐全", "complete documents")),
    ("in_time", Text("索赔期限", "the time to claim")),
    ("amount_due", Text("分担上限", "the caps of the mode")),
    ("good_faith", Text("善意和如实告知", "good faith and disclosure")),
)


class Refuse(Request):
    """The failed check, and the reason."""

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
    move_claim(
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
    paper = issue_decision(work, claim, "不予赔付", request.reason)
    tell_claimant(work, claim, Text(f"不予赔付：{claim.number}", f"Refused: {claim.number}"))
    return {"id": claim.pk, "paper": paper}


def issue_decision(work: Work, claim: PayerClaim, decision: str, reason: str) -> int:
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
    term = TERM_OF[OrganisationKind(claim.payer.kind)]
    move_claim(
        work,
        claim,
        "object",
        Doer.WORKOUT,
        {},
        checks=[*claim.checks, {"code": "objection", "objection": request.reason}],
        due_on=last_day(work, f"recovery.deadline.decide_{term}"),
    )
    tell_payer(work, claim, Text(f"收到异议：{claim.number}", f"Objection received: {claim.number}"), PAYERS)
    return {"id": claim.pk}
