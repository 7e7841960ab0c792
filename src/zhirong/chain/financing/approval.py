"""The approval table: bands of amounts with the roles that must agree, one person per role (at least two people)."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from zhirong.kernel.errors import Problem
from zhirong.kernel.money import Fen, parse_yuan, show_yuan
from zhirong.kernel.rulebook import COUNTRY, Reference, Rulebook, RuleError
from zhirong.kernel.text import Text

LEAST_PEOPLE = 2


class ApprovalVerdict(StrEnum):
    """The decision of one person on a case. RETURN: it goes back to due diligence."""

    APPROVE = "approve"
    RETURN = "return"
    DECLINE = "decline"


APPROVAL_VERDICT_WORDS: Mapping[ApprovalVerdict, Text] = {
    ApprovalVerdict.APPROVE: Text("批准", "approved"),
    ApprovalVerdict.RETURN: Text("退回", "returned"),
    ApprovalVerdict.DECLINE: Text("不通过", "declined"),
}


@dataclass(frozen=True, slots=True)
class ApprovalBand:
    """One band. up_to: the highest amount in fen, None for any. roles: those that must agree, in this order."""

    level: str
    title: Text
    up_to: Fen | None
    roles: tuple[str, ...]
    reference: Reference


@dataclass(frozen=True, slots=True)
class ApprovalDecision:
    """The decision of one person in a round. by: the account. role: the place in the band that it fills."""

    by: int
    role: str
    verdict: ApprovalVerdict
    amount: Fen


@dataclass(frozen=True, slots=True)
class Round:
    """One round of approval. proposed: the amount submitted for approval, in fen. credit_limit: the highest
    amount that may be lent. worked_by: accounts of those who submitted it for approval or worked on it.
    """

    band: ApprovalBand
    proposed: Fen
    credit_limit: Fen
    worked_by: frozenset[int]
    decisions: tuple[ApprovalDecision, ...] = ()

    @property
    def given(self) -> int:
        """Return the number of approvals in the band."""
        return sum(one.verdict == ApprovalVerdict.APPROVE for one in self.decisions)

    @property
    def wanted(self) -> str:
        """Return the role whose turn it is; empty if all have agreed."""
        return self.band.roles[self.given] if self.given < len(self.band.roles) else ""

    @property
    def amount(self) -> Fen:
        """Return the amount on which all approvers so far agree: the lowest amount approved, at most the proposal."""
        return min(
            [self.proposed, *(one.amount for one in self.decisions if one.verdict == ApprovalVerdict.APPROVE)]
        )


def bands(rules: Rulebook, day: date, region: str = COUNTRY) -> tuple[ApprovalBand, ...]:
    """Return all bands in rising order. Raises RuleError for a band with fewer than two people or bounds that do
    not rise.
    """
    rule = rules.at("lending.approval.bands", day, region)
    found = tuple(
        ApprovalBand(
            str(row["level"]),
            Text(row["title"]["zh"], row["title"]["en"]),
            parse_yuan(row["up_to"]) if "up_to" in row else None,
            tuple(row["roles"]),
            rule.reference,
        )
        for row in rule.value
    )
    bounds = [band.up_to for band in found[:-1]]
    rising = all(bound is not None for bound in bounds) and bounds == sorted(set(bounds))  # type: ignore[type-var]
    if not found or found[-1].up_to is not None or not rising:
        raise RuleError(f"{rule.id}: bounds must rise and the last band have none")
    if any(len(band.roles) < LEAST_PEOPLE for band in found):
        raise RuleError(f"{rule.id}: every band needs {LEAST_PEOPLE} people")
    return found


def band_for(amount: Fen, rules: Rulebook, day: date, region: str = COUNTRY) -> ApprovalBand:
    """Return the band of an amount in fen; an amount on a bound belongs to the lower band."""
    return next(band for band in bands(rules, day, region) if band.up_to is None or amount <= band.up_to)


def why_not(now: Round, by: int, roles: Sequence[str], verdict: ApprovalVerdict, amount: Fen) -> list[Problem]:
    """Return every reason why this person cannot make the decision now; empty if they can. amount: fen, of an
    approval.

    Nobody decides on what they submitted, nobody decides twice in a round, and each fills the place whose turn it
    is.
    """
    found = []
    if by in now.worked_by:
        found.append(
            Problem(
                "actor",
                str(by),
                Text(
                    "该笔业务由您经办或报送，您不能审批",
                    "you handled this case or submitted it for approval, so you cannot approve it",
                ),
                Text("请由其他有权限的同事审批", "ask an authorised colleague to decide"),
                "own_hand_up",
            )
        )
    if any(one.by == by for one in now.decisions):
        found.append(
            Problem(
                "actor",
                str(by),
                Text("您在本轮已审批", "you have already decided in this round"),
                Text(
                    "每人每轮只审批一次，请等待下一位审批人审批",
                    "each person decides once per round; wait for the next approver",
                ),
                "decided_already",
            )
        )
    if verdict == ApprovalVerdict.APPROVE:
        found += _approval_problems(now, roles, amount)
    return found


def _approval_problems(now: Round, roles: Sequence[str], amount: Fen) -> list[Problem]:
    found = []
    if not now.wanted:
        found.append(
            Problem(
                "actor",
                "",
                Text("本轮审批已完成", "this round is complete"),
                Text("请刷新后查看结果", "refresh the page and check the result"),
                "round_complete",
            )
        )
    elif now.wanted not in roles:
        found.append(
            Problem(
                "actor",
                now.wanted,
                Text("当前须由其他角色审批", "another role must decide now"),
                Text(
                    "请等待前一环节审批，或由该角色人员审批",
                    "wait for that decision, or ask someone with that role to decide",
                ),
                "not_your_turn",
            )
        )
    most = min(now.proposed, now.credit_limit)
    if not 0 < amount <= most:
        found.append(
            Problem(
                "amount",
                show_yuan(amount),
                Text(
                    f"批准金额须大于零，且不超过报送金额和额度中较小者 {show_yuan(most)} 元",
                    f"the approved amount must be above zero and at most CNY {show_yuan(most)}, the lower of proposal and credit limit",
                ),
                Text(
                    "请减少金额，或退回重新测算",
                    "approve a smaller amount, or send the case back for recalculation",
                ),
                "above_line",
            )
        )
    return found
