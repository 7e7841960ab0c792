"""Import of a firm's list of rights: every change is shown with old and new value, and nothing is erased.

Facts without a column, and empty cells, leave the stored data unchanged: a list of four columns changes four facts
at most. Values that a list would overwrite are listed first and overwritten only if the firm agrees.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Annotated, Any

from pydantic import Field

from zhirong.chain.pledge.precheck import right_key
from zhirong.chain.right.columns import FIELD_TEXT, HEADINGS
from zhirong.chain.right.table import RightsTable, read_rights_table
from zhirong.documents.file_limits import RecordsClock
from zhirong.documents.tables import read_rows
from zhirong.kernel.days import day_of
from zhirong.kernel.errors import InputError, Problem
from zhirong.kernel.rulebook import Rulebook
from zhirong.kernel.text import Text
from zhirong.operations.columns import COLUMNS_HELP, corrections_for, keep_corrections
from zhirong.operations.declare import Call, operation
from zhirong.operations.fields import Request, ask
from zhirong.operations.imports import begin, is_long, is_long_table
from zhirong.operations.page_links import page_link
from zhirong.operations.right.right_form import table_of
from zhirong.operations.right.rights import FIRM, Checked, check_right, keep_right, open_cases_with
from zhirong.operations.unit_of_work import Work
from zhirong.operations.uploads import Ticket, bytes_of, redeem
from zhirong.store.financing import FirmRight
from zhirong.store.parties import Organisation

KIND = "rights"
# Facts of the record that a list gives under another name, or only if a cell of it is filled.
_GIVEN_BY = {"title": "title", "role": "role", "ended_date": "ended"}
_FLAG_WORDS_COLUMN = "flags"
_YES_NO = ("same_day_invention", "vine_or_tree", "co_owners_agreed_freely")


class ImportRights(Request):
    """A list of rights; a dry run reads and reports it without storing anything."""

    file: Annotated[
        Ticket,
        ask(
            "清单（Excel 或 CSV）",
            "List (Excel or CSV)",
            "可直接上传导出的文件，或先下载模板填写",
            "as exported, or based on the template",
            widget="file",
        ),
    ]
    dry_run: Annotated[bool, ask("仅核对，不录入", "Check only, do not import", widget="flag")] = False
    overwrite: Annotated[
        bool,
        ask(
            "覆盖已有内容",
            "Overwrite existing data",
            "清单与已录入内容不一致的，以清单为准",
            "if the list and the stored data differ, the list counts",
            widget="flag",
        ),
    ] = False
    columns: Annotated[
        str, Field(max_length=20_000), ask("栏目含义", "Column meanings", *COLUMNS_HELP, widget="area")
    ] = ""
    keep_columns: Annotated[
        bool,
        ask("以后的清单也按此对应", "Use these meanings for future lists", widget="flag"),
    ] = False


@dataclass(frozen=True, slots=True)
class Change:
    """One fact of a stored right that a list would change. old: None if nothing is stored."""

    field: str
    old: Any
    new: Any

    def as_json(self) -> dict[str, Any]:
        """Return the field by its key and its heading, and the stored old and new values."""
        heading = FIELD_TEXT[_GIVEN_BY.get(self.field, self.field)]
        return {
            "field": self.field,
            "heading": heading.as_json(),
            "old": self.old,
            "new": self.new,
        }


@dataclass(frozen=True, slots=True)
class _Prepared:
    """The result of reading. table: None if the list is so long that the background reads it."""

    table: RightsTable | None
    corrections: Mapping[str, str]


def _read(call: Call, request: ImportRights) -> _Prepared:
    """Read the list before the write lock is taken."""
    upload = redeem(call.actor, request.file)
    corrections = corrections_for(call.actor, KIND, request.columns, HEADINGS)
    content, day = bytes_of(upload), day_of(call.now)
    if is_long(content, KIND, day):
        return _Prepared(None, corrections)
    rows = read_rows(content, upload.name)
    if is_long_table(rows, KIND, day):
        return _Prepared(None, corrections)
    return _Prepared(read_rights_table(rows, upload.name, day, corrections, RecordsClock(upload.name)), corrections)


@operation(
    "right.import",
    Text("导入权利清单", "Import a list of rights"),
    request=ImportRights,
    roles=FIRM,
    for_agents=True,
    prepare=_read,
    takes_files=True,
    help=Text(
        "逐行核对并列出结果；任一行有误则全部不录入。清单中没有的栏目和空白单元格不变更已录入的内容；拟覆盖的内容先行列出，经您确认后方予覆盖。行数较多的清单在后台读取，完成后由您确认。",
        "Every row is checked and reported; if one row is wrong, nothing is imported. Missing columns and empty cells leave the stored values unchanged. Values that would be overwritten are listed first and overwritten only if you agree. Long lists are read in the background and wait for your confirmation.",
    ),
)
def import_rights(work: Work, request: ImportRights) -> Any:
    """Store every right of a list. If a row is bad, nothing is stored; the report lists each bad row."""
    firm = Organisation.objects.get(pk=work.actor.organisation)
    table: RightsTable | None = work.prepared.table
    if table is None:
        if request.keep_columns:
            keep_corrections(work, KIND, work.prepared.corrections)
        return begin(work, KIND, request.file, "rights", {"columns": dict(work.prepared.corrections)})
    if table.bad and not request.dry_run:
        raise InputError(problem.within(f"[{bad.row}]") for bad in table.bad for problem in bad.problems)
    report: list[dict[str, Any]] = [
        {"row": bad.row, "outcome": "wrong", "title": "", "problems": [one.as_json() for one in bad.problems]}
        for bad in table.bad
    ]
    known = {row.key: row for row in FirmRight.objects.filter(firm=firm)}
    doubts: dict[int, list[Text]] = {}
    for doubt in table.doubts:
        doubts.setdefault(doubt.row, []).append(doubt.text)
    overwritten: list[Problem] = []
    to_keep: list[tuple[dict[str, Any], Checked, FirmRight | None]] = []
    for number, right, given in zip(table.rows, table.rights, table.given, strict=True):
        row = known.get(right_key(right))
        facts, changes = merged(table_of(right), given, row, firm, work.day, work.rules)
        checked = check_right(facts, work.day, work.rules)
        outcome = "new" if row is None or row.removed else "changed" if changes else "same"
        overwritten += [
            _overwrites(number, change) for change in changes if change.old not in (None, "", [], False)
        ]
        if outcome != "same":
            to_keep.append((facts, checked, row))
        report.append(report_row(number, outcome, checked, changes, doubts.get(number, [])))
    if overwritten and not request.overwrite and not request.dry_run:
        raise InputError(overwritten)
    if not request.dry_run:
        for facts, checked, row in to_keep:
            keep_and_notify(work, firm, facts, checked, row)
        if request.keep_columns:
            keep_corrections(work, KIND, work.prepared.corrections)
    report.sort(key=lambda one: one["row"])
    counts = {name: sum(one["outcome"] == name for one in report) for name in ("new", "changed", "same", "wrong")}
    return {
        "dry_run": request.dry_run,
        "format": table.format.as_json(),
        "columns": {heading: field for heading, field in table.columns.items() if field != "nothing"},
        "not_used": list(table.not_used),
        "passed_over": table.passed_over,
        "overwrites": len(overwritten),
        "rows": report,
        **counts,
    }


def keep_and_notify(
    work: Work, firm: Organisation, facts: dict[str, Any], checked: Checked, row: FirmRight | None
) -> None:
    """Store a right of a list; lenders with an open case that names it are notified of a change."""
    was_kept = row is not None and not row.removed
    kept = keep_right(work, firm, facts, checked, row)
    for case in open_cases_with(kept) if was_kept else ():
        work.notify(
            Text(
                f"{case.number}：企业变更了权利 {kept.title}",
                f"{case.number}: the firm has changed {kept.title}",
            ),
            page_link("lender.case", case.pk),
            case.lender_id,
        )


def merged(
    said: dict[str, Any],
    given: Collection[str],
    row: FirmRight | None,
    firm: Organisation,
    day: date,
    rules: Rulebook,
) -> tuple[dict[str, Any], list[Change]]:
    """Return the facts to store, and how they differ from the stored ones. Without holders in the list, the firm
    itself is the holder. said: the right from ``table_of``; changed here. given: the fields with a cell in the
    list. row: the stored right; None if there is none.
    """
    # A list seldom contains codes; the firm's code is known.
    said["holders"] = [
        {**one, "code": firm.code} if one["name"] == firm.name and "code" not in one else one
        for one in said["holders"]
    ] or [{"name": firm.name, "code": firm.code}]
    if row is None or row.removed:
        return said, []
    # Values are compared after reading: a different spelling of a number or date is not a change.
    kept = {**row.facts, **table_of(check_right(row.facts, day, rules).right)}
    for name, column in _GIVEN_BY.items():
        if column not in given and (name != "ended_date" or name not in said):
            said.pop(name, None)
    if "holders" not in given:
        said.pop("holders")
    else:
        said["holders"] = _holders(kept.get("holders", []), said["holders"])
    # A cell with "no" revokes a "yes"; an empty one does not.
    said |= {name: False for name in _YES_NO if name in given and name not in said}
    if "flags" in said and _FLAG_WORDS_COLUMN not in given:
        said["flags"] = sorted({*kept.get("flags", []), *said["flags"]})
    changes = [
        Change(name, kept.get(name), value)
        for name, value in said.items()
        if kept.get(name) != value and not (value is False and not kept.get(name))
    ]
    facts = {**row.facts, **{change.field: change.new for change in changes}}
    return {name: value for name, value in facts.items() if value is not False}, changes


def _holders(kept: list[dict[str, Any]], said: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Return the holders that a list names; the stored data of each (code, consent, natural person) is kept by
    name.
    """
    known = {one["name"]: one for one in kept}
    merged = [{**known.get(one["name"], {}), **one} for one in said]
    same_names = sorted(one["name"] for one in kept) == sorted(one["name"] for one in merged)
    if same_names and sorted(map(str, merged)) == sorted(map(str, kept)):
        return kept
    return merged


