"""The lender's additions for the credit limit change the review, take precedence in the chain and replace earlier ones."""

import pytest
from lender_world import desk_of

from zhirong.kernel.errors import InputError


@pytest.fixture
def desk(platform):
    return desk_of(platform)


def review(platform, desk, case):
    platform.do(desk.officer, "case.review", case)
    return desk.again(case).quote["modes"][0]["credit_limit"]


def caps(limit):
    return {cap["code"]: cap["amount"] for cap in limit["caps"]}


def test_the_lender_s_capital_bounds_the_limit_and_contracts_raise_the_need(platform, desk):
    case = desk.accepted()
    desk.checked(case)
    desk.rated(case)
    before = review(platform, desk, case)
    assert "lender_capital" not in caps(before)
    platform.do(
        desk.officer,
        "case.limit_inputs",
        case,
        contracts=900_000_000,
        contracts_source="采购合同",
        net_capital=500_000_000,
        security_kind="deposit",
        security_value=10_000_000,
    )
    after = review(platform, desk, case)
    assert caps(after)["lender_capital"] == "500000.00"
    assert after["binding"] == "lender_capital"
    assert caps(after)["need"] == "7200000.00"
    assert desk.again(case).credit_limit == 50_000_000
    # What is entered again takes the place of all of it.
    platform.do(desk.officer, "case.limit_inputs", case)
    assert caps(review(platform, desk, case)) == caps(before)
    page = platform.client(desk.officer).get(f"/lender/cases/{case.pk}/part/limit/").content.decode()
    assert "无分担时" in page and "附件公式测算额" in page and "约束项" in page


def test_what_contradicts_itself_is_refused_with_its_field(platform, desk):
    case = desk.accepted()
    with pytest.raises(InputError) as caught:
        platform.do(desk.officer, "case.limit_inputs", case, replaced_service=100)
    assert {problem.code for problem in caught.value.problems} == {"nothing_replaced"}
    with pytest.raises(InputError) as caught:
        platform.do(desk.officer, "case.limit_inputs", case, more={"horoscope": [{"sign": "leo"}]})
    assert {problem.code for problem in caught.value.problems} == {"unknown_field"}
