"""Approval by bands of amounts: by several people, none of whom submitted the case for approval; sending back;
declining with advice for the firm.
"""

from typing import Annotated, Any

from zhirong.chain.financing.approval import ApprovalDecision, ApprovalVerdict, Round, band_for, why_not
from zhirong.chain.financing.case import CaseState, CaseTransition
from zhirong.chain.financing.decline_reasons import GROUND_TEXT, WHAT_TO_DO, DeclineGround
from zhirong.chain.organisation.roles import MemberRole
from zhirong.chain.quote.kept import read_kept
from zhirong.kernel.errors import InputError, Problem
from zhirong.kernel.money import show_yuan
from zhirong.kernel.text import Text
from zhirong.operations.actors import Actor
from zhirong.operations.case_file.documents import contract_papers, end_papers, void_paper
from zhirong.operations.case_file.transitions import change_case_state
from zhirong.operations.contract.guarantee_withdrawal import withdrawn_problems
from zhirong.operations.contract.pledge_filing import demand_not_released, end_registrations
from zhirong.operations.credit.diligence import firm_page, lender_page, note
from zhirong.operations.credit.limits import broken, lender_meters
from zhirong.operations.credit.review import notify_next, open_conditions, review_problems, suspended_problems
from zhirong.operations.declare import operation
from zhirong.operations.fields import Fen, Request, Words, ask
from zhirong.operations.guarantee.guarantees import GOES_NO_FURTHER, end_guarantees, standing_guarantee
from zhirong.operations.organisation.organisations import own_firm
from zhirong.operations.rulebook import policies_in, rules_version, version_of
from zhirong.operations.unit_of_work import Work
from zhirong.store.financing import Approval, Case

DECIDERS = (MemberRole.LENDER_REVIEWER, MemberRole.LENDER_APPROVER, MemberRole.LENDER_MANAGER)
_BEFORE_RELEASE = (
    CaseState.SUBMITTED,
    CaseState.DILIGENCE,
    CaseState.APPROVAL,
    CaseState.APPROVED,
    CaseState.SIGNING,
    CaseState.REGISTERING,
)


def round_of(case: Case, work: Any) -> Round:
    """Return the current round of a case. work: any object with ``rules`` and ``day``."""
    made = Approval.objects.filter(case=case, round=case.approval_round).order_by("pk")
    decisions = tuple(
        ApprovalDecision(one.by_id, one.role, ApprovalVerdict(one.decision), one.amount) for one in made
    )
    proposed = case.proposed_amount or 0
    return Round(
        band_for(proposed, work.rules, work.day, case.lender.region),
        proposed,
        case.credit_limit or 0,
        frozenset(one for one in (case.proposed_by_id, case.officer_id, *case.former_officers) if one),
        decisions,
    )


def _not_own(actor: Actor, row: Any) -> bool:
    """Return whether the actor has neither submitted the case for approval nor worked on it."""
    return actor.account not in (row.proposed_by_id, row.officer_id, *row.former_officers)


def _may_approve(actor: Actor, row: Any) -> bool:
    return row.lender_id == actor.organisation


class Approve(Request):
    """The approved amount and the reasons."""

    amount: Annotated[
        Fen,
        ask(
            "批准金额",
            "Amount approved",
            "不超过报送金额和额度",
            "at most the proposed amount and the credit limit",
            widget="money",
            start=lambda actor, row: row.proposed_amount,
        ),
    ]
    opinion: Annotated[Words, ask("审批意见", "Opinion", widget="area")]


