"""What a case file states for the credit limit besides the credit file: size, purpose, security, receipts, institutions."""

from dataclasses import dataclass
from datetime import date

from zhirong.chain.credit.statements import SIZES, SizeClass
from zhirong.chain.limit.records import (
    PURPOSES,
    SECURITY_KINDS,
    Collection,
    Evidence,
    GuarantorFigures,
    LenderFigures,
    OtherSecurity,
)
from zhirong.kernel.fields import Reader
from zhirong.kernel.money import Fen
from zhirong.kernel.text import Text

EVIDENCE_KINDS = ("contract", "order", "payroll")
TABLES = ("collections", "evidence", "security", "lender", "guarantor")
_NAMES: dict[str, SizeClass] = {name: name for name in SIZES}


@dataclass(frozen=True, slots=True)
class StatedForLimit:
    """What a case states for the limit; every part may be left out.

    size: class of the firm (工信部联企业〔2011〕300号), None where it is not stated. replaces: old bank debt that the loan
    repays, in fen; replaced_service: its yearly service. purpose: working capital or a project with its budget.
    """

    size: SizeClass | None = None
    purpose: str = "working_capital"
    project_budget: Fen | None = None
    replaces: Fen = 0
    replaced_service: Fen = 0
    collections: tuple[Collection, ...] = ()
    evidence: tuple[Evidence, ...] = ()
    securities: tuple[OtherSecurity, ...] = ()
    lender: LenderFigures = LenderFigures()
    guarantor: GuarantorFigures = GuarantorFigures()


def read_size(firm: Reader) -> SizeClass | None:
    """``size`` in ``[firm]``."""
    if not firm.has("size"):
        return None
    return _NAMES[firm.choice("size", SIZES)]


def read_for_limit(reader: Reader, request: Reader, size: SizeClass | None) -> StatedForLimit:
    """The tables ``[[collections]]``, ``[[evidence]]``, ``[[security]]``, ``[lender]``, ``[guarantor]`` and what
    ``[request]`` says of purpose and replaced debt. Notes what contradicts itself."""
    purpose = request.choice("purpose_kind", PURPOSES, "working_capital")
    budget = request.optional_money("project_budget", minimum=1)
    replaces = request.optional_money("replaces") or 0
    service = request.optional_money("replaced_service") or 0
    if purpose == "project" and budget is None:
        request.problem(
            "project_budget",
            "",
            "missing",
            Text("项目贷款没有项目预算", "a project loan without a budget"),
            Text("填写项目预算，或改为流动资金贷款", "Enter the project's budget, or ask for working capital."),
        )
    if service and not replaces:
        request.problem(
            "replaced_service",
            service // 100,
            "nothing_replaced",
            Text("没有置换的债务却有其年本息", "debt service is replaced, but no debt"),
            Text("填写 replaces，或删去 replaced_service", "Enter replaces, or remove replaced_service."),
        )
    lender, guarantor = reader.optional_table("lender"), reader.optional_table("guarantor")
    return StatedForLimit(
        size=size,
        purpose=purpose,
        project_budget=budget,
        replaces=replaces,
        replaced_service=service,
        collections=tuple(_collection(entry) for entry in reader.tables("collections")),
        evidence=tuple(_evidence(entry) for entry in reader.tables("evidence")),
        securities=tuple(_security(entry) for entry in reader.tables("security")),
        lender=LenderFigures() if lender is None else _lender(lender),
        guarantor=GuarantorFigures() if guarantor is None else _guarantor(guarantor),
    )


def _collection(reader: Reader) -> Collection:
    due: date | None = reader.optional_day("due")
    found = Collection(
        payer=reader.text("payer"),
        amount=reader.money("amount", minimum=1),
        related=reader.flag("related", False),
        due=due,
        confirmed=reader.flag("confirmed", False),
        assigned=reader.flag("assigned", False),
        account=reader.flag("account", False),
    )
    reader.finish()
    return found


def _evidence(reader: Reader) -> Evidence:
    found = Evidence(
        kind=reader.choice("kind", EVIDENCE_KINDS),
        amount=reader.money("amount", minimum=1),
        received=reader.optional_money("received") or 0,
        source=reader.text("source"),
    )
    reader.finish()
    return found


def _security(reader: Reader) -> OtherSecurity:
    found = OtherSecurity(
        kind=reader.choice("kind", SECURITY_KINDS),
        value=reader.money("value"),
        prior=reader.optional_money("prior") or 0,
        own=reader.flag("own", True),
    )
    reader.finish()
    return found


def _lender(reader: Reader) -> LenderFigures:
    found = LenderFigures(
        net_capital=reader.optional_money("net_capital", minimum=1),
        tier1=reader.optional_money("tier1", minimum=1),
        exposure=reader.optional_money("exposure") or 0,
        loans=reader.optional_money("loans") or 0,
        group_exposure=reader.optional_money("group_exposure"),
    )
    reader.finish()
    return found


def _guarantor(reader: Reader) -> GuarantorFigures:
    found = GuarantorFigures(
        net_assets=reader.optional_money("net_assets", minimum=1), exposure=reader.optional_money("exposure") or 0
    )
    reader.finish()
    return found
