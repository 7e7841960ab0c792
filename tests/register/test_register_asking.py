"""Whoever asks must not read that there is nothing where there is something: numbers, names and codes as people write them."""

from dataclasses import replace
from datetime import UTC, date, datetime
from typing import Any

import pytest
from register_world import FIRM, World, patent, patent_number, request

CODE = "91610131MA6U1234X5"
# Filed and granted under the numbers of before October 2003, and still in force on the day of these tests.
OLD = {"number": "03118464.2", "filing_date": "2003-05-04", "grant_date": "2005-08-03", "fee_paid_through_year": 20}
LAYOUT = {
    "id": "l",
    "kind": "layout_design",
    "title": "电源管理芯片",
    "number": "BS.12500520.2",
    "filing_date": "2016-03-01",
    "grant_date": "2016-06-01",
    "holders": [dict(FIRM)],
}
SECRET = {"id": "s", "kind": "trade_secret", "title": "张力控制工艺", "holders": [dict(FIRM)]}
SOFTWARE = {
    "id": "s",
    "kind": "software",
    "title": "张力控制软件",
    "number": "2020SR000123",
    "creation_date": "2020-01-02",
    "holders": [dict(FIRM)],
}


def _found(world: World, role: str = "public", **asked: Any) -> list[int]:
    from zhirong.operations.pledge.search import Query, search

    return [one["id"] for one in search(world.by(role).actor, Query(**asked))]


def _refused(world: World, **asked: Any) -> list[str]:
    from zhirong.kernel.errors import InputError

    with pytest.raises(InputError) as caught:
        _found(world, **asked)
    return [problem.code for problem in caught.value.problems]


def _entered_in(world: World, year: int, right: dict[str, Any]) -> None:
    from zhirong.operations.pledge import pledges

    def by() -> Any:
        return replace(world.by(), now=datetime(year, 6, 2, 2, tzinfo=UTC))

    asked = request(right, debt_start=f"{year}-06-02", debt_end=f"{year}-12-01")
    done = pledges.file_pledge(by(), asked).registration
    pledges.examine(by(), done.id, resolved={f"{done.rights[0].key}/{at}": "已核实" for at in range(1, 20)})
    pledges.register(by(), done.id)


@pytest.mark.parametrize(
    "written", ["03118464.2", "03118464", "3118464.2", "3118464", "第03118464号", "ZL03118464.2"]
)
def test_an_old_patent_is_found_without_its_check_digit_or_its_zeros(sqlite_world: World, written: str) -> None:
    _entered_in(sqlite_world, 2022, patent(1, **OLD))
    assert _found(sqlite_world, number=written) == [1]


@pytest.mark.parametrize("written", ["BS.12500520.2", "12500520", "12500520.2"])
def test_a_layout_design_is_found_without_its_check_digit(sqlite_world: World, written: str) -> None:
    _entered_in(sqlite_world, 2025, LAYOUT)
    assert _found(sqlite_world, number=written) == [1]


def test_what_a_number_was_searched_as_is_said(sqlite_world: World) -> None:
    from zhirong.operations.pledge.search import searched_as

    said = searched_as("03118464")
    assert "商标 3118464" in said.zh and "03118464.2" in said.zh and "登记号 03118464" in said.zh
    assert "BS" not in said.zh
    assert "发明" not in searched_as("20130045").zh, "no patent of 2020 has nine places"


@pytest.mark.parametrize(
    ("asked", "code"),
    [
        ({"number": "   "}, "blank"),
        ({"name": " \u200b "}, "blank"),
        ({"code": "  "}, "blank"),
        ({"code": "91610131MA6U1234X0"}, "check_digit"),
        ({"code": "9161"}, "credit_code_length"),
        ({"first": date(2025, 6, 2), "last": date(2025, 6, 1)}, "dates_reversed"),
    ],
)
def test_a_question_that_can_find_nothing_is_refused(sqlite_world: World, asked: dict[str, Any], code: str) -> None:
    sqlite_world.entered(patent(1))
    assert _refused(sqlite_world, **asked) == [code]


