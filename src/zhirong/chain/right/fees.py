"""Annual fees of patents: when each is due, the late surcharge, and when an unpaid fee ends the right.

Patent years count from the filing date: year n begins on its (n − 1)th anniversary, whatever the day of grant. The
fee of the year of grant is paid with the grant; each later year's fee is due on the first day of its year
(``right.annual_fee.due_day`` days from it). Within one month there is no surcharge; then every month begun adds 5 %
of the full fee, at most 25 %; if unpaid after six months the patent lapses as of the first day of its year, and may
be restored for a further term. Each of these limits that ends on a day off ends on the next working day; the months
themselves count from the day before that move. While a court preserves the patent no lapse is registered.

A fee may be reduced: for holders who have been granted a reduction, for some years from the grant, and while an
open licence is in force. The larger of the two reductions applies, never both. In a term compensated beyond twenty
years a flat fee is owed for each year or part of one.
"""

from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from enum import StrEnum
from functools import lru_cache

from zhirong.chain.right.encumbrances import flags_on, runs_on
from zhirong.chain.right.holidays import roll_over
from zhirong.chain.right.kinds import PATENT_KINDS, RightKind
from zhirong.chain.right.life import LegalLife, as_known_on, legal_life, life_of_known
from zhirong.chain.right.records import Flag, LegalStatus, LicenceKind, Right
from zhirong.kernel.days import add_months, add_years, whole_years
from zhirong.kernel.explain import Explanation, of_rule
from zhirong.kernel.money import Fen, parse_yuan, share_of, yuan
from zhirong.kernel.rulebook import Reference, Rulebook, RuleError, RuleValue
from zhirong.kernel.text import Text

_MOST_FEES = 50_000
_NOT_A_PATENT = Text("此类权利无年费", "this kind of right has no annual fee")
_NOT_GRANTED = Text("尚未授权", "not yet granted")
_TERM_OVER = Text("期限已满", "its term is over")
_PAID_YEAR_UNKNOWN = Text("未填写年费已缴年度", "the last paid year is not given")


class FeeStanding(StrEnum):
    """The state of a patent's annual fees.

    NONE: no annual fee is owed (another kind, not yet granted, ended or past its term). PAID: nothing is owed
    today. DUE: owed since the start of the patent year, still without a surcharge. IN_GRACE: payable with a
    surcharge. LAPSED: unpaid when the grace period ended. PRESERVED: unpaid when the grace period ended, but a
    court preserves the patent, so that no lapse is registered yet. UNKNOWN: the last paid year is unknown.
    """

    NONE = "none"
    PAID = "paid"
    DUE = "due"
    IN_GRACE = "in_grace"
    LAPSED = "lapsed"
    PRESERVED = "preserved"
    UNKNOWN = "unknown"


STANDING_TEXT: dict[FeeStanding, Text] = {
    FeeStanding.NONE: Text("无需缴年费", "no annual fee"),
    FeeStanding.PAID: Text("年费已缴", "fees paid"),
    FeeStanding.DUE: Text("年费应缴，尚无滞纳金", "fee due, no surcharge yet"),
    FeeStanding.IN_GRACE: Text("年费滞纳期", "fee late, payable with a surcharge"),
    FeeStanding.LAPSED: Text("因未缴年费终止", "lapsed for an unpaid fee"),
    FeeStanding.PRESERVED: Text(
        "年费逾期未缴，保全期间暂不登记终止", "fee unpaid; no lapse while preserved by a court"
    ),
    FeeStanding.UNKNOWN: Text("年费已缴年度不明", "last paid year unknown"),
}


@dataclass(frozen=True, slots=True)
class AnnualFee:
    """The fee of one patent year.

    year: patent year. starts: its first day. counts_from: day from which months of lateness count, and as of which
    an unpaid patent lapses. due: last day to pay without being late: that day, or the first working day after it.
    free_until: last day without a surcharge. grace_end: last day to pay at all. full_fee: fen, by the schedule in
    force; surcharges are shares of it. fee: fen, the amount payable after the reduction.
    """

    year: int
    starts: date
    counts_from: date
    due: date
    free_until: date
    grace_end: date
    full_fee: Fen
    fee: Fen
    explanation: Explanation


