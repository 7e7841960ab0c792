"""The columns refuse what ``allocate`` refuses of a single loan; a pandas Series is a column as well."""

from collections.abc import Mapping
from datetime import date
from decimal import Decimal

import numpy as np
import pandas as pd
import pytest
from mode_samples import mode_of, quota_body

from zhirong.chain.mode.arrays import Losses, allocate_many, scenarios
from zhirong.chain.mode.loss import LoanLoss
from zhirong.chain.mode.shares import bonus_met
from zhirong.mode_files import load_mode

_MODE = load_mode("national-28")
_DAY = date(2026, 3, 1)
_GOOD: Mapping[str, object] = {"principal": np.array([100, 200]), "amount": np.array([500, 500])}


@pytest.mark.parametrize(
    ("columns", "words"),
    [
        ({"principal": np.array([-1_000, 0])}, "principal"),
        ({"principal": np.array([501, 0])}, "more principal is lost"),
        ({"principal": np.array([100.0, 200.0])}, "whole numbers of fen are required"),
        ({"principal": np.array([Decimal(100), Decimal(200)])}, "whole numbers of fen are required"),
        ({"principal": np.array([True, False])}, "whole numbers of fen are required"),
        ({"amount": np.array([0, 500])}, "amount"),
        ({"amount": np.array([5_000] * 5_000)}, "rows"),
        ({"amount": np.array([[500, 500]])}, "rows"),
        ({"interest": np.array([1])}, "interest"),
        ({"interest": np.array([1, -1])}, "interest"),
        ({"costs": np.array([0.5, 1])}, "costs"),
        ({"balance": np.array([1, -1])}, "balance"),
        ({"year": np.array([2026])}, "year"),
        ({"borrower": np.array([1])}, "borrower"),
        ({"ip_part": np.array([0, 1_000_001])}, "ip_part"),
        ({"refused": np.array([0, 1])}, "refused"),
        ({"amounts": {"deductible": np.array([1])}}, "deductible"),
        ({"pledged": np.array([1, -2])}, "pledged"),
        ({"bonus": np.array([True, False])}, "bonus"),
        ({"ip_whole": 0}, "ip_whole"),
        ({"public_elsewhere": np.array([-1, 0])}, "public_elsewhere"),
    ],
)
def test_columns_that_a_single_loan_could_not_have_are_refused(columns: dict[str, object], words: str) -> None:
    with pytest.raises(ValueError, match=words):
        allocate_many(_MODE, Losses(**{**_GOOD, **columns}), _DAY)  # type: ignore[arg-type]


def test_a_series_is_a_column() -> None:
    table = pd.DataFrame({"principal": [100, 200], "amount": [500, 500]}, index=[7, 3])
    found = allocate_many(_MODE, Losses(principal=table["principal"], amount=table["amount"]), _DAY)
    assert found.tolist() == allocate_many(_MODE, Losses(**_GOOD), _DAY).tolist()  # type: ignore[arg-type]
    assert found.sum(axis=1).tolist() == [100, 200]


@pytest.mark.parametrize("more", [{}, {"amounts": {"deductible": pd.Series([1, 2], index=[7, 3])}}])
def test_series_with_different_indexes_are_refused(more: dict[str, object]) -> None:
    """By place row 7 would be lost and row 3 lent; by index, as pandas users expect, the other way round."""
    principal, amount = pd.Series([100, 200], index=[7, 3]), pd.Series([500, 500], index=[3, 7])
    columns: dict[str, object] = {"principal": principal, "amount": principal + 400 if more else amount, **more}
    if more:
        columns["interest"] = amount
    with pytest.raises(ValueError, match="different indexes"):
        allocate_many(_MODE, Losses(**columns), _DAY)  # type: ignore[arg-type]


def test_scenarios_refuse_the_same() -> None:
    loan = LoanLoss("A", "甲", "乙", _DAY, _DAY, 500, 0)
    with pytest.raises(ValueError, match="more principal"):
        allocate_many(_MODE, scenarios(_MODE, loan, np.array([501])), _DAY)
    with pytest.raises(ValueError, match="whole numbers"):
        allocate_many(_MODE, scenarios(_MODE, loan, np.array([0.5])), _DAY)


def test_no_rows_are_no_losses() -> None:
    none = np.array([], dtype=np.int64)
    assert allocate_many(_MODE, Losses(principal=none, amount=none), _DAY).shape == (0, len(_MODE.bearers))


def test_columns_put_together_by_hand_may_leave_out_what_has_no_condition() -> None:
    body = quota_body({"lender": 6_000, "fund": 4_000}) + (
        '\n[[sharing.bonus]]\nto = "fund"\nfrom = "lender"\nadd = 0.1\nwhen = [{ fact = "ip_pledge", is = true }]\n'
        '\n[[sharing.top_up]]\npayer = "guarantor"\nfrom = "lender"\nshare = 0.2\nname = "layer"\n'
    )
    mode = mode_of(body)
    (bonus,) = mode.sharings[0].bonuses
    facts: list[dict[str, object]] = [{"ip_pledge": True}, {"ip_pledge": False}, {}]
    met = np.array([[bonus_met(bonus, known, _DAY)] for known in facts])
    column = np.array([100, 100, 100])
    found = allocate_many(mode, Losses(principal=column, amount=column, bonus=met), _DAY)
    assert found.tolist() == [[30, 50, 20], [40, 40, 20], [40, 40, 20]]
