"""The filing for the registration of a pledge, and the findings of an examination."""

from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Literal

from zhirong.chain.right.records import Holder
from zhirong.kernel.money import Fen
from zhirong.kernel.rulebook import RuleValue
from zhirong.kernel.text import Text


class ContractItem(StrEnum):
    """The required items of a pledge contract; each register's own list is in its rules.

    RIGHTS: the list of pledged rights, with the details that the register requires. CONTENT, PROTECTION_TERM: the
    pledged content of a copyright, and how long it is protected. PLEDGE_TERM: how long the pledge lasts.
    """

    PARTIES = "parties"
    CLAIM = "claim"
    DEBT_TERM = "debt_term"
    RIGHTS = "rights"
    CONTENT = "content"
    PROTECTION_TERM = "protection_term"
    SCOPE = "scope"
    PLEDGE_TERM = "pledge_term"


CONTRACT_ITEM_TEXT: dict[ContractItem, Text] = {
    ContractItem.PARTIES: Text("双方当事人的名称和住所", "the names and addresses of both parties"),
    ContractItem.CLAIM: Text("被担保债权的种类和数额", "the kind and amount of the secured claim"),
    ContractItem.DEBT_TERM: Text("债务人履行债务的期限", "the term in which the debt is to be performed"),
    ContractItem.RIGHTS: Text("出质权利的清单", "the list of the rights pledged"),
    ContractItem.CONTENT: Text("出质著作权的内容", "the pledged content of the copyright"),
    ContractItem.PROTECTION_TERM: Text("出质著作权的保护期", "the term of protection of the copyright"),
    ContractItem.SCOPE: Text("质押担保的范围", "the scope of the security"),
    ContractItem.PLEDGE_TERM: Text("质权的期限", "the term of the pledge"),
}

# The list of rights as each register requires it, by the folder of its rules.
_RIGHTS_LISTED: dict[str, Text] = {
    "registration.patent": Text(
        "专利件数，每件的名称、专利号、申请日和授权公告日",
        "how many patents, and the name, number, filing and grant date of each",
    ),
    "registration.trademark": Text(
        "出质注册商标的清单（注册号、类别及专用期）",
        "the list of the marks pledged (registration number, classes and term of each)",
    ),
    "registration.pilot": Text(
        "出质权利的清单（名称、登记号及保护期）", "the list of the rights pledged (name, number and term of each)"
    ),
}


def contract_item_text(item: ContractItem, folder: str) -> Text:
    """Return a contract item in the words of the register whose rules are in ``folder``."""
    return (
        _RIGHTS_LISTED.get(folder, CONTRACT_ITEM_TEXT[item])
        if item is ContractItem.RIGHTS
        else CONTRACT_ITEM_TEXT[item]
    )


class ClaimKind(StrEnum):
    """The type of the secured claim."""

    LOAN = "loan"
    COUNTER_GUARANTEE = "counter_guarantee"
    MAXIMUM_AMOUNT = "maximum_amount"
    OTHER = "other"


CLAIM_KIND_TEXT: dict[ClaimKind, Text] = {
    ClaimKind.LOAN: Text("借款债权", "a loan"),
    ClaimKind.COUNTER_GUARANTEE: Text("担保人的追偿权（反担保）", "the guarantor's recourse (counter-guarantee)"),
    ClaimKind.MAXIMUM_AMOUNT: Text("最高额债权", "claims up to a maximum amount"),
    ClaimKind.OTHER: Text("其他债权", "other claim"),
}


class Subject(StrEnum):
    """The pledged object: the right itself, or its future licence fees."""

    RIGHT = "right"
    LICENCE_FEES = "licence_fees"


SUBJECT_TEXT: dict[Subject, Text] = {
    Subject.RIGHT: Text("权利本身", "the right itself"),
    Subject.LICENCE_FEES: Text("许可费应收账款", "licence fees receivable"),
}

Stage = Literal["planned", "filed"]


