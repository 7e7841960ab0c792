"""The register for programs: published data, the pre-check for banks, receipts and check codes."""

from typing import Any

from django.http import HttpResponse
from ninja import NinjaAPI, Path, Schema

from zhirong.api.answers import PUBLIC_REFUSALS, READ_REFUSALS, as_json, responses
from zhirong.api.problems import REFUSALS, Words
from zhirong.api.reading import body_of, number_in, query_of
from zhirong.evidence.keys import PublicKey
from zhirong.evidence.receipts import read_receipt
from zhirong.evidence.verify import verify_receipt
from zhirong.kernel.errors import InputError, Problem
from zhirong.kernel.json_numbers import marked
from zhirong.kernel.money import yuan
from zhirong.kernel.text import Text
from zhirong.operations.actors import NOBODY, Actor
from zhirong.operations.clock import now
from zhirong.operations.fields import Day, Request, read, unwritable_paths, unwritable_problem
from zhirong.operations.http_request import HttpRequest
from zhirong.operations.pledge.certificates import check_code
from zhirong.operations.pledge.search import MOST, Query, changes_of, precheck, search, searched_as
from zhirong.operations.refusals import not_found
from zhirong.operations.tokens import demand_read
from zhirong.store import models
from zhirong.store.keys import public_keys
from zhirong.store.settings import DATA


class PartyOut(Schema):
    """A pledgor or pledgee; a natural person's name is masked for others."""

    name: str


class PledgedRight(Schema):
    """A right in a registration. rank: among the pledges of the same right, null before registration."""

    key: str
    kind: str
    number: str
    title: str
    rank: int | None
    released: bool


class RegistrationOut(Schema):
    """The published part of a registration. former_names: of pledgors and pledgees whose names have changed; a
    search finds these too.
    """

    id: int
    number: int | None
    role: str
    status: str
    status_words: Words
    is_frozen: bool
    rights: list[PledgedRight]
    pledgors: list[dict[str, Any]]
    pledgee: dict[str, Any]
    former_names: list[str]
    entered_on: str | None
    ended_on: str | None
    authority: str
    authority_number: str


class Registrations(Schema):
    """Registrations in the order of their filings. after: the id to continue from, null at the end. searched_as:
    the meanings under which the number was searched, null without a number; rights of other kinds were not
    searched.
    """

    rows: list[RegistrationOut]
    after: int | None
    searched_as: Words | None


class FilingOut(RegistrationOut):
    """A registration or filing as far as the caller may see it; what only the parties and the register see is null to others."""

    claim_kind: str | None = None
    claim_amount: str | None = None
    debt_start: str | None = None
    debt_end: str | None = None
    filed_on: str | None = None
    review_by: str | None = None
    frozen_by: str | None = None
    end_reason: str | None = None


class Filings(Schema):
    """Registrations in the order of their filings. after: the id to continue from, null if there are no more."""

    rows: list[FilingOut]
    after: int | None
    searched_as: Words | None


class Entries(Schema):
    """Public entries of the log."""

    rows: list[dict[str, Any]]


class Verified(Schema):
    """The result of the check of a receipt: holds, fails or undecided, and every single check."""

    verdict: str
    leaf_index: int
    entry: dict[str, Any]
    checkpoint: dict[str, Any]
    checks: list[dict[str, Any]]


class CodeOut(Schema):
    """The meaning of a check code: its entry, and the registration then and now if it is public."""

    number: int
    code: str
    full_code: str
    entry: dict[str, Any]
    then: dict[str, Any] | None = None
    now: dict[str, Any] | None = None


class Prechecked(Schema):
    """For each right: whether it can be pledged, and if not, by which rule."""

    rows: list[dict[str, Any]]


_FILINGS = """登记机关见全部申请与登记，当事人另见本方尚未公布的申请；operations 中 registration 一类操作的 registration 即此处的 id。

The register sees every filing; a party also sees its own that are not published yet. The operations ``registration.*`` ask for
the id of these rows."""
_FILTERS = ("number", "name", "how", "side", "code", "first", "last", "after", "limit")


class SearchRequest(Request):
    """A search by days of registration."""

    first: Day | None = None
    last: Day | None = None


def add_to(api: NinjaAPI) -> None:
    """Declare the calls; all except the pre-check are public."""
    public: dict[str, Any] = {"tags": ["register"], "auth": None}
    api.get(
        "/register/registrations",
        operation_id="search_register",
        summary="查询登记 / search the register",
        response=responses(Registrations, PUBLIC_REFUSALS),
        openapi_extra={"parameters": _search_parameters()},
        **public,
    )(search_register)
    api.get(
        "/register/filings",
        operation_id="own_filings",
        summary="可办理的登记 / registrations and filings of your own",
        description=_FILINGS,
        tags=["register"],
        response=responses(Filings, READ_REFUSALS),
        openapi_extra={"parameters": _search_parameters()},
    )(own_filings)
    api.get(
        "/register/filings/{int:id}",
        operation_id="get_filing",
        summary="一项登记 / one registration",
        tags=["register"],
        response=responses(FilingOut, READ_REFUSALS),
    )(one_filing)
    api.get(
        "/register/changes",
        operation_id="changes_of_day",
        summary="某日变动 / changes of a day",
        response=responses(Entries, PUBLIC_REFUSALS),
        openapi_extra={"parameters": [_parameter("day", {"type": "string", "format": "date"}, required=True)]},
        **public,
    )(changes)
    api.get(
        "/register/codes",
        operation_id="check_code",
        summary="凭核验码查询 / look up a check code",
        response=responses(CodeOut, PUBLIC_REFUSALS),
        openapi_extra={"parameters": [_parameter("code", {"type": "string", "maxLength": 200}, required=True)]},
        **public,
    )(code)
    api.post(
        "/register/verify",
        operation_id="verify_receipt",
        summary="核验回执 / check a receipt",
        response=responses(Verified, (*PUBLIC_REFUSALS, 413)),
        openapi_extra={"requestBody": _object_body("回执文件的内容 / the content of a receipt")},
        **public,
    )(verify)
    api.post(
        "/register/precheck",
        operation_id="precheck",
        summary="出质前核对 / pre-check",
        tags=["register"],
        response=responses(Prechecked, REFUSALS),
        openapi_extra={
            "requestBody": _object_body("申请内容（filing）与权利（rights） / the tables filing and rights")
        },
    )(check_before)


