"""A loan against data intellectual property through the whole chain: what no law settles stays to be confirmed."""

import io
import json
from contextlib import redirect_stdout
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

from zhirong.chain.pledge.deadlines import review_deadline
from zhirong.chain.pledge.examination import examine
from zhirong.chain.pledge.filing_documents import check_papers
from zhirong.chain.pledge.records import Filing, GroundVerdict, pledgeable
from zhirong.chain.right.kinds import RightKind
from zhirong.cli.main import main
from zhirong.kernel.days import WorkingDays
from zhirong.kernel.rulebook_files import load_rulebook
from zhirong.workbench import load_case

CASE = Path(__file__).with_name("data-ip.toml")
RULES = load_rulebook()
DAY = date(2026, 11, 30)


@pytest.fixture(scope="module")
def quote():
    """The quote of the case, with a mode for patents only beside the one of the bank alone, as programs read it."""
    with redirect_stdout(io.StringIO()) as out:
        assert main(["quote", str(CASE), "--mode", "bank-alone", "--mode", "guangzhou-55", "--json"]) == 0
    return json.loads(out.getvalue())


def right_and_filing():
    right = load_case(CASE).rights[0]
    filing = Filing(pledgors=right.holders, stage="planned", debt_end=date(2027, 11, 30), is_joint=True)
    return right, filing


def test_its_pledge_is_to_be_confirmed_with_the_article_that_says_why():
    right, filing = right_and_filing()
    named = replace(filing, pilot_basis="某省数据知识产权质押登记试点办法")
    findings = examine(named, right, DAY, RULES)
    assert pledgeable(findings) == "unknown"
    (open_one,) = [one for one in findings if one.verdict is GroundVerdict.UNKNOWN]
    assert open_one.reference.id == "registration.pilot.real_effect"
    source = open_one.reference.reference
    assert (source.article, source.confidence) == ("第六十三条", "verified")
    assert "物权效力" in open_one.reason.zh and open_one.hint.en
    without = [
        one.reference.id for one in examine(filing, right, DAY, RULES) if one.verdict is GroundVerdict.UNKNOWN
    ]
    assert without == ["registration.pilot.pilot_basis", "registration.pilot.real_effect"]


def test_a_kind_that_the_law_names_is_not_asked():
    right, filing = right_and_filing()
    layout = replace(right, kind=RightKind.LAYOUT_DESIGN, number="BS.12500520.2")
    verdicts = {one.reference.id: one.verdict for one in examine(filing, layout, DAY, RULES)}
    assert verdicts["registration.pilot.real_effect"] is GroundVerdict.NOT_APPLICABLE


def test_a_debt_that_outlives_the_certificate_is_refused():
    right, filing = right_and_filing()
    findings = examine(replace(filing, debt_end=date(2029, 6, 10)), right, DAY, RULES)
    assert [one.reference.id for one in findings if one.verdict is GroundVerdict.REFUSED] == [
        "registration.pilot.debt_term"
    ]


def test_its_filing_has_documents_and_a_deadline():
    right, filing = right_and_filing()
    assert {"form", "main_contract", "pledge_contract"} <= {
        one.value for one in check_papers(filing, right, DAY, RULES).required
    }
    assert (
        review_deadline(right.kind, DAY, True, WorkingDays(frozenset({2026}), frozenset(), frozenset()), RULES).day
        > DAY
    )


def test_it_is_valued_with_an_interval_and_grades_of_evidence(quote):
    value = {name: float(quote["appraisal"]["value"][name]) for name in ("p10", "p50", "p90")}
    assert 0 < value["p10"] < value["p50"] < value["p90"]
    methods = {one["method"] for one in quote["appraisal"]["methods"]}
    assert methods == {"relief_from_royalty", "cost"}


def test_it_counts_in_the_limit_by_its_own_cap_and_lending_value(quote):
    limits = {one["code"]: one for one in quote["pledge"]["limits"]}
    assert limits["pledge_rate"]["rate"] == "0.1"
    assert float(quote["pledge"]["value"]) == min(float(one["amount"]) for one in limits.values()) > 0
    assert quote["credit_limit"]["conditional"]


def test_a_mode_for_patents_does_not_take_it(quote):
    verdicts = {mode["id"]: mode["eligible"] for mode in quote["modes"]}
    assert verdicts["bank-alone"] == "yes"
    assert verdicts["guangzhou-55"] == "no"
    reasons = json.dumps([one for mode in quote["modes"] for one in mode["conditions"]], ensure_ascii=False)
    assert "数据知识产权" in reasons and "data IP right" in reasons


def test_what_decides_and_is_not_confirmed_is_shown(quote):
    (right,) = quote["rights"]
    (rule, *_) = right["life_explanation"]["references"]
    assert rule["confidence"] == "unconfirmed" and rule["note"]["en"]
    assert right["pledgeable"] == "unknown"


@pytest.mark.parametrize(("lang", "words"), [("zh", "数据知识产权"), ("en", "data IP right")])
def test_the_command_line_quotes_and_appraises_it_in_both_languages(lang, words, capsys):
    assert main(["quote", str(CASE), "--lang", lang]) == 0
    assert words in capsys.readouterr().out
    assert main(["appraise", str(CASE), "--lang", lang]) == 0
    assert "P10" in capsys.readouterr().out


def test_a_list_of_rights_is_checked_on_the_command_line(tmp_path, capsys):
    file = tmp_path / "rights.csv"
    file.write_text(
        "数据知识产权名称,数据知识产权登记号,权利人,申请日,登记公告日\n水质监测数据集,2026A0010000123X,甲公司,2026-03-09,2026-06-10\n",
        encoding="utf-8",
    )
    assert main(["rights", "check", str(file), "--as-of", "2026-11-30", "--json"]) == 0
    found = json.loads(capsys.readouterr().out)
    assert found["by_kind"] == {"data_ip": 1} and found["rights"][0]["term_end"] == "2029-06-09"
