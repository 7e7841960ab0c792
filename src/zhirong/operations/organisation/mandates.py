"""A firm lets a service agent act for it, within limits, and takes that back at once (000 §4.2.2)."""

from typing import Annotated, Any

from pydantic import Field

from zhirong.chain.organisation.states import OrganisationState
from zhirong.kernel.errors import InputError, Problem
from zhirong.kernel.text import Text
from zhirong.operations.actors import Actor, MemberRole, OrganisationKind
from zhirong.operations.declare import OPERATIONS, operation
from zhirong.operations.fields import Fen, Request, ask
from zhirong.operations.listing import Column, Listing, listing
from zhirong.operations.plausible import TermDay
from zhirong.operations.unit_of_work import Work
from zhirong.store.parties import Mandate, Organisation

_AGENT = OrganisationKind.OPERATOR.value


def _agents(actor: Actor, row: Any) -> list[tuple[str, Text]]:
    found = Organisation.objects.filter(kind=_AGENT, status=OrganisationState.ACTIVE).order_by("name")[:500]
    return [(str(one.pk), Text(one.name, one.name)) for one in found]


def _grantable(actor: Actor, row: Any) -> list[tuple[str, Text]]:
    return [(one.name, one.title) for one in OPERATIONS.values() if one.for_agents]


class GiveMandate(Request):
    """Who may do what, up to which amount, until when."""

    agent: Annotated[int, ask("委托给", "Agent", choices=_agents)]
    operations: Annotated[
        list[str],
        Field(min_length=1, max_length=40),
        ask("可以代办", "What it may do", widget="many", choices=_grantable),
    ]
    most: Annotated[
        Fen | None,
        ask(
            "申请金额上限", "Largest amount it may apply for", "不填则不限", "left empty: no limit", widget="money"
        ),
    ] = None
    until: Annotated[TermDay, ask("有效期至", "Until")]


@operation(
    "mandate.give",
    Text("委托代理", "Give a mandate"),
    request=GiveMandate,
    roles=(MemberRole.FIRM_MANAGER,),
    page="firm.trust",
    help=Text(
        "代理机构只能办您勾选的事，不能签署、不能授权他人；您随时可以终止，立即生效。同一家代理机构只有一份委托：新的代替原来的。",
        "The agent can do what you tick and nothing else; it can neither sign nor pass the mandate on. You can end it at once. "
        "An agent has one mandate of yours: a new one takes the place of the one before.",
    ),
)
def give_mandate(work: Work, request: GiveMandate) -> Any:
    """The agent can act for the firm from now on, by this mandate alone: one that was meant to be narrower must not
    leave a wider one standing next to it.
    """
    problems = []
    agent = Organisation.objects.filter(pk=request.agent, kind=_AGENT, status=OrganisationState.ACTIVE).first()
    if agent is None:
        problems.append(_wrong("agent", str(request.agent), Text("没有这家代理机构", "there is no such agent")))
    grantable = {name for name, _ in _grantable(work.actor, None)}
    for name in request.operations:
        if name not in grantable:
            problems.append(_wrong("operations", name, Text("这件事不能委托", "this cannot be left to an agent")))
    if request.until < work.day:
        problems.append(
            Problem(
                "until",
                request.until.isoformat(),
                Text("已经过去", "it lies in the past"),
                Text("填今天或以后的日期", "give today or a later day"),
                "in_the_past",
            )
        )
    if problems or agent is None:
        raise InputError(problems)
    mandate = work.create(
        Mandate,
        firm_id=work.actor.organisation,
        agent=agent,
        operations=sorted(set(request.operations)),
        most=request.most,
        until=request.until,
    )
    replaced = Mandate.objects.filter(
        firm=work.actor.organisation, agent=agent, ended_on=None, until__gte=work.day
    ).exclude(pk=mandate.pk)
    for earlier in replaced.order_by("id"):
        work.update(earlier, ended_on=work.day)
    firm = work.actor.organisation_name
    words = Text(
        f"{firm} 委托贵机构代办；原有的委托以这份为准",
        f"{firm} has given you a mandate; it takes the place of any before it",
    )
    work.tell(words, "/acting/", agent)
    return {"id": mandate.pk}


@operation(
    "mandate.end",
    Text("终止委托", "End the mandate"),
    model=Mandate,
    roles=(MemberRole.FIRM_MANAGER, MemberRole.OPERATOR_AGENT),
    relation=lambda actor, row: (
        row.ended_on is None and not actor.mandate and actor.organisation in (row.firm_id, row.agent_id)
    ),
    is_grave=True,
)
def end_mandate(work: Work, request: Any) -> Any:
    """It ends this moment: anyone who acts by it can do nothing more. Firm and agent may both end it."""
    work.update(work.row, ended_on=work.day)
    other = work.row.agent_id if work.actor.organisation == work.row.firm_id else work.row.firm_id
    words = Text(
        f"{work.row.firm.name} 与 {work.row.agent.name} 的委托已终止",
        f"The mandate of {work.row.firm.name} to {work.row.agent.name} has ended",
    )
    work.tell(words, "/acting/" if other == work.row.agent_id else "/firm/trust/", other)


def _wrong(field: str, value: str, reason: Text) -> Problem:
    return Problem(field, value, reason, Text("从列出的里面选", "choose one that is listed"), "not_a_choice")


def operation_titles(names: list[str]) -> Text:
    """The operations of a mandate in words."""
    titles = [OPERATIONS[name].title for name in names if name in OPERATIONS]
    return Text("、".join(one.zh for one in titles), ", ".join(one.en for one in titles))


listing(
    Listing(
        "firm.mandates",
        Text("委托", "Mandates"),
        Mandate,
        (
            Column("firm", Text("企业", "Firm"), lambda row: row.firm.name),
            Column("agent", Text("代理机构", "Agent"), lambda row: row.agent.name, main=True),
            Column("operations", Text("可以代办", "May do"), lambda row: operation_titles(row.operations)),
            Column("most", Text("申请上限", "Up to"), lambda row: row.most, "money"),
            Column("until", Text("有效期至", "Until"), lambda row: row.until, "day", order="until", main=True),
            Column("ended_on", Text("终止日", "Ended on"), lambda row: row.ended_on, "day", order="ended_on"),
        ),
        roles=(MemberRole.FIRM_MANAGER, MemberRole.FIRM_CLERK, MemberRole.OPERATOR_AGENT),
        related=("firm", "agent"),
        empty=Text("没有委托代理。", "No mandates."),
    )
)
