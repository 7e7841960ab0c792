"""Webhooks: signed, tried again, given up, and never sent into the network that the platform stands in."""

import base64
import hashlib
import hmac
import ipaddress
import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest
from api_world import ApiWorld
from django.test import override_settings

from zhirong.chain.organisation.roles import MemberRole
from zhirong.kernel.errors import InputError
from zhirong.operations.notify import tell_of_register
from zhirong.operations.outbound_calls import NotOutsideError, checked_addresses, may_be_called, networks
from zhirong.operations.refusals import ForbiddenError, NotFoundError
from zhirong.operations.webhooks import MOST_TRIES, deliver_due, standard_signature
from zhirong.store.models import Event
from zhirong.store.work import Delivery, Notice, Webhook

LOOPBACK = "127.0.0.0/8"


class Listener:
    """A program of an institution: keeps what it was sent, answers as it is told."""

    def __init__(self) -> None:
        self.status = 204
        self.got: list[tuple[dict[str, str], bytes]] = []
        outer = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:  # noqa: N802 - the name that the server calls
                body = self.rfile.read(int(self.headers["Content-Length"]))
                outer.got.append((dict(self.headers), body))
                self.send_response(outer.status)
                if outer.status == 302:
                    self.send_header("Location", "http://127.0.0.1:1/elsewhere")
                self.end_headers()

            def log_message(self, *words: Any) -> None:
                """Say nothing."""

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_address[1]}/hook?x=1"


@contextmanager
def listening() -> Iterator[Listener]:
    one = Listener()
    thread = threading.Thread(target=one.server.serve_forever, daemon=True)
    thread.start()
    try:
        yield one
    finally:
        one.server.shutdown()
        one.server.server_close()


def _hook(world: ApiWorld, url: str, **more: Any) -> tuple[Webhook, str]:
    done = world.run_operation(world.banker, "webhook.add", url=url, **more)
    return Webhook.objects.get(pk=done.id), done.shown_once


def _accept(world: ApiWorld) -> Any:
    return world.run_operation(
        world.officer, "case.accept", world.make_case("submitted"), officer=world.officer.account.pk
    )


def test_a_message_is_signed_over_its_time_and_body(world: ApiWorld) -> None:
    with listening() as there, override_settings(WEBHOOK_NETWORKS=LOOPBACK):
        hook, key = _hook(world, there.url, kinds=["case.accept"])
        done = _accept(world)
        assert deliver_due(world.platform.now) == 1
        (headers, body), *more = there.got
        assert not more
        said = json.loads(body)
        assert said["event"] == done.index and said["kind"] == "case.accept" and said["subject"] == done.subject
        signed = f"{headers['Zhirong-Timestamp']}.".encode() + body
        wanted = hmac.new(key.encode(), signed, hashlib.sha256).hexdigest()
        assert headers["Zhirong-Signature"] == f"v1={wanted}"
        # It is done: nothing is sent twice.
        assert deliver_due(world.platform.now + timedelta(days=9)) == 0
        assert Delivery.objects.get(webhook=hook).answer == "204"
    for event in Event.objects.all():
        assert key not in event.content
    assert key not in json.dumps(list(Webhook.objects.values()), default=str)


def test_messages_follow_the_standard_webhooks_specification(world: ApiWorld) -> None:
    with listening() as there, override_settings(WEBHOOK_NETWORKS=LOOPBACK):
        _, key = _hook(world, there.url, kinds=["case.accept"])
        done = _accept(world)
        deliver_due(world.platform.now)
        ((headers, body),) = there.got
        # As any receiver of the specification checks it: the secret is the base64 after its prefix, of 24 to 64 bytes.
        prefix, _, encoded = key.partition("_")
        secret = base64.b64decode(encoded, validate=True)
        assert prefix == "whsec" and 24 <= len(secret) <= 64
        signed = f"{headers['webhook-id']}.{headers['webhook-timestamp']}.".encode() + body
        wanted = base64.b64encode(hmac.new(secret, signed, hashlib.sha256).digest()).decode()
        assert headers["webhook-signature"].split(" ") == [f"v1,{wanted}"]
        assert headers["webhook-id"] == f"evt_{done.index}"
        said = json.loads(body)
        assert said["type"] == "case.accept" and said["timestamp"] == said["at"]
        assert said["data"] == {"object": "cases", "id": done.id, "path": f"/api/v1/cases/{done.id}"}
        token = world.token(world.officer)
        assert (
            json.loads(world.call("GET", said["data"]["path"].removeprefix("/api/v1"), token).content)["id"]
            == done.id
        )


