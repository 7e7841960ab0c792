"""Read the parts that occur everywhere in a mode file: roles, conditions, and the source of each item."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from decimal import Decimal

from zhirong.chain.mode.model import ModeAssumption, ModeCondition, When
from zhirong.chain.mode.vocabulary import FACTS, RIGHT_KINDS, TESTS, Fact
from zhirong.kernel.fields import Reader
from zhirong.kernel.rulebook import Reference, read_reference
from zhirong.kernel.suggestions import nearest
from zhirong.kernel.text import Text


@dataclass(frozen=True, slots=True)
class Context:
    """The data shared by all parts of one file. assumptions: filled while reading."""

    source: Reference
    roles: tuple[str, ...]
    assumptions: list[ModeAssumption]


def need_role(reader: Reader, field: str, role: str, known: tuple[str, ...]) -> str:
    """Return ``role`` if it is known; otherwise note a problem that suggests the nearest one."""
    if role and role not in known:
        near = nearest(role, known)
        reader.problem(
            field,
            role,
            "unknown_party",
            Text("未知的参与方", "this party is not known here"),
            Text(f"是否应为 {near}？", f"did you mean {near}?")
            if near
            else Text(f"可填写：{'、'.join(known)}", f"write one of: {', '.join(known)}"),
        )
    return role


def need_word(reader: Reader, field: str, word: str, known: tuple[str, ...]) -> str:
    """Return ``word`` if the language has it for this field; otherwise note a problem that suggests the nearest
    word.
    """
    if word and word not in known:
        near = nearest(word, known)
        reader.problem(
            field,
            word,
            "not_a_choice",
            Text("不在可选范围内", "not one of the choices"),
            Text(f"是否应为 {near}？", f"did you mean {near}?")
            if near
            else Text(f"可选：{'、'.join(known)}", f"choose from: {', '.join(known)}"),
        )
    return word


def need_region(reader: Reader, field: str, region: str) -> str:
    """Return ``region`` if it has the form of a code: six digits (GB/T 2260), or two capitals for a country."""
    if not (len(region) == 6 and region.isascii() and region.isdigit()) and not (
        len(region) == 2 and region.isascii() and region.isalpha() and region.isupper()
    ):
        reader.problem(
            field,
            region,
            "not_a_region",
            Text("不是地区代码", "not a region code"),
            Text('请填写六位代码，例如 "440400"', 'write a code of six digits, such as "440400"'),
        )
    return region


def need_id(reader: Reader, field: str, given: str) -> str:
    """Return ``given`` if it can be the id of a mode, which is a file name and an argument on the command line."""
    parts = given.split("-")
    if given and not all(part.isascii() and part.isalnum() and part == part.lower() for part in parts):
        reader.problem(
            field,
            given,
            "not_an_id",
            Text("代码只能用小写字母、数字和连字符", "an id consists of lower-case letters, digits and hyphens"),
            Text("例如 zhuhai-2026", "such as zhuhai-2026"),
        )
    return given


def roles_of(reader: Reader, field: str, known: tuple[str, ...]) -> tuple[str, ...]:
    """Read a list of roles and check each."""
    return tuple(need_role(reader, field, role, known) for role in reader.texts(field))


def read_own_reference(reader: Reader, context: Context, place: str) -> Reference:
    """Return the source of one item: the file's source, perhaps with the item's own article; another source; or
    none.

    ``assumed = { zh, en }`` says that no source states it, and why the value was chosen. ``source = { ... }`` names
    another source.
    """
    assumed = reader.optional_words("assumed")
    own = reader.optional_table("source")
    article = reader.optional_text("article")
    quotation = reader.optional_text("quotation")
    note = reader.optional_words("note")
    if own is not None:
        reference = read_reference(own)
        own.finish()
        return reference
    if assumed is not None:
        context.assumptions.append(ModeAssumption(place, assumed))
        return Reference("", "", "", "none", "assumed", context.source.region, note=assumed)
    return replace(
        context.source,
        article=article or context.source.article,
        quotation=quotation or context.source.quotation,
        note=note or context.source.note,
    )


def read_condition(reader: Reader, context: Context, facts: Mapping[str, Fact] = FACTS) -> ModeCondition:
    """Read one ``fact`` with exactly one test."""
    fact = reader.text("fact")
    known = facts.get(fact)
    if known is None and fact:
        near = nearest(fact, facts)
        reader.problem(
            "fact",
            fact,
            "unknown_fact",
            Text("未知的事实", "this fact is not known"),
            Text(f"是否应为 {near}？", f"did you mean {near}?")
            if near
            else Text(f"可填写：{'、'.join(facts)}", f"write one of: {', '.join(facts)}"),
        )
    reference = read_own_reference(reader, context, f"condition {fact}")
    why = reader.optional_words("why")
    tests = [test for test in TESTS if reader.has(test)]
    allowed = [test for test, kinds in TESTS.items() if known is not None and known.kind in kinds]
    if known is not None and (len(tests) != 1 or tests[0] not in allowed):
        reader.problem(
            "fact",
            fact,
            "wrong_test",
            Text("每个条件须填写一种检验，且适合该事实", "a condition has one test, and one that suits its fact"),
            Text(f"请填写其中之一：{'、'.join(allowed)}", f"write one of: {', '.join(allowed)}"),
        )
    condition = ModeCondition(fact, tests[0] if tests else "is", _value(reader, fact, tests), reference, why)
    reader.finish()
    return condition


def read_when(reader: Reader, context: Context, field: str = "when") -> When:
    """Read the conditions of a clause: ``when``, of which one must be met, and ``when_all``, all of which must be
    met.
    """
    return When(
        tuple(read_condition(entry, context) for entry in reader.tables(field)),
        tuple(read_condition(entry, context) for entry in reader.tables(f"{field}_all")),
    )


def _value(reader: Reader, fact: str, tests: list[str]) -> bool | Decimal | int | tuple[str, ...]:
    test = tests[0] if tests else ""
    if test in ("within", "any_of", "only_of"):
        before = reader.problem_count()
        listed = reader.texts(test)
        if not listed and reader.problem_count() == before:
            reader.problem(
                test,
                "",
                "missing",
                Text("列表为空，任何企业都不能满足", "the list is empty: no firm can meet it"),
                Text("请列出允许的各项，或删除这个条件", "list what is allowed, or remove the condition"),
            )
        for word in listed:
            if test == "within":
                need_region(reader, test, word)
            else:
                need_word(reader, test, word, tuple(RIGHT_KINDS))
        return listed
    if test.startswith("years_") or test == "none_within_years":
        return reader.whole(test, 0, 100)
    if test.startswith(("months_", "days_")) or test == "none_within_months":
        return reader.whole(test, 0, 3660)
    if test in ("at_least", "at_most"):
        is_money = fact in FACTS and FACTS[fact].kind == "fen"
        return reader.money(test) if is_money else reader.number(test, 0)
    return reader.flag(test) if test == "is" else False
