"""``zhirong rules``: print the rules in force, one rule with all versions and sources, or the changes by a policy
pack.
"""

import argparse
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

from zhirong.cli.days import day_of as named_day
from zhirong.cli.files import print_json
from zhirong.kernel.days import day_of
from zhirong.kernel.errors import InputError, Problem
from zhirong.kernel.pack_changes import Change, brief, changes, differences, leaves, plain_value
from zhirong.kernel.rulebook import CONFIDENCE_TEXT, COUNTRY, Rulebook, RuleError, RuleValue
from zhirong.kernel.text import Text

_WORDS = {
    "list": ("列出规则：某日的值、来源是否可靠、政策包", "list the rules: value on a day, confidence, policy pack"),
    "show": ("一条规则：全部版本和来源", "one rule: every version with its source"),
    "diff": ("政策包的变更及影响范围", "changes by a policy pack, and the areas concerned"),
}


def configure(parser: argparse.ArgumentParser) -> None:
    """Add the sub-commands and their options."""
    actions = parser.add_subparsers(dest="action", required=True, metavar=" | ".join(_WORDS))
    common = argparse.ArgumentParser(add_help=False)
    common.add_argument("--lang", choices=("zh", "en"), default=argparse.SUPPRESS, help="语言 / language")
    common.add_argument("--json", action="store_true", help="机器可读 / for programs")
    added = {
        name: actions.add_parser(name, help=" / ".join(words), parents=[common]) for name, words in _WORDS.items()
    }
    for name in ("list", "show"):
        added[name].add_argument("--on", metavar="DATE", help="适用日期，默认今天 / the date, today by default")
        added[name].add_argument(
            "--region", default=COUNTRY, metavar="CODE", help="地区代码，如 440100 / a region of GB/T 2260"
        )
    added["list"].add_argument("--prefix", default="", help="规则名称的开头，如 quote. / beginning of the id")
    added["list"].add_argument(
        "--pack", action="store_true", help="仅列政策包设定的规则 / only rules set by a policy pack"
    )
    added["list"].add_argument("--assumed", action="store_true", help="仅列假设的规则 / only assumed rules")
    added["show"].add_argument("id", metavar="ID", help="规则名称 / id of the rule")
    added["diff"].add_argument(
        "folders",
        nargs="+",
        metavar="DIR",
        help="一个政策包：与现行规则比较；两个：前者与后者比较 / one pack: compared with the rules in force; two: one with the other",
    )


def run(options: argparse.Namespace) -> int:
    """Return 0, or 1 if ``diff`` finds a difference. Raises InputError for missing or unreadable files."""
    return {"list": _list, "show": _show, "diff": _diff}[options.action](options)


# -- list ---------------------------------------------------------------------------------------------------------


def _list(options: argparse.Namespace) -> int:
    from zhirong.kernel.rulebook_files import load_rulebook

    book, day = load_rulebook(), (named_day("--on", options.on) or day_of(datetime.now(UTC)))
    found = []
    for rule_id in book.ids():
        if not rule_id.startswith(options.prefix):
            continue
        value = book.find(rule_id, day, options.region)
        if options.pack and (value is None or not value.reference.pack):
            continue
        if options.assumed and (value is None or value.reference.confidence != "assumed"):
            continue
        found.append((rule_id, value))
    if options.json:
        print_json(
            {
                "on": day.isoformat(),
                "region": options.region,
                "rules_version": book.version(),
                "packs": book.packs_as_json(),
                "rules": [_listed_json(book, rule_id, value) for rule_id, value in found],
            }
        )
        return 0
    width = max((len(rule_id) for rule_id, _ in found), default=0)
    for rule_id, value in found:
        print(f"{rule_id:<{width}}  {_line(value, options.lang)}")
    _count(options, book, len(found), day)
    return 0


def _line(value: RuleValue | None, lang: str) -> str:
    if value is None:
        return "该日在该地区没有版本" if lang == "zh" else "no version on that day in that region"
    marks = []
    if value.reference.confidence != "verified":
        marks.append(CONFIDENCE_TEXT[value.reference.confidence].in_("zh" if lang == "zh" else "en"))
    if value.reference.pack:
        marks.append(value.reference.pack)
    shown = f"{brief(value.value)} {value.unit}" if value.unit not in ("table", "text") else brief(value.value)
    return f"{shown}  [{('，' if lang == 'zh' else ', ').join(marks)}]" if marks else shown


