"""The meters of a pool: reported figures, the breaker's ratio, room under the caps of payments, the payout ceiling."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from fractions import Fraction
from typing import Annotated, Any

from django.db.models import Q

from zhirong.chain.compensation.ceiling import cut_to_ceiling
from zhirong.chain.default.claim_states import ClaimState
from zhirong.chain.default.pool_figures import (
    OF_LENDER,
    POOL_FIGURE_WORDS,
    PoolFigureKind,
    of_year,
    pool_state,
    ratio_of,
)
from zhirong.chain.default.pool_figures import PoolFigure as Figure
from zhirong.chain.mode.loss import Pause, PoolState
from zhirong.chain.mode.model import Mode
from zhirong.chain.organisation.roles import MemberRole, OrganisationKind
from zhirong.chain.organisation.states import OrganisationState
from zhirong.kernel.money import Fen, quantise_rate
from zhirong.kernel.rulebook import Rulebook
from zhirong.kernel.text import Text
from zhirong.mode_files import load_mode
from zhirong.operations.actors import Actor
from zhirong.operations.credit.portfolio import mode_title
from zhirong.operations.declare import operation
from zhirong.operations.fields import Choices, Line, Request, ask
from zhirong.operations.fields import Fen as FenField
from zhirong.operations.listing import Column, Filter, Listing, listing
from zhirong.operations.plausibility import RecentDay
from zhirong.operations.refusals import refuse
from zhirong.operations.unit_of_work import Work
from zhirong.store.parties import Organisation
from zhirong.store.recovery import PayerClaim, PoolFigure

POOL_OFFICERS = (MemberRole.FUND_OFFICER, MemberRole.GUARANTOR_OFFICER, MemberRole.INSURER_OFFICER)
CEILING_RULE = "recovery.ceiling.payout_rate"


def lender_key(lender: int | None) -> str:
    """Return a lender's name in recovery files; empty for the entire pool."""
    return "" if lender is None else f"lender-{lender}"


def figures_of(mode_id: str, as_of: date, reporter: int | None = None) -> list[Figure]:
    """Return the figures of a mode's pool reported for days up to ``as_of``: by one organisation, or (None) by
    every payer of a claim under the mode. Reports of organisations without a part in the mode are ignored.
    """
    rows = PoolFigure.objects.filter(mode=mode_id, day__lte=as_of).order_by("day", "pk")
    if reporter is None:
        rows = rows.filter(organisation__in=PayerClaim.objects.filter(mode=mode_id).values("payer"))
    else:
        rows = rows.filter(organisation=reporter)
    return [Figure(PoolFigureKind(one.kind), one.day, one.amount, lender_key(one.lender_id)) for one in rows]


def pool_of(mode: Mode, mode_id: str, as_of: date) -> PoolState:
    """Return the state of a mode's pool on a day."""
    return pool_state(mode, figures_of(mode_id, as_of), as_of)


@dataclass(frozen=True, slots=True)
class CapMeter:
    """A cap on the payments of a year. amount, used, left: fen."""

    amount: Fen
    used: Fen
    note: Text

    @property
    def left(self) -> Fen:
        """Return the room that is left."""
        return max(0, self.amount - self.used)


@dataclass(frozen=True, slots=True)
class PoolMeter:
    """The meters of one mode for its payer. threshold: of the breaker, None without one. ratios: by lender, percent.

    ceiling: room under the ceiling of the payout rate, fen; None if its base was not reported.
    """

    mode: str
    title: Text
    balance: Fen | None
    threshold: str | None
    ratios: tuple[tuple[str, str, Pause | None], ...]
    caps: tuple[CapMeter, ...]
    ceiling: Fen | None


