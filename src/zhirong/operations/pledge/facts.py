"""The facts of a filing: read once, updated with later changes, and checked against the register."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date
from typing import Any

from django.db.models import Q, QuerySet

from zhirong.chain.pledge.freezes import Freeze, standing_on
from zhirong.chain.pledge.grounds import plain_name
from zhirong.chain.pledge.packs import register_of
from zhirong.chain.pledge.precheck import (
    Alike,
    RegisterStanding,
    RightCheck,
    certificate_number,
    check_filing,
    is_certificate_number,
    right_key,
)
from zhirong.chain.pledge.reading import read_changes, read_filing
from zhirong.chain.pledge.records import ClaimKind, Filing
from zhirong.chain.pledge.register import FREEZES, orders_after
from zhirong.chain.pledge.register_json import party_json, party_of
from zhirong.chain.pledge.registration import RegisterTransition, Registration, refuse
from zhirong.chain.right.reading import read_rights
from zhirong.chain.right.records import Holder, Right
from zhirong.evidence import canonical
from zhirong.kernel.errors import InputError, Problem
from zhirong.kernel.fields import Reader
from zhirong.kernel.identifiers import NUMBER_OPTIONAL, NumberError, credit_code
from zhirong.kernel.rulebook import Rulebook
from zhirong.kernel.text import Text
from zhirong.operations.register_events import plain, pledge_kind
from zhirong.store import models
from zhirong.store.names import name_key, pairs, similarity
from zhirong.store.rows import PLEDGOR, WAS_PLEDGOR

FACTS = "facts.updated"  # no transition: the registration keeps its state
Request = Mapping[str, Any]
Keyed = tuple[tuple[str, Right], ...]


def read_facts(facts: Request) -> tuple[Filing, Keyed]:
    """Read filing and rights, each right with its key. Raises InputError with every error in them."""
    problems: list[Problem] = []
    reader = Reader(dict(facts), source="", problems=problems)
    rights = read_rights(reader)
    filing = replace(read_filing(reader.table("filing")), stage="filed")
    for name, missing in (("pledgee", filing.pledgee is None), ("claim_amount", not filing.claim_amount)):
        if missing:
            reason = Text("登记必须写明", "required for a registration")
            problems.append(Problem(f"filing.{name}", "", reason, Text("请补充填写", "add it"), "missing"))
    pledgors = tuple(
        kept_party(one, f"filing.pledgors[{at}]", problems) for at, one in enumerate(filing.pledgors, 1)
    )
    pledgee = None if filing.pledgee is None else kept_party(filing.pledgee, "filing.pledgee", problems)
    for at, right in enumerate(rights, 1):
        if is_certificate_number(right.kind, right.number):
            why = certificate_number()
            problems.append(Problem(f"rights[{at}].number", right.number, why.reason, why.hint, why.code))
    if problems:
        raise InputError(problems)
    together = frozenset(right.number for right in rights if right.number)
    keyed = tuple((right_key(right, filing.subject), right) for right in rights)
    if len({key for key, _ in keyed}) != len(keyed):
        raise refuse(
            "right_twice",
            "rights",
            "",
            Text("同一权利重复填写", "a right is listed twice"),
            Text("请只留一次", "list it once"),
        )
    return replace(filing, together=together, pledgors=pledgors, pledgee=pledgee), keyed


def kept_party(party: Holder, field: str, problems: list[Problem]) -> Holder:
    """Return a party with its normalised credit code; an invalid code is added to the problems."""
    if not party.code:
        return party
    try:
        return replace(party, code=credit_code(party.code))
    except NumberError as error:
        problems.append(Problem(f"{field}.code", party.code, error.reason, error.hint, error.code))
        return party


def kept_changes(changes: Request) -> dict[str, Any]:
    """Return the fields of an amendment or correction, every party with its normalised credit code.

    Raises InputError with every error in them.
    """
    read: dict[str, Any] = plain(read_changes(plain(changes)))
    problems: list[Problem] = []
    if "pledgee" in read:
        read["pledgee"] = party_json(kept_party(party_of(read["pledgee"]), "changes.pledgee", problems))
    if "pledgors" in read:
        read["pledgors"] = [
            party_json(kept_party(party_of(one), f"changes.pledgors[{at}]", problems))
            for at, one in enumerate(read["pledgors"], 1)
        ]
    if problems:
        raise InputError(problems)
    return read


def latest_facts(registration: int) -> dict[str, Any]:
    """Return the facts with which a registration was last filed or examined."""
    for content in (
        models.Event.objects.filter(registration=registration).order_by("-index").values_list("content", flat=True)
    ):
        found = canonical.decode(content.encode())
        if "facts" in found:
            facts: dict[str, Any] = found["facts"]
            return facts
    raise AssertionError(f"registration {registration} was opened without facts")


def facts_now(found: Registration) -> tuple[Filing, Keyed]:
    """Return the latest facts with later amendments, transfers and extensions, for the rights still pledged."""
    filing, rights = read_facts(latest_facts(found.id))
    released = {right.key for right in found.rights if right.released}
    filing = replace(
        filing,
        pledgors=found.pledgors,
        pledgee=found.pledgee,
        claim_kind=ClaimKind(found.claim_kind),
        claim_amount=found.claim_amount,
        debt_start=found.debt_start,
        debt_end=found.debt_end,
    )
    return filing, tuple(pair for pair in rights if pair[0] not in released)


def settled_grounds(registration: int) -> set[str]:
    """Return the unknown grounds that the examination has settled; none if newer facts have arrived since."""
    latest = (
        models.Event.objects.filter(
            registration=registration, kind__in=(FACTS, pledge_kind(RegisterTransition.ACCEPT))
        )
        .order_by("-index")
        .first()
    )
    if latest is None or latest.kind == FACTS:
        return set()
    return set(canonical.decode(latest.content.encode())["resolved"])


def split_by_register(request: Request) -> dict[str, dict[str, Any]]:
    """Split a request over several kinds of rights into one request for each register, in their order."""
    filing, rights = read_facts({name: request[name] for name in ("filing", "rights") if name in request})
    parts: dict[str, dict[str, Any]] = {}
    for (_, right), table in zip(rights, request["rights"], strict=True):
        register = register_of(right.kind, filing.subject)
        parts.setdefault(register, {**request, "rights": []})["rights"].append(table)
    return parts


def standings(keys: Sequence[str], day: date) -> dict[str, RegisterStanding]:
    """Return the register's information on these rights on ``day``, today or later."""
    frozen = dict(models.Right.objects.filter(key__in=keys).values_list("key", "frozen_by"))
    ranks: dict[str, list[int]] = {}
    for key, rank in models.Charge.objects.filter(right__key__in=keys, active=True).values_list(
        "right__key", "rank"
    ):
        ranks.setdefault(key, []).append(_ranked(rank))
    return {
        key: RegisterStanding(tuple(sorted(ranks.get(key, []))), *_held_by(key, day) if order else ("", ()))
        for key, order in frozen.items()
    }


