"""Check a loan against the measures on working-capital loans: its term, its extensions and its instalments of
principal.

The measures state principles, so deviations are named and never rejected.
"""

from dataclasses import dataclass
from datetime import timedelta

from zhirong.chain.loan.terms import Amendment, LoanTerms, Method
from zhirong.kernel.days import add_months, add_years, months_between
from zhirong.kernel.rulebook import Rulebook, RuleValue
from zhirong.kernel.text import Text

_TERM = "lending.working_capital.term_years"
_INSTALMENTS = "lending.working_capital.instalments_above_months"
_DAYS_OF_A_MONTH = 30


@dataclass(frozen=True, slots=True)
class WorkingCapitalMeasure:
    """A measure that a loan does not meet. code: stable. rule: its basis."""

    code: str
    text: Text
    rule: RuleValue

    def as_json(self) -> dict[str, object]:
        """Return a dictionary with stable keys."""
        return {"code": self.code, "text": self.text.as_json(), "rule": self.rule.id}


def measures_not_met(
    terms: LoanTerms, rules: Rulebook, *, slow_cash_cycle: bool = False
) -> tuple[WorkingCapitalMeasure, ...]:
    """Return the measures in force on the loan's first day that its terms do not meet.

    slow_cash_cycle: whether cash returns slowly in the debtor's business, which allows a longer term. Raises
    RuleError for a loan of a day for which no measures are known.
    """
    rule = rules.at(_TERM, terms.start)
    years = int(rule.value["slow_cash_cycle" if slow_cash_cycle else "usual"])
    found = []
    if terms.end > add_years(terms.start, years):
        words = Text(f"期限超过 {years} 年", f"the term is longer than {years} years")
        found.append(WorkingCapitalMeasure("term_too_long", words, rule))
    found.extend(_extensions(terms, rule))
    instalments = rules.at(_INSTALMENTS, terms.start)
    most = instalments.whole()
    if terms.end > add_months(terms.start, most) and not _repays_before_the_end(terms):
        words = Text(
            f"期限超过 {most} 个月，本金却在到期日一次偿还",
            f"longer than {most} months, with all principal repaid on the last day",
        )
        found.append(WorkingCapitalMeasure("no_instalments", words, instalments))
    return tuple(found)


def _extensions(terms: LoanTerms, rule: RuleValue) -> list[WorkingCapitalMeasure]:
    """Check the total of extensions: at most a share of the original term, less for a loan of more than a year."""
    ends = [one.end for one in terms.changes if isinstance(one, Amendment) and one.kind == "extension" and one.end]
    if not ends:
        return []
    is_short = terms.end <= add_years(terms.start, 1)
    share = rule.value["extension_share_of_short" if is_short else "extension_share_of_long"]
    months = months_between(terms.start, terms.end)
    left_over = (terms.end - add_months(terms.start, months)).days
    whole, part = divmod(months * share, 1)
    latest = add_months(terms.end, int(whole)) + timedelta(days=int(part * _DAYS_OF_A_MONTH + left_over * share))
    if max(ends) <= latest:
        return []
    words = Text(
        f"展期累计超过原期限的 {share:.0%}", f"extensions together exceed {share:.0%} of the original term"
    )
    return [WorkingCapitalMeasure("extended_too_far", words, rule)]


def _repays_before_the_end(terms: LoanTerms) -> bool:
    if terms.method is Method.CUSTOM:
        return any(item.principal for item in terms.plan if item.day < terms.end)
    return terms.method in (Method.LEVEL_PAYMENT, Method.EQUAL_PRINCIPAL)
