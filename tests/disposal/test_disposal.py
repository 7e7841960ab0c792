"""Ways of disposal on present value, court fees and taxes, and the price divided by rank: known answers, properties."""

import tomllib
from datetime import date
from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from examples import examples
from zhirong.chain.compensation.events import INTEREST_LIKE
from zhirong.chain.disposal.costs import execution_fee, payment_order_fee, sale_taxes, suit_fee
from zhirong.chain.disposal.distribution import Deduction, Distribution, Pledgee, distribute, statutory_order
from zhirong.chain.disposal.reading import read_disposal, standard_ways
from zhirong.chain.disposal.ways import DisposalWay, Outcome, compare
from zhirong.chain.loan.servicing.components import Component
from zhirong.kernel.errors import InputError
from zhirong.kernel.fields import Reader
from zhirong.kernel.money import Fen, parse_yuan
from zhirong.kernel.rulebook_files import load_rulebook
from zhirong.kernel.text import Text

DAY = date(2026, 6, 18)
DEBT = parse_yuan("3,000,000.00")
RATE = Fraction("0.0435")


def yuan(written: str) -> Fen:
    return parse_yuan(written)


# -- ways ---------------------------------------------------------------------------------------------------------

# expected gross, costs, net, mean days, present value, part of the debt; highest present value first
KNOWN = (
    ("put", "1,680,000.00", "16,800.00", "1,663,200.00", "66", "1,653,701.10", "0.5512"),
    ("licence_back", "1,650,000.00", "40,000.00", "1,610,000.00", "45", "1,601,411.61", "0.5338"),
    ("purchase", "1,500,000.00", "30,000.00", "1,470,000.00", "75", "1,456,977.02", "0.4857"),
    ("package", "500,000.00", "41,000.00", "459,000.00", "210", "447,792.91", "0.1493"),
    ("contribution", "490,000.00", "69,000.00", "421,000.00", "1180", "369,094.23", "0.1230"),
    ("agreed_sale", "405,000.00", "36,600.00", "368,400.00", "120", "363,205.66", "0.1211"),
    ("claim_transfer", "360,000.00", "9,000.00", "351,000.00", "60", "348,507.93", "0.1162"),
    ("judicial_sale", "361,200.00", "42,485.00", "318,715.00", "266.25", "310,351.64", "0.1035"),
    ("exchange", "320,000.00", "24,000.00", "296,000.00", "150", "290,801.43", "0.0969"),
    ("licence", "297,000.00", "17,550.00", "279,450.00", "392.5", "259,483.09", "0.0865"),
)


def test_the_standard_ways_at_a_debt_of_three_million() -> None:
    ways = compare(standard_ways(load_rulebook(), DAY, DEBT), DEBT, RATE)
    found = [(v.way.code, v.gross, v.costs, v.net, v.mean_days, v.present_value, str(v.of_debt)) for v in ways]
    assert found == [
        (code, yuan(gross), yuan(costs), yuan(net), Fraction(days), yuan(value), part)
        for code, gross, costs, net, days, value, part in KNOWN
    ]


def test_what_a_way_may_bring_at_worst_is_shown() -> None:
    sale = next(
        v for v in compare(standard_ways(load_rulebook(), DAY, DEBT), DEBT, RATE) if v.way.code == "exchange"
    )
    assert (sale.worst, sale.best, sale.first_money) == (yuan("-8,000.00"), yuan("752,000.00"), 150)


ways = st.lists(
    st.tuples(st.integers(1, 9), st.integers(0, 10**9), st.integers(0, 10**7), st.integers(0, 3000)),
    min_size=1,
    max_size=4,
)


@given(st.lists(ways, min_size=2, max_size=5), st.integers(2, 1000))
@settings(max_examples=50, deadline=None)
def test_the_order_does_not_change_when_all_money_is_scaled(
    rows: list[list[tuple[int, int, int, int]]], factor: int
) -> None:
    """Property 29: present values grow by the factor, so the order stays."""

    def built(by: int) -> list[DisposalWay]:
        return [
            DisposalWay(
                str(number),
                Text(str(number), str(number)),
                tuple(
                    Outcome(Fraction(weight, sum(row[0] for row in way)), gross * by, costs * by, days)
                    for weight, gross, costs, days in way
                ),
            )
            for number, way in enumerate(rows)
        ]

    small, large = compare(built(1), 10**9, RATE), compare(built(factor), 10**9 * factor, RATE)
    assert [v.way.code for v in small] == [v.way.code for v in large]