def _held_by(key: str, day: date) -> tuple[str, tuple[str, ...]]:
    """Return the order that freezes a right on ``day``, and the queued ones."""
    orders = standing_orders(key, day)
    return (orders[0], orders[1:]) if orders else ("", ())


def standing_orders(key: str, day: date) -> tuple[str, ...]:
    """Return the court orders in force on a right on ``day``: the effective one, then the queued ones in the order
    of arrival.
    """
    return tuple(freeze.order for freeze in standing_freezes(key, day))


def standing_freezes(key: str, day: date) -> tuple[Freeze, ...]:
    """Return the court freezes of a right in force on ``day``, the effective one first.

    They are read from the log: courts freeze few rights, and the row of a right contains only the first freeze, as
    of the last order.
    """
    freezes: tuple[Freeze, ...] = ()
    said = f'"right":{canonical.encode(key).decode()}'
    events = models.Event.objects.filter(kind__in=FREEZES, content__contains=said)
    for kind, written in events.order_by("index").values_list("kind", "content"):
        content = canonical.decode(written.encode())
        if content["right"] == key:
            freezes = orders_after(freezes, kind, content)
    return standing_on(freezes, day)


def check_rights(
    filing: Filing, rights: Sequence[tuple[str, Right]], day: date, rules: Rulebook
) -> tuple[RightCheck, ...]:
    """Check every right against the rules and against the current register."""
    known = standings([key for key, _ in rights], day)
    for key, right in rights:
        ranks = _ranks_under_another_key(filing, key, right)
        own = known.get(key, RegisterStanding())
        if not own.frozen_by:
            order, waiting = _orders_under_another_key(filing, key, right, day)
            own = replace(own, frozen_by=order, waiting_orders=waiting)
        known[key] = replace(
            own, ranks=tuple(sorted({*own.ranks, *ranks})), alike=_alike(filing, key, right, day, rules)
        )
    return check_filing(filing, rights, known, day, rules)


