"""The documents of an application: those that a register requires, and those that are missing."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from zhirong.chain.pledge.packs import rules_folder
from zhirong.chain.pledge.records import Filing
from zhirong.chain.right.records import Right
from zhirong.kernel.rulebook import Rulebook, RuleValue
from zhirong.kernel.text import Text


class Paper(StrEnum):
    """A document submitted with an application."""

    FORM = "form"
    MAIN_CONTRACT = "main_contract"
    PLEDGE_CONTRACT = "pledge_contract"
    IDENTITY = "identity"
    IDENTITY_OR_COMMITMENT = "identity_or_commitment"
    COMMITMENT = "commitment"
    CERTIFICATE_COPIES = "certificate_copies"
    POWER_OF_ATTORNEY = "power_of_attorney"
    CO_OWNER_CONSENT = "co_owner_consent"
    PRIOR_LICENCES = "prior_licences"
    VALUATION_REPORT = "valuation_report"


PAPER_TEXT: Mapping[Paper, Text] = {
    Paper.FORM: Text("双方签章的登记申请表", "application form signed or sealed by both"),
    Paper.MAIN_CONTRACT: Text("主合同", "the loan contract"),
    Paper.PLEDGE_CONTRACT: Text("质押合同", "the pledge contract"),
    Paper.IDENTITY: Text("双方身份证明", "proof of identity of both"),
    Paper.IDENTITY_OR_COMMITMENT: Text(
        "双方身份证明，或经签章的承诺书", "proof of identity of both, or a signed commitment"
    ),
    Paper.COMMITMENT: Text("双方签章的承诺书", "a commitment signed or sealed by both"),
    Paper.CERTIFICATE_COPIES: Text("权利证书复印件", "copies of the certificates of the rights"),
    Paper.POWER_OF_ATTORNEY: Text("写明权限的委托书", "power of attorney that states its scope"),
    Paper.CO_OWNER_CONSENT: Text("共有人同意出质的书面文件", "the co-owners' written consent"),
    Paper.PRIOR_LICENCES: Text("出质前的许可合同", "licence contracts made before the pledge"),
    Paper.VALUATION_REPORT: Text("评估报告", "the appraisal report"),
}

# Documents that are accepted instead of a required one, besides that one itself.
_SERVES: Mapping[Paper, frozenset[Paper]] = {
    Paper.IDENTITY_OR_COMMITMENT: frozenset({Paper.IDENTITY, Paper.COMMITMENT}),
    Paper.COMMITMENT: frozenset({Paper.IDENTITY_OR_COMMITMENT}),
}

# The condition under which a register requires a document; the rule files use these words.
_WHEN: Mapping[str, Callable[[Filing, Right], bool]] = {
    "always": lambda filing, right: True,
    "agency": lambda filing, right: bool(filing.agency) or filing.has_foreign_party,
    "co_owned": lambda filing, right: len(right.holders) > 1 and not right.co_owners_agreed_freely,
    "licensed": lambda filing, right: bool(right.licences),
    "valued_by_appraiser": lambda filing, right: filing.is_valued_by_appraiser,
}


@dataclass(frozen=True, slots=True)
class PapersCheck:
    """The documents that the register requires, those of them that are missing, and the rule."""

    required: tuple[Paper, ...]
    missing: tuple[Paper, ...]
    rule: RuleValue

    def as_json(self) -> dict[str, object]:
        """Return a dictionary with stable keys for programs."""
        return {
            "required": list(self.required),
            "missing": list(self.missing),
            "reference": self.rule.reference.as_json(),
        }


def check_papers(filing: Filing, right: Right, day: date, rules: Rulebook) -> PapersCheck:
    """Return the documents that the register of this right requires in this case, and those missing from
    ``filing.papers``.

    Raises RuleError if the rulebook lacks the register's list.
    """
    rule = rules.at(f"{rules_folder(filing, right)}.papers", day)
    required = tuple(Paper(row["paper"]) for row in rule.value if _WHEN[row["when"]](filing, right))
    return PapersCheck(required, tuple(paper for paper in required if not _is_held(paper, filing)), rule)


def _is_held(paper: Paper, filing: Filing) -> bool:
    return any(one.value in filing.papers for one in (paper, *_SERVES.get(paper, ())))
