"""A firm's rights: checked as they are typed, never kept half, told to those who hold them in a case."""

import pytest
from firm_samples import drafted, submitted

from zhirong.chain.right.kinds import RightKind
from zhirong.kernel.errors import InputError
from zhirong.operations.jobs import plan_one, run_due
from zhirong.operations.platform.platform_check import platform_findings
from zhirong.operations.refusals import ConflictError, ForbiddenError, NotFoundError
from zhirong.operations.right.daily_recheck import due_rights
from zhirong.store.financing import FirmRight
from zhirong.store.models import Event
from zhirong.store.work import Notice

INVENTION = {
    "kind": "invention",
    "title": "一种工业废水膜处理装置及方法",
    "number": "ZL201719999901.7",
    "filing_date": "2017-05-12",
    "grant_date": "2019-08-20",
    "fee_paid_through_year": 10,
    "role": "core",
}
# One right of each kind, and the last day that the law gives it.
EACH_KIND = [
    (INVENTION, "in_force", "2037-05-11"),
    (
        {
            "kind": "utility_model",
            "title": "曝气器",
            "number": "201829999902.1",
            "filing_date": "2018-06-08",
            "grant_date": "2019-01-15",
            "fee_paid_through_year": 9,
        },
        "in_force",
        "2028-06-07",
    ),
    (
        {
            "kind": "trademark",
            "title": "泾水兴",
            "number": "12345678",
            "registration_date": "2020-03-14",
            "goods_classes": "11、42",
        },
        "in_force",
        "2030-03-13",
    ),
    (
        {
            "kind": "software",
            "title": "控制软件 V1.0",
            "number": "2020SR0999901",
            "creation_date": "2020-02-28",
            "publication_date": "2020-03-10",
        },
        "in_force",
        "2070-12-31",
    ),
    ({"kind": "copyright", "title": "图样", "creation_date": "2021-02-03"}, "in_force", "2071-12-31"),
    (
        {
            "kind": "layout_design",
            "title": "布图",
            "number": "BS.12500520.2",
            "filing_date": "2019-03-01",
            "registration_date": "2019-09-01",
        },
        "in_force",
        "2029-02-28",
    ),
    (
        {
            "kind": "plant_variety",
            "title": "品种",
            "number": "CNA20191006012",
            "filing_date": "2019-03-01",
            "grant_date": "2021-03-01",
        },
        "in_force",
        "2036-02-29",
    ),
    (
        {
            "kind": "data_ip",
            "title": "水质监测数据集",
            "number": "2026A0010000123X",
            "filing_date": "2026-03-09",
            "registration_date": "2026-06-10",
        },
        "in_force",
        "2029-06-09",
    ),
    ({"kind": "trade_secret", "title": "配方", "creation_date": "2021-02-03"}, "in_force", None),
]


@pytest.mark.parametrize(("typed", "status", "last"), EACH_KIND, ids=[one["kind"] for one, _, _ in EACH_KIND])
def test_a_right_of_each_kind_is_checked_when_it_is_typed(platform, typed, status, last):
    _, manager = platform.firm()
    done = platform.do(manager, "right.add", **typed)
    right = FirmRight.objects.get(pk=done.id)
    assert (right.status, None if right.ends_on is None else right.ends_on.isoformat()) == (status, last)
    assert right.checked_on == platform.day


def test_everything_wrong_is_named_by_field_in_both_languages(platform):
    _, manager = platform.firm()
    with pytest.raises(InputError) as refused:
        platform.do(
            manager,
            "right.add",
            **{
                **INVENTION,
                "number": "ZL201719999901.8",
                "fee_paid_through_year": 40,
                "status": "fine",
                "flags": ["lost"],
            },
        )
    # What is not one of the choices cannot be read; the rest is checked once it can.
    assert {one.field for one in refused.value.problems} == {"status", "flags"}
    assert all(
        text for one in refused.value.problems for text in (one.reason.zh, one.reason.en, one.hint.zh, one.hint.en)
    )
    with pytest.raises(InputError) as refused:
        platform.do(
            manager, "right.add", **{**INVENTION, "number": "ZL201719999901.8", "fee_paid_through_year": 40}
        )
    assert {one.field for one in refused.value.problems} == {"number", "fee_paid_through_year"}
    assert all(
        text for one in refused.value.problems for text in (one.reason.zh, one.reason.en, one.hint.zh, one.hint.en)
    )
    with pytest.raises(InputError) as refused:
        platform.do(manager, "right.add", **{**INVENTION, "grant_date": "2016-01-01"})
    assert [one.code for one in refused.value.problems] == ["dates_reversed"]
    assert not FirmRight.objects.exists()


