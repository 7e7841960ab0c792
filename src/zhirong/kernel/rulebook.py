"""Rules at a date: the only way the program reads a number defined by a rule.

A rule file is TOML without code. It holds ``[[rule]]`` tables, each with an ``id``, a ``title`` (zh, en), a
``unit`` and ``[[rule.version]]`` tables: ``value``, ``valid_from``, ``valid_to`` (the last day it is in force),
``region``, ``issuer``, ``document``, ``article``, ``quotation``, ``confidence`` and optionally ``note``.
"""

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from zhirong.kernel.fields import Reader, parse_toml
from zhirong.kernel.money import Fen, parse_yuan
from zhirong.kernel.text import Text

if TYPE_CHECKING:  # importing it takes a twentieth of the start of a command
    from importlib.resources.abc import Traversable

Confidence = Literal["verified", "secondary", "unconfirmed", "assumed"]
LANGUAGE_FOLDERS = ("modes", "funds")  # of files in the mode language
CONFIDENCES: tuple[Confidence, ...] = ("verified", "secondary", "unconfirmed", "assumed")
CONFIDENCE_TEXT: Mapping[str, Text] = {
    "verified": Text("已核对原文", "verified in the source text"),
    "secondary": Text("二手来源", "from a secondary source"),
    "unconfirmed": Text("未确认", "unconfirmed"),
    "assumed": Text("假设", "assumed"),
}
UNITS = (
    "fen",
    "yuan",
    "rate",
    "bp",
    "years",
    "months",
    "days",
    "working_days",
    "count",
    "points",
    "text",
    "table",
)

COUNTRY = "CN"


@dataclass(frozen=True, slots=True)
class Reference:
    """The source of a value, shown next to every number that depends on it.

    issuer, document, article, quotation: as in the source, empty if the source gives none.
    valid_from, valid_to: first and last day in force; None is open or unknown.
    pack: id and version of the policy pack that it comes from, empty for the rules that come with the package.
    """

    issuer: str
    document: str
    article: str
    quotation: str
    confidence: Confidence
    region: str = COUNTRY
    valid_from: date | None = None
    valid_to: date | None = None
    note: Text | None = None
    pack: str = ""

    @property
    def doubtful(self) -> bool:
        """Return whether no source confirms it; it must be marked as such wherever it is used."""
        return self.confidence in ("unconfirmed", "assumed")

    def holds(self, day: date) -> bool:
        """Return whether ``day`` is within its dates; an unknown end is open."""
        after_start = self.valid_from is None or self.valid_from <= day
        return after_start and (self.valid_to is None or day <= self.valid_to)

    def as_text(self, lang: Literal["zh", "en"] = "zh") -> str:
        """One line: issuer, document, article, its pack and, unless verified in the source, its confidence."""
        words = " ".join(part for part in (self.issuer, self.document, self.article) if part)
        if self.note is not None and not words:
            words = self.note.in_(lang)
        mark = "" if self.confidence == "verified" else f"[{CONFIDENCE_TEXT[self.confidence].in_(lang)}]"
        pack = ("[政策包 " if lang == "zh" else "[policy pack ") + f"{self.pack}]" if self.pack else ""
        return " ".join(part for part in (words, pack, mark) if part)

    def as_json(self) -> dict[str, object]:
        """Stable keys for programs. ``pack`` is there only for a rule of a policy pack."""
        return {
            "issuer": self.issuer,
            "document": self.document,
            "article": self.article,
            "quotation": self.quotation,
            "confidence": self.confidence,
            "region": self.region,
            "valid_from": None if self.valid_from is None else self.valid_from.isoformat(),
            "valid_to": None if self.valid_to is None else self.valid_to.isoformat(),
            "note": None if self.note is None else self.note.as_json(),
            **({"pack": self.pack} if self.pack else {}),
        }


