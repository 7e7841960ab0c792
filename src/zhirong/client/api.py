"""The client. Made by tools/make_client.py from the description of the API: not to be edited."""

from types import TracebackType

import httpx

from zhirong.client.lists import Lists
from zhirong.client.objects import Objects
from zhirong.client.operations import (
    AccountOperations,
    AgencyOperations,
    AppraisalOperations,
    AuditOperations,
    CaseOperations,
    CheckOperations,
    ConditionOperations,
    ConsentOperations,
    ContractOperations,
    ExemptionOperations,
    FileOperations,
    FilingOperations,
    FirmOperations,
    GuaranteeOperations,
    GuarantorOperations,
    ImportOperations,
    InsuranceOperations,
    InvitationOperations,
    LimitOperations,
    LineOperations,
    LoanOperations,
    LockoutOperations,
    MandateOperations,
    MemberOperations,
    MessageOperations,
    ObjectionOperations,
    OrganisationOperations,
    PaperOperations,
    PaymentOperations,
    PolicyOperations,
    RegistrationOperations,
    RightOperations,
    SessionOperations,
    StatementOperations,
    TeamOperations,
    TokenOperations,
    UseOperations,
    ViewOperations,
    WatchOperations,
    WebhookOperations,
)
from zhirong.client.register import Files, Register
from zhirong.client.transport import Transport


class Client:
    """A platform, as one token sees it. address: such as ``https://ipf.example.cn``."""

    def __init__(
        self, address: str, token: str = "", *, timeout: float = 30.0, http: httpx.Client | None = None
    ) -> None:
        self._transport = Transport(address, token, timeout=timeout, http=http)
        self.lists = Lists(self._transport)
        self.objects = Objects(self._transport)
        self.register = Register(self._transport)
        self.files = Files(self._transport)
        self.account = AccountOperations(self._transport)
        self.agency = AgencyOperations(self._transport)
        self.appraisal = AppraisalOperations(self._transport)
        self.audit = AuditOperations(self._transport)
        self.case = CaseOperations(self._transport)
        self.check = CheckOperations(self._transport)
        self.condition = ConditionOperations(self._transport)
        self.consent = ConsentOperations(self._transport)
        self.contract = ContractOperations(self._transport)
        self.exemption = ExemptionOperations(self._transport)
        self.file = FileOperations(self._transport)
        self.filing = FilingOperations(self._transport)
        self.firm = FirmOperations(self._transport)
        self.guarantee = GuaranteeOperations(self._transport)
        self.guarantor = GuarantorOperations(self._transport)
        self.import_ = ImportOperations(self._transport)
        self.insurance = InsuranceOperations(self._transport)
        self.invitation = InvitationOperations(self._transport)
        self.limit = LimitOperations(self._transport)
        self.line = LineOperations(self._transport)
        self.loan = LoanOperations(self._transport)
        self.lockout = LockoutOperations(self._transport)
        self.mandate = MandateOperations(self._transport)
        self.member = MemberOperations(self._transport)
        self.message = MessageOperations(self._transport)
        self.objection = ObjectionOperations(self._transport)
        self.organisation = OrganisationOperations(self._transport)
        self.paper = PaperOperations(self._transport)
        self.payment = PaymentOperations(self._transport)
        self.policy = PolicyOperations(self._transport)
        self.registration = RegistrationOperations(self._transport)
        self.right = RightOperations(self._transport)
        self.session = SessionOperations(self._transport)
        self.statement = StatementOperations(self._transport)
        self.team = TeamOperations(self._transport)
        self.token = TokenOperations(self._transport)
        self.use = UseOperations(self._transport)
        self.view = ViewOperations(self._transport)
        self.watch = WatchOperations(self._transport)
        self.webhook = WebhookOperations(self._transport)

    def me(self) -> "dict[str, object]":
        """Who the token acts as, and what it may do."""
        found: dict[str, object] = self._transport.json("GET", "/me")
        return found

    def close(self) -> None:
        """End the connections."""
        self._transport.close()

    def __enter__(self) -> "Client":
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()
