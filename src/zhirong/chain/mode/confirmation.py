"""The kind of a mode and how far its source confirms it: a public scheme, a form of contract or a proposal, and
since when.

A scheme counts as in force only between dates that its source confirms; ``force`` decides that for a day.
"""

from dataclasses import dataclass
from datetime import date

from zhirong.chain.mode.standing import SourceKind as SourceKind
from zhirong.kernel.fields import Reader
from zhirong.kernel.rulebook import Reference, read_reference
from zhirong.kernel.text import Text

SOURCE_KIND_TEXT: dict[SourceKind, Text] = {
    SourceKind.SCHEME: Text("公开政策或业务模式", "public scheme"),
    SourceKind.CONTRACT_FORM: Text("合同形式", "form of contract"),
    SourceKind.PROPOSAL: Text("建议方案", "proposal"),
}


@dataclass(frozen=True, slots=True)
class Confirmation:
    """How far the dates of a mode are confirmed.

    confirmed_on: the day on which a source last said that it is in force; None if no source is dated. confirmed_by:
    the document that said so, where it is not the source itself. open_ended: the source's own words that it has no
    last day; empty if it says nothing. ended_by, ended_words: it had ended by this day, and the words that state it,
    where a source gives the end but not its day. confirm_with: who can say whether it is in force.
    """

    kind: SourceKind = SourceKind.SCHEME
    confirmed_on: date | None = None
    confirmed_by: str = ""
    open_ended: str = ""
    ended_by: date | None = None
    ended_words: str = ""
    confirm_with: Text | None = None


def read_source(reader: Reader) -> tuple[Reference, Confirmation]:
    """Read ``[source]`` of a mode file: the reference, and how far its dates are confirmed.

    A dated scheme without a day of confirmation counts as confirmed on its first day. Contradictions are noted as
    problems.
    """
    reference = read_reference(reader)
    kind = SourceKind(reader.choice("kind", tuple(SourceKind), SourceKind.SCHEME.value))
    confirmation = Confirmation(
        kind=kind,
        confirmed_on=reader.optional_day("confirmed_on") or reference.valid_from,
        confirmed_by=reader.optional_text("confirmed_by"),
        open_ended=reader.optional_text("open_ended"),
        ended_by=reader.optional_day("ended_by"),
        ended_words=reader.optional_text("ended_words"),
        confirm_with=reader.optional_words("confirm_with"),
    )
    _check(reader, reference, confirmation)
    reader.finish()
    return reference, confirmation


def _check(reader: Reader, reference: Reference, found: Confirmation) -> None:
    if found.open_ended and reference.valid_to is not None:
        reader.problem(
            "open_ended",
            found.open_ended,
            "contradiction",
            Text("已填写终止日，又填写了长期有效", "it has a last day and is also marked as having none"),
            Text("请删除 valid_to 或 open_ended", "remove valid_to or open_ended"),
        )
    if (found.ended_by is None) != (not found.ended_words):
        reader.problem(
            "ended_words",
            found.ended_words,
            "incomplete",
            Text("已终止的须填写日期和原文", "an end needs a date and the words that state it"),
            Text("请同时填写 ended_by 与 ended_words", "write ended_by and ended_words together"),
        )
    if found.ended_by is not None and (found.open_ended or reference.valid_to is not None):
        reader.problem(
            "ended_by",
            found.ended_by,
            "contradiction",
            Text("ended_by 用于结束日期不明的模式", "use ended_by only if the end date is unknown"),
            Text("请删除 ended_by，或删除 valid_to 和 open_ended", "remove ended_by, or valid_to and open_ended"),
        )
    if found.kind is not SourceKind.SCHEME and (reference.valid_to is not None or found.ended_by is not None):
        reader.problem(
            "kind",
            found.kind.value,
            "contradiction",
            Text("合同形式和建议方案没有终止日", "a form of contract or a proposal has no end date"),
            Text('请填写 kind = "scheme"，或删除终止日', 'write kind = "scheme", or remove the end date'),
        )
