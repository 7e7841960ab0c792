"""Licence-back: a payer that took the claim over takes the right at an agreed value, licenses it, keeps and sells it."""

from datetime import date
from typing import Annotated, Any

from pydantic import Field

from zhirong.chain.default.recourse_states import RECOURSE
from zhirong.chain.organisation.roles import MemberRole
from zhirong.kernel.money import yuan
from zhirong.kernel.text import Text
from zhirong.operations.actors import Actor
from zhirong.operations.declare import operation
from zhirong.operations.fields import Fen, Line, Request, ask
from zhirong.operations.plausibility import RecentDay
from zhirong.operations.recovery.cases import add_event, with_loan
from zhirong.operations.recovery.claims import case_of_claim
from zhirong.operations.recovery.recourse import PURSUED
from zhirong.operations.unit_of_work import Work
from zhirong.store.recovery import Recourse

_OFFICERS = (MemberRole.GUARANTOR_OFFICER, MemberRole.INSURER_OFFICER, MemberRole.FUND_OFFICER)
_MONEY = (
    ("licence_fee", Text("收到许可费", "licence fee received")),
    ("upkeep", Text("缴纳年费", "annual fees paid")),
    ("right_sold", Text("出售或被回购", "sold or bought back")),
)


def holds_right(row: Recourse) -> bool:
    """Return whether the payer has taken the right and not sold it."""
    acts = [one["act"] for one in row.acts]
    return acts.count("take_title") > acts.count("right_sold")


def act_title(act: str) -> Text:
    """Return the words of an act of a recourse."""
    own = {"take_title": Text("折价取得权利", "right taken at an agreed value"), **dict(_MONEY)}
    return own[act] if act in own else RECOURSE.step(act).title


def _is_own(actor: Actor, row: Recourse) -> bool:
    return bool(row.payer_id == actor.organisation)


class TakeTitle(Request):
    """The agreed value, its market reference and the record of the transfer."""

    value: Annotated[Fen, Field(gt=0), ask("折价金额", "Agreed value", widget="money")]
    day: Annotated[RecentDay, ask("登记日", "Recorded on")]
    reference: Annotated[
        Line,
        ask(
            "市场价格参考",
            "Market reference",
            "如评估报告编号；协议须在违约后订立（民法典第四百二十八条、第四百三十六条）",
            "such as the report; the agreement is made after the default (Civil Code 428, 436)",
        ),
    ]
    record: Annotated[Line, ask("过户登记号", "Record of the transfer")]


@operation(
    "recourse.take_title",
    Text("登记折价取得权利", "Take the right at an agreed value"),
    model=Recourse,
    roles=_OFFICERS,
    states=PURSUED,
    relation=lambda actor, row: _is_own(actor, row) and not holds_right(row),
    request=TakeTitle,
    page="recovery.recourse_of",
    is_grave=True,
)
def take_title(work: Work, request: TakeTitle) -> Any:
    """Record that the payer holds the right now; its recourse is satisfied up to the agreed value."""
    row = work.row
    event = {"kind": "title_taken", "amount": yuan(request.value)}
    evidence = f"{request.reference}；{request.record}"
    _record(work, row, "take_title", request.day, event, evidence)
    return {"id": row.pk}


class RightMoney(Request):
    """Money of a right that the payer holds."""

    kind: Annotated[str, ask("事项", "What", choices=_MONEY)]
    day: Annotated[RecentDay, ask("日期", "Day")]
    amount: Annotated[Fen, Field(gt=0), ask("金额", "Amount", widget="money")]
    late: Annotated[Fen, ask("滞纳金", "Late charge", "仅许可费", "for licence fees only", widget="money")] = 0
    costs: Annotated[Fen, ask("出售费用", "Costs of the sale", "仅出售", "of a sale only", widget="money")] = 0
    evidence: Annotated[Line, ask("凭证", "Evidence")]


@operation(
    "recourse.right_money",
    Text("登记权利收支", "Record income and costs of the right"),
    model=Recourse,
    roles=_OFFICERS,
    states=PURSUED,
    relation=lambda actor, row: _is_own(actor, row) and holds_right(row),
    request=RightMoney,
    page="recovery.recourse_of",
)
def right_money(work: Work, request: RightMoney) -> Any:
    """Record a licence fee, upkeep, or the sale that ends the holding."""
    row = work.row
    event = {"kind": request.kind, "amount": yuan(request.amount)}
    if request.late and request.kind == "licence_fee":
        event["late"] = yuan(request.late)
    if request.costs and request.kind == "right_sold":
        event["costs"] = yuan(request.costs)
    _record(work, row, request.kind, request.day, event, request.evidence)
    return {"id": row.pk}


def _record(work: Work, row: Recourse, act: str, day: date, event: dict[str, str], evidence: str) -> None:
    """Add an event to the case, whose books all parties read, and a step to the recourse."""
    case = with_loan(case_of_claim(row.claim))
    add_event(work, case, {**event, "day": day.isoformat(), "party": row.claim.party})
    amount = {"amount": event["amount"]}
    work.update(row, acts=[*row.acts, {"act": act, "day": day.isoformat(), "evidence": evidence, **amount}])
    work.subject_is(row)
