"""Guarantees: the lender's request, the guarantor's review, the decision by a second person, exposure and limits."""

from datetime import date
from decimal import Decimal
from fractions import Fraction
from typing import Annotated, Any

from django.db.models import Q, Sum
from pydantic import Field

from zhirong.chain.financing.case import CASE_WORDS, ENDED, CaseState
from zhirong.chain.financing.decline_reasons import GROUND_TEXT, DeclineGround
from zhirong.chain.financing.limits import Addition, Meter, Scope, guarantor_meters, own_meters
from zhirong.chain.guarantee.states import GUARANTEE_WORDS, GUARANTEES_OPEN, UNANSWERED, GuaranteeState
from zhirong.chain.organisation.roles import MemberRole, OrganisationKind
from zhirong.chain.organisation.states import OrganisationState
from zhirong.kernel.days import add_months
from zhirong.kernel.errors import InputError, Problem
from zhirong.kernel.money import Fen as FenAmount
from zhirong.kernel.money import round_fen, show_yuan
from zhirong.kernel.text import Text
from zhirong.operations.actors import Actor
from zhirong.operations.credit.diligence import DESK, lender_page
from zhirong.operations.credit.limits import broken, limits_of, names_of, region_within
from zhirong.operations.declare import operation
from zhirong.operations.fields import Choices, Fen, Line, Percent, Request, Words, ask, id_of
from zhirong.operations.guarantee.review_replay import kept_basis
from zhirong.operations.listing import Column, Filter, Listing, listing
from zhirong.operations.organisation.organisations import own_firm
from zhirong.operations.page_links import page_link
from zhirong.operations.plausibility import RecentDay, UnusualReason, unusual_rate
from zhirong.operations.refusals import refuse
from zhirong.operations.unit_of_work import Work
from zhirong.store.financing import CASE_TABLES, Case, GuaranteeRequest, GuarantorFigures
from zhirong.store.parties import Organisation

GUARANTOR = (MemberRole.GUARANTOR_OFFICER, MemberRole.GUARANTOR_APPROVER)
_MONTHS_A_YEAR = 12
# A guarantee counts until the loan is repaid, and not for a cancelled case.
_OVER = (*(state.value for state in ENDED), CaseState.REPAID.value)


def guarantor_page(asked: GuaranteeRequest) -> str:
    """Return the page on which the guarantor sees a request."""
    return page_link("guarantor.request", asked.pk)


def guarantors(actor: Actor, row: Any) -> Choices:
    """Return every active guarantor."""
    found = Organisation.objects.filter(
        kind=OrganisationKind.GUARANTOR.value, status=OrganisationState.ACTIVE
    ).order_by("name")
    return [(str(one.pk), Text(one.name, one.name)) for one in found]


Share = Annotated[Percent, Field(gt=0)]
FeeRate = Annotated[Percent, Field(ge=0)]


class AskGuarantor(Request):
    """The guarantor, the share of the loan to guarantee, and the fee."""

    guarantor: Annotated[int, id_of("organisations"), ask("担保机构", "Guarantor", choices=guarantors)]
    amount: Annotated[
        Fen,
        ask(
            "贷款金额",
            "Loan amount",
            widget="money",
            start=lambda actor, row: row.credit_limit or row.amount,
        ),
    ]
    share: Annotated[
        Share,
        ask("担保比例", "Guaranteed share", "如 80% 或 0.8", "such as 80% or 0.8"),
    ]
    fee_rate: Annotated[FeeRate, ask("年担保费率", "Annual guarantee fee", "如 1% 或 0.01", "such as 1% or 0.01")]
    unusual: UnusualReason = ""


