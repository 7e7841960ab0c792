"""Limits that an institution sets for itself and statutory limits of guarantee companies: the used part of each,
and the cases that would exceed it.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from fractions import Fraction

from zhirong.kernel.errors import Problem
from zhirong.kernel.money import Fen, round_fen, show_yuan
from zhirong.kernel.rulebook import Reference, Rulebook, wider_regions
from zhirong.kernel.text import Text, same


class Scope(StrEnum):
    """The scope of a limit: the entire portfolio, each single firm, one mode, one region (including its parts)."""

    PORTFOLIO = "portfolio"
    FIRM = "firm"
    MODE = "mode"
    REGION = "region"


SCOPE_TEXT: Mapping[Scope, Text] = {
    Scope.PORTFOLIO: Text("全部余额", "total portfolio"),
    Scope.FIRM: Text("单户余额", "one firm"),
    Scope.MODE: Text("单一模式余额", "one mode"),
    Scope.REGION: Text("单一地区余额", "one region"),
}


@dataclass(frozen=True, slots=True)
class LendingLimit:
    """One limit in fen. value: the mode or region; empty for the other scopes."""

    scope: Scope
    value: str
    most: Fen


@dataclass(frozen=True, slots=True)
class Addition:
    """The amount that a case would add, in fen, and its scope."""

    amount: Fen
    mode: str
    region: str


@dataclass(frozen=True, slots=True)
class Meter:
    """The use of a limit. used, most: fen. adds: the amount that a case would add."""

    code: str
    title: Text
    used: Fen
    most: Fen
    adds: Fen = 0
    reference: Reference | None = None

    @property
    def after(self) -> Fen:
        """Return the amount used with the case."""
        return self.used + self.adds

    @property
    def left(self) -> Fen:
        """Return the room left with the case; negative if the limit would be exceeded."""
        return self.most - self.after

    @property
    def is_broken(self) -> bool:
        """Return whether the limit would be exceeded."""
        return self.after > self.most

    @property
    def per_mille(self) -> int:
        """Return the used share in whole thousandths, for a drawing; an exceeded limit shows as full."""
        return 1000 if self.most <= 0 else min(1000, self.after * 1000 // self.most)

    def as_problem(self) -> Problem:
        """Return the problem if the limit would be exceeded."""
        reference = "" if self.reference is None else f"（{self.reference.as_text('zh')}）"
        return Problem(
            f"limit.{self.code}",
            show_yuan(self.after),
            Text(
                f"将超出限额“{self.title.zh}”：{show_yuan(self.after)} 元，限 {show_yuan(self.most)} 元{reference}",
                f"the case would exceed the limit '{self.title.en}': CNY {show_yuan(self.after)} of at most CNY"
                f" {show_yuan(self.most)}",
            ),
            Text(
                f"请减少 {show_yuan(self.after - self.most)} 元，或由负责人调整限额",
                f"reduce the amount by CNY {show_yuan(self.after - self.most)}, or ask the manager to change the limit",
            ),
            "limit_exceeded",
        )


def touches(limit: LendingLimit, addition: Addition) -> bool:
    """Return whether a case counts towards a limit."""
    if limit.scope is Scope.MODE:
        return limit.value == addition.mode
    if limit.scope is Scope.REGION:
        return limit.value in wider_regions(addition.region)
    return True


def own_meters(
    limits: Sequence[LendingLimit], used: Mapping[LendingLimit, Fen], addition: Addition, names: Mapping[str, Text]
) -> tuple[Meter, ...]:
    """Return the meters of the limits that a case counts towards. used: the present use of each in fen, without the
    case. names: of modes and regions, by the value of the limit.
    """
    return tuple(
        Meter(
            limit.scope.value if not limit.value else f"{limit.scope.value}.{limit.value}",
            title_of(limit, names),
            used.get(limit, 0),
            limit.most,
            addition.amount,
        )
        for limit in limits
        if touches(limit, addition)
    )


def title_of(limit: LendingLimit, names: Mapping[str, Text]) -> Text:
    """Return the name of a limit. names: of modes and regions; a value without a name is shown unchanged."""
    words = SCOPE_TEXT[limit.scope]
    if not limit.value:
        return words
    name = names.get(limit.value, same(limit.value))
    return Text(f"{words.zh}：{name.zh}", f"{words.en}: {name.en}")


def guarantor_meters(
    net_assets: Fen,
    is_mainly_small: bool,
    used: Mapping[str, Fen],
    *,
    adds: Fen,
    rules: Rulebook,
    day: date,
) -> tuple[Meter, ...]:
    """Return the limits of the law for a guarantee company: total portfolio 10 or 15 times net assets, one debtor
    10 %, with its related parties 15 % (R7). used: ``all``, ``debtor``, ``related`` in fen; adds: the amounts that a
    case would add.
    """
    multiple = rules.at("guarantor.multiple_small" if is_mainly_small else "guarantor.multiple", day)
    debtor, related = rules.at("guarantor.one_debtor", day), rules.at("guarantor.related", day)
    return tuple(
        Meter(
            code,
            rule.title,
            used.get(code, 0),
            round_fen(Fraction(net_assets) * Fraction(rule.number()), "floor"),
            adds,
            rule.reference,
        )
        for code, rule in (("all", multiple), ("debtor", debtor), ("related", related))
    )
