"""``zhirong claim CASE.toml``: loans in default from the claim to the closed file, and the part that each party
carries.
"""

import argparse
from html import escape

from zhirong.chain.compensation.documents import EventDocuments, documents_of
from zhirong.chain.compensation.expected import with_expected_payments
from zhirong.chain.compensation.natures import natures_of
from zhirong.chain.compensation.reading import read_recovery
from zhirong.chain.compensation.timeline import DefaultStep
from zhirong.chain.compensation.walk import DefaultWalk, known_loans, walk
from zhirong.chain.loan.servicing.components import COMPONENT_TEXT
from zhirong.chain.mode.loss import MissingFigureError
from zhirong.chain.mode.model import Mode
from zhirong.chain.mode.vocabulary import NATURE_TEXT, PayerNature
from zhirong.cli.columns import aligned
from zhirong.cli.days import day_of
from zhirong.cli.files import print_answer, read_toml, write_file
from zhirong.cli.mode_words import missing_figure, the_mode
from zhirong.kernel.errors import InputError, Problem
from zhirong.kernel.fields import Reader
from zhirong.kernel.money import show_yuan, yuan
from zhirong.kernel.rulebook import Reference, Rulebook
from zhirong.kernel.rulebook_files import load_rulebook
from zhirong.kernel.text import Lang, Text
from zhirong.ledger.accounts import account_text

Natures = dict[str, tuple[PayerNature, Reference]]


def configure(parser: argparse.ArgumentParser) -> None:
    """Declare the recovery file, the mode and the days."""
    parser.add_argument("file", metavar="CASE.toml", help="违约贷款文件 / the file of loans in default")
    parser.add_argument("--mode", metavar="ID", help="模式代码或文件，默认取文件中的模式 / a mode's id or file")
    parser.add_argument("--as-of", metavar="DATE", help="计算截止日 / only up to this day")
    parser.add_argument(
        "--known-on",
        metavar="DATE",
        help="只用此日及以前登记的事件 / only what was recorded by this day",
    )
    parser.add_argument(
        "--expected",
        action="store_true",
        help="未登记的赔付按模式的期限计入 / add the payments that the mode expects and the file does not hold",
    )
    parser.add_argument(
        "--chart", metavar="FILE.html", help="图表：承担额与收付款 / charts: carried, paid and received"
    )
    parser.add_argument(
        "--pdf", metavar="FILE", help="另存结案报告 PDF，含图表 / write the closing report with charts as PDF"
    )
    parser.add_argument("--xlsx", metavar="FILE", help="另存 Excel / write an Excel file")
    parser.add_argument(
        "--documents", action="store_true", help="列出各步骤的文件 / list the documents of each step"
    )
    parser.add_argument("--entries", action="store_true", help="列出分录 / list the entries")
    parser.add_argument("--json", action="store_true", help="输出 JSON / print JSON")


def run(arguments: argparse.Namespace) -> int:
    """Exit code 0. Raises InputError for a file or mode that cannot be used, and for events that cannot have been."""
    rules = load_rulebook()
    as_of, known_on = day_of("--as-of", arguments.as_of), day_of("--known-on", arguments.known_on)
    file = read_recovery(Reader(read_toml(arguments.file), source=arguments.file))
    mode = the_mode(arguments.mode or _named(file.mode, arguments.file))
    last = max((event.day for loan in file.loans for event in loan.events), default=file.loans[0].first_day)
    natures = natures_of(mode, rules, as_of or last)
    kinds = {role: nature for role, (nature, _) in natures.items()}
    try:
        loans = file.loans
        if arguments.expected:
            loans = with_expected_payments(mode, loans, kinds, file.pool)
        done = walk(
            mode,
            loans,
            kinds,
            file.pool,
            until=as_of,
            known_on=known_on,
        )
    except MissingFigureError as error:
        raise missing_figure(error, arguments.file) from error
    if arguments.chart:
        _write_charts(arguments.chart, mode, done, arguments.lang)
    documents = documents_of(known_loans(loans, known_on), kinds, as_of)
    _write_report(mode, done, documents, arguments)
    if arguments.json:
        print_answer({**_as_json(mode, natures, done, rules), "documents": _documents_json(documents)})
    else:
        print(_as_text(mode, natures, done, arguments.lang, entries=arguments.entries))
        if arguments.documents:
            print("\n".join(_document_lines(documents, arguments.lang)))
    return 0


