"""The terms of a loan contract on late payment, misuse and payments, in addition to those on money and days."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Literal

from zhirong.chain.loan.day_counts import DayCount
from zhirong.chain.loan.servicing.components import Category, Component
from zhirong.chain.loan.term_checks import findings
from zhirong.chain.loan.terms import Finding, LoanTerms
from zhirong.kernel.rulebook import Rulebook
from zhirong.kernel.text import Text, same

# prepay_shorten: later instalments keep their amount and the loan ends sooner. prepay_reduce: it ends as agreed
# with smaller instalments. hold: an overpayment waits for the next due day. In all three cases the loan is settled
# on the day of a payment that, together with unapplied cash, covers the total debt.
Excess = Literal["prepay_shorten", "prepay_reduce", "hold"]
# by_component: all costs first, then all penalties ... by_instalment: the oldest instalment completely, then the next.
Walk = Literal["by_component", "by_instalment"]

Order = tuple[Component, ...]

_UPLIFTS = (
    ("overdue_uplift", "lending.servicing.overdue_uplift", Text("逾期加收幅度", "the overdue uplift")),
    ("misuse_uplift", "lending.servicing.misuse_uplift", Text("挪用加收幅度", "the misuse uplift")),
)


@dataclass(frozen=True, slots=True)
class Contract:
    """A loan contract as it is serviced.

    overdue_uplift, misuse_uplift: added to the contract rate, as a share of it (0.5: half as much again).
    compounds: whether interest that fell due and was not paid bears interest at the penalty rate. order: the
    components in the order in which a payment covers them; None for the rule's order. orders: another order while
    the loan is in a category. walk: across all instalments by component, or instalment by instalment. excess: what
    happens to money beyond what is due. grace_days: an instalment paid within this many days after its due day
    bears no penalty or compound interest; one paid later bears both from its due day. It counts as late in either
    case. compound_within_term: whether unpaid interest also bears interest at the penalty rate before the loan's
    end, or at the contract's own rate until then.
    """

    loan_id: str
    terms: LoanTerms
    overdue_uplift: Decimal
    misuse_uplift: Decimal
    compounds: bool = True
    order: Order | None = None
    orders: Mapping[Category, Order] = field(default_factory=dict)
    walk: Walk = "by_component"
    excess: Excess = "prepay_reduce"
    grace_days: int = 0
    compound_within_term: Literal["penalty", "contract"] = "penalty"

    @property
    def penalty_basis(self) -> DayCount:
        """Return how penalty and compound interest count days: as the contract does by actual days, else days ÷
        360.
        """
        basis = self.terms.day_count
        if basis in ("act_360", "act_365", "act_act"):
            return basis
        return "act_360"


def contract_findings(contract: Contract, rules: Rulebook, day: date) -> Iterator[Finding]:
    """Return the terms of the contract that the rules of ``day`` do not allow: field, value, code, reason, hint.

    Fields are paths in the complete file: ``loan.changes``, ``servicing.order``.
    """
    for field_name, value, code, reason, hint in findings(contract.terms):
        yield (f"loan.{field_name}", value, code, reason, hint)
    for name, rule_id, words in _UPLIFTS:
        uplift: Decimal = getattr(contract, name)
        rule = rules.at(rule_id, day)
        least, most = rule.value["least"], rule.value["most"]
        if not least <= uplift <= most:
            yield (
                f"servicing.{name}",
                uplift,
                "uplift_outside",
                Text(
                    f"{words.zh}须在 {least} 与 {most} 之间（{rule.reference.as_text()}）",
                    f"{words.en} must lie between {least} and {most} ({rule.reference.as_text('en')})",
                ),
                Text(f"请改为 {least} 到 {most} 之间的数", f"choose a number from {least} to {most}"),
            )
    if contract.terms.changes:
        yield (
            "loan.changes",
            len(contract.terms.changes),
            "changes_are_events",
            Text("放款后的变更须作为事件填写", "changes after disbursement must be events when a loan is replayed"),
            Text("请改写为事件（[[event]]）", "write it as an [[event]]"),
        )
    if contract.terms.grace is not None and contract.terms.grace.interest != "paid":
        yield (
            "loan.grace.interest",
            contract.terms.grace.interest,
            "grace_not_serviced",
            Text(
                "宽限期利息转本金或递延的贷款暂不支持逐事件重算",
                "a loan whose grace defers or capitalises interest cannot be replayed yet",
            ),
            Text(
                "请将宽限期利息改为按期支付（paid），或用到期事件（due_row）逐期填写",
                "set it to paid, or give each instalment as a due_row event",
            ),
        )
    for name, order in (("order", contract.order), *(("orders." + c, o) for c, o in contract.orders.items())):
        if order is not None and sorted(order) != sorted(Component):
            yield (
                f"servicing.{name}",
                ", ".join(order),
                "order_incomplete",
                Text("抵充顺序须将五项各列一次", "the order must name each of the five components once"),
                same(", ".join(Component)),
            )
