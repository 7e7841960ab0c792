"""The register, built from its events: the effect of each event, the conditions under which it is rejected, and the
resulting state.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from typing import Any

from zhirong.chain.pledge.freezes import Freeze, frozen, lifted, renewed, standing_on
from zhirong.chain.pledge.reading import read_changes
from zhirong.chain.pledge.register_json import day_of_json, party_of, right_of
from zhirong.chain.pledge.registration import (
    RegisterRole,
    RegisterTransition,
    Registration,
    Status,
    next_status,
    refuse,
)
from zhirong.chain.right.records import Holder
from zhirong.kernel.days import day_of
from zhirong.kernel.text import Text

PLEDGE = "pledge."  # An event of a registration is named pledge.<move>.
FREEZE_RIGHT = "right.freeze"
UNFREEZE_RIGHT = "right.unfreeze"
RENEW_FREEZE = "right.renew_freeze"
FREEZES = (FREEZE_RIGHT, UNFREEZE_RIGHT, RENEW_FREEZE)


@dataclass(frozen=True, slots=True)
class RegisterEvent:
    """One event. index: its place in the log, from 0. kind: see above; other kinds change no registration. time:
    instant in UTC to the second. registration: None if it concerns none. content: the facts, plain JSON. rules:
    version of the rulebook used for the decision.
    """

    index: int
    kind: str
    time: str
    registration: int | None
    content: Mapping[str, Any]
    rules: str = ""

    @property
    def day(self) -> date:
        """Return the day in Shanghai on which it happened."""
        return day_of(datetime.fromisoformat(self.time))

    @property
    def move(self) -> RegisterTransition | None:
        """Return the move of a registration that it represents, if any."""
        return RegisterTransition(self.kind.removeprefix(PLEDGE)) if self.kind.startswith(PLEDGE) else None


class BrokenRegisterError(ValueError):
    """Events that no valid register can contain: a fault of the store or a forgery, never user input."""


@dataclass(slots=True)
class RegisterState:
    """The state after all events. charges: by right, rank to registration. frozen: by right, the court's freezes in
    the order of arrival, as the last order about it left them: the first is effective, the others are queued.
    ``standing_on`` omits those that have ended since.
    """

    registrations: dict[int, Registration] = field(default_factory=dict)
    charges: dict[str, dict[int, int]] = field(default_factory=dict)
    frozen: dict[str, tuple[Freeze, ...]] = field(default_factory=dict)
    last_number: int = 0
    events: int = 0

    def take(self, event: RegisterEvent) -> None:
        """Apply the next event. Raises BrokenRegisterError or InputError if it cannot follow; the state is then
        unchanged.
        """
        if event.index != self.events:
            raise BrokenRegisterError(f"found event {event.index} where event {self.events} is expected")
        if event.move is not None:
            self._take_move(event)
        elif event.kind in FREEZES:
            key = event.content["right"]
            standing = orders_after(self.frozen.get(key, ()), event.kind, event.content)
            if standing:
                self.frozen[key] = standing
            else:
                self.frozen.pop(key, None)
        self.events += 1

    def _take_move(self, event: RegisterEvent) -> None:
        if event.registration is None:
            raise BrokenRegisterError(f"event {event.index} changes no registration")
        found = self.registrations.get(event.registration)
        if found is None and event.registration != len(self.registrations) + 1:
            raise BrokenRegisterError(f"filing {event.registration} must follow {len(self.registrations)}")
        after = apply_move(found, event)
        before = {} if found is None else found.charged()
        added = {key: rank for key, rank in after.charged().items() if key not in before}
        for key, rank in added.items():
            limit = event.content["limits"][key]
            taken = self.charges.get(key, {})
            if rank in taken or rank < 1 or (limit is not None and rank > limit):
                raise BrokenRegisterError(f"event {event.index} gives rank {rank} of {key}, which is not free")
            if key in self.frozen and standing_on(self.frozen[key], event.day):
                raise BrokenRegisterError(f"event {event.index} pledges {key}, which a court has frozen")
        if after.number is not None and (found is None or found.number is None):
            if after.number != self.last_number + 1:
                raise BrokenRegisterError(f"priority number {after.number} must follow {self.last_number}")
            self.last_number = after.number
        for key, rank in added.items():
            self.charges.setdefault(key, {})[rank] = after.id
        for key, rank in before.items():
            if key not in after.charged():
                del self.charges[key][rank]
        self.registrations[after.id] = after


def orders_after(standing: tuple[Freeze, ...], kind: str, content: Mapping[str, Any]) -> tuple[Freeze, ...]:
    """Return the court's freezes of a right after one more event, in their order. The next freeze
    replaces one that is lifted or has ended by the day of the event. A lift without an order number applies to the
    first.

    Raises BrokenRegisterError for an order already in the list, or one lifted or renewed that is not in it.
    """
    day = day_of_json(content.get("day"))
    if day is not None:
        standing = standing_on(standing, day)
    orders = [freeze.order for freeze in standing]
    if kind == FREEZE_RIGHT:
        if content["order"] in orders:
            raise BrokenRegisterError(f"{content['right']} is frozen twice by {content['order']}")
        return frozen(standing, content)
    if kind == RENEW_FREEZE:
        if content["renews"] not in orders[:1]:
            raise BrokenRegisterError(f"{content['right']} is not frozen by {content['renews']}")
        return renewed(standing, content)
    order = content.get("lifts") or next(iter(orders), "")
    if order not in orders:
        raise BrokenRegisterError(f"{content['right']} is not frozen by {order or 'any court'}")
    return lifted(standing, order, day)


def replay(events: Iterable[RegisterEvent]) -> RegisterState:
    """Return the state after all events. Raises as ``RegisterState.take``."""
    state = RegisterState()
    for event in events:
        state.take(event)
    return state


def free_rank(taken: Iterable[int], limit: int | None) -> int | None:
    """Return the next rank of a right behind those taken, None if its register allows no more."""
    ranks = set(taken)
    if limit is not None and len(ranks) >= limit:
        return None
    rank = max(ranks, default=0) + 1
    # Behind a discharged first rank the later ones keep theirs; the limit may leave only a gap.
    if limit is not None and rank > limit:
        return next(one for one in range(1, limit + 1) if one not in ranks)
    return rank


def apply_move(found: Registration | None, event: RegisterEvent) -> Registration:
    """Return the registration after an event. Raises InputError if the move is not allowed now or its content is
    invalid.
    """
    move = event.move
    if move is None:
        raise BrokenRegisterError(f"event {event.index} is no move of a registration")
    role = found.role if found is not None else RegisterRole(event.content["role"])
    status = next_status(role, found, move)
    if found is None:
        return _opened(event, role, status)
    return replace(_CHANGES[move](found, event.content), status=status, moves=found.moves + 1)


def _opened(event: RegisterEvent, role: RegisterRole, status: Status) -> Registration:
    content = event.content
    if event.registration is None:
        raise BrokenRegisterError(f"event {event.index} does not open a registration")
    return Registration(
        id=event.registration,
        role=role,
        subject=content["subject"],
        status=status,
        rights=tuple(right_of(right) for right in content["rights"]),
        pledgors=tuple(party_of(party) for party in content["pledgors"]),
        pledgee=party_of(content["pledgee"]),
        claim_kind=content["claim_kind"],
        claim_amount=content["claim_amount"],
        debt_start=day_of_json(content["debt_start"]),
        debt_end=day_of_json(content["debt_end"]),
        filed_on=day_of_json(content["filed_on"]),
        review_by=day_of_json(content["review_by"]),
    )


def _file(found: Registration, content: Mapping[str, Any]) -> Registration:
    return replace(found, filed_on=day_of_json(content["filed_on"]), review_by=day_of_json(content["review_by"]))


def _as_it_is(found: Registration, content: Mapping[str, Any]) -> Registration:
    return found


def _end(found: Registration, content: Mapping[str, Any]) -> Registration:
    return replace(found, ended_on=day_of_json(content["day"]), end_reason=content["reason"])


def _ranked(found: Registration, content: Mapping[str, Any]) -> Registration:
    ranks = content["ranks"]
    return replace(
        found,
        rights=tuple(replace(right, rank=ranks[right.key]) for right in found.rights),
        entered_on=day_of_json(content["day"]),
    )


def _enter(found: Registration, content: Mapping[str, Any]) -> Registration:
    return replace(_ranked(found, content), number=content["number"])


def _record_authority(found: Registration, content: Mapping[str, Any]) -> Registration:
    for name in ("authority", "authority_number", "certificate"):
        if not content[name]:
            raise refuse(
                "incomplete",
                name,
                "",
                Text("镜像登记须有登记机关的登记号和证书", "a mirror needs the authority's number and certificate"),
                Text("请补充后再记载", "provide it first"),
            )
    return replace(
        _ranked(found, content),
        authority=content["authority"],
        authority_number=content["authority_number"],
        certificate=content["certificate"],
    )


def _corrected(found: Registration, content: Mapping[str, Any]) -> Registration:
    """Replace the named fields completely, regardless of their former content."""
    changes = read_changes(content["changes"])
    fields: dict[str, Any] = {}
    for name, value in changes.items():
        if name in ("debt_start", "debt_end"):
            fields[name] = day_of_json(value)
        elif name == "pledgee":
            fields[name] = party_of(value)
        elif name == "pledgors":
            fields[name] = tuple(party_of(party) for party in value)
        else:
            fields[name] = value
    after = replace(found, **fields)
    if after.debt_start is not None and after.debt_end is not None and after.debt_end < after.debt_start:
        raise refuse(
            "dates_reversed",
            "changes.debt_end",
            after.debt_end,
            Text("债务到期日早于起始日", "the debt ends before it starts"),
            Text("请更正债务起始日（debt_start）或到期日（debt_end）", "correct debt_start or debt_end"),
        )
    return after


def _amended(found: Registration, content: Mapping[str, Any]) -> Registration:
    """Amend like a correction, but parties may only change their names, and a longer term is an extension, examined
    as one.
    """
    after = _corrected(found, content)
    was, now = (found.pledgee, *found.pledgors), (after.pledgee, *after.pledgors)
    if len(was) != len(now) or not all(_is_renamed(old, new) for old, new in zip(was, now, strict=False)):
        raise refuse(
            "other_party",
            "changes",
            "、".join(party.name for party in now),
            Text(
                "变更仅限更名：新旧名称须对应同一信用代码",
                "an amendment changes names only: old and new name must have the same credit code",
            ),
            Text(
                "更换质权人请办理债权转让；更换出质人请先注销；记载有误的由登记员更正",
                "for a new pledgee file a transfer, for a new pledgor discharge first; the registrar corrects errors",
            ),
        )
    if after.debt_end != found.debt_end and (
        found.debt_end is None or after.debt_end is None or after.debt_end > found.debt_end
    ):
        raise refuse(
            "extension",
            "changes.debt_end",
            after.debt_end or "",
            Text("延长债务期限不是变更", "a longer term is no amendment"),
            Text("请办理延期，届时重新审查期限", "file an extension, which is examined again"),
        )
    return replace(
        after,
        former_pledgors=_with_former(found.former_pledgors, found.pledgors, after.pledgors),
        former_pledgees=_with_former(found.former_pledgees, (found.pledgee,), (after.pledgee,)),
    )


def _with_former(
    former: tuple[Holder, ...], before: tuple[Holder, ...], after: tuple[Holder, ...]
) -> tuple[Holder, ...]:
    """Return the former names of the parties, each once, without those that are current again."""
    return tuple(one for one in dict.fromkeys((*former, *before)) if one not in after)


def _is_renamed(old: Holder, new: Holder) -> bool:
    return old == new or (bool(old.code) and (old.code, old.is_natural_person) == (new.code, new.is_natural_person))


def _extend(found: Registration, content: Mapping[str, Any]) -> Registration:
    until = day_of_json(content["debt_end"])
    if until is None or (found.debt_end is not None and until <= found.debt_end):
        raise refuse(
            "not_later",
            "debt_end",
            until or "",
            Text(f"不晚于现在的到期日{found.debt_end}", f"not later than the present last day, {found.debt_end}"),
            Text("请写明延长后的到期日", "enter the new last day"),
        )
    return replace(found, debt_end=until)


def _transfer(found: Registration, content: Mapping[str, Any]) -> Registration:
    to = party_of(content["pledgee"])
    if (to.name, to.code) == (found.pledgee.name, found.pledgee.code):
        raise refuse(
            "same_pledgee",
            "pledgee",
            to.name,
            Text("受让人与现质权人相同", "the transferee is the present pledgee"),
            Text("请写明受让人", "name the transferee"),
        )
    return replace(found, pledgee=to)


def _release_some(found: Registration, content: Mapping[str, Any]) -> Registration:
    keys = set(content["rights"])
    held = {right.key for right in found.rights if not right.released}
    if not keys <= held:
        raise refuse(
            "not_charged",
            "rights",
            "、".join(sorted(keys - held)),
            Text("不在该登记中，或已解除", "not in this registration, or released already"),
            Text("请核对权利号", "check the numbers of the rights"),
        )
    if keys == held:
        raise refuse(
            "all_of_them",
            "rights",
            "",
            Text("这是全部权利", "these are all of its rights"),
            Text("请办理注销", "file a discharge"),
        )
    amount = content["claim_amount"]
    if not keys and amount == found.claim_amount:
        raise refuse(
            "nothing",
            "rights",
            "",
            Text("没有解除任何权利或金额", "no right or amount is released"),
            Text("请写明解除的权利或金额", "state the rights or the amount released"),
        )
    if not isinstance(amount, int) or amount < 1:
        raise refuse(
            "not_positive",
            "claim_amount",
            amount,
            Text("剩余担保金额须为正数", "the remaining secured amount must be above zero"),
            Text("全部清偿的，请办理注销", "file a discharge if all is paid"),
        )
    if amount > found.claim_amount:
        raise refuse(
            "not_less",
            "claim_amount",
            amount,
            Text("部分注销不能增加金额", "a partial discharge cannot raise the amount"),
            Text("增加金额请办理变更", "to raise it, file an amendment"),
        )
    rights = tuple(replace(right, released=right.released or right.key in keys) for right in found.rights)
    return replace(found, rights=rights, claim_amount=amount)


def _freeze(found: Registration, content: Mapping[str, Any]) -> Registration:
    return replace(found, frozen_by=content["order"])


def _unfreeze(found: Registration, content: Mapping[str, Any]) -> Registration:
    return replace(found, frozen_by="")


_CHANGES: Mapping[RegisterTransition, Callable[[Registration, Mapping[str, Any]], Registration]] = {
    RegisterTransition.FILE: _file,
    RegisterTransition.ACCEPT: _as_it_is,
    RegisterTransition.REFUSE: _end,
    RegisterTransition.WITHDRAW: _end,
    RegisterTransition.ENTER: _enter,
    RegisterTransition.RECORD_AUTHORITY: _record_authority,
    RegisterTransition.AMEND: _amended,
    RegisterTransition.EXTEND: _extend,
    RegisterTransition.TRANSFER_CLAIM: _transfer,
    RegisterTransition.PARTIALLY_DISCHARGE: _release_some,
    RegisterTransition.DISCHARGE: _end,
    RegisterTransition.REVOKE: _end,
    RegisterTransition.CORRECT: _corrected,
    RegisterTransition.FREEZE: _freeze,
    RegisterTransition.UNFREEZE: _unfreeze,
}
