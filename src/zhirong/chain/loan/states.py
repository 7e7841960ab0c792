"""The states of a loan, of the bank's statement entries and of the payments that are matched to them."""

from collections.abc import Mapping
from enum import StrEnum

from zhirong.kernel.text import Text
from zhirong.kernel.transitions import Transitions


class LoanState(StrEnum):
    """The state of a loan between its approval for disbursement and its end. WAITING: the money has not been paid
    yet.
    """

    WAITING = "waiting"
    CANCELLED = "cancelled"
    STANDING = "standing"
    REPAID = "repaid"
    WRITTEN_OFF = "written_off"


LOAN_WORDS: Mapping[LoanState, Text] = {
    LoanState.WAITING: Text("待付款", "to be disbursed"),
    LoanState.CANCELLED: Text("已取消", "cancelled"),
    LoanState.STANDING: Text("未结清", "active"),
    LoanState.REPAID: Text("已还清", "repaid"),
    LoanState.WRITTEN_OFF: Text("已核销", "written off"),
}

LOAN_TRANSITIONS = Transitions(
    Text("贷款", "loan"),
    LOAN_WORDS,
    frozenset({LoanState.WAITING}),
    {
        LoanState.WAITING: frozenset({LoanState.CANCELLED, LoanState.STANDING}),
        # A cancelled disbursement can be approved again: the loan keeps its number.
        LoanState.CANCELLED: frozenset({LoanState.WAITING}),
        # Back to WAITING: the payment of the disbursement was reversed.
        LoanState.STANDING: frozenset({LoanState.REPAID, LoanState.WRITTEN_OFF, LoanState.WAITING}),
        # Back to STANDING: the last repayment was reversed.
        LoanState.REPAID: frozenset({LoanState.STANDING}),
    },
)


class LineState(StrEnum):
    """The state of a bank statement entry: one person matches it, another confirms it."""

    OPEN = "open"
    MATCHED = "matched"
    CONFIRMED = "confirmed"
    IGNORED = "ignored"


LINE_WORDS: Mapping[LineState, Text] = {
    LineState.OPEN: Text("待匹配", "unmatched"),
    LineState.MATCHED: Text("待确认", "matched, waiting for confirmation"),
    LineState.CONFIRMED: Text("已确认", "confirmed"),
    LineState.IGNORED: Text("不属于贷款", "not related to a loan"),
}

LINE_TRANSITIONS = Transitions(
    Text("流水", "statement entry"),
    LINE_WORDS,
    frozenset({LineState.OPEN}),
    {
        LineState.OPEN: frozenset({LineState.MATCHED, LineState.IGNORED}),
        LineState.MATCHED: frozenset({LineState.CONFIRMED, LineState.OPEN}),
        LineState.CONFIRMED: frozenset({LineState.OPEN}),  # Its payments were reversed.
        LineState.IGNORED: frozenset({LineState.OPEN}),
    },
)


class Direction(StrEnum):
    """The direction of the money of a statement entry, from the bank's view."""

    IN = "in"
    OUT = "out"


DIRECTION_WORDS: Mapping[Direction, Text] = {
    Direction.IN: Text("收入", "in"),
    Direction.OUT: Text("支出", "out"),
}


class PaymentKind(StrEnum):
    """The kind of a payment. The value of DISBURSEMENT is historical: existing rows and log entries use it."""

    DISBURSEMENT = "release"
    REPAYMENT = "repayment"
    REFUND = "refund"


PAYMENT_KIND_WORDS: Mapping[PaymentKind, Text] = {
    PaymentKind.DISBURSEMENT: Text("放款", "disbursement"),
    PaymentKind.REPAYMENT: Text("还款", "repayment"),
    PaymentKind.REFUND: Text("退还溢缴", "refund of unapplied cash"),
}
# For each kind of payment: the direction of the money, and the states of a loan in which it is possible.
PAYMENT_DIRECTION: Mapping[PaymentKind, Direction] = {
    PaymentKind.DISBURSEMENT: Direction.OUT,
    PaymentKind.REPAYMENT: Direction.IN,
    PaymentKind.REFUND: Direction.OUT,
}
PAYMENT_LOAN_STATES: Mapping[PaymentKind, frozenset[LoanState]] = {
    PaymentKind.DISBURSEMENT: frozenset({LoanState.WAITING}),
    # After a write-off the debt is still collected.
    PaymentKind.REPAYMENT: frozenset({LoanState.STANDING, LoanState.REPAID, LoanState.WRITTEN_OFF}),
    PaymentKind.REFUND: frozenset({LoanState.STANDING, LoanState.REPAID}),
}


class PaymentState(StrEnum):
    """The state of a payment. UNDONE: withdrawn before it was confirmed. REVERSING: one person requests, another
    decides.
    """

    MATCHED = "matched"
    CONFIRMED = "confirmed"
    UNDONE = "undone"
    REVERSING = "reversing"
    REVERSED = "reversed"


PAYMENT_WORDS: Mapping[PaymentState, Text] = {
    PaymentState.MATCHED: Text("待确认", "to be confirmed"),
    PaymentState.CONFIRMED: Text("已确认", "confirmed"),
    PaymentState.UNDONE: Text("已撤销", "undone"),
    PaymentState.REVERSING: Text(
        "银行申请冲正，待第二人确认", "reversal requested by the bank, waiting for a second person"
    ),
    PaymentState.REVERSED: Text("已冲正", "reversed"),
}

PAYMENT_TRANSITIONS = Transitions(
    Text("款项", "payment"),
    PAYMENT_WORDS,
    frozenset({PaymentState.MATCHED}),
    {
        PaymentState.MATCHED: frozenset({PaymentState.CONFIRMED, PaymentState.UNDONE}),
        PaymentState.CONFIRMED: frozenset({PaymentState.REVERSING}),
        PaymentState.REVERSING: frozenset({PaymentState.CONFIRMED, PaymentState.REVERSED}),
    },
)
# A payment that counts, or may still count.
PAYMENTS_ALIVE = frozenset({PaymentState.MATCHED, PaymentState.CONFIRMED, PaymentState.REVERSING})
# The payments shown to a firm: those that have counted, even if they were reversed later.
PAYMENTS_SHOWN = frozenset({PaymentState.CONFIRMED, PaymentState.REVERSING, PaymentState.REVERSED})


class FlagKind(StrEnum):
    """The subject of a watch flag on a loan."""

    DUE = "due"
    OVERDUE = "overdue"
    CATEGORY = "category"
    FEE = "fee"
    APPRAISAL = "appraisal"
    GROUND = "ground"
    FAULT = "fault"


FLAG_WORDS: Mapping[FlagKind, Text] = {
    FlagKind.DUE: Text("将到期", "payment due soon"),
    FlagKind.OVERDUE: Text("逾期", "overdue"),
    FlagKind.CATEGORY: Text("分类变动", "category changed"),
    FlagKind.FEE: Text("年费或续展", "fee or renewal"),
    FlagKind.APPRAISAL: Text("评估将到期", "appraisal expires soon"),
    FlagKind.GROUND: Text("不予登记的情形", "ground for refusing registration"),
    FlagKind.FAULT: Text("无法重算", "cannot be recalculated"),
}
