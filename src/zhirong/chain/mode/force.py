"""Decide whether a mode is in force on a day and how certain that is. This is the only place that decides which
modes may lead an answer.

A mode is in force only between dates that a source confirms, with a recent confirmation. A mode without a first
day, a last day or a recent confirmation is to be confirmed: the answer names whom to ask, and the mode never leads.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from typing import TYPE_CHECKING

from zhirong.chain.mode.confirmation import Confirmation
from zhirong.chain.mode.standing import FORCE_OF, FORCE_WORDS, SourceDates, Why, Window, whom_to_ask, why_on
from zhirong.chain.mode.standing import Force as Force
from zhirong.kernel.memo import Same
from zhirong.kernel.rulebook import Reference
from zhirong.kernel.text import Text

if TYPE_CHECKING:  # the list needs no complete mode, and importing its module takes as long as the list
    from zhirong.chain.mode.model import Mode

CONFIRMATION_DAYS = "mode.confirmation_days"  # the rule on the maximum age of a confirmation
FORCE_TEXT: dict[Force, Text] = {force: Text(*words) for force, words in FORCE_WORDS.items()}


@dataclass(frozen=True, slots=True)
class ForceOn:
    """The force of a mode on one day.

    reason: the dates and confirmations that decide. confirm_with: who can confirm it or say whether it is offered;
    None if no confirmation is needed. reference: the source of the dates.
    """

    state: Force
    reason: Text
    confirm_with: Text | None
    reference: Reference

    @property
    def may_lead(self) -> bool:
        """Return whether the mode may lead an answer: it is in force, or a form of contract that the law allows."""
        return self.state in (Force.IN_FORCE, Force.CONTRACT_FORM)

    @property
    def for_study(self) -> bool:
        """Return whether the mode is shown for study only: it has ended, has not begun, or is of another country."""
        return self.state in (Force.ENDED, Force.NOT_BEGUN, Force.FOREIGN)

    def as_json(self) -> dict[str, object]:
        """Return a dictionary with stable keys for programs."""
        return {
            "state": self.state.value,
            "reason": self.reason.as_json(),
            "confirm_with": None if self.confirm_with is None else self.confirm_with.as_json(),
            "reference": self.reference.as_json(),
        }


def force_on(mode: "Mode", day: date, stale_after_days: int) -> ForceOn:
    """Return the force of ``mode`` on ``day``.

    stale_after_days: the maximum age of the last confirmation in days (rule ``mode.confirmation_days``).
    """
    return _force_on(Same(mode), day, stale_after_days)


@lru_cache(maxsize=4096)
def _force_on(one: "Same[Mode]", day: date, stale_after_days: int) -> ForceOn:
    mode = one.it
    windows = [(sharing.valid_from, sharing.valid_to) for sharing in mode.sharings]
    return force_of_source(
        mode.source, mode.confirmation, mode.region, windows, day, stale_after_days=stale_after_days
    )


def force_of_source(
    source: Reference,
    said: Confirmation,
    region: str,
    windows: Sequence[Window],
    day: date,
    *,
    stale_after_days: int,
) -> ForceOn:
    """Return the same as ``force_on``, from the confirmation and dates alone. windows: first and last day of each
    version of the terms.
    """
    dates = SourceDates(
        kind=said.kind,
        region=region,
        valid_from=source.valid_from,
        valid_to=source.valid_to,
        confirmed_on=said.confirmed_on,
        open_ended=bool(said.open_ended),
        ended_by=said.ended_by,
        windows=windows,
    )
    why = why_on(dates, day, stale_after_days)
    named = None if said.confirm_with is None else (said.confirm_with.zh, said.confirm_with.en)
    asked = whom_to_ask(why, named, source.issuer)
    reason = _reason(why, source, said, dates=dates, day=day, stale_after_days=stale_after_days)
    return ForceOn(FORCE_OF[why], reason, None if asked is None else Text(*asked), source)


def _reason(
    why: Why, source: Reference, said: Confirmation, *, dates: SourceDates, day: date, stale_after_days: int
) -> Text:
    match why:
        case Why.FOREIGN:
            return Text("境外模式，供研究", "of another country, for study")
        case Why.PROPOSAL:
            return Text("文献中的建议，没有规则使其施行", "proposed in a document; no rule has put it in force")
        case Why.BEFORE_SOURCE:
            return _begins(source.valid_from, day)
        case Why.AFTER_SOURCE:
            return _ended(source.valid_to, day)
        case Why.ENDED_BY:
            return Text(
                f"至迟 {said.ended_by} 已终止：{said.ended_words}",
                f"ended by {said.ended_by} at the latest, as its source says",
            )
        case Why.BEFORE_TERMS:
            return _begins(dates.windows[0][0], day)
        case Why.AFTER_TERMS:
            return _ended(dates.windows[-1][1], day)
        case Why.CONTRACT_FORM:
            return Text(
                "合同形式，不是公开政策：法律允许，是否提供由放款机构决定",
                "a form of contract, not a public scheme: the law allows it, and the lender says whether it offers it",
            )
        case Why.OPEN:
            points = _open_points(source, said, day, stale_after_days)
            return Text("；".join(point.zh for point in points), "; ".join(point.en for point in points))
        case Why.CONFIRMED:
            return _holds(source, said)


def _open_points(source: Reference, said: Confirmation, day: date, stale_after_days: int) -> list[Text]:
    """Return the points that the source leaves open on ``day``; empty if the mode is in force."""
    points = []
    if source.valid_from is None:
        points.append(Text("来源没有给出施行日", "the source gives no first day"))
    if source.valid_to is None and not said.open_ended:
        points.append(Text("来源没有给出终止日", "the source gives no last day"))
    confirmed = said.confirmed_on
    if confirmed is None:
        points.append(
            Text(
                "来源未注明日期，无法确定确认时间", "the source has no date, so the date of confirmation is unknown"
            )
        )
    elif (day - confirmed).days > stale_after_days:
        points.append(
            Text(
                f"最近一次确认在 {confirmed}，距 {day} 已超过 {stale_after_days} 天",
                f"last confirmed on {confirmed}, more than {stale_after_days} days before {day}",
            )
        )
    return points


def _holds(source: Reference, said: Confirmation) -> Text:
    last = Text(str(source.valid_to), str(source.valid_to)) if source.valid_to else Text("长期", "no last day")
    return Text(
        f"{source.valid_from} 至{last.zh}有效，{said.confirmed_on} 确认",
        f"in force from {source.valid_from} to {last.en}, confirmed on {said.confirmed_on}",
    )


def _begins(first: date | None, day: date) -> Text:
    return Text(f"自 {first} 起有效，{day} 尚未开始", f"in force from {first}, not yet on {day}")


def _ended(last: date | None, day: date) -> Text:
    return Text(f"有效至 {last}，{day} 已终止", f"in force to {last}, no longer on {day}")
