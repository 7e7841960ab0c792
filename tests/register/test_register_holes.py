"""What somebody could have slipped past the register: one right under two names, a change that is no change, stale facts."""

from collections.abc import Iterator
from datetime import date, timedelta
from typing import Any

import pytest
from register_world import BANK, FIRM, World, patent, patent_number, request

from zhirong.chain.pledge.registration import Status
from zhirong.kernel.errors import InputError
from zhirong.kernel.identifiers import credit_code_check
from zhirong.operations.outbox import inbox
from zhirong.operations.pledge import orders, pledges, reconciliation
from zhirong.operations.pledge.search import Query, changes_of, search, similar_names, watch
from zhirong.store import models

KEY = f"invention:{patent_number(1)}"
CODE = "91610000MA6TXA1B2" + credit_code_check("91610000MA6TXA1B2")
OTHER_CODE = "91610000MA6TXA1B3" + credit_code_check("91610000MA6TXA1B3")


@pytest.fixture(autouse=True)
def _whole_afterwards(sqlite_world: World) -> Iterator[None]:
    yield
    assert sqlite_world.findings() == ()


def codes(error: pytest.ExceptionInfo[InputError]) -> set[str]:
    return {problem.code for problem in error.value.problems}


def mark(number: str, **changes: Any) -> dict[str, Any]:
    return {
        "id": "m", "kind": "trademark", "title": "知融", "number": number, "holders": [dict(FIRM)],
        "registration_date": "2024-03-01", **changes,
    }  # fmt: skip


def software(number: str = "", **changes: Any) -> dict[str, Any]:
    return {
        "id": "s", "kind": "software", "title": "张力控制软件", "number": number, "holders": [dict(FIRM)],
        "publication_date": "2020-05-01", **changes,
    }  # fmt: skip


def secret(title: str, **holder: Any) -> dict[str, Any]:
    return {
        "id": "t", "kind": "trade_secret", "title": title, "holders": [{**FIRM, **holder}],
        "creation_date": "2020-05-01",
    }  # fmt: skip


@pytest.mark.parametrize(
    ("first", "again"),
    [
        (mark("00345678"), mark("345678")),
        (software("2020SR000001"), software("2020SR0000001")),
        (secret("一种配方"), secret("一种 配方", code=CODE)),
        (secret("配方(A)"), secret("配方（a）")),
    ],
)
def test_one_right_written_two_ways_is_one_right(sqlite_world: World, first: Any, again: Any) -> None:
    world = sqlite_world
    world.entered(first, related_marks=[])
    with pytest.raises(InputError) as error:
        pledges.file_pledge(world.by(), request(again, related_marks=[]))
    assert codes(error) == {"rank_taken"}


def test_a_certificates_number_is_no_name_of_software(sqlite_world: World) -> None:
    with pytest.raises(InputError) as error:
        pledges.file_pledge(sqlite_world.by(), request(software("软著登字第1234567号")))
    assert codes(error) == {"certificate_number"}


def test_nothing_in_the_log_can_be_guessed_and_tried(sqlite_world: World) -> None:
    """A fingerprint of words without a salt would let everybody try titles and names for ever."""
    world = sqlite_world
    world.entered(secret("一种配方"))
    key = models.Right.objects.get().key
    orders.court_order_on_right(world.by("court"), key, "1号", "freeze")
    assert "#" in key and key.partition("#")[2] not in str(changes_of(date(2025, 6, 2)))


@pytest.mark.parametrize(
    "changes",
    [
        {"claim_amount": -1},
        {"claim_amount": 0},
        {"claim_amount": "很多"},
        {"claim_amount": 1.5},
        {"claim_kind": "gift"},
        {"debt_end": "soon"},
        {"debt_end": "2025-06-01"},
        {"debt_end": "2041-06-01"},
        {"debt_end": "2026-06-02"},
        {"pledgee": {"name": " "}},
        {"pledgee": {"name": "另一银行"}},
        {"pledgors": []},
        {"pledgors": [{"name": "外人公司"}]},
        {"pledgors": "外人公司"},
        {"rights": []},
        {},
    ],
)
def test_an_amendment_changes_what_can_be_amended_and_nothing_else(
    sqlite_world: World, changes: dict[str, Any]
) -> None:
    sqlite_world.entered(patent(1))
    with pytest.raises(InputError):
        pledges.amend(sqlite_world.by("lender", BANK["name"]), 1, changes, date(2025, 6, 1))


