"""The pages "Add an operation" and "Test a bank's policy", followed to the letter on a platform."""

import re
from pathlib import Path
from textwrap import dedent
from typing import Any

import pytest
import test_policies
from lender_world import desk_of
from platform_world import Platform

from zhirong.operations.credit import diligence
from zhirong.operations.declare import OPERATIONS
from zhirong.web import urls  # noqa: F401 - before an operation is added: the API of this process keeps what it finds

HOW_TO = Path(__file__).resolve().parents[2] / "docs"
ADDED = "case.note_call"


def blocks(lang: str, name: str, language: str) -> list[str]:
    """The fenced blocks of one language on a page, without the indent of the list that they are in."""
    text = (HOW_TO / lang / "how-to" / name).read_text(encoding="utf-8")
    found = re.findall(rf"^( *)```{language}\n(.*?)^\1```$", text, re.DOTALL | re.MULTILINE)
    return [dedent(block) for _, block in found]


def names_of(block: str, known: dict[str, Any]) -> dict[str, Any]:
    """What a block defines where the names of a module are known; the module itself stays as it is."""
    names = dict(known)
    exec(compile(block, "page", "exec"), names)  # noqa: S102 - our own words
    return names


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_an_operation_is_added_by_the_page(sqlite_platform: Platform, lang: str) -> None:
    declaration, test = blocks(lang, "add-an-operation.md", "python")
    names_of(declaration, vars(diligence))
    try:
        names_of(test, {})["test_an_officer_notes_a_call"](sqlite_platform)
    finally:
        OPERATIONS.pop(ADDED)


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_a_banks_policy_is_tested_as_on_the_page(sqlite_platform: Platform, lang: str) -> None:
    (test,) = blocks(lang, "add-a-bank-policy.md", "py")
    names_of(test, vars(test_policies))["test_our_budget_decides"](desk_of(sqlite_platform))
