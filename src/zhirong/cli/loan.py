"""``zhirong loan replay EVENTS.toml --as-of DATE``: the position of a loan, calculated from its events alone, and
its books.
"""

import argparse
from datetime import UTC, date, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from zhirong.cli.files import print_answer, read_toml, unwritable
from zhirong.kernel.days import day_of
from zhirong.kernel.text import Lang, Text

if TYPE_CHECKING:
    from zhirong.chain.loan.servicing.classification import CategoryGround, Classification
    from zhirong.chain.loan.servicing.provisions import ProvisionTable
    from zhirong.chain.loan.servicing.reading import LoanFile
    from zhirong.chain.loan.servicing.state import LoanPosition
    from zhirong.kernel.errors import Problem
    from zhirong.kernel.rulebook import Rulebook
    from zhirong.ledger.books import Books


def configure(parser: argparse.ArgumentParser) -> None:
    """Add the sub-command and its options."""
    actions = parser.add_subparsers(dest="action", required=True, metavar="replay")
    common = argparse.ArgumentParser(add_help=False)
    common.add_argument("--lang", choices=("zh", "en"), default=argparse.SUPPRESS, help="语言 / language")
    replay = actions.add_parser(
        "replay", help="从事件重算一笔贷款 / replay a loan from its events", parents=[common]
    )
    replay.add_argument("file", metavar="EVENTS.toml", help="合同与事件 / the contract and its events")
    replay.add_argument(
        "--as-of", type=_day, metavar="DATE", help="截止日期，默认今天 / the date, today by default"
    )
    replay.add_argument(
        "--known-on", type=_day, metavar="DATE", help="仅用该日及以前入账的事件 / only events booked by this date"
    )
    replay.add_argument("--json", action="store_true", help="全部内容，机器可读 / everything, as JSON for programs")
    replay.add_argument("--xlsx", metavar="FILE", help="把账簿写成 Excel / write the books as Excel")
    replay.add_argument(
        "--beancount", metavar="FILE", help="把账簿写成 beancount 文本 / write the books for beancount"
    )


def run(options: argparse.Namespace) -> int:
    """Return 0. Raises InputError for a file that cannot be used or written."""
    from zhirong.chain.loan.servicing.provisions import PROVISION_TABLES, provision
    from zhirong.chain.loan.servicing.reading import read_loan_file
    from zhirong.chain.loan.servicing.replay import replay
    from zhirong.kernel.days import working_days_from
    from zhirong.kernel.fields import Reader
    from zhirong.kernel.rulebook_files import load_rulebook
    from zhirong.loan_books import keep_books

    as_of = options.as_of or day_of(datetime.now(UTC))
    known_on = options.known_on or as_of
    rules = load_rulebook()
    loan = read_loan_file(Reader(read_toml(options.file), source=options.file), rules)
    working_days = working_days_from(rules.at("calendar.working_days", as_of).value)
    state = replay(loan.events, loan.contract, as_of, rules, working_days, known_on)
    judged = _judge(state, loan, rules)
    set_aside: dict[ProvisionTable, int] = (
        {}
        if judged is None
        else {
            table: provision(state.principal, judged.category, rules, as_of, table)[0] for table in PROVISION_TABLES
        }
    )
    books, problems = keep_books(loan, as_of, known_on, rules=rules, working_days=working_days)
    _write_books(books, options)
    if options.json:
        print_answer(_as_json(state, judged, set_aside, books, problems, rules))
    else:
        print(_as_text(state, judged, set_aside, books, problems, options.lang))
    return 0


def _judge(state: "LoanPosition", loan: "LoanFile", rules: "Rulebook") -> "Classification | None":
    from zhirong.chain.loan.servicing.classification import classify
    from zhirong.kernel.rulebook import RuleError

    try:
        return classify(state.standing, rules, state.as_of, loan.facts, loan.debtor)
    except RuleError:
        return None  # the regulation came into force later; the reader is informed


def _doubt(ground: "CategoryGround", lang: Lang) -> str:
    """Return the confidence of a rule if it is not confirmed."""
    from zhirong.kernel.rulebook import CONFIDENCE_TEXT

    if ground.source is None or not ground.source.reference.doubtful:
        return ""
    return f", {CONFIDENCE_TEXT[ground.source.reference.confidence].in_(lang)}"


def _write_books(books: "Books", options: argparse.Namespace) -> None:
    """Write the books to the requested files."""
    if not options.xlsx and not options.beancount:
        return
    from zhirong.documents.ledger_xlsx import ledger_workbook
    from zhirong.ledger.plain_text import beancount_text

    made = {}
    if options.xlsx:
        made[options.xlsx] = ledger_workbook(books, options.lang)
    if options.beancount:
        made[options.beancount] = beancount_text(books).encode()
    for path, content in made.items():
        try:
            Path(path).write_bytes(content)
        except OSError as error:
            raise unwritable(path, error) from error