def meters_of(payer: int | None, day: date, rules: Rulebook) -> tuple[PoolMeter, ...]:
    """Return the meters of every mode under which an organisation shares losses; None: of every mode with a claim."""
    rows = PayerClaim.objects.all() if payer is None else PayerClaim.objects.filter(payer=payer)
    reported = PoolFigure.objects.all() if payer is None else PoolFigure.objects.filter(organisation=payer)
    modes = {*rows.values_list("mode", flat=True), *reported.values_list("mode", flat=True)}
    return tuple(_meter(mode_id, payer, day, rules) for mode_id in sorted(modes))


def _meter(mode_id: str, payer: int | None, day: date, rules: Rulebook) -> PoolMeter:
    mode, figures = load_mode(mode_id), figures_of(mode_id, day, payer)
    state = pool_state(mode, figures, day)
    breaker = mode.breakers[0] if mode.breakers else None
    lenders = (sorted({one.lender for one in figures if one.lender}) or [""]) if breaker else []
    keys = [int(one.rpartition("-")[2]) for one in lenders if one]
    names = dict(Organisation.objects.filter(pk__in=keys).values_list("pk", "name"))
    ratios = []
    for lender in lenders:
        ratio = ratio_of(figures, lender, day.year)
        paused = next((one for one in state.pauses if one.covers(lender, day)), None)
        name = names.get(int(lender.rpartition("-")[2]), lender) if lender else "—"
        ratios.append((name, "—" if ratio is None else f"{quantise_rate(ratio * 100, 4)} %", paused))
    return PoolMeter(
        mode=mode_id,
        title=mode.title,
        balance=state.balance,
        threshold=None if breaker is None else f"{quantise_rate(breaker.above * 100, 4)} %",
        ratios=tuple(ratios),
        caps=tuple(_caps(mode, mode_id, payer, day)),
        ceiling=_ceiling(mode, figures, day, rules),
    )


def _caps(mode: Mode, mode_id: str, payer: int | None, day: date) -> Iterable[CapMeter]:
    """Yield the yearly caps on payments with the amounts paid or accepted under each. A cap by the year of payment
    counts the claims decided in the year of ``day``; a cap by the year of the loan counts the claims on the loans
    of one year, regardless of the day of decision.
    """
    states = (ClaimState.ACCEPTED, ClaimState.PART_PAID, ClaimState.PAID, ClaimState.CLOSED)
    claims = PayerClaim.objects.filter(mode=mode_id, state__in=states).select_related("loan", "case")
    if payer is not None:
        claims = claims.filter(payer=payer)
    for cap in mode.sharing_on(day).caps:
        if cap.amount is None or cap.counts != "payment":
            continue
        used: dict[int, Fen] = {}
        limited = claims.filter(party__in=cap.payers)
        if cap.per == ("payment_year",):
            used[day.year] = sum(_taken(one) for one in limited.filter(decided_on__year=day.year))
        elif cap.per == ("year",):
            for one in limited:
                year = _loan_year(one, day)
                used[year] = used.get(year, 0) + _taken(one)
        else:
            continue
        for year, amount in sorted((used or {day.year: 0}).items()):
            yield CapMeter(cap.amount, amount, Text(f"{year} 年度上限", f"cap of {year}"))


def _taken(claim: PayerClaim) -> Fen:
    return max(claim.accepted, claim.paid)


def _loan_year(claim: PayerClaim, day: date) -> int:
    """Return the year of the loan, as the books of its case read it."""
    opened = day if claim.case is None else claim.case.opened_on
    return (claim.loan.start or opened).year


def _ceiling(mode: Mode, figures: list[Figure], day: date, rules: Rulebook) -> Fen | None:
    """Return the room under the payout ceiling of the re-guarantee; None if its base was not reported.

    The ceiling is the mode's own; if the mode states none, that of the rule applies.
    """
    released = of_year(figures, PoolFigureKind.RELEASED, day)
    if released is None:
        return None
    paid = of_year(figures, PoolFigureKind.PAID_OUT, day) or 0
    stated = mode.payout_ceiling
    rate = Fraction(rules.at(CEILING_RULE, day).number() if stated is None else stated)
    return cut_to_ceiling(released, rate, paid, 0, {"guarantor": Fraction(1)}, "guarantor").room


