"""The firm's credit: what is known of it, from where, and what an explained scorecard makes of it."""

from zhirong.chain.credit.assessment import CreditAssessment, assess
from zhirong.chain.credit.file import CreditFile, read_credit

__all__ = ["CreditAssessment", "CreditFile", "assess", "read_credit"]
