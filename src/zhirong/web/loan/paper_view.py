"""A summary of a document: the parties, the amounts and the terms to be signed."""

from decimal import Decimal
from typing import Any

from zhirong.chain.contract.document_kinds import DocumentKind
from zhirong.chain.loan.terms import METHOD_TEXT, Method
from zhirong.kernel.money import show_yuan
from zhirong.kernel.text import Text, same
from zhirong.store.financing import Paper

Term = tuple[Text, Text]
_CONTRACTS = (
    DocumentKind.LOAN_CONTRACT,
    DocumentKind.PLEDGE_CONTRACT,
    DocumentKind.GUARANTEE_CONTRACT,
    DocumentKind.REGISTRATION_FORM,
)


def terms_of(paper: Paper) -> list[Term]:
    """Return the terms of a contract; nothing for other documents. An amount is in yuan with fen."""
    if paper.kind not in _CONTRACTS:
        return []
    f = paper.facts
    found = [
        (Text("借款人", "Borrower"), same(f["firm"]["name"])),
        (Text("贷款人", "Lender"), same(f["lender"]["name"])),
        (Text("借款金额", "Loan"), _money(f["amount"])),
    ]
    if paper.kind == DocumentKind.LOAN_CONTRACT:
        found += [
            (Text("年利率", "Annual rate"), _share(f["rate"])),
            (Text("期限", "Term"), Text(f"{f['start']} 至 {f['end']}", f"{f['start']} to {f['end']}")),
            (Text("还款方式", "Repayment"), METHOD_TEXT[Method(f["method"])]),
        ]
    elif paper.kind == DocumentKind.GUARANTEE_CONTRACT:
        found += [
            (Text("保证人", "Guarantor"), same(f["guarantor"]["name"])),
            (Text("保证比例", "Share"), _share(f["share"])),
            (Text("保证金额", "Guaranteed"), _money(f["guaranteed"])),
            (Text("担保费率（每年）", "Fee (a year)"), _share(f["fee_rate"])),
        ]
    else:
        found += _of_pledge(f)
    return found


def _of_pledge(f: dict[str, Any]) -> list[Term]:
    count = len(f["rights"])
    found = [(Text("质押的权利", "Pledged rights"), Text(f"{count} 项", str(count)))]
    if f.get("maximum"):
        found.append((Text("最高债权额", "Maximum claim"), _money(f["maximum"]["amount"])))
    if f.get("agreed_value"):
        found.append((Text("约定价值", "Agreed value"), _money(f["agreed_value"])))
    return found


def _money(fen: int) -> Text:
    shown = show_yuan(fen)
    return Text(f"{shown} 元", f"CNY {shown}")


def _share(rate: str | Decimal) -> Text:
    return same(f"{(Decimal(rate) * 100).normalize():f}\u00a0%")
