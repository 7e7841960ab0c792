"""``zhirong rights``: check a list of rights, or create an empty one to fill in."""

import argparse
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from zhirong.cli.files import print_long_answer, read_binary, unwritable
from zhirong.cli.progress import RowsRead
from zhirong.kernel.collector import no_collection
from zhirong.kernel.days import day_of
from zhirong.kernel.errors import InputError, Problem
from zhirong.kernel.text import Lang, Text

if TYPE_CHECKING:
    from rich.table import Table

    from zhirong.chain.right.list_check import RightsCheck

_WORDS = {
    "check": ("核对清单（CSV 或 Excel）", "check a list (CSV or Excel)"),
    "template": ("生成空白的 Excel 清单", "create an empty list in Excel"),
}
_DOUBTS_SHOWN = 20
_VALUE_SHOWN = 40


def configure(parser: argparse.ArgumentParser) -> None:
    """Add the sub-commands and their options."""
    actions = parser.add_subparsers(dest="action", required=True, metavar="check | template")
    common = argparse.ArgumentParser(add_help=False)
    common.add_argument("--lang", choices=("zh", "en"), default=argparse.SUPPRESS, help="语言 / language")
    check = actions.add_parser("check", help=" / ".join(_WORDS["check"]), parents=[common])
    check.add_argument("file", metavar="FILE", help="CSV / .xlsx")
    check.add_argument("--as-of", metavar="DATE", help="截止日期，如 2026-01-31 / the date of the check")
    check.add_argument(
        "--column",
        action="append",
        default=[],
        metavar="HEADING=FIELD",
        help="指定一栏的含义，如 权属单位=权利人，可多次 / meaning of a column, such as Proprietor=holders; repeatable",
    )
    check.add_argument("--json", action="store_true", help="全部内容，机器可读 / everything, as JSON for programs")
    template = actions.add_parser("template", help=" / ".join(_WORDS["template"]), parents=[common])
    template.add_argument("file", metavar="FILE", help=".xlsx")


def run(options: argparse.Namespace) -> int:
    """Return 0 if every row is good, 1 if some are bad. Raises InputError if the file cannot be used."""
    return _template(options) if options.action == "template" else _check(options)


def _check(options: argparse.Namespace) -> int:
    from zhirong.chain.adapters.corrections import read_corrections
    from zhirong.chain.right.columns import HEADINGS
    from zhirong.chain.right.list_check import check_rights
    from zhirong.chain.right.table import read_rights_table
    from zhirong.documents.file_limits import RecordsClock
    from zhirong.documents.tables import read_rows
    from zhirong.kernel.rulebook_files import load_rulebook

    day = day_of(datetime.now(UTC)) if options.as_of is None else _day(options.as_of)
    content = read_binary(options.file)
    corrections = read_corrections(options.column, HEADINGS, "--column")
    with no_collection(), RowsRead(options.lang) as seen:
        clock = RecordsClock(options.file, seen, is_long=True)
        table = read_rights_table(read_rows(content, options.file), options.file, day, corrections, clock)
        checked = check_rights(table, load_rulebook(), day, options.file, seen=seen.checked)
    if options.json:
        print_long_answer(checked.summary_json(), checked.rows_json())
    else:
        _show(checked, options.lang)
    return 1 if table.bad else 0


def _template(options: argparse.Namespace) -> int:
    from zhirong.documents.tables import rights_template

    path = Path(options.file)
    if path.suffix.lower() != ".xlsx":
        problem = Problem(
            "FILE",
            options.file,
            Text("模板是 Excel 文件", "the template is an Excel file"),
            Text("文件名请以 .xlsx 结尾", "enter a name that ends with .xlsx"),
            "not_xlsx",
        )
        raise InputError([problem], options.file)
    try:
        with path.open("xb") as file:
            file.write(rights_template(options.lang))
    except FileExistsError as error:
        problem = Problem(
            "FILE",
            options.file,
            Text("文件已存在，不予覆盖", "the file exists and is not overwritten"),
            Text("请更换文件名", "choose another name"),
            "file_exists",
        )
        raise InputError([problem], options.file) from error
    except OSError as error:
        raise unwritable(options.file, error) from error
    print(f"已写入 {path}" if options.lang == "zh" else f"written to {path}")
    return 0


def _day(written: str) -> date:
    try:
        return date.fromisoformat(written)
    except ValueError as error:
        reason, hint = Text("不是日期", "not a date"), Text("请写成 2026-01-31 的格式", "write it as 2026-01-31")
        raise InputError([Problem("--as-of", written, reason, hint, "not_a_date")]) from error


