"""A right is the same right however it is written: in a court's order, a subscription, a search, another filing."""

from typing import Any

import pytest
from register_world import FIRM, World, patent, patent_number, request

MARK = {
    "id": "m",
    "kind": "trademark",
    "title": "知融",
    "number": "00345678",
    "registration_date": "2024-03-01",
    "holders": [dict(FIRM)],
}
SOFTWARE = {
    "id": "s",
    "kind": "software",
    "title": "张力控制软件 V1.0",
    "number": "2020SR000123",
    "creation_date": "2020-01-02",
    "holders": [dict(FIRM)],
}


def _software(**changes: Any) -> dict[str, Any]:
    return {name: value for name, value in {**SOFTWARE, **changes}.items() if value is not None}


@pytest.mark.parametrize(
    ("right", "written"),
    [
        (MARK, "trademark:00345678"),
        (MARK, " trademark：第345678号 "),
        (SOFTWARE, "software:2020SR0000123"),
        (SOFTWARE, "software:2020SR123"),  # as the register itself shows its key
        (patent(1), f"invention:ZL {patent_number(1).replace('.', '')}"),
    ],
)
def test_a_court_freezes_a_right_however_its_number_is_written(
    sqlite_world: World, right: dict[str, Any], written: str
) -> None:
    from zhirong.kernel.errors import InputError
    from zhirong.operations.pledge import orders, pledges

    world = sqlite_world
    orders.court_order_on_right(world.by("court"), written, "（2026）陕01执1号", "freeze")
    with pytest.raises(InputError) as caught:
        pledges.file_pledge(world.by(), request(right, related_marks=[]))
    assert "frozen" in {problem.code for problem in caught.value.problems}
    world.demand_whole()
    orders.court_order_on_right(world.by("court"), written, "（2026）陕01执1号之一", "unfreeze")
    world.entered(right, related_marks=[])
    world.demand_whole()


@pytest.mark.parametrize(
    "written", ["國作登字-2014-F-00123456", "国作登字2014F00123456", "国作登字—2014—f—00123456"]
)
def test_a_work_is_not_pledged_twice_by_the_spelling_of_its_number(sqlite_world: World, written: str) -> None:
    from zhirong.operations.pledge.search import precheck

    world = sqlite_world
    work = {**SOFTWARE, "kind": "copyright", "title": "甲作品", "number": "国作登字-2014-F-00123456"}
    world.entered(work)
    (check,) = precheck(world.by("lender", "丙银行").actor, request({**work, "number": written}), world.now)
    assert [problem.code for problem in check.problems()] == ["rank_taken"]


@pytest.mark.parametrize("written", ["trademark:ABC", "invention:201410362077.4", "trade_secret:17", "trademark:"])
def test_a_key_that_cannot_be_a_rights_is_refused(sqlite_world: World, written: str) -> None:
    from zhirong.kernel.errors import InputError
    from zhirong.operations.pledge import orders

    with pytest.raises(InputError):
        orders.court_order_on_right(sqlite_world.by("court"), written, "（2026）陕01执1号", "freeze")
    with pytest.raises(InputError):
        orders.subscribe(sqlite_world.by("lender", "丙银行"), "right", written)


@pytest.mark.parametrize(
    ("right", "numbers"),
    [
        (MARK, ("345678", "00345678", "第345678号")),
        (SOFTWARE, ("2020SR000123", "2020SR0000123", "登记号：2020sr0000123")),
        (patent(1), (patent_number(1), f"ZL{patent_number(1)}", f"CN {patent_number(1).replace('.', '')}")),
    ],
)
def test_a_search_finds_a_right_however_its_number_is_written(
    sqlite_world: World, right: dict[str, Any], numbers: tuple[str, ...]
) -> None:
    from zhirong.operations.pledge.search import Query, search

    world = sqlite_world
    world.entered(right, related_marks=[])
    for number in numbers:
        assert [one["id"] for one in search(world.by("public").actor, Query(number=number))] == [1], number


def test_a_subscriber_hears_of_a_right_however_he_has_written_it(sqlite_world: World) -> None:
    from zhirong.operations import outbox
    from zhirong.operations.pledge import orders

    world = sqlite_world
    bank = world.by("lender", "丁银行")
    orders.subscribe(bank, "right", "trademark:00345678")
    world.entered(MARK, related_marks=[])
    assert [entry["kind"] for entry in outbox.inbox(bank.actor)] == ["pledge.enter"]


