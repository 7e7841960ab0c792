"""Checks on a mode as a whole and on each of its variants, made when every part has been read."""

from decimal import Decimal

from zhirong.chain.mode.model import Mode
from zhirong.chain.mode.security import Pledgee
from zhirong.chain.mode.security_terms import check_security
from zhirong.chain.mode.sharing_checks import bearers_of, check_terms
from zhirong.kernel.errors import Problem
from zhirong.kernel.fields import Reader
from zhirong.kernel.text import Text

# The group of interest subsidies; every other group is the code of a charge.
_INTEREST = "interest"


def check_mode(reader: Reader, mode: Mode) -> None:
    """Note contradictions between the parts of a mode, or in one of its variants."""
    if mode.id in mode.exclusive_with:
        reader.problem(
            "exclusive_with",
            mode.id,
            "contradiction",
            Text("模式不能与自己互斥", "a mode cannot exclude itself"),
            Text("请删除该项", "remove it"),
        )
    balance_capped = any(cap.of_balance for sharing in mode.sharings for cap in sharing.caps)
    if balance_capped and mode.fund is None:
        reader.problem(
            "fund",
            "",
            "contradiction",
            Text("以基金余额为限，但未填写基金", "a cap refers to the fund's balance, but there is no fund"),
            Text("请填写 [fund]", "write [fund]"),
        )
    _check_conditions(reader, mode)
    _check_groups(reader, mode)
    _check_put(reader, mode)
    _check_parts(reader, mode)
    _check_variants(reader, mode)


def _check_conditions(reader: Reader, mode: Mode) -> None:
    asked = {condition.code: condition.value for condition in mode.conditions}
    if len(asked) != len(mode.conditions):
        reader.problem(
            "condition",
            "",
            "twice",
            Text("同一条件重复填写", "the same condition is written twice"),
            Text("请合并", "merge them"),
        )
    for number, condition in enumerate(mode.conditions, 1):
        least, most = condition.value, asked.get(f"{condition.fact}.at_most")
        if (
            condition.test == "at_least"
            and isinstance(least, int | Decimal)
            and isinstance(most, int | Decimal)
            and least > most
        ):
            reader.problem(
                f"condition[{number}].at_least",
                condition.fact,
                "contradiction",
                Text("下限高于上限，任何企业都不能满足", "at_least is above at_most: no firm can meet both"),
                Text("请更正 at_least 或 at_most", "correct at_least or at_most"),
            )


def _check_groups(reader: Reader, mode: Mode) -> None:
    known = [_INTEREST, *(rule.code for rule in mode.charges if rule.kind in ("fee", "premium"))]
    for number, rule in enumerate(mode.charges, 1):
        if rule.group and rule.group != rule.of and rule.group not in known:
            reader.problem(
                f"charge[{number}].group",
                rule.group,
                "unknown_charge",
                Text("没有这项费用可以返还", "there is no such charge to refund"),
                Text(f"可填写：{'、'.join(known)}", f"write one of: {', '.join(known)}"),
            )


def _check_put(reader: Reader, mode: Mode) -> None:
    if mode.put is None and any(
        tier.up_to_fact == "agreed_price" for sharing in mode.sharings for tier in sharing.tiers
    ):
        reader.problem(
            "put",
            "",
            "contradiction",
            Text(
                "一档止于约定收购价，但未填写收购约定", "a tier ends at the agreed price, but no purchase is agreed"
            ),
            Text("请填写 [put]", "write [put]"),
        )


def _check_parts(reader: Reader, mode: Mode) -> None:
    """Note a party that buys, takes title or pays in advance and does not bear a loss."""
    bears = {role for sharing in mode.sharings for role in bearers_of(sharing)}
    named = [("advance.payers", role) for role in (mode.advance.payers if mode.advance else ())]
    named += [("put.buyer", mode.put.buyer)] if mode.put else []
    named += [("licence_back.holder", mode.licence_back.holder)] if mode.licence_back else []
    for field, role in named:
        if role and role not in bears:
            reader.problem(
                field,
                role,
                "contradiction",
                Text("这一方不承担任何份额", "this party bears no share"),
                Text("请改选另一方，或为其设定份额", "name another party, or give it a share"),
            )
    check_security(reader, mode.security, bears)


def _check_variants(reader: Reader, mode: Mode) -> None:
    if reader.failed():
        return  # A variant of a mode with problems has the same problems.
    seen: set[str] = set()
    for number, variant in enumerate(mode.variants, 1):
        if variant.id in seen:
            reader.problem(
                f"variant[{number}].id",
                variant.id,
                "twice",
                Text("代码重复", "the id is used twice"),
                Text("请更换代码", "use another id"),
            )
            continue
        seen.add(variant.id)
        holder = dict(variant.roles).get(mode.security.pledgee.value)
        if holder is not None and holder not in ("lender", *Pledgee):
            reader.problem(
                f"variant[{number}].replace",
                holder,
                "contradiction",
                Text("这一方不能持有质押", "this party cannot hold the pledge"),
                Text(
                    "请改选另一方，或修改 [security] 的 pledgee",
                    "name another party, or change pledgee in [security]",
                ),
            )
            continue
        changed = mode.variant(variant.id)
        problems: list[Problem] = []
        for place, sharing in enumerate(changed.sharings, 1):
            check_terms(Reader({}, f"sharing[{place}]", problems=problems), sharing, changed.conditions)
        _check_parts(Reader({}, problems=problems), changed)
        for problem in problems:
            reader.problem(
                f"variant[{number}].replace",
                problem.value,
                problem.code,
                Text(
                    f"替换后 {problem.field} 不成立：{problem.reason.zh}",
                    f"with the roles replaced, {problem.field} is invalid: {problem.reason.en}",
                ),
                problem.hint,
            )
