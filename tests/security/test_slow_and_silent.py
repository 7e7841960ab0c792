"""Nobody stops the platform by being slow: clients, receivers of webhooks, mail servers, writers. Real sockets, real processes."""

import select
import socket
import sqlite3
import time
from collections.abc import Iterator
from datetime import timedelta
from functools import partial
from pathlib import Path

import httpx
import pytest
import register_databases
from attack_world import Server, drip, listening, serving, silent, together
from django.test import override_settings
from platform_world import PASSWORD, Platform

from zhirong.chain.organisation.roles import MemberRole
from zhirong.operations import access_log as seen
from zhirong.operations import mail, outbound_calls
from zhirong.operations.mail import mail_due
from zhirong.operations.webhooks import deliver_due
from zhirong.store.work import Delivery, Letter, Notice, Webhook

# What is not held up takes less, also on a busy machine; what waits, waits five seconds for a writer, ten for a slow client.
SOON = 4.0
OWNER = "owner@example.cn"


@pytest.fixture(scope="module")
def server() -> Iterator[Server]:
    """A server with one account, whose mail server takes connections and never says anything."""
    with (
        pytest.MonkeyPatch.context() as patch,
        register_databases.fresh("sqlite") as (folder, url),
        listening(silent) as port,
    ):
        Platform(folder, url, patch).account(OWNER)
        register_databases.connections.close_all()
        with serving(folder, ZHIRONG_SMTP=f"smtp://127.0.0.1:{port}") as one:
            yield one


@pytest.fixture
def platform(monkeypatch: pytest.MonkeyPatch) -> Iterator[Platform]:
    """A platform in this process."""
    with register_databases.fresh("sqlite") as (folder, url):
        yield Platform(folder, url, monkeypatch)


def _head(length: int, path: str = "/api/v1/register/verify") -> bytes:
    lines = (
        f"POST {path} HTTP/1.1",
        "Host: localhost",
        "Content-Type: application/json",
        f"Content-Length: {length}",
    )
    return "\r\n".join((*lines, "", "")).encode()


def test_unfinished_bodies_and_heads_hold_up_no_page_and_end(server: Server) -> None:
    held = [server.connect(_head(1_000_000) + b"{", source=f"127.0.0.{1 + number % 5}") for number in range(100)]
    heads = [server.connect(b"GET / HTTP/1.1\r\nHost: local", source="127.0.0.9") for _ in range(50)]
    began = time.monotonic()
    assert server.quickest() < SOON
    answers = [one.recv(4096) for one in held]
    assert time.monotonic() - began < 30
    assert all(one.startswith(b"HTTP/1.1 408 ") and b"application/problem+json" in one for one in answers), answers
    assert [one.recv(4096) for one in heads] == [b""] * len(heads)
    for one in (*held, *heads):
        one.close()


def test_one_address_has_few_unfinished_bodies_and_others_theirs(server: Server) -> None:
    held = [server.connect(_head(1000) + b"{", source="127.0.0.7") for _ in range(40)]
    refused = _answers(held, 8)
    assert len(refused) == 8
    assert all(one.startswith(b"HTTP/1.1 503 ") and b"retry-after" in one for one in refused.values())
    # By the answer to another address the server has read all of them.
    assert httpx.post(f"{server.address}/api/v1/register/verify", json={}, timeout=30.0).status_code != 503
    others = _answers([one for one in held if one not in refused], 0)
    assert not [one for one in others.values() if one.startswith(b"HTTP/1.1 503 ")]
    for one in held:
        one.close()
    assert server.process.poll() is None


def _answers(lines: list[socket.socket], number: int) -> dict[socket.socket, bytes]:
    """What connections have been answered: waits until this many are, and takes what is there then."""
    answers: dict[socket.socket, bytes] = {}
    end = time.monotonic() + 60
    while time.monotonic() < end:
        waiting = [one for one in lines if one not in answers]
        ready, _, _ = select.select(waiting, [], [], 0.0 if len(answers) >= number else 1.0)
        if not ready and len(answers) >= number:
            break
        answers |= {one: one.recv(4096) for one in ready}
    return answers


