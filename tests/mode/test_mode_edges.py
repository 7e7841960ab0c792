"""Exactly at a limit, and one fen beyond it."""

from dataclasses import replace
from datetime import date
from decimal import Decimal

import numpy as np
import pytest
from mode_samples import lost, mode_of, quota_body

from zhirong.chain.mode.allocation import allocate
from zhirong.chain.mode.arrays import allocate_many, scenarios
from zhirong.chain.mode.breaker import PoolEvent, pauses
from zhirong.chain.mode.charges import LoanFacts, charges
from zhirong.chain.mode.loss import OPEN_POOL, LossRecovery, MissingFigureError, PoolState
from zhirong.chain.mode.running_allocation import running
from zhirong.chain.mode.stream import settle
from zhirong.mode_files import load_modes

MODES = load_modes()
FIVE_MILLION = 500_000_000
DAY = date(2026, 3, 2)


@pytest.mark.parametrize(("amount", "fund"), [(FIVE_MILLION, 200_000_000), (FIVE_MILLION + 1, 150_000_000)])
def test_whole_tier_at_five_million_and_a_fen_above(amount: int, fund: int) -> None:
    """40 % of 5,000,000.00; of 5,000,000.01 the 30 % of the next tier, rounded down."""
    shared = allocate(MODES["guangzhou-2025"], [lost(amount)])
    assert shared.totals["fund"] == fund


@pytest.mark.parametrize(("amount", "fund"), [(FIVE_MILLION, 250_000_000), (FIVE_MILLION + 1, 250_000_000)])
def test_cap_on_loans_at_five_million_and_a_fen_above(amount: int, fund: int) -> None:
    in_2023 = lost(amount, loan_day=date(2023, 3, 2), claim_day=date(2024, 6, 1))
    shared = allocate(MODES["guangzhou-55"], [in_2023])
    assert shared.totals == {"lender": amount - fund, "fund": fund}


@pytest.mark.parametrize(
    ("day", "fund"),
    [
        (date(2025, 9, 30), 0),
        (date(2025, 10, 1), 200_000_000),
        (date(2028, 9, 30), 200_000_000),
        (date(2028, 10, 1), 0),
    ],
)
def test_loans_made_outside_the_dates_of_a_rule_stay_with_the_lender(day: date, fund: int) -> None:
    mode, loan = MODES["guangzhou-2025"], lost(FIVE_MILLION, loan_day=day, claim_day=date(2029, 1, 1))
    (share,) = allocate(mode, [loan]).loans
    assert share.parts["fund"] == fund
    assert (share.refused is None) == bool(fund)
    assert ("有效期" in share.explanation.as_text()) == (not fund)
    as_if = allocate(mode, [loan], as_if_in_force=True)
    assert as_if.totals["fund"] == 200_000_000
    row = mode.bearers.index("fund")
    principal = np.array([FIVE_MILLION], dtype=np.int64)
    for wanted, asked in ((fund, False), (200_000_000, True)):
        parts = allocate_many(mode, scenarios(mode, loan, principal), day, as_if_in_force=asked)
        assert parts[0, row] == wanted
    # The portfolio as it stands day by day, in columns and one by one.
    inside = lost(FIVE_MILLION, loan_id="in", loan_day=DAY, claim_day=date(2028, 12, 1))
    for few in (0, 99):
        standing = running(mode, [loan, inside], None, few)
        standing.move_to(date(2029, 1, 1))
        assert [standing.parts(number)["fund"] for number in ("A", "in")] == [fund, 200_000_000]


def test_a_source_without_dates_lets_every_day_in() -> None:
    assert MODES["wuxi"].source.valid_from is None
    assert allocate(MODES["wuxi"], [lost(FIVE_MILLION, loan_day=date(1999, 1, 1))]).totals["government"] > 0


def test_a_figure_of_the_pool_that_is_not_known_is_never_zero() -> None:
    mode, loan = MODES["shenzhen-pingshan"], lost(FIVE_MILLION)
    principal = np.array([FIVE_MILLION], dtype=np.int64)
    for known, figure in ((PoolState(), "entered"), (PoolState(entered={("", 0): 10**10}), "fees")):
        for refuse in (
            lambda known=known: allocate(mode, [loan], known),
            lambda known=known: allocate_many(mode, scenarios(mode, loan, principal), DAY, known),
        ):
            with pytest.raises(MissingFigureError) as missing:
                refuse()
            assert missing.value.figure == figure
    open_one = allocate(mode, [loan], OPEN_POOL)
    assert open_one.totals == {"lender": 100_000_000, "guarantor": 200_000_000, "fund": 200_000_000}
    assert "此处未计" in open_one.loans[0].explanation.as_text()
    parts = allocate_many(mode, scenarios(mode, loan, principal), DAY, OPEN_POOL)
    assert parts.tolist() == [list(open_one.totals.values())]
    with pytest.raises(MissingFigureError, match="balance"):
        body = quota_body({"lender": 2_000, "fund": 8_000}) + BALANCE_CAP
        allocate(replace(mode_of(body), fund=None), [loan])


