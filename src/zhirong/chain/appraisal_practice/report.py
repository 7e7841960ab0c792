"""An appraisal report as data: every required part, and every figure with its row in the working papers.

The rows of the working papers are the nodes of the explanations, numbered from 1: those of the value, of the
lending value if it is given, and of the figures of this report. ``row`` next to a figure is such a number.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields
from datetime import date
from typing import Any

from zhirong.chain.appraisal.document import DistributionPart, LifePart, distribution_part, life_part, swing_part
from zhirong.chain.appraisal.method import APPROACH_TEXT
from zhirong.chain.appraisal.records import Appraisal, LendingValue, MethodResult
from zhirong.chain.appraisal.request import PURPOSE_TEXT, Purpose
from zhirong.chain.appraisal.simulation import PERCENTILES
from zhirong.chain.appraisal.uncertain import Uncertain
from zhirong.chain.appraisal_practice.records import GRADE_TEXT, VALUE_TYPE_TEXT, AppraisalGrade, ValueRecord
from zhirong.chain.appraisal_practice.report_document import (
    RecordPart,
    ReportDocument,
    ReportFactor,
    ReportInput,
    ReportLending,
    ReportLife,
    ReportMethod,
    ReportParties,
    ReportPartTitle,
    ReportRight,
    ReportSimulation,
    ReportValue,
)
from zhirong.chain.right.kinds import KIND_TEXT
from zhirong.chain.right.life import LegalLife, legal_life, remaining_years
from zhirong.chain.right.records import FLAG_TEXT, STATUS_TEXT, Right
from zhirong.chain.right.status import status_on
from zhirong.kernel.document import from_json, to_json
from zhirong.kernel.explain import Explanation, plain
from zhirong.kernel.money import Fen, show_yuan, yuan
from zhirong.kernel.provenance import EVIDENCE_TEXT, EvidenceGrade
from zhirong.kernel.rulebook import Reference, Rulebook, RuleError
from zhirong.kernel.text import Text, same

SCHEMA = "zhirong.appraisal_report/1"

PART_TEXT: dict[str, Text] = {
    "statement": Text("声明", "Statement"),
    "summary": Text("摘要", "Summary"),
    "parties": Text("委托人及其他报告使用人", "Client and other users of the report"),
    "purpose": Text("评估目的", "Purpose"),
    "subject": Text("评估对象和评估范围", "Subject and scope"),
    "value_type": Text("价值类型", "Type of value"),
    "valuation_date": Text("评估基准日", "Valuation date"),
    "basis": Text("评估依据", "Basis"),
    "methods": Text("评估方法", "Methods"),
    "procedure": Text("评估程序实施过程和情况", "Procedure"),
    "assumptions": Text("评估假设", "Assumptions"),
    "conclusion": Text("评估结论", "Conclusion"),
    "special_matters": Text("特别事项说明", "Special matters"),
    "limits": Text("评估报告使用限制说明", "Limits of use"),
    "signatures": Text("评估报告日与签章", "Date and signatures"),
    "working": Text("附件：计算过程（底稿）", "Annex: working papers"),
}


@dataclass(frozen=True, slots=True)
class Parties:
    """The names in a report. users: others who may use it, such as a lender. agency, appraisers: names."""

    client: str
    users: tuple[str, ...] = ()
    agency: str = ""
    appraisers: tuple[str, ...] = ()


def report_data(
    appraisal: Appraisal,
    record: ValueRecord,
    rights: Sequence[Right],
    parties: Parties,
    rules: Rulebook,
    lending: LendingValue | None = None,
) -> dict[str, Any]:
    """Return ``report_document`` as JSON-ready data (schema ``SCHEMA``), as the files contain it."""
    data: dict[str, Any] = to_json(report_document(appraisal, record, rights, parties, rules, lending))
    return data


def report_document(
    appraisal: Appraisal,
    record: ValueRecord,
    rights: Sequence[Right],
    parties: Parties,
    rules: Rulebook,
    lending: LendingValue | None = None,
) -> ReportDocument:
    """Return the report of a record and its appraisal.

    rights: those of the case; only the appraised ones are listed. Raises ValueError if record and appraisal do not
    belong together, RuleError for a part that does not exist.
    """
    if record.value != appraisal.appraised_value or record.rights != appraisal.request.rights:
        raise ValueError("the record is not that of the appraisal")
    subject = [right for right in rights if right.id in record.rights]
    day = record.issued_on
    parts = rules.at("practice.report_parts", day)
    unknown = [part for part in parts.value if part not in PART_TEXT]
    if unknown:
        raise RuleError(f"{parts.id}: there is no part {unknown[0]!r}")
    lives = {right.id: legal_life(right, rules, day) for right in subject}
    figures = _figures(appraisal, record, subject, lives)
    working = [appraisal.explanation, *([] if lending is None else [lending.explanation]), figures]
    rows = _numbered(working)
    named = {node.label.en: rows[id(node)] for node in figures.parts}
    return ReportDocument(
        schema=SCHEMA,
        parts=tuple(ReportPartTitle(part, PART_TEXT[part]) for part in parts.value),
        parts_reference=parts.reference,
        record=from_json(RecordPart, record.as_json()),
        grade_text=GRADE_TEXT[record.grade],
        purpose_text=PURPOSE_TEXT[Purpose(record.purpose)],
        value_type_text=VALUE_TYPE_TEXT[record.value_type],
        state=record.state(day),
        parties=ReportParties(parties.client, parties.users, parties.agency, parties.appraisers),
        rights=tuple(_right(right, lives[right.id], rows, day, rules) for right in subject),
        value=ReportValue(
            **_fields(distribution_part(appraisal.value)),
            row=rows[id(appraisal.explanation)],
            rows={name: named[name] for name in (*(f"p{percent}" for percent in PERCENTILES), "mean", "interval")},
        ),
        methods=tuple(_method(result, appraisal, rows) for result in appraisal.results),
        tornado=tuple(swing_part(bar) for bar in appraisal.tornado),
        life=ReportLife(**_fields(life_part(appraisal.life)), row=rows[id(appraisal.life.explanation)]),
        lending=None if lending is None else _lending(lending, rows[id(lending.explanation)]),
        special_matters=tuple(_special(appraisal, record, subject)),
        simulation=ReportSimulation(appraisal.request.paths, appraisal.request.seed),
        rules_version=rules.version(),
        references=_references(working),
        working=tuple(working),
    )


def _fields(part: DistributionPart | LifePart) -> dict[str, Any]:
    """Return the fields of a part by name, for a part that adds to them."""
    return {one.name: getattr(part, one.name) for one in fields(part)}


def _figures(
    appraisal: Appraisal, record: ValueRecord, subject: Sequence[Right], lives: Mapping[str, LegalLife]
) -> Explanation:
    """Return the figures of the report that the value's own explanation does not show: percentiles, interval,
    lives, tornado.
    """
    value = appraisal.value
    percentiles = tuple(
        _simulated(f"p{percent}", value.percentiles[percent], value.errors[percent]) for percent in PERCENTILES
    )
    stretched = Text("P10 至 P90，按线上评估规则放宽", "P10 to P90, stretched by the rule for online values")
    interval = Explanation(
        Text("区间", "interval"),
        _between(record.low, record.high),
        formula=stretched if record.grade == AppraisalGrade.ONLINE else Text("P10 至 P90", "P10 to P90"),
    )
    methods = tuple(
        Explanation(
            Text(f"{result.title.zh}：P10 至 P90", f"{result.title.en}: P10 to P90"),
            _between(result.value.at(10), result.value.at(90)),
        )
        for result in appraisal.results
    )
    moved = tuple(
        Explanation(
            Text(f"{bar.label.zh}单独变动时的 P50", f"P50 if only {bar.label.en} changes"),
            _between(bar.p50_low, bar.p50_high),
            formula=Text("该输入取其 P10 与 P90，其余不变", "the input at its own P10 and P90, all else as drawn"),
        )
        for bar in appraisal.tornado
    )
    return Explanation(
        Text("本报告所列数字", "figures of this report"),
        parts=(
            *percentiles,
            _simulated("mean", value.mean, value.mean_error),
            interval,
            *methods,
            *(_life_left(right, lives[right.id], record.issued_on) for right in subject),
            *moved,
        ),
    )


def _simulated(name: str, amount: Fen, error: Fen) -> Explanation:
    shown = show_yuan(error)
    formula = Text(f"模拟误差 {shown} 元", f"simulation error CNY {shown}")
    # The English name is the key by which the report finds the row.
    label = Text("均值" if name == "mean" else name.upper(), name)
    return Explanation(label, amount, "fen", formula)


def _between(low: Fen, high: Fen) -> Text:
    shown = f"{show_yuan(low)} – {show_yuan(high)}"
    return Text(f"{shown} 元", f"CNY {shown}")


def _life_left(right: Right, life: LegalLife, day: date) -> Explanation:
    left = remaining_years(life, day)
    return Explanation(
        Text(f"{right.title}：剩余法定年限", f"{right.title}: remaining years of legal life"),
        None if left is None else same(f"{left:.2f}"),
        formula=Text(f"自 {day} 至届满日，除以 365.25 天", f"from {day} to the last day, over 365.25 days"),
        parts=(life.explanation,),
    )


def _numbered(explanations: Sequence[Explanation]) -> dict[int, int]:
    """Return the row number by identity of the node; a node in two places keeps its first number."""
    rows: dict[int, int] = {}
    number = 0
    for explanation in explanations:
        for _, node in explanation.walk():
            number += 1
            rows.setdefault(id(node), number)
    return rows


def _right(right: Right, life: LegalLife, rows: Mapping[int, int], day: date, rules: Rulebook) -> ReportRight:
    status = status_on(right, day, rules)
    left = remaining_years(life, day)
    return ReportRight(
        id=right.id,
        kind=KIND_TEXT[right.kind],
        title=right.title,
        number=right.number,
        holders=tuple(holder.name for holder in right.holders),
        status=None if status.status is None else STATUS_TEXT[status.status],
        life_end=life.end,
        years_left=None if left is None else f"{left:.2f}",
        flags=tuple(FLAG_TEXT[flag] for flag in sorted(right.flags)),
        row=rows[id(life.explanation)],
    )


def _method(result: MethodResult, appraisal: Appraisal, rows: Mapping[int, int]) -> ReportMethod:
    node = _node_of(result, appraisal.explanation)
    return ReportMethod(
        id=result.id,
        method=result.method,
        title=result.title,
        approach=APPROACH_TEXT[result.approach],
        weight=plain(result.weight),
        p10=yuan(result.value.at(10)),
        p50=yuan(result.value.median),
        p90=yuan(result.value.at(90)),
        row=rows[id(node)],
        formula=node.formula,
        inputs=tuple(
            ReportInput(
                label=label,
                shown=figure.as_text(),
                grade=EVIDENCE_TEXT[figure.grade],
                source=figure.source,
                row=rows[id(_node_of_figure(label, figure, node))],
            )
            for driver in result.drivers
            for label, figure in driver.figures
        ),
    )


def _node_of(result: MethodResult, whole: Explanation) -> Explanation:
    """Return the node that explains a method's value; the entire explanation if it covers a single method."""
    for node in whole.parts:
        if node.value == result.value.median and node.label.zh.startswith(result.title.zh):
            return node
    return whole


