"""Court orders and subscriptions, which come from outside a registration."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any, Literal

from zhirong.chain.pledge.freezes import Freeze, FreezePurpose, most_months
from zhirong.chain.pledge.grounds import plain_name
from zhirong.chain.pledge.precheck import public_key, read_key
from zhirong.chain.pledge.register import FREEZE_RIGHT, RENEW_FREEZE, UNFREEZE_RIGHT, orders_after
from zhirong.chain.pledge.register_json import party_json
from zhirong.chain.pledge.registration import RegisterTransition, refuse
from zhirong.chain.right.kinds import RightKind
from zhirong.kernel.days import add_months
from zhirong.kernel.errors import InputError
from zhirong.kernel.text import Text
from zhirong.operations.declare import Call, Done, library_operation, operation
from zhirong.operations.outbox import PARTY, RIGHT, SUBSCRIBED, UNSUBSCRIBED
from zhirong.operations.pledge import forms
from zhirong.operations.pledge.facts import standing_freezes
from zhirong.operations.register_events import pledge_kind
from zhirong.operations.register_policy import BY_COURT, BY_SUBSCRIBERS
from zhirong.operations.run import run_call
from zhirong.operations.unit_of_work import Decision, Work
from zhirong.store import models
from zhirong.store.names import name_key

Action = Literal["freeze", "unfreeze"]
RightAction = Literal["freeze", "renew", "unfreeze"]
_COURT_ORDER = "registration.court_order"
_SUBSCRIBE = library_operation("registration.subscribe", Text("订阅", "Subscribe"), BY_SUBSCRIBERS)
_EVENTS: Mapping[str, str] = {"freeze": FREEZE_RIGHT, "renew": RENEW_FREEZE, "unfreeze": UNFREEZE_RIGHT}


@operation(
    "registration.court_order",
    Text("法院文书", "Court order"),
    request=forms.CourtOrder,
    roles=forms.REGISTRAR,
    policy=BY_COURT,
    is_grave=True,
)
def _court_order(work: Work, request: forms.CourtOrder) -> Decision:
    """Record a freeze or its lifting."""
    if request.action not in dict(forms.ACTIONS) or (request.registration is None) == (not request.right):
        raise refuse(
            "one_of_both",
            "registration",
            request.registration or "",
            Text("登记和权利须填一项，且只填一项", "enter either a registration or a right"),
            Text("请填写其中一项，并选择冻结或解除", "enter one of them, and choose freeze or lift"),
        )
    if request.registration is not None:
        if request.action == "renew" or request.ends_on is not None:
            raise refuse(
                "for_a_right",
                "action",
                request.action,
                Text("登记的冻结没有期限，不能续行", "the freeze of a registration has no term to renew"),
                Text("续行和期限仅适用于权利", "Only freezes of rights can have a renewal or a last day."),
            )
        action: Action = "freeze" if request.action == "freeze" else "unfreeze"
        return decide_order_on_registration(work, request.registration, request.order, action)
    of_right: RightAction = "unfreeze"
    if request.action in ("freeze", "renew"):
        of_right = "freeze" if request.action == "freeze" else "renew"
    return decide_order_on_right(
        work,
        request.right,
        request.order,
        of_right,
        request.lifts,
        ends_on=request.ends_on,
        purpose=request.purpose,
    )


def court_order_on_registration(call: Call, registration: int, order: str, action: Action) -> Done:
    """Freeze a registration by court order, or lift the freeze. order: the number of the court's document."""
    request = {"registration": registration, "order": order, "action": action}
    return run_call(
        _COURT_ORDER, call, request, lambda work: decide_order_on_registration(work, registration, order, action)
    )


def court_order_on_right(
    call: Call,
    right: str,
    order: str,
    action: RightAction,
    lifts: str = "",
    *,
    ends_on: date | None = None,
    purpose: FreezePurpose = FreezePurpose.PRESERVATION,
) -> Done:
    """Record a court's freeze of a right, which blocks new pledges of it, its renewal or its lifting (see
    ``decide_order_on_right``).
    """
    request = {
        "right": read_key(right),
        "order": order,
        "action": action,
        "lifts": lifts,
        "ends_on": ends_on,
        "purpose": purpose.value,
    }
    return run_call(
        _COURT_ORDER,
        call,
        request,
        lambda work: decide_order_on_right(work, right, order, action, lifts, ends_on=ends_on, purpose=purpose),
    )


def decide_order_on_registration(work: Work, registration: int, order: str, action: Action) -> Decision:
    """Freeze a registration by court order, or lift the freeze. order: the number of the court's document."""
    move = RegisterTransition.FREEZE if action == "freeze" else RegisterTransition.UNFREEZE
    found = work.registration(registration, _COURT_ORDER)
    _demand_order(order)
    return Decision(_COURT_ORDER, pledge_kind(move), found.id, {"order": order})


