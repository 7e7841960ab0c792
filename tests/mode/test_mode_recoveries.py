"""What comes in after a loss was shared: to whom it goes back, however many parts it comes in, and what is the firm's."""

import json
from collections.abc import Mapping
from dataclasses import replace
from datetime import date, timedelta
from fractions import Fraction
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from mode_samples import PAYERS, capped_modes, loans, lost, mode_of, pool, quota_body

from examples import examples
from zhirong.chain.mode.loss import Accrued, Deposit, LoanLoss, LossRecovery
from zhirong.chain.mode.model import Mode, Recoveries
from zhirong.chain.mode.returns import given_back, in_proportion
from zhirong.chain.mode.stream import settle, surplus_by
from zhirong.cli.main import main
from zhirong.kernel.errors import InputError
from zhirong.mode_files import load_mode

_AGAINST = ("costs", "interest", "principal")
_TERMS = [
    Recoveries(back, order, _AGAINST, weights)
    for back, order in (("pro_rata", ()), ("creditor_first", ()), ("in_order", ("insurer", "fund")))
    for weights in ("all", "shared")
]


def _fen(yuan: str) -> int:
    return int(yuan.replace(",", "").replace(".", ""))


# -- however many parts it comes in -------------------------------------------------------------------------------


@pytest.mark.parametrize("parts", [1, 2, 60])
def test_sixty_parts_leave_what_one_sum_leaves(parts: int) -> None:
    """The mode of 5311: 50 fund, 30 insurer, 10 guarantor, 10 disposal fund; 3,000,000 lost, 6,002.40 come in."""
    each = 600_240 // parts
    came = tuple(LossRecovery(date(2022, 10, 1) + timedelta(days=7 * n), each) for n in range(parts))
    loan = lost(
        500_000_000,
        principal=300_000_000,
        loan_day=date(2021, 3, 1),
        claim_day=date(2022, 9, 1),
        facts={"ip_pledge": True, "pledge_registered": True},
        recoveries=came,
    )
    left = settle(load_mode("guangzhou-5311"), [loan]).positions["A"]
    assert left == {
        "lender": 0,
        "fund": 150_000_000 - 300_120,
        "insurer": 90_000_000 - 180_072,
        "guarantor": 30_000_000 - 60_024,
        "disposal_fund": 30_000_000 - 60_024,
    }


