"""Invalid input, reported so that the user can fix it: field, value, reason and hint for every problem at once."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from zhirong.kernel.text import Lang, Text, how_to_fix

_SHOWN_VALUE_LIMIT = 120  # An entire pasted file as "the value" would hide the reason.


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing wrong with an input.

    field: path of the field as the user wrote it, such as ``rights[2].filing_date``.
    value: the value found, as text; empty if there was none.
    reason: what is wrong. hint: how to fix it.
    code: stable English key, for programs and tests.
    """

    field: str
    value: str
    reason: Text
    hint: Text
    code: str

    def within(self, prefix: str) -> "Problem":
        """The same problem with its field path prefixed by the containing record."""
        separator = "" if not self.field or self.field.startswith("[") else "."
        return replace(self, field=f"{prefix}{separator}{self.field}")

    def as_text(self, lang: Lang = "zh") -> str:
        """One line for display."""
        shown = self.value if len(self.value) <= _SHOWN_VALUE_LIMIT else self.value[:_SHOWN_VALUE_LIMIT] + "…"
        if lang == "zh":
            found = f"（填写值：“{shown}”）" if shown else "（未填）"
            return f"{self.field}{found}：{self.reason.zh}。{how_to_fix(self.hint, lang)}"
        found = f' (found "{shown}")' if shown else " (nothing given)"
        return f"{self.field}{found}: {self.reason.en}. {how_to_fix(self.hint, lang)}"

    @classmethod
    def from_json(cls, kept: Mapping[str, Any]) -> "Problem":
        """Read a problem stored as JSON by this version or an earlier one."""
        named = with_hints(kept)
        reason, hint = Text(**named["reason"]), Text(**named["hint"])
        return cls(named["field"], named["value"], reason, hint, named["code"])

    def as_json(self) -> dict[str, object]:
        """Stable keys for programs."""
        return {
            "field": self.field,
            "value": self.value,
            "code": self.code,
            "reason": self.reason.as_json(),
            "hint": self.hint.as_json(),
        }


MOST_PROBLEMS = 100_000  # of one file: with more, its columns mean something else
_PROBLEMS_SHOWN = 20


def demand_few_problems(problems: Sequence[Problem], row: int, source: str = "") -> None:
    """Raise InputError if a table has so many problems that it cannot be the file that was meant. row: the last one
    read. Otherwise the problems of a hostile file would fill the memory.
    """
    if len(problems) > MOST_PROBLEMS:
        counts = Text(
            f"已读至第 {row} 行即停止：问题 {len(problems):,} 处",
            f"reading ended at row {row}: {len(problems):,} problems",
        )
        raise too_many_problems(problems[:_PROBLEMS_SHOWN], counts, source=source)


def too_many_problems(shown: Sequence[Problem], counts: Text, *, source: str = "") -> "InputError":
    """Return the error for a table with more problems than can be reported. shown: the first of them. counts: rows
    read and problems found.
    """
    first = Problem(
        "FILE",
        source,
        Text(f"问题过多，{counts.zh}", f"too many problems: {counts.en}"),
        Text(
            "请核对栏目是否对应正确；前几处问题列在后面",
            "Check the meaning of the columns; the first problems follow",
        ),
        "too_many_problems",
    )
    return InputError([first, *shown], source)


class InputError(ValueError):
    """An input that cannot be used. Carries every problem found, never only the first.

    source: where the input came from (a file name), empty when it came from a program.
    """

    def __init__(self, problems: Iterable[Problem], source: str = "") -> None:
        self.problems = tuple(problems)
        self.source = source
        if not self.problems:
            raise AssertionError("an InputError needs at least one problem")
        super().__init__(self.as_text("en"))

    def as_text(self, lang: Lang = "zh") -> str:
        """All problems, one per line, under a line with their number."""
        count = len(self.problems)
        where = self.source or ("输入" if lang == "zh" else "the input")
        head = f"{where} 有 {count} 处问题：" if lang == "zh" else f"{where} has {count} problem(s):"
        return "\n".join([head, *(f"  {number}. {p.as_text(lang)}" for number, p in enumerate(self.problems, 1))])

    def as_json(self) -> dict[str, object]:
        """Stable keys for programs."""
        return {"source": self.source, "problems": [p.as_json() for p in self.problems]}


def with_hints(kept: Any) -> Any:
    """Convert JSON stored before 2026-11-30, when a hint was called ``mend``, to the current names."""
    if isinstance(kept, Mapping):
        return {"hint" if name == "mend" else name: with_hints(value) for name, value in kept.items()}
    if isinstance(kept, list):
        return [with_hints(value) for value in kept]
    return kept
