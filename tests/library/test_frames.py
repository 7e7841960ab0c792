"""The jobs on whole tables equal the single functions to the fen, and refuse what they refuse, all at once."""

from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import zhirong
from zhirong.frames import COLUMNS
from zhirong.workbench import modes

_START = date(2026, 1, 15)
_LOANS = {
    "amount_yuan": [1_000_000, 500_000.5],
    "rate_percent": [3.45, 4.2],
    "term_months": [12, 24],
    "start": [_START] * 2,
}


_BALANCES = {
    "inventory": 4_000_000,
    "receivables": 8_000_000,
    "prepayments": 500_000,
    "payables": 5_000_000,
    "advances_received": 1_000_000,
    "cash": 2_500_000,
    "restricted_cash": 0,
    "working_capital_loans": 3_500_000,
    "other_channels": 0,
    "bank_debt": 3_500_000,
    "soft_assets": 0,
}


def _company(**other: Any) -> dict[str, Any]:
    return {
        "id": "甲",
        "as_of": date(2026, 11, 30),
        "region": "440100",
        "size": "small",
        "amount_yuan": 2_000_000,
        "term_months": 12,
        "right_kind": "invention",
        "right_number": "ZL201719999901.7",
        "right_filing_date": date(2017, 5, 12),
        "right_grant_date": date(2019, 8, 20),
        "right_fee_paid_through_year": 10,
        "ip_revenue_yuan": 30_000_000,
        "ip_growth_percent": 5.0,
        "ip_royalty_percent": 4.0,
        "ip_discount_percent": 18.0,
        "ip_life_years": 6,
        "registered_on": date(2014, 3, 18),
        "legal_person": True,
        "operating_cash_flow_yuan": 5_000_000,
        "debt_service_yuan": 0,
        "total_debt_yuan": 4_000_000,
        "total_assets_yuan": 20_000_000,
        "overdue_yuan": 0,
        "revenue_yuan": 30_000_000,
        "cost_of_sales_yuan": 20_000_000,
        "total_profit_yuan": 3_000_000,
        "fact_sme": True,
        **{f"{name}_yuan": amount for name, amount in _BALANCES.items()},
        **other,
    }


def _arrays(rows: list[dict[str, Any]]) -> Mapping[str, Any]:
    return {name: [row[name] for row in rows] for name in rows[0]}


def _fen(values: Any) -> list[int]:
    return [round(value * 100) for value in values]


# -- schedules ----------------------------------------------------------------------------------------------------

_LOAN = st.fixed_dictionaries(
    {
        "amount_yuan": st.integers(1, 10**11).map(lambda fen: fen / 100),
        "rate_percent": st.integers(0, 240_000).map(lambda points: points / 10_000),
        "term_months": st.integers(1, 60),
        "start": st.dates(date(2019, 1, 1), date(2026, 12, 31)),
        "method": st.sampled_from(["level_payment", "equal_principal", "bullet", "interest_with_principal"]),
    }
)


@settings(max_examples=12, deadline=None)
@given(st.lists(_LOAN, min_size=1, max_size=4))
def test_every_row_of_a_schedule_equals_that_of_the_single_loan(loans: list[dict[str, Any]]) -> None:
    loans.append({**loans[0], "rate_percent": 3.45})
    made = zhirong.schedule_many(pd.DataFrame(loans))
    for number, loan in enumerate(loans, 1):
        alone = zhirong.schedule(
            amount_yuan=Decimal(repr(loan["amount_yuan"])),
            rate_percent=Decimal(repr(loan["rate_percent"])),
            term_months=loan["term_months"],
            start=loan["start"],
            method=loan["method"],
        )
        own = made[made.id == number]
        assert [day.date() for day in own.due] == [row.due for row in alone.rows]
        for name in ("opening", "principal", "interest", "total", "closing"):
            assert _fen(own[f"{name}_yuan"]) == [getattr(row, name) for row in alone.rows]


