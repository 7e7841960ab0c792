"""The firm's credit: the facts, their sources, and the explained scorecard."""

from zhirong.chain.credit.assessment import CreditAssessment, assess
from zhirong.chain.credit.file import CreditFile, read_credit

__all__ = ["CreditAssessment", "CreditFile", "assess", "read_credit"]