@pytest.mark.parametrize(
    ("held", "written"),
    [
        ("西安甲科技有限公司", "西安甲\u200b科技有限公司"),
        ("西安甲\ufeff科技有限公司", "西安甲科技有限公司"),
        ("A–B科技公司", "a-b科技公司"),
        ("国际〔西安〕公司", "国际（西安）公司"),
        ("买买提·甲公司", "买买提•甲公司"),
        ("ABC Semiconductor Co., Ltd.", "ＡＢＣ semiconductor co.,ltd."),
    ],
)
def test_a_name_is_found_however_its_signs_are_typed(sqlite_world: World, held: str, written: str) -> None:
    holder = {"name": held}
    sqlite_world.entered(patent(1, holders=[holder]), pledgors=[holder])
    for how in ("exact", "part", "similar"):
        assert _found(sqlite_world, name=written, how=how) == [1], how
    sqlite_world.demand_whole()


def test_a_code_is_found_in_full_width_signs(sqlite_world: World) -> None:
    sqlite_world.entered(patent(1), pledgee={"name": "丙银行", "code": CODE})
    assert _found(sqlite_world, code="９１６１０１３１ＭＡ６Ｕ１２３４Ｘ５") == [1]


def test_a_renamed_party_is_found_by_its_former_name(world: World) -> None:
    from zhirong.operations import outbox
    from zhirong.operations.pledge import orders, pledges
    from zhirong.operations.pledge.search import Query, search

    before, after = ({"name": name, "code": CODE} for name in ("西安甲科技有限公司", "西安新甲科技有限公司"))
    bank = world.by("lender", "丁银行")
    orders.subscribe(bank, "party", before["name"])
    world.entered(patent(1, holders=[before]), pledgors=[before])
    pledges.amend(world.by(), 1, {"pledgors": [after]}, date(2025, 6, 2))
    for name in (before["name"], after["name"]):
        for how in ("exact", "part", "similar"):
            assert _found(world, name=name, how=how) == [1], (name, how)
        assert _found(world, name=name, side="pledgor") == [1]
        assert _found(world, name=name, side="pledgee") == []
    (shown,) = search(world.by("public").actor, Query(name=before["name"]))
    assert [party["name"] for party in shown["pledgors"]] == [after["name"]]
    assert shown["former_names"] == [before["name"]]
    pledges.discharge(world.by(), 1, "债务清偿")
    assert [one["kind"] for one in outbox.inbox(bank.actor)] == ["pledge.enter", "pledge.amend", "pledge.discharge"]
    world.demand_whole()


def test_a_former_name_lets_nobody_see_what_is_not_published(sqlite_world: World) -> None:

    from zhirong.operations.pledge import pledges
    from zhirong.operations.register_policy import may_read

    world = sqlite_world
    before, after = ({"name": name, "code": CODE} for name in ("西安甲科技有限公司", "西安新甲科技有限公司"))
    world.entered(patent(1, holders=[before]), pledgors=[before])
    found = pledges.amend(world.by(), 1, {"pledgors": [after]}, date(2025, 6, 2)).registration
    actor = world.by("firm", before["name"]).actor
    other = replace(actor, acts_for=replace(actor.acts_for, code="91110000100003962T"))
    assert not may_read(other, "view", found)


def test_the_code_of_an_amendment_is_checked_and_kept_in_one_form(sqlite_world: World) -> None:
    from zhirong.kernel.errors import InputError
    from zhirong.operations.pledge import pledges

    world = sqlite_world
    world.entered(patent(1))
    with pytest.raises(InputError) as caught:
        pledges.correct(world.by(), 1, {"pledgee": {"name": "丁银行", "code": "XX"}}, "写错")
    (problem,) = caught.value.problems
    assert (problem.field, problem.code) == ("changes.pledgee.code", "credit_code_length")
    done = pledges.correct(world.by(), 1, {"pledgee": {"name": "丁银行", "code": CODE.lower()}}, "写错")
    assert done.registration.pledgee.code == CODE
    assert _found(world, code=CODE) == [1]


