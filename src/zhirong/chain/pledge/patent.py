"""The twelve grounds on which the patent office refuses to register a pledge (CNIPA notice 461)."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date

from zhirong.chain.pledge.grounds import same_party
from zhirong.chain.pledge.records import (
    CONTRACT_ITEM_TEXT,
    ContractItem,
    Filing,
    Finding,
    Verdict,
)
from zhirong.chain.right.fees import FeeStanding, FeeState, fee_state
from zhirong.chain.right.records import STATUS_TEXT, Flag, LegalStatus, Right, RightKind
from zhirong.chain.right.status import StatusOn, status_on
from zhirong.kernel.rulebook import Rulebook
from zhirong.kernel.text import Text

Ruling = tuple[Verdict, Text, Text | None]

_ENDED = frozenset({LegalStatus.LAPSED, LegalStatus.INVALIDATED, LegalStatus.EXPIRED})
_NEVER_GRANTED = frozenset({LegalStatus.PENDING, LegalStatus.REFUSED, LegalStatus.WITHDRAWN})


@dataclass(frozen=True, slots=True)
class _Facts:
    """What every ground looks at: the filing, the right, and how the right stands on that day."""

    filing: Filing
    right: Right
    day: date
    rules: Rulebook
    standing: StatusOn
    fees: FeeState


Ground = Callable[[_Facts], Ruling]


def examine_patent(filing: Filing, right: Right, day: date, rules: Rulebook) -> tuple[Finding, ...]:
    """The twelve refusal grounds in their order, each examined by itself: no ground hides another.

    Raises RuleError if the rulebook lacks ``registration.patent``.
    """
    facts = _Facts(filing, right, day, rules, status_on(right, day, rules), fee_state(right, day, rules))
    return tuple(_finding(number, ground(facts), day, rules) for number, ground in enumerate(_GROUNDS, 1))


def _finding(number: int, ruling: Ruling, day: date, rules: Rulebook) -> Finding:
    verdict, reason, mend = ruling
    rule = rules.at(f"registration.patent.ground_{number:02d}", day)
    return Finding(number, verdict, rule.title, reason, mend, rule)


def _clear(zh: str, en: str) -> Ruling:
    return Verdict.CLEAR, Text(zh, en), None


def _not_applicable(zh: str, en: str, mend: Text | None = None) -> Ruling:
    return Verdict.NOT_APPLICABLE, Text(zh, en), mend


def _owner(facts: _Facts) -> Ruling:
    """Ground 1: the pledgor is not the owner in the register."""
    owners = "、".join(holder.name for holder in facts.right.holders)
    if not facts.right.holders:
        return (
            Verdict.UNKNOWN,
            Text("没有登记的专利权人资料", "the registered owner is not given"),
            Text("提供专利登记簿副本", "supply a copy of the patent register"),
        )
    strangers = [p.name for p in facts.filing.pledgors if not any(same_party(p, h) for h in facts.right.holders)]
    if strangers or not facts.filing.pledgors:
        who = "、".join(strangers)
        return (
            Verdict.REFUSED,
            Text(
                f"出质人{who or '未写明'}不是登记的专利权人；登记的是{owners}",
                f"the pledgor {who or '(none named)'} is not the registered owner, who is {owners}",
            ),
            Text(
                "由登记的专利权人出质，或先办理专利权转让、名称变更登记",
                "let the registered owner pledge it, or first record the transfer or the change of name",
            ),
        )
    return _clear(f"出质人是登记的专利权人（{owners}）", f"the pledgor is the registered owner ({owners})")


def _in_force(facts: _Facts) -> Ruling:
    """Ground 2: lapsed, expired or declared invalid."""
    status = facts.standing.status
    if status is None:
        return _status_unknown()
    shown = STATUS_TEXT[status]
    if status in _ENDED:
        return (
            Verdict.REFUSED,
            Text(f"专利权{shown.zh}", f"the patent is {shown.en}"),
            Text(
                "从质押清单中剔除；因欠费终止且可恢复的，先恢复权利",
                "leave it out; if it lapsed for fees and can be restored, restore it first",
            ),
        )
    if status in _NEVER_GRANTED:
        return _not_applicable(
            f"尚无专利权（{shown.zh}），见第3项", f"there is no patent yet ({shown.en}); see ground 3"
        )
    if facts.standing.by_dates in _ENDED and facts.standing.conflicts:
        # The register's word stands against the dates: neither alone may clear the right.
        conflict = facts.standing.conflicts[0]
        return Verdict.UNKNOWN, conflict, Text("提供近期的专利登记簿副本", "supply a recent copy of the register")
    return _clear("专利权有效", "the patent is in force")


def _granted(facts: _Facts) -> Ruling:
    """Ground 3: not granted."""
    status = facts.standing.status
    if status is None:
        return _status_unknown()
    if status in _NEVER_GRANTED:
        shown = STATUS_TEXT[status]
        return (
            Verdict.REFUSED,
            Text(f"专利申请尚未授权（{shown.zh}）", f"the application has not been granted ({shown.en})"),
            Text("授权公告后再申请", "apply after the grant has been published"),
        )
    granted = facts.right.grant_date
    if status in _ENDED and (granted is None or granted > facts.day):
        return _not_applicable("专利权已不存在，见第2项", "the patent is no more; see ground 2")
    return _clear("已授权", "it has been granted")


def _status_unknown() -> Ruling:
    return (
        Verdict.UNKNOWN,
        Text("法律状态不明", "the legal status is not known"),
        Text(
            "提供专利登记簿副本，或补上授权日和法律状态",
            "supply a copy of the register, or the grant date and status",
        ),
    )


def _annual_fee(facts: _Facts) -> Ruling:
    """Ground 4: an annual fee is unpaid past its due day."""
    fees = facts.fees
    why = fees.explanation.formula or Text("", "")
    if fees.standing is FeeStanding.UNKNOWN:
        return (
            Verdict.UNKNOWN,
            Text("不知道年费缴到第几年", "it is not known through which year the fees are paid"),
            Text("补上已缴年费的年度，或提供缴费收据", "state the last paid year, or supply the receipt"),
        )
    if fees.standing is FeeStanding.NONE:
        if facts.standing.in_force:
            # In force by the register, but without the dates that tell which fee is due.
            return (
                Verdict.UNKNOWN,
                Text(
                    "缺申请日或授权公告日，算不出应缴年费",
                    "without filing and grant dates the fee due cannot be told",
                ),
                Text("补上申请日和授权公告日", "supply the filing and grant dates"),
            )
        return _not_applicable(f"没有应缴的年费（{why.zh}）", f"no annual fee is due ({why.en})")
    if fees.overdue:
        return (
            Verdict.REFUSED,
            Text(f"年费欠缴：{why.zh}", f"an annual fee is unpaid: {why.en}"),
            Text("先补缴年费和滞纳金", "first pay the fee and any late surcharge"),
        )
    return _clear(f"没有欠缴年费（{why.zh}）", f"no annual fee is overdue ({why.en})")


def _dispute(facts: _Facts) -> Ruling:
    """Ground 5: stayed by an ownership dispute, or preserved by a court."""
    if Flag.FROZEN in facts.right.flags:
        return (
            Verdict.REFUSED,
            Text("专利权被法院保全或冻结", "the patent is frozen by a court"),
            Text("解除保全后再申请", "apply after the court has lifted the preservation"),
        )
    if Flag.IN_DISPUTE in facts.right.flags:
        # The data say that ownership is disputed, not whether proceedings are stayed; a lender must assume so.
        return (
            Verdict.REFUSED,
            Text("专利权权属有纠纷，按已中止程序处理", "ownership is disputed; proceedings are taken to be stayed"),
            Text("了结权属纠纷后再申请", "apply after the dispute is settled"),
        )
    return _clear("没有权属纠纷或保全的记录", "no dispute and no court preservation is on record")


def _debt_term(facts: _Facts) -> Ruling:
    """Ground 6: the debt runs past the patent's term. A debt due on the patent's last day does not."""
    if facts.filing.debt_end is None:
        return (
            Verdict.UNKNOWN,
            Text("未写明债务到期日", "the last day of the debt is not stated"),
            Text("写明债务履行期限", "state the term of the debt"),
        )
    last_day = facts.standing.life.end
    if last_day is None:
        return (
            Verdict.UNKNOWN,
            Text("无法算出专利权届满日", "the last day of the patent cannot be derived"),
            Text("补上申请日", "supply the filing date"),
        )
    if facts.filing.debt_end > last_day:
        return (
            Verdict.REFUSED,
            Text(
                f"债务到{facts.filing.debt_end}才到期，专利权{last_day}届满",
                f"the debt is due on {facts.filing.debt_end}, but the patent expires on {last_day}",
            ),
            Text(
                f"把债务到期日提前到{last_day}或更早，或换一项期限更长的权利",
                f"let the debt end on {last_day} or earlier, or pledge a right that lives longer",
            ),
        )
    return _clear(
        f"债务{facts.filing.debt_end}到期，不晚于专利权届满日{last_day}",
        f"the debt is due on {facts.filing.debt_end}, not after the patent's last day, {last_day}",
    )


def _contract(facts: _Facts) -> Ruling:
    """Ground 7: the contract lacks what article 8 requires."""
    required = [
        ContractItem(name) for name in facts.rules.at("registration.patent.contract_items", facts.day).value
    ]
    if facts.filing.contract_items is None:
        mend = _list_items("订立书面合同，载明", "draw up a written contract that states ", required)
        if facts.filing.stage == "planned":
            return _not_applicable("质押合同尚未订立", "there is no pledge contract yet", mend)
        return Verdict.UNKNOWN, Text("质押合同尚未查看", "the pledge contract has not been looked at"), mend
    missing = [item for item in required if item not in facts.filing.contract_items]
    if missing:
        reason = _list_items("质押合同缺少", "the pledge contract lacks ", missing)
        return Verdict.REFUSED, reason, Text("补齐后重新签章", "add them and sign and seal again")
    return _clear("质押合同载明了应有的事项", "the pledge contract states what it must")


def _list_items(zh: str, en: str, items: list[ContractItem]) -> Text:
    return Text(
        zh + "；".join(CONTRACT_ITEM_TEXT[item].zh for item in items),
        en + "; ".join(CONTRACT_ITEM_TEXT[item].en for item in items),
    )


def _co_owners(facts: _Facts) -> Ruling:
    """Ground 8: a co-owned patent without everybody's consent."""
    if not facts.right.holders:
        return (
            Verdict.UNKNOWN,
            Text("没有专利权人资料，不知道是否共有", "the owners are not given, so co-ownership is not known"),
            Text("提供专利登记簿副本", "supply a copy of the patent register"),
        )
    if len(facts.right.holders) == 1:
        return _not_applicable("只有一名专利权人", "there is a single owner")
    if facts.right.co_owners_agreed_freely:
        return _clear("共有人约定各自可以单独出质", "the co-owners have agreed that each of them may pledge alone")
    # Who pledges signs the application, and so consents.
    others = [h for h in facts.right.holders if not any(same_party(p, h) for p in facts.filing.pledgors)]
    against = [h.name for h in others if h.consents is False]
    unasked = [h.name for h in others if h.consents is None]
    if against:
        who = "、".join(against)
        return (
            Verdict.REFUSED,
            Text(f"共有人{who}不同意出质", f"the co-owner {who} does not consent"),
            Text(
                "取得全体共有人的书面同意，或提供另行约定",
                "get the written consent of all, or show another agreement",
            ),
        )
    if unasked:
        who = "、".join(unasked)
        return (
            Verdict.UNKNOWN,
            Text(f"不知道共有人{who}是否同意", f"it is not known whether the co-owner {who} consents"),
            Text("请其出具书面同意", "ask for the written consent"),
        )
    return _clear("全体共有人同意", "all co-owners consent")


