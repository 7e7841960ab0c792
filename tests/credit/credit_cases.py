"""A firm's credit file as a user would write it."""

from datetime import date

from zhirong.chain.credit import CreditFile, read_credit
from zhirong.kernel.fields import Reader, parse_toml

DAY = date(2026, 9, 1)

CASE = """
[registration]
registered_on = 2015-03-01
legal_person = true
source = "企业信用信息公示系统"
date = 2026-06-01
grade = "contract"

[tax]
tax_grade = "B"
arrears = 0
source = "税务机关"
date = 2026-04-01
grade = "contract"

[trade]
customs_grade = "ordinary"
imports = 0
exports = "120万元"
source = "海关"
date = 2026-01-31
grade = "contract"

[compliance]
penalties_in_three_years = 1
dishonest_judgment_debtor = false
abnormal_operations = false
source = "信用中国"
date = 2026-08-20
grade = "contract"

[debt]
total_debt = 6000000
total_assets = "2000万元"
overdue = 0
source = "2025 年度审计报告"
date = 2025-12-31
grade = "audited"

[cash_flow]
operating_cash_flow = 2500000
debt_service = 1600000
source = "2025 年度审计报告"
date = 2025-12-31
grade = "audited"

[rating]
agency = "某评级公司"
rating = "A"
source = "评级报告"
date = 2026-05-10
grade = "audited"

[bank_history]
loans_repaid = 2
worst_overdue_days = 5
substandard_or_worse = false
source = "企业信用报告"
date = 2026-08-01
grade = "contract"
"""


def read(text: str = CASE, as_of: date | None = DAY) -> CreditFile:
    """The credit file in a text."""
    return read_credit(Reader(parse_toml(text, "case.toml")), as_of)


def without(*sections: str) -> str:
    """The case with whole sections left out."""
    blocks = CASE.strip().split("\n\n")
    return "\n\n".join(block for block in blocks if not block.startswith(tuple(f"[{name}]" for name in sections)))
