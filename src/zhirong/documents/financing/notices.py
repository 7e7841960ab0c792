"""Notices and statements of a loan: disbursed, due, overdue, discharged, and its history up to a day."""

from datetime import date

from zhirong.documents.financing.contracts import rights_table, schedule_table
from zhirong.documents.financing.sheet import (
    Block,
    DocumentSheet,
    Facts,
    day_words,
    facts,
    figure,
    heading,
    money,
    paragraph,
    percent,
    table,
)


def release_notice(f: Facts) -> DocumentSheet:
    """Return the notice of disbursement, with the schedule from the actual day."""
    return _sheet(
        "放款通知书",
        f,
        paragraph(f"{f['firm']['name']}："),
        paragraph(
            f"借款合同（编号 {f['loan_number']}）项下贷款{money(f['amount'])}已于{day_words(f['released_on'])}发放至你方账户"
            f"（银行流水号 {f['reference']}），年利率{percent(f['rate'])}，到期日{day_words(f['end'])}。"
        ),
        heading("还款计划"),
        schedule_table(f["schedule"]),
    )


def due_notice(f: Facts) -> DocumentSheet:
    """Return the notice of an upcoming payment."""
    return _sheet(
        "还款通知书",
        f,
        paragraph(f"{f['firm']['name']}："),
        paragraph(
            f"借款合同（编号 {f['loan_number']}）项下，下一期还款日为{day_words(f['due_on'])}，"
            f"应还{money(f['due'])}，其中本金{figure(f['principal'])}元、利息{figure(f['interest'])}元。"
            "请在还款日前将款项足额存入约定账户。"
        ),
        paragraph(f"收款账户：{f['lender'].get('bank_account') or '见借款合同'}，户名：{f['lender']['name']}。"),
    )


def overdue_notice(f: Facts) -> DocumentSheet:
    """Return the notice of an overdue payment."""
    return _sheet(
        "逾期催收通知书",
        f,
        paragraph(f"{f['firm']['name']}："),
        paragraph(
            f"截至{day_words(f['day'])}，借款合同（编号 {f['loan_number']}）项下款项已逾期 {f['overdue_days']} 天，"
            f"到期未还合计{money(f['overdue'])}。请立即归还；逾期期间按合同约定计收罚息和复利。"
        ),
        facts(*_owed(f)),
        paragraph("逾期不还的，贷款人将依照合同宣布贷款提前到期，并依法实现质权和其他担保。"),
    )


def discharge_notice(f: Facts) -> DocumentSheet:
    """Return the notice that everything is paid and the pledge is to be discharged."""
    numbers = "、".join(f["registrations"]) or "—"
    return _sheet(
        "债务清偿暨解除质押通知书",
        f,
        paragraph(f"{f['firm']['name']}："),
        paragraph(
            f"借款合同（编号 {f['loan_number']}）项下贷款{money(f['amount'])}及利息已于{day_words(f['settled_on'])}全部清偿。"
            f"质押登记（登记号 {numbers}）所担保的债权已经消灭，质权人同意解除质押，并已就本登记簿所载登记办理注销；"
            "在主管机关的登记，双方凭本通知书申请注销。"
        ),
        heading(f"解除质押的权利（共 {len(f['rights'])} 项）"),
        rights_table(f["rights"]),
    )


def loan_statement(f: Facts) -> DocumentSheet:
    """Return the statement: the loan's position on a day, the application of receipts, upcoming payments."""
    received = [
        [
            one["day"],
            figure(one["amount"]),
            *(figure(one[head]) for head in ("principal", "interest", "penalty", "compound", "costs", "credit")),
        ]
        for one in f["receipts"]
    ]
    blocks: list[Block] = [
        facts(
            ("借款人", f["firm"]["name"]),
            ("借款合同编号", f["loan_number"]),
            ("贷款本金", money(f["amount"])),
            ("截至", day_words(f["day"])),
            ("本金余额（元）", figure(f["balance"])),
            ("到期未还合计（元）", figure(f["due"])),
            *_owed(f),
            ("本期已计利息（元）", figure(f["accrued"])),
            ("今日结清金额", money(f["payoff"])),
        ),
        heading("收款及其抵充"),
        table(
            (
                "日期",
                "收款（元）",
                "本金（元）",
                "利息（元）",
                "罚息（元）",
                "复利（元）",
                "费用（元）",
                "溢缴（元）",
            ),
            received,
            (3, 4, 4, 3, 3, 3, 3, 3),
            right=(1, 2, 3, 4, 5, 6, 7),
        )
        if received
        else paragraph("尚无收款。"),
        heading("以后到期"),
        schedule_table(f["schedule"]) if f["schedule"] else paragraph("无后续到期款项。"),
    ]
    return DocumentSheet("贷款对账单", f["number"], date.fromisoformat(f["day"]), tuple(blocks))


def _owed(f: Facts) -> tuple[tuple[str, str], ...]:
    """Return the overdue amounts by component."""
    return (
        ("到期未还本金（元）", figure(f["principal"])),
        ("到期未付利息（元）", figure(f["interest"])),
        ("罚息（元）", figure(f["penalty"])),
        ("复利（元）", figure(f["compound"])),
        ("费用（元）", figure(f["costs"])),
    )


def _sheet(title: str, f: Facts, *blocks: Block) -> DocumentSheet:
    signed = facts(("贷款人", f["lender"]["name"]), ("日期", day_words(f["day"])))
    return DocumentSheet(title, f["number"], date.fromisoformat(f["day"]), (*blocks, signed))
