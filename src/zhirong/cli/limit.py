"""``zhirong limit CASE.toml``: print the calculation sheet of a credit limit as an officer would fill it in by
hand.
"""

import argparse
from typing import TYPE_CHECKING

from zhirong.cli.files import print_answer
from zhirong.kernel.text import Lang, Text

if TYPE_CHECKING:
    from zhirong.chain.quote.document import QuoteDocument

EXIT_DECLINED = 1
_PARTS = ("case", "gates", "pledge", "credit_limit")
_OF_MODE = ("id", "title", "eligible", "credit_limit", "loan", "price", "at_default", "expected_loss")


def configure(parser: argparse.ArgumentParser) -> None:
    """Add the options."""
    parser.add_argument(
        "case",
        metavar="CASE.toml",
        help="案件文件（docs/zh/reference/case-file.md） / case file (docs/en/reference/case-file.md)",
    )
    parser.add_argument(
        "--mode", action="append", metavar="ID", help="仅测算该模式，可重复 / only this mode, repeatable"
    )
    parser.add_argument("--json", action="store_true", help="输出 JSON / print JSON")
    parser.add_argument("--explain", action="store_true", help="列明每个数值的计算依据 / explain every number")


def run(options: argparse.Namespace) -> int:
    """Print the sheet. Returns 1 if nothing can be lent."""
    from zhirong.chain.quote.view import for_reading, view
    from zhirong.cli.mode_words import named_modes
    from zhirong.kernel.document import to_json
    from zhirong.workbench import load_case, quote_case

    answer = quote_case(load_case(options.case), named_modes(options.mode))
    document = view(answer)
    document = document if options.mode else for_reading(document)
    if options.json:
        data = to_json(document)
        print_answer(
            {
                "schema": "zhirong.limit/1",
                **{name: data[name] for name in _PARTS},
                "modes": [{name: mode[name] for name in _OF_MODE} for mode in data["modes"]],
                "rules_version": data["rules_version"],
            }
        )
    else:
        _show(document, options.lang)
        if options.explain:
            print(answer.credit_limit.explanation.as_text(options.lang))
            print(answer.pledge.explanation.as_text(options.lang))
    return 0 if answer.credit_limit.amount else EXIT_DECLINED


def _show(document: "QuoteDocument", lang: Lang) -> None:
    from rich.box import SIMPLE_HEAD
    from rich.console import Console
    from rich.table import Table

    from zhirong.chain.limit.records import LENDER
    from zhirong.cli.quote_screen import escaped, show_limit
    from zhirong.documents.quote_view import in_order_of_use, quote_view
    from zhirong.documents.words import ELIGIBLE, money, percent

    console = Console(highlight=False)
    if not console.is_terminal:
        console.width = 160
    quote = in_order_of_use(document)
    seen = escaped(quote_view(quote, lang))
    head = seen["headline"]
    console.print(seen["case"]["title"], style="bold")
    console.print(f"{head['decision_text']}    {head['amount_note']}", style="bold")
    for reason in (*head["failed"], *head["conditions"]):
        console.print(f"! {reason}", style="yellow")
    show_limit(console, seen, seen["w"])
    table = Table(box=SIMPLE_HEAD)
    for title in (
        Text("模式", "Mode"),
        Text("是否符合", "Eligible"),
        Text("额度（元）", "Limit (CNY)"),
        Text("约束项", "Set by"),
        Text("质押增加", "Pledge adds"),
        Text("分担增加", "Cover adds"),
        Text("贷款人承担", "Lender bears"),
        Text("成本价", "Cost price"),
        Text("报价", "Offered"),
        Text("企业综合（名义）", "All-in (nominal)"),
        Text("资本收益率", "RAROC"),
    ):
        table.add_column(title.in_(lang), overflow="fold")
    for mode in quote.modes:
        limit, price = mode.credit_limit, mode.price
        own = None if price is None else price.lender
        lender = next((one.amount for one in mode.at_default if one.party == LENDER), None)
        table.add_row(
            escaped(mode.title.in_(lang)),
            ELIGIBLE[mode.eligible].in_(lang),
            money(limit.amount),
            limit.binding_title.in_(lang),
            money(limit.pledge_adds),
            money(limit.cover_adds),
            money(lender),
            percent(None if own is None else own.cost),
            percent(None if price is None else price.offered),
            percent(None if price is None else price.all_in),
            percent(None if own is None else own.raroc),
        )
    console.print(table)