BALANCE_CAP = (
    '\n[[sharing.cap]]\ncounts = "payment"\npayers = ["fund"]\noverflow_to = "lender"\nof_balance = true\n'
)


@pytest.mark.parametrize("members", [{"丁": 100_000_000, "戊": 200_000_000}, {"丁": 10**10}, {}])
def test_members_bear_no_more_than_they_pledged_one_by_one_and_in_columns(members: dict[str, int]) -> None:
    mode, loan = MODES["peer-guarantee"], lost(1_000_000_000, members=members)
    (share,) = allocate(mode, [loan]).loans
    assert share.parts["peers"] == (300_000_000 if len(members) == 2 else 700_000_000)
    principal = np.array([loan.principal, 100], dtype=np.int64)
    parts = allocate_many(mode, scenarios(mode, loan, principal), DAY)
    small = allocate(mode, [replace(loan, principal=100)]).totals
    assert parts.tolist() == [list(share.parts.values()), list(small.values())]
    standing = running(mode, [loan], None, few=0)
    standing.move_to(loan.claim_day)
    assert standing.parts("A") == share.parts


EVERYWHERE = """
[[sharing]]
base = ["principal"]
rest_to = "insurer"
residue_to = "insurer"

[[sharing.tier]]
shares = { insurer = 0.40, guarantor = 0.20, fund = 0.20, lender = 0.20 }

[[sharing.bonus]]
to = "fund"
from = "insurer"
add = 0.10
when = [{ fact = "ip_pledge", is = true }]

[[sharing.top_up]]
payer = "insurer"
from = "lender"
share = 0.05
name = { zh = "层", en = "layer" }

[[sharing.ceiling]]
parties = ["fund", "insurer"]
share = 0.90

[[sharing.cap]]
counts = "payment"
payers = ["fund"]
overflow_to = "insurer"
amount = 1

[[sharing.timing]]
payer = "insurer"
days = 30

[recoveries]
back = "in_order"
order = ["insurer", "fund"]

[advance]
payers = ["insurer"]
share = 0.50
days = 10

[[variant]]
id = "no-insurer"
title = { zh = "不设保险", en = "no insurer" }
replace = { insurer = "guarantor" }
"""


def test_a_variant_replaces_a_role_everywhere() -> None:
    mode = mode_of(EVERYWHERE).variant("no-insurer")
    assert "insurer" not in repr((mode.parties, mode.sharings, mode.recoveries, mode.advance))
    loan = lost(1_000, principal=1_000, interest=50, facts={"ip_pledge": True})
    settled = settle(
        mode, [replace(loan, recoveries=(LossRecovery(date(2027, 9, 1), 100),), closed_on=date(2027, 8, 1))]
    )
    # 60 % − 10 % + 5 %, the interest, and the 200 above the fund's cap of 100.
    assert dict(settled.shared.totals) == {"lender": 150, "fund": 100, "guarantor": 800}
    assert [(m.day, m.party, m.amount) for m in settled.movements if m.kind == "recovery"] == [
        (date(2027, 9, 1), "guarantor", -100)
    ]


def test_an_ip_part_of_seven_places_is_exact_in_columns_too() -> None:
    mode = mode_of(quota_body({"lender": 0, "fund": 10_000}, more='mixed = "ip_part"'))
    loans = [
        lost(10**12, loan_id=f"{number:02d}", ip_share=Decimal("0.1234567"), loan_day=DAY) for number in range(65)
    ]
    settled = settle(mode, loans)
    assert {parts["fund"] for parts in settled.positions.values()} == {123_456_700_000}
    for loan in loans:
        assert settled.positions[loan.loan_id] == settled.shared.of(loan.loan_id).parts
    parts = allocate_many(mode, scenarios(mode, loans[0], np.array([10**12], dtype=np.int64)), DAY)
    assert parts.tolist() == [list(settled.shared.of("00").parts.values())]


def test_a_refused_loss_takes_no_room_of_a_payer_in_columns_either() -> None:
    mode = mode_of(
        '[[sharing]]\nbase = ["principal"]\nrest_to = "guarantor"\n'
        "[[sharing.tier]]\nshares = { fund = 0.5, guarantor = 0.5 }\n"
        '[[sharing.cap]]\ncounts = "payment"\npayers = ["guarantor"]\noverflow_to = "lender"\namount = 1\n'
        '[[sharing.claim_condition]]\nfact = "pledge_registered"\nis = true\n'
    )
    loans = [lost(1_000, loan_id=str(n), facts={"pledge_registered": n > 0}) for n in range(3)]
    shared = allocate(mode, loans)
    assert [share.parts["guarantor"] for share in shared.loans] == [1_000, 100, 0]
    standing = running(mode, loans, None, few=0)
    standing.move_to(date(2027, 6, 1))
    assert [standing.parts(str(n)) for n in range(3)] == [share.parts for share in shared.loans]


