"""The path of a mode file serves wherever an id serves; nothing is listed where its conditions are not met."""

import json
from pathlib import Path

import pytest
from mode_samples import HEAD, quota_body

from zhirong.cli.main import main
from zhirong.kernel.errors import InputError
from zhirong.workbench import choose_modes

CASE = (
    Path(__file__).resolve().parents[2] / "src" / "zhirong" / "cases" / "suzhou-beiang" / "case.toml"
).read_text(encoding="utf-8")
SUBSIDY = """
[[charge]]
code = "interest_subsidy"
title = { zh = "贴息", en = "interest subsidy" }
kind = "subsidy"
payer = "fund"
payee = "firm"
base = "interest"
rate = 0.40
when = "end"
"""
LISTED = '[[condition]]\nfact = "key_list"\nis = true\n'


def _mode(folder: Path, body: str, name: str = "own") -> str:
    path = folder / f"{name}.toml"
    text = HEAD.format(id=name).replace("government =", 'region = "320500"\ngovernment =')
    path.write_text(text + body, encoding="utf-8")
    return str(path)


def _case(folder: Path, facts: str = "") -> str:
    path = folder / "case.toml"
    path.write_text(CASE.replace("[facts]\n", f"[facts]\n{facts}"), encoding="utf-8")
    return str(path)


def _subsidies(capsys: pytest.CaptureFixture[str], *words: str) -> dict[str, list[dict[str, object]]]:
    assert main(["modes", "subsidies", *words, "--json"]) == 0
    found: dict[str, list[dict[str, object]]] = json.loads(capsys.readouterr().out)
    return found


@pytest.mark.parametrize(
    ("facts", "listed", "state"),
    [
        ("key_list = true\n", ["interest_subsidy"], ["in_force"]),
        ("key_list = false\n", [], ["unmet"]),
        ("", [], ["in_force", "unknown"]),
    ],
)
def test_no_subsidy_is_listed_where_a_condition_is_not_met(
    facts: str, listed: list[str], state: list[str], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    mode = _mode(tmp_path, LISTED + quota_body({"lender": 10_000}) + SUBSIDY)
    data = _subsidies(capsys, _case(tmp_path, facts), mode)
    assert sorted({item["code"] for item in data["subsidies"]}) == listed
    assert sorted(str(item["state"]) for item in data["left_out"]) == state
    assert main(["modes", "subsidies", _case(tmp_path, facts), mode, "--lang", "en"]) == 0
    shown = capsys.readouterr().out
    assert ("does not qualify, nothing is paid" in shown) == (state == ["unmet"])
    assert ("undecided, nothing is paid until it is known" in shown) == ("unknown" in state)


def test_a_firm_elsewhere_is_told_the_condition_that_is_not_met(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    data = _subsidies(capsys, _case(tmp_path), "zhongguancun")
    assert data["subsidies"] == []
    assert "region.within" in [item["code"] for item in data["left_out"]]
    assert main(["modes", "subsidies", _case(tmp_path), "zhongguancun", "--lang", "en"]) == 0
    assert "zhongguancun: does not qualify" in capsys.readouterr().out


def test_a_subsidy_that_waits_for_a_fact_is_named(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    asks = 'only_if = [{ fact = "first_loan", is = true }]\n'
    mode = _mode(tmp_path, quota_body({"lender": 10_000}) + SUBSIDY + asks)
    data = _subsidies(capsys, _case(tmp_path), mode)
    assert data["subsidies"] == []
    assert [item["code"] for item in data["left_out"] if item["state"] == "open"] == ["interest_subsidy"]
    assert main(["modes", "subsidies", _case(tmp_path), mode, "--lang", "en"]) == 0
    shown = capsys.readouterr().out
    assert "own: not decided: " in shown and shown.count("until it is known") == 1
    assert [item["code"] for item in _subsidies(capsys, _case(tmp_path, "first_loan = true\n"), mode)["subsidies"]]


def test_a_subsidy_whose_rate_waits_for_a_fact_is_not_called_unpaid(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    higher = '\n[[charge.rate_if]]\nrate = 0.9\nwhen = [{ fact = "first_loan", is = true }]\n'
    mode = _mode(tmp_path, quota_body({"lender": 10_000}) + SUBSIDY + higher)
    assert main(["modes", "subsidies", _case(tmp_path), mode, "--lang", "en"]) == 0
    shown = capsys.readouterr().out
    assert "interest subsidy" in shown and "at the lowest rate until it is known" in shown
    assert "nothing is paid" not in shown and "not paid" not in shown


def test_quote_takes_the_path_of_a_mode_file(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    mode, case = _mode(tmp_path, quota_body({"lender": 5_000, "fund": 5_000})), _case(tmp_path)
    for command in ("quote", "limit"):
        assert main([command, case, "--mode", mode, "--json"]) in (0, 1)
        assert '"own"' in capsys.readouterr().out


def test_every_other_command_takes_the_path_too(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    one = _mode(tmp_path, quota_body({"lender": 5_000, "fund": 5_000}))
    other = _mode(tmp_path, quota_body({"lender": 2_000, "fund": 8_000}), "other")
    claim = tmp_path / "claim.toml"
    claim.write_text(
        '[[loan]]\nid = "A"\nborrower = "甲"\nlender = "乙"\nloan_day = 2024-03-10\nclaim_day = 2025-07-01\n'
        "amount = 1000\nprincipal = 1000\n",
        encoding="utf-8",
    )
    assert main(["settle", str(claim), "--mode", one, "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["borne"] == {"lender": "500.00", "fund": "500.00"}
    for words in (["check", one], [one], ["diff", one, other], ["diff", one, "wuxi"]):
        assert main(["modes", *words, "--json"]) == 0, words
        assert capsys.readouterr().out


def test_a_mode_file_named_without_its_ending_is_still_a_path(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "mode"
    path.write_text(HEAD.format(id="own") + quota_body({"lender": 5_000, "fund": 5_000}), encoding="utf-8")
    assert main(["modes", str(path), "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["id"] == "own"


def test_python_takes_a_mode_itself_and_never_reads_a_file_for_a_word(tmp_path: Path) -> None:
    (mode,) = choose_modes(["wuxi"])
    assert choose_modes([mode, mode, "wuhan"])[0] is mode and len(choose_modes([mode, mode, "wuhan"])) == 2
    with pytest.raises(InputError):
        choose_modes([_mode(tmp_path, quota_body({"lender": 5_000, "fund": 5_000}))])


def test_a_comparison_counts_no_subsidy_where_the_firm_does_not_qualify(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["modes", "compare", _case(tmp_path), "--json"]) == 0
    rows = json.loads(capsys.readouterr().out)
    for row in rows:
        unmet = [item for item in row["unmet"] if item["state"] == "unmet"]
        if unmet:
            assert row["firm"]["subsidies"] == "0.00"
            assert row["firm"]["effective_annual_cost"] == row["firm"]["cost_before_subsidy"]
    assert any(row["unmet"] for row in rows)
