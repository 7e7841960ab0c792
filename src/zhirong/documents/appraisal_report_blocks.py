"""The contents of an appraisal report, part by part, as blocks for Word and PDF."""

from collections.abc import Callable, Mapping
from decimal import Decimal
from typing import Any

from zhirong.charts.theme import Spec
from zhirong.charts.value import Swing, tornado_chart, value_chart
from zhirong.documents.words import NOTHING, explained_value, money, percent, source
from zhirong.kernel.capital_money import capital_yuan
from zhirong.kernel.document import from_json
from zhirong.kernel.explain import Explanation
from zhirong.kernel.money import parse_yuan
from zhirong.kernel.rulebook import Reference
from zhirong.kernel.text import Lang, Text

Json = Mapping[str, Any]
Block = dict[str, Any]

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


def report_charts(data: Json, lang: Lang) -> dict[str, Spec]:
    """Return the charts: the interval of the value, and its sensitivity."""
    value = {name: Decimal(data["value"][name]) for name in ("p5", "p10", "p50", "p90", "p95")}
    lending = None if data["lending"] is None else Decimal(data["lending"]["lending_value"])
    charts = {"value": value_chart(value, lang, lending, _CHART_WIDTH)}
    swings = [
        Swing(Text(bar["label"]["zh"], bar["label"]["en"]), Decimal(bar["p50_at_p10"]), Decimal(bar["p50_at_p90"]))
        for bar in data["tornado"][:_MOST_SWINGS]
    ]
    if swings:
        charts["tornado"] = tornado_chart(swings, value["p50"], lang, _CHART_WIDTH)
    return charts


def report_blocks(data: Json, lang: Lang) -> list[Block]:
    """Return the complete report as blocks in order."""
    blocks: list[Block] = []
    for number, part in enumerate(data["parts"], 1):
        blocks.append({"kind": "heading", "text": f"{number}  {words(part['title'], lang)}"})
        blocks += _PARTS[part["code"]](data, lang)
    return blocks


def working_rows(data: Json, lang: Lang) -> list[tuple[str, str, str, str, str]]:
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

    for node in data["working"]:
        walk(from_json(Explanation, node), 0)
    return rows


# -- parts -------------------------------------------------------------------------------------------------------


def words(value: Json | str | None, lang: Lang) -> str:
    """Return text of the report in the requested language; empty if there is none."""
    return str(value[lang]) if isinstance(value, Mapping) else value or ""


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


def _statement(data: Json, lang: Lang) -> list[Block]:
    return [_text(_STATEMENT[data["record"]["grade"]].in_(lang))]


def _summary(data: Json, lang: Lang) -> list[Block]:
    record = data["record"]
    named = ("、" if lang == "zh" else ", ").join(right["title"] for right in data["rights"])
    return [_text(f"{named}：{words(data['purpose_text'], lang)}，{record['valuation_date']}"), *_value(data, lang)]


def _value(data: Json, lang: Lang) -> list[Block]:
    record, value = data["record"], data["value"]
    return [
        {
            "kind": "strong",
            "text": f"{_w('value', lang)} {money(record['value'])} {_w('yuan', lang)}〔{value['row']}〕，"
            f"{_w('interval', lang)} {money(record['low'])} – {money(record['high'])} {_w('yuan', lang)}"
            f"〔{value['rows']['interval']}〕",
        }
    ]


def _parties(data: Json, lang: Lang) -> list[Block]:
    parties = data["parties"]
    users = ("、" if lang == "zh" else ", ").join(parties["users"]) or _w("no_users", lang)
    return [
        _text(f"{_w('client', lang)}：{parties['client'] or NOTHING}"),
        _text(f"{_w('users', lang)}：{users}"),
        _text(
            f"{_w('number', lang)}：{data['record']['id']}；{_w('grade', lang)}：{words(data['grade_text'], lang)}"
        ),
    ]


def _purpose(data: Json, lang: Lang) -> list[Block]:
    return [_text(words(data["purpose_text"], lang))]


def _subject(data: Json, lang: Lang) -> list[Block]:
    life = data["life"]
    shown = " / ".join(life[key] or NOTHING for key in ("legal", "contract", "economic"))
    return [
        _table(
            [_w(name, lang) for name in _OF_A_RIGHT],
            [3, 2, 1.4, 2, 1, 1.4, 1, 0.7],
            [*["left"] * 6, "right", "right"],
            [
                (
                    right["title"],
                    right["number"] or NOTHING,
                    words(right["kind"], lang),
                    "、".join(right["holders"]) or NOTHING,
                    words(right["status"], lang) or _w("not_known", lang),
                    right["life_end"] or NOTHING,
                    right["years_left"] or NOTHING,
                    str(right["row"]),
                )
                for right in data["rights"]
            ],
        ),
        _text(f"{_w('life', lang)}：{shown}〔{life['row']}〕"),
    ]


def _value_type(data: Json, lang: Lang) -> list[Block]:
    return [_text(words(data["value_type_text"], lang))]


def _valuation_date(data: Json, lang: Lang) -> list[Block]:
    record = data["record"]
    return [_text(f"{record['valuation_date']}；{_w('valid_until', lang)} {record['valid_until']}")]


