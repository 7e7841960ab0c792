"""`zhirong verify` as a bank or a court uses it: exit codes, both languages, files that cannot be used."""

import json
import subprocess
import sys

import pytest
from small_log import LOG_KEY, WITNESS, SmallLog

from zhirong.cli.main import main

LOG = SmallLog(20)


@pytest.fixture
def files(tmp_path):
    signed = LOG.signed(13).countersigned(WITNESS, 1_790_000_000)
    content = {
        "receipt.json": LOG.receipt(5, 13, signed=signed).as_bytes(),
        "forged.json": LOG.receipt(5, 13, signed=signed).as_bytes().replace(b'"P5"', b'"P6"'),
        "checkpoint.json": LOG.file(20, 13).as_bytes(),
        "checkpoint.txt": LOG.signed(20).as_text().encode(),
        "register.key": f"# register\n{LOG_KEY.public().as_text()}\n".encode(),
        "witness.key": f"{WITNESS.public().as_text()}\n".encode(),
        "not-a-receipt.json": b"{}\n",
    }
    for name, data in content.items():
        (tmp_path / name).write_bytes(data)
    return tmp_path


def run(files, *words):
    known = {path.name for path in files.iterdir()} | {"missing.json"}
    return main(["verify", *(str(files / word) if word in known else word for word in words)])


@pytest.mark.parametrize(
    ("words", "code", "says"),
    [
        (["receipt.json", "--key", "register.key"], 0, "属实"),
        (["receipt.json", "--key", "register.key", "--key", "witness.key"], 0, "见证人 witness.example"),
        (["receipt.json", "--checkpoint", "checkpoint.json"], 0, "完整包含前 13 条，未作改动"),
        (["receipt.json", "--key", "register.key", "--lang", "en"], 0, "Verified"),
        (["forged.json", "--key", "register.key"], 1, "计算的根哈希与检查点不一致"),
        (["forged.json", "--key", "register.key", "--lang", "en"], 1, "Failed"),
        (["receipt.json"], 2, "缺少可信依据"),
        (["receipt.json", "--key", "register.key", "--checkpoint", "checkpoint.txt"], 2, "缺少从 13 条到 20 条"),
    ],
)
def test_the_verdict_is_said_and_is_the_exit_code(files, capsys, words, code, says):
    assert run(files, *words) == code
    assert says in capsys.readouterr().out


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (["missing.json"], "文件不存在"),
        (["not-a-receipt.json"], "缺少检查点"),
        (["register.key"], "不是 JSON"),
        (["receipt.json", "--key", "receipt.json"], "不是规范的 base64"),
        (["receipt.json", "--checkpoint", "register.key"], "三部分不完整"),
        (["receipt.json", "--disclosure", "receipt.json"], "未知字段"),
    ],
)
def test_files_that_cannot_be_used_are_named_with_the_hint(files, capsys, words, says):
    assert run(files, *words) == 2
    said = capsys.readouterr().err
    assert says in said and "请" in said and str(files) in said


def test_programs_get_every_check(files, capsys):
    assert run(files, "receipt.json", "--key", "register.key", "--json") == 0
    found = json.loads(capsys.readouterr().out)
    assert found["verdict"] == "holds" and found["leaf_index"] == 5
    outcomes = {check["code"]: check["outcome"] for check in found["checks"]}
    assert outcomes["inclusion"] == outcomes["log_signature"] == "good"
    assert outcomes["signature_unknown_key"] == "not_checked"


def test_it_loads_neither_a_database_nor_a_network_nor_the_compiler(files):
    """A fresh process: what is not loaded cannot be used, and costs no time."""
    script = (
        "import sys; from zhirong.cli.main import main; code = main(sys.argv[1:]);"
        "print(sorted({'django', 'sqlite3', 'socket', 'ssl', 'numba', 'numpy', 'rich'} & set(sys.modules)));"
        "sys.exit(code)"
    )
    words = [str(files / "receipt.json"), "--key", str(files / "register.key")]
    done = subprocess.run(
        [sys.executable, "-c", script, "verify", *words], capture_output=True, text=True, check=False
    )
    assert (done.returncode, done.stdout.splitlines()[-1]) == (0, "[]")