@pytest.mark.parametrize(("first", "second"), [("2020SR000123", None), (None, "2020SR000123")])
def test_a_right_is_not_pledged_twice_by_leaving_out_its_number(
    sqlite_world: World, first: str | None, second: str | None
) -> None:
    from zhirong.kernel.errors import InputError
    from zhirong.operations.pledge import pledges

    world = sqlite_world
    world.entered(_software(number=first))
    again = _software(number=second, title="张力控制软件V1.0")
    with pytest.raises(InputError) as caught:
        pledges.file_pledge(world.by(), request(again))
    assert "rank_taken" in {problem.code for problem in caught.value.problems}
    pledges.discharge(world.by(), 1, "债务清偿")
    pledges.file_pledge(world.by(), request(again))


def test_two_works_of_one_title_with_numbers_of_their_own_are_two_rights(sqlite_world: World) -> None:
    world = sqlite_world
    world.entered(_software())
    assert world.entered(_software(number="2021SR000777")).number == 2


def test_an_authoritys_number_is_one_number_however_it_is_written(sqlite_world: World) -> None:
    from zhirong.kernel.days import day_of
    from zhirong.kernel.errors import InputError
    from zhirong.operations.pledge import pledges, reconciliation
    from zhirong.operations.pledge.search import Query, search

    world, day = sqlite_world, day_of(sqlite_world.now)
    for serial in (1, 2):
        pledges.file_pledge(world.by(), request(patent(serial), role="mirror"))
    pledges.record_authority_number(world.by(), 1, "国家知识产权局", "Y2025980000001", "a" * 64, day)
    for written in (" y2025 980000001 ", "Ｙ2025980000001"):
        with pytest.raises(InputError) as caught:
            pledges.record_authority_number(world.by(), 2, "国家 知识产权局", written, "a" * 64, day)
        assert [problem.code for problem in caught.value.problems] == ["number_used"]
        assert [one["id"] for one in search(world.by("public").actor, Query(number=written))] == [1]
    published = {
        "authority_number": "y2025980000001",
        "rights": [f"ZL{patent_number(1)}"],
        "pledgors": [FIRM["name"]],
        "pledgee": "丙银行股份有限公司西安分行",
        "registered_on": day.isoformat(),
    }
    _, found = reconciliation.reconcile(world.by(), "国家知识产权局", [published], is_complete=True)
    assert found == ()


def test_the_key_of_a_package_is_not_used_for_another(sqlite_world: World) -> None:
    from zhirong.kernel.errors import InputError
    from zhirong.operations.pledge import pledges

    world, key = sqlite_world, "k" * 200
    both = request(patent(1), MARK, role="mirror", related_marks=[])
    first = pledges.file_package(world.by(key=key), both)
    assert [done.repeated for done in first] == [False, False]
    assert [done.repeated for done in pledges.file_package(world.by(key=key), both)] == [True, True]
    for other in (request(patent(1), role="mirror", related_marks=[]), request(_software(), role="mirror")):
        with pytest.raises(InputError) as caught:
            pledges.file_package(world.by(key=key), other)
        assert [problem.code for problem in caught.value.problems] == ["key_used"]


def test_an_identity_and_a_party_are_found_however_their_numbers_are_written(sqlite_world: World) -> None:
    from zhirong.operations.pledge.identities import identity_history, record_identity
    from zhirong.operations.pledge.search import Query, search

    world, code = sqlite_world, "91610131MA6U1234X5"
    record_identity(world.by(), _software())
    for written in ("2020SR000123", "2020sr0000123", "software:2020SR123"):
        assert len(identity_history(world.by("public").actor, written)) == 1, written
    world.entered(_software(), pledgee={"name": "丙银行", "code": code})
    for written in (code, code.lower(), f" {code[:8]} {code[8:]}"):
        assert [one["id"] for one in search(world.by("public").actor, Query(code=written))] == [1], written


@pytest.mark.parametrize(
    ("written", "code", "said"),
    [
        (
            patent_number(1)[:-1] + ("0" if patent_number(1)[-1] != "0" else "1"),
            "check_digit",
            patent_number(1)[-1],
        ),
        (patent_number(1)[:-2], "check_digit_missing", patent_number(1)),
        ("软著登字第0123456号", "certificate_number", "2014SR123456"),
        ("2.01410E+12", "scientific", "文本"),
        ("20141000001", "not_a_number", "不代表没有质押"),
        ("Y2025980000009", "not_a_number", "核对"),
    ],
)
def test_a_mistyped_number_is_refused_and_not_said_to_be_free(
    sqlite_world: World, written: str, code: str, said: str
) -> None:
    from zhirong.kernel.errors import InputError
    from zhirong.operations.pledge.search import Query, search

    world = sqlite_world
    world.entered(patent(1))
    with pytest.raises(InputError) as caught:
        search(world.by("public").actor, Query(number=written))
    (problem,) = caught.value.problems
    assert problem.code == code and problem.field == "number"
    assert said in problem.reason.zh + problem.hint.zh
    assert search(world.by("public").actor, Query(number=patent_number(2))) == [], "right in form, and free"


