"""Annual fees of patents: when each is due, what lateness adds, and when it ends the right.

Patent years count from the filing date: year n begins on its (n − 1)th anniversary, whatever the day of grant. The
fee of the year of grant is paid with the grant; each later year's fee is due on the first day of its year
(``right.annual_fee.due_day`` days from it). Paid within one month it costs no more; then every month begun adds
5 % of the fee, at most 25 %; unpaid after six months the patent lapses as of the due day, and may be restored for
a further term. Reductions of fees are not counted.
"""

from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum

from zhirong.chain.right.life import as_known_on, legal_life
from zhirong.chain.right.records import PATENT_KINDS, LegalStatus, Right
from zhirong.kernel.days import add_months, add_years, whole_years
from zhirong.kernel.explain import Explanation, of_rule
from zhirong.kernel.money import Fen, parse_yuan, share_of
from zhirong.kernel.rulebook import Rulebook, RuleError, RuleValue
from zhirong.kernel.text import Text


class FeeStanding(StrEnum):
    """How a patent stands with its annual fees.

    NONE: no annual fee is owed (another kind, not yet granted, ended or past its term). PAID: nothing is owed today.
    DUE: owed since the start of the patent year, still without a surcharge. IN_GRACE: payable with a surcharge.
    LAPSED: unpaid when the grace ended. UNKNOWN: the last year paid for is not known.
    """

    NONE = "none"
    PAID = "paid"
    DUE = "due"
    IN_GRACE = "in_grace"
    LAPSED = "lapsed"
    UNKNOWN = "unknown"


STANDING_TEXT: dict[FeeStanding, Text] = {
    FeeStanding.NONE: Text("无需缴年费", "no annual fee"),
    FeeStanding.PAID: Text("年费已缴", "fees paid"),
    FeeStanding.DUE: Text("年费应缴，尚无滞纳金", "fee due, no surcharge yet"),
    FeeStanding.IN_GRACE: Text("年费滞纳期", "fee late, in grace with a surcharge"),
    FeeStanding.LAPSED: Text("因未缴年费终止", "lapsed for an unpaid fee"),
    FeeStanding.UNKNOWN: Text("年费缴至哪一年不明", "last year paid for is not known"),
}


@dataclass(frozen=True, slots=True)
class AnnualFee:
    """The fee of one patent year.

    year: patent year. starts: its first day. due: last day to pay without being late. free_until: last day
    without a surcharge. grace_end: last day to pay at all. fee: fen, by the schedule in force on the due day.
    """

    year: int
    starts: date
    due: date
    free_until: date
    grace_end: date
    fee: Fen
    explanation: Explanation


@dataclass(frozen=True, slots=True)
class FeeState:
    """A patent's annual fees on one day.

    owed: the fee unpaid, or for PAID and UNKNOWN the next one to fall due; None where none is left.
    surcharge: fen to be added to the owed fee on that day. overdue: its due day has passed unpaid.
    lapsed_on: the day as of which the right lapsed. restorable_until: last day to ask for restoration.
    """

    standing: FeeStanding
    overdue: bool
    owed: AnnualFee | None
    surcharge: Fen
    lapsed_on: date | None
    restorable_until: date | None
    explanation: Explanation


def patent_year(filing_date: date, day: date) -> int:
    """The patent year that ``day`` falls in: 1 from filing to the eve of its first anniversary."""
    return whole_years(filing_date, day) + 1


def annual_fee(right: Right, year: int, rules: Rulebook) -> AnnualFee:
    """The fee of one patent year. Raises ValueError for a right without filing date, RuleError for a year without fee."""
    if right.filing_date is None or right.kind not in PATENT_KINDS:
        raise ValueError(f"{right.id} has no patent years")
    starts = add_years(right.filing_date, year - 1)
    due = starts + timedelta(days=rules.at("right.annual_fee.due_day", starts).whole())
    schedule = rules.at(f"right.annual_fee.{right.kind.value}", due)
    fee = _of_year(schedule, year)
    explanation = Explanation(
        Text(f"第 {year} 年度年费", f"annual fee of patent year {year}"),
        fee,
        "fen",
        formula=Text(f"{due} 前缴纳（含当日）", f"to be paid by {due}, that day included"),
        references=(schedule.reference,),
    )
    return AnnualFee(
        year,
        starts,
        due,
        add_months(due, rules.at("right.annual_fee.free_months", due).whole()),
        add_months(due, rules.at("right.annual_fee.grace_months", due).whole()),
        fee,
        explanation,
    )


def late_surcharge(fee: AnnualFee, day: date, rules: Rulebook) -> Fen:
    """What paying on ``day`` adds: 5 % of the fee for each month begun after the first, at most 25 %, in fen.

    Months count from the due day: to and including ``free_until`` nothing, then 5 % to the same day of the
    month after, and so on.
    """
    if day <= fee.free_until:
        return 0
    rate = rules.at("right.annual_fee.surcharge_rate", fee.due).number()
    cap = rules.at("right.annual_fee.surcharge_cap", fee.due).number()
    free = rules.at("right.annual_fee.free_months", fee.due).whole()
    months = 0
    while add_months(fee.due, free + months) < day:
        months += 1
    return share_of(fee.fee, min(cap, rate * months))


