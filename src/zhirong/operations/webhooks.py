"""Webhooks: an organisation's programs are notified of events that concern it. Messages are signed and retried.

A message contains the event's place in the log, its kind, its subject and its time; the content is read over the
API, with permission. Messages follow the Standard Webhooks specification (``webhook-id``, ``webhook-timestamp``,
``webhook-signature``: ``v1,`` and HMAC-SHA-256 over ``id.timestamp.body`` in base64); the earlier headers,
``Zhirong-*``, are also sent. The receiver compares the signature and rejects old timestamps.
"""

import asyncio
import base64
import hashlib
import hmac
import json
import logging
import secrets
import time
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Annotated, Any

import httpx
from django.conf import settings
from django.db.models import Min
from pydantic import Field

from zhirong.chain.organisation.roles import MemberRole
from zhirong.kernel.text import Text
from zhirong.operations.actors import Actor
from zhirong.operations.declare import OPERATIONS, operation
from zhirong.operations.event_messages import TEST_EVENT
from zhirong.operations.fields import Formed, Request, ask
from zhirong.operations.jobs import back_off
from zhirong.operations.listing import Column, Listing, listing
from zhirong.operations.outbound_calls import AT_ONCE, NotOutsideError, demand_outside, networks, post
from zhirong.operations.refusals import refuse
from zhirong.operations.unit_of_work import Work
from zhirong.store.work import Delivery, Webhook

MOST_TRIES = 12
MOST_HOOKS = 20
_FIRST_PAUSE, _LONGEST_PAUSE = timedelta(seconds=30), timedelta(hours=6)
_SENDING = timedelta(minutes=2)  # for this long, other workers skip a message that is being sent
# The numbers of messages sent at the same time to one webhook and for one organisation, so that an unresponsive receiver does not delay the others.
_OF_ONE_HOOK, _OF_ONE_ORGANISATION = 4, 8
_KEY_PREFIX = "whsec_"
_log = logging.getLogger(__name__)

HEADS = (
    MemberRole.FIRM_MANAGER,
    MemberRole.LENDER_MANAGER,
    MemberRole.GUARANTOR_APPROVER,
    MemberRole.AGENCY_REVIEWER,
    MemberRole.OPERATOR_AGENT,
    MemberRole.REGISTRAR,
    MemberRole.SYSTEM_ADMIN,
)


def _kind_choices(actor: Actor, row: Any) -> list[tuple[str, Text]]:
    return [(name, one.title) for name, one in sorted(OPERATIONS.items()) if not one.is_background]


class AddWebhook(Request):
    """The address and the kinds of events."""

    url: Annotated[
        str,
        Field(max_length=300),
        Formed(
            r"^https?://[^\s]+$",
            Text("请按 https://… 的格式填写，不含空格", "enter it like https://..., without spaces"),
        ),
        ask("接收地址", "Address", "须为 https 公网地址", "an https address on the public network"),
    ]
    kinds: Annotated[
        list[Annotated[str, Field(max_length=64)]],
        Field(max_length=100),
        ask(
            "事项",
            "Events",
            "不选即为与本机构有关的全部事项",
            "leave empty for all events that concern the organisation",
            widget="many",
            choices=_kind_choices,
        ),
    ] = []


@operation(
    "webhook.add",
    Text("添加回调", "Add a webhook"),
    request=AddWebhook,
    roles=HEADS,
    help=Text(
        "与本机构有关的事项发生后，平台向该地址发送一条带签名的消息；签名密钥只显示一次。",
        "After each event that concerns the organisation, a signed message is sent to this address. The key is shown only once.",
    ),
)
def add_webhook(work: Work, request: AddWebhook) -> Any:
    """Add a webhook. Its key is derived from the row and the platform's secret: neither the table nor the log
    contains it.
    """
    try:
        demand_outside(request.url, networks(settings.WEBHOOK_NETWORKS))
    except NotOutsideError as error:
        raise refuse(
            "bad_address",
            "url",
            request.url,
            Text("不是平台可以调用的公网 https 地址", f"not a public https address that can be called: {error}"),
            Text(
                "请填写公网地址，如 https://example.cn/hook；内网地址须由平台运营方先行准许",
                "Enter a public address such as https://example.cn/hook; the operator must allow addresses of private networks first",
            ),
        ) from error
    if Webhook.objects.filter(organisation_id=work.actor.organisation, active=True).count() >= MOST_HOOKS:
        raise refuse(
            "too_many",
            "url",
            request.url,
            Text(f"已有 {MOST_HOOKS} 个回调", f"the organisation already has {MOST_HOOKS} webhooks"),
            Text("请先停用不再使用的回调", "end one that is no longer used"),
        )
    hook = work.create(
        Webhook,
        organisation_id=work.actor.organisation,
        url=request.url,
        secret=secrets.token_hex(16),
        kinds=sorted(set(request.kinds)),
        active=True,
    )
    work.shown_once = key_of(hook)
    return {"id": hook.pk}


