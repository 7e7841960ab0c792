"""The business figures of an application: the few fields that a loan needs, as amounts in ten thousand yuan, with the
source of each from the document that was attached.

They are part of the company's profile, so data entered here are not requested again.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.http import QueryDict

from zhirong.chain.credit.statements import FIGURE_TEXT, SIZE_TEXT, SIZES
from zhirong.chain.limit.need import ANNEX_FIGURES
from zhirong.kernel.errors import Problem
from zhirong.kernel.provenance import EvidenceGrade
from zhirong.kernel.text import Text
from zhirong.store.parties import Organisation
from zhirong.web.amounts import as_wan, reading, wan_of

Table = dict[str, Any]
NONE, SOME = "none", "some"
_YES_NO = (("yes", Text("是", "yes")), ("no", Text("否", "no")))
# The source of the figures in words, and its evidence grade.
SOURCES: Mapping[str, tuple[Text, EvidenceGrade]] = {
    "audit": (Text("审计报告", "audit report"), EvidenceGrade.AUDITED),
    "accounts": (Text("财务报表", "accounts"), EvidenceGrade.DECLARED),
    "tax_return": (Text("企业所得税申报表", "income tax return"), EvidenceGrade.DECLARED),
}
_OWN_WORDS = Text("本企业填写", "entered by the company")
_FIGURE_SECTIONS = ("statements", "debt", "cash_flow")
_LISTS = ("penalties_in_three_years", "dishonest_judgment_debtor", "abnormal_operations")


@dataclass(frozen=True, slots=True)
class Entry:
    """One field. path: of its value in the profile. kind: money, rate, choice, flag, day or lists (none, or on some)."""

    path: str
    title: Text
    kind: str = "money"
    choices: tuple[tuple[str, Text], ...] = ()
    is_required: bool = False
    help: Text = Text("", "")

    @property
    def name(self) -> str:
        """Return the field's name in the form."""
        return self.path.replace(".", "_")

    @property
    def section(self) -> str:
        """Return the section of the credit file; ``facts`` for a fact."""
        parts = self.path.split(".")
        return parts[1] if parts[0] == "credit" else "facts"


@dataclass(frozen=True, slots=True)
class Shown:
    """A field with its content. source: where a known value comes from. reading: an amount in yuan."""

    entry: Entry
    value: str
    source: str
    reading: str
    problems: tuple[Problem, ...]


def _figure(name: str, zh: str = "", en: str = "", *, section: str = "statements", required: bool = False) -> Entry:
    words = Text(zh, en) if zh else Text(FIGURE_TEXT[name].zh, FIGURE_TEXT[name].en.capitalize())
    return Entry(f"credit.{section}.{name}", words, is_required=required)


INCOME = (
    _figure("revenue", "营业收入", "Revenue", required=True),
    _figure("total_profit", "利润总额", "Total profit"),
    _figure("operating_cash_flow", "经营现金流净额", "Operating cash flow", section="cash_flow", required=True),
    _figure(
        "debt_service", "一年内应还本息", "Principal and interest due in a year", section="cash_flow", required=True
    ),
)
BALANCE = (
    _figure("total_assets", "资产总额", "Total assets", section="debt", required=True),
    _figure("total_debt", "负债总额", "Total liabilities", section="debt", required=True),
    _figure("overdue", "其中：已逾期", "Of these, overdue", section="debt", required=True),
    _figure("bank_debt", "其中：银行借款", "Of these, bank loans"),
)
COMPANY = (
    Entry(
        "facts.size_class",
        Text("企业规模", "Size"),
        "choice",
        tuple((one, SIZE_TEXT[one]) for one in SIZES),
        help=Text("小微企业可按销售收入简化测算", "for micro and small companies the need follows from sales"),
    ),
    Entry(
        "credit.compliance.lists",
        Text("行政处罚和失信记录", "Penalties and defaults"),
        "lists",
        (
            (NONE, Text("均无", "none of them")),
            (SOME, Text("有，在“企业情况”中说明", "yes; explained in the company profile")),
        ),
        is_required=True,
        help=Text(
            "三年内行政处罚、失信被执行人、经营异常",
            "of three years; also the lists of debtors and abnormal operations",
        ),
    ),
    Entry("credit.registration.registered_on", Text("成立日期", "Registered on"), "day", is_required=True),
)
# With these the need for working capital is calculated; a small company needs none of them.
WORKING_CAPITAL = tuple(
    _figure(name)
    for name in (*ANNEX_FIGURES, "cash", "restricted_cash")
    if name not in ("revenue", "total_profit", "forecast_growth")
) + (Entry("credit.statements.forecast_growth", Text("预计销售收入增长", "Expected growth of sales"), "rate"),)
_FACT_WORDS = (
    ("sme_tech", Text("已入库科技型中小企业", "Registered technology SME")),
    ("park_tenant", Text("注册在园区内", "Registered in the park")),
    ("lender_is_partner", Text("所选银行为合作银行", "The lender is a partner of the programme")),
)
FACTS = tuple(Entry(f"facts.{name}", words, "flag", _YES_NO) for name, words in _FACT_WORDS)
ALL = (*INCOME, *BALANCE, *COMPANY, *WORKING_CAPITAL, *FACTS)