def test_a_party_is_renamed_by_its_credit_code(sqlite_world: World) -> None:
    world = sqlite_world
    firm = {"name": FIRM["name"], "code": CODE}
    world.entered(patent(1, holders=[firm]), pledgors=[firm])
    new = {"name": "西安甲科技股份有限公司", "code": CODE.lower()}
    with pytest.raises(InputError):
        pledges.amend(world.by(), 1, {"pledgors": [{**new, "code": OTHER_CODE}]}, date(2025, 6, 1))
    renamed = pledges.amend(world.by(), 1, {"pledgors": [{**new, "code": CODE}]}, date(2025, 6, 1)).registration
    assert renamed.pledgors[0].name == new["name"]
    pledges.update_facts(world.by(), 1, [patent(1, holders=[{**new, "code": CODE}])])
    assert list(watch(world.now)) == [], "the watch goes by the names of now"


@pytest.mark.parametrize("amount", [-5, 0])
def test_a_partial_discharge_leaves_something(sqlite_world: World, amount: int) -> None:
    sqlite_world.entered(patent(1), patent(2))
    with pytest.raises(InputError) as error:
        pledges.partially_discharge(sqlite_world.by(), 1, [KEY], amount)
    assert codes(error) == {"not_positive"}


@pytest.mark.parametrize("to", [{}, {"name": ""}, {"name": "丁", "code": "123"}, {"nmae": "丁"}, {"name": 1}])
def test_a_transferee_has_a_name(sqlite_world: World, to: dict[str, Any]) -> None:
    sqlite_world.entered(patent(1))
    with pytest.raises(InputError):
        pledges.transfer_claim(sqlite_world.by(), 1, to)


def test_the_longest_term_of_a_notice_holds_for_its_extension(sqlite_world: World) -> None:
    world = sqlite_world
    licence = {"kind": "non_exclusive", "licensee": "丁公司", "start": "2024-01-01", "yearly_fee": "10万元"}
    world.entered(patent(1, licences=[licence]), subject="licence_fees")
    with pytest.raises(InputError) as error:
        pledges.extend(world.by(), 1, date(2056, 1, 1))
    assert codes(error) == {"ground_3_refused"}
    pledges.extend(world.by(), 1, date(2055, 1, 1))


def test_what_has_become_unknown_since_the_examination_stops_the_entry(sqlite_world: World) -> None:
    world = sqlite_world
    pledges.file_pledge(world.by(), request(patent(1)))
    pledges.examine(world.by(), 1)
    pledges.update_facts(
        world.by("lender", BANK["name"]), 1, [patent(1, holders=[dict(FIRM), {"name": "西安乙大学"}])]
    )
    with pytest.raises(InputError) as error:
        pledges.register(world.by(), 1)
    assert codes(error) == {"ground_8_unknown"}
    assert pledges.register(world.by(), 1, {f"{KEY}/8": "见同意书"}).registration.status is Status.ENTERED


def test_what_the_examination_settled_stays_settled_until_newer_facts(sqlite_world: World) -> None:
    world = sqlite_world
    unsure = patent(1, holders=[dict(FIRM), {"name": "西安乙大学"}])
    for identity in (1, 2):
        pledges.file_pledge(world.by(), request(unsure))
        pledges.examine(world.by(), identity, resolved={f"{KEY}/8": "见同意书"})
    pledges.update_facts(world.by(), 2, [unsure])
    assert pledges.register(world.by(), 1).registration.number == 1
    pledges.discharge(world.by(), 1, "清偿")
    with pytest.raises(InputError) as error:
        pledges.register(world.by(), 2)
    assert codes(error) == {"ground_8_unknown"}


def mirrored(world: World, serial: int, number: str, **words: Any) -> Any:
    identity = pledges.file_pledge(
        world.by(), request(patent(serial), role="mirror", pilot_basis="")
    ).registration.id
    given = {"authority": "国家知识产权局", "authority_number": number, "certificate": "ab" * 32, **words}
    return pledges.record_authority_number(world.by(), identity, day=given.pop("day", date(2025, 6, 2)), **given)


