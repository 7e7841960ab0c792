"""Contracts: of the loan, of the pledge, of the guarantee. The text is ours and plain.

What a pledge contract must state is article 427 of the Civil Code; that no right falls to the lender by itself is
article 428; that the pledge arises with its registration, and what the pledgor may no longer do, is article 444.
"""

from datetime import date

from zhirong.chain.loan.terms import METHOD_TEXT, Method
from zhirong.chain.right.records import KIND_TEXT, RightKind
from zhirong.documents.papers.sheet import (
    Block,
    Facts,
    Sheet,
    clauses,
    day_words,
    facts,
    figure,
    heading,
    money,
    paragraph,
    party_rows,
    percent,
    signatures,
    table,
)
from zhirong.kernel.identifiers import show_number

_EXCESS = {
    "prepay_reduce": "用于提前归还本金，其后各期还款额相应减少，到期日不变",
    "prepay_shorten": "用于提前归还本金，其后各期还款额不变，期限相应缩短",
    "hold": "留存于贷款账户，用于下一期还款；足以还清全部欠款的，当日结清",
}
_SCOPE = "主债权本金、利息、罚息、复利、违约金、损害赔偿金，以及实现债权和担保权利的费用"


def loan_contract(f: Facts) -> Sheet:
    """The contract of the loan, with the schedule that its terms give."""
    servicing = f["servicing"]
    blocks: list[Block] = [
        facts(*party_rows("贷款人（甲方）", f["lender"]), *party_rows("借款人（乙方）", f["firm"])),
        paragraph("甲、乙双方经协商一致，订立本合同。"),
        *clauses(
            ("借款金额和用途", (
                f"甲方向乙方发放贷款，金额为{money(f['amount'])}。",
                f"贷款用于：{f['purpose']}。未经甲方书面同意，乙方不得改变用途。",
            )),
            ("借款期限", (
                f"自{day_words(f['start'])}起至{day_words(f['end'])}止。实际放款日与上述起始日不一致的，"
                "利息自实际放款日起计算，到期日不变。",
            )),
            ("利率和计息", (
                f"年利率为{percent(f['rate'])}，利息自放款之日起计算，按实际用款计收。",
                f"逾期的，自逾期之日起，逾期本金在上述利率基础上加收{percent(servicing['overdue_uplift'])}计收罚息；"
                f"未按约定用途使用的，自违约使用之日起，该部分本金加收{percent(servicing['misuse_uplift'])}；"
                "同时发生的，择其重者，不并处。",
                "到期未付的利息按罚息利率计收复利。" if servicing["compounds"] else "到期未付的利息不计收复利。",
            )),
            ("放款的前提", (
                "下列条件全部成就前，甲方有权不放款：本合同和各担保合同已经签署；质权已经登记设立，登记号和登记证明已经提交；"
                "约定的保证、保险已经生效；评估结果在有效期内；没有发生法律或者本合同规定的障碍。",
            )),
            ("还款", (
                f"还款方式为{METHOD_TEXT[Method(f['method'])].zh}，各期还款见所附还款计划。",
                f"乙方付款至甲方账户：{f['lender'].get('bank_account') or '甲方书面通知的账户'}。"
                f"贷款发放至乙方账户：{f['firm'].get('bank_account') or '乙方书面通知的账户'}。",
                f"收到的款项依次抵充：{'、'.join(f['order'])}；双方对某一笔款项另有约定的，从其约定。",
                f"超过到期应还的款项，{_EXCESS[servicing['excess']]}。乙方可以提前还清全部借款，甲方不另收费用。",
            )),
            ("担保", (
                f"本合同项下债务由质押合同（编号 {f['pledge_number']}）担保"
                + (f"，并由保证合同（编号 {f['guarantee_number']}）担保。" if f.get("guarantee_number") else "。"),
            )),
            ("乙方的承诺", (
                "乙方提交的资料真实、完整；按期缴纳出质权利的年费或者续展费用；出质权利发生无效、异议、查封、权属争议的，"
                "知悉之日起五日内通知甲方。",
            )),
            ("违约和提前到期", (
                "乙方未按期还款、改变用途、提交虚假资料，或者出质权利的价值明显减少而未在甲方要求的合理期限内补足担保的，"
                "甲方可以书面宣布贷款提前到期。",
            )),
            ("争议和生效", (
                "争议由双方协商；协商不成的，向甲方住所地人民法院起诉。",
                "本合同自双方签署之日起生效。通过平台以电子方式签署的，签署所针对的文件以其摘要（SHA-256）为准。",
            )),
        ),
        heading("附：还款计划（按约定起始日放款计算；实际放款日不同的，以放款通知所附计划为准）"),
        schedule_table(f["schedule"]),
        signatures(("贷款人", f["lender"]["name"]), ("借款人", f["firm"]["name"])),
    ]  # fmt: skip
    return Sheet("知识产权质押借款合同", f["number"], _day(f), tuple(blocks))


