"""Refusal grounds shared by several registers; each register's pack lists its own, in its order."""

import re
import unicodedata
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date

from zhirong.chain.pledge.records import ContractItem, Filing, GroundFinding, GroundVerdict, contract_item_text
from zhirong.chain.right.fees import fee_state
from zhirong.chain.right.kinds import KIND_TEXT, KINDS
from zhirong.chain.right.records import STATUS_TEXT, Flag, Holder, LegalStatus, Right
from zhirong.chain.right.status import StatusOn, status_on
from zhirong.kernel.rulebook import Rulebook
from zhirong.kernel.text import Text, same

Ruling = tuple[GroundVerdict, Text, Text | None]

# Characters that look alike and are confused in typing; those that NFKC already unifies are not listed.
_LOOK_ALIKE = str.maketrans(
    {
        **dict.fromkeys("‐‑‒–—―−", "-"),
        **dict.fromkeys("·•‧∙⋅・", "."),
        **dict.fromkeys("〔【〖[", "("),
        **dict.fromkeys("〕】〗]", ")"),
    }
)
# Invisible characters: control characters, and Unicode's Default_Ignorable_Code_Point. A name copied from a page
# contains them.
_UNSEEN = re.compile(
    "[\x00-\x1f\x7f-\x9f\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b-\u200f\u202a-\u202e"
    "\u2060-\u206f\u3164\ufe00-\ufe0f\ufeff\U000e0000-\U000e0fff]"
)

# A right that has ended; a right that never existed.
ENDED = frozenset({LegalStatus.LAPSED, LegalStatus.INVALIDATED, LegalStatus.EXPIRED})
NEVER_GRANTED = frozenset({LegalStatus.PENDING, LegalStatus.REFUSED, LegalStatus.WITHDRAWN})


@dataclass(frozen=True, slots=True)
class GroundFacts:
    """The input of every ground: the filing, the right, its status that day, and the folder of its rules."""

    filing: Filing
    right: Right
    day: date
    rules: Rulebook
    standing: StatusOn
    folder: str


Ground = Callable[[GroundFacts], Ruling]


def examine_by(
    folder: str,
    grounds: Sequence[tuple[str, Ground]],
    filing: Filing,
    right: Right,
    day: date,
    rules: Rulebook,
) -> tuple[GroundFinding, ...]:
    """Return the findings on every ground of one register in its order. A ground's rule is ``<folder>.<name>``.

    Raises RuleError if the rulebook lacks one of them on that day.
    """
    facts = GroundFacts(filing, right, day, rules, status_on(right, day, rules), folder)
    findings = []
    for number, (name, ground) in enumerate(grounds, 1):
        verdict, reason, hint = ground(facts)
        rule = rules.at(f"{folder}.{name}", day)
        findings.append(GroundFinding(number, verdict, rule.title, reason, hint, rule))
    return tuple(findings)


def clear(zh: str, en: str) -> Ruling:
    """Return a finding that the ground does not apply to the facts: no obstacle."""
    return GroundVerdict.CLEAR, Text(zh, en), None


def refused(reason: Text, hint: Text) -> Ruling:
    """Return a finding that the ground applies: registration is refused."""
    return GroundVerdict.REFUSED, reason, hint


def unknown(reason: Text, hint: Text) -> Ruling:
    """Return a finding that the data are not sufficient to decide."""
    return GroundVerdict.UNKNOWN, reason, hint


def does_not_apply(zh: str, en: str) -> Ruling:
    """Return a finding that the ground is not applicable to this case."""
    return GroundVerdict.NOT_APPLICABLE, Text(zh, en), None


def same_party(one: Holder, other: Holder) -> bool:
    """Return whether two records name the same person: by credit code where both give one, by name otherwise.

    Names are compared without regard to spaces, full-width forms and capitals; all bracket forms are equal.
    """
    if one.code and other.code:
        return one.code == other.code
    return plain_name(one.name) == plain_name(other.name)


def plain_name(written: str) -> str:
    """Return a name in its form for comparison: full-width forms converted, in capitals, without spaces and
    invisible characters, with one form of bracket, dash and dot.
    """
    plain = unicodedata.normalize("NFKC", written).translate(_LOOK_ALIKE)
    return _UNSEEN.sub("", "".join(plain.split())).casefold()