@operation(
    "guarantee.request",
    Text("申请担保", "Request a guarantee"),
    model=Case,
    roles=DESK,
    states=(CaseState.DILIGENCE, CaseState.APPROVAL, CaseState.APPROVED, CaseState.SIGNING),
    request=AskGuarantor,
    page="lender.case",
)
def ask_guarantor(work: Work, request: AskGuarantor) -> Any:
    """Send the request. The guarantor can see the case from now on, and answers."""
    case: Case = work.row
    if str(request.guarantor) not in {value for value, _ in guarantors(work.actor, case)}:
        raise refuse(
            "not_a_guarantor",
            "guarantor",
            request.guarantor,
            Text("该担保机构不存在", "the guarantor does not exist"),
            Text("请从名单中选择", "choose one from the list"),
        )
    if not 0 < request.amount <= case.amount:
        raise refuse(
            "not_the_loan",
            "amount",
            show_yuan(request.amount),
            Text(
                f"须大于零，且不超过申请金额 {show_yuan(case.amount)} 元",
                f"must be above zero and at most the amount requested, CNY {show_yuan(case.amount)}",
            ),
            Text("请填写需要担保的贷款金额", "enter the loan amount to be guaranteed"),
        )
    unusual = [
        *unusual_rate("share", request.share, "guarantor.usual_share", work.rules, work.day),
        *unusual_rate("fee_rate", request.fee_rate, "guarantor.usual_fee_rate", work.rules, work.day),
    ]
    if unusual and not request.unusual:
        raise InputError(unusual)
    if GuaranteeRequest.objects.filter(case=case, state__in=GUARANTEES_OPEN).exists():
        raise refuse(
            "asked_already",
            "guarantor",
            request.guarantor,
            Text(
                "该笔业务已有在办或已同意的担保", "a guarantee has already been requested or granted for this case"
            ),
            Text(
                "请等待担保机构答复；需更换的，先办理“撤销担保请求”",
                "wait for the answer; to ask another guarantor, withdraw this request first",
            ),
        )
    asked = work.create(
        GuaranteeRequest,
        case=case,
        guarantor_id=request.guarantor,
        state=GuaranteeState.REQUESTED,
        share=request.share,
        fee_rate=request.fee_rate,
        amount=request.amount,
        exposure=part_of(request.amount, request.share),
        fee=fee_of(request.amount, request.share, request.fee_rate, case.term_months),
        basis={"unusual": request.unusual} if unusual else {},
    )
    work.notify(
        Text(
            f"{case.lender.name}请您为 {case.firm.name} 的贷款担保",
            f"{case.lender.name} asks you to guarantee a loan to {case.firm.name}",
        ),
        guarantor_page(asked),
        request.guarantor,
        (MemberRole.GUARANTOR_OFFICER,),
        asks=True,
    )
    return {"id": asked.pk}


def part_of(amount: FenAmount, share: Decimal) -> FenAmount:
    """Return a share of an amount, rounded up to the next fen so that a party never bears less than its share."""
    return -round_fen(-Fraction(amount) * Fraction(share), "floor")


def fee_of(amount: FenAmount, share: Decimal, rate: Decimal, months: int) -> FenAmount:
    """Return the fee of the complete term: guaranteed amount × annual rate × term in years, rounded to the fen."""
    return round_fen(Fraction(part_of(amount, share)) * Fraction(rate) * Fraction(months, _MONTHS_A_YEAR))


class ReviewGuarantee(Request):
    """The findings of the guarantor's officer, and the counter-guarantee from the firm."""

    counter_guarantee: Annotated[
        str,
        Field(max_length=500),
        ask("反担保措施", "Counter-guarantee", "没有的填“无”", "enter 'none' if there is none"),
    ]
    group: Annotated[
        str,
        Field(max_length=60),
        ask(
            "关联方组",
            "Group of related parties",
            "与企业有关联的被担保人填写同一名称，用于计算 15% 限额；没有的请留空",
            "the same name for all related debtors, for the 15% limit; leave empty if there is none",
        ),
    ] = ""
    opinion: Annotated[Words, ask("审查意见", "Opinion", widget="area")]


@operation(
    "guarantee.review",
    Text("担保审查", "Review the request"),
    model=GuaranteeRequest,
    roles=(MemberRole.GUARANTOR_OFFICER,),
    states=UNANSWERED,
    request=ReviewGuarantee,
    page="guarantor.request",
)
def review_guarantee(work: Work, request: ReviewGuarantee) -> Any:
    """Store the review; another person decides on it."""
    asked: GuaranteeRequest = work.row
    if not request.counter_guarantee:
        raise refuse(
            "missing",
            "counter_guarantee",
            "",
            Text("未填写", "missing"),
            Text("没有反担保的填“无”", "enter 'none' if there is none"),
        )
    asked.group = request.group  # the limits of related parties depend on it
    work.update(
        asked,
        state=GuaranteeState.REVIEWED,
        basis={**asked.basis, **_calculated(asked, work)},
        counter_guarantee=request.counter_guarantee,
        group=request.group,
        opinion=request.opinion,
        proposed_by_id=work.actor.account,
    )
    work.notify(
        Text(f"待审批的担保：{asked.case.firm.name}", f"Guarantee to approve: {asked.case.firm.name}"),
        guarantor_page(asked),
        asked.guarantor_id,
        (MemberRole.GUARANTOR_APPROVER,),
        asks=True,
    )


