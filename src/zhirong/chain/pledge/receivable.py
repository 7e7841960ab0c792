"""Future licence fees pledged as receivables: a notice is filed, and nobody examines its substance.

The unified register of movables and rights accepts them (order 2021 no. 7 of the central bank); it excludes pledges
of the rights themselves. Several notices on the same fees may be registered one behind another.
"""

from datetime import date

from zhirong.chain.pledge.grounds import GroundFacts, Ruling, clear, examine_by, refused, unknown
from zhirong.chain.pledge.records import Filing, GroundFinding
from zhirong.chain.right.encumbrances import runs_on
from zhirong.chain.right.records import Right
from zhirong.kernel.days import add_months
from zhirong.kernel.rulebook import Rulebook
from zhirong.kernel.text import Text


def examine_receivable(filing: Filing, right: Right, day: date, rules: Rulebook) -> tuple[GroundFinding, ...]:
    """Examine the required content of a notice. Raises RuleError without the rules of that register."""
    return examine_by("registration.receivable", _GROUNDS, filing, right, day, rules)


def _parties(facts: GroundFacts) -> Ruling:
    """Examine whether the notice names both parties."""
    if not facts.filing.pledgors or facts.filing.pledgee is None:
        return refused(
            Text("登记未写明出质人和质权人", "the notice does not name pledgor and pledgee"),
            Text("请写明双方", "name both parties"),
        )
    return clear("写明了双方", "both parties are named")


def _described(facts: GroundFacts) -> Ruling:
    """Examine whether the receivable is described distinctly."""
    running = [one for one in facts.right.licences if runs_on(one, facts.day)]
    if not running:
        return refused(
            Text("未写明产生许可费的许可合同", "no current licence contract is named as the source of the fees"),
            Text("请列明许可合同、被许可人和期限", "list the licence contracts, the licensees and their terms"),
        )
    named = "、".join(one.licensee for one in running)
    return clear(f"许可费来自{named}", f"the fees come from {named}")


def _term(facts: GroundFacts) -> Ruling:
    """Examine whether the notice's term is within what the register allows."""
    until = facts.filing.debt_end
    if until is None:
        return unknown(
            Text("未写明登记期限", "the term of the notice is not stated"),
            Text("请填写登记期限届满日", "state the last day of the notice"),
        )
    least = facts.rules.at("registration.receivable.least_months", facts.day).whole()
    most = facts.rules.at("registration.receivable.most_months", facts.day).whole()
    if not add_months(facts.day, least) <= until <= add_months(facts.day, most):
        return refused(
            Text(
                f"登记期限至{until}，不在{least}个月至{most // 12}年之间",
                f"the notice runs until {until}, which is not between {least} month and {most // 12} years",
            ),
            Text("请更正登记期限；期满前可以展期", "correct the term; it can be extended before it ends"),
        )
    return clear(f"登记期限至{until}", f"the notice runs until {until}")


_GROUNDS = (("parties", _parties), ("described", _described), ("term", _term))
