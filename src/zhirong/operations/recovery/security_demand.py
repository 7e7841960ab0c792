"""The demand for further security (Civil Code 433): the value has fallen, and the letter states the shortfall and
the deadline.
"""

from dataclasses import replace
from datetime import timedelta
from typing import Annotated, Any

from pydantic import Field

from zhirong.chain.contract.document_kinds import DocumentKind
from zhirong.chain.default.case_states import CASES_OPEN
from zhirong.chain.loan.states import LoanState
from zhirong.chain.organisation.roles import MemberRole
from zhirong.chain.watch.catalogue import catalogue_on
from zhirong.chain.watch.sweep import sweep_loan
from zhirong.kernel.money import quantise_rate, yuan
from zhirong.kernel.text import Text
from zhirong.operations.case_file.documents import issue_paper, next_number
from zhirong.operations.declare import operation
from zhirong.operations.fields import Request, Words, ask
from zhirong.operations.loan.loans import base_facts, calendar, state_of
from zhirong.operations.page_links import page_link
from zhirong.operations.recovery.alarms import watched
from zhirong.operations.recovery.cases import FIRM, WORKOUT
from zhirong.operations.refusals import refuse
from zhirong.operations.unit_of_work import Work
from zhirong.store.financing import Loan
from zhirong.store.recovery import DefaultCase


class SecurityDemand(Request):
    """The reason for the fall in value, and the time to answer."""

    ground: Annotated[
        Words,
        ask(
            "价值减少的事由",
            "Why the value has fallen",
            "因质权人原因以外的事由，如专利被宣告无效",
            "for a reason not attributable to the pledgee, such as invalidation of a patent",
            widget="area",
        ),
    ]
    answer_days: Annotated[int, Field(ge=1, le=90), ask("答复期限（日）", "Days to answer")] = 15


@operation(
    "security.demand",
    Text("要求追加担保", "Demand further security"),
    model=Loan,
    roles=(*WORKOUT, MemberRole.LENDER_OFFICER),
    states=(LoanState.STANDING,),
    request=SecurityDemand,
    page="loan.page",
    help=Text(
        "质押价值按巡查规则当日计算；价值不明的，请先重新评估。",
        "The pledge value is today's value on the watch list. If it is unknown, order a new appraisal first.",
    ),
)
def demand_security(work: Work, request: SecurityDemand) -> Any:
    """Issue the letter with the value or cash that is missing against the ceiling of the loan to value."""
    loan = work.row
    state = state_of(loan, work.day, work.rules)
    watch = replace(watched(loan, state, work), exposure=state.principal)  # the base of the agreed ratio
    result = sweep_loan(watch, work.day, catalogue_on(work.rules, work.day), calendar(work.rules, work.day))
    if result.shortfall is None:
        unknown = result.value is None
        reason = Text("质押价值不明", "the value of the pledge is unknown")
        enough = Text("质押价值未低于约定比例", "the value is not below the agreed ratio")
        raise refuse(
            "no_shortfall",
            "loan",
            loan.number,
            reason if unknown else enough,
            Text("请重新评估或更新权利状态", "order an appraisal, or refresh the status of the rights"),
        )
    last = calendar(work.rules, work.day).shift(work.day + timedelta(days=request.answer_days), "following")
    subject = f"loan/{loan.pk}"
    facts = {
        **base_facts(loan, work.day),
        "number": next_number(loan.number, DocumentKind.SECURITY_DEMAND, subject),
        "ground": request.ground,
        "value_before": sum(one.value or 0 for one in watch.rights),
        "value_now": result.value,
        "exposure": watch.exposure,
        "ceiling": f"{quantise_rate(watch.ceiling * 100, 2)} %",
        "missing_value": result.shortfall.value,
        "missing_cash": result.shortfall.cash,
        "answer_by": last.isoformat(),
    }
    paper = issue_paper(
        work,
        DocumentKind.SECURITY_DEMAND,
        facts,
        subject=subject,
        owner=loan.lender,
        readers=(loan.firm, loan.guarantor),
    )
    case = DefaultCase.objects.filter(loan=loan, state__in=[one.value for one in CASES_OPEN]).first()
    if case is not None:
        entry = {"paper": paper.pk, "day": work.day.isoformat(), "answer_by": last.isoformat()}
        work.update(case, demands=[*case.demands, entry])
    words = Text(f"要求追加担保：请于 {last} 前答复", f"Further security is demanded: answer by {last}")
    work.notify(words, page_link("paper.page", paper.pk), loan.firm_id, FIRM, asks=True)
    work.subject_is(loan)
    return {
        "id": loan.pk,
        "paper": paper.pk,
        "missing_value": yuan(result.shortfall.value),
        "missing_cash": yuan(result.shortfall.cash),
    }
