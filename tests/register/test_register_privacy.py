"""What outsiders learn of persons and of filings that have not been entered: by searching, by subscribing, from the log."""

import hashlib
from typing import Any

import pytest
from register_world import BANK, FIRM, World, patent, patent_number, request

PERSON = {"name": "张三丰", "is_natural_person": True}
SECRET = {"id": "s", "kind": "trade_secret", "title": "张力控制软件", "holders": [PERSON]}
KEY = f"invention:{patent_number(1)}"


def test_the_public_cannot_try_names_against_a_rights_key(sqlite_world: World) -> None:
    from zhirong.kernel.errors import InputError
    from zhirong.operations.pledge import certificates, pledges
    from zhirong.operations.pledge.search import Query, search, view

    world = sqlite_world
    pledges.file_pledge(world.by(), request(SECRET, pledgors=[PERSON]))
    guess = hashlib.sha256("张力控制软件\n张三丰".encode()).hexdigest()[:24]
    pledges.examine(world.by(), 1, resolved={f"trade_secret:#{guess}/{at}": "已核实" for at in range(1, 13)})
    one = pledges.register(world.by(), 1).registration
    (shown,) = search(world.by("public").actor, Query(number="1"))
    assert guess not in str(shown) and "张三丰" not in str(shown)
    assert view(world.by("lender", BANK["name"]).actor, one)["rights"][0]["key"] == f"trade_secret:#{guess}"
    with pytest.raises(InputError):  # it is no number
        search(world.by("public").actor, Query(number=f"#{guess}"))
    _, short = certificates.codes(certificates.models.Event.objects.get(index=2))
    assert guess not in str(certificates.check_code(world.by("public").actor, short))


def _heard(world: World, by: Any) -> list[str]:
    from zhirong.operations import outbox

    return [entry["kind"] for entry in outbox.inbox(by.actor)]


def test_who_subscribes_hears_of_a_filing_only_once_it_is_entered_or_is_his_own(sqlite_world: World) -> None:
    from zhirong.operations.pledge import orders, pledges

    world = sqlite_world
    rival, own, court = world.by("lender", "丁银行"), world.by("firm", FIRM["name"]), world.by("court")
    orders.subscribe(rival, "party", FIRM["name"])
    orders.subscribe(own, "party", FIRM["name"])
    orders.subscribe(court, "right", KEY)
    pledges.prepare_pledge(world.by(), request(patent(1)))
    pledges.withdraw(world.by(), 1, "改由他行办理")
    assert _heard(world, rival) == []
    assert _heard(world, own) == _heard(world, court) == ["pledge.prepare", "pledge.withdraw"]
    world.entered(patent(1))
    assert _heard(world, rival) == ["pledge.enter"]


def test_a_firm_does_not_hear_of_a_person_by_subscribing_to_his_name(sqlite_world: World) -> None:
    from zhirong.operations.pledge import orders

    world = sqlite_world
    firm, bank, other = world.by("firm", "乙公司"), world.by("lender", "丁银行"), world.by("firm", "丁公司")
    orders.subscribe(firm, "party", PERSON["name"])
    orders.subscribe(bank, "party", PERSON["name"])
    orders.subscribe(other, "right", KEY)
    world.entered(patent(1, holders=[PERSON]), pledgors=[PERSON])
    assert _heard(world, firm) == []
    assert _heard(world, bank) == _heard(world, other) == ["pledge.enter"]


def test_a_bank_hears_of_what_was_filed_for_it_without_its_code(sqlite_world: World) -> None:
    from dataclasses import replace

    from zhirong.chain.right.records import Holder

    world = sqlite_world
    world.entered(patent(1))
    by = world.by("lender", BANK["name"])
    coded = replace(by, actor=replace(by.actor, acts_for=Holder(BANK["name"], "91610131MA6U1234X1")))
    assert _heard(world, coded) == ["pledge.file", "pledge.accept", "pledge.enter"]


def test_the_log_names_a_filings_rights_only_once_they_are_pledged(sqlite_world: World) -> None:
    from zhirong.kernel.days import day_of
    from zhirong.operations.pledge import pledges
    from zhirong.operations.pledge.search import changes_of

    world = sqlite_world
    pledges.prepare_pledge(world.by(), request(patent(1)))
    pledges.file_pledge(world.by(), request(patent(1), role="mirror"))
    assert patent_number(1) not in str(changes_of(day_of(world.now)))
    pledges.record_authority_number(world.by(), 2, "国家知识产权局", "Y2025980000001", "a" * 64, day_of(world.now))
    assert changes_of(day_of(world.now))[-1]["body"]["rights"] == [KEY]