@settings(max_examples=examples(20), deadline=None)
@given(
    capped_modes(),
    loans(4),
    st.sampled_from(_TERMS),
    st.lists(st.tuples(st.integers(1, 90), st.integers(1, 10**9)), min_size=1, max_size=3),
    st.integers(2, 7),
)
def test_a_recovery_in_any_number_of_parts_leaves_the_same(
    mode: Mode, portfolio: list[LoanLoss], terms: Recoveries, came: list[tuple[int, int]], parts: int
) -> None:
    mode = replace(mode, recoveries=terms)
    whole, split = [], []
    for loan in portfolio:
        days = [(loan.claim_day + timedelta(days=days), amount) for days, amount in came]
        whole.append(replace(loan, recoveries=tuple(LossRecovery(day, amount) for day, amount in days)))
        pieces = [
            LossRecovery(day + timedelta(days=n), amount // parts + (amount % parts if n == 0 else 0))
            for day, amount in days
            for n in range(parts)
        ]
        split.append(replace(loan, recoveries=tuple(piece for piece in reversed(pieces) if piece.amount)))
    one, other = settle(mode, whole, pool()), settle(mode, split, pool())
    assert one.positions == other.positions
    for settled in (one, other):
        back = [move for move in settled.movements if move.kind == "recovery"]
        assert all(move.amount <= 2 for move in back), "a fen of rounding at most is handed back"
    surplus = [sum(m.paid for m in settled.movements if m.kind == "surplus") for settled in (one, other)]
    assert surplus[0] == surplus[1]


@settings(max_examples=examples(20), deadline=None)
@given(capped_modes(), loans(4), st.sampled_from(_TERMS), st.data())
def test_the_order_in_which_sums_come_back_changes_no_end(
    mode: Mode, portfolio: list[LoanLoss], terms: Recoveries, data: st.DataObject
) -> None:
    mode = replace(mode, recoveries=terms)
    sums = data.draw(st.lists(st.integers(1, 10**9), min_size=2, max_size=5))
    ends = []
    for order in (sums, data.draw(st.permutations(sums))):
        came = [
            replace(
                loan,
                recoveries=tuple(
                    LossRecovery(loan.claim_day + timedelta(days=n), x) for n, x in enumerate(order, 1)
                ),
            )
            for loan in portfolio
        ]
        ends.append(settle(mode, came, pool()).positions)
    assert ends[0] == ends[1]


@settings(max_examples=examples(50), deadline=None)
@given(
    st.lists(st.integers(0, 1_000), min_size=1, max_size=6).filter(any), st.integers(1, 10**12), st.fractions(0, 1)
)
def test_division_in_proportion_stays_within_a_fen_of_the_exact_part(
    small: list[int], scale: int, where: Fraction
) -> None:
    for weights in (small, [weight * scale for weight in small]):
        named = {str(number): weight for number, weight in enumerate(weights)}
        whole = sum(weights)
        total = int(whole * where)
        parts = in_proportion(total, named)
        assert sum(parts.values()) == total
        assert all(abs(parts[name] * whole - total * weight) < whole for name, weight in named.items())
        assert all(parts[name] <= weight for name, weight in named.items())


# -- who gets it back -----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("back", "weights", "received", "wanted"),
    [
        # The lender bears 20 of the shared 80 and 20 that are not shared; the fund bears 60.
        ("pro_rata", "all", 50, {"lender": 20, "fund": 30}),
        ("pro_rata", "shared", 40, {"lender": 10, "fund": 30}),
        ("pro_rata", "shared", 90, {"lender": 30, "fund": 60}),
        ("creditor_first", "all", 50, {"lender": 40, "fund": 10}),
        ("creditor_first", "shared", 50, {"lender": 20, "fund": 30}),
        ("creditor_first", "shared", 95, {"lender": 35, "fund": 60}),
        ("pro_rata", "all", 130, {"lender": 40, "fund": 60}),
    ],
)
def test_who_gets_a_recovery_back(back: str, weights: str, received: int, wanted: Mapping[str, int]) -> None:
    terms = Recoveries(back, (), _AGAINST, weights)
    assert given_back(terms, {"lender": 40, "fund": 60}, received, {"lender": 20}) == wanted


def test_in_order_makes_one_whole_after_the_other() -> None:
    terms = Recoveries("in_order", ("guarantor", "lender"), _AGAINST)
    parts = {"lender": 20, "fund": 50, "guarantor": 30}
    assert given_back(terms, parts, 40) == {"lender": 10, "fund": 0, "guarantor": 30}
    assert given_back(terms, parts, 60) == {"lender": 20, "fund": 10, "guarantor": 30}


_SHARED_PARTS = {
    "all": {"lender": 67_000, "fund": 33_000},
    "shared": {"lender": 50_000, "fund": 50_000},
}


@pytest.mark.parametrize("weights", ["all", "shared"])
def test_the_file_says_whether_interest_that_is_not_shared_weighs(weights: str) -> None:
    mode = mode_of(quota_body({"lender": 5_000, "fund": 5_000}) + f'\n[recoveries]\nweights = "{weights}"\n')
    loan = lost(660_000, interest=340_000, recoveries=(LossRecovery(date(2027, 9, 1), 100_000),))
    left = settle(mode, [loan]).positions["A"]
    got = {"lender": 670_000 - left["lender"], "fund": 330_000 - left["fund"]}
    assert got == _SHARED_PARTS[weights]


def test_creditor_first_can_be_written_and_makes_the_lender_whole_first() -> None:
    mode = mode_of(quota_body({"lender": 5_000, "fund": 5_000}) + '\n[recoveries]\nback = "creditor_first"\n')
    settled = settle(mode, [lost(1_000, recoveries=(LossRecovery(date(2027, 9, 1), 700),))])
    assert settled.positions["A"] == {"lender": 0, "fund": 300}


def test_only_in_order_has_an_order() -> None:
    for back in ("pro_rata", "creditor_first"):
        body = f'\n[recoveries]\nback = "{back}"\norder = ["fund"]\n'
        with pytest.raises(InputError) as error:
            mode_of(quota_body({"lender": 5_000, "fund": 5_000}) + body)
        assert [problem.field for problem in error.value.problems] == ["recoveries.order"]


