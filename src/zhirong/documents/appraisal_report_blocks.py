"""The contents of an appraisal report, part by part, as blocks for Word and PDF."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from zhirong.chain.appraisal_practice.report_document import ReportDocument
from zhirong.charts.theme import Spec
from zhirong.charts.value import Swing, tornado_chart, value_chart
from zhirong.documents.words import NOTHING, explained_value, money, percent, source
from zhirong.kernel.capital_money import capital_yuan
from zhirong.kernel.explain import Explanation
from zhirong.kernel.money import parse_yuan
from zhirong.kernel.text import Lang, Text

Block = dict[str, Any]

PERCENTILE_NAMES = ("p5", "p10", "p50", "p90", "p95")
_CHART_WIDTH = 420
_OF_A_RIGHT = ("right", "right_number", "kind", "holder", "status", "last_day", "years_left", "row")
_MOST_SWINGS = 10  # the ten largest effects on the value; the others are in the table of inputs

WORDS: dict[str, Text] = {
    "title": Text("知识产权资产评估报告", "Appraisal report on intellectual property"),
    "number": Text("报告编号", "Report number"),
    "grade": Text("等级", "Grade"),
    "client": Text("委托人", "Client"),
    "users": Text("其他使用人", "Other users"),
    "no_users": Text("法律规定的使用人", "users named by law"),
    "right": Text("权利", "Right"),
    "right_number": Text("号码", "Number"),
    "kind": Text("种类", "Kind"),
    "holder": Text("权利人", "Holder"),
    "status": Text("状态", "Status"),
    "last_day": Text("届满日", "Last day"),
    "years_left": Text("剩余年限", "Remaining years"),
    "not_known": Text("不明", "not known"),
    "method": Text("方法", "Method"),
    "approach": Text("途径", "Approach"),
    "weight": Text("权重", "Weight"),
    "row": Text("底稿", "Row"),
    "input": Text("输入", "Input"),
    "figure": Text("取值（低 / 最可能 / 高）", "Figure (low / most likely / high)"),
    "evidence": Text("证据等级", "Evidence"),
    "source": Text("来源", "Source"),
    "item": Text("项目", "Item"),
    "result": Text("结果", "Result"),
    "how": Text("计算依据", "How"),
    "yuan": Text("元", "CNY"),
    "value": Text("评估价值（P50）", "appraised value (P50)"),
    "mean": Text("均值", "mean"),
    "interval": Text("区间", "interval"),
    "lending": Text("可贷价值", "lending value"),
    "no_agency": Text("无（线上自动评估，未签章）", "none (automatic, unsigned)"),
    "agency": Text("评估机构", "Agency"),
    "appraisers": Text("评估师", "Appraisers"),
    "issued": Text("报告日", "Date of the report"),
    "valid_until": Text("有效期至", "Valid until"),
    "life": Text("剩余寿命（年）：法律 / 合同 / 经济", "Remaining life (years): legal / contract / economic"),
    "nothing_special": Text("没有", "None"),
}

_STATEMENT = {
    "formal": Text(
        "评估机构和评估师与委托人、权利人及其他当事人没有利害关系，没有预设价值；价值以所列输入和规则为前提，"
        "每个数字右侧的底稿号指向附件中的一行，任何人可以据此重算。",
        "The agency and its appraisers have no ties to the client, the holder or other parties, and accepted no preset value. The value depends on the listed inputs and rules; the row number next to each figure refers to a row of the annex, from which anyone can calculate the value again.",
    ),
    "online": Text(
        "本报告由程序按所填资料自动计算，未经评估机构核对和签章，不能代替正式评估；每个数字右侧的底稿号指向附件中的一行。",
        "Calculated automatically from the input; no agency has checked or signed it, and it does not replace a formal appraisal. The row number next to each figure refers to a row of the annex.",
    ),
}
_LIMITS = (
    Text(
        "仅用于所载评估目的和使用人，有效期内使用；过期或发生重大事项须重新评估。",
        "Only for the stated purpose and users, while valid; a new appraisal is required after expiry or a significant event.",
    ),
    Text(
        "价值是一个分布：引用 P50 时须同时引用区间；均值不等于中位数。",
        "The value is a distribution: quote P50 together with its interval; the mean differs from the median.",
    ),
    Text(
        "评估价值不是可实现价格的保证，也不是贷款承诺。",
        "The value is neither a guaranteed price nor a loan commitment.",
    ),
)


def report_title(lang: Lang) -> str:
    """Return the report's title."""
    return WORDS["title"].in_(lang)


