"""Every operation, typed. Made by tools/make_client.py from the description of the API: not to be edited."""

from collections.abc import Mapping, Sequence
from datetime import date
from decimal import Decimal
from typing import Any, Literal

from zhirong.client.transport import Done, Group, Version


class AccountOperations(Group):
    """Operations ``account.*``."""

    def close(self, *, account: int, reason: str, key: str = "") -> Done:
        """停用账号 / Close the account."""
        return self._do("account.close", None, {"account": account, "reason": reason}, None, key)

    def name(self, *, name: str, key: str = "") -> Done:
        """填写姓名 / Enter your name."""
        return self._do("account.name", None, {"name": name}, None, key)

    def open(self, *, account: int, reason: str, key: str = "") -> Done:
        """恢复账号 / Reopen the account."""
        return self._do("account.open", None, {"account": account, "reason": reason}, None, key)


class AgencyOperations(Group):
    """Operations ``agency.*``."""

    def describe(
        self, row: int, *, version: Version, regions: str | None = None, ties: str | None = None, key: str = ""
    ) -> Done:
        """填写地区与利益关系 / Regions and ties."""
        return self._do("agency.describe", row, {"regions": regions, "ties": ties}, version, key)

    def paper_add(
        self,
        row: int,
        *,
        version: Version,
        owner: str,
        name: str,
        number: str,
        valid_from: date | str,
        valid_to: date | str | None = None,
        key: str = "",
    ) -> Done:
        """登记资格证书 / Register a certificate."""
        return self._do(
            "agency.paper_add",
            row,
            {"owner": owner, "name": name, "number": number, "valid_from": valid_from, "valid_to": valid_to},
            version,
            key,
        )

    def paper_end(self, row: int, *, version: Version, paper: str, valid_to: date | str, key: str = "") -> Done:
        """改资格有效期 / Change the validity of a certificate."""
        return self._do("agency.paper_end", row, {"paper": paper, "valid_to": valid_to}, version, key)

    def person_add(
        self,
        row: int,
        *,
        version: Version,
        name: str,
        discipline: Literal["valuation", "technology", "market", "management", "law"],
        fields: str,
        ties: str | None = None,
        key: str = "",
    ) -> Done:
        """添加人员 / Add a person."""
        return self._do(
            "agency.person_add",
            row,
            {"name": name, "discipline": discipline, "fields": fields, "ties": ties},
            version,
            key,
        )

    def person_change(
        self,
        row: int,
        *,
        version: Version,
        person: str,
        fields: str | None = None,
        ties: str | None = None,
        ended_ties: str | None = None,
        key: str = "",
    ) -> Done:
        """修改人员 / Change a person."""
        return self._do(
            "agency.person_change",
            row,
            {"person": person, "fields": fields, "ties": ties, "ended_ties": ended_ties},
            version,
            key,
        )

    def person_end(self, row: int, *, version: Version, person: str, key: str = "") -> Done:
        """移出人员 / Remove a person."""
        return self._do("agency.person_end", row, {"person": person}, version, key)

    def pool(
        self, row: int, *, version: Version, tables: str, only_check: bool | None = None, key: str = ""
    ) -> Done:
        """批量导入资格与人员 / Import qualifications and staff."""
        return self._do("agency.pool", row, {"tables": tables, "only_check": only_check}, version, key)

    def sanction_add(
        self,
        row: int,
        *,
        version: Version,
        owner: str,
        by: str,
        reason: str,
        start: date | str,
        end: date | str | None = None,
        bars: bool | None = None,
        key: str = "",
    ) -> Done:
        """登记处分 / Register a sanction."""
        return self._do(
            "agency.sanction_add",
            row,
            {"owner": owner, "by": by, "reason": reason, "start": start, "end": end, "bars": bars},
            version,
            key,
        )

    def sanction_end(self, row: int, *, version: Version, sanction: str, end: date | str, key: str = "") -> Done:
        """改处分期限 / Change the period of a sanction."""
        return self._do("agency.sanction_end", row, {"sanction": sanction, "end": end}, version, key)


class AppraisalOperations(Group):
    """Operations ``appraisal.*``."""

    def accept(
        self,
        row: int,
        *,
        version: Version,
        fee: Decimal | str,
        appraiser: int,
        independent: bool | None = None,
        no_preset_value: bool | None = None,
        unusual: str | None = None,
        key: str = "",
    ) -> Done:
        """接受委托 / Accept the assignment."""
        return self._do(
            "appraisal.accept",
            row,
            {
                "independent": independent,
                "no_preset_value": no_preset_value,
                "fee": fee,
                "unusual": unusual,
                "appraiser": appraiser,
            },
            version,
            key,
        )

    def online(
        self,
        *,
        rights: Sequence[int],
        revenue: Sequence[str],
        growth: Sequence[Decimal | str],
        royalty: Sequence[Decimal | str],
        discount: Sequence[Decimal | str],
        life: Sequence[Decimal | str],
        tax_rate: Decimal | str,
        revenue_grade: Literal["contract", "audited", "declared", "assumed"] | None = None,
        revenue_source: str | None = None,
        growth_grade: Literal["contract", "audited", "declared", "assumed"] | None = None,
        growth_source: str | None = None,
        royalty_grade: Literal["contract", "audited", "declared", "assumed"] | None = None,
        royalty_source: str | None = None,
        discount_grade: Literal["contract", "audited", "declared", "assumed"] | None = None,
        discount_source: str | None = None,
        life_grade: Literal["contract", "audited", "declared", "assumed"] | None = None,
        life_source: str | None = None,
        cost: Sequence[str] | None = None,
        cost_grade: Literal["contract", "audited", "declared", "assumed"] | None = None,
        cost_source: str | None = None,
        redeployability: Literal["high", "medium", "low"] | None = None,
        key: str = "",
    ) -> Done:
        """免费线上评估 / Free online appraisal."""
        return self._do(
            "appraisal.online",
            None,
            {
                "rights": rights,
                "revenue": revenue,
                "revenue_grade": revenue_grade,
                "revenue_source": revenue_source,
                "growth": growth,
                "growth_grade": growth_grade,
                "growth_source": growth_source,
                "royalty": royalty,
                "royalty_grade": royalty_grade,
                "royalty_source": royalty_source,
                "discount": discount,
                "discount_grade": discount_grade,
                "discount_source": discount_source,
                "life": life,
                "life_grade": life_grade,
                "life_source": life_source,
                "tax_rate": tax_rate,
                "cost": cost,
                "cost_grade": cost_grade,
                "cost_source": cost_source,
                "redeployability": redeployability,
            },
            None,
            key,
        )

    def refuse(
        self, row: int, *, version: Version, reason: str, has_conflict: bool | None = None, key: str = ""
    ) -> Done:
        """不接受委托 / Decline the assignment."""
        return self._do("appraisal.refuse", row, {"has_conflict": has_conflict, "reason": reason}, version, key)

    def request(
        self,
        *,
        valuation_date: date | str,
        rights: Sequence[int] | None = None,
        case: int | None = None,
        purpose: Literal["pledge", "transfer", "licence", "contribution", "securitisation", "disposal"]
        | None = None,
        value_type: Literal["market", "investment", "liquidation"] | None = None,
        agency: int | None = None,
        key: str = "",
    ) -> Done:
        """委托正式评估 / Request a formal appraisal."""
        return self._do(
            "appraisal.request",
            None,
            {
                "rights": rights,
                "case": case,
                "purpose": purpose,
                "value_type": value_type,
                "valuation_date": valuation_date,
                "agency": agency,
            },
            None,
            key,
        )

    def review(
        self, row: int, *, version: Version, decision: Literal["pass", "back"], opinion: str, key: str = ""
    ) -> Done:
        """复核 / Review."""
        return self._do("appraisal.review", row, {"decision": decision, "opinion": opinion}, version, key)

    def sign(self, row: int, *, version: Version, code: str, key: str = "") -> Done:
        """签署报告 / Sign the report."""
        return self._do("appraisal.sign", row, {"code": code}, version, key)

    def withdraw(self, row: int, *, version: Version, reason: str, key: str = "") -> Done:
        """撤回报告 / Withdraw the report."""
        return self._do("appraisal.withdraw", row, {"reason": reason}, version, key)

    def work(
        self,
        row: int,
        *,
        version: Version,
        table: Mapping[str, Any] | None = None,
        file: str | None = None,
        redeployability: Literal["", "high", "medium", "low"] | None = None,
        contract_end: date | str | None = None,
        revenue: str | None = None,
        revenue_grade: Literal["", "contract", "audited", "declared", "assumed"] | None = None,
        growth: str | None = None,
        growth_grade: Literal["", "contract", "audited", "declared", "assumed"] | None = None,
        royalty_rate: str | None = None,
        royalty_rate_grade: Literal["", "contract", "audited", "declared", "assumed"] | None = None,
        discount_rate: str | None = None,
        discount_rate_grade: Literal["", "contract", "audited", "declared", "assumed"] | None = None,
        economic_life: str | None = None,
        economic_life_grade: Literal["", "contract", "audited", "declared", "assumed"] | None = None,
        tax_rate: str | None = None,
        income_source: str | None = None,
        cost: str | None = None,
        cost_grade: Literal["", "contract", "audited", "declared", "assumed"] | None = None,
        functional_obsolescence: str | None = None,
        economic_obsolescence: str | None = None,
        obsolescence_grade: Literal["", "contract", "audited", "declared", "assumed"] | None = None,
        cost_source: str | None = None,
        key: str = "",
    ) -> Done:
        """录入评估方法并计算 / Enter methods and calculate."""
        return self._do(
            "appraisal.work",
            row,
            {
                "table": table,
                "file": file,
                "redeployability": redeployability,
                "contract_end": contract_end,
                "revenue": revenue,
                "revenue_grade": revenue_grade,
                "growth": growth,
                "growth_grade": growth_grade,
                "royalty_rate": royalty_rate,
                "royalty_rate_grade": royalty_rate_grade,
                "discount_rate": discount_rate,
                "discount_rate_grade": discount_rate_grade,
                "economic_life": economic_life,
                "economic_life_grade": economic_life_grade,
                "tax_rate": tax_rate,
                "income_source": income_source,
                "cost": cost,
                "cost_grade": cost_grade,
                "functional_obsolescence": functional_obsolescence,
                "economic_obsolescence": economic_obsolescence,
                "obsolescence_grade": obsolescence_grade,
                "cost_source": cost_source,
            },
            version,
            key,
        )


