"""A bank, a firm and a case for the tests of the lender's and the guarantor's desk."""

from dataclasses import dataclass, field
from typing import Any

from firm_samples import submitted
from kept_states import kept_state
from platform_world import Member, Platform

from zhirong.chain.organisation.roles import MemberRole
from zhirong.operations.credit.diligence import TITLE_INVESTIGATION
from zhirong.store.financing import Case, CheckItem
from zhirong.store.parties import Organisation

AMOUNT = 100_000_000  # one million yuan, in fen: of the lowest band
PDF = b"%PDF-1.7\n% a paper for a test\n"


@dataclass
class Desk:
    """One bank with its people, one firm, and what they do with a case."""

    platform: Platform = field(repr=False)  # its state is the database's, see `kept_states`
    firm: Organisation
    manager: Member
    bank: Organisation
    officer: Member
    reviewer: Member
    approver: Member
    head: Member
    limit_inputs: dict[str, Any] = field(default_factory=dict)  # what the officer adds once a case is accepted

    @kept_state
    def case(self, **more: Any) -> Case:
        """A case that the firm has handed in, of the lowest band where nothing else is said."""
        return submitted(self.platform, self.manager, self.bank, **{"amount": AMOUNT, **more})

    @kept_state
    def accepted(self, **values: Any) -> Case:
        """A case in due diligence."""
        case = self.case(**values)
        self.platform.do(self.officer, "case.accept", case)
        if self.limit_inputs:
            self.platform.do(self.officer, "case.limit_inputs", case, **self.limit_inputs)
        return self.again(case)

    @kept_state
    def checked(self, case: Case) -> None:
        """Every item of the checklist done, with its evidence."""
        for item in CheckItem.objects.filter(case=case):
            data: dict[str, Any] = {
                "finding": "核对无误",
                "file": self.platform.upload(self.officer, "evidence.pdf", PDF),
            }
            if item.item == TITLE_INVESTIGATION:
                day = self.platform.day.isoformat()
                data |= {
                    "law_firm": "某律师事务所",
                    "commissioned_on": day,
                    "done_on": day,
                    "paid_by": "pledgor",
                    "title_finding": "clear",
                    "cost": 800_000,
                }
            self.platform.do(self.officer, "check.do", item, **data)

    def sheet(self, points: int = 4, **other: int) -> dict[str, Any]:
        """A rater's sheet: the same level for every item, save those named."""
        from zhirong.operations.credit.team_rating import RateTeam

        codes = [name.removesuffix("_points") for name in RateTeam.model_fields if name.endswith("_points")]
        found: dict[str, Any] = {"independent": True, "rated_alone": True}
        for code in codes:
            found |= {f"{code}_points": other.get(code, points), f"{code}_evidence": "访谈记录"}
        return found

    def rated(self, case: Case) -> None:
        """Two sheets that agree."""
        for who, points in ((self.officer, 4), (self.reviewer, 4)):
            self.platform.do(who, "team.rate", case, **self.sheet(points, setbacks=3))

    @kept_state
    def reviewed(self, **values: Any) -> Case:
        """A case that could be handed up."""
        case = self.accepted(**values)
        self.checked(case)
        self.rated(case)
        self.platform.do(self.officer, "case.review", case)
        return self.again(case)

    @kept_state
    def handed_up(self, **values: Any) -> Case:
        """A case in approval, for its line or what was asked for, whichever is less."""
        case = self.reviewed(**values)
        assert case.credit_limit is not None
        self.platform.do(
            self.officer,
            "case.submit_for_approval",
            case,
            amount=min(case.credit_limit, case.amount),
            opinion="同意放款",
        )
        return self.again(case)

    @kept_state
    def approved(self, **values: Any) -> Case:
        """A case that all have approved."""
        case = self.handed_up(**values)
        for who in (self.reviewer, self.approver):
            self.platform.do(who, "case.approve", case, amount=case.proposed_amount, opinion="同意")
        return self.again(case)

    @staticmethod
    def again(row: Any) -> Any:
        """The row as it is now."""
        return type(row).objects.get(pk=row.pk)


def desk_of(platform: Platform) -> Desk:
    """A bank with one person for each role, and a firm."""
    return Desk(platform, *_people(platform))


@kept_state
def _people(platform: Platform) -> tuple[Any, ...]:
    """As a desk names them, in its order."""
    firm, manager = platform.firm("陕西泾水兴环保科技有限公司")
    bank, officer = platform.bank("西咸新区某银行")
    roles = (MemberRole.LENDER_REVIEWER, MemberRole.LENDER_APPROVER, MemberRole.LENDER_MANAGER)
    return firm, manager, bank, officer, *(platform.member(bank, role) for role in roles)
