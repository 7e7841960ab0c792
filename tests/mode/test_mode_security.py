"""What a mode says of the security: read, shown, checked, and kept under a variant."""

from decimal import Decimal
from fractions import Fraction

import pytest
from mode_samples import HEAD, mode_of, quota_body

from zhirong.chain.mode.plain_words import mode_text
from zhirong.chain.mode.reader import read_mode
from zhirong.chain.mode.security import Basis, Pledgee
from zhirong.chain.mode.summary import mode_summary
from zhirong.kernel.errors import InputError
from zhirong.mode_files import load_mode

GUARANTEED = quota_body({"lender": 2_000, "guarantor": 8_000})
PUT = '\n[put]\nbuyer = "guarantor"\nprice_rate = 0.6\n'


def problems_of(body: str) -> dict[str, str]:
    with pytest.raises(InputError) as error:
        read_mode(HEAD.format(id="sample") + body, "sample.toml")
    return {problem.field: problem.code for problem in error.value.problems}


def test_a_mode_that_says_nothing_lends_on_credit_and_shares_the_pledge() -> None:
    security = mode_of(GUARANTEED).security
    assert (security.basis, security.pledgee, security.eligible_weight, security.put) == (
        Basis.CREDIT,
        Pledgee.SHARED,
        None,
        False,
    )
    assert mode_of(GUARANTEED).payout_ceiling is None


def test_what_the_file_says_reaches_the_record_and_both_ways_of_showing_it() -> None:
    mode = mode_of(
        GUARANTEED
        + '\n[security]\npledgee = "guarantor"\neligible_weight = 0.20\n\n[limits]\npayout_ceiling = 0.05\n'
    )
    assert mode.security.pledgee is Pledgee.GUARANTOR
    assert mode.security.eligible_weight == Decimal("0.20")
    assert mode.payout_ceiling == Decimal("0.05")
    shown = mode_summary(mode)
    assert shown.security.pledgee == "guarantor"
    assert shown.limits is not None
    assert shown.limits.payout_ceiling == "0.05"
    assert "pledged to the guarantor" in mode_text(mode, "en")
    assert "payout rate at most 5 %" in mode_text(mode, "en")


def test_the_documents_modes_carry_their_security() -> None:
    assert load_mode("chengdu").security.basis is Basis.PLEDGE
    assert load_mode("pudong").security.pledgee is Pledgee.GOVERNMENT
    bought = load_mode("us-capp").security
    assert bought.put
    assert bought.put_price_share == Fraction(6, 10)
    assert bought.pledgee is Pledgee.PURCHASER


@pytest.mark.parametrize(
    ("body", "field", "code"),
    [
        (GUARANTEED + '\n[security]\npledgee = "insurer"\n', "security.pledgee", "not_a_choice"),
        (GUARANTEED + '\n[security]\npledgee = "government"\n', "security.pledgee", "contradiction"),
        (GUARANTEED + '\n[security]\npledgee = "purchaser"\n', "security.pledgee", "contradiction"),
        (GUARANTEED + PUT + '\n[security]\npledgee = "shared"\n', "security.pledgee", "contradiction"),
        (GUARANTEED + "\n[security]\neligible_weight = 1.2\n", "security.eligible_weight", "out_of_range"),
        (GUARANTEED + "\n[limits]\npayout_ceiling = 5\n", "limits.payout_ceiling", "out_of_range"),
        (
            GUARANTEED
            + '\n[security]\npledgee = "guarantor"\n\n[[variant]]\nid = "v"\ntitle = "v"\n'
            + 'replace = { guarantor = "insurer" }\n',
            "variant[1].replace",
            "contradiction",
        ),
    ],
)
def test_security_that_cannot_be_meant_is_refused(body: str, field: str, code: str) -> None:
    assert problems_of(body).get(field) == code


def test_a_variant_in_which_the_lender_takes_over_shares_the_pledge() -> None:
    mode = mode_of(
        GUARANTEED
        + '\n[security]\npledgee = "guarantor"\n\n[[variant]]\nid = "v"\ntitle = "v"\n'
        + 'replace = { guarantor = "lender" }\n'
    )
    assert mode.variant("v").security.pledgee is Pledgee.SHARED