@dataclass(frozen=True, slots=True)
class ChartFigures:
    """The data of the charts, in yuan. percentiles: p5, p10, p50, p90, p95. swings: the effect of each input,
    largest first.
    """

    percentiles: Mapping[str, Decimal]
    lending_value: Decimal | None
    swings: tuple[Swing, ...]


def chart_figures(report: ReportDocument) -> ChartFigures:
    """Return the figures of a report's charts."""
    return ChartFigures(
        {name: Decimal(getattr(report.value, name)) for name in PERCENTILE_NAMES},
        None if report.lending is None else Decimal(report.lending.lending_value),
        tuple(Swing(bar.label, Decimal(bar.p50_at_p10), Decimal(bar.p50_at_p90)) for bar in report.tornado),
    )


def report_charts(figures: ChartFigures, lang: Lang) -> dict[str, Spec]:
    """Return the charts: the interval of the value, and its sensitivity."""
    value, swings = figures.percentiles, figures.swings[:_MOST_SWINGS]
    charts = {"value": value_chart(value, lang, figures.lending_value, _CHART_WIDTH)}
    if swings:
        charts["tornado"] = tornado_chart(swings, value["p50"], lang, _CHART_WIDTH)
    return charts


def report_blocks(report: ReportDocument, lang: Lang) -> list[Block]:
    """Return the complete report as blocks in order."""
    blocks: list[Block] = []
    for number, part in enumerate(report.parts, 1):
        blocks.append({"kind": "heading", "text": f"{number}  {part.title.in_(lang)}"})
        blocks += _PARTS[part.code](report, lang)
    return blocks


def working_rows(report: ReportDocument, lang: Lang) -> list[tuple[str, str, str, str, str]]:
    """Return the working papers: number, item (indented by depth), result, formula, source; numbered as the figures
    refer to them.
    """
    rows: list[tuple[str, str, str, str, str]] = []

    def walk(node: Explanation, depth: int) -> None:
        sources = [source(reference, lang) for reference in node.references]
        rows.append(
            (
                str(len(rows) + 1),
                "　" * depth + node.label.in_(lang),
                explained_value(node, lang),
                "" if node.formula is None else node.formula.in_(lang),
                ("；" if lang == "zh" else "; ").join(text for text in sources if text),
            )
        )
        for part in node.parts:
            walk(part, depth + 1)

    for node in report.working:
        walk(node, 0)
    return rows


# -- parts -------------------------------------------------------------------------------------------------------


def _w(name: str, lang: Lang) -> str:
    return WORDS[name].in_(lang)


def _text(words_: str) -> Block:
    return {"kind": "paragraph", "text": words_}


def _table(head: list[str], widths: list[float], aligned: list[str], rows: list[tuple[str, ...]]) -> Block:
    return {
        "kind": "table",
        "head": head,
        "widths": widths,
        "aligned": aligned,
        "rows": [list(row) for row in rows],
    }


def _statement(report: ReportDocument, lang: Lang) -> list[Block]:
    return [_text(_STATEMENT[report.record.grade].in_(lang))]


def _summary(report: ReportDocument, lang: Lang) -> list[Block]:
    named = ("、" if lang == "zh" else ", ").join(right.title for right in report.rights)
    return [
        _text(f"{named}：{report.purpose_text.in_(lang)}，{report.record.valuation_date}"),
        *_value(report, lang),
    ]