def pledge_contract(f: Facts) -> Sheet:
    """The contract of the pledge: kind and amount of the claim, its term, the rights, the scope, the registration."""
    rights = f["rights"]
    value = f.get("agreed_value")
    blocks: list[Block] = [
        facts(*party_rows("质权人（甲方）", f["lender"]), *party_rows("出质人（乙方）", f["firm"])),
        paragraph(f"为担保借款合同（编号 {f['loan_number']}，下称主合同）的履行，甲、乙双方订立本合同。"),
        *clauses(
            ("被担保债权的种类和数额", (
                f"被担保的债权为主合同项下的借款债权，本金数额为{money(f['amount'])}。",
            )),
            ("债务人履行债务的期限", (f"自{day_words(f['start'])}起至{day_words(f['end'])}止。",)),
            ("出质的权利", (
                f"乙方以下列权利共{len(rights)}项出质，名称、号码、日期、类别和保护期见所附清单。",
                *(("以著作权出质的，出质的内容为该著作权的全部财产权。",)
                  if any(one["kind"] in ("copyright", "software") for one in rights) else ()),
                *((f"双方商定，上述权利在订立本合同时的价值为{money(value)}；该数额不作为处置时的价格。",) if value else ()),
            )),
            ("担保的范围", (f"{_SCOPE}。",)),
            ("质权的设立", (
                "双方共同向登记机关申请质押登记，乙方应当配合提交权利凭证和申请文件。质权自办理登记时设立，"
                "期限至被担保的债权全部清偿或者质权依法消灭之日止。",
                "登记事项发生变更的，双方在变更之日起三十日内办理变更登记；主合同债务清偿后，甲方在五个工作日内申请注销登记。",
            )),
            ("出质期间的限制", (
                "未经甲方书面同意，乙方不得转让、许可他人使用、放弃出质的权利，也不得再次出质。",
                "经同意转让或者许可的，所得价款用于提前清偿债务或者提存。",
                "乙方负责维持权利有效：按期缴费、续展，应对无效宣告和权属争议，费用由乙方承担。",
            )),
            ("价值减少", (
                "出质权利的价值非因甲方原因可能明显减少的，甲方可以要求乙方提供相应的担保；乙方不提供的，"
                "甲方可以依法处置，所得价款提前清偿债务或者提存。",
            )),
            ("质权的实现", (
                "债务人不履行到期债务或者发生约定的实现质权的情形，甲方可以与乙方协议以出质的权利折价，"
                "也可以就拍卖、变卖该权利所得的价款优先受偿；折价、变卖应当参照市场价格。",
                "无论何种情形，出质的权利不当然归甲方所有；处置应当先评估、后结算，价款超过债权数额的部分归乙方，"
                "不足部分由债务人清偿。",
                "乙方可以请求甲方在债务履行期限届满后及时行使质权。",
            )),
            ("其他", (
                "乙方保证对出质的权利享有处分权；权利为共有的，其他共有人已经书面同意出质。",
                *(("同一债权另有保证的，甲方可以选择先就出质的权利实现债权，也可以先请求保证人承担保证责任。",)
                  if f.get("has_guarantee") else ()),
                "本合同自双方签署之日起生效。通过平台以电子方式签署的，签署所针对的文件以其摘要（SHA-256）为准。",
            )),
        ),
        heading(f"附：出质权利清单（共 {len(rights)} 项）"),
        rights_table(rights),
        signatures(("质权人", f["lender"]["name"]), ("出质人", f["firm"]["name"])),
    ]  # fmt: skip
    return Sheet("知识产权质押合同", f["number"], _day(f), tuple(blocks))


