"""Reading the register: search, the pre-check for banks, the daily file of changes, the daily watch."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime
from fractions import Fraction
from typing import Any, Literal

from django.db.models import Q

from zhirong.chain.pledge.precheck import (
    RightCheck,
    demand_possible_number,
    keys_of_number,
    public_key,
    readings_of_number,
)
from zhirong.chain.pledge.reconciliation import kept_authority_number
from zhirong.chain.pledge.register_json import registration_of
from zhirong.chain.pledge.registration import PUBLISHED, STATUS_WORDS, Registration, refuse
from zhirong.chain.right.kinds import KIND_TEXT
from zhirong.chain.right.records import Holder
from zhirong.evidence import canonical
from zhirong.evidence.entries import entry_of_bytes
from zhirong.kernel.days import day_of
from zhirong.kernel.errors import InputError, Problem
from zhirong.kernel.identifiers import NumberError, credit_code
from zhirong.kernel.text import Text
from zhirong.operations.actors import Actor, Capacity
from zhirong.operations.pledge.facts import check_rights, facts_now, read_facts
from zhirong.operations.register_policy import demand_read, may_read
from zhirong.operations.rulebook import rulebook
from zhirong.store import models
from zhirong.store.names import LEAST_SIMILARITY, keys_of_name, name_key, names_containing, names_like
from zhirong.store.rows import PLEDGEE, PLEDGOR, WAS_PLEDGEE, WAS_PLEDGOR

MOST = 200
_MOST_NAMES = 200
_SIDES = {"pledgor": (PLEDGOR, WAS_PLEDGOR), "pledgee": (PLEDGEE, WAS_PLEDGEE)}
_SEE_FILINGS = (Capacity.REGISTRAR, Capacity.COURT, Capacity.AUTHORITY)
How = Literal["exact", "part", "similar"]
Side = Literal["any", "pledgor", "pledgee"]


@dataclass(frozen=True, slots=True)
class Query:
    """A search; every given field narrows it.

    number: of a right, of a registration or of the authority. name: of a party, compared by ``how``, in the role
    given by ``side``. code: a party's credit code. first, last: days of registration. after: the id after which to
    continue.
    """

    number: str = ""
    name: str = ""
    how: How = "exact"
    side: Side = "any"
    code: str = ""
    first: date | None = None
    last: date | None = None
    only_standing: bool = False
    after: int = 0
    limit: int = 50


def search(actor: Actor, query: Query) -> list[dict[str, Any]]:
    """Return the matching registrations in the order of their filings, each as far as this actor may see it.

    The public sees what a register publishes: numbers, rights, parties and dates, never amounts; natural persons
    are masked, and cannot be found by name. Raises InputError for an impossible number.
    """
    demand_read(actor, "search")
    query = _askable(query)
    found = models.Registration.objects.filter(id__gt=query.after)
    if actor.capacity not in _SEE_FILINGS:
        found = found.filter(Q(status__in=PUBLISHED) | Q(id__in=_own(actor)))
    if query.number:
        found = found.filter(id__in=_with_number(query.number))
    names = _names(query)
    if query.name or query.code:
        found = found.filter(id__in=_with_party(query, actor, names[:_MOST_NAMES]))
    if query.first is not None:
        found = found.filter(entered_on__gte=query.first)
    if query.last is not None:
        found = found.filter(entered_on__lte=query.last)
    if query.only_standing:
        found = found.filter(status="entered")
    limit = min(query.limit, MOST)
    rows = found.order_by("id").values_list("state", flat=True)[:limit]
    if len(names) > _MOST_NAMES and len(rows) < limit:
        raise _too_many_names(query)
    return [view(actor, registration_of(canonical.decode(state.encode()))) for state in rows]


def _names(query: Query) -> list[str]:
    """Return the matching names of parties, and one more than the limit if there are too many."""
    if not query.name:
        return []
    if query.how == "exact":
        return keys_of_name(query.name)
    if query.how == "part":
        return [name.text for name in names_containing(query.name, _MOST_NAMES + 1)]
    return [name.text for name, _ in names_like(query.name, _MOST_NAMES + 1)]


def _too_many_names(query: Query) -> InputError:
    """Return the error for too many names: the last page of results would look complete."""
    return refuse(
        "too_many_names",
        "name",
        query.name,
        Text(
            f"有 {_MOST_NAMES} 个以上的名称符合，仅检查了前 {_MOST_NAMES} 个：未列出的不等于未登记",
            f"more than {_MOST_NAMES} names match, and only the first {_MOST_NAMES} were checked: there may be further registrations",
        ),
        Text("请填写更长的名称，或填写全称", "enter more of the name, or the full name"),
    )


def _askable(query: Query) -> Query:
    """Normalise the number and code of a query. Raises InputError for one that can never find anything, so that an
    empty result is not mistaken for an answer.
    """
    problems: list[Problem] = []
    for field, written, plain in (
        ("number", query.number, query.number.strip()),
        ("name", query.name, name_key(query.name)),
        ("code", query.code, query.code.strip()),
    ):
        if written and not plain:
            reason = Text("没有可供查询的文字", "contains nothing to search for")
            problems.append(
                Problem(
                    field,
                    written,
                    reason,
                    Text("请填写查询内容，或留空", "enter a value, or leave it empty"),
                    "blank",
                )
            )
    code = query.code.strip()
    if code:
        try:
            code = credit_code(code)
        except NumberError as error:
            problems.append(Problem("code", query.code, error.reason, error.hint, error.code))
    if query.first is not None and query.last is not None and query.last < query.first:
        reason = Text(f"早于起始日 {query.first}", f"earlier than the first day, {query.first}")
        problems.append(
            Problem(
                "last", query.last.isoformat(), reason, Text("请改正日期", "correct the dates"), "dates_reversed"
            )
        )
    if problems:
        raise InputError(problems)
    return replace(query, number=query.number.strip(), code=code)


def searched_as(number: str) -> Text:
    """Return the meaning under which a number was searched: bare digits can be the number of several kinds. Rights
    of other kinds were not searched.
    """
    read = [(KIND_TEXT[kind], kept) for kind, kept in readings_of_number(number)]
    read.append((Text("登记号", "registration"), kept_authority_number(number)))
    return Text(
        "、".join(f"{words.zh} {kept}" for words, kept in read),
        ", ".join(f"{words.en} {kept}" for words, kept in read),
    )


def view(actor: Actor, one: Registration) -> dict[str, Any]:
    """Return a registration as far as this actor may see it."""
    is_open = may_read(actor, "view", one)
    shown: dict[str, Any] = {
        "id": one.id,
        "number": one.number,
        "role": one.role.value,
        "status": one.status.value,
        "status_words": STATUS_WORDS[one.status].as_json(),
        "is_frozen": bool(one.frozen_by),
        "rights": [
            {
                "key": r.key if is_open else public_key(r.key),
                "kind": r.kind.value,
                "number": r.number,
                "title": r.title,
                "rank": r.rank,
                "released": r.released,
            }
            for r in one.rights
        ],
        "pledgors": [_shown(party, is_open) for party in one.pledgors],
        "pledgee": _shown(one.pledgee, is_open),
        "former_names": [_shown(party, is_open)["name"] for party in (*one.former_pledgors, *one.former_pledgees)],
        "entered_on": None if one.entered_on is None else one.entered_on.isoformat(),
        "ended_on": None if one.ended_on is None else one.ended_on.isoformat(),
        "authority": one.authority,
        "authority_number": one.authority_number,
    }
    if is_open:
        shown |= {
            "claim_kind": one.claim_kind,
            "claim_amount_fen": one.claim_amount,
            "debt_start": None if one.debt_start is None else one.debt_start.isoformat(),
            "debt_end": None if one.debt_end is None else one.debt_end.isoformat(),
            "filed_on": None if one.filed_on is None else one.filed_on.isoformat(),
            "review_by": None if one.review_by is None else one.review_by.isoformat(),
            "frozen_by": one.frozen_by,
            "end_reason": one.end_reason,
        }
    return shown


def similar_names(written: str, least: Fraction = LEAST_SIMILARITY, limit: int = 20) -> list[tuple[str, Fraction]]:
    """Return similar names of firms and banks in the published register, the most similar first."""
    found = names_like(written, limit, least)
    published = models.Part.objects.filter(
        party__name_key__in=[name.text for name, _ in found],
        party__is_natural_person=False,
        registration__status__in=PUBLISHED,
    )
    known = set(published.values_list("party__name_key", flat=True))
    return [(name.text, score) for name, score in found if name.text in known]


def precheck(actor: Actor, facts: Mapping[str, Any], now: datetime) -> tuple[RightCheck, ...]:
    """Check whether each right is free and may secure the claim, and if not, by which rule. Writes nothing.

    facts: tables ``filing`` and ``rights`` as ``file_pledge`` takes them. Raises InputError for data that cannot be
    read.
    """
    demand_read(actor, "precheck")
    filing, rights = read_facts(facts)
    return check_rights(filing, rights, day_of(now), rulebook())


def watch(now: datetime) -> Iterator[tuple[int, RightCheck]]:
    """Examine the rights of every active registration as of today; yield those with something to report.

    The pledge itself does not count as an obstacle.
    """
    day = day_of(now)
    for one in models.Registration.objects.filter(status="entered").order_by("id").values_list("state", flat=True):
        registration = registration_of(canonical.decode(one.encode()))
        filing, rights = facts_now(registration)
        for check in check_rights(filing, rights, day, rulebook()):
            if check.alarms():
                yield registration.id, check


def changes_of(day: date) -> list[dict[str, Any]]:
    """Return the daily file of changes: the public entries of every event of registrations and rights on that day."""
    of_their_askers = (
        Q(kind__startswith="subscription.") | Q(kind__startswith="certificate.") | Q(kind__startswith="use.")
    )
    events = models.Event.objects.filter(day=day, subject="").exclude(of_their_askers).order_by("index")
    return [entry_of_bytes(event.entry.encode()).as_json() for event in events]


def due(actor: Actor, day: date) -> list[dict[str, Any]]:
    """Return filings that the office must decide by ``day`` and has not decided, in the order of their filings."""
    demand_read(actor, "due")
    waiting = models.Registration.objects.filter(status__in=("filed", "examined")).order_by("id")
    found = [registration_of(canonical.decode(row.state.encode())) for row in waiting]
    return [view(actor, one) for one in found if one.review_by is not None and one.review_by <= day]


def _own(actor: Actor) -> Any:
    """Return the registrations in which the actor's firm or bank takes part."""
    if actor.party is None:
        return []
    named = Q(party__name=actor.party.name)
    if actor.party.code:
        # By code if both have one; a party stored without a code is matched by its name.
        named = Q(party__code=actor.party.code) | (named & Q(party__code=""))
    return models.Part.objects.filter(named, part__in=(PLEDGOR, PLEDGEE)).values("registration")


