"""The due-diligence checklist: its items on a day, and the missing parts."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from zhirong.kernel.errors import Problem
from zhirong.kernel.rulebook import Reference, Rulebook
from zhirong.kernel.text import Text
from zhirong.kernel.transitions import Transitions

PREFIX = "diligence.item."
TITLE_INVESTIGATION = "title_investigation"
_LAST = 10_000  # former items follow all others


class CheckState(StrEnum):
    """The state of an item."""

    OPEN = "open"
    DONE = "done"
    WAIVED = "waived"


CHECK_STATE_TEXT: Mapping[CheckState, Text] = {
    CheckState.OPEN: Text("未做", "open"),
    CheckState.DONE: Text("已做", "done"),
    CheckState.WAIVED: Text("免予办理", "waived"),
}


CHECK_TRANSITIONS = Transitions(
    Text("尽调事项", "checklist item"),
    CHECK_STATE_TEXT,
    frozenset({CheckState.OPEN}),
    {
        CheckState.OPEN: frozenset({CheckState.DONE, CheckState.WAIVED}),
        # An entry can be changed as long as the lender works on the case.
        CheckState.DONE: frozenset({CheckState.WAIVED}),
        CheckState.WAIVED: frozenset({CheckState.DONE}),
    },
)


class DiligenceVerdict(StrEnum):
    """The finding of an item."""

    CLEAR = "clear"
    NOTABLE = "notable"
    ADVERSE = "adverse"


VERDICT_TEXT: Mapping[DiligenceVerdict, Text] = {
    DiligenceVerdict.CLEAR: Text("无异常", "no adverse finding"),
    DiligenceVerdict.NOTABLE: Text("有需说明的事项", "matters to consider"),
    DiligenceVerdict.ADVERSE: Text("不利", "adverse"),
}


@dataclass(frozen=True, slots=True)
class CheckRule:
    """One item of the list. how: what to do. needs_evidence: a file is required. can_be_waived: with a reason."""

    id: str
    title: Text
    how: Text
    needs_evidence: bool
    can_be_waived: bool
    order: int
    reference: Reference


@dataclass(frozen=True, slots=True)
class DiligenceRule:
    """The entry for an item."""

    item: str
    state: str
    verdict: str
    finding: str
    has_evidence: bool


def checklist(rules: Rulebook, day: date) -> tuple[CheckRule, ...]:
    """Return the items of a day, in the order of the work."""
    found = []
    for rule_id in rules.ids():
        version = rules.find(rule_id, day) if rule_id.startswith(PREFIX) else None
        if version is not None:
            value = version.value
            found.append(
                CheckRule(
                    rule_id.removeprefix(PREFIX),
                    version.title,
                    Text(value["how"]["zh"], value["how"]["en"]),
                    bool(value["evidence"]),
                    bool(value["can_be_waived"]),
                    int(value["order"]),
                    version.reference,
                )
            )
    return tuple(sorted(found, key=lambda one: (one.order, one.id)))


def rules_of_items(items: Iterable[str], rules: Rulebook, days: Iterable[date]) -> dict[str, CheckRule]:
    """Return the rule of each item: as of the last one of ``days`` (in their order) that has it; if none has, ``former_item``."""
    known = {rule.id: rule for day in days for rule in checklist(rules, day)}
    return {item: known.get(item) or former_item(item) for item in items}


def former_item(item: str) -> CheckRule:
    """Return a substitute for an item whose rule no longer exists, for example because its policy was withdrawn.
    The item can still be completed, or waived with a reason.
    """
    note = Text("现行规则已无此项", "no rule contains this item any more")
    return CheckRule(
        item,
        Text(f"已停用的调查项（{item}）", f"former item ({item})"),
        Text(
            f"{note.zh}；请填写已做的调查，或说明理由后免予办理",
            f"{note.en}; record what was checked, or waive it with a reason",
        ),
        needs_evidence=False,
        can_be_waived=True,
        order=_LAST,
        reference=Reference("", "", "", "", "unconfirmed", note=note),
    )


def entry_problems(rule: CheckRule, entry: DiligenceRule) -> list[Problem]:
    """Return the missing parts of an entry. An item that contradicts the rule is rejected, not noted."""
    found = []
    if not entry.finding.strip():
        found.append(
            Problem(
                "finding",
                "",
                Text("未填写结论或理由", "the finding or the reason is missing"),
                Text("请填写调查内容和结果", "state what was checked and the result"),
                "no_finding",
            )
        )
    if entry.state == CheckState.WAIVED and not rule.can_be_waived:
        found.append(
            Problem(
                "outcome",
                rule.title.zh,
                Text("该项必须办理", "this item cannot be waived"),
                Text("请完成该项", "complete it"),
                "not_waivable",
            )
        )
    if entry.state == CheckState.DONE and rule.needs_evidence and not entry.has_evidence:
        found.append(
            Problem(
                "file",
                rule.title.zh,
                Text("该项须附证据文件", "this item requires an evidence file"),
                Text("请上传扫描件或下载的查询页", "upload a scan or the downloaded page"),
                "no_evidence",
            )
        )
    return found


def open_items(rules: Sequence[CheckRule], entries: Sequence[DiligenceRule]) -> tuple[CheckRule, ...]:
    """Return the items that are neither done nor waived, including those without any entry."""
    settled = {one.item for one in entries if one.state != CheckState.OPEN}
    return tuple(rule for rule in rules if rule.id not in settled)


def adverse_items(rules: Sequence[CheckRule], entries: Sequence[DiligenceRule]) -> tuple[CheckRule, ...]:
    """Return the items whose finding is adverse to the loan."""
    bad = {one.item for one in entries if one.verdict == DiligenceVerdict.ADVERSE}
    return tuple(rule for rule in rules if rule.id in bad)
