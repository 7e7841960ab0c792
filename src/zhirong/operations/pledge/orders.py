"""What comes from outside a registration: court orders, an authority's data, subscriptions."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date
from typing import Any, Literal

from zhirong.chain.pledge.freezes import Freeze, FreezePurpose, most_months
from zhirong.chain.pledge.grounds import plain_name
from zhirong.chain.pledge.precheck import public_key, read_key
from zhirong.chain.pledge.reconcile import Difference, Published, differences, read_published
from zhirong.chain.pledge.register import FREEZE_RIGHT, RENEW_FREEZE, UNFREEZE_RIGHT, orders_after
from zhirong.chain.pledge.register_json import party_json, registration_of
from zhirong.chain.pledge.registration import Move, RegisterRole, refuse
from zhirong.chain.right.kinds import RightKind
from zhirong.evidence import canonical
from zhirong.kernel.days import add_months
from zhirong.kernel.errors import InputError, Problem
from zhirong.kernel.fields import Reader
from zhirong.kernel.text import Text
from zhirong.operations.declare import Call
from zhirong.operations.outbox import PARTY, RIGHT, SUBSCRIBED, UNSUBSCRIBED
from zhirong.operations.pattern import Decision, Done, Work, act, part_key, plain, pledge_kind
from zhirong.operations.pledge.facts import standing_freezes
from zhirong.store import models
from zhirong.store.names import name_key
from zhirong.store.transaction import writing

RECONCILED = "reconciliation.made"
ALARM = "reconciliation.alarm"  # tells the parties of one registration what the authority's data say otherwise

Action = Literal["freeze", "unfreeze"]
RightAction = Literal["freeze", "renew", "unfreeze"]
_EVENTS: Mapping[str, str] = {"freeze": FREEZE_RIGHT, "renew": RENEW_FREEZE, "unfreeze": UNFREEZE_RIGHT}


def court_order_on_registration(by: Call, registration: int, order: str, action: Action) -> Done:
    """A court holds a registration still, or lets it go. order: the number of its document."""
    move = Move.FREEZE if action == "freeze" else Move.UNFREEZE
    _demand_order(order)

    def decide(work: Work) -> Decision:
        return Decision(pledge_kind(move), registration, {"order": order}, {})

    return act("court_order", by, {"order": order, "action": action}, decide, registration)


def court_order_on_right(
    by: Call,
    right: str,
    order: str,
    action: RightAction,
    lifts: str = "",
    *,
    ends_on: date | None = None,
    purpose: FreezePurpose = FreezePurpose.PRESERVATION,
) -> Done:
    """A court freezes a right, so that no new pledge of it can be entered, renews that, or lets it go. right: its
    key, its number in any spelling.

    A freeze that is not renewed ends by itself. ends_on: its last day by the order; None is the longest that the
    law allows for this kind and purpose. Further courts wait their turn in the order in which they came; when the
    first is lifted or ends the next takes its place, and its term starts then. lifts: which order is lifted, or
    renewed, to be said where several stand; a renewal may have its own number.
    """
    _demand_order(order)
    right = read_key(right)

    def decide(work: Work) -> Decision:
        standing = standing_freezes(right, work.day)
        content: dict[str, Any] = {"right": right, "order": order, "day": work.day.isoformat()}
        if action == "unfreeze":
            content["lifts"] = _lifted(lifts, standing, right)
        else:
            months, rule = most_months(RightKind(right.partition(":")[0]), purpose, work.day, work.rules)
            if action == "freeze":
                _demand_new(order, standing, right)
                content |= {"months": months, "purpose": purpose.value}
            else:
                content["renews"] = _renewed(lifts or order, standing, right)
                # A renewal lasts as long as the freeze itself may.
                months = max(months, standing[0].months or 0)
            if not standing or action == "renew":
                before = standing[0].ends_on if standing else None
                latest = add_months(max(before or work.day, work.day), months)
                last = latest if ends_on is None else ends_on
                _demand_possible_end(last, before or work.day, latest, rule.reference.as_text("zh"))
                content["ends_on"] = last.isoformat()
            elif ends_on is not None:
                raise _no_end_yet(ends_on)
        keep_orders(right, orders_after(standing, _EVENTS[action], content))
        return Decision(_EVENTS[action], None, content, {"right": public_key(right)})

    request = {"right": right, "order": order, "action": action, **({"lifts": lifts} if lifts else {})}
    if ends_on is not None:
        request["ends_on"] = ends_on.isoformat()
    if purpose is not FreezePurpose.PRESERVATION:
        request["purpose"] = purpose.value
    return act("court_order", by, request, decide)


def keep_orders(right: str, standing: Sequence[Freeze]) -> None:
    """The row of a right shows the order that holds it, as of the last order. standing: the first of them first."""
    row = models.Right.objects.filter(key=right).first()
    if row is None:
        # A court may freeze what nobody has pledged yet.
        row = models.Right(key=right, **unfiled_right(right))
    row.frozen_by = standing[0].order if standing else ""
    row.save()


def _demand_possible_end(last: date, after: date, latest: date, source: str) -> None:
    if after < last <= latest:
        return
    raise refuse(
        "ends_on",
        "ends_on",
        last.isoformat(),
        Text(
            f"冻结的最后一日须在{after}之后，至迟{latest}（{source}）",
            f"the freeze must end after {after}, by {latest} at the latest ({source})",
        ),
        Text("照文书填写冻结的最后一日，或选对冻结的用途", "Enter the last day of the order, and what it is for."),
    )


def _no_end_yet(ends_on: date) -> InputError:
    return refuse(
        "waiting",
        "ends_on",
        ends_on.isoformat(),
        Text(
            "轮候冻结自生效起计算期限，现在没有最后一日",
            "a waiting freeze has its term from the day it takes effect",
        ),
        Text("不填最后一日", "Leave the last day empty."),
    )


def _renewed(named: str, standing: Sequence[Freeze], right: str) -> str:
    """The order that is renewed: only the one that holds the right can be."""
    if not standing:
        raise _not_frozen(right)
    first = standing[0].order
    if plain_name(named) == plain_name(first) or len(standing) == 1:
        return first
    raise refuse(
        "not_in_effect",
        "lifts",
        named,
        Text(
            f"现在生效的是{first}，轮候的冻结不能续行", f"{first} is in effect; a waiting freeze cannot be renewed"
        ),
        Text("写明现在生效的文书", "Name the order that is in effect."),
    )


def _not_frozen(right: str) -> InputError:
    return refuse(
        "not_frozen",
        "right",
        right,
        Text("没有被冻结", "it is not frozen"),
        Text("核对权利和文书", "check the right and the order"),
    )


def _demand_new(order: str, standing: Sequence[Freeze], right: str) -> None:
    if any(plain_name(order) == plain_name(one.order) for one in standing):
        raise refuse(
            "frozen_already",
            "order",
            order,
            Text(f"该文书已冻结 {right}", f"this order has frozen {right} already"),
            Text("核对权利和文书", "check the right and the order"),
        )


def _lifted(lifts: str, standing: Sequence[Freeze], right: str) -> str:
    orders = [one.order for one in standing]
    listed = "、".join(orders)
    if not orders:
        raise _not_frozen(right)
    named = next((one for one in orders if plain_name(one) == plain_name(lifts)), "")
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
    if len(orders) > 1:
        raise refuse(
            "which_order",
            "lifts",
            "",
            Text("有轮候冻结，没有写明解除哪一份", "others wait in turn, and which is lifted is not said"),
            Text(f"写明其中一份：{listed}", f"name one of: {listed}"),
        )
    return orders[0]


def unfiled_right(key: str) -> dict[str, str]:
    """The columns of a right that is only known by its key."""
    kind, _, number = key.partition(":")
    number = number.removesuffix("/fees")
    return {"kind": kind, "number": "" if number.startswith("#") else number, "title": ""}


def read_all_published(published: Sequence[Mapping[str, Any]]) -> list[Published]:
    """An authority's published data, read. Raises InputError with everything that cannot be read in them."""
    problems: list[Problem] = []
    reader = Reader({"published": [dict(row) for row in published]}, source="", problems=problems)
    read = [read_published(row) for row in reader.tables("published")]
    if problems:
        raise InputError(problems)
    return read