def test_every_problem_of_the_ways_is_named_at_once() -> None:
    bad = DisposalWay("x", Text("甲", "x"), (Outcome(Fraction(1, 2), -1, 0, 1),))
    with pytest.raises(InputError) as error:
        compare([bad], 0, Fraction(-1))
    assert [problem.code for problem in error.value.problems] == ["not_positive", "negative", "not_one", "negative"]


# -- costs --------------------------------------------------------------------------------------------------------


def test_court_fees_and_taxes_by_their_brackets() -> None:
    """E12's execution fee and taxes; the suit's brackets by hand: 50 + 2,250 + 2,000 + 4,500 + 5,000 + 9,000 + 8,000."""
    rules = load_rulebook()
    assert execution_fee(rules, DAY, yuan("2,144,134.68")).value == yuan("23,841.35")
    assert execution_fee(rules, DAY, yuan("10,000.00")).value == yuan("50.00")
    taxes = sale_taxes(rules, DAY, yuan("2,612,345.67"))
    assert (taxes.vat, taxes.stamp) == (yuan("147,868.62"), yuan("739.34"))
    assert taxes.explanation.doubts(), "the rate of stamp tax is not confirmed and must be shown so"
    assert suit_fee(rules, DAY, yuan("3,000,000.00")).value == yuan("30,800.00")
    assert suit_fee(rules, DAY, yuan("3,000,000.00"), simplified=True).value == yuan("15,400.00")
    third = payment_order_fee(rules, DAY, yuan("3,000,000.00"))
    assert third.value == yuan("10,266.67")
    assert [one.document for one in third.doubts()] == [""], "that a third is rounded half up is assumed, and shown"
    assert not suit_fee(rules, DAY, yuan("3,000,000.00"), simplified=True).doubts(), "half of it is whole fen"
    # 50 + 0.025 x (10,000.40 - 10,000) is 50.01; its half, 25.005, is rounded up once.
    assert suit_fee(rules, DAY, yuan("10,000.40"), simplified=True).value == yuan("25.01")


# -- distribution -------------------------------------------------------------------------------------------------

ORDER = statutory_order(load_rulebook(), DAY)
BANK_A = Pledgee(
    "A",
    {
        Component.COSTS: yuan("25,000.00"),
        Component.PENALTY: yuan("12,345.67"),
        Component.INTEREST: yuan("56,789.01"),
        Component.PRINCIPAL: yuan("2,050,000.00"),
    },
    date(2024, 3, 1),
    ORDER,
    yuan("2,100,000.00"),
)
BANK_B = Pledgee(
    "B",
    {
        Component.COSTS: yuan("8,000.00"),
        Component.INTEREST: yuan("15,432.10"),
        Component.PRINCIPAL: yuan("800,000.00"),
    },
    date(2025, 3, 1),
    ORDER,
)


def sold(price: str) -> Distribution:
    rules = load_rulebook()
    taxes = sale_taxes(rules, DAY, yuan(price))
    fee = execution_fee(rules, DAY, BANK_A.owed).value
    assert isinstance(fee, int)
    costs = [Deduction(Text("评估费", "appraisal"), yuan("20,000.00")), Deduction(Text("执行费", "execution"), fee)]
    costs += [Deduction(Text("增值税", "VAT"), taxes.vat), Deduction(Text("印花税", "stamp"), taxes.stamp)]
    return distribute(yuan(price), costs, [BANK_B, BANK_A])


def test_two_pledges_by_rank_within_the_registered_amount() -> None:
    """E12: the first rank gets its registered amount, the second what is left, the pledgor nothing."""
    done = sold("2,612,345.67")
    first, second = done.ranks
    assert (first.pledgee.name, first.total, first.unsecured) == ("A", yuan("2,100,000.00"), yuan("44,134.68"))
    assert first.paid[Component.PRINCIPAL] == yuan("2,005,865.32")
    assert second.paid == {
        Component.COSTS: yuan("8,000.00"),
        Component.INTEREST: yuan("15,432.10"),
        Component.PRINCIPAL: yuan("296,464.26"),
    }
    assert (second.short, done.surplus) == (yuan("503,535.74"), 0)


def test_a_surplus_is_the_pledgors_though_the_first_rank_is_not_whole() -> None:
    done = sold("3,333,333.33")
    assert [share.total for share in done.ranks] == [yuan("2,100,000.00"), yuan("823,432.10")]
    assert done.surplus == yuan("176,437.23")


money = st.integers(0, 10**9)
claims = st.builds(
    lambda c, i, p: {Component.COSTS: c, Component.INTEREST: i, Component.PRINCIPAL: p}, money, money, money
)
pledges = st.lists(
    st.tuples(claims, st.one_of(st.none(), st.integers(0, 3)), st.one_of(st.none(), money)), min_size=1, max_size=4
)


