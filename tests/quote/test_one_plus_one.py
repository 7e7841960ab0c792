"""1 + 1 beside a case: the page's own example through the command line, and what is wrong by name."""

import json
from dataclasses import replace
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest
from quote_cases import CASES, case_table, changed

from in_process import run_command
from zhirong.chain.quote.one_plus_one import read_one_plus_one
from zhirong.chain.quote.quote import quote
from zhirong.kernel.errors import InputError
from zhirong.kernel.fields import parse_toml
from zhirong.workbench import modes, rules

PAGE = (Path(__file__).resolve().parents[2] / "docs" / "en" / "reference" / "one-plus-one.md").read_text(
    encoding="utf-8"
)
EXAMPLE = PAGE.split("```toml\n")[1].split("```")[0]
CASE = CASES / "xixian-jingshuixing" / "case.toml"
READ = changed(case_table("xixian-jingshuixing"), appraisal__paths=2000)
BEIJING = modes()["beijing"]


def stated(text=EXAMPLE, **changes):
    table = parse_toml(text, "page") | changes
    return read_one_plus_one(table, READ, rules(), "page")


def quoted(text=EXAMPLE):
    return quote(replace(READ, beside=stated(text)), [BEIJING], rules())


def run(*words):
    return run_command("rate", *words)


@pytest.fixture(scope="module")
def scores_file(tmp_path_factory):
    path = tmp_path_factory.mktemp("scores") / "scores.toml"
    path.write_text(EXAMPLE, encoding="utf-8")
    return path


def test_the_example_runs_and_every_key_is_described(scores_file):
    done = run(CASE, "--scores", scores_file, "--json")
    assert done.returncode == 0, done.stderr
    data = json.loads(done.stdout)
    for key in (*data, *data["pledge"], *data["pledge"]["changes"][0], *data["pledge"]["rights"][0]):
        assert f"`{key}`" in PAGE, key
    assert data["one_plus_one"] is True
    assert data["team"]["state"] == "agreed"
    assert {limit["code"] for limit in data["pledge"]["limits"]} >= {
        "one_plus_one",
        "pledge_rate",
        "lending_value",
    }
    assert data["title_investigation"]["cost"] == "8000.00"
    assert {gate["code"]: gate["verdict"] for gate in data["gates"]}["title_investigation"] == "passed"


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_on_the_screen(scores_file, lang):
    done = run(CASE, "--scores", scores_file, "--explain", "--lang", lang)
    assert done.returncode == 0, done.stderr
    for words in ("kappa", "pledge rate") if lang == "en" else ("加权 kappa", "质押率", "律师事务所"):
        assert words in done.stdout, words


def test_without_scores_and_with_bad_ones(tmp_path):
    assert run(CASE).returncode == 0
    bad = tmp_path / "bad.toml"
    bad.write_text(EXAMPLE.replace("independent = true ", "independent = false "), encoding="utf-8")
    done = run(CASE, "--scores", bad)
    assert done.returncode == 2
    assert "team.rating[1].independent" in done.stderr
    assert run(tmp_path / "none.toml").returncode == 2


def test_each_side_alone_leaves_cap_and_lending_value():
    for text in (EXAMPLE.split("[[team.rating]]")[0], "[[team.rating]]" + EXAMPLE.split("[[team.rating]]", 1)[1]):
        answer = quoted(text)
        assert answer.judged.scores is None
        assert "one_plus_one" not in {limit.code for limit in answer.pledge.limits}


def test_the_weakest_key_right_decides():
    judged = quoted().judged
    assert judged.scores.right == min(score.score for score, _ in judged.rights)
    assert [score.right_id for score, _ in judged.rights] == ["water-membrane"]


def test_a_team_that_disagrees_is_an_open_gate_and_counts_low():
    apart = EXAMPLE.replace(
        'market      = { points = 4, evidence = "访谈记录"', 'market      = { points = 1, evidence = "访谈记录"'
    )
    before, after = quoted(), quoted(apart)
    assert after.judged.team.state == "third_rater_needed"
    assert after.judged.team.score < before.judged.team.score
    gate = next(gate for gate in after.gates if gate.code == "team_unsettled")
    assert gate.verdict == "open"
    assert gate.hint is not None


