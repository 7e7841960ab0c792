"""The quote on a terminal: the answer, then the tables, then the missing items."""

from collections.abc import Mapping
from typing import Any

from rich.box import SIMPLE_HEAD
from rich.console import Console
from rich.markup import escape
from rich.table import Table

from zhirong.chain.quote.document import QuoteDocument
from zhirong.documents.quote_view import in_order_of_use, quote_view
from zhirong.kernel.text import Lang

_COLOUR = {"yes": "green", "no": "red", "unknown": "yellow"}


def show(quote: QuoteDocument, lang: Lang, *, explain: bool) -> None:
    """Print a quote."""
    console = Console(highlight=False)
    if not console.is_terminal:
        # A pipe has no width; a table folded at 80 columns would be harder to read than long lines.
        console.width = 160
    seen = escaped(quote_view(in_order_of_use(quote), lang))
    words = seen["w"]
    _answer(console, seen, words)
    _rights(console, seen, words, lang)
    show_limit(console, seen, words)
    _beside(console, seen, words)
    _modes(console, seen, words, lang)
    _elsewhere(console, len(quote.elsewhere or ()), lang)
    _steps(console, seen, words)
    if seen["provisional"]:
        console.print(seen["provisional"], style="yellow")
    if explain:
        _explanations(console, seen, words, lang)
    doubts = len(seen["doubts"])
    if doubts:
        text = (
            f"{doubts} 条依据未经来源证实（假设或未确认），逐条见 --explain、PDF 或 Excel。"
            if lang == "zh"
            else f"{doubts} rules used here have no confirmed source (assumed or unconfirmed): see --explain."
        )
        console.print(text, style="yellow")