@dataclass(frozen=True, slots=True)
class RuleValue:
    """The value of a rule on one day in one region, with its reference."""

    id: str
    title: Text
    unit: str
    value: Any
    reference: Reference

    def number(self) -> Decimal:
        """The value as an exact decimal."""
        if isinstance(self.value, bool) or not isinstance(self.value, int | Decimal):
            raise RuleError(f"{self.id} is not a number: {self.value!r}")
        return Decimal(self.value)

    def whole(self) -> int:
        """The value as a whole number."""
        if isinstance(self.value, bool) or not isinstance(self.value, int):
            raise RuleError(f"{self.id} is not a whole number: {self.value!r}")
        return self.value

    def fen(self) -> Fen:
        """An amount that the rule states in yuan, in fen."""
        if self.unit != "yuan":
            raise RuleError(f"{self.id} is in {self.unit}, not in yuan")
        return parse_yuan(self.value)


@dataclass(frozen=True, slots=True)
class Bounds:
    """The values that a policy pack may set: from ``least`` to ``most``, inclusive, or one of a list of words."""

    least: Decimal | None = None
    most: Decimal | None = None
    one_of: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Rule:
    """One rule over time: all its versions; no two overlap in the same region. bounds: None is unrestricted."""

    id: str
    title: Text
    unit: str
    versions: tuple[RuleValue, ...]
    bounds: Bounds | None = None


class RuleError(LookupError):
    """A rule that does not exist, or has no version for that day and region. This is a fault of the rule files, not
    of the user's input.
    """


@dataclass(frozen=True, slots=True)
class PackFile:
    """One file of a pack. name: with its folders, ``/`` between them. digest: SHA-256 of its bytes, in hex."""

    name: str
    text: str
    digest: str


@dataclass(frozen=True, slots=True, eq=False)
class Pack:
    """One policy pack as it was read, identified by its digest. issuer_kind: a key of ISSUER_KINDS. region: where
    its rules apply, ``CN`` for everywhere. lender: the lender to whose business it applies, empty for any.
    valid_from: none of its rules applies earlier. digest: SHA-256 of all its files, in hex.
    """

    id: str
    title: Text
    version: str
    issuer_kind: str
    issuer: Text
    region: str
    lender: str
    valid_from: date
    digest: str
    folder: Path
    files: tuple[PackFile, ...] = field(repr=False)
    rules: tuple[Rule, ...] = field(repr=False)

    @property
    def mark(self) -> str:
        """Label shown next to a value: id and version."""
        return f"{self.id} {self.version}"

    def language_files(self) -> tuple[PackFile, ...]:
        """Its files in the mode language, modes first."""
        return tuple(
            file for folder in LANGUAGE_FOLDERS for file in self.files if file.name.startswith(f"{folder}/")
        )

    def as_text(self, lang: str = "zh") -> str:
        """One line: title, id, version, first day, and the beginning of the digest."""
        title = self.title.zh if lang == "zh" else self.title.en
        return (
            f"{title}（{self.mark}，自 {self.valid_from}，{self.digest[:16]}）"
            if lang == "zh"
            else f"{title} ({self.mark}, from {self.valid_from}, {self.digest[:16]})"
        )

    def as_json(self) -> dict[str, object]:
        """Stable keys for programs. The digest names the content exactly; the folder is not part of it."""
        return {
            "id": self.id,
            "title": self.title.as_json(),
            "version": self.version,
            "issuer": {"kind": self.issuer_kind, "name": self.issuer.as_json()},
            "scope": {"region": self.region, "lender": self.lender},
            "valid_from": self.valid_from.isoformat(),
            "digest": self.digest,
        }