@pytest.mark.parametrize(
    "changes", [{"title": "张力\u200b控制工艺"}, {"holders": [{"name": "西安甲\u2060科技有限公司"}]}]
)
def test_a_right_is_not_pledged_twice_by_signs_that_nobody_sees(
    sqlite_world: World, changes: dict[str, Any]
) -> None:
    from zhirong.operations.pledge.search import precheck

    _entered_in(sqlite_world, 2025, SECRET)
    right = {**SECRET, **changes}
    asked = request(right, pledgors=right["holders"])
    (check,) = precheck(sqlite_world.by("lender", "丙银行").actor, asked, sqlite_world.now)
    assert check.verdict == "no" and "rank_taken" in {problem.code for problem in check.problems()}


@pytest.mark.parametrize(("first", "second"), [("2020SR000123", None), (None, "2020SR000123")])
def test_a_freeze_is_not_escaped_by_leaving_out_the_number(
    sqlite_world: World, first: str | None, second: str | None
) -> None:
    from zhirong.operations.pledge import orders, pledges
    from zhirong.operations.pledge.search import precheck

    world = sqlite_world

    def software(number: str | None) -> dict[str, Any]:
        return {name: value for name, value in {**SOFTWARE, "number": number}.items() if value is not None}

    key = world.entered(software(first)).rights[0].key
    pledges.discharge(world.by(), 1, "债务清偿")
    orders.court_order_on_right(world.by("court"), key, "（2026）陕01执1号", "freeze")
    (check,) = precheck(world.by("lender", "丙银行").actor, request(software(second)), world.now)
    assert check.verdict == "no"
    assert [problem.code for problem in check.problems()] == ["frozen"]
    (other,) = precheck(
        world.by("lender", "丙银行").actor, request({**software(second), "title": "财务软件"}), world.now
    )
    assert other.verdict == "yes"


def test_an_answer_that_is_not_all_there_is_never_looks_like_it(
    sqlite_world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The names looked at are pledgors; the bank that also fits is behind them and must not read as absent."""
    from zhirong.operations.pledge import search

    world = sqlite_world
    for serial in (1, 2):
        holder = {"name": f"西安甲科技{serial}公司"}
        world.entered(patent(serial, holders=[holder]), pledgors=[holder], pledgee={"name": f"科技银行{serial}"})
    asked = {"name": "科技", "how": "part", "side": "pledgee"}
    assert _found(world, **asked) == [1, 2]
    monkeypatch.setattr(search, "_MOST_NAMES", 1)
    assert _refused(world, **asked) == ["too_many_names"]
    assert _refused(world, **{**asked, "side": "any", "how": "similar", "name": "西安甲科技公司"}) == [
        "too_many_names"
    ]
    assert _found(world, name="科技", how="part", limit=1) == [1], "the page is full, and says that more may follow"
    assert _found(world, name="甲科技1公司", how="part") == [1]


def test_the_command_says_when_there_is_more() -> None:
    from zhirong.cli.register_search import _counted

    assert _counted([{"id": 7}, {"id": 9}], 2).zh == "前 2 件；继续查询：--after 9"
    assert _counted([{"id": 7}], 2).zh == "共 1 件"


def test_the_certificate_of_a_search_says_what_the_number_was_searched_as(sqlite_world: World) -> None:
    from zhirong.evidence import canonical
    from zhirong.operations.pledge.certificates import search_certificate
    from zhirong.operations.pledge.search import Query
    from zhirong.store.log import signing_key
    from zhirong.store.models import Event

    world = sqlite_world
    made = search_certificate(world.by("public"), Query(number=patent_number(2)), signing_key(world.folder))
    asked = canonical.decode(Event.objects.get(index=made.number).content.encode())["asked"]
    assert patent_number(2) in asked["searched_as"]["zh"]
