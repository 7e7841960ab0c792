"""Long lists of rights, read in the background: with the reader, comparison and writing of short lists, piece by
piece.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import date
from typing import Any

from zhirong.chain.pledge.precheck import right_key
from zhirong.chain.right.table import RightsTable, read_rights_table
from zhirong.documents.file_limits import RecordsClock
from zhirong.documents.tables import read_rows
from zhirong.kernel.errors import InputError
from zhirong.kernel.rulebook import Rulebook
from zhirong.kernel.text import Text
from zhirong.operations.imports import Found, Importer, importer
from zhirong.operations.right.right_form import table_of
from zhirong.operations.right.right_lists import KIND, keep_and_notify, merged, report_row
from zhirong.operations.right.rights import FIRM, check_right
from zhirong.operations.unit_of_work import Work
from zhirong.store.financing import FirmRight
from zhirong.store.parties import Organisation
from zhirong.store.work import FileImport


def _read(row: FileImport, content: bytes, day: date, so_far: Callable[[int, int], None]) -> Found:
    rows, name = read_rows(content, row.file.name), row.file.name
    total = max(map(len, rows.sheets()))
    clock = RecordsClock(name, lambda count: so_far(count, total), is_long=True)
    table = read_rights_table(rows, name, day, row.request["columns"], clock)
    bad = [problem.within(f"[{one.row}]") for one in table.bad for problem in one.problems]
    about = {
        "format": table.format.as_json(),
        "columns": {heading: field for heading, field in table.columns.items() if field != "nothing"},
        "not_used": list(table.not_used),
        "passed_over": table.passed_over,
    }
    return Found(_records(table), len(table.rights), bad, (), about)


def _records(table: RightsTable) -> Iterator[dict[str, Any]]:
    doubts: dict[int, list[Mapping[str, str]]] = {}
    for doubt in table.doubts:
        doubts.setdefault(doubt.row, []).append(doubt.text.as_json())
    for number, right, given in zip(table.rows, table.rights, table.given, strict=True):
        yield {
            "row": number,
            "key": right_key(right),
            "said": table_of(right),
            "given": sorted(given),
            "doubts": doubts.get(number, []),
        }


def _compare(
    row: FileImport, records: Sequence[dict[str, Any]], day: date, rules: Rulebook
) -> list[dict[str, Any]]:
    kept = _kept(row.organisation, records)
    compared = []
    for record in records:
        known = kept.get(record["key"])
        doubts = [Text(one["zh"], one["en"]) for one in record["doubts"]]
        version = 0 if known is None or known.removed else known.version
        try:
            facts, changes = merged(dict(record["said"]), record["given"], known, row.organisation, day, rules)
            checked = check_right(facts, day, rules)
        except InputError as error:
            problems = [one.within(f"[{record['row']}]").as_json() for one in error.problems]
            said = {"outcome": "wrong", "title": record["said"]["title"], "changes": [], "problems": problems}
        else:
            outcome = "new" if version == 0 else "changed" if changes else "same"
            said = report_row(record["row"], outcome, checked, changes, doubts)
        compared.append({**record, **said, "version": version})
    return compared


def _keep(work: Work, row: FileImport, compared: Sequence[dict[str, Any]]) -> dict[str, Any]:
    """Store the rows of the preview; a right changed since then is left alone, unless nothing differs any more."""
    firm = row.organisation
    kept = _kept(firm, compared)
    counts = {"new": 0, "changed": 0, "same": 0, "left": 0}
    left = []
    for record in compared:
        known = kept.get(record["key"])
        facts, changes = merged(dict(record["said"]), record["given"], known, firm, work.day, work.rules)
        version = 0 if known is None or known.removed else known.version
        if version and not changes:
            counts["same"] += 1
        elif version != record["version"]:
            counts["left"] += 1
            left.append(record["row"])
        else:
            keep_and_notify(work, firm, facts, check_right(facts, work.day, work.rules), known)
            counts["changed" if version else "new"] += 1
    return {"counts": counts, "left": left}


def _kept(firm: Organisation, records: Sequence[dict[str, Any]]) -> dict[str, FirmRight]:
    keys = [one["key"] for one in records]
    return {one.key: one for one in FirmRight.objects.filter(firm=firm, key__in=keys)}


importer(Importer(KIND, Text("权利清单", "list of rights"), FIRM, "firm.rights", _read, _compare, _keep))