@dataclass(frozen=True, slots=True)
class Filing:
    """An application to register a pledge, or the plan of one.

    stage: ``planned`` before there is a contract (a quote asks whether a right *could* be pledged), ``filed`` once
    the documents are submitted. Facts that only the documents show are not examined at the planning stage.
    pledgors: the parties that pledge the right. pledgee: the secured party. Consents of co-owners who are not
    pledgors are recorded with the holders of the right. claim_amount: fen; None is not stated. debt_start,
    debt_end: first and last day of the secured debt's term. contract_items: the items that the contract states;
    None: not checked yet. is_joint: whether pledgor and pledgee apply together; None: unknown. has_foreign_party: a
    party without residence in mainland China, who must act through an agency. agency: the patent agency that files,
    empty if the parties file themselves. wants_despite_same_day_invention, wants_despite_invalidation: the parties
    know of it and declare in writing that they still want the registration (grounds 10 and 11). obstacles: any
    further obstacle that the office or the pledgee has named, in words (ground 12). is_online: filed online, which
    shortens the office's term. subject: the pledged object. papers: available documents (the words of
    ``papers.Paper``). is_valued_by_appraiser: whether the value comes from a report, not from the parties'
    agreement. related_marks: numbers of the holder's same or similar marks on same or similar goods; None: not
    searched. together: numbers of all rights in the same application. pilot_basis: the document that assigns a kind
    without a national register to a pilot.
    """

    pledgors: tuple[Holder, ...]
    pledgee: Holder | None = None
    stage: Stage = "planned"
    claim_kind: ClaimKind = ClaimKind.LOAN
    claim_amount: Fen | None = None
    debt_start: date | None = None
    debt_end: date | None = None
    contract_items: frozenset[ContractItem] | None = None
    is_joint: bool | None = None
    has_foreign_party: bool = False
    agency: str = ""
    wants_despite_same_day_invention: bool = False
    wants_despite_invalidation: bool = False
    obstacles: tuple[str, ...] = ()
    is_online: bool = True
    subject: Subject = Subject.RIGHT
    papers: frozenset[str] = frozenset()
    is_valued_by_appraiser: bool = False
    related_marks: tuple[str, ...] | None = None
    together: frozenset[str] = frozenset()
    pilot_basis: str = ""


class GroundVerdict(StrEnum):
    """The result of the examination of one ground."""

    CLEAR = "clear"
    REFUSED = "refused"
    UNKNOWN = "unknown"
    NOT_APPLICABLE = "not_applicable"


VERDICT_TEXT: dict[GroundVerdict, Text] = {
    GroundVerdict.CLEAR: Text("无障碍", "clear"),
    GroundVerdict.REFUSED: Text("不予登记", "refused"),
    GroundVerdict.UNKNOWN: Text("资料不足，无法判断", "unknown: data is missing"),
    GroundVerdict.NOT_APPLICABLE: Text("不适用", "does not apply"),
}


@dataclass(frozen=True, slots=True)
class GroundFinding:
    """One refusal ground, examined.

    number: the ground's number in the rule, 0 where the kind of right has no rules here. verdict: see Verdict.
    title: the ground in a few words. reason: why this verdict, with the facts. hint: what to do about it, None if
    nothing is needed. reference: the rule; None if the kind of right has no rules here.
    """

    number: int
    verdict: GroundVerdict
    title: Text
    reason: Text
    hint: Text | None = None
    reference: RuleValue | None = None

    def as_json(self) -> dict[str, object]:
        """Return a dictionary with stable keys for programs."""
        return {
            "number": self.number,
            "verdict": self.verdict.value,
            "title": self.title.as_json(),
            "reason": self.reason.as_json(),
            "hint": None if self.hint is None else self.hint.as_json(),
            "reference": None if self.reference is None else self.reference.reference.as_json(),
        }


Pledgeable = Literal["yes", "no", "unknown"]


def pledgeable(findings: tuple[GroundFinding, ...]) -> Pledgeable:
    """Return whether a right can be pledged: no if any ground refuses it, unknown if any could not be examined."""
    if not findings:
        raise ValueError("no finding is given, so nothing has been examined")
    verdicts = {finding.verdict for finding in findings}
    if GroundVerdict.REFUSED in verdicts:
        return "no"
    return "unknown" if GroundVerdict.UNKNOWN in verdicts else "yes"