def fee_state(right: Right, day: date, rules: Rulebook) -> FeeState:
    """How the annual fees stand on ``day``, and what paying on that day costs.

    The fee of the year of grant counts as paid, since no patent is granted without it.
    """
    known = as_known_on(right, day)
    nothing = _no_fee(known, day, rules)
    if nothing is not None:
        return _state(FeeStanding.NONE, right, formula=nothing)
    if known.filing_date is None:
        return _state(FeeStanding.UNKNOWN, right, formula=Text("申请日未填", "the filing date is not given"))
    current = patent_year(known.filing_date, day)
    granted = 0 if known.grant_date is None else patent_year(known.filing_date, known.grant_date)
    if known.fee_paid_through_year is None and granted < current:
        formula = Text("年费缴至哪一年未填", "the last year paid for is not given")
        return _state(FeeStanding.UNKNOWN, right, _fee_or_none(known, current, rules), formula=formula)
    paid = max(granted, known.fee_paid_through_year or 0)
    owed = _fee_or_none(known, paid + 1, rules)
    if owed is None or day < owed.starts:
        return _state(
            FeeStanding.PAID,
            right,
            owed,
            formula=Text(
                f"已缴至第 {paid} 年度，今为第 {current} 年度", f"paid through year {paid}, now in year {current}"
            ),
        )
    if day > owed.grace_end:
        months = rules.at("right.annual_fee.restoration_months", owed.due)
        grace = rules.at("right.annual_fee.grace_months", owed.due)
        return _state(
            FeeStanding.LAPSED,
            right,
            owed,
            lapsed_on=owed.due,
            restorable_until=add_months(owed.grace_end, months.whole()),
            formula=Text(
                f"第 {owed.year} 年度年费至 {owed.grace_end} 未缴，自 {owed.due} 起终止",
                f"the fee of year {owed.year} was unpaid on {owed.grace_end}; lapsed as of {owed.due}",
            ),
            parts=(of_rule(grace), of_rule(months)),
        )
    surcharge = late_surcharge(owed, day, rules)
    standing = FeeStanding.DUE if day <= owed.free_until else FeeStanding.IN_GRACE
    return _state(
        standing,
        right,
        owed,
        surcharge,
        overdue=day > owed.due,
        formula=Text(
            f"第 {owed.year} 年度年费应于 {owed.due} 前缴纳，最迟 {owed.grace_end}",
            f"the fee of year {owed.year} was due by {owed.due}, payable until {owed.grace_end}",
        ),
        parts=_surcharge_parts(owed, surcharge, rules),
    )


def upcoming_fees(right: Right, first: date, last: date, rules: Rulebook) -> tuple[AnnualFee, ...]:
    """The annual fees that fall due from ``first`` to ``last``, both included, in order; amounts in fen.

    The right is taken as it is known on ``first`` and as being kept in force; fees already paid and those of the
    year of grant or before are left out.
    """
    known = as_known_on(right, first)
    if known.filing_date is None or _no_fee(known, first, rules) is not None:
        return ()
    granted = 0 if known.grant_date is None else patent_year(known.filing_date, known.grant_date)
    paid = max(granted, known.fee_paid_through_year or 0)
    fees: list[AnnualFee] = []
    for year in range(paid + 1, patent_year(known.filing_date, last) + 2):
        fee = _fee_or_none(known, year, rules)
        if fee is None:
            break
        if first <= fee.due <= last:
            fees.append(fee)
    return tuple(fees)


# -- inside -----------------------------------------------------------------------------------------------------


def _no_fee(right: Right, day: date, rules: Rulebook) -> Text | None:
    """Why no annual fee can be owed, or None where one can."""
    if right.kind not in PATENT_KINDS:
        return Text("这类权利没有年费", "this kind of right has no annual fee")
    if right.grant_date is None and right.status is not LegalStatus.IN_FORCE:
        return Text("尚未授权", "not yet granted")
    if right.ended_date is not None:
        return Text(f"{right.ended_date} 已终止", f"ended on {right.ended_date}")
    if legal_life(right, rules, day).is_over(day):
        return Text("期限已满", "its term is over")
    return None


def _of_year(schedule: RuleValue, year: int) -> Fen:
    for step in schedule.value:
        if step["from"] <= year <= step["to"]:
            return parse_yuan(step["yuan"])
    raise RuleError(f"{schedule.id} gives no fee for year {year}")


def _fee_or_none(right: Right, year: int, rules: Rulebook) -> AnnualFee | None:
    """The fee of a year; None once the term is over, and in a compensated term, which no schedule covers."""
    if right.filing_date is None:
        return None
    starts = add_years(right.filing_date, year - 1)
    schedule = rules.at(f"right.annual_fee.{right.kind.value}", starts)
    covered = year <= max(step["to"] for step in schedule.value)
    return (
        annual_fee(right, year, rules) if covered and not legal_life(right, rules, starts).is_over(starts) else None
    )


def _surcharge_parts(owed: AnnualFee, surcharge: Fen, rules: Rulebook) -> tuple[Explanation, ...]:
    if not surcharge:
        return (owed.explanation,)
    rate = rules.at("right.annual_fee.surcharge_rate", owed.due)
    cap = rules.at("right.annual_fee.surcharge_cap", owed.due)
    added = Explanation(
        Text("滞纳金", "late surcharge"),
        surcharge,
        "fen",
        formula=Text(f"{owed.free_until} 后每月加收", f"added for each month begun after {owed.free_until}"),
        references=(rate.reference, cap.reference),
    )
    return (owed.explanation, added)


def _state(
    standing: FeeStanding,
    right: Right,
    owed: AnnualFee | None = None,
    surcharge: Fen = 0,
    *,
    overdue: bool = False,
    lapsed_on: date | None = None,
    restorable_until: date | None = None,
    formula: Text | None = None,
    parts: tuple[Explanation, ...] = (),
) -> FeeState:
    explanation = Explanation(
        Text(f"{right.id} 的年费", f"annual fees of {right.id}"),
        STANDING_TEXT[standing],
        formula=formula,
        parts=parts,
    )
    late = overdue or standing is FeeStanding.LAPSED
    return FeeState(standing, late, owed, surcharge, lapsed_on, restorable_until, explanation)
