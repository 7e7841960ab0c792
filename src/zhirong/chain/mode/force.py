"""Decide whether a mode is in force on a day and how certain that is. This is the only place that decides which
modes may lead an answer.

A mode is in force only between dates that a source confirms, with a recent confirmation. A mode without a first
day, a last day or a recent confirmation is to be confirmed: the answer names whom to ask, and the mode never leads.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from functools import lru_cache
from typing import TYPE_CHECKING

from zhirong.chain.mode.confirmation import Confirmation, SourceKind
from zhirong.kernel.memo import Same
from zhirong.kernel.rulebook import COUNTRY, Reference
from zhirong.kernel.text import Text

if TYPE_CHECKING:  # the list needs no complete mode, and importing its module takes as long as the list
    from zhirong.chain.mode.model import Mode

Window = tuple[date | None, date | None]

CONFIRMATION_DAYS = "mode.confirmation_days"  # the rule on the maximum age of a confirmation
_CODE_DIGITS = 6  # a region of the country; other countries have two letters


class Force(StrEnum):
    """The force of a mode on a day, in the order in which lists show it.

    contract_form: no public rule governs it, the law allows it on any day, and each lender decides whether to offer
    it. foreign: of another country, for study. The last three are never offered.
    """

    IN_FORCE = "in_force"
    CONTRACT_FORM = "contract_form"
    TO_BE_CONFIRMED = "to_be_confirmed"
    NOT_BEGUN = "not_begun"
    ENDED = "ended"
    FOREIGN = "foreign"


FORCE_TEXT: dict[Force, Text] = {
    Force.IN_FORCE: Text("有效", "in force"),
    Force.CONTRACT_FORM: Text(
        "合同形式，由放款机构决定是否提供", "form of contract, offered where a lender agrees"
    ),
    Force.TO_BE_CONFIRMED: Text("待确认", "to be confirmed"),
    Force.NOT_BEGUN: Text("尚未施行", "not yet in force"),
    Force.ENDED: Text("已终止", "ended"),
    Force.FOREIGN: Text("境外，供研究", "foreign, for study"),
}
_LENDER = Text("放款机构", "the lender")
_AUTHORITY = Text("放款机构或主管部门", "the lender or the authority in charge")


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

    stale_after_days: how many days old the last confirmation may be (rule ``mode.confirmation_days``).
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
    if region != COUNTRY and len(region) != _CODE_DIGITS:
        return _study(Force.FOREIGN, source, Text("境外模式，供研究", "of another country, for study"))
    if said.kind is SourceKind.PROPOSAL:
        words = Text("文献中的建议，没有规则使其施行", "proposed in a document; no rule has put it in force")
        return _study(Force.NOT_BEGUN, source, words)
    if source.valid_from is not None and day < source.valid_from:
        return _study(Force.NOT_BEGUN, source, _begins(source.valid_from, day))
    if source.valid_to is not None and day > source.valid_to:
        return _study(Force.ENDED, source, _ended(source.valid_to, day))
    if said.ended_by is not None and day >= said.ended_by:
        return _study(Force.ENDED, source, _ended_by(said, said.ended_by))
    outside = _outside(source, windows, day)
    if outside is not None:
        return outside
    if said.kind is SourceKind.CONTRACT_FORM:
        words = Text(
            "合同形式，不是公开政策：法律允许，是否提供由放款机构决定",
            "a form of contract, not a public scheme: the law allows it, and the lender says whether it offers it",
        )
        return ForceOn(Force.CONTRACT_FORM, words, said.confirm_with or _LENDER, source)
    open_points = _open_points(source, said, day, stale_after_days)
    if not open_points:
        return ForceOn(Force.IN_FORCE, _holds(source, said), None, source)
    reason = Text("；".join(point.zh for point in open_points), "; ".join(point.en for point in open_points))
    asked = said.confirm_with or (Text(source.issuer, "the office that issued it") if source.issuer else _AUTHORITY)
    return ForceOn(Force.TO_BE_CONFIRMED, reason, asked, source)


def _outside(source: Reference, windows: Sequence[Window], day: date) -> ForceOn | None:
    """Return whether no version of the terms is in force on ``day``; versions follow each other without a gap."""
    first, last = windows[0][0], windows[-1][1]
    if first is not None and day < first:
        return _study(Force.NOT_BEGUN, source, _begins(first, day))
    if last is not None and day > last:
        return _study(Force.ENDED, source, _ended(last, day))
    return None


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


def _study(state: Force, source: Reference, reason: Text) -> ForceOn:
    return ForceOn(state, reason, None, source)


def _begins(first: date, day: date) -> Text:
    return Text(f"自 {first} 起有效，{day} 尚未开始", f"in force from {first}, not yet on {day}")


def _ended(last: date, day: date) -> Text:
    return Text(f"有效至 {last}，{day} 已终止", f"in force to {last}, no longer on {day}")


def _ended_by(said: Confirmation, by: date) -> Text:
    return Text(f"至迟 {by} 已终止：{said.ended_words}", f"ended by {by} at the latest, as its source says")
