"""``zhirong modes`` and ``zhirong settle`` as their user calls them."""

import json
import re
from pathlib import Path

import jsonschema
import pytest

from zhirong.chain.mode.force import Force
from zhirong.chain.quote.comparison import ComparedMode
from zhirong.cli.main import main
from zhirong.kernel.document import from_json, to_json
from zhirong.mode_files import mode_files

CASES = Path(__file__).resolve().parents[2] / "src" / "zhirong" / "cases"
SCHEMAS = Path(__file__).resolve().parents[2] / "docs" / "schemas"
CLAIM = """
[[loan]]
id = "A-1"
borrower = "甲公司"
lender = "广州银行"
loan_day = 2021-03-01
claim_day = 2022-09-01
amount = 12000000
principal = 12000000
interest = 300000

[[loan]]
id = "A-2"
borrower = "甲公司"
lender = "广州银行"
loan_day = 2021-05-01
claim_day = 2022-06-01
amount = 8000000
principal = 8000000

[[loan.recovery]]
day = 2023-01-01
amount = 1000000
costs = 50000

[[loan]]
id = "A-3"
borrower = "甲公司"
lender = "广州银行"
loan_day = 2021-07-01
claim_day = 2022-06-01
amount = 6000000
principal = 6000000
"""


@pytest.fixture
def claim(tmp_path: Path) -> str:
    path = tmp_path / "claim.toml"
    path.write_text(CLAIM, encoding="utf-8")
    return str(path)


def test_list_of_modes(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["modes", "--json"]) == 0
    listed = json.loads(capsys.readouterr().out)
    assert {mode["id"] for mode in listed} == {path.stem for path in mode_files()}
    assert {mode["government"] for mode in listed} == {"led", "taking_part", "market"}
    assert main(["modes", "--lang", "en"]) == 0
    assert "Guangzhou 5311" in capsys.readouterr().out


@pytest.mark.parametrize("path", mode_files(), ids=lambda path: path.stem)
def test_every_mode_is_explained_in_both_languages_and_drawn(
    path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["modes", path.stem]) == 0
    chinese = capsys.readouterr().out
    assert "损失承担方" in chinese and "来源" in chinese and "══" in chinese
    assert main(["modes", path.stem, "--lang", "en"]) == 0
    english = capsys.readouterr().out
    explained = re.sub("(?m)^    source: .*$", "", english.split("Sources")[0])  # named in its own language
    assert "Who bears a loss" in explained
    assert not re.search("[\u4e00-\u9fff]", explained), "the English words are English"
    assert main(["modes", path.stem, "--json"]) == 0
    data = json.loads(capsys.readouterr().out)
    assert data["id"] == path.stem and data["bearers"]


def test_an_unknown_mode_is_refused_with_a_suggestion(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["modes", "guangzho-5311"]) == 2
    assert "guangzhou-5311" in capsys.readouterr().err


