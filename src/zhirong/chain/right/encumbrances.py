"""Encumbrances of a right: co-owners who must agree, licences in force, flags of the register."""

from dataclasses import dataclass
from datetime import date

from zhirong.chain.right.records import FLAG_TEXT, Flag, Holder, Licence, LicenceKind, Right
from zhirong.kernel.explain import Explanation
from zhirong.kernel.money import Fen
from zhirong.kernel.text import Text

LICENCE_TEXT: dict[LicenceKind, Text] = {
    LicenceKind.EXCLUSIVE: Text("独占许可", "exclusive licence"),
    LicenceKind.SOLE: Text("排他许可", "sole licence"),
    LicenceKind.NON_EXCLUSIVE: Text("普通许可", "non-exclusive licence"),
    LicenceKind.OPEN: Text("开放许可", "open licence"),
}


@dataclass(frozen=True, slots=True)
class Encumbrances:
    """The encumbrances of a right on one day.

    licences: those in force that day. holder_may_use: whether the holder may still use it. may_license: whether a
    further licence can be granted. yearly_fees: income from the licences in force, fen a year. must_consent:
    co-owners whose consent to a pledge is needed and not given yet (all of them, unless their contract lets each
    pledge alone). refused: those among them who have refused.
    """

    flags: frozenset[Flag]
    licences: tuple[Licence, ...]
    holder_may_use: bool
    may_license: bool
    yearly_fees: Fen
    must_consent: tuple[Holder, ...]
    refused: tuple[Holder, ...]
    explanation: Explanation

    @property
    def free(self) -> bool:
        """Return whether there is no encumbrance and no consent is needed."""
        return not (self.flags or self.licences or self.must_consent)


def encumbrances(right: Right, day: date) -> Encumbrances:
    """Return the encumbrances of the right on ``day``. Flags are those of the record, but a freeze ends with its
    last day.
    """
    flags = flags_on(right, day)
    running = tuple(licence for licence in right.licences if runs_on(licence, day))
    kinds = {licence.kind for licence in running}
    must_consent = (
        tuple(holder for holder in right.holders if not holder.consents)
        if len(right.holders) > 1 and not right.co_owners_agreed_freely
        else ()
    )
    refused = tuple(holder for holder in must_consent if holder.consents is False)
    yearly_fees = sum(licence.yearly_fee for licence in running)
    parts = [Explanation(Text("标记", "flag"), FLAG_TEXT[flag]) for flag in sorted(flags)]
    parts.extend(_of_licence(licence) for licence in running)
    parts.extend(
        Explanation(
            Text("共有人须同意", "co-owner must consent"),
            holder.name,
            formula=Text("已表示不同意", "has refused") if holder.consents is False else None,
        )
        for holder in must_consent
    )
    summary = Text("无", "none") if not parts else Text(f"{len(parts)} 项", f"{len(parts)} found")
    return Encumbrances(
        flags,
        running,
        LicenceKind.EXCLUSIVE not in kinds,
        may_license=not kinds & {LicenceKind.EXCLUSIVE, LicenceKind.SOLE},
        yearly_fees=yearly_fees,
        must_consent=must_consent,
        refused=refused,
        explanation=Explanation(
            Text(f"{right.id} 的权利负担", f"encumbrances of {right.id}"), summary, parts=tuple(parts)
        ),
    )


def flags_on(right: Right, day: date) -> frozenset[Flag]:
    """Return the flags of the record in force on ``day``: a court's freeze that was not renewed ends automatically."""
    if right.frozen_until is not None and right.frozen_until < day:
        return right.flags - {Flag.FROZEN}
    return right.flags


def runs_on(licence: Licence, day: date) -> bool:
    """Return whether a licence is in force on ``day``; its first and last day are included, a missing one is open."""
    begun = licence.start is None or licence.start <= day
    return begun and (licence.end is None or day <= licence.end)


def _of_licence(licence: Licence) -> Explanation:
    until = (
        Text("无期限", "without an end date")
        if licence.end is None
        else Text(f"至 {licence.end}", f"to {licence.end}")
    )
    record = Text("已备案", "recorded") if licence.recorded else Text("未备案", "not recorded")
    return Explanation(
        LICENCE_TEXT[licence.kind],
        licence.yearly_fee,
        "fen",
        formula=Text(
            f"{licence.licensee}，{until.zh}，{record.zh}，每年",
            f"{licence.licensee}, {until.en}, {record.en}, a year",
        ),
    )