def _write_charts(path: str, mode: Mode, done: DefaultWalk, lang: Lang) -> None:
    """Write both charts as one page that asks the network for nothing."""
    from zhirong.charts.drawing import to_svg
    from zhirong.documents.closing_report import closing_charts

    pictures = [to_svg(spec) for spec in closing_charts(mode, done, lang)]
    language = "zh-Hans" if lang == "zh" else "en"
    title = escape(mode.title.in_(lang))
    page = (
        f'<!doctype html>\n<html lang="{language}">\n<head><meta charset="utf-8"><title>{title}</title></head>\n'
        f"<body>\n<h1>{title}</h1>\n{pictures[0]}\n{pictures[1]}\n</body>\n</html>\n"
    )
    write_file(path, page.encode())


def _write_report(
    mode: Mode, done: DefaultWalk, documents: tuple[EventDocuments, ...], arguments: argparse.Namespace
) -> None:
    if arguments.pdf:
        from zhirong.documents.closing_report import closing_sheet
        from zhirong.documents.financing.typesetting import paper_pdf

        if not done.steps:
            raise _nothing_yet(arguments.file)
        write_file(arguments.pdf, paper_pdf(closing_sheet(mode, done, documents, arguments.lang)))
    if arguments.xlsx:
        from zhirong.documents.closing_report import closing_xlsx

        write_file(arguments.xlsx, closing_xlsx(mode, done, documents, arguments.lang))


def _nothing_yet(file: str) -> InputError:
    reason = Text("截至该日没有任何事件", "nothing has happened by that day")
    hint = Text("请选择更晚的日期", "Choose a later day.")
    return InputError([Problem("--as-of", "", reason, hint, "no_events")], file)


def _named(mode: str, file: str) -> str:
    if mode:
        return mode
    reason = Text("未指定模式", "no mode is named")
    hint = Text("请在文件中填写 mode，或用 --mode 指定", "Write mode in the file, or name one with --mode.")
    raise InputError([Problem("mode", "", reason, hint, "missing")], file)


def _as_json(mode: Mode, natures: Natures, done: DefaultWalk, rules: Rulebook) -> dict[str, object]:
    return {
        "mode": mode.id,
        "parties": {
            role: {
                "name": mode.name_of(role).as_json(),
                "nature": natures[role][0].value if role in natures else None,
                "source": natures[role][1].as_json() if role in natures else None,
            }
            for role in mode.bearers
        },
        "steps": [_step_json(step) for step in done.steps],
        "positions": {role: yuan(amount) for role, amount in done.positions.items()},
        "paid": {role: yuan(amount) for role, amount in done.paid.items()},
        "received": {role: yuan(amount) for role, amount in done.got.items()},
        "due": [
            {"loan": loan, "payer": payer, "payee": payee, "amount": yuan(amount)}
            for loan, flows in done.due.items()
            for (payer, payee), amount in flows.items()
        ],
        "debts": {
            loan: {head.value: yuan(amount) for head, amount in debt.items()} for loan, debt in done.debts.items()
        },
        "balances": {account: yuan(amount) for account, amount in sorted(done.balances.items())},
        "assumptions": [assumption.words.as_json() for assumption in mode.assumptions],
        "rules": rules.version(),
    }


def _documents_json(documents: tuple[EventDocuments, ...]) -> list[dict[str, object]]:
    return [
        {"day": one.day.isoformat(), "loan": one.loan_id, "documents": [words.as_json() for words in one.documents]}
        for one in documents
    ]


def _document_lines(documents: tuple[EventDocuments, ...], lang: Lang) -> list[str]:
    separator = "；" if lang == "zh" else "; "
    lines = ["", "文件" if lang == "zh" else "documents"]
    for one in documents:
        lines.append(f"  {one.day}  {one.loan_id}  {separator.join(words.in_(lang) for words in one.documents)}")
    return lines


