"""``zhirong actus``: run contracts of the ACTUS standard and compare the results with the published ones."""

import argparse
from collections.abc import Mapping
from typing import Any

from zhirong.cli.files import print_json, read_json
from zhirong.kernel.errors import InputError, Problem
from zhirong.kernel.text import Lang, Text


def configure(parser: argparse.ArgumentParser) -> None:
    """Add the options."""
    parser.add_argument("file", metavar="CASES.json", help="案例文件 / file of cases")
    parser.add_argument("--json", action="store_true", help="按案例名列出全部事件 / all events by case name")


def run(options: argparse.Namespace) -> int:
    """Return 0 if every case runs and agrees, 1 if not. Raises InputError if the file cannot be used."""
    from zhirong.chain.loan.standard.cases import run_case

    cases = _read_cases(options.file)
    results: dict[str, list[dict[str, object]] | InputError] = {}
    for name, case in cases.items():
        try:
            results[name] = run_case(case)
        except InputError as error:
            results[name] = error
        except (ValueError, ArithmeticError) as error:
            results[name] = InputError([_undefined(error)], name)
    if options.json:
        print_json({name: _as_json(result) for name, result in results.items()})
        return 1 if any(isinstance(result, InputError) for result in results.values()) else 0
    return _compare(cases, results, options.lang)


_MOST_CASES = 10_000


def _read_cases(path: str) -> dict[str, Mapping[str, Any]]:
    content = read_json(path)
    if isinstance(content, list) and all(isinstance(case, dict) for case in content):
        content = {str(case.get("identifier", number)): case for number, case in enumerate(content, 1)}
    if not isinstance(content, dict) or not all(isinstance(case, dict) for case in content.values()):
        raise InputError(
            [
                Problem(
                    "FILE",
                    path,
                    Text("不是案例文件", "not a file of cases"),
                    Text("请写成 { 案例名: { terms: … } }", "write { name: { terms: ... } }"),
                    "not_cases",
                )
            ],
            path,
        )
    if len(content) > _MOST_CASES:
        problem = Problem(
            "FILE",
            path,
            Text(f"超过 {_MOST_CASES:,} 个案例", f"more than {_MOST_CASES:,} cases"),
            Text("请拆分为多个文件", "split the file"),
            "file_too_large",
        )
        raise InputError([problem], path)
    return content


def _undefined(error: ValueError | ArithmeticError) -> Problem:
    return Problem(
        "terms",
        "",
        Text(f"条款不能构成合同：{error}", f"the terms do not define a contract: {error}"),
        Text("请补齐条款", "complete the terms"),
        "no_contract",
    )


def _as_json(result: list[dict[str, object]] | InputError) -> object:
    return {"error": result.as_json()} if isinstance(result, InputError) else result


def _compare(
    cases: Mapping[str, Mapping[str, Any]], results: Mapping[str, list[dict[str, object]] | InputError], lang: Lang
) -> int:
    from rich.console import Console
    from rich.table import Table

    from zhirong.chain.loan.standard.cases import first_difference

    table = Table(title="ACTUS")
    for words in (
        Text("案例", "case"),
        Text("事件数", "events"),
        Text("结论", "finding"),
        Text("首个差异", "first difference"),
    ):
        table.add_column(words.in_(lang))
    failed = agreed = 0
    for name, result in results.items():
        if isinstance(result, InputError):
            failed += 1
            table.add_row(name, "", Text("无法读取", "cannot be run").in_(lang), result.problems[0].as_text(lang))
            continue
        published = cases[name].get("results")
        if published is None:
            table.add_row(name, str(len(result)), Text("无公布结果", "no published results").in_(lang), "")
            continue
        difference = first_difference(result, published)
        if difference is None:
            agreed += 1
            table.add_row(name, str(len(result)), Text("一致", "agrees").in_(lang), "")
            continue
        failed += 1
        where = f"{difference.event} {difference.field}".strip()
        table.add_row(
            name,
            str(len(result)),
            Text("不一致", "differs").in_(lang),
            f"{where}: {difference.computed} ≠ {difference.published}",
        )
    console = Console()
    console.print(table)
    console.print(
        Text(
            f"共 {len(results)} 例，一致 {agreed} 例，有问题 {failed} 例。",
            f"{len(results)} cases: {agreed} agree, {failed} do not.",
        ).in_(lang)
    )
    return 1 if failed else 0