class AuditOperations(Group):
    """Operations ``audit.*``."""

    def begin_check(self, *, key: str = "") -> Done:
        """全部重算核对 / Check everything."""
        return self._do("audit.begin_check", None, {}, None, key)


class CaseOperations(Group):
    """Operations ``case.*``."""

    def accept(self, row: int, *, version: Version, officer: int | None = None, key: str = "") -> Done:
        """受理 / Accept the case."""
        return self._do("case.accept", row, {"officer": officer}, version, key)

    def approve(self, row: int, *, version: Version, amount: Decimal | str, opinion: str, key: str = "") -> Done:
        """批准 / Approve."""
        return self._do("case.approve", row, {"amount": amount, "opinion": opinion}, version, key)

    def ask(self, row: int, *, version: Version, text: str, key: str = "") -> Done:
        """向企业提问 / Ask the firm."""
        return self._do("case.ask", row, {"text": text}, version, key)

    def back_to_review(self, row: int, *, version: Version, reason: str, key: str = "") -> Done:
        """退回重审 / Return to review."""
        return self._do("case.back_to_review", row, {"reason": reason}, version, key)

    def close(self, row: int, *, version: Version, reason: str | None = None, key: str = "") -> Done:
        """注销质押并结清 / Discharge and close."""
        return self._do("case.close", row, {"reason": reason}, version, key)

    def credit(
        self,
        row: int,
        *,
        version: Version,
        credit: Mapping[str, Any],
        facts: Mapping[str, Any] | None = None,
        key: str = "",
    ) -> Done:
        """核实信用档案 / Verify the credit file."""
        return self._do("case.credit", row, {"credit": credit, "facts": facts}, version, key)

    def decline(
        self,
        row: int,
        *,
        version: Version,
        ground: Literal[
            "title", "status", "value", "credit", "cash_flow", "team", "purpose", "papers", "mode", "limit", "other"
        ],
        reason: str,
        hint: str | None = None,
        key: str = "",
    ) -> Done:
        """不通过 / Decline."""
        return self._do("case.decline", row, {"ground": ground, "reason": reason, "hint": hint}, version, key)

    def disburse(self, row: int, *, version: Version, key: str = "") -> Done:
        """批准放款 / Approve the disbursement."""
        return self._do("case.disburse", row, {}, version, key)

    def draft(
        self,
        *,
        lender: int,
        mode: str,
        amount: Decimal | str,
        term_months: int,
        method: Literal["level_payment", "equal_principal", "bullet", "interest_with_principal"] | None = None,
        cycle: Literal["1M", "3M", "6M", "1Y"] | None = None,
        purpose: str | None = None,
        rights: Sequence[int] | None = None,
        appraisal: int | None = None,
        appraisal_input: Mapping[str, Any] | None = None,
        facts: Mapping[str, Any] | None = None,
        credit: Mapping[str, Any] | None = None,
        key: str = "",
    ) -> Done:
        """起草融资申请 / Draft a case."""
        return self._do(
            "case.draft",
            None,
            {
                "lender": lender,
                "mode": mode,
                "amount": amount,
                "term_months": term_months,
                "method": method,
                "cycle": cycle,
                "purpose": purpose,
                "rights": rights,
                "appraisal": appraisal,
                "appraisal_input": appraisal_input,
                "facts": facts,
                "credit": credit,
            },
            None,
            key,
        )

    def edit(
        self,
        row: int,
        *,
        version: Version,
        lender: int,
        mode: str,
        amount: Decimal | str,
        term_months: int,
        method: Literal["level_payment", "equal_principal", "bullet", "interest_with_principal"] | None = None,
        cycle: Literal["1M", "3M", "6M", "1Y"] | None = None,
        purpose: str | None = None,
        rights: Sequence[int] | None = None,
        appraisal: int | None = None,
        appraisal_input: Mapping[str, Any] | None = None,
        facts: Mapping[str, Any] | None = None,
        credit: Mapping[str, Any] | None = None,
        as_described: bool | None = None,
        key: str = "",
    ) -> Done:
        """修改申请 / Change the case."""
        return self._do(
            "case.edit",
            row,
            {
                "lender": lender,
                "mode": mode,
                "amount": amount,
                "term_months": term_months,
                "method": method,
                "cycle": cycle,
                "purpose": purpose,
                "rights": rights,
                "appraisal": appraisal,
                "appraisal_input": appraisal_input,
                "facts": facts,
                "credit": credit,
                "as_described": as_described,
            },
            version,
            key,
        )

    def hand_over(self, row: int, *, version: Version, officer: int, reason: str, key: str = "") -> Done:
        """移交客户经理 / Transfer to another officer."""
        return self._do("case.hand_over", row, {"officer": officer, "reason": reason}, version, key)

    def limit_inputs(
        self,
        row: int,
        *,
        version: Version,
        contracts: Decimal | str | None = None,
        contracts_received: Decimal | str | None = None,
        contracts_source: str | None = None,
        replaces: Decimal | str | None = None,
        replaced_service: Decimal | str | None = None,
        security_kind: Literal["", "deposit", "real_estate", "receivables", "equipment", "stock"] | None = None,
        security_value: Decimal | str | None = None,
        security_prior: Decimal | str | None = None,
        security_of_third_party: bool | None = None,
        net_capital: Decimal | str | None = None,
        tier1: Decimal | str | None = None,
        exposure: Decimal | str | None = None,
        loans: Decimal | str | None = None,
        guarantor_net_assets: Decimal | str | None = None,
        guarantor_exposure: Decimal | str | None = None,
        more: Mapping[str, Any] | None = None,
        key: str = "",
    ) -> Done:
        """补充额度资料 / Add data for the credit limit."""
        return self._do(
            "case.limit_inputs",
            row,
            {
                "contracts": contracts,
                "contracts_received": contracts_received,
                "contracts_source": contracts_source,
                "replaces": replaces,
                "replaced_service": replaced_service,
                "security_kind": security_kind,
                "security_value": security_value,
                "security_prior": security_prior,
                "security_of_third_party": security_of_third_party,
                "net_capital": net_capital,
                "tier1": tier1,
                "exposure": exposure,
                "loans": loans,
                "guarantor_net_assets": guarantor_net_assets,
                "guarantor_exposure": guarantor_exposure,
                "more": more,
            },
            version,
            key,
        )

    def paper(self, row: int, *, version: Version, kind: str, key: str = "") -> Done:
        """生成文件 / Create a document."""
        return self._do("case.paper", row, {"kind": kind}, version, key)

    def return_(self, row: int, *, version: Version, reason: str, bring: str, key: str = "") -> Done:
        """退回补充 / Return to the firm."""
        return self._do("case.return", row, {"reason": reason, "bring": bring}, version, key)

    def review(
        self, row: int, *, version: Version, annual_rate: Decimal | str | None = None, key: str = ""
    ) -> Done:
        """测算额度和报价 / Calculate credit limit and quote."""
        return self._do("case.review", row, {"annual_rate": annual_rate}, version, key)

    def score(
        self,
        row: int,
        *,
        version: Version,
        right: int,
        system: str | None = None,
        answers: Mapping[str, Any] | None = None,
        key: str = "",
    ) -> Done:
        """填写权利指标 / Enter the indicators of a right."""
        return self._do("case.score", row, {"right": right, "system": system, "answers": answers}, version, key)

    def send_back(self, row: int, *, version: Version, reason: str, key: str = "") -> Done:
        """退回调查 / Send back to due diligence."""
        return self._do("case.send_back", row, {"reason": reason}, version, key)

    def sign(self, row: int, *, version: Version, code: str, key: str = "") -> Done:
        """一次签署全部合同 / Sign all contracts."""
        return self._do("case.sign", row, {"code": code}, version, key)

    def submit(self, row: int, *, version: Version, agreed: bool | None = None, key: str = "") -> Done:
        """提交申请 / Submit the case."""
        return self._do("case.submit", row, {"agreed": agreed}, version, key)

    def submit_for_approval(
        self,
        row: int,
        *,
        version: Version,
        amount: Decimal | str,
        opinion: str,
        despite: str | None = None,
        key: str = "",
    ) -> Done:
        """报审批 / Submit for approval."""
        return self._do(
            "case.submit_for_approval",
            row,
            {"amount": amount, "opinion": opinion, "despite": despite},
            version,
            key,
        )

    def withdraw(self, row: int, *, version: Version, reason: str, key: str = "") -> Done:
        """撤回申请 / Withdraw the case."""
        return self._do("case.withdraw", row, {"reason": reason}, version, key)


