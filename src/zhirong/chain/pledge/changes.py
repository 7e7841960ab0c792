"""The changes of a registration in one move: each field with its old and new value."""

from collections.abc import Callable
from dataclasses import dataclass

from zhirong.chain.pledge.registration import Registration
from zhirong.kernel.money import yuan
from zhirong.kernel.text import Text


@dataclass(frozen=True, slots=True)
class FieldChange:
    """A field of a registration changed by a transition. before and after are as displayed, empty if there is no value."""

    field: str
    title: Text
    before: str
    after: str

    def as_text(self) -> Text:
        """Return the field, its old value and its new value."""
        was, now = self.before or "—", self.after or "—"
        return Text(f"{self.title.zh}：{was} → {now}", f"{self.title.en}: {was} → {now}")

    def as_json(self) -> dict[str, object]:
        """Return a dictionary with stable keys for programs."""
        return {"field": self.field, "title": self.title.as_json(), "before": self.before, "after": self.after}


_SHOWN: tuple[tuple[str, Text, Callable[[Registration], str]], ...] = (
    ("pledgors", Text("出质人", "pledgor"), lambda one: "、".join(party.name for party in one.pledgors)),
    ("pledgee", Text("质权人", "pledgee"), lambda one: one.pledgee.name),
    ("claim_amount", Text("担保金额（元）", "secured amount, yuan"), lambda one: yuan(one.claim_amount)),
    ("debt_start", Text("债务起始日", "first day of the debt"), lambda one: str(one.debt_start or "")),
    ("debt_end", Text("债务到期日", "last day of the debt"), lambda one: str(one.debt_end or "")),
    (
        "released",
        Text("已解除的权利", "rights released"),
        lambda one: "、".join(right.title for right in one.rights if right.released),
    ),
    ("frozen_by", Text("冻结文书", "frozen by"), lambda one: one.frozen_by),
)


def changes_of(before: Registration | None, after: Registration) -> tuple[FieldChange, ...]:
    """Return the changes that a move made to a registration; none for the move that opens it."""
    if before is None:
        return ()
    return tuple(
        FieldChange(field, title, show(before), show(after))
        for field, title, show in _SHOWN
        if show(before) != show(after)
    )