def _basis(data: Json, lang: Lang) -> list[Block]:
    lines = list(dict.fromkeys(source(from_json(Reference, reference), lang) for reference in data["references"]))
    return [{"kind": "list", "items": [line for line in lines if line]}]


def _methods(data: Json, lang: Lang) -> list[Block]:
    return [
        _table(
            [*(_w(name, lang) for name in ("method", "approach", "weight")), "P10", "P50", "P90", _w("row", lang)],
            [3, 1.3, 0.9, 1.8, 1.8, 1.8, 0.8],
            ["left", "left", "right", "right", "right", "right", "right"],
            [
                (
                    words(method["title"], lang),
                    words(method["approach"], lang),
                    percent(method["weight"], 0),
                    money(method["p10"]),
                    money(method["p50"]),
                    money(method["p90"]),
                    str(method["row"]),
                )
                for method in data["methods"]
            ],
        ),
        *(
            _text(f"{words(m['title'], lang)}：{words(m['formula'], lang)}")
            for m in data["methods"]
            if m["formula"]
        ),
    ]


def _procedure(data: Json, lang: Lang) -> list[Block]:
    simulation = data["simulation"]
    steps = (
        Text("核对权利的种类、日期、权利人与状态", "kind, dates, holders and status of the rights were checked"),
        Text("逐项登记输入、证据等级和来源", "every input was recorded with its evidence grade and source"),
        Text(
            f"模拟 {simulation['paths']} 次，种子 {simulation['seed']}，规则版本 {data['rules_version']}",
            f"{simulation['paths']} paths were simulated, seed {simulation['seed']}, rules {data['rules_version']}",
        ),
        Text(
            "按规则综合各方法，并检查其离散程度", "the methods were reconciled by rule and their spread was checked"
        ),
    )
    return [{"kind": "list", "items": [step.in_(lang) for step in steps]}]


def _assumptions(data: Json, lang: Lang) -> list[Block]:
    blocks: list[Block] = []
    for method in data["methods"]:
        blocks.append({"kind": "strong", "text": words(method["title"], lang)})
        blocks.append(
            _table(
                [_w(name, lang) for name in ("input", "figure", "evidence", "source", "row")],
                [2.4, 3.4, 1.3, 3, 0.7],
                ["left", "right", "left", "left", "right"],
                [
                    (
                        words(entry["label"], lang),
                        entry["shown"],
                        words(entry["grade"], lang),
                        entry["source"] or NOTHING,
                        str(entry["row"]),
                    )
                    for entry in method["inputs"]
                ],
            )
        )
    return blocks


def _conclusion(data: Json, lang: Lang) -> list[Block]:
    value = data["value"]
    names = ("p5", "p10", "p50", "p90", "p95", "mean")
    blocks = [
        *_value(data, lang),
        _table(
            ["", *(name.upper() for name in names[:-1]), _w("mean", lang)],
            [0.6] + [1] * len(names),
            ["left"] + ["right"] * len(names),
            [
                (_w("yuan", lang), *(money(value[name]) for name in names)),
                (_w("row", lang), *(str(value["rows"][name]) for name in names)),
            ],
        ),
        {"kind": "chart", "name": "value", "alt": _w("interval", lang)},
        {"kind": "chart", "name": "tornado", "alt": _w("input", lang)},
    ]
    if lang == "zh":
        capital = capital_yuan(parse_yuan(data["record"]["value"]))
        blocks.insert(1, _text(f"评估价值（大写）：{capital}"))
    lending = data["lending"]
    if lending is not None:
        shown = f"{_w('lending', lang)} {money(lending['lending_value'])} {_w('yuan', lang)}〔{lending['row']}〕"
        blocks.append({"kind": "strong", "text": shown})
    return blocks


def _special_matters(data: Json, lang: Lang) -> list[Block]:
    matters = [words(text, lang) for text in data["special_matters"]]
    return [{"kind": "list", "items": matters}] if matters else [_text(_w("nothing_special", lang))]


def _limits(data: Json, lang: Lang) -> list[Block]:
    return [{"kind": "list", "items": [text.in_(lang) for text in _LIMITS]}]


def _signatures(data: Json, lang: Lang) -> list[Block]:
    parties, record = data["parties"], data["record"]
    between = "、" if lang == "zh" else ", "
    return [
        _text(f"{_w('agency', lang)}：{parties['agency'] or _w('no_agency', lang)}"),
        _text(f"{_w('appraisers', lang)}：{between.join(parties['appraisers']) or NOTHING}"),
        _text(f"{_w('issued', lang)}：{record['issued_on']}"),
    ]


def _working(data: Json, lang: Lang) -> list[Block]:
    return [
        _table(
            [_w(name, lang) for name in ("row", "item", "result", "how", "source")],
            [0.6, 3, 2.2, 3.4, 2.4],
            ["right", "left", "right", "left", "left"],
            list(working_rows(data, lang)),
        )
    ]


_PARTS: dict[str, Callable[[Json, Lang], list[Block]]] = {
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