@operation(
    "case.approve",
    Text("批准", "Approve"),
    model=Case,
    roles=DECIDERS,
    states=(CaseState.APPROVAL,),
    relation=_may_approve,
    request=Approve,
    page="lender.case",
)
def approve(work: Work, request: Approve) -> Any:
    """Give one approval of the band. The last one approves the case, unless this would exceed a limit of the
    lender.
    """
    case: Case = work.row
    now = round_of(case, work)
    problems = why_not(now, work.actor.account, sorted(work.actor.roles), ApprovalVerdict.APPROVE, request.amount)
    problems += own_firm(work.actor.account, case.firm_id)
    problems += review_problems(case, work.rules, work.day)
    problems += suspended_problems(case)
    problems += withdrawn_problems(case)
    amount = min(now.amount, request.amount)
    is_last = now.given + 1 == len(now.band.roles)
    if is_last:
        problems += [one.as_problem() for one in broken(lender_meters(case, amount, work.day))]
    if problems:
        raise InputError(problems)
    _decide(work, case, now, ApprovalVerdict.APPROVE, request.amount, request.opinion, now.wanted)
    if not is_last:
        # The case is written too, so that anyone who opened it earlier learns that it has changed.
        work.update(case)
        notify_next(work, case, now.band.roles[now.given + 1])
        return {"id": case.pk, "still_wanted": list(now.band.roles[now.given + 1 :])}
    change_case_state(work, case, CaseTransition.APPROVE, approved_amount=amount)
    words = Text(
        f"申请 {case.number} 已批准，金额 {show_yuan(amount)} 元",
        f"Application {case.number} has been approved: CNY {show_yuan(amount)}",
    )
    work.notify(words, firm_page(case), case.firm)
    work.notify(words, lender_page(case), case.lender, (MemberRole.LENDER_OFFICER,))
    return {"id": case.pk, "still_wanted": []}


class SendBack(Request):
    """The points to examine again."""

    reason: Annotated[Words, ask("退回原因", "Reason", widget="area")]


@operation(
    "case.send_back",
    Text("退回调查", "Send back to due diligence"),
    model=Case,
    roles=DECIDERS,
    states=(CaseState.APPROVAL,),
    relation=_may_approve,
    request=SendBack,
    page="lender.case",
)
def send_back(work: Work, request: SendBack) -> Any:
    """End the round. The officer works on the case and submits it for approval again."""
    case: Case = work.row
    now = round_of(case, work)
    _refuse_if(why_not(now, work.actor.account, sorted(work.actor.roles), ApprovalVerdict.RETURN, 0))
    _decide(work, case, now, ApprovalVerdict.RETURN, 0, request.reason, "")
    # A guarantor that has withdrawn is removed from the case; it is decided without the guarantor from here on.
    off: dict[str, Any] = {} if standing_guarantee(case) else {"guarantor_id": None, "guarantee": {}}
    change_case_state(work, case, CaseTransition.SEND_BACK, **off)
    work.notify(
        Text(
            f"{case.number} 退回调查：{request.reason}"[:200], f"{case.number} is sent back: {request.reason}"[:200]
        ),
        lender_page(case),
        case.lender,
        (MemberRole.LENDER_OFFICER,),
        asks=True,
    )
    return {"id": case.pk}


class BackToReview(Request):
    """The change since the approval."""

    reason: Annotated[Words, ask("原因", "Reason", widget="area")]


@operation(
    "case.back_to_review",
    Text("退回重审", "Return to review"),
    model=Case,
    roles=(MemberRole.LENDER_OFFICER, MemberRole.LENDER_REVIEWER, MemberRole.LENDER_MANAGER),
    states=(CaseState.APPROVED, CaseState.SIGNING, CaseState.REGISTERING),
    relation=_may_approve,
    request=BackToReview,
    is_grave=True,
    page="lender.case",
    help=Text(
        "仅在审批依据发生变化时使用。原批准和合同作废，质押登记撤回或注销，担保终止（可重新申请、更换担保机构或不再担保）；重新测算、报批后再出具合同。",
        "Use this only if the basis of the approval has changed. The approval and contracts become void, the registration is withdrawn or discharged, and the guarantee ends; the same guarantor, another one or none can follow. The credit limit is calculated and approved again before new contracts are issued.",
    ),
)
def back_to_review(work: Work, request: BackToReview) -> Any:
    """Cancel the approval; the case returns to due diligence."""
    case: Case = work.row
    demand_not_released(case)
    end_registrations(work, case, request.reason)
    for paper in contract_papers(case):
        void_paper(work, paper)
    end_guarantees(
        work,
        case,
        Text("退回重新审查，担保须重新征求", "returned to review; the guarantee must be requested again"),
    )
    kept = {name: value for name, value in case.contract.items() if name in ("insurance", "uses")}
    cleared = {"approved_amount": None, "contract": kept, "filing": None, "guarantor_id": None, "guarantee": {}}
    change_case_state(work, case, CaseTransition.SEND_BACK, **cleared)
    words = Text(
        f"申请 {case.number} 退回重新审查：{request.reason}"[:200],
        f"Application {case.number} returned to review: {request.reason}"[:200],
    )
    work.notify(words, firm_page(case), case.firm)
    work.notify(words, lender_page(case), case.lender, (MemberRole.LENDER_OFFICER,))
    return {"id": case.pk}