@dataclass(frozen=True, slots=True)
class FeeState:
    """A patent's annual fees on one day.

    owed: the unpaid fee, or for PAID and UNKNOWN the next one to fall due; None if none is left. surcharge: fen to
    be added to the owed fee on that day. overdue: its due day has passed unpaid. lapsed_on: the day as of which the
    right lapsed. restorable_until: last day to request restoration. right_id: of the right. reason: why, in words.
    parts: the rules and amounts that it follows from.
    """

    standing: FeeStanding
    overdue: bool
    owed: AnnualFee | None
    surcharge: Fen
    lapsed_on: date | None
    restorable_until: date | None
    right_id: str
    reason: Text
    parts: tuple[Explanation, ...] = ()

    @property
    def explanation(self) -> Explanation:
        """Return how the state follows, made when it is asked for: a long list shows few of them."""
        label = Text(f"{self.right_id} 的年费", f"annual fees of {self.right_id}")
        return Explanation(label, STANDING_TEXT[self.standing], formula=self.reason, parts=self.parts)


def patent_year(filing_date: date, day: date) -> int:
    """Return the patent year of ``day``: 1 from filing to the day before its first anniversary."""
    return whole_years(filing_date, day) + 1


def annual_fee(right: Right, year: int, rules: Rulebook) -> AnnualFee:
    """Return the fee of one patent year. Raises ValueError for a right without filing date, RuleError for a year
    without fee.
    """
    if right.filing_date is None or right.kind not in PATENT_KINDS:
        raise ValueError(f"{right.id} has no patent years")
    starts = add_years(right.filing_date, year - 1)
    counts_from = starts + timedelta(days=rules.at("right.annual_fee.due_day", starts).whole())
    due = _moved(counts_from, rules)
    full_fee, reference = _full_fee(right, year, counts_from, rules)
    reduced = _reduction(right, year, counts_from, rules)
    fee = full_fee if reduced is None else full_fee - share_of(full_fee, reduced.share)
    words = Text(f"{due} 前缴纳（含当日）", f"to be paid by {due}, inclusive")
    if reduced is not None:
        words = Text(
            f"全额 {yuan(full_fee)} 元，减 {reduced.share:.0%}（{reduced.words.zh}）；{words.zh}",
            f"full fee CNY {yuan(full_fee)}, reduced by {reduced.share:.0%} ({reduced.words.en}); {words.en}",
        )
    explanation = Explanation(
        Text(f"第 {year} 年度年费", f"annual fee of patent year {year}"),
        fee,
        "fen",
        formula=words,
        references=(reference,) if reduced is None else (reference, reduced.rule.reference),
    )
    return AnnualFee(
        year,
        starts,
        counts_from,
        due=due,
        free_until=_months_on(counts_from, rules.at("right.annual_fee.free_months", counts_from).whole(), rules),
        grace_end=_months_on(counts_from, rules.at("right.annual_fee.grace_months", counts_from).whole(), rules),
        full_fee=full_fee,
        fee=fee,
        explanation=explanation,
    )


def late_surcharge(fee: AnnualFee, day: date, rules: Rulebook) -> Fen:
    """Return the surcharge for payment on ``day``: 5 % of the full fee for each month begun after the first, at
    most 25 %, in fen.

    Nothing up to and including ``free_until``, then 5 % to the same day of the next month, and so on; each of these
    days that is a day off moves to the next working day.
    """
    if day <= fee.free_until:
        return 0
    rate = rules.at("right.annual_fee.surcharge_rate", fee.counts_from).number()
    cap = rules.at("right.annual_fee.surcharge_cap", fee.counts_from).number()
    free = rules.at("right.annual_fee.free_months", fee.counts_from).whole()
    months = 0
    while _months_on(fee.counts_from, free + months, rules) < day:
        months += 1
    return share_of(fee.full_fee, min(cap, rate * months))


def fee_state(right: Right, day: date, rules: Rulebook) -> FeeState:
    """Return the state of the annual fees on ``day``, and the cost of paying on that day.

    The fee of the year of grant counts as paid, since no patent is granted without it.
    """
    known = as_known_on(right, day)
    return fee_state_of_known(known, life_of_known(known, rules, day), day, rules)


