"""A case file with team, indicators and title investigation, optionally from a second file."""

from dataclasses import fields, replace
from typing import TYPE_CHECKING

from zhirong.cli.files import read_toml
from zhirong.kernel.errors import InputError, Problem
from zhirong.kernel.text import Text

if TYPE_CHECKING:
    from zhirong.chain.quote.records import CreditCase


def case_with_scores(path: str, scores: str | None) -> "CreditCase":
    """Return the case with the data of the second file added; both files may not state the same.

    Raises InputError with every error in either file.
    """
    from zhirong.chain.quote.one_plus_one import read_one_plus_one
    from zhirong.chain.quote.optional_inputs import OnePlusOne
    from zhirong.chain.quote.reading import read_case
    from zhirong.workbench import rules

    case = read_case(read_toml(path), path, rules())
    if scores is None:
        return case
    stated, empty = read_one_plus_one(read_toml(scores), case, rules(), scores), OnePlusOne()
    added = {}
    problems = []
    for one in fields(OnePlusOne):
        value, blank = getattr(stated, one.name), getattr(empty, one.name)
        if value == blank:
            continue
        if getattr(case.beside, one.name) != blank:
            problems.append(_twice(one.name, path))
        added[one.name] = value
    if problems:
        raise InputError(problems, scores)
    return replace(case, beside=replace(case.beside, **added))


def _twice(name: str, path: str) -> Problem:
    return Problem(
        name,
        "",
        Text(f"案件文件 {path} 已填写该内容", f"the case file {path} states it, too"),
        Text("请仅在一处填写", "state it in only one of the files"),
        "stated_twice",
    )
