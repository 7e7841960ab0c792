"""A small region with a row of every kind that the API shows, and a token of every kind of organisation."""

from collections.abc import Iterator
from typing import Any

from api_world import ApiWorld
from platform_world import Member

from zhirong.api.visible_columns import SHOWN
from zhirong.chain.organisation.roles import MemberRole, OrganisationKind, roles_of
from zhirong.operations.declare import OPERATIONS
from zhirong.store import financing, parties, policies, recovery, work


class Region:
    """Rows and people for calls that are made at random."""

    def __init__(self, world: ApiWorld) -> None:
        self.world = world
        self._tokens: list[str] = []
        self._people: list[Member] = [world.manager]
        for kind in OrganisationKind:
            if kind is OrganisationKind.PLATFORM:
                self._people += [world.system, world.security]
                self._people.append(world.platform.member(world.administration, MemberRole.AUDIT_ADMIN))
                continue
            house = {OrganisationKind.FIRM: world.firm, OrganisationKind.LENDER: world.bank}.get(kind)
            house = house or world.platform.organisation(kind)
            self._people.append(world.platform.member(house, *roles_of(kind)))
        self._seed()

    def tokens(self) -> list[str]:
        """A token of each person, with everything that it may do."""
        if not self._tokens:
            self._tokens = [self.world.token(one) for one in self._people]
        return self._tokens

    def ids_for(self, path: str) -> list[int]:
        """Ids of rows that a path is about."""
        parts = path.split("/")
        model: Any = None
        if "/do/" in path:
            model = OPERATIONS[parts[4]].model
        elif parts[3] in SHOWN:
            model = SHOWN[parts[3]].model
        elif parts[3] == "case-overviews":
            model = financing.Case
        return (
            [] if model is None else list(model._default_manager.order_by("-pk").values_list("pk", flat=True)[:9])
        )

    def _seed(self) -> None:
        world, platform = self.world, self.world.platform
        firm, bank, day = world.firm, world.bank, platform.day
        guarantor = parties.Organisation.objects.get(kind="guarantor")
        agency = parties.Organisation.objects.get(kind="agency")
        by = world.officer.account
        for state in _states():
            world.make_case(state, guarantor=guarantor, officer=by)
        case = world.case
        file = platform.seed(
            financing.StoredFile,
            owner=firm,
            subject=f"case/{case.pk}",
            paper="licence",
            name="执照.pdf",
            media_type="application/pdf",
            size=1,
            sha256=_kept(),
        )
        platform.seed(financing.CaseStep, case=case, state=case.state, began_at=platform.now)
        platform.seed(
            financing.Message,
            subject=f"case/{case.pk}",
            kind="question",
            sender=bank,
            receiver=firm,
            by=by,
            text="？",
        )
        platform.seed(financing.CheckItem, case=case, item="title_investigation", file=file)
        platform.seed(financing.TeamRating, case=case, rater=by, ratings={})
        platform.seed(
            financing.Approval,
            case=case,
            round=1,
            level="branch",
            by=by,
            decision="approve",
            amount=1,
            opinion="同意",
        )
        platform.seed(
            financing.GuaranteeRequest,
            case=case,
            guarantor=guarantor,
            state="requested",
            share="0.4",
            fee_rate="0.01",
            amount=1,
        )
        for state in ("requested", "accepted", "signed"):
            platform.seed(
                financing.Appraisal,
                firm=firm,
                agency=agency,
                grade="formal",
                state=state,
                purpose="pledge",
                rights=[world.right.pk],
                valuation_date=day,
            )
        paper = platform.seed(
            financing.Paper,
            subject=f"case/{case.pk}",
            kind="loan_contract",
            number="1",
            state="issued",
            title="借款合同",
            owner=bank,
            signers=[firm.pk, bank.pk],
            word=file,
            pdf=file,
            sha256=file.sha256,
        )
        for reader in (bank, firm):
            platform.seed(financing.PaperReader, paper=paper, organisation=reader)
        platform.seed(
            financing.Signature,
            paper=paper,
            organisation=firm,
            account=by,
            method="sealed_scan",
            sha256=file.sha256,
            scan=file,
        )
        loan = platform.seed(
            financing.Loan,
            case=case,
            firm=firm,
            lender=bank,
            guarantor=guarantor,
            number="L1",
            state="standing",
            mode=case.mode,
            principal=case.amount,
            contract={},
        )
        line = platform.seed(
            financing.StatementLine,
            organisation=bank,
            file=file,
            account_number="6222021234567890",
            reference="r1",
            day=day,
            direction="in",
            amount=100,
            counterparty=firm.name,
            state="open",
        )
        platform.seed(
            financing.Payment,
            loan=loan,
            line=line,
            kind="repayment",
            amount=100,
            day=day,
            state="confirmed",
            matched_by=by,
        )
        platform.seed(financing.WatchFlag, loan=loan, kind="due", subject="1", words={"zh": "到期", "en": "due"})
        self._seed_default(loan)
        platform.seed(financing.Limit, organisation=bank, scope="portfolio", amount=10**12)
        platform.seed(parties.Consent, firm=firm, to=bank, scope="rights", purpose="授信", until=day)
        platform.seed(
            policies.Policy,
            organisation=bank,
            number=1,
            title="本行政策",
            region="CN",
            valid_from=day,
            reason="试行",
            state="draft",
            files={},
            sha256="0" * 64,
            drafted_by=by,
        )
        roles = [MemberRole.LENDER_OFFICER.value]
        platform.seed(parties.Invitation, organisation=bank, email="new@example.cn", roles=roles, until=day)
        agent = platform.agent(firm, ("right.add",))
        assert agent.acting_for
        platform.seed(parties.SavedView, account=world.manager.account, listing="own.tokens", name="v", query="")
        hook = platform.seed(
            work.Webhook, organisation=bank, url="https://example.cn/", secret="s", kinds=["nothing"], active=True
        )
        from zhirong.store.models import Event

        work.Delivery.objects.create(webhook=hook, event=Event.objects.first(), body={"kind": "x"})
        for kind, owner, who in (("rights", firm, world.manager), ("statements", bank, world.banker)):
            platform.seed(
                work.FileImport, organisation=owner, by=who.account, kind=kind, state="reading", file=file
            )
        work.Job.objects.create(kind="x", key="x", run_at=platform.now, organisation=bank, state="done")
        for actor in self._people:
            work.Notice.objects.create(
                account=actor.account,
                at=platform.now,
                words={"zh": "通知", "en": "notice"},
                organisation=actor.organisation,
            )

    def _seed_default(self, loan: financing.Loan) -> None:
        """A default case with its alarm and disposal, and a claim that a guarantor has paid."""
        platform, world = self.world.platform, self.world
        day, payer = platform.day, parties.Organisation.objects.get(kind="guarantor")
        default = platform.seed(
            recovery.DefaultCase,
            loan=loan,
            lender=world.bank,
            firm=world.firm,
            number="D1",
            state="claimed",
            mode=loan.mode,
            ground="逾期",
            opened_on=day,
        )
        platform.seed(
            recovery.LoanAlarm, loan=loan, lender=world.bank, code="payment_late", colour="amber", state="open", at_risk=100,
            since=day, words={"zh": "逾期", "en": "overdue"},
        )  # fmt: skip
        project = platform.seed(
            recovery.DisposalProject, case=default, lender=world.bank, firm=world.firm, number="D1-CZ1",
            state="proposed", way="agreed_sale", value=100,
        )  # fmt: skip
        platform.seed(recovery.RightDeal, project=project, lender=world.bank, way="agreed_sale", day=day, price=100)
        dispute = platform.seed(
            recovery.Dispute, case=default, lender=world.bank, number="D1-ZY1", track="suit", state="chosen", claimed=100,
            since=day,
        )  # fmt: skip
        by = world.officer.account
        platform.seed(
            recovery.OutsideLink, dispute=dispute, lender=world.bank, name="某法院", purpose="登记结果", digest="a",
            code_digest="b", until=day, by=by,
        )  # fmt: skip
        platform.seed(
            recovery.WriteOffFile, case=default, lender=world.bank, number="D1-HX1", state="assembled", ground="已无财产",
            amount=100, proposed_by=by,
        )  # fmt: skip
        platform.seed(
            recovery.PoolFigure, organisation=payer, mode=loan.mode, kind="balance", day=day, amount=100, evidence="对账单",
        )  # fmt: skip
        claim = platform.seed(
            recovery.PayerClaim,
            loan=loan,
            case=default,
            lender=world.bank,
            payer=payer,
            claimant=world.bank,
            party="guarantor",
            mode=loan.mode,
            number="CL1",
            state="paid",
            amount=100,
        )
        platform.seed(
            recovery.ClaimPayment, claim=claim, kind="paid", number=1, amount=100, day=day, reference="T1",
            by=world.officer.account,
        )  # fmt: skip
        platform.seed(
            recovery.Recourse, claim=claim, payer=payer, firm=world.firm, state="arisen", amount=100, arisen_on=day,
            limitation_on=day,
        )  # fmt: skip


def _states() -> Iterator[str]:
    from zhirong.chain.financing.case import CaseState

    yield from (state.value for state in CaseState)


def _kept() -> str:
    from zhirong.store.blobs import keep
    from zhirong.store.settings import DATA

    return keep(b"%PDF-1.7 seed", DATA)