def fee_state_of_known(right: Right, life: LegalLife, day: date, rules: Rulebook) -> FeeState:
    """Return the same of a right that ``as_known_on(right, day)`` has returned, and of its life, for long lists."""
    nothing = _no_fee(right, life, day)
    if nothing is not None:
        return _state(FeeStanding.NONE, right, nothing)
    if right.filing_date is None:
        return _state(FeeStanding.UNKNOWN, right, Text("申请日未填", "the filing date is not given"))
    current = patent_year(right.filing_date, day)
    granted = 0 if right.grant_date is None else patent_year(right.filing_date, right.grant_date)
    if right.fee_paid_through_year is None and granted < current:
        return _state(FeeStanding.UNKNOWN, right, _PAID_YEAR_UNKNOWN, _fee_or_none(right, current, rules))
    paid = max(granted, right.fee_paid_through_year or 0)
    owed = _fee_or_none(right, paid + 1, rules)
    if owed is None or day < owed.starts:
        return _state(FeeStanding.PAID, right, _paid_through(paid, current), owed)
    if day > owed.grace_end and Flag.FROZEN in flags_on(right, day):
        surcharge = late_surcharge(owed, day, rules)
        preserved = rules.at("right.annual_fee.no_lapse_while_preserved", day)
        return _state(
            FeeStanding.PRESERVED,
            right,
            Text(
                f"第 {owed.year} 年度年费至 {owed.grace_end} 未缴；权利被保全，保全期间不登记终止",
                f"the fee of year {owed.year} was unpaid on {owed.grace_end}; no lapse while a court preserves the patent",
            ),
            owed,
            surcharge=surcharge,
            overdue=True,
            parts=(*_surcharge_parts(owed, surcharge, rules), of_rule(preserved)),
        )
    if day > owed.grace_end:
        months = rules.at("right.annual_fee.restoration_months", owed.counts_from)
        grace = rules.at("right.annual_fee.grace_months", owed.counts_from)
        return _state(
            FeeStanding.LAPSED,
            right,
            Text(
                f"第 {owed.year} 年度年费至 {owed.grace_end} 未缴，自 {owed.counts_from} 起终止",
                f"the fee of year {owed.year} was unpaid on {owed.grace_end}; lapsed as of {owed.counts_from}",
            ),
            owed,
            lapsed_on=owed.counts_from,
            restorable_until=_months_on(owed.grace_end, months.whole(), rules),
            parts=(of_rule(grace), of_rule(months)),
        )
    surcharge = late_surcharge(owed, day, rules)
    standing = FeeStanding.DUE if day <= owed.free_until else FeeStanding.IN_GRACE
    return _state(
        standing,
        right,
        Text(
            f"第 {owed.year} 年度年费应于 {owed.due} 前缴纳，最迟 {owed.grace_end}",
            f"the fee of year {owed.year} was due by {owed.due}, payable until {owed.grace_end}",
        ),
        owed,
        surcharge=surcharge,
        overdue=day > owed.due,
        parts=_surcharge_parts(owed, surcharge, rules),
    )


def upcoming_fees(right: Right, first: date, last: date, rules: Rulebook) -> tuple[AnnualFee, ...]:
    """Return the annual fees that fall due from ``first`` to ``last``, both included, in order; amounts in fen.

    The right is assumed as known on ``first`` and kept in force; fees already paid and those of the year of grant
    or before are omitted.
    """
    known = as_known_on(right, first)
    if known.filing_date is None or _no_fee(known, life_of_known(known, rules, first), first) is not None:
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


def _no_fee(right: Right, life: LegalLife, day: date) -> Text | None:
    """Return why no annual fee can be owed, or None if one can. right, life: as known on that day."""
    if right.kind not in PATENT_KINDS:
        return _NOT_A_PATENT
    if right.grant_date is None and right.status is not LegalStatus.IN_FORCE:
        return _NOT_GRANTED
    if right.ended_date is not None:
        return Text(f"{right.ended_date} 已终止", f"ended on {right.ended_date}")
    return _TERM_OVER if life.is_over(day) else None


@lru_cache
def _paid_through(paid: int, current: int) -> Text:
    return Text(f"已缴至第 {paid} 年度，现为第 {current} 年度", f"paid through year {paid}, now in year {current}")


@dataclass(frozen=True, slots=True)
class _Reduction:
    """A reduction of a fee. share: of the full fee, deducted."""

    share: Decimal
    words: Text
    rule: RuleValue


