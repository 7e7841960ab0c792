"""Draw payments in time order with characters: a column for each party, an arrow for each payment."""

from decimal import Decimal
from unicodedata import east_asian_width

from zhirong.chain.mode import vocabulary as words
from zhirong.chain.mode.fee_table import FEE_TABLES
from zhirong.chain.mode.model import ChargeRule, Mode
from zhirong.chain.mode.share_text import percent
from zhirong.kernel.explain import plain
from zhirong.kernel.money import show_yuan
from zhirong.kernel.text import Lang, Text

_LANE = 12  # Minimum width of a column.
_WHEN = 10

_DEFAULT = Text("违约后", "default")
_RECOVERY = Text("回收时", "recovery")


def drawing(mode: Mode, lang: Lang = "zh") -> str:
    """Draw the payments of a mode in the order of time; parties that neither pay nor are paid are omitted."""
    arrows = _arrows(mode, lang)
    used = {role for _, payer, payee, _, _ in arrows for role in (payer, payee)}
    lanes = [party.role for party in mode.parties if party.role in used]
    names = [_short(words.ROLES[role].in_(lang)) for role in lanes]
    width = max([_LANE, *(display_width(name) + 2 for name in names)])
    lines = [(" " * _WHEN + "".join(_centred(name, width) for name in names)).rstrip()]
    before = ""
    for when, payer, payee, heavy, label in arrows:
        shown = when if when != before else ""
        before = when
        lines.append(_pad(shown, _WHEN) + _arrow(lanes, payer, payee, heavy, width) + " " + label)
    return "\n".join(lines)


def _arrows(mode: Mode, lang: Lang) -> list[tuple[str, str, str, bool, str]]:
    """A payment: when, payer, payee, whether it is the loan itself, and the label."""
    zh = lang == "zh"
    start, end = words.WHEN["start"].in_(lang), words.WHEN["end"].in_(lang)
    arrows = [_charge_arrow(rule, lang) for rule in mode.charges if rule.when == "start"]
    arrows.append((start if zh else "start", "lender", "firm", True, "贷款" if zh else "the loan"))
    arrows += [_charge_arrow(rule, lang) for rule in mode.charges if rule.when == "yearly"]
    arrows.append((end if zh else "end", "firm", "lender", True, "还本付息" if zh else "principal and interest"))
    arrows += [_charge_arrow(rule, lang) for rule in mode.charges if rule.when == "end"]
    sharing = mode.sharings[-1]
    payers: dict[str, list[str]] = {}
    for tier in sharing.tiers:
        for role, share in (pair for shares in (tier.shares, *(o.shares for o in tier.instead)) for pair in shares):
            if role != "lender" and share:
                payers.setdefault(role, []).append(percent(share))
    for bonus in sharing.bonuses:
        if bonus.to != "lender":
            more = percent(bonus.add)
            payers.setdefault(bonus.to, []).append(f"加成 +{more}" if zh else f"bonus +{more}")
    for layer in sharing.top_ups:
        if layer.payer != "lender":
            payers.setdefault(layer.payer, []).append(f"{layer.name.in_(lang)} +{percent(layer.share)}")
    for role, shares in payers.items():
        timing = sharing.timing_of(role)
        label = " / ".join(dict.fromkeys(shares))
        if timing.days:
            label += (
                f"，{timing.days} 天后" if zh else f", after {timing.days} {'day' if timing.days == 1 else 'days'}"
            )
        arrows.append((_DEFAULT.in_(lang), role, timing.through or "lender", False, label))
    order = mode.recoveries.order or tuple(payers)
    if mode.recoveries.back == "creditor_first":
        label = "放款机构补足后" if zh else "once the lender is whole"
    else:
        label = (
            ("先行归还" if zh else "first in turn")
            if mode.recoveries.order
            else ("按承担比例" if zh else "pro rata")
        )
    for role in order:
        if role == "lender":
            continue
        arrows.append((_RECOVERY.in_(lang), "lender", role, False, label))
    if mode.licence_back is not None:
        terms = mode.licence_back
        fee = f"{percent(terms.fee_rate)} × {terms.periods}"
        words_fee = Text(f"反向许可费 {fee}", f"licence fee {fee}")
        arrows.append((_RECOVERY.in_(lang), "firm", terms.holder, False, words_fee.in_(lang)))
    return arrows


def _charge_arrow(rule: ChargeRule, lang: Lang) -> tuple[str, str, str, bool, str]:
    short = {
        "start": Text("放款时", "start"),
        "yearly": Text("每年", "yearly"),
        "end": Text("还清后", "end"),
    }
    amount = show_yuan(rule.amount) if rule.amount is not None else f"{plain((rule.rate or Decimal(0)) * 100)} %"
    if rule.base == "fee_table":
        amount = FEE_TABLES[rule.of].in_(lang)
    return (short[rule.when].in_(lang), rule.payer, rule.payee, False, f"{rule.title.in_(lang)} {amount}")


def _arrow(lanes: list[str], payer: str, payee: str, heavy: bool, width: int) -> str:
    first, last = lanes.index(payer), lanes.index(payee)
    line = "═" if heavy else "─"
    row: list[str] = []
    for _ in lanes:
        row += list(" " * (width // 2) + "│" + " " * (width - width // 2 - 1))
    low, high = sorted((first, last))
    left, right = low * width + width // 2, high * width + width // 2
    for position in range(left + 1, right):
        row[position] = line
    row[right - 1 if last > first else left + 1] = "▶" if last > first else "◀"
    return "".join(row)


def display_width(text: str) -> int:
    """Return the columns that a text takes up on a terminal; a Chinese character takes two."""
    return sum(2 if east_asian_width(letter) in "WF" else 1 for letter in text)


def _pad(text: str, width: int) -> str:
    return text + " " * max(0, width - display_width(text))


def _centred(text: str, width: int) -> str:
    space = width - display_width(text)
    return " " * (space // 2) + text + " " * (space - space // 2)


def _short(text: str) -> str:
    """Return a role's name without its explanation, so that a drawing with many parties fits a screen."""
    return text.split(" or ")[0].split("或")[0].removesuffix(" of the peer guarantee")
