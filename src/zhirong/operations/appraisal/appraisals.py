"""Formal appraisals: a firm or its lender requests one; the agency accepts it with its declaration, or declines it."""

from collections.abc import Sequence
from datetime import date
from typing import Annotated, Any

from django.db.models import Q

from zhirong.chain.appraisal.request import PURPOSE_TEXT, Purpose
from zhirong.chain.appraisal_practice.records import VALUE_TYPE_TEXT, AppraisalGrade, ValueType
from zhirong.chain.financing.appraisal_states import (
    APPRAISAL_WORDS,
    AppraisalState,
    AppraisalTransition,
    next_state,
    states_for,
)
from zhirong.chain.financing.case import ENDED, CaseState
from zhirong.chain.organisation.roles import MemberRole, OrganisationKind
from zhirong.chain.organisation.states import OrganisationState
from zhirong.kernel.days import day_of
from zhirong.kernel.errors import InputError
from zhirong.kernel.text import Text
from zhirong.operations.actors import Actor
from zhirong.operations.appraisal.pool import Chosen, drawn, named, parties_of
from zhirong.operations.clock import now
from zhirong.operations.declare import operation
from zhirong.operations.fields import Fen, Request, Words, ask, id_of
from zhirong.operations.listing import Column, Filter, Listing, listing
from zhirong.operations.page_links import page_link
from zhirong.operations.plausibility import UnusualReason, ValuationDay, unusual_amount
from zhirong.operations.refusals import forbidden, not_found, refuse
from zhirong.operations.snapshots import subject_name
from zhirong.operations.unit_of_work import Work
from zhirong.operations.visibility import visible
from zhirong.store.financing import Appraisal, Case, FirmRight, SharedRight
from zhirong.store.parties import Membership, Organisation

CLIENTS = (
    MemberRole.FIRM_MANAGER,
    MemberRole.FIRM_CLERK,
    MemberRole.LENDER_OFFICER,
    MemberRole.LENDER_REVIEWER,
    MemberRole.LENDER_MANAGER,
)
AGENCY = (MemberRole.AGENCY_APPRAISER, MemberRole.AGENCY_REVIEWER)
_MOST_CHOICES = 500


def address(row: Appraisal) -> str:
    """Return the address of the appraisal's page."""
    return page_link("agency.appraisal", row.pk)


def _is_firm(actor: Actor, row: Any) -> bool:
    return actor.kind is OrganisationKind.FIRM


def _own_rights(actor: Actor, row: Any) -> list[tuple[str, Text]]:
    rights = FirmRight.objects.filter(firm=actor.organisation, removed=False).order_by("-pk")[:_MOST_CHOICES]
    return [(str(one.pk), Text(f"{one.title}（{one.number}）", f"{one.title} ({one.number})")) for one in rights]


def _cases(actor: Actor, row: Any) -> list[tuple[str, Text]]:
    side = "firm" if actor.kind is OrganisationKind.FIRM else "lender"
    found = Case.objects.filter(**{side: actor.organisation}).exclude(state__in=[one.value for one in ENDED])
    if side == "lender":
        found = found.exclude(state=CaseState.DRAFT)
    rows = found.select_related("firm").order_by("-pk")[:_MOST_CHOICES]
    return [(str(one.pk), Text(f"{one.number} {one.firm.name}", f"{one.number} {one.firm.name}")) for one in rows]


def _agencies(actor: Actor, row: Any) -> list[tuple[str, Text]]:
    found = Organisation.objects.filter(
        kind=OrganisationKind.AGENCY.value, status=OrganisationState.ACTIVE
    ).order_by("name")
    return [(str(one.pk), Text(one.name, one.name)) for one in found[:_MOST_CHOICES]]


class AskAppraisal(Request):
    """The rights, purpose, valuation date and agency of the appraisal. The request never states a value."""

    rights: Annotated[
        list[int],
        id_of("rights"),
        ask(
            "评估的权利",
            "Rights to appraise",
            "银行委托或为某笔申请委托的可不选，即评估该申请的全部权利",
            "leave empty to appraise all rights of the case",
            widget="many",
            choices=_own_rights,
            only=_is_firm,
        ),
    ] = []
    case: Annotated[int | None, id_of("cases"), ask("所属融资申请", "Financing case", choices=_cases)] = None
    purpose: Annotated[Purpose, ask("评估目的", "Purpose", choices=tuple(PURPOSE_TEXT.items()))] = Purpose.PLEDGE
    value_type: Annotated[ValueType, ask("价值类型", "Type of value", choices=tuple(VALUE_TYPE_TEXT.items()))] = (
        ValueType.MARKET
    )
    valuation_date: Annotated[
        ValuationDay,
        ask(
            "评估基准日",
            "Valuation date",
            "今天或更早",
            "today or earlier",
            start=lambda actor, row: day_of(now()),
        ),
    ]
    agency: Annotated[
        int | None,
        id_of("organisations"),
        ask(
            "评估机构",
            "Agency",
            "不选则由平台按规则随机抽取",
            "leave empty for a random draw by the platform",
            choices=_agencies,
        ),
    ] = None


