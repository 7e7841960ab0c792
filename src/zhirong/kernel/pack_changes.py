"""The changes made by policy packs: every rule in every region from a day on, with its value before and after, and
what it affects.
"""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from zhirong.kernel.rulebook import COUNTRY, Rulebook, RuleValue
from zhirong.kernel.text import Text

_SHOWN = 100  # characters of a value in a list
# The subject of the rules with a prefix, to show a reader of a pack what it affects. The longest matching prefix counts.
CONCERNS: Mapping[str, Text] = {
    "appraisal": Text("评估价值", "appraised values"),
    "calendar": Text("到期日和起算日", "due days and time limits"),
    "case": Text("申请和尽调的办理", "applications and due diligence"),
    "contract": Text("合同条款", "contract terms"),
    "credit": Text("信用评级和准入", "credit grades and eligibility"),
    "diligence": Text("尽调清单", "due-diligence checklist"),
    "import": Text("文件导入", "imports of files"),
    "guarantor": Text("担保人的额度", "guarantors' limits"),
    "indicators": Text("指标得分", "scores of indicator systems"),
    "lending": Text("审批、分类、拨备和利率", "approval, classification, provisions and rates"),
    "limit": Text("授信额度", "credit limits"),
    "limit.price": Text("定价", "pricing"),
    "mode": Text("融资模式是否在有效期内", "whether modes are in force"),
    "plausible": Text("输入的合理范围", "plausible ranges of inputs"),
    "policy": Text("各机构的政策", "policies of organisations"),
    "practice": Text("评估机构的执业", "appraisal practice"),
    "quote": Text("报价", "quotes"),
    "recovery": Text("违约后的期限、费用和处置", "periods, costs and disposal after a default"),
    "recovery.clock": Text("保证期间、时效等期限", "guarantee periods, limitation and other clocks"),
    "regions": Text("地区资料", "data of regions"),
    "registration": Text("质押登记", "registration of pledges"),
    "release": Text("放款条件", "conditions of disbursement"),
    "right": Text("权利的期限和费用", "terms and fees of rights"),
    "subsidy": Text("补贴", "subsidies"),
    "watch": Text("贷后预警", "warnings on current loans"),
}


@dataclass(frozen=True, slots=True)
class Change:
    """One rule in one region from a day on, before and after the change. None: there is no version. until: the last
    day; None means open.
    """

    id: str
    region: str
    since: date
    until: date | None
    before: RuleValue | None
    after: RuleValue | None

    @property
    def concern(self) -> Text:
        """Return the subject of the rule, by the prefix of its id."""
        words = self.id.split(".")
        known = (CONCERNS.get(".".join(words[:count])) for count in range(len(words), 0, -1))
        return next((one for one in known if one is not None), Text("其他", "other"))


def changes(before: Rulebook, after: Rulebook) -> list[Change]:
    """Return every rule, region and span of days in which two rulebooks differ, in the order of ids, regions and
    days.
    """
    found: list[Change] = []
    for rule_id in sorted({*before.ids(), *after.ids()}):
        versions = [
            one.reference for book in (before, after) if rule_id in book for one in book.rule(rule_id).versions
        ]
        if not any(one.pack for one in versions):
            continue
        starts = {one.valid_from or date.min for one in versions}
        starts |= {
            one.valid_to + timedelta(days=1)
            for one in versions
            if one.valid_to is not None and one.valid_to < date.max
        }
        days = sorted(starts)
        for region in sorted({one.region for one in versions}, key=lambda code: (code != COUNTRY, code)):
            found += _changes_in(before, after, (rule_id, region), days)
    return found


def _changes_in(before: Rulebook, after: Rulebook, what: tuple[str, str], days: list[date]) -> list[Change]:
    found: list[Change] = []
    for number, day in enumerate(days):
        old, new = (book.find(what[0], day, what[1]) if what[0] in book else None for book in (before, after))
        if _said(old) == _said(new):
            continue
        until = days[number + 1] - timedelta(days=1) if number + 1 < len(days) else None
        last = found[-1] if found else None
        if (
            last is not None
            and last.until is not None
            and last.until + timedelta(days=1) == day
            and (_said(last.before), _said(last.after)) == (_said(old), _said(new))
        ):
            found[-1] = Change(*what, last.since, until, last.before, last.after)
        else:
            found.append(Change(*what, day, until, old, new))
    return found


def _said(value: RuleValue | None) -> object:
    """Return what counts as the same: value, unit and source, but not the days."""
    if value is None:
        return None
    source = value.reference
    return (value.value, value.unit, source.issuer, source.document, source.article, source.confidence)


def differences(before: RuleValue | None, after: RuleValue | None, lang: str) -> Iterator[tuple[str, str, str]]:
    """Return name, old and new value of every place in which two values differ; one row without a name if they are
    no tables.
    """
    old = {} if before is None else dict(leaves(before.value))
    new = {} if after is None else dict(leaves(after.value))
    differing = [name for name in dict.fromkeys([*old, *new]) if old.get(name) != new.get(name)]
    for name in differing:
        yield name, old.get(name, "—"), new.get(name, "—")
    if not differing and before is not None and after is not None:
        sources = [one.reference.as_text("zh" if lang == "zh" else "en") or "—" for one in (before, after)]
        yield "", sources[0], sources[1]


def leaves(value: Any, name: str = "") -> Iterator[tuple[str, str]]:
    """Return every number and word in a value with its place in it."""
    if isinstance(value, dict) and value:
        for key, inner in value.items():
            yield from leaves(inner, f"{name}.{key}" if name else str(key))
    elif isinstance(value, list | tuple) and any(isinstance(inner, dict | list | tuple) for inner in value):
        for number, inner in enumerate(value, 1):
            yield from leaves(inner, f"{name}[{number}]")
    else:
        yield name, brief(value)


def brief(value: Any) -> str:
    text = value if isinstance(value, str) else json.dumps(plain_value(value), ensure_ascii=False)
    if isinstance(value, int | Decimal) and not isinstance(value, bool):
        text = f"{value:f}" if isinstance(value, Decimal) else str(value)
    return text if len(text) <= _SHOWN else text[: _SHOWN - 1] + "…"


def plain_value(value: Any) -> Any:
    """Return a value as in JSON: decimals as strings, days in ISO form."""
    if isinstance(value, Decimal):
        return f"{value:f}"
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, dict):
        return {str(name): plain_value(inner) for name, inner in value.items()}
    if isinstance(value, list | tuple):
        return [plain_value(inner) for inner in value]
    return value
