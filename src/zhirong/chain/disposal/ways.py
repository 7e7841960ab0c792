"""Ways to turn a pledged right or claim into money, compared on present value (CC 436 and ``recovery.md`` 3.2)."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from fractions import Fraction

from zhirong.kernel.errors import InputError, Problem
from zhirong.kernel.explain import Explanation
from zhirong.kernel.money import Fen, quantise_rate, round_fen, show_yuan, yuan
from zhirong.kernel.text import Text

DAYS_OF_YEAR = 365


@dataclass(frozen=True, slots=True)
class Outcome:
    """One outcome of a way. gross, costs: fen. days: from today to the payment."""

    probability: Fraction
    gross: Fen
    costs: Fen
    days: int

    @property
    def net(self) -> Fen:
        """Return the amount after costs; negative if the costs exceed the proceeds."""
        return self.gross - self.costs


@dataclass(frozen=True, slots=True)
class DisposalWay:
    """A disposal option and its possible outcomes, whose probabilities sum to one. assumed: whether the figures are
    assumptions of the user or of the package. closes: the options that are no longer possible after it.
    """

    code: str
    title: Text
    outcomes: tuple[Outcome, ...]
    assumed: bool = True
    closes: tuple[Text, ...] = field(default=())


@dataclass(frozen=True, slots=True)
class WayValue:
    """The value of a disposal option today. gross, costs, net, present_value: expected, fen, each rounded half up
    once.

    worst, best: net of the lowest and the highest outcome. mean_days: expected days to the payment. first_money:
    days to the earliest outcome with a payment; None if there is none. of_debt: present value as a part of the
    debt.
    """

    way: DisposalWay
    gross: Fen
    costs: Fen
    net: Fen
    mean_days: Fraction
    present_value: Fen
    worst: Fen
    best: Fen
    first_money: int | None
    of_debt: Decimal
    explanation: Explanation


def compare(ways: Sequence[DisposalWay], debt: Fen, rate: Fraction) -> tuple[WayValue, ...]:
    """Return the options from the highest to the lowest present value; equal ones in the order given.

    debt: the amount owed today, in fen, above zero. rate: the loan's effective rate for a year, simple interest on
    actual days ÷ 365: PV = Σ probability × (gross − costs) ÷ (1 + rate × days ÷ 365). Raises InputError with every
    problem of the ways.
    """
    _check(ways, debt, rate)
    valued = [(_present_value(way, rate), way) for way in ways]
    ordered = sorted(valued, key=lambda pair: pair[0], reverse=True)
    return tuple(_value(way, exact, debt, rate) for exact, way in ordered)


def _present_value(way: DisposalWay, rate: Fraction) -> Fraction:
    return sum(
        (o.probability * o.net / (1 + rate * Fraction(o.days, DAYS_OF_YEAR)) for o in way.outcomes), Fraction(0)
    )


def _value(way: DisposalWay, exact: Fraction, debt: Fen, rate: Fraction) -> WayValue:
    gross = round_fen(sum((o.probability * o.gross for o in way.outcomes), Fraction(0)))
    costs = round_fen(sum((o.probability * o.costs for o in way.outcomes), Fraction(0)))
    net = round_fen(sum((o.probability * o.net for o in way.outcomes), Fraction(0)))
    present = round_fen(exact)
    nets = [outcome.net for outcome in way.outcomes]
    return WayValue(
        way=way,
        gross=gross,
        costs=costs,
        net=net,
        mean_days=sum((o.probability * o.days for o in way.outcomes), Fraction(0)),
        present_value=present,
        worst=min(nets),
        best=max(nets),
        first_money=min((o.days for o in way.outcomes if o.gross > 0), default=None),
        of_debt=quantise_rate(exact / debt, 4),
        explanation=_explain(way, present, rate),
    )


def _explain(way: DisposalWay, present: Fen, rate: Fraction) -> Explanation:
    percent = quantise_rate(rate * 100, 4)
    parts = tuple(
        Explanation(
            Text(
                f"概率 {_share(o.probability)}，{o.days} 天", f"probability {_share(o.probability)}, {o.days} days"
            ),
            round_fen(o.probability * o.net / (1 + rate * Fraction(o.days, DAYS_OF_YEAR))),
            "fen",
            Text(
                f"{_share(o.probability)} × ({show_yuan(o.gross)} − {show_yuan(o.costs)}) ÷ (1 + {percent} % × {o.days} ÷ 365)",
                f"{_share(o.probability)} × ({show_yuan(o.gross)} − {show_yuan(o.costs)}) ÷ (1 + {percent} % × {o.days} ÷ 365)",
            ),
        )
        for o in way.outcomes
    )
    formula = Text(
        "各结果按概率加权、按天折现后的净额之和",
        "sum of the outcomes' net amounts, weighted and discounted by days",
    )
    return Explanation(way.title, present, "fen", formula, basis="assumed" if way.assumed else None, parts=parts)


def _share(probability: Fraction) -> str:
    return f"{quantise_rate(probability * 100, 2)} %"


def _check(ways: Sequence[DisposalWay], debt: Fen, rate: Fraction) -> None:
    problems = []
    if debt <= 0:
        problems.append(
            Problem(
                "debt",
                yuan(debt),
                Text("债务须大于零", "the debt must be above zero"),
                Text("请填写当日债务总额", "Enter the amount owed today."),
                "not_positive",
            )
        )
    if rate < 0:
        problems.append(
            Problem(
                "rate",
                str(quantise_rate(rate, 6)),
                Text("利率为负", "the rate is negative"),
                Text("请填写原贷款的实际年利率", "Enter the loan's effective yearly rate."),
                "negative",
            )
        )
    for number, way in enumerate(ways, 1):
        where = f"way[{number}]"
        whole = sum((o.probability for o in way.outcomes), Fraction(0))
        if whole != 1:
            problems.append(
                Problem(
                    f"{where}.probability",
                    str(whole),
                    Text("各结果的概率之和不为 1", "the probabilities of its outcomes do not sum to 1"),
                    Text("请更正概率，使其合计为 1", "Correct them so that they sum to 1."),
                    "not_one",
                )
            )
        for place, outcome in enumerate(way.outcomes, 1):
            if outcome.probability < 0 or min(outcome.gross, outcome.costs, outcome.days) < 0:
                problems.append(
                    Problem(
                        f"{where}.outcome[{place}]",
                        way.code,
                        Text("概率、金额或天数为负", "a probability, an amount or the days are negative"),
                        Text("请填写不小于零的数", "Enter values of zero or more."),
                        "negative",
                    )
                )
    if problems:
        raise InputError(problems)
