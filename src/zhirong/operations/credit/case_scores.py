"""The lender's corrections and additions before a review: the credit file and facts of a case, the indicators of a
right.
"""

from typing import Annotated, Any

from zhirong.chain.financing.case import CaseState
from zhirong.chain.indicators import read_answers, read_system, system_ids
from zhirong.kernel.fields import Reader
from zhirong.kernel.text import Text
from zhirong.operations.actors import Actor
from zhirong.operations.case_file.tables import exact, plain, right_id
from zhirong.operations.credit.diligence import DESK
from zhirong.operations.declare import operation
from zhirong.operations.fields import Choices, Request, ask, id_of
from zhirong.operations.organisation.profile import Table, check_known
from zhirong.operations.refusals import refuse
from zhirong.operations.rulebook import rulebook
from zhirong.operations.unit_of_work import Work
from zhirong.store.financing import Case, FirmRight

PURPOSE = "pledge"


class CreditFile(Request):
    """The corrected credit file, and the facts that modes ask about; omitted facts stay unchanged."""

    credit: Annotated[
        Table,
        ask(
            "信用档案",
            "Credit file",
            "格式见手册“案件文件”中的信用资料",
            "the table [credit] of a case file",
            widget="table",
        ),
    ]
    facts: Annotated[
        Table | None,
        ask(
            "企业情况",
            "Facts",
            "格式见手册“案件文件”中的模式事实",
            "the table [facts] of a case file",
            widget="table",
        ),
    ] = None


@operation(
    "case.credit",
    Text("核实信用档案", "Verify the credit file"),
    model=Case,
    roles=DESK,
    states=(CaseState.DILIGENCE,),
    request=CreditFile,
    page="lender.case",
    help=Text(
        "按核实的资料更正企业填报内容，每栏填写出处和日期；更正后须重新测算。企业填报的原始内容保留在日志中。",
        "Correct the firm's statements with verified data; enter source and date for each part. Calculate the review again afterwards. The log keeps the original statements.",
    ),
)
def verify_credit(work: Work, request: CreditFile) -> Any:
    """Store the verified data. The case uses them from now on; the firm's profile stays unchanged."""
    case: Case = work.row
    stated = case.facts if request.facts is None else request.facts
    facts, credit = check_known(stated, request.credit, work)
    work.update(case, credit=credit, facts=facts)
    return {"id": case.pk}


def _rights(actor: Actor, row: Any) -> Choices:
    if row is None:
        return []
    found = FirmRight.objects.filter(pk__in=row.rights).order_by("pk")
    return [(str(one.pk), Text(one.title, one.title)) for one in found]


def _systems(actor: Actor, row: Any) -> Choices:
    rules = rulebook()
    return [(one, rules.rule(f"indicators.{one}.head").title) for one in system_ids(rules)]


class ScoreRight(Request):
    """The answers to the indicators of one right: by indicator ``answer``, ``grade`` and ``source``."""

    right: Annotated[int, id_of("rights"), ask("权利", "Right", choices=_rights)]
    system: Annotated[str, ask("指标体系", "Indicator system", choices=_systems)] = "national_guide"
    answers: Annotated[Table, ask("答案", "Answers", widget="table")] = {}


@operation(
    "case.score",
    Text("填写权利指标", "Enter the indicators of a right"),
    model=Case,
    roles=DESK,
    states=(CaseState.DILIGENCE,),
    request=ScoreRight,
    page="lender.case",
    help=Text(
        "“1 + 1”评价中的权利部分：按指标对权利评分。可由权利资料计算的指标无需填写；每项回答须填写依据和出处，未回答的按最低分计。",
        "The right's part of the 1 + 1 evaluation: score the right by indicators. Indicators calculated from its record are not asked. Enter evidence and source for each answer; unanswered indicators count lowest.",
    ),
)
def score_right(work: Work, request: ScoreRight) -> Any:
    """Store the answers after the chain has checked them. All rights of a case are scored by one system."""
    case: Case = work.row
    right = FirmRight.objects.filter(pk=request.right).first()
    if right is None or right.pk not in case.rights:
        raise refuse(
            "unknown_right",
            "right",
            request.right,
            Text("申请中没有该项权利", "the case has no such right"),
            Text("请从列表中选择", "choose one from the list"),
        )
    if request.system not in system_ids(work.rules):
        raise refuse(
            "unknown_system",
            "system",
            request.system,
            Text("该指标体系不存在", "the indicator system does not exist"),
            Text(
                f"可选：{'、'.join(system_ids(work.rules))}", f"choose one of: {', '.join(system_ids(work.rules))}"
            ),
        )
    system = read_system(request.system, work.rules, work.day)
    if right.kind not in system.kinds:
        raise refuse(
            "kind_not_scored",
            "right",
            right.title,
            Text("该指标体系不适用于此类权利", "the system does not apply to rights of this kind"),
            Text("请选择其他指标体系，或不对该权利评分", "choose another system, or do not score this right"),
        )
    read_answers(Reader(exact(request.answers), path="answers"), system)
    before = case.beside.get("indicators", {})
    if before.get("system") != request.system:
        before = {}
    indicators = {
        "system": request.system,
        "purpose": PURPOSE,
        "answers": {**before.get("answers", {}), right_id(right.pk): plain(request.answers)},
    }
    work.update(case, beside={**case.beside, "indicators": indicators})
    return {"id": case.pk}
