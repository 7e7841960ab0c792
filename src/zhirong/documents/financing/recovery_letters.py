"""Letters and reports from default to the closed file: demand, acceleration, claim set, decision, voucher, closing."""

from collections.abc import Sequence
from datetime import date
from decimal import Decimal

from zhirong.charts.recovery import CarriedPoint, carried_chart, paid_chart
from zhirong.documents.financing.sheet import (
    Block,
    DocumentSheet,
    Facts,
    chart,
    day_words,
    facts,
    figure,
    heading,
    money,
    paragraph,
    table,
)
from zhirong.kernel.money import Fen
from zhirong.kernel.text import Text, same

_COMPONENTS = (
    ("principal", "本金"),
    ("interest", "利息"),
    ("compound", "复利"),
    ("penalty", "罚息"),
    ("costs", "费用"),
)


def demand_letter(f: Facts) -> DocumentSheet:
    """Return the demand for payment with the debt by component, whose service restarts limitation."""
    ground = f"依据约定事由（{f['ground']}）" if f["ground"] else f"已逾期 {f['overdue_days']} 天"
    return _sheet(
        "催收函",
        f,
        f["lender"]["name"],
        paragraph(f"{f['firm']['name']}："),
        paragraph(
            f"截至{day_words(f['day'])}，借款合同（编号 {f['loan_number']}）项下贷款{ground}，"
            f"你方尚欠{money(f['total'])}，明细如下。"
        ),
        _owed(f),
        paragraph(
            f"请于{day_words(f['answer_by'])}前清偿到期款项，或书面答复还款安排。逾期不答复的，贷款人将依照合同宣布贷款提前到期、"
            "实现质权，并向保证人和其他分担方主张权利。"
        ),
        paragraph("本函送达之日，诉讼时效重新起算（民法典第一百九十五条）。"),
    )


def acceleration_letter(f: Facts) -> DocumentSheet:
    """Return the letter that declares the entire loan due."""
    return _sheet(
        "提前到期通知书",
        f,
        f["lender"]["name"],
        paragraph(f"{f['firm']['name']}："),
        paragraph(
            f"因{f['ground']}，贷款人依据{f['clause']}，宣布借款合同（编号 {f['loan_number']}）项下全部贷款于"
            f"{day_words(f['day'])}提前到期。请立即清偿{money(f['total'])}，明细如下。"
        ),
        _owed(f),
        paragraph("逾期不还的，贷款人将依法实现质权（民法典第四百三十六条），并向保证人和其他分担方主张权利。"),
    )


def security_demand(f: Facts) -> DocumentSheet:
    """Return the demand for further security with its calculation (Civil Code 433)."""
    return _sheet(
        "追加担保通知书",
        f,
        f["lender"]["name"],
        paragraph(f"{f['firm']['name']}："),
        paragraph(
            f"因{f['ground']}，借款合同（编号 {f['loan_number']}）项下质押财产价值明显减少，足以危害质权人的权利。"
            "计算如下。"
        ),
        facts(
            ("原评估价值（元）", figure(f["value_before"])),
            ("当前价值（元）", figure(f["value_now"])),
            ("贷款余额（元）", figure(f["exposure"])),
            ("约定的质押率上限", f["ceiling"]),
            ("应追加的担保价值（元）", figure(f["missing_value"])),
            ("或者应提前偿还（元）", figure(f["missing_cash"])),
        ),
        paragraph(
            f"请于{day_words(f['answer_by'])}前提供价值不少于{money(f['missing_value'])}的担保，或提前偿还"
            f"{money(f['missing_cash'])}。"
        ),
        paragraph(
            "逾期不提供的，质权人可以拍卖、变卖质押财产，并与出质人协议将所得价款提前清偿债务或者提存"
            "（民法典第四百三十三条），并可依照合同宣布贷款提前到期。"
        ),
    )


