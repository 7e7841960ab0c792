"""``zhirong watch PORTFOLIO.toml --as-of DATE``: which loans need attention, why, what to do and by when."""

import argparse
from datetime import UTC, date, datetime
from decimal import Decimal

from zhirong.chain.loan.servicing.components import CATEGORY_TEXT
from zhirong.chain.watch.catalogue import COLOUR_TEXT, Colour, WatchCatalogue, catalogue_on
from zhirong.chain.watch.reading import WatchRules, read_portfolio
from zhirong.chain.watch.sweep import WatchResult, sweep
from zhirong.cli.days import day_of as day_option
from zhirong.cli.files import print_answer, read_toml, write_file
from zhirong.kernel.days import day_of, working_days_from
from zhirong.kernel.fields import Reader
from zhirong.kernel.money import Fen, quantise_rate, show_yuan, yuan
from zhirong.kernel.rulebook_files import load_rulebook
from zhirong.kernel.text import Lang, Text

WHO_TEXT = {
    "lender": Text("贷款人", "lender"),
    "firm": Text("企业", "firm"),
    "guarantor": Text("担保机构", "guarantor"),
}


def configure(parser: argparse.ArgumentParser) -> None:
    """Declare the portfolio file and the day."""
    parser.add_argument("file", metavar="PORTFOLIO.toml", help="贷款与质物文件 / loans and their pledged rights")
    parser.add_argument("--as-of", metavar="DATE", help="截止日期，默认今天 / the day, by default today")
    parser.add_argument("--all", action="store_true", help="无需处理的也列出 / list quiet loans too")
    parser.add_argument(
        "--xlsx", metavar="FILE", help="另存 Excel：贷款、提示、任务 / write loans, findings and tasks as Excel"
    )
    parser.add_argument("--json", action="store_true", help="输出 JSON / print JSON")


def run(arguments: argparse.Namespace) -> int:
    """Exit code 0, or 1 if a loan is red or black. Raises InputError for a file that cannot be used."""
    rules = load_rulebook()
    day = day_option("--as-of", arguments.as_of) or day_of(datetime.now(UTC))
    catalogue = catalogue_on(rules, day)
    working_days = working_days_from(rules.at("calendar.working_days", day).value)
    given = WatchRules(rules, catalogue, working_days)
    loans = read_portfolio(Reader(read_toml(arguments.file), source=arguments.file), given)
    results = sweep(loans, day, catalogue, working_days)
    shown = [one for one in results if arguments.all or one.alarms or one.tasks]
    if arguments.xlsx:
        write_file(arguments.xlsx, _as_xlsx(shown, day, arguments.lang))
    if arguments.json:
        print_answer({"day": day.isoformat(), "loans": [_as_json(one) for one in shown], "rules": rules.version()})
    else:
        print(_as_text(shown, len(results), day, catalogue, arguments.lang))
    return 1 if any(one.colour.grade >= Colour.RED.grade for one in results) else 0


def _as_xlsx(results: list[WatchResult], day: date, lang: Lang) -> bytes:
    """Return three sheets: the loans in their rank, the findings with their sources, and who has to do what by when."""
    from zhirong.documents.book_xlsx import BookTable, book_xlsx
    from zhirong.documents.workbook import Amount, Cell, Rate

    def amount(fen: Fen | None) -> Cell:
        return None if fen is None else Amount(Decimal(fen).scaleb(-2))

    loan = Text("贷款", "loan")
    colour, right = Text("颜色", "colour"), Text("权利", "right")
    loans = BookTable(
        Text("贷款", "loans"),
        (
            loan,
            colour,
            Text("风险敞口（元）", "at risk (CNY)"),
            Text("质物价值（元）", "pledge (CNY)"),
            Text("贷款与价值之比", "loan to value"),
            Text("应追加价值（元）", "security missing (CNY)"),
            Text("或还款（元）", "or repayment (CNY)"),
            Text("分类不高于", "category at least"),
            Text("剩余天数", "days left"),
        ),
        tuple(
            (
                one.loan_id,
                COLOUR_TEXT[one.colour],
                amount(one.at_risk),
                Text("未知", "unknown") if one.value is None else amount(one.value),
                Text("未知", "unknown") if one.ltv is None else Rate(quantise_rate(one.ltv, 4)),
                amount(one.shortfall.value if one.shortfall else None),
                amount(one.shortfall.cash if one.shortfall else None),
                CATEGORY_TEXT[one.category],
                one.days_left,
            )
            for one in results
        ),
    )
    findings = BookTable(
        Text("提示", "findings"),
        (loan, colour, Text("日期", "day"), right, Text("事项", "finding"), Text("依据", "source")),
        tuple(
            (
                one.loan_id,
                COLOUR_TEXT[alarm.colour],
                alarm.since.isoformat(),
                alarm.right_id,
                alarm.title,
                alarm.rule.reference.as_text(lang),
            )
            for one in results
            for alarm in one.alarms
        ),
    )
    tasks = BookTable(
        Text("任务", "tasks"),
        (loan, Text("期限", "last day"), Text("责任方", "who"), right, Text("任务", "task")),
        tuple(
            (one.loan_id, task.last_day.isoformat(), WHO_TEXT.get(task.who, task.who), task.right_id, task.words)
            for one in results
            for task in one.tasks
        ),
    )
    return book_xlsx((loans, findings, tasks), day, lang)


