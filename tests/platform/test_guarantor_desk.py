"""The guarantor's desk: a request from review to decision, its limits, what it sees and what it does not."""

import json
import threading

import pytest
from django.db import connections
from kept_states import kept_state
from lender_world import AMOUNT, desk_of

from zhirong.chain.organisation.roles import MemberRole
from zhirong.kernel.errors import InputError
from zhirong.operations.guarantee.guarantees import fee_of, part_of, standing_of
from zhirong.operations.guarantee.review_replay import replay_meters
from zhirong.operations.platform.platform_check import platform_findings
from zhirong.operations.refusals import ForbiddenError, NotFoundError
from zhirong.operations.visibility import visible
from zhirong.store.financing import Case, FirmRight, GuaranteeRequest, GuarantorFigures
from zhirong.store.work import Notice

NET_ASSETS = 10 * AMOUNT


class House:
    """A guarantor with two people beside the bank and firm of a desk."""

    def __init__(self, platform, net_assets=NET_ASSETS):
        self.platform, self.desk = platform, desk_of(platform)
        self.guarantor = platform.organisation("guarantor", "陕西某某融资担保有限公司")
        self.officer = platform.member(self.guarantor, MemberRole.GUARANTOR_OFFICER)
        self.approver = platform.member(self.guarantor, MemberRole.GUARANTOR_APPROVER)
        if net_assets is not None:
            platform.do(
                self.approver,
                "guarantor.figures",
                as_of="2026-06-30",
                net_assets=net_assets,
                source="2025 年审计报告",
            )

    @kept_state
    def asked(self, case=None, share="0.8", guarantor=None, amount=None):
        case = self.desk.accepted() if case is None else case
        done = self.platform.do(
            self.desk.officer,
            "guarantee.request",
            case,
            guarantor=(guarantor or self.guarantor).pk,
            amount=case.amount if amount is None else amount,
            share=share,
            fee_rate="0.01",
        )
        return GuaranteeRequest.objects.get(pk=done.answer["id"])

    @kept_state
    def reviewed(self, group="", **more):
        asked = self.asked(**more)
        self.platform.do(
            self.officer,
            "guarantee.review",
            asked,
            counter_guarantee="法定代表人连带保证",
            group=group,
            opinion="可以担保",
        )
        return self.desk.again(asked)

    @kept_state
    def granted(self, **more):
        asked = self.reviewed(**more)
        self.platform.do(self.approver, "guarantee.grant", asked, opinion="同意")
        return self.desk.again(asked)


@pytest.fixture
def house(platform):
    return House(platform)


def _codes(refused):
    return sorted(one.code for one in refused.value.problems)


def test_what_is_borne_and_the_fee():
    from decimal import Decimal

    assert part_of(100_000_001, Decimal("0.8")) == 80_000_001
    assert fee_of(100_000_000, Decimal("0.8"), Decimal("0.01"), 18) == 1_200_000


@pytest.mark.parametrize("amount", [0, AMOUNT + 1])
def test_a_guarantee_is_of_the_loan_or_less(house, amount):
    with pytest.raises(InputError) as refused:
        house.asked(amount=amount)
    assert _codes(refused) == ["not_the_loan"]