class CheckOperations(Group):
    """Operations ``check.*``."""

    def do(
        self,
        row: int,
        *,
        version: Version,
        finding: str,
        outcome: Literal["done", "waived"] | None = None,
        verdict: Literal["clear", "notable", "adverse"] | None = None,
        cost: Decimal | str | None = None,
        unusual: str | None = None,
        file: str | None = None,
        law_firm: str | None = None,
        commissioned_on: date | str | None = None,
        done_on: date | str | None = None,
        paid_by: Literal["pledgor", "pledgee", "both"] | None = None,
        title_finding: Literal["clear", "curable", "defective"] | None = None,
        key: str = "",
    ) -> Done:
        """完成调查项 / Complete the investigation item."""
        return self._do(
            "check.do",
            row,
            {
                "outcome": outcome,
                "verdict": verdict,
                "finding": finding,
                "cost": cost,
                "unusual": unusual,
                "file": file,
                "law_firm": law_firm,
                "commissioned_on": commissioned_on,
                "done_on": done_on,
                "paid_by": paid_by,
                "title_finding": title_finding,
            },
            version,
            key,
        )


class ConditionOperations(Group):
    """Operations ``condition.*``."""

    def settle(
        self, row: int, *, version: Version, item: str, finding: str, file: str | None = None, key: str = ""
    ) -> Done:
        """落实批复条件 / Settle an outstanding item."""
        return self._do("condition.settle", row, {"item": item, "finding": finding, "file": file}, version, key)

    def waive(self, row: int, *, version: Version, condition: str, reason: str, key: str = "") -> Done:
        """豁免放款条件 / Waive a condition."""
        return self._do("condition.waive", row, {"condition": condition, "reason": reason}, version, key)


class ConsentOperations(Group):
    """Operations ``consent.*``."""

    def give(
        self, *, to: int, scope: Literal["rights", "appraisals"], purpose: str, until: date | str, key: str = ""
    ) -> Done:
        """授权查看 / Give consent."""
        return self._do(
            "consent.give", None, {"to": to, "scope": scope, "purpose": purpose, "until": until}, None, key
        )

    def revoke(self, row: int, *, version: Version, key: str = "") -> Done:
        """收回授权 / Revoke the consent."""
        return self._do("consent.revoke", row, {}, version, key)


