"""What ``zhirong settle``, ``modes diff`` and ``modes compare`` say where a rule cannot simply be carried out."""

import json
import re
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest
from mode_samples import mode_of, quota_body

from zhirong.chain.mode.charges import LoanFacts, ModeCharge, charges
from zhirong.chain.mode.stacking import stacked
from zhirong.cli.main import main
from zhirong.cli.modes_compare import _costs_of

CASES = Path(__file__).resolve().parents[2] / "src" / "zhirong" / "cases"
LOAN = """
[[loan]]
id = "A-1"
borrower = "甲公司"
lender = "广州银行"
loan_day = 2010-03-01
claim_day = 2012-09-01
amount = 4000000
principal = 4000000
facts = { ip_pledge = true }
"""


def claim(tmp_path: Path, text: str) -> str:
    """The path of a claim file with this text."""
    path = tmp_path / "claim.toml"
    path.write_text(text, encoding="utf-8")
    return str(path)


def test_a_loan_made_before_the_rule_is_not_shared_and_settle_says_so(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = claim(tmp_path, LOAN)
    assert main(["settle", file, "--mode", "guangzhou-2025", "--json"]) == 0
    data = json.loads(capsys.readouterr().out)
    assert data["borne"] == {"lender": "4000000.00", "fund": "0.00"}
    assert "2010-03-01" in data["loans"][0]["refused"]["zh"]
    assert main(["settle", file, "--mode", "guangzhou-2025", "--lang", "en"]) == 0
    assert "loan A-1: made on 2010-03-01, outside the dates of the rule" in capsys.readouterr().out


def test_diff_prints_one_language_and_only_what_is_stated(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["modes", "diff", "bank-alone", "guangzhou-2025", "--lang", "en"]) == 0
    terms = capsys.readouterr().out.split("\n\n")[0]
    assert "caps, no. 1: none → counts " in terms and "amount " in terms
    assert not any(part in terms for part in ("zh ", " en ", "times_fees", "beside", " —,"))


def test_diff_says_on_which_day_a_rule_is_not_in_force(capsys: pytest.CaptureFixture[str]) -> None:
    words = ["modes", "diff", "guangzhou-2025", "--on", "2024-01-01", "--and", "2026-01-01"]
    assert main([*words, "--json"]) == 0
    data = json.loads(capsys.readouterr().out)
    assert data["not_in_force"] == [{"id": "guangzhou-2025", "on": "2024-01-01"}]
    fund = next(row for row in data["portfolio"] if row["role"] == "fund")
    assert fund["before"] == "0.00" and fund["after"] != "0.00"
    assert main([*words, "--lang", "en"]) == 0
    assert "guangzhou-2025: not in force on 2024-01-01" in capsys.readouterr().out
    assert main(["modes", "diff", "guangzhou-55", "guangzhou-2025", "--json"]) == 0
    data = json.loads(capsys.readouterr().out)
    assert data["not_in_force"] == [], "two rules are compared as such where no day is named"
    assert all(row["before"] != "0.00" for row in data["portfolio"] if row["role"] == "fund")


@pytest.mark.parametrize(
    ("pool", "field"),
    [("", "pool.entered"), ("[pool]\nfees = 100000\n", "pool.entered"), (None, "pool.fees")],
)
def test_a_limit_that_depends_on_the_pool_is_asked_for_and_never_zero(
    pool: str | None, field: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    entered = "[[pool.entered]]\nprincipal = 100000000\n"
    file = claim(
        tmp_path, (entered if pool is None else pool) + LOAN.replace("2010", "2026").replace("2012", "2027")
    )
    assert main(["settle", file, "--mode", "shenzhen-pingshan", "--json"]) == 2
    (problem,) = json.loads(capsys.readouterr().err)["error"]["problems"]
    assert problem["field"] == field
    assert re.search("[\u4e00-\u9fff]", problem["reason"]["zh"])
    assert not re.search("[\u4e00-\u9fff]", problem["reason"]["en"] + problem["hint"]["en"])


def test_compare_says_what_depends_on_the_pool_and_shares_as_the_rule_does(
    capsys: pytest.CaptureFixture[str],
) -> None:
    case = str(CASES / "xixian-jingshuixing" / "case.toml")
    assert main(["modes", "compare", case, "--json"]) == 0
    row = next(row for row in json.loads(capsys.readouterr().out) if row["id"] == "shenzhen-pingshan")
    assert row["depends_on_pool"] == ["fees", "entered"]
    borne = row["full_loss"]
    assert borne["guarantor"] == borne["government_and_fund"] != "0.00", "40 % each, as the rule says"
    assert main(["modes", "compare", case, "--lang", "en"]) == 0
    assert "depends on the fees collected, not counted above" in capsys.readouterr().out


def test_a_pause_without_principal_says_so_and_shows_no_ratio(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    event = '[[pool_event]]\nday = 2026-02-01\nlender = "广州银行"\nloss = 4000000\n'
    file = claim(tmp_path, event + LOAN.replace("2010", "2026").replace("2012", "2027"))
    assert main(["settle", file, "--mode", "guangzhou-2025", "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["pauses"][0]["ratio"] is None
    assert main(["settle", file, "--mode", "guangzhou-2025"]) == 0
    assert "当年没有纳入本金" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("more", "field"),
    [
        ("ip_share = 0.1234567890123456\n", "loan[1].ip_share"),
        ("[[loan.recovery]]\nday = 2012-10-01\namount = 100\ncosts = 100.01\n", "loan[1].recovery[1].costs"),
    ],
)
def test_what_cannot_be_carried_to_the_fen_is_refused(
    more: str, field: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["settle", claim(tmp_path, LOAN + more), "--mode", "wuxi", "--json"]) == 2
    problems = json.loads(capsys.readouterr().err)["error"]["problems"]
    assert [problem["field"] for problem in problems] == [field]


def test_settle_says_that_recoveries_do_not_fill_up_the_fund(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    loan = LOAN.replace("2010", "2021").replace("2012", "2022")
    recovery = "[[loan.recovery]]\nday = 2023-01-01\namount = 1000000\n"
    for text, told in ((loan, False), (loan + recovery, True)):
        file = claim(tmp_path, text)
        assert main(["settle", file, "--mode", "guangzhou-55"]) == 0
        assert ("不再用于本次其他贷款" in capsys.readouterr().out) == told
        assert main(["settle", file, "--mode", "guangzhou-55", "--json"]) == 0
        words = [item["zh"] for item in json.loads(capsys.readouterr().out)["assumptions"]]
        assert any("不再用于本次其他贷款" in word for word in words) == told


HEAD_OF_OFFER = """
[[charge]]
code = "appraisal"
title = { zh = "评估费", en = "appraisal fee" }
kind = "fee"
payer = "firm"
payee = "lender"
base = "fixed"
amount = 20000
when = "start"
"""
GIVES_BACK = """
[[charge]]
code = "{code}"
title = {{ zh = "补贴", en = "subsidy" }}
kind = "subsidy"
payer = "fund"
payee = "firm"
base = "charge"
of = "appraisal"
rate = 0.8
when = "end"
group = "appraisal"
"""


def test_costs_of_modes_drawn_on_together_do_not_depend_on_their_order() -> None:
    sharing = quota_body({"lender": 2_000, "fund": 8_000})
    fact = LoanFacts(100_000_000, date(2026, 3, 2), 12, Decimal("0.04"))
    plain = Offered(charges(mode_of(sharing), fact))
    one, two = (
        Offered(charges(mode_of(HEAD_OF_OFFER + GIVES_BACK.format(code=code) + sharing), fact)) for code in "ab"
    )
    found = []
    for offers in ([plain, one, two], [two, one, plain], [one, plain, two]):
        costs = _costs_of(offers)  # type: ignore[arg-type]
        assert sorted(c.code for c in costs) == ["appraisal", "interest"]
        given = [c for offer in offers for c in offer.charges if c.kind == "subsidy"]
        (item,) = stacked([*costs, *given])
        found.append((item.paid, item.given_back))
    assert set(found) == {(2_000_000, 3_200_000)}


@dataclass(frozen=True)
class Offered:
    """An offer as far as its charges go."""

    charges: tuple[ModeCharge, ...]


def test_diff_on_a_portfolio_asks_for_a_missing_figure_too(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    words = ["modes", "diff", "shenzhen-pingshan", "wuxi", "--portfolio", claim(tmp_path, LOAN), "--json"]
    assert main(words) == 2
    (problem,) = json.loads(capsys.readouterr().err)["error"]["problems"]
    assert problem["field"] == "pool.entered"
