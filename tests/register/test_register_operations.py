"""The operations as their users call them, on both databases; the whole register is recomputed after each test."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import Any

import pytest
from register_world import BANK, FIRM, START, World, patent, patent_number, request

from zhirong.chain.pledge.freezes import FreezePurpose
from zhirong.chain.pledge.registration import Status
from zhirong.evidence.receipts import read_receipt
from zhirong.evidence.verify import EvidenceVerdict, verify_receipt
from zhirong.kernel.days import add_months, day_of
from zhirong.kernel.errors import InputError
from zhirong.operations import outbox
from zhirong.operations.actors import Capacity, register_actor
from zhirong.operations.declare import LIBRARY_OPERATIONS, OPERATIONS
from zhirong.operations.pledge import identities, keys, orders, pledges, reconciliation, uses
from zhirong.operations.pledge.certificates import (
    disclose_event,
    event_of_code,
    registration_certificate,
    search_certificate,
)
from zhirong.operations.pledge.continuity import restore_entry
from zhirong.operations.pledge.facts import standing_freezes, standing_orders
from zhirong.operations.pledge.search import Query, changes_of, due, precheck, search, similar_names, watch
from zhirong.operations.pledge.watch import record_watch
from zhirong.operations.refusals import ForbiddenError
from zhirong.operations.register_policy import READS
from zhirong.store import models
from zhirong.store.log import public_keys, receipt, signing_key

KEY = f"invention:{patent_number(1)}"


@pytest.fixture(autouse=True)
def _whole_afterwards(world: World) -> Iterator[None]:
    yield
    assert world.findings() == ()


def codes(error: pytest.ExceptionInfo[InputError]) -> set[str]:
    return {problem.code for problem in error.value.problems}


def test_from_filing_to_discharge_and_again(world: World) -> None:
    first = world.entered(patent(1), patent(2))
    assert (first.number, first.charged()) == (1, {KEY: 1, f"invention:{patent_number(2)}": 1})
    assert first.review_by == date(2025, 6, 4), "online: two working days"
    with pytest.raises(InputError) as error:
        pledges.file_pledge(world.by(), request(patent(1)))
    assert codes(error) == {"rank_taken"}
    released = pledges.partially_discharge(world.by(), 1, [KEY], 100_000_000).registration
    assert released.claim_amount == 100_000_000
    assert world.entered(patent(1)).number == 2, "released, so free"
    assert pledges.discharge(world.by(), 1, "债务清偿").registration.status is Status.DISCHARGED
    assert world.entered(patent(2)).number == 3


def test_two_filings_of_one_right_the_second_is_told_why(world: World) -> None:
    for _ in range(2):
        filed = pledges.file_pledge(world.by(), request(patent(1))).registration
        pledges.examine(world.by(), filed.id)
    pledges.register(world.by(), 1)
    with pytest.raises(InputError) as error:
        pledges.register(world.by(), 2)
    assert codes(error) == {"rank_taken"} and "461" in str(error.value)
    pledges.discharge(world.by(), 1, "清偿")
    assert pledges.register(world.by(), 2).registration.number == 2, "a rank that was taken is free again"


def test_a_repeated_request_is_done_once(world: World) -> None:
    asked = request(patent(1))
    by = world.by(key="client-key")
    first, again = pledges.file_pledge(by, asked), pledges.file_pledge(by, asked)
    assert again.repeated and again.index == first.index and again.registration == first.registration
    assert models.Registration.objects.count() == 1
    with pytest.raises(InputError) as error:
        pledges.file_pledge(by, request(patent(2)))
    assert codes(error) == {"key_used"}
    other = replace(by, actor=replace(by.actor, name="another"))
    assert not pledges.file_pledge(other, request(patent(2))).repeated, "each client has its own keys"


def test_what_stands_in_the_way_is_all_said_at_once(world: World) -> None:
    with pytest.raises(InputError) as error:
        pledges.file_pledge(
            world.by(), request(patent(1, fee_paid_through_year=9), papers=["form"], is_joint=False)
        )
    assert {"ground_4_refused", "ground_12_refused", "paper_pledge_contract"} <= codes(error)
    with pytest.raises(InputError) as error:
        pledges.file_pledge(world.by(), {"role": "record", "rights": [], "filing": {"pledgers": []}})
    assert {"no_rights", "missing", "unknown_field"} & codes(error)
    assert models.Event.objects.count() == 0, "a refusal before filing leaves nothing behind"


def test_a_pledge_arises_here_only_where_a_pilot_says_so(world: World) -> None:
    with pytest.raises(InputError) as error:
        pledges.file_pledge(world.by(), request(patent(1), pilot_basis=""))
    assert codes(error) == {"not_entrusted"}


def test_examination_refuses_by_ground_or_asks(world: World) -> None:
    unsure = patent(1, holders=[dict(FIRM), {"name": "西安乙大学"}])
    pledges.file_pledge(world.by(), request(unsure))
    with pytest.raises(InputError) as error:
        pledges.examine(world.by(), 1)
    assert codes(error) == {"ground_8_unknown"}
    settled = pledges.examine(world.by(), 1, resolved={f"{KEY}/8": "见共有人同意书"})
    assert settled.registration.status is Status.EXAMINED
    pledges.file_pledge(world.by(), request(patent(2)))
    refused = pledges.examine(world.by(), 2, rights=[patent(2, flags=["invalidation_pending"])]).registration
    assert refused.status is Status.REFUSED and "无效宣告" in refused.end_reason


def test_changes_of_a_standing_registration(world: World) -> None:
    world.entered(patent(1))
    changed = pledges.amend(world.by(), 1, {"claim_amount": 150_000_000}, date(2025, 5, 1)).registration
    assert changed.claim_amount == 150_000_000
    assert pledges.extend(world.by(), 1, date(2027, 6, 1)).registration.debt_end == date(2027, 6, 1)
    with pytest.raises(InputError) as error:
        pledges.extend(world.by(), 1, date(2040, 1, 1))
    assert codes(error) == {"ground_6_refused"}, "not past the patent's own end"
    moved = pledges.transfer_claim(world.by(), 1, {"name": "丁资产管理公司"}).registration
    assert moved.pledgee.name == "丁资产管理公司" and moved.number == 1
    fixed = pledges.correct(world.by(), 1, {"pledgors": [{**FIRM, "code": "", "is_natural_person": False}]}, "笔误")
    assert fixed.registration.moves == 7
    assert search(register_actor("", Capacity.PUBLIC), Query(name="丁资产管理公司", side="pledgee"))
    assert not search(register_actor("", Capacity.PUBLIC), Query(name=BANK["name"])), "no longer its pledgee"
    assert pledges.revoke(world.by("court"), 1, "合同无效").registration.status is Status.REVOKED


def test_withdrawal_and_preparation(world: World) -> None:
    pledges.prepare_pledge(world.by(), request(patent(1), papers=[]))
    with pytest.raises(InputError) as error:
        pledges.submit(world.by(), 1)
    assert all(code.startswith("paper_") for code in codes(error)), "papers are asked for when it is handed in"
    assert pledges.withdraw(world.by(), 1, "不办了").registration.status is Status.WITHDRAWN
    with pytest.raises(InputError) as error:
        pledges.withdraw(world.by(), 1, "  ")
    assert codes(error) == {"missing"}
    with pytest.raises(InputError) as error:
        pledges.register(world.by(), 99)
    assert codes(error) == {"no_such_registration"}


def test_a_mirror_is_complete_with_the_authoritys_number(world: World) -> None:
    pledges.prepare_pledge(world.by(), request(patent(1), role="mirror", pilot_basis=""))
    pledges.submit(world.by(), 1)
    assert not models.Charge.objects.filter(active=True).exists(), "nothing is pledged yet"
    record = (1, "国家知识产权局", "Y2025610000001")
    with pytest.raises(InputError) as error:
        pledges.record_authority_number(world.by(), *record, "", date(2025, 6, 2))
    assert codes(error) == {"incomplete"}
    done = pledges.record_authority_number(world.by(), *record, "ab" * 32, date(2025, 6, 2)).registration
    assert done.status is Status.ENTERED and done.number is None
    published = {
        "authority_number": "Y2025610000001", "rights": [patent_number(1)], "pledgors": [FIRM["name"]],
        "pledgee": BANK["name"], "registered_on": "2025-06-02",
    }  # fmt: skip
    assert reconciliation.reconcile(world.by(), "国家知识产权局", [published], is_complete=True)[1] == ()
    wrong = [
        {**published, "pledgee": "另一银行", "ended_on": "2025-07-01"},
        {**published, "authority_number": "Y2"},
    ]
    by = world.by()
    _, found = reconciliation.reconcile(by, "国家知识产权局", wrong)
    assert {one.code for one in found} == {"pledgee_differs", "end_differs", "not_here"}
    assert reconciliation.reconcile(by, "国家知识产权局", wrong)[1] == found, "a repeat gives the same alarms"
    assert [d.code for d in reconciliation.reconcile(world.by(), "国家知识产权局", [], is_complete=True)[1]] == [
        "not_there"
    ]


def test_court_orders(world: World) -> None:
    orders.court_order_on_right(world.by("court"), KEY, "（2025）陕01执1号", "freeze")
    with pytest.raises(InputError) as error:
        pledges.file_pledge(world.by(), request(patent(1)))
    assert codes(error) == {"frozen"}
    with pytest.raises(InputError) as error:
        orders.court_order_on_right(world.by("court"), KEY, "(2025)陕01执1号", "freeze")
    assert codes(error) == {"frozen_already"}, "the same document, however its brackets are written"
    orders.court_order_on_right(world.by("court"), KEY, "3号", "unfreeze")
    world.entered(patent(1))
    orders.court_order_on_registration(world.by("court"), 1, "4号", "freeze")
    with pytest.raises(InputError) as error:
        pledges.discharge(world.by(), 1, "清偿")
    assert codes(error) == {"frozen"}
    orders.court_order_on_registration(world.by("court"), 1, "5号", "unfreeze")
    pledges.discharge(world.by(), 1, "清偿")
    with pytest.raises(InputError) as error:
        orders.court_order_on_right(world.by("court"), "nonsense", "6号", "freeze")
    assert codes(error) == {"not_a_key"}


def test_freezes_in_turn(world: World) -> None:
    def order(number: str, action: Any, lifts: str = "") -> None:
        orders.court_order_on_right(world.by("court"), KEY, number, action, lifts)

    for number in ("甲1号", "乙2号", "丙3号", "丁4号"):
        order(number, "freeze")
    (check,) = precheck(world.by("lender", "丙银行").actor, request(patent(1)), world.now)
    assert (check.standing.frozen_by, check.standing.waiting_orders) == ("甲1号", ("乙2号", "丙3号", "丁4号"))
    assert "轮候：乙2号、丙3号、丁4号" in check.problems()[0].reason.zh
    for lifts, code in (("", "which_order"), ("戊5号", "no_such_order")):
        with pytest.raises(InputError) as error:
            order("解1号", "unfreeze", lifts)
        assert codes(error) == {code} and "甲1号、乙2号、丙3号、丁4号" in error.value.problems[0].hint.zh
    order("解1号", "unfreeze", "丙3号")
    order("解2号", "unfreeze", "甲1号")
    assert models.Right.objects.get(key=KEY).frozen_by == "乙2号", "the first of those that wait takes its place"
    assert standing_orders(KEY, day_of(world.now)) == ("乙2号", "丁4号")
    with pytest.raises(InputError) as error:
        pledges.file_pledge(world.by(), request(patent(1)))
    assert codes(error) == {"frozen"}
    order("甲1号", "freeze")
    assert standing_orders(KEY, day_of(world.now)) == ("乙2号", "丁4号", "甲1号"), (
        "who comes again waits behind the others"
    )
    for number in ("甲1号", "乙2号"):
        order("解3号", "unfreeze", number)
    order("解4号", "unfreeze")
    world.entered(patent(1))
    world.demand_whole()


def test_an_order_that_stands_no_more_in_its_turn_is_named(world: World) -> None:
    for number in ("甲1号", "乙2号"):
        orders.court_order_on_right(world.by("court"), KEY, number, "freeze")
    models.Right.objects.update(frozen_by="乙2号")
    assert [finding.place for finding in world.findings()] == [f"right {KEY} frozen_by"]
    models.Right.objects.update(frozen_by="甲1号")


def test_licence_fees_rank_one_behind_the_other(world: World) -> None:
    licence = {"kind": "non_exclusive", "licensee": "丁公司", "start": "2024-01-01", "yearly_fee": "10万元"}
    licensed = patent(1, licences=[licence])
    world.entered(patent(1))
    first = world.entered(licensed, subject="licence_fees")
    second = world.entered(licensed, subject="licence_fees")
    assert [list(one.charged().values()) for one in (first, second)] == [[1], [2]]


ATTEMPTS: dict[str, Any] = {
    "registration.prepare": lambda by: pledges.prepare_pledge(by, request(patent(3))),
    "registration.file": lambda by: pledges.file_pledge(by, request(patent(3))),
    "registration.submit": lambda by: pledges.submit(by, 2),
    "registration.withdraw": lambda by: pledges.withdraw(by, 2, "撤回"),
    "registration.examine": lambda by: pledges.examine(by, 2),
    "registration.register": lambda by: pledges.register(by, 2),
    "registration.update_facts": lambda by: pledges.update_facts(by, 1, [patent(1)]),
    "registration.amend": lambda by: pledges.amend(by, 1, {"claim_amount": 1}, date(2025, 6, 1)),
    "registration.extend": lambda by: pledges.extend(by, 1, date(2027, 1, 1)),
    "registration.transfer": lambda by: pledges.transfer_claim(by, 1, {"name": "丁"}),
    "registration.release_part": lambda by: pledges.partially_discharge(by, 1, [], 1),
    "registration.discharge": lambda by: pledges.discharge(by, 1, "清偿"),
    "registration.revoke": lambda by: pledges.revoke(by, 1, "无效"),
    "registration.correct": lambda by: pledges.correct(by, 1, {"claim_amount": 2}, "笔误"),
    "registration.court_order": lambda by: orders.court_order_on_registration(by, 1, "1号", "freeze"),
    "registration.record_authority": lambda by: pledges.record_authority_number(
        by, 2, "国家知识产权局", "1", "ab" * 32, date(2025, 6, 2)
    ),
    "registration.reconcile": lambda by: reconciliation.reconcile(by, "局", []),
    "registration.subscribe": lambda by: orders.subscribe(by, "right", KEY),
    "register.keys": lambda by: keys.rotate_key(by, FOLDER[0]),
    "register.certify": lambda by: search_certificate(by, Query(number="1"), signing_key(FOLDER[0])),
    "right.identify": lambda by: identities.record_identity(by, patent(1)),
    "use.report": lambda by: uses.report_uses(by, "2026-11", [{"fingerprint": "ab" * 32}]),
    "register.watch": lambda by: record_watch(by),
    "register.restore": lambda by: restore_entry(by, b"", b"", FOLDER[0]),
}
READINGS: dict[str, Any] = {
    "view": lambda by: registration_certificate(by, 1, signing_key(FOLDER[0])),
    "disclose": lambda by: disclose_event(by.actor, 2),
    "search": lambda by: search(by.actor, Query(number="1")),
    "precheck": lambda by: precheck(by.actor, request(patent(3)), by.now),
    "due": lambda by: due(by.actor, date(2025, 6, 2)),
    "matches": lambda by: uses.matches(by.actor, "2026-11"),
    "keys": lambda by: keys.keep_countersignature(by.actor, FOLDER[0], None, None),
}
FOLDER: list[Any] = []
_OF_AUTHORITIES = (
    "registration.record_authority",
    "registration.reconcile",
    "registration.update_facts",
    "right.identify",
)


def test_every_role_and_every_verb_on_others_registrations(world: World) -> None:
    """A stranger of each role tries each operation on what is not his: only who may act on any can."""
    declared = {*OPERATIONS.values(), *LIBRARY_OPERATIONS.values()}
    assert set(ATTEMPTS) == {one.name for one in declared if one.policy is not None}, (
        "an operation without an attempt"
    )
    assert set(READINGS) == set(READS)
    FOLDER[:] = [world.folder]
    world.entered(patent(1))
    pledges.file_pledge(world.by(), request(patent(2)))
    for_strangers = {
        (verb, role)
        for verb, role in [
            *[
                ("registration.court_order", Capacity.COURT),
                ("registration.revoke", Capacity.COURT),
                ("view", Capacity.COURT),
                ("view", Capacity.AUTHORITY),
            ],
            *[(verb, Capacity.AUTHORITY) for verb in _OF_AUTHORITIES],
            ("disclose", Capacity.COURT),
            ("use.report", Capacity.LENDER),
            ("matches", Capacity.LENDER),
            *[("register.certify", role) for role in Capacity],
            *[("registration.subscribe", role) for role in (Capacity.LENDER, Capacity.FIRM, Capacity.COURT)],
            *[("precheck", role) for role in (Capacity.LENDER, Capacity.FIRM)],
            *[("search", role) for role in Capacity],
        ]
    }
    for verb, attempt in {**ATTEMPTS, **READINGS}.items():
        for role in set(Capacity) - {Capacity.REGISTRAR}:
            if (verb, role) in for_strangers:
                continue
            before = models.Event.objects.count()
            with pytest.raises(ForbiddenError):
                attempt(world.by(role.value, "局外人公司"))
            assert models.Event.objects.count() == before, (verb, role)


def test_each_side_may_act_on_its_own(world: World) -> None:
    bank, firm = (("lender", BANK["name"]), ("firm", FIRM["name"]))
    pledges.file_pledge(world.by(*firm), request(patent(1)))
    pledges.examine(world.by(), 1)
    pledges.register(world.by(), 1)
    with pytest.raises(ForbiddenError):
        pledges.discharge(world.by(*firm), 1, "清偿")
    pledges.discharge(world.by(*bank), 1, "清偿")
    with pytest.raises(ForbiddenError):
        pledges.file_pledge(world.by(*bank), request(patent(2), pledgee={"name": "另一银行"}))


def test_search_and_privacy(world: World) -> None:
    world.entered(patent(1, holders=[{"name": "张三丰", "is_natural_person": True}]), pledgors=[
        {"name": "张三丰", "is_natural_person": True}
    ])  # fmt: skip
    world.entered(patent(2))
    public, bank = (
        register_actor("", Capacity.PUBLIC),
        register_actor("b", Capacity.LENDER, replace_name(BANK["name"])),
    )
    assert search(public, Query(name="张三丰")) == []
    assert len(search(bank, Query(name="张三丰"))) == 1
    (found,) = search(public, Query(number=patent_number(1)))
    assert found["pledgors"] == [{"name": "张**", "code": ""}]
    assert "claim_amount_fen" not in found and "claim_amount_fen" in search(bank, Query(number="1"))[0]
    assert [one["id"] for one in search(public, Query(name="甲", how="part", side="pledgor"))] == [2]
    assert [one["id"] for one in search(public, Query(name="西安甲科技股份有限公司", how="similar"))] == [2]
    assert similar_names("张三丰") == []
    assert [one["id"] for one in search(public, Query(first=date(2025, 6, 2), last=date(2025, 6, 2)))] == [1, 2]
    assert search(public, Query(first=date(2025, 6, 3))) == []
    assert [one["id"] for one in search(public, Query(after=1))] == [2]
    pledges.file_pledge(world.by(), request(patent(3)))
    assert len(search(public, Query())) == 2, "a filing is nobody else's business before it is entered"
    others = [
        register_actor("x", Capacity.LENDER, replace_name("另一银行")),
        register_actor("y", Capacity.FIRM, replace_name("局外人公司")),
    ]
    assert [len(search(one, Query())) for one in [*others, register_actor("z", Capacity.LENDER)]] == [2, 2, 2]
    own = [
        bank,
        register_actor("f", Capacity.FIRM, replace_name(FIRM["name"])),
        register_actor("r", Capacity.REGISTRAR),
    ]
    assert [len(search(one, Query())) for one in own] == [3, 3, 3]


def replace_name(name: str) -> Any:
    from zhirong.chain.right.records import Holder

    return Holder(name)


def test_subscribers_and_pledgees_are_told_at_least_once(world: World) -> None:
    orders.subscribe(world.by("court"), "right", KEY)
    orders.subscribe(world.by("firm", FIRM["name"]), "party", FIRM["name"])
    world.entered(patent(1))
    orders.unsubscribe(world.by("firm", FIRM["name"]), "party", FIRM["name"])
    pledges.discharge(world.by(), 1, "清偿")
    heard: list[tuple[str, int]] = []
    down = True

    def send(to: str, entry: Any) -> None:
        if down and to.startswith("court"):
            raise OSError("no line")
        heard.append((to, entry["index"]))

    outbox.push(send, START)
    assert heard == [
        *[("firm-西安甲科技有限公司", i) for i in (2, 3, 4)],
        *[("party:丙银行股份有限公司西安分行", i) for i in (2, 3, 4, 6)],
    ] or sorted(heard) == sorted(
        [("firm-西安甲科技有限公司", i) for i in (2, 3, 4)]
        + [("party:丙银行股份有限公司西安分行", i) for i in (2, 3, 4, 6)]
    )
    down = False
    heard.clear()
    assert outbox.push(send, START) == 4
    assert heard == [("court-", i) for i in (2, 3, 4, 6)], "in the order of the log"
    assert outbox.push(send, START) == 0


def test_certificates_and_receipts_verify(world: World) -> None:
    world.entered(patent(1))
    key = signing_key(world.folder)
    made = registration_certificate(world.by(), 1, key)
    assert made.pdf.startswith(b"%PDF")
    event = event_of_code(made.code)
    assert event is not None and event.index == made.number == 3
    assert event_of_code("2-000000000000") is None and event_of_code("x") is None
    keys = public_keys(world.folder)
    assert verify_receipt(read_receipt(made.receipt), keys=keys).verdict is EvidenceVerdict.HOLDS
    found = search_certificate(world.by("public"), Query(name="没有这家公司"), key, "en")
    assert found.pdf.startswith(b"%PDF")
    for one in models.Event.objects.all():
        data = receipt(one, key, world.now + timedelta(hours=2)).as_bytes()
        assert verify_receipt(read_receipt(data), keys=keys).verdict is EvidenceVerdict.HOLDS


def test_the_days_changes_and_the_daily_watch(world: World) -> None:
    world.entered(patent(1))
    entries = changes_of(date(2025, 6, 2))
    assert [entry["kind"] for entry in entries] == ["pledge.file", "pledge.accept", "pledge.enter"]
    assert not any(FIRM["name"] in str(entry) for entry in entries), "names are committed to, not published"
    assert list(watch(world.now)) == []
    contested = patent(1, flags=["invalidation_pending"])
    told = pledges.update_facts(world.by("lender", BANK["name"]), 1, [contested])
    assert told.registration.status is Status.ENTERED and told.registration.moves == 3
    ((_, check),) = list(watch(world.now))
    assert {f.number for f in check.findings if f.verdict == "refused"} == {11}
    with pytest.raises(InputError) as error:
        pledges.update_facts(world.by(), 1, [patent(2)])
    assert codes(error) == {"other_rights"}
    pledges.update_facts(world.by(), 1, [patent(1)])
    late = datetime(2026, 9, 30, tzinfo=world.now.tzinfo)
    ((registration, check),) = list(watch(late))
    assert registration == 1 and {f.number for f in check.findings if f.verdict == "refused"} == {4}


def test_both_databases_are_really_used(world: World) -> None:
    from django.db import connection

    assert connection.vendor == ("postgresql" if world.url else "sqlite")
    assert connection.get_autocommit()
    with connection.cursor() as cursor:
        if connection.vendor == "sqlite":
            modes = [cursor.execute(f"pragma {name}").fetchone()[0] for name in ("journal_mode", "synchronous")]
            assert modes == ["wal", 2], "write-ahead, and flushed at every commit"
        else:
            cursor.execute("show synchronous_commit")
            assert cursor.fetchone() == ("on",)


def test_an_examination_can_be_made_again_from_what_was_kept(world: World) -> None:
    """The facts, the day and the version of the rules in the log give the same findings, ground by ground."""
    from zhirong.chain.pledge.examination import examine
    from zhirong.kernel.days import day_of
    from zhirong.operations.pledge.facts import read_facts
    from zhirong.operations.register_events import register_event
    from zhirong.operations.rulebook import rulebook

    world.entered(patent(1), patent(2, holders=[dict(FIRM), {"name": "西安乙大学", "consents": True}]))
    pledges.file_pledge(world.by(), request(patent(3)))
    pledges.examine(world.by(), 2, rights=[patent(3, flags=["frozen"])])
    made_again = 0
    for row in models.Event.objects.filter(kind__in=("pledge.accept", "pledge.refuse")):
        event = register_event(row)
        assert event.rules == rulebook().version()
        filed = register_event(models.Event.objects.get(registration=row.registration, kind="pledge.file"))
        facts = event.content.get("facts", filed.content["facts"])
        filing, rights = read_facts(facts)
        day = day_of(datetime.fromisoformat(event.time.replace("Z", "+00:00")))
        for (key, right), kept in zip(rights, event.content["checks"], strict=True):
            assert kept["key"] == key
            assert [f.as_json() for f in examine(filing, right, day, rulebook())] == kept["findings"]
            made_again += 1
    assert made_again == 3


DAY_LONG = 24 * 60 * 60


def test_a_freeze_ends_by_itself_and_the_next_in_turn_takes_effect(world: World) -> None:
    orders.court_order_on_right(world.by("court"), KEY, "甲1号", "freeze")
    orders.court_order_on_right(world.by("court"), KEY, "乙2号", "freeze", purpose=FreezePurpose.EXECUTION)
    first, second = standing_freezes(KEY, day_of(world.now))
    assert first.ends_on == add_months(day_of(world.now), 6) and second.ends_on is None
    world.count += 190 * DAY_LONG
    (check,) = precheck(world.by("lender", "丙银行").actor, request(patent(1)), world.now)
    assert (check.standing.frozen_by, check.standing.waiting_orders) == ("乙2号", ())
    with pytest.raises(InputError) as error:
        pledges.file_pledge(world.by(), request(patent(1)))
    assert codes(error) == {"frozen"}
    world.count += 1200 * DAY_LONG
    assert standing_orders(KEY, day_of(world.now)) == ()
    world.demand_whole()


def test_a_right_whose_freeze_has_ended_can_be_pledged(world: World) -> None:
    orders.court_order_on_right(world.by("court"), KEY, "甲1号", "freeze")
    world.count += 190 * DAY_LONG
    world.entered(patent(1))
    world.demand_whole()


def test_a_freeze_is_renewed_before_it_ends(world: World) -> None:
    orders.court_order_on_right(world.by("court"), KEY, "甲1号", "freeze")
    ends_on = standing_freezes(KEY, day_of(world.now))[0].ends_on
    assert ends_on is not None
    for wrong in (ends_on, add_months(ends_on, 6) + timedelta(days=1)):
        with pytest.raises(InputError) as error:
            orders.court_order_on_right(world.by("court"), KEY, "甲1号之一", "renew", ends_on=wrong)
        assert codes(error) == {"ends_on"}
    orders.court_order_on_right(world.by("court"), KEY, "甲1号之一", "renew")
    assert standing_freezes(KEY, day_of(world.now))[0].ends_on == add_months(ends_on, 6)
    world.count += 400 * DAY_LONG
    with pytest.raises(InputError) as error:
        orders.court_order_on_right(world.by("court"), KEY, "甲1号之二", "renew")
    assert codes(error) == {"not_frozen"}
    world.demand_whole()


def test_a_waiting_freeze_has_no_last_day_yet(world: World) -> None:
    orders.court_order_on_right(world.by("court"), KEY, "甲1号", "freeze", ends_on=date(2025, 11, 30))
    with pytest.raises(InputError) as error:
        orders.court_order_on_right(world.by("court"), KEY, "乙2号", "freeze", ends_on=date(2025, 11, 30))
    assert codes(error) == {"waiting"}
