"""Documents and statements that people of the region submit: real files, made here."""

import csv
import io
from collections.abc import Iterable, Sequence
from functools import cache


@cache
def evidence(words: str) -> bytes:
    """Return a PDF of one page with these words."""
    import typst

    from zhirong.charts.fonts import typesetting_fonts

    source = '#set page(width: 12cm, height: 8cm)\n#set text(lang: "zh", size: 12pt)\n#sys.inputs.words\n\n演示材料，不是真实文件。'
    compiled = typst.compile(
        source.encode(),
        font_paths=typesetting_fonts(),
        sys_inputs={"words": words},
    )
    if not isinstance(compiled, bytes):
        raise AssertionError("one page gives one file")
    return compiled


def sheet(rows: Iterable[Sequence[str]]) -> bytes:
    """Return a bank statement as CSV, with the columns of the template."""
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow(("日期", "流水号", "收支", "金额", "对方户名", "摘要"))
    writer.writerows(rows)
    return out.getvalue().encode("utf-8-sig")
