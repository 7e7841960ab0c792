"""An appraisal on a terminal: the value with its interval, then its basis."""

from collections import Counter
from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from rich.box import SIMPLE_HEAD
from rich.console import Console
from rich.table import Table

from zhirong.chain.appraisal.document import AppraisalDocument, NoValuePart
from zhirong.documents.words import money
from zhirong.kernel.text import Lang, how_to_fix

_SWINGS = 8  # the inputs with the largest effect on the value


def show(document: AppraisalDocument | NoValuePart, lang: Lang, *, explain: bool) -> None:
    """Print an appraisal, or the reason why there is no value (which differs from a value of zero)."""
    if isinstance(document, NoValuePart):
        _show_no_value(document, lang)
    else:
        _show_value(document, lang, explain=explain)


def _show_value(document: AppraisalDocument, lang: Lang, *, explain: bool) -> None:
    console = _console()
    value = document.value
    low, middle, high, mean = (money(amount) for amount in (value.p10, value.p50, value.p90, value.mean))
    console.print()
    console.print(
        f"评估价值：{middle} 元（八成可能在 {low} 至 {high} 元之间）"
        if lang == "zh"
        else f"Appraised value: CNY {middle} (80 % likely between {low} and {high})",
        style="bold green",
    )
    console.print(
        f"中位数 {middle} 元；均值 {mean} 元" if lang == "zh" else f"median CNY {middle}; mean CNY {mean}"
    )
    for alarm in document.alarms:
        console.print(f"! {alarm.text.in_(lang)}", style="yellow")
    heads = ("方法", "权重", "P10", "P50", "P90") if lang == "zh" else ("method", "weight", "P10", "P50", "P90")
    table = _table(heads)
    used = Counter(part.method for part in document.methods)
    for part in document.methods:
        amounts = [money(amount) for amount in (part.value.p10, part.value.p50, part.value.p90)]
        # A method that is used more than once is shown under its name in the case.
        name = part.title.in_(lang) + (f" ({part.id})" if used[part.method] > 1 else "")
        table.add_row(name, f"{Decimal(part.weight) * 100:.0f} %", *amounts)
    console.print(table)
    moved = ("影响最大的输入", "P10 时 P50", "P90 时 P50")
    table = _table(moved if lang == "zh" else ("driver", "P50 at its P10", "P50 at its P90"))
    for bar in document.tornado[:_SWINGS]:
        table.add_row(bar.label.in_(lang), money(bar.p50_at_p10), money(bar.p50_at_p90))
    console.print(table)
    if explain:
        console.print(document.explanation.as_text(lang))
    doubts = len(document.explanation.doubts())
    if doubts:
        console.print(
            f"{doubts} 条依据未经来源证实，见 --explain"
            if lang == "zh"
            else f"{doubts} rules have no confirmed source: see --explain",
            style="yellow",
        )


def _show_no_value(document: NoValuePart, lang: Lang) -> None:
    console = _console()
    head = "没有评估价值：" if lang == "zh" else "No value: "
    console.print(head + document.reason.in_(lang), style="bold yellow")
    console.print(how_to_fix(document.hint, lang))


def show_backtest(answer: Mapping[str, Any], lang: Lang) -> None:
    """Print survival and the scores of a back-test."""
    console = _console()
    zh = lang == "zh"
    survival, tested = answer["survival"], answer["backtest"]
    console.print(
        f"{answer['applications']} 件申请；授权 {survival['rights']} 件，终止 {survival['lapses']} 件；"
        f"{answer['rows_without_number_or_day']} 行残缺未用"
        if zh
        else f"{answer['applications']} applications; {survival['rights']} granted, {survival['lapses']} lapsed;"
        f" {answer['rows_without_number_or_day']} damaged rows omitted"
    )
    table = _table(("申请后年数", "仍有效", "95 % 区间") if zh else ("years after filing", "in force", "95 % band"))
    for row in survival["by_year"]:
        table.add_row(
            str(row["year"]), f"{float(row['in_force']):.1%}", f"{float(row['low']):.1%} – {float(row['high']):.1%}"
        )
    console.print(table)
    console.print(
        f"回测：只用 {tested['as_of']} 之前已公告的 {tested['right_years_learnt_from']} 个权利年"
        f"（{tested['lapses_learnt_from']} 次终止）"
        if zh
        else f"Back-test: trained on {tested['right_years_learnt_from']} years of rights"
        f" ({tested['lapses_learnt_from']} lapses) published by {tested['as_of']}"
    )
    heads = ("年后", "权利", "仍有效", "平均预测", "AUC", "Brier", "仅年龄：平均预测", "AUC", "Brier")
    english = ("years", "rights", "kept", "forecast", "AUC", "Brier", "age only: forecast", "AUC", "Brier")
    table = _table(heads if zh else english)
    for row in tested["horizons"]:
        model, plain = row["model"], row["age_only"]
        table.add_row(
            str(row["years"]),
            str(row["rights"]),
            f"{float(row['kept']):.1%}",
            f"{float(model['mean_forecast']):.1%}",
            f"{float(model['auc']):.3f} ± {float(model['auc_standard_error']):.3f}",
            f"{float(model['brier']):.3f}",
            f"{float(plain['mean_forecast']):.1%}",
            f"{float(plain['auc']):.3f}",
            f"{float(plain['brier']):.3f}",
        )
    console.print(table)
    for row in tested["horizons"]:
        table = _table(
            (f"{row['years']} 年：预测", "实际", "权利", "仅年龄：预测", "实际")
            if zh
            else (f"{row['years']} years: forecast", "kept", "rights", "age only: forecast", "kept")
        )
        for tenth, plain in zip(row["model"]["calibration"], row["age_only"]["calibration"], strict=True):
            shown = [f"{float(part[name]):.1%}" for part in (tenth, plain) for name in ("forecast", "kept")]
            table.add_row(*shown[:2], str(tenth["rights"]), *shown[2:])
        console.print(table)
    returns = answer["renewal_returns"]
    console.print(
        f"维持数据隐含的年回报（对数正态）：mu {returns['mu']}，sigma {returns['sigma']}，衰减 {returns['decay']}（假设）"
        if zh
        else f"Yearly returns implied by renewals (log-normal): mu {returns['mu']}, sigma {returns['sigma']},"
        f" decay {returns['decay']} (assumed)"
    )
    console.print(
        "指标仅用于排序和筛选，不作为价值。"
        if zh
        else "Indicators are used only for ranking and screening, never as a value."
    )


def _table(heads: tuple[str, ...]) -> Table:
    table = Table(box=SIMPLE_HEAD, pad_edge=False)
    for place, head in enumerate(heads):
        table.add_column(head, justify="left" if place == 0 else "right")
    return table


def _console() -> Console:
    # Names come from the user's file, so brackets in them are not markup.
    console = Console(highlight=False, markup=False)
    if not console.is_terminal:
        console.width = 160
    return console
