"""Every mode and city rule against its golden case: the whole table of who bears what, kept in a file beside."""

from dataclasses import replace
from pathlib import Path

import pytest

from zhirong.chain.mode.allocation import allocate
from zhirong.chain.mode.claim import read_claims
from zhirong.chain.mode.loss import LoanLoss
from zhirong.kernel.days import add_years
from zhirong.kernel.fields import Reader, parse_toml
from zhirong.kernel.money import yuan
from zhirong.mode_files import load_modes, mode_files

GOLDEN = Path(__file__).parent / "golden"
MODES = load_modes()
CLAIMS = read_claims(Reader(parse_toml((GOLDEN / "portfolio.toml").read_text(encoding="utf-8"), "portfolio.toml")))


def moved(loan: LoanLoss, years: int) -> LoanLoss:
    """The same loan, made and lost so many years earlier, for a rule that has ended since."""
    return replace(
        loan,
        loan_day=add_years(loan.loan_day, -years),
        claim_day=add_years(loan.claim_day, -years),
        recoveries=tuple(replace(item, day=add_years(item.day, -years)) for item in loan.recoveries),
    )


@pytest.mark.parametrize("mode_id", sorted(MODES))
def test_mode_against_its_golden_case(mode_id: str) -> None:
    file = GOLDEN / f"{mode_id}.toml"
    assert file.exists(), f"add tests/mode/golden/{file.name}: docs/en/how-to/city-mode.md, step 6"
    wanted = parse_toml(file.read_text(encoding="utf-8"), file.name)
    assert wanted.pop("mode") == mode_id
    bank_alone = wanted.pop("bank_alone", "")
    mode = MODES[mode_id]
    years = int(str(wanted.pop("years_earlier", 0)))
    pool = CLAIMS.pool_under(mode)
    entered = {(lender, year - years): amount for (lender, year), amount in pool.entered.items()}
    loans = [moved(loan, years) for loan in CLAIMS.loans]
    assert all(mode.in_force_on(loan.loan_day) for loan in loans), "a rule is tried within its dates"
    shared = allocate(mode, loans, replace(pool, entered=entered))
    found: dict[str, dict[str, object]] = {}
    for loan in shared.loans:
        found[loan.loan_id] = {"loss": yuan(loan.loss), **{role: yuan(part) for role, part in loan.parts.items()}}
        if loan.members:
            found[loan.loan_id]["members"] = {name: yuan(part) for name, part in loan.members.items()}
    assert found == wanted
    # A table in which the bank bears everything shows nothing, unless the file says why it cannot be otherwise.
    borne_by_others = sum(part for role, part in shared.totals.items() if role != "lender")
    assert (borne_by_others == 0) == bool(bank_alone)


def test_every_file_has_a_golden_case_and_none_is_left_over() -> None:
    cases = {path.stem for path in GOLDEN.glob("*.toml")} - {"portfolio"}
    assert cases == {path.stem for path in mode_files()} == set(MODES)
