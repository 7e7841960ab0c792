"""The run at the end of a day in arrays gives, for every loan and day, what the replay gives, to the fen.

Fixed and linked rates alike: a loan is replayed on the day on which its rate is read anew.
"""

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st
from servicing_cases import RULES, WORKING_DAYS, contracts, streams

from zhirong.chain.loan.servicing import events as ev
from zhirong.chain.loan.servicing.arrays import RULES as RULE_NAMES
from zhirong.chain.loan.servicing.arrays import Debtor, Loaded, load, why_not
from zhirong.chain.loan.servicing.classification import DebtorLoan, LoanFacts, classify_debtor
from zhirong.chain.loan.servicing.components import CATEGORIES
from zhirong.chain.loan.servicing.end_of_day import day_rules, end_of_day
from zhirong.chain.loan.servicing.provisions import provision
from zhirong.chain.loan.servicing.replay import replay


@settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))
@given(st.data())
def test_arrays_equal_the_replay_day_by_day(data: st.DataObject) -> None:
    contract = data.draw(contracts(for_arrays=True))
    events = data.draw(streams(contract, simple=data.draw(st.booleans())))
    events = tuple(event for event in events if not isinstance(event, ev.DueRow))
    first = contract.terms.start + timedelta(days=data.draw(st.integers(0, 500)))
    past = tuple(event for event in events if event.day <= first)
    past = tuple(e for e in past if not isinstance(e, ev.Reversal) or e.of in {p.id for p in past})
    facts = LoanFacts(
        is_technical=data.draw(st.booleans()),
        expected_loss=data.draw(st.sampled_from([Decimal(0), Decimal("0.5")])),
    )
    debtor = Debtor(
        elsewhere=data.draw(st.integers(0, 10**6)), late_elsewhere=0, is_retail=data.draw(st.booleans())
    )
    loaded = Loaded(contract, replay(past, contract, first, RULES, WORKING_DAYS), "甲公司", facts)
    assume(why_not(loaded) == "")
    loans = load([loaded], RULES, first, {"甲公司": debtor})
    for step in (1, 2, 3, 5, 8, 13, 21, 34, 55, 89, 144):
        while loans.day < first + timedelta(days=step):
            result = end_of_day(loans, day_rules(RULES, loans.day + timedelta(days=1)))
            loans = result.loans
            if result.reset:
                again = replace(loaded, state=replay(past, contract, loans.day, RULES, WORKING_DAYS))
                assume(why_not(again) == "")
                loans = load([again], RULES, loans.day, {"甲公司": debtor})
        state = replay(past, contract, loans.day, RULES, WORKING_DAYS)
        assert int(loans.principal[0]) == state.principal
        assert int(loans.not_due[0]) == state.not_due
        assert int((loans.late_principal + loans.waiting_principal)[0]) == state.principal_due
        assert int((loans.late_interest + loans.waiting_interest)[0]) == state.interest_due
        assert int(loans.interest.rounded()[0]) == state.accrued
        assert int(loans.penalty_owed[0]) == state.penalty
        assert int(loans.compound_owed[0]) == state.compound
        judged = classify_debtor(
            [DebtorLoan("L1", state.standing, state.principal, facts)], RULES, loans.day,
            is_retail=debtor.is_retail, elsewhere=debtor.elsewhere,
        )["L1"]  # fmt: skip
        assert CATEGORIES[result.category[0]] is judged.category
        assert RULE_NAMES[result.decided_by[0]] == judged.decided_by
        assert int(result.provision[0]) == provision(state.principal, judged.category, RULES, loans.day)[0]
