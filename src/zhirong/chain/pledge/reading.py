"""Read a filing from a table, once, at the edge."""

from collections.abc import Mapping
from typing import Any, TypeVar

from zhirong.chain.pledge.filing_documents import Paper
from zhirong.chain.pledge.records import ClaimKind, ContractItem, Filing, Subject
from zhirong.chain.pledge.register_json import party_json
from zhirong.chain.right.records import Holder
from zhirong.kernel.errors import InputError, Problem
from zhirong.kernel.fields import Reader
from zhirong.kernel.identifiers import NumberError, right_number
from zhirong.kernel.text import Text

Word = TypeVar("Word", ContractItem, Paper)

_CLAIM_KINDS = tuple(kind.value for kind in ClaimKind)
_CONTRACT_ITEMS = {item.value: item for item in ContractItem}


def read_filing(reader: Reader) -> Filing:
    """Read a filing from a table with the fields of ``Filing``; every problem is noted with the reader.

    ``contract_items`` is a list of item names; if it is omitted, the contract has not been checked.
    """
    pledgors = tuple(read_party(entry) for entry in reader.tables("pledgors"))
    if not pledgors:
        reader.problem(
            "pledgors",
            "",
            "missing",
            Text("未填写出质人", "no pledgor is given"),
            Text("请至少填写一个出质人（[[pledgors]]）", "add at least one [[pledgors]]"),
        )
    pledgee = reader.optional_table("pledgee")
    start, end = reader.optional_day("debt_start"), reader.optional_day("debt_end")
    if start is not None and end is not None and end < start:
        reader.problem(
            "debt_end",
            end,
            "dates_reversed",
            Text("债务到期日早于起始日", "the debt ends before it starts"),
            Text("请更正债务起始日（debt_start）或到期日（debt_end）", "correct debt_start or debt_end"),
        )
    filing = Filing(
        pledgors=pledgors,
        pledgee=None if pledgee is None else read_party(pledgee),
        stage=reader.choice("stage", ("planned", "filed"), "planned"),  # type: ignore[arg-type]
        claim_kind=ClaimKind(reader.choice("claim_kind", _CLAIM_KINDS, "loan")),
        claim_amount=reader.optional_money("claim_amount"),
        debt_start=start,
        debt_end=end,
        contract_items=_read_items(reader),
        is_joint=reader.flag("is_joint", False) if reader.has("is_joint") else None,
        has_foreign_party=reader.flag("has_foreign_party", False),
        agency=reader.optional_text("agency"),
        wants_despite_same_day_invention=reader.flag("wants_despite_same_day_invention", False),
        wants_despite_invalidation=reader.flag("wants_despite_invalidation", False),
        obstacles=reader.texts("obstacles"),
        is_online=reader.flag("is_online", True),
        subject=Subject(reader.choice("subject", tuple(Subject), Subject.RIGHT)),
        papers=frozenset(_read_words(reader, "papers", {paper.value: paper for paper in Paper})),
        is_valued_by_appraiser=reader.flag("is_valued_by_appraiser", False),
        related_marks=_read_marks(reader) if reader.has("related_marks") else None,
        together=frozenset(reader.texts("together")),
        pilot_basis=reader.optional_text("pilot_basis"),
    )
    reader.finish()
    return filing


def read_party(reader: Reader) -> Holder:
    """Read a party: name, credit code and whether it is a natural person; every problem is noted with the reader."""
    party = Holder(
        name=reader.text("name"),
        code=reader.optional_text("code"),
        is_natural_person=reader.flag("is_natural_person", False),
    )
    reader.finish()
    return party


def read_changes(changes: Mapping[str, Any]) -> dict[str, Any]:
    """Read the fields that an amendment or a correction names, as plain JSON. Raises InputError with every problem.

    claim_amount is in whole fen here; user input was read as money earlier.
    """
    problems: list[Problem] = []
    reader = Reader(changes, "changes", problems=problems)
    read: dict[str, Any] = {}
    if reader.has("claim_kind"):
        read["claim_kind"] = reader.choice("claim_kind", _CLAIM_KINDS)
    if reader.has("claim_amount"):
        read["claim_amount"] = reader.whole("claim_amount", 1)
    for name in ("debt_start", "debt_end"):
        if reader.has(name):
            read[name] = reader.day(name).isoformat()
    if reader.has("pledgee"):
        read["pledgee"] = party_json(read_party(reader.table("pledgee")))
    if reader.has("pledgors"):
        read["pledgors"] = [party_json(read_party(one)) for one in reader.tables("pledgors")]
        if not read["pledgors"]:
            reason = Text("未填写出质人", "no pledgor is given")
            reader.problem("pledgors", "", "missing", reason, Text("请至少填写一个", "add at least one"))
    for name in changes:
        if name not in read:
            reason = Text("不能变更的事项", "cannot be amended")
            hint = Text("其他事项请注销后重新申请", "for other changes, discharge and file again")
            reader.problem(name, str(changes[name])[:40], "not_amendable", reason, hint)
    if not changes:
        hint = Text("请写明变更", "state the change")
        reader.problem("", "", "nothing", Text("没有变更", "nothing is changed"), hint)
    if problems:
        raise InputError(problems)
    return read


def _read_marks(reader: Reader) -> tuple[str, ...]:
    kept = []
    for written in reader.texts("related_marks"):
        try:
            kept.append(right_number("trademark", written))
        except NumberError as error:
            reader.problem("related_marks", written, error.code, error.reason, error.hint)
    return tuple(kept)


def _read_items(reader: Reader) -> frozenset[ContractItem] | None:
    if not reader.has("contract_items"):
        return None
    return frozenset(_read_words(reader, "contract_items", _CONTRACT_ITEMS))


def _read_words(reader: Reader, field: str, known: Mapping[str, Word]) -> list[Word]:
    """Read a list of known words; any other is noted with the choices."""
    found = []
    for name in reader.texts(field):
        if name in known:
            found.append(known[name])
        else:
            reader.problem(
                field,
                name,
                "not_a_choice",
                Text("不在可选范围内", "not one of the choices"),
                Text(f"可选：{'、'.join(known)}", f"choose from: {', '.join(known)}"),
            )
    return found