class ContractOperations(Group):
    """Operations ``contract.*``."""

    def issue(
        self,
        row: int,
        *,
        version: Version,
        start: date | str,
        annual_rate: Decimal | str | None = None,
        overdue_uplift: Decimal | str | None = None,
        misuse_uplift: Decimal | str | None = None,
        rate_kind: Literal["fixed", "lpr_one_year", "lpr_over_five_years"] | None = None,
        spread_bp: Decimal | str | None = None,
        reset: Literal["", "1M", "3M", "6M", "1Y"] | None = None,
        shift: Literal["following", "modified_following", "preceding", "none"] | None = None,
        end_shift: Literal["", "following", "modified_following", "preceding", "none"] | None = None,
        interest_to_shifted: bool | None = None,
        day_count: Literal["", "monthly", "act_360", "act_365", "30_360"] | None = None,
        first_due: date | str | None = None,
        first_period: Literal["levelled", "on_top"] | None = None,
        grace_days: int | None = None,
        instalment: Decimal | str | None = None,
        slow_cash_cycle: str | None = None,
        maximum_amount: Decimal | str | None = None,
        claims_until: date | str | None = None,
        dispute: Literal["court", "arbitration"] | None = None,
        arbitration_body: str | None = None,
        mediator: str | None = None,
        guarantee_months: int | None = None,
        compounds: bool | None = None,
        compound_rate: Literal["penalty", "contract"] | None = None,
        excess: Literal["prepay_reduce", "prepay_shorten", "hold"] | None = None,
        agreed_value: Decimal | str | None = None,
        agency: str | None = None,
        with_english: bool | None = None,
        firm_account: str | None = None,
        lender_account: str | None = None,
        key: str = "",
    ) -> Done:
        """出合同 / Issue the contracts."""
        return self._do(
            "contract.issue",
            row,
            {
                "start": start,
                "annual_rate": annual_rate,
                "overdue_uplift": overdue_uplift,
                "misuse_uplift": misuse_uplift,
                "rate_kind": rate_kind,
                "spread_bp": spread_bp,
                "reset": reset,
                "shift": shift,
                "end_shift": end_shift,
                "interest_to_shifted": interest_to_shifted,
                "day_count": day_count,
                "first_due": first_due,
                "first_period": first_period,
                "grace_days": grace_days,
                "instalment": instalment,
                "slow_cash_cycle": slow_cash_cycle,
                "maximum_amount": maximum_amount,
                "claims_until": claims_until,
                "dispute": dispute,
                "arbitration_body": arbitration_body,
                "mediator": mediator,
                "guarantee_months": guarantee_months,
                "compounds": compounds,
                "compound_rate": compound_rate,
                "excess": excess,
                "agreed_value": agreed_value,
                "agency": agency,
                "with_english": with_english,
                "firm_account": firm_account,
                "lender_account": lender_account,
            },
            version,
            key,
        )


class ExemptionOperations(Group):
    """Operations ``exemption.*``."""

    def assemble(self, row: int, *, version: Version, key: str = "") -> Done:
        """汇编尽职免责档案 / Assemble the exemption file."""
        return self._do("exemption.assemble", row, {}, version, key)

    def decide(
        self,
        row: int,
        *,
        version: Version,
        outcome: Literal["exempt", "partly", "liable"],
        reason: str,
        key: str = "",
    ) -> Done:
        """认定是否尽职免责 / Decide on the exemption."""
        return self._do("exemption.decide", row, {"outcome": outcome, "reason": reason}, version, key)


class FileOperations(Group):
    """Operations ``file.*``."""

    def add(
        self,
        *,
        subject: str,
        paper: Literal[
            "certificate",
            "register_extract",
            "fee_receipt",
            "licence",
            "co_owner_consent",
            "business_licence",
            "articles",
            "accounts",
            "tax",
            "credit_report",
            "contract",
            "other",
        ],
        file: str,
        key: str = "",
    ) -> Done:
        """添加文件 / Add a document."""
        return self._do("file.add", None, {"subject": subject, "paper": paper, "file": file}, None, key)

    def remove(self, row: int, *, version: Version, key: str = "") -> Done:
        """删除文件 / Remove the document."""
        return self._do("file.remove", row, {}, version, key)


class FilingOperations(Group):
    """Operations ``filing.*``."""

    def check(
        self,
        row: int,
        *,
        version: Version,
        filing: int,
        agrees: bool | None = None,
        finding: str | None = None,
        key: str = "",
    ) -> Done:
        """核对登记结果 / Check the result."""
        return self._do("filing.check", row, {"filing": filing, "agrees": agrees, "finding": finding}, version, key)

    def file(self, row: int, *, version: Version, key: str = "") -> Done:
        """提交质押登记 / File the registration."""
        return self._do("filing.file", row, {}, version, key)

    def prepare(
        self,
        row: int,
        *,
        version: Version,
        role: Literal["mirror", "record"] | None = None,
        pilot_basis: str | None = None,
        agency: str | None = None,
        papers: Sequence[
            Literal[
                "form",
                "main_contract",
                "pledge_contract",
                "identity",
                "identity_or_commitment",
                "commitment",
                "certificate_copies",
                "power_of_attorney",
                "co_owner_consent",
                "prior_licences",
                "valuation_report",
            ]
        ]
        | None = None,
        is_online: bool | None = None,
        related_marks: str | None = None,
        wants_despite_same_day_invention: bool | None = None,
        wants_despite_invalidation: bool | None = None,
        key: str = "",
    ) -> Done:
        """准备质押登记 / Prepare the registration."""
        return self._do(
            "filing.prepare",
            row,
            {
                "role": role,
                "pilot_basis": pilot_basis,
                "agency": agency,
                "papers": papers,
                "is_online": is_online,
                "related_marks": related_marks,
                "wants_despite_same_day_invention": wants_despite_same_day_invention,
                "wants_despite_invalidation": wants_despite_invalidation,
            },
            version,
            key,
        )

    def record(
        self,
        row: int,
        *,
        version: Version,
        filing: int,
        authority_number: str,
        day: date | str,
        certificate: str,
        authority: str | None = None,
        key: str = "",
    ) -> Done:
        """记录登记结果 / Record the result."""
        return self._do(
            "filing.record",
            row,
            {
                "filing": filing,
                "authority": authority,
                "authority_number": authority_number,
                "day": day,
                "certificate": certificate,
            },
            version,
            key,
        )

    def withdraw(self, row: int, *, version: Version, reason: str, key: str = "") -> Done:
        """撤回质押登记申请 / Withdraw the filing."""
        return self._do("filing.withdraw", row, {"reason": reason}, version, key)


class FirmOperations(Group):
    """Operations ``firm.*``."""

    def describe(
        self,
        row: int,
        *,
        version: Version,
        facts: Mapping[str, Any] | None = None,
        credit: Mapping[str, Any] | None = None,
        key: str = "",
    ) -> Done:
        """填写企业情况 / Complete the firm profile."""
        return self._do("firm.describe", row, {"facts": facts, "credit": credit}, version, key)

    def register(
        self,
        *,
        code: str,
        name: str,
        region: str,
        registered_on: date | str,
        legal_representative: str,
        address: str | None = None,
        phone: str | None = None,
        key: str = "",
    ) -> Done:
        """登记企业 / Register your firm."""
        return self._do(
            "firm.register",
            None,
            {
                "code": code,
                "name": name,
                "region": region,
                "registered_on": registered_on,
                "legal_representative": legal_representative,
                "address": address,
                "phone": phone,
            },
            None,
            key,
        )


