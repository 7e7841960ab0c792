"""Contracts that were stored before a term existed are serviced as they were signed."""

from zhirong.kernel.rulebook_files import load_rulebook
from zhirong.operations.contract.contracts import read_contract

RULES = load_rulebook()


def test_a_stored_contract_that_names_no_rule_for_broken_periods_keeps_the_one_it_was_signed_under() -> None:
    loan = {
        "id": "L", "principal": "1000.00", "start": "2026-01-10", "end": "2026-07-10", "method": "level_payment",
        "rate": "0.05",
    }  # fmt: skip
    servicing = {"overdue_uplift": "0.5", "misuse_uplift": "1"}

    def of(**named: str) -> str:
        read = read_contract({"loan": {**loan, **named}, "servicing": servicing}, [], RULES)
        return str(read.contract.terms.broken_period)

    assert (of(), of(broken_period="days")) == ("share", "days")
