"""Operations that create rights or move money take two people; an unmet condition blocks unless an authorised person waives it."""

import pytest
from lender_world import desk_of
from money_world import PDF, Money

from zhirong.chain.organisation.roles import MemberRole, OrganisationKind, roles_of
from zhirong.chain.pledge.registration import Status
from zhirong.kernel.errors import InputError
from zhirong.operations.contract.conditions import conditions_of, unsettled_items
from zhirong.operations.contract.pledge_filing import CHECKERS
from zhirong.operations.platform.platform_check import check_register
from zhirong.operations.refusals import ForbiddenError, NotFoundError
from zhirong.operations.rulebook import rulebook
from zhirong.store import rows
from zhirong.store.financing import StoredFile


def codes(refused) -> list[str]:
    return [one.code for one in refused.value.problems]


def open_now(money: Money) -> list[str]:
    return [one.code for one in conditions_of(money.fresh(), money.platform.day, rulebook()) if not one.is_met]


def filed(money: Money, **terms) -> int:
    money.issue(**terms)
    money.sign()
    money.on_case(money.officer, "filing.prepare")
    money.on_case(money.officer, "filing.file")
    return int(money.fresh().contract["filings"][0])


def record(money: Money, filing: int, content: bytes = b"own") -> None:
    ticket = money.platform.upload(money.officer, "登记通知书.pdf", PDF + content)
    money.on_case(
        money.officer, "filing.record", filing=filing, authority_number="Y2026610000001",
        day=money.platform.day.isoformat(), certificate=ticket,
    )  # fmt: skip


def test_a_registration_counts_once_another_person_has_checked_it(platform, monkeypatch) -> None:
    money = Money(platform, monkeypatch)
    filing = filed(money)
    record(money, filing)
    assert rows.load(filing).status is Status.FILED and "registered" in open_now(money)
    page = platform.client(money.officer).get(f"/cases/{money.case.pk}/completion/").content.decode()
    assert "尚未经第二人核对" in page and "/do/filing.check/" not in page and "/do/filing.record/" not in page
    for wrong in ({"agrees": True}, {"agrees": False}):
        with pytest.raises(ForbiddenError):
            money.on_case(money.officer, "filing.check", filing=filing, **wrong)
    with pytest.raises(InputError) as refused:
        money.on_case(money.officer, "case.disburse")
    assert set(codes(refused)) == {"condition_registered", "condition_covered"}
    with pytest.raises(InputError) as refused:
        record(money, filing, b"another")
    assert codes(refused) == ["not_of_this_case"]
    assert (
        "/do/filing.check/"
        in platform.client(money.second).get(f"/cases/{money.case.pk}/completion/").content.decode()
    )
    money.on_case(money.second, "filing.check", filing=filing, agrees=True)
    assert rows.load(filing).status is Status.ENTERED and open_now(money) == []
    with pytest.raises(ForbiddenError):
        money.on_case(money.second, "filing.check", filing=filing, agrees=True)
    assert check_register(platform.folder).findings == ()


def test_of_all_roles_only_another_person_of_the_bank_checks_a_record(sqlite_platform, monkeypatch) -> None:
    """Every role of every kind of organisation, at the bank of the case, at another bank and outside."""
    platform = sqlite_platform
    money = Money(platform, monkeypatch)
    filing = filed(money)
    record(money, filing)
    allowed = []
    for kind in OrganisationKind:
        other = platform.organisation(kind)
        for role in roles_of(kind):
            people = [platform.member(other, role)]
            if kind is OrganisationKind.LENDER:
                people.append(platform.member(money.case.lender, role))
            for who in people:
                try:
                    money.on_case(who, "filing.check", filing=filing + 1000, agrees=True)
                except (ForbiddenError, NotFoundError):
                    continue
                except InputError:
                    allowed.append((who.organisation.pk, role))
    assert {place for place, _ in allowed} == {money.case.lender_id}
    assert {role for _, role in allowed} == set(CHECKERS)
    assert rows.load(filing).status is Status.FILED


def test_of_all_roles_only_the_head_of_the_bank_waives(sqlite_platform, monkeypatch) -> None:
    platform = sqlite_platform
    money = Money(platform, monkeypatch)
    money.ready()
    money.on_case(money.officer, "use.remove", use=0, reason="合同已解除")
    allowed = []
    for kind in OrganisationKind:
        for role in roles_of(kind):
            for place in (platform.organisation(kind), money.case.lender, money.case.firm):
                if OrganisationKind(place.kind) is not kind:
                    continue
                try:
                    money.on_case(
                        platform.member(place, role), "condition.waive", condition="nothing", reason="急用"
                    )
                except (ForbiddenError, NotFoundError):
                    continue
                except InputError as error:
                    assert [one.code for one in error.problems] == ["not_open"]
                    allowed.append((place.pk, role))
    assert allowed == [(money.case.lender_id, MemberRole.LENDER_MANAGER)] and open_now(money) == ["use_shown"]