@pytest.mark.parametrize(
    ("sent", "status"),
    [
        (_head(30_000_000), b"413"),
        (_head(10**30), b"413"),
        (b"POST / HTTP/1.1\r\nHost: localhost\r\nContent-Length: -1\r\n\r\n", b"400"),
        (b"POST / HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\nzzz\r\n", b"400"),
        (b"GET / HTTP/1.1\r\nHost: localhost\r\nX: " + b"a" * 1_000_000 + b"\r\n\r\n", b"431"),
        (b"GET /" + b"a" * 100_000 + b" HTTP/1.1\r\nHost: localhost\r\n\r\n", b"414"),
        (b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03", b"400"),
    ],
)
def test_malformed_requests_are_refused_at_once(server: Server, sent: bytes, status: bytes) -> None:
    began = time.monotonic()
    try:
        line = server.connect(sent)
        answer = line.recv(4096)
    except ConnectionError:
        answer = b""
    assert time.monotonic() - began < 2 * SOON
    assert answer[9:12] in (status, b"400", b"404") or answer == b"", answer
    assert server.quickest() < SOON


def test_many_who_close_in_the_middle_leave_the_processes_running(server: Server) -> None:
    workers = _children(server)
    for _ in range(60):
        server.connect(_head(1000) + b"{").close()
        server.connect(b"GET / HTTP/1.1\r\nHost: localhost\r\n\r\n").close()
    assert server.quickest() < SOON
    assert _children(server) == workers


def _children(server: Server) -> set[str]:
    task = Path(f"/proc/{server.process.pid}/task/{server.process.pid}/children")
    return set(task.read_text(encoding="utf-8").split())


def test_waiting_writers_are_asked_to_come_again_and_readers_do_not_wait(server: Server) -> None:
    browsers = [httpx.Client() for _ in range(14)]
    forms = [one.get(f"{server.address}/accounts/password/reset/", timeout=60.0) for one in browsers]
    # Each of them leaves a letter: something to write, and little to calculate.
    asks = [
        partial(server.send_form, browser, form, {"email": f"nobody{at}@example.cn"})
        for at, (browser, form) in enumerate(zip(browsers, forms, strict=True))
    ]
    holder = sqlite3.connect(server.folder / "zhirong.sqlite3", isolation_level=None)
    holder.execute("BEGIN IMMEDIATE")
    pages: list[float] = []

    def look() -> None:
        time.sleep(1)  # every writer waits by now
        pages.extend(server.quickest() for _ in range(3))

    try:
        began = time.monotonic()
        answers = together(look, *asks)[1:]
        took = time.monotonic() - began
    finally:
        holder.execute("ROLLBACK")
        holder.close()
    assert {one.status_code for one in answers} == {503}
    assert all(int(one.headers["Retry-After"]) > 0 for one in answers)
    assert max(pages) < SOON and took < 60
    # They come again.
    assert asks[0]().status_code == 302
    assert server.sign_in(OWNER, PASSWORD).status_code == 302


def test_a_silent_mail_server_keeps_no_request_waiting(server: Server) -> None:
    began = time.monotonic()
    with httpx.Client() as browser:
        page = browser.get(f"{server.address}/accounts/password/reset/", timeout=60.0)
        answer = server.send_form(browser, page, {"email": OWNER})
    assert answer.status_code == 302 and time.monotonic() - began < 2 * SOON
    with sqlite3.connect(server.folder / "zhirong.sqlite3") as database:
        kept = database.execute('select "to", content from store_letter').fetchall()
    assert OWNER in [to for to, _ in kept]
    assert "http" not in kept[-1][1]  # the link is encrypted


def test_a_mail_server_that_drips_is_left_at_the_deadline(
    platform: Platform, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(mail, "CONNECTION_SECONDS", 1.0)
    for number in range(3):
        account = platform.account(f"reader{number}@example.cn")
        Notice.objects.create(account=account, at=platform.now, words={"zh": "一", "en": "a"}, mail_at=platform.now)
    smtp = {"EMAIL_HOST": "127.0.0.1", "EMAIL_TIMEOUT": 20, "MAIL_BACKEND": "zhirong.operations.mail.Deadline"}
    for behaviour in (drip(b"220-", b"x"), drip(b"220 there\r\n250-", b"x"), silent):
        Notice.objects.update(mail_at=platform.now, mail_tries=0)
        with listening(behaviour) as port, override_settings(**smtp, EMAIL_PORT=port):
            began = time.monotonic()
            # The others wait for the next turn: the server is the same for all.
            assert mail_due(platform.now) == 1
            assert time.monotonic() - began < 15  # not the 20 s of its own
    assert Notice.objects.filter(mailed_at=None).count() == 3


def test_a_receiver_that_drips_or_says_nothing_holds_up_no_other(
    platform: Platform, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(outbound_calls, "TOTAL_SECONDS", 1.5)
    bank, officer = platform.bank("西咸新区商业银行", MemberRole.LENDER_OFFICER, MemberRole.LENDER_MANAGER)
    other, _ = platform.bank("另一家银行")
    got = []

    def take(line: object) -> None:
        got.append(line.recv(65536))  # type: ignore[attr-defined]
        line.sendall(b"HTTP/1.1 204 No Content\r\n\r\n")  # type: ignore[attr-defined]

    slow = (drip(b"HTTP/1.1 ", b"2"), drip(b"HTTP/1.1 200 OK\r\nX: ", b"x"), silent)
    with (
        override_settings(WEBHOOK_NETWORKS="127.0.0.0/8"),
        listening(slow[0]) as one,
        listening(slow[1]) as two,
        listening(slow[2]) as three,
        listening(take) as good,
    ):
        hooks = [_hook(platform, bank, port) for port in (one, two, three)]
        theirs = _hook(platform, other, good)
        for at in range(40):
            for hook in hooks:
                _message(platform, hook, at)
        _message(platform, theirs, 100)  # the last of 121
        began = time.monotonic()
        tried = deliver_due(platform.now)
        assert time.monotonic() - began < 9 * 1.5  # not one after the other
    assert tried == 9 and len(got) == 1  # of one organisation eight at once, and the other's
    assert Delivery.objects.get(webhook=theirs).answer == "204"
    assert {one.answer for one in Delivery.objects.exclude(answer="").exclude(webhook=theirs)} == {
        "no answer in time"
    }


def _hook(platform: Platform, organisation: object, port: int) -> Webhook:
    url = f"http://127.0.0.1:{port}/"
    hook: Webhook = platform.seed(
        Webhook, organisation=organisation, url=url, secret="s", kinds=["nothing"], active=True
    )
    return hook


def _message(platform: Platform, hook: Webhook, seconds: int) -> None:
    from zhirong.store.models import Event

    platform.organisation("firm")
    event = Event.objects.order_by("-index").first()
    at = platform.now - timedelta(seconds=1000 - seconds)
    Delivery.objects.create(webhook=hook, event=event, body={"kind": "x"}, next_at=at)


def test_letters_to_one_address_are_limited_whoever_asks(platform: Platform) -> None:
    from django.core.mail import send_mail

    for _ in range(mail.MOST_IN_AN_HOUR + 5):
        send_mail("a", "b", None, ["victim@example.cn"])
    send_mail("a", "b", None, ["other@example.cn"])
    assert Letter.objects.filter(to="victim@example.cn").count() == mail.MOST_IN_AN_HOUR
    assert Letter.objects.filter(to="other@example.cn").count() == 1


def test_who_looked_is_kept_though_somebody_writes(
    platform: Platform, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    from zhirong.store.work import Seen

    monkeypatch.setattr(seen, "DATA", tmp_path)
    firm, manager = platform.firm()
    right = platform.right(firm)
    actor = platform.actor(manager)
    holder = sqlite3.connect(platform.folder / "zhirong.sqlite3", isolation_level=None)
    holder.execute("BEGIN IMMEDIATE")
    began = time.monotonic()
    for _ in range(3):
        seen.note_seen(actor, right, platform.now)
    assert time.monotonic() - began < SOON
    holder.execute("ROLLBACK")
    holder.close()
    assert not Seen.objects.exists()
    assert seen.take_over_seen(tmp_path) == 3 and seen.take_over_seen(tmp_path) == 0
    one = Seen.objects.get()
    assert (one.account_id, one.subject, one.at) == (actor.account, f"firmright/{right.pk}", platform.now)
