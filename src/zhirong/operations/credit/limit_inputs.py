"""The lender's additions for the credit limit: evidence of need, receipts, other security, replaced debt,
institutions' figures.
"""

from typing import Annotated, Any

from zhirong.chain.financing.case import CaseState
from zhirong.chain.limit.reading import read_for_limit
from zhirong.chain.limit.records import SECURITY_KINDS
from zhirong.kernel.fields import Reader
from zhirong.kernel.money import yuan
from zhirong.kernel.text import Text
from zhirong.operations.case_file.tables import LIMIT_INPUTS, amounts_as_text, exact
from zhirong.operations.credit.diligence import DESK
from zhirong.operations.declare import operation
from zhirong.operations.fields import Fen, Request, ask
from zhirong.operations.organisation.profile import Table
from zhirong.operations.unit_of_work import Work
from zhirong.store.financing import Case

_KINDS = (
    ("deposit", Text("存款", "Deposit")),
    ("real_estate", Text("房地产", "Real estate")),
    ("receivables", Text("应收账款", "Receivables")),
    ("equipment", Text("设备", "Equipment")),
    ("stock", Text("存货", "Stock")),
)


def _money(zh: str, en: str, help_zh: str = "", help_en: str = "") -> Any:
    return ask(zh, en, help_zh, help_en, widget="money")


class LimitInputs(Request):
    """The additions; omitted ones are unknown, and an unknown figure never raises the limit. They replace earlier
    entries.
    """

    contracts: Annotated[
        Fen | None,
        _money(
            "合同、订单金额",
            "Contracts and orders",
            "尚未履行的采购、订单或薪酬预算",
            "purchases, orders or payroll not yet fulfilled",
        ),
    ] = None
    contracts_received: Annotated[Fen | None, _money("其中已预收或已支用", "Already received or drawn")] = None
    contracts_source: Annotated[str, ask("合同、订单出处", "Source of the contracts")] = ""
    replaces: Annotated[Fen | None, _money("本笔贷款置换的旧债", "Old bank debt that this loan repays")] = None
    replaced_service: Annotated[Fen | None, _money("该旧债年还本付息额", "Its annual principal and interest")] = (
        None
    )
    security_kind: Annotated[
        str, ask("其他担保", "Other security", choices=(("", Text("没有", "None")), *_KINDS))
    ] = ""
    security_value: Annotated[Fen | None, _money("其他担保价值", "Value of the other security")] = None
    security_prior: Annotated[Fen | None, _money("在先权利", "Prior-ranking claims")] = None
    security_of_third_party: Annotated[bool, ask("由第三方提供", "Provided by a third party")] = False
    net_capital: Annotated[Fen | None, _money("本行资本净额", "The lender's net capital")] = None
    tier1: Annotated[Fen | None, _money("本行一级资本净额", "The lender's tier-1 capital")] = None
    exposure: Annotated[
        Fen | None, _money("本行对该企业已承担的风险", "Lender's existing exposure to the firm")
    ] = None
    loans: Annotated[Fen | None, _money("本行对该企业的贷款余额", "Lender's loans to the firm")] = None
    guarantor_net_assets: Annotated[Fen | None, _money("担保机构净资产", "The guarantor's net assets")] = None
    guarantor_exposure: Annotated[
        Fen | None, _money("担保机构对该企业已承担的责任", "Guarantor's existing liability for the firm")
    ] = None
    more: Annotated[
        Table,
        ask(
            "更多（表）",
            "More (tables)",
            "格式见手册“案件文件”中的已转让回款、用途依据和其他担保",
            "the tables collections, evidence and security of a case file",
            widget="table",
        ),
    ] = {}


@operation(
    "case.limit_inputs",
    Text("补充额度资料", "Add data for the credit limit"),
    model=Case,
    roles=DESK,
    states=(CaseState.DILIGENCE,),
    request=LimitInputs,
    page="lender.case",
    help=Text(
        "补充合同、订单、已转让回款、其他担保、置换的旧债，以及本行和担保机构的数据；修改后须重新测算。",
        "Enter contracts, assigned receipts, other security, replaced debt, and data of the lender and the guarantor. Calculate again after a change.",
    ),
)
def limit_inputs(work: Work, request: LimitInputs) -> Any:
    """Store the entries after the chain has checked all of them."""
    case: Case = work.row
    stated = _tables(request)
    reader = Reader(exact(stated))
    asked = reader.table("request")
    read_for_limit(reader, asked, None)
    asked.finish()
    reader.finish()
    work.update(case, beside={**case.beside, LIMIT_INPUTS: amounts_as_text(stated, reader.amounts)})
    return {"id": case.pk}


def _tables(request: LimitInputs) -> Table:
    """Return the entries as tables of a case file."""
    tables: Table = dict(request.more)
    if request.contracts is not None:
        row: Table = {"kind": "contract", "amount": yuan(request.contracts), "source": request.contracts_source}
        received = {} if request.contracts_received is None else {"received": yuan(request.contracts_received)}
        _add_row(tables, "evidence", {**row, **received})
    if request.security_kind in SECURITY_KINDS:
        row = {"kind": request.security_kind, "own": not request.security_of_third_party}
        amounts = {"value": request.security_value, "prior": request.security_prior}
        _add_row(tables, "security", {**row, **_known(amounts)})
    lender = {name: getattr(request, name) for name in ("net_capital", "tier1", "exposure", "loans")}
    guarantor = {"net_assets": request.guarantor_net_assets, "exposure": request.guarantor_exposure}
    for name, stated in (("lender", _known(lender)), ("guarantor", _known(guarantor))):
        given = tables.get(name, {})
        if stated and isinstance(given, dict):
            tables[name] = {**given, **stated}
    return {
        **tables,
        "request": _known({"replaces": request.replaces, "replaced_service": request.replaced_service}),
    }


def _add_row(tables: Table, name: str, row: Table) -> None:
    """Add a row to a list of tables; any other value is left unchanged and rejected on reading."""
    given = tables.get(name, [])
    if isinstance(given, list):
        tables[name] = [*given, row]


def _known(amounts: dict[str, int | None]) -> dict[str, str]:
    return {name: yuan(amount) for name, amount in amounts.items() if amount is not None}
