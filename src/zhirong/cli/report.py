"""``zhirong report``: print the data in an appraisal report, compare two reports, or review a list of reports."""

import argparse
from datetime import datetime
from typing import Any

from zhirong.cli.files import print_answer, print_json, read_binary, read_toml
from zhirong.kernel.errors import InputError, Problem
from zhirong.kernel.text import Lang, Text

EXIT_APART = 1


def configure(parser: argparse.ArgumentParser) -> None:
    """Add the options."""
    parser.add_argument(
        "report", nargs="?", metavar="FILE", help="评估报告，Word 或 PDF / an appraisal report, Word or PDF"
    )
    parser.add_argument(
        "other", nargs="?", metavar="OTHER", help="另一份，逐项对比 / another, compared item by item"
    )
    parser.add_argument(
        "--records",
        metavar="FILE.toml",
        help="记录、处置、机构：收费、多头评估、处分、与处置所得之差、待重估 / records, disposals, agencies: warning signs in fees, multiple appraisals, sanctions and disposals",
    )
    parser.add_argument(
        "--as-of", metavar="DAY", help="--records：日期，默认今天 / as of this date, today by default"
    )
    parser.add_argument("--json", action="store_true", help="输出 JSON / print JSON")


def run(options: argparse.Namespace) -> int:
    """Print the data or the comparison. Returns 1 if the intervals of two reports do not overlap."""
    from zhirong.chain.appraisal_practice.comparison import compare
    from zhirong.chain.appraisal_practice.records import record_of_json

    if options.records:
        return _review(options)
    if options.report is None:
        raise _no_report()
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


def _review(options: argparse.Namespace) -> int:
    from zhirong.chain.appraisal_practice.registry import read_registry, review
    from zhirong.cli.option_values import read_day
    from zhirong.kernel.days import SHANGHAI, day_of
    from zhirong.kernel.fields import Reader
    from zhirong.kernel.rulebook_files import load_rulebook

    day = read_day("--as-of", options.as_of, day_of(datetime.now(SHANGHAI)))
    registry = read_registry(Reader(read_toml(options.records), source=options.records), day)
    found = review(registry, load_rulebook(), day).as_json()
    if options.json:
        print_answer(found)
    else:
        _show_review(found, options.lang)
    return 0


def _no_report() -> InputError:
    problem = Problem(
        "FILE",
        "",
        Text("没有评估报告", "the appraisal report is missing"),
        Text("请指定报告文件，或使用 --records FILE.toml", "name a report, or --records FILE.toml"),
        "missing",
    )
    return InputError([problem])


def _read(path: str) -> dict[str, Any]:
    from zhirong.documents.appraisal_report import read_report

    return read_report(read_binary(path))


def _show_one(data: dict[str, Any], lang: Lang) -> None:
    from zhirong.chain.appraisal_practice.records import record_of_json

    record = record_of_json(data["record"])
    print(f"{record.id}  {record.show().in_(lang)}")
    for right in data["rights"]:
        print(f"  {right['title']}  {right['number']}")
    for matter in data["special_matters"]:
        print(f"  ! {matter[lang]}")


_FINDINGS = {
    "too_few": Text("处置数量过少，不作结论", "too few disposals for a conclusion"),
    "in_order": Text("无异常", "no findings"),
    "values_too_high": Text("评估值偏高", "values too high"),
    "values_too_low": Text("评估值偏低", "values too low"),
    "intervals_too_narrow": Text("区间过窄", "intervals too narrow"),
}


def _show_review(found: dict[str, Any], lang: Lang) -> None:
    def say(zh: str, en: str) -> str:
        return Text(zh, en).in_(lang)

    for record in found["records"]:
        print(f"{record['id']}  {record['value']}  {record['state_text'][lang]}（{record['valid_until']}）")
    for flag in found["flags"]:
        print(f"? {'、'.join(flag['records'])}：{flag['text'][lang]}")
    for one in found["deviations"]:
        inside = say("区间内", "inside the interval") if one["inside_interval"] else say("区间外", "outside it")
        print(
            say(
                f"{one['record']}（{one['agency']}）：评估 {one['value']}，处置 {one['proceeds']}，比例 {one['ratio']}，{inside}",
                f"{one['record']} ({one['agency']}): appraised at {one['value']}, realised {one['proceeds']}, ratio {one['ratio']}, {inside}",
            )
        )
    for one in found["track_records"]:
        print(
            say(
                f"机构 {one['agency']}：{one['count']} 次处置，比例中位数 {one['median_ratio']}，落在区间内 {one['covered']}：",
                f"agency {one['agency']}: {one['count']} disposals, median ratio {one['median_ratio']}, covered {one['covered']}: ",
            )
            + _FINDINGS[one["finding"]].in_(lang)
        )
    for one in found["sanctions"]:
        state = say("有效", "in force") if one["in_force"] else say("已结束", "over")
        print(f"! {one['agency']}：{one['by']} {one['start']} {one['reason']}（{state}）")
    for one in found["revaluations"]:
        late = say("，已逾期", ", overdue") if one["overdue"] else ""
        print(f"{one['due_on']}  {one['record']}：{one['reason'][lang]}{late}")


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
