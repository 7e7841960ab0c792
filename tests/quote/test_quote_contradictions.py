"""Figures that cannot all be true are refused, all together and each by its field; none of them quietly raises a limit."""

from typing import Any

import pytest
from quote_cases import case_table, changed

from zhirong.kernel.errors import InputError

TABLE = case_table("xixian-jingshuixing")
RECEIPT = {"payer": "某建设集团", "amount": "90万元", "due": "2026-12-31", "confirmed": True}
CONTRACT = {"kind": "contract", "amount": "900万元", "source": "合同 1 号"}


def refused(**changes: Any) -> dict[str, str]:
    with pytest.raises(InputError) as caught:
        changed(TABLE, **changes)
    for problem in caught.value.problems:
        assert problem.reason.zh and problem.reason.en and problem.hint.zh and problem.hint.en
    return {problem.field: problem.code for problem in caught.value.problems}


@pytest.mark.parametrize(
    ("changes", "field", "code"),
    [
        ({"credit__debt__total_debt": 1}, "credit.statements.bank_debt", "part_above_whole"),
        ({"credit__statements__cash": "99999亿元"}, "credit.statements.cash", "part_above_whole"),
        ({"credit__statements__soft_assets": "99999亿元"}, "credit.statements.soft_assets", "part_above_whole"),
        ({"request__replaces": "99999万元"}, "request.replaces", "part_above_whole"),
        (
            {"request__replaces": 1, "request__replaced_service": "99999万元"},
            "request.replaced_service",
            "part_above_whole",
        ),
        ({"collections": [{**RECEIPT, "payer": TABLE["firm"]["name"]}]}, "collections[1].payer", "pays_itself"),
        ({"collections": [RECEIPT, RECEIPT]}, "collections[2]", "twice"),
        ({"evidence": [{**CONTRACT, "received": "901万元"}]}, "evidence[1].received", "part_above_whole"),
        ({"firm__size": "small", "facts__size_class": "large"}, "firm.size", "contradicts_facts"),
        ({"lender": {"net_capital": "1亿元", "tier1": "2亿元"}}, "lender.tier1", "part_above_whole"),
        ({"lender": {"exposure": "2亿元", "group_exposure": "1亿元"}}, "lender.group_exposure", "part_above_whole"),
    ],
)
def test_a_contradiction_is_refused_by_its_field(changes: dict[str, Any], field: str, code: str) -> None:
    assert refused(**changes)[field] == code


def test_contradictions_are_told_together() -> None:
    told = refused(credit__debt__total_debt=1, collections=[RECEIPT, RECEIPT], request__replaces="99999万元")
    assert set(told) >= {"credit.statements.bank_debt", "collections[2]", "request.replaces"}


def test_two_receipts_of_one_payer_are_not_one() -> None:
    case = changed(TABLE, collections=[RECEIPT, {**RECEIPT, "amount": "91万元"}])
    assert len(case.stated.collections) == 2