def _value(report: ReportDocument, lang: Lang) -> list[Block]:
    record, value = report.record, report.value
    return [
        {
            "kind": "strong",
            "text": f"{_w('value', lang)} {money(record.value)} {_w('yuan', lang)}〔{value.row}〕，"
            f"{_w('interval', lang)} {money(record.low)} – {money(record.high)} {_w('yuan', lang)}"
            f"〔{value.rows['interval']}〕",
        }
    ]


def _parties(report: ReportDocument, lang: Lang) -> list[Block]:
    parties = report.parties
    users = ("、" if lang == "zh" else ", ").join(parties.users) or _w("no_users", lang)
    return [
        _text(f"{_w('client', lang)}：{parties.client or NOTHING}"),
        _text(f"{_w('users', lang)}：{users}"),
        _text(f"{_w('number', lang)}：{report.record.id}；{_w('grade', lang)}：{report.grade_text.in_(lang)}"),
    ]


def _purpose(report: ReportDocument, lang: Lang) -> list[Block]:
    return [_text(report.purpose_text.in_(lang))]


def _subject(report: ReportDocument, lang: Lang) -> list[Block]:
    life = report.life
    shown = " / ".join(years or NOTHING for years in (life.legal, life.contract, life.economic))
    return [
        _table(
            [_w(name, lang) for name in _OF_A_RIGHT],
            [3, 2, 1.4, 2, 1, 1.4, 1, 0.7],
            [*["left"] * 6, "right", "right"],
            [
                (
                    right.title,
                    right.number or NOTHING,
                    right.kind.in_(lang),
                    "、".join(right.holders) or NOTHING,
                    _w("not_known", lang) if right.status is None else right.status.in_(lang),
                    NOTHING if right.life_end is None else right.life_end.isoformat(),
                    right.years_left or NOTHING,
                    str(right.row),
                )
                for right in report.rights
            ],
        ),
        _text(f"{_w('life', lang)}：{shown}〔{life.row}〕"),
    ]


def _value_type(report: ReportDocument, lang: Lang) -> list[Block]:
    return [_text(report.value_type_text.in_(lang))]


def _valuation_date(report: ReportDocument, lang: Lang) -> list[Block]:
    record = report.record
    return [_text(f"{record.valuation_date}；{_w('valid_until', lang)} {record.valid_until}")]


def _basis(report: ReportDocument, lang: Lang) -> list[Block]:
    lines = list(dict.fromkeys(source(reference, lang) for reference in report.references))
    return [{"kind": "list", "items": [line for line in lines if line]}]


def _methods(report: ReportDocument, lang: Lang) -> list[Block]:
    return [
        _table(
            [*(_w(name, lang) for name in ("method", "approach", "weight")), "P10", "P50", "P90", _w("row", lang)],
            [3, 1.3, 0.9, 1.8, 1.8, 1.8, 0.8],
            ["left", "left", "right", "right", "right", "right", "right"],
            [
                (
                    method.title.in_(lang),
                    method.approach.in_(lang),
                    percent(method.weight, 0),
                    money(method.p10),
                    money(method.p50),
                    money(method.p90),
                    str(method.row),
                )
                for method in report.methods
            ],
        ),
        *(
            _text(f"{method.title.in_(lang)}：{method.formula.in_(lang)}")
            for method in report.methods
            if method.formula is not None
        ),
    ]


def _procedure(report: ReportDocument, lang: Lang) -> list[Block]:
    simulation = report.simulation
    steps = (
        Text("核对权利的种类、日期、权利人与状态", "kind, dates, holders and status of the rights were checked"),
        Text("逐项登记输入、证据等级和来源", "every input was recorded with its evidence grade and source"),
        Text(
            f"模拟 {simulation.paths} 次，种子 {simulation.seed}，规则版本 {report.rules_version}",
            f"{simulation.paths} paths were simulated, seed {simulation.seed}, rules {report.rules_version}",
        ),
        Text(
            "按规则综合各方法，并检查其离散程度", "the methods were reconciled by rule and their spread was checked"
        ),
    )
    return [{"kind": "list", "items": [step.in_(lang) for step in steps]}]


