"""Data for the appraisal pages: the current status of the rights, warning signs in the requests, two reports
compared.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from typing import Any

from zhirong.chain.appraisal_practice.comparison import Comparison, compare
from zhirong.chain.appraisal_practice.conduct import ConductFlag, conduct_flags, customary_fee
from zhirong.chain.appraisal_practice.records import (
    AppraisalGrade,
    AppraisalStanding,
    ValueRecord,
    record_of_json,
    standing,
)
from zhirong.chain.financing.appraisal_states import AppraisalState
from zhirong.chain.organisation.roles import OrganisationKind
from zhirong.charts.value import Swing
from zhirong.documents.appraisal_report_blocks import PERCENTILE_NAMES, ChartFigures
from zhirong.kernel.money import Fen
from zhirong.kernel.rulebook import RuleValue
from zhirong.kernel.text import Text
from zhirong.operations.actors import Actor
from zhirong.operations.case_file.tables import right_id
from zhirong.operations.refusals import refuse
from zhirong.operations.rulebook import rulebook
from zhirong.operations.visibility import visible
from zhirong.store.financing import Appraisal, FirmRight
from zhirong.store.parties import Organisation

# Everyone outside the agency sees a report only after it is issued.
_ISSUED = (AppraisalState.SIGNED.value, AppraisalState.WITHDRAWN.value, AppraisalState.ISSUED.value)


def may_see_value(actor: Actor, row: Appraisal) -> bool:
    """Return whether the actor may see the figures: those who work on the appraisal always, clients after it is
    issued.
    """
    return row.state in _ISSUED or (actor.kind is OrganisationKind.AGENCY and actor.organisation == row.agency_id)


def record_of(row: Appraisal) -> ValueRecord | None:
    """Read the value record of an issued appraisal; None before it is issued, and for an appraisal without a
    record.
    """
    kept = row.result.get("record")
    if row.state not in _ISSUED or not kept:
        return None
    # An online value was stored before its row had a number, so the number comes from the row.
    named = {**kept, "id": kept["id"] or f"appraisal-{row.pk}"}
    return replace(record_of_json(named), withdrawn_on=row.withdrawn_on)


def records_of(rows: Sequence[Appraisal]) -> list[ValueRecord]:
    """Read the value records of the issued appraisals among these rows."""
    return [one for row in rows if (one := record_of(row)) is not None]


def standing_of(
    firm: Organisation, right: FirmRight, purpose: str, day: date, needed: AppraisalGrade = AppraisalGrade.FORMAL
) -> AppraisalStanding:
    """Return the standing of a right on a day: current, stale, withdrawn or missing. A doubtful one is never
    reported as current.
    """
    rows = Appraisal.objects.filter(firm=firm, purpose=purpose, state__in=_ISSUED)
    return standing(records_of(list(rows)), right_id(right.pk), purpose, day, needed)


@dataclass(frozen=True, slots=True)
class Beside:
    """The data shown next to an appraisal. standings: by right. flags: of the firm's reports on these rights.

    fee_low, fee_high: the customary fee for its value, by ``fee_rule``; None before there is a value.
    """

    standings: tuple[tuple[FirmRight, AppraisalStanding], ...]
    flags: tuple[ConductFlag, ...]
    fee_low: Fen | None
    fee_high: Fen | None
    fee_rule: RuleValue | None
    others: tuple[Appraisal, ...]


def beside(actor: Actor, row: Appraisal, day: date) -> Beside:
    """Return everything shown next to an appraisal, as far as this actor may see it."""
    rights = list(visible(actor, FirmRight, day).filter(pk__in=row.rights).order_by("pk"))
    wanted = set(row.rights)
    seen = visible(actor, Appraisal, day).filter(firm=row.firm, state__in=_ISSUED).select_related("agency")
    rows = [one for one in seen.order_by("-pk")[:200] if wanted & set(one.rights)]
    records = records_of(rows)
    flags = conduct_flags(records, rulebook(), day)
    standings = tuple(
        (right, standing(records, right_id(right.pk), row.purpose, day, AppraisalGrade.FORMAL)) for right in rights
    )
    low = high = rule = None
    if row.p50 is not None:
        low, high, rule = customary_fee(row.p50, rulebook(), day)
    others = tuple(one for one in rows if one.pk != row.pk and record_of(one) is not None)
    return Beside(standings, flags, low, high, rule, others)


def comparison(first: Appraisal, second: Appraisal) -> Comparison:
    """Compare two issued reports. Raises InputError if they cannot be compared."""
    one, other = record_of(first), record_of(second)
    if one is None or other is None or not set(one.rights) & set(other.rights):
        raise refuse(
            "not_comparable",
            "other",
            str(second.pk),
            Text(
                "两份报告没有共同的权利，或其中一份尚未出具",
                "the reports have no right in common, or one of them is not issued",
            ),
            Text("请选择同一权利的另一份已出具报告", "choose another issued report on the same right"),
        )
    return compare(one, other)


def figures_of_result(result: Mapping[str, Any]) -> ChartFigures | None:
    """Return the figures of the charts of a stored result, of any version; None if nothing has been calculated."""
    if not result.get("value") or "tornado" not in result:
        return None
    lending = result.get("lending")
    return ChartFigures(
        {name: Decimal(result["value"][name]) for name in PERCENTILE_NAMES},
        None if lending is None else Decimal(lending["lending_value"]),
        tuple(
            Swing(
                Text(bar["label"]["zh"], bar["label"]["en"]), Decimal(bar["p50_at_p10"]), Decimal(bar["p50_at_p90"])
            )
            for bar in result["tornado"]
        ),
    )