def guarantee_contract(f: Facts) -> Sheet:
    """The contract of the guarantee, for the share and the amount that the guarantor has granted."""
    blocks: list[Block] = [
        facts(*party_rows("债权人（甲方）", f["lender"]), *party_rows("保证人（乙方）", f["guarantor"])),
        paragraph(
            f"为担保{f['firm']['name']}（债务人）履行借款合同（编号 {f['loan_number']}，下称主合同），甲、乙双方订立本合同。"
        ),
        *clauses(
            ("被保证的债权", (f"主合同项下的借款债权，本金数额为{money(f['amount'])}。",)),
            ("保证责任的份额", (
                f"乙方对债务人未清偿债务的{percent(f['share'])}承担保证责任，以{money(f['guaranteed'])}为限。",
            )),
            ("保证方式", ("连带责任保证。",)),
            ("保证的范围", (f"在上述份额和限额内：{_SCOPE}。",)),
            ("保证期间", (f"自主合同债务履行期限（至{day_words(f['end'])}）届满之日起三年。",)),
            ("担保费", (f"年费率为{percent(f['fee_rate'])}，由债务人按其与乙方的约定支付。",)),
            ("追偿", (
                "乙方承担保证责任后，有权在其承担的范围内向债务人追偿，并享有甲方对债务人的权利，但不得损害甲方的利益。",
            )),
            ("生效", (
                "本合同自双方签署之日起生效。通过平台以电子方式签署的，签署所针对的文件以其摘要（SHA-256）为准。",
            )),
        ),
        signatures(("债权人", f["lender"]["name"]), ("保证人", f["guarantor"]["name"])),
    ]  # fmt: skip
    return Sheet("保证合同", f["number"], _day(f), tuple(blocks))


def schedule_table(rows: list[Facts]) -> Block:
    """A schedule with its sums. rows: number, due, principal, interest (fen)."""
    listed = [
        [
            str(row["number"]),
            row["due"],
            figure(row["principal"]),
            figure(row["interest"]),
            figure(row["principal"] + row["interest"]),
        ]
        for row in rows
    ]
    principal, interest = sum(row["principal"] for row in rows), sum(row["interest"] for row in rows)
    listed.append(["合计", "", figure(principal), figure(interest), figure(principal + interest)])
    return table(
        ("期数", "还款日", "本金（元）", "利息（元）", "合计（元）"), listed, (1, 2, 3, 3, 3), right=(2, 3, 4)
    )


def rights_table(rights: list[Facts]) -> Block:
    """Rights with their numbers and days."""
    rows = [
        [
            str(at),
            KIND_TEXT[RightKind(one["kind"])].zh,
            show_number(one["kind"], one["number"], granted=bool(one.get("grant_date"))),
            one["title"],
            one.get("filing_date") or "",
            one.get("grant_date") or one.get("registration_date") or "",
            _class_and_term(one),
        ]
        for at, one in enumerate(rights, 1)
    ]
    heads = ("序号", "种类", "号码", "名称", "申请日", "授权（登记）日", "类别、保护期")
    return table(heads, rows, (1, 2, 4, 4, 2, 2, 3))


def _class_and_term(one: Facts) -> str:
    """The classes of a mark and the last day of a right's term; papers made earlier do not keep them."""
    classes = "、".join(str(number) for number in one.get("goods_classes") or ())
    until = one.get("term_end")
    return "；".join(part for part in (f"第{classes}类" if classes else "", f"至{until}" if until else "") if part)


def _day(f: Facts) -> date:
    return date.fromisoformat(f["day"])