def search_register(request: HttpRequest) -> HttpResponse:
    """The published data of the register, without amounts and names of natural persons."""
    return as_json(_searched(NOBODY, query_of(request, dict.fromkeys(_FILTERS))))


def own_filings(request: HttpRequest) -> HttpResponse:
    """The same search in the name of the caller."""
    actor: Actor = request.actor
    demand_read(actor)
    found = _searched(actor, query_of(request, dict.fromkeys(_FILTERS)))
    return as_json({**found, "rows": [_filing(one) for one in found["rows"]]})


def one_filing(request: HttpRequest, id: int = Path(..., ge=0)) -> HttpResponse:  # type: ignore[type-arg]  # noqa: A002
    """A registration or filing by its id."""
    actor: Actor = request.actor
    demand_read(actor)
    query_of(request, {})
    found = search(actor, Query(after=id - 1, limit=1)) if id < 2**62 else []
    if not found or found[0]["id"] != id:
        raise not_found(models.Registration, id)
    return as_json(_filing(found[0]))


def _filing(shown: dict[str, Any]) -> dict[str, Any]:
    """A registration with its amount in yuan, as everywhere in the API."""
    said = {name: value for name, value in shown.items() if name != "claim_amount_fen"}
    fen = shown.get("claim_amount_fen")
    return said | {"claim_amount": None if fen is None else yuan(fen)}


def _searched(actor: Actor, given: dict[str, str]) -> dict[str, Any]:
    days = read(SearchRequest, {name: given[name] for name in ("first", "last") if given.get(name)})
    limit = number_in(given, "limit", 1, MOST, 50)
    query = Query(
        number=given.get("number", ""),
        name=given.get("name", ""),
        how=_choice(given, "how", ("exact", "part", "similar")),
        side=_choice(given, "side", ("any", "pledgor", "pledgee")),
        code=given.get("code", ""),
        first=days.first,
        last=days.last,
        after=number_in(given, "after", 0, 2**62, 0),
        limit=limit,
    )
    found = search(actor, query)
    return {
        "rows": found,
        "after": found[-1]["id"] if len(found) == limit else None,
        "searched_as": searched_as(query.number) if query.number else None,
    }


def changes(request: HttpRequest) -> HttpResponse:
    """Return the public entries of all events of registrations and rights on a day."""
    day = read(ChangesRequest, query_of(request, {"day": ""})).day
    return as_json({"rows": changes_of(day)})


class ChangesRequest(Request):
    """The day of the changes."""

    day: Day


def code(request: HttpRequest) -> HttpResponse:
    """Return whether a certificate's code belongs to this register, and the current registration."""
    given = query_of(request, {"code": ""})
    return as_json(check_code(NOBODY, given.get("code", "")))


def verify(request: HttpRequest) -> HttpResponse:
    """Check a receipt against the register's published keys."""
    receipt = read_receipt(request.body)
    keys: tuple[PublicKey, ...] = public_keys(DATA)
    return as_json(verify_receipt(receipt, keys=keys).as_json())


def check_before(request: HttpRequest) -> HttpResponse:
    """Check whether each right is free and may secure the claim, and if not, by which rule. Writes nothing."""
    actor: Actor = request.actor
    demand_read(actor)
    sent = body_of(request)
    if wrong := [unwritable_problem(path) for path in unwritable_paths(sent)]:
        raise InputError(wrong)
    checks = precheck(actor, marked(sent), now())
    return as_json({"rows": [check.as_json() for check in checks]})


def _choice(given: dict[str, str], name: str, known: tuple[str, ...]) -> Any:
    written = given.get(name) or known[0]
    if written not in known:
        raise InputError(
            [
                Problem(
                    name,
                    written,
                    Text("不在可选范围内", "not one of the choices"),
                    Text(f"可选：{'、'.join(known)}", f"choose among: {', '.join(known)}"),
                    "not_a_choice",
                )
            ]
        )
    return written


def _search_parameters() -> list[dict[str, Any]]:
    words: dict[str, Any] = {"type": "string", "maxLength": 300}
    day: dict[str, Any] = {"type": "string", "format": "date"}
    return [
        _parameter("number", words),
        _parameter("name", words),
        _parameter("how", {"enum": ["exact", "part", "similar"]}),
        _parameter("side", {"enum": ["any", "pledgor", "pledgee"]}),
        _parameter("code", words),
        _parameter("first", day),
        _parameter("last", day),
        _parameter("after", {"type": "integer", "minimum": 0}),
        _parameter("limit", {"type": "integer", "minimum": 1, "maximum": MOST}),
    ]


def _parameter(name: str, schema: dict[str, Any], *, required: bool = False) -> dict[str, Any]:
    return {"in": "query", "name": name, "required": required, "schema": schema}


def _object_body(description: str) -> dict[str, Any]:
    return {
        "required": True,
        "description": description,
        "content": {"application/json": {"schema": {"type": "object"}}},
    }
