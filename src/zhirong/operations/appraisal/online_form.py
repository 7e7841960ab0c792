"""The form of a free online appraisal: income and cost as ranges with grades, converted into the ``[appraisal]``
table.
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import Annotated, Any

from pydantic import Field

from zhirong.chain.appraisal.request import REDEPLOYABILITY_TEXT
from zhirong.kernel.days import day_of
from zhirong.kernel.errors import InputError, Problem
from zhirong.kernel.provenance import EVIDENCE_TEXT
from zhirong.kernel.rulebook import Rulebook
from zhirong.kernel.text import Text
from zhirong.operations.clock import now
from zhirong.operations.fields import IN_YUAN, Ask, Percent, Request, ask, id_of
from zhirong.operations.rulebook import rulebook
from zhirong.store.financing import FirmRight

START = "appraisal.online.start"
ROWS = ("revenue", "growth", "royalty", "discount", "life", "cost")  # in the order of the form
_GRADES = tuple((one.value, words) for one, words in EVIDENCE_TEXT.items())
# The inputs of the methods, by the fields of the form.
_FIELD_OF_TABLE = {
    "first_year_revenue": "revenue",
    "growth": "growth",
    "royalty_rate": "royalty",
    "discount_rate": "discount",
    "economic_life": "life",
    "item": "cost",
}


def _own_rights(actor: Any, row: Any) -> list[tuple[str, Text]]:
    rights = FirmRight.objects.filter(firm=actor.organisation, removed=False).order_by("-id")[:500]
    return [
        (str(right.pk), Text(f"{right.title} {right.number}", f"{right.title} {right.number}")) for right in rights
    ]


def _starts(name: str) -> Any:
    return lambda actor, row: start_values(rulebook(), day_of(now())).get(name)


def start_values(rules: Rulebook, day: date) -> dict[str, Any]:
    """Return the values with which the form starts, by the rule of the day. They are assumptions that the firm
    replaces with its own figures.
    """
    value = rules.at(START, day).value
    shown = {name: [_as_percent(one) for one in value[name]] for name in ("royalty", "discount", "growth")}
    return {**shown, "life": list(value["life"]), "tax_rate": _as_percent(value["tax_rate"])}


def _as_percent(written: str) -> str:
    return f"{(Decimal(written) * 100).normalize():f}%"


def _range(zh: str, en: str, help_zh: str, help_en: str, start: Any = None) -> Ask:
    return Ask(Text(zh, en), Text(help_zh, help_en), "range", start=start)


_THREE = Field(min_length=3, max_length=3)
Money = Annotated[str, IN_YUAN, Field(min_length=1, max_length=40)]
Years = Annotated[Decimal, Field(gt=0, le=50, decimal_places=2)]
Grade = Annotated[str, Ask(Text("依据", "Evidence"), choices=_GRADES)]
Source = Annotated[str, Field(max_length=200), Ask(Text("出处", "Source"))]


class OnlineAppraisal(Request):
    """The income from the rights as lowest, most likely and highest figure, and the cost if known."""

    rights: Annotated[
        list[int],
        id_of("rights"),
        Field(min_length=1, max_length=50),
        ask("评估的权利", "Rights to appraise", widget="many", choices=_own_rights),
    ]
    revenue: Annotated[
        list[Money],
        _THREE,
        _range(
            "下一年使用这些权利的产品收入（元）",
            "Next year's revenue of the products that use the rights (CNY)",
            "如 2600万元",
            "such as 26,000,000",
        ),
    ]
    revenue_grade: Grade = "declared"
    revenue_source: Source = ""
    growth: Annotated[
        list[Percent],
        _THREE,
        _range("收入年增长", "Annual revenue growth", "如 5%", "such as 5%", _starts("growth")),
    ]
    growth_grade: Grade = "assumed"
    growth_source: Source = ""
    royalty: Annotated[
        list[Percent],
        _THREE,
        _range("许可费率（占收入）", "Royalty rate (share of revenue)", "如 5%", "such as 5%", _starts("royalty")),
    ]
    royalty_grade: Grade = "assumed"
    royalty_source: Source = ""
    discount: Annotated[
        list[Percent],
        _THREE,
        _range("折现率", "Discount rate", "如 18%", "such as 18%", _starts("discount")),
    ]
    discount_grade: Grade = "assumed"
    discount_source: Source = ""
    life: Annotated[
        list[Years],
        _THREE,
        _range(
            "剩余收益年限",
            "Remaining years of income",
            "法定剩余年限更短的，以法定为准",
            "the legal term applies if it is shorter",
            _starts("life"),
        ),
    ]
    life_grade: Grade = "assumed"
    life_source: Source = ""
    tax_rate: Annotated[
        Percent,
        Ask(
            Text("所得税率", "Income tax rate"),
            Text("如 15%、25%", "such as 15% or 25%"),
            "number",
            start=_starts("tax_rate"),
        ),
    ]
    cost: Annotated[
        list[Money],
        Field(max_length=3),
        _range(
            "研发和取得总成本（元，选填）",
            "Total cost of development and acquisition (CNY, optional)",
            "用于交叉核对",
            "a cross-check",
        ),
    ] = []
    cost_grade: Grade = "declared"
    cost_source: Source = ""
    redeployability: Annotated[
        str, ask("其他企业可否使用", "Usable by other firms", choices=tuple(REDEPLOYABILITY_TEXT.items()))
    ] = "medium"


def appraisal_table(asked: OnlineAppraisal, rules: Rulebook, day: date) -> dict[str, Any]:
    """Convert the form into the ``[appraisal]`` table; it refers to rights by their numbers. Raises InputError if a
    cost is incomplete.
    """
    start = rules.at(START, day).value
    if len(asked.cost) not in (0, 3):
        raise InputError(
            [
                Problem(
                    "cost",
                    "、".join(asked.cost),
                    Text("填写不完整", "incomplete"),
                    Text(
                        "请填写最低、最可能、最高三个数，或全部留空",
                        "enter lowest, most likely and highest, or leave all empty",
                    ),
                    "incomplete",
                )
            ]
        )
    methods: list[dict[str, Any]] = [
        {
            "method": "relief_from_royalty",
            "tax_basis": "after_tax",
            "tax_rate": asked.tax_rate,
            "convention": "mid_year",
            "first_year_revenue": _figure(asked, "revenue"),
            "growth": _figure(asked, "growth"),
            "royalty_rate": _figure(asked, "royalty"),
            "discount_rate": _figure(asked, "discount"),
            "economic_life": _figure(asked, "life"),
        }
    ]
    if asked.cost:
        label = {"zh": "研发和取得成本", "en": "cost of development and acquisition"}
        methods.append(
            {
                "method": "cost",
                "basis": "reproduction",
                "obsolescence": "multiplied",
                "functional_obsolescence": assumed(start["functional_obsolescence"]),
                "economic_obsolescence": assumed(start["economic_obsolescence"]),
                "item": [{"label": label, **_figure(asked, "cost")}],
            }
        )
    return {
        "purpose": "pledge",
        "valuation_date": day,
        "redeployability": asked.redeployability,
        "rights": list(asked.rights),
        "method": methods,
    }


def as_asked(problems: Sequence[Problem]) -> list[Problem]:
    """Rename the problems of the table to the fields of the form."""
    found = []
    for one in problems:
        parts = one.field.replace("[", ".").replace("]", "").split(".")
        named = next((_FIELD_OF_TABLE[part] for part in parts if part in _FIELD_OF_TABLE), None)
        found.append(one if named is None else replace(one, field=named))
    return found


def _figure(asked: OnlineAppraisal, name: str) -> dict[str, Any]:
    low, mode, high = getattr(asked, name)
    grade, source = getattr(asked, f"{name}_grade"), getattr(asked, f"{name}_source")
    return {"low": low, "mode": mode, "high": high, "grade": grade, "source": source or "企业在线填写"}


def assumed(three: Sequence[str]) -> Mapping[str, Any]:
    """Return a range for which there is no evidence, as the rule states it."""
    low, mode, high = (Decimal(one) for one in three)
    return {"low": low, "mode": mode, "high": high, "grade": "assumed", "source": "线上评估的起始假设"}
