"""What a right is worth, what it is worth to a lender, and how sure that is."""

from zhirong.chain.appraisal.appraisal import appraise
from zhirong.chain.appraisal.lending import lending_value
from zhirong.chain.appraisal.records import Appraisal, LendingValue, NoValue
from zhirong.chain.appraisal.request import AppraisalRequest, read_appraisal

__all__ = [
    "Appraisal",
    "AppraisalRequest",
    "LendingValue",
    "NoValue",
    "appraise",
    "lending_value",
    "read_appraisal",
]
