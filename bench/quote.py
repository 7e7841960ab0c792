"""A quote under every mode, once loaded, beside a plain loop over the same losses."""

from decimal import Decimal
from pathlib import Path

import numpy as np

from bench.measure import Measurement, best_of
from zhirong.chain.mode.allocate import allocate
from zhirong.chain.quote import offer as offers
from zhirong.chain.quote.view import view
from zhirong.workbench import load_case, modes, quote_case

MILLISECONDS_A_MODE = 10
CASES = Path(__file__).resolve().parents[1] / "src" / "zhirong" / "cases"
PLAIN_MODES = ("beijing", "suzhou", "guangzhou-5311")


def run() -> list[Measurement]:
    """All modes in one quote, appraisal and credit included; beside it the same quote with losses shared one by one."""
    case = load_case(CASES / "xixian-jingshuixing" / "case.toml")
    count = len(modes())
    all_modes, _ = best_of(lambda: view(quote_case(case)), 10)
    ours, fast = best_of(lambda: view(quote_case(case, PLAIN_MODES)), 10)
    theirs, slow = best_of(lambda: plain_quote(case), 2)
    if fast["modes"] != slow["modes"]:
        raise AssertionError("losses shared in arrays and one by one differ")
    each = all_modes * 1000 / count
    return [
        Measurement(
            work=f"a quote under {len(PLAIN_MODES)} modes (under all {count}: {each:.2f} ms a mode)",
            peer="the same, every loss of the grid shared by a plain loop",
            ours=ours,
            theirs=theirs,
            goal=f"at most {MILLISECONDS_A_MODE} ms a mode",
            met=each <= MILLISECONDS_A_MODE,
            answers="equal to the fen, mode by mode",
        )
    ]


def plain_quote(case):
    """The quote with ``allocate`` called for each point of the grid in place of the arrays."""
    fast = offers.allocate_many
    offers.allocate_many = one_by_one
    try:
        return view(quote_case(case, PLAIN_MODES))
    finally:
        offers.allocate_many = fast


def one_by_one(mode, losses, day, pool=None, *, as_if_in_force=False):
    """What ``allocate_many`` gives, loss by loss."""
    rows = []
    for number in range(len(losses.principal)):
        loss = offers.LoanLoss(
            loan_id="one",
            borrower="one",
            lender="one",
            loan_day=day,
            claim_day=day,
            amount=int(losses.amount[number]),
            principal=int(losses.principal[number]),
            interest=int(losses.interest[number]),
            costs=int(losses.costs[number]),
            ip_share=Decimal(1),
        )
        parts = allocate(mode, [loss], pool, as_if_in_force=as_if_in_force).loans[0].parts
        rows.append([parts.get(role, 0) for role in mode.bearers])
    return np.array(rows, dtype=np.int64)