def _node_of_figure(label: Text, figure: Uncertain, method: Explanation) -> Explanation:
    """Return the node of an input, else that of its method."""
    shown = figure.as_text()
    for _, node in method.walk():
        if node.label == label and isinstance(node.value, Text) and node.value.zh == shown:
            return node
    return method


def _lending(lending: LendingValue, row: int) -> ReportLending:
    return ReportLending(
        row=row,
        lending_value=yuan(lending.fen),
        low_value=yuan(lending.low_value),
        quantile=lending.quantile,
        sale_day=lending.sale_day,
        factors=tuple(ReportFactor(factor.label, plain(factor.value)) for factor in lending.factors),
    )


def _special(appraisal: Appraisal, record: ValueRecord, subject: Sequence[Right]) -> list[Text]:
    """Return the notices that precede the use of the value."""
    matters = [alarm.text for alarm in appraisal.alarms]
    for right in subject:
        named = [FLAG_TEXT[flag] for flag in sorted(right.flags)]
        if named:
            zh, en = "、".join(text.zh for text in named), ", ".join(text.en for text in named)
            matters.append(Text(f"{right.title}：{zh}", f"{right.title}: {en}"))
        if len(right.holders) > 1:
            matters.append(Text(f"{right.title}：共有", f"{right.title}: co-owned"))
        if right.licences:
            count = len(right.licences)
            matters.append(Text(f"{right.title}：有 {count} 项许可", f"{right.title}: {count} licence(s) granted"))
    weak = sum(one.grade is EvidenceGrade.ASSUMED for one in record.assumptions)
    if weak:
        count = len(record.assumptions)
        matters.append(Text(f"{count} 项输入中 {weak} 项为假设", f"{weak} of {count} inputs are assumptions"))
    if record.grade == AppraisalGrade.ONLINE:
        matters.append(
            Text(
                "线上自动评估：输入未经核对，无机构签章，区间已放宽",
                "automatic online appraisal: nobody checked the inputs, no agency signed it, and the interval is"
                " stretched",
            )
        )
    return matters


def _references(working: Sequence[Explanation]) -> tuple[Reference, ...]:
    """Return every rule behind the report, each once, in the order of the working papers."""
    found = [
        reference for explanation in working for _, node in explanation.walk() for reference in node.references
    ]
    return tuple(dict.fromkeys(found))
