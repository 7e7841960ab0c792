"""A guarantor's exposure: each debtor's and group's row from request to exposure, and the use of the legal limits."""

from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.models import Count, Q, Sum

from zhirong.chain.financing.limits import LendingLimit, Meter, Scope, guarantor_meters
from zhirong.kernel.money import Fen
from zhirong.kernel.rulebook import Rulebook
from zhirong.operations.credit.limits import region_within
from zhirong.operations.guarantee.guarantees import figures_of, standing_of
from zhirong.store.financing import GuarantorFigures

_SUMS = {
    "count": Count("pk"),
    "asked": Sum("case__amount"),
    "approved": Sum("case__approved_amount"),
    "lent": Sum("case__loan__principal", filter=Q(case__loan__start__isnull=False)),
    "balance": Sum("case__loan__balance", filter=Q(case__loan__start__isnull=False)),
    "bears": Sum("exposure"),
    "fees": Sum("fee"),
}


@dataclass(frozen=True, slots=True)
class ExposureRow:
    """The guarantees of one debtor or group, or of all, in fen. exposure: what the guarantor bears; asked, approved,
    lent, balance: of the loans.
    """

    title: str
    count: int
    asked: Fen
    approved: Fen
    lent: Fen
    balance: Fen
    exposure: Fen
    fees: Fen


@dataclass(frozen=True, slots=True)
class ExposureBook:
    """rows: every debtor, largest exposure first; they add up to ``total``. figures: None before net assets are reported;
    then there are no meters.
    """

    total: ExposureRow
    rows: tuple[ExposureRow, ...]
    groups: tuple[ExposureRow, ...]
    figures: GuarantorFigures | None
    meters: tuple[Meter, ...]


def exposure_book(guarantor: int, rules: Rulebook, day: date) -> ExposureBook:
    """Return the guarantees in force of a guarantor, in three queries and one for its figures."""
    standing = standing_of(guarantor)
    by_firm = standing.values("case__firm", "case__firm__name").annotate(**_SUMS).order_by("-bears", "case__firm")
    by_group = standing.exclude(group="").values("group").annotate(**_SUMS).order_by("-bears", "group")
    rows = tuple(_row(one["case__firm__name"], one) for one in by_firm)
    groups = tuple(_row(one["group"], one) for one in by_group)
    total = ExposureRow("", *(sum(getattr(one, name) for one in rows) for name in ExposureRow.__slots__[1:]))
    figures = figures_of(guarantor, day)
    meters: tuple[Meter, ...] = ()
    if figures is not None:
        used = {
            "all": total.exposure,
            "debtor": rows[0].exposure if rows else 0,
            "related": groups[0].exposure if groups else 0,
        }
        meters = guarantor_meters(figures.net_assets, figures.is_mainly_small, used, adds=0, rules=rules, day=day)
    return ExposureBook(total, rows, groups, figures, meters)


def own_use(standing: Any, limit: LendingLimit) -> Fen:
    """Return the use of a limit that the guarantor set itself; of a limit for each firm, that of the largest debtor."""
    if limit.scope is Scope.FIRM:
        by_firm = standing.values("case__firm").annotate(sum=Sum("exposure")).order_by("-sum")
        return next((one["sum"] for one in by_firm[:1]), 0)
    if limit.scope is Scope.MODE:
        standing = standing.filter(case__mode=limit.value)
    elif limit.scope is Scope.REGION:
        standing = standing.filter(region_within(limit.value, "case__firm"))
    return standing.aggregate(sum=Sum("exposure"))["sum"] or 0


def _row(title: str, one: dict[str, Any]) -> ExposureRow:
    names = ("count", "asked", "approved", "lent", "balance", "bears", "fees")
    return ExposureRow(title, *(one[name] or 0 for name in names))