def _step_json(step: DefaultStep) -> dict[str, object]:
    return {
        "number": step.number,
        "day": step.day.isoformat(),
        "loan": step.loan_id,
        "title": step.title.as_json(),
        "amount": yuan(step.amount),
        "positions": {role: yuan(amount) for role, amount in step.positions.items()},
        "postings": [
            {"account": posting.account, "amount": yuan(posting.amount)}
            for posting in (step.entry.postings if step.entry else ())
        ],
        "outside": [{"party": who.as_json(), "amount": yuan(amount)} for who, amount in step.outside],
    }


def _as_text(mode: Mode, natures: Natures, done: DefaultWalk, lang: Lang, *, entries: bool) -> str:
    def say(zh: str, en: str) -> str:
        return zh if lang == "zh" else en

    lines = [mode.title.in_(lang), ""]
    for role, (nature, source) in natures.items():
        basis = source.as_text(lang)
        lines.append(f"{mode.name_of(role).in_(lang)}: {NATURE_TEXT[nature].in_(lang)}  [{basis}]")
    heads = [
        say("序号", "no."),
        say("日期", "day"),
        say("贷款", "loan"),
        say("事项", "event"),
        say("金额", "amount"),
    ]
    heads += [mode.name_of(role).in_(lang) for role in mode.bearers]
    rows = []
    for step in done.steps:
        rows.append(
            [
                str(step.number),
                step.day.isoformat(),
                step.loan_id,
                step.title.in_(lang),
                show_yuan(step.amount),
                *(show_yuan(step.positions.get(role, 0)) for role in mode.bearers),
            ]
        )
    lines += [
        "",
        say(
            "办理经过（元；各方栏为该步骤后的承担额）",
            "timeline (CNY; parties' columns: what each carries after it)",
        ),
    ]
    lines += aligned([heads, *rows])
    if entries:
        lines += ["", say("分录（借正贷负）", "entries (debit positive)")]
        for step in done.steps:
            for posting in step.entry.postings if step.entry else ():
                name = account_text(posting.account).in_(lang)
                lines.append(f"  {step.number}  {name}  {show_yuan(posting.amount)}")
    table = [[say("主体", "party"), say("付出", "paid"), say("收到", "received"), say("最终承担", "carries")]]
    table += [
        [
            mode.name_of(role).in_(lang),
            show_yuan(done.paid.get(role, 0)),
            show_yuan(done.got.get(role, 0)),
            show_yuan(done.positions[role]),
        ]
        for role in mode.bearers
    ]
    table.append([say("合计", "all"), "", "", show_yuan(sum(done.positions.values()))])
    lines += ["", *aligned(table), ""]
    for loan, flows in done.due.items():
        for (payer, payee), amount in flows.items():
            who, to = mode.name_of(payer).in_(lang), mode.name_of(payee).in_(lang)
            lines.append(
                say(
                    f"{loan}：{who} 尚应付 {to} {show_yuan(amount)}",
                    f"{loan}: {who} still owes {to} {show_yuan(amount)}",
                )
            )
    for loan, debt in done.debts.items():
        parts = ", ".join(
            f"{COMPONENT_TEXT[head].in_(lang)} {show_yuan(amount)}" for head, amount in debt.items() if amount
        )
        total = show_yuan(sum(debt.values()))
        lines.append(
            say(
                f"{loan}：债务人尚欠 {total}（{parts or '无'}）",
                f"{loan}: the debtor owes {total} ({parts or 'nothing'})",
            )
        )
    assumed = [
        assumption.words.in_(lang) for assumption in mode.assumptions if assumption.place.startswith(_PLACES)
    ]
    if assumed:
        lines += ["", say("其中的假设", "what is assumed"), *(f"  {words}" for words in assumed)]
    return "\n".join(lines)


_PLACES = ("sharing", "cap", "ceiling", "recoveries", "parties")