def owner(facts: GroundFacts) -> Ruling:
    """Examine whether the pledgor is not the holder on record."""
    kind = KIND_TEXT[facts.right.kind]
    owners = "、".join(holder.name for holder in facts.right.holders)
    if not facts.right.holders:
        return unknown(
            Text(f"没有{kind.zh}的权利人资料", f"the holder of this {kind.en} is not given"),
            Text("请提供登记机关出具的权属证明", "provide the register's proof of ownership"),
        )
    strangers = [p.name for p in facts.filing.pledgors if not any(same_party(p, h) for h in facts.right.holders)]
    if strangers or not facts.filing.pledgors:
        who = "、".join(strangers)
        return refused(
            Text(
                f"出质人{who or '未写明'}不是登记的权利人；登记的是{owners}",
                f"the pledgor {who or '(none named)'} is not the holder on record, who is {owners}",
            ),
            Text(
                "请由登记的权利人出质，或先办理转让、名称变更",
                "have the holder on record pledge it, or first record the transfer or the change of name",
            ),
        )
    return clear(f"出质人是登记的权利人（{owners}）", f"the pledgor is the holder on record ({owners})")


def in_force(facts: GroundFacts) -> Ruling:
    """Examine whether the right is not in force: not granted, ended, or its term over and not renewed."""
    status = facts.standing.status
    kind = KIND_TEXT[facts.right.kind]
    if status is None:
        return status_unknown()
    if status in ENDED | NEVER_GRANTED:
        shown = STATUS_TEXT[status]
        return refused(Text(f"{kind.zh}{shown.zh}", f"the {kind.en} is {shown.en}"), _way_back(facts))
    if facts.standing.by_dates in ENDED and facts.standing.conflicts:
        return unknown(
            facts.standing.conflicts[0],
            Text("请提供登记机关的近期证明", "provide a recent extract of the register"),
        )
    return clear("权利有效", "the right is in force")


def _way_back(facts: GroundFacts) -> Text:
    """Return the hint for a right that is not in force: it names only steps that the law still allows on that day."""
    if facts.standing.renewable_until is not None:
        until = facts.standing.renewable_until
        return Text(f"请先办理续展，最迟{until}", f"Renew it first, by {until} at the latest.")
    if facts.standing.status is LegalStatus.LAPSED:
        restorable = fee_state(facts.right, facts.day, facts.rules).restorable_until
        if restorable is not None and facts.day <= restorable:
            return Text(
                f"请先请求恢复权利，最迟{restorable}", f"Have it restored first, by {restorable} at the latest."
            )
    if facts.standing.status is LegalStatus.PENDING:
        return Text("请在授权或登记后再申请", "Apply after it has been granted or registered.")
    return Text("请从质押清单中剔除", "Remove it from the pledge.")


def status_unknown() -> Ruling:
    """Return the finding for a right whose status follows from neither the register nor the dates."""
    return unknown(
        Text("法律状态不明", "the legal status is unknown"),
        Text(
            "请提供登记机关的近期证明，或补充日期和法律状态",
            "provide a recent extract of the register, or the dates and the status",
        ),
    )


def dispute(facts: GroundFacts) -> Ruling:
    """Examine whether ownership is disputed, or a court has frozen the right."""
    if Flag.FROZEN in facts.standing.flags:
        return refused(
            Text("权利被法院查封、保全或冻结", "a court has sealed or frozen the right"),
            Text("请解除后再申请", "apply after the freeze has been lifted"),
        )
    if Flag.IN_DISPUTE in facts.standing.flags:
        # The data say that ownership is disputed, not whether proceedings are stayed; a lender must assume that
        # they are.
        return refused(
            Text("权属有纠纷，按已中止程序处理", "ownership is disputed; proceedings are taken to be stayed"),
            Text("请在解决纠纷后再申请", "apply after the dispute is settled"),
        )
    return clear("没有纠纷或保全的记录", "no dispute and no court order is on record")


def debt_term(facts: GroundFacts) -> Ruling:
    """Examine whether the debt ends after the last day of the right. A debt due on that day does not."""
    end = facts.filing.debt_end
    if end is None:
        return unknown(
            Text("未写明债务到期日", "the last day of the debt is not stated"),
            Text("请写明债务履行期限", "state the term of the debt"),
        )
    if end < facts.day:
        return _ended_debt(end)
    if facts.standing.life.unlimited:
        return clear("权利没有法定的届满日", "the right has no end by law")
    last_day = facts.standing.life.end
    if last_day is None:
        return unknown(
            Text("无法计算权利届满日", "the last day of the right cannot be determined"),
            Text("请补充决定保护期的日期", "provide the dates that determine its term"),
        )
    if end > last_day:
        return refused(
            Text(
                f"债务到{end}才到期，权利{last_day}届满",
                f"the debt is due on {end}, the right expires on {last_day}",
            ),
            Text(
                f"请将债务到期日提前到{last_day}或更早，或更换权利",
                f"Set the end of the debt to {last_day} or earlier, or pledge another right.",
            ),
        )
    return clear(f"债务{end}到期，不晚于{last_day}", f"the debt is due on {end}, not after {last_day}")


