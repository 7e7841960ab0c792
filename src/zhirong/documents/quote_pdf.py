"""The quote as PDF: the result on one page, then the reasons."""

import json
from dataclasses import replace
from pathlib import Path

from zhirong.chain.quote.document import QuoteDocument
from zhirong.charts.coverage import shown_characters
from zhirong.charts.drawing import to_svg
from zhirong.charts.fonts import FAMILY, typesetting_fonts
from zhirong.charts.quote import quote_charts
from zhirong.documents.printable import has_marks, printable
from zhirong.documents.quote_view import in_order_of_use, modes_of_page_one, quote_view
from zhirong.kernel.text import Lang

TEMPLATES = Path(__file__).resolve().parent / "templates"
CHART_WIDTH = 310  # two charts side by side on A4, with readable labels


def quote_pdf(quote: QuoteDocument, lang: Lang = "zh") -> bytes:
    """Return a quote as PDF with embedded fonts and selectable text.

    User input is never read as markup: the template receives only data. A character that the font lacks is printed
    as 〓, and page one notes it; long words are cut there and are in full among the reasons. The quote's
    ``case.as_of`` is the document's date. Raises InputError if the machine has no Chinese font.
    """
    import typst

    written = in_order_of_use(quote)
    quote = printable(written, shown_characters())
    view = quote_view(quote, lang)
    view["not_in_font"] = has_marks(quote) and not has_marks(written)
    drawn = quote_charts(replace(quote, modes=modes_of_page_one(quote)), lang, CHART_WIDTH)
    view["charts"] = {name: to_svg(spec) for name, spec in drawn.items()}
    pdf = typst.compile(
        str(TEMPLATES / "quote.typ"),
        root=str(TEMPLATES),
        font_paths=typesetting_fonts(),
        sys_inputs={"data": json.dumps(view, ensure_ascii=False), "font": FAMILY},
        format="pdf",
        # For archiving, and for readers who cannot see the page.
        pdf_standards=["a-2a", "ua-1"],
    )
    if not isinstance(pdf, bytes):
        raise AssertionError("a PDF is one file")
    return pdf
