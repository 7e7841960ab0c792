"""The way of one firm in the browser, step by step: each step is done at the desk that it belongs to, each page looked at."""

import re
from datetime import UTC, datetime, timedelta
from pathlib import Path

from browser_world import PHONE, SCREEN, Site, User
from people_of_the_way import (
    AGENCY,
    BANK,
    FIGURES,
    FIRM,
    GUARANTOR,
    RIGHTS,
    TODAY,
    People,
    credit_code,
    description,
    patent_number,
    ratings,
)

from zhirong.demo.documents import sheet
from zhirong.kernel.days import day_of

AMOUNT = "120万元"
AUTHORITY_NUMBER = "Y2026610000123"
_ACCOUNT = "6100 0000 9999"
MOST_ON_A_PHONE = 2_500  # pixels of a page
_MOST_OF_THE_CHECKS, _MOST_CLICKS_ON_THE_CHECKS = 1_600, 12
_PDF = b"%PDF-1.7\n% a paper for a test\n"


class Way:
    """What the steps know of each other: the rows by their numbers, and who does what."""

    def __init__(self, site: Site) -> None:
        self.site, self.people = site, People(site)
        self.file = site.folder / "evidence.pdf"
        self.file.write_bytes(_PDF)
        self.rights: list[int] = []
        self.online = self.formal = self.case = self.loan = 0
        self.number = ""
        self.blocked: list[str] = []

    def __getattr__(self, name: str) -> User:
        """People by their place: ``way.bank_officer``."""
        return self.people[name.replace("_", ".", 1)]

    # -- the firm ---------------------------------------------------------------------------------------------------

    def firm_comes(self) -> None:
        """Signed up with the code in the mail, registered by its credit code, confirmed by the system administrator."""
        stranger = self.site.user("visitor@zhirong.example")
        stranger.go("/")
        stranger.look("public-home")
        stranger.visit("/accounts/signup/", "/accounts/login/")
        firm = self.people.sign_up("firm.manager")
        firm.look()
        firm.do(
            "firm.register",
            code=credit_code(),
            name=FIRM,
            region="610100",
            registered_on="2016-09-02",
            legal_representative="高远",
            address="秦川新区创新路 8 号",
            phone="029-00000000",
        )
        assert "待平台确认" in firm.page.inner_text("main")
        firm.set_up_codes()
        system = self.platform_system
        system.visit("/admin/")
        system.click(FIRM)
        system.look()
        system.click("确认")
        system.send()
        firm.go("/firm/")
        assert "待平台确认" not in firm.page.inner_text("main")
        firm.look()

    def firm_prepares(self) -> None:
        """Rights typed in, the firm described, an online appraisal, the modes compared."""
        firm = self.firm_manager
        firm.visit("/firm/rights/new/")
        for title, filed, granted, serial in RIGHTS:
            firm.go("/firm/rights/new/invention/")
            firm.fill(
                title=title,
                number=patent_number(filed, serial),
                filing_date=filed,
                grant_date=granted,
                fee_paid_through_year=(TODAY - filed).days // 365 + 2,
                holders=FIRM,
                role="core",
                provenance="证书和登记簿副本",
            )
            firm.send(title)
            self.rights.append(firm.row_id())
        firm.look()
        firm.visit("/firm/rights/", "/firm/profile/edit/")
        firm.fill(**description())
        firm.send()
        firm.look()
        firm.go("/firm/appraisals/new/")
        firm.look()
        firm.fill(
            rights=self.rights,
            revenue=("5600万元", "7200万元", "8400万元"),
            revenue_grade="audited",
            revenue_source="上年审计报告中使用这些权利的产品收入",
            growth=("0", "0.06", "0.12"),
            royalty=("0.03", "0.045", "0.06"),
            discount=("0.14", "0.17", "0.20"),
            life=(4, 6, 8),
            tax_rate="0.15",
            redeployability="medium",
        )
        firm.send()
        self.online = firm.row_id()
        firm.look()
        firm.go("/firm/modes/")
        firm.fill(amount="300万元", cycle="3M")
        firm.send()
        firm.look()
        firm.picture("mode-comparison", at="main h2")

    def firm_applies(self) -> None:
        """The guided steps from the mode chosen; what is known is confirmed."""
        firm = self.firm_manager
        firm.page.locator("main a[href*='mode=xixian']").first.click()
        firm.look()
        firm.page.locator("[name=lender]").select_option(label=BANK)
        firm.fill(purpose="采购原材料和备货")
        firm.send()
        self.case = int(firm.page.url.split("/")[-4])
        for _ in range(2):  # figures, rights and appraisal are known, and confirmed
            firm.look()
            firm.send()
        firm.look()
        firm.page.locator("[name=mode][value=xixian]").check()
        firm.fill(agreed=True)
        firm.send()
        firm.look()

    # -- the lender -------------------------------------------------------------------------------------------------

    @property
    def _case_page(self) -> str:
        return f"/lender/cases/{self.case}/"

    @property
    def completion(self) -> str:
        """The page of contracts, registration and conditions."""
        return f"/cases/{self.case}/completion/"

    def lender_accepts(self) -> None:
        """Accepted, a question asked and answered."""
        officer, firm = self.bank_officer, self.firm_manager
        officer.visit("/desk/")  # where one is after signing in: the most urgent case is one click away
        officer.page.locator("main td a").first.click()
        officer.page.wait_for_url(f"**{self._case_page}")
        officer.click("受理")
        officer.look()
        officer.page.locator("[name=officer]").select_option(label=officer.email)
        officer.send()
        officer.do("case.ask", self.case, text="请补充今年前三季度的销售明细。")
        firm.visit("/firm/")
        firm.click("答复")
        firm.look()
        firm.fill(answer="明细已附在文件里。")
        firm.send()
        firm.visit("/notices/")
        officer.go(f"{self._case_page}part/questions/")
        assert "明细已附在文件里" in officer.page.inner_text("main")

    def agency_appraises(self) -> None:
        """A formal report: asked for, accepted with both declarations, worked out, reviewed, signed by two."""
        officer, appraiser, reviewer = self.bank_officer, self.agency_appraiser, self.agency_reviewer
        officer.visit("/do/appraisal.request/")
        officer.page.locator("[name=agency]").select_option(label=AGENCY)
        officer.fill(case=self.case, purpose="pledge", value_type="market", valuation_date=TODAY)
        officer.send()
        self.formal = officer.row_id()
        officer.look()
        appraiser.visit("/agency/", f"/appraisals/{self.formal}/")
        appraiser.click("接受")
        appraiser.look()
        appraiser.page.locator("[name=appraiser]").select_option(label=appraiser.email)
        appraiser.fill(independent=True, no_preset_value=True, fee="3万元")
        appraiser.send()
        appraiser.visit(f"/do/appraisal.work/{self.formal}/")
        appraiser.fill(**FIGURES)
        appraiser.send()
        reviewer.visit(f"/appraisals/{self.formal}/", f"/do/appraisal.review/{self.formal}/")
        reviewer.fill(decision="pass", opinion="方法适当")
        reviewer.send()
        for one in (appraiser, reviewer):
            one.do("appraisal.sign", self.formal, code=one.code())
        reviewer.look()
        officer.visit(f"/appraisals/{self.formal}/")

    def lender_looks_into(self) -> None:
        """The checklist, two raters each alone, the line and the quote."""
        officer = self.bank_officer
        assert officer.height(self._case_page, SCREEN) <= SCREEN["height"]
        assert officer.height(self._case_page, PHONE) <= MOST_ON_A_PHONE
        assert officer.height("/lender/", SCREEN) <= SCREEN["height"]
        self._fill_in_the_checks(officer)
        officer.visit(f"/do/team.rate/{self.case}/")
        officer.fill(**ratings(4))
        officer.send()
        self.bank_reviewer.do("team.rate", self.case, **ratings(4))
        officer.do("case.review", self.case)
        officer.look("case-on-one-page")

    def _fill_in_the_checks(self, officer: User) -> None:
        """All nine on one page, within the budget: a conclusion and its words for each, and what the law firm reports."""
        address = f"/lender/cases/{self.case}/checks/"
        assert officer.height(address, SCREEN) <= _MOST_OF_THE_CHECKS
        assert officer.height(address, PHONE) <= MOST_ON_A_PHONE
        officer.go(self._case_page)
        officer.click("完成尽职调查")
        officer.look()
        names = [one.get_attribute("name") or "" for one in officer.page.locator(".check-row textarea").all()]
        prefixes = [one.removesuffix("finding") for one in names]
        assert len(prefixes) == 9, names
        clicks = 1  # the button that records them
        for prefix in prefixes:
            said = {"finding": "已核对原件和公开查询结果，未见异常", "file": self.file}
            if officer.page.locator(f"[name='{prefix}law_firm']").count():
                said |= {"law_firm": "秦川律师事务所", "commissioned_on": TODAY, "done_on": TODAY, "cost": "3000"}
                said |= {"paid_by": "pledgor", "title_finding": "clear"}
            else:
                officer.page.locator(f"[name='{prefix}verdict'][value='clear']").check()
                clicks += 1
            officer.fill(**{f"{prefix}{name}": value for name, value in said.items()})
        assert clicks <= _MOST_CLICKS_ON_THE_CHECKS
        with officer.page.expect_navigation():
            officer.page.locator(".bar .main").click()
        assert "已完成 9 项调查" in officer.page.inner_text("main"), officer.page.inner_text("main")[:800]
        officer.visit(f"/lender/checks/{prefixes[0].strip('i.')}/")

    def guarantor_grants(self) -> None:
        """Asked by the lender, reviewed and granted by two people of the guarantor."""
        officer, first, second = self.bank_officer, self.guarantor_officer, self.guarantor_approver
        officer.visit(f"/do/guarantee.request/{self.case}/")
        officer.page.locator("[name=guarantor]").select_option(label=GUARANTOR)
        officer.fill(amount=AMOUNT, share="0.8", fee_rate="0.01")
        officer.send()
        second.visit("/guarantor/limits/")
        second.do("guarantor.figures", as_of=TODAY, net_assets="3亿元", is_mainly_small=True, source="年度审计报告")
        first.visit("/guarantor/")
        first.page.locator("main td a").first.click()
        request = first.row_id()
        first.look()
        assert first.height(f"/guarantor/requests/{request}/", SCREEN) <= SCREEN["height"]
        first.go(f"/guarantor/requests/{request}/")
        first.click("审查")
        first.fill(counter_guarantee="质押权利作反担保", opinion="同意承担八成")
        first.send()
        second.do("guarantee.grant", request, opinion="同意")
        second.look()

    def lender_decides(self) -> None:
        """Handed up by the officer, approved by as many people as the amount asks for."""
        officer = self.bank_officer
        officer.visit(f"/do/case.submit_for_approval/{self.case}/")
        officer.fill(amount=AMOUNT, opinion="权利清楚、现金流稳定，建议放款。")
        officer.send()
        for name in ("reviewer", "approver", "manager"):
            one = self.people[f"bank.{name}"]
            one.visit("/lender/", self._case_page, f"/do/case.approve/{self.case}/")
            one.fill(amount=AMOUNT, opinion="同意")
            one.send()
        officer.go(self._case_page)
        assert "已批准，待出合同" in officer.page.inner_text("main .bar")

    # -- contracts, registration, release ---------------------------------------------------------------------------

    def contracts_are_signed(self) -> None:
        """Issued by the bank, read and signed by each side at its own desk with a code."""
        officer = self.bank_officer
        officer.visit(self.completion, f"/do/contract.issue/{self.case}/")
        officer.fill(start=day_of(datetime.now(UTC)), firm_account="6100 0000 0001", lender_account=_ACCOUNT)
        officer.send()
        officer.look()
        for one in (self.firm_manager, self.bank_manager, self.guarantor_approver):
            one.visit("/papers/")
            one.page.locator("main td a").first.click()
            one.look()
            one.go(self.completion)
            one.look()
            one.click("一次签署全部合同")
            one.look()
            one.fill(code=one.code())
            one.send()
        assert "质押登记" in one.page.inner_text("main .bar")

    def pledge_is_registered(self) -> None:
        """Prepared and filed; release is refused until the authority's number and certificate are here."""
        officer, registrar = self.bank_officer, self.registry_registrar
        officer.visit(f"/do/filing.prepare/{self.case}/")
        officer.fill(papers=["identity", "power_of_attorney"])
        officer.send()
        officer.do("filing.file", self.case)
        officer.look()
        registrar.go("/registrar/")
        registrar.look("registrar")
        registrar.visit("/registrar/registrations/1/", "/registrar/registrations/1/examine/")
        assert registrar.height("/registrar/registrations/1/", SCREEN) <= SCREEN["height"]
        officer.go(f"/do/case.disburse/{self.case}/")
        officer.page.locator("main form button.main").first.click()
        officer.page.wait_for_load_state()
        self.blocked = officer.page.locator("main .problems li").all_inner_texts()
        officer.visit(f"/do/filing.record/{self.case}/")
        officer.fill(filing=1, authority_number=AUTHORITY_NUMBER, day=TODAY, certificate=self.file)
        officer.send()
        officer.look()
        second = self.people["bank.reviewer"]
        second.visit(self.completion)
        second.click("核对登记结果")
        second.look()
        second.fill(filing=1, agrees=True)
        second.send()

    def conditions_are_met(self) -> None:
        """What the approval left open is settled one by one; the use of the loan is evidenced by a contract."""
        officer = self.bank_officer
        officer.visit(self.completion, f"/do/condition.settle/{self.case}/")
        options = officer.page.locator("main [name='item'] option")
        for item in options.evaluate_all("all => all.map(one => one.value).filter(Boolean)"):
            officer.do("condition.settle", self.case, item=item, finding="已核实")
        officer.visit(f"/do/use.record/{self.case}/")
        officer.fill(
            payee="某膜材料有限公司", amount=AMOUNT, what="采购合同 1 号", is_working_capital=True, file=self.file
        )
        officer.send()
        officer.look()

    def public_finds(self) -> str:
        """What anybody reads in the register about the pledge."""
        public = self.site.user("public@zhirong.example")
        public.go("/register/")
        public.fill(number=AUTHORITY_NUMBER)
        public.send()
        public.look()
        words = public.page.inner_text("main article")
        public.context.close()
        return words

    def loan_is_paid_out(self) -> None:
        """Granted now that every condition holds, and booked from the statement by two cashiers."""
        officer, firm = self.bank_officer, self.firm_manager
        officer.go(self.completion)
        officer.click("批准放款")
        officer.look()
        officer.send()
        officer.look()
        link = officer.page.locator("main a[href^='/loans/']").first
        found = re.search(r"/loans/(\d+)/", link.get_attribute("href") or "")
        assert found
        self.loan, self.number = int(found.group(1)), link.inner_text().split()[-1]
        self._book("F0001", "支", "1200000.00", f"放款 {self.number}")
        firm.visit("/firm/", "/loans/")
        firm.go(f"/loans/{self.loan}/")
        firm.look("loan")
        firm.go("/firm/")
        firm.picture("firm-home")
        firm.go(f"/firm/cases/{self.case}/")
        firm.picture("case-on-a-phone", size=PHONE)

    # -- servicing --------------------------------------------------------------------------------------------------

    def loan_is_repaid(self, days: int) -> str:
        """Some days on: the loan is watched, then settled early by one payment. What the payment was."""
        officer = self.bank_officer
        self.site.later(days)
        self.site.reckon()
        officer.visit("/watch/")
        officer.page.locator("main td a").first.click()
        officer.look()
        officer.visit(f"/loans/{self.loan}/", f"/loans/{self.loan}/books/")
        settles = officer.go(f"/loans/{self.loan}/").locator(".bar div:has(> dt:has-text('今日结清')) dd")
        amount = settles.inner_text().split()[0].replace(",", "")
        self._book("H0001", "收", amount, f"提前还清 {self.number}", days)
        officer.visit(f"/loans/{self.loan}/", "/payments/")
        return amount

    def pledge_is_discharged(self) -> None:
        """The case is closed; the register's entry ends with it."""
        officer = self.bank_officer
        officer.visit(self.completion)
        officer.click("注销质押")
        officer.look()
        officer.send()
        officer.look()
        self.firm_manager.visit(f"/firm/cases/{self.case}/")

    def _book(self, reference: str, direction: str, amount: str, note: str, days: int = 0) -> None:
        """A line of the bank's statement: imported and matched by one cashier, confirmed by another."""
        first, second = self.bank_cashier, self.bank_cashier2
        day = (TODAY + timedelta(days=days)).isoformat()
        file: Path = self.site.folder / f"{reference}.csv"
        file.write_bytes(sheet([(day, reference, direction, amount, FIRM, note)]))
        first.visit("/statements/", "/statements/import/")
        first.fill(account_number=_ACCOUNT, file=file)
        first.click("试读")
        assert "1 笔新的" in first.page.inner_text("main")
        first.click("导入 1")
        self._open_line(first, reference)
        first.look()
        first.page.locator("main td a.button").first.click()
        first.look()
        first.send()
        assert "待确认" in first.page.inner_text("main")
        self._open_line(second, reference)
        second.click("确认入账")
        second.look()
        second.send()
        second.look()

    def _open_line(self, cashier: User, reference: str) -> None:
        cashier.go("/statements/")
        cashier.page.locator(f"main tr:has-text('{reference}') a").first.click()
        cashier.page.wait_for_load_state()
