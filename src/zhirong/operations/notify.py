"""Notifications on the platform of events in the register, for the members and the programs of the organisations
concerned.
"""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.db import transaction

from zhirong.chain.organisation.states import OrganisationState
from zhirong.chain.pledge.register import FREEZE_RIGHT, PLEDGE, RENEW_FREEZE, UNFREEZE_RIGHT
from zhirong.chain.pledge.registration import MOVE_WORDS, RegisterTransition
from zhirong.kernel.text import Text
from zhirong.operations.event_messages import message_of, note_concerns
from zhirong.operations.outbox import push
from zhirong.operations.register_events import WATCHED
from zhirong.store.names import name_key
from zhirong.store.parties import Membership, Organisation
from zhirong.store.work import Delivery, Notice, Webhook

_PARTY, _ACCOUNT = "party:", "account:"
_OTHER_WORDS: Mapping[str, Text] = {
    WATCHED: Text("一项有效登记的警示事项有变化", "the alerts of an active registration have changed"),
    FREEZE_RIGHT: Text("一项质押的权利被法院保全", "a court has frozen a pledged right"),
    RENEW_FREEZE: Text("一项权利的保全已续行", "the freeze of a right has been renewed"),
    UNFREEZE_RIGHT: Text("一项权利的保全已解除", "the freeze of a right has been lifted"),
}


def tell_of_register(now: datetime, limit: int = 200) -> int:
    """Convert the messages in the register's outbox into notifications and webhook messages; returns their number.

    All in one transaction: a message is both converted and marked, or neither.
    """
    with transaction.atomic():
        return push(lambda to, entry: _notify(to, entry, now), now, limit)


def words_of(entry: Mapping[str, Any]) -> Text:
    """Return a sentence that describes an entry of the register."""
    kind, registration = str(entry["kind"]), entry["body"].get("registration")
    if kind.startswith(PLEDGE):
        move = MOVE_WORDS[RegisterTransition(kind.removeprefix(PLEDGE))]
        return Text(f"质押登记申请 {registration}：{move.zh}", f"pledge filing {registration}: {move.en}")
    return _OTHER_WORDS.get(kind, Text(f"登记簿有新事项：{kind}", f"a new entry in the register: {kind}"))


def _notify(to: str, entry: Mapping[str, Any], now: datetime) -> None:
    words = words_of(entry).as_json()
    if to.startswith(_ACCOUNT):
        _notice([int(to.removeprefix(_ACCOUNT))], None, words, now)
        return
    for organisation in _organisations(to):
        members = Membership.objects.filter(organisation_id=organisation, active=True)
        _notice(members.values_list("account_id", flat=True), organisation, words, now)
        _messages(organisation, entry, now)


def _organisations(to: str) -> list[int]:
    """Return the organisations on the platform with an address of the register: by code, or by name if they have
    none.

    Only confirmed ones: a statement by a new user gives access to nothing.
    """
    if not to.startswith(_PARTY):
        return []
    named = to.removeprefix(_PARTY)
    confirmed = Organisation.objects.filter(status=OrganisationState.ACTIVE)
    by_code = list(confirmed.filter(code=named).values_list("pk", flat=True))
    return by_code or list(confirmed.filter(name_key=name_key(named)).values_list("pk", flat=True))


def _notice(accounts: Any, organisation: int | None, words: Mapping[str, str], now: datetime) -> None:
    Notice.objects.bulk_create(
        Notice(account_id=account, organisation_id=organisation, at=now, words=words, mail_at=now)
        for account in accounts
    )


def _messages(organisation: int, entry: Mapping[str, Any], now: datetime) -> None:
    index, kind = int(entry["index"]), str(entry["kind"])
    registration = entry["body"].get("registration")
    subject = "" if registration is None else f"registration/{registration}"
    note_concerns(index, [organisation])
    body = message_of(index=index, kind=kind, subject=subject, at=str(entry["time"]))
    hooks = Webhook.objects.filter(organisation_id=organisation, active=True)
    Delivery.objects.bulk_create(
        [
            Delivery(webhook=hook, event_id=index, body=body, next_at=now)
            for hook in hooks
            if not hook.kinds or kind in hook.kinds
        ],
        ignore_conflicts=True,
    )
