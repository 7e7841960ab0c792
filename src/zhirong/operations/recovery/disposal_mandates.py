"""The disposal agent of a project: its mandate, the bids that it reports, and the end of the mandate."""

from typing import Annotated, Any

from pydantic import Field

from zhirong.chain.default.disposal_states import AGENT_STATES, DisposalState
from zhirong.chain.organisation.roles import OrganisationKind
from zhirong.chain.organisation.states import OrganisationState
from zhirong.kernel.money import yuan
from zhirong.kernel.text import Text
from zhirong.operations.actors import Actor
from zhirong.operations.declare import operation
from zhirong.operations.fields import Choices, Fen, Line, Request, Words, ask, id_of
from zhirong.operations.page_links import page_link
from zhirong.operations.plausibility import RecentDay, TermDay
from zhirong.operations.recovery.cases import DISPOSAL_AGENTS, WORKOUT
from zhirong.operations.recovery.deadlines import demand_day
from zhirong.operations.recovery.disposals import disposal_page
from zhirong.operations.refusals import refuse
from zhirong.operations.unit_of_work import Work
from zhirong.store.financing import FirmRight
from zhirong.store.parties import Organisation
from zhirong.store.recovery import DisposalProject

# Once the rights are sold, nobody bids for them; a bidder that does not pay opens the project to bids again.
_OPEN_TO_BIDS = tuple(one for one in AGENT_STATES if one is not DisposalState.SOLD)
_MOST_BIDS = 200


def _agents(actor: Actor, row: Any) -> Choices:
    kind, active = OrganisationKind.OPERATOR.value, OrganisationState.ACTIVE
    found = Organisation.objects.filter(kind=kind, status=active).order_by("name")[:500]
    return [(str(one.pk), Text(one.name, one.name)) for one in found]


class GiveDisposalMandate(Request):
    """The disposal agent, its fee and the last day of its mandate."""

    agent: Annotated[int, id_of("organisations"), ask("受托机构", "Disposal agent", choices=_agents)]
    until: Annotated[TermDay, ask("委托期限至", "Until")]
    fee: Annotated[
        Line, ask("报酬约定", "Fee", "如成交价的 5%，未成交不收取", "such as 5% of the price, nothing if unsold")
    ]


@operation(
    "disposal.mandate",
    Text("委托处置机构", "Give a mandate to a disposal agent"),
    model=DisposalProject,
    roles=WORKOUT,
    states=_OPEN_TO_BIDS,
    request=GiveDisposalMandate,
    page="recovery.disposal",
    help=Text(
        "受托机构可查看质押权利、保留价和报价，不能查看债务和银行资料；新委托替代原委托。",
        "The agent sees the pledged rights, the reserve and the bids, but neither the debt nor the bank's data. A new mandate replaces the previous one.",
    ),
)
def give_mandate(work: Work, request: GiveDisposalMandate) -> Any:
    """Let an agent look for buyers. It sees the rights as they are described today, and the reserve."""
    row = work.row
    kind, active = OrganisationKind.OPERATOR.value, OrganisationState.ACTIVE
    agent = Organisation.objects.filter(pk=request.agent, kind=kind, status=active).first()
    if agent is None:
        raise refuse(
            "no_such_agent",
            "agent",
            request.agent,
            Text("该处置机构不存在", "the disposal agent does not exist"),
            Text("请从列表中选择", "choose one from the list"),
        )
    if request.until < work.day:
        raise refuse(
            "in_the_past",
            "until",
            request.until,
            Text("日期已过", "the date is in the past"),
            Text("请填写今天或之后的日期", "enter today or a later date"),
        )
    rights = FirmRight.objects.filter(pk__in=row.rights).order_by("pk").values("kind", "number", "title")
    terms = {"fee": request.fee, "given_on": work.day.isoformat(), "rights": list(rights)}
    work.update(row, operator=agent, mandated_until=request.until, mandate=terms)
    words = Text(
        f"{row.lender.name} 委托贵机构处置质押权利：{row.number}",
        f"{row.lender.name} gives you a mandate to dispose of pledged rights: {row.number}",
    )
    work.notify(words, disposal_page(row), agent, DISPOSAL_AGENTS)
    return {"id": row.pk}


class EndDisposalMandate(Request):
    """The reason for ending the mandate."""

    reason: Annotated[Words, ask("终止原因", "Reason", widget="area")]


@operation(
    "disposal.end_mandate",
    Text("终止处置委托", "End the agent's mandate"),
    model=DisposalProject,
    roles=WORKOUT,
    states=AGENT_STATES,
    relation=lambda actor, row: row.operator_id is not None,
    request=EndDisposalMandate,
    page="recovery.disposal",
    is_grave=True,
)
def end_mandate(work: Work, request: EndDisposalMandate) -> Any:
    """End the mandate: the agent no longer sees the project. The bids that it reported remain."""
    row = work.row
    agent = row.operator
    ended = {**row.mandate, "agent": agent.name, "ended_on": work.day.isoformat(), "reason": request.reason}
    work.update(row, operator=None, mandated_until=None, mandate=ended)
    words = Text(f"处置委托已终止：{row.number}", f"The mandate has ended: {row.number}")
    work.notify(words, page_link("recovery.disposals"), agent, DISPOSAL_AGENTS)
    return {"id": row.pk}


class Bid(Request):
    """The offer of a buyer."""

    buyer: Annotated[Line, ask("意向买受人", "Buyer")]
    price: Annotated[Fen, Field(gt=0), ask("报价", "Bid", widget="money")]
    day: Annotated[RecentDay, ask("报价日", "Day of the bid")]
    terms: Annotated[Line, ask("付款条件", "Terms of payment", "如一次付清", "such as paid at once")]


@operation(
    "disposal.report_bid",
    Text("登记报价", "Report a bid"),
    model=DisposalProject,
    roles=(*DISPOSAL_AGENTS, *WORKOUT),
    states=_OPEN_TO_BIDS,
    request=Bid,
    page="recovery.disposal",
)
def report_bid(work: Work, request: Bid) -> Any:
    """Record a bid, below the reserve too: it shows the market. The workout officer decides on the sale."""
    row = work.row
    demand_day(request.day, row.case.opened_on, work.day, "day")
    if len(row.bids) >= _MOST_BIDS:
        raise refuse(
            "too_many_bids",
            "price",
            yuan(request.price),
            Text(f"报价已达 {_MOST_BIDS} 条", f"there are {_MOST_BIDS} bids already"),
            Text("请先确定买受人或撤回处置", "choose a buyer or withdraw the disposal first"),
        )
    bid = {
        "buyer": request.buyer,
        "price": yuan(request.price),
        "day": request.day.isoformat(),
        "terms": request.terms,
        "by": work.actor.organisation_name,
    }
    work.update(row, bids=[*row.bids, bid])
    words = Text(f"收到报价：{row.number}", f"A bid for {row.number}")
    work.notify(words, disposal_page(row), row.lender_id, WORKOUT)
    return {"id": row.pk}