def test_a_request_is_reviewed_by_one_and_granted_by_another(platform):
    house = House(platform)
    asked = house.asked()
    assert (asked.state, asked.exposure, asked.fee) == ("requested", AMOUNT * 8 // 10, AMOUNT * 8 // 1000)
    assert Notice.objects.filter(account=house.officer.account, link=f"/guarantor/requests/{asked.pk}/").exists()
    platform.do(house.officer, "guarantee.review", asked, counter_guarantee="无", opinion="可以担保")
    platform.do(house.approver, "guarantee.grant", asked, opinion="同意")
    asked, case = house.desk.again(asked), Case.objects.get()
    assert (asked.state, asked.proposed_by, asked.decided_by) == (
        "granted",
        house.officer.account,
        house.approver.account,
    )
    assert case.guarantor == house.guarantor
    assert case.guarantee == {
        "request": asked.pk,
        "share": "0.8",
        "fee_rate": "0.01",
        "fee": asked.fee,
        "exposure": asked.exposure,
    }
    assert asked.basis["net_assets"] == NET_ASSETS and asked.basis["rules"]
    assert platform_findings() == []


def test_a_review_and_a_grant_are_replayed_by_what_they_kept(house):
    """Figures reported later and cases guaranteed later do not change what a past decision gives."""
    platform = house.platform
    asked = house.desk.again(house.reviewed())
    reviewed = json.loads(json.dumps(asked.basis))
    assert {one["code"] for one in reviewed["meters"]} == {"all", "debtor", "related"}
    assert replay_meters(reviewed) == reviewed["meters"]
    platform.do(house.approver, "guarantee.grant", asked, opinion="同意")
    granted = json.loads(json.dumps(house.desk.again(asked).basis))
    platform.do(house.approver, "guarantor.figures", as_of="2026-06-30", net_assets=NET_ASSETS * 3, source="更正")
    assert replay_meters(granted) == granted["meters"]
    damaged = {**granted, "net_assets": NET_ASSETS // 2}
    assert replay_meters(damaged) != granted["meters"], "the figures that it kept decide"
    for lang, words in (("zh", "与保存的结果完全一致"), ("en", "The same in every figure")):
        page = platform.client(house.officer, lang).get(f"/guarantor/requests/{asked.pk}/replay/").content.decode()
        assert words in page
    with pytest.raises(InputError) as refused:
        replay_meters({**granted, "policies": [f"guarantor-{house.guarantor.pk} 1 abc"]})
    assert _codes(refused) == ["policy_gone"]
    with pytest.raises(InputError) as refused:
        replay_meters({"rules": "x"})
    assert _codes(refused) == ["no_table"]


def test_nobody_grants_what_he_reviewed(house):
    both = house.platform.member(house.guarantor, MemberRole.GUARANTOR_OFFICER, MemberRole.GUARANTOR_APPROVER)
    asked = house.asked()
    house.platform.do(both, "guarantee.review", asked, counter_guarantee="无", opinion="可以")
    for name, data in (
        ("guarantee.grant", {"opinion": "x"}),
        ("guarantee.decline", {"ground": "other", "reason": "x"}),
    ):
        with pytest.raises(ForbiddenError):
            house.platform.do(both, name, asked, **data)
    with pytest.raises(ForbiddenError):
        house.platform.do(house.officer, "guarantee.grant", asked, opinion="x")


def test_without_figures_or_with_old_ones_nothing_is_granted(platform):
    house = House(platform, net_assets=None)
    asked = house.reviewed()
    with pytest.raises(InputError) as refused:
        house.platform.do(house.approver, "guarantee.grant", asked, opinion="同意")
    assert _codes(refused) == ["no_figures"]
    house.platform.do(
        house.approver, "guarantor.figures", as_of="2025-06-30", net_assets=NET_ASSETS, source="2024 年审计报告"
    )
    with pytest.raises(InputError) as refused:
        house.platform.do(house.approver, "guarantee.grant", asked, opinion="同意")
    assert _codes(refused) == ["figures_too_old"]
    with pytest.raises(InputError) as refused:
        house.platform.do(
            house.approver, "guarantor.figures", as_of="2027-01-01", net_assets=NET_ASSETS, source="x"
        )
    assert _codes(refused) == ["date_in_future"]


def test_one_debtor_and_its_related_parties_have_their_limits(house):
    """Net assets of ten million: one debtor one million, with related parties one and a half."""
    platform = house.platform
    house.granted(group="泾水系")
    second = house.reviewed(share="0.3")
    with pytest.raises(InputError) as refused:
        platform.do(house.approver, "guarantee.grant", second, opinion="同意")
    assert [one.field for one in refused.value.problems] == ["limit.debtor"]
    other, manager = platform.firm("另一家")
    house.desk.firm, house.desk.manager = other, manager
    third = house.reviewed(share="0.8", group="泾水系")
    with pytest.raises(InputError) as refused:
        platform.do(house.approver, "guarantee.grant", third, opinion="同意")
    assert [one.field for one in refused.value.problems] == ["limit.related"]
    platform.do(house.officer, "guarantee.review", third, counter_guarantee="无", group="", opinion="查明并无关联")
    platform.do(house.approver, "guarantee.grant", third, opinion="同意")
    assert house.desk.again(third).state == "granted"


def test_the_whole_book_is_bounded_by_net_assets_and_by_its_own_limit(house):
    platform = house.platform
    platform.do(house.approver, "limit.set", scope="mode", value="xixian", amount=AMOUNT // 2)
    asked = house.reviewed()
    with pytest.raises(InputError) as refused:
        platform.do(house.approver, "guarantee.grant", asked, opinion="同意")
    assert [one.field for one in refused.value.problems] == ["limit.mode.xixian"]
    platform.do(house.approver, "limit.set", scope="mode", value="xixian", amount=AMOUNT)
    small = AMOUNT * 8 // 100  # ten times this is just what is asked
    platform.do(house.approver, "guarantor.figures", as_of="2026-09-30", net_assets=small - 1, source="季报")
    with pytest.raises(InputError) as refused:
        platform.do(house.approver, "guarantee.grant", asked, opinion="同意")
    assert "limit.all" in [one.field for one in refused.value.problems]


def test_what_has_ended_is_no_exposure(house):
    house.granted()
    assert standing_of(house.guarantor.pk).count() == 1
    case = Case.objects.get()
    house.platform.reseed(case, state="repaid")
    assert not standing_of(house.guarantor.pk).exists()


def test_a_refusal_lets_another_guarantor_be_asked_and_two_are_not_asked_at_once(house):
    platform = house.platform
    asked = house.reviewed()
    other = platform.organisation("guarantor", "另一家担保")
    with pytest.raises(InputError) as refused:
        house.asked(case=asked.case, guarantor=other)
    assert _codes(refused) == ["asked_already"]
    platform.do(house.approver, "guarantee.decline", asked, ground="cash_flow", reason="现金流不足")
    asked = house.desk.again(asked)
    assert (asked.state, asked.exposure) == ("declined", 0)
    assert Notice.objects.filter(
        account=house.desk.officer.account, link=f"/lender/cases/{asked.case_id}/"
    ).exists()
    assert house.asked(case=asked.case, guarantor=other).state == "requested"
    again = house.asked
    platform.do(house.desk.reviewer, "case.decline", asked.case, ground="other", reason="x")
    with pytest.raises(InputError):
        again(case=asked.case)


def test_who_has_declined_keeps_its_request_and_sees_no_more_of_the_firm(house):
    asked, day = house.reviewed(), house.platform.day
    address = f"/guarantor/requests/{asked.pk}/"
    title = visible(house.platform.actor(house.officer), FirmRight, day).first().title
    assert title in house.platform.client(house.officer).get(address).content.decode()
    house.platform.do(house.approver, "guarantee.decline", asked, ground="cash_flow", reason="现金流不足")
    assert not visible(house.platform.actor(house.officer), Case, day).exists()
    assert not visible(house.platform.actor(house.officer), FirmRight, day).exists()
    page = house.platform.client(house.officer).get(address)
    assert page.status_code == 200
    assert "现金流不足" in page.content.decode() and title not in page.content.decode()


def test_a_case_that_is_over_is_not_guaranteed(house):
    asked = house.reviewed()
    house.platform.reseed(asked.case, state="repaid")
    with pytest.raises(InputError) as refused:
        house.platform.do(house.approver, "guarantee.grant", asked, opinion="同意")
    assert _codes(refused) == ["case_over"]


def test_a_guarantee_ends_with_the_withdrawal_of_its_case(house):
    asked = house.granted()
    house.platform.do(house.desk.manager, "case.withdraw", asked.case, reason="不需要了")
    asked = house.desk.again(asked)
    assert (asked.state, asked.exposure) == ("ended", 0)
    told = Notice.objects.filter(account=house.officer.account).values_list("words", flat=True)
    assert any("is closed" in one["en"] for one in told)


def test_of_two_who_grant_at_once_one_wins_and_the_exposure_counts_once(platform):
    house = House(platform)
    asked = house.reviewed()
    second = platform.member(house.guarantor, MemberRole.GUARANTOR_APPROVER)
    people = [platform.actor(house.approver), platform.actor(second)]
    gate, outcomes = threading.Barrier(2), []

    def decide(actor, number):
        gate.wait()
        try:
            platform.do(actor, "guarantee.grant", asked.pk, key=f"race-{number}", opinion="同意")
            outcomes.append("done")
        except InputError as error:
            outcomes.append(error.problems[0].code)
        finally:
            connections.close_all()

    threads = [threading.Thread(target=decide, args=(actor, n)) for n, actor in enumerate(people)]
    for one in threads:
        one.start()
    for one in threads:
        one.join()
    assert sorted(outcomes) == ["done", "not_in_this_state"]
    assert [one.exposure for one in standing_of(house.guarantor.pk)] == [AMOUNT * 8 // 10]


def test_a_guarantor_sees_the_case_it_is_asked_about_and_no_other(house):
    platform = house.platform
    asked = house.asked()
    unasked = house.desk.case()
    stranger = platform.member(
        platform.organisation("guarantor"), MemberRole.GUARANTOR_OFFICER, MemberRole.GUARANTOR_APPROVER
    )
    seen = visible(platform.actor(house.officer), Case, platform.day)
    assert [one.pk for one in seen] == [asked.case_id] and unasked.pk != asked.case_id
    assert not visible(platform.actor(stranger), GuaranteeRequest, platform.day).exists()
    assert not visible(platform.actor(stranger), GuarantorFigures, platform.day).exists()
    for name, data in (
        ("guarantee.review", {"counter_guarantee": "无", "opinion": "x"}),
        ("guarantee.grant", {"opinion": "x"}),
        ("guarantee.decline", {"ground": "other", "reason": "x"}),
    ):
        with pytest.raises(NotFoundError):
            platform.do(stranger, name, asked, **data)
        with pytest.raises(ForbiddenError):
            platform.do(house.desk.officer, name, asked, **data)
    assert platform.client(stranger).get(f"/guarantor/requests/{asked.pk}/").status_code == 404
    assert platform.client(house.officer).get(f"/guarantor/requests/{asked.pk}/").status_code == 200


def test_a_case_of_which_a_guarantor_was_asked_twice_is_listed_once(house):
    asked = house.reviewed()
    house.platform.do(house.approver, "guarantee.decline", asked, ground="other", reason="x")
    house.asked(case=asked.case)
    assert visible(house.platform.actor(house.officer), Case, house.platform.day).count() == 1


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_the_pages_show_what_is_asked_and_what_it_does_to_the_limits(house, lang):
    asked = house.reviewed()
    client = house.platform.client(house.approver, lang)
    page = client.get(f"/guarantor/requests/{asked.pk}/").content.decode()
    assert "800,000.00" in page and "融资担保公司监督管理条例" in page
    assert ("Grant the guarantee" if lang == "en" else "同意担保") in page
    for address in (
        "/guarantor/",
        "/guarantor/limits/",
        f"/do/guarantee.grant/{asked.pk}/",
        "/do/guarantor.figures/",
    ):
        assert client.get(address).status_code == 200


def test_nobody_grants_a_guarantee_for_a_firm_he_belongs_to(house):
    asked = house.reviewed()
    both = house.platform.member(
        house.approver.organisation, MemberRole.GUARANTOR_APPROVER, account=house.desk.manager.account
    )
    with pytest.raises(InputError) as refused:
        house.platform.do(both, "guarantee.grant", asked, opinion="同意")
    assert "belongs_to_the_firm" in _codes(refused)