def pledgees(rows: list[tuple[dict[Component, Fen], int | None, Fen | None]]) -> list[Pledgee]:
    return [
        Pledgee(str(number), claim, None if day is None else date(2024, 1, 1 + day), ORDER, highest)
        for number, (claim, day, highest) in enumerate(rows)
    ]


@given(money, st.lists(money, max_size=3), pledges)
@settings(max_examples=examples(40), deadline=None)
def test_the_price_is_costs_ranks_and_surplus(
    price: Fen, costs: list[Fen], rows: list[tuple[dict[Component, Fen], int | None, Fen | None]]
) -> None:
    """Property 17, and nobody gets more than it secures or less than nothing."""
    done = distribute(price, [Deduction(Text("费", "cost"), cost) for cost in costs], pledgees(rows))
    taken = sum(d.amount for d in done.deducted)
    assert price == taken + sum(share.total for share in done.ranks) + done.surplus
    assert taken + done.uncovered == sum(costs)
    assert all(0 <= share.total <= share.pledgee.secured and share.short >= 0 for share in done.ranks)


@given(money, money, pledges)
@settings(max_examples=examples(40), deadline=None)
def test_a_higher_price_lowers_nobody(
    price: Fen, more: Fen, rows: list[tuple[dict[Component, Fen], int | None, Fen | None]]
) -> None:
    """Property 16, but for the fen that pledges registered on one day share by largest remainder."""
    low, high = distribute(price, [], pledgees(rows)), distribute(price + more, [], pledgees(rows))
    got = {share.pledgee.name: share.total for share in high.ranks}
    assert all(got[share.pledgee.name] >= share.total - 1 for share in low.ranks)
    assert high.surplus >= low.surplus


@given(money, pledges, money)
@settings(max_examples=examples(40), deadline=None)
def test_a_later_ranks_claim_changes_nothing_for_an_earlier_one(
    price: Fen, rows: list[tuple[dict[Component, Fen], int | None, Fen | None]], more: Fen
) -> None:
    parties = pledgees(rows)
    last = max(one.registered_on or date.max for one in parties)
    raised = [
        Pledgee(
            one.name,
            {**one.claim, Component.PRINCIPAL: one.claim[Component.PRINCIPAL] + more},
            one.registered_on,
            one.order,
            one.highest,
        )
        if (one.registered_on or date.max) == last
        else one
        for one in parties
    ]
    before = {share.pledgee.name: share.total for share in distribute(price, [], parties).ranks}
    after = {share.pledgee.name: share.total for share in distribute(price, [], raised).ranks}
    assert all(before[one.name] == after[one.name] for one in parties if (one.registered_on or date.max) < last)


def test_a_disposal_file_names_everything_wrong_in_it() -> None:
    document = tomllib.loads('day = "soon"\ndebt = 0\nrate = 2\n[[pledgee]]\nname = "A"\n', parse_float=Decimal)
    with pytest.raises(InputError) as error:
        read_disposal(Reader(document, source="case"), load_rulebook())
    assert {problem.field for problem in error.value.problems} >= {"day", "debt", "rate", "pledgee[1].claim"}


def test_a_price_that_leaves_interest_open_covers_contract_interest_before_penalty() -> None:
    """CC 561 has costs, interest, principal; inside interest the rule decides, and an agreed order comes first."""
    claim = {Component.COSTS: 10, Component.PENALTY: 100, Component.COMPOUND: 100, Component.INTEREST: 100}
    [share] = distribute(160, [], [Pledgee("A", claim, None, ORDER)]).ranks
    assert share.paid == {Component.COSTS: 10, Component.INTEREST: 100, Component.COMPOUND: 50}
    assert ORDER[1:4] == INTEREST_LIKE, "money under a claim is applied in the same order"
    rules = load_rulebook()
    assert statutory_order(rules, date(2020, 12, 31)) == ORDER, "the earlier interpretation had the same steps"
    text = 'day = 2026-06-18\ndebt = "3.10"\nrate = 0.04\n[[pledgee]]\nname = "A"\nclaim = { penalty = "1.00" }\n'
    agreed = 'order = ["costs", "penalty", "compound", "interest", "principal"]\n'
    for more, first in (("", Component.INTEREST), (agreed, Component.PENALTY)):
        document = tomllib.loads(text + more, parse_float=Decimal)
        assert read_disposal(Reader(document, source="case"), rules).pledgees[0].order[1] is first
