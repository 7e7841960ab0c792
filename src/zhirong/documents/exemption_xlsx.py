"""The due-diligence exemption file as Excel: actions, checks and decisions with persons and dates (银保监发〔2019〕34号)."""

from collections.abc import Mapping, Sequence
from decimal import Decimal
from io import BytesIO
from typing import Any

from zhirong.documents.workbook import Amount, Cell, Workbook

Row = Sequence[Cell]


def exemption_xlsx(file: Mapping[str, Any]) -> bytes:
    """Return the workbook. file: ``title`` and ``facts`` (pairs of label and cell), and the rows of ``events``,
    ``steps``, ``checks``, ``raters``, ``credit_limit``, ``approvals``, ``departures``; amounts in fen are converted with
    ``fen``.
    """
    buffer = BytesIO()
    book = Workbook(buffer, None)
    sheet = book.sheet("概要 Summary")
    sheet.widths(34, 70)
    sheet.title(file["title"])
    for words, cell in file["facts"]:
        sheet.row(words, cell)
    sheet.gap()
    sheet.head(["偏离常规之处 Departures", ""])
    for words in file["departures"]:
        sheet.row(words)
    if not file["departures"]:
        sheet.row("无 none")
    for name, head, widths in _SHEETS:
        part = book.sheet(_TITLES[name])
        part.widths(*widths)
        part.head(head)
        for row in file[name]:
            part.row(*row)
        if not file[name]:
            part.row("无 none")
    book.close()
    return buffer.getvalue()


def fen(amount: int) -> Amount:
    """Return an amount in fen as a cell in yuan."""
    return Amount(Decimal(amount) / 100)


_TITLES = {
    "events": "经过 Events",
    "steps": "环节 Steps",
    "checks": "尽职调查 Diligence",
    "raters": "团队评定 Team",
    "credit_limit": "额度 Credit limit",
    "approvals": "审批 Approvals",
}
_SHEETS: tuple[tuple[str, list[str], tuple[int, ...]], ...] = (
    (
        "events",
        [
            "日志序号 Index",
            "时间 Time",
            "谁 Who",
            "机构 Organisation",
            "办理事项 What",
            "内容 Content",
            "规则版本 Rules",
        ],
        (10, 21, 20, 26, 22, 70, 20),
    ),
    (
        "steps",
        ["环节 Step", "开始 Began", "结束 Ended", "时限 Due", "超期 Late", "费用（元）Cost"],
        (26, 21, 21, 14, 10, 16),
    ),
    (
        "checks",
        [
            "调查项 Item",
            "状态 State",
            "结论 Verdict",
            "发现 Finding",
            "费用（元）Cost",
            "谁 Who",
            "日期 Day",
            "证据 SHA-256",
        ],
        (26, 12, 18, 60, 14, 18, 14, 68),
    ),
    ("raters", ["评定人 Rater", "日期 Day", "项目 Item", "档 Level", "依据 Evidence"], (24, 14, 22, 8, 70)),
    ("credit_limit", ["限额 Limit", "金额（元）Amount", "是否决定 Binding"], (40, 20, 16)),
    (
        "approvals",
        [
            "轮次 Round",
            "档次 Band",
            "角色 Role",
            "谁 Who",
            "决定 Decision",
            "金额（元）Amount",
            "意见 Opinion",
            "依据 Basis",
        ],
        (10, 12, 18, 18, 14, 18, 60, 60),
    ),
)