@operation(
    "appraisal.request",
    Text("委托正式评估", "Request a formal appraisal"),
    request=AskAppraisal,
    roles=CLIENTS,
    for_agents=True,
    page="agency.appraisal",
    help=Text(
        "评估机构独立评估，委托人不得预设价值；机构接受委托时声明利益冲突并报价。",
        "The agency appraises independently; no value may be preset. On acceptance it declares conflicts of interest and quotes its fee.",
    ),
)
def request_appraisal(work: Work, request: AskAppraisal) -> Any:
    """Request the appraisal and notify the agency, which accepts or declines."""
    actor = work.actor
    if not actor.is_active:
        raise refuse(
            "not_confirmed",
            "firm",
            actor.organisation_name,
            Text("企业尚未通过核实", "the firm has not been confirmed yet"),
            Text(
                "请等待管理员核实；此前可使用免费线上评估",
                "wait for confirmation; the free online appraisal is available now",
            ),
        )
    if request.valuation_date > work.day:
        raise refuse(
            "later_than_today",
            "valuation_date",
            request.valuation_date,
            Text("日期晚于今天", "the date is in the future"),
            Text("请填写今天或更早的日期", "enter today or an earlier date"),
        )
    case = _case(work, request.case)
    rights = _rights(work, request.rights, case)
    firm = rights[0].firm
    parties = parties_of(firm, rights, case)
    chosen = _chosen(work, request.agency, firm, rights, request.purpose, parties)
    row = _open(
        work,
        chosen,
        firm,
        rights=rights,
        case=case,
        purpose=request.purpose,
        value_type=request.value_type,
        valuation_date=request.valuation_date,
    )
    return {"id": row.pk, "agency": chosen.agency.pk}


def _open(
    work: Work,
    chosen: Chosen,
    firm: Organisation,
    rights: Sequence[FirmRight],
    case: Case | None,
    purpose: str,
    value_type: str,
    valuation_date: date,
) -> Appraisal:
    row = work.create(
        Appraisal,
        firm=firm,
        agency=chosen.agency,
        case=case,
        grade=AppraisalGrade.FORMAL,
        state=AppraisalState.REQUESTED.value,
        purpose=purpose,
        value_type=value_type,
        rights=[right.pk for right in rights],
        valuation_date=valuation_date,
        assignment=chosen.assignment,
    )
    for right in rights:
        work.create(SharedRight, right=right, subject=subject_name(row), active=True)
    work.notify(
        Text(f"新的评估委托：{firm.name}", f"New appraisal assignment: {firm.name}"),
        address(row),
        chosen.agency,
        asks=True,
    )
    work.concerns(firm, None if case is None else case.lender_id)
    return row


def _case(work: Work, number: int | None) -> Case | None:
    if number is None:
        return None
    found = visible(work.actor, Case, work.day).filter(pk=number).select_related("firm", "lender").first()
    if found is None:
        raise not_found(Case, number)
    return found


def _rights(work: Work, wanted: Sequence[int], case: Case | None) -> list[FirmRight]:
    numbers = list(dict.fromkeys(wanted)) or ([] if case is None else list(case.rights))
    if not numbers:
        raise refuse(
            "no_rights",
            "rights",
            "",
            Text("未选择权利", "no right selected"),
            Text("请至少选择一项权利，或选择一笔融资申请", "select at least one right, or a case"),
        )
    seen = visible(work.actor, FirmRight, work.day).filter(pk__in=numbers, removed=False).select_related("firm")
    found = {right.pk: right for right in seen}
    missing = [one for one in numbers if one not in found]
    if missing:
        raise not_found(FirmRight, "、".join(str(one) for one in missing))
    rights = [found[one] for one in numbers]
    firms = {right.firm_id for right in rights} | ({case.firm_id} if case is not None else set())
    if len(firms) > 1 or (case is not None and not set(numbers) <= set(case.rights)):
        raise refuse(
            "other_rights",
            "rights",
            "、".join(right.title for right in rights),
            Text("不属于该申请和该企业的权利", "these rights do not belong to this case and firm"),
            Text("请仅选择该申请的权利", "select only rights of the case"),
        )
    if work.actor.kind is OrganisationKind.LENDER and case is None:
        raise forbidden()
    return rights


