"""The value of a right, its value to a lender, and the uncertainty of both."""

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