def _as_json(
    state: "LoanPosition",
    judged: "Classification | None",
    set_aside: "dict[ProvisionTable, int]",
    books: "Books",
    problems: "tuple[Problem, ...]",
    rules: "Rulebook",
) -> dict[str, object]:
    from zhirong.kernel.money import yuan
    from zhirong.ledger.views import trial_balance

    return {
        **state.as_json(),
        "classification": None if judged is None else judged.as_json(),
        "provision": {table: yuan(amount) for table, amount in set_aside.items()},
        "entries": [
            {
                "number": booked.number,
                "day": booked.entry.day.isoformat(),
                "cause": booked.entry.cause,
                "postings": [{"account": p.account, "amount": yuan(p.amount)} for p in booked.entry.postings],
            }
            for booked in books.entries
        ],
        "trial_balance": [row.as_json() for row in trial_balance(books).rows],
        "books_problems": [problem.as_json() for problem in problems],
        "rules": rules.version(),
    }


def _as_text(
    state: "LoanPosition",
    judged: "Classification | None",
    set_aside: "dict[ProvisionTable, int]",
    books: "Books",
    problems: "tuple[Problem, ...]",
    lang: Lang,
) -> str:
    from zhirong.chain.loan.servicing.components import CATEGORY_TEXT, COMPONENT_TEXT
    from zhirong.chain.loan.servicing.provisions import PROVISION_TABLES
    from zhirong.cli.columns import aligned
    from zhirong.kernel.money import show_yuan
    from zhirong.ledger.accounts import account_text
    from zhirong.ledger.views import trial_balance

    def say(zh: str, en: str) -> str:
        return zh if lang == "zh" else en

    lines = [say(f"{state.loan_id}，截至 {state.as_of}（元）", f"{state.loan_id}, as of {state.as_of} (CNY)")]
    lines.append(state.explanation.as_text(lang))
    if state.days_overdue:
        lines.append(say(f"逾期 {state.days_overdue} 天", f"{state.days_overdue} days overdue"))
    if judged is None:
        lines.append(say("该日没有可用的分类规则", "no classification rule is in force on that day"))
    else:
        name = CATEGORY_TEXT[judged.category].in_(lang)
        lines.append(say(f"分类：{name}", f"category: {name}"))
        lines.extend(
            f"  {ground.text.in_(lang)}  [{ground.rule}{_doubt(ground, lang)}]" for ground in judged.grounds
        )
        for table, amount in set_aside.items():
            title = PROVISION_TABLES[table].in_(lang)
            lines.append(
                say(f"应提准备（{title}）：{show_yuan(amount)}", f"provision ({title}): {show_yuan(amount)}")
            )
    if state.applied:
        lines.append(say("收款抵充情况：", "application of receipts:"))
        for applied in state.applied:
            parts = [
                f"{COMPONENT_TEXT[head].in_(lang)} {show_yuan(part)}"
                for head, part in applied.parts.items()
                if part
            ]
            if applied.prepaid:
                parts.append(say("提前还本付息 ", "prepaid ") + show_yuan(applied.prepaid))
            if applied.credit:
                parts.append(say("溢缴 ", "credit ") + show_yuan(applied.credit))
            lines.append(f"  {applied.day} {applied.event} {show_yuan(applied.amount)}: {'; '.join(parts)}")
    ahead = () if state.plan is None else state.plan.rows
    if ahead:
        lines.append(say("以后到期：", "upcoming instalments:"))
        heads = [say("期", "no."), say("还款日", "due"), say("本金", "principal"), say("利息", "interest")]
        rows = [
            [str(row.number), row.period.paid.isoformat(), show_yuan(row.principal), show_yuan(interest)]
            for row, interest in zip(ahead, state.interest_ahead, strict=True)
        ]
        lines.extend(aligned([heads, *rows]))
    lines.append(say(f"账簿：{len(books.entries)} 笔分录", f"books: {len(books.entries)} entries"))
    trial = [[account_text(row.account).in_(lang), show_yuan(row.balance)] for row in trial_balance(books).rows]
    lines.extend(aligned(trial) if trial else [])
    lines.extend(f"{problem.field}: {problem.value}; {problem.reason.in_(lang)}" for problem in problems)
    lines.extend(note.in_(lang) for note in state.notes)
    if state.provisional:
        lines.append(
            say(
                "部分还款日所在年份的放假安排尚未公布",
                "the working days of some future years have not been announced",
            )
        )
    return "\n".join(lines)


def _day(written: str) -> date:
    try:
        return date.fromisoformat(written)
    except ValueError as error:
        words = Text("不是日期，请写成 2026-01-31 的格式", "not a date, write it as 2026-01-31")
        raise argparse.ArgumentTypeError(f"{written}：{words.zh} / {words.en}") from error
