"""The data of the case overview, read in a fixed number of queries."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from zhirong.chain.appraisal_practice.records import AppraisalGrade
from zhirong.chain.credit.team import STATE_TEXT as TEAM_STATE_TEXT
from zhirong.chain.credit.team import TeamAssessment
from zhirong.chain.financing.approval import APPROVAL_VERDICT_WORDS, Round
from zhirong.chain.financing.case import CASE_WORDS, WAY, CaseState
from zhirong.chain.financing.diligence import CHECK_STATE_TEXT, VERDICT_TEXT, CheckState, DiligenceVerdict
from zhirong.chain.guarantee.states import GUARANTEE_WORDS
from zhirong.chain.indicators.document import IndicatorPart
from zhirong.chain.organisation.roles import ROLE_WORDS, MemberRole
from zhirong.chain.pledge.records import GroundVerdict
from zhirong.chain.quote.document import GatePart, ModeConditionPart, ModePart, QuoteDocument
from zhirong.chain.quote.kept import read_kept
from zhirong.chain.quote.records import GateVerdict
from zhirong.kernel.days import day_of
from zhirong.kernel.errors import Problem
from zhirong.kernel.money import Fen, parse_yuan
from zhirong.kernel.rulebook import Rulebook
from zhirong.kernel.text import Text
from zhirong.operations.actors import Actor
from zhirong.operations.authorize import can, operations_for
from zhirong.operations.case.approvals import round_of
from zhirong.operations.credit.diligence import name_of
from zhirong.operations.credit.exemption import OUTCOME_TEXT, is_late
from zhirong.operations.credit.limits import broken, lender_meters
from zhirong.operations.credit.portfolio import mode_title
from zhirong.operations.credit.review import check_state, hand_up_problems, open_conditions
from zhirong.operations.credit.team_rating import assessed
from zhirong.operations.declare import OPERATIONS, Operation
from zhirong.operations.visibility import visible
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
    StoredFile,
    TeamRating,
)
from zhirong.store.models import Charge

# The next operations in each state; the first one that the user can run is the main button.
_FIRST = {
    CaseState.SUBMITTED: ("case.accept",),
    CaseState.DILIGENCE: ("case.submit_for_approval", "team.rate", "case.review"),
    CaseState.APPROVAL: ("case.approve",),
    CaseState.APPROVED: ("contract.issue",),
    CaseState.REGISTERING: ("case.disburse",),
    CaseState.REPAID: ("case.close",),
}
_OBSTACLES = (GroundVerdict.REFUSED, GroundVerdict.UNKNOWN)
_GRADE_WORDS: dict[str, Text] = {
    AppraisalGrade.ONLINE: Text("在线（自动）", "online"),
    AppraisalGrade.FORMAL: Text("正式（机构签字）", "formal, signed"),
}


@dataclass(frozen=True, slots=True)
class Today:
    """The rules and the date of a page."""

    rules: Rulebook
    day: date


def case_context(actor: Actor, case: Case, today: Today) -> dict[str, Any]:
    """Return all data for the template of the case."""
    state, quote = CaseState(case.state), read_kept(case.quote)
    missing = (
        hand_up_problems(case, today.rules, today.day)
        if state in (CaseState.SUBMITTED, CaseState.DILIGENCE)
        else []
    )
    now = round_of(case, today) if state is CaseState.APPROVAL else None
    meters = lender_meters(
        case, case.approved_amount or case.proposed_amount or case.line or case.amount, today.day
    )
    team = assessed(case, today.rules, today.day)
    checks = _checks(case, today)
    about_team = _team(actor, case, team)
    first, others = _actions(actor, case, missing, about_team["can_rate"])
    return {
        "case": case,
        "state": CASE_WORDS[state],
        "mode": mode_title(case.mode),
        "first": first,
        "others": others,
        "waits_for": _waits_for(case, now, state),
        "missing": missing,
        "unchecked": sum(one.code == "check_open" for one in missing),
        "is_late": case.due_on is not None and case.due_on < today.day,
        "officer": name_of(case.officer),
        "steps": steps_of(case, today),
        "way": way_of(case),
        "rights": rights_of(actor, case, today, quote),
        "appraisals": _appraisals(actor, case, today),
        "team": about_team,
        "checks": checks,
        "check_cost": sum(one["row"].cost for one in checks),
        "can_check": state is CaseState.DILIGENCE
        and actor.has(MemberRole.LENDER_OFFICER, MemberRole.LENDER_REVIEWER),
        "quote": quote_of(case, quote),
        "before_release": case.state in WAY[: WAY.index(CaseState.DISBURSED)],
        "flags": _flags(quote, checks, [one.as_problem() for one in broken(meters)]),
        "meters": meters,
        "messages_": Message.objects.filter(subject=f"case/{case.pk}")
        .select_related("sender", "by")
        .order_by("-pk"),
        "papers": visible(actor, Paper, today.day).filter(subject=f"case/{case.pk}").order_by("pk"),
        "files": visible(actor, StoredFile, today.day)
        .filter(subject=f"case/{case.pk}", removed=False)
        .order_by("pk"),
        "guarantees": [
            {"row": one, "state": GUARANTEE_WORDS[one.state]}
            for one in GuaranteeRequest.objects.filter(case=case).select_related("guarantor").order_by("pk")
        ],
        "approvals": _approvals(case),
        "loan": Loan.objects.filter(case=case).first(),
        "exemption": _exemption(case),
    }


def _actions(
    actor: Actor, case: Case, missing: Sequence[Problem], can_rate: bool
) -> tuple[Operation | None, list[Operation]]:
    """Return the main button and the others. An operation that would only be rejected is not the main one."""
    possible = [one for one in operations_for(actor, case) if one.name != "team.rate" or can_rate]
    names = [one.name for one in possible]
    wanted = [
        name
        for name in _FIRST.get(CaseState(case.state), ())
        if name in names and not (name == "case.submit_for_approval" and missing) and not _is_done(name, missing)
    ]
    first = OPERATIONS[wanted[0]] if wanted else None
    return first, [one for one in possible if one is not first]


def _is_done(name: str, missing: Sequence[Problem]) -> bool:
    """Return whether the result of an operation is no longer among the missing items."""
    fields = {one.field.split(".")[0] for one in missing}
    return (name == "case.review" and "review" not in fields) or (name == "team.rate" and "team" not in fields)


def _waits_for(case: Case, now: Round | None, state: CaseState) -> Text | None:
    """Return who must act next, if the state does not show it."""
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


def steps_of(case: Case, today: Today) -> dict[str, Any]:
    """Return every step with its days and cost, and the totals (001 §5.1.4)."""
    rows = list(CaseStep.objects.filter(case=case).order_by("pk"))
    steps = [
        {
            "title": CASE_WORDS[CaseState(one.state)],
            "began": one.began_at,
            "ended": one.ended_at,
            "due": one.due_on,
            "days": ((day_of(one.ended_at) if one.ended_at else today.day) - day_of(one.began_at)).days,
            "cost": one.cost,
            "is_late": is_late(one, today),
        }
        for one in rows
    ]
    # The process ends when the loan is disbursed; the term of the loan does not count.
    process = [
        step
        for one, step in zip(rows, steps, strict=True)
        if one.state not in (CaseState.DRAFT, CaseState.DISBURSED, CaseState.REPAID)
    ]
    return {
        "rows": steps,
        "days": sum(step["days"] for step in process),
        "cost": sum(step["cost"] for step in steps),
    }


def way_of(case: Case) -> list[dict[str, Any]]:
    """Return the states of a successful case: passed, current or upcoming."""
    here = WAY.index(CaseState(case.state)) if CaseState(case.state) in WAY else -1
    return [
        {"title": CASE_WORDS[state], "css": "done" if at < here else "now" if at == here else ""}
        for at, state in enumerate(WAY)
        if state is not CaseState.DRAFT
    ]


def rights_of(actor: Actor, case: Case, today: Today, quote: QuoteDocument | None) -> list[dict[str, Any]]:
    """Return the rights with their data on file, in the quote and in the pledge register."""
    rows = {one.pk: one for one in visible(actor, FirmRight, today.day).filter(pk__in=case.rights)}
    quoted = {} if quote is None else {one.id: one for one in quote.rights}
    charges = Charge.objects.filter(right__key__in=[one.key for one in rows.values()], active=True)
    pledged = dict(charges.values_list("right__key", "registration_id"))
    found = []
    for pk in case.rights:
        row = rows.get(pk)
        if row is None:
            continue
        seen = quoted.get(f"right-{pk}")
        found.append(
            {
                "row": row,
                "seen": seen,
                "registration": pledged.get(row.key),
                "problems": [one for one in (() if seen is None else seen.findings) if one.verdict in _OBSTACLES],
            }
        )
    return found


def _appraisals(actor: Actor, case: Case, today: Today) -> list[dict[str, Any]]:
    """Return the appraisals for the case: grade, interval and whether they are valid today; stale ones are marked."""
    mine = visible(actor, Appraisal, today.day)
    rows = mine.filter(case=case) | mine.filter(pk=case.appraisal_id)
    found = []
    for one in rows.distinct().order_by("-pk"):
        if one.p50 is None:
            validity, css = Text("未完成", "not done yet"), "warn"
        elif one.valid_until is not None and one.valid_until < today.day:
            validity, css = Text("已过有效期", "out of date"), "bad"
        else:
            validity, css = Text("有效", "valid"), "good"
        found.append(
            {
                "row": one,
                "grade": _GRADE_WORDS[one.grade],
                "validity": validity,
                "css": css,
            }
        )
    return found


def _team(actor: Actor, case: Case, team: TeamAssessment | None) -> dict[str, Any]:
    """Return the team assessment; others' sheets only for raters who have submitted theirs, or after the assessment
    is complete.
    """
    raters = list(TeamRating.objects.filter(case=case).values_list("rater_id", flat=True))
    is_open = team is None or not team.usable
    return {
        "assessment": team,
        "state": None if team is None else TEAM_STATE_TEXT[team.state],
        "raters": len(raters),
        "has_rated": actor.account in raters,
        "shows_sheets": team is not None and (not is_open or actor.account in raters),
        "can_rate": can(actor, "team.rate", case) and actor.account not in raters and is_open,
    }


def _checks(case: Case, today: Today) -> list[dict[str, Any]]:
    rules, _ = check_state(case, today.rules, today.day)
    rows = {one.item: one for one in CheckItem.objects.filter(case=case).select_related("file", "by")}
    return [
        {
            "rule": rule,
            "row": rows[rule.id],
            "state": CHECK_STATE_TEXT[CheckState(rows[rule.id].state)],
            "verdict": VERDICT_TEXT[DiligenceVerdict(rows[rule.id].verdict)] if rows[rule.id].verdict else None,
            "by": name_of(rows[rule.id].by),
            "reference": Text(rule.reference.as_text("zh"), rule.reference.as_text("en")),
        }
        for rule in rules
    ]


@dataclass(frozen=True, slots=True)
class QuoteOverview:
    """The quote of a case for its page.

    offer: under the chosen mode. drawn_on_annex: the amount that may be drawn on the annex figure, in fen, at most
    the limit.
    indicators: scores with the titles of their rights. open: to be settled before the money is paid.
    """

    document: QuoteDocument
    offer: ModePart
    is_reviewed: bool
    drawn_on_annex: Fen
    indicators: tuple[tuple[str, IndicatorPart], ...]
    open: tuple[GatePart | ModeConditionPart, ...]


def quote_of(case: Case, quote: QuoteDocument | None) -> QuoteOverview | None:
    """Return the credit limit under the chosen mode, its caps, ways to change it, and the price; None before a
    review.
    """
    if quote is None:
        return None
    offer, titles = quote.modes[0], {one.id: one.title for one in quote.rights}
    return QuoteOverview(
        document=quote,
        offer=offer,
        is_reviewed=bool(case.review) and case.line is not None,
        drawn_on_annex=min(parse_yuan(quote.credit_limit.drawn_on_annex), parse_yuan(offer.loan.amount)),
        indicators=tuple((titles.get(one.right, one.right), one) for one in quote.one_plus_one.indicators),
        open=tuple(open_conditions(quote)),
    )


def _flags(
    quote: QuoteDocument | None, checks: list[dict[str, Any]], limits: list[Problem]
) -> list[dict[str, Any]]:
    """Return the risks of the case, worst first."""
    found: list[dict[str, Any]] = []
    if quote is not None:
        found += [
            {"css": "bad", "title": one.title, "words": one.reason}
            for one in quote.gates
            if one.verdict is GateVerdict.FAILED
        ]
        found += [
            {"css": "warn", "title": Text("信用档案", "credit file"), "words": one.text}
            for one in quote.credit.flags
        ]
        found += [
            {"css": "warn", "title": Text("权利状态矛盾", "contradictory states"), "words": words}
            for right in quote.rights
            for words in right.status_conflicts
        ]
    for check in checks:
        if check["row"].verdict in (DiligenceVerdict.ADVERSE, DiligenceVerdict.NOTABLE):
            css = "bad" if check["row"].verdict == DiligenceVerdict.ADVERSE else "warn"
            found.append({"css": css, "title": check["rule"].title, "words": check["row"].finding})
    found += [{"css": "bad", "title": Text("限额", "limit"), "words": one.reason} for one in limits]
    return sorted(found, key=lambda one: one["css"] != "bad")


def _approvals(case: Case) -> list[dict[str, Any]]:
    rows = Approval.objects.filter(case=case).select_related("by").order_by("pk")
    return [
        {
            "row": one,
            "by": name_of(one.by),
            "decision": APPROVAL_VERDICT_WORDS[one.decision],
            "role": ROLE_WORDS[MemberRole(one.role)] if one.role else None,
        }
        for one in rows
    ]


def _exemption(case: Case) -> dict[str, Any] | None:
    if not case.exemption.get("file"):
        return None
    decision = case.exemption.get("decision")
    return {
        **case.exemption,
        "outcome": None if decision is None else OUTCOME_TEXT[decision["outcome"]],
        "reason": "" if decision is None else decision["reason"],
    }