def test_the_example_of_the_specification_is_signed_as_it_says() -> None:
    body = b'{"test": 2432232314}'
    signed = standard_signature(
        "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw", "msg_p5jXN8AQM9LWM0D4loKWxJek", 1614265330, body
    )
    assert signed == "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="


def test_a_test_message_goes_to_the_webhook_that_is_tested(world: ApiWorld) -> None:
    with listening() as there, override_settings(WEBHOOK_NETWORKS=LOOPBACK):
        hook, _ = _hook(world, there.url, kinds=["case.accept"])
        other, _ = _hook(world, there.url)
        Delivery.objects.all().delete()
        world.run_operation(world.banker, "webhook.test", hook)
        assert deliver_due(world.platform.now) == 1
        ((_, body),) = there.got
        said = json.loads(body)
        assert said["type"] == "webhook.test" and said["data"]["path"] == f"/api/v1/webhooks/{hook.pk}"
        assert Delivery.objects.get().webhook_id == hook.pk != other.pk
        # Whose it is not can neither see nor test it; an ended one sends nothing.
        with pytest.raises(NotFoundError):
            world.run_operation(world.manager, "webhook.test", hook)
        world.run_operation(world.banker, "webhook.end", hook)
        with pytest.raises(ForbiddenError):
            world.run_operation(world.banker, "webhook.test", hook)


def test_the_feed_gives_what_was_missed_and_no_more_than_concerns_the_organisation(world: ApiWorld) -> None:
    token = world.token(world.banker)
    seen = json.loads(world.get("/events?limit=200", token).content)
    made = [_accept(world).index for _ in range(5)]
    world.run_operation(world.manager, "view.save", listing="firm.cases", query="", name="mine")
    rows, after = [], seen["next"]
    while True:
        page = json.loads(world.get(f"/events?after={after}&limit=2", token).content)
        rows += page["rows"]
        after = page["next"]
        if not page["more"]:
            break
    assert [one["event"] for one in rows] == made
    assert {one["type"] for one in rows} == {"case.accept"}
    again = json.loads(world.get(f"/events?after={after}", token).content)
    assert again == {"rows": [], "next": after, "more": False}
    # The firm was notified of the same, and has its own besides.
    own = json.loads(world.get("/events?limit=200", world.token(world.manager)).content)["rows"]
    assert set(made) < {one["event"] for one in own} and "view.save" in {one["type"] for one in own}


def test_the_feed_is_for_those_who_may_add_webhooks(world: ApiWorld) -> None:
    assert world.get("/events").status_code == 401
    assert world.get("/events", world.token(world.officer)).status_code == 403
    assert world.get("/events", world.token(world.banker, "case")).status_code == 403
    assert world.get("/events?after=x", world.token(world.banker)).status_code == 422


def test_objects_in_events_are_called_as_the_api_calls_them() -> None:
    from zhirong.api.visible_columns import SHOWN
    from zhirong.operations.declare import OPERATIONS
    from zhirong.operations.event_messages import OBJECTS

    assert {str(shown.model._meta.model_name): noun for noun, shown in SHOWN.items()}.items() <= OBJECTS.items()
    assert set(OBJECTS.values()) - set(SHOWN) == {"register/filings"}
    assert {str(one.model._meta.model_name) for one in OPERATIONS.values() if one.model} <= set(OBJECTS)


