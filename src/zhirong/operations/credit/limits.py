"""Limits that a lender or guarantor sets for itself, and their use."""

from collections.abc import Iterable, Sequence
from datetime import date
from typing import Annotated, Any

from django.db.models import Case as If
from django.db.models import F, Q, QuerySet, Sum, When

from zhirong.chain.financing.case import CaseState
from zhirong.chain.financing.limits import SCOPE_TEXT, Addition, LendingLimit, Meter, Scope, own_meters
from zhirong.chain.loan.states import LoanState
from zhirong.chain.organisation.roles import MemberRole
from zhirong.chain.quote.facts import region_words
from zhirong.kernel.days import day_of
from zhirong.kernel.money import Fen as FenAmount
from zhirong.kernel.text import Text
from zhirong.operations.clock import now
from zhirong.operations.declare import operation
from zhirong.operations.fields import Fen, Request, ask
from zhirong.operations.listing import Column, Listing, listing
from zhirong.operations.refusals import refuse
from zhirong.operations.rulebook import rulebook
from zhirong.operations.unit_of_work import Work
from zhirong.store import financing
from zhirong.store.financing import Case, Loan
from zhirong.workbench import modes

OWNERS = (MemberRole.LENDER_MANAGER, MemberRole.GUARANTOR_APPROVER)
READERS = (
    MemberRole.LENDER_OFFICER,
    MemberRole.LENDER_REVIEWER,
    MemberRole.LENDER_APPROVER,
    MemberRole.LENDER_MANAGER,
    MemberRole.GUARANTOR_OFFICER,
    MemberRole.GUARANTOR_APPROVER,
)
# A case counts from its approval on with the approved amount, until its loan is disbursed.
COMMITTED = (CaseState.APPROVED, CaseState.SIGNING, CaseState.REGISTERING)
_REGION_DIGITS = 6


def _modes_and_regions(actor: Any, row: Any) -> list[tuple[str, Text]]:
    """Return the modes and the named regions for the form. The API accepts any other region code, too."""
    regions = rulebook().at("regions.names", day_of(now())).value
    return [
        *((name, Text(f"模式：{mode.title.zh}", f"Mode: {mode.title.en}")) for name, mode in modes().items()),
        *((one["code"], Text(f"地区：{one['zh']}", f"Region: {one['en']}")) for one in regions),
    ]


class SetLimit(Request):
    """A limit in fen; for a mode or region also which one."""

    scope: Annotated[
        Scope, ask("限额种类", "Limit type", choices=tuple((one.value, words) for one, words in SCOPE_TEXT.items()))
    ]
    value: Annotated[
        str,
        ask(
            "模式或地区",
            "Mode or region",
            "仅模式限额和地区限额需要选择",
            "only for a limit by mode or by region",
            choices=_modes_and_regions,
        ),
    ] = ""
    amount: Annotated[Fen, ask("限额", "Maximum amount", widget="money")]


@operation("limit.set", Text("设定限额", "Set a limit"), roles=OWNERS, request=SetLimit)
def set_limit(work: Work, request: SetLimit) -> Any:
    """Set the limit of this kind; the log keeps the previous one."""
    _demand_value(request, work.day)
    found = financing.Limit.objects.filter(
        organisation=work.actor.organisation, scope=request.scope, value=request.value
    ).first()
    if found is not None:
        work.subject_is(work.update(found, amount=request.amount, removed=False))
        return {"id": found.pk}
    made = work.create(
        financing.Limit,
        organisation_id=work.actor.organisation,
        scope=request.scope.value,
        value=request.value,
        amount=request.amount,
    )
    return {"id": made.pk}


@operation(
    "limit.remove",
    Text("取消限额", "Remove the limit"),
    model=financing.Limit,
    roles=OWNERS,
    relation=lambda actor, row: row.organisation_id == actor.organisation and not row.removed,
    is_grave=True,
    help=Text(
        "取消后审批不再受此限额约束；可以重新设定。",
        "The limit no longer applies to approvals. You can set it again.",
    ),
)
def remove_limit(work: Work, request: Any) -> Any:
    """Remove the limit; the log keeps it."""
    work.update(work.row, removed=True)


def _demand_value(request: SetLimit, day: date) -> None:
    if request.scope is Scope.MODE and request.value not in modes():
        known = [(name, mode.title) for name, mode in modes().items()]
        zh = "、".join(f"{name}（{title.zh}）" for name, title in known)
        en = ", ".join(f"{name} ({title.en})" for name, title in known)
        raise refuse(
            "unknown_mode",
            "value",
            request.value,
            Text("该模式不存在", "the mode does not exist"),
            Text(f"请选择：{zh}", f"Choose from: {en}"),
        )
    if request.scope is Scope.REGION and not _is_region(request.value, day):
        raise refuse(
            "not_a_region",
            "value",
            request.value,
            Text("应为六位地区代码", "must be a six-digit region code"),
            Text("如广州 440100、陕西 610000", "such as 440100 for Guangzhou"),
        )
    if request.scope in (Scope.PORTFOLIO, Scope.FIRM) and request.value:
        raise refuse(
            "value_not_wanted",
            "value",
            request.value,
            Text("此类限额不区分模式或地区", "this limit type has no mode or region"),
            Text("请留空", "leave it empty"),
        )


