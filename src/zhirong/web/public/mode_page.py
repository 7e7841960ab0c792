"""The pages that describe a mode in plain words: the text of ``chain.mode.plain_words``, part by part."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

from zhirong.chain.mode.model import Mode
from zhirong.chain.mode.plain_words import mode_text
from zhirong.chain.mode.vocabulary import LEADERS
from zhirong.kernel.text import Lang, Text
from zhirong.workbench import modes


@dataclass(frozen=True, slots=True)
class Part:
    """A part of the description. lines: each with its level of indentation, from 0."""

    heading: str
    lines: tuple[str, ...]


@lru_cache(maxsize=256)
def parts_of(mode_id: str, lang: Lang) -> tuple[str, tuple[Part, ...]]:
    """Return the introduction of a mode and the parts of its description."""
    first, *rest = mode_text(modes()[mode_id], lang).split("\n\n")
    about = "\n".join(first.split("\n")[2:])
    parts: list[Part] = []
    for line in "\n".join(rest).split("\n"):
        if line and not line.startswith(" "):
            parts.append(Part(line, ()))
        elif line.strip() and parts:
            last = parts[-1]
            parts[-1] = Part(last.heading, (*last.lines, line.strip()))
    return about, tuple(parts)


def by_leader() -> list[tuple[Text, list[Mode]]]:
    """Return every mode by leading party (002: the three typologies)."""
    found = [(words, [one for one in modes().values() if one.leader == name]) for name, words in LEADERS.items()]
    return [(words, some) for words, some in found if some]


# A product is defined by the parties besides firm and lender. The text says what it means for a firm.
_PRODUCTS: Sequence[tuple[Text, Text, frozenset[str]]] = (
    (
        Text("质押贷款", "Pledge loan"),
        Text(
            "以知识产权出质，银行发放贷款；权利价值和企业现金流充足的，无需其他担保。",
            "You pledge the rights and the bank lends. No other security is needed if the rights and the cash flow are sufficient.",
        ),
        frozenset(),
    ),
    (
        Text("担保贷款", "Guaranteed loan"),
        Text(
            "担保机构向银行提供部分担保，企业以权利提供反担保；额度更高，须支付担保费。",
            "A guarantor covers part of the loan and takes the rights as counter-guarantee. The limit is higher, for a fee.",
        ),
        frozenset({"guarantor", "reguarantor", "national_fund"}),
    ),
    (
        Text("保证保险贷款", "Insured loan"),
        Text(
            "保险公司承保还款，企业支付保费；部分地区给予保费补贴。",
            "An insurer covers repayment for a premium; some regions subsidise the premium.",
        ),
        frozenset({"insurer"}),
    ),
    (
        Text("风险补偿贷款", "Loan with a compensation fund"),
        Text(
            "政府风险补偿基金分担银行损失，提高银行放贷意愿。",
            "A public compensation fund shares the lender's losses.",
        ),
        frozenset({"fund", "government", "province", "city", "district", "disposal_fund"}),
    ),
    (
        Text("投贷联动", "Loan and investment"),
        Text(
            "投资机构与银行共同参与，或由运营机构约定收购权利。",
            "An investor takes part together with the bank, or an operator agrees to buy the rights.",
        ),
        frozenset({"investor", "ip_operator", "purchaser"}),
    ),
    (
        Text("同业互保", "Peer guarantee"),
        Text("同业成员企业共同出资担保。", "Firms of the same industry provide a joint guarantee."),
        frozenset({"peers"}),
    ),
)


def products() -> list[tuple[Text, Text, list[Mode]]]:
    """Return the products, each with the modes in which they are offered."""
    everyone = frozenset[str]().union(*(roles for _, _, roles in _PRODUCTS))
    found = []
    for title, about, roles in _PRODUCTS:
        taking_part = [(one, {party.role for party in one.parties}) for one in modes().values()]
        some = [one for one, parties in taking_part if (parties & roles if roles else not parties & everyone)]
        found.append((title, about, some))
    return found