def test_what_is_not_taken_is_tried_again_with_growing_pauses_and_given_up(world: ApiWorld) -> None:
    with listening() as there, override_settings(WEBHOOK_NETWORKS=LOOPBACK):
        there.status = 500
        hook, _ = _hook(world, there.url, kinds=["case.accept"])
        _accept(world)
        at, pauses = world.platform.now, []
        while deliver_due(at):
            row = Delivery.objects.get(webhook=hook)
            if row.next_at is None:
                break
            assert deliver_due(row.next_at - timedelta(seconds=1)) == 0
            pauses.append(row.next_at - at)
            at = row.next_at
        assert len(there.got) == MOST_TRIES == Delivery.objects.get().tries
        assert pauses[0] == timedelta(seconds=30) and pauses == sorted(pauses) and pauses[-1] <= timedelta(hours=6)
        assert Delivery.objects.get().done_at is None


def test_a_redirection_is_not_followed_and_gone_is_gone(world: ApiWorld) -> None:
    with listening() as there, override_settings(WEBHOOK_NETWORKS=LOOPBACK):
        _hook(world, there.url, kinds=["case.accept"])
        there.status = 302
        _accept(world)
        deliver_due(world.platform.now)
        row = Delivery.objects.get()
        assert row.answer == "302" and row.next_at is not None and len(there.got) == 1
        there.status = 410
        deliver_due(row.next_at)
        assert Delivery.objects.get().next_at is None


def test_private_addresses_are_not_called_unless_allowed(world: ApiWorld) -> None:
    with listening() as there:
        with pytest.raises(InputError):
            _hook(world, there.url, kinds=["case.accept"])
        with override_settings(WEBHOOK_NETWORKS=LOOPBACK):
            _hook(world, there.url, kinds=["case.accept"])
        _accept(world)
        assert deliver_due(world.platform.now) == 1
        assert not there.got and Delivery.objects.get().answer.startswith("refused: ")


@pytest.mark.parametrize(
    "address",
    [
        "127.0.0.1",
        "10.1.2.3",
        "172.16.0.1",
        "192.168.1.1",
        "169.254.169.254",
        "100.64.0.1",
        "0.0.0.0",  # noqa: S104
        "224.0.0.1",
        "255.255.255.255",
        "::1",
        "::",
        "fe80::1",
        "fc00::1",
        "ff02::1",
        "::ffff:127.0.0.1",
        "64:ff9b::a00:1",
        "2002:7f00:1::",
    ],
)
def test_addresses_that_are_not_public(address: str) -> None:
    assert not may_be_called(ipaddress.ip_address(address), ())
    assert may_be_called(ipaddress.ip_address("8.8.8.8"), ())
    assert may_be_called(ipaddress.ip_address("2400:3200::1"), ())
    assert may_be_called(ipaddress.ip_address("10.1.2.3"), networks("10.1.0.0/16"))


@pytest.mark.parametrize(
    "url",
    [
        "http://localhost/",
        "https://localhost:8443/",
        "http://2130706433/",
        "http://0x7f000001/",
        "http://[::1]/",
        "https://[::ffff:10.0.0.1]/",
        "ftp://example.cn/",
        "https://user:password@127.0.0.1/",
        "https:///nothing",
        "http://8.8.8.8/",  # public, but without TLS
        "https://a..b.example/",
        f"https://{'a' * 64}.example/",
        "https://1.1.1.1:70000/",
    ],
)
def test_urls_that_are_not_called(url: str) -> None:
    with pytest.raises((NotOutsideError, OSError)):
        checked_addresses(url, ())


