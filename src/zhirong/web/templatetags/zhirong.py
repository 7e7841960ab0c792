"""Template tags: bilingual text, amounts, dates, states, possible operations."""

import re
import secrets
from collections.abc import Iterable, Mapping
from datetime import date, datetime
from decimal import Decimal
from functools import cache, lru_cache
from html import escape
from typing import Any
from urllib.parse import urlencode
from zoneinfo import ZoneInfo

from django import template
from django.template.base import FilterExpression, Parser, Token, Variable, render_value_in_context
from django.template.context import Context
from django.template.loader import render_to_string
from django.urls import get_script_prefix, reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe

from zhirong.chain.contract.document_kinds import DOCUMENT_TITLES, DocumentKind
from zhirong.chain.contract.states import DOCUMENT_WORDS
from zhirong.chain.default.claim_states import CLAIM_WORDS, ClaimState
from zhirong.chain.financing.case import CASE_WORDS, CaseState
from zhirong.chain.guarantee.states import GUARANTEE_WORDS, GuaranteeState
from zhirong.chain.quote.document import ModePart, TotalsPart
from zhirong.kernel.days import day_of
from zhirong.kernel.errors import Problem
from zhirong.kernel.explain import Explanation
from zhirong.kernel.money import parse_yuan, show_yuan
from zhirong.kernel.text import Lang, Text, how_to_fix
from zhirong.operations.authorize import can, operations_for
from zhirong.operations.declare import OPERATIONS
from zhirong.operations.guarantee.guarantees import lent_of
from zhirong.operations.listing import Listing
from zhirong.operations.platform.audit_words import AuditLine, in_words
from zhirong.operations.right.rights import status_words
from zhirong.store.financing import GuaranteeRequest
from zhirong.store.models import Event
from zhirong.web.bar_rows import BarRow
from zhirong.web.cells import in_wan, shown
from zhirong.web.clock import now
from zhirong.web.cost_rows import cost_parts
from zhirong.web.icons import icon as drawn_icon
from zhirong.web.menu import MenuEntry
from zhirong.web.mode_answer import OfferRow
from zhirong.web.pages import PAGES
from zhirong.web.preferences import PREFERENCES, Unit

register = template.Library()
_SHANGHAI = ZoneInfo("Asia/Shanghai")
_SUBSIDIES, _TOGETHER = Text("补贴", "subsidies"), Text("合计", "in all")
_PART_OF_ROUTE = re.compile("<[^>]+>")
_ROW_OF_FILE = re.compile(r"(?:row)?\[(\d+)\]\.?(.*)", re.DOTALL)


def _lang(context: Any) -> Lang:
    return "en" if context.get("lang") == "en" else "zh"


def _unit(context: Any) -> Unit:
    chosen = context.get("chosen")
    return "yuan" if chosen is None else chosen.unit


class _Bilingual(template.Node):
    """A text in two languages. A page has a hundred of them, so a text written in the template is stored as text
    instead of being resolved and escaped again for every reader.
    """

    def __init__(self, zh: FilterExpression, en: FilterExpression) -> None:
        self._zh, self._en = _written(zh), _written(en)

    def render(self, context: Context) -> SafeString:
        text = self._en if context.get("lang") == "en" else self._zh
        if isinstance(text, str):
            return text
        return mark_safe(render_value_in_context(text.resolve(context), context))  # noqa: S308 - escaped by the call


def _written(text: FilterExpression) -> SafeString | FilterExpression:
    """Return the text itself if the template's author wrote it out, which makes it safe."""
    return text if isinstance(text.var, Variable) or text.filters else mark_safe(text.var)  # noqa: S308


@register.tag
def t(parser: Parser, token: Token) -> _Bilingual:
    """Show one of two texts, Chinese and English: the one in the reader's language."""
    _, zh, en = token.split_contents()
    return _Bilingual(parser.compile_filter(zh), parser.compile_filter(en))


@register.simple_tag(takes_context=True)
def words(context: Any, text: Any) -> str:
    """Return a Text, or a table of ``zh`` and ``en``, in the reader's language; anything else unchanged."""
    lang = _lang(context)
    if isinstance(text, Text):
        return text.in_(lang)
    if isinstance(text, dict) and "zh" in text:
        return str(text[lang])
    return "" if text is None else str(text)


