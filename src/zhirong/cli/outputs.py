"""Files that a command writes are none of those that it reads; cells of a CSV are no formulas."""

import argparse
import os
from collections.abc import Iterable, Iterator
from decimal import Decimal, InvalidOperation
from pathlib import Path

_OUTPUTS = ("pdf", "xlsx", "docx", "beancount", "out")


def refuse_overwriting(options: argparse.Namespace) -> None:
    """Raise InputError where a file that is to be written is one of the files that are read, or is to be written
    twice.
    """
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
                    Text("这是要读的文件，不能覆盖", "this file is read and must not be overwritten"),
                    Text("换一个文件名", "choose another name"),
                    "overwrites_input",
                )
            )
        if any(_is_within(path, pack) for pack in packs):
            problems.append(
                Problem(
                    f"--{name}",
                    path,
                    Text("在所用政策包的文件夹里，不能写", "lies in the folder of a policy pack in use"),
                    Text("写到别的文件夹", "write it into another folder"),
                    "overwrites_input",
                )
            )
        if any(first != name and _is_same(path, other) for first, other in outputs.items()):
            problems.append(
                Problem(
                    f"--{name}",
                    path,
                    Text("两份结果写进同一个文件", "two results would be written to one file"),
                    Text("各用一个文件名", "give each its own name"),
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
    """The folders of the policy packs in use. Imported only where there are any: packs need the reader of rules."""
    if not os.environ.get("ZHIRONG_RULES"):
        return ()
    from zhirong.kernel.packs import environment_folders

    return environment_folders()


def _is_within(path: str, folder: Path) -> bool:
    try:
        return Path(path).resolve().is_relative_to(folder.resolve())
    except (OSError, ValueError):
        return False  # no name of a file


def _is_same(path: str, other: str) -> bool:
    try:
        one, two = Path(path), Path(other)
        return one.resolve() == two.resolve() or (one.exists() and two.exists() and one.samefile(two))
    except (OSError, ValueError):
        return False  # no name of a file


def safe_cells(cells: Iterable[object]) -> list[str]:
    """The cells of a CSV row. One that a spreadsheet would take for a formula gets an apostrophe in front; a number
    stays.

    What begins with = + - @, a tab or a carriage return is a formula to some spreadsheet, unless it is a number.
    """
    return [_safe(str(cell)) for cell in cells]


def _safe(cell: str) -> str:
    if not cell.startswith(("=", "+", "-", "@", "\t", "\r")):
        return cell
    try:
        return cell if Decimal(cell).is_finite() else f"'{cell}"
    except InvalidOperation:
        return f"'{cell}"