def known(firm: Organisation, facts: Table, credit: Table) -> Table:
    """Return the initial values of the form: those of the profile and of the company's registration."""
    begun = {"facts": dict(facts), "credit": {name: dict(part) for name, part in credit.items()}}
    if "registration" not in begun["credit"] and firm.profile.get("registered_on"):
        begun["credit"]["registration"] = {
            "registered_on": firm.profile["registered_on"],
            "source": "企业登记信息",
        }
    return begun


def shown(
    entries: tuple[Entry, ...], values: Table, posted: QueryDict | None, problems: tuple[Problem, ...]
) -> list[Shown]:
    """Return fields with their content: as posted, or else as known, each with its problems."""
    found = []
    for one in entries:
        value = posted.get(one.name, "") if posted is not None else _written(one, values)
        part = values["credit"].get(one.section, {})
        source = str(part.get("source", "")) if value and one.section != "facts" else ""
        mine = tuple(each for each in problems if _is_of(each, one))
        found.append(Shown(one, value, source, reading(value) if one.kind == "money" else "", mine))
    return found


def _is_of(problem: Problem, entry: Entry) -> bool:
    if entry.kind == "lists":
        return problem.field.startswith("credit.compliance")
    return problem.field in (entry.path, entry.name)


def _written(entry: Entry, values: Table) -> str:
    """Return a known value as the form writes it."""
    if entry.kind == "lists":
        part = values["credit"].get("compliance")
        return "" if not part else SOME if any(part.get(name) for name in _LISTS) else NONE
    found: Any = values
    for name in entry.path.split("."):
        found = found.get(name) if isinstance(found, Mapping) else None
    if found is None:
        return ""
    if entry.kind == "money":
        return wan_of(found)
    if entry.kind == "rate":
        return f"{float(found) * 100:g}%"
    return ("yes" if found else "no") if isinstance(found, bool) else str(found)


def described(posted: QueryDict, values: Table, day: date, is_confirmed: bool) -> tuple[Table, Table]:
    """Return facts and credit file with the posted values. A section that changes gets the source of the attached
    document; other sections keep theirs.
    """
    facts = dict(values["facts"])
    credit = {name: dict(part) for name, part in values["credit"].items()}
    changed: set[str] = set()
    for one in ALL:
        if one.name not in posted:
            continue
        written = str(posted[one.name]).strip()
        if written != _written(one, values):
            changed.add(one.section)
        _put(one, written, facts, credit)
    for section in ("registration", "compliance", *_FIGURE_SECTIONS):
        part = credit.get(section)
        if part and (section in changed or "grade" not in part):
            part |= _source(section, posted, day, is_confirmed)
    if credit.get("registration"):
        credit["registration"].setdefault("legal_person", True)
    return facts, {name: part for name, part in credit.items() if part}


def _put(entry: Entry, written: str, facts: Table, credit: Table) -> None:
    if entry.kind == "lists":
        _put_lists(written, credit)
        return
    part = facts if entry.section == "facts" else credit.setdefault(entry.section, {})
    name = entry.path.rsplit(".", 1)[-1]
    if not written:
        part.pop(name, None)
    elif entry.kind == "money":
        part[name] = as_wan(written)
    elif entry.kind == "flag":
        part[name] = written == "yes"
    elif entry.kind == "rate":
        part[name] = _rate(written)
    else:
        part[name] = written


def _put_lists(written: str, credit: Table) -> None:
    """No entry on any list is one answer; entries are described in the profile, and stay as they are."""
    if written == NONE:
        credit["compliance"] = {
            **credit.get("compliance", {}),
            "penalties_in_three_years": 0,
            "dishonest_judgment_debtor": False,
            "abnormal_operations": False,
        }
    elif not written:
        credit.pop("compliance", None)


def _rate(written: str) -> Any:
    """Return a rate typed in per cent; invalid text stays, for the chain to report."""
    try:
        return round(float(written.removesuffix("%").strip()) / 100, 6)
    except ValueError:
        return written


def _source(section: str, posted: QueryDict, day: date, is_confirmed: bool) -> Table:
    if section == "registration":
        grade = EvidenceGrade.CONTRACT if is_confirmed else EvidenceGrade.DECLARED
        return {"source": "营业执照", "date": day.isoformat(), "grade": grade.value}
    if section == "compliance":
        return {
            "source": "企业声明，由银行查询核实",
            "date": day.isoformat(),
            "grade": EvidenceGrade.DECLARED.value,
        }
    year = day.year - 1
    words, grade = SOURCES.get(posted.get("source", ""), (_OWN_WORDS, EvidenceGrade.DECLARED))
    return {"source": f"{year} 年度{words.zh}", "date": f"{year}-12-31", "grade": grade.value}
