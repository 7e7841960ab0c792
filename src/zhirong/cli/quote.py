"""``zhirong quote CASE.toml``: quote one case on one page, on the screen, as JSON, PDF or Excel."""

import argparse
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from zhirong.cli.files import print_json, unwritable
from zhirong.kernel.text import Lang

if TYPE_CHECKING:
    from zhirong.chain.quote.document import QuoteDocument

EXIT_DECLINED = 1


def configure(parser: argparse.ArgumentParser) -> None:
    """Add the options."""
    parser.add_argument(
        "case",
        metavar="CASE.toml",
        help="案件文件（docs/zh/reference/case-file.md） / case file (docs/en/reference/case-file.md)",
    )
    parser.add_argument(
        "--mode",
        action="append",
        metavar="ID",
        help="仅测算该模式（代码或文件），可重复 / only this mode (id or file), repeatable",
    )
    parser.add_argument(
        "--scores",
        metavar="FILE",
        help="团队、指标、权属调查、等级调整（docs/zh/reference/one-plus-one.md）"
        " / team, indicators, title, override (docs/en/reference/one-plus-one.md)",
    )
    parser.add_argument("--json", action="store_true", help="输出 JSON / print JSON")
    parser.add_argument("--pdf", metavar="FILE", help="另存 PDF / write a PDF")
    parser.add_argument("--xlsx", metavar="FILE", help="另存 Excel / write an Excel file")
    parser.add_argument("--explain", action="store_true", help="列明每个数值的计算依据 / explain every number")


def run(options: argparse.Namespace) -> int:
    """Quote the case. Returns 1 if nothing can be lent, so that a script can tell."""
    from zhirong.chain.quote.records import LimitDecision
    from zhirong.chain.quote.view import for_reading, view, with_packs
    from zhirong.cli.mode_words import named_modes
    from zhirong.cli.scores import case_with_scores
    from zhirong.kernel.document import to_json
    from zhirong.mode_files import environment_packs
    from zhirong.workbench import quote_case

    answer = quote_case(case_with_scores(options.case, options.scores), named_modes(options.mode))
    document = with_packs(view(answer), environment_packs())
    readable = document if options.mode else for_reading(document)
    # Documents first: if one cannot be written, nothing on the screen may suggest that it was.
    written = _write_papers(readable, options)
    if options.json:
        print_json(to_json(document))
    else:
        from zhirong.cli.quote_screen import show

        show(readable, options.lang, explain=options.explain)
        for path in written:
            print(f"已写出 {path}" if options.lang == "zh" else f"written: {path}")
    return EXIT_DECLINED if answer.credit_limit.decision is LimitDecision.DECLINE else 0


def _write_papers(quote: "QuoteDocument", options: argparse.Namespace) -> list[str]:
    lang: Lang = options.lang
    written = []
    if options.pdf:
        from zhirong.documents.quote_pdf import quote_pdf

        _write(options.pdf, quote_pdf(quote, lang))
        written.append(options.pdf)
    if options.xlsx:
        from zhirong.documents.quote_xlsx import quote_xlsx

        _write(options.xlsx, quote_xlsx(quote, lang))
        written.append(options.xlsx)
    if options.json and written:
        print("\n".join(written), file=sys.stderr)
    return written


def _write(path: str, content: bytes) -> None:
    try:
        Path(path).write_bytes(content)
    except OSError as error:
        raise unwritable(path, error) from error
