"""Mandates: a firm lets a service agent act for it within limits, and can end that at once (000 §4.2.2)."""

from typing import Annotated, Any

from pydantic import Field

from zhirong.chain.organisation.roles import MemberRole, OrganisationKind
from zhirong.chain.organisation.states import OrganisationState
from zhirong.kernel.errors import InputError, Problem
from zhirong.kernel.text import Text
from zhirong.operations.actors import Actor
from zhirong.operations.declare import OPERATIONS, operation
from zhirong.operations.fields import Fen, Request, ask, id_of
from zhirong.operations.listing import Column, Listing, listing
from zhirong.operations.page_links import page_link
from zhirong.operations.plausibility import TermDay
from zhirong.operations.unit_of_work import Work
from zhirong.store.parties import Mandate, Organisation

_AGENT = OrganisationKind.OPERATOR.value


def _agents(actor: Actor, row: Any) -> list[tuple[str, Text]]:
    found = Organisation.objects.filter(kind=_AGENT, status=OrganisationState.ACTIVE).order_by("name")[:500]
    return [(str(one.pk), Text(one.name, one.name)) for one in found]


def _grantable(actor: Actor, row: Any) -> list[tuple[str, Text]]:
    return [(one.name, one.title) for one in OPERATIONS.values() if one.for_agents]


class GiveMandate(Request):
    """The agent, the operations, the largest amount and the last day."""

    agent: Annotated[int, id_of("organisations"), ask("委托给", "Agent", choices=_agents)]
    operations: Annotated[
        list[str],
        Field(min_length=1, max_length=40),
        ask("可代办事项", "Permitted operations", widget="many", choices=_grantable),
    ]
    most: Annotated[
        Fen | None,
        ask("申请金额上限", "Maximum application amount", "留空则不限", "leave empty for no limit", widget="money"),
    ] = None
    until: Annotated[TermDay, ask("有效期至", "Until")]


@operation(
    "mandate.give",
    Text("委托代理", "Give a mandate"),
    request=GiveMandate,
    roles=(MemberRole.FIRM_MANAGER,),
    page="firm.trust",
    help=Text(
        "代理机构仅可办理您勾选的事项，不能签署，不能转委托；您可随时终止，立即生效。对同一代理机构，新委托替代原委托。",
        "The agent can only perform the operations that you tick; it cannot sign or delegate. You can end the mandate at any time with immediate effect. A new mandate replaces the previous one for the same agent.",
    ),
)
def give_mandate(work: Work, request: GiveMandate) -> Any:
    """Give the mandate. It replaces an earlier one of the same agent, so that no wider mandate remains in force."""
    problems = []
    agent = Organisation.objects.filter(pk=request.agent, kind=_AGENT, status=OrganisationState.ACTIVE).first()
    if agent is None:
        problems.append(_wrong("agent", str(request.agent), Text("该代理机构不存在", "the agent does not exist")))
    grantable = {name for name, _ in _grantable(work.actor, None)}
    for name in request.operations:
        if name not in grantable:
            problems.append(
                _wrong("operations", name, Text("该事项不能委托", "this operation cannot be delegated to an agent"))
            )
    if request.until < work.day:
        problems.append(
            Problem(
                "until",
                request.until.isoformat(),
                Text("日期已过", "the date is in the past"),
                Text("请填写今天或之后的日期", "enter today or a later date"),
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
        f"{firm} 委托贵机构代办；新委托替代原委托",
        f"{firm} has given you a mandate; it replaces any previous one",
    )
    work.notify(words, page_link("acting"), agent)
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
    """End the mandate with immediate effect. Both the firm and the agent may end it."""
    work.update(work.row, ended_on=work.day)
    other = work.row.agent_id if work.actor.organisation == work.row.firm_id else work.row.firm_id
    words = Text(
        f"{work.row.firm.name} 与 {work.row.agent.name} 的委托已终止",
        f"The mandate of {work.row.firm.name} to {work.row.agent.name} has ended",
    )
    work.notify(words, page_link("acting") if other == work.row.agent_id else page_link("firm.trust"), other)


def _wrong(field: str, value: str, reason: Text) -> Problem:
    return Problem(field, value, reason, Text("请从列表中选择", "choose one from the list"), "not_a_choice")


def operation_titles(names: list[str]) -> Text:
    """Return the operations of a mandate in words."""
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
            Column("operations", Text("可代办事项", "May do"), lambda row: operation_titles(row.operations)),
            Column("most", Text("申请上限", "Up to"), lambda row: row.most, "money"),
            Column("until", Text("有效期至", "Until"), lambda row: row.until, "day", order="until", main=True),
            Column("ended_on", Text("终止日", "Ended on"), lambda row: row.ended_on, "day", order="ended_on"),
        ),
        roles=(MemberRole.FIRM_MANAGER, MemberRole.FIRM_CLERK, MemberRole.OPERATOR_AGENT),
        related=("firm", "agent"),
        empty=Text("暂无委托代理。", "No mandates yet."),
    )
)
