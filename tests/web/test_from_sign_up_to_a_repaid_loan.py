"""One firm from sign-up to a repaid loan and a discharged pledge, in a real browser at seven desks; every page is looked at."""

from collections.abc import Iterator

import pytest
from browser_world import Site
from way_of_a_loan import AUTHORITY_NUMBER, Way

_DAYS = 85  # until the loan is settled early: the first interest is then about to fall due


@pytest.fixture(scope="module")
def way(site: Site) -> Iterator[Way]:
    """The way, gone to its end."""
    yield Way(site)


def test_from_sign_up_to_a_repaid_loan_and_a_discharged_pledge(way: Way) -> None:
    way.people.found()
    way.people.houses()
    way.firm_comes()
    way.firm_prepares()
    way.firm_applies()
    way.lender_accepts()
    way.agency_appraises()
    way.lender_looks_into()
    way.guarantor_grants()
    way.lender_decides()
    way.contracts_are_signed()
    way.pledge_is_registered()
    assert any("质权已经登记设立" in one for one in way.blocked), way.blocked
    assert "已登记" in way.public_finds()
    way.loan_is_paid_out()
    assert float(way.loan_is_repaid(_DAYS)) > 1_200_000
    assert "已还清" in way.bank_officer.go(f"/loans/{way.loan}/").inner_text("main .head")
    way.pledge_is_discharged()
    assert "已结清" in way.bank_officer.go(way.completion).inner_text("main .card.next .state")
    assert f"{AUTHORITY_NUMBER} 已注销" in way.public_finds()