class Grant(Request):
    """The opinion of the second person."""

    opinion: Annotated[Words, ask("审批意见", "Opinion", widget="area")]


@operation(
    "guarantee.grant",
    Text("同意担保", "Grant the guarantee"),
    model=GuaranteeRequest,
    roles=(MemberRole.GUARANTOR_APPROVER,),
    states=(GuaranteeState.REVIEWED,),
    relation=lambda actor, row: row.guarantor_id == actor.organisation and row.proposed_by_id != actor.account,
    request=Grant,
    page="guarantor.request",
)
def grant(work: Work, request: Grant) -> Any:
    """Grant the guarantee within the legal limits and the guarantor's limits. The case names its guarantor from now
    on.
    """
    asked: GuaranteeRequest = work.row
    case = Case.objects.get(pk=asked.case_id)
    figures = figures_of(asked.guarantor_id, work.day)
    problems = _figures_problems(figures, work)
    if case.state in _OVER:
        problems.append(
            Problem(
                "case",
                case.state,
                Text(
                    f"申请已是“{CASE_WORDS[CaseState(case.state)].zh}”",
                    f"the case is {CASE_WORDS[CaseState(case.state)].en}",
                ),
                Text("无需再担保", "a guarantee is no longer needed"),
                "case_over",
            )
        )
    problems += own_firm(work.actor.account, case.firm_id)
    meters: tuple[Meter, ...] = ()
    if figures is not None:
        meters = meters_of(asked, figures, work)
        problems += [one.as_problem() for one in broken(meters)]
    if problems:
        raise InputError(problems)
    basis = {**asked.basis, **kept_basis(work, figures, meters)}
    opinion = f"{asked.opinion}\n{request.opinion}"
    work.update(asked, state=GuaranteeState.GRANTED, decided_by_id=work.actor.account, basis=basis, opinion=opinion)
    guarantee = {
        "request": asked.pk,
        "share": str(asked.share.normalize()),
        "fee_rate": str(asked.fee_rate.normalize()),
        "fee": asked.fee,
        "exposure": asked.exposure,
    }
    work.update(case, guarantor_id=asked.guarantor_id, guarantee=guarantee)
    work.notify(
        Text(
            f"{asked.guarantor.name}同意为 {case.number} 担保 {show_yuan(asked.exposure)} 元",
            f"{asked.guarantor.name} guarantees CNY {show_yuan(asked.exposure)} for {case.number}",
        ),
        lender_page(case),
        case.lender,
        DESK,
    )
    work.concerns(case.firm_id)


class DeclineGuarantee(Request):
    """The reason."""

    ground: Annotated[
        DeclineGround,
        ask("主要理由", "Main ground", choices=tuple((one.value, words) for one, words in GROUND_TEXT.items())),
    ]
    reason: Annotated[Words, ask("具体理由", "Detailed reason", widget="area")]


@operation(
    "guarantee.decline",
    Text("不同意担保", "Decline the guarantee"),
    model=GuaranteeRequest,
    roles=(MemberRole.GUARANTOR_APPROVER,),
    states=UNANSWERED,
    relation=lambda actor, row: row.guarantor_id == actor.organisation and row.proposed_by_id != actor.account,
    request=DeclineGuarantee,
    is_grave=True,
    page="guarantor.request",
)
def decline_guarantee(work: Work, request: DeclineGuarantee) -> Any:
    """Decline the request. The lender learns the reason and can ask another guarantor."""
    asked: GuaranteeRequest = work.row
    ground = GROUND_TEXT[request.ground]
    work.update(
        asked,
        state=GuaranteeState.DECLINED,
        exposure=0,
        decided_by_id=work.actor.account,
        basis={**asked.basis, **_calculated(asked, work), "ground": request.ground.value},
        opinion=f"{asked.opinion}\n{request.reason}".strip(),
    )
    work.notify(
        Text(
            f"{asked.guarantor.name}不同意为 {asked.case.number} 担保：{ground.zh}",
            f"{asked.guarantor.name} does not guarantee {asked.case.number}: {ground.en}",
        ),
        lender_page(asked.case),
        asked.case.lender_id,
        DESK,
        asks=True,
    )


def standing_guarantee(case: Case) -> GuaranteeRequest | None:
    """Return the most recently granted guarantee of the case."""
    return GuaranteeRequest.objects.filter(case=case, state=GuaranteeState.GRANTED).order_by("-pk").first()


