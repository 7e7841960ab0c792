"""When a right must be appraised again: by schedule, and after events."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Literal

from zhirong.chain.appraisal_practice.records import ValueRecord
from zhirong.kernel.days import add_months
from zhirong.kernel.rulebook import Rulebook, RuleError, RuleValue
from zhirong.kernel.text import Text

EventKind = Literal[
    "invalidation_requested",
    "invalidated",
    "fee_unpaid",
    "title_disputed",
    "key_licence_ended",
    "product_stopped",
    "revenue_fell",
    "borrower_in_default",
    "rival_product",
]

EVENT_TEXT: Mapping[EventKind, Text] = {
    "invalidation_requested": Text("被提起无效宣告", "invalidation was requested"),
    "invalidated": Text("被宣告无效", "the right was invalidated"),
    "fee_unpaid": Text("年费逾期未缴", "an annual fee is unpaid"),
    "title_disputed": Text("发生权属争议", "the title is disputed"),
    "key_licence_ended": Text("主要许可终止", "the main licence ended"),
    "product_stopped": Text("使用该权利的产品停产", "the product that uses it was discontinued"),
    "revenue_fell": Text("相关收入大幅下降", "its revenue fell sharply"),
    "borrower_in_default": Text("借款人违约", "the borrower defaulted"),
    "rival_product": Text("出现替代产品", "a substitute entered the market"),
}


@dataclass(frozen=True, slots=True)
class ValueEvent:
    """An event of a right or its firm."""

    right_id: str
    kind: EventKind
    happened_on: date
    source: str


@dataclass(frozen=True, slots=True)
class RevaluationDue:
    """One reason for a new appraisal. due_on: the last day for it; it is overdue once that has passed."""

    code: str
    reason: Text
    due_on: date
    rule: RuleValue

    def is_overdue(self, day: date) -> bool:
        """Return whether the deadline has passed."""
        return self.due_on < day


def revaluations(
    record: ValueRecord, events: Sequence[ValueEvent], rules: Rulebook, day: date
) -> tuple[RevaluationDue, ...]:
    """Return why and by when ``record`` must be replaced by another, soonest first.

    The schedule always gives its next date. Events count from the valuation date up to ``day``; the rule
    ``practice.revalue_after`` gives the number of days for each. Raises RuleError for a kind without days.
    """
    months = rules.at("practice.revalue_months", day)
    scheduled = add_months(record.valuation_date, months.whole())
    due = [
        RevaluationDue(
            "schedule",
            Text(f"至少每 {months.value} 个月重估一次", f"at least every {months.value} months"),
            scheduled,
            months,
        )
    ]
    after = rules.at("practice.revalue_after", day)
    for event in events:
        if event.right_id not in record.rights or not record.valuation_date < event.happened_on <= day:
            continue
        if event.kind not in after.value:
            raise RuleError(f"{after.id} gives no days for {event.kind}")
        words = EVENT_TEXT[event.kind]
        due.append(
            RevaluationDue(
                event.kind,
                Text(f"{event.happened_on} {words.zh}（{event.source}）", f"{event.happened_on}: {words.en} ({event.source})"),
                date.fromordinal(event.happened_on.toordinal() + int(after.value[event.kind])),
                after,
            )
        )  # fmt: skip
    return tuple(sorted(due, key=lambda one: (one.due_on, one.code)))
