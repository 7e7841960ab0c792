"""What the lender corrects and adds before a review: the credit file and facts of a case, the indicator form of a
right.
"""

from typing import Annotated, Any

from zhirong.chain.financing.case import State
from zhirong.chain.indicators import read_answers, read_system, system_ids
from zhirong.kernel.fields import Reader
from zhirong.kernel.text import Text
from zhirong.operations.actors import Actor
from zhirong.operations.case_file.tables import exact, plain, right_id
from zhirong.operations.credit.diligence import DESK
from zhirong.operations.declare import operation
from zhirong.operations.fields import Choices, Request, ask
from zhirong.operations.organisation.profile import Table, check_known
from zhirong.operations.refusals import refuse
from zhirong.operations.rulebook import rulebook
from zhirong.operations.unit_of_work import Work
from zhirong.store.financing import Case, FirmRight

PURPOSE = "pledge"


class CreditFile(Request):
    """The credit file as it shall be, and the facts that modes ask about; facts omitted stay."""

    credit: Annotated[
        Table,
        ask(
            "信用档案",
            "Credit file",
            "见案件文件说明 [credit]",
            "the table [credit] of a case file",
            widget="table",
        ),
    ]
    facts: Annotated[
        Table | None,
        ask("企业情况", "Facts", "见案件文件说明 [facts]", "the table [facts] of a case file", widget="table"),
    ] = None


@operation(
    "case.credit",
    Text("核实信用档案", "Verify the credit file"),
    model=Case,
    roles=DESK,
    states=(State.DILIGENCE,),
    request=CreditFile,
    page="lender.case",
    help=Text(
        "按查到的资料改正企业所填，每一栏写明出处和日期；改动之后须重新测算。企业填报的原件留在日志里。",
        "Correct what the firm has stated by what was found, each part with its source and date; the review has to be made "
        "again. What the firm stated stays in the log.",
    ),
)
def verify_credit(work: Work, request: CreditFile) -> Any:
    """The case rests on it from now on; the firm's own description is not touched."""
    case: Case = work.row
    facts = case.facts if request.facts is None else request.facts
    check_known(facts, request.credit, work)
    work.update(case, credit=plain(request.credit), facts=plain(facts))
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
    """The answers of the indicator form for one right: by indicator ``answer``, ``grade`` and ``source``."""

    right: Annotated[int, ask("权利", "Right", choices=_rights)]
    system: Annotated[str, ask("指标体系", "Indicator system", choices=_systems)] = "national_guide"
    answers: Annotated[Table, ask("答案", "Answers", widget="table")] = {}


@operation(
    "case.score",
    Text("填写权利指标", "Fill in the indicators of a right"),
    model=Case,
    roles=DESK,
    states=(State.DILIGENCE,),
    request=ScoreRight,
    page="lender.case",
    help=Text(
        "“1 + 1”的另一半：权利按指标打分。能由权利资料算出的不问；每个答案写明依据和出处，没有答的按最低计。",
        "The other half of “1 + 1”: the right is scored by indicators. What its record tells is not asked; each answer has "
        "its evidence and source, and what is not answered counts lowest.",
    ),
)
def score_right(work: Work, request: ScoreRight) -> Any:
    """The answers are read by the chain first; all rights of a case are scored by one system."""
    case: Case = work.row
    right = FirmRight.objects.filter(pk=request.right).first()
    if right is None or right.pk not in case.rights:
        raise refuse(
            "unknown_right",
            "right",
            request.right,
            Text("申请没有这项权利", "the case has no such right"),
            Text("从名单中选一项", "choose one from the list"),
        )
    if request.system not in system_ids(work.rules):
        raise refuse(
            "unknown_system",
            "system",
            request.system,
            Text("没有这套指标", "there is no such system"),
            Text(f"可选：{'、'.join(system_ids(work.rules))}", f"choose from: {', '.join(system_ids(work.rules))}"),
        )
    system = read_system(request.system, work.rules, work.day)
    if right.kind not in system.kinds:
        raise refuse(
            "kind_not_scored",
            "right",
            right.title,
            Text("这套指标不适用于这类权利", "the system is not made for rights of this kind"),
            Text("选另一套指标，或不评这项权利", "choose another system, or leave this right out"),
        )
    read_answers(Reader(exact(plain(request.answers)), path="answers"), system)
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
