"""Reports from the command line: made, signed, read back, compared; the page's own examples."""

import json
from pathlib import Path

import pytest
from practice_cases import DAY, RULES, a_record, an_appraisal, signature

from in_process import run_command
from zhirong.chain.appraisal_practice.people import read_pool
from zhirong.chain.appraisal_practice.records import formal_record, online_record, record_of_json
from zhirong.kernel.errors import InputError
from zhirong.kernel.fields import Reader, parse_toml

ROOT = Path(__file__).resolve().parents[2]
CASE = ROOT / "src" / "zhirong" / "cases" / "xixian-jingshuixing" / "case.toml"
PAGE = (ROOT / "docs" / "en" / "reference" / "appraisal-practice.md").read_text(encoding="utf-8")
SIGN, POOL = (block.split("```")[0] for block in PAGE.split("```toml\n")[1:3])


def run(*words):
    return run_command(*words)


@pytest.fixture(scope="module")
def papers(tmp_path_factory):
    folder = tmp_path_factory.mktemp("papers")
    (folder / "sign.toml").write_text(SIGN, encoding="utf-8")
    online = run("appraise", CASE, "--pdf", folder / "online.pdf", "--json")
    formal = run(
        "appraise", CASE, "--docx", folder / "formal.docx", "--method", "cost", "--sign", folder / "sign.toml"
    )
    assert (online.returncode, formal.returncode) == (0, 0), online.stderr + formal.stderr
    json.loads(online.stdout)
    return folder


def test_online_and_formal_come_back(papers):
    online = json.loads(run("report", papers / "online.pdf", "--json").stdout)
    formal = json.loads(run("report", papers / "formal.docx", "--json").stdout)
    assert online["record"]["grade"] == "online"
    assert online["record"]["signature"] is None
    assert formal["record"]["id"] == "R2026-017"
    assert formal["record"]["signature"]["appraisers"] == ["v1", "v2"]
    assert formal["parties"]["agency"] == "某评估机构"
    shown = run("report", papers / "online.pdf")
    assert "线上评估" in shown.stdout
    assert shown.returncode == 0


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_two_are_compared(papers, lang):
    done = run("report", papers / "online.pdf", papers / "formal.docx", "--lang", lang)
    assert done.returncode == 0, done.stderr
    assert ("等级不同" if lang == "zh" else "different grades") in done.stdout
    data = json.loads(run("report", papers / "online.pdf", papers / "formal.docx", "--json").stdout)
    assert data["first"] == "xixian-jingshuixing-2021-11-15"
    assert data["questions"]


def test_what_is_no_report_is_refused_by_name(papers, tmp_path):
    done = run("report", CASE)
    assert done.returncode == 2
    assert "不是本平台出具的评估报告" in done.stderr
    assert run("report", tmp_path / "none.pdf").returncode == 2
    nowhere = run("appraise", CASE, "--pdf", tmp_path / "no" / "such" / "folder.pdf")
    assert nowhere.returncode == 2
    assert "Traceback" not in nowhere.stderr
    early = tmp_path / "early.toml"
    early.write_text(SIGN.replace("2026-07-15", "2020-07-15").replace('["v1", "v2"]', '["v1"]'), encoding="utf-8")
    refused = run("appraise", CASE, "--docx", tmp_path / "x.docx", "--sign", early)
    assert refused.returncode == 2
    assert "signature.signed_on" in refused.stderr
    assert "signature.appraisers" in refused.stderr
    assert not (tmp_path / "x.docx").exists()


def test_the_pool_of_the_page_is_read():
    pool = read_pool(Reader(parse_toml(POOL, "page")))
    assert pool.experts[0].agency == pool.agencies[0].id == "A1"
    assert pool.agencies[0].qualifications[0].holds(DAY)


def test_a_record_comes_back_from_json():
    found = an_appraisal()
    for record in (
        a_record(),
        online_record("O1", found, DAY, RULES),
        formal_record(
            "F1", found, signature(), rules=RULES, fee=2_500_000, value_type="liquidation", client="甲公司"
        ),
    ):
        assert record_of_json(json.loads(json.dumps(record.as_json()))) == record
    spoilt = {**a_record().as_json(), "value": "lots"}
    with pytest.raises(InputError):
        record_of_json(spoilt)
