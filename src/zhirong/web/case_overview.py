"""The page of the case overview: the document arranged for a screen, and its reader's next actions."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from zhirong.chain.financing.case import WAY, CaseState
from zhirong.chain.financing.diligence import CheckState
from zhirong.chain.financing.overview import CaseOverview, CaseRightPart, MissingPart, Stage
from zhirong.chain.loan.terms import METHOD_TEXT, Method
from zhirong.chain.quote.document import QuoteDocument
from zhirong.chain.quote.facts import region_words
from zhirong.kernel.money import Fen, MoneyError, parse_yuan
from zhirong.kernel.text import Text, same
from zhirong.operations.actors import Actor
from zhirong.operations.case.overview import Today, case_overview
from zhirong.store.financing import Case
from zhirong.web.case_actions import actions_of, address_of, can_check, can_rate
from zhirong.web.row_actions import RowActions
from zhirong.web.shares import loss_parts
from zhirong.web.value_interval import Interval, interval_of

# The parts of a case with a page each, in the order of the work.
PARTS: Mapping[str, Text] = {
    "limit": Text("额度", "Limit"),
    "quote": Text("报价", "Quote"),
    "rights": Text("权利与评估", "Rights and appraisal"),
    "credit": Text("团队与信用", "Team and credit"),
    "checks": Text("尽职调查", "Due diligence"),
    "decisions": Text("担保与审批", "Guarantee and approval"),
    "questions": Text("问答", "Questions"),
    "documents": Text("文件", "Documents"),
    "steps": Text("用时", "Duration"),
}
_SHOWN_RIGHTS, _SHOWN_MISSING, _SHOWN_STEPS = 3, 4, 4
_REQUESTED = "requested"  # the cap that is not a rule but the firm's wish (``chain.limit.wording``)
_SCALE = 4  # a cap above this multiple of the limit fills its bar


@dataclass(frozen=True, slots=True)
class CapBar:
    """A cap of the limit as a bar. width: of the largest bar shown. kind: of the component ``c-cap``."""

    title: Text
    amount: Fen
    width: str
    kind: str
    note: Text


@dataclass(frozen=True, slots=True)
class CapBars:
    """The caps on one scale. tick: where the limit is."""

    bars: tuple[CapBar, ...]
    tick: str


@dataclass(frozen=True, slots=True)
class PledgedRow:
    """A right of the case with its pledge value in fen, None before the quote is calculated."""

    right: CaseRightPart
    alone: Fen | None
    adds: Fen | None


@dataclass(frozen=True, slots=True)
class FirmFact:
    """One fact about the firm: words, or an amount in fen."""

    title: Text
    words: Text | None = None
    fen: Fen | None = None


@dataclass(frozen=True, slots=True)
class MissingRow:
    """An item missing before submission for approval, and the address for adding it; no address if the reader
    cannot add it.
    """

    part: MissingPart
    address: str


def case_context(actor: Actor, case: Case, today: Today) -> dict[str, Any]:
    """Return the overview, arranged for the template of the case."""
    overview = case_overview(actor, case, today)
    quote = overview.quote
    document = None if quote is None else quote.document
    actions = actions_of(actor, case, overview)
    others = [one for one in overview.missing if one.code != "check_open"]
    done = [one for one in overview.checks if one.state != CheckState.OPEN]
    return {
        **_shared(actor, case, overview),
        "actions": actions,
        "step": 1 + sum(one.stage is Stage.PASSED for one in overview.progress),
        "caps": None if quote is None else _cap_bars(quote.offer.credit_limit, quote.offer.loan.amount),
        "interval": _interval(document, None if quote is None else quote.offer.loan.amount),
        "pledged": _pledged(overview, document)[:_SHOWN_RIGHTS],
        "shares": [] if quote is None else loss_parts(quote.offer.full_loss),
        "method": METHOD_TEXT[Method(case.method)],
        "firm_facts": _firm_facts(case, today),
        "checks_done": len(done),
        "file_count": len(overview.documents) + len(overview.files),
        "missing_rows": [_missing_row(case, one, actions) for one in others[:_SHOWN_MISSING]],
        "missing_more": max(0, len(others) - _SHOWN_MISSING),
        "latest": tuple(reversed(overview.steps.rows))[:_SHOWN_STEPS],
    }


def part_context(actor: Actor, case: Case, today: Today, part: str) -> dict[str, Any]:
    """Return the data of the page of one part."""
    overview = case_overview(actor, case, today)
    return {
        **_shared(actor, case, overview),
        "part": part,
        "part_title": PARTS[part],
        "parts": tuple(PARTS.items()),
        "template": f"lender/case/{part}.html",
    }


def _shared(actor: Actor, case: Case, overview: CaseOverview) -> dict[str, Any]:
    return {
        "case": case,
        "overview": overview,
        "quote": overview.quote,
        "can_rate": can_rate(actor, case, overview),
        "can_check": can_check(actor, overview),
        "before_release": overview.case.state in WAY[: WAY.index(CaseState.DISBURSED)],
    }


def _percent(part: Fen, whole: Fen) -> str:
    return f"{min(100.0, 100 * part / whole):.1f}%" if whole > 0 else "0%"


def _cap_bars(limit: Any, amount: str) -> CapBars:
    """Arrange the caps. A cap far above the others fills the scale, which shows the lowest well."""
    parsed = [(one, parse_yuan(one.amount)) for one in limit.caps]
    low = parse_yuan(amount)
    scale = max([min(fen, _SCALE * low) for _, fen in parsed] or [low])
    bars = tuple(
        CapBar(
            title=one.title,
            amount=fen,
            width=_percent(fen, scale),
            kind="wish" if one.code == _REQUESTED else "binding" if one.binding else "cap",
            note=one.formula,
        )
        for one, fen in parsed
    )
    return CapBars(bars, _percent(low, scale))


def _interval(document: QuoteDocument | None, amount: str | None) -> Interval | None:
    if document is None or document.value is None or amount is None:
        return None
    value = document.value
    low, middle, high, limit = (parse_yuan(one) for one in (value.p10, value.p50, value.p90, amount))
    return interval_of(low, middle, high, limit)


def _pledged(overview: CaseOverview, document: QuoteDocument | None) -> list[PledgedRow]:
    values = {} if document is None else {one.title: one for one in document.pledge.rights}
    found = []
    for one in overview.rights:
        value = values.get(one.title)
        alone, adds = (None, None) if value is None else (parse_yuan(value.alone), parse_yuan(value.adds))
        found.append(PledgedRow(one, alone, adds))
    return found


def _missing_row(case: Case, one: MissingPart, actions: RowActions) -> MissingRow:
    """Link each missing item to the operation that adds it, if the reader can run it."""
    name = {"team": "team.rate", "review": "case.review"}.get(one.field.split(".")[0])
    address = "" if name is None else address_of(name, case)
    return MissingRow(one, address if address in actions.addresses else "")


def _firm_facts(case: Case, today: Today) -> list[FirmFact]:
    """Return the known data of the firm from its profile and the credit file of the case."""
    statements, debt = case.credit.get("statements", {}), case.credit.get("debt", {})
    region = region_words(case.firm.region, today.rules, today.day)
    total, owed = _fen(debt.get("total_assets")), _fen(debt.get("total_debt"))
    return [
        FirmFact(Text("注册地", "Region"), region),
        FirmFact(Text("成立", "Founded"), same(str(case.firm.profile.get("registered_on") or "—"))),
        FirmFact(Text("营业收入", "Revenue"), fen=_fen(statements.get("revenue"))),
        FirmFact(Text("利润总额", "Profit"), fen=_fen(statements.get("total_profit"))),
        FirmFact(Text("资产负债率", "Debt ratio"), same(f"{owed / total:.1%}" if owed and total else "—")),
        FirmFact(Text("银行借款", "Bank debt"), fen=_fen(statements.get("bank_debt"))),
    ]


def _fen(written: Any) -> Fen | None:
    """Read an amount of the credit file; missing and invalid values are not shown."""
    if not isinstance(written, str | int):
        return None
    try:
        return parse_yuan(written)
    except MoneyError:
        return None
