"""Every list as Excel, in both languages, as it is opened again: the rows of the list, in cells of their kind."""

import io
from collections.abc import Iterator
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

import openpyxl
import pytest
import register_databases
from permission_world import PermissionWorld, Side
from platform_world import Platform

import zhirong.web.urls  # noqa: F401 - declares the lists
from zhirong.chain.organisation.roles import MemberRole
from zhirong.operations.listing import LISTINGS, Column, Listing, may_list, rows_of, totals_of
from zhirong.store.financing import FirmRight, Limit, Loan, Payment, StatementLine, WatchFlag
from zhirong.web import list_export
from zhirong.web.cells import shown

_SHANGHAI = ZoneInfo("Asia/Shanghai")
_FORMATS = {"money": "#,##0.00", "rate": "0.00##%", "day": "yyyy-mm-dd", "instant": "yyyy-mm-dd hh:mm"}


# The rows of the world are made from the tables alone; what a list says in words must be one of the words.
_KNOWN: dict[Any, dict[str, Any]] = {
    StatementLine: {"direction": "in", "amount": 1_234_567_89},
    Payment: {"kind": "repayment"},
    WatchFlag: {"kind": "overdue"},
    FirmRight: {"kind": "invention", "title": "=1+1", "status": "in_force"},
    Limit: {"scope": "portfolio"},
    Loan: {"category": "normal"},
}


@pytest.fixture(scope="module")
def world() -> Iterator[PermissionWorld]:
    """The rows on SQLite alone: a sheet is written from what was read, whatever it was read from."""
    with pytest.MonkeyPatch.context() as patch, register_databases.fresh("sqlite") as (folder, url):
        made = PermissionWorld(Platform(folder, url, patch))
        for model, values in _KNOWN.items():
            made.platform.reseed(made.row(model), **values)
        yield made


def _reader(world: PermissionWorld, one: Listing) -> MemberRole:
    """Who may open the list, rather somebody who finds a row in it."""
    allowed = [role for role in MemberRole if may_list(world.actor(world.a, role), one)]
    assert allowed, one.name
    full = [role for role in allowed if rows_of(world.actor(world.a, role), one, world.platform.day, {}).exists()]
    return (full or allowed)[0]


def _opened(world: PermissionWorld, side: Side, role: MemberRole, name: str, lang: str) -> Any:
    answer = world.platform.client(side.members[role], lang).get(f"/list/{name}/?export=xlsx")
    assert answer.status_code == 200 and f'filename="{name}.xlsx"' in answer.headers["Content-Disposition"]
    return openpyxl.load_workbook(io.BytesIO(answer.content)).active


def _demand_cell(column: Column, row: Any, cell: Any, lang: str) -> None:
    value = column.value(row)
    assert cell.data_type != "f", column.name
    if value is None or value == "":
        assert cell.value == ("—" if column.kind in ("text", "state") else None), column.name
    elif column.kind == "money":
        assert isinstance(cell.value, int | float) and round(cell.value * 100) == value
        assert cell.number_format == _FORMATS["money"]
    elif isinstance(value, datetime):
        assert isinstance(cell.value, datetime) and cell.number_format == _FORMATS["instant"], column.name
        assert abs((cell.value - value.astimezone(_SHANGHAI).replace(tzinfo=None)).total_seconds()) < 1
    elif isinstance(value, date):
        assert isinstance(cell.value, datetime) and cell.value.date() == value, column.name
        assert cell.number_format == _FORMATS["day"]
    elif column.kind in ("number", "days", "rate"):
        assert cell.value == pytest.approx(float(value)) and cell.data_type == "n", column.name
    else:
        assert cell.value == shown(column, row, lang) and cell.data_type == "s", column.name


@pytest.mark.parametrize("lang", ["zh", "en"])
@pytest.mark.parametrize("name", sorted(LISTINGS))
def test_an_export_has_the_rows_of_its_list(world: PermissionWorld, name: str, lang: str) -> None:
    one = LISTINGS[name]
    role = _reader(world, one)
    sheet = _opened(world, world.a, role, name, lang)
    head, *lines = list(sheet.iter_rows())
    assert [cell.value for cell in head] == [column.title.in_(lang) for column in one.columns]
    rows = list(rows_of(world.actor(world.a, role), one, world.platform.day, {}))
    totals = totals_of(world.actor(world.a, role), one, world.platform.day, {})
    if totals is not None and rows:
        _space, last = lines[-2:]
        lines = lines[:-2]
        shown = {column.name: cell.value for column, cell in zip(one.columns, last, strict=True)}
        assert {name: round(shown[name] * 100) for name in totals.sums} == totals.sums
    assert len(lines) == len(rows)
    for row, line in zip(rows, lines, strict=True):
        for column, cell in zip(one.columns, line, strict=True):
            _demand_cell(column, row, cell, lang)


def test_most_lists_above_have_a_row(world: PermissionWorld) -> None:
    empty = [
        name
        for name, one in LISTINGS.items()
        if not rows_of(world.actor(world.a, _reader(world, one)), one, world.platform.day, {}).exists()
    ]
    assert len(empty) < len(LISTINGS) / 4, empty


def test_an_export_that_is_cut_says_so(world: PermissionWorld, monkeypatch: pytest.MonkeyPatch) -> None:
    one = LISTINGS["audit.events"]
    role = _reader(world, one)
    assert rows_of(world.actor(world.a, role), one, world.platform.day, {}).count() > 3
    for module in (list_export, zhirong.web.views):
        monkeypatch.setattr(module, "MOST_ROWS", 3)
    for lang, words in (("zh", "仅导出前 3 行"), ("en", "Only the first 3 rows")):
        lines = list(_opened(world, world.a, role, one.name, lang).iter_rows(values_only=True))
        assert len(lines) == 5 and lines[4][0].startswith(words) and not any(lines[4][1:])


@pytest.mark.parametrize(
    "written", ["=1+1", "+1", "-1", "@x", '=HYPERLINK("https://example.cn")', "https://example.cn", "007"]
)
def test_what_somebody_wrote_stays_text_in_the_sheet(written: str) -> None:
    one = LISTINGS["firm.rights"]
    column = Column("title", one.title, lambda row: row)
    listed = Listing("a.b", one.title, one.model, (column,))
    sheet = openpyxl.load_workbook(io.BytesIO(list_export.workbook_of(listed, [written], "zh"))).active
    cell = sheet["A2"]
    assert (cell.value, cell.data_type, cell.hyperlink) == (written, "s", None)