def _chosen(
    work: Work,
    agency: int | None,
    firm: Organisation,
    rights: Sequence[FirmRight],
    purpose: str,
    parties: Sequence[str],
) -> Chosen:
    if agency is None:
        chosen = drawn(firm, rights, purpose, parties, work.day)
        if isinstance(chosen, Text):
            raise refuse(
                "nobody_free",
                "agency",
                "",
                chosen,
                Text(
                    "请指定一家机构，或联系平台登记更多机构",
                    "choose an agency, or ask the platform to register more",
                ),
            )
        return chosen
    found = Organisation.objects.filter(pk=agency, kind=OrganisationKind.AGENCY.value).first()
    if found is None:
        raise not_found(Organisation, agency)
    return named(found, firm, parties, work.day)


# -- the agency's answer ------------------------------------------------------------------------------------------


def members_with(organisation: int, role: MemberRole) -> list[tuple[str, Text]]:
    """Return the accounts that have a role in an organisation."""
    found = (
        Membership.objects.filter(organisation=organisation, active=True).select_related("account").order_by("pk")
    )
    return [
        (str(one.account_id), Text(name_of(one.account), name_of(one.account)))
        for one in found
        if role.value in one.roles
    ]


def name_of(account: Any) -> str:
    """Return the name shown for an account: its name, or its e-mail address if it has none."""
    return str(account.display_name or account.email)


class AcceptAppraisal(Request):
    """The agency's declaration, its fee, and the people who do the work."""

    independent: Annotated[
        bool,
        ask(
            "声明：机构及评估师与委托人、权利人、贷款人无利害关系",
            "I declare that the agency and its appraisers have no conflict of interest with the client, holders or lender",
            "不能作出声明的，请选择“不接受委托”",
            "if you cannot declare this, decline the assignment",
            widget="flag",
        ),
    ] = False
    no_preset_value: Annotated[
        bool,
        ask(
            "声明：未预设价值（财资〔2025〕128号）",
            "I declare that no value has been preset",
            widget="flag",
        ),
    ] = False
    fee: Annotated[Fen, ask("评估费", "Fee", widget="money")]
    unusual: UnusualReason = ""
    appraiser: Annotated[
        int,
        id_of("accounts"),
        ask(
            "承办评估师",
            "Appraiser",
            choices=lambda actor, row: members_with(actor.organisation, MemberRole.AGENCY_APPRAISER),
        ),
    ]


@operation(
    "appraisal.accept",
    Text("接受委托", "Accept the assignment"),
    model=Appraisal,
    roles=AGENCY,
    states=states_for(AppraisalTransition.ACCEPT),
    request=AcceptAppraisal,
    page="agency.appraisal",
)
def accept(work: Work, request: AcceptAppraisal) -> Any:
    """Accept the assignment. Both declarations are required, and the rules of the pool are checked again as of
    today.
    """
    row = work.row
    missing = [name for name in ("independent", "no_preset_value") if not getattr(request, name)]
    if missing:
        raise refuse(
            "not_declared",
            missing[0],
            "",
            Text("未作声明，不能接受委托", "the declaration is missing"),
            Text("核实后勾选；不能作出声明的，请选择“不接受委托”", "check and tick it, or decline the assignment"),
        )
    if str(request.appraiser) not in dict(members_with(row.agency_id, MemberRole.AGENCY_APPRAISER)):
        raise refuse(
            "no_appraiser",
            "appraiser",
            request.appraiser,
            Text("该人员不是本机构评估师", "not an appraiser of this agency"),
            Text("请选择本机构的评估师", "choose an appraiser of the agency"),
        )
    unusual = unusual_amount("fee", request.fee, "plausible.amount.appraisal_fee", work.rules, work.day)
    if unusual and not request.unusual:
        raise InputError(unusual)
    rights = list(FirmRight.objects.filter(pk__in=row.rights))
    named(row.agency, row.firm, parties_of(row.firm, rights, row.case), work.day)
    work.update(
        row,
        state=next_state(row.state, AppraisalTransition.ACCEPT).value,
        fee=request.fee,
        appraiser_id=request.appraiser,
        conflict={
            "independent": True,
            "preset_value": False,
            **({"unusual_fee": request.unusual} if unusual else {}),
            "by": work.actor.account,
            "on": work.day.isoformat(),
        },
    )
    _tell_clients(work, Text("评估机构已接受委托", "The agency has accepted the assignment"))


