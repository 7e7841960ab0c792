"""Who takes part in the way of a loan, what they type, and how their accounts and houses come to be."""

from datetime import UTC, date, datetime, timedelta
from itertools import count
from typing import Any

from browser_world import Site, User

from zhirong.kernel.days import day_of
from zhirong.kernel.identifiers import credit_code_check, patent_check_digit

TODAY = day_of(datetime.now(UTC))
FIRM = "西安云翼无人系统有限公司"
BANK = "秦川商业银行"
GUARANTOR = "秦川新区融资担保有限公司"
AGENCY = "秦川中联资产评估有限公司"
REGISTRY = "秦川新区知识产权质押登记处"
AUTHORITY = "秦川新区知识产权局"
PLATFORM = "秦川新区知识产权金融服务中心"
RIGHTS = (
    ("多旋翼无人机的抗风姿态控制方法", date(2019, 4, 22), date(2021, 6, 15), 3),
    ("一种电力线路巡检图像识别方法", date(2020, 1, 9), date(2022, 3, 29), 4),
)
MEMBERS = {
    BANK: ("lender", ("officer", "reviewer", "approver", "cashier", "cashier2", "manager")),
    GUARANTOR: ("guarantor", ("officer", "approver")),
    AGENCY: ("agency", ("appraiser", "reviewer")),
    REGISTRY: ("registry", ("registrar",)),
    AUTHORITY: ("authority", ("supervisor",)),
}
_ADMINISTRATORS = ("system", "security", "audit")
POOL = """[[qualification]]
name = "资产评估机构备案"
number = "61000001"
valid_from = 2018-01-01
[[expert]]
id = "v1"
name = "张某"
discipline = "valuation"
fields = ["*"]
[[expert.qualification]]
name = "资产评估师"
number = "61180001"
valid_from = 2018-06-01
[[expert]]
id = "v2"
name = "李某"
discipline = "valuation"
fields = ["*"]
[[expert.qualification]]
name = "资产评估师"
number = "61180002"
valid_from = 2018-06-01
"""
_numbers = count(1)


def credit_code() -> str:
    """A code with the right check character that is not in use (the registering body is 99)."""
    first17 = f"99610100MADR{next(_numbers):05d}"
    return first17 + credit_code_check(first17)


def patent_number(filed: date, serial: int) -> str:
    """A number of a granted invention in a range of serials that filings never reach."""
    digits = f"{filed.year}199{serial:05d}"
    return f"ZL{digits}.{patent_check_digit(digits)}"


class People:
    """Everybody of the way, each in a browser of their own, by house and place: ``people["bank.officer"]``."""

    def __init__(self, site: Site) -> None:
        self.site = site
        site.typed += [
            FIRM,
            BANK,
            GUARANTOR,
            AGENCY,
            REGISTRY,
            AUTHORITY,
            PLATFORM,
            "张某",
            "李某",
            "某膜材料有限公司",
        ]
        site.typed += [title for title, *_ in RIGHTS]
        self._all: dict[str, User] = {}

    def __getitem__(self, name: str) -> User:
        return self._all[name]

    def sign_up(self, name: str) -> User:
        """A new account, its address confirmed."""
        user = self.site.user(f"{name}@zhirong.example")
        user.sign_up()
        self._all[name] = user
        return user

    def found(self) -> None:
        """The platform's own house and its three administrators, as an operator makes them.

        They and the people of the institutions have accounts and authenticators already: how those are made in the browser is
        seen at the firm's two people and in ``test_accounts_in_the_browser.py``.
        """
        names = [f"platform.{name}" for name in _ADMINISTRATORS]
        names += [_place(kind, member) for kind, members in MEMBERS.values() for member in members]
        users = self.site.users(*(f"{name}@zhirong.example" for name in names))
        self._all |= dict(zip(names, users, strict=True))
        administrators = {name: self[f"platform.{name}"] for name in _ADMINISTRATORS}
        options = [word for name, user in administrators.items() for word in (f"--{name}", user.email)]
        house = ("--name", PLATFORM, "--code", credit_code(), "--region", "610100")
        self.site.command("platform", "found", "--data", str(self.site.folder), *house, *options)

    def houses(self) -> None:
        """The institutions, entered by the system administrator; their people, added by the security administrator."""
        system, security = self["platform.system"], self["platform.security"]
        system.visit("/admin/", "/do/organisation.enter/")
        for house, (kind, members) in MEMBERS.items():
            system.do("organisation.enter", kind=kind, code=credit_code(), name=house, region="610100")
            number = system.row_id()
            for member in members:
                user = self[_place(kind, member)]
                security.do("member.add", number, email=user.email, roles=[f"{kind}.{member.removesuffix('2')}"])
            if kind == "agency":
                system.do("agency.pool", number, tables=POOL)
                system.look()
        security.visit("/admin/organisations/", f"/admin/organisations/{number}/", "/admin/members/")


