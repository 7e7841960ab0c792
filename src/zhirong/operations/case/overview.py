"""The case overview of a case, read in a fixed number of queries."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.models import Q

from zhirong.chain.appraisal_practice.records import AppraisalGrade
from zhirong.chain.contract.document_kinds import DOCUMENT_TITLES, DocumentKind
from zhirong.chain.contract.states import DOCUMENT_WORDS, DocumentState
from zhirong.chain.credit.team import STATE_TEXT as TEAM_STATE_TEXT
from zhirong.chain.credit.team import ItemResult
from zhirong.chain.financing.approval import APPROVAL_VERDICT_WORDS, ApprovalVerdict, Round
from zhirong.chain.financing.case import CASE_WORDS, WAY, CaseState
from zhirong.chain.financing.diligence import CHECK_STATE_TEXT, VERDICT_TEXT, CheckState, DiligenceVerdict
from zhirong.chain.financing.limits import Meter
from zhirong.chain.financing.overview import (
    SCHEMA,
    ApplicationPart,
    AppraisalValidity,
    ApprovalPart,
    CaseAppraisalPart,
    CaseDocumentPart,
    CaseFlagPart,
    CaseGuaranteePart,
    CaseLoanPart,
    CaseOverview,
    CaseQuotePart,
    CaseRightPart,
    CaseStepPart,
    CheckPart,
    ExemptionPart,
    FilePart,
    LenderLimitPart,
    MissingPart,
    ObstaclePart,
    QuestionPart,
    RightIndicatorsPart,
    Severity,
    Stage,
    StagePart,
    StepsPart,
    TeamMarkPart,
    TeamMarksPart,
    TeamOverviewPart,
)
from zhirong.chain.guarantee.states import GUARANTEE_WORDS, GuaranteeState
from zhirong.chain.organisation.roles import ROLE_WORDS, MemberRole
from zhirong.chain.pledge.records import GroundVerdict
from zhirong.chain.quote.document import QuoteDocument
from zhirong.chain.quote.document import RightPart as QuotedRightPart
from zhirong.chain.quote.kept import read_kept
from zhirong.chain.quote.records import GateVerdict
from zhirong.chain.right.records import LegalStatus
from zhirong.kernel.days import day_of
from zhirong.kernel.errors import Problem
from zhirong.kernel.explain import plain
from zhirong.kernel.money import Fen, parse_yuan, yuan
from zhirong.kernel.rulebook import Rulebook
from zhirong.kernel.text import Text, same
from zhirong.operations.actors import Actor
from zhirong.operations.case.approvals import round_of
from zhirong.operations.credit.diligence import name_of
from zhirong.operations.credit.exemption import OUTCOME_TEXT, is_late
from zhirong.operations.credit.limits import broken, lender_meters
from zhirong.operations.credit.portfolio import mode_title
from zhirong.operations.credit.review import check_rules, open_conditions, submission_problems
from zhirong.operations.credit.team_rating import assessed
from zhirong.operations.right.rights import status_words
from zhirong.operations.state_columns import UNKNOWN
from zhirong.operations.visibility import files_of, visible
from zhirong.store.financing import (
    Appraisal,
    Approval,
    Case,
    CaseStep,
    CheckItem,
    FirmRight,
    GuaranteeRequest,
    Loan,
    Message,
    Paper,
    TeamRating,
)
from zhirong.store.models import Charge

_OBSTACLES = (GroundVerdict.REFUSED, GroundVerdict.UNKNOWN)
_GRADE_WORDS: dict[str, Text] = {
    AppraisalGrade.ONLINE: Text("在线（自动）", "online"),
    AppraisalGrade.FORMAL: Text("正式（机构签字）", "formal, signed"),
}
_VALIDITY_WORDS = {
    AppraisalValidity.OPEN: Text("未完成", "not done yet"),
    AppraisalValidity.EXPIRED: Text("已过有效期", "expired"),
    AppraisalValidity.VALID: Text("有效", "valid"),
}


@dataclass(frozen=True, slots=True)
class Today:
    """A day, and the rules for decisions on it."""

    rules: Rulebook
    day: date


def case_overview(actor: Actor, case: Case, today: Today) -> CaseOverview:
    """Return the case as the actor sees it on the day, by the rules of ``today``."""
    state, quote = CaseState(case.state), quote_of(case, read_kept(case.quote))
    checks = _checks(case, today)
    meters = lender_meters(
        case, case.approved_amount or case.proposed_amount or case.credit_limit or case.amount, today.day
    )
    document = None if quote is None else quote.document
    return CaseOverview(
        schema=SCHEMA,
        as_of=today.day,
        case=_application(case, state, today.day),
        waits_for=_waits_for(round_of(case, today) if state is CaseState.APPROVAL else None, state),
        missing=_missing(case, state, today, document),
        flags=_flags(document, checks, [one.as_problem() for one in broken(meters)]),
        progress=_progress(state),
        steps=_steps(case, today),
        rights=rights_of(actor, case, today, document),
        appraisals=_appraisals(actor, case, today),
        quote=quote,
        limits=tuple(_limit(one) for one in meters),
        team=_team(actor, case, today),
        checks=checks,
        check_cost=yuan(sum(parse_yuan(one.cost) for one in checks)),
        guarantees=_guarantees(case),
        approvals=_approvals(case),
        questions=_questions(case),
        documents=_documents(actor, case, today.day),
        files=tuple(
            FilePart(one.pk, one.name)
            for one in files_of(actor, case, today.day).filter(removed=False).order_by("pk")
        ),
        loan=next((CaseLoanPart(one.pk, one.number) for one in Loan.objects.filter(case=case)[:1]), None),
        exemption=_exemption(case),
    )


def _application(case: Case, state: CaseState, day: date) -> ApplicationPart:
    return ApplicationPart(
        id=case.pk,
        number=case.number,
        firm=case.firm.name,
        lender=case.lender.name,
        state=state,
        state_text=CASE_WORDS[state],
        mode=case.mode,
        mode_text=mode_title(case.mode),
        amount=yuan(case.amount),
        term_months=case.term_months,
        proposed_amount=_yuan(case.proposed_amount),
        approved_amount=_yuan(case.approved_amount),
        submitted_on=case.submitted_on,
        due_on=case.due_on,
        is_late=case.due_on is not None and case.due_on < day,
        officer=name_of(case.officer),
        reason=case.reason,
    )


def _missing(case: Case, state: CaseState, today: Today, quote: QuoteDocument | None) -> tuple[MissingPart, ...]:
    if state not in (CaseState.SUBMITTED, CaseState.DILIGENCE):
        return ()
    found = submission_problems(case, today.rules, today.day, quote=quote)
    return tuple(MissingPart(one.field, one.code, str(one.value), one.reason, one.hint) for one in found)


def _waits_for(now: Round | None, state: CaseState) -> Text | None:
    """Return the party that must act next, if the state does not show it."""
    if now is not None and now.wanted:
        role = ROLE_WORDS[MemberRole(now.wanted)]
        place = f"{now.given + 1}/{len(now.band.roles)}"
        return Text(
            f"{now.band.title.zh}审批第 {place} 环：等{role.zh}审批",
            f"approval of a {now.band.title.en} amount, step {place}: the {role.en} decides",
        )
    if state is CaseState.SIGNING:
        return Text("待各方签署合同", "the parties sign the contracts")
    if state is CaseState.DISBURSED:
        return Text("企业按还款计划还款", "the firm repays according to the schedule")
    return None


def _flags(
    quote: QuoteDocument | None, checks: Sequence[CheckPart], limits: Sequence[Problem]
) -> tuple[CaseFlagPart, ...]:
    """Return the risks of the case, worst first."""
    found: list[CaseFlagPart] = []
    if quote is not None:
        found += [
            CaseFlagPart(Severity.SERIOUS, one.title, one.reason)
            for one in quote.gates
            if one.verdict is GateVerdict.FAILED
        ]
        found += [
            CaseFlagPart(Severity.NOTABLE, Text("信用档案", "credit file"), one.text) for one in quote.credit.flags
        ]
        found += [
            CaseFlagPart(Severity.NOTABLE, Text("权利状态矛盾", "contradictory states"), words)
            for right in quote.rights
            for words in right.status_conflicts
        ]
    severities = {DiligenceVerdict.ADVERSE: Severity.SERIOUS, DiligenceVerdict.NOTABLE: Severity.NOTABLE}
    found += [
        CaseFlagPart(severities[one.verdict], one.title, same(one.finding))
        for one in checks
        if one.verdict in severities
    ]
    found += [CaseFlagPart(Severity.SERIOUS, Text("限额", "limit"), one.reason) for one in limits]
    return tuple(sorted(found, key=lambda one: one.severity is not Severity.SERIOUS))


def _progress(state: CaseState) -> tuple[StagePart, ...]:
    """Return the states of a successful case: passed, current or upcoming."""
    here = WAY.index(state) if state in WAY else -1
    return tuple(
        StagePart(
            one, CASE_WORDS[one], Stage.PASSED if at < here else Stage.CURRENT if at == here else Stage.UPCOMING
        )
        for at, one in enumerate(WAY)
        if one is not CaseState.DRAFT
    )


def _steps(case: Case, today: Today) -> StepsPart:
    """Return every step with its days and cost, and the totals (001 §5.1.4)."""
    rows = tuple(
        CaseStepPart(
            state=CaseState(one.state),
            title=CASE_WORDS[CaseState(one.state)],
            began_at=one.began_at,
            ended_at=one.ended_at,
            due_on=one.due_on,
            days=((day_of(one.ended_at) if one.ended_at else today.day) - day_of(one.began_at)).days,
            cost=yuan(one.cost),
            is_late=is_late(one, today),
        )
        for one in CaseStep.objects.filter(case=case).order_by("pk")
    )
    # The process ends when the loan is disbursed; the term of the loan does not count.
    outside = (CaseState.DRAFT, CaseState.DISBURSED, CaseState.REPAID)
    return StepsPart(
        rows=rows,
        days=sum(one.days for one in rows if one.state not in outside),
        cost=yuan(sum(parse_yuan(one.cost) for one in rows)),
    )


def rights_of(actor: Actor, case: Case, today: Today, quote: QuoteDocument | None) -> tuple[CaseRightPart, ...]:
    """Return the rights with their data on file, in the quote and in the pledge register."""
    rows = {one.pk: one for one in visible(actor, FirmRight, today.day).filter(pk__in=case.rights)}
    quoted = {} if quote is None else {one.id: one for one in quote.rights}
    charges = Charge.objects.filter(right__key__in=[one.key for one in rows.values()], active=True)
    pledged = dict(charges.values_list("right__key", "registration_id"))
    return tuple(
        _right(rows[pk], quoted.get(f"right-{pk}"), pledged.get(rows[pk].key)) for pk in case.rights if pk in rows
    )


def _right(row: FirmRight, seen: QuotedRightPart | None, registration: int | None) -> CaseRightPart:
    common: dict[str, Any] = {
        "id": row.pk,
        "title": row.title,
        "number": row.number,
        "checked_on": row.checked_on,
        "next_fee_on": row.next_fee_on,
        "registration": registration,
    }
    if seen is None:
        return CaseRightPart(
            **common,
            kind_text=None,
            role_text=None,
            status=None if row.status == UNKNOWN else LegalStatus(row.status),
            status_text=status_words(row.status),
            flags=(),
            ends_on=row.ends_on,
            pledgeable=None,
            obstacles=(),
        )
    return CaseRightPart(
        **common,
        kind_text=seen.kind_text,
        role_text=seen.role_text,
        status=seen.status,
        status_text=seen.status_text,
        flags=seen.flags,
        ends_on=seen.life_end,
        pledgeable=seen.pledgeable,
        obstacles=tuple(ObstaclePart(one.reason, one.hint) for one in seen.findings if one.verdict in _OBSTACLES),
    )


def _appraisals(actor: Actor, case: Case, today: Today) -> tuple[CaseAppraisalPart, ...]:
    """Return the appraisals for the case, newest first."""
    mine = visible(actor, Appraisal, today.day)
    rows = mine.filter(Q(case=case) | Q(pk=case.appraisal_id))
    return tuple(_appraisal(one, today.day) for one in rows.distinct().order_by("-pk"))


def _appraisal(row: Appraisal, day: date) -> CaseAppraisalPart:
    if row.p50 is None:
        validity = AppraisalValidity.OPEN
    elif row.valid_until is not None and row.valid_until < day:
        validity = AppraisalValidity.EXPIRED
    else:
        validity = AppraisalValidity.VALID
    return CaseAppraisalPart(
        id=row.pk,
        grade=AppraisalGrade(row.grade),
        grade_text=_GRADE_WORDS[row.grade],
        valuation_date=row.valuation_date,
        valid_until=row.valid_until,
        validity=validity,
        validity_text=_VALIDITY_WORDS[validity],
        p10=_yuan(row.p10),
        p50=_yuan(row.p50),
        p90=_yuan(row.p90),
    )


def _team(actor: Actor, case: Case, today: Today) -> TeamOverviewPart | None:
    """Return the team assessment; others' sheets only for raters who have submitted theirs, or after the assessment
    is complete.
    """
    found = assessed(case, today.rules, today.day)
    if found is None:
        return None
    raters = list(TeamRating.objects.filter(case=case).values_list("rater_id", flat=True))
    has_rated = actor.account in raters
    is_shown = found.usable or has_rated
    return TeamOverviewPart(
        score=plain(found.score) if is_shown else None,
        grade_text=found.grade_text if is_shown else None,
        agreement=None if found.agreement is None else plain(found.agreement),
        state=found.state,
        state_text=TEAM_STATE_TEXT[found.state],
        is_usable=found.usable,
        sheets=len(raters),
        has_rated=has_rated,
        is_shown=is_shown,
        raters=found.raters if is_shown else (),
        items=tuple(_team_item(one) for one in found.items) if is_shown else (),
    )


def _team_item(item: ItemResult) -> TeamMarksPart:
    marks = tuple(None if one is None else TeamMarkPart(one.points, one.evidence) for one in item.marks)
    return TeamMarksPart(item.item.title, item.disputed, marks)


def quote_of(case: Case, quote: QuoteDocument | None) -> CaseQuotePart | None:
    """Return the quote under the chosen mode; None before a calculation."""
    if quote is None:
        return None
    offer, titles = quote.modes[0], {one.id: one.title for one in quote.rights}
    return CaseQuotePart(
        document=quote,
        is_reviewed=bool(case.review) and case.credit_limit is not None,
        drawn_on_annex=yuan(min(parse_yuan(quote.credit_limit.drawn_on_annex), parse_yuan(offer.loan.amount))),
        indicators=tuple(
            RightIndicatorsPart(titles.get(one.right, one.right), one) for one in quote.one_plus_one.indicators
        ),
        open=tuple(ObstaclePart(one.reason, one.hint) for one in open_conditions(quote)),
    )


def _limit(meter: Meter) -> LenderLimitPart:
    return LenderLimitPart(
        code=meter.code,
        title=meter.title,
        after=yuan(meter.after),
        most=yuan(meter.most),
        per_mille=meter.per_mille,
        is_broken=meter.is_broken,
    )


def _checks(case: Case, today: Today) -> tuple[CheckPart, ...]:
    items = CheckItem.objects.filter(case=case).select_related("file", "by").order_by("pk")
    rows = {one.item: one for one in items}
    found = []
    for rule in check_rules(rows.values(), today.rules, today.day):
        row = rows[rule.id]
        verdict = DiligenceVerdict(row.verdict) if row.verdict else None
        found.append(
            CheckPart(
                id=row.pk,
                item=rule.id,
                title=rule.title,
                how=rule.how,
                reference=rule.reference,
                state=CheckState(row.state),
                state_text=CHECK_STATE_TEXT[CheckState(row.state)],
                verdict=verdict,
                verdict_text=None if verdict is None else VERDICT_TEXT[verdict],
                finding=row.finding,
                file=None if row.file is None else FilePart(row.file.pk, row.file.name),
                cost=yuan(row.cost),
                by=name_of(row.by),
                done_on=row.done_on,
            )
        )
    return tuple(found)


def _guarantees(case: Case) -> tuple[CaseGuaranteePart, ...]:
    return tuple(
        CaseGuaranteePart(
            id=one.pk,
            guarantor=one.guarantor.name,
            state=GuaranteeState(one.state),
            state_text=GUARANTEE_WORDS[GuaranteeState(one.state)],
            share=plain(one.share),
            exposure=yuan(one.exposure),
            fee=yuan(one.fee),
            counter_guarantee=one.counter_guarantee,
        )
        for one in GuaranteeRequest.objects.filter(case=case).select_related("guarantor").order_by("pk")
    )


def _approvals(case: Case) -> tuple[ApprovalPart, ...]:
    return tuple(
        ApprovalPart(
            round=one.round,
            by=name_of(one.by),
            role_text=ROLE_WORDS[MemberRole(one.role)] if one.role else None,
            decision=ApprovalVerdict(one.decision),
            decision_text=APPROVAL_VERDICT_WORDS[ApprovalVerdict(one.decision)],
            at=one.created_at,
            amount=_yuan(one.amount or None),
            opinion=one.opinion,
            rules=str(one.basis.get("rules", "")),
        )
        for one in Approval.objects.filter(case=case).select_related("by").order_by("pk")
    )


def _questions(case: Case) -> tuple[QuestionPart, ...]:
    """Return questions, objections and notes, newest first."""
    return tuple(
        QuestionPart(
            kind=one.kind,
            sender=one.sender.name,
            at=one.created_at,
            text=one.text,
            answer=one.answer,
            is_answered=one.answered_at is not None,
        )
        for one in Message.objects.filter(subject=f"case/{case.pk}").select_related("sender").order_by("-pk")
    )


def _documents(actor: Actor, case: Case, day: date) -> tuple[CaseDocumentPart, ...]:
    return tuple(
        CaseDocumentPart(
            id=one.pk,
            title=Text(one.title, DOCUMENT_TITLES[DocumentKind(one.kind)].en),
            number=one.number,
            state=DocumentState(one.state),
            state_text=DOCUMENT_WORDS[DocumentState(one.state)],
        )
        for one in visible(actor, Paper, day).filter(subject=f"case/{case.pk}").order_by("pk")
    )


def _exemption(case: Case) -> ExemptionPart | None:
    kept = case.exemption
    if not kept.get("file"):
        return None
    decision = kept.get("decision")
    return ExemptionPart(
        file=kept["file"],
        on=date.fromisoformat(kept["on"]),
        events=kept["events"],
        outcome=None if decision is None else decision["outcome"],
        outcome_text=None if decision is None else OUTCOME_TEXT[decision["outcome"]],
        reason="" if decision is None else decision["reason"],
    )


def _yuan(amount: Fen | None) -> str | None:
    return None if amount is None else yuan(amount)
