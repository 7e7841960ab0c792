"""One case for the firm."""

from datetime import date, datetime
from typing import Any

from django.db.models import QuerySet

from zhirong.chain.contract.states import DocumentState
from zhirong.chain.financing.case import CASE_WORDS, ENDED, TURN, WAY, CaseState
from zhirong.chain.loan.terms import METHOD_TEXT, Method
from zhirong.chain.platform.states import MESSAGE_KIND_WORDS, MessageKind
from zhirong.chain.quote.document import QuoteDocument
from zhirong.chain.quote.kept import read_kept
from zhirong.documents.financing.kinds import PAPER_KINDS
from zhirong.kernel.errors import Problem
from zhirong.kernel.text import Text
from zhirong.operations.actors import Actor
from zhirong.operations.appraisal.online_appraisals import grade_words
from zhirong.operations.case.completeness import ready_to_submit
from zhirong.operations.right.rights import PAPERS, status_words
from zhirong.operations.visibility import visible
from zhirong.store.financing import (
    Appraisal,
    Case,
    CaseStep,
    FirmRight,
    Loan,
    Message,
    Paper,
    Signature,
    StoredFile,
)
from zhirong.web.mode_answer import OfferRow, offer_row
from zhirong.workbench import modes

# The steps of the application, and which of the missing fields each of them asks for.
FIELDS_OF_STEPS = {
    "need": {"amount", "purpose", "lender"},
    "data": {"credit", "facts"},
    "rights": {"rights", "appraisal"},
}
_SECONDS_A_DAY = 86_400
_SIGNED_KINDS = tuple(kind for kind, made_of in PAPER_KINDS.items() if made_of.signers)


def case_context(actor: Actor, case: Case, day: date, moment: datetime) -> dict[str, Any]:
    """Return all data of the case page, read in a fixed number of queries."""
    state, subject = CaseState(case.state), f"case/{case.pk}"
    steps = list(CaseStep.objects.filter(case=case).order_by("began_at", "id"))
    messages = list(
        visible(actor, Message, day)
        .filter(subject=subject)
        .select_related("sender", "receiver")
        .order_by("id")[:200]
    )
    files = visible(actor, StoredFile, day).filter(subject=subject, removed=False).order_by("id")[:200]
    papers = visible(actor, Paper, day).filter(subject=subject)
    mode = modes().get(case.mode)
    missing = ready_to_submit(case, actor, day)[1] if state is CaseState.DRAFT else []
    return {
        "case": case,
        "subject": subject,
        "state": CASE_WORDS[state],
        "has_ended": state in ENDED,
        "turn": TURN.get(state, ""),
        "way": way(state, steps),
        "steps": [_step(one, moment) for one in steps],
        "days": _days(steps[0].began_at, steps[-1].ended_at or moment) if steps else 0,
        "cost": sum(one.cost for one in steps),
        "missing": missing,
        "first_step": _first_step(missing),
        "mode": None if mode is None else mode.title,
        "method": METHOD_TEXT[Method(case.method)],
        "rights": [
            (one, status_words(one.status)) for one in FirmRight.objects.filter(pk__in=case.rights).order_by("id")
        ],
        "appraisals": _appraisals(case),
        "files": [(one, dict(PAPERS).get(one.paper, Text(one.paper, one.paper))) for one in files],
        "messages_of_case": [(one, MESSAGE_KIND_WORDS[MessageKind(one.kind)]) for one in messages],
        # A case that has ended needs no answers any more.
        "waiting": []
        if state in ENDED
        else [one for one in messages if one.receiver_id == case.firm_id and one.answered_at is None],
        "papers": list(papers.order_by("id")[:50]),
        "to_sign": papers_to_sign(papers, case.firm_id),
        "loan": visible(actor, Loan, day).filter(case=case).first(),
        "offer": offer_of(read_kept(case.quote)),
    }


def _first_step(missing: list[Problem]) -> str:
    """Return the first step of the application on which something is missing; the review if nothing is."""
    fields = {one.field.split(".")[0] for one in missing}
    return next((step for step, names in FIELDS_OF_STEPS.items() if fields & names), "review")


def way(state: CaseState, steps: list[CaseStep]) -> list[tuple[Text, str]]:
    """Return the states of a successful case, each with its status: passed, current or upcoming."""
    at = WAY.index(state) if state in WAY else -1
    if at < 0:
        been = [WAY.index(CaseState(one.state)) for one in steps if CaseState(one.state) in WAY]
        at = max(been, default=0) + 1
    return [
        (CASE_WORDS[one], "done" if place < at else "now" if one is state else "") for place, one in enumerate(WAY)
    ]


def offer_of(quote: QuoteDocument | None) -> OfferRow | None:
    """The first offer of a quote; None if there is no quote yet."""
    return offer_row(quote.modes[0]) if quote is not None and quote.modes else None


def papers_to_sign(papers: "QuerySet[Paper]", firm: int) -> list[Paper]:
    """Return the issued documents that the firm still has to sign."""
    signed = Signature.objects.filter(organisation=firm).values("paper")
    found = (
        papers.filter(state=DocumentState.ISSUED, kind__in=_SIGNED_KINDS)
        .exclude(pk__in=signed)
        .order_by("id")[:200]
    )
    return [one for one in found if firm in one.signers]


def _appraisals(case: Case) -> list[tuple[Appraisal, Text]]:
    found = Appraisal.objects.filter(case=case) | Appraisal.objects.filter(pk=case.appraisal_id or 0)
    return [(one, grade_words(one)) for one in found.order_by("id")]


def _step(step: CaseStep, moment: datetime) -> dict[str, Any]:
    return {
        "state": CASE_WORDS[CaseState(step.state)],
        "began": step.began_at,
        "ended": step.ended_at,
        "days": _days(step.began_at, step.ended_at or moment),
        "due": step.due_on,
        "cost": step.cost,
    }


def _days(first: datetime, last: datetime) -> int:
    """Return the completed days between two instants."""
    return max(0, int((last - first).total_seconds() // _SECONDS_A_DAY))