@register.simple_tag(takes_context=True)
def source(context: Any, reference: Any) -> str:
    """Return the source of a rule in the reader's language."""
    return "" if reference is None else str(reference.as_text("en" if context.get("lang") == "en" else "zh"))


@register.simple_tag(takes_context=True)
def list_rows(context: Any) -> SafeString:
    """Draw the rows of the page's list: the first cell leads to the page of the row; amounts are in the reader's
    unit. Drawn here and not by tags of a template, because a page of a list has up to 2,000 cells.
    """
    one, lang, chosen_unit = context["listing"], _lang(context), _unit(context)
    classes = [f"{column.kind} main" if column.main else column.kind for column in one.columns]
    drawn = []
    for row in context["found"].rows:
        cells = [escape(shown(column, row, lang, chosen_unit)) for column in one.columns]
        if one.page:
            cells[0] = f'<a href="{escape(row_address(one, row))}">{cells[0]}</a>'
        mark = f' class="{urgency(row.due_on)}"' if context["marks_due"] else ""
        inside = "".join(f'<td class="{kind}">{text}</td>' for kind, text in zip(classes, cells, strict=True))
        drawn.append(f"<tr{mark}>{inside}</tr>")
    return mark_safe("\n".join(drawn))  # noqa: S308 - every text in it is escaped


@register.simple_tag(takes_context=True)
def list_totals(context: Any) -> SafeString:
    """Draw the row of totals below a list; nothing if no column of it is summed."""
    totals = context["totals"]
    if totals is None:
        return SafeString("")
    cells = [words(context, Text(f"合计 {totals.count} 笔", f"Total: {totals.count}"))]
    for column in context["listing"].columns[1:]:
        fen = totals.sums.get(column.name)
        cells.append("" if fen is None else show_yuan(fen) if column.is_exact else amount(context, fen))
    kinds = [f"{column.kind} main" if column.main else column.kind for column in context["listing"].columns]
    inside = "".join(
        f'<td class="{kind}">{escape(text)}</td>' for kind, text in zip(kinds[1:], cells[1:], strict=True)
    )
    first = f'<th scope="row" class="{kinds[0]}">{escape(cells[0])}</th>'
    return mark_safe(f"<tfoot><tr>{first}{inside}</tr></tfoot>")  # noqa: S308 - every text in it is escaped


@register.simple_tag
def icon(name: str) -> SafeString:
    """Draw an icon, which must be next to a word."""
    return drawn_icon(name)


@register.simple_tag(takes_context=True)
def unit(context: Any) -> str:
    """Return the unit of amounts in lists that the reader prefers."""
    is_wan, is_english = _unit(context) == "wan", _lang(context) == "en"
    if is_english:
        return "CNY 10k" if is_wan else "CNY"
    return "万元" if is_wan else "元"


@register.simple_tag(takes_context=True)
def amount(context: Any, fen: int | None) -> str:
    """Format fen in the unit that the reader prefers, without the unit."""
    if fen is None:
        return "—"
    return in_wan(fen) if _unit(context) == "wan" else show_yuan(fen)


@register.simple_tag(takes_context=True)
def amount_short(context: Any, fen: int) -> str:
    """Format fen for a mark of a chart: as ``amount`` does, in whole yuan where that is the unit."""
    return in_wan(fen) if _unit(context) == "wan" else show_yuan(round(fen, -2)).removesuffix(".00")


@register.simple_tag(takes_context=True)
def amount_words(context: Any, written: str | None) -> str:
    """Format yuan in the chain's JSON form in the unit that the reader prefers, without the unit."""
    return amount(context, parse_yuan(written) if written else None)


@register.simple_tag(takes_context=True)
def with_unit(context: Any, written: str) -> str:
    """Return an amount with its unit: after it in Chinese, before it in English."""
    return f"{unit(context)} {written}" if _lang(context) == "en" else f"{written} {unit(context)}"


@register.filter
def days_left(day: date | str | None) -> int | None:
    """Return the days from today to a date; negative if it has passed."""
    if not day:
        return None
    due = day if isinstance(day, date) else date.fromisoformat(day)
    return (due - day_of(now())).days


