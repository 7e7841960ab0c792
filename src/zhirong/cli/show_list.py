"""``zhirong show LIST``: print a list of the platform as a table, JSON, CSV or Excel."""

import argparse
import csv
import sys
from collections.abc import Callable, Mapping, Sequence
from decimal import Decimal
from typing import Any

from zhirong.cli.files import print_json, unwritable
from zhirong.cli.outputs import safe_cells
from zhirong.cli.platform_client import Platform, moment, problem, say, value_of_words
from zhirong.kernel.errors import InputError, Problem
from zhirong.kernel.money import parse_yuan, show_yuan
from zhirong.kernel.text import Text

_A_PAGE = 50
_MOST_A_CALL = 200
_WIDEST = 10_000


def show_list(platform: Platform, options: argparse.Namespace) -> None:
    """Print the list that the options name."""
    listing = _listing(platform, options.what)
    query = _query(listing, options)
    rows, more = _rows(platform, options.what, query, options.all or bool(options.xlsx))
    if options.xlsx:
        _write_xlsx(listing, rows, options)
    elif options.json:
        print_json({"rows": rows, "more": more})
    elif options.csv:
        _write_csv(listing, rows, options.lang)
    else:
        _print_table(listing, rows, options.lang)
    if more and not options.json:
        print(
            "还有更多：--all 全部列出" if options.lang == "zh" else "there are more: use --all",
            file=sys.stderr,
        )


def _listing(platform: Platform, name: str) -> Mapping[str, Any]:
    lists = platform.lists()
    found = next((one for one in lists if one["name"] == name), None)
    if found is None:
        names = [one["name"] for one in lists]
        raise problem(
            "no_such_list",
            "WHAT",
            name,
            Text("该列表不存在，或该令牌无权查看", "the list does not exist, or this token cannot see it"),
            Text(
                f"可查看：{'、'.join(names)}；查看一个对象须填写编号，如 zhirong show case 12",
                f"it can see: {', '.join(names)}; an object needs its id, such as zhirong show case 12",
            ),
        )
    return found


def _query(listing: Mapping[str, Any], options: argparse.Namespace) -> dict[str, str]:
    """Return filters and order; a choice may be given by its label. Raises InputError with unknown names."""
    known = {one["name"]: one["choices"] for one in listing["filters"]}
    problems: list[Problem] = []
    query: dict[str, str] = {}
    for written in options.filter:
        name, _, value = written.partition("=")
        if name not in known:
            problems.append(_unknown("--filter", name, list(known)))
            continue
        query[name] = value_of_words(value, known[name])
        values = [one["value"] for one in known[name]]
        if values and query[name] not in values:  # an unknown value would find nothing, without explanation
            problems.append(_unknown(f"--filter {name}", value, [_choice(one) for one in known[name]]))
    orders = [one["name"] for one in listing["columns"] if one["is_ordered"]]
    if options.order and options.order.removeprefix("-") not in orders:
        problems.append(_unknown("--order", options.order, orders))
    elif options.order:
        query["order"] = options.order
    if problems:
        raise InputError(problems)
    return query


def _choice(one: Mapping[str, Any]) -> str:
    return f"{one['value']}（{one['words']['zh']} / {one['words']['en']}）"


def _unknown(option: str, name: str, known: Sequence[str]) -> Problem:
    return Problem(
        option,
        name,
        Text("该项不存在", "unknown name"),
        Text(f"可用：{'、'.join(known) or '无'}", f"choose from: {', '.join(known) or 'none'}"),
        "unknown_parameter",
    )


def _rows(platform: Platform, name: str, query: Mapping[str, str], wants_all: bool) -> tuple[list[Any], bool]:
    rows: list[Any] = []
    limit = _MOST_A_CALL if wants_all else _A_PAGE
    after: dict[str, str] = {}
    while True:
        page = platform.get(f"/lists/{name}", **query, **after, limit=limit)
        rows += page["rows"]
        if not page["more"] or not wants_all:
            return rows, bool(page["more"])
        after = {"after": page["next"]}


