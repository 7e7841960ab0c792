"""One format of an uploaded file, read from its TOML file in ``rules/adapters``.

A file states an id, a title, its content, the source of its headings, the headings that identify it, and

- ``[columns]``: for each field the headings that give it. A list of lists ranks them: a heading of the first list
  that has a value decides, whatever the order of the columns. Two headings of one list mean the same.
- ``[words.NAME]``: the meaning of the words in a column.
- ``[settings]``: special cases that the reader of this kind of file handles, by name.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import cache

from zhirong.chain.adapters.words import full_key, heading_key, word_key
from zhirong.kernel.fields import Reader, parse_toml
from zhirong.kernel.rulebook import shipped_texts
from zhirong.kernel.text import Text

COMMON = "common"
CONFIDENCES = ("verified", "secondary", "unconfirmed", "assumed")


@dataclass(frozen=True, slots=True)
class Adapter:
    """A format. known_by: keys of headings, alternatives together; a file that has one of each is of this format.

    columns: by field, its headings by rank. words: by list, the meaning of each word. settings: by trap.
    """

    id: str
    title: Text
    seen: str
    confidence: str
    known_by: tuple[frozenset[str], ...]
    columns: Mapping[str, tuple[tuple[str, ...], ...]]
    words: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    settings: Mapping[str, str] = field(default_factory=dict)

    def knows(self, keys: frozenset[str]) -> bool:
        """Return whether a file with these headings is of this format."""
        return all(alternatives & keys for alternatives in self.known_by)


@dataclass(frozen=True, slots=True)
class Library:
    """The formats of one kind of file: the common one, whose headings all share, and the named ones."""

    common: Adapter
    named: tuple[Adapter, ...]

    def recognise(self, headings: Iterable[str]) -> Adapter:
        """Return the format that requires the most of these headings; the common one if none matches."""
        keys = frozenset(key for heading in headings for key in (full_key(heading), heading_key(heading)) if key)
        fitting = [one for one in self.named if one.knows(keys)]
        return max(fitting, key=lambda one: (len(one.known_by), one.id), default=self.common)

    def names(self, field_name: str) -> tuple[str, ...]:
        """Return all headings of a field in the common format, the template's first."""
        return tuple(name for rank in self.common.columns[field_name] for name in rank)


def read_adapter(text: str, source: str) -> Adapter:
    """Read a format from its TOML text. Raises InputError with every problem in it."""
    reader = Reader(parse_toml(text, source), source=source)
    adapter_id, title = reader.text("id"), reader.words("title")
    seen = reader.text("seen")
    confidence = reader.choice("confidence", CONFIDENCES)
    known_by = tuple(
        frozenset(key for name in one.split("|") for key in (full_key(name), heading_key(name)))
        for one in reader.texts("known_by")
    )
    columns = {name: _ranks(ranks) for name, ranks in dict(reader.anything("columns")).items()}
    words = {
        name: {word_key(word): str(meaning) for word, meaning in listed.items()}
        for name, listed in (dict(reader.anything("words")) if reader.has("words") else {}).items()
    }
    settings = dict(reader.anything("settings")) if reader.has("settings") else {}
    reader.finish()
    return Adapter(
        adapter_id,
        title,
        seen,
        confidence=confidence,
        known_by=known_by,
        columns=columns,
        words=words,
        settings=settings,
    )


def _ranks(written: object) -> tuple[tuple[str, ...], ...]:
    if not isinstance(written, list) or not written:
        raise ValueError(f"headings are listed in brackets, not {written!r}")
    ranks = written if isinstance(written[0], list) else [written]
    return tuple(tuple(str(name) for name in rank) for rank in ranks)


@cache
def library(kind: str) -> Library:
    """Return the formats included in the package. kind: ``statements`` or ``rights``."""
    adapters = [read_adapter(text, name) for name, text in shipped_texts("adapters", kind)]
    common = next(one for one in adapters if one.id == COMMON)
    return Library(common, tuple(one for one in adapters if one.id != COMMON))