def test_an_authoritys_number_is_one_registration(sqlite_world: World) -> None:
    world = sqlite_world
    mirrored(world, 1, "Y1")
    with pytest.raises(InputError) as error:
        mirrored(world, 2, "Y1")
    assert codes(error) == {"number_used"}
    made = pledges.file_pledge(
        world.by(), request(software("2020SR0000001"), role="mirror", pilot_basis="")
    ).registration
    centre = ("中国版权保护中心", "Y1", "ab" * 32, date(2025, 6, 2))
    done = pledges.record_authority_number(world.by(), made.id, *centre)
    assert done.registration.status is Status.ENTERED, "the same number of another authority is another one"
    for wrong in ({"day": date(2025, 6, 3)}, {"certificate": "ab"}):
        with pytest.raises(InputError):
            mirrored(world, 4, "Y2", **wrong)


@pytest.mark.parametrize("authority", ["国家版权局", "中国版权保护中心", "西安市市场监督管理局", "知识产权局"])
def test_a_mirror_is_not_completed_by_an_authority_that_does_not_register_its_kind(
    sqlite_world: World, authority: str
) -> None:
    with pytest.raises(InputError) as error:
        mirrored(sqlite_world, 1, "Y1", authority=authority)
    assert codes(error) == {"other_authority"}
    assert "国家知识产权局" in error.value.problems[0].hint.zh
    assert sqlite_world.findings() == ()


@pytest.mark.parametrize("authority", ["国家知识产权局专利局西安代办处", "国家 知识产权局", "cnipa"])
def test_an_office_of_the_authority_completes_a_mirror(sqlite_world: World, authority: str) -> None:
    assert mirrored(sqlite_world, 1, "Y1", authority=authority).registration.status is Status.ENTERED


def test_what_the_authority_registered_is_recorded_though_a_ground_has_come_up_since(sqlite_world: World) -> None:
    world = sqlite_world
    identity = pledges.file_pledge(world.by(), request(patent(1), role="mirror", pilot_basis="")).registration.id
    pledges.update_facts(world.by(), identity, [patent(1, flags=["invalidation_pending"])])
    done = pledges.record_authority_number(
        world.by(), identity, "国家知识产权局", "Y1", "ab" * 32, date(2025, 6, 2)
    )
    assert done.registration.status is Status.ENTERED
    ((_, check),) = list(watch(world.now))
    assert check.verdict == "no"


def package() -> dict[str, Any]:
    return request(patent(1), mark("12345678"), software("2020SR0000001"), related_marks=[])


def test_a_package_over_several_kinds_is_one_filing_here(sqlite_world: World) -> None:
    world = sqlite_world
    (filed,) = pledges.file_package(world.by(), package())
    assert filed.registration.review_by == date(2025, 6, 12), "that of the slowest of its registers"
    pledges.examine(world.by(), 1)
    one = pledges.register(world.by(), 1).registration
    assert [right.kind.value for right in one.rights] == ["invention", "trademark", "software"]
    assert set(one.charged().values()) == {1}
    pledges.partially_discharge(world.by(), 1, ["trademark:12345678"])
    with pytest.raises(InputError) as error:
        pledges.file_package(world.by(), package())
    assert {problem.value for problem in error.value.problems} == {KEY, "software:2020SR1"}


def test_a_mirrored_package_is_one_filing_for_each_authority_or_none(sqlite_world: World) -> None:
    world = sqlite_world
    mirror = {**package(), "role": "mirror"}
    with pytest.raises(InputError) as error:
        pledges.file_pledge(world.by(), mirror)
    assert codes(error) == {"several_registers"}
    by = world.by(key="once")
    done = pledges.file_package(by, mirror)
    assert [[right.kind.value for right in one.registration.rights] for one in done] == [
        ["software"], ["invention"], ["trademark"],
    ]  # fmt: skip
    assert [one.index for one in pledges.file_package(by, mirror)] == [0, 1, 2], "a repeat files nothing again"
    broken = {**mirror, "rights": [patent(2), mark("12345679", status="invalidated")]}
    with pytest.raises(InputError):
        pledges.file_package(world.by(), broken)
    assert models.Registration.objects.count() == 3, "all of it or none"


def test_similar_marks_are_pledged_together_however_their_numbers_are_written(sqlite_world: World) -> None:
    world = sqlite_world
    with pytest.raises(InputError) as error:
        pledges.file_pledge(world.by(), request(mark("12345678"), related_marks=["第12345679号"]))
    assert "12345679" in str(error.value)
    both = request(mark("12345678"), {**mark("12345679"), "id": "n"}, related_marks=["第12345679号", "12345678"])
    assert pledges.file_pledge(world.by(), both).registration.status is Status.FILED