# -- how it is written ------------------------------------------------------------------------------------------


def _heads(listing: Mapping[str, Any], lang: str) -> list[str]:
    return ["ID", *(say(lang, one["title"]) for one in _columns(listing))]


def _columns(listing: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    return [one for one in listing["columns"] if one["name"] != "id"]


def _cell(column: Mapping[str, Any], value: Any, lang: str, written: Callable[[str], str]) -> str:
    if value is None:
        return ""
    if isinstance(value, dict):
        return say(lang, value)
    return written(value) if column["kind"] == "money" else str(value)


def _lines(
    listing: Mapping[str, Any], rows: Sequence[Mapping[str, Any]], lang: str, written: Callable[[str], str]
) -> list[list[str]]:
    """Return rows as text. written: formats an amount, with commas for people, plain for programs."""
    columns = _columns(listing)
    return [[str(row["id"]), *(_cell(one, row[one["name"]], lang, written) for one in columns)] for row in rows]


def _with_commas(amount: str) -> str:
    return show_yuan(parse_yuan(amount))


def _print_table(listing: Mapping[str, Any], rows: Sequence[Mapping[str, Any]], lang: str) -> None:
    if not rows:
        print(say(lang, listing["empty"]))
        return
    from rich.console import Console
    from rich.measure import Measurement
    from rich.table import Table

    table = Table(title=say(lang, listing["title"]), title_justify="left")
    kinds = ["number", *(one["kind"] for one in _columns(listing))]
    for head, kind in zip(_heads(listing, lang), kinds, strict=True):
        table.add_column(
            head, justify="right" if kind in ("money", "number", "rate", "days") else "left", overflow="fold"
        )
    for line in _lines(listing, rows, lang, _with_commas):
        table.add_row(*(moment(one) if kind == "instant" else one for one, kind in zip(line, kinds, strict=True)))
    console = Console(markup=False, highlight=False)
    if not console.is_terminal:  # for a file or a pipe, nothing is cut to a screen width
        wide = Measurement.get(console, console.options.update(max_width=_WIDEST), table).maximum
        console = Console(markup=False, highlight=False, width=max(wide, 1))
    console.print(table)


def _write_csv(listing: Mapping[str, Any], rows: Sequence[Mapping[str, Any]], lang: str) -> None:
    writer = csv.writer(sys.stdout, lineterminator="\n")
    writer.writerow(safe_cells(_heads(listing, lang)))
    writer.writerows(safe_cells(line) for line in _lines(listing, rows, lang, str))


def _write_xlsx(listing: Mapping[str, Any], rows: Sequence[Mapping[str, Any]], options: argparse.Namespace) -> None:
    from xlsxwriter import Workbook
    from xlsxwriter.exceptions import FileCreateError

    book = Workbook(options.xlsx)
    sheet = book.add_worksheet()
    bold, money = book.add_format({"bold": True}), book.add_format({"num_format": "#,##0.00"})
    for number, head in enumerate(_heads(listing, options.lang)):
        sheet.write_string(0, number, head, bold)
    sheet.freeze_panes(1, 0)
    for line, row in enumerate(rows, 1):
        sheet.write_number(line, 0, row["id"])
        for number, column in enumerate(_columns(listing), 1):
            value = row[column["name"]]
            if column["kind"] == "money" and value is not None:
                sheet.write_number(line, number, Decimal(value), money)
            elif column["kind"] == "rate" and value is not None:
                sheet.write_number(line, number, Decimal(value))
            elif isinstance(value, int):
                sheet.write_number(line, number, value)
            else:  # never as a formula, regardless of its first character
                sheet.write_string(line, number, _cell(column, value, options.lang, str))
    sheet.autofit()
    try:
        book.close()
    except (OSError, FileCreateError) as error:
        raise unwritable(options.xlsx, error if isinstance(error, OSError) else OSError(0, str(error))) from error
    if not options.json:
        print(f"{options.xlsx}（{len(rows)} 行）" if options.lang == "zh" else f"{options.xlsx} ({len(rows)} rows)")