def _listed_json(book: Rulebook, rule_id: str, value: RuleValue | None) -> dict[str, Any]:
    rule = book.rule(rule_id)
    return {
        "id": rule_id,
        "title": rule.title.as_json(),
        "unit": rule.unit,
        "value": None if value is None else plain_value(value.value),
        "confidence": None if value is None else value.reference.confidence,
        "pack": "" if value is None else value.reference.pack,
        "versions": len(rule.versions),
    }


def _count(options: argparse.Namespace, book: Rulebook, count: int, day: date) -> None:
    if options.lang == "zh":
        print(f"\n{count} 条规则，{day}，规则版本 {book.version()}")
    else:
        print(f"\n{count} rules on {day}, rulebook {book.version()}")
    for pack in book.packs:
        print(("政策包：" if options.lang == "zh" else "policy pack: ") + pack.as_text(options.lang))


# -- show ---------------------------------------------------------------------------------------------------------


def _show(options: argparse.Namespace) -> int:
    from zhirong.kernel.rulebook_files import load_rulebook

    book, day = load_rulebook(), (named_day("--on", options.on) or day_of(datetime.now(UTC)))
    try:
        rule = book.rule(options.id)
    except RuleError as error:
        raise _unknown(options.id, book) from error
    in_force = book.find(rule.id, day, options.region)
    versions = sorted(
        rule.versions,
        key=lambda one: (
            one.reference.region != COUNTRY,
            one.reference.region,
            one.reference.valid_from or date.min,
        ),
    )
    if options.json:
        print_json(
            {
                "id": rule.id,
                "title": rule.title.as_json(),
                "unit": rule.unit,
                "on": day.isoformat(),
                "region": options.region,
                "rules_version": book.version(),
                "packs": book.packs_as_json(),
                "versions": [
                    {
                        "value": plain_value(one.value),
                        "in_force": one is in_force,
                        "reference": one.reference.as_json(),
                    }
                    for one in versions
                ],
            }
        )
        return 0
    zh = options.lang == "zh"
    print(
        f"{rule.id}\n{rule.title.zh if zh else rule.title.en}（{rule.unit}）"
        if zh
        else f"{rule.id}\n{rule.title.en} ({rule.unit})"
    )
    for one in versions:
        _print_version(one, options.lang, is_in_force=one is in_force)
    if in_force is None:
        print(f"\n{day} 在 {options.region} 没有版本" if zh else f"\nno version on {day} in {options.region}")
    return 0


def _print_version(one: RuleValue, lang: str, *, is_in_force: bool) -> None:
    zh, source = lang == "zh", one.reference
    first, last = source.valid_from or "…", source.valid_to or "…"
    mark = ("（现行）" if zh else " (in force)") if is_in_force else ""
    print(f"\n{source.region}  {first} — {last}{mark}")
    for line in leaves(one.value):
        print(f"  {line[0]} = {line[1]}" if line[0] else f"  {line[1]}")
    words = [part for part in (source.issuer, source.document, source.article) if part]
    confidence = CONFIDENCE_TEXT[source.confidence].in_("zh" if zh else "en")
    print(
        ("  来源：" if zh else "  source: ")
        + (" ".join(words) or "—")
        + (f"（{confidence}）" if zh else f" ({confidence})")
    )
    if source.quotation and source.quotation != "none":
        print(("  原文：" if zh else "  quotation: ") + source.quotation)
    if source.note is not None:
        print(("  说明：" if zh else "  note: ") + (source.note.zh if zh else source.note.en))
    if source.pack:
        print(("  政策包：" if zh else "  policy pack: ") + source.pack)


def _unknown(rule_id: str, book: Rulebook) -> InputError:
    from difflib import get_close_matches

    near = [one for one in book.ids() if one.startswith(rule_id)][:5] or get_close_matches(rule_id, book.ids(), n=3)
    hint = (
        Text(f"是否为 {'、'.join(near)}？", f"did you mean {', '.join(near)}?")
        if near
        else Text("请用 zhirong rules list 查看全部", "list all with zhirong rules list")
    )
    return InputError(
        [Problem("ID", rule_id, Text("该规则不存在", "the rule does not exist"), hint, "unknown_rule")]
    )


# -- diff ---------------------------------------------------------------------------------------------------------


