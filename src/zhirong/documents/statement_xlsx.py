"""The Excel template for importing a bank statement."""

import io
from datetime import date

from zhirong.chain.financing.statement import HEADINGS
from zhirong.documents.workbook import Workbook
from zhirong.kernel.text import Lang

_EXAMPLE = (
    date(2026, 11, 25).isoformat(),
    "20261125000123",
    "收入",
    "21,750.00",
    "某某科技有限公司",
    "还款 ZR-0001",
)


def statement_template(lang: Lang = "zh") -> bytes:
    """Return a sheet with headings and one example row."""
    buffer = io.BytesIO()
    workbook = Workbook(buffer, None)
    sheet = workbook.sheet("流水" if lang == "zh" else "statement")
    sheet.widths(14, 24, 10, 18, 40, 40)
    sheet.head([names[0 if lang == "zh" else -1] for names in HEADINGS.values()])
    example = list(_EXAMPLE)
    if lang == "en":
        example[2] = "in"
    sheet.row(*example)
    workbook.close()
    return buffer.getvalue()
