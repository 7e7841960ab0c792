"""Monitoring of appraisals: fees, opinion shopping, deviation from disposals, discipline."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from fractions import Fraction
from statistics import median
from typing import Literal, NamedTuple

from zhirong.chain.appraisal_practice.people import Agency, Sanction
from zhirong.chain.appraisal_practice.records import ValueRecord
from zhirong.kernel.days import add_months
from zhirong.kernel.money import Fen, quantise_rate, show_yuan
from zhirong.kernel.rulebook import Rulebook, RuleError, RuleValue
from zhirong.kernel.text import Text

FlagCode = Literal["fee_too_low", "fee_too_high", "opinion_shopping", "preset_value", "not_independent"]


@dataclass(frozen=True, slots=True)
class ConductFlag:
    """An anomaly that a lender or an association should examine. It is a question, not a verdict."""

    code: FlagCode
    records: tuple[str, ...]
    text: Text
    rule: RuleValue | None


@dataclass(frozen=True, slots=True)
class Disposal:
    """The proceeds of a sold right, fen, net of the cost of selling."""

    right_id: str
    sold_on: date
    proceeds: Fen


@dataclass(frozen=True, slots=True)
class Deviation:
    """One value compared with the proceeds of a disposal. ratio: proceeds ÷ value. inside: within the stated
    interval.
    """

    record_id: str
    agency: str
    right_id: str
    value: Fen
    proceeds: Fen
    ratio: Decimal
    inside: bool
    years: Decimal


@dataclass(frozen=True, slots=True)
class TrackRecord:
    """An agency's values compared with disposals.

    median_ratio: proceeds ÷ value; 1 is exact. covered: share inside the stated interval, which should be near 80 %
    if intervals are unbiased. finding: ``too_few`` below the rule's count.
    """

    agency: str
    count: int
    median_ratio: Decimal
    covered: Decimal
    finding: Literal["too_few", "in_order", "values_too_high", "values_too_low", "intervals_too_narrow"]


class CustomaryFee(NamedTuple):
    """The lowest and the highest customary fee, in fen, and the rule that they follow."""

    low: Fen
    high: Fen
    rule: RuleValue


def customary_fee(value: Fen, rules: Rulebook, day: date) -> CustomaryFee:
    """Return the customary fee for a value, by the bands of ``practice.fees``.

    Each band's per-mille range applies to the part of the value inside it (marginal). Raises RuleError.
    """
    rule = rules.at("practice.fees", day)
    low = high = Fraction(0)
    below = 0
    try:
        for band in rule.value:
            top = value if "up_to_yuan" not in band else min(value, int(band["up_to_yuan"]) * 100)
            part = max(0, top - below)
            low += Fraction(part) * Fraction(Decimal(band["low_per_mille"])) / 1000
            high += Fraction(part) * Fraction(Decimal(band["high_per_mille"])) / 1000
            below = max(below, top)
    except (KeyError, TypeError) as error:
        raise RuleError(f"{rule.id} must give up_to_yuan, low_per_mille and high_per_mille") from error
    least = rules.at("practice.least_fee", day).fen()
    return CustomaryFee(max(least, int(low)), max(least, int(high)), rule)


def conduct_flags(records: Sequence[ValueRecord], rules: Rulebook, day: date) -> tuple[ConductFlag, ...]:
    """Return the anomalies of formal reports: fees outside the customary range, several opinions bought on one
    right within the rule's months, values named beforehand, missing independence. Sorted, each once.
    """
    formal = [record for record in records if record.signature is not None and record.issued_on <= day]
    flags = [flag for record in formal for flag in _of_one(record, rules, day)]
    return tuple(sorted([*flags, *_shopping(formal, rules, day)], key=lambda flag: (flag.code, flag.records)))


def deviations(records: Sequence[ValueRecord], disposals: Sequence[Disposal]) -> tuple[Deviation, ...]:
    """Compare every formal value with the disposal of its right, if it was the last one before the sale.

    The value of a package is compared only if all its rights were sold; their proceeds are added up.
    """
    found = []
    sold = {disposal.right_id: disposal for disposal in disposals}
    for record in records:
        if record.signature is None or not set(record.rights) <= set(sold):
            continue
        sales = [sold[right_id] for right_id in record.rights]
        last = max(sale.sold_on for sale in sales)
        rivals = [
            other
            for other in records
            if other.signature is not None
            and other.rights == record.rights
            and record.issued_on < other.issued_on <= last
        ]
        if rivals or record.issued_on > last or record.value == 0:
            continue
        proceeds = sum(sale.proceeds for sale in sales)
        found.append(
            Deviation(
                record.id,
                record.signature.agency,
                "+".join(record.rights),
                value=record.value,
                proceeds=proceeds,
                ratio=quantise_rate(Fraction(proceeds, record.value), 4),
                inside=record.low <= proceeds <= record.high,
                years=quantise_rate(Fraction((last - record.valuation_date).days * 100, 36525), 2),
            )
        )
    return tuple(sorted(found, key=lambda one: (one.agency, one.record_id)))


def track_records(found: Sequence[Deviation], rules: Rulebook, day: date) -> tuple[TrackRecord, ...]:
    """Return each agency's record by the limits of ``practice.track_record``. Without enough disposals there is no
    verdict.
    """
    limits = rules.at("practice.track_record", day).value
    records = []
    for agency in sorted({one.agency for one in found}):
        mine = [one for one in found if one.agency == agency]
        ratio = Fraction(median(Fraction(one.ratio) for one in mine))
        covered = Fraction(sum(one.inside for one in mine), len(mine))
        finding: Literal["too_few", "in_order", "values_too_high", "values_too_low", "intervals_too_narrow"]
        if len(mine) < limits["enough"]:
            finding = "too_few"
        elif ratio < Fraction(Decimal(limits["least_ratio"])):
            finding = "values_too_high"
        elif ratio > Fraction(Decimal(limits["most_ratio"])):
            finding = "values_too_low"
        elif covered < Fraction(Decimal(limits["least_covered"])):
            finding = "intervals_too_narrow"
        else:
            finding = "in_order"
        records.append(TrackRecord(agency, len(mine), quantise_rate(ratio, 4), quantise_rate(covered, 4), finding))
    return tuple(records)


def sanctions_on(agency: Agency, day: date) -> tuple[Sanction, ...]:
    """Return the agency's discipline record up to ``day``, the latest first; expired measures stay on it."""
    return tuple(sorted((s for s in agency.sanctions if s.start <= day), key=lambda s: s.start, reverse=True))


