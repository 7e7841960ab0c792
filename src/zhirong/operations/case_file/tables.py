"""Conversion of a firm's stored data into a case file table and its quote, for the chain.

JSON columns keep days as ISO words and decimals as numbers; the chain reads exact decimals. ``plain`` and ``exact``
go from one to the other without loss.
"""

import hashlib
import json
from collections.abc import Mapping, Sequence
from datetime import date
from decimal import Decimal
from typing import Any

from django.db.models import Q

from zhirong.chain.appraisal.request import read_appraisal
from zhirong.chain.appraisal_practice.records import AppraisalGrade
from zhirong.chain.financing.appraisal_states import AppraisalState
from zhirong.chain.quote.document import QuoteDocument
from zhirong.chain.quote.reading import read_case
from zhirong.chain.quote.view import view
from zhirong.kernel.document import to_json
from zhirong.kernel.errors import InputError, Problem
from zhirong.kernel.fields import Reader
from zhirong.kernel.json_numbers import MONEY_NUMBER, JsonDecimal, JsonFloat, JsonNumber, unmarked
from zhirong.kernel.money import Fen, yuan
from zhirong.kernel.rulebook import Rulebook
from zhirong.store.financing import Appraisal, Case, FirmRight
from zhirong.store.parties import Organisation
from zhirong.workbench import quote_case, rules

Table = dict[str, Any]
LIMIT_INPUTS = "limit_inputs"  # the lender's additions for the credit limit, by the tables of a case file


def case_table(
    firm: Organisation,
    rights: Sequence[FirmRight],
    request: Mapping[str, Any],
    facts: Mapping[str, Any],
    credit: Mapping[str, Any],
    appraisal: Mapping[str, Any],
    day: date,
    number: str,
) -> Table:
    """Return the table of a case file (docs/en/reference/case-file.md) as of a day.

    request: ``amount`` in fen, ``term_months``, and where known ``method``, ``cycle``, ``purpose``,
    ``annual_rate``, ``start``.
    facts, credit, appraisal: the tables of those names; an empty one is omitted. The rights go by ``right_id``; an
    appraisal may name them by their numbers in the database.
    """
    table: Table = {
        "case": {
            "id": number,
            "title": {"zh": f"{firm.name}知识产权融资", "en": f"Financing of {firm.name} by its rights"},
            "as_of": day,
            "sources": ["平台上企业填写、银行核实的资料"],
        },
        "firm": {"name": firm.name, "region": firm.region, **({"code": firm.code} if firm.code else {})},
        "request": _request(request),
        "rights": [right_table(right) for right in rights],
    }
    if facts:
        table["facts"] = exact(facts)
    if credit:
        table["credit"] = exact(credit)
    if appraisal:
        table["appraisal"] = _appraisal(appraisal)
    return table


def valued_by(case: Case) -> Mapping[str, Any]:
    """Return the ``[appraisal]`` table on which a case is valued: of the latest agency report signed for this case
    and all its rights; otherwise of the appraisal submitted with the case.
    """
    signed = Appraisal.objects.filter(
        case_id=case.pk, grade=AppraisalGrade.FORMAL, state=AppraisalState.SIGNED.value, withdrawn_on=None
    ).order_by("-pk")
    for report in signed:
        if set(report.rights) == set(case.rights):
            table: Mapping[str, Any] = report.input["appraisal"]
            return table
    return case.appraisal_input


def _valuation_of(case: Case) -> Mapping[str, Any]:
    """Return the same, and whether its inputs were checked: an online appraisal has a wider interval."""
    table = valued_by(case)
    if not table or table != case.appraisal_input:
        return table
    is_formal = Appraisal.objects.filter(Q(pk=case.appraisal_id), grade=AppraisalGrade.FORMAL).exists()
    return {**table, "checked": is_formal}


def valued_hash(case: Case) -> str:
    """Return the SHA-256 of the current valuation of a case, to see whether two credit limits use the same one."""
    return hashlib.sha256(
        json.dumps(plain(valued_by(case)), sort_keys=True, ensure_ascii=False).encode()
    ).hexdigest()