def _ended_debt(end: date) -> Ruling:
    """Examine a debt that was due before the examination: paid, overdue, or misstated."""
    return unknown(
        Text(f"债务履行期限已于{end}届满，早于今天", f"the term of the debt ended on {end}, before today"),
        Text(
            "请核对债务期限；债务尚未清偿的，写明后登记",
            "Check the term of the debt. If the debt is still unpaid, state so and register it.",
        ),
    )


def renewal(facts: GroundFacts) -> Ruling:
    """Advise on a mark whose present term ends before the debt: no ground for refusal, but it must be renewed in
    time.

    The law lets a mark be renewed without limit; the register refuses only one that is past its term. Renewal is
    advised only once it is possible; until then the contract has to oblige the holder.
    """
    end, life = facts.filing.debt_end, facts.standing.life
    if end is None:
        return unknown(
            Text("未写明债务到期日", "the last day of the debt is not stated"),
            Text("请写明债务履行期限", "state the term of the debt"),
        )
    if end < facts.day:
        return _ended_debt(end)
    if life.end is None or life.renewal_opens is None:
        return unknown(
            Text("无法计算商标本届有效期的届满日", "the last day of the mark's present term cannot be determined"),
            Text(
                "请补充核准注册日，或续展后的届满日", "provide the day of registration, or the last day as renewed"
            ),
        )
    if end <= life.end:
        return clear(f"债务{end}到期，不晚于{life.end}", f"the debt is due on {end}, not after {life.end}")
    reason = Text(
        f"债务到{end}才到期，商标本届有效期{life.end}届满，可以续展",
        f"the debt is due on {end}; the mark's present term ends on {life.end} and can be renewed",
    )
    if life.may_be_renewed_on(facts.day):
        return (
            GroundVerdict.CLEAR,
            reason,
            Text(
                f"现在即可续展，最迟{life.renewal_closes}", f"Renew it now, by {life.renewal_closes} at the latest."
            ),
        )
    return (
        GroundVerdict.CLEAR,
        reason,
        Text(
            f"请在合同中约定：商标注册人须自{life.renewal_opens}起至{life.end}止办理续展，否则构成违约；并设置到期提醒",
            f"Oblige the holder in the contract to renew it from {life.renewal_opens} to {life.end}, make a"
            f" failure a default, and set a reminder for that day.",
        ),
    )


def contract(facts: GroundFacts) -> Ruling:
    """Examine whether the contract lacks a required item."""
    required = [ContractItem(name) for name in facts.rules.at(f"{facts.folder}.contract_items", facts.day).value]
    stated = facts.filing.contract_items
    listed = _items(required, facts.folder)
    if stated is None:
        hint = Text(f"请订立书面合同，载明{listed.zh}", f"conclude a written contract that states {listed.en}")
        if facts.filing.stage == "planned":
            return GroundVerdict.NOT_APPLICABLE, Text("质押合同尚未订立", "there is no pledge contract yet"), hint
        return unknown(Text("质押合同尚未查看", "the pledge contract has not been checked"), hint)
    missing = [item for item in required if item not in stated]
    if missing:
        listed = _items(missing, facts.folder)
        return refused(
            Text(f"质押合同缺少{listed.zh}", f"the pledge contract lacks {listed.en}"),
            Text("请补齐后重新签章", "add them and sign and seal again"),
        )
    return clear("质押合同载明了应有的事项", "the pledge contract states all required items")


def _items(items: Sequence[ContractItem], folder: str) -> Text:
    words = [contract_item_text(item, folder) for item in items]
    return Text("；".join(one.zh for one in words), "; ".join(one.en for one in words))