def decide_order_on_right(
    work: Work,
    right: str,
    order: str,
    action: RightAction,
    lifts: str,
    *,
    ends_on: date | None,
    purpose: FreezePurpose,
) -> Decision:
    """Record a court's freeze of a right, its renewal or its lifting. right: its key, its number in any spelling.

    A freeze that is not renewed expires. ends_on: its last day by the order; None for the longest term that the law
    allows for this kind and purpose. Orders of further courts are queued; when the first is lifted or expires, the
    next takes effect and its term starts. lifts: the order that is lifted or renewed, if there are several; a
    renewal may have a separate number.
    """
    work.demand(_COURT_ORDER)
    _demand_order(order)
    right = read_key(right)
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
            # A renewal may last as long as a freeze.
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
    return Decision(_COURT_ORDER, _EVENTS[action], None, content, {"right": public_key(right)})


def keep_orders(right: str, standing: Sequence[Freeze]) -> None:
    """Update the row of a right with its effective order, as of the last order. standing: the effective one first."""
    row = models.Right.objects.filter(key=right).first()
    if row is None:
        # A court may freeze a right that nobody has pledged yet.
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
        Text(
            "请按文书填写冻结的最后一日，并选择正确的冻结用途", "Enter the last day in the order, and its purpose."
        ),
    )


def _no_end_yet(ends_on: date) -> InputError:
    return refuse(
        "waiting",
        "ends_on",
        ends_on.isoformat(),
        Text(
            "轮候冻结自生效之日起计算期限，目前没有最后一日",
            "the term of a queued freeze starts on the day it takes effect",
        ),
        Text("最后一日请留空", "Leave the last day empty."),
    )


def _renewed(named: str, standing: Sequence[Freeze], right: str) -> str:
    """Return the order that is renewed: only the effective one can be."""
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
            f"目前生效的是{first}，轮候的冻结不能续行", f"{first} is in effect; a queued freeze cannot be renewed"
        ),
        Text("请写明目前生效的文书", "Name the order that is in effect."),
    )


def _not_frozen(right: str) -> InputError:
    return refuse(
        "not_frozen",
        "right",
        right,
        Text("没有被冻结", "it is not frozen"),
        Text("请核对权利和文书", "check the right and the order"),
    )


def _demand_new(order: str, standing: Sequence[Freeze], right: str) -> None:
    if any(plain_name(order) == plain_name(one.order) for one in standing):
        raise refuse(
            "frozen_already",
            "order",
            order,
            Text(f"该文书已冻结 {right}", f"this order has already frozen {right}"),
            Text("请核对权利和文书", "check the right and the order"),
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
            Text("没有依据该文书的有效冻结", "no freeze by this order is in force"),
            Text(f"生效和轮候的文书：{listed}", f"in force and queued: {listed}"),
        )
    if len(orders) > 1:
        raise refuse(
            "which_order",
            "lifts",
            "",
            Text("有轮候冻结，未写明解除哪一份文书", "several orders are queued, and the one to lift is not named"),
            Text(f"请写明其中一份：{listed}", f"name one of: {listed}"),
        )
    return orders[0]


def unfiled_right(key: str) -> dict[str, str]:
    """Return the columns of a right of which only the key is known."""
    kind, _, number = key.partition(":")
    number = number.removesuffix("/fees")
    return {"kind": kind, "number": "" if number.startswith("#") else number, "title": ""}


def subscribe(call: Call, target: Literal["right", "party"], value: str) -> Done:
    """Subscribe to all events of a right (its key) or a party (its name or credit code)."""
    return _subscription(call, target, value, SUBSCRIBED)


def unsubscribe(call: Call, target: Literal["right", "party"], value: str) -> Done:
    """End a subscription."""
    return _subscription(call, target, value, UNSUBSCRIBED)


def _subscription(call: Call, target: str, value: str, kind: str) -> Done:
    request = {"kind": kind, "target": target, "value": value}
    return run_call(_SUBSCRIBE, call, request, lambda work: _decide_subscription(work, target, value, kind))


def _decide_subscription(work: Work, target: str, value: str, kind: str) -> Decision:
    work.demand(_SUBSCRIBE)
    if target not in (RIGHT, PARTY) or not value.strip():
        raise refuse(
            "target",
            "target",
            f"{target} {value}",
            Text("不能订阅该对象", "cannot be subscribed to"),
            Text(
                "请选择“权利”并填写种类和号码，或选择“当事人”并填写名称或信用代码",
                "enter right and its key, or party and a name or code",
            ),
        )
    kept = read_key(value) if target == RIGHT else value if _is_code(value) else name_key(value)
    one: dict[str, Any] = {"subscriber": work.actor.id, "target": target, "value": kept}
    if kind == SUBSCRIBED:
        models.Subscription.objects.get_or_create(**one)
    else:
        models.Subscription.objects.filter(**one).delete()
    party = work.actor.party
    return Decision(_SUBSCRIBE, kind, None, {"party": None if party is None else party_json(party), **one})


def _is_code(value: str) -> bool:
    return len(value) == 18 and value.isascii() and value.isalnum() and value.upper() == value


def _demand_order(order: str) -> None:
    if not order.strip():
        raise refuse(
            "missing",
            "order",
            "",
            Text("未写明法院文书编号", "the number of the court's document is missing"),
            Text("请写明文书编号", "enter its number"),
        )
