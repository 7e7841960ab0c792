"""The owners of the pledged rights, and the licences that others already have."""

from collections.abc import Sequence
from dataclasses import replace

from zhirong.chain.pledge.grounds import same_party
from zhirong.chain.pledge.records import Filing
from zhirong.chain.quote.records import Gate, GateScope, GateVerdict, RightView
from zhirong.chain.right.records import Holder, LicenceKind, Right
from zhirong.kernel.text import Text

_LEAVES_LITTLE = (LicenceKind.EXCLUSIVE, LicenceKind.SOLE)


def filing_for(filing: Filing, right: Right) -> Filing:
    """Return the planned filing for one right: its pledgors are those of the case who hold it.

    A right that none of them holds is pledged by its holders if all of them have consented (a third party's
    pledge); otherwise the filing is unchanged, and the first refusal ground names the holder.
    """
    own = tuple(p for p in filing.pledgors if any(same_party(p, holder) for holder in right.holders))
    if own:
        return replace(filing, pledgors=own)
    if right.holders and all(holder.consents for holder in right.holders):
        return replace(filing, pledgors=right.holders)
    return filing


def ownership_gates(views: Sequence[RightView], subject: Sequence[str], firm: Holder) -> tuple[Gate, ...]:
    """Return the checks on the appraised rights that a lender has to settle, key rights or not. subject: their ids."""
    valued = [view for view in views if view.right.id in subject]
    found = (_third_party(valued, firm), _all_pledgeable(valued), _licences(valued))
    return tuple(replace(gate, scope=GateScope.PLEDGE) for gate in found)


def _third_party(valued: Sequence[RightView], firm: Holder) -> Gate:
    title = Text("出质权利是否归企业所有", "does the firm own the rights")
    foreign = [v.right for v in valued if not any(same_party(firm, holder) for holder in v.right.holders)]
    if not foreign:
        return Gate("third_party_pledge", GateVerdict.PASSED, title, Text("都是", "yes, all of them"))
    zh = "；".join(f"{right.title}属于{'、'.join(h.name for h in right.holders)}" for right in foreign)
    en = "; ".join(f"{right.title} belongs to {', '.join(h.name for h in right.holders)}" for right in foreign)
    return Gate(
        "third_party_pledge",
        GateVerdict.OPEN,
        title,
        Text(zh, en),
        Text(
            "请取得权利人为企业提供质押的书面决议", "obtain the holder's written decision to pledge it for the firm"
        ),
    )


def _all_pledgeable(valued: Sequence[RightView]) -> Gate:
    title = Text("计入价值的权利能否全部质押", "can all appraised rights be pledged")
    lacking = [view for view in valued if view.pledgeable != "yes" or not view.status.in_force]
    if not lacking:
        return Gate("valued_right_not_pledgeable", GateVerdict.PASSED, title, Text("可以", "yes"))
    names = "、".join(view.right.title for view in lacking)
    return Gate(
        "valued_right_not_pledgeable",
        GateVerdict.OPEN,
        title,
        Text(
            f"{names}计入了评估，但不能或尚不知能否质押",
            f"appraised, but not known to be pledgeable: {', '.join(view.right.title for view in lacking)}",
        ),
        Text("从评估范围中剔除后重新评估，或消除障碍", "have the rest appraised again, or remove the obstacle"),
    )


def _licences(valued: Sequence[RightView]) -> Gate:
    title = Text("有无独占或排他许可", "are there exclusive or sole licences")
    bound = [
        (view.right, licence)
        for view in valued
        for licence in view.right.licences
        if licence.kind in _LEAVES_LITTLE
    ]
    if not bound:
        return Gate("exclusive_licence", GateVerdict.PASSED, title, Text("没有", "there are none"))
    zh = "；".join(f"{right.title}已许可给{licence.licensee}" for right, licence in bound)
    en = "; ".join(f"{right.title} is licensed to {licence.licensee}" for right, licence in bound)
    return Gate(
        "exclusive_licence",
        GateVerdict.OPEN,
        title,
        Text(f"{zh}，买受人所得因此减少", f"{en}, which reduces the value to a buyer"),
        Text(
            "请确认评估已扣除该许可，并取得许可合同",
            "confirm that the appraisal allows for it, and obtain the licence contract",
        ),
    )
