"""A company's next steps: pay, sign, answer. For its first page and the page of a case."""

from dataclasses import dataclass

from django.urls import reverse

from zhirong.chain.contract.document_kinds import DOCUMENT_TITLES, DocumentKind
from zhirong.kernel.money import show_yuan
from zhirong.kernel.text import Text, same
from zhirong.store.financing import Loan, Message, Paper


@dataclass(frozen=True, slots=True)
class Next:
    """A next step of the company. is_bad: overdue. href: empty if it waits for another party."""

    title: Text
    note: Text
    href: str = ""
    do: Text | None = None
    is_bad: bool = False


def overdue(loan: Loan) -> Next:
    """Return the step to pay the overdue amount."""
    amount = show_yuan(loan.overdue)
    return Next(
        Text(f"归还逾期款 {amount} 元", f"Pay the overdue amount of CNY {amount}"),
        Text(
            f"{loan.number}，已逾期 {loan.overdue_days} 天", f"{loan.number}, overdue by {loan.overdue_days} days"
        ),
        reverse("loan.page", args=[loan.pk]),
        Text("查看还款", "Open the loan"),
        is_bad=True,
    )


def to_sign(paper: Paper) -> Next:
    """Return the signature of a document."""
    title = DOCUMENT_TITLES[DocumentKind(paper.kind)].en
    return Next(
        Text(f"签署{paper.title}", f"Sign: {title}"),
        Text("合同已出具，签署后办理质押登记", "The document is issued; registration follows the signature"),
        reverse("paper.page", args=[paper.pk]),
        Text("阅读并签署", "Read and sign"),
    )


def to_answer(message: Message, back: str = "") -> Next:
    """Return the answer to a question. back: the page that the form leads back to; the home page if empty."""
    text = message.text if len(message.text) <= 80 else f"{message.text[:80]}…"  # noqa: PLR2004
    return Next(
        Text(f"答复{message.sender.name}", f"Answer {message.sender.name}"),
        same(text),
        f"{reverse('do.row', args=['message.answer', message.pk])}?back={back or reverse('firm.home')}",
        Text("答复提问", "Answer"),
    )


def to_pay(loan: Loan) -> Next:
    """Return the next instalment."""
    amount = show_yuan(loan.next_due or 0)
    return Next(
        Text(f"还款 {amount} 元", f"Pay CNY {amount}"),
        Text(f"{loan.number}，{loan.next_due_on} 到期", f"{loan.number}, due on {loan.next_due_on}"),
        reverse("loan.page", args=[loan.pk]),
        Text("查看还款计划", "Open the schedule"),
    )
