"""How much can be lent: the least of several limits, each explained, the binding one named."""

from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from fractions import Fraction

from zhirong.chain.appraisal.records import Appraisal, LendingValue, NoValue
from zhirong.chain.credit.assess import CreditAssessment
from zhirong.chain.credit.file import CreditFile
from zhirong.chain.quote.rates import security_limits
from zhirong.chain.quote.records import Decision, Gate, Line, LineLimit, Request, RightView, Verdict
from zhirong.chain.quote.stated import Scores
from zhirong.kernel.explain import Explanation, of_rule
from zhirong.kernel.money import Fen, quantise_rate, round_fen
from zhirong.kernel.rulebook import Rulebook
from zhirong.kernel.text import Text, same

_AMOUNT = Text("额度", "line")


def credit_line(
    request: Request,
    annual_rate: Decimal,
    keys: Sequence[RightView],
    appraisal: Appraisal | NoValue,
    lending: LendingValue | None,
    file: CreditFile,
    credit: CreditAssessment,
    gates: Sequence[Gate],
    rules: Rulebook,
    day: date,
    scores: Scores | None = None,
) -> Line:
    """The line for a request.

    Limits: the amount asked for; pledge rate cap of the kind × factor of the credit grade × appraised value (P50),
    or with scores of right and team ("1 + 1") the cap alone and the rate of their grid; the lending value; what
    the cash flow covers. The mode's own limit, the lender's loss budget, is in ``pledge_rate``. The line is the least of them, rounded down to the step of the
    rule unless it is the amount asked for, and nothing at all where a gate has failed or it falls below the least
    line. Every limit rises or stays with value, cash flow and credit grade, and so does their least.
    """
    limits = [_asked_for(request)]
    if isinstance(appraisal, Appraisal) and lending is not None:
        limits += [
            rate.as_line_limit()
            for rate in security_limits(
                appraisal, lending, [v.right.kind for v in keys], credit, scores, rules, day
            )
        ]
    limits.append(_cash_flow_limit(file, request, annual_rate, rules, day))
    least = min(limits, key=lambda limit: limit.amount)
    step = rules.at("quote.line_step", day)
    amount = least.amount if least.code == "requested" else least.amount // step.fen() * step.fen()
    minimum = rules.at("quote.line_minimum", day)
    failed = [gate for gate in gates if gate.verdict is Verdict.FAILED]
    open_gates = any(gate.verdict is Verdict.OPEN for gate in gates)
    binding = least.code
    if failed:
        amount, binding = 0, failed[0].code
    elif amount < minimum.fen():
        amount, binding = 0, "line_minimum"
    if amount == 0:
        decision = Decision.DECLINE
    else:
        decision = Decision.OFFER if amount == request.amount else Decision.OFFER_LESS
    value = appraisal.appraised_value if isinstance(appraisal, Appraisal) else 0
    return Line(
        decision=decision,
        amount=amount,
        binding=binding,
        limits=tuple(limits),
        pledge_rate=quantise_rate(Fraction(amount, value), 4) if value > 0 else None,
        conditional=open_gates and amount > 0,
        explanation=Explanation(
            _AMOUNT,
            amount,
            "fen",
            _formula(failed, least, least.amount < minimum.fen()),
            references=(step.reference, minimum.reference),
            parts=tuple(limit.explanation for limit in limits),
        ),
    )


def _formula(failed: Sequence[Gate], least: LineLimit, is_too_small: bool) -> Text:
    if failed:
        names = "、".join(gate.title.zh for gate in failed)
        return Text(f"未通过：{names}", f"not passed: {', '.join(gate.title.en for gate in failed)}")
    if is_too_small:
        return Text(f"{least.title.zh}低于最低额度", f"below the least line: {least.title.en}")
    return Text(f"各项限额中最小者：{least.title.zh}", f"the least of its limits: {least.title.en}")


def _asked_for(request: Request) -> LineLimit:
    title = Text("申请金额", "amount asked for")
    return LineLimit("requested", title, request.amount, Explanation(title, request.amount, "fen"))


def _cash_flow_limit(
    file: CreditFile, request: Request, annual_rate: Decimal, rules: Rulebook, day: date
) -> LineLimit:
    """(Operating cash flow − debt service) × term ÷ cover ÷ (1 + rate × term), with the term in years.

    A cash flow that is not stated repays nothing: to withhold it must never help.
    """
    title = Text("现金流可偿还额", "what the cash flow can repay")
    if file.cash_flow is None:
        words = Text("没有现金流资料，按零计", "no cash flow is stated: counted as none")
        return LineLimit("cash_flow", title, 0, Explanation(title, 0, "fen", words))
    cover = rules.at("quote.cash_flow_cover", day)
    years = Fraction(request.term_months, 12)
    free = file.cash_flow.operating_cash_flow - file.cash_flow.debt_service
    exact = Fraction(max(0, free)) * years / Fraction(cover.number()) / (1 + Fraction(annual_rate) * years)
    amount: Fen = round_fen(exact, "floor")
    explanation = Explanation(
        title,
        amount,
        "fen",
        Text(
            "（经营现金流 − 已有债务本息）× 年数 ÷ 覆盖倍数 ÷（1 + 利率 × 年数）",
            "(operating cash flow − debt service) × years ÷ cover ÷ (1 + rate × years)",
        ),
        parts=(
            Explanation(
                Text("经营现金流（一年）", "operating cash flow, a year"),
                file.cash_flow.operating_cash_flow,
                "fen",
                same(file.cash_flow.provenance.source),
            ),
            Explanation(Text("已有债务一年的本息", "debt service of a year"), file.cash_flow.debt_service, "fen"),
            of_rule(cover),
            Explanation(Text("年利率", "annual rate"), annual_rate, "rate"),
        ),
    )
    return LineLimit("cash_flow", title, amount, explanation)