def test_a_record_that_does_not_agree_goes_back_with_its_certificate(sqlite_platform, monkeypatch) -> None:
    money = Money(sqlite_platform, monkeypatch)
    filing = filed(money)
    record(money, filing)
    money.on_case(money.second, "filing.check", filing=filing, finding="登记号少一位")
    assert money.fresh().contract["recorded"] == {} and rows.load(filing).status is Status.FILED
    assert not StoredFile.objects.filter(paper="registration_certificate", removed=False).exists()
    record(money, filing)  # the same certificate, copied rightly
    money.on_case(money.reviewer, "filing.check", filing=filing, agrees=True)
    assert open_now(money) == []


def test_a_filing_that_is_withdrawn_takes_its_record_with_it(sqlite_platform, monkeypatch) -> None:
    money = Money(sqlite_platform, monkeypatch)
    filing = filed(money)
    record(money, filing)
    money.on_case(money.officer, "filing.withdraw", reason="改清单")
    with pytest.raises(ForbiddenError):
        money.on_case(money.second, "filing.check", filing=filing, agrees=True)


def test_only_somebody_with_the_power_and_no_part_in_the_case_waives(sqlite_platform, monkeypatch) -> None:
    platform = sqlite_platform
    money = Money(platform, monkeypatch)
    money.ready()
    money.on_case(money.officer, "use.remove", use=0, reason="合同已解除")
    assert open_now(money) == ["use_shown"]
    with pytest.raises(ForbiddenError):
        money.on_case(money.officer, "condition.waive", condition="use_shown", reason="急用")
    with pytest.raises(InputError) as refused:
        money.on_case(money.head, "condition.waive", condition="registered", reason="急用")
    assert codes(refused) == ["not_open"]
    platform.reseed(money.firm, status="suspended")
    with pytest.raises(InputError) as refused:
        money.on_case(money.head, "condition.waive", condition="parties", reason="急用")
    assert codes(refused) == ["never_waived"]
    platform.reseed(money.firm, status="active")
    money.on_case(money.head, "condition.waive", condition="use_shown", reason="发放当月工资，工资表三日内补交")
    assert open_now(money) == []
    page = platform.client(money.officer).get(f"/cases/{money.case.pk}/completion/").content.decode()
    assert "已豁免" in page and "发放当月工资，工资表三日内补交" in page
    money.on_case(money.officer, "case.disburse")
    assert money.loan.contract["waived"]["use_shown"]["why"].startswith("发放当月工资")


def test_who_works_on_a_case_waives_nothing_of_it(sqlite_platform, monkeypatch) -> None:
    platform = sqlite_platform
    money = Money(platform, monkeypatch)
    money.ready()
    money.on_case(money.officer, "use.remove", use=0, reason="合同已解除")
    platform.reseed(money.fresh(), former_officers=[money.head.account.pk])
    with pytest.raises(ForbiddenError):
        money.on_case(money.head, "condition.waive", condition="use_shown", reason="急用")


def test_what_the_approval_left_open_is_settled_item_by_item(sqlite_platform, monkeypatch) -> None:
    desk = desk_of(sqlite_platform)
    case = desk.approved()
    items = unsettled_items(case)
    assert items, "the sample case has open items"
    money = Money.of_desk(desk, case, monkeypatch)
    assert "settled" in open_now(money)
    with pytest.raises(InputError) as refused:
        money.on_case(money.officer, "condition.settle", item="nothing", finding="x")
    assert codes(refused) == ["not_open"]
    for at, (item, _) in enumerate(items):
        assert "settled" in open_now(money), at
        money.on_case(money.officer, "condition.settle", item=item, finding="已核实")
    assert "settled" not in open_now(money)


def test_a_use_counts_once_and_is_working_capital(sqlite_platform, monkeypatch) -> None:
    platform = sqlite_platform
    money = Money(platform, monkeypatch)
    money.issue()

    def use(content: bytes, **more):
        values = {"payee": "某供应商", "amount": "10.00", "what": "合同 1", "is_working_capital": True, **more}
        money.on_case(
            money.officer, "use.record", file=platform.upload(money.officer, "a.pdf", PDF + content), **values
        )

    use(b"1")
    with pytest.raises(InputError) as refused:
        use(b"1")
    assert codes(refused) == ["evidence_used"]
    with pytest.raises(InputError) as refused:
        use(b"2", is_working_capital=False)
    assert codes(refused) == ["not_working_capital"]
    shown = [one["amount"] for one in money.fresh().contract["uses"]]
    assert shown == [money.case.approved_amount, 1000]