def _modes(actor: Actor, row: Any) -> Choices:
    """Return every mode: a fund may report before there is a claim under it."""
    from zhirong.workbench import modes

    return [(mode_id, mode.title) for mode_id, mode in sorted(modes().items())]


def _lenders(actor: Actor, row: Any) -> Choices:
    found = Organisation.objects.filter(kind=OrganisationKind.LENDER, status=OrganisationState.ACTIVE)
    return [("", Text("整个资金池", "the whole pool")), *((str(one.pk), Text(one.name, one.name)) for one in found)]


class PoolReport(Request):
    """A pool figure with its day and its evidence."""

    mode: Annotated[str, ask("模式", "Mode", choices=_modes)]
    kind: Annotated[PoolFigureKind, ask("数据", "Figure", choices=tuple(POOL_FIGURE_WORDS.items()))]
    lender: Annotated[str, ask("放款机构", "Lender", choices=_lenders)] = ""
    day: Annotated[RecentDay, ask("日期", "Day")]
    amount: Annotated[FenField, ask("金额", "Amount", widget="money")]
    evidence: Annotated[Line, ask("依据", "Evidence", "如季度报表编号", "such as the quarterly report")]


@operation(
    "pool.report",
    Text("填报资金池数据", "Report a pool figure"),
    roles=POOL_OFFICERS,
    request=PoolReport,
    help=Text(
        "熔断、年度上限和代偿率上限依填报的数据计算；平台外的业务也应填报。",
        "The breaker, the caps and the payout ceiling use the reported figures. Include business outside the platform.",
    ),
)
def report(work: Work, request: PoolReport) -> Any:
    """Report a figure; it is added and never replaces an earlier one."""
    if request.mode not in dict(_modes(work.actor, None)):
        raise refuse(
            "no_such_mode",
            "mode",
            request.mode,
            Text("没有此模式", "there is no such mode"),
            Text("请从列表中选择", "choose one from the list"),
        )
    if request.lender not in dict(_lenders(work.actor, None)) or (request.lender and request.kind not in OF_LENDER):
        raise refuse(
            "not_of_a_lender",
            "lender",
            request.lender,
            Text(
                "该数据属于整个资金池，或没有该放款机构",
                "the figure applies to the whole pool, or there is no such lender",
            ),
            Text("请更正放款机构", "correct the lender"),
        )
    if request.day > work.day:
        raise refuse(
            "in_the_future",
            "day",
            request.day,
            Text("日期在今天之后", "the date is in the future"),
            Text("请更正日期", "correct the date"),
        )
    row = work.create(
        PoolFigure,
        organisation_id=work.actor.organisation,
        lender_id=int(request.lender) if request.lender else None,
        mode=request.mode,
        kind=request.kind,
        day=request.day,
        amount=request.amount,
        evidence=request.evidence,
    )
    return {"id": row.pk}


listing(
    Listing(
        "recovery.pool",
        Text("资金池数据", "Pool figures"),
        PoolFigure,
        (
            Column("day", Text("日期", "Day"), lambda row: row.day, "day", "day", main=True),
            Column("mode", Text("模式", "Mode"), lambda row: mode_title(row.mode), main=True),
            Column("kind", Text("数据", "Figure"), lambda row: POOL_FIGURE_WORDS[row.kind], "state", main=True),
            Column("lender", Text("放款机构", "Lender"), lambda row: row.lender.name if row.lender else ""),
            Column("amount", Text("金额", "Amount"), lambda row: row.amount, "money", "amount", main=True),
            Column("evidence", Text("依据", "Evidence"), lambda row: row.evidence),
        ),
        (Filter("kind", Text("数据", "Figure"), lambda kind: Q(kind=kind), tuple(POOL_FIGURE_WORDS.items())),),
        roles=POOL_OFFICERS,
        order="-day",
        related=("lender",),
        empty=Text("暂无填报数据", "No figures yet."),
        begin="pool.report",
    )
)  # fmt: skip