def _show(checked: "RightsCheck", lang: Lang) -> None:
    from rich.console import Console

    from zhirong.chain.right.columns import FIELD_TEXT, HEADINGS
    from zhirong.chain.right.fees import STANDING_TEXT
    from zhirong.chain.right.kinds import KIND_TEXT
    from zhirong.chain.right.records import ROLE_TEXT, STATUS_TEXT

    def say(zh: str, en: str) -> None:
        print(zh if lang == "zh" else en)

    table, package = checked.table, checked.package
    say(
        f"{checked.source}，截至 {package.day}：共 {table.row_count} 行，可用 {len(table.rights)} 行，有问题 {len(table.bad)} 行",
        f"{checked.source}, as of {package.day}: {table.row_count} rows, {len(table.rights)} good, {len(table.bad)} bad",
    )
    say(f"识别为：{table.format.zh}", f"read as: {table.format.en}")
    used = [
        f"{heading}→{FIELD_TEXT[field].in_(lang)}"
        for heading, field in table.columns.items()
        if field in HEADINGS and heading not in HEADINGS[field][:2]
    ]
    if used:
        say(
            f"栏目对应：{'、'.join(used)}（有误的请用 --column 更正）",
            f"columns: {', '.join(used)} (correct one with --column)",
        )
    if table.passed_over:
        say(f"略过合计行 {table.passed_over} 行", f"rows of totals skipped: {table.passed_over}")
    unknown = Text("不明", "not known")
    _counts(Text("种类", "kinds"), [(KIND_TEXT[kind], n) for kind, n in package.by_kind.items()], lang)
    states = [(unknown if status is None else STATUS_TEXT[status], n) for status, n in package.by_status.items()]
    _counts(Text("法律状态", "states"), states, lang)
    _counts(Text("作用", "roles"), [(ROLE_TEXT[role], n) for role, n in package.by_role.items()], lang)
    fees = [(STANDING_TEXT[standing], n) for standing, n in checked.by_fee.items()]
    _counts(Text("有效专利的年费", "fees of patents in force"), fees, lang)
    if checked.ages or checked.lives:
        Console(highlight=False).print(_spread_table(checked, lang))
    first = package.first_to_end
    if first is not None:
        end = first.status.life.end
        say(
            f"有效者中最早届满：{first.right.id}，{end}",
            f"earliest end among those in force: {first.right.id}, {end}",
        )
    if table.not_used:
        count = len(table.not_used)
        say(
            f"未使用的栏目（{count}）：{'、'.join(table.not_used)}",
            f"columns not used ({count}): {', '.join(table.not_used)}",
        )
    if checked.doubts:
        say(f"存疑 {len(checked.doubts)} 处：", f"{len(checked.doubts)} doubts:")
        for doubt in checked.doubts[:_DOUBTS_SHOWN]:
            say(
                f"  第 {doubt.row} 行 {doubt.id}：{doubt.text.zh}", f"  row {doubt.row} {doubt.id}: {doubt.text.en}"
            )
        if len(checked.doubts) > _DOUBTS_SHOWN:
            say("  其余见 --json", "  see --json for the rest")
    if table.bad:
        say(f"有问题的 {len(table.bad)} 行，未采用：", f"{len(table.bad)} bad rows, not used:")
        for bad in table.bad:
            say(f"  第 {bad.row} 行", f"  row {bad.row}")
            for problem in bad.problems:
                print(f"    {_shortened(problem).as_text(lang)}")


def _counts(label: Text, counts: Sequence[tuple[Text, int]], lang: Lang) -> None:
    if counts:
        listed = "  ".join(f"{name.in_(lang)} {count}" for name, count in counts)
        print(f"{label.in_(lang)}{'：' if lang == 'zh' else ': '}{listed}")


def _spread_table(checked: "RightsCheck", lang: Lang) -> "Table":
    """Return ages and remaining terms in years: minimum, quartiles, maximum."""
    from rich import box
    from rich.table import Table

    from zhirong.chain.right.list_check import years

    heads = (
        ("年", "最小", "四分之一", "中位", "四分之三", "最大")
        if lang == "zh"
        else ("years", "least", "quarter", "median", "three quarters", "most")
    )
    table = Table(*heads, box=box.SIMPLE_HEAD)
    for label, days in (
        (Text("年龄", "age"), checked.ages),
        (Text("剩余期限（有效权利）", "remaining term (in force)"), checked.lives),
    ):
        if days is not None:
            table.add_row(label.in_(lang), *(f"{years(count):.1f}" for count in days))
    return table


def _shortened(problem: Problem) -> Problem:
    """Shorten the value of a problem, so that a pasted page does not hide the reason."""
    value = " ".join(problem.value.split())
    return replace(problem, value=value if len(value) <= _VALUE_SHOWN else f"{value[:_VALUE_SHOWN]}…")