def _as_json(result: WatchResult) -> dict[str, object]:
    return {
        "id": result.loan_id,
        "colour": result.colour.value,
        "value": None if result.value is None else yuan(result.value),
        "value_known": yuan(result.value_known),
        "ltv": None if result.ltv is None else str(quantise_rate(result.ltv, 4)),
        "shortfall": None
        if result.shortfall is None
        else {
            "value": yuan(result.shortfall.value),
            "cash": yuan(result.shortfall.cash),
            "explanation": result.shortfall.explanation.as_json(),
        },
        "category_at_least": result.category.value,
        "at_risk": yuan(result.at_risk),
        "days_left": result.days_left,
        "lost": yuan(result.lost),
        "alarms": [
            {
                "code": alarm.code,
                "colour": alarm.colour.value,
                "title": alarm.title.as_json(),
                "since": alarm.since.isoformat(),
                "right": alarm.right_id,
                "value_factor": None if alarm.factor is None else str(quantise_rate(alarm.factor, 4)),
                "source": alarm.rule.reference.as_json(),
            }
            for alarm in result.alarms
        ],
        "tasks": [
            {
                "who": task.who,
                "words": task.words.as_json(),
                "last_day": task.last_day.isoformat(),
                "alarm": task.code,
                "right": task.right_id,
            }
            for task in result.tasks
        ],
    }


def _as_text(results: list[WatchResult], count: int, day: date, catalogue: WatchCatalogue, lang: Lang) -> str:
    def say(zh: str, en: str) -> str:
        return zh if lang == "zh" else en

    red = sum(one.colour.grade >= Colour.RED.grade for one in results)
    lines = [
        say(
            f"{day}：{count} 笔贷款，{len(results)} 笔有提示，其中 {red} 笔为红色或黑色",
            f"{day}: {count} loans, {len(results)} with findings, {red} of them red or black",
        )
    ]
    for one in results:
        ltv = say("未知", "unknown") if one.ltv is None else f"{quantise_rate(one.ltv * 100, 2)} %"
        value = say("未知", "unknown") if one.value is None else show_yuan(one.value)
        category = CATEGORY_TEXT[one.category].in_(lang)
        lines += [
            "",
            say(
                f"{one.loan_id}  {COLOUR_TEXT[one.colour].zh}  风险敞口 {show_yuan(one.at_risk)} 元  质物价值 {value}  "
                f"贷款与价值之比 {ltv}  分类不高于{category}",
                f"{one.loan_id}  {one.colour.value}  at risk CNY {show_yuan(one.at_risk)}  pledge {value}  "
                f"loan to value {ltv}  category at least {category}",
            ),
        ]
        for alarm in one.alarms:
            mark = alarm.rule.reference.as_text(lang)
            where = f" {alarm.right_id}" if alarm.right_id else ""
            lines.append(
                f"  {COLOUR_TEXT[alarm.colour].in_(lang)}  {alarm.since}{where}  {alarm.title.in_(lang)}  [{mark}]"
            )
        if one.shortfall is not None:
            lines.append(
                say(
                    f"  应追加担保价值 {show_yuan(one.shortfall.value)} 元，或还款 {show_yuan(one.shortfall.cash)} 元",
                    f"  missing: security worth CNY {show_yuan(one.shortfall.value)}, or CNY {show_yuan(one.shortfall.cash)} of repayment",
                )
            )
        if one.lost:
            lost = show_yuan(one.lost)
            lines.append(say(f"  错过期限涉及金额 {lost} 元", f"  at stake in missed deadlines: CNY {lost}"))
        for task in one.tasks:
            who = WHO_TEXT[task.who].in_(lang) if task.who in WHO_TEXT else task.who
            late = say("（已过期）", " (past)") if task.last_day < day else ""
            lines.append(
                say(
                    f"  不迟于 {task.last_day}{late}  {who}：{task.words.zh}",
                    f"  by {task.last_day}{late}  {who}: {task.words.en}",
                )
            )
    return "\n".join(lines)