GOES_NO_FURTHER = Text("不再办理，担保请求结束", "is closed; your guarantee is no longer needed")
IS_PAID_OFF = Text("已还清，担保责任解除", "is repaid; your guarantee has ended")


def end_guarantees(work: Work, case: Case, why: Text) -> None:
    """End every requested or granted guarantee of the case and notify the guarantors of the reason."""
    for asked in GuaranteeRequest.objects.filter(case=case, state__in=GUARANTEES_OPEN):
        work.update(asked, state=GuaranteeState.ENDED, exposure=0)
        work.notify(
            Text(f"{case.number} {why.zh}", f"{case.number} {why.en}"),
            guarantor_page(asked),
            asked.guarantor_id,
        )


# -- figures and limits
# ---------------------------------------------------------------------------------------------


class Figures(Request):
    """The figures from which the legal limits are calculated."""

    as_of: Annotated[RecentDay, ask("截止日期", "As of")]
    net_assets: Annotated[Fen, ask("净资产", "Net assets", widget="money")]
    is_mainly_small: Annotated[
        bool,
        ask(
            "主要服务小微企业和三农",
            "Mainly serves small firms and agriculture",
            "按规定倍数上限由 10 倍提高到 15 倍",
            "raises the maximum multiple from 10 to 15",
            widget="flag",
        ),
    ] = False
    source: Annotated[Line, ask("依据", "Source", "如 2025 年度审计报告", "such as the 2025 audit report")]


@operation(
    "guarantor.figures",
    Text("填报净资产", "Report net assets"),
    roles=(MemberRole.GUARANTOR_APPROVER,),
    request=Figures,
    page="guarantor.limits",
)
def state_figures(work: Work, request: Figures) -> Any:
    """Store the figures. They apply from their day on; earlier ones are kept."""
    if request.as_of > work.day:
        raise refuse(
            "date_in_future",
            "as_of",
            request.as_of,
            Text("晚于今天", "in the future"),
            Text("请填写报表截止日", "enter the closing date of the accounts"),
        )
    made = work.create(
        GuarantorFigures,
        organisation_id=work.actor.organisation,
        as_of=request.as_of,
        net_assets=request.net_assets,
        is_mainly_small=request.is_mainly_small,
        source=request.source,
    )
    return {"id": made.pk}


def figures_of(guarantor: int, day: date) -> GuarantorFigures | None:
    """Return the latest figures of a guarantor; None if it has stated none."""
    return GuarantorFigures.objects.filter(organisation=guarantor, as_of__lte=day).order_by("-as_of", "-pk").first()


def _figures_problems(figures: GuarantorFigures | None, work: Work) -> list[Problem]:
    hint = Text("请先由担保审批人填报净资产", "ask an approver to report the net assets first")
    if figures is None:
        words = Text(
            "未填报净资产，无法计算限额", "net assets have not been reported, so the limits cannot be calculated"
        )
        return [Problem("net_assets", "", words, hint, "no_figures")]
    holds = work.rules.at("guarantor.figures_months", work.day)
    if add_months(figures.as_of, holds.whole()) < work.day:
        words = Text(
            f"净资产数据已超过 {holds.value} 个月", f"the net assets are more than {holds.value} months old"
        )
        return [Problem("net_assets", figures.as_of.isoformat(), words, hint, "figures_too_old")]
    return []


def _calculated(asked: GuaranteeRequest, work: Work) -> dict[str, Any]:
    """Return the data stored with a review: the effect on every limit on its day, or none without the guarantor's
    figures.
    """
    figures = figures_of(asked.guarantor_id, work.day)
    return kept_basis(work, figures, () if figures is None else meters_of(asked, figures, work))


def standing_of(guarantor: int) -> Any:
    """Return the guarantees that count: granted, for cases that have neither ended nor been repaid."""
    return GuaranteeRequest.objects.filter(guarantor=guarantor, state=GuaranteeState.GRANTED).exclude(
        case__state__in=_OVER
    )