def reconcile(
    by: Call,
    authority: str,
    published: Sequence[Mapping[str, Any]],
    *,
    is_complete: bool = False,
    read: Sequence[Published] | None = None,
) -> tuple[Done, tuple[Difference, ...]]:
    """Compare an authority's published data with the mirror; every difference is kept with the event, as an alarm.

    read: the data as ``read_all_published`` gives them, where they were read before the only writer is held up.
    Raises InputError with everything that cannot be read in the data.
    """
    if not authority.strip():
        reason, hint = Text("没有写明登记机关", "the authority is not named"), Text("写明登记机关", "name it")
        raise refuse("missing", "authority", authority, reason, hint)
    theirs = read_all_published(published) if read is None else read
    found: list[Difference] = []

    def decide(work: Work) -> Decision:
        states = models.Registration.objects.filter(role=RegisterRole.MIRROR.value).order_by("id")
        ours = [registration_of(canonical.decode(row.state.encode())) for row in states]
        found.extend(differences(authority, theirs, ours, is_complete=is_complete))
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


def _raise_alarms(by: Call, authority: str, found: Sequence[Difference]) -> None:
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


def subscribe(by: Call, target: Literal["right", "party"], value: str) -> Done:
    """Hear of everything that happens to a right (its key) or a party (its name or credit code)."""
    return _subscription(by, target, value, SUBSCRIBED)


def unsubscribe(by: Call, target: Literal["right", "party"], value: str) -> Done:
    """Hear no more of it."""
    return _subscription(by, target, value, UNSUBSCRIBED)


def _subscription(by: Call, target: str, value: str, kind: str) -> Done:
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
