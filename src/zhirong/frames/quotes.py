"""Credit limits of many companies."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from concurrent.futures import Executor
from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING, Any, overload

import numpy as np

from zhirong.columns import CheckedTable, answer_like
from zhirong.frames.arrays import Arrays
from zhirong.frames.column_lists import CASE_FIGURES, COMPANY_COLUMNS, RIGHT_COLUMNS
from zhirong.frames.places import place_in, renamed
from zhirong.kernel.errors import InputError
from zhirong.kernel.money import FEN_PER_YUAN
from zhirong.kernel.text import Text
from zhirong.workbench import choose_modes, rules
from zhirong.workbench import quote_many as limits_of_cases

if TYPE_CHECKING:
    from numpy.typing import ArrayLike
    from pandas import DataFrame

    from zhirong.chain.quote.batch import LimitRow
    from zhirong.chain.quote.records import CreditCase


@overload
def quote_many(
    companies: "DataFrame",
    modes: Sequence[str] | None = None,
    *,
    rights: "DataFrame | None" = None,
    executor: Executor | None = None,
) -> "DataFrame": ...
@overload
def quote_many(
    companies: "Mapping[str, ArrayLike]",
    modes: Sequence[str] | None = None,
    *,
    rights: "Mapping[str, ArrayLike] | None" = None,
    executor: Executor | None = None,
) -> Arrays: ...
@overload
def quote_many(
    companies: "Iterable[CreditCase]", modes: Sequence[str] | None = None, *, executor: Executor | None = None
) -> "Iterator[LimitRow]": ...
def quote_many(
    companies: Any, modes: Sequence[str] | None = None, *, rights: Any = None, executor: Executor | None = None
) -> Any:
    """The loans available to many companies: one row for each company and financing mode.

    companies: columns of ``COLUMNS["quote_many"]``, and any other field of a case file by its path, such as
    ``request.start``; or cases, which give ``LimitRow`` one by one. modes: ids, by default all. rights: a table of
    rights (``COLUMNS["quote_many rights"]``) by ``company_id``, where companies have more than one; otherwise the
    columns ``right_…`` state one each. executor: a pool of processes that shares the work. Each row equals the
    offer of ``zhirong.quote`` to the fen. ``set_by`` is the code of the cap or check that decides, ``reason_zh`` and
    ``reason_en`` the same in words, with the missing figures if the limit is zero. ``missing`` lists their codes in
    every row. Raises InputError with every problem by column and row.
    """
    if not (isinstance(companies, Mapping) or hasattr(companies, "columns")):
        return limits_of_cases(companies, modes, executor=executor)
    choose_modes(modes)  # report an unknown mode once, not for each company
    table, cases = _cases(companies, rights)
    rows = list(limits_of_cases(cases, modes, executor=executor)) if executor else _one_by_one(table, cases, modes)
    columns: dict[str, Any] = {
        "id": [row.case_id for row in rows],
        "mode_id": [row.mode_id for row in rows],
        "eligible": [str(row.eligible) for row in rows],
        "amount_yuan": np.array([row.amount for row in rows], dtype=np.int64) / FEN_PER_YUAN,
        "set_by": [row.binding for row in rows],
        "reason_zh": [row.reason.zh for row in rows],
        "reason_en": [row.reason.en for row in rows],
        "missing": [", ".join(row.missing) for row in rows],
        "rate_percent": [float(row.annual_rate * 100) for row in rows],
        "pledge_value_yuan": np.array([row.pledge for row in rows], dtype=np.int64) / FEN_PER_YUAN,
    }
    for name, parts in (("at_default", "at_default"), ("expected_loss", "expected")):
        borne = [dict(getattr(row, parts)) for row in rows]
        for role in dict.fromkeys(role for one in borne for role in one):
            fen = np.array([one.get(role, 0) for one in borne], dtype=np.int64)
            columns[f"{role}_{name}_yuan"] = fen / FEN_PER_YUAN
    return answer_like(companies, columns)


def _one_by_one(
    table: CheckedTable, cases: "Sequence[CreditCase]", modes: Sequence[str] | None
) -> "list[LimitRow]":
    """The rows of all cases. Problems that only the calculation finds also name the row."""
    rows: list[LimitRow] = []
    for number, one in enumerate(cases):
        try:
            rows += limits_of_cases([one], modes)
        except InputError as error:
            table.note(number, error.problems)
    table.raise_any()
    return rows


def _cases(companies: Any, rights: Any) -> "tuple[CheckedTable, list[CreditCase]]":
    """The table as checked, and a case for each of its rows."""
    from zhirong.chain.quote.reading import read_case

    table = CheckedTable(companies, COMPANY_COLUMNS, open_to_paths=True)
    listed, owned = _owned_rights(rights, table)
    book = rules()
    cases: list[CreditCase] = []
    for number, row in enumerate(table.rows()):
        own = owned.get(str(row.get("case", {}).get("id")), [])
        try:
            cases.append(read_case(_case_table(row, [right for _, right in own]), rules=book))
        except InputError as error:
            for problem in error.problems:
                place, field = place_in(problem.field, "rights")
                if field is not None and own and listed is not None:
                    listed.note(own[place][0], [renamed(problem, field)])
                else:
                    table.note(number, [problem])
    if listed is not None:
        table.problems.extend(listed.problems)
    _refuse_twice(table)
    table.raise_any()
    return table, cases


def _refuse_twice(table: CheckedTable) -> None:
    seen: set[str] = set()
    for number, one in enumerate(table.cells.get("id", ())):
        if one in seen:
            reason, hint = (
                Text("编号重复", "this id is there twice"),
                Text("请为每行填写不同的编号", "give each row its own"),
            )
            table.refuse("id", number, one, "id_twice", reason, hint)
        seen.add(one)


def _owned_rights(
    rights: Any, companies: CheckedTable
) -> tuple[CheckedTable | None, dict[str, list[tuple[int, dict[str, Any]]]]]:
    """The table of rights, and the rights of each company with their row in it."""
    owned: dict[str, list[tuple[int, dict[str, Any]]]] = {}
    if rights is None:
        return None, owned
    listed = CheckedTable(rights, RIGHT_COLUMNS)
    known = set(companies.cells.get("id", ()))
    for number, row in enumerate(listed.rows()):
        company = row.pop("company_id", None)
        if company is not None and company not in known:
            reason = Text("企业表中没有该编号", "no company has this id")
            hint = Text("请更正编号，或在企业表中补充", "correct it, or add the company")
            listed.refuse("company_id", number, company, "unknown_company", reason, hint)
        owned.setdefault(str(company), []).append((number, row))
    listed.raise_any()
    return listed, owned


def _case_table(row: dict[str, Any], rights: Sequence[dict[str, Any]]) -> dict[str, Any]:
    """The table of a case file from the values of a row and the defaults for missing ones."""
    case, firm = row.setdefault("case", {}), row.setdefault("firm", {})
    if "id" in case:
        firm.setdefault("name", case["id"])
        case.setdefault("title", case["id"])
    grade = row.pop("evidence_grade", "declared")
    row["rights"] = [*row.get("rights", []), *rights]
    for number, right in enumerate(row["rights"], 1):
        right.setdefault("id", right.get("number") or f"right-{number}")
        right.setdefault("title", right.get("number") or right["id"])
        right.setdefault("holders", [{"name": firm.get("name", "")}])
    for section in row.get("credit", {}).values():
        section.setdefault("source", "table")
        section.setdefault("date", case.get("as_of"))
        section.setdefault("grade", grade)
    _complete_appraisal(row, case.get("as_of"), grade)
    return row


def _complete_appraisal(row: dict[str, Any], as_of: date | None, grade: str) -> None:
    appraisal = row.get("appraisal")
    if not appraisal or not appraisal.get("method"):
        row.pop("appraisal", None)
        return
    appraisal.setdefault("purpose", "pledge")
    appraisal.setdefault("valuation_date", as_of)
    method = appraisal["method"][0]
    method.setdefault("method", "relief_from_royalty")
    method.setdefault("tax_basis", "after_tax")
    method.setdefault("tax_rate", Decimal("0.25"))
    method.setdefault("convention", "mid_year")
    for field in CASE_FIGURES.values():
        figure = method.get(field)
        if isinstance(figure, dict):
            figure.setdefault("grade", grade)
            if not figure.keys() & {"low", "high"} and "mode" in figure:
                figure["value"] = figure.pop("mode")