class Rulebook:
    """All rules that a program uses. packs: the policy packs that override those of the package, the one with the
    highest priority last.
    """

    def __init__(self, rules: Iterable[Rule], packs: tuple[Pack, ...] = ()) -> None:
        self._rules = {rule.id: rule for rule in rules}
        self._version = ""  # calculated on first use
        self._derived: dict[str, dict[Any, Any]] = {}
        self.packs = packs

    def __contains__(self, rule_id: object) -> bool:
        return rule_id in self._rules

    def rule(self, rule_id: str) -> Rule:
        """A rule with all its versions. Raises RuleError."""
        if rule_id not in self._rules:
            raise RuleError(f"no rule {rule_id}")
        return self._rules[rule_id]

    def at(self, rule_id: str, day: date, region: str = COUNTRY) -> RuleValue:
        """The value of the rule on ``day`` in ``region`` (a GB/T 2260 code of six digits, or ``CN``).

        A city without its own version uses that of its province, a province that of the country. Raises RuleError
        if no version is in force that day.
        """
        found = self.find(rule_id, day, region)
        if found is None:
            raise RuleError(f"no version of {rule_id} is in force on {day} in {region}")
        return found

    def find(self, rule_id: str, day: date, region: str = COUNTRY) -> RuleValue | None:
        """Return the same as ``at``, or None if no version is in force that day. Raises RuleError if there is no
        such rule.
        """
        rule = self.rule(rule_id)
        for place in wider_regions(region):
            for version in rule.versions:
                if version.reference.region == place and version.reference.holds(day):
                    return version
        return None

    def derived(self, name: str) -> dict[Any, Any]:
        """Return a cache for results calculated from these rules alone. It lives as long as the rules."""
        return self._derived.setdefault(name, {})

    def ids(self) -> tuple[str, ...]:
        """Return every rule's id, sorted."""
        return tuple(sorted(self._rules))

    def version(self) -> str:
        """Return the fingerprint of all rules (SHA-256 in hex, 16 characters), stored with every decision made
        under them.

        With policy packs it also covers their ids, versions, full contents and order.
        """
        if not self._version:
            self._version = self._calculated_version()
        return self._version

    def _calculated_version(self) -> str:
        content: list[list[Any]] = [
            [v.id, v.unit, v.value, v.reference.as_json()] for rule in self._rules.values() for v in rule.versions
        ]
        content += [["pack", number, pack.mark, pack.digest] for number, pack in enumerate(self.packs)]
        text = json.dumps(sorted(content, key=lambda row: json.dumps(row, default=str)), default=str)
        from hashlib import sha256  # here: loading it takes a twentieth of the start of a command

        return sha256(text.encode()).hexdigest()[:16]

    def merged_with(self, rules: Iterable[Rule]) -> "Rulebook":
        """Return a rulebook in which ``rules`` replace those of the same id."""
        return Rulebook({**self._rules, **{rule.id: rule for rule in rules}}.values(), self.packs)

    def packs_as_json(self) -> list[dict[str, object]]:
        """Return the policy packs behind an answer, for its JSON."""
        return [pack.as_json() for pack in self.packs]


def wider_regions(region: str) -> tuple[str, ...]:
    """Return a region and the regions that contain it, smallest first: ``440106`` gives district, city, province,
    country.
    """
    if region == COUNTRY or len(region) != 6:
        return (region,) if region == COUNTRY else (region, COUNTRY)
    chain = [region, region[:4] + "00", region[:2] + "0000", COUNTRY]
    return tuple(dict.fromkeys(chain))


@lru_cache(maxsize=256)
def read_rules(text: str, source: str) -> tuple[Rule, ...]:
    """Read the rules of one file. Raises InputError that lists every problem in it.

    The same text is read once per process: a rule never changes, and reading all files takes a third of a second.
    """
    reader = Reader(parse_toml(text, source), source=source)
    reader.optional_text("about")
    rules = tuple(rule for entry in reader.tables("rule") if (rule := _read_rule(entry)) is not None)
    reader.finish()
    return rules


def shipped_rules() -> "Traversable":
    """Return the folder of rule files in the package."""
    return Path(__file__).resolve().parent.parent / "rules"


def shipped_texts(*folders: str) -> list[tuple[str, str]]:
    """Return name and text of each TOML file in one folder of the package's rules, in the order of their names."""
    folder = shipped_rules()
    for name in folders:
        folder = folder / name
    files = sorted(folder.iterdir(), key=lambda file: file.name)
    return [(file.name, file.read_text(encoding="utf-8")) for file in files if file.name.endswith(".toml")]


