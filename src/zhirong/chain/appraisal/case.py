"""The parts of a case file that an appraisal needs: its date, its rights and the request."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from typing import Any

from zhirong.chain.appraisal.request import AppraisalRequest, read_appraisal
from zhirong.chain.right.reading import read_rights
from zhirong.chain.right.records import Right
from zhirong.kernel.errors import InputError, Problem
from zhirong.kernel.fields import Reader
from zhirong.kernel.money import Fen, MoneyError, parse_yuan
from zhirong.kernel.text import Text

# Parts of a case that other steps read; an appraisal neither needs nor checks them.
OTHER_PARTS = (
    "firm",
    "facts",
    "request",
    "filing",
    "credit",
    "team",
    "indicators",
    "title_investigation",
    "override",
)


@dataclass(frozen=True, slots=True)
class AppraisalCase:
    """The appraisal to be made. as_of: the day whose rules apply; nothing may be dated after it."""

    as_of: date
    rights: tuple[Right, ...]
    request: AppraisalRequest


def read_appraisal_case(table: Mapping[str, Any], source: str = "") -> AppraisalCase:
    """Return an appraisal's case from the table of a case file. Raises InputError with every problem in it."""
    reader = Reader(table, source=source)
    head = reader.table("case")
    as_of = head.day("as_of")
    for name in ("id", "title", "sources", "assumed"):
        head.has(name)
    head.finish()
    for name in OTHER_PARTS:
        reader.has(name)
    rights = read_rights(reader)
    ids, asked = [right.id for right in rights], _asked(table)
    request = read_appraisal(reader.table("appraisal"), ids, as_of, of=rights, asked=asked)
    reader.finish()
    return AppraisalCase(as_of, rights, request)


def _asked(table: Mapping[str, Any]) -> Fen | None:
    """Return the loan that the case applies for, if any; the quote checks whether it is written correctly."""
    request = table.get("request")
    amount = request.get("amount") if isinstance(request, Mapping) else None
    try:
        return parse_yuan(amount) if isinstance(amount, str | int | Decimal) else None
    except MoneyError:
        return None


def only_methods(request: AppraisalRequest, names: tuple[str, ...]) -> AppraisalRequest:
    """Return the request with some of its methods, named by id or by method. Raises InputError for an unknown name.

    Correlations with inputs of removed methods are removed too.
    """
    for name in names:
        if not any(name in (method.id, method.method) for method in request.methods):
            listed = ", ".join(method.id for method in request.methods)
            problem = Problem(
                "method",
                name,
                Text("本案未列该方法", "the case has no such method"),
                Text(f"可选：{listed}", f"choose from: {listed}"),
                "unknown_method",
            )
            raise InputError([problem])
    methods = tuple(method for method in request.methods if {method.id, method.method} & set(names))
    known = {f"{method.id}.{driver.name}" for method in methods for driver in method.drivers()}
    kept = tuple(pair for pair in request.correlations if {pair.one, pair.other} <= known)
    return replace(request, methods=methods, correlations=kept)