def test_bonus_stops_at_the_ceiling() -> None:
    both = lost(FIVE_MILLION, facts={"ip_pledge": True, "central_bank_tool": True})
    assert allocate(MODES["guangzhou-2025"], [both]).totals["fund"] == 250_000_000  # 40 + 15 + 5 %, at most 50 %
    one = replace(both, facts={"central_bank_tool": True})
    assert allocate(MODES["guangzhou-2025"], [one]).totals["fund"] == 225_000_000


def test_breaker_does_not_trip_at_exactly_three_per_cent() -> None:
    mode = MODES["guangzhou-2025"]
    entered = PoolEvent(date(2026, 1, 5), "银行", entered=10_000_000_000)
    assert pauses(mode, [entered, PoolEvent(date(2026, 6, 1), "银行", loss=300_000_000)]) == ()
    (pause,) = pauses(mode, [entered, PoolEvent(date(2026, 6, 1), "银行", loss=300_000_001)])
    assert (pause.first, pause.last) == (date(2026, 6, 2), date(2026, 12, 31))
    assert pause.ratio == Decimal("0.030000")


def test_breaker_resumes_when_the_ratio_is_back_and_next_year() -> None:
    mode = MODES["guangzhou-2025"]
    events = [
        PoolEvent(date(2026, 1, 5), "银行", entered=10_000_000_000),
        PoolEvent(date(2026, 6, 1), "银行", loss=400_000_000),
        PoolEvent(date(2026, 9, 1), "银行", loss=-100_000_000),
        PoolEvent(date(2026, 10, 1), "银行", loss=1),
    ]
    first, second = pauses(mode, events)
    assert (first.first, first.last) == (date(2026, 6, 2), date(2026, 9, 1))
    assert (second.first, second.last) == (date(2026, 10, 2), date(2026, 12, 31))
    other_lender = PoolEvent(date(2026, 1, 5), "另一银行", entered=1)
    assert {pause.lender for pause in pauses(mode, [*events, other_lender])} == {"银行"}


def test_a_breaker_that_trips_on_the_last_day_of_the_year_ends_with_it() -> None:
    mode = MODES["guangzhou-2025"]
    entered = PoolEvent(date(2026, 1, 5), "银行", entered=10_000_000_000)
    (one_day,) = pauses(mode, [entered, PoolEvent(date(2026, 12, 30), "银行", loss=400_000_000)])
    assert (one_day.first, one_day.last) == (date(2026, 12, 31), date(2026, 12, 31))
    last_day = PoolEvent(date(2026, 12, 31), "银行", loss=400_000_000)
    assert pauses(mode, [entered, last_day]) == ()
    next_year = PoolEvent(date(2027, 3, 1), "银行", entered=1)
    assert pauses(mode, [entered, last_day, next_year]) == ()


def test_events_of_one_day_count_together_in_any_order() -> None:
    mode, day = MODES["guangzhou-2025"], date(2026, 6, 1)
    start = PoolEvent(date(2026, 1, 5), "银行", entered=10_000_000_000)
    of_day = [PoolEvent(day, "银行", loss=400_000_000), PoolEvent(day, "银行", entered=5_000_000_000)]
    assert pauses(mode, [start, *of_day]) == pauses(mode, [start, *reversed(of_day)]) == ()
    losses = [PoolEvent(day, "银行", loss=400_000_000), PoolEvent(day, "银行", loss=100_000_000)]
    for order in (losses, losses[::-1]):
        (pause,) = pauses(mode, [start, *order])
        assert pause.ratio == Decimal("0.05")


def test_a_loss_in_a_year_without_new_principal_has_no_ratio() -> None:
    (pause,) = pauses(MODES["guangzhou-2025"], [PoolEvent(date(2026, 6, 1), "银行", loss=1)])
    assert pause.ratio is None and pause.first == date(2026, 6, 2)


def test_loans_made_in_a_pause_are_the_lenders_and_earlier_ones_are_not() -> None:
    mode = MODES["guangzhou-2025"]
    events = [
        PoolEvent(date(2026, 1, 5), "银行", entered=10_000_000_000),
        PoolEvent(date(2026, 6, 1), "银行", loss=400_000_000),
    ]
    state = PoolState(pauses=pauses(mode, events))
    last_day, first_paused = (
        lost(FIVE_MILLION, loan_id="before", loan_day=date(2026, 6, 1)),
        lost(FIVE_MILLION, loan_id="during", loan_day=date(2026, 6, 2)),
    )
    shared = allocate(mode, [last_day, first_paused], state)
    assert shared.of("before").parts["fund"] == 200_000_000
    assert shared.of("during").parts["fund"] == 0