def test_a_defect_of_title_leaves_nothing():
    answer = quoted(EXAMPLE.replace('finding = "clear"', 'finding = "defective"'))
    assert (answer.pledge.amount, answer.pledge.binding) == (0, "no_right_left")
    gate = next(gate for gate in answer.gates if gate.code == "title_investigation")
    assert (gate.verdict, gate.scope) == ("failed", "pledge")


@pytest.mark.parametrize(
    ("old", "new", "code"),
    [
        ('system = "national_guide"', 'system = "horoscope"', "not_a_choice"),
        ("water-membrane.", "nobody.", "unknown_field"),
        ('"T5.1"', '"T9.9"', "unknown_field"),
        ("answer = 8", 'answer = "eight"', "wrong_type"),
        ("market      = { points = 4,", "founder_age = { points = 4,", "protected_trait"),
        ("2021-11-05", "2031-11-05", "date_in_future"),
        ("[title_investigation]", "[titel_investigation]", "unknown_field"),
    ],
)
def test_what_is_wrong_is_named(old, new, code):
    with pytest.raises(InputError) as caught:
        stated(EXAMPLE.replace(old, new))
    assert code in {problem.code for problem in caught.value.problems}


def test_a_system_made_for_no_key_right_is_refused():
    table = case_table("xixian-jingshuixing")
    table["appraisal"]["rights"] = ["control-software"]
    case = changed(table, appraisal__paths=2000)
    beside = read_one_plus_one({"indicators": {"system": "national_guide"}}, case, rules())
    with pytest.raises(InputError) as caught:
        quote(replace(case, beside=beside), [], rules())
    assert caught.value.problems[0].code == "system_does_not_suit"


def test_numbers_by_hand():
    """Team 4,4,4.5,3,4,3.5,4,3 by weights .15 .20 .15 .15 .10 .10 .10 .05: Σ w (p − 1)/4 = 70.625 → strong."""
    judged = quoted().judged
    marks = [4, 4, Decimal("4.5"), 3, 4, Decimal("3.5"), 4, 3]
    weights = [Decimal(w) for w in ("0.15", "0.20", "0.15", "0.15", "0.10", "0.10", "0.10", "0.05")]
    by_hand = sum(weight * (mark - 1) / 4 for weight, mark in zip(weights, marks, strict=True)) * 100
    assert abs(judged.team.score - by_hand) <= Decimal("0.005")
    assert judged.team.grade == "strong"
    assert READ.as_of == date(2021, 11, 15)


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_the_blank_form_can_be_filled_in(lang):
    done = run(CASE, "--form", "national_guide", "--lang", lang)
    assert done.returncode == 0, done.stderr
    assert stated(done.stdout).answers == {}
    filled = "\n".join(
        line.removeprefix("# ")
        if not line.startswith(("#   ", "# =")) and " = " in line or line.startswith("# [")
        else line
        for line in done.stdout.splitlines()
    )
    for blank, answer in (('answer = ""', 'answer = "x"'), ("answer = \n", "answer = 1\n"), ('source = ""', 'source = "x"'),
                          ('evidence = ""', 'evidence = "x"'), ('organisation = ""', 'organisation = "x"')):  # fmt: skip
        filled = filled.replace(blank, answer)
    filled = filled.replace('rater = ""', 'rater = "甲"', 1).replace('rater = ""', 'rater = "乙"', 1)
    with pytest.raises(InputError) as caught:
        stated(filled)
    # Every question stands in it: only the words put for choices are wrong.
    assert {problem.code for problem in caught.value.problems} == {"not_a_choice"}
    choices = sum(bool(one.choices) and not one.is_computed for one in stated().system.indicators)
    assert len(caught.value.problems) == 2 * choices


def test_a_form_that_there_is_not():
    done = run(CASE, "--form", "horoscope")
    assert done.returncode == 2
    assert "national_guide" in done.stderr