@register.simple_tag(takes_context=True)
def due(context: Any, day: date | None) -> SafeString:
    """Draw a time limit as ``c-due`` does, for the rows of a table: many of them have the same day."""
    return _due(day, day_of(now()), _lang(context))


@lru_cache(maxsize=1024)
def _due(day: date | None, today: date, lang: Lang) -> SafeString:
    """Return the time limit as HTML. today: the day from which the remaining time counts."""
    return render_to_string("parts/due.html", {"day": day, "lang": lang})


@register.simple_tag(takes_context=True)
def check_row(
    context: Any, state: str, title: Text, href: str = "", do: Text | None = None, by: Text | None = None
) -> SafeString:
    """Draw a row of a checklist as ``c-check`` does: most rows are the same for all readers."""
    lang = _lang(context)
    return _check_row(state, title.in_(lang), href, do.in_(lang) if do else "", by.in_(lang) if by else "", lang)


@lru_cache(maxsize=1024)
def _check_row(*shown: str) -> SafeString:
    """Return the row as HTML. shown: state, title, address, task, responsible party or date, and the language."""
    names = ("state", "title", "href", "do", "by", "lang")
    return render_to_string("parts/check.html", dict(zip(names, shown, strict=True)))


@register.filter
def urgency(day: date | None) -> str:
    """Return the class of a row by its time limit: late, or soon if it is today; empty otherwise."""
    left = days_left(day)
    return "" if left is None or left > 0 else "late" if left < 0 else "soon"


@register.simple_tag(takes_context=True)
def left_words(context: Any, left: int) -> str:
    """Return the days left until a time limit in words."""
    if _lang(context) == "en":
        days = "1 day" if abs(left) == 1 else f"{abs(left)} days"
        return "due today" if left == 0 else f"{days} late" if left < 0 else f"{days} left"
    return "今天到期" if left == 0 else f"已超 {-left} 天" if left < 0 else f"还有 {left} 天"


@register.filter
def day_short(day: date | None) -> str:
    """Format a date of this year without the year."""
    if day is None:
        return "—"
    return day.strftime("%m-%d" if day.year == day_of(now()).year else "%Y-%m-%d")


@register.filter
def moment_short(value: datetime | None) -> str:
    """Format an instant of this year in Shanghai time without the year."""
    if value is None:
        return "—"
    local = value.astimezone(_SHANGHAI)
    return local.strftime("%m-%d %H:%M" if local.year == day_of(now()).year else "%Y-%m-%d")


@register.filter
def audit_lines(events: Iterable[Event]) -> list[AuditLine]:
    """Return the events of a page of the log in words."""
    return in_words(events)


@register.filter
def moment_exact(value: datetime) -> str:
    """Format an instant in Shanghai time to the second."""
    return value.astimezone(_SHANGHAI).strftime("%Y-%m-%d %H:%M:%S")


@register.filter
def of(table: Mapping[str, Any], key: str) -> Any:
    """Return the entry of a table, None if it has none."""
    return table.get(key)


@register.filter
def percent_of(part: Any, whole: Any) -> str:
    """Return the width of a bar: ``part`` of ``whole`` in per cent, between 0 and 100."""
    of = Decimal(str(whole or 0))
    share = min(max(Decimal(str(part or 0)) / of, Decimal(0)), Decimal(1)) if of else Decimal(0)
    return f"{share * 100:.1f}%"


@register.inclusion_tag("parts/switch.html", takes_context=True)
def switch(context: Any, name: str, short: bool = False) -> dict[str, Any]:
    """Return links that set a preference: the unit, the density, the colours or the language. short: without the
    choice "automatic".
    """
    one = next(one for one in PREFERENCES if one.name == name)
    by_page = {"unit": context["chosen"].unit, "density": context["density"] if short else "page"}
    current = one.of(context["request"]) or by_page.get(name, one.choices[0][0])
    query = context["request"].GET.copy()
    links = []
    for value, title in one.choices[1 if short else 0 :]:
        query[name] = value
        links.append((title, "?" + query.urlencode(), value == current))
    return {"preference": one, "links": links, "lang": context.get("lang")}


@register.filter
def yuan(fen: int | None) -> str:
    """Format fen as yuan with thousands separators."""
    return "—" if fen is None else show_yuan(fen)


