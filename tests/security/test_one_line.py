"""Fields of one line take one line; no field takes characters that hide or turn what people read."""

from typing import Annotated

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import Field

from zhirong.kernel.errors import InputError
from zhirong.operations import catalogue
from zhirong.operations.declare import OPERATIONS
from zhirong.operations.fields import Line, Request, Words, ask, read

catalogue.load()
HIDDEN = [
    "\x00",
    "\x01",
    "\x0b",
    "\x1b",
    "\x7f",
    "\x85",
    "\u202e",
    "\u2066",
    "\u200f",
    "\u2028",
    "\ufeff",
    "\ud800",
]


class Sample(Request):
    """One field of each kind."""

    line: Annotated[Line, ask("一行", "One line")] = "x"
    lines: Annotated[Words, ask("多行", "Several lines", widget="area")] = "x"
    items: Annotated[list[Annotated[str, Field(max_length=40)]], ask("多项", "Items")] = []
    table: Annotated[dict[str, str], ask("表", "Table", widget="table")] = {}


def _codes(data: dict[str, object]) -> list[tuple[str, str]]:
    try:
        read(Sample, data)
    except InputError as error:
        return [(one.field, one.code) for one in error.problems]
    return []


@pytest.mark.parametrize("mark", HIDDEN)
@pytest.mark.parametrize("name", ["line", "lines", "items", "table"])
def test_no_field_takes_what_hides(name: str, mark: str) -> None:
    text = f"甲{mark}乙"
    data: dict[str, object] = {name: {"items": [text], "table": {"a": text}}.get(name, text)}
    ((field, code),) = _codes(data)
    assert field.startswith(name) and code == "unwritable"


@given(st.text("甲a ", min_size=1), st.sampled_from(["\n", "\r\n", "\r", "\t"]), st.text("乙b", min_size=1))
def test_a_break_is_refused_in_one_line_and_taken_where_there_are_lines(before: str, mark: str, after: str) -> None:
    text = f"x{before}{mark}{after}"
    assert _codes({"line": text}) == [("line", "one_line")]
    assert _codes({"items": ["x", text]}) == [("items", "one_line")]
    assert _codes({"lines": text, "table": {"a": text}}) == []


def test_what_stands_around_a_line_is_taken_off() -> None:
    assert read(Sample, {"line": "  甲公司\r\n"}).line == "甲公司"


def test_the_owner_of_an_account_cannot_state_a_name_of_two_lines() -> None:
    request = OPERATIONS["account.name"].request
    for name in ("甲\r\nBcc: x@example.org\r\n\r\nhello", "甲\x01\x0b\x1b", "甲\u202efdp.exe"):
        with pytest.raises(InputError):
            read(request, {"name": name})
    assert read(request, {"name": "客户经理"})