def _pledged(facts: _Facts) -> Ruling:
    """Ground 9: pledged already."""
    if Flag.PLEDGED in facts.right.flags:
        return (
            Verdict.REFUSED,
            Text("专利权已质押登记", "a pledge of the patent is registered already"),
            Text("先注销原质押登记", "have the earlier registration discharged first"),
        )
    return _clear("没有质押登记的记录", "no registered pledge is on record")


def _same_day(facts: _Facts) -> Ruling:
    """Ground 10: a same-day invention application exists for the same utility model."""
    if facts.right.kind is not RightKind.UTILITY_MODEL:
        return _not_applicable("不是实用新型专利", "it is not a utility model")
    if not facts.right.same_day_invention:
        return _clear("没有同日申请的发明专利", "no same-day invention application is on record")
    if facts.filing.wants_despite_same_day_invention:
        return _clear(
            "有同日申请的发明专利，当事人知悉并声明继续办理",
            "a same-day invention application exists; the parties know it and still want the registration",
        )
    return (
        Verdict.REFUSED,
        Text(
            "同一申请人同日另有同样的发明专利申请；发明授权时本实用新型将被放弃",
            "the same applicant filed the same invention on the same day; when that is granted, this right is given up",
        ),
        Text("双方书面声明知悉并继续办理", "let both parties declare in writing that they know and still want it"),
    )


