"""The rules in use: every rule with its dated values and sources, and the changes of the rulebook.

The package contains the rule files; ZHIRONG_RULES names further policy packs. Each decision's event contains the
version of the rulebook. When the platform starts with another version than before, it records an event with a
fingerprint of every rule, so that anybody can see which rules have changed between two versions.
"""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from typing import Annotated, Any

from zhirong import workbench
from zhirong.evidence import canonical
from zhirong.evidence.entries import entry_of_bytes
from zhirong.kernel.fields import parse_toml
from zhirong.kernel.rulebook import Rule, read_rules, rule_files, shipped_rules
from zhirong.kernel.text import Text
from zhirong.operations.actors import WORKER
from zhirong.operations.declare import Call, operation
from zhirong.operations.fields import Line, Request, ask
from zhirong.operations.refusals import refuse
from zhirong.operations.rulebook import pack_mark, rulebook, rules_version
from zhirong.operations.run import run_operation
from zhirong.operations.unit_of_work import Work
from zhirong.store import models

KIND = "rules.changed"
_SHORT = 16


class RulesChanged(Request):
    """The rulebook's version, a fingerprint of each rule by name, and the policy packs: id, version, digest."""

    version: Annotated[Line, ask("版本", "Version")]
    rules: Annotated[dict[str, str], ask("各规则的指纹", "Fingerprint of each rule")]
    packs: Annotated[list[str], ask("政策包", "Policy packs")] = []


@operation(KIND, Text("规则版本变更", "The rulebook has changed"), request=RulesChanged, is_background=True)
def rules_changed(work: Work, request: RulesChanged) -> Any:
    """Record the rules in the log; nothing else is written."""
    if request.version != rules_version():
        raise refuse(
            "other_version",
            "version",
            request.version,
            Text("不是当前规则版本", "not the current version"),
            Text(f"当前为 {rules_version()}", f"the current version is {rules_version()}"),
        )
    work.public["version"] = request.version


def note_rules(now: datetime) -> bool:
    """At the start, record the version of the rules if it has changed; returns whether it has.

    Raises InputError if a policy pack or one of its modes is wrong, because no decision may use it.
    """
    if rulebook().packs:
        workbench.rules()
    latest = models.Event.objects.filter(kind=KIND).order_by("-index").first()
    packs = [pack_mark(pack) for pack in rulebook().packs]
    data = {"version": rules_version(), "rules": fingerprints(), "packs": packs}
    if latest is not None and _request(latest) == data:
        return False
    index = -1 if latest is None else latest.index
    run_operation(KIND, Call(WORKER, now, f"rules/{rules_version()}/{index}"), None, data)
    return True


def fingerprints() -> dict[str, str]:
    """Return a short fingerprint of every rule (all versions with their sources) and of every file of modes and
    funds.
    """
    book = rulebook()
    rules = {rule_id: _fingerprint(book.rule(rule_id)) for rule_id in book.ids()}
    return rules | {one.name: one.fingerprint for one in language_files()}


def _fingerprint(rule: Rule) -> str:
    content = [[one.unit, one.value, one.reference.as_json()] for one in rule.versions]
    text = json.dumps(content, default=str, ensure_ascii=False, sort_keys=True)
    return hashlib.sha256(text.encode()).hexdigest()[:_SHORT]


def _request(event: models.Event) -> dict[str, Any]:
    content = canonical.decode(event.content.encode())
    found: dict[str, Any] = {
        "packs": [],
        **json.loads(content["request"]),
    }  # events from before policy packs existed name none
    return found


@dataclass(frozen=True, slots=True)
class RulesDifference:
    """The differences between the rulebook of this program and the last one in use. added, changed, removed: names
    of rules and of files of modes.
    """

    before: str
    after: str
    added: tuple[str, ...]
    changed: tuple[str, ...]
    removed: tuple[str, ...]

    def as_json(self) -> dict[str, object]:
        """Return a dictionary with stable keys for programs."""
        return {
            "before": self.before,
            "after": self.after,
            "added": list(self.added),
            "changed": list(self.changed),
            "removed": list(self.removed),
        }


