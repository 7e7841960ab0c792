"""`zhirong rules`, and `--rules` before or after any command: what is in force, from where, and what a pack changes."""

import json
import os
import subprocess
import sys
from datetime import date
from pathlib import Path

import pytest

from zhirong.cli.main import main
from zhirong.kernel.pack_changes import Change, changes
from zhirong.kernel.packs import overlaid
from zhirong.kernel.rulebook_files import load_rulebook
from zhirong.mode_files import list_modes, load_mode
from zhirong.workbench import load_case, modes, quote_case, rules

ROOT = Path(__file__).resolve().parents[2]
CASE = ROOT / "src/zhirong/cases/xixian-jingshuixing/case.toml"
MANIFEST = """
id = "qinchuan"
title = { zh = "秦川银行政策", en = "Qinchuan Bank policy" }
version = "2026.1"
valid_from = 2020-06-01
[issuer]
kind = "lender"
name = { zh = "秦川银行", en = "Qinchuan Bank" }
"""
RULE = """
[[rule]]
id = "limit.loss_budget"
title = { zh = "损失预算", en = "loss budget" }
unit = "rate"
[[rule.version]]
value = 0.012
document = "秦川银行授信政策"
confidence = "verified"
"""


@pytest.fixture
def pack(tmp_path: Path) -> Path:
    folder = tmp_path / "pack"
    (folder / "modes").mkdir(parents=True)
    (folder / "pack.toml").write_text(MANIFEST, encoding="utf-8")
    (folder / "rule.toml").write_text(RULE, encoding="utf-8")
    mode = (ROOT / "src/zhirong/rules/modes/xixian.toml").read_text(encoding="utf-8")
    (folder / "modes" / "own.toml").write_text(mode.replace('id = "xixian"', 'id = "own"', 1), encoding="utf-8")
    return folder


def run(capsys: pytest.CaptureFixture[str], *words: object) -> tuple[int, str, str]:
    code = main([str(word) for word in words])
    said = capsys.readouterr()
    return code, said.out, said.err


def test_list(capsys: pytest.CaptureFixture[str], pack: Path) -> None:
    code, out, _ = run(capsys, "rules", "list", "--json", "--on", "2026-07-01")
    listed = json.loads(out)
    assert (
        code == 0
        and listed["packs"] == []
        and [one["id"] for one in listed["rules"]] == list(load_rulebook().ids())
    )
    _, out, _ = run(capsys, "rules", "list", "--json", "--assumed", "--prefix", "quote.", "--on", "2026-07-01")
    found = json.loads(out)["rules"]
    assert found and all(one["confidence"] == "assumed" and one["id"].startswith("quote.") for one in found)
    _, out, _ = run(capsys, "rules", "list", "--pack", "--rules", pack, "--json")
    assert [(one["id"], one["value"], one["pack"]) for one in json.loads(out)["rules"]] == [
        ("limit.loss_budget", "0.012", "qinchuan 2026.1")
    ]
    _, out, _ = run(capsys, f"--rules={pack}", "--lang", "en", "rules", "list", "--assumed")
    assert "limit.loss_budget " not in out, "the pack's value is not assumed"
    assert "quote.pledge_rate_grid" in out and "policy pack: Qinchuan Bank policy (qinchuan 2026.1" in out


def test_show(capsys: pytest.CaptureFixture[str], pack: Path) -> None:
    _, out, _ = run(capsys, "rules", "show", "limit.loss_budget", "--rules", pack, "--on", "2020-05-31")
    assert "… — 2020-05-31（现行）" in out and "政策包：qinchuan 2026.1" in out and "假设" in out
    _, out, _ = run(capsys, "rules", "show", "limit.loss_budget", "--rules", pack, "--json")
    versions = json.loads(out)["versions"]
    assert [one["in_force"] for one in versions] == [False, True]
    assert versions[1]["reference"]["pack"] == "qinchuan 2026.1" and "pack" not in versions[0]["reference"]
    code, _, err = run(capsys, "rules", "show", "limit.los")
    assert code == 2 and "limit.loss_budget" in err
    assert run(capsys, "rules", "show", "limit.loss_budget", "--on", "soon")[0] == 2


def test_diff(capsys: pytest.CaptureFixture[str], pack: Path, tmp_path: Path) -> None:
    code, out, _ = run(capsys, "rules", "diff", pack, "--lang", "en")
    shipped = load_rulebook().at("limit.loss_budget", date(2026, 1, 1)).value
    assert code == 1 and f"{shipped} → 0.012" in out and "from 2020-06-01" in out and "credit limits" in out
    assert "mode own (Xixian guarantor, end to end): added" in out
    _, out, _ = run(capsys, "rules", "diff", pack, "--json")
    found = json.loads(out)
    assert [(one["id"], one["from"], one["to"]) for one in found["rules"]] == [
        ("limit.loss_budget", "2020-06-01", None)
    ]
    assert found["before"]["packs"] == [] and len(found["after"]["packs"]) == 1
    other = tmp_path / "other"
    other.mkdir()
    (other / "pack.toml").write_text(MANIFEST.replace("2026.1", "2026.2"), encoding="utf-8")
    (other / "rule.toml").write_text(RULE.replace("0.012", "0.015"), encoding="utf-8")
    _, out, _ = run(capsys, "rules", "diff", pack, other)
    assert "0.012 → 0.015" in out and "模式 own（西咸担保“一保到底”模式）：取消" in out
    assert run(capsys, "rules", "diff", pack, pack)[0] == 0
    assert run(capsys, "rules", "diff", pack, pack, pack)[0] == 2


