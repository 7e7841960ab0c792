"""The content of a document before it is typeset as Word or PDF: title, number, date and a sequence of blocks."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from zhirong.kernel.capital_money import capital_yuan
from zhirong.kernel.money import Fen, show_yuan
from zhirong.kernel.text import Lang

Facts = Mapping[str, Any]
Block = dict[str, Any]
_NUMERALS = "零一二三四五六七八九十"


@dataclass(frozen=True, slots=True)
class DocumentSheet:
    """The content of a document. number: of the document. day: its date. blocks: see the functions below. lang: of
    the blocks.
    """

    title: str
    number: str
    day: date
    blocks: tuple[Block, ...]
    lang: Lang = "zh"

    @property
    def number_and_day(self) -> str:
        """Return the line below the title."""
        if self.lang == "en":
            return f"No. {self.number} · {self.day.isoformat()}"
        return f"编号：{self.number}　　日期：{day_words(self.day)}"


def heading(text: str) -> Block:
    """Return a heading."""
    return {"kind": "heading", "text": text}


def paragraph(text: str) -> Block:
    """Return a paragraph."""
    return {"kind": "paragraph", "text": text}


def facts(*pairs: tuple[str, str]) -> Block:
    """Return labels and values, one pair per line; a missing value is a dash."""
    return {"kind": "facts", "rows": [[label, value or "—"] for label, value in pairs]}


def table(
    head: Sequence[str], rows: Sequence[Sequence[str]], widths: Sequence[int], right: Sequence[int] = ()
) -> Block:
    """Return a table. widths: relative. right: the right-aligned columns."""
    aligned = ["right" if at in right else "left" for at in range(len(head))]
    return {
        "kind": "table",
        "head": list(head),
        "rows": [[cell or "—" for cell in row] for row in rows],
        "widths": list(widths),
        "aligned": aligned,
    }


def chart(spec: Mapping[str, Any]) -> Block:
    """Return a chart by its definition; its description is read out instead of the picture."""
    return {"kind": "chart", "spec": dict(spec), "words": spec["description"]}


def signatures(*parties: tuple[str, str]) -> Block:
    """Return the fields for signature and seal of each party: its role and name."""
    return {"kind": "signatures", "parties": [list(party) for party in parties]}


def clauses(*articles: tuple[str, Sequence[str]]) -> list[Block]:
    """Return numbered articles, each with title and paragraphs."""
    blocks: list[Block] = []
    for number, (title, paragraphs) in enumerate(articles, 1):
        blocks.append(heading(f"第{numeral(number)}条　{title}"))
        if len(paragraphs) == 1:
            blocks.append(paragraph(paragraphs[0]))
        else:
            blocks += [paragraph(f"{number}.{at} {words}") for at, words in enumerate(paragraphs, 1)]
    return blocks


def numeral(number: int) -> str:
    """Return a number from 1 to 99 in Chinese numerals."""
    if not 1 <= number <= 99:
        raise ValueError(f"no article has the number {number}")
    tens, ones = divmod(number, 10)
    if tens == 0:
        return _NUMERALS[ones]
    return ("" if tens == 1 else _NUMERALS[tens]) + "十" + (_NUMERALS[ones] if ones else "")


def money(fen: Fen) -> str:
    """Return an amount such as ``人民币贰佰万元整（¥2,000,000.00）``."""
    return f"{capital_yuan(fen)}（¥{show_yuan(fen)}）"


def figure(fen: Fen | None) -> str:
    """Return an amount such as ``2,000,000.00``, or a dash."""
    return "—" if fen is None else show_yuan(fen)


def percent(rate: str | Decimal) -> str:
    """Return a rate such as ``4.35%``."""
    return f"{(Decimal(rate) * 100).normalize():f}%"


def day_words(day: str | date | None) -> str:
    """Return a date such as ``2026年11月25日``, or a dash."""
    if not day:
        return "—"
    one = date.fromisoformat(day) if isinstance(day, str) else day
    return f"{one.year}年{one.month}月{one.day}日"


def party_rows(role: str, party: Facts) -> list[tuple[str, str]]:
    """Return the details of a party for the head of a contract."""
    return [
        (role, party["name"]),
        ("统一社会信用代码", party.get("code", "")),
        ("住所", party.get("address", "")),
        ("法定代表人（负责人）", party.get("legal_representative", "")),
    ]
