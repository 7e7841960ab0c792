"""Dispute tracks compared on cost, days, chance and present value, and the clocks of the one that is chosen."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from fractions import Fraction
from typing import Any

from zhirong.chain.default.dispute_states import TRACK_WORDS, DisputeState, DisputeTrack
from zhirong.chain.default.machine import counted
from zhirong.chain.disposal.costs import execution_fee, payment_order_fee, suit_fee
from zhirong.chain.disposal.ways import DAYS_OF_YEAR
from zhirong.chain.watch.clocks import enforcement_clock
from zhirong.kernel.days import WorkingDays
from zhirong.kernel.explain import Explanation
from zhirong.kernel.money import Fen, quantise_rate, round_fen, share_of, show_yuan
from zhirong.kernel.rulebook import Rulebook
from zhirong.kernel.text import Text

TRACKS_RULE = "recovery.tracks"
_SIMPLIFIED = Text("（简易程序）", " (simplified procedure)")
_LIMITATION = Text("诉讼时效重新起算", "limitation starts again")
_GUARANTEE = Text("一般保证的保证期间内有效主张", "keeps a general guarantee alive")
# By track and the state it is in: the rule of the time for the next step.
_TIMES: Mapping[tuple[DisputeTrack, DisputeState], str] = {
    (DisputeTrack.MEDIATION, DisputeState.DECIDED): "recovery.clock.confirmation_days",
    (DisputeTrack.PAYMENT_ORDER, DisputeState.DECIDED): "recovery.clock.payment_order_objection_days",
    (DisputeTrack.SPECIAL_PROCEDURE, DisputeState.FILED): "recovery.deadline.court_ruling",
    (DisputeTrack.SUIT, DisputeState.FILED): "recovery.clock.trial_months",
    (DisputeTrack.SUIT, DisputeState.DECIDED): "recovery.deadline.appeal",
    (DisputeTrack.SUIT, DisputeState.APPEALED): "recovery.clock.appeal_trial_months",
}
_SIMPLIFIED_TRIAL = "recovery.clock.simplified_trial_months"


@dataclass(frozen=True, slots=True, kw_only=True)
class TrackValue:
    """A legal track for today's debt. fee: court fee paid in advance; execution: fee for enforcing the recovered
    amount; both in fen. chance: probability of recovering ``recovered`` fen after ``days``. present_value: of the
    net result, at the loan's rate. keeps: the rights that it preserves. explanation: of the present value, with the
    fees.
    """

    track: DisputeTrack
    simplified: bool
    fee: Fen
    execution: Fen
    days: int
    chance: Fraction
    recovered: Fen
    present_value: Fen
    keeps: tuple[Text, ...]
    explanation: Explanation

    @property
    def code(self) -> str:
        """Return the code of the choice: the track, and whether under simplified procedure."""
        return f"{self.track}.simplified" if self.simplified else self.track.value

    @property
    def title(self) -> Text:
        """Return its name."""
        words = TRACK_WORDS[self.track]
        return Text(words.zh + _SIMPLIFIED.zh, words.en + _SIMPLIFIED.en) if self.simplified else words


def compare_tracks(rules: Rulebook, day: date, debt: Fen, rate: Fraction) -> tuple[TrackValue, ...]:
    """Return the tracks from the highest to the lowest present value.

    PV = chance × (recovered − execution fee) ÷ (1 + rate × days ÷ 365) − fee. debt: fen, above zero. rate: the loan's
    effective rate for a year.
    """
    rows: list[Mapping[str, Any]] = rules.at(TRACKS_RULE, day).value
    valued = [_value(rules, day, debt, rate, row) for row in rows]
    return tuple(sorted(valued, key=lambda one: one.present_value, reverse=True))


def _value(rules: Rulebook, day: date, debt: Fen, rate: Fraction, row: Mapping[str, Any]) -> TrackValue:
    chance, days = Fraction(row["chance"]), int(row["days"])
    recovered = share_of(debt, Fraction(row["recovered"]))
    fee = _fee(rules, day, debt, row)
    after = execution_fee(rules, day, recovered) if row["enforced"] and recovered else None
    execution = 0 if after is None else _fen(after)
    exact = chance * (recovered - execution) / (1 + rate * Fraction(days, DAYS_OF_YEAR)) - _fen(fee)
    percent, part = quantise_rate(rate * 100, 4), f"{quantise_rate(chance * 100, 2)} %"
    words = (
        f"{part} × ({show_yuan(recovered)} − {show_yuan(execution)}) ÷ (1 + {percent} % × {days} ÷ 365)"
        f" − {show_yuan(_fen(fee))}"
    )
    track = DisputeTrack(row["code"])
    parts = (fee,) if after is None else (fee, after)
    present = round_fen(exact)
    return TrackValue(
        track=track,
        simplified=bool(row.get("simplified")),
        fee=_fen(fee),
        execution=execution,
        days=days,
        chance=chance,
        recovered=recovered,
        present_value=present,
        keeps=tuple(
            words
            for name, words in (("limitation", _LIMITATION), ("guarantee", _GUARANTEE))
            if row.get(name, False)
        ),
        explanation=Explanation(
            TRACK_WORDS[track], present, "fen", Text(words, words), basis="assumed", parts=parts
        ),
    )


def _fee(rules: Rulebook, day: date, debt: Fen, row: Mapping[str, Any]) -> Explanation:
    match row["fee"]:
        case "suit":
            return suit_fee(rules, day, debt)
        case "simplified":
            return suit_fee(rules, day, debt, simplified=True)
        case "payment_order":
            return payment_order_fee(rules, day, debt)
        case "part":
            words = f"{show_yuan(debt)} × {row['part']}"
            amount = share_of(debt, Fraction(row["part"]))
            return Explanation(
                Text("预交费用", "fee in advance"), amount, "fen", Text(words, words), basis="assumed"
            )
        case _:
            return Explanation(Text("预交费用", "fee in advance"), 0, "fen")


def _fen(explanation: Explanation) -> Fen:
    assert isinstance(explanation.value, int)
    return explanation.value


def last_day_of_track(
    rules: Rulebook,
    track: DisputeTrack,
    state: DisputeState,
    since: date,
    working_days: WorkingDays,
    *,
    simplified: bool = False,
) -> date | None:
    """Return the last day for the next step of a track that reached ``state`` on ``since``; None if there is none.

    A final title must be enforced within the statutory period on every track.
    """
    if state is DisputeState.FINAL:
        return enforcement_clock(rules, since, working_days).last_day
    rule_id = _TIMES.get((track, state))
    if rule_id is None:
        return None
    if simplified and state is DisputeState.FILED:
        rule_id = _SIMPLIFIED_TRIAL
    rule = rules.at(rule_id, since)
    return counted(since, rule.whole(), str(rule.unit), working_days)
