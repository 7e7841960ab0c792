"""An office's difference report, uploaded as a table: each row about a pledged right becomes an alarm with its tasks."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Annotated, Any

from zhirong.chain.loan.states import LoanState
from zhirong.chain.right.cells import as_day
from zhirong.chain.watch.catalogue import WatchCatalogue, catalogue_on
from zhirong.chain.watch.reading import DERIVED
from zhirong.documents.tables import read_rows
from zhirong.kernel.errors import InputError, Problem
from zhirong.kernel.identifiers import without_office
from zhirong.kernel.sheets import Cell
from zhirong.kernel.text import Text
from zhirong.operations.declare import Call, operation
from zhirong.operations.fields import Request, ask
from zhirong.operations.recovery.alarms import HANDLE, keep_fact
from zhirong.operations.refusals import refuse
from zhirong.operations.unit_of_work import Work
from zhirong.operations.uploads import Ticket, attach, bytes_of, redeem
from zhirong.store.financing import FirmRight, Loan

_HEADINGS = {
    "right": ("权利号", "专利号", "注册号", "right", "number"),
    "fact": ("事实", "变更事项", "fact", "event"),
    "day": ("日期", "发生日", "day", "date"),
    "evidence": ("依据", "公告", "evidence", "notice"),
}
_MOST_ROWS = 2_000
_MOST_EVIDENCE = 200


@dataclass(frozen=True, slots=True)
class Difference:
    """One row of a report: what happened to a right on a day. code: of the catalogue of findings."""

    right: str
    code: str
    day: date
    evidence: str


class ReportDifferences(Request):
    """The office's report."""

    file: Annotated[
        Ticket,
        ask(
            "差异报告",
            "Difference report",
            "Excel 或 CSV，列：权利号、事实、日期、依据；事实填写预警名称",
            "Excel or CSV with the columns right, fact, day, evidence; a fact is the title of an alarm",
            widget="file",
        ),
    ]


def _read(call: Call, request: ReportDifferences) -> Sequence[tuple[int, Sequence[Cell]]]:
    """Read the table before the write lock is taken."""
    upload = redeem(call.actor, request.file)
    rows = read_rows(bytes_of(upload), upload.name)
    return [row for row in rows if any(str(cell or "").strip() for cell in row[1])]


@operation(
    "alarm.import_report",
    Text("导入登记机关差异报告", "Import an office's difference report"),
    roles=HANDLE,
    request=ReportDifferences,
    prepare=_read,
    page="recovery.alarms",
    help=Text(
        "报告中涉及本行质押权利的各行登记为预警，任务由当晚巡查产生；任一行有误则全部不导入。未质押于本行的权利不登记。",
        "Each row about a right pledged to the bank is recorded as an alarm; its tasks follow tonight. If one row is wrong, nothing is imported. Rights that are not pledged to the bank are passed over.",
    ),
)
def import_report(work: Work, request: ReportDifferences) -> Any:
    """Record the rows about rights pledged for outstanding loans. If any row is wrong, raises InputError with all of them
    and stores nothing.
    """
    catalogue = catalogue_on(work.rules, work.day)
    found = read_report(work.prepared, catalogue, work.day)
    pledged = _loans_by_right(work.actor.organisation)
    recorded = not_pledged = 0
    for one in found:
        loans = pledged.get(one.right, ())
        not_pledged += not loans
        for loan, number in loans:
            keep_fact(work, loan, catalogue.findings[one.code], right=number, day=one.day, evidence=one.evidence)
            recorded += 1
    attach(
        work, request.file, f"organisation/{work.actor.organisation}", "difference_report", work.actor.organisation
    )
    return {"rows": len(found), "recorded": recorded, "not_pledged": not_pledged}


def _loans_by_right(lender: int) -> dict[str, list[tuple[Loan, str]]]:
    """Return the outstanding loans of a lender by the number of each pledged right, with the number as it is kept."""
    loans = list(Loan.objects.filter(lender=lender, state=LoanState.STANDING).select_related("case").order_by("pk"))
    ids = {right for loan in loans for right in loan.case.rights}
    numbers = dict(FirmRight.objects.filter(pk__in=ids).values_list("pk", "number"))
    found: dict[str, list[tuple[Loan, str]]] = {}
    for loan in loans:
        for right in loan.case.rights:
            if right in numbers:
                found.setdefault(_plain(numbers[right]), []).append((loan, numbers[right]))
    return found


def _plain(written: Cell) -> str:
    return without_office("".join(str(written or "").split()).upper())


def read_report(
    rows: Sequence[tuple[int, Sequence[Cell]]], catalogue: WatchCatalogue, today: date
) -> list[Difference]:
    """Return the rows of a report. Raises InputError with a missing heading, or with every row that cannot be read."""
    head = [str(cell or "").strip().lower() for cell in rows[0][1]] if rows else []
    at = {name: head.index(one) for name, words in _HEADINGS.items() for one in words if one in head}
    missing = [words[0] for name, words in _HEADINGS.items() if name not in at]
    if missing:
        listed = "、".join(missing)
        raise refuse(
            "no_such_column",
            "file",
            listed,
            Text(f"缺少以下列：{listed}", f"columns are missing: {listed}"),
            Text("请补充这些列", "add them"),
        )
    if len(rows) - 1 > _MOST_ROWS:
        raise refuse(
            "too_many_rows",
            "file",
            len(rows) - 1,
            Text(f"超过 {_MOST_ROWS:,} 行", f"there are more than {_MOST_ROWS:,} rows"),
            Text("请拆分文件", "split the file"),
        )
    codes = {word: code for code, rule in catalogue.findings.items() if code not in DERIVED for word in (code, rule.title.zh, rule.title.en)}  # fmt: skip
    found: list[Difference] = []
    problems: list[Problem] = []
    for number, cells in rows[1:]:
        given = {name: cells[place] if place < len(cells) else None for name, place in at.items()}
        one = _difference(given, codes, today)
        if isinstance(one, Difference):
            found.append(one)
        else:
            field, reason, hint = one
            value = str(given[field] or "")[:60]
            problems.append(Problem(f"rows[{number}].{field}", value, reason, hint, f"bad_{field}"))
    if problems:
        raise InputError(problems)
    return found


def _difference(given: dict[str, Cell], codes: dict[str, str], today: date) -> Difference | tuple[str, Text, Text]:
    """Return a row, or its first field that is wrong, with reason and hint."""
    right, evidence = _plain(given["right"]), str(given["evidence"] or "").strip()
    code, day = codes.get(str(given["fact"] or "").strip()), as_day(given["day"])
    if not right:
        return "right", Text("缺少权利号", "the number of the right is missing"), Text("请填写", "enter it")
    if code is None:
        listed = Text("请填写预警名称，如权利终止", "enter the title of an alarm, such as right lapsed")
        return "fact", Text("没有此类事实", "there is no such fact"), listed
    if day is None or day > today:
        return "day", Text("日期不能识别或晚于今天", "the day cannot be read or is after today"), Text("请更正", "correct it")  # fmt: skip
    if not evidence:
        return "evidence", Text("缺少依据", "the evidence is missing"), Text("请填写公告号等", "enter the notice")
    return Difference(right, code, day, evidence[:_MOST_EVIDENCE])