def test_holders_and_licences_are_typed_in_lines(platform):
    firm, manager = platform.firm("甲公司")
    lines = f"甲公司；{firm.code}\n李明；；自然人；同意出质"
    done = platform.do(
        manager,
        "right.add",
        **INVENTION,
        holders=lines,
        licences="普通；乙公司；2024-01-01；2027-12-31；20万元；已备案",
    )
    facts = FirmRight.objects.get(pk=done.id).facts
    assert facts["holders"] == [
        {"name": "甲公司", "code": firm.code},
        {"name": "李明", "is_natural_person": True, "consents": True},
    ]
    assert facts["licences"][0] == {
        "kind": "non_exclusive",
        "licensee": "乙公司",
        "start": "2024-01-01",
        "end": "2027-12-31",
        "yearly_fee": "20万元",
        "recorded": True,
    }
    for wrong in ({"holders": "李明；；也许"}, {"licences": "普通；乙公司；昨天"}):
        with pytest.raises(InputError) as refused:
            platform.do(
                manager,
                "right.edit",
                done.id,
                **{name: value for name, value in INVENTION.items() if name != "kind"},
                **wrong,
            )
        assert refused.value.problems[0].field.startswith(next(iter(wrong)))


def test_the_same_right_is_kept_once_and_comes_back_after_it_was_removed(platform):
    firm, manager = platform.firm()
    done = platform.do(manager, "right.add", **INVENTION)
    with pytest.raises(InputError) as refused:
        platform.do(manager, "right.add", **{**INVENTION, "number": "CN 2017 1 9999901.7"})
    assert refused.value.problems[0].code == "right_known"
    platform.do(manager, "right.remove", done.id)
    with pytest.raises(ForbiddenError):
        platform.do(
            manager, "right.edit", done.id, **{name: value for name, value in INVENTION.items() if name != "kind"}
        )
    again = platform.do(manager, "right.add", **INVENTION)
    assert again.id == done.id
    _, other = platform.firm()  # another firm may keep the same right: who holds it is not decided here
    assert platform.do(other, "right.add", **INVENTION).id != done.id
    assert platform_findings() == []


def test_a_right_in_a_case_is_not_removed_and_a_change_is_told(platform):
    _, manager = platform.firm()
    bank, officer = platform.bank()
    case = submitted(platform, manager, bank)
    right = FirmRight.objects.get()
    with pytest.raises(InputError) as refused:
        platform.do(manager, "right.remove", right)
    assert refused.value.problems[0].value == case.number
    Notice.objects.all().delete()
    facts = {name: value for name, value in right.facts.items() if name not in ("kind", "holders")}
    platform.do(manager, "right.edit", right, **{**facts, "fee_paid_through_year": 9})
    assert Notice.objects.filter(account=officer.account).count() == 1
    platform.do(manager, "case.withdraw", case, reason="x")
    platform.do(manager, "right.remove", right)


def test_a_stale_form_of_a_right_is_told(platform):
    _, manager = platform.firm()
    done = platform.do(manager, "right.add", **INVENTION)
    facts = {name: value for name, value in INVENTION.items() if name != "kind"}
    platform.do(manager, "right.edit", done.id, version=1, **{**facts, "title": "甲"})
    with pytest.raises(ConflictError):
        platform.do(manager, "right.edit", done.id, version=1, **{**facts, "title": "乙"})
    assert FirmRight.objects.get().title == "甲"


def test_another_firm_can_do_nothing_to_a_right(platform):
    _, manager = platform.firm()
    done = platform.do(manager, "right.add", **INVENTION)
    _, stranger = platform.firm()
    _, officer = platform.bank()
    for name, data in (("right.edit", {"title": "x"}), ("right.remove", {}), ("right.recheck", {})):
        with pytest.raises(NotFoundError):
            platform.do(stranger, name, done.id, **data)
        with pytest.raises((ForbiddenError, NotFoundError)):
            platform.do(officer, name, done.id, **data)


def test_as_days_go_by_rights_are_checked_in_the_background_and_firms_told(platform):
    _, manager = platform.firm()
    done = platform.do(manager, "right.add", **{**INVENTION, "fee_paid_through_year": 10})
    platform.do(manager, "right.add", kind="trade_secret", title="配方", creation_date="2021-02-03")
    assert str(FirmRight.objects.get(pk=done.id).next_fee_on) == "2027-05-12"
    assert not due_rights(platform.day).exists()
    platform.later(400)
    assert [one.pk for one in due_rights(platform.day)] == [done.id]
    with pytest.raises(ForbiddenError):
        platform.do(manager, "right.recheck_due")
    plan_one("rights.recheck", "once", platform.now)
    run_due(platform.now, "test")
    assert FirmRight.objects.get(pk=done.id).status == "lapsed"
    notice = Notice.objects.get(account=manager.account)
    assert notice.link == f"/firm/rights/{done.id}/" and "终止" in notice.words["zh"]
    assert not due_rights(platform.day).exists()
    assert platform_findings() == []


