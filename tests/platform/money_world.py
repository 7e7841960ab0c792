"""A case on its way from an approval to its end: who takes part, their codes, their papers, their bank's statement."""

from datetime import date, timedelta
from decimal import Decimal
from types import SimpleNamespace
from typing import Any

import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal import auth as totp
from allauth.mfa.utils import encrypt
from django.core.cache import cache
from kept_states import kept_state
from platform_world import Member, Platform

from zhirong.chain.financing.case import CaseState
from zhirong.chain.organisation.roles import MemberRole
from zhirong.kernel.money import yuan
from zhirong.operations.contract.conditions import unsettled_items
from zhirong.store.financing import Appraisal, Case, CaseStep, GuaranteeRequest, Loan, Paper, StatementLine
from zhirong.store.parties import Account

PDF = b"%PDF-1.4 a scan"
AMOUNT = 200_000_000


class Clock:
    """The half minutes of the authenticators, moved by hand: a code is good for one signature only."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.seconds = 1_800_000_000
        cache.clear()  # what an authenticator of an earlier test has shown
        monkeypatch.setattr(totp, "time", SimpleNamespace(time=lambda: self.seconds))

    def next(self) -> None:
        self.seconds += 30

    def __repr__(self) -> str:
        """The same at any time: which codes have been shown belongs to no state that is kept."""
        return "Clock"


class Money:
    """One bank, one firm, a guarantor where wanted, and a case of theirs that has been approved."""

    def __init__(
        self,
        platform: Platform,
        monkeypatch: pytest.MonkeyPatch,
        *,
        rights: int = 1,
        guaranteed: bool = False,
        method: str = "bullet",
        cycle: str = "3M",
        term: int = 12,
        amount: int = AMOUNT,
    ) -> None:
        self.platform, self.clock = platform, Clock(monkeypatch)
        self.firm, self.manager = platform.firm("陕西泾水兴环保科技有限公司", address="西安市高新区科技路 1 号")
        self.bank, self.officer = platform.bank("某某银行股份有限公司西安分行", MemberRole.LENDER_OFFICER)
        self.cashier = platform.member(self.bank, MemberRole.LENDER_CASHIER)
        self.second = platform.member(self.bank, MemberRole.LENDER_CASHIER)
        self.reviewer = platform.member(self.bank, MemberRole.LENDER_REVIEWER)
        self.head = platform.member(self.bank, MemberRole.LENDER_MANAGER)
        self.guarantor = platform.organisation("guarantor", "陕西某某融资担保有限公司") if guaranteed else None
        self.surety = platform.member(self.guarantor, MemberRole.GUARANTOR_APPROVER) if self.guarantor else None
        self.rights = [platform.right(self.firm) for _ in range(rights)]
        day = platform.day
        self.case = platform.seed(
            Case,
            firm=self.firm,
            lender=self.bank,
            guarantor=self.guarantor,
            officer=self.officer.account,
            number=f"ZR2026{platform.number():06d}",
            state=CaseState.APPROVED.value,
            mode="credit-plus-ip",
            amount=amount,
            term_months=term,
            annual_rate=Decimal("0.0435"),
            method=method,
            cycle=cycle,
            purpose="采购膜组件和研发投入",
            rights=[right.pk for right in self.rights],
            approved_amount=amount,
            submitted_on=day,
        )
        platform.seed(CaseStep, case=self.case, state=CaseState.APPROVED.value, began_at=platform.now)
        self.appraisal = platform.seed(
            Appraisal,
            firm=self.firm,
            case=self.case,
            grade="online",
            state="issued",
            purpose="pledge",
            rights=self.case.rights,
            valuation_date=day,
            valid_until=day + timedelta(days=360),
            p10=300_000_000,
            p50=600_000_000,
            p90=900_000_000,
        )
        if self.guarantor:
            self.guarantee = platform.seed(
                GuaranteeRequest,
                case=self.case,
                guarantor=self.guarantor,
                state="granted",
                share=Decimal("0.8"),
                fee_rate=Decimal("0.01"),
                amount=amount,
                exposure=amount * 8 // 10,
            )

    @classmethod
    def of_desk(cls, desk: Any, case: Case, monkeypatch: pytest.MonkeyPatch) -> "Money":
        """The same for a case that has gone through the lender's desk."""
        money = cls.__new__(cls)
        platform = money.platform = desk.platform
        money.clock = Clock(monkeypatch)
        money.firm, money.manager, money.bank, money.officer = desk.firm, desk.manager, desk.bank, desk.officer
        money.reviewer, money.head, money.guarantor, money.surety = desk.reviewer, desk.head, None, None
        money.cashier = platform.member(money.bank, MemberRole.LENDER_CASHIER)
        money.second = platform.member(money.bank, MemberRole.LENDER_CASHIER)
        money.case = case
        return money

    # -- acting ---------------------------------------------------------------------------------------------------

    def as_kept(self) -> None:
        """After a step that has been copied: its case as it is, and codes that the step has not shown."""
        self.fresh()
        self.clock.seconds += 3600

    def fresh(self) -> Case:
        self.case = Case.objects.get(pk=self.case.pk)
        return self.case

    @property
    def state(self) -> str:
        return self.fresh().state

    @property
    def loan(self) -> Loan:
        return Loan.objects.get(case=self.case)

    def on_case(self, who: Member, name: str, **data: Any) -> Any:
        if name == "case.sign":
            data.setdefault("sha256", [one.sha256 for one in self.papers()])
        return self.platform.do(who, name, self.case, **data)

    def code(self, account: Account) -> str:
        """The code that the account's authenticator shows now, which is one that it has not shown before."""
        self.clock.next()
        secret = "JBSWY3DPEHPK3PXP"
        if not Authenticator.objects.filter(user=account, type=Authenticator.Type.TOTP).exists():
            Authenticator.objects.create(
                user=account, type=Authenticator.Type.TOTP, data={"secret": encrypt(secret)}
            )
        step = int(self.clock.seconds) // 30
        return totp.format_hotp_value(totp.hotp_value(secret, step))

    # -- the way --------------------------------------------------------------------------------------------------

    @kept_state
    def issue(self, **terms: Any) -> None:
        self.on_case(self.officer, "contract.issue", **{"start": self.platform.day.isoformat(), **terms})
        if not self.fresh().contract.get("uses"):
            self.show_use()
        self.settle()

    def papers(self) -> list[Paper]:
        return list(Paper.objects.filter(subject=f"case/{self.case.pk}").exclude(state="void").order_by("pk"))

    def sign(self) -> None:
        for who in (self.manager, self.head, self.surety):
            if who is not None:
                self.on_case(who, "case.sign", code=self.code(who.account))

    def show_use(self) -> None:
        """The use of the money, by a contract of the firm's supplier."""
        self.on_case(
            self.officer,
            "use.record",
            payee="某膜材料有限公司",
            amount=self.case.approved_amount,
            what="采购膜组件",
            is_working_capital=True,
            file=self.platform.upload(self.officer, "采购合同.pdf", PDF + b"use %d" % self.platform.number()),
        )

    def settle(self) -> None:
        """Everything that the approval left open."""
        for item, _ in unsettled_items(self.fresh()):
            self.on_case(self.officer, "condition.settle", item=item, finding="已核实，见调查底稿")

    def register(self) -> None:
        self.on_case(self.officer, "filing.prepare")
        self.on_case(self.officer, "filing.file")
        for filing in self.fresh().contract["filings"]:
            self.on_case(
                self.officer,
                "filing.record",
                filing=filing,
                authority_number=f"Y2026610{filing:06d}",
                day=self.platform.day.isoformat(),
                certificate=self.platform.upload(self.officer, "登记通知书.pdf", PDF + str(filing).encode()),
            )
            self.check_record(filing)

    def check_record(self, filing: int) -> None:
        """Another person compares what was recorded with the certificate."""
        self.on_case(self.second, "filing.check", filing=filing, agrees=True)

    @kept_state
    def ready(self) -> None:
        self.issue()
        self.sign()
        self.register()

    def line(
        self, amount: int, direction: str = "in", day: date | None = None, note: str = "", name: str = ""
    ) -> StatementLine:
        """A line of the bank's statement, imported."""
        reference = f"REF{self.platform.number():08d}"
        day = day or self.platform.day
        words = "收入" if direction == "in" else "支出"
        text = "日期,流水号,收支,金额,对方户名,摘要\n" + ",".join(
            (day.isoformat(), reference, words, yuan(amount), name or self.firm.name, note)
        )
        ticket = self.platform.upload(self.cashier, "流水.csv", text.encode())
        self.platform.do(self.cashier, "statement.import", file=ticket, account_number="6222000011112222")
        return StatementLine.objects.get(reference=reference)

    def pay(
        self, amount: int, kind: str = "repayment", day: date | None = None, payer: str = "firm"
    ) -> StatementLine:
        """Money matched by one cashier and confirmed by another."""
        line = self.line(amount, "in" if kind == "repayment" else "out", day)
        self.platform.do(self.cashier, "line.match", line, loan=self.loan.number, kind=kind, payer=payer)
        self.platform.do(self.second, "line.confirm", line)
        line.refresh_from_db()
        return line

    @kept_state
    def released(self) -> None:
        self.ready()
        self.on_case(self.officer, "case.disburse")
        self.pay(self.loan.principal, "release")
