"""A blank scores file for a case: every question with the possible answers."""

from collections.abc import Sequence
from datetime import date

from zhirong.chain.credit.team import read_items
from zhirong.chain.indicators import System
from zhirong.chain.right.records import Right
from zhirong.kernel.rulebook import Rulebook
from zhirong.kernel.text import Lang, Text


def blank_form(system: System, rights: Sequence[Right], rules: Rulebook, day: date, lang: Lang) -> str:
    """Return the file as TOML. Questions are comments; an omitted answer is reported as missing."""
    lines = [
        "# "
        + Text("填好后：zhirong rate CASE.toml --scores 本文件", "then: zhirong rate CASE.toml --scores FILE").in_(
            lang
        ),
        "[indicators]",
        f'system = "{system.id}"',
        'purpose = "pledge"',
    ]
    for right in rights:
        lines += ["", f"# ==== {' '.join(right.title.split())} ===="]
        for indicator in system.indicators:
            if indicator.is_computed:
                continue
            lines += ["", f"# {indicator.code} {indicator.title.in_(lang)}：{indicator.ask.in_(lang)}"]
            lines += [f"#   {choice.code}: {choice.words.in_(lang)}" for choice in indicator.choices]
            lines += [
                f"# [indicators.answers.{_key(right.id)}.{_key(indicator.code)}]",
                '# answer = ""' if indicator.choices else "# answer = ",
                '# grade = "declared"    # contract, audited, declared, assumed',
                '# source = ""',
            ]
    for number in (1, 2):
        who = Text(f"第 {number} 名评定人", f"rater {number}").in_(lang)
        lines += ["", f"# ==== {who} ====", "# [[team.rating]]", '# rater = ""', '# organisation = ""']
        lines += [f"# date = {day}", "# independent = true", "# rated_alone = true", "# [team.rating.marks]"]
        for item in read_items(rules, day):
            lines.append(f"# {item.title.in_(lang)}")
            lines += [f"#   {points}: {anchor.in_(lang)}" for points, anchor in enumerate(item.anchors, 1)]
            lines.append(f'# {item.code} = {{ points = 1, evidence = "" }}')
    return "\n".join(lines) + "\n"


def _key(name: str) -> str:
    """Return a TOML key, quoted if necessary."""
    plain = name.replace("-", "").replace("_", "")
    return (
        name if plain.isascii() and plain.isalnum() else '"' + name.replace("\\", "\\\\").replace('"', '\\"') + '"'
    )