def test_check_and_format(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    good = next(path for path in mode_files() if path.stem == "wuxi").read_text(encoding="utf-8")
    file = tmp_path / "city.toml"
    file.write_text(good.replace("government = 0.80", "government = 0.81"), encoding="utf-8")
    assert main(["modes", "check", str(file), "--json"]) == 1
    (result,) = json.loads(capsys.readouterr().out)
    assert {problem["code"] for problem in result["problems"]} == {"does_not_add_up", "above_ceiling"}
    file.write_text(good.replace(" = ", "="), encoding="utf-8")
    assert main(["modes", "check", str(file)]) == 0
    assert main(["modes", "format", str(file), "--check"]) == 1
    assert main(["modes", "format", str(file)]) == 0
    assert main(["modes", "format", str(file), "--check"]) == 0
    assert file.read_text(encoding="utf-8") == good
    assert main(["modes", "check"]) == 2
    assert main(["modes", "check", str(tmp_path / "none.toml")]) == 1


def test_a_misspelt_mode_that_is_excluded_is_named(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    text = next(path for path in mode_files() if path.stem == "guangzhou-2025").read_text(encoding="utf-8")
    file = tmp_path / "city.toml"
    file.write_text(text.replace('["guangzhou-2025-guarantee"]', '["guangzhou-2025-guarante"]'), encoding="utf-8")
    assert main(["modes", "check", str(file), "--json"]) == 1
    (result,) = json.loads(capsys.readouterr().out)
    (problem,) = result["problems"]
    assert problem["field"] == "exclusive_with" and "guangzhou-2025-guarantee" in problem["hint"]["en"]
    # A mode beside it is known, whether it is checked or not.
    (tmp_path / "guangzhou-2025-guarante.toml").write_text(text, encoding="utf-8")
    assert main(["modes", "check", str(file)]) == 0


def test_a_source_that_is_assumed_is_said(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = tmp_path / "city.toml"
    text = next(path for path in mode_files() if path.stem == "zhuhai").read_text(encoding="utf-8")
    file.write_text(re.sub(r"(?m)^confidence = .*$", 'confidence = "assumed"', text), encoding="utf-8")
    assert main(["modes", "check", str(file), "--lang", "en"]) == 0
    assert "source: assumed" in capsys.readouterr().out
    assert main(["modes", "check", str(file), "--json"]) == 0
    assert json.loads(capsys.readouterr().out)[0]["confidence"] == "assumed"


def test_the_language_may_stand_anywhere(capsys: pytest.CaptureFixture[str]) -> None:
    files = [str(path) for path in mode_files()[:2]]
    for words in (["--lang", "en", *files], [files[0], "--lang=en", files[1]], [*files, "--lang", "en"]):
        assert main(["modes", "check", *words]) == 0
        assert capsys.readouterr().out.count(": correct (") == 2
    with pytest.raises(SystemExit):
        main(["modes", "check", "--lang", "fr", *files])


def test_settle(claim: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["settle", claim, "--mode", "guangzhou-55", "--json"]) == 0
    data = json.loads(capsys.readouterr().out)
    assert data["borne"] == {"lender": "21300000.00", "fund": "5000000.00"}
    assert [loan["borne"]["fund"] for loan in data["loans"]] == ["2500000.00", "2500000.00", "0.00"]
    assert [(m["day"], m["loan"], m["kind"], m["amount"]) for m in data["movements"]] == [
        ("2022-06-01", "A-2", "payment", "2500000.00"),
        ("2022-06-01", "A-3", "payment", "2500000.00"),
        ("2022-09-01", "A-1", "payment", "2500000.00"),
        ("2022-09-01", "A-3", "true_up", "-2500000.00"),
        ("2023-01-01", "A-2", "recovery", "-296875.00"),
    ]
    assert main(["settle", claim, "--mode", "guangzhou-55", "--reading", "payment", "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["borne"]["fund"] == "10000000.00"
    assert main(["settle", claim, "--mode", "guangzhou-5311", "--variant", "bank", "--json"]) == 0
    assert "insurer" not in json.loads(capsys.readouterr().out)["borne"]
    assert main(["settle", claim, "--mode", "guangzhou-55"]) == 0
    shown = capsys.readouterr().out
    assert "多退少补" in shown and "利息不分担" in shown and "上限的理解" in shown


@pytest.mark.parametrize(
    ("change", "words", "field"),
    [
        (("principal = 12000000", "principal = 12000001"), [], "loan[1].principal"),
        (('id = "A-2"', 'id = "A-1"'), [], "loan[2].id"),
        (("claim_day = 2022-09-01", "claim_day = 2020-09-01"), [], "loan[1].claim_day"),
        (("interest = 300000", "intrest = 300000"), [], "loan[1].intrest"),
        (("", ""), ["--variant", "x"], "--variant"),
        (("", ""), ["--mode", "pudong", "--reading", "payment"], "--reading"),
    ],
)
def test_bad_claims_are_refused_by_name(
    change: tuple[str, str], words: list[str], field: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "claim.toml"
    file.write_text(CLAIM.replace(*change, 1) if change[0] else CLAIM, encoding="utf-8")
    assert main(["settle", str(file), "--mode", "guangzhou-55", *words, "--json"]) == 2
    problems = json.loads(capsys.readouterr().err)["error"]["problems"]
    assert [problem["field"] for problem in problems] == [field]


def test_a_figure_of_the_pool_that_is_missing_is_asked_for(
    claim: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    from mode_samples import HEAD

    layers = (
        '[[sharing]]\nbase = ["principal"]\nrest_to = "lender"\nmeasure = "pool_loss_ratio"\ntier_reading = "whole"\n'
        "[[sharing.tier]]\nup_to_ratio = 0.03\nshares = { lender = 1 }\n[[sharing.tier]]\nshares = { fund = 1 }\n"
    )
    mode = tmp_path / "layers.toml"
    mode.write_text(HEAD.format(id="layers") + layers, encoding="utf-8")
    assert main(["settle", claim, "--mode", str(mode)]) == 2
    assert "pool" in capsys.readouterr().err
    with_pool = tmp_path / "with-pool.toml"
    with_pool.write_text("[[pool.entered]]\nprincipal = 100000000\n" + CLAIM, encoding="utf-8")
    assert main(["settle", str(with_pool), "--mode", str(mode)]) == 0


def test_diff_of_two_rules_and_of_one_rule_at_two_dates(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["modes", "diff", "guangzhou-55", "guangzhou-541", "--json"]) == 0
    data = json.loads(capsys.readouterr().out)
    assert {"sharing[1].tiers[1].shares.insurer", "sharing[1].tiers[1].shares.lender"} <= {
        item["place"] for item in data["differences"]
    }
    changes = {row["role"]: row["change"] for row in data["portfolio"]}
    assert changes == {"lender": "-7100000.00", "fund": "0.00", "insurer": "7100000.00"}
    from mode_samples import HEAD, quota_body

    first = quota_body({"lender": 2_000, "fund": 8_000}, more="valid_to = 2025-06-30")
    second = quota_body({"lender": 4_000, "fund": 6_000}, more="valid_from = 2025-07-01")
    file = tmp_path / "two.toml"
    file.write_text(HEAD.format(id="two") + first + second, encoding="utf-8")
    assert main(["modes", "diff", str(file), "--on", "2025-06-30", "--and", "2025-07-01", "--json"]) == 0
    data = json.loads(capsys.readouterr().out)
    assert {item["place"] for item in data["differences"]} >= {"sharing[1].tiers[1].shares.fund"}
    changes = {row["role"]: row["change"] for row in data["portfolio"]}
    assert changes["fund"].startswith("-") and changes["lender"] == changes["fund"].removeprefix("-")
    assert main(["modes", "diff", str(file)]) == 2


def test_compare_sets_the_modes_side_by_side(capsys: pytest.CaptureFixture[str]) -> None:
    case = str(CASES / "xixian-jingshuixing" / "case.toml")
    assert main(["modes", "compare", case, "--json"]) == 0
    rows = json.loads(capsys.readouterr().out)
    assert {row["id"] for row in rows} == {path.stem for path in mode_files()}
    # What is in force comes first, and within each group what the firm qualifies for.
    states = [*Force]
    ranks = [
        (states.index(row["force"]["state"]), {"yes": 0, "unknown": 1, "no": 2}[row["eligible"]]) for row in rows
    ]
    assert ranks == sorted(ranks)
    schema = json.loads((SCHEMAS / "compared-mode.schema.json").read_text(encoding="utf-8"))
    for row in rows:
        jsonschema.validate(row, schema)
        assert to_json(from_json(ComparedMode, row)) == row
    assert main(["modes", "compare", case]) == 0
    assert "企业年化成本" in capsys.readouterr().out


def test_subsidies_of_a_case_as_dated_payments(capsys: pytest.CaptureFixture[str]) -> None:
    case = str(CASES / "suzhou-beiang" / "case.toml")
    assert main(["modes", "subsidies", case, "suzhou", "--json"]) == 0
    data = json.loads(capsys.readouterr().out)
    paid = {item["code"]: item for item in data["subsidies"]}
    assert set(paid) == {"risk_subsidy", "reward"}
    assert float(paid["risk_subsidy"]["amount"]) == pytest.approx(1.5 * float(paid["reward"]["amount"]))
    assert {item["payee"] for item in data["subsidies"]} == {"lender"}
    assert main(["modes", "subsidies", case, "guangzhou-2025", "guangzhou-2025-guarantee", "--json"]) == 1
    assert json.loads(capsys.readouterr().out)["exclusive"] == [["guangzhou-2025", "guangzhou-2025-guarantee"]]
    assert main(["modes", "subsidies"]) == 2


def test_a_pause_is_told_and_its_loans_are_the_lenders(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = tmp_path / "claim.toml"
    file.write_text(
        '[[pool_event]]\nday = 2026-01-05\nlender = "银行"\nentered = 100000000\n'
        '[[pool_event]]\nday = 2026-02-01\nlender = "银行"\nloss = 4000000\n'
        '[[loan]]\nid = "a"\nborrower = "x"\nlender = "银行"\nloan_day = 2026-03-01\nclaim_day = 2027-01-01\n'
        "amount = 5000000\nprincipal = 5000000\n",
        encoding="utf-8",
    )
    assert main(["settle", str(file), "--mode", "guangzhou-2025", "--json"]) == 0
    data = json.loads(capsys.readouterr().out)
    assert data["pauses"] == [{"lender": "银行", "first": "2026-02-02", "last": "2026-12-31", "ratio": "0.040000"}]
    assert data["borne"]["fund"] == "0.00"
    assert main(["settle", str(file), "--mode", "guangzhou-2025"]) == 0
    assert "暂停" in capsys.readouterr().out
