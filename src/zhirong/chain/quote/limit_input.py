"""Turn a case into the input of the credit limit."""

from decimal import Decimal
from fractions import Fraction

from zhirong.chain.credit.assessment import CreditAssessment
from zhirong.chain.credit.statements import Statements
from zhirong.chain.limit.records import LimitFirm
from zhirong.chain.loan.terms import Method
from zhirong.chain.quote.records import CreditCase
from zhirong.kernel.money import Fen

_AMORTISING = (Method.LEVEL_PAYMENT, Method.EQUAL_PRINCIPAL)


def firm_of(
    case: CreditCase,
    credit: CreditAssessment,
    accounts: Statements,
    pledge: Fen,
    *,
    market_rate: Decimal,
    lpr: Decimal | None,
) -> LimitFirm:
    """Return the firm and its request. accounts: its figures that are recent enough on the day. pledge: V of the
    rights, in fen. market_rate: LPR plus the spread of the grade.
    """
    request, stated = case.request, case.stated
    agreed = request.annual_rate
    return LimitFirm(
        asked=request.amount,
        term_months=request.term_months,
        amortising=request.method in _AMORTISING,
        start=request.start,
        grade=credit.grade,
        pd=Fraction(credit.default_probability.number()),
        lpr=None if lpr is None else Fraction(lpr),
        market_rate=Fraction(market_rate),
        agreed_rate=None if agreed is None else Fraction(agreed),
        size=stated.size,
        statements=accounts,
        pledge=pledge,
        replaces=stated.replaces,
        replaced_service=stated.replaced_service,
        purpose=stated.purpose,
        project_budget=stated.project_budget,
        collections=stated.collections,
        evidence=stated.evidence,
        securities=stated.securities,
        lender=stated.lender,
        guarantor=stated.guarantor,
    )