def coming_rules() -> RulesDifference | None:
    """Return the rule changes that the next start will record; None if nothing has changed. Reads databases of any
    version.
    """
    latest = models.Event.objects.filter(kind=KIND).only("content").order_by("-index").first()
    before: dict[str, Any] = {"version": "", "rules": {}} if latest is None else _request(latest)
    if before["version"] == rules_version():
        return None
    old, new = before["rules"], fingerprints()
    return RulesDifference(before["version"], rules_version(), *_difference(old, new))


def _difference(
    old: Mapping[str, str], new: Mapping[str, str]
) -> tuple[tuple[str, ...], tuple[str, ...], tuple[str, ...]]:
    """Return the added, changed and removed names."""
    changed = (name for name in set(new) & set(old) if new[name] != old[name])
    return tuple(sorted(set(new) - set(old))), tuple(sorted(changed)), tuple(sorted(set(old) - set(new)))


@dataclass(frozen=True, slots=True)
class Changed:
    """One change of the rulebook. added, changed, removed: names of rules; all are empty for the first version.
    packs: the policy packs in use afterwards.
    """

    index: int
    time: str
    version: str
    added: tuple[str, ...]
    changed: tuple[str, ...]
    removed: tuple[str, ...]
    packs: tuple[str, ...]


def history() -> list[Changed]:
    """Return every version of the rules that the platform has used, latest first."""
    found: list[Changed] = []
    before: Mapping[str, str] | None = None
    for event in models.Event.objects.filter(kind=KIND).order_by("index"):
        said = _request(event)
        rules = said["rules"]
        old: Mapping[str, str] = rules if before is None else before
        found.append(
            Changed(
                event.index,
                entry_of_bytes(event.entry.encode()).time,
                said["version"],
                *_difference(old, rules),
                tuple(said["packs"]),
            )
        )
        before = rules
    return found[::-1]


@dataclass(frozen=True, slots=True)
class RuleFile:
    """One file of rules. doubtful: number of its rules with a value that no source confirms."""

    name: str
    rules: tuple[Rule, ...]
    doubtful: int


@cache
def files() -> tuple[RuleFile, ...]:
    """Return the rule files of the package in the order of their paths, then those of the policy packs."""
    root = str(shipped_rules())
    found = []
    for file in rule_files(shipped_rules()):
        rules = read_rules(file.read_text(encoding="utf-8"), file.name)
        doubtful = sum(is_doubtful(rule) for rule in rules)
        found.append(RuleFile(str(file).removeprefix(root).lstrip("/"), rules, doubtful))
    for pack in rulebook().packs:
        found.append(RuleFile(pack.mark, pack.rules, sum(is_doubtful(rule) for rule in pack.rules)))
    return tuple(found)


@dataclass(frozen=True, slots=True)
class LanguageFile:
    """A file of a financing mode or a fund in the mode language. name: with its folder, such as
    ``modes/xixian.toml``.
    """

    name: str
    title: Text
    text: str
    fingerprint: str


@cache
def language_files() -> tuple[LanguageFile, ...]:
    """Return the files of modes and funds in the package, then those of the policy packs, named with the pack's id."""
    named = [
        (f"{folder}/{file.name}", file.read_text(encoding="utf-8"))
        for folder in ("funds", "modes")
        for file in sorted((shipped_rules() / folder).iterdir(), key=lambda one: one.name)
    ]
    named += [(f"{pack.id}/{file.name}", file.text) for pack in rulebook().packs for file in pack.language_files()]
    found = []
    for name, text in named:
        title = parse_toml(text, name).get("title")
        words = Text(title["zh"], title["en"]) if isinstance(title, dict) else Text(name, name)
        digest = hashlib.sha256(text.encode()).hexdigest()[:_SHORT]
        found.append(LanguageFile(name, words, text, digest))
    return tuple(found)


def is_doubtful(rule: Rule) -> bool:
    """Return whether one of its values is assumed or not confirmed by a source."""
    return any(one.reference.doubtful for one in rule.versions)


def rule(rule_id: str) -> Rule | None:
    """Return a rule by its name."""
    return rulebook().rule(rule_id) if rule_id in rulebook() else None