@register.filter
def yuan_words(written: str | None) -> str:
    """Format yuan in the chain's JSON form (``"3879012.39"``) with thousands separators."""
    return "—" if not written else show_yuan(parse_yuan(written))


@register.filter
def person(account: Any) -> str:
    """Return the name of an account for readers: as its owner stated it, or the address before the ``@``."""
    return str(account.display_name or account.email.partition("@")[0])


@register.filter
def called(row: Any) -> str:
    """Return the name of a row for readers: its number, title or name, whichever exists first; otherwise empty.
    Text takes precedence over a mere counter, such as the number of a version.
    """
    found = [one for name in ("number", "title", "name") if (one := getattr(row, name, ""))]
    found.sort(key=lambda one: not isinstance(one, str))
    return str(found[0]) if found else ""


@register.filter
def percent(rate: Any) -> str:
    """Format a rate in per cent."""
    if rate in (None, ""):
        return "—"
    return f"{(Decimal(str(rate)) * 100).normalize():f}\u00a0%"  # the sign stays on the same line as its number


@register.filter
def moment(value: datetime | None) -> str:
    """Format an instant in Shanghai time to the minute."""
    return "—" if value is None else value.astimezone(_SHANGHAI).strftime("%Y-%m-%d %H:%M")


@register.filter
def day(value: date | str | None) -> str:
    """Format a date in ISO form."""
    if not value:
        return "—"
    return value if isinstance(value, str) else value.isoformat()


@register.simple_tag(takes_context=True)
def problem_text(context: Any, problem: Problem) -> str:
    """Return the reason and the hint of a problem, without the field's name, which is next to it."""
    lang = _lang(context)
    end = ". " if lang == "en" else "。"
    return f"{problem.reason.in_(lang)}{end}{how_to_fix(problem.hint, lang)}"


@register.simple_tag(takes_context=True)
def problem_place(context: Any, field: str) -> str:
    """Return the place of a problem in a file for reading: ``row[4].金额`` and ``[4].金额`` are row 4 and its column."""
    found = _ROW_OF_FILE.fullmatch(field)
    if found is None:
        return field
    row = f"row {found[1]}" if _lang(context) == "en" else f"第 {found[1]} 行"
    return f"{row} {found[2]}".rstrip()


@register.simple_tag(takes_context=True)
def fix(context: Any, hint: Text | dict[str, str]) -> str:
    """Return the hint of a problem as a sentence. A report stored as JSON has both languages in an object."""
    return how_to_fix(hint if isinstance(hint, Text) else Text(**hint), _lang(context))


@register.simple_tag(takes_context=True)
def rule_source(context: Any, rule: Any) -> str:
    """Return the source of a rule: issuer, document, article and confidence; its note if it has no source."""
    return str(rule.reference.as_text("en" if context.get("lang") == "en" else "zh"))


@register.simple_tag(takes_context=True)
def paper_title(context: Any, paper: Any) -> str:
    """Return the title of a document: its full Chinese title, or its kind for readers of English."""
    return DOCUMENT_TITLES[DocumentKind(paper.kind)].en if _lang(context) == "en" else str(paper.title)


@register.simple_tag(takes_context=True)
def paper_state(context: Any, paper: Any) -> str:
    """Return the state of a document in words."""
    return words(context, DOCUMENT_WORDS[paper.state])


@register.simple_tag(takes_context=True)
def case_state(context: Any, state: str) -> str:
    """Return the state of a case in words."""
    return words(context, CASE_WORDS[CaseState(state)])


@register.simple_tag(takes_context=True)
def guarantee_state(context: Any, state: str) -> str:
    """Return the state of a guarantee in words."""
    return words(context, GUARANTEE_WORDS[GuaranteeState(state)])


@register.simple_tag(takes_context=True)
def claim_state(context: Any, state: str) -> str:
    """Return the state of a claim in words."""
    return words(context, CLAIM_WORDS[ClaimState(state)])


@register.filter
def lent(asked: GuaranteeRequest) -> int | None:
    """Return the principal of the loan of a guarantee in fen; None before its disbursement."""
    return lent_of(asked)


@register.simple_tag(takes_context=True)
def right_status(context: Any, status: str) -> str:
    """Return the status of a right in words."""
    return words(context, status_words(status))


