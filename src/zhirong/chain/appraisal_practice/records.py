"""Records of values, in two grades: online (free, automatic, wide interval) and formal (signed by an agency).

A record is never valid by default: on a given day it is current, stale, withdrawn or missing. Each of these is a
separate state, never a value of zero.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import StrEnum
from fractions import Fraction
from typing import Any, Literal, get_args

from zhirong.chain.appraisal.published import STRETCH, stretched
from zhirong.chain.appraisal.records import Appraisal
from zhirong.chain.appraisal.request import Purpose
from zhirong.chain.appraisal.uncertain import Kind, Uncertain
from zhirong.kernel.days import add_months
from zhirong.kernel.explain import Explanation, plain
from zhirong.kernel.fields import Reader
from zhirong.kernel.money import Fen, show_yuan, yuan
from zhirong.kernel.provenance import EvidenceGrade
from zhirong.kernel.rulebook import Rulebook, RuleValue
from zhirong.kernel.text import Text

State = Literal["current", "stale", "withdrawn", "missing"]


class AppraisalGrade(StrEnum):
    """ONLINE is calculated from the firm's own statements; FORMAL is signed by an agency's appraisers."""

    ONLINE = "online"
    FORMAL = "formal"


GRADE_TEXT: Mapping[AppraisalGrade, Text] = {
    AppraisalGrade.ONLINE: Text("线上评估（免费、自动、区间宽）", "online (free, automatic, wide interval)"),
    AppraisalGrade.FORMAL: Text("正式评估（评估机构出具并签章）", "formal (signed by an agency)"),
}


class ValueType(StrEnum):
    """The type of value that an appraisal states."""

    MARKET = "market"
    INVESTMENT = "investment"
    LIQUIDATION = "liquidation"


VALUE_TYPE_TEXT: Mapping[ValueType, Text] = {
    ValueType.MARKET: Text("市场价值", "market value"),
    ValueType.INVESTMENT: Text("投资价值", "investment value"),
    ValueType.LIQUIDATION: Text("清算价值", "liquidation value"),
}
STATE_TEXT: Mapping[State, Text] = {
    "current": Text("有效", "current"),
    "stale": Text("已过期，须重新评估", "out of date; have it appraised again"),
    "withdrawn": Text("已撤回，不得使用", "withdrawn; must not be used"),
    "missing": Text("没有评估", "there is no appraisal"),
}
SIGNATORIES = 2  # Minimum number of appraisers who sign a formal report.


@dataclass(frozen=True, slots=True)
class ReportAssumption:
    """One figure behind a value, as its report states it. name: stable, such as ``royalty.rate``."""

    name: str
    label: Text
    low: Decimal
    mode: Decimal
    high: Decimal
    kind: str
    grade: EvidenceGrade
    source: str

    def as_json(self) -> dict[str, object]:
        """Return a dictionary with stable keys; numbers as strings."""
        return {
            "name": self.name,
            "label": self.label.as_json(),
            "low": plain(self.low),
            "mode": plain(self.mode),
            "high": plain(self.high),
            "kind": self.kind,
            "grade": self.grade.value,
            "source": self.source,
        }


@dataclass(frozen=True, slots=True)
class ReportSignature:
    """The signature of a formal report. appraisers: ids. independent: no tie to client, borrower or lender.
    preset_value: whether the client named a value beforehand, which makes the report void for lending.
    """

    agency: str
    appraisers: tuple[str, ...]
    signed_on: date
    independent: bool
    preset_value: bool


@dataclass(frozen=True, slots=True)
class ValueRecord:
    """A value of rights, for a purpose, of a type, as of a day, valid until a day.

    rights: their ids or numbers. value: fen (P50); low, high: the interval shown with it. methods: by name.
    valid_until: last day on which it may be relied on. fee: fen paid for it. signature: of a formal one only.
    withdrawn_on: the day its agency or an authority withdrew it.
    """

    id: str
    grade: AppraisalGrade
    rights: tuple[str, ...]
    purpose: str
    value_type: ValueType
    valuation_date: date
    issued_on: date
    valid_until: date
    value: Fen
    low: Fen
    high: Fen
    methods: tuple[str, ...]
    assumptions: tuple[ReportAssumption, ...]
    fee: Fen = 0
    client: str = ""
    signature: ReportSignature | None = None
    withdrawn_on: date | None = None

    def state(self, day: date) -> State:
        """Return its state on ``day``; missing before it was issued."""
        if day < self.issued_on:
            return "missing"
        if self.withdrawn_on is not None and self.withdrawn_on <= day:
            return "withdrawn"
        return "current" if day <= self.valid_until else "stale"

    def show(self) -> Text:
        """Return the value for display, always with its interval, grade and date."""
        grade = GRADE_TEXT[self.grade]
        value, low, high = (show_yuan(amount) for amount in (self.value, self.low, self.high))
        return Text(
            f"{value} 元（{low} 至 {high} 元；{grade.zh}；基准日 {self.valuation_date}）",
            f"CNY {value} ({low} to {high}; {grade.en}; as of {self.valuation_date})",
        )

    def as_json(self) -> dict[str, object]:
        """Return a dictionary with stable keys; amounts as strings in yuan."""
        signed = self.signature
        return {
            "id": self.id,
            "grade": self.grade,
            "rights": list(self.rights),
            "purpose": self.purpose,
            "value_type": self.value_type,
            "valuation_date": self.valuation_date.isoformat(),
            "issued_on": self.issued_on.isoformat(),
            "valid_until": self.valid_until.isoformat(),
            "value": yuan(self.value),
            "low": yuan(self.low),
            "high": yuan(self.high),
            "methods": list(self.methods),
            "assumptions": [assumption.as_json() for assumption in self.assumptions],
            "fee": yuan(self.fee),
            "client": self.client,
            "withdrawn_on": None if self.withdrawn_on is None else self.withdrawn_on.isoformat(),
            "signature": None
            if signed is None
            else {
                "agency": signed.agency,
                "appraisers": list(signed.appraisers),
                "signed_on": signed.signed_on.isoformat(),
                "independent": signed.independent,
                "preset_value": signed.preset_value,
            },
        }


@dataclass(frozen=True, slots=True)
class AppraisalStanding:
    """The state of an appraisal of rights for a use on a day. record: the best one; None if state is ``missing``."""

    state: State
    record: ValueRecord | None
    reason: Text
    explanation: Explanation


def online_record(
    record_id: str,
    appraisal: Appraisal,
    issued_on: date,
    rules: Rulebook,
    value_type: ValueType = ValueType.MARKET,
    client: str = "",
) -> ValueRecord:
    """Make an online record of an automatic appraisal: free, unsigned, valid for a short time, with a stretched
    interval.

    low, high = P50 ∓ stretch × its distance to P10 and P90, never below 0, because nobody has checked the inputs.
    """
    low, high = stretched(appraisal, Fraction(rules.at(STRETCH, issued_on).number()))
    return ValueRecord(
        id=record_id,
        grade=AppraisalGrade.ONLINE,
        rights=appraisal.request.rights,
        purpose=appraisal.request.purpose,
        value_type=value_type,
        valuation_date=appraisal.request.valuation_date,
        issued_on=issued_on,
        valid_until=_until(AppraisalGrade.ONLINE, appraisal.request.valuation_date, rules, issued_on),
        value=appraisal.appraised_value,
        low=low,
        high=high,
        methods=tuple(result.method for result in appraisal.results),
        assumptions=assumptions_of(appraisal),
        client=client,
    )


def formal_record(
    record_id: str,
    appraisal: Appraisal,
    signature: ReportSignature,
    *,
    rules: Rulebook,
    fee: Fen,
    value_type: ValueType = ValueType.MARKET,
    client: str = "",
) -> ValueRecord:
    """Make a formal record of an appraisal done and signed by an agency; its interval is P10 to P90."""
    low, high = appraisal.interval()
    return ValueRecord(
        id=record_id,
        grade=AppraisalGrade.FORMAL,
        rights=appraisal.request.rights,
        purpose=appraisal.request.purpose,
        value_type=value_type,
        valuation_date=appraisal.request.valuation_date,
        issued_on=signature.signed_on,
        valid_until=_until(AppraisalGrade.FORMAL, appraisal.request.valuation_date, rules, signature.signed_on),
        value=appraisal.appraised_value,
        low=low,
        high=high,
        methods=tuple(result.method for result in appraisal.results),
        assumptions=assumptions_of(appraisal),
        fee=fee,
        client=client,
        signature=signature,
    )


def assumptions_of(appraisal: Appraisal) -> tuple[ReportAssumption, ...]:
    """Return every figure behind an appraisal, named by method and driver.

    Several figures of one driver are numbered; deals are named by their label, since the first deal of one report
    is not the first of another. A method used again is numbered too (``relief_from_royalty#2.royalty``).
    """
    found = []
    used: Counter[str] = Counter()
    for result in appraisal.results:
        used[result.method] += 1
        method = result.method if used[result.method] == 1 else f"{result.method}#{used[result.method]}"
        for driver in result.drivers:
            for number, (label, figure) in enumerate(driver.figures, 1):
                ending = f"[{number}]" if len(driver.figures) > 1 else ""
                if result.approach == "market" and driver.name == "deals":
                    ending = f"[{label.zh}]"
                found.append(_assumption(f"{method}.{driver.name}{ending}", label, figure))
    return tuple(found)


def standing(
    records: Sequence[ValueRecord],
    right_id: str,
    purpose: str,
    day: date,
    needed: AppraisalGrade = AppraisalGrade.ONLINE,
) -> AppraisalStanding:
    """Return the state of a right's appraisal on ``day`` for ``purpose``: the best record of the required grade, or
    the obstacle.

    A formal record may replace an online one, never the reverse. A report with a preset value or without a
    declaration of independence is not accepted. Among several accepted records the lowest counts, so a second
    opinion gains the client nothing.
    """
    mine = [
        record
        for record in records
        if right_id in record.rights
        and record.purpose == purpose
        and record.issued_on <= day
        and (needed == "online" or record.grade == "formal")
        and (record.signature is None or (record.signature.independent and not record.signature.preset_value))
    ]
    for state in ("current", "stale", "withdrawn"):
        found = [record for record in mine if record.state(day) == state]
        if found:
            formal = [record for record in found if record.grade == "formal"] or found
            chosen = min(formal, key=lambda record: (record.value, record.id))
            return _standing(state, chosen, purpose, needed)
    return _standing("missing", None, purpose, needed)


def read_record(reader: Reader, as_of: date) -> ValueRecord:
    """Read a record that exists on paper: its figures as stated there (``[[record]]``). Assumptions are optional."""
    grade = AppraisalGrade(reader.choice("grade", tuple(AppraisalGrade)))
    valued, issued = reader.day("valuation_date"), reader.day("issued_on")
    until = reader.day("valid_until")
    # A report may be issued when its value is already out of date; it is then stale from its first day.
    if not valued <= issued <= as_of or until < valued:
        reader.problem(
            "issued_on",
            issued,
            "dates_out_of_order",
            Text(
                "须满足：基准日 ≤ 出具日 ≤ 今日，基准日 ≤ 有效期末",
                "required: valuation date ≤ issue date ≤ today, and valuation date ≤ end of validity",
            ),
            Text("请更正日期", "correct the dates"),
        )
    low, value, high = reader.money("low"), reader.money("value", 1), reader.money("high")
    if not low <= value <= high:
        reader.problem(
            "value",
            yuan(value),
            "range_out_of_order",
            Text("须满足 low ≤ value ≤ high", "low ≤ value ≤ high is not met"),
            Text("请更正三个数", "correct the figures"),
        )
    rights = reader.texts("rights")
    if not rights:
        reader.problem(
            "rights",
            "",
            "missing",
            Text("未写明评估的权利", "the appraised rights are not stated"),
            Text('请填写为 rights = ["…"]', 'write rights = ["..."]'),
        )
    record = ValueRecord(
        id=reader.text("id"),
        grade=grade,
        rights=rights,
        purpose=Purpose(reader.choice("purpose", tuple(Purpose))),
        value_type=ValueType(reader.choice("value_type", tuple(ValueType))),
        valuation_date=valued,
        issued_on=issued,
        valid_until=until,
        value=value,
        low=low,
        high=high,
        methods=reader.texts("methods"),
        assumptions=tuple(_read_assumption(entry) for entry in reader.tables("assumption")),
        fee=0 if (fee := reader.optional_money("fee")) is None else fee,
        client=reader.optional_text("client"),
        signature=_read_signature(reader, grade),
        withdrawn_on=reader.optional_day("withdrawn_on"),
    )
    reader.finish()
    return record


def read_signature(reader: Reader, valuation_date: date | None = None) -> ReportSignature:
    """Read the ``[signature]`` table: ``agency``, two or more ``appraisers``, ``signed_on``, ``independent``,
    ``preset_value``. valuation_date: where known, nobody signs before it.
    """
    inside = reader.table("signature")
    signature = ReportSignature(
        agency=inside.text("agency"),
        appraisers=inside.texts("appraisers"),
        signed_on=inside.day("signed_on"),
        independent=inside.flag("independent"),
        preset_value=inside.flag("preset_value"),
    )
    if len(set(signature.appraisers)) < SIGNATORIES:
        inside.problem(
            "appraisers",
            "、".join(signature.appraisers),
            "too_few_signatories",
            Text(f"至少 {SIGNATORIES} 名评估师签名", f"at least {SIGNATORIES} appraisers must sign"),
            Text("请补充签名的评估师", "add the appraisers who sign"),
        )
    if valuation_date is not None and signature.signed_on < valuation_date:
        inside.problem(
            "signed_on",
            signature.signed_on,
            "signed_before_valuation",
            Text(f"早于评估基准日 {valuation_date}", f"earlier than the valuation date {valuation_date}"),
            Text("请更正日期", "correct the date"),
        )
    inside.finish()
    return signature


def record_of_json(data: Mapping[str, Any]) -> ValueRecord:
    """Return the record that ``as_json`` wrote. Raises InputError for anything else."""
    table = {name: value for name, value in data.items() if value is not None}
    stated = table.pop("assumptions", [])
    table["assumption"] = [
        {name: Decimal(value) if name in ("low", "mode", "high") else value for name, value in one.items()}
        for one in stated
    ]
    reader = Reader(table, source="record")
    return read_record(reader, reader.day("issued_on"))


# -- inside ------------------------------------------------------------------------------------------------------


def _until(grade: AppraisalGrade, valuation_date: date, rules: Rulebook, day: date) -> date:
    return add_months(valuation_date, validity(grade, rules, day).whole())


def validity(grade: AppraisalGrade, rules: Rulebook, day: date) -> RuleValue:
    """Return the months from the valuation date for which a record of this grade may be relied on."""
    return rules.at(f"practice.validity.{grade}", day)


def _assumption(name: str, label: Text, figure: Uncertain) -> ReportAssumption:
    return ReportAssumption(
        name,
        label,
        figure.low,
        mode=figure.mode,
        high=figure.high,
        kind=figure.kind,
        grade=figure.grade,
        source=figure.source,
    )


def _standing(state: State, record: ValueRecord | None, purpose: str, needed: AppraisalGrade) -> AppraisalStanding:
    words = STATE_TEXT[state]
    title = Text("评估记录", "record of the value")
    if record is None:
        grade = GRADE_TEXT[needed]
        reason = Text(f"{words.zh}（需要：{grade.zh}）", f"{words.en} (required: {grade.en})")
        return AppraisalStanding(state, None, reason, Explanation(title, reason))
    shown = record.show()
    reason = Text(f"{words.zh}：{shown.zh}", f"{words.en}: {shown.en}")
    return AppraisalStanding(state, record, reason, Explanation(title, reason, formula=Text(purpose, purpose)))


def _read_signature(reader: Reader, grade: AppraisalGrade) -> ReportSignature | None:
    if reader.has("signature"):
        return read_signature(reader)
    if grade == "formal":
        reader.problem(
            "signature",
            "",
            "unsigned",
            Text("正式评估须由评估机构签章", "a formal appraisal must be signed by its agency"),
            Text(
                "请补充签章（[signature]），或改为线上评估（online）",
                "add [signature], or change the grade to online",
            ),
        )
    return None


def _read_assumption(reader: Reader) -> ReportAssumption:
    label = reader.words("label")
    name = reader.text("name")
    low, mode, high = reader.number("low"), reader.number("mode"), reader.number("high")
    kind = reader.choice("kind", get_args(Kind))
    grade = EvidenceGrade(reader.choice("grade", tuple(EvidenceGrade)))
    assumption = ReportAssumption(
        name, label, low, mode=mode, high=high, kind=kind, grade=grade, source=reader.optional_text("source")
    )
    reader.finish()
    return assumption