def test_nothing_is_counted_twice_across_modes() -> None:
    mode = MODES["guangzhou-2025"]
    claimed = lost(FIVE_MILLION, paid_elsewhere=100_000_000)
    shared = allocate(mode, [claimed])
    assert shared.totals == {"lender": FIVE_MILLION - 100_000_000, "fund": 0}
    deducting = mode_of(quota_body({"lender": 5_000, "fund": 5_000}, more='elsewhere = "deduct"'))
    assert allocate(deducting, [claimed]).totals["fund"] == 200_000_000
    with pytest.raises(ValueError, match="twice"):
        allocate(mode, [claimed, claimed])


NPL_LAYERS = """
[[sharing]]
base = ["principal"]
rest_to = "lender"
residue_to = "lender"
measure = "pool_loss_ratio"
tier_reading = "{reading}"
pool_per = ["lender", "year"]

[[sharing.tier]]
up_to_ratio = 0.01
shares = {{ lender = 1 }}

[[sharing.tier]]
up_to_ratio = 0.03
shares = {{ fund = 0.5, lender = 0.5 }}

[[sharing.tier]]
shares = {{ fund = 0.8, lender = 0.2 }}
"""


def test_layers_on_the_loss_ratio_of_the_pool() -> None:
    """Entered 100 m: the bank bears the first 1 m of losses, half of the next 2 m, a fifth of what is above."""
    state = PoolState(entered={("银行", 2026): 10_000_000_000})
    loans = [
        lost(200_000_000, loan_id="1"),
        lost(200_000_000, loan_id="2", loan_day=date(2026, 4, 1)),
        lost(100_000_000, loan_id="3", loan_day=date(2026, 5, 1)),
    ]
    marginal = allocate(mode_of(NPL_LAYERS.format(reading="marginal")), loans, state)
    assert [loan.parts["fund"] for loan in marginal.loans] == [50_000_000, 50_000_000 + 80_000_000, 80_000_000]
    whole = allocate(mode_of(NPL_LAYERS.format(reading="whole")), loans, state)
    assert [loan.parts["fund"] for loan in whole.loans] == [160_000_000, 160_000_000, 80_000_000]
    with pytest.raises(ValueError, match="principal entered"):
        allocate(mode_of(NPL_LAYERS.format(reading="marginal")), loans)


def test_marginal_tiers_of_a_loan() -> None:
    body = (
        '[[sharing]]\nbase = ["principal"]\nrest_to = "lender"\nmeasure = "loan_amount"\ntier_reading = "marginal"\n'
        "[[sharing.tier]]\nup_to = 5000000\nshares = { fund = 0.8, lender = 0.2 }\n"
        "[[sharing.tier]]\nshares = { fund = 0.5, lender = 0.5 }\n"
    )
    shared = allocate(mode_of(body), [lost(800_000_000, principal=400_000_000)])
    # Half of a loan of 8 m is lost: 5/8 of it at 80 %, 3/8 at 50 %.
    assert shared.totals["fund"] == 200_000_000 + 75_000_000


def test_refused_claims_stay_with_the_lender() -> None:
    body = quota_body({"lender": 2_000, "fund": 8_000}) + (
        '\n[[sharing.claim_condition]]\nfact = "pledge_registered"\nis = true\n'
    )
    mode = mode_of(body)
    registered = lost(FIVE_MILLION, facts={"pledge_registered": True})
    assert allocate(mode, [registered]).totals["fund"] == 400_000_000
    not_registered = replace(registered, facts={"pledge_registered": False})
    shared = allocate(mode, [not_registered])
    assert shared.totals == {"lender": FIVE_MILLION, "fund": 0}
    assert "质押已登记" in shared.loans[0].explanation.as_text()


def test_amounts_that_cannot_be() -> None:
    for wrong in (
        lost(100, principal=101),
        lost(100, interest=-1),
        lost(100, ip_share=Decimal("1.1")),
        lost(100, ip_share=Decimal("0.1234567890123456")),
        lost(100, recoveries=(LossRecovery(DAY, 10, 11),)),
    ):
        with pytest.raises(ValueError, match="loan 'A'"):
            allocate(MODES["pudong"], [wrong])


def test_national_fund_fee_by_the_size_of_the_loan() -> None:
    mode = MODES["national-4222"]
    for amount, fee in ((FIVE_MILLION, 300_000), (FIVE_MILLION + 1, 500_000)):
        made = charges(mode, LoanFacts(amount, DAY, 12, Decimal("0.04")))
        assert [charge.amount for charge in made if charge.payee == "national_fund"] == [fee]