def meters_of(asked: GuaranteeRequest, figures: GuarantorFigures, work: Any) -> tuple[Meter, ...]:
    """Return the effect of granting a request on every limit. work: any object with ``rules`` and ``day``."""
    others = standing_of(asked.guarantor_id).exclude(pk=asked.pk)
    firm = Q(case__firm=asked.case.firm_id)
    related = firm | Q(group=asked.group) if asked.group else firm
    used = {"all": _sum(others), "debtor": _sum(others.filter(firm)), "related": _sum(others.filter(related))}
    adds = 0 if asked.state == GuaranteeState.GRANTED else asked.exposure
    if asked.state == GuaranteeState.GRANTED:
        # Its current exposure counts as used, not as added.
        used = {code: amount + asked.exposure for code, amount in used.items()}
    law = guarantor_meters(
        figures.net_assets, figures.is_mainly_small, used, adds=adds, rules=work.rules, day=work.day
    )
    return (*law, *_own_meters(asked, others, adds, work.day))


def _own_meters(asked: GuaranteeRequest, others: Any, adds: FenAmount, day: date) -> tuple[Meter, ...]:
    limits = tuple(limits_of(asked.guarantor_id))
    used = {}
    for limit in limits:
        rows = others
        if limit.scope is Scope.FIRM:
            rows = others.filter(case__firm=asked.case.firm_id)
        elif limit.scope is Scope.MODE:
            rows = others.filter(case__mode=limit.value)
        elif limit.scope is Scope.REGION:
            rows = others.filter(region_within(limit.value, "case__firm"))
        used[limit] = _sum(rows) + (asked.exposure if asked.state == GuaranteeState.GRANTED else 0)
    addition = Addition(adds, asked.case.mode, asked.case.firm.region)
    return own_meters(limits, used, addition, names_of(limits, day))


def _sum(rows: Any) -> FenAmount:
    return rows.aggregate(sum=Sum("exposure"))["sum"] or 0


def lent_of(asked: GuaranteeRequest) -> FenAmount | None:
    """Return the principal of the loan in fen; None before its disbursement."""
    loan = getattr(asked.case, "loan", None)
    return None if loan is None or loan.start is None else loan.principal


listing(
    Listing(
        "guarantor.requests",
        Text("担保请求", "Requests for guarantees"),
        GuaranteeRequest,
        (
            Column("case", Text("业务", "Case"), lambda row: row.case.number, main=True),
            Column(
                "firm", Text("企业", "Firm"), lambda row: row.case.firm.name, order="case__firm__name", main=True
            ),
            Column("lender", Text("银行", "Lender"), lambda row: row.case.lender.name),
            Column(
                "state",
                Text("状态", "State"),
                lambda row: GUARANTEE_WORDS[GuaranteeState(row.state)],
                "state",
                order="state",
                main=True,
            ),
            Column(
                "asked", Text("企业申请", "Requested"), lambda row: row.case.amount, "money", sums="case__amount"
            ),
            Column(
                "approved",
                Text("银行批准", "Approved"),
                lambda row: row.case.approved_amount,
                "money",
                sums="case__approved_amount",
            ),
            Column(
                "lent",
                Text("已放款", "Lent"),
                lent_of,
                "money",
                sums=Sum("case__loan__principal", filter=Q(case__loan__start__isnull=False)),
            ),
            Column(
                "amount",
                Text("担保贷款", "Guaranteed loan"),
                lambda row: row.amount,
                "money",
                order="amount",
                sums="amount",
            ),
            Column("share", Text("比例", "Share"), lambda row: row.share, "rate", order="share"),
            Column(
                "exposure",
                Text("担保责任", "Exposure"),
                lambda row: row.exposure,
                "money",
                order="exposure",
                main=True,
                sums="exposure",
            ),
            Column("fee", Text("担保费", "Fee"), lambda row: row.fee, "money", order="fee", sums="fee"),
            Column("group", Text("关联方组", "Group"), lambda row: row.group, order="group"),
            Column("asked_at", Text("提出", "Asked"), lambda row: row.created_at, "instant", order="created_at"),
        ),
        filters=(
            Filter("state", Text("状态", "State"), lambda value: Q(state=value), tuple(GUARANTEE_WORDS.items())),
            Filter(
                "firm",
                Text("企业名称含", "Firm's name contains"),
                lambda value: Q(case__firm__name__contains=value),
            ),
            Filter("group", Text("关联方组", "Group"), lambda value: Q(group=value)),
        ),
        roles=GUARANTOR,
        related=("case", "case__firm", "case__lender", "case__loan"),
        unread=(*(f"case__{one}" for one in CASE_TABLES), "case__loan__contract", "case__loan__events", "basis"),
        page="guarantor.request",
        empty=Text("暂无担保请求。银行提出后在此列示。", "No requests. Requests from lenders appear here."),
    )
)
