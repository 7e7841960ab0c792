"""``zhirong rate CASE.toml``: print the recognised pledge value and the pledge rate, their limits, and ways to
change them.
"""

import argparse
from typing import TYPE_CHECKING, Any

from zhirong.cli.files import print_answer, print_json, read_toml
from zhirong.kernel.errors import InputError, Problem
from zhirong.kernel.text import Lang, Text

if TYPE_CHECKING:
    from zhirong.chain.quote.document import QuoteDocument
    from zhirong.chain.quote.records import CreditCase

EXIT_NOTHING = 1


def configure(parser: argparse.ArgumentParser) -> None:
    """Add the options."""
    parser.add_argument(
        "case",
        nargs="?",
        metavar="CASE.toml",
        help="案件文件（docs/zh/reference/case-file.md） / case file (docs/en/reference/case-file.md)",
    )
    parser.add_argument(
        "--scores",
        metavar="FILE",
        help="团队评定、指标答案、权属调查（docs/zh/reference/one-plus-one.md）"
        " / team, indicators, title (docs/en/reference/one-plus-one.md)",
    )
    parser.add_argument(
        "--form",
        metavar="SYSTEM",
        help="打印空白的指标与团队评定表，如 national_guide / print a blank form for indicators and team",
    )
    parser.add_argument(
        "--overrides",
        metavar="FILE.toml",
        help="过去的等级调整与结果，按理由统计 / past overrides of grades and their outcomes by reason",
    )
    parser.add_argument("--json", action="store_true", help="输出 JSON / print JSON")
    parser.add_argument("--explain", action="store_true", help="列明每个数值的计算依据 / explain every number")


def run(options: argparse.Namespace) -> int:
    """Print the pledge rate. Returns 1 if the rights have no recognised value."""
    if options.overrides:
        return _track(options)
    if options.case is None:
        problem = Problem(
            "CASE.toml",
            "",
            Text("没有案件文件", "the case file is missing"),
            Text("请指定案件文件，或使用 --overrides FILE.toml", "name a case file, or use --overrides FILE.toml"),
            "missing",
        )
        raise InputError([problem])
    from zhirong.chain.quote.view import view
    from zhirong.cli.scores import case_with_scores
    from zhirong.workbench import quote_case

    case = case_with_scores(options.case, options.scores)
    if options.form:
        return _print_form(options, case)
    answer = quote_case(case, ())
    quote = view(answer)
    if options.json:
        print_answer(_rate_json(quote))
    else:
        _show(quote, options.lang)
        if options.explain:
            print(answer.pledge.explanation.as_text(options.lang))
    return 0 if answer.pledge.amount else EXIT_NOTHING


def _rate_json(quote: "QuoteDocument") -> dict[str, Any]:
    from zhirong.kernel.document import to_json

    data = to_json(quote)
    beside = data["one_plus_one"]
    return {
        "schema": "zhirong.pledge_rate/2",
        "case": quote.case.id,
        "as_of": quote.case.as_of.isoformat(),
        "one_plus_one": beside["complete"],
        **{
            name: beside[name]
            for name in ("team", "indicators", "kinds_left_out", "title_investigation", "override")
        },
        **{name: data[name] for name in ("weight_of_evidence", "substitutes", "gates", "pledge")},
        "rules_version": quote.rules_version,
    }


def _track(options: argparse.Namespace) -> int:
    """Print past overrides by reason: their number, the defaults, and the defaults expected by grade."""
    from datetime import datetime

    from zhirong.chain.credit.override import read_outcomes, track
    from zhirong.kernel.days import SHANGHAI, day_of
    from zhirong.kernel.fields import Reader
    from zhirong.workbench import rules

    today = day_of(datetime.now(SHANGHAI))
    outcomes = read_outcomes(Reader(read_toml(options.overrides), source=options.overrides), rules(), today)
    records = [record.as_json() for record in track(outcomes, rules(), today)]
    if options.json:
        print_json({"schema": "zhirong.override_record/1", "as_of": today.isoformat(), "reasons": records})
        return 0
    titles = {row["code"]: row["title"] for row in rules().at("credit.override.reasons", today).value}
    for one in records:
        counted = Text(
            f"{one['count']} 次，违约 {one['defaults']} 次，按调整后的等级预期 {one['expected']} 次",
            f"{one['count']} times, {one['defaults']} defaults, {one['expected']} expected by the adjusted grades",
        )
        finding = one["finding_text"]
        print(f"{titles[one['reason']][options.lang]}：{counted.in_(options.lang)}。{finding[options.lang]}")  # type: ignore[index]
    return 0


