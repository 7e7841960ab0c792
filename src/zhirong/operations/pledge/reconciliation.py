"""Comparison of an authority's published list, as Excel or CSV, with the mirror: every difference is an alarm."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Annotated, Any

from zhirong.chain.adapters.days import day_of_cell
from zhirong.chain.pledge.reconciliation import Published, RegisterDifference, differences, read_published
from zhirong.chain.pledge.register_json import registration_of
from zhirong.chain.pledge.registration import RegisterRole, Registration
from zhirong.documents.file_limits import RecordsClock
from zhirong.documents.tables import read_rows
from zhirong.evidence import canonical
from zhirong.kernel.errors import InputError, Problem, demand_few_problems
from zhirong.kernel.fields import Reader
from zhirong.kernel.sheets import ROWS_BETWEEN, nobody_looks
from zhirong.kernel.text import Text
from zhirong.operations.declare import Call, Done, operation
from zhirong.operations.fields import Line, Request, ask
from zhirong.operations.pledge.forms import REGISTRAR
from zhirong.operations.refusals import refuse
from zhirong.operations.register_events import plain
from zhirong.operations.register_policy import BY_AUTHORITY
from zhirong.operations.run import run_call
from zhirong.operations.unit_of_work import Decision, Work
from zhirong.operations.uploads import Ticket, bytes_of, redeem
from zhirong.store import models

RECONCILED = "reconciliation.made"
ALARM = (
    "reconciliation.alarm"  # notifies the parties of one registration of the differences in the authority's data
)
_RECONCILE = "registration.reconcile"
# The columns by words in their headings.
HEADINGS: Mapping[str, tuple[str, ...]] = {
    "authority_number": ("登记号", "authority_number"),
    "rights": ("权利号", "rights"),
    "pledgors": ("出质人", "pledgors"),
    "pledgee": ("质权人", "pledgee"),
    "registered_on": ("登记日", "registered_on"),
    "ended_on": ("注销日", "ended_on"),
}
_OPTIONAL = ("ended_on",)
MOST_PUBLISHED = 20_000  # rows of one file: they become part of one entry of the log
_LISTS = ("rights", "pledgors")
_SEPARATORS = "；;、\n"


class Reconcile(Request):
    """The authority's published data."""

    authority: Annotated[
        Line, ask("登记机关", "Authority", "与登记时填写的名称一致", "spelt as in the recorded registrations")
    ]
    file: Annotated[
        Ticket,
        ask(
            "公布的数据（Excel 或 CSV）",
            "Its published data (Excel or CSV)",
            "列：登记号、权利号、出质人、质权人、登记日、注销日；一格内有多项的用分号隔开",
            "columns: authority_number, rights, pledgors, pledgee, registered_on, ended_on; semicolons within a cell",
            widget="file",
        ),
    ]
    is_complete: Annotated[
        bool,
        ask(
            "数据为全部登记",
            "The data are complete",
            "勾选后，镜像登记中有而数据中没有的也视为不一致",
            "if ticked, mirror registrations missing from the data count as differences",
            widget="flag",
        ),
    ] = False


@dataclass(frozen=True, slots=True)
class Comparison:
    """An authority's data compared with the mirror before the write lock is taken. ours: the registrations by their
    id, each with its state as it was then.
    """

    published: Sequence[Published]
    ours: Mapping[int, tuple[str, Registration]]
    differences: tuple[RegisterDifference, ...]


def _read(call: Call, request: Reconcile) -> tuple[list[dict[str, Any]], Comparison]:
    """Read the published rows and compare them, before the write lock is taken."""
    upload = redeem(call.actor, request.file)
    clock = RecordsClock(upload.name)
    rows = read_published_rows(bytes_of(upload), upload.name, clock)
    return rows, compare(request.authority, read_all_published(rows, clock), is_complete=request.is_complete)


@operation(
    _RECONCILE,
    Text("与登记机关核对", "Reconcile with an authority"),
    request=Reconcile,
    roles=REGISTRAR,
    policy=BY_AUTHORITY,
    prepare=_read,
)
def _reconcile(work: Work, request: Reconcile) -> Decision:
    """Compare the data and notify the parties of every registration that differs."""
    published, compared = work.prepared
    return decide_reconciliation(work, request.authority, published, compared, is_complete=request.is_complete)


def compare(
    authority: str,
    published: Sequence[Published],
    *,
    is_complete: bool,
    before: Comparison | None = None,
) -> Comparison:
    """Compare an authority's data with the mirror as it is now.

    before: an earlier comparison of the same data; only registrations that have changed since are read again.
    """
    known = {} if before is None else before.ours
    mirrored = models.Registration.objects.filter(role=RegisterRole.MIRROR.value).order_by("id")
    states = dict(mirrored.values_list("id", "state"))
    if before is not None and states == {number: state for number, (state, _) in known.items()}:
        return before
    ours: dict[int, tuple[str, Registration]] = {}
    for number, state in states.items():
        kept = known.get(number)
        ours[number] = kept if kept is not None and kept[0] == state else (state, _registration(state))
    registrations = [registration for _, registration in ours.values()]
    return Comparison(published, ours, differences(authority, published, registrations, is_complete=is_complete))


