"""What stands on a paper, before it is set as Word or PDF: a title, a number, a day and blocks one after
another.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from zhirong.kernel.capital_money import capital_yuan
from zhirong.kernel.money import Fen, show_yuan

Facts = Mapping[str, Any]
Block = dict[str, Any]
_NUMERALS = "零一二三四五六七八九十"


@dataclass(frozen=True, slots=True)
class DocumentSheet:
    """A paper. number: of the document. day: that it bears. blocks: see the functions below."""

    title: str
    number: str
    day: date
    blocks: tuple[Block, ...]


def heading(text: str) -> Block:
    """A line over what follows."""
    return {"kind": "heading", "text": text}


def paragraph(text: str) -> Block:
    """Running text."""
    return {"kind": "paragraph", "text": text}


def facts(*pairs: tuple[str, str]) -> Block:
    """Labels and values, one per line; a value that is not there is a dash."""
    return {"kind": "facts", "rows": [[label, value or "—"] for label, value in pairs]}


def table(
    head: Sequence[str], rows: Sequence[Sequence[str]], widths: Sequence[int], right: Sequence[int] = ()
) -> Block:
    """A table. widths: in proportion. right: the columns whose figures stand to the right."""
    aligned = ["right" if at in right else "left" for at in range(len(head))]
    return {
        "kind": "table",
        "head": list(head),
        "rows": [[cell or "—" for cell in row] for row in rows],
        "widths": list(widths),
        "aligned": aligned,
    }


def signatures(*parties: tuple[str, str]) -> Block:
    """Where parties sign and seal: as what, and the name."""
    return {"kind": "signatures", "parties": [list(party) for party in parties]}


def clauses(*articles: tuple[str, Sequence[str]]) -> list[Block]:
    """Numbered articles, each with its title and its paragraphs."""
    blocks: list[Block] = []
    for number, (title, paragraphs) in enumerate(articles, 1):
        blocks.append(heading(f"第{numeral(number)}条　{title}"))
        if len(paragraphs) == 1:
            blocks.append(paragraph(paragraphs[0]))
        else:
            blocks += [paragraph(f"{number}.{at} {words}") for at, words in enumerate(paragraphs, 1)]
    return blocks


def numeral(number: int) -> str:
    """A number from 1 to 99 in Chinese numerals."""
    if not 1 <= number <= 99:
        raise ValueError(f"no article has the number {number}")
    tens, ones = divmod(number, 10)
    if tens == 0:
        return _NUMERALS[ones]
    return ("" if tens == 1 else _NUMERALS[tens]) + "十" + (_NUMERALS[ones] if ones else "")


def money(fen: Fen) -> str:
    """``人民币贰佰万元整（¥2,000,000.00）``."""
    return f"{capital_yuan(fen)}（¥{show_yuan(fen)}）"


def figure(fen: Fen | None) -> str:
    """``2,000,000.00``, or a dash."""
    return "—" if fen is None else show_yuan(fen)


def percent(rate: str | Decimal) -> str:
    """``4.35%``."""
    return f"{(Decimal(rate) * 100).normalize():f}%"


def day_words(day: str | date | None) -> str:
    """``2026年11月25日``, or a dash."""
    if not day:
        return "—"
    one = date.fromisoformat(day) if isinstance(day, str) else day
    return f"{one.year}年{one.month}月{one.day}日"


def party_rows(role: str, party: Facts) -> list[tuple[str, str]]:
    """A party as it stands at the head of a contract."""
    return [
        (role, party["name"]),
        ("统一社会信用代码", party.get("code", "")),
        ("住所", party.get("address", "")),
        ("法定代表人（负责人）", party.get("legal_representative", "")),
    ]
