"""Two reports on one right, compared assumption by assumption."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction

from zhirong.chain.appraisal.request import PURPOSE_TEXT
from zhirong.chain.appraisal_practice.records import GRADE_TEXT, VALUE_TYPE_TEXT, ReportAssumption, ValueRecord
from zhirong.kernel.explain import plain
from zhirong.kernel.money import quantise_rate
from zhirong.kernel.provenance import EVIDENCE_TEXT, EvidenceGrade
from zhirong.kernel.text import Text, same


@dataclass(frozen=True, slots=True)
class AssumptionPair:
    """One assumption in both reports; None if one of them does not make it.

    ratio: most likely figure of the second ÷ that of the first, None if either is missing or the first is 0.
    overlap: whether the stated ranges overlap. better_evidence: 1 or 2 for the report with the better evidence, 0
    if equal.
    """

    name: str
    label: Text
    first: ReportAssumption | None
    second: ReportAssumption | None
    ratio: Decimal | None
    overlap: bool
    better_evidence: int

    @property
    def distance(self) -> Decimal:
        """Return the distance for sorting: a missing one counts as largest."""
        if self.ratio is None:
            both = self.first is not None and self.second is not None
            return Decimal(0) if both and self.first.mode == self.second.mode else Decimal("Infinity")  # type: ignore[union-attr]
        if self.ratio <= 0:
            return Decimal("Infinity")
        return max(self.ratio, 1 / self.ratio)

    def as_json(self) -> dict[str, object]:
        """Return a dictionary with stable keys for programs."""
        return {
            "name": self.name,
            "label": self.label.as_json(),
            "first": None if self.first is None else self.first.as_json(),
            "second": None if self.second is None else self.second.as_json(),
            "ratio": None if self.ratio is None else plain(self.ratio),
            "overlap": self.overlap,
            "better_evidence": self.better_evidence,
        }


@dataclass(frozen=True, slots=True)
class Comparison:
    """Two reports compared.

    ratio: second value ÷ first, None if the first is 0. obstacles: why the two cannot be compared directly (another
    purpose, value type or day). pairs: largest difference first. words: questions for the two agencies.
    """

    first: str
    second: str
    ratio: Decimal | None
    intervals_overlap: bool
    obstacles: tuple[Text, ...]
    pairs: tuple[AssumptionPair, ...]
    words: tuple[Text, ...]

    def as_json(self) -> dict[str, object]:
        """Return a dictionary with stable keys for programs."""
        return {
            "first": self.first,
            "second": self.second,
            "ratio": None if self.ratio is None else plain(self.ratio),
            "intervals_overlap": self.intervals_overlap,
            "obstacles": [text.as_json() for text in self.obstacles],
            "assumptions": [pair.as_json() for pair in self.pairs],
            "questions": [text.as_json() for text in self.words],
        }


def compare(first: ValueRecord, second: ValueRecord) -> Comparison:
    """Compare both reports, assumption by assumption. Raises ValueError if they have no right in common."""
    if not set(first.rights) & set(second.rights):
        raise ValueError(f"{first.id} and {second.id} value different rights")
    names = list(dict.fromkeys(one.name for one in (*first.assumptions, *second.assumptions)))
    ours = {one.name: one for one in first.assumptions}
    theirs = {one.name: one for one in second.assumptions}
    pairs = sorted(
        (_pair(name, ours.get(name), theirs.get(name)) for name in names), key=lambda p: (-p.distance, p.name)
    )
    ratio = quantise_rate(Fraction(second.value, first.value), 4) if first.value else None
    return Comparison(
        first.id,
        second.id,
        ratio,
        first.low <= second.high and second.low <= first.high,
        _obstacles(first, second),
        tuple(pairs),
        tuple(_questions(pairs)),
    )  # fmt: skip


def _pair(name: str, first: ReportAssumption | None, second: ReportAssumption | None) -> AssumptionPair:
    label = (first or second).label  # type: ignore[union-attr]
    if first is None or second is None:
        return AssumptionPair(name, label, first, second, None, False, 0)
    ratio = quantise_rate(Fraction(second.mode) / Fraction(first.mode), 4) if first.mode else None
    order = list(EvidenceGrade)
    ours, theirs = order.index(first.grade), order.index(second.grade)
    better = 0 if ours == theirs else 1 if ours < theirs else 2
    overlap = first.low <= second.high and second.low <= first.high
    return AssumptionPair(name, label, first, second, ratio, overlap, better)


def _obstacles(first: ValueRecord, second: ValueRecord) -> tuple[Text, ...]:
    found = []
    if first.purpose != second.purpose:
        one, other = PURPOSE_TEXT[first.purpose], PURPOSE_TEXT[second.purpose]  # type: ignore[index]
        found.append(Text(f"目的不同：{one.zh}与{other.zh}", f"different purposes: {one.en} and {other.en}"))
    if first.value_type != second.value_type:
        one, other = VALUE_TYPE_TEXT[first.value_type], VALUE_TYPE_TEXT[second.value_type]
        found.append(Text(f"价值类型不同：{one.zh}与{other.zh}", f"different value types: {one.en} and {other.en}"))
    if first.valuation_date != second.valuation_date:
        days = abs((first.valuation_date - second.valuation_date).days)
        found.append(Text(f"基准日相差 {days} 天", f"the valuation dates are {days} days apart"))
    if set(first.rights) != set(second.rights):
        found.append(Text("评估对象不完全相同", "the appraised rights are not exactly the same"))
    if first.grade != second.grade:
        one, other = GRADE_TEXT[first.grade], GRADE_TEXT[second.grade]
        found.append(Text(f"等级不同：{one.zh}与{other.zh}", f"different grades: {one.en} and {other.en}"))
    if set(first.methods) != set(second.methods):
        shown = same(f"{'、'.join(first.methods)} / {'、'.join(second.methods)}")
        found.append(Text(f"方法不同：{shown.zh}", f"different methods: {shown.en}"))
    return tuple(found)


def _questions(pairs: Sequence[AssumptionPair]) -> list[Text]:
    """Return the questions: for every assumption whose ranges do not overlap, the side with the weaker evidence
    first.
    """
    asked = []
    for pair in pairs:
        if pair.first is None or pair.second is None:
            which = Text("第一份", "the first") if pair.first is None else Text("第二份", "the second")
            asked.append(
                Text(
                    f"{which.zh}报告没有“{pair.label.zh}”，请说明原因",
                    f"why does {which.en} report not state {pair.label.en}?",
                )
            )
        elif not pair.overlap:
            grades = EVIDENCE_TEXT[pair.first.grade], EVIDENCE_TEXT[pair.second.grade]
            asked.append(
                Text(
                    f"“{pair.label.zh}”两份的范围不相交（{plain(pair.first.mode)}，{grades[0].zh}；"
                    f"{plain(pair.second.mode)}，{grades[1].zh}），请分别说明依据",
                    f"{pair.label.en}: the ranges do not overlap ({plain(pair.first.mode)}, {grades[0].en};"
                    f" {plain(pair.second.mode)}, {grades[1].en}); what is the basis of each?",
                )
            )
    return asked