def _ranked(rank: int | None) -> int:
    """Return the rank of an active pledge, which always has one."""
    if rank is None:
        raise AssertionError("an active pledge without a rank")
    return rank


def _ranks_under_another_key(filing: Filing, key: str, right: Right) -> set[int]:
    """Return the ranks of a right of a kind that may lack a number, if it is pledged under another key: with its
    number omitted earlier or now, under a former name, or under another list of holders. It is identified by title
    and holder.
    """
    if right.kind.value not in NUMBER_OPTIONAL:
        return set()
    charges = _possible(key, right).filter(_of_same_holder(filing, right))
    return {
        _ranked(rank)
        for other, title, rank in charges.values_list("right__key", "right__title", "rank")
        if plain_name(title) == plain_name(right.title) and _is_same_object(key, other)
    }


def _orders_under_another_key(filing: Filing, key: str, right: Right, day: date) -> tuple[str, tuple[str, ...]]:
    """Return the effective and the queued court orders on a right of a kind that may lack a number, if it is frozen
    under another key: filed here earlier under the same title and holder, with its number omitted earlier or now.
    """
    if right.kind.value not in NUMBER_OPTIONAL:
        return "", ()
    charges = models.Charge.objects.filter(right__kind=right.kind.value).exclude(right__key=key)
    frozen = charges.exclude(right__frozen_by="").filter(_of_same_holder(filing, right))
    if right.number:
        frozen = frozen.filter(right__number="")
    for other, title in frozen.values_list("right__key", "right__title").distinct():
        if plain_name(title) == plain_name(right.title) and _is_same_object(key, other):
            held, waiting = _held_by(other, day)
            if held:
                return held, waiting
    return "", ()


def _alike(filing: Filing, key: str, right: Right, day: date, rules: Rulebook) -> tuple[Alike, ...]:
    """Return registered pledges that may concern this right although it was not recognised: a similar title under
    the same holder, or the same title under another holder, whose name may have changed. Rights with different
    numbers are different.
    """
    if right.kind.value not in NUMBER_OPTIONAL:
        return ()
    least = rules.at("registration.same_right.title_likeness", day).number()
    own, found = pairs(plain_name(right.title)), dict[int, Alike]()
    columns = ("registration_id", "right__key", "right__title")
    theirs = _possible(key, right).filter(_of_same_holder(filing, right))
    for registration, other, title in theirs.values_list(*columns):
        is_told = plain_name(title) == plain_name(right.title)  # that one already has the rank
        if not is_told and _is_same_object(key, other) and similarity(own, pairs(plain_name(title))) >= least:
            found[registration] = Alike(registration, title, has_same_holder=True)
    told = set(theirs.values_list("registration_id", flat=True))
    for registration, other, title in _possible(key, right).filter(right__number="").values_list(*columns):
        is_new = registration not in told and _is_same_object(key, other)
        if is_new and plain_name(title) == plain_name(right.title):
            found[registration] = Alike(registration, title, has_same_holder=False)
    return tuple(found[registration] for registration in sorted(found))


def _possible(key: str, right: Right) -> "QuerySet[models.Charge]":
    """Return charges in force under other keys that could concern this right: two different numbers are two
    rights, regardless of their titles.
    """
    charges = models.Charge.objects.filter(active=True, right__kind=right.kind.value).exclude(right__key=key)
    return charges.filter(right__number="") if right.number else charges


def _of_same_holder(filing: Filing, right: Right) -> Q:
    people = (*filing.pledgors, *right.holders)
    named = Q(party__name_key__in={name_key(one.name) for one in people})
    coded = Q(party__code__in={one.code for one in people if one.code})
    parts = models.Part.objects.filter(named | coded, part__in=(PLEDGOR, WAS_PLEDGOR))
    return Q(registration__in=parts.values("registration"))


def _is_same_object(one: str, other: str) -> bool:
    """Return whether both are the same object; the fees of a right are another object than the right itself."""
    return one.endswith("/fees") == other.endswith("/fees")


def demand_same_rights(found: Registration, rights: Sequence[tuple[str, Right]]) -> None:
    """Check that newer extracts cover exactly the rights of the filing, in its order. Raises InputError otherwise."""
    if [key for key, _ in rights] != [right.key for right in found.rights]:
        raise refuse(
            "other_rights",
            "rights",
            "、".join(key for key, _ in rights),
            Text("与申请的权利不一致", "differs from the rights of the filing"),
            Text("请按申请的次序列出全部权利", "list all rights of the filing, in its order"),
        )