class GuaranteeOperations(Group):
    """Operations ``guarantee.*``."""

    def decline(
        self,
        row: int,
        *,
        version: Version,
        ground: Literal[
            "title", "status", "value", "credit", "cash_flow", "team", "purpose", "papers", "mode", "limit", "other"
        ],
        reason: str,
        key: str = "",
    ) -> Done:
        """不同意担保 / Decline the guarantee."""
        return self._do("guarantee.decline", row, {"ground": ground, "reason": reason}, version, key)

    def grant(self, row: int, *, version: Version, opinion: str, key: str = "") -> Done:
        """同意担保 / Grant the guarantee."""
        return self._do("guarantee.grant", row, {"opinion": opinion}, version, key)

    def request(
        self,
        row: int,
        *,
        version: Version,
        guarantor: int,
        amount: Decimal | str,
        share: Decimal | str,
        fee_rate: Decimal | str,
        unusual: str | None = None,
        key: str = "",
    ) -> Done:
        """申请担保 / Request a guarantee."""
        return self._do(
            "guarantee.request",
            row,
            {"guarantor": guarantor, "amount": amount, "share": share, "fee_rate": fee_rate, "unusual": unusual},
            version,
            key,
        )

    def review(
        self,
        row: int,
        *,
        version: Version,
        counter_guarantee: str,
        opinion: str,
        group: str | None = None,
        key: str = "",
    ) -> Done:
        """担保审查 / Review the request."""
        return self._do(
            "guarantee.review",
            row,
            {"counter_guarantee": counter_guarantee, "group": group, "opinion": opinion},
            version,
            key,
        )

    def take_off(self, row: int, *, version: Version, reason: str, key: str = "") -> Done:
        """撤销担保请求 / Withdraw the guarantee request."""
        return self._do("guarantee.take_off", row, {"reason": reason}, version, key)

    def withdraw(self, row: int, *, version: Version, reason: str, key: str = "") -> Done:
        """撤回担保 / Withdraw the guarantee."""
        return self._do("guarantee.withdraw", row, {"reason": reason}, version, key)


class GuarantorOperations(Group):
    """Operations ``guarantor.*``."""

    def figures(
        self,
        *,
        as_of: date | str,
        net_assets: Decimal | str,
        source: str,
        is_mainly_small: bool | None = None,
        key: str = "",
    ) -> Done:
        """填报净资产 / Report net assets."""
        return self._do(
            "guarantor.figures",
            None,
            {"as_of": as_of, "net_assets": net_assets, "is_mainly_small": is_mainly_small, "source": source},
            None,
            key,
        )


class ImportOperations(Group):
    """Operations ``import.*``."""

    def cancel(self, row: int, *, version: Version, key: str = "") -> Done:
        """取消导入 / Cancel the import."""
        return self._do("import.cancel", row, {}, version, key)

    def confirm(self, row: int, *, version: Version, overwrite: bool | None = None, key: str = "") -> Done:
        """确认录入 / Confirm the import."""
        return self._do("import.confirm", row, {"overwrite": overwrite}, version, key)

    def retry(self, row: int, *, version: Version, key: str = "") -> Done:
        """重新处理 / Retry."""
        return self._do("import.retry", row, {}, version, key)


class InsuranceOperations(Group):
    """Operations ``insurance.*``."""

    def record(
        self, row: int, *, version: Version, insurer: str, policy: str, until: date | str, file: str, key: str = ""
    ) -> Done:
        """登记保单 / Record the policy."""
        return self._do(
            "insurance.record",
            row,
            {"insurer": insurer, "policy": policy, "until": until, "file": file},
            version,
            key,
        )


class InvitationOperations(Group):
    """Operations ``invitation.*``."""

    def accept(self, row: int, *, version: Version, key: str = "") -> Done:
        """接受邀请 / Accept the invitation."""
        return self._do("invitation.accept", row, {}, version, key)

    def decline(self, row: int, *, version: Version, key: str = "") -> Done:
        """谢绝邀请 / Decline the invitation."""
        return self._do("invitation.decline", row, {}, version, key)

    def withdraw(self, row: int, *, version: Version, key: str = "") -> Done:
        """撤回邀请 / Withdraw the invitation."""
        return self._do("invitation.withdraw", row, {}, version, key)


class LimitOperations(Group):
    """Operations ``limit.*``."""

    def remove(self, row: int, *, version: Version, key: str = "") -> Done:
        """取消限额 / Remove the limit."""
        return self._do("limit.remove", row, {}, version, key)

    def set(
        self,
        *,
        scope: Literal["portfolio", "firm", "mode", "region"],
        amount: Decimal | str,
        value: str | None = None,
        key: str = "",
    ) -> Done:
        """设定限额 / Set a limit."""
        return self._do("limit.set", None, {"scope": scope, "value": value, "amount": amount}, None, key)


class LineOperations(Group):
    """Operations ``line.*``."""

    def confirm(self, row: int, *, version: Version, key: str = "") -> Done:
        """确认入账 / Confirm."""
        return self._do("line.confirm", row, {}, version, key)

    def divide(
        self,
        row: int,
        *,
        version: Version,
        parts: str,
        payer: Literal["firm", "guarantor", "fund", "insurer", "operator", "plan"] | None = None,
        key: str = "",
    ) -> Done:
        """分配至多笔贷款 / Allocate to several loans."""
        return self._do("line.divide", row, {"parts": parts, "payer": payer}, version, key)

    def ignore(self, row: int, *, version: Version, reason: str, key: str = "") -> Done:
        """与贷款无关 / Not related to a loan."""
        return self._do("line.ignore", row, {"reason": reason}, version, key)

    def match(
        self,
        row: int,
        *,
        version: Version,
        loan: str,
        kind: Literal["release", "repayment", "refund"],
        payer: Literal["firm", "guarantor", "fund", "insurer", "operator", "plan"] | None = None,
        key: str = "",
    ) -> Done:
        """匹配到贷款 / Match to a loan."""
        return self._do("line.match", row, {"loan": loan, "kind": kind, "payer": payer}, version, key)

    def reopen(self, row: int, *, version: Version, key: str = "") -> Done:
        """重新匹配 / Match again."""
        return self._do("line.reopen", row, {}, version, key)

    def undo(self, row: int, *, version: Version, key: str = "") -> Done:
        """撤销匹配 / Undo the match."""
        return self._do("line.undo", row, {}, version, key)


class LoanOperations(Group):
    """Operations ``loan.*``."""

    def cancel_disbursement(self, row: int, *, version: Version, reason: str, key: str = "") -> Done:
        """取消放款 / Cancel the disbursement."""
        return self._do("loan.cancel_disbursement", row, {"reason": reason}, version, key)

    def paper(self, row: int, *, version: Version, kind: str, key: str = "") -> Done:
        """出具对账单或通知 / Issue a statement or notice."""
        return self._do("loan.paper", row, {"kind": kind}, version, key)


class LockoutOperations(Group):
    """Operations ``lockout.*``."""

    def release(self, *, username: str, reason: str, key: str = "") -> Done:
        """解除锁定 / Remove the lock-out."""
        return self._do("lockout.release", None, {"username": username, "reason": reason}, None, key)


class MandateOperations(Group):
    """Operations ``mandate.*``."""

    def end(self, row: int, *, version: Version, key: str = "") -> Done:
        """终止委托 / End the mandate."""
        return self._do("mandate.end", row, {}, version, key)

    def give(
        self,
        *,
        agent: int,
        operations: Sequence[str],
        until: date | str,
        most: Decimal | str | None = None,
        key: str = "",
    ) -> Done:
        """委托代理 / Give a mandate."""
        return self._do(
            "mandate.give",
            None,
            {"agent": agent, "operations": operations, "most": most, "until": until},
            None,
            key,
        )


class MemberOperations(Group):
    """Operations ``member.*``."""

    def add(
        self,
        row: int,
        *,
        version: Version,
        email: str,
        roles: Sequence[
            Literal[
                "firm.manager",
                "firm.clerk",
                "lender.officer",
                "lender.reviewer",
                "lender.approver",
                "lender.cashier",
                "lender.manager",
                "guarantor.officer",
                "guarantor.approver",
                "insurer.officer",
                "fund.officer",
                "agency.appraiser",
                "agency.reviewer",
                "operator.agent",
                "registry.registrar",
                "platform.system",
                "platform.security",
                "platform.audit",
            ]
        ],
        key: str = "",
    ) -> Done:
        """添加成员 / Add a member."""
        return self._do("member.add", row, {"email": email, "roles": roles}, version, key)

    def remove(self, row: int, *, version: Version, key: str = "") -> Done:
        """移除成员 / Remove the member."""
        return self._do("member.remove", row, {}, version, key)


