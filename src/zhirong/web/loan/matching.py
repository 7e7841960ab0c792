"""Entries of bank statements that wait for a decision: those to match with a loan, and those to confirm."""

from dataclasses import dataclass

from django.http import Http404

from zhirong.chain.loan.states import PAYMENT_KIND_WORDS, LineState, PaymentKind, PaymentState
from zhirong.kernel.days import day_of
from zhirong.kernel.money import Fen
from zhirong.kernel.text import Text
from zhirong.operations.actors import Actor
from zhirong.operations.authorize import may
from zhirong.operations.declare import OPERATIONS
from zhirong.operations.http_request import HttpRequest
from zhirong.operations.loan.statements import Proposal, proposals_for
from zhirong.operations.run import run_operation
from zhirong.operations.visibility import visible
from zhirong.store.financing import Payment, StatementLine
from zhirong.web.clock import now
from zhirong.web.pages import call_of

_SHOWN = 20  # entries; the others are in the list below
_DECISIONS = ("line.match", "line.confirm")


@dataclass(frozen=True, slots=True)
class LineToMatch:
    """An entry with its likeliest loan. others: how many more loans are possible. is_clear: no other is as likely."""

    line: StatementLine
    best: Proposal | None
    others: int
    is_clear: bool

    @property
    def kind(self) -> Text | None:
        """Return the kind of the proposed payment in words."""
        return None if self.best is None else PAYMENT_KIND_WORDS[self.best.kind]

    @property
    def due(self) -> Fen:
        """Return the amount that the proposed loan owes now, or its principal before the disbursement."""
        if self.best is None:
            return 0
        loan = self.best.loan
        return loan.principal if self.best.kind == PaymentKind.DISBURSEMENT else loan.overdue or loan.next_due


@dataclass(frozen=True, slots=True)
class LineToConfirm:
    """An entry that another person has matched, with its payments."""

    line: StatementLine
    payments: tuple[tuple[Payment, Text], ...]


def lines_to_match(actor: Actor) -> list[LineToMatch]:
    """Return the oldest open entries that the actor can match."""
    if not may(actor, OPERATIONS["line.match"]):
        return []
    lines = list(_lines(actor, LineState.OPEN))
    found = proposals_for(lines)
    return [_to_match(line, found[line.pk]) for line in lines]


def _to_match(line: StatementLine, proposals: list[Proposal]) -> LineToMatch:
    best = proposals[0] if proposals else None
    is_clear = best is not None and all(len(one.reasons) < len(best.reasons) for one in proposals[1:])
    return LineToMatch(line, best, max(0, len(proposals) - 1), is_clear)


def lines_to_confirm(actor: Actor) -> list[LineToConfirm]:
    """Return the oldest entries that another person has matched and the actor can confirm."""
    if not may(actor, OPERATIONS["line.confirm"]):
        return []
    lines = list(_lines(actor, LineState.MATCHED))
    payments = Payment.objects.filter(line__in=lines, state=PaymentState.MATCHED)
    of_line: dict[int, list[Payment]] = {}
    for one in payments.select_related("loan__firm", "matched_by").order_by("pk"):
        of_line.setdefault(one.line_id, []).append(one)
    found = []
    for line in lines:
        own = of_line.get(line.pk, [])
        if own and all(one.matched_by_id != actor.account for one in own):
            found.append(
                LineToConfirm(line, tuple((one, PAYMENT_KIND_WORDS[PaymentKind(one.kind)]) for one in own))
            )
    return found


def _lines(actor: Actor, state: LineState) -> list[StatementLine]:
    return list(visible(actor, StatementLine, day_of(now())).filter(state=state).order_by("day", "pk")[:_SHOWN])


def decide(request: HttpRequest) -> Text:
    """Match or confirm the entry of the pressed button; returns the completed action. Raises InputError with the
    reason if it is rejected.
    """
    name, number, version = (request.POST.get(one, "") for one in ("do", "line", "_version"))
    if name not in _DECISIONS or not (number.isdecimal() and version.isdecimal() and len(number + version) < 20):
        raise Http404
    data = {one: request.POST[one] for one in ("loan", "kind") if name == "line.match" and one in request.POST}
    run_operation(name, call_of(request, request.POST.get("_key", "")), int(number), data, int(version))
    if name == "line.match":
        return Text("已匹配，待另一人确认", "Matched. Another person must confirm it.")
    return Text("已确认入账", "Confirmed and booked.")