def _with_number(number: str) -> set[int]:
    keys = keys_of_number(number)
    ids = set(models.Charge.objects.filter(right__key__in=keys).values_list("registration", flat=True))
    ids |= set(
        models.Registration.objects.filter(authority_number=kept_authority_number(number)).values_list(
            "id", flat=True
        )
    )
    if number.isascii() and number.isdigit() and len(number) < 19:
        ids |= set(models.Registration.objects.filter(number=int(number)).values_list("id", flat=True))
    if not ids:
        demand_possible_number(number)
    return ids


def _with_party(query: Query, actor: Actor, names: list[str]) -> Any:
    parties = models.Party.objects.all()
    if query.code:
        parties = parties.filter(code=query.code)
    if query.name:
        parties = parties.filter(name_key__in=names)
    if actor.capacity in (Capacity.PUBLIC, Capacity.FIRM) or (
        actor.capacity is Capacity.LENDER and query.how != "exact"
    ):
        # A bank asks for the person it deals with, by the complete name; browsing persons by parts of names is not
        # possible.
        own = "" if actor.party is None else actor.party.name
        parties = parties.filter(Q(is_natural_person=False) | Q(name=own))
    taking_part = models.Part.objects.filter(party__in=parties)
    if query.side != "any":
        taking_part = taking_part.filter(part__in=_SIDES[query.side])
    return taking_part.values("registration")


def _shown(party: Holder, is_open: bool) -> dict[str, str]:
    if party.is_natural_person and not is_open:
        return {"name": party.name[:1] + "*" * max(1, len(party.name) - 1), "code": ""}
    return {"name": party.name, "code": party.code}