def test_a_firm_checks_a_right_itself(platform):
    _, manager = platform.firm()
    done = platform.do(manager, "right.add", **INVENTION)
    platform.later(3)
    platform.do(manager, "right.recheck", done.id)
    assert FirmRight.objects.get().checked_on == platform.day


def test_what_is_handed_in_with_a_case_stays_with_it(platform):
    _, manager = platform.firm()
    bank, officer = platform.bank()
    case = drafted(platform, manager, bank)
    ticket = platform.upload(manager, "账目.pdf", b"%PDF-1.7 accounts")
    file = platform.do(manager, "file.add", subject=f"case/{case.pk}", paper="accounts", file=ticket)
    other = platform.do(
        manager,
        "file.add",
        subject=f"case/{case.pk}",
        paper="tax",
        file=platform.upload(manager, "税.pdf", b"%PDF-1.7 tax"),
    )
    platform.do(manager, "file.remove", other.id)
    platform.do(manager, "case.submit", case, agreed=True)
    with pytest.raises(InputError) as refused:
        platform.do(manager, "file.remove", file.id)
    assert refused.value.problems[0].code == "handed_in"
    _, stranger = platform.firm()
    with pytest.raises(InputError):
        platform.do(
            stranger,
            "file.add",
            subject=f"case/{case.pk}",
            paper="tax",
            file=platform.upload(stranger, "税.pdf", b"%PDF-1.7 tax"),
        )
    with pytest.raises(InputError):  # a ticket is its owner's alone
        platform.do(stranger, "right.import", file=ticket)
    with pytest.raises(ForbiddenError):
        platform.do(
            officer,
            "file.add",
            subject=f"case/{case.pk}",
            paper="tax",
            file=platform.upload(officer, "税.pdf", b"%PDF-1.7 tax"),
        )


def test_a_repeated_key_adds_nothing_twice(platform):
    _, manager = platform.firm()
    first = platform.do(manager, "right.add", key="same", **INVENTION)
    events = Event.objects.count()
    again = platform.do(manager, "right.add", key="same", **INVENTION)
    assert (again.id, again.repeated, Event.objects.count()) == (first.id, True, events)
    with pytest.raises(InputError) as refused:
        platform.do(manager, "right.add", key="same", **{**INVENTION, "title": "另一件"})
    assert refused.value.problems[0].code == "key_used"


def test_a_mark_is_to_be_renewed_by_the_end_of_its_term(platform):
    _, manager = platform.firm()
    mark = {"kind": "trademark", "title": "清流", "goods_classes": "11"}
    done = platform.do(manager, "right.add", **mark, number="99999911", registration_date="2018-05-28")
    assert str(FirmRight.objects.get(pk=done.id).next_fee_on) == "2028-05-27"


@pytest.mark.parametrize(("lang", "title"), [("zh", "数据知识产权"), ("en", "data IP right")])
def test_data_intellectual_property_is_entered_shown_and_found_by_its_kind(platform, lang, title):
    _, manager = platform.firm()
    typed = next(one for one, _, _ in EACH_KIND if one["kind"] == "data_ip")
    done = platform.do(manager, "right.add", **typed)
    platform.do(manager, "right.add", **INVENTION)
    client = platform.client(manager, lang=lang)
    assert title in client.get("/firm/rights/new/").content.decode()
    form = client.get("/firm/rights/new/data_ip/").content.decode()
    assert title in form and 'name="registration_date"' in form and 'name="grant_date"' not in form
    page = client.get(f"/firm/rights/{done.id}/").content.decode()
    assert title in page and typed["number"] in page
    found = client.get("/firm/rights/?kind=data_ip").content.decode()
    assert typed["title"] in found and INVENTION["title"] not in found


def test_a_list_brings_data_intellectual_property(platform):
    _, manager = platform.firm()
    text = "数据知识产权名称,数据知识产权登记号,登记公告日,证书有效期至\n水质监测数据集,2026A0010000123X,2026-06-10,2028-12-31\n"
    ticket = platform.upload(manager, "list.csv", text.encode())
    assert platform.do(manager, "right.import", file=ticket).answer["new"] == 1
    right = FirmRight.objects.get()
    assert (right.kind, right.number, right.ends_on.isoformat()) == ("data_ip", "2026A0010000123X", "2028-12-31")


def test_the_api_names_every_kind_that_a_right_can_be(platform):
    described = platform.client().get("/api/v1/openapi.json").json()
    named = [set(one["enum"]) - {""} for one in _schemas(described) if "data_ip" in one.get("enum", ())]
    assert set(RightKind) in named and all(one <= set(RightKind) for one in named)


def _schemas(node):
    """Every object of a JSON document."""
    if isinstance(node, dict):
        yield node
    for one in node.values() if isinstance(node, dict) else node if isinstance(node, list) else ():
        yield from _schemas(one)
