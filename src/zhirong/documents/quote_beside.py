"""The parts of a quote beside its figures: 1 + 1, title, what is not stated, what would raise the limit."""

from collections.abc import Mapping
from typing import Any

from zhirong.documents.words import NOTHING, WORDS, money, percent, source, words
from zhirong.kernel.text import Lang, Text

Json = Mapping[str, Any]
View = dict[str, Any]

_TITLE_FINDINGS = {
    "clear": Text("权属清楚", "the title is clear"),
    "curable": Text("有可以补正的瑕疵", "a defect that can be cured"),
    "defective": Text("权属有重大瑕疵", "a grave defect of title"),
}
_SCREENINGS = {
    "pass": Text("通过筛选", "passes the screening"),
    "below": Text("低于筛选线", "below the screening line"),
    "too_little_known": Text("所知太少，不能筛选", "too little is known to screen it"),
}


def one_plus_one_rows(quote: Json, lang: Lang) -> list[View]:
    """One row each for the team, every right scored, the title investigation and the override, as far as stated."""
    beside = quote.get("one_plus_one") or {}
    rows = []
    team, title, override = (beside.get(name) for name in ("team", "title_investigation", "override"))
    if team:
        kappa = NOTHING if team.get("agreement") is None else team["agreement"]
        rows.append(
            {
                "what": Text("经营团队", "management team").in_(lang),
                "result": f"{team.get('score')} ({words(team.get('grade_text'), lang)})",
                "note": Text("加权 kappa ", "weighted kappa ").in_(lang)
                + f"{kappa}{Text('，', ', ').in_(lang)}{words(team.get('state_text'), lang)}",
            }
        )
    for score in beside.get("indicators") or []:
        highest = Text(f"缺项若最好 {score.get('highest')}", f"{score.get('highest')} if what is missing were best")
        screening = _SCREENINGS.get(str(score.get("screening")), Text("", ""))
        rows.append(
            {
                "what": Text(f"指标 {score.get('right')}", f"indicators {score.get('right')}").in_(lang),
                "result": str(score.get("score")),
                "note": f"{highest.in_(lang)}{Text('，', ', ').in_(lang)}{screening.in_(lang)}",
            }
        )
    for royalty in beside.get("royalty") or []:
        rows.append(
            {
                "what": Text("许可费率（指标所指，仅供参考）", "royalty rate (where indicators point, a hint)").in_(
                    lang
                ),
                "result": percent(royalty.get("rate")),
                "note": str(royalty.get("method") or ""),
            }
        )
    if title:
        finding = _TITLE_FINDINGS.get(str(title.get("finding")), Text("尚未完成", "not done yet"))
        rows.append(
            {
                "what": Text("权属调查", "title investigation").in_(lang),
                "result": finding.in_(lang),
                "note": Text(
                    f"{title.get('law_firm')}，{money(title.get('cost'))} 元",
                    f"{title.get('law_firm')}, CNY {money(title.get('cost'))}",
                ).in_(lang),
            }
        )
    if override:
        rows.append(
            {
                "what": Text("等级人工调整", "override of the grade").in_(lang),
                "result": f"{override.get('from_grade')} → {override.get('to_grade')}",
                "note": Text(
                    f"{override.get('proposed_by')}提出，{override.get('approved_by')}批准，至 {override.get('expires')}：{override.get('words')}",
                    f"{override.get('proposed_by')}, approved by {override.get('approved_by')}, until {override.get('expires')}: {override.get('words')}",
                ).in_(lang),
            }
        )
    return rows


def substitute_rows(quote: Json, lang: Lang) -> list[View]:
    """What the case does not state and what was used in its place."""
    return [
        {name: words(one.get(name), lang) for name in ("missing", "used", "hint")}
        for one in quote.get("substitutes") or []
    ]


def change_rows(quote: Json, lang: Lang) -> list[View]:
    """What would raise the credit limit, and what the recognised pledge value; the latter names what it raises."""
    rows: dict[tuple[str, ...], None] = {}
    for part, raised in (("credit_limit", ""), ("pledge", WORDS["pledge_value"].in_(lang))):
        for change in (quote.get(part) or {}).get("changes") or []:
            title, now, needed = (words(change.get(name), lang) for name in ("title", "now", "needed"))
            if raised:
                title = f"{raised}{WORDS['colon'].in_(lang)}{title}"
            rows[title, now, needed, money(change.get("reaches"))] = None
    return [dict(zip(("title", "now", "needed", "reaches"), row, strict=True)) for row in rows]


def doubt_rows(quote: Json, lang: Lang) -> list[View]:
    """What no source confirms, each line once, as many rules as it may stand for."""
    found = []
    for reference in quote.get("doubts") or []:
        note, line = words(reference.get("note"), lang), source(reference, lang)
        found.append((line, "" if note and note in line else note))
    return [{"source": line, "note": note} for line, note in dict.fromkeys(found)]
