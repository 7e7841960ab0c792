"""The ceiling on a re-guarantee's payout rate: the part of a payout within it, and who pays that part."""

from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction

from zhirong.kernel.errors import InputError, Problem
from zhirong.kernel.explain import Explanation
from zhirong.kernel.money import Fen, allocate, quantise_rate, share_of, show_yuan, yuan
from zhirong.kernel.text import Text


@dataclass(frozen=True, slots=True)
class CeilingCut:
    """One payout against the ceiling, in fen. inside + above = payout; parts sum to the payout.

    room: the amount by which the year's payouts could still grow before this one.
    """

    ceiling: Fen
    room: Fen
    inside: Fen
    above: Fen
    parts: Mapping[str, Fen]
    explanation: Explanation


def cut_to_ceiling(
    released: Fen, rate: Fraction, paid_before: Fen, payout: Fen, shares: Mapping[str, Fraction], first: str
) -> CeilingCut:
    """Divide ``payout`` of ``first``: inside the ceiling by ``shares``, above it all to ``first``.

    released: guarantees whose liability ended in the year, the base of the payout rate. rate: the ceiling as a part
    of it. paid_before: payouts of the year so far. shares: of each party, including ``first``, in the payout; they
    sum to one. Fen left by rounding go to ``first``. Raises InputError for negative amounts and shares that do not
    sum to one.
    """
    problems = [
        Problem(
            name,
            yuan(amount),
            Text("金额为负", "the amount is negative"),
            Text("请填写不小于零的金额", "Enter an amount of zero or more."),
            "negative",
        )
        for name, amount in (("released", released), ("paid_before", paid_before), ("payout", payout))
        if amount < 0
    ]
    if sum(shares.values(), Fraction(0)) != 1 or first not in shares:
        problems.append(
            Problem(
                "shares",
                ", ".join(f"{role} {share}" for role, share in shares.items()),
                Text("分担比例之和不为 1，或未含先付方", "the shares do not sum to 1, or the first payer has none"),
                Text("请填写全部各方的比例", "Enter the share of every party."),
                "not_one",
            )
        )
    if problems:
        raise InputError(problems)
    ceiling = share_of(released, rate, "floor")
    room = max(0, ceiling - paid_before)
    inside = min(payout, room)
    parts = dict(allocate(inside, shares, first)) if inside else dict.fromkeys(shares, 0)
    parts[first] += payout - inside
    formula = Text(
        f"{show_yuan(released)} × {quantise_rate(rate * 100, 4)} % − {show_yuan(paid_before)}",
        f"{show_yuan(released)} × {quantise_rate(rate * 100, 4)} % − {show_yuan(paid_before)}",
    )
    label = Text("代偿率上限内的空间", "headroom under the payout rate ceiling")
    return CeilingCut(ceiling, room, inside, payout - inside, parts, Explanation(label, room, "fen", formula))
