"""Read what a case file states for the credit limit besides the credit file: size, purpose, security, receipts,
institutions.
"""

from dataclasses import dataclass
from datetime import date
from fractions import Fraction

from zhirong.chain.credit.statements import FIGURE_TEXT, SIZES, SizeClass, Statements
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
from zhirong.kernel.money import Fen, show_yuan
from zhirong.kernel.text import Text

EVIDENCE_KINDS = ("contract", "order", "payroll")
TABLES = ("collections", "evidence", "security", "lender", "guarantor")
_NAMES: dict[str, SizeClass] = {name: name for name in SIZES}


@dataclass(frozen=True, slots=True)
class StatedForLimit:
    """The statements of a case for the limit; every part may be omitted.

    size: class of the firm (工信部联企业〔2011〕300号), None if it is not stated. replaces: old bank debt that the loan
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
    """Read ``size`` in ``[firm]``."""
    if not firm.has("size"):
        return None
    return _NAMES[firm.choice("size", SIZES)]


def read_for_limit(reader: Reader, request: Reader, size: SizeClass | None) -> StatedForLimit:
    """Read the tables ``[[collections]]``, ``[[evidence]]``, ``[[security]]``, ``[lender]``, ``[guarantor]`` and
    purpose and replaced debt in ``[request]``. Notes contradictions as problems.
    """
    purpose = request.choice("purpose_kind", PURPOSES, "working_capital")
    budget = request.optional_money("project_budget", minimum=1)
    replaces = request.optional_money("replaces") or 0
    service = request.optional_money("replaced_service") or 0
    if purpose == "project" and budget is None:
        request.problem(
            "project_budget",
            "",
            "missing",
            Text("项目贷款未填写项目预算", "the project loan has no budget"),
            Text(
                "请填写项目预算，或改为流动资金贷款", "Enter the project budget, or request a working capital loan."
            ),
        )
    if service and not replaces:
        request.problem(
            "replaced_service",
            service // 100,
            "nothing_replaced",
            Text("未填写置换的债务，却填写了其年本息", "replaced debt service is given without replaced debt"),
            Text(
                "请填写置换的债务（replaces），或删除其年本息（replaced_service）",
                "Enter replaces, or remove replaced_service.",
            ),
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


def refuse_contradictions(
    reader: Reader, stated: StatedForLimit, accounts: Statements, firm: str, size_in_facts: SizeClass | None
) -> None:
    """Note statements for the limit that contradict the firm's accounts or facts, or themselves. reader: of the
    entire case.
    """
    for part, whole in (("replaces", "bank_debt"), ("replaced_service", "debt_service")):
        amount, most = getattr(stated, part), getattr(accounts, whole)
        if most is not None and amount > most:
            reader.problem(
                f"request.{part}",
                Fraction(amount) / 100,
                "part_above_whole",
                Text(
                    f"大于{FIGURE_TEXT[whole].zh} {show_yuan(most)}",
                    f"more than the {FIGURE_TEXT[whole].en} of {show_yuan(most)}",
                ),
                Text(f"请核对 {part} 和 {whole}", f"Check {part} and {whole}."),
            )
    if stated.size is not None and size_in_facts not in (None, stated.size):
        reader.problem(
            "firm.size",
            stated.size,
            "contradicts_facts",
            Text(f"企业规模（facts.size_class）填写为 {size_in_facts}", f"facts.size_class says {size_in_facts}"),
            Text("请使两处填写一致，或仅填写一处", "Make both equal, or state only one."),
        )
    seen: set[Collection] = set()
    for number, item in enumerate(stated.collections, 1):
        if item.payer == firm:
            reader.problem(
                f"collections[{number}].payer",
                item.payer,
                "pays_itself",
                Text("付款人是借款企业本身", "the payer is the borrower itself"),
                Text("请填写实际付款人，或删除该笔", "Enter the actual payer, or remove the entry."),
            )
        if item in seen:
            reader.problem(
                f"collections[{number}]",
                item.payer,
                "twice",
                Text("与前一笔完全相同", "duplicate of an earlier entry"),
                Text(
                    "请删除重复项；确为两笔的，请合并金额",
                    "Remove the duplicate; if there are two entries, add their amounts.",
                ),
            )
        seen.add(item)


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
    if found.received > found.amount:
        reader.problem(
            "received",
            Fraction(found.received) / 100,
            "part_above_whole",
            Text("已收大于合同金额", "the amount received exceeds the contract amount"),
            Text("请核对已收金额（received）和合同金额（amount）", "Check received and amount."),
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
    if found.tier1 is not None and found.net_capital is not None and found.tier1 > found.net_capital:
        reader.problem(
            "tier1",
            Fraction(found.tier1) / 100,
            "part_above_whole",
            Text("一级资本净额大于资本净额", "tier-1 capital exceeds net capital"),
            Text("请核对一级资本净额（tier1）和资本净额（net_capital）", "Check tier1 and net_capital."),
        )
    if found.group_exposure is not None and found.group_exposure < found.exposure:
        reader.problem(
            "group_exposure",
            Fraction(found.group_exposure) / 100,
            "part_above_whole",
            Text(
                "集团余额小于其中该企业的余额",
                "the group's exposure is below that of the firm, which belongs to it",
            ),
            Text("请核对集团余额（group_exposure）和该企业余额（exposure）", "Check group_exposure and exposure."),
        )
    reader.finish()
    return found


def _guarantor(reader: Reader) -> GuarantorFigures:
    found = GuarantorFigures(
        net_assets=reader.optional_money("net_assets", minimum=1), exposure=reader.optional_money("exposure") or 0
    )
    reader.finish()
    return found
