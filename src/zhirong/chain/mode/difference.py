"""Compare two modes, or one mode at two dates, and show the effect of the differences on a portfolio."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal

from zhirong.chain.mode.allocation import allocate
from zhirong.chain.mode.difference_words import WORDS_ONLY, entry_text, field_text, is_words, value_text
from zhirong.chain.mode.loss import LoanLoss, PoolState
from zhirong.chain.mode.model import Mode
from zhirong.chain.mode.summary import mode_summary
from zhirong.kernel.days import add_months
from zhirong.kernel.document import to_json
from zhirong.kernel.money import FEN_PER_YUAN, Fen
from zhirong.kernel.rulebook import Reference
from zhirong.kernel.text import Lang, Text


@dataclass(frozen=True, slots=True)
class ModeDifference:
    """One place where two modes differ. before, after: as in the JSON of a mode; None if it is absent. where: the
    place in words. field: the field, or for shares the field that holds them.
    """

    place: str
    before: object
    after: object
    where: tuple[Text, ...]
    field: str

    def as_text(self, lang: Lang) -> str:
        """Return the difference in one line."""
        before, after = (value_text(value, self.field, lang) for value in (self.before, self.after))
        if lang == "zh":
            return f"{'·'.join(word.zh for word in self.where)}：{before} → {after}"
        return f"{', '.join(word.en for word in self.where)}: {before} → {after}"


@dataclass(frozen=True, slots=True)
class OnPortfolio:
    """A party's parts of the same losses under two modes (fen)."""

    role: str
    name: Text
    before: Fen
    after: Fen


def as_of(mode: Mode, day: date) -> Mode:
    """Return the mode as of ``day``: one version of the terms, and only the rules in force that day."""

    def holds(reference: Reference) -> bool:
        first, last = reference.valid_from, reference.valid_to
        return (first is None or first <= day) and (last is None or day <= last)

    return replace(
        mode,
        sharings=(mode.sharing_on(day),),
        conditions=tuple(item for item in mode.conditions if holds(item.reference)),
        charges=tuple(item for item in mode.charges if holds(item.reference)),
        breakers=tuple(item for item in mode.breakers if holds(item.reference)),
    )


def differences(before: Mode, after: Mode) -> tuple[ModeDifference, ...]:
    """List every term, condition, limit and charge that differs. Names, titles and sources are not compared."""
    found: list[ModeDifference] = []
    _compare(_Place("", (), ""), to_json(mode_summary(before)), to_json(mode_summary(after)), found)
    return tuple(found)


@dataclass(frozen=True, slots=True)
class _Place:
    """A place of a mode: its path, the same in words, and the field."""

    path: str
    where: tuple[Text, ...]
    field: str

    def inside(self, name: str) -> "_Place":
        """The field of a record. The keys of shares are parties: the field stays that of the shares."""
        path = f"{self.path}.{name}" if self.path else name
        return _Place(path, (*self.where, field_text(name)), self.field if self.field == "shares" else name)

    def entry(self, key: str, item: object) -> "_Place":
        """An entry of a list of records."""
        named = entry_text(key, item if isinstance(item, dict) else {})
        where = self.where if named is None else (*self.where, named)
        return _Place(f"{self.path}[{key}]", where, self.field)


def _compare(place: _Place, before: object, after: object, found: list[ModeDifference]) -> None:
    if before == after:
        return
    if isinstance(before, dict) and isinstance(after, dict) and not is_words(before):
        for name in dict.fromkeys((*before, *after)):
            if name not in WORDS_ONLY:
                _compare(place.inside(str(name)), before.get(name), after.get(name), found)
        return
    if isinstance(before, list) and isinstance(after, list) and _is_records(before) and _is_records(after):
        left, right = _by_key(before), _by_key(after)
        for key in dict.fromkeys((*left, *right)):
            entry = place.entry(key, left.get(key) or right.get(key))
            _compare(entry, left.get(key), right.get(key), found)
        return
    found.append(ModeDifference(place.path, before, after, place.where, place.field))


def _is_records(items: Sequence[object]) -> bool:
    return all(isinstance(item, dict) for item in items)


def _by_key(items: Sequence[object]) -> dict[str, object]:
    keyed: dict[str, object] = {}
    for number, item in enumerate(items, 1):
        if isinstance(item, dict):
            title = item.get("title")
            words = title.get("zh") if isinstance(title, dict) else None
            keyed[str(item.get("code") or item.get("role") or item.get("id") or words or number)] = item
    return keyed


def on_portfolio(
    before: Mode,
    after: Mode,
    first: Sequence[LoanLoss],
    second: Sequence[LoanLoss],
    pool: PoolState | None = None,
    *,
    as_if_in_force: bool = False,
    claim_in_order: bool = False,
) -> tuple[OnPortfolio, ...]:
    """Compare each role's part of the same losses under both modes. second: the same loans as ``first``,
    perhaps on other days.

    as_if_in_force: compare the rules regardless of their dates. claim_in_order: as for ``allocate``, where the
    losses are an example and no claims.
    """
    one = allocate(before, first, pool, as_if_in_force=as_if_in_force, claim_in_order=claim_in_order).totals
    two = allocate(after, second, pool, as_if_in_force=as_if_in_force, claim_in_order=claim_in_order).totals
    names = {party.role: party.name for mode in (after, before) for party in mode.parties}
    return tuple(
        OnPortfolio(role, names[role], one.get(role, 0), two.get(role, 0)) for role in dict.fromkeys((*one, *two))
    )


def example_portfolio(day: date) -> tuple[LoanLoss, ...]:
    """Return six example loans to three firms at typical cap boundaries: below, at and above. They are not data."""
    rows = (
        ("甲", "1000000", "1000000", "40000"),
        ("乙", "5000000", "3000000", "150000"),
        ("乙", "5000000.01", "5000000.01", "200000"),
        ("丙", "8000000", "6000000", "300000"),
        ("丙", "12000000", "12000000", "500000"),
        ("丙", "20000000", "9000000", "400000"),
    )
    facts: dict[str, object] = {"ip_pledge": True, "key_list": False, "central_bank_tool": False}
    return tuple(
        LoanLoss(
            loan_id=str(number),
            borrower=borrower,
            lender="bank",
            loan_day=day,
            claim_day=add_months(day, 15),
            amount=_fen(amount),
            principal=_fen(principal),
            interest=_fen(interest),
            facts=facts,
        )
        for number, (borrower, amount, principal, interest) in enumerate(rows, 1)
    )


def _fen(amount: str) -> Fen:
    return int(Decimal(amount) * FEN_PER_YUAN)