def _registration(state: str) -> Registration:
    return registration_of(canonical.decode(state.encode()))


def read_all_published(
    published: Sequence[Mapping[str, Any]], seen: Callable[[int], None] = nobody_looks
) -> list[Published]:
    """Read an authority's published data. seen: called with the number of rows read so far; it may stop the reading.

    Raises InputError with everything that cannot be read in them.
    """
    problems: list[Problem] = []
    reader = Reader({"published": [dict(row) for row in published]}, source="", problems=problems)
    read = []
    for count, row in enumerate(reader.tables("published")):
        if count % ROWS_BETWEEN == 0:
            seen(count)
        read.append(read_published(row))
        demand_few_problems(problems, count + 1)
    if problems:
        raise InputError(problems)
    return read


def reconcile(
    call: Call, authority: str, published: Sequence[Mapping[str, Any]], *, is_complete: bool = False
) -> tuple[Done, tuple[RegisterDifference, ...]]:
    """Compare an authority's published data with the mirror; the event contains every difference as an alarm.

    Raises InputError with everything that cannot be read in the data.
    """
    if len(published) > MOST_PUBLISHED:
        raise _too_many(len(published))
    compared = compare(authority, read_all_published(published), is_complete=is_complete)
    request = {"authority": authority, "published": list(published), "is_complete": is_complete}
    done = run_call(
        _RECONCILE,
        call,
        request,
        lambda work: decide_reconciliation(work, authority, published, compared, is_complete=is_complete),
    )
    return done, alarms_of(done.index)


def decide_reconciliation(
    work: Work,
    authority: str,
    published: Sequence[Mapping[str, Any]],
    compared: Comparison,
    *,
    is_complete: bool,
) -> Decision:
    """Decide on the differences between an authority's published data and the mirror. compared: from ``compare``,
    before the write lock was taken; registrations that have changed since are compared again. A separate event
    notifies the parties of each registration that differs.
    """
    work.demand(_RECONCILE)
    if not authority.strip():
        reason, hint = (
            Text("未写明登记机关", "the authority is missing"),
            Text("请写明登记机关", "enter the authority"),
        )
        raise refuse("missing", "authority", authority, reason, hint)
    found = compare(authority, compared.published, is_complete=is_complete, before=compared).differences
    shown = [one.as_json() for one in found]
    content = {"authority": authority, "differences": shown, "published": plain(published)}
    public = {"authority": authority, "differences": len(found)}

    def raise_alarms(work: Work, index: int) -> None:
        for registration in sorted({one.registration for one in found if one.registration is not None}):
            own = [one.as_json() for one in found if one.registration == registration]
            content = {"authority": authority, "differences": own}
            work.fold(Decision(_RECONCILE, ALARM, registration, content, {"differences": len(own)}))

    return Decision(
        _RECONCILE, RECONCILED, None, content, public, answer={"differences": shown}, follow=raise_alarms
    )


def alarms_of(index: int) -> tuple[RegisterDifference, ...]:
    """Return the differences that a reconciliation found. index: of its event."""
    content = canonical.decode(models.Event.objects.get(index=index).content.encode())
    return tuple(
        RegisterDifference(one["code"], one["authority_number"], one["registration"], Text(**one["text"]))
        for one in content["differences"]
    )


def read_published_rows(
    data: bytes, source: str, seen: Callable[[int], None] = nobody_looks
) -> list[dict[str, Any]]:
    """Read the rows of a published list as tables. seen: as of ``read_all_published``.

    Raises InputError with every missing heading and every bad row.
    """
    rows = [row for row in read_rows(data, source) if any(str(cell or "").strip() for cell in row[1])]
    if not rows:
        raise InputError(
            [_problem("file", source, "文件为空", "the file is empty", "请更换文件", "upload another file")]
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
                    "file",
                    listed,
                    f"缺少以下列：{listed}",
                    f"columns are missing: {listed}",
                    "请补充这些列",
                    "add them",
                )
            ]
        )
    if len(rows) - 1 > MOST_PUBLISHED:
        raise _too_many(len(rows) - 1)
    tables = []
    for count, row in enumerate(rows[1:]):
        if count % ROWS_BETWEEN == 0:
            seen(count)
        tables.append(_table(row[1], at))
    return tables


def _too_many(rows: int) -> InputError:
    return InputError(
        [
            _problem(
                "file",
                f"{rows:,}",
                f"超过 {MOST_PUBLISHED:,} 行",
                f"more than {MOST_PUBLISHED:,} rows",
                "请按登记日拆分为多个文件，并不要勾选“数据为全部登记”",
                "split it by the day of registration, and do not state that the data are complete",
            )
        ]
    )


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
