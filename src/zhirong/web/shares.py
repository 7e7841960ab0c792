"""Parts of a total as positions on one bar, for the component ``c-split``."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from zhirong.kernel.text import Text


@dataclass(frozen=True, slots=True)
class SharePart:
    """One part: where it begins on the bar and how wide it is, in per cent, and its words."""

    title: Text
    value: str
    begins: str
    width: str


def parts_of(shares: Sequence[tuple[Text, Any, str]]) -> list[SharePart]:
    """Place the parts one after another. shares: title, size and words of each. No part has a size if all are zero."""
    sizes = [Decimal(str(size)) for _, size, _ in shares]
    whole, found, at = sum(sizes, Decimal(0)), [], Decimal(0)
    for (title, _, value), size in zip(shares, sizes, strict=True):
        width = size / whole * 100 if whole else Decimal(0)
        found.append(SharePart(title, value, f"{at:.2f}%", f"{width:.2f}%"))
        at += width
    return found


def loss_parts(losses: Sequence[Any]) -> list[SharePart]:
    """Place the shares of a loss of the chain's quote, each with its share in per cent."""
    return parts_of(
        [(one.party_text, one.share, f"{(Decimal(one.share) * 100).normalize():f} %") for one in losses]
    )
