"""``zhirong report FILE [FILE]``: the data inside an appraisal report; two reports compared."""

import argparse
from pathlib import Path
from typing import Any

from zhirong.cli.files import print_json, unreadable
from zhirong.kernel.text import Lang

EXIT_APART = 1


def configure(parser: argparse.ArgumentParser) -> None:
    """The command's words."""
    parser.add_argument("report", metavar="FILE", help="评估报告，Word 或 PDF / an appraisal report, Word or PDF")
    parser.add_argument(
        "other", nargs="?", metavar="OTHER", help="另一份，逐项对比 / another, compared item by item"
    )
    parser.add_argument("--json", action="store_true", help="输出 JSON / print JSON")


def run(options: argparse.Namespace) -> int:
    """Print the data, or the comparison. Returns 1 where the intervals of two reports do not touch."""
    from zhirong.chain.appraisal_practice.compare import compare
    from zhirong.chain.appraisal_practice.records import record_of_json

    data = _read(options.report)
    if options.other is None:
        if options.json:
            print_json(data)
        else:
            _show_one(data, options.lang)
        return 0
    first, second = record_of_json(data["record"]), record_of_json(_read(options.other)["record"])
    found = compare(first, second)
    if options.json:
        print_json(found.as_json())
    else:
        _show_two(found.as_json(), options.lang)
    return 0 if found.intervals_overlap else EXIT_APART


def _read(path: str) -> dict[str, Any]:
    from zhirong.documents.appraisal_report import read_report

    try:
        return read_report(Path(path).read_bytes())
    except OSError as error:
        raise unreadable(path, error) from error


def _show_one(data: dict[str, Any], lang: Lang) -> None:
    from zhirong.chain.appraisal_practice.records import record_of_json

    record = record_of_json(data["record"])
    print(f"{record.id}  {record.show().in_(lang)}")
    for right in data["rights"]:
        print(f"  {right['title']}  {right['number']}")
    for matter in data["special_matters"]:
        print(f"  ! {matter[lang]}")


def _show_two(found: dict[str, Any], lang: Lang) -> None:
    from rich.box import SIMPLE_HEAD
    from rich.console import Console
    from rich.markup import escape
    from rich.table import Table

    zh = lang == "zh"
    console = Console(highlight=False)
    if not console.is_terminal:
        console.width = 160
    console.print(
        f"第二份价值为第一份的 {found['ratio']} 倍"
        if zh
        else f"the second value is {found['ratio']} times the first"
    )
    for obstacle in found["obstacles"]:
        console.print(f"  ! {escape(obstacle[lang])}")
    table = Table(box=SIMPLE_HEAD)
    for head in ("假设", "第一份", "第二份", "倍数") if zh else ("Assumption", "First", "Second", "Ratio"):
        table.add_column(head)
    for pair in found["assumptions"]:
        shown = ["—" if side is None else str(side["mode"]) for side in (pair["first"], pair["second"])]
        table.add_row(escape(pair["label"][lang]), *shown, pair["ratio"] or "—")
    console.print(table)
    for question in found["questions"]:
        console.print(f"  ? {escape(question[lang])}")