# -- known answers of recovery ------------------------------------------------------------------------------------


def test_three_returns_of_zhongshan() -> None:
    """2,946,431.75 of principal lost; three recoveries net of their costs, one of them after the write-off.

    Divided one by one the fund's third return is 128,520.01; of the sum of the three its part is a fen less.
    """
    nets = ("361,919.01", "85,678.38", "238,000.01")
    days = (date(2025, 1, 20), date(2025, 9, 15), date(2026, 3, 2))
    loan = lost(
        300_000_000,
        principal=_fen("2,946,431.75"),
        loan_day=date(2023, 3, 15),
        claim_day=date(2024, 6, 28),
        recoveries=tuple(LossRecovery(day, _fen(net)) for day, net in zip(days, nets, strict=True)),
    )
    settled = settle(load_mode("zhongshan"), [loan])
    assert [(m.payee, m.paid) for m in settled.movements if m.kind == "recovery"] == [
        ("government", _fen("195,436.27")),
        ("insurer", _fen("57,907.04")),
        ("ip_operator", _fen("14,476.76")),
        ("government", _fen("46,266.32")),
        ("insurer", _fen("13,708.54")),
        ("ip_operator", _fen("3,427.14")),
        ("government", _fen("128,520.00")),
        ("insurer", _fen("38,080.00")),
        ("ip_operator", _fen("9,520.00")),
    ]
    assert settled.positions["A"] == {
        "lender": _fen("587,816.93"),
        "government": _fen("1,220,850.55"),
        "insurer": _fen("361,733.50"),
        "ip_operator": _fen("90,433.37"),
    }


@pytest.mark.parametrize(
    ("weights", "l3", "l1"),
    [
        (
            "shared",
            ("56,000.02", "33,600.01", "11,200.00", "11,200.00"),
            ("472,222.23", "283,333.34", "94,444.44", "94,444.44"),
        ),
        (
            "all",
            ("55,213.05", "33,127.83", "11,042.61", "11,042.61"),
            ("466,392.32", "279,835.39", "93,278.47", "93,278.46"),
        ),
    ],
)
def test_returns_of_guangzhou_under_both_weights(weights: str, l3: tuple[str, ...], l1: tuple[str, ...]) -> None:
    mode = load_mode("guangzhou-5311")
    assert mode.recoveries.weights == "shared", "what a file does not say"
    mode = replace(mode, recoveries=replace(mode.recoveries, weights=weights))
    rows = (
        ("L1", date(2021, 2, 1), date(2022, 11, 30), "4,800,000.00", "4,800,000.00", "60,000.00", "944,444.45"),
        ("L2", date(2021, 5, 10), date(2022, 6, 30), "4,000,000.00", "3,333,333.33", "12,345.67", ""),
        ("L3", date(2021, 9, 1), date(2022, 3, 15), "3,000,000.00", "2,876,543.21", "41,000.00", "280,000.07"),
    )
    came = {"L3": date(2023, 5, 20), "L1": date(2023, 8, 1)}
    portfolio = [
        lost(
            _fen(amount),
            loan_id=name,
            loan_day=made,
            claim_day=claimed,
            principal=_fen(principal),
            interest=_fen(interest),
            recoveries=(LossRecovery(came[name], _fen(net)),) if net else (),
        )
        for name, made, claimed, amount, principal, interest, net in rows
    ]
    settled = settle(mode, portfolio)
    roles = ("fund", "insurer", "guarantor", "disposal_fund")
    for name, wanted in (("L3", l3), ("L1", l1)):
        back = {m.payee: m.paid for m in settled.movements if m.kind == "recovery" and m.loan_id == name}
        assert back == dict(zip(roles, map(_fen, wanted), strict=True))
    if weights == "shared":
        total = {role: sum(parts[role] for parts in settled.positions.values()) for role in roles}
        assert total["fund"] == _fen("4,113,753.06") and total["insurer"] == _fen("2,468,251.83")


