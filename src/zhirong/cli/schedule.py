"""``zhirong schedule``: the repayment schedule of a loan, on the screen, as JSON or as Excel."""

import argparse
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from zhirong.cli.files import print_answer, read_toml, unreadable
from zhirong.kernel.money import show_yuan
from zhirong.kernel.text import Lang, Text

if TYPE_CHECKING:
    from zhirong.chain.loan.schedule import Schedule

_COLUMNS = (
    Text("序号", "no."),
    Text("事项", "what"),
    Text("合同日", "contract day"),
    Text("付款日", "payment day"),
    Text("期初本金", "opening"),
    Text("提款", "drawn"),
    Text("还本金", "principal"),
    Text("付利息", "interest"),
    Text("应付合计", "total"),
    Text("利息转本金", "capitalised"),
    Text("期末本金", "closing"),
    Text("年利率", "annual rate"),
)
_PROVISIONAL = Text(
    "带 * 的付款日所在年份尚未公布放假安排，暂按周末推算。",
    "Dates marked * are in a year whose holidays have not been announced; only weekends were taken into account.",
)


def configure(parser: argparse.ArgumentParser) -> None:
    """Add the options."""
    parser.add_argument(
        "file",
        metavar="LOAN.toml",
        help="贷款文件（docs/zh/reference/loans.md） / the loan file (docs/en/reference/loans.md)",
    )
    parser.add_argument("--json", action="store_true", help="机器可读 / for programs")
    parser.add_argument("--xlsx", metavar="FILE", help="写成 Excel / write Excel")
    parser.add_argument(
        "--working-capital",
        action="store_true",
        help="对照流动资金贷款管理办法 / compare with the measures on working-capital loans",
    )


def run(options: argparse.Namespace) -> int:
    """Return 0. Raises InputError if the terms cannot be used."""
    from zhirong.chain.loan.rates import published_rates
    from zhirong.chain.loan.reading import read_terms_file
    from zhirong.chain.loan.schedule import schedule
    from zhirong.chain.loan.working_capital import measures_not_met
    from zhirong.kernel.days import day_of, working_days_from
    from zhirong.kernel.errors import InputError
    from zhirong.kernel.fields import Reader
    from zhirong.kernel.rulebook_files import load_rulebook

    terms = read_terms_file(Reader(read_toml(options.file), source=options.file))
    rules = load_rulebook()
    calendar = working_days_from(rules.at("calendar.working_days", day_of(datetime.now(UTC))).value)
    try:
        made = schedule(terms, calendar, published_rates(rules))
    except InputError as error:
        raise InputError(error.problems, options.file) from error
    if options.xlsx:
        _write_excel(made, options.xlsx, options.lang)
    measures = measures_not_met(terms, rules) if options.working_capital else ()
    if options.json:
        print_answer({**made.as_json(), "measures_not_met": [one.as_json() for one in measures]})
    elif not options.xlsx:
        _show(made, options.lang)
        for one in measures:
            print(f"{one.text.in_(options.lang)}  [{one.rule.reference.as_text(options.lang)}]")
    return 0


def _cells(made: "Schedule", lang: Lang) -> list[list[str | int]]:
    from zhirong.chain.loan.rows import ROW_TEXT

    return [
        [
            row.number,
            ROW_TEXT[row.kind].in_(lang),
            row.written.isoformat(),
            row.due.isoformat() + ("*" if row.provisional else ""),
            *(show_yuan(amount) for amount in (row.opening, row.drawn, row.principal, row.interest, row.total)),
            show_yuan(row.capitalised),
            show_yuan(row.closing),
            f"{row.rate * 100:.4f} %",
        ]
        for row in made.rows
    ]


def _show(made: "Schedule", lang: Lang) -> None:
    from rich.console import Console
    from rich.table import Table

    from zhirong.chain.loan.terms import METHOD_TEXT

    console = Console()
    if not console.is_terminal:
        # A pipe has no width, and amounts cut to eighty columns would be lost.
        console.width = 160
    title = f"{METHOD_TEXT[made.terms.method].in_(lang)} {show_yuan(made.terms.principal)}"
    table = Table(title=title)
    for number, words in enumerate(_COLUMNS):
        table.add_column(words.in_(lang), justify="left" if number in (1, 2, 3) else "right")
    for cells in _cells(made, lang):
        table.add_row(*(str(cell) for cell in cells))
    console.print(table)
    total = Text(f"利息合计 {show_yuan(made.interest)} 元", f"total interest CNY {show_yuan(made.interest)}")
    console.print(total.in_(lang))
    if made.provisional:
        console.print(_PROVISIONAL.in_(lang))
    for source in made.sources:
        console.print(f"{source.valid_from}: {source.as_text(lang)}")


def _write_excel(made: "Schedule", path: str, lang: Lang) -> None:
    import xlsxwriter
    from xlsxwriter.exceptions import XlsxWriterException

    from zhirong.chain.loan.rows import ROW_TEXT

    try:
        with xlsxwriter.Workbook(path) as book:
            sheet = book.add_worksheet(Text("还款计划", "schedule").in_(lang))
            head = book.add_format({"bold": True, "text_wrap": True, "border": 1})
            money = book.add_format({"num_format": "#,##0.00"})
            day = book.add_format({"num_format": "yyyy-mm-dd"})
            rate = book.add_format({"num_format": "0.0000%"})
            for column, words in enumerate(_COLUMNS):
                sheet.write_string(0, column, words.in_(lang), head)
            for line, row in enumerate(made.rows, 1):
                sheet.write_number(line, 0, row.number)
                sheet.write_string(line, 1, ROW_TEXT[row.kind].in_(lang))
                sheet.write_datetime(line, 2, datetime(row.written.year, row.written.month, row.written.day), day)
                sheet.write_datetime(line, 3, datetime(row.due.year, row.due.month, row.due.day), day)
                amounts = (
                    row.opening,
                    row.drawn,
                    row.principal,
                    row.interest,
                    row.total,
                    row.capitalised,
                    row.closing,
                )
                for column, amount in enumerate(amounts, 4):
                    sheet.write_number(line, column, amount / 100, money)
                sheet.write_number(line, 11, float(row.rate), rate)
            sheet.set_column(0, 1, 10)
            sheet.set_column(2, 11, 15)
            sheet.freeze_panes(1, 0)
            if made.provisional:
                sheet.write_string(len(made.rows) + 2, 0, _PROVISIONAL.in_(lang).replace("带 * 的", "部分"))
    except XlsxWriterException as error:
        reason = error.args[0] if error.args else None
        raise unreadable(path, reason if isinstance(reason, OSError) else OSError(str(error))) from error
