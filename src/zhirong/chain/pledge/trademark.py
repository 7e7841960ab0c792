"""The registration of trademark pledges (CNIPA notice 358)."""

from datetime import date

from zhirong.chain.pledge.grounds import (
    GroundFacts,
    Ruling,
    clear,
    co_owners,
    contract,
    dispute,
    examine_by,
    in_force,
    other,
    owner,
    pledged,
    refused,
    renewal,
    unknown,
)
from zhirong.chain.pledge.records import Filing, GroundFinding
from zhirong.chain.right.records import Right
from zhirong.kernel.rulebook import Rulebook
from zhirong.kernel.text import Text


def examine_trademark(filing: Filing, right: Right, day: date, rules: Rulebook) -> tuple[GroundFinding, ...]:
    """Examine the grounds of notice 358 and its requirements for an application. Raises RuleError without its
    rules.
    """
    return examine_by("registration.trademark", _GROUNDS, filing, right, day, rules)


def _similar_marks(facts: GroundFacts) -> Ruling:
    """Examine whether the holder's same or similar marks on same or similar goods are pledged together with this
    one.
    """
    related = facts.filing.related_marks
    if related is None:
        return unknown(
            Text(
                "未查明是否另有相同或近似的商标",
                "no search for the holder's same or similar marks has been made",
            ),
            Text(
                "请查询出质人名下在相同或类似商品上的相同、近似商标，一并填写",
                "search the holder's same or similar marks on same or similar goods, and list them",
            ),
        )
    left_out = [
        number for number in related if number != facts.right.number and number not in facts.filing.together
    ]
    if left_out:
        listed = "、".join(left_out)
        return refused(
            Text(f"相同或近似的商标{listed}没有一并出质", f"same or similar marks are omitted: {listed}"),
            Text("请在同一件申请中一并出质", "pledge them together in one application"),
        )
    return clear("相同、近似的商标已一并出质", "same and similar marks are pledged together")


_GROUNDS = (
    ("owner", owner),
    ("contract", contract),
    ("in_force", in_force),
    ("court", dispute),
    ("similar_marks", _similar_marks),
    ("co_owners", co_owners),
    ("renewal", renewal),
    ("pledged", pledged),
    ("other", other),
)
