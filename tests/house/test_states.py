"""States and codes: each is an enum of the chain with its table, and a bare string nowhere else."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

from zhirong.kernel.errors import InputError
from zhirong.store.setup import ready

ready("zhirong.web.settings")

from zhirong.chain.organisation.roles import MemberRole  # noqa: E402
from zhirong.operations.state_columns import CODES, TRANSITIONS  # noqa: E402 - Django first

SOURCE = Path(__file__).resolve().parents[2] / "src" / "zhirong"
SCANNED = ("operations", "web", "api", "cli", "demo")


def _values() -> dict[str, set[str]]:
    """The values of every state or code, by the name of its column."""
    found: dict[str, set[str]] = {}
    for (_, field), words in [*((key, table.words) for key, table in TRANSITIONS.items()), *CODES.items()]:
        found.setdefault(field, set()).update(str(value) for value in words)
    return found


VALUES = _values()


def _strings(node: ast.AST) -> list[str]:
    """The string constants of a side of a comparison: one, or those of a tuple, list or set."""
    parts = node.elts if isinstance(node, ast.Tuple | ast.List | ast.Set) else [node]
    return [one.value for one in parts if isinstance(one, ast.Constant) and isinstance(one.value, str)]


def _column(node: ast.AST) -> str:
    """The column that a side of a comparison names: ``row.state`` and ``state`` are both ``state``."""
    return node.attr if isinstance(node, ast.Attribute) else node.id if isinstance(node, ast.Name) else ""


def bare_states(source: str) -> Iterator[str]:
    """Where Python code compares, filters by or assigns a state or code as a bare string: ``line: column "value"``."""
    for node in ast.walk(ast.parse(source)):
        pairs: list[tuple[str, str, int]] = []
        if isinstance(node, ast.Compare):
            sides = [node.left, *node.comparators]
            columns = [_column(one) for one in sides]
            pairs = [(c, value, node.lineno) for c in columns for side in sides for value in _strings(side)]
        elif isinstance(node, ast.keyword) and node.arg is not None:
            # ``state=``, ``case__state__in=``; ``states=`` is of the declaration of an operation.
            name = node.arg.removesuffix("__in").rsplit("__", 1)[-1]
            name = "state" if name == "states" else name
            pairs = [(name, value, node.lineno) for value in _strings(node.value)]
        for column, value, line in pairs:
            if value in VALUES.get(column, ()):
                yield f'{line}: {column} "{value}"'


def test_no_state_is_a_bare_string_outside_the_chain() -> None:
    found = [
        f"{path.relative_to(SOURCE)}:{one}"
        for part in SCANNED
        for path in sorted((SOURCE / part).rglob("*.py"))
        for one in bare_states(path.read_text(encoding="utf-8"))
    ]
    assert found == []


def bare_roles(source: str) -> list[str]:
    """Where Python code names a role of a member by a string of its own."""
    roles = {role.value for role in MemberRole}
    constants = (node for node in ast.walk(ast.parse(source)) if isinstance(node, ast.Constant))
    return [f"{node.lineno}: {node.value}" for node in constants if node.value in roles]


def test_no_role_is_a_bare_string() -> None:
    # The catalogue names modules, some of which are called like a role ("platform.audit").
    found = {
        str(path.relative_to(SOURCE)): bare_roles(path.read_text(encoding="utf-8"))
        for part in ("operations", "web", "api", "cli", "store")
        for path in sorted((SOURCE / part).rglob("*.py"))
        if path.name != "catalogue.py" and path.parent.name != "migrations"
    }
    assert {path: lines for path, lines in found.items() if lines} == {}
    assert bare_roles('"lender.officer" in actor.roles') and not bare_roles(
        'Text("审批", "lender.officer is here")'
    )


@pytest.mark.parametrize(
    "code",
    [
        'row.state == "draft"',
        'organisation.kind == "lender"',
        'Paper.objects.filter(kind="loan_contract")',
        'payment.payer == "guarantor"',
        'row.state in ("draft", *ENDED)',
        '"matched" != payment.state',
        'work.update(row, state="confirmed")',
        'Loan.objects.filter(state__in=("waiting", "standing"))',
        'Request.objects.exclude(case__state="draft")',
        'operation("x", states=("open",))',
    ],
)
def test_the_scan_finds_a_bare_state(code: str) -> None:
    assert list(bare_states(code))


@pytest.mark.parametrize("code", ["row.state == CaseState.DRAFT", 'one.title == "draft"', 'Filter("state", title)'])
def test_the_scan_leaves_other_code_alone(code: str) -> None:
    assert not list(bare_states(code))


@pytest.mark.parametrize("table", TRANSITIONS.values(), ids=lambda table: table.subject.en)
class TestEveryTable:
    def test_has_words_for_every_state_in_both_languages(self, table) -> None:  # type: ignore[no-untyped-def]
        states = set(type(next(iter(table.words))))
        assert set(table.words) == states
        assert all(words.zh and words.en for words in table.words.values())

    def test_reaches_every_state_from_its_beginning(self, table) -> None:  # type: ignore[no-untyped-def]
        reached, waiting = set(table.initial), list(table.initial)
        while waiting:
            after = table.allowed.get(waiting.pop(), frozenset()) - reached
            reached |= after
            waiting += after
        assert reached == set(table.words)

    def test_refuses_what_it_does_not_have_with_a_reason_and_what_can_be_done(self, table) -> None:  # type: ignore[no-untyped-def]
        for before in table.words:
            for after in table.words:
                if after == before or after in table.allowed.get(before, ()):
                    table.demand(before.value, after.value)
                    continue
                with pytest.raises(InputError) as caught:
                    table.demand(before.value, after.value)
                (problem,) = caught.value.problems
                assert problem.code == "not_in_this_state"
                assert table.words[before].zh in problem.reason.zh and table.words[after].en in problem.reason.en
                assert problem.hint is not None and problem.hint.zh and problem.hint.en


def test_what_has_ended_stays_so() -> None:
    """The ends of every table, written down: a new way out of one is a decision, not an accident."""
    ends = {table.subject.en: {str(one) for one in table.ended} for table in TRANSITIONS.values()}
    assert ends == {
        "case": {"closed", "declined", "withdrawn"},
        "appraisal": {"refused", "withdrawn", "issued"},
        "checklist item": set(),
        "request for a guarantee": {"declined", "withdrawn", "ended"},
        "document": {"void", "ended"},
        "loan": {"written_off"},
        "statement entry": set(),
        "payment": {"undone", "reversed"},
        "alarm": set(),
        "default case": set(),
        "claim": {"closed"},
        "disposal project": {"closed"},
        "dispute track": {"ended"},
        "write-off file": {"closed"},
        "recourse": {"extinguished"},
        "organisation": set(),
        "invitation": {"accepted", "declined", "withdrawn"},
        "import": {"done", "refused", "cancelled", "expired"},
        "policy": {"rejected", "withdrawn", "superseded"},
    }


def test_every_state_column_of_the_store_has_its_table_or_its_values() -> None:
    from django.apps import apps

    known = set(TRANSITIONS) | set(CODES)
    missing = [
        f"{model.__name__}.{field.name}"
        for model in apps.get_app_config("store").get_models()
        for field in model._meta.concrete_fields
        if field.name in ("state", "status", "verdict", "decision", "direction", "grade")
        and (model, field.name) not in known
        and model.__name__ != "Registration"  # its table is the register's own (``chain.pledge.registration``)
    ]
    assert missing == []
