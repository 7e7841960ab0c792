"""``zhirong claim`` and ``zhirong dispose``: what they print, as JSON and as text, and what they refuse."""

import json
from pathlib import Path

import pytest

from zhirong.cli.main import main

CASES = Path(__file__).parent / "cases"


def test_claim_prints_what_each_party_carries(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["claim", str(CASES / "e03.toml"), "--json"]) == 0
    answer = json.loads(capsys.readouterr().out)
    assert answer["positions"]["guarantor"] == "1534215.96"
    assert answer["parties"]["guarantor"]["nature"] == "takes_over"
    assert answer["parties"]["guarantor"]["source"]["article"].startswith("民法典第七百条")
    assert answer["debts"]["E03"]["principal"] == "3835539.91"


def test_claim_as_of_a_day_shows_what_is_still_due(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["claim", str(CASES / "e03.toml"), "--as-of", "2025-09-02", "--lang", "en"]) == 0
    shown = capsys.readouterr().out
    assert "provincial re-guarantor still owes guarantee company 854,219.75" in shown


def test_claim_lists_entries_in_words(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["claim", str(CASES / "e14.toml"), "--entries"]) == 0
    assert "贷款人·风险补偿款·风险补偿基金  -600,000.00" in capsys.readouterr().out


def test_claim_names_every_fault_of_a_file(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    case = tmp_path / "case.toml"
    case.write_text(
        'mode = "zhuhai"\n[[loan]]\nid = "A"\nborrower = "f"\nlender = "b"\nloan_day = 2025-01-01\namount = "1.00"\n'
        'first_day = 2024-01-01\nowed = { principal = "2.00" }\nevent = [{ kind = "gift", day = 2023-01-01 }]\n'
    )
    assert main(["claim", str(case), "--lang", "en"]) == 2
    shown = capsys.readouterr().err
    for field in ("loan[1].event[1].kind", "loan[1].first_day", "loan[1].owed.principal"):
        assert field in shown


def test_dispose_compares_and_distributes(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["dispose", str(CASES / "e12.toml"), "--json"]) == 0
    answer = json.loads(capsys.readouterr().out)
    values = [float(way["present_value"]) for way in answer["ways"]]
    assert values == sorted(values, reverse=True)
    assert answer["surplus"] == "0.00"
    assert main(["dispose", str(CASES / "e12.toml"), "--compare", "--lang", "en"]) == 0
    shown = capsys.readouterr().out
    assert "rank 2, B: CNY 319,896.36" in shown
    assert "[assumed]" in shown


def test_expected_payments_and_charts(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Only the claim and the recoveries are given: each payer pays on its day, the re-guarantors 30 days after."""
    text = (CASES / "e03.toml").read_text()
    case, page = tmp_path / "case.toml", tmp_path / "case.html"
    case.write_text("\n".join(line for line in text.splitlines() if 'kind = "paid"' not in line))
    assert main(["claim", str(case), "--expected", "--json", "--chart", str(page)]) == 0
    answer = json.loads(capsys.readouterr().out)
    paid = [(step["day"], step["title"]["en"]) for step in answer["steps"] if " pays " in step["title"]["en"]]
    assert paid == [
        ("2025-07-18", "guarantee company pays partner bank"),
        ("2025-08-17", "provincial re-guarantor pays guarantee company"),
        ("2025-08-17", "National Financing Guarantee Fund pays guarantee company"),
    ]
    assert answer["positions"]["guarantor"] == "1534215.96"
    assert page.read_text().count("<svg") == 2
    assert main(["claim", str(case), "--chart", str(case)]) == 2, "an output never overwrites the input"