def test_a_maximum_amount_pledge_passes_on_when_its_claims_are_determined(sqlite_world: World) -> None:
    world = sqlite_world
    world.entered(patent(1), claim_kind="maximum_amount", claim_amount="500万元")
    lender = world.by("lender", BANK["name"])
    with pytest.raises(InputError) as error:
        pledges.transfer_claim(lender, 1, {"name": "丁资产管理公司"})
    assert codes(error) == {"not_determined"} and "四百二十一" in error.value.as_text("zh")
    moved = pledges.transfer_claim(world.by(), 1, {"name": "丁资产管理公司"}, "2025年6月1日决算确定").registration
    assert (moved.pledgee.name, moved.claim_kind, moved.claim_amount) == (
        "丁资产管理公司",
        "maximum_amount",
        500_000_000,
    )


def test_a_reason_and_a_day_that_has_come(sqlite_world: World) -> None:
    world = sqlite_world
    world.entered(patent(1))
    with pytest.raises(InputError) as error:
        pledges.correct(world.by(), 1, {"claim_amount": 2}, " ")
    assert codes(error) == {"missing"}
    with pytest.raises(InputError) as error:
        pledges.amend(world.by(), 1, {"claim_amount": 2}, world.now.date() + timedelta(days=1))
    assert codes(error) == {"later_than_today"}


def test_a_credit_code_that_cannot_be_right_is_refused(sqlite_world: World) -> None:
    with pytest.raises(InputError) as error:
        pledges.file_pledge(sqlite_world.by(), request(patent(1), pledgee={"name": "丙银行", "code": "91X"}))
    assert {problem.field for problem in error.value.problems} == {"filing.pledgee.code"}


def test_who_holds_a_pledge_is_told_of_a_freeze_of_its_right_and_of_an_alarm(sqlite_world: World) -> None:
    world = sqlite_world
    mirrored(world, 1, "Y1")
    lender, court = world.by("lender", BANK["name"]).actor, world.by("court")
    orders.subscribe(court, "right", KEY)
    before = inbox(lender)[-1]["index"]
    orders.court_order_on_right(world.by("court"), KEY, "1号", "freeze")
    assert [entry["kind"] for entry in inbox(lender, before)] == ["right.freeze"]
    assert [entry["kind"] for entry in inbox(court.actor)] == ["right.freeze"]
    published = {
        "authority_number": "Y1", "rights": [patent_number(1)], "pledgors": [FIRM["name"]], "pledgee": BANK["name"],
        "registered_on": "2025-06-01",
    }  # fmt: skip
    by = world.by()
    _, found = reconciliation.reconcile(by, "国家知识产权局", [published])
    assert [one.code for one in found] == ["day_differs"]
    reconciliation.reconcile(by, "国家知识产权局", [published])
    assert [entry["kind"] for entry in inbox(lender, before)] == ["right.freeze", "reconciliation.alarm"]
    assert inbox(world.by("lender", "另一银行").actor) == []
    wide = {**published, "registered_on": "2025-06-02", "pledgee": " 丙银行股份有限公司西安分行 "}
    assert reconciliation.reconcile(world.by(), "国家知识产权局", [wide])[1] == (), (
        "a bracket or a space is no difference"
    )


def test_persons_are_not_gone_through_and_filers_are_not_given_away(sqlite_world: World) -> None:
    world = sqlite_world
    person = {"name": "张三丰", "is_natural_person": True}
    world.entered(patent(1, holders=[person]), pledgors=[person])
    bank, firm, own = (
        world.by("lender", "甲银行").actor,
        world.by("firm", "乙公司").actor,
        world.by("firm", "张三丰").actor,
    )
    assert [
        len(search(bank, Query(name=name, how=how)))
        for name, how in (("张三丰", "exact"), ("张", "part"), ("张三年", "similar"))
    ] == [1, 0, 0]
    assert search(firm, Query(name="张三丰")) == []
    assert len(search(own, Query(name="张三丰"))) == 1
    pledges.file_pledge(world.by(), request(patent(2)))
    assert similar_names(FIRM["name"]) == [], "who has only filed is not told of"
    pledges.examine(world.by(), 2)
    pledges.register(world.by(), 2)
    assert [name for name, _ in similar_names(FIRM["name"])] == [FIRM["name"]]
