"""Pages and operations are addressed by their names: no path of one stands in an operation, in the Python of the pages or in a template."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.urls import NoReverseMatch

from zhirong.store.setup import ready

ready("zhirong.web.settings")

import zhirong.web.urls  # noqa: E402, F401 - declares every page
from zhirong.operations.declare import FORMER_NAMES, OPERATIONS, operation_of  # noqa: E402
from zhirong.operations.page_links import page_link  # noqa: E402
from zhirong.operations.platform.audit import kind_words  # noqa: E402
from zhirong.web.pages import PAGES  # noqa: E402

SOURCE = Path(__file__).resolve().parents[2] / "src" / "zhirong"
# The first parts of the paths of pages: ``/firm/…``, ``/acting/``.
FIRST = {route.split("/")[0] for route in (page.route for page in PAGES.values()) if "/" in route} | {"accounts"}
PATH = re.compile(rf"/({'|'.join(sorted(map(re.escape, FIRST)))})/")
# Django's settings and what is open before a second factor are read where no page is known yet.
NOT_YET_KNOWN = {
    "web/settings.py": {"/desk/", "/accounts/login/"},
    "web/second_step.py": {"/accounts/2fa/", "/accounts/"},
}


def paths_in(source: str) -> Iterator[tuple[int, str]]:
    """The string constants of Python code that begin with the path of a page, but for docstrings."""
    tree = ast.parse(source)
    docs = {
        id(node.body[0].value)
        for node in ast.walk(tree)
        if isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef)
        and node.body
        and isinstance(node.body[0], ast.Expr)
    }
    for node in ast.walk(tree):
        is_text = isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in docs
        if is_text and PATH.match(node.value):
            yield node.lineno, node.value


def test_no_path_of_a_page_stands_in_python() -> None:
    found = []
    for part in ("operations", "web"):
        for file in sorted((SOURCE / part).rglob("*.py")):
            name = str(file.relative_to(SOURCE))
            found += [
                f"{name}:{line} {path}"
                for line, path in paths_in(file.read_text(encoding="utf-8"))
                if path not in NOT_YET_KNOWN.get(name, ())
            ]
    assert found == []


def test_no_path_of_a_page_stands_in_a_template() -> None:
    link = re.compile(rf"""(?:href|action|formaction)=["']{PATH.pattern}""")
    found = [
        f"{file.name}: {match.group()}"
        for file in sorted((SOURCE / "web" / "templates").rglob("*.html"))
        if not file.name.startswith("50")  # shown where nothing else works any more
        for match in link.finditer(file.read_text(encoding="utf-8"))
    ]
    assert found == []


@pytest.mark.parametrize(
    "code", ['f"/firm/cases/{case.pk}/"', 'tell(words, "/acting/")', '"/papers/{}/".format(1)']
)
def test_the_scan_finds_a_path(code: str) -> None:
    assert list(paths_in(code))


def test_a_page_link_is_the_path_of_the_page() -> None:
    assert page_link("lender.case", 7) == "/lender/cases/7/"
    assert page_link("loan.statements", query="state=open") == "/statements/?state=open"
    assert page_link("list", "own.tokens") == "/list/own.tokens/"
    with pytest.raises(NoReverseMatch):
        page_link("no.such_page")


def test_every_operation_names_a_page_that_exists() -> None:
    assert {op.page for op in OPERATIONS.values() if op.page} <= set(PAGES)


def test_an_event_of_a_renamed_operation_is_called_by_the_operation_of_today() -> None:
    for former, today in FORMER_NAMES.items():
        assert former not in OPERATIONS and operation_of(former) is OPERATIONS[today]
        assert kind_words(former) == OPERATIONS[today].title
    assert operation_of("no.such_operation") is None