class RefuseAppraisal(Request):
    """The reason why the agency declines the assignment or gives it back."""

    has_conflict: Annotated[bool, ask("有利益冲突", "There is a conflict of interest", widget="flag")] = False
    reason: Annotated[Words, ask("理由", "Reason", widget="area")]


@operation(
    "appraisal.refuse",
    Text("不接受委托", "Decline the assignment"),
    model=Appraisal,
    roles=AGENCY,
    states=states_for(AppraisalTransition.REFUSE),
    request=RefuseAppraisal,
    is_grave=True,
    page="agency.appraisal",
    help=Text(
        "由平台抽取机构的委托，转由下一顺位机构办理。",
        "If the platform drew the agency, the next agency in the draw takes over.",
    ),
)
def refuse_assignment(work: Work, request: RefuseAppraisal) -> Any:
    """Decline the assignment. The agency can no longer see the rights. An assignment made by draw goes to the next
    agency of the draw.
    """
    row = work.row
    work.update(
        row,
        state=next_state(row.state, AppraisalTransition.REFUSE).value,
        conflict={
            "independent": not request.has_conflict,
            "reason": request.reason,
            "by": work.actor.account,
            "on": work.day.isoformat(),
        },
    )
    for shared in SharedRight.objects.filter(subject=subject_name(row), active=True):
        work.update(shared, active=False)
    _tell_clients(work, Text("评估机构未接受委托", "The agency has declined the assignment"))
    if row.assignment.get("how") != "drawn":
        return {"next": None}
    rights = list(FirmRight.objects.filter(pk__in=row.rights).select_related("firm"))
    chosen = drawn(row.firm, rights, row.purpose, parties_of(row.firm, rights, row.case), work.day)
    if isinstance(chosen, Text):
        _tell_clients(work, chosen)
        return {"next": None}
    after = _open(
        work,
        chosen,
        row.firm,
        rights=rights,
        case=row.case,
        purpose=row.purpose,
        value_type=row.value_type,
        valuation_date=row.valuation_date,
    )
    return {"next": after.pk}


def _tell_clients(work: Work, words: Text) -> None:
    row = work.row
    work.notify(words, address(row), row.firm)
    if row.case is not None and row.case.state != CaseState.DRAFT:
        work.notify(words, address(row), row.case.lender)


# -- lists --------------------------------------------------------------------------------------------------------

_STATE = Filter(
    "state",
    Text("状态", "State"),
    lambda value: Q(state=value),
    tuple((one.value, words) for one, words in APPRAISAL_WORDS.items()),
)


_COLUMNS = (
    Column("id", Text("编号", "No."), lambda row: row.pk, "number", "id", main=True),
    Column("firm", Text("企业", "Firm"), lambda row: row.firm.name, main=True),
    Column("agency", Text("评估机构", "Agency"), lambda row: None if row.agency is None else row.agency.name),
    Column(
        "state", Text("状态", "State"), lambda row: APPRAISAL_WORDS[AppraisalState(row.state)], "state", main=True
    ),
    Column("purpose", Text("目的", "Purpose"), lambda row: PURPOSE_TEXT.get(row.purpose)),
    Column("valuation_date", Text("基准日", "Valuation date"), lambda row: row.valuation_date, "day"),
    Column("p10", Text("低（P10）", "Low (P10)"), lambda row: row.p10, "money"),
    Column("p50", Text("评估价值（P50）", "Value (P50)"), lambda row: row.p50, "money"),
    Column("p90", Text("高（P90）", "High (P90)"), lambda row: row.p90, "money"),
    Column("valid_until", Text("有效期至", "Valid until"), lambda row: row.valid_until, "day", "valid_until"),
    Column("fee", Text("评估费", "Fee"), lambda row: row.fee or None, "money"),
)
ASSIGNMENTS = listing(
    Listing(
        "agency.appraisals",
        Text("评估委托", "Assignments"),
        Appraisal,
        _COLUMNS,
        (_STATE,),
        roles=AGENCY,
        related=("firm", "agency"),
        page="agency.appraisal",
        empty=Text("暂无委托。收到委托时会通知您。", "No assignments yet. You will be notified of new ones."),
    )
)
FORMAL = listing(
    Listing(
        "appraisals.formal",
        Text("正式评估", "Formal appraisals"),
        Appraisal,
        _COLUMNS,
        (_STATE,),
        roles=CLIENTS,
        related=("firm", "agency"),
        narrow=lambda actor, day: Q(grade=AppraisalGrade.FORMAL),
        page="agency.appraisal",
        empty=Text("暂无正式评估。", "No formal appraisals yet."),
        begin="appraisal.request",
    )
)