NAMED = {"title": "张力控制软件 V1.0", "number": None}


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        ({"title": "张力控制系统软件 V1.0"}, "名称相似"),  # another spelling of the title, the same holder
        ({"title": "张力控制软件 V1.0", "holders": [{"name": "西安甲科技股份公司"}]}, "权利人名称不同"),
        ({"title": "张力控制软件 V1.1", "number": "2020SR000123"}, "名称相似"),  # its number was left out before
        ({"title": "财务报表软件"}, ""),
        ({"title": "财务报表软件", "holders": [{"name": "西安乙科技有限公司"}]}, ""),
    ],
)
def test_what_may_be_the_same_right_is_for_the_examiner_and_never_passes_by_itself(
    sqlite_world: World, changes: dict[str, Any], told: str
) -> None:
    from zhirong.kernel.errors import InputError
    from zhirong.operations.pledge import pledges
    from zhirong.operations.pledge.search import precheck

    world = sqlite_world
    world.entered(_software(**NAMED))
    right = _software(**{**NAMED, **changes})
    asked = request(right, pledgors=right["holders"])
    (check,) = precheck(world.by("lender", "丙银行").actor, asked, world.now)
    assert check.verdict == ("unknown" if told else "yes")
    identity = pledges.file_pledge(world.by(), asked).registration.id
    if not told:
        pledges.examine(world.by(), identity)
        pledges.register(world.by(), identity)
        world.demand_whole()
        return
    with pytest.raises(InputError) as caught:
        pledges.examine(world.by(), identity)
    (problem,) = caught.value.problems
    assert problem.code == "ground_1001_unknown" and told in problem.reason.zh and "申请 1" in problem.reason.zh
    pledges.examine(world.by(), identity, resolved={f"{check.key}/1001": "样本不同，经比对不是同一软件"})
    assert pledges.register(world.by(), identity).registration.status.value == "entered"
    world.demand_whole()


def test_what_was_found_of_one_likeness_says_nothing_of_a_later_one(sqlite_world: World) -> None:
    from zhirong.kernel.errors import InputError
    from zhirong.operations.pledge import pledges

    world = sqlite_world
    world.entered(_software(**NAMED))
    right = _software(**{**NAMED, "title": "张力控制系统软件 V1.0"})
    identity = pledges.file_pledge(world.by(), request(right)).registration.id
    key = (
        pledges.examine(world.by(), identity, resolved={f"software:{_named(right)}/1001": "不是同一软件"})
        .registration.rights[0]
        .key
    )
    other = pledges.file_pledge(
        world.by(), request(_software(**{**NAMED, "title": "张力控制系统软件 V1.1"}))
    ).registration
    keys = f"{other.rights[0].key}"
    pledges.examine(world.by(), other.id, resolved={f"{keys}/1001": "不是同一软件"})
    pledges.register(world.by(), other.id)
    with pytest.raises(InputError) as caught:
        pledges.register(world.by(), identity)
    assert {problem.code for problem in caught.value.problems} == {f"ground_{1000 + other.id}_unknown"}
    pledges.register(world.by(), identity, resolved={f"{key}/{1000 + other.id}": "经比对不是同一软件"})
    world.demand_whole()


def _named(right: dict[str, Any]) -> str:
    from zhirong.chain.pledge.precheck import right_key
    from zhirong.chain.right.reading import read_right
    from zhirong.kernel.fields import Reader

    return right_key(read_right(Reader(right))).partition(":")[2]


def test_no_certificate_of_search_for_a_mistyped_number(sqlite_world: World) -> None:
    from zhirong.kernel.errors import InputError
    from zhirong.operations.pledge.certificates import search_certificate
    from zhirong.operations.pledge.search import Query
    from zhirong.store.log import signing_key
    from zhirong.store.models import Event

    world = sqlite_world
    world.entered(patent(1))
    before = Event.objects.count()
    with pytest.raises(InputError):
        search_certificate(world.by("public"), Query(number="软著登字第0123456号"), signing_key(world.folder))
    assert Event.objects.count() == before