def _invalidation(facts: _Facts) -> Ruling:
    """Ground 11: invalidation proceedings have started."""
    if Flag.INVALIDATION_PENDING not in facts.right.flags:
        return _clear("没有无效宣告程序的记录", "no invalidation proceedings are on record")
    if facts.filing.wants_despite_invalidation:
        return _clear(
            "正在无效宣告程序中，当事人知悉并声明继续办理",
            "invalidation proceedings are pending; the parties know it and still want the registration",
        )
    return (
        Verdict.REFUSED,
        Text("专利权已被启动无效宣告程序", "invalidation proceedings have started"),
        Text(
            "等程序终结，或双方书面声明知悉并继续办理",
            "wait for their end, or let both parties declare in writing that they know and still want it",
        ),
    )


def _other(facts: _Facts) -> Ruling:
    """Ground 12: anything else, among it the manner of applying (arts 3 to 7)."""
    rule = facts.rules.at("registration.patent.application", facts.day)
    source = Text(rule.reference.as_text("zh"), rule.reference.as_text("en"))
    if facts.filing.obstacles:
        named = "；".join(facts.filing.obstacles)
        return Verdict.REFUSED, Text(named, named), Text("消除所列情形", "remove the obstacles named")
    if facts.filing.has_foreign_party and not facts.filing.agency:
        return (
            Verdict.REFUSED,
            Text(
                f"有境外当事人，却没有委托代理机构（{source.zh}）",
                f"a party is foreign, but no agency has been appointed ({source.en})",
            ),
            Text("委托专利代理机构并出具委托书", "appoint a patent agency by a power of attorney"),
        )
    if facts.filing.is_joint is False:
        return (
            Verdict.REFUSED,
            Text(f"不是双方共同申请（{source.zh}）", f"the parties do not apply together ({source.en})"),
            Text("由出质人与质权人共同申请", "let pledgor and pledgee apply together"),
        )
    if facts.filing.is_joint is None and facts.filing.stage == "filed":
        return (
            Verdict.UNKNOWN,
            Text("不知道是否双方共同申请", "it is not known whether the parties apply together"),
            Text("核对申请表上双方的签章", "check both parties' seals on the application form"),
        )
    return _clear("没有发现其他障碍", "no other obstacle is known")


_GROUNDS: tuple[Ground, ...] = (
    _owner,
    _in_force,
    _granted,
    _annual_fee,
    _dispute,
    _debt_term,
    _contract,
    _co_owners,
    _pledged,
    _same_day,
    _invalidation,
    _other,
)
