"""The rows of a loan's schedule."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Literal

from zhirong.kernel.money import Fen, show_yuan, yuan
from zhirong.kernel.text import Text

RowKind = Literal["due", "draw", "prepayment", "extension", "renewal", "restructuring"]
ROW_TEXT: dict[RowKind, Text] = {
    "due": Text("应还", "due"),
    "draw": Text("提款", "drawdown"),
    "prepayment": Text("提前还款", "prepayment"),
    "extension": Text("展期", "extension"),
    "renewal": Text("无还本续贷", "renewal"),
    "restructuring": Text("重组", "restructuring"),
}


@dataclass(frozen=True, slots=True)
class Row:
    """A due amount or an event on one day.

    number: counted from 1. written: due day in the contract. due: day of payment, a working day if so agreed.
    opening: balance before. interest, principal: amounts due that day. total: their sum. closing: balance after.
    rate: the yearly rate at the end of the period. provisional: the calendar of that year is not announced yet.
    kind: a due day, or a change of the loan. drawn: lent that day. capitalised: interest added to the principal.
    closing = opening + drawn + capitalised - principal.
    """

    number: int
    written: date
    due: date
    opening: Fen
    principal: Fen
    interest: Fen
    total: Fen
    closing: Fen
    rate: Decimal
    provisional: bool
    kind: RowKind = "due"
    drawn: Fen = 0
    capitalised: Fen = 0

    def as_json(self) -> dict[str, object]:
        """Return a dictionary with stable keys; money as strings in yuan."""
        return {
            "number": self.number,
            "written": self.written.isoformat(),
            "due": self.due.isoformat(),
            "opening": yuan(self.opening),
            "principal": yuan(self.principal),
            "interest": yuan(self.interest),
            "total": yuan(self.total),
            "closing": yuan(self.closing),
            "rate": f"{self.rate.normalize():f}",
            "provisional": self.provisional,
            "kind": self.kind,
            "drawn": yuan(self.drawn),
            "capitalised": yuan(self.capitalised),
        }

    def __repr__(self) -> str:
        return f"<Row {self.number} {self.kind} {self.due}: principal {show_yuan(self.principal)}, interest {show_yuan(self.interest)}, closing {show_yuan(self.closing)}>"
