"""An authority's published list, submitted as Excel or CSV, against the mirror: every difference is an alarm."""

from collections.abc import Mapping
from typing import Annotated, Any

from zhirong.chain.adapters.days import day_of_cell
from zhirong.chain.pledge.reconcile import Published
from zhirong.documents.tables import read_rows
from zhirong.kernel.errors import InputError, Problem
from zhirong.kernel.text import Text
from zhirong.operations.declare import Call, operation
from zhirong.operations.fields import Line, Request, ask
from zhirong.operations.pledge import orders
from zhirong.operations.pledge.desk import REGISTRAR, by_of
from zhirong.operations.unit_of_work import Work
from zhirong.operations.uploads import Ticket, bytes_of, redeem

# The columns by what may be in the heading.
HEADINGS: Mapping[str, tuple[str, ...]] = {
    "authority_number": ("登记号", "authority_number"),
    "rights": ("权利号", "rights"),
    "pledgors": ("出质人", "pledgors"),
    "pledgee": ("质权人", "pledgee"),
    "registered_on": ("登记日", "registered_on"),
    "ended_on": ("注销日", "ended_on"),
}
_OPTIONAL = ("ended_on",)
_LISTS = ("rights", "pledgors")
_SEPARATORS = "；;、\n"


class Reconcile(Request):
    """What an authority has published."""

    authority: Annotated[Line, ask("登记机关", "Authority", "与登记时写的一致", "as written when it was recorded")]
    file: Annotated[
        Ticket,
        ask(
            "公布的数据（Excel 或 CSV）",
            "Its published data (Excel or CSV)",
            "列：登记号、权利号、出质人、质权人、登记日、注销日；一格里有几项的用分号隔开",
            "columns: authority_number, rights, pledgors, pledgee, registered_on, ended_on; semicolons within a cell",
            widget="file",
        ),
    ]
    is_complete: Annotated[
        bool,
        ask(
            "数据是全部",
            "The data are everything",
            "勾选后，镜像里有而数据里没有的也算不同",
            "then one of ours that is not in it is a difference too",
            widget="flag",
        ),
    ] = False


def _read(call: Call, request: Reconcile) -> tuple[list[dict[str, Any]], list[Published]]:
    """The published rows, as they stand and read, before the only writer is held up."""
    upload = redeem(call.actor, request.file)
    rows = read_published_rows(bytes_of(upload), upload.name)
    return rows, orders.read_all_published(rows)


@operation(
    "registration.reconcile",
    Text("与登记机关核对", "Reconcile with an authority"),
    request=Reconcile,
    roles=REGISTRAR,
    prepare=_read,
)
def reconcile(work: Work, request: Reconcile) -> Any:
    """The parties of every registration that differs are notified."""
    rows, read = work.prepared
    done, found = orders.reconcile(by_of(work), request.authority, rows, is_complete=request.is_complete, read=read)
    return {"index": done.index, "differences": [one.as_json() for one in found]}


def read_published_rows(data: bytes, source: str) -> list[dict[str, Any]]:
    """The rows of a published list as tables. Raises InputError with every heading that is missing and every bad
    row.
    """
    rows = [row for row in read_rows(data, source) if any(str(cell or "").strip() for cell in row[1])]
    if not rows:
        raise InputError(
            [_problem("file", source, "文件是空的", "the file is empty", "换一个", "give another one")]
        )
    head = [str(cell or "").strip() for cell in rows[0][1]]
    at = {
        name: head.index(next(one for one in words if one in head))
        for name, words in HEADINGS.items()
        if set(words) & set(head)
    }
    missing = [words[0] for name, words in HEADINGS.items() if name not in at and name not in _OPTIONAL]
    if missing:
        listed = "、".join(missing)
        raise InputError(
            [
                _problem(
                    "file", listed, f"缺少这些列：{listed}", f"columns are missing: {listed}", "补上", "add them"
                )
            ]
        )
    return [_table(row[1], at) for row in rows[1:]]


def _table(cells: Any, at: Mapping[str, int]) -> dict[str, Any]:
    table: dict[str, Any] = {}
    for name, place in at.items():
        value = cells[place] if place < len(cells) else None
        if value is None or str(value).strip() == "":
            continue
        if name in _LISTS:
            table[name] = _split(str(value))
        elif name.endswith("_on"):
            table[name] = day.isoformat() if (day := day_of_cell(value)) is not None else str(value).strip()
        else:
            table[name] = str(value).strip()
    return table


def _split(written: str) -> list[str]:
    for separator in _SEPARATORS:
        written = written.replace(separator, ";")
    return [part.strip() for part in written.split(";") if part.strip()]


def _problem(field: str, value: str, zh: str, en: str, hint_zh: str, hint_en: str) -> Problem:
    return Problem(field, value, Text(zh, en), Text(hint_zh, hint_en), "published")
