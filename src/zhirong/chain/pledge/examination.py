"""The examination of a pledge, used by the quote, the watch and the register alike."""

from datetime import date

from zhirong.chain.pledge.packs import PACKS, register_of
from zhirong.chain.pledge.records import Filing, GroundFinding
from zhirong.chain.right.records import Right
from zhirong.kernel.rulebook import Rulebook


def examine(filing: Filing, right: Right, day: date, rules: Rulebook) -> tuple[GroundFinding, ...]:
    """Return the findings on every refusal ground of the register for this pledge, as of ``day``, in the rule's
    order.

    Pure: the same filing, right, day and rules always give the same findings. Raises RuleError if the rulebook
    lacks the rules of that register.
    """
    return PACKS[register_of(right.kind, filing.subject)](filing, right, day, rules)
