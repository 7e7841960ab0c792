"""The measurement of a quote runs, and its peer gives the same answer."""

import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))


@pytest.mark.parametrize("name", ["xixian-jingshuixing", "suzhou-beiang"])
def test_limits_tried_amount_by_amount_are_the_same(name):
    from bench.quote import CASES, plain_limits

    from zhirong.workbench import load_case, quote_case

    answer = quote_case(load_case(CASES / name / "case.toml"))
    assert plain_limits(answer) == {offer.mode.id: offer.limit.amount for offer in answer.offers}
