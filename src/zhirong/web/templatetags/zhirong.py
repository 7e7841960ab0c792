"""Template tags: both languages side by side, amounts, days, states, what can be done next."""

import secrets
from datetime import date, datetime
from decimal import Decimal
from typing import Any
from urllib.parse import urlencode
from zoneinfo import ZoneInfo

from django import template
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString

from zhirong.chain.contract.states import DOCUMENT_WORDS
from zhirong.chain.financing.case import CASE_WORDS, CaseState
from zhirong.chain.quote.document import TotalsPart
from zhirong.documents.papers.kinds import PAPER_KINDS
from zhirong.kernel.errors import Problem
from zhirong.kernel.explain import Explanation
from zhirong.kernel.money import parse_yuan, show_yuan
from zhirong.kernel.text import Lang, Text, how_to_fix
from zhirong.operations.authorize import can, operations_for
from zhirong.operations.declare import OPERATIONS
from zhirong.operations.listing import Listing
from zhirong.operations.right.rights import status_words
from zhirong.web.cells import shown
from zhirong.web.mode_answer import OfferRow

register = template.Library()
_SHANGHAI = ZoneInfo("Asia/Shanghai")


def _lang(context: Any) -> Lang:
    return "en" if context.get("lang") == "en" else "zh"


@register.simple_tag(takes_context=True)
def t(context: Any, zh: str, en: str) -> str:
    """The words in the reader's language."""
    return en if context.get("lang") == "en" else zh


@register.simple_tag(takes_context=True)
def words(context: Any, text: Any) -> str:
    """A Text, or a table of ``zh`` and ``en``, in the reader's language; anything else as it is."""
    lang = _lang(context)
    if isinstance(text, Text):
        return text.in_(lang)
    if isinstance(text, dict) and "zh" in text:
        return str(text[lang])
    return "" if text is None else str(text)


@register.simple_tag(takes_context=True)
def source(context: Any, reference: Any) -> str:
    """Where a rule comes from, in the reader's language."""
    return "" if reference is None else str(reference.as_text("en" if context.get("lang") == "en" else "zh"))


@register.simple_tag(takes_context=True)
def cell(context: Any, column: Any, row: Any) -> str | SafeString:
    """A cell of a list."""
    return shown(column, row, _lang(context))


@register.filter
def yuan(fen: int | None) -> str:
    """Fen as yuan with thousands separated."""
    return "—" if fen is None else show_yuan(fen)


@register.filter
def yuan_words(written: str | None) -> str:
    """Yuan as the chain's JSON writes them (``"3879012.39"``), with thousands separated."""
    return "—" if not written else show_yuan(parse_yuan(written))


@register.filter
def called(row: Any) -> str:
    """What a row is called by people: its number, title or name, whichever it has first; nothing where it has
    none.
    """
    return next((str(found) for name in ("number", "title", "name") if (found := getattr(row, name, ""))), "")


@register.filter
def percent(rate: Any) -> str:
    """A rate as per cent."""
    if rate in (None, ""):
        return "—"
    return f"{(Decimal(str(rate)) * 100).normalize():f}\u00a0%"  # the sign stays on the line of its number


@register.filter
def moment(value: datetime | None) -> str:
    """An instant in Shanghai, to the minute."""
    return "—" if value is None else value.astimezone(_SHANGHAI).strftime("%Y-%m-%d %H:%M")


@register.filter
def day(value: date | str | None) -> str:
    """A day as ISO writes it."""
    if not value:
        return "—"
    return value if isinstance(value, str) else value.isoformat()


@register.simple_tag(takes_context=True)
def problem_text(context: Any, problem: Problem) -> str:
    """What is wrong and how to fix it, without the field's name, which is next to it."""
    lang = _lang(context)
    end = ". " if lang == "en" else "。"
    return f"{problem.reason.in_(lang)}{end}{how_to_fix(problem.hint, lang)}"


