"""A loan on its way from the first day late to the closed file: its bank's workout desk, and those who share the loss."""

from datetime import date, timedelta
from typing import Any

import pytest
from kept_states import kept_state
from money_world import PDF, Money
from platform_world import Member, Platform

from zhirong.chain.default.claim_states import ClaimPaper
from zhirong.chain.organisation.roles import MemberRole, OrganisationKind
from zhirong.kernel.money import parse_yuan
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

    def __init__(
        self, platform: Platform, monkeypatch: pytest.MonkeyPatch, mode: str = "zhongshan", *, rights: int = 1
    ) -> None:
        self.platform = platform
        self.money = Money(platform, monkeypatch, rights=rights)
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

    def receive(self, amount: str, costs: str = "", source: str = "debtor", loan: Loan | None = None) -> None:
        """Money is booked with the bank's statement; the event is what the confirmation of a line leaves."""
        loan = Loan.objects.get(pk=(loan or self.loan).pk)
        day = self.platform.day.isoformat()
        kind = "recovery" if loan.state == "written_off" else "payment"
        event = {"id": f"P{len(loan.events) + 1}", "kind": kind, "day": day, "booked": day, "amount": amount}
        self.platform.reseed(loan, events=[*loan.events, event])
        case = DefaultCase.objects.get(loan=loan)
        self.do(self.workout, "default.recovery", case, receipt=event["id"], source=source, costs=costs or "0")

    def stated(self, loan: Loan | None = None, **debt: str) -> DefaultCase:
        """The debt of a case as a judgment gives it, today."""
        case = DefaultCase.objects.get(loan=loan or self.loan)
        self.do(
            self.workout, "default.state_debt", case, day=self.platform.day.isoformat(), evidence="判决书", **debt
        )
        return DefaultCase.objects.get(pk=case.pk)

    def another(self, number: str, start: date, lent: str) -> Loan:
        """A further loan of the firm, bad and demanded, with its default case."""
        first = self.loan
        copied = {one.attname: getattr(first.case, one.attname) for one in first.case._meta.concrete_fields}
        for name in ("id", "version", "created_at", "changed_at"):
            copied.pop(name)
        financing = self.platform.seed(type(first.case), **{**copied, "number": f"{number}-A"})
        values = {one.attname: getattr(first, one.attname) for one in first._meta.concrete_fields}
        for name in ("id", "version", "created_at", "changed_at", "case_id"):
            values.pop(name)
        values |= {"number": number, "case": financing, "start": start, "principal": parse_yuan(lent)}
        loan: Loan = self.platform.seed(Loan, **{**values, "category": "substandard", "overdue_days": 120})
        values = {one.attname: getattr(self.case, one.attname) for one in DefaultCase._meta.concrete_fields}
        for name in ("id", "version", "created_at", "changed_at", "loan_id"):
            values.pop(name)
        self.platform.seed(DefaultCase, **{**values, "number": f"{number}-WY", "loan": loan, "mode": loan.mode})
        return loan

    def claim_of(self, loan: Loan, payer: PayerDesk) -> PayerClaim:
        return PayerClaim.objects.get(loan=loan, payer=payer.organisation)

    def file(self, loan: Loan, payer: PayerDesk) -> PayerClaim:
        """File a claim whose nine documents are there."""
        case = DefaultCase.objects.get(loan=loan)
        self.do(self.workout, "claim.open", case, payer=payer.organisation.pk, party=payer.party)
        papers = {code.value: {"file": 0, "name": "见附件"} for code in ClaimPaper}
        self.platform.reseed(self.claim_of(loan, payer), papers=papers)
        self.do(self.workout, "claim.file", self.claim_of(loan, payer), order_agreed=True)
        return self.claim_of(loan, payer)

    def pay(self, loan: Loan, payer: PayerDesk) -> PayerClaim:
        self.do(payer.officer, "claim.accept", self.claim_of(loan, payer), opinion="审核通过")
        claim = self.claim_of(loan, payer)
        self.do(payer.approver, "claim.pay", claim, **self.transfer(claim.accepted))
        return self.claim_of(loan, payer)
