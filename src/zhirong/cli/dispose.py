"""``zhirong dispose CASE.toml``: disposal options compared by present value, and the distribution of the price of a
sale.
"""

import argparse
from decimal import Decimal

from zhirong.chain.disposal.costs import sale_taxes
from zhirong.chain.disposal.distribution import Deduction, Distribution, distribute
from zhirong.chain.disposal.reading import WAYS_RULE, DisposalFile, read_disposal, standard_ways
from zhirong.chain.disposal.ways import WayValue, compare
from zhirong.cli.columns import aligned
from zhirong.cli.files import print_answer, read_toml, write_file
from zhirong.kernel.fields import Reader
from zhirong.kernel.money import Fen, quantise_rate, show_yuan, yuan
from zhirong.kernel.rulebook import Rulebook
from zhirong.kernel.rulebook_files import load_rulebook
from zhirong.kernel.text import Lang, Text, same


def configure(parser: argparse.ArgumentParser) -> None:
    """Declare the disposal file and the output options."""
    parser.add_argument("file", metavar="CASE.toml", help="处置文件 / the disposal file")
    parser.add_argument(
        "--compare", action="store_true", help="逐项列明现值的计算依据 / show how each value is made up"
    )
    parser.add_argument(
        "--xlsx", metavar="FILE", help="另存 Excel：处置方式和分配 / write options and distribution as Excel"
    )
    parser.add_argument("--json", action="store_true", help="输出 JSON / print JSON")


def run(arguments: argparse.Namespace) -> int:
    """Exit code 0. Raises InputError for a file that cannot be used."""
    rules = load_rulebook()
    file = read_disposal(Reader(read_toml(arguments.file), source=arguments.file), rules)
    ways = compare(file.ways or standard_ways(rules, file.day, file.debt), file.debt, file.rate)
    shared = _distributed(file, rules)
    if arguments.xlsx:
        write_file(arguments.xlsx, _as_xlsx(file, ways, shared, arguments.lang))
    if arguments.json:
        print_answer(_as_json(file, ways, shared, rules))
    else:
        print(_as_text(file, ways, shared, rules, arguments.lang, explain=arguments.compare))
    return 0


def _distributed(file: DisposalFile, rules: Rulebook) -> Distribution | None:
    if file.price is None:
        return None
    deductions = list(file.deductions)
    if file.taxes:
        taxes = sale_taxes(rules, file.day, file.price)
        deductions += [
            Deduction(Text("增值税（价内）", "VAT in the price"), taxes.vat),
            Deduction(Text("印花税", "stamp tax"), taxes.stamp),
        ]
    return distribute(file.price, deductions, file.pledgees)


def _as_xlsx(file: DisposalFile, ways: tuple[WayValue, ...], shared: Distribution | None, lang: Lang) -> bytes:
    """Return the options by present value on one sheet and, if there is a price, its distribution on another."""
    from zhirong.documents.book_xlsx import BookTable, book_xlsx
    from zhirong.documents.workbook import Amount, Rate

    def amount(fen: Fen) -> Amount:
        return Amount(Decimal(fen).scaleb(-2))

    options = BookTable(
        Text("处置方式", "options"),
        (
            Text("方式", "option"),
            Text("预计收入（元）", "gross (CNY)"),
            Text("费用（元）", "costs (CNY)"),
            Text("净额（元）", "net (CNY)"),
            Text("平均天数", "mean days"),
            Text("现值（元）", "present value (CNY)"),
            Text("占债务", "of debt"),
            Text("最差（元）", "worst (CNY)"),
            Text("最好（元）", "best (CNY)"),
        ),
        tuple(
            (
                value.way.title,
                amount(value.gross),
                amount(value.costs),
                amount(value.net),
                quantise_rate(value.mean_days, 1),
                amount(value.present_value),
                Rate(Decimal(value.of_debt)),
                amount(value.worst),
                amount(value.best),
            )
            for value in ways
        ),
    )
    if shared is None:
        return book_xlsx((options,), file.day, lang)
    title = Text("项目", "item")
    rows = [(one.title, amount(one.amount)) for one in shared.deducted]
    rows += [(same(one.pledgee.name), amount(one.total)) for one in shared.ranks]
    rows.append((Text("余款归出质人", "surplus to the pledgor"), amount(shared.surplus)))
    price = (Text("价款", "price"), amount(shared.price))
    divided = BookTable(
        Text("价款分配", "distribution"), (title, Text("金额（元）", "amount (CNY)")), tuple(rows), price
    )
    return book_xlsx((options, divided), file.day, lang)