def co_owners(facts: GroundFacts) -> Ruling:
    """Examine a co-owned right for the consent of every co-owner."""
    if not facts.right.holders:
        return unknown(
            Text(
                "没有权利人资料，无法判断是否共有",
                "the holders are not given, so co-ownership cannot be determined",
            ),
            Text("请提供登记机关出具的权属证明", "provide the register's proof of ownership"),
        )
    if len(facts.right.holders) == 1:
        return does_not_apply("只有一名权利人", "there is a single holder")
    if facts.right.co_owners_agreed_freely:
        return clear("共有人约定各自可以单独出质", "the co-owners have agreed that each of them may pledge alone")
    # A co-owner who pledges signs the application and thereby consents.
    others = [h for h in facts.right.holders if not any(same_party(p, h) for p in facts.filing.pledgors)]
    against = "、".join(h.name for h in others if h.consents is False)
    unasked = "、".join(h.name for h in others if h.consents is None)
    if against:
        return refused(
            Text(f"共有人{against}不同意出质", f"the co-owner {against} does not consent"),
            Text(
                "请取得全体共有人的书面同意，或提供另行约定",
                "obtain the written consent of all, or provide another agreement",
            ),
        )
    if unasked:
        return unknown(
            Text(f"尚不清楚共有人{unasked}是否同意", f"the consent of the co-owner {unasked} is unknown"),
            Text("请其出具书面同意", "ask for the written consent"),
        )
    return clear("全体共有人同意", "all co-owners consent")


def pledged(facts: GroundFacts) -> Ruling:
    """Examine whether the right is already pledged by its own record; the register itself counts ranks on
    registration.
    """
    if Flag.PLEDGED in facts.right.flags:
        return refused(
            Text("已有质押登记", "a pledge is already registered"),
            Text("请先注销原质押登记", "have the earlier registration discharged first"),
        )
    return clear("没有质押登记的记录", "no registered pledge is on record")


def pilot_basis(facts: GroundFacts) -> Ruling:
    """Examine whether a pilot document shows that this register accepts pledges of this kind."""
    kind = KIND_TEXT[facts.right.kind]
    if not facts.filing.pilot_basis:
        return unknown(
            Text(
                f"{kind.zh}的质押登记属于试点，未写明试点依据",
                f"pledges of a {kind.en} are registered only under a pilot, and no pilot document is named",
            ),
            Text("请写明试点地区的文件名称和文号", "name the pilot's document and its number"),
        )
    named = facts.filing.pilot_basis
    return clear(f"试点依据：{named}", f"the pilot's basis: {named}")


def real_effect(facts: GroundFacts) -> Ruling:
    """Examine whether the pledge is effective against third parties: for some kinds no law provides for a pledge,
    and a pilot register is not set up by law.
    """
    record = KINDS[facts.right.kind]
    if record.is_named_by_law:
        return does_not_apply("法律规定此类权利可以出质", "the law provides for a pledge of this kind of right")
    return unknown(
        Text(
            f"法律、行政法规没有规定{record.text.zh}可以出质，试点登记是否为法定登记未经确认：质押合同有效，物权效力不确定",
            f"no law or administrative regulation provides for a pledge of a {record.text.en}, and it is not"
            f" confirmed that the pilot's register is set up by law: the contract is valid, but its effect against"
            f" third parties is uncertain",
        ),
        Text(
            "请取得登记机构的设立依据和法律意见；未取得的，按无优先受偿权测算，并另行取得担保",
            "Obtain the legal basis of the register and a legal opinion. Without them, assume no priority and take"
            " other security as well.",
        ),
    )


def other(facts: GroundFacts) -> Ruling:
    """Examine other obstacles, including the manner of applying; its rule is cited where the register has one."""
    filing = facts.filing
    zh, en = _manner_of_applying(facts)
    if filing.obstacles:
        return refused(same("；".join(filing.obstacles)), Text("请消除所列情形", "remove the named obstacles"))
    if filing.has_foreign_party and not filing.agency:
        return refused(
            Text(f"有境外当事人，但未委托代理机构{zh}", f"a party is foreign, but no agency is appointed{en}"),
            Text("请委托代理机构并出具委托书", "appoint an agency by a power of attorney"),
        )
    if filing.is_joint is False:
        return refused(
            Text(f"不是双方共同申请{zh}", f"the parties do not apply together{en}"),
            Text("请由出质人与质权人共同申请", "have pledgor and pledgee apply together"),
        )
    if filing.is_joint is None and filing.stage == "filed":
        return unknown(
            Text("尚不清楚是否由双方共同申请", "it is unknown whether the parties apply together"),
            Text("请核对申请表上双方的签章", "check both parties' seals on the application form"),
        )
    return clear("没有发现其他障碍", "no other obstacle is known")


def _manner_of_applying(facts: GroundFacts) -> tuple[str, str]:
    name = f"{facts.folder}.application"
    if name not in facts.rules:
        return "", ""
    reference = facts.rules.at(name, facts.day).reference
    return f"（{reference.as_text('zh')}）", f" ({reference.as_text('en')})"
