"""Further parts of a quote: 1 + 1, title, missing data, ways to raise the limit."""

from typing import Any

from zhirong.chain.quote.document import OnePlusOnePart, QuoteDocument
from zhirong.chain.quote.optional_inputs import FINDING_TEXT
from zhirong.documents.words import NOTHING, WORDS, money, percent, source, words
from zhirong.kernel.text import Lang, Text

View = dict[str, Any]

_SCREENINGS = {
    "pass": Text("通过筛选", "passes the screening"),
    "below": Text("低于筛选线", "below the screening line"),
    "too_little_known": Text("资料过少，不能筛选", "too little is known to screen it"),
}


def one_plus_one_rows(beside: OnePlusOnePart, lang: Lang) -> list[View]:
    """Return one row each for the team, every scored right, the title investigation and the override, if stated."""
    rows: list[View] = []

    def add(what: Text, result: str, note: str) -> None:
        rows.append({"what": what.in_(lang), "result": result, "note": note})

    comma = Text("，", ", ").in_(lang)
    if (team := beside.team) is not None:
        add(
            Text("经营团队", "management team"),
            f"{team.score} ({team.grade_text.in_(lang)})",
            Text("加权 kappa ", "weighted kappa ").in_(lang)
            + f"{team.agreement or NOTHING}{comma}{team.state_text.in_(lang)}",
        )
    for score in beside.indicators:
        highest = Text(f"缺项均取最高分时 {score.highest}", f"{score.highest} if what is missing were best")
        add(
            Text(f"指标 {score.right}", f"indicators {score.right}"),
            score.score,
            f"{highest.in_(lang)}{comma}{_SCREENINGS[score.screening].in_(lang)}",
        )
    for royalty in beside.royalty:
        add(
            Text("许可费率（指标所指，仅供参考）", "royalty rate (where indicators point, a hint)"),
            percent(royalty.rate),
            royalty.method,
        )
    if (title := beside.title_investigation) is not None:
        finding = Text("尚未完成", "not done yet") if title.finding is None else FINDING_TEXT[title.finding]
        note = Text(f"{title.law_firm}，{money(title.cost)} 元", f"{title.law_firm}, CNY {money(title.cost)}")
        add(Text("权属调查", "title investigation"), finding.in_(lang), note.in_(lang))
    if (override := beside.override) is not None:
        note = Text(
            f"{override.proposed_by}提出，{override.approved_by}批准，至 {override.expires}：{override.words}",
            f"{override.proposed_by}, approved by {override.approved_by}, until {override.expires}: {override.words}",
        )
        result = f"{override.from_grade} → {override.to_grade}"
        add(Text("等级人工调整", "override of the grade"), result, note.in_(lang))
    return rows


def substitute_rows(quote: QuoteDocument, lang: Lang) -> list[View]:
    """Return the data missing in the case and the values used instead."""
    return [
        {"missing": one.missing.in_(lang), "used": one.used.in_(lang), "hint": one.hint.in_(lang)}
        for one in quote.substitutes
    ]


def change_rows(quote: QuoteDocument, lang: Lang) -> list[View]:
    """Return ways to raise the credit limit and the recognised pledge value; the latter say which of the two they
    raise.
    """
    of_pledge = WORDS["pledge_value"].in_(lang) + WORDS["colon"].in_(lang)
    named = [
        *(("", change) for change in quote.credit_limit.changes),
        *((of_pledge, change) for change in quote.pledge.changes),
    ]
    rows = dict.fromkeys(
        (prefix + one.title.in_(lang), one.now.in_(lang), one.needed.in_(lang), money(one.reaches))
        for prefix, one in named
    )
    return [dict(zip(("title", "now", "needed", "reaches"), row, strict=True)) for row in rows]


def doubt_rows(quote: QuoteDocument, lang: Lang) -> list[View]:
    """Return the points that no source confirms, each once with the number of rules concerned."""
    found = []
    for reference in quote.doubts:
        note, line = words(reference.note, lang), source(reference, lang)
        found.append((line, "" if note and note in line else note))
    return [{"source": line, "note": note} for line, note in dict.fromkeys(found)]