def _diff(options: argparse.Namespace) -> int:
    from zhirong.kernel.packs import overlaid
    from zhirong.kernel.rulebook_files import load_rulebook
    from zhirong.workbench import faults_of_pack

    if len(options.folders) > 2:
        raise InputError(
            [
                Problem(
                    "DIR",
                    str(len(options.folders)),
                    Text("至多比较两个政策包", "at most two packs can be compared"),
                    Text("请填写一个或两个文件夹", "name one folder or two"),
                    "too_many",
                )
            ]
        )
    in_force = load_rulebook()
    folders = [Path(folder) for folder in options.folders]

    def under(folder: Path) -> Rulebook:
        if in_force.packs:
            return load_rulebook(packs=[*(pack.folder for pack in in_force.packs), folder])
        return overlaid(in_force, [folder], lambda pack: faults_of_pack(in_force, pack))

    before = in_force if len(folders) == 1 else under(folders[0])
    after = under(folders[-1])
    found = changes(before, after)
    modes = _mode_changes(before, after)
    if options.json:
        print_json(
            {
                "before": {"rules_version": before.version(), "packs": before.packs_as_json()},
                "after": {"rules_version": after.version(), "packs": after.packs_as_json()},
                "rules": [_change_json(one) for one in found],
                "modes": modes,
            }
        )
    else:
        _print_changes(found, modes, options.lang)
    return 1 if found or modes else 0


def _mode_changes(before: Rulebook, after: Rulebook) -> list[dict[str, str]]:
    """Return the modes that are added, changed or no longer overridden, by the text of their files."""
    from zhirong.mode_files import list_modes

    def texts(book: Rulebook) -> dict[str, tuple[str, str, str, str]]:
        inside = {pack.folder / file.name: file.digest for pack in book.packs for file in pack.language_files()}
        return {
            head.id: (inside.get(head.path, "package"), head.title_zh, head.title_en, head.pack)
            for head in list_modes(packs=book.packs)
        }

    old, new = texts(before), texts(after)
    rows = []
    for mode_id in sorted({*old, *new}):
        first, second = old.get(mode_id), new.get(mode_id)
        if first == second or (first and second and first[0] == second[0]):
            continue
        what = "added" if first is None else "removed" if second is None else "changed"
        named = second or first
        assert named is not None
        rows.append({"id": mode_id, "change": what, "title_zh": named[1], "title_en": named[2], "pack": named[3]})
    return rows


def _change_json(one: Change) -> dict[str, Any]:
    def side(value: RuleValue | None) -> dict[str, Any] | None:
        return (
            None if value is None else {"value": plain_value(value.value), "reference": value.reference.as_json()}
        )

    known = one.after or one.before
    assert known is not None
    return {
        "id": one.id,
        "title": known.title.as_json(),
        "unit": known.unit,
        "region": one.region,
        "from": None if one.since == date.min else one.since.isoformat(),
        "to": None if one.until is None else one.until.isoformat(),
        "concerns": one.concern.as_json(),
        "before": side(one.before),
        "after": side(one.after),
    }


def _print_changes(found: list[Change], modes: list[dict[str, str]], lang: str) -> None:
    zh = lang == "zh"
    for one in found:
        known = one.after or one.before
        assert known is not None
        since = "…" if one.since == date.min else one.since.isoformat()
        until = "" if one.until is None else (f" 至 {one.until}" if zh else f" to {one.until}")
        where = "" if one.region == COUNTRY else f"  {one.region}"
        print(f"{one.id}{where}  {known.title.zh if zh else known.title.en}")
        print(
            f"  自 {since}{until}；涉及{one.concern.zh}"
            if zh
            else f"  from {since}{until}; concerns {one.concern.en}"
        )
        for name, old, new in differences(one.before, one.after, lang):
            print(f"  {name + ' ' if name else ''}{old} → {new}")
    words = {
        "added": Text("新增", "added"),
        "changed": Text("替换", "replaced"),
        "removed": Text("取消", "removed"),
    }
    for row in modes:
        change = words[row["change"]]
        print(
            f"模式 {row['id']}（{row['title_zh']}）：{change.zh}"
            if zh
            else f"mode {row['id']} ({row['title_en']}): {change.en}"
        )
    concerned = sorted({(one.concern.zh if zh else one.concern.en) for one in found})
    if zh:
        print(
            f"\n{len(found)} 处规则变化，{len(modes)} 个模式变化"
            + (f"；涉及：{'、'.join(concerned)}" if concerned else "")
        )
    else:
        print(
            f"\nrules changed: {len(found)}, modes changed: {len(modes)}"
            + (f"; concerned: {', '.join(concerned)}" if concerned else "")
        )
