"""A pledge up to a maximum amount: when the secured claims are fixed; later drawings are not secured."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from zhirong.chain.pledge.records import ClaimKind
from zhirong.kernel.rulebook import Rulebook, RuleValue
from zhirong.kernel.text import Text

FIXED_BY_FREEZE = "registration.maximum_amount.fixed_by_freeze"


@dataclass(frozen=True, slots=True)
class KnownFreeze:
    """A court's seizure or freeze of a pledged right, as known to the pledgee.

    right: key or number of the right. order: the court's document. entered_on: day on which it took effect.
    known_on: day on which the court notified the pledgee, or on which the pledgee knew or ought to have known of
    it; None if the pledgee does not know.
    """

    right: str
    order: str
    entered_on: date
    known_on: date | None


@dataclass(frozen=True, slots=True)
class Fixed:
    """The claims under a maximum-amount pledge are fixed.

    fixed_on: nothing drawn from this day on is secured. by: the freeze that fixed them.
    """

    fixed_on: date
    by: KnownFreeze
    reason: Text
    hint: Text
    rule: RuleValue


def fixed_by_freeze(
    claim_kind: ClaimKind, freezes: Iterable[KnownFreeze], day: date, rules: Rulebook
) -> Fixed | None:
    """Return what fixed the secured claims on or before ``day``; None if no freeze did, or the pledge is of another
    type.

    Later drawings are unsecured (Civil Code 423(4) and 439). Lifting a freeze later does not undo it: the law has
    no such provision. Raises RuleError if the rulebook lacks the rule.
    """
    if claim_kind is not ClaimKind.MAXIMUM_AMOUNT:
        return None
    known = [(max(freeze.entered_on, freeze.known_on), freeze) for freeze in freezes if freeze.known_on is not None]
    first = min((one for one in known if one[0] <= day), key=lambda one: one[0], default=None)
    if first is None:
        return None
    fixed_on, freeze = first
    rule = rules.at(FIXED_BY_FREEZE, fixed_on)
    zh, en = rule.reference.as_text("zh"), rule.reference.as_text("en")
    return Fixed(
        fixed_on,
        freeze,
        Text(
            f"质权人于{fixed_on}知道权利{freeze.right}被查封或冻结（{freeze.order}），最高额质押担保的债权已确定，"
            f"此后发放的款项不受担保（{zh}）",
            f"on {fixed_on} the pledgee knew that {freeze.right} is seized or frozen ({freeze.order}): the claims "
            f"secured up to a maximum are fixed, and later drawings are not secured ({en})",
        ),
        Text(
            "请停止放款；须继续放款的，请另行设立担保",
            "Stop disbursements. For further disbursements, take other security.",
        ),
        rule,
    )