def _overwrites(row: int, change: Change) -> Problem:
    heading = HEADINGS[_GIVEN_BY.get(change.field, change.field)][0]
    return Problem(
        f"[{row}].{heading}",
        _shown(change.new),
        Text(f"已录入的是“{_shown(change.old)}”", f'the stored value is "{_shown(change.old)}"'),
        Text(
            "请核对后选择“覆盖已有内容”再导入，或更正清单",
            "check it, then import with 'Overwrite existing data', or correct the list",
        ),
        "would_overwrite",
    )


def _shown(value: Any) -> str:
    if isinstance(value, list):
        return "；".join(one["name"] if isinstance(one, dict) else str(one) for one in value)
    return str(value)


def report_row(
    number: int, outcome: str, checked: Checked, changes: list[Change], doubts: list[Text]
) -> dict[str, Any]:
    columns = checked.columns
    return {
        "row": number,
        "outcome": outcome,
        "title": checked.right.title,
        "number": checked.right.number,
        "status": columns["status"],
        "ends_on": None if columns["ends_on"] is None else columns["ends_on"].isoformat(),
        "next_fee_on": None if columns["next_fee_on"] is None else columns["next_fee_on"].isoformat(),
        "changes": [
            {**one.as_json(), "old_shown": _shown(one.old or "—"), "new_shown": _shown(one.new)} for one in changes
        ],
        "conflicts": [words.as_json() for words in (*doubts, *checked.doubts)],
        "problems": [],
    }
