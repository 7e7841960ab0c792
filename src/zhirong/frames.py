"""The jobs on whole tables: a DataFrame in, a DataFrame out; or a dictionary of arrays in, a dictionary of arrays out.

Names of columns carry the unit: ``amount_yuan``, ``rate_percent`` (3.45 is 3.45 %), ``term_months``. Every cell is
checked first, and all that is wrong comes in one ``InputError``. What comes out equals the single function to the
fen; amounts are yuan as floats, exact to the fen up to 90 trillion. ``COLUMNS`` lists what each function takes.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from concurrent.futures import Executor
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from functools import cache
from typing import TYPE_CHECKING, Any, overload

import numpy as np

from zhirong.chain.loan.reading import read_terms
from zhirong.chain.loan.terms import LoanTerms, Method
from zhirong.chain.mode.vocabulary import FACTS, FactKind
from zhirong.columns import CheckedTable, Column, Unit, answer_like
from zhirong.kernel.errors import InputError
from zhirong.kernel.extras import is_installed, missing_extra
from zhirong.kernel.fields import Reader
from zhirong.kernel.money import FEN_PER_YUAN
from zhirong.kernel.text import Text
from zhirong.workbench import choose_modes, rules
from zhirong.workbench import quote_many as limits_of_cases

if TYPE_CHECKING:
    from numpy.typing import ArrayLike
    from pandas import DataFrame

    from zhirong.chain.loan.schedule import Schedule
    from zhirong.chain.mode.loss import PoolState
    from zhirong.chain.mode.model import Mode
    from zhirong.chain.quote.batch import LimitRow
    from zhirong.chain.quote.records import CreditCase

Arrays = dict[str, np.ndarray[Any, Any]]
"""What comes out where a dictionary of arrays went in."""


# -- columns ------------------------------------------------------------------------------------------------------


def _column(name: str, path: str, unit: Unit, zh: str, en: str, *, required: bool = False) -> Column:
    return Column(name, path, unit, Text(zh, en), required)


LOAN_COLUMNS = (
    _column("id", "id", "text", "编号，默认行号", "id, by default the number of the row"),
    _column("amount_yuan", "principal", "yuan", "贷款金额", "amount of the loan", required=True),
    _column("rate_percent", "rate", "percent", "年利率", "yearly rate", required=True),
    _column("term_months", "months", "months", "期限", "term", required=True),
    _column("start", "start", "day", "放款日", "day of the drawdown", required=True),
    _column("method", "method", "text", "还款方式，默认 level_payment", "repayment, by default level_payment"),
    _column("cycle", "cycle", "text", "还款周期，默认 1M", "cycle of due days, by default 1M"),
    _column("first_due", "first_due", "day", "首个还款日", "first due day"),
    _column("day_count", "day_count", "text", "计息方式", "day count"),
    _column("shift", "shift", "text", "遇节假日顺延规则", "where a due day goes that is no working day"),
)

LOSS_COLUMNS = (
    _column("id", "id", "text", "贷款编号", "id of the loan", required=True),
    _column("borrower", "borrower", "text", "借款人，默认 id", "borrower, by default the id"),
    _column("lender", "lender", "text", "贷款人，默认 lender", "lender, by default the same for all"),
    _column("loan_day", "loan_day", "day", "放款日", "day of the loan", required=True),
    _column("claim_day", "claim_day", "day", "索赔日", "day of the claim", required=True),
    _column("amount_yuan", "amount", "yuan", "贷款金额", "amount of the loan", required=True),
    _column("principal_loss_yuan", "principal", "yuan", "未还本金", "principal unpaid", required=True),
    _column("interest_loss_yuan", "interest", "yuan", "未还利息", "interest unpaid"),
    _column("costs_yuan", "costs", "yuan", "费用", "costs"),
    _column("ip_share_percent", "ip_share", "percent", "知识产权担保部分", "part that IP secures"),
    _column("borrower_balance_yuan", "borrower_balance", "yuan", "企业余额", "balance of the firm"),
    _column("public_elsewhere_yuan", "public_elsewhere", "yuan", "其他财政资金已补", "paid by other public money"),
)

_FACT_UNITS: Mapping[FactKind, tuple[str, Unit]] = {
    "fen": ("_yuan", "yuan"),
    "rate": ("_percent", "percent"),
    "flag": ("", "flag"),
    "day": ("", "day"),
    "count": ("", "count"),
    "months": ("", "months"),
}


def _fact_columns(*, in_claim: bool) -> Iterator[Column]:
    """What financing modes may ask about. In a case a fact in yuan is written without ``_fen``; in a claim with."""
    for name, fact in FACTS.items():
        ending, unit = _FACT_UNITS.get(fact.kind, ("", "text"))
        bare = name.removesuffix("_fen")
        yield Column(f"fact_{bare}{ending}", f"facts.{name if in_claim else bare}", unit, fact.label)


FIGURES: Mapping[str, tuple[str, Unit, str, str]] = {
    "revenue_yuan": ("revenue", "yuan", "首年收入", "revenue of the first year"),
    "growth_percent": ("growth", "percent", "收入年增长率", "yearly growth of revenue"),
    "decay_percent": ("decay", "percent", "年技术衰减率", "yearly technical decay"),
    "royalty_percent": ("royalty", "percent", "许可费率", "royalty rate"),
    "discount_percent": ("discount", "percent", "折现率", "discount rate"),
    "life_years": ("life", "years", "经济寿命", "economic life"),
}
"""The figures of relief from royalty: each may have ``_low`` and ``_high`` beside it."""


def _appraisal_columns() -> Iterator[Column]:
    yield _column("id", "id", "text", "权利编号", "id of the right", required=True)
    for name, (figure, unit, zh, en) in FIGURES.items():
        needed = name != "decay_percent"
        yield _column(name, f"{figure}_mode", unit, f"{zh}（最可能）", f"{en}, most likely", required=needed)
        yield _column(f"{name}_low", f"{figure}_low", unit, f"{zh}（低）", f"{en}, low")
        yield _column(f"{name}_high", f"{figure}_high", unit, f"{zh}（高）", f"{en}, high")
    yield _column("tax_percent", "tax_rate", "percent", "所得税税率", "income tax rate", required=True)
    yield _column("life_cap_years", "life_cap", "years", "法定或合同剩余年限", "years left by law or contract")
    yield _column(
        "convention", "convention", "text", "折现时点，默认 mid_year", "mid_year (default) or end_of_year"
    )
    yield _column("grade", "grade", "text", "证据等级，默认 assumed", "evidence grade, by default assumed")


_ROYALTY = "appraisal.method[1]"
_CASE_FIGURES = {
    "revenue": "first_year_revenue",
    "growth": "growth",
    "decay": "decay",
    "royalty": "royalty_rate",
    "discount": "discount_rate",
    "life": "economic_life",
}
_RIGHT_FIELDS: tuple[tuple[str, Unit, str, str], ...] = (
    ("kind", "text", "权利种类，如 invention", "kind of right, such as invention"),
    ("title", "text", "名称", "title"),
    ("number", "text", "号码", "number"),
    ("filing_date", "day", "申请日", "day of filing"),
    ("grant_date", "day", "授权日", "day of the grant"),
    ("registration_date", "day", "登记或注册日", "day of registration"),
    ("creation_date", "day", "完成日", "day of creation"),
    ("publication_date", "day", "公布或首次发表日", "day of publication"),
    ("term_end_date", "day", "本期届满日", "last day of the present term"),
    ("fee_paid_through_year", "count", "年费已缴年度", "last patent year whose fee is paid"),
    ("status", "text", "法律状态", "legal status"),
    ("role", "text", "在组合中的作用", "role in the package"),
)
RIGHT_COLUMNS = (
    _column("company_id", "company_id", "text", "企业编号", "id of the company", required=True),
    _column("id", "id", "text", "权利编号，默认号码", "id, by default the number of the right in the case"),
    *(_column(name, name, unit, zh, en, required=name == "kind") for name, unit, zh, en in _RIGHT_FIELDS),
)

_CREDIT_FIELDS: tuple[tuple[str, str, Unit, str, str], ...] = (
    ("registered_on", "registration.registered_on", "day", "注册日期", "day of registration"),
    ("legal_person", "registration.legal_person", "flag", "独立法人", "legal person"),
    ("tax_grade", "tax.tax_grade", "text", "纳税信用等级", "tax credit grade"),
    ("tax_arrears_yuan", "tax.arrears", "yuan", "欠税", "taxes in arrears"),
    (
        "penalties_in_three_years",
        "compliance.penalties_in_three_years",
        "count",
        "三年内处罚",
        "penalties, 3 years",
    ),
    ("dishonest_debtor", "compliance.dishonest_judgment_debtor", "flag", "失信被执行人", "on the court's list"),
    ("abnormal_operations", "compliance.abnormal_operations", "flag", "经营异常", "on the abnormal list"),
    ("total_debt_yuan", "debt.total_debt", "yuan", "总负债", "total debt"),
    ("total_assets_yuan", "debt.total_assets", "yuan", "总资产", "total assets"),
    ("overdue_yuan", "debt.overdue", "yuan", "逾期金额", "overdue now"),
    ("operating_cash_flow_yuan", "cash_flow.operating_cash_flow", "yuan", "经营现金流", "operating cash flow"),
    ("operating_cash_flow_before_yuan", "cash_flow.operating_cash_flow_before", "yuan", "上年经营现金流", "before"),
    ("debt_service_yuan", "cash_flow.debt_service", "yuan", "年还本付息", "debt service of a year"),
    ("loans_repaid", "bank_history.loans_repaid", "count", "已还清贷款笔数", "loans repaid"),
    ("worst_overdue_days", "bank_history.worst_overdue_days", "count", "最长逾期天数", "longest time overdue"),
    ("substandard_or_worse", "bank_history.substandard_or_worse", "flag", "曾为不良", "ever substandard or worse"),
    ("revenue_yuan", "statements.revenue", "yuan", "销售收入", "sales"),
    ("cost_of_sales_yuan", "statements.cost_of_sales", "yuan", "销售成本", "cost of sales"),
    ("total_profit_yuan", "statements.total_profit", "yuan", "利润总额", "profit before tax"),
    ("forecast_growth_percent", "statements.forecast_growth", "percent", "预计销售增长", "growth of sales ahead"),
    ("inventory_yuan", "statements.inventory", "yuan", "存货", "inventory"),
    ("receivables_yuan", "statements.receivables", "yuan", "应收账款", "receivables"),
    ("prepayments_yuan", "statements.prepayments", "yuan", "预付账款", "prepayments"),
    ("payables_yuan", "statements.payables", "yuan", "应付账款", "payables"),
    ("advances_received_yuan", "statements.advances_received", "yuan", "预收账款", "advances received"),
    ("cash_yuan", "statements.cash", "yuan", "货币资金", "cash"),
    ("restricted_cash_yuan", "statements.restricted_cash", "yuan", "受限资金", "restricted cash"),
    (
        "working_capital_loans_yuan",
        "statements.working_capital_loans",
        "yuan",
        "流动资金贷款",
        "working-capital loans",
    ),
    (
        "other_channels_yuan",
        "statements.other_channels",
        "yuan",
        "其他渠道资金",
        "other sources of working capital",
    ),
    ("bank_debt_yuan", "statements.bank_debt", "yuan", "银行借款", "bank debt"),
    ("soft_assets_yuan", "statements.soft_assets", "yuan", "商誉等软资产", "goodwill and other soft assets"),
    ("long_term_liabilities_yuan", "statements.long_term_liabilities", "yuan", "长期负债", "long-term liabilities"),
    ("long_term_assets_yuan", "statements.long_term_assets", "yuan", "长期资产", "long-term assets"),
)


def _company_columns() -> Iterator[Column]:
    yield _column("id", "case.id", "text", "企业编号", "id of the company", required=True)
    yield _column("as_of", "case.as_of", "day", "案件日期", "day of the case", required=True)
    yield _column("firm_name", "firm.name", "text", "企业名称，默认 id", "name of the firm, by default the id")
    yield _column("firm_code", "firm.code", "text", "统一社会信用代码", "unified social credit code")
    yield _column(
        "region", "firm.region", "text", "注册地", "code or name of the place of registration", required=True
    )
    yield _column("size", "firm.size", "text", "企业规模", "size class")
    yield _column("amount_yuan", "request.amount", "yuan", "申请金额", "amount requested", required=True)
    yield _column("term_months", "request.term_months", "months", "期限", "term", required=True)
    yield _column("rate_percent", "request.annual_rate", "percent", "商定年利率", "yearly rate agreed")
    yield _column("method", "request.method", "text", "还款方式", "repayment")
    yield _column("purpose", "request.purpose", "text", "用途", "purpose")
    for name, unit, zh, en in _RIGHT_FIELDS:
        yield _column(f"right_{name}", f"rights[1].{name}", unit, f"权利：{zh}", f"right: {en}")
    for name, (figure, unit, zh, en) in FIGURES.items():
        path = f"{_ROYALTY}.{_CASE_FIGURES[figure]}"
        yield _column(f"ip_{name}", f"{path}.mode", unit, f"许可费节省法：{zh}", f"relief from royalty: {en}")
        yield _column(f"ip_{name}_low", f"{path}.low", unit, f"{zh}（低）", f"{en}, low")
        yield _column(f"ip_{name}_high", f"{path}.high", unit, f"{zh}（高）", f"{en}, high")
    yield _column("ip_tax_percent", f"{_ROYALTY}.tax_rate", "percent", "所得税税率，默认 25", "income tax rate, 25")
    yield _column(
        "valuation_date", "appraisal.valuation_date", "day", "评估基准日", "valuation date, by default as_of"
    )
    yield _column(
        "redeployability", "appraisal.redeployability", "text", "可转用程度", "how easily others could use it"
    )
    for name, path, unit, zh, en in _CREDIT_FIELDS:
        yield _column(name, f"credit.{path}", unit, zh, en)
    yield _column(
        "evidence_grade", "evidence_grade", "text", "证据等级，默认 declared", "evidence, by default declared"
    )
    yield from _fact_columns(in_claim=False)


COMPANY_COLUMNS = tuple(_company_columns())
APPRAISAL_COLUMNS = tuple(_appraisal_columns())

COLUMNS: Mapping[str, tuple[Column, ...]] = {
    "quote_many": COMPANY_COLUMNS,
    "quote_many rights": RIGHT_COLUMNS,
    "schedule_many": LOAN_COLUMNS,
    "settle_many": (*LOSS_COLUMNS, *_fact_columns(in_claim=True)),
    "appraise_many": APPRAISAL_COLUMNS,
}
"""Function → the columns that it takes."""


# -- schedules ----------------------------------------------------------------------------------------------------


@overload
def schedule_many(loans: "DataFrame") -> "DataFrame": ...
@overload
def schedule_many(loans: "Mapping[str, ArrayLike]") -> Arrays: ...
def schedule_many(loans: Any) -> Any:
    """The repayment schedules of many loans: one row for each due day of each loan.

    loans: columns of ``COLUMNS["schedule_many"]``; needed are ``amount_yuan``, ``rate_percent``, ``term_months`` and
    ``start``. Loans with level payments every month are computed together, the others one by one; each row equals
    ``zhirong.schedule`` to the fen. Raises InputError with everything that is wrong, by column and row.
    """
    table = CheckedTable(loans, LOAN_COLUMNS)
    ids = table.cells.get("id") or list(range(1, table.count + 1))
    terms = [_terms(table, number, row) for number, row in enumerate(table.rows())]
    table.raise_any()
    together = [number for number, one in enumerate(terms) if one is not None and _is_plain_level(one)]
    if not is_installed("numba"):
        together = []
    parts = _level_parts(terms, together)
    alone = set(range(table.count)) - set(together)
    parts.update({number: _part(table, number, terms[number]) for number in sorted(alone)})
    table.raise_any()
    whole = [parts[number] for number in range(table.count)]
    columns: dict[str, Any] = {"id": [one for one, part in zip(ids, whole, strict=True) for _ in part.due]}
    columns["number"] = [number for part in whole for number in range(1, len(part.due) + 1)]
    columns["due"] = [day for part in whole for day in part.due]
    for name in ("opening", "principal", "interest", "total", "closing"):
        fen = [getattr(part, name) for part in whole]
        columns[f"{name}_yuan"] = (np.concatenate(fen) if fen else np.empty(0)) / FEN_PER_YUAN
    return answer_like(loans, columns)


@dataclass(frozen=True, slots=True)
class _Part:
    """The rows of one loan, in fen."""

    due: Sequence[date]
    opening: Any
    principal: Any
    interest: Any
    total: Any
    closing: Any


def _terms(table: CheckedTable, number: int, row: dict[str, Any]) -> LoanTerms | None:
    row.pop("id", None)
    reader = Reader({"method": Method.LEVEL_PAYMENT.value, **row})
    try:
        terms = read_terms(reader)
        reader.finish()
    except InputError as error:
        # A term that cannot be read was named by its own column; the end that follows from it is not another fault.
        table.note(number, [problem for problem in error.problems if problem.field != "end"])
        return None
    return terms


def _is_plain_level(terms: LoanTerms) -> bool:
    """Level payments every whole month at one rate, no day shifted but the last: what the compiled engine does."""
    return (
        terms.method is Method.LEVEL_PAYMENT
        and terms.cycle.months == 1
        and terms.day_count == "monthly"
        and terms.first_due is None
        and terms.shift == "none"
        and (_rate(terms) * 1_000_000) % 1 == 0
    )


def _rate(terms: LoanTerms) -> Decimal:
    return terms.rate.yearly  # type: ignore[union-attr]


def _level_parts(terms: Sequence[LoanTerms | None], chosen: Sequence[int]) -> dict[int, _Part]:
    from zhirong.chain.loan.arrays import level_schedules
    from zhirong.jobs import working_days

    loans = [one for number in chosen if (one := terms[number]) is not None]
    if not loans:
        return {}
    months = [_months(one) for one in loans]
    principal = np.array([one.principal for one in loans], dtype=np.int64)
    made = level_schedules(principal, [int(_rate(one) * 1_000_000) for one in loans], months)
    calendar = working_days()

    @cache
    def due_days(start: date, count: int) -> tuple[date, ...]:
        one = loans[0]
        days = [one.cycle.step(start, step, "same_day") for step in range(1, count + 1)]
        return (*days[:-1], calendar.shift(days[-1], "following"))

    parts: dict[int, _Part] = {}
    for place, (number, one, count) in enumerate(zip(chosen, loans, months, strict=True)):
        interest, repaid = made.interest[:count, place], made.principal[:count, place]
        closing = made.closing[:count, place]
        days = due_days(one.start, count)
        parts[number] = _Part(days, closing + repaid, repaid, interest, interest + repaid, closing)
    return parts


def _months(terms: LoanTerms) -> int:
    """The term in months: its end is a whole number of months after its start."""
    return (terms.end.year - terms.start.year) * 12 + terms.end.month - terms.start.month


def _part(table: CheckedTable, number: int, terms: LoanTerms | None) -> _Part:
    from zhirong.chain.loan.rates import published_rates
    from zhirong.chain.loan.schedule import schedule
    from zhirong.jobs import working_days

    assert terms is not None
    try:
        made: Schedule = schedule(terms, working_days(), published_rates(rules()))
    except InputError as error:
        table.note(number, error.problems)
        none = np.empty(0, dtype=np.int64)
        return _Part((), none, none, none, none, none)
    rows = made.rows

    def column(name: str) -> Any:
        return np.array([getattr(row, name) for row in rows], dtype=np.int64)

    fen = [column(name) for name in ("opening", "principal", "interest", "total", "closing")]
    return _Part([row.due for row in rows], *fen)


# -- losses -------------------------------------------------------------------------------------------------------


@overload
def settle_many(
    losses: "DataFrame", mode: "str | Mode", *, pool: "PoolState | None" = None, variant: str | None = None
) -> "DataFrame": ...
@overload
def settle_many(
    losses: "Mapping[str, ArrayLike]",
    mode: "str | Mode",
    *,
    pool: "PoolState | None" = None,
    variant: str | None = None,
) -> Arrays: ...
def settle_many(
    losses: Any, mode: "str | Mode", *, pool: "PoolState | None" = None, variant: str | None = None
) -> Any:
    """What each party bears of many losses under one mode: one row for each loan, one column for each party.

    losses: columns of ``COLUMNS["settle_many"]``; all loans share the caps of the mode in the order that it states.
    mode: id of a mode, the path of a mode file, or a mode. pool: balance, fees and principal entered, where the mode
    needs them. Each row equals the share in ``zhirong.settle`` to the fen. Raises InputError with everything that is
    wrong, by column and row, and MissingFigureError for a figure of the pool that the terms need.
    """
    from zhirong.chain.mode.claim import Claims, read_claims
    from zhirong.chain.mode.loss import PoolState
    from zhirong.chain.mode.running_allocation import running
    from zhirong.jobs import one_mode

    chosen = one_mode(mode)
    chosen = chosen if variant is None else chosen.variant(variant)
    table = CheckedTable(losses, COLUMNS["settle_many"])
    entries = [{"borrower": row.get("id", ""), "lender": "lender", **row} for row in table.rows()]
    claims = Claims((), PoolState(), ())
    try:
        claims = read_claims(Reader({"loan": entries}))
    except InputError as error:
        for problem in error.problems:
            row, field = _place(problem.field, "loan")
            table.note(row, [problem] if field is None else [_at(problem, field)])
    table.raise_any()
    shares = running(chosen, claims.loans, pool)
    shares.move_to(max((loan.claim_day for loan in claims.loans), default=date.min))
    parts = [shares.parts(loan.loan_id) for loan in claims.loans]
    columns: dict[str, Any] = {
        "id": [loan.loan_id for loan in claims.loans],
        "loss_yuan": np.array([sum(part.values()) for part in parts], dtype=np.int64) / FEN_PER_YUAN,
    }
    for role in chosen.bearers:
        fen = np.array([part.get(role, 0) for part in parts], dtype=np.int64)
        columns[f"{role}_yuan"] = fen / FEN_PER_YUAN
    return answer_like(losses, columns)


def _place(field: str, name: str) -> tuple[int, str | None]:
    """``loan[3].amount`` as row 2 (from 0) and ``amount``; anything else as row 0 and None."""
    head, _, rest = field.partition(".")
    if not head.startswith(f"{name}["):
        return 0, None
    return int(head[len(name) + 1 : -1]) - 1, rest


def _at(problem: Any, field: str) -> Any:
    from dataclasses import replace

    return replace(problem, field=field)


# -- appraisals ---------------------------------------------------------------------------------------------------


@overload
def appraise_many(
    rights: "DataFrame", *, as_of: date | None = None, seed: int = 1, paths: int = 1_000
) -> "DataFrame": ...
@overload
def appraise_many(
    rights: "Mapping[str, ArrayLike]", *, as_of: date | None = None, seed: int = 1, paths: int = 1_000
) -> Arrays: ...
def appraise_many(rights: Any, *, as_of: date | None = None, seed: int = 1, paths: int = 1_000) -> Any:
    """The values of many rights by relief from royalty, each as a distribution: one row for each right.

    rights: columns of ``COLUMNS["appraise_many"]``; a figure without ``_low`` and ``_high`` is a single point. as_of:
    the day of the rules, by default today. seed, paths: of the simulation; a value agrees with the single appraisal
    of as many paths up to rounding. Needs the extra ``fast``. Raises InputError with everything that is wrong.
    """
    from zhirong.chain.appraisal.uncertain import read_widening
    from zhirong.jobs import today

    table = CheckedTable(rights, APPRAISAL_COLUMNS)
    table.raise_any()
    if not is_installed("numba"):
        raise missing_extra("numba") or AssertionError
    from zhirong.batch.run import appraise_arrays

    widening = read_widening(rules().at("appraisal.evidence", as_of or today()))
    values = appraise_arrays(_portfolio_columns(table), widening, seed, paths)
    columns: dict[str, Any] = {"id": table.cells["id"]}
    columns.update({f"{name}_yuan": column for name, column in values.items()})
    return answer_like(rights, columns)


def _portfolio_columns(table: CheckedTable) -> dict[str, Any]:
    """The columns as the engine knows them: three points and a grade for each figure."""
    grade = table.cells.get("grade") or ["assumed"] * table.count
    grades = [one or "assumed" for one in grade]
    made: dict[str, Any] = {"id": table.cells["id"], "tax_rate": _floats(table.cells["tax_percent"])}
    for name, (path, *_) in FIGURES.items():
        mode = table.cells.get(name) or [Decimal(0)] * table.count
        mode = [one if one is not None else Decimal(0) for one in mode]
        for part in ("low", "high"):
            given = table.cells.get(f"{name}_{part}") or [None] * table.count
            made[f"{path}_{part}"] = _floats(
                one if one is not None else m for one, m in zip(given, mode, strict=True)
            )
        made[f"{path}_mode"] = _floats(mode)
        made[f"{path}_grade"] = grades
    convention = table.cells.get("convention") or [None] * table.count
    made["convention"] = [one or "mid_year" for one in convention]
    if "life_cap_years" in table.cells:
        made["life_cap"] = ["" if one is None else str(one) for one in table.cells["life_cap_years"]]
    return made


def _floats(values: Iterable[Decimal]) -> Any:
    return np.array([float(value) for value in values])


# -- quotes -------------------------------------------------------------------------------------------------------


@overload
def quote_many(
    companies: "DataFrame",
    modes: Sequence[str] | None = None,
    *,
    rights: "DataFrame | None" = None,
    executor: Executor | None = None,
) -> "DataFrame": ...
@overload
def quote_many(
    companies: "Mapping[str, ArrayLike]",
    modes: Sequence[str] | None = None,
    *,
    rights: "Mapping[str, ArrayLike] | None" = None,
    executor: Executor | None = None,
) -> Arrays: ...
@overload
def quote_many(
    companies: "Iterable[CreditCase]", modes: Sequence[str] | None = None, *, executor: Executor | None = None
) -> "Iterator[LimitRow]": ...
def quote_many(
    companies: Any, modes: Sequence[str] | None = None, *, rights: Any = None, executor: Executor | None = None
) -> Any:
    """What can be lent to many companies under each financing mode: one row for each company and mode.

    companies: columns of ``COLUMNS["quote_many"]``, and any other field of a case file by its path, such as
    ``request.start``; or cases, which give ``LimitRow`` one by one. modes: ids, by default all. rights: a table of
    rights (``COLUMNS["quote_many rights"]``) by ``company_id``, where companies have more than one; otherwise the
    columns ``right_…`` state one each. executor: a pool of processes that shares the work. Each row equals the
    offer of ``zhirong.quote`` to the fen. Raises InputError with everything that is wrong, by column and row.
    """
    if not (isinstance(companies, Mapping) or hasattr(companies, "columns")):
        return limits_of_cases(companies, modes, executor=executor)
    choose_modes(modes)  # a mode that is not there is one problem, not one for each company
    table, cases = _cases(companies, rights)
    rows = list(limits_of_cases(cases, modes, executor=executor)) if executor else _one_by_one(table, cases, modes)
    columns: dict[str, Any] = {
        "id": [row.case_id for row in rows],
        "mode_id": [row.mode_id for row in rows],
        "eligible": [str(row.eligible) for row in rows],
        "amount_yuan": np.array([row.amount for row in rows], dtype=np.int64) / FEN_PER_YUAN,
        "set_by": [row.binding for row in rows],
        "rate_percent": [float(row.annual_rate * 100) for row in rows],
        "pledge_value_yuan": np.array([row.pledge for row in rows], dtype=np.int64) / FEN_PER_YUAN,
    }
    for name, parts in (("at_default", "at_default"), ("expected_loss", "expected")):
        borne = [dict(getattr(row, parts)) for row in rows]
        for role in dict.fromkeys(role for one in borne for role in one):
            fen = np.array([one.get(role, 0) for one in borne], dtype=np.int64)
            columns[f"{role}_{name}_yuan"] = fen / FEN_PER_YUAN
    return answer_like(companies, columns)


def _one_by_one(
    table: CheckedTable, cases: "Sequence[CreditCase]", modes: Sequence[str] | None
) -> "list[LimitRow]":
    """The rows of all cases; what only the calculation finds wrong with one is named by its row as well."""
    rows: list[LimitRow] = []
    for number, one in enumerate(cases):
        try:
            rows += limits_of_cases([one], modes)
        except InputError as error:
            table.note(number, error.problems)
    table.raise_any()
    return rows


def _cases(companies: Any, rights: Any) -> "tuple[CheckedTable, list[CreditCase]]":
    """The table as checked, and a case for each of its rows."""
    from zhirong.chain.quote.reading import read_case

    table = CheckedTable(companies, COMPANY_COLUMNS, open_to_paths=True)
    listed, owned = _owned_rights(rights, table)
    book = rules()
    cases: list[CreditCase] = []
    for number, row in enumerate(table.rows()):
        own = owned.get(str(row.get("case", {}).get("id")), [])
        try:
            cases.append(read_case(_case_table(row, [right for _, right in own]), rules=book))
        except InputError as error:
            for problem in error.problems:
                place, field = _place(problem.field, "rights")
                if field is not None and own and listed is not None:
                    listed.note(own[place][0], [_at(problem, field)])
                else:
                    table.note(number, [problem])
    if listed is not None:
        table.problems.extend(listed.problems)
    _refuse_twice(table)
    table.raise_any()
    return table, cases


def _refuse_twice(table: CheckedTable) -> None:
    seen: set[str] = set()
    for number, one in enumerate(table.cells.get("id", ())):
        if one in seen:
            reason, hint = (
                Text("编号重复", "this id is there twice"),
                Text("请为每行填写不同的编号", "give each row its own"),
            )
            table.refuse("id", number, one, "id_twice", reason, hint)
        seen.add(one)


def _owned_rights(
    rights: Any, companies: CheckedTable
) -> tuple[CheckedTable | None, dict[str, list[tuple[int, dict[str, Any]]]]]:
    """The table of rights, and the rights of each company with their row in it."""
    owned: dict[str, list[tuple[int, dict[str, Any]]]] = {}
    if rights is None:
        return None, owned
    listed = CheckedTable(rights, RIGHT_COLUMNS)
    known = set(companies.cells.get("id", ()))
    for number, row in enumerate(listed.rows()):
        company = row.pop("company_id", None)
        if company is not None and company not in known:
            reason = Text("企业表中没有该编号", "no company has this id")
            hint = Text("请更正编号，或在企业表中补充", "correct it, or add the company")
            listed.refuse("company_id", number, company, "unknown_company", reason, hint)
        owned.setdefault(str(company), []).append((number, row))
    listed.raise_any()
    return listed, owned


def _case_table(row: dict[str, Any], rights: Sequence[dict[str, Any]]) -> dict[str, Any]:
    """The table of a case file from what a row states, with what it leaves to the defaults."""
    case, firm = row.setdefault("case", {}), row.setdefault("firm", {})
    if "id" in case:
        firm.setdefault("name", case["id"])
        case.setdefault("title", case["id"])
    grade = row.pop("evidence_grade", "declared")
    row["rights"] = [*row.get("rights", []), *rights]
    for number, right in enumerate(row["rights"], 1):
        right.setdefault("id", right.get("number") or f"right-{number}")
        right.setdefault("title", right.get("number") or right["id"])
        right.setdefault("holders", [{"name": firm.get("name", "")}])
    for section in row.get("credit", {}).values():
        section.setdefault("source", "table")
        section.setdefault("date", case.get("as_of"))
        section.setdefault("grade", grade)
    _complete_appraisal(row, case.get("as_of"), grade)
    return row


def _complete_appraisal(row: dict[str, Any], as_of: date | None, grade: str) -> None:
    appraisal = row.get("appraisal")
    if not appraisal or not appraisal.get("method"):
        row.pop("appraisal", None)
        return
    appraisal.setdefault("purpose", "pledge")
    appraisal.setdefault("valuation_date", as_of)
    method = appraisal["method"][0]
    method.setdefault("method", "relief_from_royalty")
    method.setdefault("tax_basis", "after_tax")
    method.setdefault("tax_rate", Decimal("0.25"))
    method.setdefault("convention", "mid_year")
    for field in _CASE_FIGURES.values():
        figure = method.get(field)
        if isinstance(figure, dict):
            figure.setdefault("grade", grade)
            if not figure.keys() & {"low", "high"} and "mode" in figure:
                figure["value"] = figure.pop("mode")


__all__ = ["COLUMNS", "appraise_many", "quote_many", "schedule_many", "settle_many"]