@register.simple_tag(takes_context=True)
def explain_formula(context: Any, explanation: Explanation) -> str:
    """Return the formula of a result on one line; empty if there is none."""
    return words(context, explanation.formula)


@register.simple_tag
def fees_and_premiums(totals: TotalsPart) -> str:
    """Return a firm's costs other than interest, in yuan."""
    return show_yuan(parse_yuan(totals.fees) + parse_yuan(totals.premiums))


@register.simple_tag(takes_context=True)
def cost_note(context: Any, row: BarRow) -> str:
    """Return the cost of a loan under a mode, in total and by component, in the reader's preferred unit."""
    mode: ModePart = row.about
    parts = [(one.title, amount(context, one.amount)) for one in cost_parts(mode) if one.amount]
    subsidies = abs(parse_yuan(mode.totals.subsidies))
    if subsidies:
        parts.append((_SUBSIDIES, f"−{amount(context, subsidies)}"))
    listed = words(context, Text("，", ", ")).join(f"{words(context, title)} {shown}" for title, shown in parts)
    return f"{words(context, _TOGETHER)} {amount(context, row.amount)}{words(context, Text('：', ': '))}{listed}"


@register.simple_tag
def any_subsidies(offers: list[OfferRow]) -> bool:
    """Return whether any of these offers gives the firm a subsidy."""
    return any(offer.subsidies for offer in offers)


@register.simple_tag
def row_address(one: Listing, row: Any) -> str:
    """Return the address of the page of a list's row. From the route itself: ``reverse`` for every row of a list
    takes as long as the rest of the row.
    """
    return get_script_prefix() + _PART_OF_ROUTE.sub(str(one.page_id(row)), PAGES[one.page].route)


@register.simple_tag(takes_context=True)
def menu_entries(context: Any, entries: Iterable[MenuEntry]) -> SafeString:
    """Draw entries of the menu; the one of this page is marked."""
    path, drawn = context["request"].path, tuple(entries)
    here = next((entry.page for entry in drawn if _address(entry.page) == path), "")
    return _menu_entries(drawn, here, _lang(context))


@cache
def _address(page: str) -> str:
    return reverse(page)


@lru_cache(maxsize=1024)
def _menu_entries(entries: tuple[MenuEntry, ...], here: str, lang: Lang) -> SafeString:
    """Return the entries as HTML; a desk has few menus and every page shows them. here: the name of the page."""
    return render_to_string("parts/menu_entries.html", {"entries": entries, "here": here, "lang": lang})


@register.simple_tag
def fresh_key() -> str:
    """Return a new key for a form, so that sending the same form twice has no second effect."""
    return secrets.token_hex(16)


@register.inclusion_tag("parts/actions.html", takes_context=True)
def actions(context: Any, row: Any, only: str = "") -> dict[str, Any]:
    """Return buttons for the user's possible operations on a row. only: names separated by spaces."""
    names = only.split()
    found = [one for one in operations_for(context["actor"], row) if not names or one.name in names]
    found.sort(key=lambda one: one.is_grave)  # operations that continue come first, those that end come last
    return {"operations": found, "row": row, "lang": context.get("lang"), "back": context["request"].path}


@register.simple_tag(takes_context=True)
def may(context: Any, name: str, row: Any = None) -> bool:
    """Return whether the user can run an operation, on a row if given."""
    return can(context["actor"], name, row)


@register.simple_tag(takes_context=True)
def begin(context: Any, name: str, css: str = "button", **values: Any) -> SafeString | str:
    """Return a link to the form of an operation that creates something, for users who may run it."""
    if not can(context["actor"], name):
        return ""
    one = OPERATIONS[name]
    query = "?" + urlencode(values) if values else ""
    title = one.title.in_(_lang(context))
    return format_html('<a class="{}" href="{}{}">{}</a>', css, reverse("do.begin", args=[name]), query, title)


@register.simple_tag(takes_context=True)
def here_with(context: Any, **values: Any) -> str:
    """Return this page's address with changed query parameters; empty ones are omitted."""
    query = context["request"].GET.copy()
    for name, value in values.items():
        query.pop(name, None)
        if value not in ("", None):
            query[name] = value
    return "?" + query.urlencode()