class MessageOperations(Group):
    """Operations ``message.*``."""

    def answer(self, row: int, *, version: Version, answer: str, key: str = "") -> Done:
        """答复 / Answer."""
        return self._do("message.answer", row, {"answer": answer}, version, key)


class ObjectionOperations(Group):
    """Operations ``objection.*``."""

    def make(self, *, subject: str, text: str, key: str = "") -> Done:
        """提出异议 / Object."""
        return self._do("objection.make", None, {"subject": subject, "text": text}, None, key)


class OrganisationOperations(Group):
    """Operations ``organisation.*``."""

    def confirm(self, row: int, *, version: Version, licence: str | None = None, key: str = "") -> Done:
        """确认企业 / Confirm the firm."""
        return self._do("organisation.confirm", row, {"licence": licence}, version, key)

    def describe(
        self,
        row: int,
        *,
        version: Version,
        address: str | None = None,
        legal_representative: str | None = None,
        phone: str | None = None,
        key: str = "",
    ) -> Done:
        """填写住所和负责人 / Address and representative."""
        return self._do(
            "organisation.describe",
            row,
            {"address": address, "legal_representative": legal_representative, "phone": phone},
            version,
            key,
        )

    def enter(
        self,
        *,
        kind: Literal[
            "firm", "lender", "guarantor", "insurer", "fund", "agency", "operator", "registry", "platform"
        ],
        code: str,
        name: str,
        region: str,
        address: str | None = None,
        legal_representative: str | None = None,
        phone: str | None = None,
        key: str = "",
    ) -> Done:
        """录入机构 / Register an organisation."""
        return self._do(
            "organisation.enter",
            None,
            {
                "kind": kind,
                "code": code,
                "name": name,
                "region": region,
                "address": address,
                "legal_representative": legal_representative,
                "phone": phone,
            },
            None,
            key,
        )

    def refuse(self, row: int, *, version: Version, reason: str, key: str = "") -> Done:
        """不予确认 / Do not confirm."""
        return self._do("organisation.refuse", row, {"reason": reason}, version, key)

    def suspend(self, row: int, *, version: Version, key: str = "") -> Done:
        """停用 / Suspend."""
        return self._do("organisation.suspend", row, {}, version, key)


class PaperOperations(Group):
    """Operations ``paper.*``."""

    def check_scan(
        self, row: int, *, version: Version, agrees: bool | None = None, finding: str | None = None, key: str = ""
    ) -> Done:
        """核对扫描件 / Check the scan."""
        return self._do("paper.check_scan", row, {"agrees": agrees, "finding": finding}, version, key)

    def scan(self, row: int, *, version: Version, file: str, key: str = "") -> Done:
        """上传盖章扫描件 / Upload a sealed scan."""
        return self._do("paper.scan", row, {"file": file}, version, key)

    def sign(self, row: int, *, version: Version, code: str, sha256: str | None = None, key: str = "") -> Done:
        """签署 / Sign."""
        return self._do("paper.sign", row, {"code": code, "sha256": sha256}, version, key)


class PaymentOperations(Group):
    """Operations ``payment.*``."""

    def confirm_reversal(self, row: int, *, version: Version, key: str = "") -> Done:
        """确认冲正 / Confirm the reversal."""
        return self._do("payment.confirm_reversal", row, {}, version, key)

    def keep(self, row: int, *, version: Version, key: str = "") -> Done:
        """不冲正 / Do not reverse."""
        return self._do("payment.keep", row, {}, version, key)

    def reverse(self, row: int, *, version: Version, reason: str, key: str = "") -> Done:
        """申请冲正 / Request a reversal."""
        return self._do("payment.reverse", row, {"reason": reason}, version, key)


class PolicyOperations(Group):
    """Operations ``policy.*``."""

    def approve(self, row: int, *, version: Version, opinion: str, key: str = "") -> Done:
        """批准 / Approve."""
        return self._do("policy.approve", row, {"opinion": opinion}, version, key)

    def draft(
        self,
        *,
        title: str,
        valid_from: date | str,
        reason: str,
        region: str | None = None,
        rules: str | None = None,
        modes: Sequence[str] | None = None,
        key: str = "",
    ) -> Done:
        """起草政策 / Draft a policy."""
        return self._do(
            "policy.draft",
            None,
            {
                "title": title,
                "valid_from": valid_from,
                "region": region,
                "reason": reason,
                "rules": rules,
                "modes": modes,
            },
            None,
            key,
        )

    def edit(
        self,
        row: int,
        *,
        version: Version,
        title: str,
        valid_from: date | str,
        reason: str,
        region: str | None = None,
        rules: str | None = None,
        modes: Sequence[str] | None = None,
        key: str = "",
    ) -> Done:
        """修改草稿 / Edit the draft."""
        return self._do(
            "policy.edit",
            row,
            {
                "title": title,
                "valid_from": valid_from,
                "region": region,
                "reason": reason,
                "rules": rules,
                "modes": modes,
            },
            version,
            key,
        )

    def reject(self, row: int, *, version: Version, opinion: str, key: str = "") -> Done:
        """不批准 / Reject."""
        return self._do("policy.reject", row, {"opinion": opinion}, version, key)

    def set_rule(
        self,
        row: int,
        *,
        version: Version,
        rule: str,
        value: str,
        document: str,
        article: str | None = None,
        key: str = "",
    ) -> Done:
        """设定一条规则 / Set a rule."""
        return self._do(
            "policy.set_rule",
            row,
            {"rule": rule, "value": value, "document": document, "article": article},
            version,
            key,
        )

    def submit(self, row: int, *, version: Version, key: str = "") -> Done:
        """提交批准 / Submit for approval."""
        return self._do("policy.submit", row, {}, version, key)

    def withdraw(self, row: int, *, version: Version, key: str = "") -> Done:
        """撤回 / Withdraw."""
        return self._do("policy.withdraw", row, {}, version, key)