def rule_files(root: "Path | Traversable") -> "list[Path | Traversable]":
    """Rule files below a folder in the order of their paths, without the mode language and the formats of files."""
    found: list[Path | Traversable] = []
    for entry in sorted(root.iterdir(), key=lambda item: item.name):
        if entry.is_dir():
            if entry.name not in ("modes", "funds", "adapters"):
                found.extend(rule_files(entry))
        elif entry.name.endswith(".toml"):
            found.append(entry)
    return found


def _read_rule(reader: Reader) -> Rule | None:
    rule_id = reader.text("id")
    title = reader.words("title")
    unit = reader.choice("unit", UNITS)
    bounds = _read_bounds(reader.optional_table("bounds"))
    versions = [_read_version(entry, rule_id, title, unit) for entry in reader.tables("version")]
    if not versions:
        reader.problem(
            "version",
            "",
            "no_version",
            Text("规则没有任何版本", "the rule has no version"),
            Text("请至少填写一个 [[rule.version]]", "add at least one [[rule.version]]"),
        )
    for index, version in enumerate(versions):
        for other in versions[:index]:
            if version.reference.region == other.reference.region and _overlap(version.reference, other.reference):
                reader.problem(
                    f"version[{index + 1}]",
                    _days_of(version.reference),
                    "versions_overlap",
                    Text(
                        "与同一地区的另一版本日期重叠",
                        "its dates overlap another version for the same region",
                    ),
                    Text(
                        "请为前一版本填写 valid_to（最后一天）",
                        "add a valid_to (its last day) to the earlier version",
                    ),
                )
    reader.finish()
    return Rule(rule_id, title, unit, tuple(versions), bounds)


def _read_bounds(reader: Reader | None) -> Bounds | None:
    if reader is None:
        return None
    bounds = Bounds(reader.optional_number("least"), reader.optional_number("most"), reader.texts("one_of"))
    reader.finish()
    return bounds


def _read_version(reader: Reader, rule_id: str, title: Text, unit: str) -> RuleValue:
    value = reader.anything("value")
    reference = read_reference(reader)
    reader.finish()
    return RuleValue(rule_id, title, unit, value, reference)


def read_reference(reader: Reader) -> Reference:
    """Read issuer, document, article, quotation, confidence, region, dates and note from a reader's fields."""
    confidence = reader.choice("confidence", CONFIDENCES)
    valid_from = reader.optional_day("valid_from")
    valid_to = reader.optional_day("valid_to")
    reference = Reference(
        issuer=reader.optional_text("issuer"),
        document=reader.optional_text("document"),
        article=reader.optional_text("article"),
        quotation=reader.optional_text("quotation", "none"),
        confidence=confidence,  # type: ignore[arg-type]
        region=reader.optional_text("region", COUNTRY),
        valid_from=valid_from,
        valid_to=valid_to,
        note=reader.optional_words("note"),
    )
    if valid_from is not None and valid_to is not None and valid_to < valid_from:
        reader.problem(
            "valid_to",
            valid_to.isoformat(),
            "dates_reversed",
            Text("最后一天早于第一天", "the last day comes before the first"),
            Text("请更正 valid_from 或 valid_to", "correct valid_from or valid_to"),
        )
    if not reference.doubtful and not (reference.issuer or reference.document):
        reader.problem(
            "issuer",
            "",
            "no_source",
            Text("没有来源", "no source is given"),
            Text(
                "请填写 issuer 或 document；无来源的，confidence 请填写 unconfirmed 或 assumed",
                "enter an issuer or a document, or set confidence to unconfirmed or assumed",
            ),
        )
    return reference


def _days_of(reference: Reference) -> str:
    """Return the days of a version as in the file; open ends stay open."""
    first, last = reference.valid_from, reference.valid_to
    return f"{first.isoformat() if first else '…'} – {last.isoformat() if last else '…'}"


def _overlap(one: Reference, other: Reference) -> bool:
    starts_before_end = one.valid_from is None or other.valid_to is None or one.valid_from <= other.valid_to
    ends_after_start = one.valid_to is None or other.valid_from is None or one.valid_to >= other.valid_from
    return starts_before_end and ends_after_start
