"""A guarantor's exposure: each debtor's and group's row from request to exposure, and the use of the legal limits."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
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
    """Return the guarantees in force of a guarantor, in one query and one for its figures."""
    found = (
        standing_of(guarantor)
        .values("case__firm", "case__firm__name", "group")
        .annotate(**_SUMS)
        .order_by("case__firm")
    )
    parts = [(one["case__firm"], one["group"], _row(one["case__firm__name"], one)) for one in found]
    rows = _added([(firm, row) for firm, _, row in parts])
    groups = _added([(group, replace(row, title=group)) for _, group, row in parts if group])
    total = _sum_of("", rows)
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


def _added(parts: Sequence[tuple[Any, ExposureRow]]) -> tuple[ExposureRow, ...]:
    """Return one row for each key, largest exposure first."""
    by_key: dict[Any, list[ExposureRow]] = {}
    for key, row in parts:
        by_key.setdefault(key, []).append(row)
    return tuple(sorted((_sum_of(one[0].title, one) for one in by_key.values()), key=lambda one: -one.exposure))


def _sum_of(title: str, rows: Sequence[ExposureRow]) -> ExposureRow:
    return ExposureRow(title, *(sum(getattr(one, name) for one in rows) for name in ExposureRow.__slots__[1:]))


def _row(title: str, one: dict[str, Any]) -> ExposureRow:
    names = ("count", "asked", "approved", "lent", "balance", "bears", "fees")
    return ExposureRow(title, *(one[name] or 0 for name in names))