class RegistrationOperations(Group):
    """Operations ``registration.*``."""

    def amend(
        self,
        *,
        registration: int,
        changed_on: date | str,
        claim_kind: Literal["", "loan", "counter_guarantee", "maximum_amount", "other"] | None = None,
        claim_amount: Decimal | str | None = None,
        debt_start: date | str | None = None,
        debt_end: date | str | None = None,
        pledgee_name: str | None = None,
        pledgor_name: str | None = None,
        key: str = "",
    ) -> Done:
        """变更登记 / Amend."""
        return self._do(
            "registration.amend",
            None,
            {
                "registration": registration,
                "claim_kind": claim_kind,
                "claim_amount": claim_amount,
                "debt_start": debt_start,
                "debt_end": debt_end,
                "pledgee_name": pledgee_name,
                "pledgor_name": pledgor_name,
                "changed_on": changed_on,
            },
            None,
            key,
        )

    def correct(
        self,
        *,
        registration: int,
        reason: str,
        claim_kind: Literal["", "loan", "counter_guarantee", "maximum_amount", "other"] | None = None,
        claim_amount: Decimal | str | None = None,
        debt_start: date | str | None = None,
        debt_end: date | str | None = None,
        pledgee_name: str | None = None,
        pledgor_name: str | None = None,
        key: str = "",
    ) -> Done:
        """更正登记 / Correct."""
        return self._do(
            "registration.correct",
            None,
            {
                "registration": registration,
                "claim_kind": claim_kind,
                "claim_amount": claim_amount,
                "debt_start": debt_start,
                "debt_end": debt_end,
                "pledgee_name": pledgee_name,
                "pledgor_name": pledgor_name,
                "reason": reason,
            },
            None,
            key,
        )

    def court_order(
        self,
        *,
        order: str,
        action: Literal["freeze", "renew", "unfreeze"],
        registration: int | None = None,
        right: str | None = None,
        lifts: str | None = None,
        ends_on: date | str | None = None,
        purpose: Literal["preservation", "execution"] | None = None,
        key: str = "",
    ) -> Done:
        """法院文书 / Court order."""
        return self._do(
            "registration.court_order",
            None,
            {
                "order": order,
                "action": action,
                "registration": registration,
                "right": right,
                "lifts": lifts,
                "ends_on": ends_on,
                "purpose": purpose,
            },
            None,
            key,
        )

    def discharge(self, *, registration: int, reason: str, key: str = "") -> Done:
        """注销登记 / Discharge."""
        return self._do("registration.discharge", None, {"registration": registration, "reason": reason}, None, key)

    def examine(
        self,
        *,
        registration: int,
        resolved: Mapping[str, Any] | None = None,
        extracts: str | None = None,
        key: str = "",
    ) -> Done:
        """审查 / Examine."""
        return self._do(
            "registration.examine",
            None,
            {"registration": registration, "resolved": resolved, "extracts": extracts},
            None,
            key,
        )

    def extend(self, *, registration: int, debt_end: date | str, key: str = "") -> Done:
        """延期 / Extend."""
        return self._do(
            "registration.extend", None, {"registration": registration, "debt_end": debt_end}, None, key
        )

    def file(self, *, file: str, key: str = "") -> Done:
        """受理申请 / Accept a filing."""
        return self._do("registration.file", None, {"file": file}, None, key)

    def reconcile(self, *, authority: str, file: str, is_complete: bool | None = None, key: str = "") -> Done:
        """与登记机关核对 / Reconcile with an authority."""
        return self._do(
            "registration.reconcile",
            None,
            {"authority": authority, "file": file, "is_complete": is_complete},
            None,
            key,
        )

    def record_authority(
        self,
        *,
        registration: int,
        authority: str,
        authority_number: str,
        day: date | str,
        file: str | None = None,
        certificate: str | None = None,
        key: str = "",
    ) -> Done:
        """记载登记机关登记号 / Record the authority's registration number."""
        return self._do(
            "registration.record_authority",
            None,
            {
                "registration": registration,
                "authority": authority,
                "authority_number": authority_number,
                "day": day,
                "file": file,
                "certificate": certificate,
            },
            None,
            key,
        )

    def register(self, *, registration: int, resolved: Mapping[str, Any] | None = None, key: str = "") -> Done:
        """登记 / Register."""
        return self._do(
            "registration.register", None, {"registration": registration, "resolved": resolved}, None, key
        )

    def release_part(
        self,
        *,
        registration: int,
        rights: str | None = None,
        claim_amount: Decimal | str | None = None,
        key: str = "",
    ) -> Done:
        """部分注销 / Release part of the pledge."""
        return self._do(
            "registration.release_part",
            None,
            {"registration": registration, "rights": rights, "claim_amount": claim_amount},
            None,
            key,
        )

    def revoke(self, *, registration: int, reason: str, key: str = "") -> Done:
        """撤销登记 / Revoke."""
        return self._do("registration.revoke", None, {"registration": registration, "reason": reason}, None, key)

    def submit(self, *, registration: int, key: str = "") -> Done:
        """提交申请 / Submit the filing."""
        return self._do("registration.submit", None, {"registration": registration}, None, key)

    def transfer(self, *, registration: int, name: str, code: str, basis: str | None = None, key: str = "") -> Done:
        """债权转让 / Transfer the claim."""
        return self._do(
            "registration.transfer",
            None,
            {"registration": registration, "name": name, "code": code, "basis": basis},
            None,
            key,
        )

    def withdraw(self, *, registration: int, reason: str, key: str = "") -> Done:
        """撤回申请 / Withdraw the filing."""
        return self._do("registration.withdraw", None, {"registration": registration, "reason": reason}, None, key)


class RightOperations(Group):
    """Operations ``right.*``."""

    def add(
        self,
        *,
        title: str,
        kind: Literal[
            "invention",
            "utility_model",
            "design",
            "trademark",
            "copyright",
            "software",
            "layout_design",
            "plant_variety",
            "trade_name",
            "trade_secret",
            "data_ip",
        ],
        number: str | None = None,
        filing_date: date | str | None = None,
        grant_date: date | str | None = None,
        registration_date: date | str | None = None,
        publication_date: date | str | None = None,
        creation_date: date | str | None = None,
        first_use_date: date | str | None = None,
        author_death_date: date | str | None = None,
        fee_paid_through_year: int | None = None,
        publication_number: str | None = None,
        term_end_date: date | str | None = None,
        goods_classes: str | None = None,
        same_day_invention: bool | None = None,
        vine_or_tree: bool | None = None,
        holders: str | None = None,
        status: Literal["", "pending", "refused", "withdrawn", "in_force", "lapsed", "invalidated", "expired"]
        | None = None,
        ended_date: date | str | None = None,
        flags: Sequence[Literal["pledged", "frozen", "invalidation_pending", "in_dispute"]] | None = None,
        role: Literal["core", "defensive", "offensive", "general"] | None = None,
        co_owners_agreed_freely: bool | None = None,
        licences: str | None = None,
        provenance: str | None = None,
        key: str = "",
    ) -> Done:
        """录入权利 / Add a right."""
        return self._do(
            "right.add",
            None,
            {
                "title": title,
                "number": number,
                "filing_date": filing_date,
                "grant_date": grant_date,
                "registration_date": registration_date,
                "publication_date": publication_date,
                "creation_date": creation_date,
                "first_use_date": first_use_date,
                "author_death_date": author_death_date,
                "fee_paid_through_year": fee_paid_through_year,
                "publication_number": publication_number,
                "term_end_date": term_end_date,
                "goods_classes": goods_classes,
                "same_day_invention": same_day_invention,
                "vine_or_tree": vine_or_tree,
                "holders": holders,
                "status": status,
                "ended_date": ended_date,
                "flags": flags,
                "role": role,
                "co_owners_agreed_freely": co_owners_agreed_freely,
                "licences": licences,
                "provenance": provenance,
                "kind": kind,
            },
            None,
            key,
        )

    def edit(
        self,
        row: int,
        *,
        version: Version,
        title: str,
        number: str | None = None,
        filing_date: date | str | None = None,
        grant_date: date | str | None = None,
        registration_date: date | str | None = None,
        publication_date: date | str | None = None,
        creation_date: date | str | None = None,
        first_use_date: date | str | None = None,
        author_death_date: date | str | None = None,
        fee_paid_through_year: int | None = None,
        publication_number: str | None = None,
        term_end_date: date | str | None = None,
        goods_classes: str | None = None,
        same_day_invention: bool | None = None,
        vine_or_tree: bool | None = None,
        holders: str | None = None,
        status: Literal["", "pending", "refused", "withdrawn", "in_force", "lapsed", "invalidated", "expired"]
        | None = None,
        ended_date: date | str | None = None,
        flags: Sequence[Literal["pledged", "frozen", "invalidation_pending", "in_dispute"]] | None = None,
        role: Literal["core", "defensive", "offensive", "general"] | None = None,
        co_owners_agreed_freely: bool | None = None,
        licences: str | None = None,
        provenance: str | None = None,
        key: str = "",
    ) -> Done:
        """修改权利 / Change the right."""
        return self._do(
            "right.edit",
            row,
            {
                "title": title,
                "number": number,
                "filing_date": filing_date,
                "grant_date": grant_date,
                "registration_date": registration_date,
                "publication_date": publication_date,
                "creation_date": creation_date,
                "first_use_date": first_use_date,
                "author_death_date": author_death_date,
                "fee_paid_through_year": fee_paid_through_year,
                "publication_number": publication_number,
                "term_end_date": term_end_date,
                "goods_classes": goods_classes,
                "same_day_invention": same_day_invention,
                "vine_or_tree": vine_or_tree,
                "holders": holders,
                "status": status,
                "ended_date": ended_date,
                "flags": flags,
                "role": role,
                "co_owners_agreed_freely": co_owners_agreed_freely,
                "licences": licences,
                "provenance": provenance,
            },
            version,
            key,
        )

    def import_(
        self,
        *,
        file: str,
        dry_run: bool | None = None,
        overwrite: bool | None = None,
        columns: str | None = None,
        keep_columns: bool | None = None,
        key: str = "",
    ) -> Done:
        """导入权利清单 / Import a list of rights."""
        return self._do(
            "right.import",
            None,
            {
                "file": file,
                "dry_run": dry_run,
                "overwrite": overwrite,
                "columns": columns,
                "keep_columns": keep_columns,
            },
            None,
            key,
        )

    def recheck(self, row: int, *, version: Version, key: str = "") -> Done:
        """按今天重新核对 / Check as of today."""
        return self._do("right.recheck", row, {}, version, key)

    def remove(self, row: int, *, version: Version, key: str = "") -> Done:
        """移出权利 / Remove the right."""
        return self._do("right.remove", row, {}, version, key)


