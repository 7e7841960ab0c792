"""Disposal results, unsold included: the table of deals of the market approach, and the record of the appraiser."""

from fractions import Fraction

from django.db.models import Q

from zhirong.chain.default.disposal_states import DisposalState
from zhirong.chain.financing.appraisal_states import AppraisalState
from zhirong.chain.organisation.roles import MemberRole
from zhirong.kernel.days import day_of
from zhirong.kernel.money import quantise_rate
from zhirong.kernel.text import Text
from zhirong.operations.listing import Column, Filter, Listing, listing
from zhirong.operations.recovery.cases import CASE_READERS, DISPOSAL_AGENTS
from zhirong.operations.unit_of_work import Work
from zhirong.store.financing import Appraisal, FirmRight
from zhirong.store.recovery import DisposalProject, RightDeal

APPRAISERS = (MemberRole.AGENCY_APPRAISER, MemberRole.AGENCY_REVIEWER)
_SOLD = (("1", Text("已成交", "sold")), ("0", Text("未成交", "unsold")))


def keep_deal(work: Work, row: DisposalProject) -> RightDeal:
    """Record the disposal result with the appraisal on which the loan was made."""
    appraisal = (
        Appraisal.objects.filter(case=row.case.loan.case_id, state=AppraisalState.ISSUED)
        .exclude(p50=None)
        .order_by("-valuation_date", "-pk")
        .first()
    )
    kinds = list(FirmRight.objects.filter(pk__in=row.rights).order_by("pk").values_list("kind", flat=True))
    sold = row.state == DisposalState.DISTRIBUTED
    day = row.sold_on or work.day
    return work.create(
        RightDeal,
        project=row,
        lender_id=row.lender_id,
        appraiser_id=None if appraisal is None else appraisal.agency_id,
        way=row.way,
        kinds=kinds,
        appraised=0 if appraisal is None else appraisal.p50 or 0,
        value=row.value,
        price=row.price if sold else 0,
        costs=row.costs,
        sold=sold,
        day=day,
        days=(day - day_of(row.created_at)).days,
    )


def realised(deal: RightDeal) -> str:
    """Return the price as a percentage of the appraised value; empty without an appraisal."""
    if not deal.appraised:
        return ""
    return f"{quantise_rate(Fraction(deal.price, deal.appraised) * 100, 2)} %"


listing(
    Listing(
        "recovery.deals",
        Text("处置成交记录", "Disposal results"),
        RightDeal,
        (
            Column("number", Text("处置项目", "Disposal"), lambda row: row.project.number, main=True),
            Column("kinds", Text("权利类型", "Rights"), lambda row: "、".join(row.kinds)),
            Column("appraiser", Text("评估机构", "Appraiser"), lambda row: row.appraiser.name if row.appraiser else ""),
            Column("appraised", Text("评估值（元）", "Appraised (CNY)"), lambda row: row.appraised, "money", "appraised", main=True),
            Column("value", Text("清算价值（元）", "Liquidation value (CNY)"), lambda row: row.value, "money"),
            Column("price", Text("成交价（元）", "Price (CNY)"), lambda row: row.price, "money", "price", main=True),
            Column("realised", Text("成交价占评估值", "Realised ÷ appraised"), realised, main=True),
            Column("sold", Text("结果", "Result"), lambda row: dict(_SOLD)["1" if row.sold else "0"], "state", main=True),
            Column("day", Text("日期", "Day"), lambda row: row.day, "day", "day"),
            Column("days", Text("历时（日）", "Days"), lambda row: row.days, "number"),
        ),
        (Filter("sold", Text("结果", "Result"), lambda sold: Q(sold=sold == "1"), _SOLD),),
        roles=(*CASE_READERS, *APPRAISERS, *DISPOSAL_AGENTS),
        order="-day",
        related=("project", "appraiser"),
        empty=Text("暂无处置结果", "No results yet."),
    )
)  # fmt: skip