def test_without_the_compiled_engine_a_schedule_is_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    together = zhirong.schedule_many(pd.DataFrame(_LOANS))
    monkeypatch.setattr("zhirong.frames.schedules.is_installed", lambda name: False)
    pd.testing.assert_frame_equal(zhirong.schedule_many(pd.DataFrame(_LOANS)), together)


def test_arrays_in_arrays_out() -> None:
    made = zhirong.schedule_many({name: np.array(values) for name, values in _LOANS.items()})
    assert set(made) >= {"id", "number", "due", "principal_yuan"}
    assert all(isinstance(column, np.ndarray) for column in made.values())
    assert made["principal_yuan"].sum() == pytest.approx(1_500_000.5)


def test_everything_wrong_with_a_table_comes_at_once() -> None:
    wrong = {
        **_LOANS,
        "amount_yuan": ["100万", 1.005],
        "rate_percent": [0.0345, 0.042],
        "term_months": [12.5, True],
    }
    with pytest.raises(zhirong.InputError) as caught:
        zhirong.schedule_many(wrong)
    found = {problem.field: problem.code for problem in caught.value.problems}
    assert found == {
        "amount_yuan[1]": "wrong_type",
        "amount_yuan[2]": "wrong_type",
        "rate_percent[1]": "wrong_unit",
        "term_months[1]": "wrong_type",
        "term_months[2]": "wrong_type",
    }


@pytest.mark.parametrize(
    ("name", "meant"), [("amount", "amount_yuan"), ("amount_wan", "amount_yuan"), ("term_years", "term_months")]
)
def test_a_column_in_another_unit_is_named_with_the_right_one(name: str, meant: str) -> None:
    renamed = {name if column == meant else column: values for column, values in _LOANS.items()}
    with pytest.raises(zhirong.InputError) as caught:
        zhirong.schedule_many(renamed)
    problems = {problem.field: problem for problem in caught.value.problems}
    assert problems[name].code == "wrong_unit"
    assert meant in problems[name].hint.en
    assert problems[meant].code == "missing"


def test_columns_of_unequal_length_and_what_is_no_table_are_refused() -> None:
    with pytest.raises(zhirong.InputError, match="differ in length"):
        zhirong.schedule_many({**_LOANS, "start": [_START]})
    with pytest.raises(zhirong.InputError, match="not a table"):
        zhirong.schedule_many([1, 2, 3])  # type: ignore[call-overload]


@pytest.mark.parametrize(
    "calculate",
    [
        zhirong.schedule_many,
        lambda table: zhirong.settle_many(table, "bank-alone"),
        lambda table: zhirong.quote_many(table, ["bank-alone"]),
        zhirong.appraise_many,
    ],
)
def test_series_with_different_indexes_are_refused(calculate: Any) -> None:
    """A dictionary of Series pairs rows neither by place nor by index in silence."""
    table = {"id": pd.Series(["A", "B"], index=[1, 2]), "amount_yuan": pd.Series([1, 2], index=[2, 1])}
    with pytest.raises(zhirong.InputError) as caught:
        calculate(table)
    assert [(one.field, one.code) for one in caught.value.problems] == [("amount_yuan", "index_differs")]
    with pytest.raises(zhirong.InputError) as caught:
        calculate({name: series.reset_index(drop=True) for name, series in table.items()})
    assert "index_differs" not in {one.code for one in caught.value.problems}


def test_a_reader_names_the_column_and_the_row() -> None:
    with pytest.raises(zhirong.InputError) as caught:
        zhirong.schedule_many({**_LOANS, "method": ["bullet", "balloon"]})
    assert [(one.field, one.code) for one in caught.value.problems] == [("method[2]", "not_a_choice")]