@operation(
    "webhook.end",
    Text("停用回调", "End the webhook"),
    model=Webhook,
    roles=HEADS,
    relation=lambda actor, row: bool(row.active),
    is_grave=True,
)
def end_webhook(work: Work, request: Any) -> Any:
    """Stop sending; pending messages are dropped."""
    work.update(work.row, active=False)
    Delivery.objects.filter(webhook=work.row, next_at__isnull=False).update(next_at=None, answer="ended")


@operation(
    TEST_EVENT,
    Text("发送测试消息", "Send a test message"),
    model=Webhook,
    roles=HEADS,
    relation=lambda actor, row: bool(row.active),
    help=Text(
        "向该回调发送一条签名的消息，事项为 webhook.test，与所选事项无关；结果见“回调消息”。",
        "Sends a signed message of the kind webhook.test to this webhook, whatever events it has chosen. See the result "
        "under webhook messages.",
    ),
)
def send_test(work: Work, request: Any) -> Any:
    """The event itself is the message: it goes to this webhook alone."""
    work.update(work.row)


def key_of(hook: Webhook) -> str:
    """Return the key that signs a webhook's messages. Its 64 hexadecimal digits are base64 too, of 48 bytes."""
    made = hmac.new(settings.SECRET_KEY.encode(), f"webhook\n{hook.secret}".encode(), hashlib.sha256)
    return _KEY_PREFIX + made.hexdigest()


def standard_signature(key: str, identity: str, timestamp: int, body: bytes) -> str:
    """The signature of a message by the Standard Webhooks specification: the secret is the part after ``whsec_``,
    in base64.
    """
    secret = base64.b64decode(key.removeprefix(_KEY_PREFIX))
    signed = hmac.new(secret, f"{identity}.{timestamp}.".encode() + body, hashlib.sha256)
    return "v1," + base64.b64encode(signed.digest()).decode()


def signature(key: str, timestamp: int, body: bytes) -> str:
    """Return the signature of a message for the earlier header, in hexadecimal: the complete text of the key is the
    secret.
    """
    return hmac.new(key.encode(), f"{timestamp}.".encode() + body, hashlib.sha256).hexdigest()


@dataclass(frozen=True, slots=True)
class _Message:
    delivery: Delivery
    url: str
    key: str
    body: bytes


def deliver_due(now: datetime, limit: int = AT_ONCE) -> int:
    """Send all due messages at once; returns how many were tried. A message that was not accepted is retried with
    growing pauses, and given up after ``MOST_TRIES``. Several workers may do this at once: a worker claims each
    message. The call takes at most ``outside.TOTAL_SECONDS``, even with slow receivers.
    """
    claimed = (_claim(one, now) for one in _due(now, limit))
    messages = [one for one in claimed if one is not None]
    for message, answer in zip(messages, asyncio.run(_send_all(messages)), strict=True):
        _note(message.delivery, answer, now)
    return len(messages)


async def _send_all(messages: Sequence["_Message"]) -> list[str]:
    return await asyncio.gather(*map(_send, messages))


def _due(now: datetime, limit: int) -> list[Delivery]:
    """Return the messages due longest, up to a limit per webhook and organisation."""
    due = Delivery.objects.filter(next_at__lte=now, webhook__active=True)
    hooks = due.values("webhook", "webhook__organisation").annotate(first=Min("next_at")).order_by("first")
    found: list[Delivery] = []
    by_organisation: Counter[int] = Counter()
    for hook in hooks.iterator():
        organisation = hook["webhook__organisation"]
        room = min(_OF_ONE_HOOK, limit - len(found), _OF_ONE_ORGANISATION - by_organisation[organisation])
        if room > 0:
            own = due.filter(webhook=hook["webhook"]).select_related("webhook").order_by("next_at", "pk")[:room]
            found += own
            by_organisation[organisation] += len(own)
        if len(found) >= limit:
            break
    return found