def test_returns_before_and_after_the_re_guarantors_have_paid() -> None:
    mode = load_mode("national-4222")  # in force for loans from 2025-03-01: the example's days, a year later
    loan = lost(
        _fen("5,000,000.00"),
        principal=_fen("4,321,098.76"),
        interest=_fen("33,333.33"),
        loan_day=date(2025, 5, 20),
        claim_day=date(2026, 8, 15),
        recoveries=(
            LossRecovery(date(2026, 9, 1), _fen("50,000.00")),
            LossRecovery(date(2027, 2, 10), _fen("315,558.85")),
            LossRecovery(date(2027, 6, 30), _fen("120,000.00")),
        ),
    )
    settled = settle(mode, [loan])
    assert settled.positions["A"] == {
        "lender": _fen("800,441.32"),
        "guarantor": _fen("1,534,215.96"),
        "reguarantor": _fen("767,107.98"),
        "national_fund": _fen("767,107.98"),
    }
    paid = {(m.payer, m.payee): m.paid for m in settled.movements if m.kind == "payment"}
    assert paid["reguarantor", "guarantor"] == paid["national_fund", "guarantor"] == _fen("854,219.75")


# -- the debt of the day ------------------------------------------------------------------------------------------


def _written_off() -> LoanLoss:
    return lost(
        _fen("1,500,000.00"),
        interest=_fen("43,210.98") + _fen("11,111.11"),
        loan_day=date(2024, 1, 10),
        claim_day=date(2025, 3, 10),
        recoveries=(
            LossRecovery(date(2026, 8, 18), _fen("400,000.00"), _fen("23,456.78")),
            LossRecovery(date(2027, 1, 20), _fen("1,300,000.00")),
        ),
        accrued=(Accrued(date(2027, 1, 20), _fen("61,234.50")),),
    )


def test_a_surplus_is_what_exceeds_the_debt_of_that_day() -> None:
    mode = mode_of(quota_body({"lender": 6_000, "fund": 4_000}))
    settled = settle(mode, [_written_off()])
    assert [(m.kind, m.payer, m.payee, m.paid) for m in settled.movements] == [
        ("payment", "fund", "lender", _fen("600,000.00")),
        ("recovery", "lender", "fund", _fen("150,617.29")),
        ("recovery", "lender", "fund", _fen("449,382.71")),
        ("surplus", "lender", "firm", _fen("60,986.63")),
    ]
    assert settled.positions["A"] == {"lender": 0, "fund": 0}
    forgotten = settle(mode, [replace(_written_off(), accrued=())])
    assert [m.paid for m in forgotten.movements if m.kind == "surplus"] == [_fen("122,221.13")]


def test_what_accrues_after_a_debt_is_paid_is_no_reason_to_take_a_surplus_back() -> None:
    loan = lost(
        100,
        recoveries=(LossRecovery(date(2027, 7, 1), 130), LossRecovery(date(2027, 9, 1), 5)),
        accrued=(Accrued(date(2027, 6, 20), 10), Accrued(date(2027, 8, 1), 7)),
    )
    assert [surplus_by(loan, date(2027, month, 2)) for month in (6, 7, 8, 9)] == [0, 20, 20, 20]


# -- money that is held -------------------------------------------------------------------------------------------


def test_a_deposit_is_no_recovery_until_it_is_applied() -> None:
    mode = mode_of(quota_body({"lender": 5_000, "fund": 5_000}))
    held = lost(1_000, deposits=(Deposit(date(2027, 3, 20), 400),))
    assert settle(mode, [held]).positions["A"] == {"lender": 500, "fund": 500}
    before = replace(held, deposits=(Deposit(date(2027, 3, 20), 400, date(2027, 5, 1)),))
    assert settle(mode, [before]).positions["A"] == {"lender": 300, "fund": 300}
    after = replace(held, deposits=(Deposit(date(2027, 3, 20), 400, date(2027, 8, 1)),))
    settled = settle(mode, [after])
    assert [(m.day, m.kind, m.payer, m.payee, m.paid) for m in settled.movements] == [
        (date(2027, 6, 1), "payment", "fund", "lender", 500),
        (date(2027, 8, 1), "recovery", "lender", "fund", 200),
    ]


# -- the day of the claim, and what the command says ------------------------------------------------------------------

_CLAIM = """
[[loan]]
id = "A"
borrower = "甲公司"
lender = "乙银行"
loan_day = 2021-05-01
claim_day = 2022-08-01
amount = 1200000
principal = 1200000
"""


