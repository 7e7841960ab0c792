"""The application form of a pledge registration with its annex, and the Excel list for many rights.

Practice of the patent office's windows: more than two patents are listed in an annex that both parties seal across
its pages; more than ten also require an Excel list, in which the dot before the check digit is omitted.
"""

import io
from collections.abc import Sequence
from datetime import date

from zhirong.chain.pledge.records import CLAIM_KIND_TEXT, ClaimKind
from zhirong.chain.right.kinds import KIND_TEXT, RightKind
from zhirong.documents.financing.contracts import rights_table
from zhirong.documents.financing.sheet import (
    Block,
    DocumentSheet,
    Facts,
    day_words,
    facts,
    heading,
    money,
    paragraph,
    party_rows,
    signatures,
)
from zhirong.documents.workbook import Workbook
from zhirong.kernel.identifiers import show_number

MOST_ON_FORM = 2
MOST_ON_PAPER = 10
_REGISTER_TITLES = {
    "patent": "专利权质押登记申请表",
    "trademark": "注册商标专用权质押登记申请表",
    "copyright": "著作权质权登记申请表",
}


def registration_form(f: Facts) -> DocumentSheet:
    """Return the joint application of pledgor and pledgee. register: the authority of the form; list_sha256: of the
    Excel list.
    """
    rights = f["rights"]
    blocks: list[Block] = [
        heading("一、当事人"),
        facts(
            *party_rows("出质人", f["firm"]),
            *party_rows("质权人", f["lender"]),
            ("代理机构", f.get("agency") or "未委托"),
        ),
        heading("二、被担保的债权"),
        facts(
            ("债权种类", CLAIM_KIND_TEXT[ClaimKind(f["claim_kind"])].zh),
            ("债权数额", money(f["amount"])),
            ("债务履行期限", f"{day_words(f['start'])}至{day_words(f['end'])}"),
            ("主合同编号", f["loan_number"]),
            ("质押合同编号", f["pledge_number"]),
            ("担保范围", "本金、利息、罚息、复利、违约金、损害赔偿金，实现债权和质权的费用"),
            ("价值的依据", "评估报告" if f.get("is_valued_by_appraiser") else "双方商定"),
        ),
        heading(f"三、出质的权利（共 {len(rights)} 项）"),
    ]
    if len(rights) > MOST_ON_FORM:
        blocks.append(
            paragraph(
                f"见附页，共 {len(rights)} 项。附页由双方加盖骑缝章，以电子方式签署的，附页是本文件的一部分。"
            )
        )
    else:
        blocks.append(rights_table(rights))
    if f.get("list_sha256"):
        blocks.append(paragraph(f"附电子清单（Excel），文件摘要（SHA-256）：{f['list_sha256']}"))
    blocks += [
        heading("四、承诺"),
        paragraph(
            "申请人承诺：所填内容和所附文件真实、有效，双方的身份与签章一致；出质的权利不存在无效、终止、权属争议、查封或者"
            "已经出质的情形，有上述情形的已经如实告知。承诺不实的，愿意承担登记被撤销的后果。"
        ),
        signatures(("出质人", f["firm"]["name"]), ("质权人", f["lender"]["name"])),
    ]
    if len(rights) > MOST_ON_FORM:
        blocks += [heading(f"附页：出质权利清单（共 {len(rights)} 项）"), rights_table(rights)]
    title = _REGISTER_TITLES.get(f["register"], "知识产权质押登记申请表")
    return DocumentSheet(title, f["number"], date.fromisoformat(f["day"]), tuple(blocks))


def needs_list(rights: Sequence[Facts]) -> bool:
    """Return whether the form needs an Excel list."""
    return len(rights) > MOST_ON_PAPER


def rights_list(rights: Sequence[Facts]) -> bytes:
    """Return the Excel list: numbers as text without the dot, so that all thirteen digits are kept."""
    buffer = io.BytesIO()
    workbook = Workbook(buffer, None)
    sheet = workbook.sheet("出质权利清单")
    sheet.widths(8, 16, 20, 44, 14, 16)
    sheet.head(["序号", "种类", "专利（登记）号", "名称", "申请日", "授权（登记）日"])
    for at, one in enumerate(rights, 1):
        sheet.row(
            at,
            KIND_TEXT[RightKind(one["kind"])].zh,
            show_number(one["kind"], one["number"], dot=False),
            one["title"],
            _day(one.get("filing_date")),
            _day(one.get("grant_date") or one.get("registration_date")),
        )
    workbook.close()
    return buffer.getvalue()


def _day(written: str | None) -> date | None:
    return date.fromisoformat(written) if written else None