class SessionOperations(Group):
    """Operations ``session.*``."""

    def end_all(self, *, account: int, key: str = "") -> Done:
        """结束全部登录 / End all sessions."""
        return self._do("session.end_all", None, {"account": account}, None, key)


class StatementOperations(Group):
    """Operations ``statement.*``."""

    def import_(
        self,
        *,
        file: str,
        account_number: str,
        dry_run: bool | None = None,
        columns: str | None = None,
        keep_columns: bool | None = None,
        key: str = "",
    ) -> Done:
        """导入银行流水 / Import a statement."""
        return self._do(
            "statement.import",
            None,
            {
                "file": file,
                "account_number": account_number,
                "dry_run": dry_run,
                "columns": columns,
                "keep_columns": keep_columns,
            },
            None,
            key,
        )


class TeamOperations(Group):
    """Operations ``team.*``."""

    def rate(
        self,
        row: int,
        *,
        version: Version,
        market_points: Literal[1, 2, 3, 4, 5] | None = None,
        market_evidence: str | None = None,
        delivery_points: Literal[1, 2, 3, 4, 5] | None = None,
        delivery_evidence: str | None = None,
        technology_points: Literal[1, 2, 3, 4, 5] | None = None,
        technology_evidence: str | None = None,
        finance_points: Literal[1, 2, 3, 4, 5] | None = None,
        finance_evidence: str | None = None,
        ip_management_points: Literal[1, 2, 3, 4, 5] | None = None,
        ip_management_evidence: str | None = None,
        continuity_points: Literal[1, 2, 3, 4, 5] | None = None,
        continuity_evidence: str | None = None,
        openness_points: Literal[1, 2, 3, 4, 5] | None = None,
        openness_evidence: str | None = None,
        setbacks_points: Literal[1, 2, 3, 4, 5] | None = None,
        setbacks_evidence: str | None = None,
        independent: bool | None = None,
        rated_alone: bool | None = None,
        key: str = "",
    ) -> Done:
        """评定经营团队 / Assess the team."""
        return self._do(
            "team.rate",
            row,
            {
                "market_points": market_points,
                "market_evidence": market_evidence,
                "delivery_points": delivery_points,
                "delivery_evidence": delivery_evidence,
                "technology_points": technology_points,
                "technology_evidence": technology_evidence,
                "finance_points": finance_points,
                "finance_evidence": finance_evidence,
                "ip_management_points": ip_management_points,
                "ip_management_evidence": ip_management_evidence,
                "continuity_points": continuity_points,
                "continuity_evidence": continuity_evidence,
                "openness_points": openness_points,
                "openness_evidence": openness_evidence,
                "setbacks_points": setbacks_points,
                "setbacks_evidence": setbacks_evidence,
                "independent": independent,
                "rated_alone": rated_alone,
            },
            version,
            key,
        )


class TokenOperations(Group):
    """Operations ``token.*``."""

    def make(
        self, *, name: str, scopes: Sequence[str], expires_on: date | str, code: str | None = None, key: str = ""
    ) -> Done:
        """生成令牌 / Create a token."""
        return self._do(
            "token.make", None, {"name": name, "scopes": scopes, "expires_on": expires_on, "code": code}, None, key
        )

    def revoke(self, row: int, *, version: Version, key: str = "") -> Done:
        """撤销令牌 / Revoke the token."""
        return self._do("token.revoke", row, {}, version, key)


class UseOperations(Group):
    """Operations ``use.*``."""

    def record(
        self,
        row: int,
        *,
        version: Version,
        payee: str,
        amount: Decimal | str,
        what: str,
        file: str,
        is_entrusted: bool | None = None,
        is_working_capital: bool | None = None,
        key: str = "",
    ) -> Done:
        """登记用途凭据 / Record evidence of use."""
        return self._do(
            "use.record",
            row,
            {
                "payee": payee,
                "amount": amount,
                "what": what,
                "is_entrusted": is_entrusted,
                "is_working_capital": is_working_capital,
                "file": file,
            },
            version,
            key,
        )

    def remove(self, row: int, *, version: Version, use: int, reason: str, key: str = "") -> Done:
        """删除用途登记 / Remove a recorded use."""
        return self._do("use.remove", row, {"use": use, "reason": reason}, version, key)


class ViewOperations(Group):
    """Operations ``view.*``."""

    def forget(self, row: int, *, version: Version, key: str = "") -> Done:
        """删除视图 / Delete the view."""
        return self._do("view.forget", row, {}, version, key)

    def save(self, *, listing: str, name: str, query: str | None = None, key: str = "") -> Done:
        """保存视图 / Save the view."""
        return self._do("view.save", None, {"listing": listing, "query": query, "name": name}, None, key)


class WatchOperations(Group):
    """Operations ``watch.*``."""

    def see(self, row: int, *, version: Version, key: str = "") -> Done:
        """已处理 / Handled."""
        return self._do("watch.see", row, {}, version, key)


class WebhookOperations(Group):
    """Operations ``webhook.*``."""

    def add(self, *, url: str, kinds: Sequence[str] | None = None, key: str = "") -> Done:
        """添加回调 / Add a webhook."""
        return self._do("webhook.add", None, {"url": url, "kinds": kinds}, None, key)

    def end(self, row: int, *, version: Version, key: str = "") -> Done:
        """停用回调 / End the webhook."""
        return self._do("webhook.end", row, {}, version, key)