def _settled(tmp_path: Path, capsys: pytest.CaptureFixture[str], more: str, mode: str, *words: str) -> str:
    path = tmp_path / "claim.toml"
    path.write_text(_CLAIM + more, encoding="utf-8")
    assert main(["settle", str(path), "--mode", mode, *words]) == 0
    return capsys.readouterr().out


def test_a_recovery_on_the_day_of_the_claim_lowers_the_loss(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    more = "[[loan.recovery]]\nday = 2022-08-01\namount = 300000\n"
    data = json.loads(_settled(tmp_path, capsys, more, "guangzhou-55", "--json"))
    assert data["borne"] == {"lender": "450000.00", "fund": "450000.00"}
    assert [move["kind"] for move in data["movements"]] == ["payment"]


def test_a_recovery_is_printed_in_the_direction_in_which_the_money_goes(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    more = "[[loan.recovery]]\nday = 2022-10-01\namount = 6002.40\n"
    shown = _settled(tmp_path, capsys, more, "guangzhou-55", "--lang", "en")
    line = next(line for line in shown.splitlines() if "share of a recovery" in line)
    assert (
        line.strip()
        == "2022-10-01  A  partner bank → Guangzhou IP pledge compensation fund: share of a recovery 3,001.20"
    )
    shown = _settled(tmp_path, capsys, more, "guangzhou-55")
    assert "回收款返还 3,001.20" in shown and "-3,001.20" not in shown
    (move,) = (
        move
        for move in json.loads(_settled(tmp_path, capsys, more, "guangzhou-55", "--json"))["movements"]
        if move["kind"] == "recovery"
    )
    assert (move["payer"], move["payee"], move["paid"]) == ("lender", "fund", "3001.20")


def test_the_claim_file_takes_deposits_and_what_the_debt_has_grown_by(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    more = (
        "[[loan.deposit]]\nday = 2022-05-01\namount = 100000\napplied_on = 2022-09-01\n"
        "[[loan.deposit]]\nday = 2022-05-01\namount = 50000\n"
        "[[loan.accrued]]\nday = 2022-09-01\namount = 40000\n"
        "[[loan.recovery]]\nday = 2022-10-01\namount = 1150000\n"
    )
    data = json.loads(_settled(tmp_path, capsys, more, "guangzhou-55", "--json"))
    assert [(m["kind"], m["paid"]) for m in data["movements"] if m["payee"] in ("fund", "firm")] == [
        ("recovery", "50000.00"),
        ("recovery", "550000.00"),
        ("surplus", "10000.00"),
    ]
    assert data["loans"][0]["held"] == "50000.00"
    assert "50,000.00" in _settled(tmp_path, capsys, more, "guangzhou-55", "--lang", "en").split("who pays")[0]


@pytest.mark.parametrize(
    ("more", "field"),
    [
        (
            "[[loan.deposit]]\nday = 2022-05-01\namount = 1\napplied_on = 2022-04-30\n",
            "loan[1].deposit[1].applied_on",
        ),
        ("[[loan.accrued]]\nday = 2022-07-31\namount = 1\n", "loan[1].accrued[1].day"),
    ],
)
def test_dates_that_cannot_be_meant_are_refused(
    more: str, field: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "claim.toml"
    path.write_text(_CLAIM + more, encoding="utf-8")
    assert main(["settle", str(path), "--mode", "guangzhou-55", "--json"]) == 2
    problems = json.loads(capsys.readouterr().err)["error"]["problems"]
    assert [problem["field"] for problem in problems] == [field]


def test_settle_says_that_no_accrual_was_stated_where_there_is_a_surplus(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    more = "[[loan.recovery]]\nday = 2023-10-01\namount = 1300000\n"
    words = "no interest or penalty has been stated since the claim"
    assert words in _settled(tmp_path, capsys, more, "guangzhou-55", "--lang", "en")
    more += "[[loan.accrued]]\nday = 2023-10-01\namount = 1\n"
    assert words not in _settled(tmp_path, capsys, more, "guangzhou-55", "--lang", "en")


def test_payers_of_the_samples_are_the_roles_these_terms_name() -> None:
    assert {role for terms in _TERMS for role in terms.order} <= set(PAYERS)