def _claim(delivery: Delivery, now: datetime) -> _Message | None:
    taken = Delivery.objects.filter(pk=delivery.pk, next_at=delivery.next_at, tries=delivery.tries).update(
        next_at=now + _SENDING, tries=delivery.tries + 1
    )
    if not taken:
        return None
    delivery.tries += 1
    body = json.dumps(delivery.body, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode()
    return _Message(delivery, delivery.webhook.url, key_of(delivery.webhook), body)


async def _send(message: _Message) -> str:
    """Return the result in a few words; a three-digit status code if the receiver answered."""
    timestamp = int(time.time())  # the receiver compares it with the real time, not with a clock moved for training
    identity = f"evt_{message.delivery.event_id}"  # the same for every repeat
    headers: Mapping[str, str] = {
        "Content-Type": "application/json",
        "User-Agent": "Zhirong-Webhook/1",
        "webhook-id": identity,
        "webhook-timestamp": str(timestamp),
        "webhook-signature": standard_signature(message.key, identity, timestamp, message.body),
        "Zhirong-Event": str(message.delivery.event_id),
        "Zhirong-Timestamp": str(timestamp),
        "Zhirong-Signature": "v1=" + signature(message.key, timestamp, message.body),
    }
    try:
        return str(await post(message.url, message.body, headers, networks(settings.WEBHOOK_NETWORKS)))
    except TimeoutError:
        return "no answer in time"
    except NotOutsideError as error:
        return f"refused: {error}"[:200]
    except (OSError, httpx.HTTPError) as error:
        return f"{type(error).__name__}: {error}"[:200]


def _note(delivery: Delivery, answer: str, now: datetime) -> None:
    """Store the result of an attempt for the list of deliveries."""
    taken = answer.isdigit() and 200 <= int(answer) < 300
    is_over = taken or answer == "410" or delivery.tries >= MOST_TRIES
    pause = back_off(delivery.tries, _FIRST_PAUSE, _LONGEST_PAUSE)
    if is_over and not taken:
        _log.warning("webhook message %d was given up: %s", delivery.pk, answer)
    Delivery.objects.filter(pk=delivery.pk).update(
        answer=answer, done_at=now if taken else None, next_at=None if is_over else now + pause
    )


WEBHOOKS = listing(
    Listing(
        "own.webhooks",
        Text("回调", "Webhooks"),
        Webhook,
        (
            Column("url", Text("接收地址", "Address"), lambda row: row.url, main=True),
            Column("kinds", Text("事项", "Events"), lambda row: "、".join(row.kinds) or Text("全部", "all")),
            Column(
                "state",
                Text("状态", "State"),
                lambda row: Text("使用中", "in use") if row.active else Text("已停用", "ended"),
                "state",
                main=True,
            ),
            Column("created_at", Text("添加于", "Added"), lambda row: row.created_at, "instant"),
        ),
        roles=HEADS,
        empty=Text("暂无回调；程序也可定期查询接口。", "No webhooks yet. Programs can also poll the API."),
        begin="webhook.add",
    )
)

DELIVERIES = listing(
    Listing(
        "own.deliveries",
        Text("回调消息", "Webhook messages"),
        Delivery,
        (
            Column("event", Text("日志序号", "Place in the log"), lambda row: row.event_id, "number", main=True),
            Column("kind", Text("事项", "Event"), lambda row: row.body["kind"], main=True),
            Column("url", Text("接收地址", "Address"), lambda row: row.webhook.url),
            Column("tries", Text("次数", "Tries"), lambda row: row.tries, "number"),
            Column("answer", Text("答复", "Answer"), lambda row: row.answer, main=True),
            Column("done_at", Text("送达", "Taken"), lambda row: row.done_at, "instant"),
            Column("next_at", Text("下次", "Next try"), lambda row: row.next_at, "instant"),
        ),
        roles=HEADS,
        related=("webhook",),
    )
)