def _is_region(value: str, day: date) -> bool:
    """Return whether the first two of six digits belong to a province."""
    provinces = {row["code"][:2] for row in rulebook().at("regions.names", day).value}
    return len(value) == _REGION_DIGITS and value.isascii() and value.isdigit() and value[:2] in provinces


def limits_of(organisation: int) -> dict[LendingLimit, financing.Limit]:
    """Return the limits of an institution, each with its row."""
    rows = financing.Limit.objects.filter(organisation=organisation, removed=False).order_by("scope", "value")
    return {LendingLimit(Scope(row.scope), row.value, row.amount): row for row in rows}


def names_of(limits: Iterable[LendingLimit], day: date) -> dict[str, Text]:
    """Return the names of the modes and regions of limits."""
    found = {}
    for limit in limits:
        if limit.scope is Scope.MODE and limit.value in modes():
            found[limit.value] = modes()[limit.value].title
        elif limit.scope is Scope.REGION:
            found[limit.value] = region_words(limit.value, rulebook(), day)
    return found


def lender_meters(case: Case, amount: FenAmount, day: date) -> tuple[Meter, ...]:
    """Return the effect of lending this amount on each of the lender's limits."""
    limits = tuple(limits_of(case.lender_id))
    used = {limit: lent(case.lender_id, limit, case) for limit in limits}
    return own_meters(limits, used, Addition(amount, case.mode, case.firm.region), names_of(limits, day))


def lent(lender: int, limit: LendingLimit, case: Case | None = None) -> FenAmount:
    """Return the use of a lender's limit in fen: balances, and approved amounts not yet disbursed. The case itself
    is excluded.
    """
    loans, cases = loans_of(lender), committed_of(lender)
    if case is not None:
        loans, cases = loans.exclude(case=case), cases.exclude(pk=case.pk)
    if limit.scope is Scope.FIRM:
        firm = None if case is None else case.firm_id
        loans, cases = loans.filter(firm=firm), cases.filter(firm=firm)
    elif limit.scope is Scope.MODE:
        loans, cases = loans.filter(mode=limit.value), cases.filter(mode=limit.value)
    elif limit.scope is Scope.REGION:
        within = region_within(limit.value)
        loans, cases = loans.filter(within), cases.filter(within)
    return sum_of(loans, "standing") + sum_of(cases, "approved_amount")


def loans_of(lender: int) -> "QuerySet[Loan]":
    """Return the lender's loans that count, each with its amount (``standing``): the balance, or the principal
    before disbursement.
    """
    return Loan.objects.filter(lender=lender, state__in=(LoanState.WAITING, LoanState.STANDING)).annotate(
        standing=If(When(state=LoanState.WAITING, then=F("principal")), default=F("balance"))
    )


def committed_of(lender: int) -> "QuerySet[Case]":
    """Return the lender's approved cases that have no loan yet."""
    return Case.objects.filter(lender=lender, state__in=COMMITTED, loan=None)


def region_within(region: str, firm: str = "firm") -> Q:
    """Return the condition that a firm is in a region: its code begins with the region's code without trailing
    zeros. firm: the lookup path of the firm; empty for rows that are firms themselves.
    """
    prefix = region
    while prefix.endswith("00"):
        prefix = prefix[:-2]
    column = f"{firm}__region" if firm else "region"
    return Q(**{f"{column}__startswith": prefix})


def sum_of(rows: "QuerySet[Any]", column: str) -> FenAmount:
    """Return the sum of a column in fen."""
    return rows.aggregate(sum=Sum(column))["sum"] or 0


def broken(meters: Sequence[Meter]) -> list[Meter]:
    """Return the limits that would be exceeded."""
    return [one for one in meters if one.is_broken]


listing(
    Listing(
        "desk.limits",
        Text("限额", "Limits"),
        financing.Limit,
        (
            Column(
                "scope", Text("种类", "Kind"), lambda row: SCOPE_TEXT[Scope(row.scope)], order="scope", main=True
            ),
            Column("value", Text("模式或地区", "Mode or region"), lambda row: row.value, order="value", main=True),
            Column(
                "amount", Text("限额", "Maximum amount"), lambda row: row.amount, "money", order="amount", main=True
            ),
            Column("changed", Text("改于", "Changed"), lambda row: row.changed_at, "instant", order="changed_at"),
        ),
        roles=READERS,
        narrow=lambda actor, day: Q(removed=False),
        order="scope",
        empty=Text("暂无限额。", "No limits yet."),
        begin="limit.set",
    )
)