def write_off_decision(f: Facts) -> DocumentSheet:
    """Return the decision on a write-off: ground, amount by component, documents of the file."""
    rows = [[one["title"], "已齐备" if one["there"] else "缺"] for one in f["papers"]]
    return _sheet(
        "核销决定书",
        f,
        f["lender"]["name"],
        facts(
            ("核销案编号", f["file"]),
            ("债务人", f["firm"]["name"]),
            ("核销条件和事由", f["ground"]),
            ("核销金额", money(f["total"])),
            ("审批意见", f["opinion"]),
            ("下次复核", day_words(f["review_by"])),
        ),
        _owed(f),
        heading("材料"),
        table(("材料", "情况"), rows, (6, 3)),
        paragraph("账销案存，权在力催：核销不免除债务人的债务，贷款人继续追偿（财金〔2017〕90号）。"),
    )


def disposal_comparison(f: Facts) -> DocumentSheet:
    """Return the comparison of disposal options with the one that is proposed."""
    rows = [
        [
            one["title"],
            figure(one["net"]),
            one["days"],
            figure(one["present_value"]),
            "选定" if one["chosen"] else "",
        ]
        for one in f["ways"]
    ]
    return _sheet(
        "处置方式比较表",
        f,
        f["lender"]["name"],
        facts(
            ("处置项目", f["project"]),
            ("债务人", f["firm"]["name"]),
            ("当日债务（元）", figure(f["debt"])),
            ("选择理由", f["reason"]),
        ),
        table(("方式", "预期净额（元）", "天数", "现值（元）", "选定"), rows, (5, 3, 2, 3, 2), right=(1, 2, 3)),
        paragraph("概率、金额、费用和天数未注明来源的为假设；现值按贷款实际年利率以实际天数折现。"),
    )


def distribution_table(f: Facts) -> DocumentSheet:
    """Return the distribution of the price: costs and taxes, the ranks, the surplus, and the last day to object."""
    rows = [[one["title"], figure(one["amount"])] for one in f["deducted"]]
    rows += [[f"第 {one['rank']} 顺位 {one['name']}", figure(one["paid"])] for one in f["ranks"]]
    rows.append(["余款归出质人", figure(f["surplus"])])
    return _sheet(
        "处置价款分配方案",
        f,
        f["lender"]["name"],
        facts(
            ("处置项目", f["project"]),
            ("出质人", f["firm"]["name"]),
            ("买受人", f["buyer"]),
            ("价款", money(f["price"])),
        ),
        table(("项目", "金额（元）"), rows, (7, 4), right=(1,)),
        paragraph(f"对本方案有异议的，请于{day_words(f['object_by'])}前书面提出。"),
        paragraph(
            "超过登记的最高债权额的部分不优先于后顺位，亦不从余款中扣除（民法典第四百一十四条、第四百三十八条）。"
        ),
    )


def claim_set(f: Facts) -> DocumentSheet:
    """Return the claim with the list of the nine documents, marking the missing ones."""
    rows = [[one["title"], one["shown"] or "缺"] for one in f["papers"]]
    return _sheet(
        "索赔申请书",
        f,
        f["lender"]["name"],
        paragraph(f"{f['payer']}："),
        paragraph(
            f"{f['firm']['name']}在借款合同（编号 {f['loan_number']}）项下违约（案件 {f['case']}）。依据“{f['mode']}”，"
            f"你方作为{f['party']}应承担{money(f['due'])}，请予审核并支付。"
        ),
        heading("欠款明细"),
        _owed(f),
        heading("材料清单"),
        table(("材料", "编号或说明"), rows, (4, 6)),
    )


