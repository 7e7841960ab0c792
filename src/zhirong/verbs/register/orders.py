"""What comes from outside a registration: court orders, an authority's data, subscriptions."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any, Literal

from zhirong.chain.pledge.grounds import plain_name
from zhirong.chain.pledge.precheck import public_key, read_key
from zhirong.chain.pledge.reconcile import Difference, differences, read_published
from zhirong.chain.pledge.register import FREEZE_RIGHT, UNFREEZE_RIGHT, orders_after
from zhirong.chain.pledge.register_json import party_json, registration_of
from zhirong.chain.pledge.registration import Move, RegisterRole, refuse
from zhirong.evidence import canonical
from zhirong.kernel.errors import InputError, Problem
from zhirong.kernel.fields import Reader
from zhirong.kernel.text import Text
from zhirong.store import models
from zhirong.store.names import name_key
from zhirong.store.transaction import writing
from zhirong.verbs.outbox import PARTY, RIGHT, SUBSCRIBED, UNSUBSCRIBED
from zhirong.verbs.pattern import By, Decision, Done, Work, act, part_key, plain, pledge_kind
from zhirong.verbs.register.facts import standing_orders

RECONCILED = "reconciliation.made"
ALARM = "reconciliation.alarm"  # tells the parties of one registration what the authority's data say otherwise

Action = Literal["freeze", "unfreeze"]


def court_order_on_registration(by: By, registration: int, order: str, action: Action) -> Done:
    """A court holds a registration still, or lets it go. order: the number of its document."""
    move = Move.FREEZE if action == "freeze" else Move.UNFREEZE
    _demand_order(order)

    def decide(work: Work) -> Decision:
        return Decision(pledge_kind(move), registration, {"order": order}, {})

    return act("court_order", by, {"order": order, "action": action}, decide, registration)


def court_order_on_right(by: By, right: str, order: str, action: Action, lifts: str = "") -> Done:
    """A court freezes a right, so that no new pledge of it can be entered, or lets it go. right: its key, its number in any spelling.

    Further courts wait their turn in the order in which they came; when the first is lifted the next takes its place.
    lifts: which order is lifted, to be said where several stand.
    """
    _demand_order(order)
    right = read_key(right)
    kind = FREEZE_RIGHT if action == "freeze" else UNFREEZE_RIGHT

    def decide(work: Work) -> Decision:
        standing = standing_orders(right)
        content = {"right": right, "order": order}
        if action == "freeze":
            _demand_new(order, standing, right)
        else:
            content["lifts"] = _lifted(lifts, standing, right)
        left = orders_after(standing, kind, content)
        keep_orders(right, left)
        return Decision(kind, None, content, {"right": public_key(right)})

    request = {"right": right, "order": order, "action": action, **({"lifts": lifts} if lifts else {})}
    return act("court_order", by, request, decide)


def keep_orders(right: str, standing: Sequence[str]) -> None:
    """The row of a right shows the order that holds it. standing: those that stand, the first of them first."""
    row = models.Right.objects.filter(key=right).first()
    if row is None:
        # A court may freeze what nobody has pledged yet.
        row = models.Right(key=right, **unfiled_right(right))
    row.frozen_by = standing[0] if standing else ""
    row.save()


def _demand_new(order: str, standing: Sequence[str], right: str) -> None:
    if any(plain_name(order) == plain_name(one) for one in standing):
        raise refuse(
            "frozen_already",
            "order",
            order,
            Text(f"该文书已冻结 {right}", f"this order has frozen {right} already"),
            Text("核对权利和文书", "check the right and the order"),
        )


def _lifted(lifts: str, standing: Sequence[str], right: str) -> str:
    listed = "、".join(standing)
    if not standing:
        raise refuse(
            "not_frozen",
            "right",
            right,
            Text("没有被冻结", "it is not frozen"),
            Text("核对权利和文书", "check the right and the order"),
        )
    named = next((one for one in standing if plain_name(one) == plain_name(lifts)), "")
    if named:
        return named
    if lifts:
        raise refuse(
            "no_such_order",
            "lifts",
            lifts,
            Text("没有凭这份文书的冻结", "no freeze by this order stands"),
            Text(f"依次为：{listed}", f"in their turn: {listed}"),
        )
    if len(standing) > 1:
        raise refuse(
            "which_order",
            "lifts",
            "",
            Text("有轮候冻结，没有写明解除哪一份", "others wait in turn, and which is lifted is not said"),
            Text(f"写明其中一份：{listed}", f"name one of: {listed}"),
        )
    return standing[0]


def unfiled_right(key: str) -> dict[str, str]:
    """The columns of a right that is only known by its key."""
    kind, _, number = key.partition(":")
    number = number.removesuffix("/fees")
    return {"kind": kind, "number": "" if number.startswith("#") else number, "title": ""}


def reconcile(
    by: By, authority: str, published: Sequence[Mapping[str, Any]], *, is_complete: bool = False
) -> tuple[Done, tuple[Difference, ...]]:
    """Compare an authority's published data with the mirror; every difference is kept with the event, as an alarm.

    Raises InputError with everything that cannot be read in the data.
    """
    if not authority.strip():
        reason, mend = Text("没有写明登记机关", "the authority is not named"), Text("写明登记机关", "name it")
        raise refuse("missing", "authority", authority, reason, mend)
    problems: list[Problem] = []
    reader = Reader({"published": [dict(row) for row in published]}, source="", problems=problems)
    read = [read_published(row) for row in reader.tables("published")]
    if problems:
        raise InputError(problems)
    found: list[Difference] = []

    def decide(work: Work) -> Decision:
        states = models.Registration.objects.filter(role=RegisterRole.MIRROR.value).order_by("id")
        ours = [registration_of(canonical.decode(row.state.encode())) for row in states]
        found.extend(differences(authority, read, ours, is_complete=is_complete))
        content = {
            "authority": authority,
            "differences": [one.as_json() for one in found],
            "published": plain(published),
        }
        return Decision(RECONCILED, None, content, {"authority": authority, "differences": len(found)})

    request = {"authority": authority, "published": list(published), "is_complete": is_complete}
    with writing():
        done = act("reconcile", by, request, decide)
        if not done.repeated:
            _raise_alarms(by, authority, found)
    return done, tuple(found) if not done.repeated else alarms_of(done.index)


def _raise_alarms(by: By, authority: str, found: Sequence[Difference]) -> None:
    """One event for each registration that differs, so that its pledgee and its subscribers hear of it."""
    for registration in sorted({one.registration for one in found if one.registration is not None}):
        own = [one.as_json() for one in found if one.registration == registration]

        def decide(work: Work, registration: int = registration, own: Any = own) -> Decision:
            content = {"authority": authority, "differences": own}
            return Decision(ALARM, registration, content, {"differences": len(own)})

        part = replace(by, key=part_key(by.key, f"alarm/{registration}"))
        act("reconcile", part, {"authority": authority, "differences": own}, decide, registration)


def alarms_of(index: int) -> tuple[Difference, ...]:
    """The differences that a reconciliation found. index: of its event."""
    content = canonical.decode(models.Event.objects.get(index=index).content.encode())
    return tuple(
        Difference(one["code"], one["authority_number"], one["registration"], Text(**one["text"]))
        for one in content["differences"]
    )


def subscribe(by: By, target: Literal["right", "party"], value: str) -> Done:
    """Hear of everything that happens to a right (its key) or a party (its name or credit code)."""
    return _subscription(by, target, value, SUBSCRIBED)


def unsubscribe(by: By, target: Literal["right", "party"], value: str) -> Done:
    """Hear no more of it."""
    return _subscription(by, target, value, UNSUBSCRIBED)


def _subscription(by: By, target: str, value: str, kind: str) -> Done:
    if target not in (RIGHT, PARTY) or not value.strip():
        raise refuse(
            "target",
            "target",
            f"{target} {value}",
            Text("订阅的对象不对", "not something to subscribe to"),
            Text(
                "写 right 和权利的键，或 party 和名称或信用代码",
                "give right and its key, or party and a name or code",
            ),
        )
    subscriber = by.actor.id
    kept = read_key(value) if target == RIGHT else value if _is_code(value) else name_key(value)

    def decide(work: Work) -> Decision:
        if kind == SUBSCRIBED:
            models.Subscription.objects.get_or_create(subscriber=subscriber, target=target, value=kept)
        else:
            models.Subscription.objects.filter(subscriber=subscriber, target=target, value=kept).delete()
        party = by.actor.party
        content = {
            "party": None if party is None else party_json(party),
            "subscriber": subscriber,
            "target": target,
            "value": kept,
        }
        return Decision(kind, None, content, {})

    return act("subscribe", by, {"kind": kind, "target": target, "value": kept}, decide)


def _is_code(value: str) -> bool:
    return len(value) == 18 and value.isascii() and value.isalnum() and value.upper() == value


def _demand_order(order: str) -> None:
    if not order.strip():
        raise refuse(
            "missing",
            "order",
            "",
            Text("没有写明法院文书的编号", "the court's document is not named"),
            Text("写明文书编号", "give its number"),
        )