def case_table_of(case: Case, day: date) -> Table:
    """Return the case file table of a case in its current state: with the team assessment, if any, and the lender's
    additions.
    """
    rights = {right.pk: right for right in FirmRight.objects.filter(pk__in=case.rights)}
    request = {
        "amount": case.amount,
        "term_months": case.term_months,
        "method": case.method,
        "cycle": case.cycle,
        "purpose": case.purpose,
        "annual_rate": case.annual_rate,
    }
    table = case_table(
        case.firm,
        [rights[pk] for pk in case.rights],
        request,
        facts=case.facts,
        credit=case.credit,
        appraisal=_valuation_of(case),
        day=day,
        number=case.number,
    )
    if case.team:
        table["team"] = exact(case.team)
    added = exact(case.beside)
    for name, part in added.pop(LIMIT_INPUTS, {}).items():
        table[name] = {**table["request"], **part} if name == "request" else part
    return {**table, **added}


def quote_of_table(
    table: Mapping[str, Any], mode_ids: Sequence[str] | None = None, rulebook: Rulebook | None = None
) -> QuoteDocument:
    """Calculate the quote of a case file table. mode_ids: None for every mode. rulebook: the platform's rules if
    omitted.

    Raises InputError with every problem in the table, and for an unknown mode.
    """
    book = rules() if rulebook is None else rulebook
    case = read_case(table, str(table["case"]["id"]), book)
    return view(quote_case(case, mode_ids, book))


def quote_json(
    table: Mapping[str, Any], mode_ids: Sequence[str] | None = None, rulebook: Rulebook | None = None
) -> dict[str, Any]:
    """Return the same as JSON (docs/schemas/quote.schema.json), as a row stores it."""
    made: dict[str, Any] = to_json(quote_of_table(table, mode_ids, rulebook))
    return made


def right_id(pk: int) -> str:
    """Return the name of a stored right within a case file."""
    return f"right-{pk}"


def right_table(right: FirmRight) -> Table:
    """Return a stored right as a ``[[rights]]`` table."""
    return {**exact(right.facts), "id": right_id(right.pk)}


def plain(value: Any) -> Any:
    """Convert a table for a JSON column: days become ISO strings, decimals become numbers."""
    if isinstance(value, Mapping):
        return {str(name): plain(inner) for name, inner in value.items()}
    if isinstance(value, list | tuple):
        return [plain(inner) for inner in value]
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, JsonNumber):
        return unmarked(value)
    return float(value) if isinstance(value, Decimal) else value


def exact(value: Any) -> Any:
    """Convert a table from a JSON column for the chain: fractional numbers become the exact decimals that were
    written. Marks of numbers from JSON remain.
    """
    if isinstance(value, Mapping):
        return {name: exact(inner) for name, inner in value.items()}
    if isinstance(value, list | tuple):
        return [exact(inner) for inner in value]
    if isinstance(value, JsonFloat):
        return JsonDecimal(repr(value))
    return Decimal(repr(value)) if isinstance(value, float) else value


def amounts_as_text(value: Any, amounts: Mapping[str, Fen], path: str = "") -> Any:
    """Return a table as it is stored: as ``plain`` does, and amounts as strings in yuan.

    amounts: in fen by the path of their field, as a ``Reader`` of the table found them. path: of ``value`` itself.
    """
    if path in amounts:
        return yuan(amounts[path])
    if isinstance(value, Mapping):
        return {
            str(name): amounts_as_text(inner, amounts, f"{path}.{name}" if path else str(name))
            for name, inner in value.items()
        }
    if isinstance(value, list | tuple):
        return [amounts_as_text(inner, amounts, f"{path}[{number}]") for number, inner in enumerate(value, 1)]
    return plain(value)


def stored_appraisal(table: Mapping[str, Any]) -> Table:
    """Return a table ``[appraisal]`` as it is stored, complete or not. Raises InputError with the amounts that came as
    JSON numbers; everything else is checked when the value is calculated.
    """
    problems: list[Problem] = []
    reader = Reader({"appraisal": exact(table)}, problems=problems)
    try:
        read_appraisal(reader.table("appraisal"), ())
    except InputError as error:
        problems += error.problems
    if numbers := [one for one in problems if one.code == MONEY_NUMBER]:
        raise InputError(numbers)
    stored: Table = amounts_as_text(table, reader.amounts, "appraisal")
    return stored


def _request(request: Mapping[str, Any]) -> Table:
    # A case file states amounts in yuan.
    table: Table = {
        "amount": Decimal(request["amount"]) / 100,
        "term_months": request["term_months"],
    }
    for name in ("method", "cycle", "purpose", "annual_rate", "start"):
        if request.get(name) not in (None, ""):
            table[name] = exact(request[name])
    return table


def _appraisal(appraisal: Mapping[str, Any]) -> Table:
    table: Table = exact(appraisal)
    if "rights" in table:
        table["rights"] = [right_id(one) if isinstance(one, int) else one for one in table["rights"]]
    return table