def escaped(value: Any) -> Any:
    """Return the data with brackets escaped, so that they are not read as markup."""
    if isinstance(value, str):
        return escape(value)
    if isinstance(value, dict):
        return {key: escaped(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [escaped(item) for item in value]
    return value


def _answer(console: Console, seen: Mapping[str, Any], words: Mapping[str, str]) -> None:
    case, head = seen["case"], seen["headline"]
    console.print()
    console.print(case["title"], style="bold")
    console.print(f"{words['as_of']} {case['as_of']}    {words['request']} {case['asked']}    {case['purpose']}")
    console.print()
    console.print(head["decision_text"], style="bold green" if head["decision"] == "offer" else "bold yellow")
    if head["amount_note"]:
        console.print(head["amount_note"])
    if head["binding"]:
        console.print(f"{words['binding']}: {head['binding']}    {head['formula']}")
    console.print(f"{words['value']}: {head['value']}    {head['value_note']}")
    console.print(f"{words['credit']}: {head['credit']}    {head['credit_note']}")
    console.print(f"{words['cheapest']}: {head['cost']}    {head['cost_note']}{head['cost_open']}")
    for reason in head["failed"]:
        console.print(f"✗ {reason}", style="red")
    for reason in head["conditions"]:
        console.print(f"! {reason}", style="yellow")


def _rights(console: Console, seen: Mapping[str, Any], words: Mapping[str, str], lang: Lang) -> None:
    table = _table(
        words["rights"], words, "right", "kind", "number", "status", "life_end", "pledgeable", "obstacle"
    )
    for right in seen["rights"]:
        colour = _COLOUR.get(right["pledgeable"], "")
        table.add_row(
            right["title"],
            right["kind"],
            right["number"],
            ("、" if lang == "zh" else ", ").join([right["status"], *right["flags"]]),
            right["life_end"],
            f"[{colour}]{right['pledgeable_text']}[/]",
            right["obstacle"],
        )
    console.print(table)


def show_limit(console: Console, seen: Mapping[str, Any], words: Mapping[str, str]) -> None:
    """Print the calculation of the credit limit: every cap with its formula, the binding one first."""
    table = _table(words["limits"], words, "limit", "amount", "formula")
    for cap in seen["limit"]["caps"]:
        mark = "◀" if cap["binding"] else ""
        table.add_row(cap["title"], f"{cap['amount']} {mark}", cap["formula"])
    console.print(table)
    console.print("    ".join(" ".join(fact) for fact in seen["limit"]["facts"]))
    for condition in seen["limit"]["conditions"]:
        console.print(f"  ! {condition}", style="yellow")


def _beside(console: Console, seen: Mapping[str, Any], words: Mapping[str, str]) -> None:
    """Print ways to raise the limits, 1 + 1, missing data and the values used instead."""
    for change in seen["changes"]:
        reaches = f"{words['reaches']} {change['reaches']}"
        console.print(
            f"  · {change['title']}: {words['input_now']} {change['now']}, {words['input_needed']} {change['needed']}"
            f" → {reaches}"
        )
    for row in seen["one_plus_one"]:
        console.print(f"  {row['what']}: {row['result']}  {row['note']}")
    for row in seen["substitutes"]:
        console.print(
            f"  - {row['missing']}{words['semicolon']}{words['used_instead']}{words['colon']}{row['used']}"
        )
    console.print()


def _modes(console: Console, seen: Mapping[str, Any], words: Mapping[str, str], lang: Lang) -> None:
    columns = (
        "mode",
        "eligible",
        "loan",
        "set_by",
        "annual_cost",
        "before_subsidy",
        "who_bears",
        "duration",
        "obstacle",
    )
    table = _table(words["modes"], words, *columns)
    for mode in [*seen["modes"], *seen["modes_closed"]]:
        colour = _COLOUR.get(mode["eligible"], "")
        table.add_row(
            mode["title"],
            f"[{colour}]{mode['eligible_text']}[/]",
            mode["loan"],
            mode["set_by"],
            mode["after"],
            mode["before"],
            ("，" if lang == "zh" else ", ").join(mode["bears"]).replace(" %", "\u00a0%"),
            mode["days"],
            mode["why"],
        )
    console.print(table)


def _elsewhere(console: Console, modes: int, lang: Lang) -> None:
    """Print the number of modes of other regions or periods; `zhirong modes` lists their names."""
    if not modes:
        return
    said = (
        f"另有 {modes} 个模式不在本地区或不在有效期内：见 zhirong modes，用 --mode ID 逐个试算"
        if lang == "zh"
        else f"{modes} more modes belong to other regions or periods: see zhirong modes, try one with --mode ID"
    )
    console.print(said, style="dim")
    console.print()


def _steps(console: Console, seen: Mapping[str, Any], words: Mapping[str, str]) -> None:
    if not seen["steps"]:
        return
    console.print(words["next_steps"], style="bold")
    for number, step in enumerate(seen["steps"], 1):
        console.print(f"  {number}. {step['who']}: {step['what']}")
    console.print()


def _explanations(console: Console, seen: Mapping[str, Any], words: Mapping[str, str], lang: Lang) -> None:
    named = {"credit_limit": "limit", "pledge_value": "pledge", "appraisal": "appraisal", "credit": "credit"}
    parts = [(words[title], seen[name]["explanation"]) for title, name in named.items()]
    parts += [(mode["title"], mode["explanation"]) for mode in seen["modes"] if mode["explanation"]]
    for title, rows in parts:
        console.rule(title)
        for row in rows:
            brackets = "〔{}〕" if lang == "zh" else "({})"
            source = f"  {brackets.format(row['source'])}" if row["source"] else ""
            formula = f"  = {row['formula']}" if row["formula"] else ""
            console.print(f"{'  ' * row['depth']}{row['label']}  {row['value']}{formula}{source}")


def _table(title: str, words: Mapping[str, str], *columns: str) -> Table:
    table = Table(title=title, title_justify="left", title_style="bold", box=SIMPLE_HEAD, pad_edge=False)
    for column in columns:
        right = column in ("amount", "loan", "pledge_rate", "annual_cost", "before_subsidy", "duration")
        table.add_column(words.get(column, column), justify="right" if right else "left", overflow="fold")
    return table
