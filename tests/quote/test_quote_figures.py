"""Known answers of the documents through the whole engine: a quote, its mode, its full loss, its charges.

The figures' ids are those of the documents' list: S1 Germany, S2 Pudong, S3 Zhongshan, S5 Guangzhou 5311,
S9 Suzhou, S11 Beijing.
"""

from decimal import Decimal
from fractions import Fraction

import pytest
from quote_cases import case_table, changed

from zhirong.kernel.money import round_fen
from zhirong.workbench import quote_case

YUAN = 100


def offer_for(table, mode_id, amount):
    """An offer for exactly ``amount`` yuan: a firm so rich in value and cash that only its request limits it."""
    case = changed(
        table,
        request__amount=amount,
        appraisal__method__0__first_year_revenue={"value": "900亿元", "grade": "contract", "source": "test"},
        credit__cash_flow__operating_cash_flow="900亿元",
        credit__cash_flow__operating_cash_flow_before="900亿元",
        credit__debt__total_assets="9000亿元",
        credit__statements__revenue="9000亿元",
        evidence=[{"kind": "contract", "amount": "9000亿元", "source": "test"}],
    )
    offer = quote_case(case, [mode_id]).offers[0]
    assert offer.amount == amount * YUAN
    return offer


def parts(offer):
    return {part.role: part.amount // YUAN for part in offer.full_loss}


def test_s1_germany_nests_the_bank_in_the_institutions(rich_table):
    offer = offer_for(rich_table, "germany", 10_000_000)
    assert parts(offer) == {"lender": 700_000, "federal": 3_900_000, "state": 2_600_000, "guarantor": 2_800_000}


def test_s2_pudong_five_to_ninety_five_and_the_service_fee(rich_table):
    assert parts(offer_for(rich_table, "pudong", 10_000_000)) == {"lender": 500_000, "government": 9_500_000}
    fees = [c for c in offer_for(rich_table, "pudong", 2_000_000).charges if c.payee == "service_centre"]
    assert [charge.amount for charge in fees] == [40_000 * YUAN]


def test_s3_zhongshan_in_four_parts(rich_table):
    offer = offer_for(rich_table, "zhongshan", 10_000_000)
    assert parts(offer) == {
        "lender": 2_600_000,
        "government": 5_400_000,
        "insurer": 1_600_000,
        "ip_operator": 400_000,
    }


def test_s5_guangzhou_5311_within_its_cap(rich_table):
    # 5 m is what one loan may count; ten million of loss as in the figure is two such loans.
    offer = offer_for(rich_table, "guangzhou-5311", 5_000_000)
    assert parts(offer) == {
        "fund": 2_500_000,
        "insurer": 1_500_000,
        "guarantor": 500_000,
        "disposal_fund": 500_000,
    }


def test_s9_suzhou_rewards_the_bank_for_settled_loans(rich_table):
    offer = offer_for(rich_table, "suzhou", 100_000_000)
    assert parts(offer) == {"lender": 20_000_000, "guarantor": 80_000_000}
    rewards = {c.code: c.amount // YUAN for c in offer.charges if c.payee == "lender" and c.kind != "interest"}
    assert sorted(rewards.values()) == [1_000_000, 1_500_000]


def test_s11_beijing_shares_nothing(rich_table):
    assert parts(offer_for(rich_table, "beijing", 10_000_000)) == {"lender": 10_000_000}


@pytest.mark.parametrize("mode_id", ["germany", "pudong", "zhongshan", "guangzhou-5311", "suzhou", "beijing"])
def test_who_bears_the_loss_left_by_the_pledge_follows_the_mode(rich_table, mode_id):
    offer = offer_for(rich_table, mode_id, 10_000_000)
    assert Decimal(0) < offer.default_chance < Decimal("0.02")
    assert {part.role for part in offer.at_default if part.amount} <= set(offer.mode.bearers)


def test_while_a_status_is_not_known_a_guarantors_caps_count_what_it_may_have_to_bear() -> None:
    facts = {"sme": True, "sme_tech": True, "grave_violation_on": "never", "lender_is_partner": True}
    listed = ["little_giant", "specialised_new", "national_project", "high_tech", "points_system"]
    table = case_table("xixian-jingshuixing")
    limits = {}
    for known, extra in (("unknown", {}), ("denied", dict.fromkeys(listed, False)), ("giant", {listed[0]: True})):
        case = changed(table, appraisal__paths=2000, facts={**facts, **extra}, guarantor={"net_assets": 5_000_000})
        [offer] = quote_case(case, ["national-tech-2024"]).offers
        limits[known] = offer.limit
    # 10 % of net assets of 5 million: 500,000, over a share of 30 % where the list is not known or denied, else 20 %.
    caps = {known: limit.caps["guarantor_capital"] for known, limit in limits.items()}
    assert caps == {"unknown": 166_666_666, "denied": 166_666_666, "giant": 250_000_000}
    shares = {known: limit.arrangement.flat["lender"] for known, limit in limits.items()}
    assert shares == {"unknown": Fraction(3, 10), "denied": Fraction(1, 5), "giant": Fraction(1, 5)}
    for limit in limits.values():
        share = limit.arrangement.most_of("guarantor")
        assert limit.risk.paper["exposure:guarantor"] == round_fen(
            limit.firm.exposure.value + limit.firm.exposure.guarantor / share, "floor"
        )
