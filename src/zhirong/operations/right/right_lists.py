"""A firm brings a list of its rights: every change is shown as old and new, and nothing is erased.

What the list has no column for, or leaves empty, stays as it is kept: a list of four columns changes four facts at
most. What a list would overwrite is named first and overwritten only where the firm says so.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Annotated, Any

from pydantic import Field

from zhirong.chain.pledge.precheck import right_key
from zhirong.chain.right.columns import HEADINGS
from zhirong.chain.right.table import RightsTable, read_rights_table
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
# Facts of the record that a list gives under another name, or only where a cell of it is filled.
_GIVEN_BY = {"title": "title", "role": "role", "ended_date": "ended"}
_FLAG_WORDS_COLUMN = "flags"
_YES_NO = ("same_day_invention", "vine_or_tree", "co_owners_agreed_freely")


class ImportRights(Request):
    """A list of rights; a dry run reads and reports it without keeping anything."""

    file: Annotated[
        Ticket,
        ask(
            "清单（Excel 或 CSV）",
            "List (Excel or CSV)",
            "原样上传即可，或先下载模板",
            "as it was exported, or filled in by the template",
            widget="file",
        ),
    ]
    dry_run: Annotated[bool, ask("只核对，不录入", "Only check it, keep nothing", widget="flag")] = False
    overwrite: Annotated[
        bool,
        ask(
            "覆盖已有内容",
            "Overwrite existing data",
            "清单与已录入的内容不同时，以清单为准",
            "where the list and what is kept differ, the list counts",
            widget="flag",
        ),
    ] = False
    columns: Annotated[
        str, Field(max_length=20_000), ask("栏目含义", "Meaning of columns", *COLUMNS_HELP, widget="area")
    ] = ""
    keep_columns: Annotated[
        bool,
        ask("以后的清单也按此对应", "Keep these meanings for later lists", widget="flag"),
    ] = False


@dataclass(frozen=True, slots=True)
class Change:
    """One fact of a kept right that a list would change. old: None if nothing is kept."""

    field: str
    old: Any
    new: Any

    def as_json(self) -> dict[str, Any]:
        """The field by its key and its heading, the old and the new value as they are kept."""
        heading = HEADINGS[_GIVEN_BY.get(self.field, self.field)]
        return {
            "field": self.field,
            "heading": {"zh": heading[0], "en": heading[1]},
            "old": self.old,
            "new": self.new,
        }


@dataclass(frozen=True, slots=True)
class _Prepared:
    """table: None if the list is so long that the background reads it."""

    table: RightsTable | None
    corrections: Mapping[str, str]


def _read(call: Call, request: ImportRights) -> _Prepared:
    """The list, read before the only writer is held up."""
    upload = redeem(call.actor, request.file)
    corrections = corrections_for(call.actor, KIND, request.columns, HEADINGS)
    content, day = bytes_of(upload), day_of(call.now)
    if is_long(content, KIND, day):
        return _Prepared(None, corrections)
    rows = read_rows(content, upload.name)
    if is_long_table(rows, KIND, day):
        return _Prepared(None, corrections)
    return _Prepared(read_rights_table(rows, upload.name, day, corrections), corrections)


@operation(
    "right.import",
    Text("导入权利清单", "Import a list of rights"),
    request=ImportRights,
    roles=FIRM,
    for_agents=True,
    prepare=_read,
    takes_files=True,
    help=Text(
        "整张清单要么全部录入，要么一行都不录入；每一行都有结果。清单里没有的栏目和空格不改动已录入的内容；要覆盖的先列出，确认后才覆盖。行数多的清单在后台读取，读完后由您确认。",
        "All of the list is kept or none of it; every row is reported. What the list has no column for, or leaves empty, stays as "
        "it is kept; what it would overwrite is listed first and overwritten only where you say so. A long list is read in the background "
        "and waits for your yes.",
    ),
)
def import_rights(work: Work, request: ImportRights) -> Any:
    """Keep every right of a list. Nothing is kept where a row is bad; the report names each."""
    firm = Organisation.objects.get(pk=work.actor.organisation)
    table: RightsTable | None = work.prepared.table
    if table is None:
        if request.keep_columns:
            keep_corrections(work, KIND, work.prepared.corrections)
        return begin(work, KIND, request.file, "rights", {"columns": dict(work.prepared.corrections)})
    if table.bad and not request.dry_run:
        raise InputError(problem.within(f"[{bad.row}]") for bad in table.bad for problem in bad.problems)
    report: list[dict[str, Any]] = [
        {"row": bad.row, "outcome": "bad", "title": "", "problems": [one.as_json() for one in bad.problems]}
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
        outcome = "added" if row is None or row.removed else "changed" if changes else "same"
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
    counts = {name: sum(one["outcome"] == name for one in report) for name in ("added", "changed", "same", "bad")}
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
    """Keep a right of a list; lenders with an open case that names it hear of a change."""
    was_kept = row is not None and not row.removed
    kept = keep_right(work, firm, facts, checked, row)
    for case in open_cases_with(kept) if was_kept else ():
        work.notify(
            Text(
                f"{case.number}：企业改动了权利 {kept.title}",
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
    """The facts to keep, and what they change of those that are kept. A list without holders is the firm's own.

    said: the right as ``table_of`` gives it; changed here. given: the fields that a cell of the list gives. row:
    what is kept of the right; None if nothing is.
    """
    # A list seldom gives codes: the firm's own is known.
    said["holders"] = [
        {**one, "code": firm.code} if one["name"] == firm.name and "code" not in one else one
        for one in said["holders"]
    ] or [{"name": firm.name, "code": firm.code}]
    if row is None or row.removed:
        return said, []
    # As it is read: a number or a day in another spelling is no change.
    kept = {**row.facts, **table_of(check_right(row.facts, day, rules).right)}
    for name, column in _GIVEN_BY.items():
        if column not in given and (name != "ended_date" or name not in said):
            said.pop(name, None)
    if "holders" not in given:
        said.pop("holders")
    else:
        said["holders"] = _holders(kept.get("holders", []), said["holders"])
    # A cell that says no takes back a yes; an empty one does not.
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
    """The holders that a list names; what is kept of each (code, consent, natural person) stays with its name."""
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
        Text(f"已录入的是“{_shown(change.old)}”", f'what is kept is "{_shown(change.old)}"'),
        Text(
            "核对后选“覆盖已有内容”再导入，或改正清单",
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
        "conflicts": [words.as_json() for words in (*doubts, *checked.status.conflicts)],
        "problems": [],
    }
