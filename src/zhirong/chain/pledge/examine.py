"""The one examination of a pledge that the quote, the watch and the register all call."""

from collections.abc import Callable, Mapping
from datetime import date

from zhirong.chain.pledge.patent import examine_patent
from zhirong.chain.pledge.records import Filing, Finding, Verdict
from zhirong.chain.right.records import KIND_TEXT, PATENT_KINDS, Right, RightKind
from zhirong.kernel.rulebook import Rulebook
from zhirong.kernel.text import Text

Pack = Callable[[Filing, Right, date, Rulebook], tuple[Finding, ...]]

# One pack of rules a register. A kind that is not here is never silently clear: see ``_no_rules``.
PACKS: Mapping[RightKind, Pack] = dict.fromkeys(PATENT_KINDS, examine_patent)


def examine(filing: Filing, right: Right, day: date, rules: Rulebook) -> tuple[Finding, ...]:
    """Every refusal ground of the register that keeps this kind of right, as of ``day``, in the rule's order.

    Pure: the same filing, right, day and rules always give the same findings. Raises RuleError if the rulebook
    lacks the rules of that register.
    """
    return PACKS.get(right.kind, _no_rules)(filing, right, day, rules)


def _no_rules(filing: Filing, right: Right, day: date, rules: Rulebook) -> tuple[Finding, ...]:
    kind = KIND_TEXT[right.kind]
    return (
        Finding(
            number=0,
            verdict=Verdict.UNKNOWN,
            title=Text("质押登记条件", "conditions of pledge registration"),
            reason=Text(
                f"此处未审查：尚未收录{kind.zh}的质押登记规则",
                f"not examined here: the registration rules for this kind ({kind.en}) are not among ours yet",
            ),
            mend=Text("请按登记机关的要求自行核对", "check it against what the register itself requires"),
        ),
    )