def _place(kind: str, member: str) -> str:
    """The name of a member's place among the people of the way."""
    return f"{'bank' if kind == 'lender' else kind}.{member}"


def description() -> dict[str, Any]:
    """The firm's facts and its credit file, as the form asks for them."""
    year, lately = TODAY.year - 1, (TODAY - timedelta(days=5)).isoformat()
    fields: dict[str, Any] = {
        f"facts.{name}": "yes"
        for name in ("sme", "sme_tech", "park_tenant", "lawful_use", "good_faith", "lender_is_partner")
    }
    fields["facts.size_class"] = "small"
    fields |= {"facts.bad_credit_on": "never", "facts.substandard_on": "never"}
    sections: dict[str, dict[str, Any]] = {
        "registration": {"registered_on": "2016-09-02", "legal_person": "yes", "source": "营业执照"},
        "tax": {"tax_grade": "A", "arrears": 0, "source": "纳税信用评价"},
        "compliance": {
            "penalties_in_three_years": 0,
            "dishonest_judgment_debtor": "no",
            "abnormal_operations": "no",
            "source": "国家企业信用信息公示系统",
        },
        "debt": {"total_debt": "1680万元", "total_assets": "5600万元", "overdue": 0},
        "cash_flow": {
            "operating_cash_flow": "900万元",
            "operating_cash_flow_before": "900万元",
            "debt_service": "170万元",
        },
        "statements": {
            "revenue": "5600万元",
            "cost_of_sales": "3900万元",
            "total_profit": "450万元",
            "inventory": "800万元",
            "receivables": "1200万元",
            "prepayments": "60万元",
            "payables": "800万元",
            "advances_received": "100万元",
            "cash": "400万元",
            "restricted_cash": 0,
            "working_capital_loans": "450万元",
            "other_channels": 0,
            "bank_debt": "560万元",
            "soft_assets": 0,
            "forecast_growth": "0.08",
        },
        "bank_history": {
            "loans_repaid": 3,
            "worst_overdue_days": 0,
            "substandard_or_worse": "no",
            "source": "企业信用报告",
        },
    }
    for section, values in sections.items():
        own = {"source": f"{year} 年度审计报告", "date": f"{year}-12-31", "grade": "audited"}
        seen = own if section in ("debt", "cash_flow", "statements") else {"date": lately, "grade": "contract"}
        fields |= {f"credit.{section}.{name}": value for name, value in {**seen, **values}.items()}
    return fields


TEAM = {
    "market": "走访三家客户，合同续签率高",
    "delivery": "抽查五个订单，按期交付四个",
    "technology": "核心发明人在职，现场演示样机",
    "finance": "月度报表按时，预测与实际相差不大",
    "ip_management": "有专利台账和年费提醒",
    "continuity": "三名负责人签有竞业限制",
    "openness": "主动提供了一项未决诉讼的材料",
    "setbacks": "两年前丢失大客户后转型，讲清了原因",
}


def ratings(points: int) -> dict[str, Any]:
    """One rater's marks, alike for every side, with what each rests on."""
    return {
        "independent": True,
        "rated_alone": True,
        **{f"{name}_points": points for name in TEAM},
        **{f"{name}_evidence": words for name, words in TEAM.items()},
    }


FIGURES = {
    "redeployability": "medium",
    "revenue": "5600万 / 7200万 / 8400万",
    "revenue_grade": "audited",
    "growth": "0 / 5% / 10%",
    "growth_grade": "declared",
    "royalty_rate": "3% / 5% / 7%",
    "royalty_rate_grade": "contract",
    "discount_rate": "13% / 15% / 18%",
    "discount_rate_grade": "assumed",
    "economic_life": "5 / 7 / 9",
    "economic_life_grade": "assumed",
    "tax_rate": "15%",
    "income_source": "上年审计报告；许可合同两份",
}
