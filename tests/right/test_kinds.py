"""Every kind of right has every part, and no module but the records keeps a table by kind."""

import ast
from dataclasses import fields
from datetime import date
from pathlib import Path
from typing import Literal

import pytest

from zhirong.chain.mode.vocabulary import RIGHT_KINDS
from zhirong.chain.pledge.packs import PACKS, register_of
from zhirong.chain.right.columns import KIND_WORDS, word_key
from zhirong.chain.right.kinds import KIND_TEXT, KINDS, RightKind, missing_parts
from zhirong.chain.right.life import DATE_TEXT
from zhirong.chain.right.records import Right
from zhirong.kernel.rulebook import Rulebook
from zhirong.kernel.rulebook_files import load_rulebook
from zhirong.operations.right.right_form import RightFacts

RULES = load_rulebook()
DAY = date(2026, 11, 30)
ROOT = Path(__file__).resolve().parents[2]
RIGHT_FIELDS = {one.name for one in fields(Right)}


def test_every_kind_has_every_part() -> None:
    missing = [line for kind in RightKind for line in missing_parts(kind, RULES, DAY)]
    assert not missing, "\n" + "\n".join(missing)


@pytest.mark.parametrize("kind", RightKind)
def test_what_a_kind_lacks_is_listed_line_by_line(kind: RightKind) -> None:
    wanted = KINDS[kind].rule_ids()
    assert missing_parts(kind, Rulebook([]), DAY) == tuple(f"{kind}: no rule {one} on {DAY}" for one in wanted)
    without_one = Rulebook(RULES.rule(one) for one in RULES.ids() if one != wanted[-1])
    assert missing_parts(kind, without_one, DAY) == (f"{kind}: no rule {wanted[-1]} on {DAY}",)


@pytest.mark.parametrize("kind", RightKind)
def test_a_record_names_fields_and_rules_that_exist(kind: RightKind) -> None:
    record = KINDS[kind]
    assert record.text.zh and record.text.en and record.registered_by.zh and record.registered_by.en
    assert set(record.form) <= RIGHT_FIELDS & set(RightFacts.model_fields)
    dates = {*record.begins, *(record.rough_days or ()), *filter(None, [record.life.starts])}
    assert dates and dates <= set(DATE_TEXT)
    assert (record.life.lasts is not None) == record.rule_ids()[0].startswith("appraisal.")
    assert record.freeze in RULES.at("right.freeze.max_months", DAY).value
    for level in ("ordinary", "disputed"):
        assert RULES.at(f"appraisal.challenge_rate.{record.challenges}.{level}", DAY).number() > 0
    assert {f"appraisal.suits.{one}" for one in RULES.at(f"appraisal.methods.{kind}", DAY).value} <= set(
        RULES.ids()
    )


@pytest.mark.parametrize("kind", RightKind)
def test_the_register_of_a_kind_has_its_rules(kind: RightKind) -> None:
    register = register_of(kind)
    assert register in PACKS
    for name in ("papers", "contract_items", "review_days"):
        assert RULES.at(f"registration.{register}.{name}", DAY).value
    assert RULES.at(f"registration.max_rank.{register}", DAY).value


def test_lists_and_modes_know_every_kind_by_its_code_and_titles() -> None:
    for kind, text in KIND_TEXT.items():
        assert {KIND_WORDS[word_key(word)] for word in (kind.value, text.zh, text.en)} == {kind}
        assert RIGHT_KINDS[kind.value] == text
    assert len(RIGHT_KINDS) == len(KINDS) == len(set(KIND_TEXT.values())) == len(RightKind)


@pytest.mark.parametrize("lang", ["zh", "en"])
@pytest.mark.parametrize("page", ["rights.md", "case-file.md"])
def test_the_pages_for_users_name_every_kind(page: str, lang: Literal["zh", "en"]) -> None:
    text = (ROOT / "docs" / lang / "reference" / page).read_text(encoding="utf-8")
    missing = [
        kind.value
        for kind in RightKind
        if f"`{kind.value}`" not in text or (page == "rights.md" and KIND_TEXT[kind].in_(lang) not in text)
    ]
    assert not missing, f"name in docs/{lang}/reference/{page} the code and titles of {missing}"


@pytest.mark.slow
def test_no_other_module_keeps_a_table_by_kind() -> None:
    tables = []
    for path in sorted((ROOT / "src" / "zhirong").rglob("*.py")):
        if path.name == "kinds.py" and path.parent.name == "right":
            continue
        tables += [f"{path.relative_to(ROOT)}:{line}" for line in _tables(path.read_text(encoding="utf-8"))]
    assert not tables, f"move these into the records of the kinds: {tables}"


def test_a_table_by_kind_is_found() -> None:
    assert list(_tables("X = {RightKind.DESIGN: 1, RightKind.SOFTWARE: 2}\nY = {RightKind.DESIGN}\n")) == [1]
    assert list(_tables("\nX = frozenset({RightKind.DESIGN, RightKind.SOFTWARE})\n")) == [2]
    assert list(_tables("match kind:\n    case RightKind.DESIGN:\n        pass\n")) == [1]


def _tables(source: str) -> list[int]:
    """Lines of a dict or set with two kinds or more, and of a match over kinds."""
    found = []
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Dict):
            members: list[ast.AST | None] = list(node.keys)
        elif isinstance(node, ast.Set | ast.Tuple | ast.List):
            members = list(node.elts)
        elif isinstance(node, ast.Match):
            members = [one for case in node.cases for one in ast.walk(case.pattern)] * 2
        else:
            continue
        if sum(_is_kind(one) for one in members) > 1:
            found.append(node.lineno)
    return found


def _is_kind(node: ast.AST | None) -> bool:
    return isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name) and node.value.id == "RightKind"