def test_of_many_problems_the_first_hundred_are_shown_and_the_rest_counted() -> None:
    count = 500
    columns = {**{name: [values[0]] * count for name, values in _LOANS.items()}, "term_months": [0] * count}
    with pytest.raises(zhirong.InputError) as caught:
        zhirong.schedule_many(columns)
    assert len(caught.value.problems) == 101
    assert caught.value.problems[-1].value == "400"


# -- losses -------------------------------------------------------------------------------------------------------


@settings(max_examples=8, deadline=None)
@given(
    st.lists(st.tuples(st.integers(1, 10**9), st.integers(0, 100), st.integers(0, 10**7)), min_size=1, max_size=90),
    st.sampled_from(["national-28", "bank-alone", "jiangsu-suzhidai", "peer-guarantee"]),
)
def test_every_loss_is_shared_as_one_by_one(losses: list[tuple[int, int, int]], mode_id: str) -> None:
    if mode_id not in modes():
        return
    table = {
        "id": [f"L{number}" for number in range(len(losses))],
        "loan_day": [date(2026, 3, 2)] * len(losses),
        "claim_day": [date(2026, 10, 9)] * len(losses),
        "amount_yuan": [amount / 100 for amount, _, _ in losses],
        "principal_loss_yuan": [amount * share // 100 / 100 for amount, share, _ in losses],
        "interest_loss_yuan": [interest / 100 for _, _, interest in losses],
    }
    claim = {
        "loan": [
            {
                "id": name,
                "borrower": name,
                "lender": "lender",
                "loan_day": date(2026, 3, 2),
                "claim_day": date(2026, 10, 9),
                "amount": Decimal(amount) / 100,
                "principal": Decimal(amount * share // 100) / 100,
                "interest": Decimal(interest) / 100,
            }
            for name, (amount, share, interest) in zip(table["id"], losses, strict=True)
        ]
    }
    shared = zhirong.settle(claim, mode_id).shared
    made = zhirong.settle_many(pd.DataFrame(table), mode_id)
    for row, loan in zip(made.to_dict("records"), shared.loans, strict=True):
        assert round(row["loss_yuan"] * 100) == loan.loss
        for role, amount in loan.parts.items():
            assert round(row[f"{role}_yuan"] * 100) == amount


def test_a_loss_above_its_loan_is_refused_by_column_and_row() -> None:
    table = {
        "id": ["1", "2"],
        "loan_day": [_START] * 2,
        "claim_day": ["2026-09-15", "2025-09-15"],
        "amount_yuan": [100, 100],
        "principal_loss_yuan": [100, 101],
    }
    with pytest.raises(zhirong.InputError) as caught:
        zhirong.settle_many(table, "bank-alone")
    assert {problem.field for problem in caught.value.problems} == {"principal_loss_yuan[2]", "claim_day[2]"}


# -- appraisals ---------------------------------------------------------------------------------------------------


def test_a_right_is_worth_what_its_own_appraisal_says() -> None:
    table = {
        "id": ["w", "x"],
        "revenue_yuan": [34_000_000, 1_000_000],
        "revenue_yuan_low": [26_000_000, None],
        "revenue_yuan_high": [40_000_000, None],
        "growth_percent": [8, 0],
        "royalty_percent": [5, 3],
        "discount_percent": [18, 20],
        "life_years": [7, 5],
        "tax_percent": [15, 25],
    }
    made = zhirong.appraise_many(pd.DataFrame(table), as_of=date(2026, 11, 30), paths=2_000)
    figures = {"growth": "0.08", "royalty_rate": "0.05", "discount_rate": "0.18", "economic_life": "7"}
    method: dict[str, Any] = {
        "method": "relief_from_royalty",
        "tax_basis": "after_tax",
        "tax_rate": Decimal("0.15"),
        "convention": "mid_year",
        "first_year_revenue": {"low": 26_000_000, "mode": 34_000_000, "high": 40_000_000, "grade": "assumed"},
        **{name: {"value": Decimal(value), "grade": "assumed"} for name, value in figures.items()},
    }
    case = {
        "case": {"id": "w", "title": "w", "as_of": date(2026, 11, 30)},
        "rights": [{"id": "w", "kind": "software", "title": "w", "holders": [{"name": "w"}], "number": "2020SR0999901",
                    "creation_date": date(2020, 2, 28), "publication_date": date(2020, 3, 10),
                    "registration_date": date(2020, 7, 2)}],
        "appraisal": {"purpose": "transfer", "valuation_date": date(2026, 11, 30), "paths": 2_000, "method": [method]},
    }  # fmt: skip
    alone = zhirong.appraise(case)
    assert made.p50_yuan[0] == pytest.approx(alone.appraised_value / 100, rel=1e-6)  # type: ignore[union-attr]
    assert made.p10_yuan[1] < made.p50_yuan[1] < made.p90_yuan[1]


def test_other_methods_have_their_fields_by_path_and_rows_of_several_methods_share_a_table() -> None:
    royalty = {
        "id": ["w", "x"],
        "revenue_yuan": [34_000_000, 1_000_000],
        "revenue_yuan_low": [26_000_000, None],
        "revenue_yuan_high": [40_000_000, None],
        "growth_percent": [8, 0],
        "royalty_percent": [5, 3],
        "discount_percent": [18, 20],
        "life_years": [7, 5],
        "tax_percent": [15, 25],
    }
    obsolete = {f"{name}_obsolescence.{part}": [value] for name in ("functional", "economic")
                for part, value in (("value", 0.1), ("grade", "assumed"))}  # fmt: skip
    cost = {
        "id": ["c"],
        "method": ["cost"],
        "basis": ["reproduction"],
        "obsolescence": ["multiplied"],
        "item.1.label": ["研发"],
        "item.1.value": [5_000_000],
        "item.1.grade": ["contract"],
        **obsolete,
    }
    both = pd.concat(
        [pd.DataFrame(royalty).assign(tax_basis="after_tax", convention="mid_year"), pd.DataFrame(cost)]
    )
    day = date(2026, 11, 30)
    made = zhirong.appraise_many(both, as_of=day, paths=2_000)
    assert list(made.method) == ["relief_from_royalty", "relief_from_royalty", "cost"]
    assert list(made.state) == ["valued"] * 3
    together = zhirong.appraise_many(pd.DataFrame(royalty), as_of=day, paths=2_000)
    for name in ("p10_yuan", "p50_yuan", "p90_yuan"):
        assert list(made[name][:2]) == pytest.approx(list(together[name]), rel=1e-4)
    assert made.p50_yuan[2] == pytest.approx(5_000_000 * 0.9 * 0.9, rel=0.02)
    with pytest.raises(zhirong.InputError) as caught:
        zhirong.appraise_many(
            both.assign(method=["relieve", None, "cost"], growth_percent=[8, 900, None]), as_of=day
        )
    assert {one.field for one in caught.value.problems} == {"method[1]", "growth_percent[2]"}


# -- quotes -------------------------------------------------------------------------------------------------------


def test_every_row_of_a_quote_equals_the_offer_of_the_case() -> None:
    companies = [_company(), _company(id="乙", amount_yuan=500_000, ip_revenue_yuan=8_000_000.5)]
    ids = ["bank-alone", "national-28", "credit-plus-ip"]
    made = zhirong.quote_many(pd.DataFrame(companies), ids)
    assert list(made.id) == ["甲"] * 3 + ["乙"] * 3
    case = {
        "case": {"id": "甲", "title": "甲", "as_of": date(2026, 11, 30)},
        "firm": {"name": "甲", "region": "440100", "size": "small"},
        "request": {"amount": 2_000_000, "term_months": 12},
        "rights": [
            {
                "id": "ZL201719999901.7",
                "title": "ZL201719999901.7",
                "kind": "invention",
                "number": "ZL201719999901.7",
                "filing_date": date(2017, 5, 12),
                "grant_date": date(2019, 8, 20),
                "fee_paid_through_year": 10,
                "holders": [{"name": "甲"}],
            }
        ],
        "appraisal": {
            "purpose": "pledge",
            "valuation_date": date(2026, 11, 30),
            "method": [
                {
                    "method": "relief_from_royalty",
                    "tax_basis": "after_tax",
                    "tax_rate": Decimal("0.25"),
                    "convention": "mid_year",
                    "first_year_revenue": {"value": 30_000_000, "grade": "declared"},
                    "growth": {"value": Decimal("0.05"), "grade": "declared"},
                    "royalty_rate": {"value": Decimal("0.04"), "grade": "declared"},
                    "discount_rate": {"value": Decimal("0.18"), "grade": "declared"},
                    "economic_life": {"value": 6, "grade": "declared"},
                }
            ],
        },
        "credit": {
            name: {**figures, "source": "table", "date": date(2026, 11, 30), "grade": "declared"}
            for name, figures in {
                "registration": {"registered_on": date(2014, 3, 18), "legal_person": True},
                "cash_flow": {"operating_cash_flow": 5_000_000, "debt_service": 0},
                "debt": {"total_debt": 4_000_000, "total_assets": 20_000_000, "overdue": 0},
                "statements": {
                    "revenue": 30_000_000,
                    "cost_of_sales": 20_000_000,
                    "total_profit": 3_000_000,
                    **_BALANCES,
                },
            }.items()
        },
        "facts": {"sme": True},
    }
    quote = zhirong.quote(case, ids)
    assert quote.credit_limit.amount > 0
    for row, offer in zip(made.to_dict("records")[:3], quote.offers, strict=True):
        assert (row["mode_id"], row["eligible"], row["set_by"]) == (offer.mode.id, offer.eligible, offer.limited_by)
        assert round(row["amount_yuan"] * 100) == offer.amount
        assert round(row["pledge_value_yuan"] * 100) == quote.pledge.amount
        for party in offer.at_default if offer.amount else ():
            assert round(row[f"{party.role}_at_default_yuan"] * 100) == party.amount


@pytest.mark.parametrize(
    ("column", "figure", "words"),
    [("bank_debt_yuan", "bank_debt", "银行借款"), ("revenue_yuan", "revenue", "销售收入")],
)
def test_an_offer_of_nothing_says_which_figure_is_missing(column: str, figure: str, words: str) -> None:
    company = _company()
    whole = zhirong.quote_many(pd.DataFrame([company]), ["bank-alone"]).iloc[0]
    assert whole.amount_yuan > 0 and figure not in whole.missing.split(", ") and "缺" not in whole.reason_zh
    del company[column]
    row = zhirong.quote_many(pd.DataFrame([company]), ["bank-alone"]).iloc[0]
    assert row.amount_yuan == 0 and figure in row.missing.split(", ")
    assert words in row.reason_zh and "missing or out of date" in row.reason_en


def test_a_fact_without_its_prefix_is_recognised_and_a_strange_name_does_not_list_a_hundred() -> None:
    for name, hint in {"park_tenant": "fact_park_tenant", "fact_park_tennant": "fact_park_tenant"}.items():
        with pytest.raises(zhirong.InputError) as caught:
            zhirong.quote_many(pd.DataFrame([{**_company(), name: True}]), ["bank-alone"])
        (found,) = caught.value.problems
        assert hint in found.hint.en and hint in found.hint.zh
    with pytest.raises(zhirong.InputError) as caught:
        zhirong.quote_many(pd.DataFrame([{**_company(), "horoscope": "leo"}]), ["bank-alone"])
    assert len(caught.value.problems[0].hint.en) < 200


def test_rights_of_a_second_table_count_like_those_beside_the_company() -> None:
    company = _company()
    beside = zhirong.quote_many(pd.DataFrame([company]), ["bank-alone"])
    right = {name.removeprefix("right_"): company.pop(name) for name in list(company) if name.startswith("right_")}
    rights = pd.DataFrame([{"company_id": "甲", **right}])
    pd.testing.assert_frame_equal(
        zhirong.quote_many(pd.DataFrame([company]), ["bank-alone"], rights=rights), beside
    )
    strange = rights.assign(company_id="丙", kind="patent")
    with pytest.raises(zhirong.InputError) as caught:
        zhirong.quote_many(pd.DataFrame([company]), ["bank-alone"], rights=strange)
    assert "company_id[1]" in {problem.field for problem in caught.value.problems}


def test_what_is_wrong_with_a_company_is_named_by_column_and_row() -> None:
    rows = [_company(), _company(region="9", size="tiny", debt_service_yuan=-1.0, fact_sme="yes")]
    with pytest.raises(zhirong.InputError) as caught:
        zhirong.quote_many(_arrays(rows), ["bank-alone"])
    found = {problem.field for problem in caught.value.problems}
    assert found >= {"region[2]", "size[2]", "debt_service_yuan[2]", "fact_sme[2]", "id[2]"}
    assert not any(field.endswith("[1]") for field in found)


def test_what_only_the_calculation_finds_wrong_is_named_by_its_row() -> None:
    """No LPR was published before August 2019, and no rate is agreed."""
    early = _company(
        id="乙",
        as_of=date(2012, 5, 2),
        right_number="ZL200719999901.3",
        right_filing_date=date(2007, 5, 12),
        right_grant_date=date(2009, 8, 20),
        right_fee_paid_through_year=6,
        registered_on=date(2004, 3, 18),
    )
    rows = [_company(), early]
    with pytest.raises(zhirong.InputError) as caught:
        zhirong.quote_many(_arrays(rows), ["bank-alone"])
    assert all(problem.field.endswith("[2]") for problem in caught.value.problems), caught.value


def test_a_field_whose_column_is_missing_is_named_by_that_column() -> None:
    row = {name: value for name, value in _company().items() if name != "right_number"}
    with pytest.raises(zhirong.InputError) as caught:
        zhirong.quote_many(_arrays([row]), ["bank-alone"])
    assert [problem.field for problem in caught.value.problems] == ["right_number[1]"]


def test_a_mode_that_is_not_there_is_one_problem() -> None:
    with pytest.raises(zhirong.InputError) as caught:
        zhirong.quote_many(_arrays([_company(), _company(id="乙")]), ["bank-alnoe"])
    assert [problem.code for problem in caught.value.problems] == ["unknown_mode"]


def test_any_other_field_of_a_case_is_given_by_its_path() -> None:
    rows = [{**_company(), "request.start": date(2026, 12, 15), "request.cycle": "1Q"}]
    assert len(zhirong.quote_many(_arrays(rows), ["bank-alone"])["id"]) == 1
    rows[0]["request.starts"] = date(2026, 12, 15)
    with pytest.raises(zhirong.InputError, match="starts"):
        zhirong.quote_many(_arrays(rows), ["bank-alone"])


def test_cases_give_rows_one_by_one() -> None:
    row = next(
        zhirong.quote_many([zhirong.case("src/zhirong/cases/xixian-jingshuixing/case.toml")], ["bank-alone"])
    )
    assert repr(row) == "<LimitRow xixian-jingshuixing under bank-alone: eligible yes, CNY 2,000,000.00>"


def test_every_column_says_its_unit_in_its_name_and_what_it_is() -> None:
    endings = {"yuan": "_yuan", "percent": "_percent", "months": "months", "years": "_years"}
    for columns in COLUMNS.values():
        assert len({column.name for column in columns}) == len(columns)
        for column in columns:
            ending = endings.get(column.unit, "")
            name = column.name.removesuffix("_low").removesuffix("_high")
            assert name.endswith(ending), column
            assert column.about.zh
            assert column.about.en