def _print_form(options: argparse.Namespace, case: "CreditCase") -> int:
    from zhirong.chain.indicators import read_system, system_ids
    from zhirong.cli.rate_form import blank_form
    from zhirong.workbench import rules

    known = system_ids(rules())
    if options.form not in known:
        problem = Problem(
            "--form",
            options.form,
            Text("该指标体系不存在", "the system does not exist"),
            Text(f"可选：{'、'.join(known)}", f"choose from: {', '.join(known)}"),
            "unknown_system",
        )
        raise InputError([problem])
    system = read_system(options.form, rules(), case.as_of)
    rights = [right for right in case.rights if right.kind in system.kinds]
    print(blank_form(system, rights, rules(), case.as_of, options.lang), end="")
    return 0


def _show(quote: "QuoteDocument", lang: Lang) -> None:
    from rich.box import SIMPLE_HEAD
    from rich.console import Console
    from rich.markup import escape
    from rich.table import Table

    from zhirong.chain.indicators.score import SCREENING_TEXT
    from zhirong.documents.words import money, percent

    console = Console(highlight=False)
    if not console.is_terminal:
        console.width = 160

    def say(zh: str, en: str) -> str:
        return Text(zh, en).in_(lang)

    def words(value: Text | None) -> str:
        return "" if value is None else escape(value.in_(lang))

    beside = quote.one_plus_one
    team = beside.team
    if team is not None:
        agreement = team.agreement or "—"
        console.print(
            say(
                f"团队 {team.score} 分（{words(team.grade_text)}），加权 kappa {agreement}：",
                f"Team {team.score} ({words(team.grade_text)}), weighted kappa {agreement}: ",
            )
            + words(team.state_text)
        )  # fmt: skip
    for score in beside.indicators:
        console.print(
            say(
                f"指标 {escape(score.right)}：{score.score} 分，缺项均取最高分时 {score.highest}，已知权重 {score.coverage}；",
                f"Indicators {escape(score.right)}: {score.score}, {score.highest} if missing answers were best, {score.coverage} of the weight known; ",
            )
            + SCREENING_TEXT[score.screening].in_(lang)
        )
    evidence = quote.weight_of_evidence
    titles = {item.item: words(item.title) for item in evidence.items}
    lost = ("、" if lang == "zh" else ", ").join(titles[name] for name in evidence.reasons[:3])
    console.print(
        say(f"证据权重 {evidence.points} 分（", f"Weight of evidence {evidence.points} points (")
        + words(evidence.basis)
        + (say(f"）；失分最多：{lost}", f"); largest losses: {lost}") if lost else say("）", ")"))
    )
    if beside.kinds_left_out is not None:
        console.print(say("该指标体系不评分：", "not scored by this system: ") + words(beside.kinds_left_out))
    for one in quote.substitutes:
        console.print(say("缺：", "missing: ") + words(one.missing) + say("；用：", "; used: ") + words(one.used))
    pledge = quote.pledge
    console.print(
        say(
            f"认可质押价值 {money(pledge.value)} 元，质押率 {percent(pledge.pledge_rate)}",
            f"Recognised pledge value CNY {money(pledge.value)}, pledge rate {percent(pledge.pledge_rate)}",
        ),
        style="bold",
    )
    table = Table(box=SIMPLE_HEAD)
    for head in (say("限额", "Limit"), say("质押率", "Pledge rate"), say("金额（元）", "Amount (CNY)")):
        table.add_column(head)
    for limit in pledge.limits:
        mark = " ◀" if limit.binding else ""
        table.add_row(words(limit.title), percent(limit.rate), money(limit.amount) + mark)
    if pledge.limits:
        console.print(table)
    rights = Table(box=SIMPLE_HEAD)
    for head in (
        say("权利", "Right"),
        say("单独计（元）", "Alone (CNY)"),
        say("增加（元）", "Adds (CNY)"),
        say("说明", "Note"),
    ):
        rights.add_column(head)
    for right in pledge.rights:
        rights.add_row(escape(right.title), money(right.alone), money(right.adds), words(right.left_out))
    if pledge.rights:
        console.print(rights)
    for change in pledge.changes:
        console.print(
            say(
                f"  · 若{words(change.title)}由 {words(change.now)} 变为 {words(change.needed)}，可到 {money(change.reaches)} 元",
                f"  · if {words(change.title)} goes from {words(change.now)} to {words(change.needed)}:"
                f" CNY {money(change.reaches)}",
            )
        )
    marks = {"failed": ("red", say("未通过", "failed")), "open": ("yellow", say("待办", "open"))}
    for gate in quote.gates:
        # The title investigation is shown regardless of its result, because it was paid for.
        if gate.verdict in marks or gate.code == "title_investigation":
            colour, mark = marks.get(gate.verdict, ("green", say("通过", "passed")))
            console.print(f"  [{colour}]{mark}[/] {words(gate.title)}：{words(gate.reason)}")
