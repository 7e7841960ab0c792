"""The twelve grounds on which the patent office refuses to register a pledge (CNIPA notice 461)."""

from datetime import date

from zhirong.chain.pledge.grounds import (
    ENDED,
    NEVER_GRANTED,
    GroundFacts,
    Ruling,
    clear,
    co_owners,
    contract,
    debt_term,
    dispute,
    does_not_apply,
    examine_by,
    in_force,
    other,
    owner,
    pledged,
    refused,
    status_unknown,
    unknown,
)
from zhirong.chain.pledge.records import Filing, GroundFinding
from zhirong.chain.right.fees import FeeStanding, fee_state
from zhirong.chain.right.kinds import RightKind
from zhirong.chain.right.records import STATUS_TEXT, Flag, Right
from zhirong.kernel.rulebook import Rulebook
from zhirong.kernel.text import Text


def examine_patent(filing: Filing, right: Right, day: date, rules: Rulebook) -> tuple[GroundFinding, ...]:
    """Examine the twelve refusal grounds in their order, each independently: no ground hides another.

    Raises RuleError if the rulebook lacks ``registration.patent``.
    """
    return examine_by("registration.patent", _GROUNDS, filing, right, day, rules)


def _ended(facts: GroundFacts) -> Ruling:
    """Examine ground 2: lapsed, expired or declared invalid. A right that was never granted belongs to ground 3."""
    status = facts.standing.status
    if status in NEVER_GRANTED:
        shown = STATUS_TEXT[status]
        return does_not_apply(
            f"尚无专利权（{shown.zh}），见第3项", f"there is no patent yet ({shown.en}); see ground 3"
        )
    return in_force(facts)


def _granted(facts: GroundFacts) -> Ruling:
    """Examine ground 3: not granted."""
    status = facts.standing.status
    if status is None:
        return status_unknown()
    if status in NEVER_GRANTED:
        shown = STATUS_TEXT[status]
        return refused(
            Text(f"专利申请尚未授权（{shown.zh}）", f"the application has not been granted ({shown.en})"),
            Text("请在授权公告后再申请", "apply after the grant has been published"),
        )
    granted = facts.right.grant_date
    if status in ENDED and (granted is None or granted > facts.day):
        return does_not_apply("专利权已不存在，见第2项", "the patent no longer exists; see ground 2")
    return clear("已授权", "it has been granted")


def _annual_fee(facts: GroundFacts) -> Ruling:
    """Examine ground 4: an annual fee is unpaid past its due day."""
    fees = fee_state(facts.right, facts.day, facts.rules)
    why = fees.explanation.formula or Text("", "")
    if fees.standing is FeeStanding.UNKNOWN:
        return unknown(
            Text("年费已缴年度不明", "the last year with a paid fee is unknown"),
            Text("请补充已缴年费的年度，或提供缴费收据", "state the last paid year, or provide the receipt"),
        )
    if fees.standing is FeeStanding.NONE:
        if facts.standing.in_force:
            # In force by the register, but without the dates that show which fee is due.
            return unknown(
                Text(
                    "缺少申请日或授权公告日，无法计算应缴年费",
                    "the fee due cannot be determined without filing and grant dates",
                ),
                Text("请补充申请日和授权公告日", "provide the filing and grant dates"),
            )
        return does_not_apply(f"没有应缴的年费（{why.zh}）", f"no annual fee is due ({why.en})")
    if fees.overdue:
        return refused(
            Text(f"年费欠缴：{why.zh}", f"an annual fee is unpaid: {why.en}"),
            Text("请先补缴年费和滞纳金", "pay the fee and any late surcharge first"),
        )
    return clear(f"没有欠缴年费（{why.zh}）", f"no annual fee is overdue ({why.en})")


def _same_day(facts: GroundFacts) -> Ruling:
    """Examine ground 10: a same-day invention application exists for the same utility model."""
    if facts.right.kind is not RightKind.UTILITY_MODEL:
        return does_not_apply("不是实用新型专利", "it is not a utility model")
    if not facts.right.same_day_invention:
        return clear("没有同日申请的发明专利", "no same-day invention application is on record")
    if facts.filing.wants_despite_same_day_invention:
        return clear(
            "有同日申请的发明专利，当事人知悉并声明继续办理",
            "a same-day invention application exists; the parties know it and still want the registration",
        )
    return refused(
        Text(
            "同一申请人同日另有同样的发明专利申请；发明授权时本实用新型将被放弃",
            "the same applicant filed the same invention on the same day; when it is granted, this right is abandoned",
        ),
        Text(
            "请双方书面声明知悉并继续办理",
            "have both parties declare in writing that they know and still want the registration",
        ),
    )


def _invalidation(facts: GroundFacts) -> Ruling:
    """Examine ground 11: invalidation proceedings have started."""
    if Flag.INVALIDATION_PENDING not in facts.right.flags:
        return clear("没有无效宣告程序的记录", "no invalidation proceedings are on record")
    if facts.filing.wants_despite_invalidation:
        return clear(
            "正在无效宣告程序中，当事人知悉并声明继续办理",
            "invalidation proceedings are pending; the parties know it and still want the registration",
        )
    return refused(
        Text("专利权已被启动无效宣告程序", "invalidation proceedings have started"),
        Text(
            "请等待程序终结，或双方书面声明知悉并继续办理",
            "wait for their end, or have both parties declare in writing that they know and still want the registration",
        ),
    )


_GROUNDS = (
    ("ground_01", owner),
    ("ground_02", _ended),
    ("ground_03", _granted),
    ("ground_04", _annual_fee),
    ("ground_05", dispute),
    ("ground_06", debt_term),
    ("ground_07", contract),
    ("ground_08", co_owners),
    ("ground_09", pledged),
    ("ground_10", _same_day),
    ("ground_11", _invalidation),
    ("ground_12", other),
)