def _reduction(right: Right, year: int, day: date, rules: Rulebook) -> _Reduction | None:
    """Return the largest reduction of a year's fee; reductions are never added up."""
    found = [
        one for one in (_granted(right, year, day, rules), _open_licence(right, day, rules)) if one is not None
    ]
    return max(found, key=lambda one: one.share, default=None)


def _granted(right: Right, year: int, day: date, rules: Rulebook) -> _Reduction | None:
    """Return the reduction granted to the holders by their income, for some patent years from that of the grant."""
    rule = rules.find("right.annual_fee.reduction", day)
    if right.fee_reduction is None or rule is None or right.filing_date is None or right.grant_date is None:
        return None
    first = patent_year(right.filing_date, right.grant_date)
    if not first <= year < first + int(rule.value["years_from_grant"]):
        return None
    words = Text("费减备案", "reduction granted to the holder")
    return _Reduction(Decimal(str(rule.value[right.fee_reduction.value])), words, rule)


def _open_licence(right: Right, day: date, rules: Rulebook) -> _Reduction | None:
    rule = rules.find("right.annual_fee.open_licence", day)
    if rule is None or not any(one.kind is LicenceKind.OPEN and runs_on(one, day) for one in right.licences):
        return None
    return _Reduction(rule.number(), Text("开放许可实施期间", "an open licence is in force"), rule)


def _full_fee(right: Right, year: int, day: date, rules: Rulebook) -> tuple[Fen, Reference]:
    """Return the unreduced fee of a patent year, and its source."""
    schedule = rules.at(f"right.annual_fee.{right.kind.value}", day)
    for step in schedule.value:
        if step["from"] <= year <= step["to"]:
            return parse_yuan(step["yuan"]), schedule.reference
    compensated = rules.find("right.annual_fee.compensated", day)
    if right.kind is RightKind.INVENTION and compensated is not None and year > schedule.value[-1]["to"]:
        return compensated.fen(), compensated.reference
    raise RuleError(f"{schedule.id} gives no fee for year {year}")


def _fee_or_none(right: Right, year: int, rules: Rulebook) -> AnnualFee | None:
    """Return the fee of a year; None once the term, including a compensated one, is over."""
    if right.filing_date is None:
        return None
    if right.fee_reduction is not None or right.licences:
        return _fee_within_term(right, right.filing_date, year, rules)
    # Without a reduction all patents of a kind, filing day and end owe the same; a long list has few such days.
    fees: dict[tuple[RightKind, date, date | None, int], AnnualFee | None] = rules.derived("annual_fees")
    key = (right.kind, right.filing_date, right.term_end_date, year)
    if key in fees:
        return fees[key]
    fee = _fee_within_term(right, right.filing_date, year, rules)
    if len(fees) < _MOST_FEES:
        fees[key] = fee
    return fee


def _fee_within_term(right: Right, filing_date: date, year: int, rules: Rulebook) -> AnnualFee | None:
    starts = add_years(filing_date, year - 1)
    if legal_life(right, rules, starts).is_over(starts):
        return None
    last = rules.at(f"right.annual_fee.{right.kind.value}", starts).value[-1]["to"]
    is_compensated = right.kind is RightKind.INVENTION and rules.find("right.annual_fee.compensated", starts)
    return annual_fee(right, year, rules) if year <= last or is_compensated else None


def _months_on(day: date, months: int, rules: Rulebook) -> date:
    return _moved(add_months(day, months), rules)


def _moved(last: date, rules: Rulebook) -> date:
    """Return the last day of a time limit, moved over days off where the rules say so."""
    return roll_over(last, rules) if rules.at("right.annual_fee.rolls_over_holidays", last).value else last


def _surcharge_parts(owed: AnnualFee, surcharge: Fen, rules: Rulebook) -> tuple[Explanation, ...]:
    if not surcharge:
        return (owed.explanation,)
    rate = rules.at("right.annual_fee.surcharge_rate", owed.counts_from)
    cap = rules.at("right.annual_fee.surcharge_cap", owed.counts_from)
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
    reason: Text,
    owed: AnnualFee | None = None,
    *,
    surcharge: Fen = 0,
    overdue: bool = False,
    lapsed_on: date | None = None,
    restorable_until: date | None = None,
    parts: tuple[Explanation, ...] = (),
) -> FeeState:
    late = overdue or standing is FeeStanding.LAPSED
    return FeeState(standing, late, owed, surcharge, lapsed_on, restorable_until, right.id, reason, parts)
