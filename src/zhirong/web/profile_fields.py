"""The form of a firm's profile: facts that modes ask about, and the sections of the credit file."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.http import QueryDict

from zhirong.chain.credit.file import ALL_SECTIONS, CUSTOMS_GRADES, RATINGS, TAX_GRADES
from zhirong.chain.credit.statements import FIGURE_TEXT, READ_FIGURES, SIZE_TEXT, SIZES
from zhirong.chain.mode.eligibility import NEVER
from zhirong.chain.mode.vocabulary import FACTS
from zhirong.chain.quote.reading import DERIVED_FACTS
from zhirong.kernel.errors import Problem
from zhirong.kernel.provenance import EVIDENCE_TEXT
from zhirong.kernel.text import Text, same

_YES_NO = (("yes", Text("是", "yes")), ("no", Text("否", "no")))
NEVER_WORDS = Text("从未", "never")
_CUSTOMS_WORDS: Mapping[str, Text] = {
    "advanced": Text("高级认证企业", "advanced certified enterprise (AEO)"),
    "ordinary": Text("常规管理企业", "ordinary"),
    "not_registered": Text("未在海关备案", "not registered with customs"),
    "dishonest": Text("失信企业", "discredited enterprise"),
}
# Shown at the front; only a few modes ask about the rest.
FIRST_FACTS = (
    "size_class",
    "sme",
    "sme_tech",
    "bad_credit_on",
    "substandard_on",
    "lender_is_partner",
    "park_tenant",
    "insured",
)


@dataclass(frozen=True, slots=True)
class Item:
    """One field. kind: flag, day, money, whole, rate, text or choice. name: its path in the profile."""

    name: str
    title: Text
    kind: str
    choices: tuple[tuple[str, Text], ...] = ()


def _words(names: Any) -> tuple[tuple[str, Text], ...]:
    return tuple((one, same(one)) for one in names)


def _in_yuan(name: str) -> Text:
    words = FIGURE_TEXT[name]
    return Text(f"{words.zh}（元）", f"{words.en[0].upper()}{words.en[1:]}, yuan")


_PROVENANCE = (
    ("source", Text("出处", "Source"), "text", ()),
    ("date", Text("资料日期", "Date of the data"), "day", ()),
    (
        "grade",
        Text("依据", "Evidence"),
        "choice",
        tuple((one.value, words) for one, words in EVIDENCE_TEXT.items()),
    ),
)
_SECTIONS: Mapping[str, tuple[tuple[str, Text, str, tuple[tuple[str, Text], ...]], ...]] = {
    "registration": (
        ("registered_on", Text("注册日期", "Registered on"), "day", ()),
        ("legal_person", Text("独立法人", "Legal person"), "flag", ()),
    ),
    "tax": (
        ("tax_grade", Text("纳税信用等级", "Tax grade"), "choice", _words(TAX_GRADES)),
        ("arrears", Text("欠税（元）", "Taxes in arrears (CNY)"), "money", ()),
    ),
    "compliance": (
        (
            "penalties_in_three_years",
            Text("三年内行政处罚次数", "Administrative penalties in three years"),
            "whole",
            (),
        ),
        (
            "dishonest_judgment_debtor",
            Text("失信被执行人", "On the court's list of defaulting judgment debtors"),
            "flag",
            (),
        ),
        ("abnormal_operations", Text("列入经营异常名录", "On the list of abnormal operations"), "flag", ()),
    ),
    "debt": (
        ("total_debt", Text("全部负债（元）", "Total debt (CNY)"), "money", ()),
        ("total_assets", Text("全部资产（元）", "Total assets (CNY)"), "money", ()),
        ("overdue", Text("逾期（元）", "Overdue amount (CNY)"), "money", ()),
    ),
    "cash_flow": (
        ("operating_cash_flow", Text("一年经营现金流（元）", "Operating cash flow, last year (CNY)"), "money", ()),
        (
            "operating_cash_flow_before",
            Text("上一年经营现金流（元）", "Operating cash flow, previous year (CNY)"),
            "money",
            (),
        ),
        (
            "debt_service",
            Text("一年内到期的本息（元）", "Principal and interest due within a year (CNY)"),
            "money",
            (),
        ),
    ),
    "statements": (
        *((name, _in_yuan(name), "money", ()) for name in READ_FIGURES),
        ("forecast_growth", FIGURE_TEXT["forecast_growth"], "rate", ()),
    ),
    "bank_history": (
        ("loans_repaid", Text("三年内结清的贷款笔数", "Loans repaid in three years"), "whole", ()),
        ("worst_overdue_days", Text("最长逾期天数", "Longest overdue period (days)"), "whole", ()),
        ("substandard_or_worse", Text("有次级及以下贷款", "A loan classified substandard or worse"), "flag", ()),
    ),
    "rating": (
        ("agency", Text("评级机构", "Agency"), "text", ()),
        ("rating", Text("等级", "Rating"), "choice", _words(RATINGS)),
    ),
    "trade": (
        (
            "customs_grade",
            Text("海关信用等级", "Customs grade"),
            "choice",
            tuple((one, _CUSTOMS_WORDS[one]) for one in CUSTOMS_GRADES),
        ),
        ("imports", Text("一年进口（元）", "Annual imports (CNY)"), "money", ()),
        ("exports", Text("一年出口（元）", "Annual exports (CNY)"), "money", ()),
    ),
}
_CHOICES = {"size_class": tuple((one, SIZE_TEXT[one]) for one in SIZES)}
_FACT_KINDS = {
    "flag": "flag",
    "day": "never_or_day",
    "fen": "money",
    "rate": "rate",
    "count": "whole",
    "months": "whole",
}


def facts_items() -> tuple[Item, ...]:
    """Return the facts that a firm states itself, those used most first."""
    asked = [name for name in FACTS if name not in DERIVED_FACTS]
    asked.sort(key=lambda name: FIRST_FACTS.index(name) if name in FIRST_FACTS else len(FIRST_FACTS))
    return tuple(
        Item(
            f"facts.{name.removesuffix('_fen')}",
            FACTS[name].label,
            "choice" if name in _CHOICES else _FACT_KINDS.get(FACTS[name].kind, "text"),
            _CHOICES.get(name, _YES_NO),
        )
        for name in asked
    )


def credit_sections() -> tuple[tuple[str, Text, tuple[Item, ...]], ...]:
    """Return the sections of the credit file with their fields, each with a source."""
    return tuple(
        (
            section,
            ALL_SECTIONS[section],
            tuple(
                Item(f"credit.{section}.{name}", title, kind, choices or _YES_NO)
                for name, title, kind, choices in (*fields, *_PROVENANCE)
            ),
        )
        for section, fields in _SECTIONS.items()
    )


def read_description(model: Any, posted: QueryDict) -> dict[str, Any]:
    """Read facts and credit file from posted data; an empty field means unknown."""
    facts = {
        item.name.removeprefix("facts."): value
        for item in facts_items()
        if (value := _value(item, posted.get(item.name, ""))) is not None
    }
    credit: dict[str, Any] = {}
    for section, _, items in credit_sections():
        values = {item.name.rsplit(".", 1)[-1]: _value(item, posted.get(item.name, "")) for item in items}
        known = {name: value for name, value in values.items() if value is not None}
        if known:
            credit[section] = known
    return {"facts": facts, "credit": credit}


def shown(item: Item, given: Mapping[str, Any]) -> str:
    """Return the content of a field from a profile."""
    found: Any = given
    for part in item.name.split("."):
        found = found.get(part) if isinstance(found, Mapping) else None
    if found is None:
        return ""
    if isinstance(found, bool):
        return "yes" if found else "no"
    return str(found)


def drawn(items: tuple[Item, ...], given: Mapping[str, Any], problems: tuple[Problem, ...]) -> list[dict[str, Any]]:
    """Return the fields for a template, each with its problems."""
    return [
        {
            "item": item,
            "value": shown(item, given),
            "is_never": item.kind == "never_or_day" and shown(item, given) == NEVER,
            "problems": [one for one in problems if one.field == item.name],
        }
        for item in items
    ]


def _value(item: Item, written: str) -> Any:
    """Convert a typed value for a case file; values that cannot be read stay as typed, for the chain to report."""
    written = written.strip()
    if not written:
        return None
    if item.kind == "flag":
        return {"yes": True, "no": False}.get(written, written)
    if item.kind == "whole" and written.isascii() and written.isdigit():
        return int(written)
    if item.kind == "rate":
        try:
            return float(written)
        except ValueError:
            return written
    if item.kind == "never_or_day" and written in (NEVER, NEVER_WORDS.zh):
        return NEVER
    return written