def claim_decision(f: Facts) -> DocumentSheet:
    """Return the payer's decision with each check and the way to object."""
    rows = [[one["title"], "通过" if one["passed"] else "未通过", one["more"]] for one in f["results"]]
    blocks: list[Block] = [
        paragraph(f"索赔 {f['claim']}（借款人 {f['firm']['name']}）审核决定：{f['decision']}。"),
        facts(
            ("索赔金额（元）", figure(f["amount_claimed"])),
            ("同意金额（元）", figure(f["accepted"])),
            ("理由", f["reason"]),
        ),
    ]
    if rows:
        blocks += [heading("审核事项"), table(("事项", "结果", "说明"), rows, (4, 2, 5))]
    if f["object_by"]:
        blocks.append(paragraph(f"对不予赔付有异议的，请于{day_words(f['object_by'])}前提出新的事实或理由。"))
    return _sheet("索赔审核决定书", f, f["payer"], *blocks)


def claim_voucher(f: Facts) -> DocumentSheet:
    """Return the voucher of a payment or return under a claim."""
    return _sheet(
        f["voucher"],
        f,
        f["claimant"],
        facts(
            ("索赔编号", f["claim"]),
            ("债务人", f["firm"]["name"]),
            ("付款人（分担方）", f["payer"]),
            ("金额", money(f["paid"])),
            ("日期", day_words(f["paid_on"])),
            ("银行流水号", f["reference"]),
            ("累计赔付（元）", figure(f["total_paid"])),
            ("累计返还（元）", figure(f["total_returned"])),
        ),
        paragraph("赔付后取得债权的，就已赔付部分取得追偿权和相应的担保权利（民法典第七百条、第五百四十七条）。"),
    )


def closing_report(f: Facts) -> DocumentSheet:
    """Return the closing report: the timeline, payments and returns of each party, and the remaining amounts."""
    parties = [
        [one["name"], figure(one["paid"]), figure(one["back"]), figure(one["carries"])] for one in f["parties"]
    ]
    steps = [[one["day"], one["title"], figure(one["amount"])] for one in f["steps"]]
    blocks: list[Block] = [
        facts(
            ("债务人", f["firm"]["name"]),
            ("借款合同编号", f["loan_number"]),
            ("立案日", day_words(f["opened_on"])),
            ("结案理由", f["reason"]),
            ("逾期办理的期限（次）", str(f["missed"])),
        )
    ]
    if parties:
        blocks += [
            heading("各方付款和回收"),
            table(
                ("一方", "赔付（元）", "收回返还（元）", "最终承担（元）"), parties, (4, 3, 3, 3), right=(1, 2, 3)
            ),
            chart(paid_chart({one["name"]: _paid_and_back(one) for one in f["parties"]})),
        ]
    if steps:
        blocks.append(heading("经过"))
        points = _carried_points(f["steps"])
        if points:
            blocks.append(chart(carried_chart(points)))
        blocks += [table(("日期", "事项", "金额（元）"), steps, (3, 7, 3), right=(2,))]
    blocks += [heading("债务余额"), _owed(f)]
    return _sheet("结案报告", f, f["lender"]["name"], *blocks)


def _paid_and_back(party: Facts) -> tuple[Text, Decimal, Decimal]:
    return same(party["name"]), _yuan(party["paid"]), _yuan(party["back"])


def _carried_points(steps: Sequence[Facts]) -> list[CarriedPoint]:
    """Return what each party carries at the end of each day; nothing for a report made before this was stored."""
    at_end = {one["day"]: one.get("carried", {}) for one in steps}
    return [
        CarriedPoint(date.fromisoformat(day), same(name), _yuan(fen))
        for day, carried in at_end.items()
        for name, fen in carried.items()
    ]


def _yuan(fen: Fen) -> Decimal:
    return Decimal(fen).scaleb(-2)


def _owed(f: Facts) -> Block:
    rows = [(f"{words}（元）", figure(f["owed"].get(component, 0))) for component, words in _COMPONENTS]
    return facts(*rows, ("合计（元）", figure(f["total"])))


def _sheet(title: str, f: Facts, by: str, *blocks: Block) -> DocumentSheet:
    signed = facts(("出具方", by), ("日期", day_words(f["day"])))
    return DocumentSheet(title, f["number"], date.fromisoformat(f["day"]), (*blocks, signed))