def _of_one(record: ValueRecord, rules: Rulebook, day: date) -> list[ConductFlag]:
    flags = []
    low, high, rule = customary_fee(record.value, rules, record.issued_on)
    if not low <= record.fee <= high:
        code: FlagCode = "fee_too_low" if record.fee < low else "fee_too_high"
        fee, least, most = show_yuan(record.fee), show_yuan(low), show_yuan(high)
        text = Text(
            f"收费 {fee} 元，在惯常的 {least} 至 {most} 元之外",
            f"a fee of CNY {fee} is outside the customary range of CNY {least} to CNY {most}",
        )
        flags.append(ConductFlag(code, (record.id,), text, rule))
    signature = record.signature
    if signature is not None and signature.preset_value:
        text = Text(
            "委托人事先给定了价值（财资〔2025〕128号：不得预设价值）", "the client named a value beforehand"
        )
        flags.append(ConductFlag("preset_value", (record.id,), text, rules.at("practice.no_preset_value", day)))
    if signature is not None and not signature.independent:
        text = Text("没有独立性声明", "the declaration of independence is missing")
        flags.append(ConductFlag("not_independent", (record.id,), text, rules.at("practice.no_preset_value", day)))
    return flags


def _shopping(records: Sequence[ValueRecord], rules: Rulebook, day: date) -> list[ConductFlag]:
    """Find reports of different agencies on one right for one purpose, issued within the window of each other."""
    window = rules.at("practice.shopping_months", day)
    flags = []
    keys = sorted({(right_id, record.purpose) for record in records for right_id in record.rights})
    seen: set[tuple[str, ...]] = set()
    for right_id, purpose in keys:
        mine = sorted(
            (record for record in records if right_id in record.rights and record.purpose == purpose),
            key=lambda record: (record.issued_on, record.id),
        )
        for number, first in enumerate(mine):
            until = add_months(first.issued_on, window.whole())
            group = [record for record in mine[number:] if record.issued_on <= until]
            agencies = {record.signature.agency for record in group if record.signature is not None}
            ids = tuple(record.id for record in group)
            if len(agencies) < 2 or any(set(ids) <= set(old) for old in seen):
                continue
            seen.add(ids)
            values = [record.value for record in group]
            spread = quantise_rate(Fraction(max(values), min(values)), 2) if min(values) else Decimal(0)
            text = Text(
                f"{window.value} 个月内 {len(agencies)} 家机构评估了同一权利，最高为最低的 {spread} 倍",
                f"{len(agencies)} agencies appraised the same right within {window.value} months; the highest"
                f" value is {spread} times the lowest",
            )
            flags.append(ConductFlag("opinion_shopping", ids, text, window))
    return flags
