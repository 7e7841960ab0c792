"""A loan on its way from the first day late to the closed file: its bank's workout desk, and those who share the loss."""

from datetime import timedelta
from typing import Any

import pytest
from kept_states import kept_state
from money_world import PDF, Money
from platform_world import Member, Platform

from zhirong.chain.organisation.roles import MemberRole, OrganisationKind
from zhirong.store.financing import Loan
from zhirong.store.parties import Organisation
from zhirong.store.recovery import DefaultCase, PayerClaim

_OFFICER = {
    OrganisationKind.FUND: (MemberRole.FUND_OFFICER, MemberRole.FUND_APPROVER),
    OrganisationKind.INSURER: (MemberRole.INSURER_OFFICER, MemberRole.INSURER_APPROVER),
    OrganisationKind.GUARANTOR: (MemberRole.GUARANTOR_OFFICER, MemberRole.GUARANTOR_APPROVER),
}


class PayerDesk:
    """A party that shares losses: one person checks, another pays."""

    def __init__(self, platform: Platform, kind: OrganisationKind, party: str, name: str) -> None:
        self.party = party
        self.organisation: Organisation = platform.organisation(kind, name)
        checks, pays = _OFFICER[kind]
        self.officer: Member = platform.member(self.organisation, checks)
        self.approver: Member = platform.member(self.organisation, pays)


class Recovery:
    """A disbursed loan of 2,000,000 under Zhongshan (fund 54 %, insurer 16 %, IP operator 4 %, lender 26 % of principal)."""

    def __init__(self, platform: Platform, monkeypatch: pytest.MonkeyPatch, mode: str = "zhongshan") -> None:
        self.platform = platform
        self.money = Money(platform, monkeypatch)
        self.money.released()
        platform.reseed(self.loan, mode=mode)
        self.workout = platform.member(self.money.bank, MemberRole.LENDER_WORKOUT)
        self.approver = platform.member(self.money.bank, MemberRole.LENDER_APPROVER)
        self.fund = PayerDesk(platform, OrganisationKind.FUND, "government", "中山市某某补偿资金")
        self.insurer = PayerDesk(platform, OrganisationKind.INSURER, "insurer", "某某财产保险股份有限公司")

    def as_kept(self) -> None:
        self.money.as_kept()

    @property
    def loan(self) -> Loan:
        return self.money.loan

    @property
    def case(self) -> DefaultCase:
        return DefaultCase.objects.select_related("loan__case", "loan__firm", "firm").get(loan=self.loan)

    def claim_on(self, payer: PayerDesk) -> PayerClaim:
        return PayerClaim.objects.get(loan=self.loan, payer=payer.organisation)

    def do(self, who: Member, name: str, row: Any = None, /, **data: Any) -> Any:
        return self.platform.do(who, name, row, **data)

    def night(self) -> None:
        """What the nightly jobs do."""
        from zhirong.operations.actors import WORKER

        self.platform.do(WORKER, "loan.reckon")
        self.platform.do(WORKER, "default.sweep")

    @kept_state
    def late(self, days: int = 95) -> None:
        """Nothing is paid: so many days after the first due day."""
        self.platform.set_day(self.loan.next_due_on + timedelta(days=days))
        self.night()

    @kept_state
    def demanded(self) -> None:
        self.do(self.workout, "default.demand", self.case)
        self.platform.later(3)
        self.do(
            self.workout,
            "default.serve",
            self.case,
            demand="0",
            served_on=self.platform.day.isoformat(),
            evidence="EMS 1234567890",
        )

    def accelerated(self) -> None:
        self.do(self.workout, "default.propose_acceleration", self.case, clause="第八条", ground="连续逾期")
        self.do(self.approver, "default.accelerate", self.case, opinion="同意")

    def noticed(self, payer: PayerDesk) -> PayerClaim:
        self.do(self.workout, "claim.open", self.case, payer=payer.organisation.pk, party=payer.party)
        return self.claim_on(payer)

    def filed(self, payer: PayerDesk) -> PayerClaim:
        self.do(self.workout, "claim.file", self.noticed(payer))
        return self.claim_on(payer)

    def paid(self, payer: PayerDesk) -> PayerClaim:
        self.do(payer.officer, "claim.accept", self.claim_on(payer), opinion="审核通过")
        claim = self.claim_on(payer)
        self.do(payer.approver, "claim.pay", claim, **self.transfer(claim.accepted))
        return self.claim_on(payer)

    def transfer(self, fen: int) -> dict[str, Any]:
        return {
            "amount": f"{fen / 100:.2f}",
            "day": self.platform.day.isoformat(),
            "reference": f"TR{self.platform.number():08d}",
        }

    def scan(self, who: Member, name: str = "材料.pdf") -> str:
        return self.platform.upload(who, name, PDF + str(self.platform.number()).encode())