def _assumptions(report: ReportDocument, lang: Lang) -> list[Block]:
    blocks: list[Block] = []
    for method in report.methods:
        blocks.append({"kind": "strong", "text": method.title.in_(lang)})
        blocks.append(
            _table(
                [_w(name, lang) for name in ("input", "figure", "evidence", "source", "row")],
                [2.4, 3.4, 1.3, 3, 0.7],
                ["left", "right", "left", "left", "right"],
                [
                    (
                        entry.label.in_(lang),
                        entry.shown,
                        entry.grade.in_(lang),
                        entry.source or NOTHING,
                        str(entry.row),
                    )
                    for entry in method.inputs
                ],
            )
        )
    return blocks


def _conclusion(report: ReportDocument, lang: Lang) -> list[Block]:
    value = report.value
    names = ("p5", "p10", "p50", "p90", "p95", "mean")
    blocks = [
        *_value(report, lang),
        _table(
            ["", *(name.upper() for name in names[:-1]), _w("mean", lang)],
            [0.6] + [1] * len(names),
            ["left"] + ["right"] * len(names),
            [
                (_w("yuan", lang), *(money(getattr(value, name)) for name in names)),
                (_w("row", lang), *(str(value.rows[name]) for name in names)),
            ],
        ),
        {"kind": "chart", "name": "value", "alt": _w("interval", lang)},
        {"kind": "chart", "name": "tornado", "alt": _w("input", lang)},
    ]
    if lang == "zh":
        capital = capital_yuan(parse_yuan(report.record.value))
        blocks.insert(1, _text(f"评估价值（大写）：{capital}"))
    lending = report.lending
    if lending is not None:
        shown = f"{_w('lending', lang)} {money(lending.lending_value)} {_w('yuan', lang)}〔{lending.row}〕"
        blocks.append({"kind": "strong", "text": shown})
    return blocks


def _special_matters(report: ReportDocument, lang: Lang) -> list[Block]:
    matters = [text.in_(lang) for text in report.special_matters]
    return [{"kind": "list", "items": matters}] if matters else [_text(_w("nothing_special", lang))]


def _limits(report: ReportDocument, lang: Lang) -> list[Block]:
    return [{"kind": "list", "items": [text.in_(lang) for text in _LIMITS]}]


def _signatures(report: ReportDocument, lang: Lang) -> list[Block]:
    parties, record = report.parties, report.record
    between = "、" if lang == "zh" else ", "
    return [
        _text(f"{_w('agency', lang)}：{parties.agency or _w('no_agency', lang)}"),
        _text(f"{_w('appraisers', lang)}：{between.join(parties.appraisers) or NOTHING}"),
        _text(f"{_w('issued', lang)}：{record.issued_on}"),
    ]


def _working(report: ReportDocument, lang: Lang) -> list[Block]:
    return [
        _table(
            [_w(name, lang) for name in ("row", "item", "result", "how", "source")],
            [0.6, 3, 2.2, 3.4, 2.4],
            ["right", "left", "right", "left", "left"],
            list(working_rows(report, lang)),
        )
    ]


_PARTS: dict[str, Callable[[ReportDocument, Lang], list[Block]]] = {
    "statement": _statement,
    "summary": _summary,
    "parties": _parties,
    "purpose": _purpose,
    "subject": _subject,
    "value_type": _value_type,
    "valuation_date": _valuation_date,
    "basis": _basis,
    "methods": _methods,
    "procedure": _procedure,
    "assumptions": _assumptions,
    "conclusion": _conclusion,
    "special_matters": _special_matters,
    "limits": _limits,
    "signatures": _signatures,
    "working": _working,
}