def test_every_shipped_rule_concerns_something() -> None:
    for rule_id in load_rulebook(packs=()).ids():
        assert Change(rule_id, "CN", date.min, None, None, None).concern.en != "other", rule_id
    assert Change("limit.price.step", "CN", date.min, None, None, None).concern.en == "pricing"


def test_changes_join_days_that_say_the_same(pack: Path) -> None:
    text = RULE.replace("value = 0.012", "value = 0.012\nvalid_to = 2026-12-31")
    later = "\n[[rule.version]]\nvalue = 0.012\ndocument = '秦川银行授信政策'\nconfidence = 'verified'\nvalid_from = 2027-01-01\n"
    (pack / "rule.toml").write_text(text + later, encoding="utf-8")
    base = load_rulebook()
    assert [(one.since, one.until) for one in changes(base, overlaid(base, [pack]))] == [(date(2020, 6, 1), None)]


def test_every_answer_names_the_packs(capsys: pytest.CaptureFixture[str], pack: Path) -> None:
    _, out, _ = run(capsys, "quote", CASE, "--json")
    plain = json.loads(out)
    code, out, err = run(capsys, "quote", CASE, "--json", "--rules", pack)
    laid = json.loads(out)
    assert code == 0 and "packs" not in plain and err == ""
    assert laid["packs"][0]["version"] == "2026.1" and len(laid["packs"][0]["digest"]) == 64
    assert laid["rules_version"] != plain["rules_version"]
    assert '"pack": "qinchuan 2026.1"' in out, "the explanation names the pack beside the value"
    _, _, err = run(capsys, "quote", CASE, "--rules", pack)
    assert err.startswith("政策包：秦川银行政策（qinchuan 2026.1，")
    assert "ZHIRONG_RULES" not in os.environ


def test_a_bad_pack_stops_the_command_with_all_its_problems(capsys: pytest.CaptureFixture[str], pack: Path) -> None:
    (pack / "rule.toml").write_text(RULE.replace("0.012", '"low"').replace("quote.l", "quote.l"), encoding="utf-8")
    (pack / "modes" / "own.toml").write_text('id = "own"\n', encoding="utf-8")
    for words in (["quote", CASE], ["rules", "diff", pack]):
        more = [] if words[0] == "rules" else ["--rules", pack]
        code, _, err = run(capsys, *words, *more, "--json")
        codes = [one["code"] for one in json.loads(err)["error"]["problems"]]
        assert code == 2 and "wrong_type" in codes and "missing" in codes
    code, _, err = run(capsys, "quote", CASE, "--rules", pack / "nowhere")
    assert code == 2 and "文件夹不存在" in err


def test_the_list_of_modes_says_which_are_a_packs(capsys: pytest.CaptureFixture[str], pack: Path) -> None:
    _, out, _ = run(capsys, "modes", "--rules", pack)
    assert "[qinchuan 2026.1]" in next(line for line in out.splitlines() if line.split()[:1] == ["own"])
    _, out, _ = run(capsys, "modes", "--rules", pack, "--json")
    assert [one["id"] for one in json.loads(out) if "pack" in one] == ["own"]


def test_rules_is_written_in_full_and_needs_a_folder() -> None:
    for words in (["quote", str(CASE), "--rule", "x"], ["quote", str(CASE), "--rules"]):
        with pytest.raises(SystemExit) as caught:
            main(words)
        assert caught.value.code == 2


def test_from_python(pack: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    book = rules(packs=[pack])
    answer = quote_case(load_case(CASE), ["own"], book)
    assert [offer.mode.id for offer in answer.offers] == ["own"] and answer.rules_version == book.version()
    assert "own" in modes(book) and "own" not in modes() and modes(book)["own"].source.pack == "qinchuan 2026.1"
    monkeypatch.setenv("ZHIRONG_RULES", str(pack))
    assert "own" in modes() and rules().packs[0].mark == "qinchuan 2026.1"
    assert {head.id: head.pack for head in list_modes()}["own"] == "qinchuan 2026.1"
    assert load_mode("own").source.pack == "qinchuan 2026.1" and load_mode("xixian").source.pack == ""


def test_a_pack_replaces_a_mode(pack: Path) -> None:
    wuxi = (ROOT / "src/zhirong/rules/modes/wuxi.toml").read_text(encoding="utf-8")
    (pack / "modes" / "other-name.toml").write_text(wuxi.replace("无锡模式", "本行的无锡模式"), encoding="utf-8")
    found = modes(rules(packs=[pack, *()]))
    assert found["wuxi"].title.zh == "本行的无锡模式" and list(found) == [*modes(), "own"]


def test_the_command_starts_without_the_platform() -> None:
    script = (
        "import sys; from zhirong.cli.main import main; main(['rules', 'list']); print('django' in sys.modules)"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert done.stdout.endswith("False\n")
