"""Certificates of the pledge register as PDF: of a registration, and of the result of a search."""

import io
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from zhirong.charts.fonts import FAMILY, typesetting_fonts
from zhirong.kernel.text import Lang, Text

TEMPLATES = Path(__file__).resolve().parent / "templates"

_WORDS: Mapping[str, Text] = {
    "code_title": Text("核验码", "check code"),
    "how_to_check": Text(
        "用回执文件可离线核验：zhirong verify 回执文件；也可凭核验码向登记簿查询。二维码所载即核验码全文。",
        "Verify it offline with the receipt: zhirong verify RECEIPT; or enter the check code on the register's page. The QR code contains the full code.",
    ),
    "qr_alt": Text("核验码的二维码", "QR code of the check code"),
}


@dataclass(frozen=True, slots=True)
class CertificateView:
    """The content of a certificate. facts: label and value. rows: of the table under ``rows_title``.

    code: the short check code. full_code: the content of the QR code. All values are plain text.
    """

    title: str
    subtitle: str
    facts: Sequence[tuple[str, str]]
    rows_title: str
    columns: Sequence[str]
    rows: Sequence[Sequence[str]]
    empty: str
    code: str
    full_code: str
    footer: str


def certificate_pdf(view: CertificateView, lang: Lang = "zh") -> bytes:
    """Return the certificate with embedded fonts and selectable text. Raises InputError without a Chinese font."""
    import typst

    data = {
        "title": view.title,
        "subtitle": view.subtitle,
        "facts": [list(pair) for pair in view.facts],
        "rows_title": view.rows_title,
        "columns": list(view.columns),
        "rows": [list(row) for row in view.rows],
        "empty": view.empty,
        "code": view.code,
        "footer": view.footer,
        "qr": qr_svg(view.full_code),
        "lang": lang,
        **{name: words.in_(lang) for name, words in _WORDS.items()},
    }
    pdf = typst.compile(
        str(TEMPLATES / "certificate.typ"),
        root=str(TEMPLATES),
        font_paths=typesetting_fonts(),
        sys_inputs={"data": json.dumps(data, ensure_ascii=False), "font": FAMILY},
        format="pdf",
    )
    if not isinstance(pdf, bytes):
        raise AssertionError("a PDF is one file")
    return pdf


def qr_svg(content: str) -> str:
    """Return a QR code as an SVG picture (ISO/IEC 18004, error correction M)."""
    import segno

    out = io.BytesIO()
    segno.make(content, error="m", micro=False).save(out, kind="svg", scale=4, border=4)
    return out.getvalue().decode("utf-8")