def test_a_name_that_changes_its_address_is_called_where_it_was_checked(
    world: ApiWorld, monkeypatch: pytest.MonkeyPatch
) -> None:
    import socket

    real, asked = socket.getaddrinfo, []

    def rebinding(host: Any, *rest: Any, **more: Any) -> Any:
        if host in ("hook.example.cn", b"hook.example.cn"):
            asked.append(host)
            # Allowed at the first question; at the next one it would be another machine.
            host = "127.0.0.1" if len(asked) == 1 else "127.0.0.2"
        return real(host, *rest, **more)

    monkeypatch.setattr(socket, "getaddrinfo", rebinding)
    with listening() as there, override_settings(WEBHOOK_NETWORKS="127.0.0.1/32"):
        port = there.server.server_address[1]
        _hook(world, f"http://hook.example.cn:{port}/", kinds=["case.accept"])
        _accept(world)
        deliver_due(world.platform.now)
        assert len(asked) == 1 and len(there.got) == 1
        assert there.got[0][0]["Host"] == f"hook.example.cn:{port}"


def test_who_may_add_a_webhook_and_what_is_refused(world: ApiWorld) -> None:
    for url in (
        "https://user:password@example.cn/",
        "https://example.cn/#part",
        "https://[::1/",
        "https://例 子.cn/",
        "https://a..b.example/",
        f"https://{'a' * 64}.example/",
        "https://hook.example.cn:70000/",
        # Into the platform's own network, in every notation; without TLS.
        "http://127.0.0.1/hook",
        "https://localhost/hook",
        "https://169.254.169.254/hook",
        "https://2130706433/",
        "https://0x7f.1/",
        "https://0177.0.0.1/",
        "https://[::1]/",
        "https://[::ffff:10.0.0.1]/",
        "https://intranet/",
        "https://hook.localhost./",
        "https://printer.local/",
        "http://example.cn/hook",
    ):
        with pytest.raises(InputError):
            world.run_operation(world.banker, "webhook.add", url=url)
    hook, _ = _hook(world, "https://example.cn/hook")
    _accept(world)
    assert Delivery.objects.filter(next_at__isnull=False).exists()
    world.run_operation(world.banker, "webhook.end", hook)
    assert not Delivery.objects.filter(next_at__isnull=False).exists()
    _accept(world)
    assert (
        Delivery.objects.filter(webhook=hook).count() == 2
    )  # the two from before: its own adding, and the first case


def test_what_the_register_says_reaches_people_and_programs(world: ApiWorld) -> None:
    from zhirong.store.models import Outgoing

    hook, _ = _hook(world, "https://example.cn/hook", kinds=["pledge.enter"])
    event = Event.objects.order_by("index").first()
    before = Notice.objects.count()
    Outgoing.objects.create(event=event, to=f"party:{world.bank.code}")
    Outgoing.objects.create(event=event, to=f"account:{world.manager.account.pk}")
    Outgoing.objects.create(event=event, to="party:nobody on the platform")
    assert tell_of_register(world.platform.now) == 3
    assert tell_of_register(world.platform.now) == 0
    told = Notice.objects.order_by("pk")[before:]
    assert {one.account_id for one in told} == {
        world.officer.account.pk,
        world.banker.account.pk,
        world.manager.account.pk,
    }
    assert not Delivery.objects.filter(webhook=hook).exists()
    Webhook.objects.filter(pk=hook.pk).update(kinds=[])
    Outgoing.objects.update(sent_at=None)
    tell_of_register(world.platform.now)
    assert Delivery.objects.get(webhook=hook).event_id == event.index


def test_a_firm_that_nobody_has_confirmed_is_not_told_what_the_register_says(world: ApiWorld) -> None:
    """Anybody can register with another's name or code: what is meant for that other waits for the confirmation."""
    from zhirong.store.models import Outgoing

    event = Event.objects.order_by("index").first()
    pending = world.platform.organisation("firm", "某某冒名公司", status="pending")
    member = world.platform.member(pending, MemberRole.FIRM_MANAGER)
    for to in (pending.code, pending.name):
        Outgoing.objects.create(event=event, to=f"party:{to}")
    assert tell_of_register(world.platform.now) == 2
    assert not Notice.objects.filter(account=member.account).exists()