class Decline(Request):
    """The reason, and advice for the firm."""

    ground: Annotated[
        DeclineGround,
        ask("主要理由", "Main ground", choices=tuple((one.value, words) for one, words in GROUND_TEXT.items())),
    ]
    reason: Annotated[Words, ask("具体理由", "Detailed reason", "企业可见", "visible to the firm", widget="area")]
    hint: Annotated[
        str,
        ask(
            "对企业的建议",
            "What the firm can do",
            "留空则采用该理由的通用建议",
            "leave empty for the standard advice for this ground",
            widget="area",
        ),
    ] = ""


@operation(
    "case.decline",
    Text("不通过", "Decline"),
    model=Case,
    roles=DECIDERS,
    states=_BEFORE_RELEASE,
    relation=lambda actor, row: row.lender_id == actor.organisation and _not_own(actor, row),
    request=Decline,
    is_grave=True,
    page="lender.case",
)
def decline(work: Work, request: Decline) -> Any:
    """Decline the case. The firm learns the reason and what it can do; a guarantor that was asked is released."""
    case: Case = work.row
    demand_not_released(case)
    if case.state == CaseState.APPROVAL:
        now = round_of(case, work)
        _refuse_if(why_not(now, work.actor.account, sorted(work.actor.roles), ApprovalVerdict.DECLINE, 0))
    else:
        # A rejection outside a round counts as a round.
        work.update(case, approval_round=case.approval_round + 1)
        now = round_of(case, work)
    _decide(work, case, now, ApprovalVerdict.DECLINE, 0, request.reason, "")
    ground = GROUND_TEXT[request.ground]
    hint = request.hint.strip()
    advice = Text(hint, hint) if hint else WHAT_TO_DO[request.ground]
    change_case_state(work, case, CaseTransition.DECLINE, reason=f"{ground.zh}：{request.reason}"[:500])
    note(
        work,
        case,
        f"未通过：{ground.zh} Declined: {ground.en}\n{request.reason}\n建议：{advice.zh}\nWhat you can do: {advice.en}",
    )
    end_registrations(work, case, request.reason)
    end_guarantees(work, case, GOES_NO_FURTHER)
    end_papers(work, case)
    work.notify(
        Text(
            f"申请 {case.number} 未通过：{ground.zh}。{advice.zh}",
            f"Application {case.number} is declined: {ground.en}. {advice.en}",
        ),
        firm_page(case),
        case.firm,
    )
    return {"id": case.pk}


def _decide(
    work: Work, case: Case, now: Round, verdict: ApprovalVerdict, amount: int, opinion: str, role: str
) -> None:
    """Record a decision with its basis: rules, inputs, credit limit and open conditions."""
    quote = read_kept(case.quote)
    basis = {
        "rules": version_of(work.rules),
        "platform_rules": rules_version(),
        "policies": policies_in(work.rules),
        "band": now.band.level,
        "credit_limit": case.credit_limit,
        "proposed": case.proposed_amount,
        "review": {name: value for name, value in case.review.items() if name != "table"},
        "binding": "" if quote is None else quote.modes[0].credit_limit.binding,
        "open": [] if quote is None else [one.code for one in open_conditions(quote)],
        "limits": [
            {"code": one.code, "used": one.used, "adds": one.adds, "most": one.most}
            for one in lender_meters(case, amount, work.day)
        ],
    }
    work.create(
        Approval,
        case=case,
        round=case.approval_round,
        level=now.band.level,
        role=role,
        by_id=work.actor.account,
        decision=verdict,
        amount=amount,
        opinion=opinion,
        basis=basis,
    )


def _refuse_if(problems: list[Problem]) -> None:
    if problems:
        raise InputError(problems)
