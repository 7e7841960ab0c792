"""Protection of input files from being overwritten, and of CSV cells from becoming formulas."""

import argparse
import os
from collections.abc import Iterable, Iterator
from pathlib import Path

_OUTPUTS = ("pdf", "xlsx", "docx", "beancount", "out", "chart")


def refuse_overwriting(options: argparse.Namespace) -> None:
    """Raise InputError if an output file is also an input file, or is named twice."""
    outputs = {name: value for name in _OUTPUTS if isinstance(value := getattr(options, name, None), str) and value}
    if not outputs:
        return
    inputs = [
        (name, path)
        for name, value in vars(options).items()
        if name not in _OUTPUTS and name not in ("command", "action", "lang", "packs")
        for path in _paths(value)
    ]
    from zhirong.kernel.errors import InputError, Problem
    from zhirong.kernel.text import Text

    problems = []
    packs = _packs()
    for name, path in outputs.items():
        if any(_is_same(path, other) for _, other in inputs):
            problems.append(
                Problem(
                    f"--{name}",
                    path,
                    Text("该文件为输入文件，不能覆盖", "this is an input file and must not be overwritten"),
                    Text("请更换文件名", "choose another name"),
                    "overwrites_input",
                )
            )
        if any(_is_within(path, pack) for pack in packs):
            problems.append(
                Problem(
                    f"--{name}",
                    path,
                    Text("位于所用政策包的文件夹中，不能写入", "is in the folder of a policy pack in use"),
                    Text("请写入其他文件夹", "write it into another folder"),
                    "overwrites_input",
                )
            )
        if any(first != name and _is_same(path, other) for first, other in outputs.items()):
            problems.append(
                Problem(
                    f"--{name}",
                    path,
                    Text("两项结果写入同一文件", "two results would be written to one file"),
                    Text("请使用不同的文件名", "use different names"),
                    "written_twice",
                )
            )
    if problems:
        raise InputError(problems)


def _paths(value: object) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, list | tuple):
        for one in value:
            yield from _paths(one)


def _packs() -> tuple[Path, ...]:
    """Return the folders of the policy packs in use. Imported only if there are any, because packs need the rule
    reader.
    """
    if not os.environ.get("ZHIRONG_RULES"):
        return ()
    from zhirong.kernel.packs import environment_folders

    return environment_folders()


def _is_within(path: str, folder: Path) -> bool:
    try:
        return Path(path).resolve().is_relative_to(folder.resolve())
    except (OSError, ValueError):
        return False  # not a file name


def _is_same(path: str, other: str) -> bool:
    try:
        one, two = Path(path), Path(other)
        return one.resolve() == two.resolve() or (one.exists() and two.exists() and one.samefile(two))
    except (OSError, ValueError):
        return False  # not a file name


def safe_cells(cells: Iterable[object]) -> list[str]:
    """Return the cells of a CSV row. A cell that a spreadsheet would read as a formula gets a leading apostrophe; a
    number stays.

    Some spreadsheets read text with a leading = + - @, tab or carriage return as a formula, unless it is a number.
    """
    return [_safe(str(cell)) for cell in cells]


def _safe(cell: str) -> str:
    if not cell.startswith(("=", "+", "-", "@", "\t", "\r")):
        return cell
    from decimal import Decimal, InvalidOperation

    try:
        return cell if Decimal(cell).is_finite() else f"'{cell}"
    except InvalidOperation:
        return f"'{cell}"