def _as_json(
    file: DisposalFile, ways: tuple[WayValue, ...], shared: Distribution | None, rules: Rulebook
) -> dict[str, object]:
    return {
        "day": file.day.isoformat(),
        "debt": yuan(file.debt),
        "rate": str(quantise_rate(file.rate, 6)),
        "ways": [
            {
                "code": value.way.code,
                "title": value.way.title.as_json(),
                "gross": yuan(value.gross),
                "costs": yuan(value.costs),
                "net": yuan(value.net),
                "mean_days": str(quantise_rate(value.mean_days, 2)),
                "present_value": yuan(value.present_value),
                "of_debt": str(value.of_debt),
                "worst": yuan(value.worst),
                "best": yuan(value.best),
                "first_money_days": value.first_money,
                "assumed": value.way.assumed,
                "closes": [words.as_json() for words in value.way.closes],
                "explanation": value.explanation.as_json(),
            }
            for value in ways
        ],
        "distribution": None if shared is None else shared.explanation.as_json(),
        "surplus": None if shared is None else yuan(shared.surplus),
        "rules": rules.version(),
    }


def _as_text(
    file: DisposalFile,
    ways: tuple[WayValue, ...],
    shared: Distribution | None,
    rules: Rulebook,
    lang: Lang,
    *,
    explain: bool,
) -> str:
    def say(zh: str, en: str) -> str:
        return zh if lang == "zh" else en

    rate = quantise_rate(file.rate * 100, 2)
    lines = [
        say(
            f"处置方式比较，{file.day}，债务 {show_yuan(file.debt)} 元，折现率 {rate} %",
            f"disposal options on {file.day}; debt CNY {show_yuan(file.debt)}, discounted at {rate} %",
        ),
        "",
    ]
    table = [
        [
            say("方式", "way"),
            say("预计收入", "gross"),
            say("费用", "costs"),
            say("净额", "net"),
            say("平均天数", "mean days"),
            say("现值", "present value"),
            say("占债务", "of debt"),
            say("最差", "worst"),
            say("最好", "best"),
        ]
    ]
    table += [
        [
            value.way.title.in_(lang),
            show_yuan(value.gross),
            show_yuan(value.costs),
            show_yuan(value.net),
            str(quantise_rate(value.mean_days, 1)),
            show_yuan(value.present_value),
            f"{value.of_debt * 100:.1f} %",
            show_yuan(value.worst),
            show_yuan(value.best),
        ]
        for value in ways
    ]
    lines += aligned(table)
    for value in ways:
        for words in value.way.closes:
            lines.append(
                say(f"{value.way.title.zh}：此后不可选择 {words.zh}", f"{value.way.title.en}: closes {words.en}")
            )
    if not file.ways:
        lines += ["", rules.at(WAYS_RULE, file.day).reference.as_text(lang)]
    if explain:
        lines += [""] + [value.explanation.as_text(lang) for value in ways]
    if shared is not None:
        lines += ["", shared.explanation.as_text(lang)]
        for share in shared.ranks:
            if share.short:
                lines.append(
                    say(
                        f"{share.pledgee.name} 有担保的债权未受偿 {show_yuan(share.short)}",
                        f"{share.pledgee.name}: {show_yuan(share.short)} of its secured claim is not covered",
                    )
                )
            if share.unsecured:
                lines.append(
                    say(
                        f"{share.pledgee.name} 超出登记最高额的 {show_yuan(share.unsecured)} 为普通债权，可另行申请保全余款",
                        f"{share.pledgee.name}: {show_yuan(share.unsecured)} above the registered amount is an ordinary claim; it may apply to attach the surplus",
                    )
                )
    return "\n".join(lines)
