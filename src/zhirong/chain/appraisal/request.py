"""The appraisal request: subject, purpose, date and methods, read once from a case."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from enum import StrEnum
from typing import Literal, NamedTuple

import numpy as np

from zhirong.chain.appraisal.brand import read_brand_strength
from zhirong.chain.appraisal.capitalisation import read_capitalisation
from zhirong.chain.appraisal.cost import read_cost, read_multiplier_cost, read_software_cost
from zhirong.chain.appraisal.earnings import read_excess_earnings
from zhirong.chain.appraisal.market import read_comparable_deals
from zhirong.chain.appraisal.method import AppraisalMethod, Setting
from zhirong.chain.appraisal.options import read_real_option
from zhirong.chain.appraisal.profit import (
    read_excess_profit,
    read_profit_split,
    read_rule_of_25,
    read_with_and_without,
)
from zhirong.chain.appraisal.renewal import read_renewal_option
from zhirong.chain.appraisal.royalty import read_licence_income, read_relief_from_royalty
from zhirong.chain.appraisal.simulation import Correlation, correlation_matrix
from zhirong.chain.appraisal.tree import read_decision_tree
from zhirong.chain.appraisal.value_carriers import are_renewed
from zhirong.chain.appraisal.weighted_return import read_weighted_return
from zhirong.chain.right.records import Right
from zhirong.kernel.fields import Reader
from zhirong.kernel.money import Fen
from zhirong.kernel.text import Text

Redeployability = Literal["high", "medium", "low"]


class Purpose(StrEnum):
    """The purpose of a value."""

    PLEDGE = "pledge"
    TRANSFER = "transfer"
    LICENCE = "licence"
    CONTRIBUTION = "contribution"
    SECURITISATION = "securitisation"
    DISPOSAL = "disposal"


PURPOSE_TEXT: Mapping[Purpose, Text] = {
    Purpose.PLEDGE: Text("质押", "pledge"),
    Purpose.TRANSFER: Text("转让", "transfer"),
    Purpose.LICENCE: Text("许可", "licence"),
    Purpose.CONTRIBUTION: Text("作价入股", "equity contribution"),
    Purpose.SECURITISATION: Text("证券化", "securitisation"),
    Purpose.DISPOSAL: Text("处置", "disposal"),
}
REDEPLOYABILITY_TEXT: Mapping[Redeployability, Text] = {
    "high": Text("易转用：多家企业可直接使用", "high: several firms could use it as it is"),
    "medium": Text("可转用：同行业少数企业可用", "medium: a few firms in the industry could use it"),
    "low": Text("难转用：离开本企业难以使用", "low: of little use outside this firm"),
}

# One line per method: how its inputs are read. The rest of a method is in its own module.
METHODS: Mapping[str, Callable[[Reader, str, Setting], AppraisalMethod]] = {
    "relief_from_royalty": read_relief_from_royalty,
    "licence_income": read_licence_income,
    "profit_split": read_profit_split,
    "excess_profit": read_excess_profit,
    "excess_earnings": read_excess_earnings,
    "with_and_without": read_with_and_without,
    "capitalisation": read_capitalisation,
    "decision_tree": read_decision_tree,
    "brand_strength": read_brand_strength,
    "weighted_return": read_weighted_return,
    "comparable_transactions": read_comparable_deals,
    "cost": read_cost,
    "cost_multiplier": read_multiplier_cost,
    "software_cost": read_software_cost,
    "real_option": read_real_option,
    "renewal_option": read_renewal_option,
    "rule_of_25": read_rule_of_25,
}

DEFAULT_SEED = 1
DEFAULT_PATHS = 20_000


@dataclass(frozen=True, slots=True)
class AppraisalRequest:
    """A requested appraisal.

    rights: ids of the rights valued together. valuation_date: the day of the value. contract_end: last day of a
    contract that ends the income before the law does. checked: False for an online appraisal whose inputs nobody
    has checked. redeployability: how easily another firm could use the rights; None if not stated. methods: in the
    order given; with none there is no value. seed, paths: of the simulation. asked: the loan applied for, in fen,
    where the case states it.
    """

    purpose: Purpose
    valuation_date: date
    rights: tuple[str, ...]
    methods: tuple[AppraisalMethod, ...]
    correlations: tuple[Correlation, ...] = ()
    contract_end: date | None = None
    redeployability: Redeployability | None = None
    checked: bool = field(default=True, kw_only=True)
    asked: Fen | None = field(default=None, kw_only=True)
    seed: int = DEFAULT_SEED
    paths: int = DEFAULT_PATHS


def read_appraisal(
    reader: Reader,
    right_ids: Sequence[str],
    as_of: date | None = None,
    *,
    of: Sequence[Right] = (),
    asked: Fen | None = None,
) -> AppraisalRequest:
    """Read the request from an ``[appraisal]`` table.

    right_ids: the ids of the case's rights; ``rights`` names some of them, or all if omitted. as_of: the case date,
    where known; a later valuation date is rejected. of: the case's rights, where known: an income from rights that
    are renewed needs no economic life. asked: the loan applied for, in fen, where known.
    """
    purpose = Purpose(reader.choice("purpose", tuple(Purpose)))
    valuation_date = reader.day("valuation_date")
    if as_of is not None and valuation_date > as_of:
        reader.problem("valuation_date", valuation_date, *future_date(as_of))
    contract_end = reader.optional_day("contract_end")
    if contract_end is not None and contract_end <= valuation_date:
        reader.problem(
            "contract_end",
            contract_end,
            "contract_over",
            Text("合同在评估基准日之前已经结束", "the contract ends before the valuation date"),
            Text(
                "请更正日期；合同不限制收益期的，请删除该项",
                "correct it, or remove it if no contract ends the income",
            ),
        )
    rights = _read_rights(reader, right_ids)
    redeployability: Redeployability | None = None
    if reader.has("redeployability"):
        redeployability = reader.choice("redeployability", tuple(REDEPLOYABILITY_TEXT))  # type: ignore[assignment]
    checked = reader.flag("checked", True)
    seed = reader.whole("seed", 0, 2**63 - 1, default=DEFAULT_SEED)
    paths = reader.whole("paths", 1_000, 1_000_000, default=DEFAULT_PATHS)
    renewed = are_renewed([right for right in of if right.id in rights])
    methods = _read_methods(reader, Setting(purpose, valuation_date, renewed))
    correlations = _read_correlations(reader, methods)
    reader.finish()
    return AppraisalRequest(
        purpose,
        valuation_date,
        rights,
        methods,
        correlations,
        contract_end,
        redeployability,
        seed=seed,
        paths=paths,
        checked=checked,
        asked=asked,
    )


class DateFault(NamedTuple):
    """The problem of a date: code, reason and hint."""

    code: str
    reason: Text
    hint: Text


def future_date(as_of: date) -> DateFault:
    """Return the fault of a date after the case date."""
    return DateFault(
        "date_in_future",
        Text(f"晚于本案日期 {as_of}", f"later than the case date {as_of}"),
        Text("请改为本案日期当天或之前", "enter that day or an earlier one"),
    )


def _read_rights(reader: Reader, right_ids: Sequence[str]) -> tuple[str, ...]:
    named = reader.texts("rights")
    for right_id in named:
        if right_id not in right_ids:
            reader.problem(
                "rights",
                right_id,
                "unknown_right",
                Text("本案未列该项权利", "the case has no such right"),
                Text(f"可选：{'、'.join(right_ids)}", f"choose from: {', '.join(right_ids)}"),
            )
    if len(set(named)) < len(named):
        reader.problem(
            "rights",
            ", ".join(named),
            "right_twice",
            Text("同一项权利重复填写", "the same right is named twice"),
            Text("每项请只填写一次", "name each right once"),
        )
    return named or tuple(right_ids)


def _read_methods(reader: Reader, setting: Setting) -> tuple[AppraisalMethod, ...]:
    methods: list[AppraisalMethod] = []
    for entry in reader.tables("method"):
        name = entry.choice("method", tuple(METHODS))
        method_id = entry.optional_text("id", name)
        if any(method.id == method_id for method in methods):
            entry.problem(
                "id",
                method_id,
                "id_twice",
                Text("两个方法同名", "two methods have the same id"),
                Text("请为其中一个另设编号（id）", "change the id of one of them"),
            )
        methods.append(METHODS[name](entry, method_id, setting))
        entry.finish()
    return tuple(methods)


def _read_correlations(reader: Reader, methods: Sequence[AppraisalMethod]) -> tuple[Correlation, ...]:
    known = [f"{method.id}.{driver.name}" for method in methods for driver in method.drivers()]
    before = reader.problem_count()
    pairs = []
    for entry in reader.tables("correlation"):
        names = entry.texts("between")
        if len(set(names)) != 2 or not set(names) <= set(known):
            entry.problem(
                "between",
                ", ".join(names),
                "not_two_inputs",
                Text("应为两个不同的输入", "must name two different inputs"),
                Text(f"可选：{'、'.join(known)}", f"choose two of: {', '.join(known)}"),
            )
            names = ("", "")
        rho = float(entry.number("rho", Decimal("-0.99"), Decimal("0.99")))
        pairs.append(Correlation(names[0], names[1], rho))
        entry.finish()
    if pairs and reader.problem_count() == before:
        joined = tuple(dict.fromkeys(name for pair in pairs for name in (pair.one, pair.other)))
        twice = len({frozenset((pair.one, pair.other)) for pair in pairs}) < len(pairs)
        if twice or np.linalg.eigvalsh(correlation_matrix(joined, pairs))[0] < 1e-9:
            reader.problem(
                "correlation",
                "; ".join(f"{pair.one}~{pair.other} {pair.rho:g}" for pair in pairs),
                "correlations_contradict",
                Text(
                    "这些相关系数互相矛盾，或同一对重复填写",
                    "the correlations contradict each other or repeat a pair",
                ),
                Text("每对请只填写一次，并减小绝对值", "state each pair once, with smaller absolute values"),
            )
    return tuple(pairs)