@register.simple_tag(takes_context=True)
def fix(context: Any, hint: Text | dict[str, str]) -> str:
    """How to fix a problem, as a separate sentence. A report that was kept as JSON has both languages in an object."""
    return how_to_fix(hint if isinstance(hint, Text) else Text(**hint), _lang(context))


@register.simple_tag(takes_context=True)
def rule_source(context: Any, rule: Any) -> str:
    """Where a rule stands: issuer, document, article, and how sure it is; its note where it has no source."""
    return str(rule.reference.as_text("en" if context.get("lang") == "en" else "zh"))


@register.simple_tag(takes_context=True)
def paper_title(context: Any, paper: Any) -> str:
    """What a paper is. The paper itself is Chinese and has its full title; readers of English get its kind."""
    known = {"appraisal_report": "appraisal report", **{name: kind.title.en for name, kind in PAPER_KINDS.items()}}
    return str(known.get(paper.kind, paper.title) if _lang(context) == "en" else paper.title)


@register.simple_tag(takes_context=True)
def paper_state(context: Any, paper: Any) -> str:
    """The state of a paper in words."""
    return words(context, DOCUMENT_WORDS[paper.state])


@register.simple_tag(takes_context=True)
def case_state(context: Any, state: str) -> str:
    """The state of a case in words."""
    return words(context, CASE_WORDS[CaseState(state)])


@register.simple_tag(takes_context=True)
def right_status(context: Any, status: str) -> str:
    """The status of a right in words."""
    return words(context, status_words(status))


@register.simple_tag(takes_context=True)
def explain_formula(context: Any, explanation: Explanation) -> str:
    """How a result was come by, in a line; empty if it says nothing."""
    return words(context, explanation.formula)


@register.simple_tag
def fees_and_premiums(totals: TotalsPart) -> str:
    """What a firm pays beside interest, in yuan."""
    return show_yuan(parse_yuan(totals.fees) + parse_yuan(totals.premiums))


@register.simple_tag
def any_subsidies(offers: list[OfferRow]) -> bool:
    """Whether any of these offers gives the firm a subsidy."""
    return any(offer.subsidies for offer in offers)


@register.simple_tag
def row_address(one: Listing, row: Any) -> str:
    """The address of the page of a row of a list."""
    return reverse(one.page, args=[one.page_id(row)])


@register.simple_tag
def fresh_key() -> str:
    """A new key for a form: a repeated sending of the same form does nothing twice."""
    return secrets.token_hex(16)


@register.inclusion_tag("parts/actions.html", takes_context=True)
def actions(context: Any, row: Any, only: str = "") -> dict[str, Any]:
    """Buttons for what the person can do to a row now. only: names, spaces between."""
    names = only.split()
    found = [one for one in operations_for(context["actor"], row) if not names or one.name in names]
    found.sort(key=lambda one: one.is_grave)  # what continues comes first, what ends it last
    return {"operations": found, "row": row, "lang": context.get("lang"), "back": context["request"].path}


@register.simple_tag(takes_context=True)
def may(context: Any, name: str, row: Any = None) -> bool:
    """Whether the person can do an operation, to a row where one is given."""
    return can(context["actor"], name, row)


@register.simple_tag(takes_context=True)
def begin(context: Any, name: str, css: str = "button", **values: Any) -> SafeString | str:
    """A link to the form of an operation that begins something, for who may do it."""
    if not can(context["actor"], name):
        return ""
    one = OPERATIONS[name]
    query = "?" + urlencode(values) if values else ""
    title = one.title.in_(_lang(context))
    return format_html('<a class="{}" href="{}{}">{}</a>', css, reverse("do.begin", args=[name]), query, title)


@register.simple_tag(takes_context=True)
def here_with(context: Any, **values: Any) -> str:
    """This page's address with these parts of the query changed; an empty one is omitted."""
    query = context["request"].GET.copy()
    for name, value in values.items():
        query.pop(name, None)
        if value not in ("", None):
            query[name] = value
    return "?" + query.urlencode()
