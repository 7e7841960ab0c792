"""Whatever happens, the command line answers with a message and an exit code: no traceback, no file lost, no formula."""

import csv
import io
import json
import os
import shutil
import signal
import subprocess
import sys
import tarfile
import threading
import time
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from zhirong.batch.run import local_pool
from zhirong.cli import main as cli
from zhirong.cli.faults import EXIT_FAULT, EXIT_INTERRUPTED, EXIT_MACHINE
from zhirong.cli.outputs import safe_cells
from zhirong.cli.processes import Background
from zhirong.kernel.interrupts import interrupts_held

CASE = Path(__file__).resolve().parents[2] / "src/zhirong/cases/xixian-jingshuixing/case.toml"
PACK = """
id = "bank"
title = { zh = "银行政策", en = "bank policy" }
version = "2026.1"
valid_from = 2026-06-01
[issuer]
kind = "lender"
name = { zh = "秦川银行", en = "Qinchuan Bank" }
"""
_HEAD = (
    "id,"
    + "".join(
        f"{name}_low,{name}_mode,{name}_high,{name}_grade,"
        for name in ("revenue", "growth", "decay", "royalty", "discount", "life")
    )
    + "tax_rate,convention,life_cap\n"
)
_ROW = (
    "10000000,12000000,13000000,audited,0,0.05,0.1,declared,0,0,0,assumed,0.02,0.03,0.04,assumed,"
    "0.14,0.17,0.2,assumed,5,7,9,assumed,0.15,mid_year,\n"
)
ZHIRONG = [sys.executable, "-m", "zhirong.cli.main"]


def run(*words: object, **more: str) -> "subprocess.CompletedProcess[bytes]":
    environment = {**os.environ, **more}
    environment.pop("DJANGO_SETTINGS_MODULE", None)
    done = subprocess.run(
        [*ZHIRONG, *(str(word) for word in words)], capture_output=True, env=environment, check=False
    )
    assert b"Traceback" not in done.stderr, done.stderr.decode()
    return done


def into(place: str, *words: str) -> "tuple[int, str]":
    with Path(place).open("wb") as out:
        done = subprocess.run([*ZHIRONG, *words], stdout=out, stderr=subprocess.PIPE, text=True, check=False)
    return done.returncode, done.stderr


# -- outputs and inputs -------------------------------------------------------------------------------------------


@pytest.mark.parametrize("option", ["--pdf", "--xlsx"])
def test_an_output_never_overwrites_an_input(
    tmp_path: Path, option: str, capsys: pytest.CaptureFixture[str]
) -> None:
    case, link = tmp_path / "case.toml", tmp_path / "link.toml"
    (tmp_path / "x").mkdir()
    shutil.copy(CASE, case)
    link.symlink_to("case.toml")
    os.link(case, tmp_path / "same.toml")
    before = case.read_bytes()
    for name in (case, link, tmp_path / "same.toml", f"{tmp_path}/x/../case.toml"):
        assert cli.main(["quote", str(case), option, str(name), "--json"]) == 2
        problems = json.loads(capsys.readouterr().err)["error"]["problems"]
        assert [one["code"] for one in problems] == ["overwrites_input"]
    assert case.read_bytes() == before


def test_nothing_is_written_into_a_policy_pack_in_use(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    pack = tmp_path / "pack"
    pack.mkdir()
    (pack / "pack.toml").write_text(PACK, encoding="utf-8")
    before = {path: path.read_bytes() for path in pack.rglob("*") if path.is_file()}
    for option, name in (("--pdf", "pack.toml"), ("--xlsx", "new.xlsx"), ("--pdf", "../pack/x.pdf")):
        words = ["quote", str(CASE), "--rules", str(pack), option, str(pack / name), "--json"]
        assert cli.main(words) == 2
        problems = json.loads(capsys.readouterr().err)["error"]["problems"]
        assert [(one["field"], one["code"]) for one in problems] == [(option, "overwrites_input")]
    assert {path: path.read_bytes() for path in pack.rglob("*") if path.is_file()} == before


def test_a_file_that_no_reader_can_take_is_refused(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    pipe, large, digits = tmp_path / "pipe", tmp_path / "large.toml", tmp_path / "digits.toml"
    deep = tmp_path / "deep.toml"
    os.mkfifo(pipe)
    large.write_text("#" * (5 << 20), encoding="utf-8")
    digits.write_text("a = 1" + "0" * 5000, encoding="utf-8")
    deep.write_text("a = " + "[" * 5000 + "]" * 5000, encoding="utf-8")
    for file, code in ((pipe, "not_a_file"), ("/dev/zero", "not_a_file"), (large, "file_too_large"),
                       (digits, "too_large"), (deep, "too_deep")):  # fmt: skip
        for words in (["quote", "FILE"], ["limit", "FILE"], ["settle", "FILE", "--mode", "guangzhou-5311"],
                      ["quote", str(CASE), "--scores", "FILE"]):  # fmt: skip
            told = [str(file) if word == "FILE" else word for word in words]
            assert cli.main([*told, "--json"]) == 2, told
            problems = json.loads(capsys.readouterr().err)["error"]["problems"]
            assert [one["code"] for one in problems] == [code], told


def test_every_command_that_writes_is_held_to_it(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    for words in (
        ["quote", "FILE", "--pdf", "FILE"],
        ["schedule", "FILE", "--xlsx", "FILE"],
        ["loan", "replay", "FILE", "--xlsx", "FILE"],
        ["loan", "replay", "FILE", "--beancount", "FILE"],
        ["appraise", "FILE", "--docx", "FILE"],
        ["appraise", "--batch", "FILE", "--out", "FILE"],
    ):
        file = tmp_path / "input"
        file.write_text("untouched", encoding="utf-8")
        code = cli.main([str(file) if word == "FILE" else word for word in words])
        assert code == 2 and "不能覆盖" in capsys.readouterr().err, words
        assert file.read_text(encoding="utf-8") == "untouched", words


def test_two_outputs_in_one_file(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    out = tmp_path / "out"
    assert cli.main(["quote", str(CASE), "--pdf", str(out), "--xlsx", f"{tmp_path}/./out"]) == 2
    assert "同一文件" in capsys.readouterr().err and not out.exists()


# -- faults -------------------------------------------------------------------------------------------------------


def test_a_full_disk() -> None:
    for words in (["modes"], ["modes", "--json"], ["quote", str(CASE)]):
        code, said = into("/dev/full", *words)
        assert code == EXIT_MACHINE and "磁盘已满" in said and "Traceback" not in said


def test_a_fault_of_the_program_has_its_own_code(monkeypatch: pytest.MonkeyPatch) -> None:
    from zhirong.cli import modes

    def broken(_options: object) -> int:
        raise RuntimeError("it broke")

    monkeypatch.setattr(modes, "run", broken)
    script = "import sys; from zhirong.cli import modes, main\ndef broken(o): raise RuntimeError('it broke')\n"
    script += "modes.run = broken\nsys.argv = ['zhirong', 'modes']\nsys.exit(main.main())"
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=False)
    assert (
        done.returncode == EXIT_FAULT and "RuntimeError: it broke" in done.stderr and "Traceback" not in done.stderr
    )
    again = subprocess.run(
        [sys.executable, "-c", script],
        capture_output=True,
        text=True,
        check=False,
        env={**os.environ, "ZHIRONG_DEBUG": "1", "ZHIRONG_LANG": "en"},
    )
    assert again.returncode == EXIT_FAULT and "Traceback" in again.stderr and "internal error" in again.stderr
    with pytest.raises(RuntimeError):  # a program that calls it hears of it
        cli.main(["modes"])


@pytest.mark.parametrize("during", ["stop()", "eval('stop()', {'stop': stop})"])
def test_an_interruption(during: str, tmp_path: Path) -> None:
    """Also while text is evaluated, as in the definition of a NamedTuple: there Python used to end by the signal."""
    script = "import os, signal, sys; from zhirong.cli import modes, main\n"
    script += "stop = lambda: os.kill(os.getpid(), signal.SIGINT)\n"
    script += f"modes.run = lambda o: {during}\nsys.argv = ['zhirong', 'modes']\nsys.exit(main.main())\n"
    (tmp_path / "interrupted.py").write_text(script, encoding="utf-8")
    done = subprocess.run(
        [sys.executable, "-m", "interrupted"], capture_output=True, text=True, check=False, cwd=tmp_path
    )
    assert (done.returncode, done.stderr) == (EXIT_INTERRUPTED, "已中断\n")


def _holds_interrupts(process: int) -> bool:
    """Whether the process never receives SIGINT, from its first instruction."""
    status = dict(line.split(":\t", 1) for line in Path(f"/proc/{process}/status").read_text().splitlines())
    return bool(int(status["SigBlk"], 16) >> (signal.SIGINT - 1) & 1)


@pytest.mark.skipif(
    not Path("/proc/self/status").exists(), reason="needs Linux: masks of signals are read from /proc"
)
def test_no_process_that_is_started_for_a_work_receives_an_interruption(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Not even while it imports its modules: there a handler of its own comes too late."""
    with local_pool(2)() as pool:
        process = pool.submit(os.getpid).result()
        assert _holds_interrupts(process)
    monkeypatch.setenv("ZHIRONG_DATA", str(tmp_path))
    background = Background()
    try:
        assert _holds_interrupts(background._process.pid)
    finally:
        background.end()
    assert not _holds_interrupts(os.getpid())


def test_an_interruption_is_held_even_if_another_thread_receives_it() -> None:
    """As the threads of numerical libraries do: a process being started would be forgotten, and outlive its queue."""
    asked, sent = threading.Event(), threading.Event()

    def receive() -> None:
        asked.wait(10)
        signal.pthread_kill(threading.get_ident(), signal.SIGINT)
        sent.set()

    threading.Thread(target=receive).start()
    done = []
    with pytest.raises(KeyboardInterrupt), interrupts_held():
        asked.set()
        assert sent.wait(10)
        done.append("whole")
    assert done == ["whole"]
    assert signal.getsignal(signal.SIGINT) is signal.default_int_handler


def test_a_batch_that_is_interrupted_leaves_no_traceback(tmp_path: Path) -> None:
    """Ctrl-C reaches the processes of its pool too."""
    table = tmp_path / "in.csv"
    table.write_text(_HEAD + "".join(f"r{number},{_ROW}" for number in range(20_000)), encoding="utf-8")
    out = tmp_path / "o.csv"
    process = subprocess.Popen(
        [*ZHIRONG, "appraise", "--batch", str(table), "--out", str(out), "--workers", "2", "--paths", "3000"],
        stderr=subprocess.PIPE,
        stdout=subprocess.DEVNULL,
        text=True,
        start_new_session=True,
    )
    for _ in range(600):  # until the first block is kept: all processes are at work
        if [*tmp_path.glob("*o.csv*/*.npy")]:
            break
        time.sleep(0.1)
    os.killpg(process.pid, signal.SIGINT)
    said = process.communicate(timeout=120)[1]
    assert (process.returncode, said.count("Traceback")) == (EXIT_INTERRUPTED, 0), said


@pytest.mark.parametrize("port", ["-1", "65536", "99999", "x"])
def test_a_port_out_of_range(port: str) -> None:
    done = run("serve", "--port", port)
    assert done.returncode == 2 and "0–65535" in done.stderr.decode() and b"--port" in done.stderr


def test_a_terminal_that_knows_fewer_characters() -> None:
    done = run("modes", "guangzhou-5311", PYTHONIOENCODING="gbk")
    assert done.returncode == 0 and "广州" in done.stdout.decode("gbk")
    assert run("modes", PYTHONIOENCODING="ascii").returncode == 0
    listed = run("modes", "--json", PYTHONIOENCODING="ascii")
    assert listed.returncode == 0 and "模式" in json.dumps(json.loads(listed.stdout), ensure_ascii=False)
    refused = run("rules", "show", "没有", PYTHONIOENCODING="ascii")
    assert refused.returncode == 2


def test_a_reader_that_leaves_is_no_fault() -> None:
    for words in (["modes"], ["quote", str(CASE), "--explain"]):
        process = subprocess.Popen([*ZHIRONG, *words], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        assert process.stdout is not None and process.stderr is not None
        process.stdout.close()
        said = process.stderr.read()
        assert (process.wait(), said) == (0, "")


def test_a_language_that_is_not_there_is_said() -> None:
    done = run("modes", ZHIRONG_LANG="xx")
    assert done.returncode == 0 and "ZHIRONG_LANG=xx" in done.stderr.decode()


# -- backups ------------------------------------------------------------------------------------------------------


def test_a_backup_of_nothing(tmp_path: Path) -> None:
    done = run("platform", "backup", tmp_path / "x.tar", "--data", tmp_path / "nothing", DATABASE_URL="")
    assert done.returncode == 2 and "数据文件夹不存在" in done.stderr.decode()


@pytest.mark.parametrize("kind", ["absolute", "parent", "link", "folder", "device"])
def test_a_backup_holds_plain_files_only(tmp_path: Path, kind: str) -> None:
    """Without the filter of the standard library, which the first releases of Python 3.11 do not have."""
    from zhirong.operations.platform.backup import _unpack

    backup, folder = tmp_path / "b.tar", tmp_path / "data"
    folder.mkdir()
    with tarfile.open(backup, "w") as tar:
        info = tarfile.TarInfo({"absolute": "/etc/zhirong-x", "parent": "../x"}.get(kind, "x"))
        info.type = {"link": tarfile.SYMTYPE, "folder": tarfile.DIRTYPE, "device": tarfile.CHRTYPE}.get(
            kind, tarfile.REGTYPE
        )
        info.linkname = "/etc/passwd"
        tar.addfile(info, io.BytesIO(b""))
    with tarfile.open(backup) as tar, pytest.raises(ValueError, match="cannot be part of a backup"):
        _unpack(tar, folder)
    assert sorted(tmp_path.iterdir()) == sorted([backup, folder])
    assert not list(folder.iterdir())


# -- compiled functions -------------------------------------------------------------------------------------------


def test_compiled_without_a_place_to_keep_it(monkeypatch: pytest.MonkeyPatch) -> None:
    """As for a service without a home whose program folder is read-only."""
    from numba.core import caching

    from zhirong.kernel.compiled import compiled

    def twice(number: int) -> int:
        return 2 * number

    for kind in (caching.CacheImpl, *caching.CacheImpl.__subclasses__()):
        monkeypatch.setattr(kind, "_locator_classes", [])
    assert compiled(twice)(21) == 42


# -- cells --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "cell", ["=1+1", "+8613", "-x", "@SUM(1)", "\tx", "\r=x", "=HYPERLINK(1)", "-", "+", "-nan"]
)
def test_a_formula_is_words_in_a_spreadsheet(cell: str) -> None:
    expected = cell if cell == "+8613" else f"'{cell}"
    assert safe_cells([cell]) == [expected]


@given(st.text())
def test_no_cell_begins_a_formula_unless_it_is_a_number(text: str) -> None:
    (cell,) = safe_cells([text])
    assert cell in (text, f"'{text}")
    if cell[:1] in ("=", "+", "-", "@", "\t", "\r"):
        assert Decimal(cell).is_finite()


def test_a_csv_of_the_platform_has_no_formulas(capsys: pytest.CaptureFixture[str]) -> None:
    from zhirong.cli.show_list import _write_csv

    title = {"zh": "名称", "en": "title"}
    listing = {"columns": [{"name": "title", "title": title, "kind": "text"}]}
    _write_csv(listing, [{"id": 1, "title": '=HYPERLINK("http://x","y")'}, {"id": 2, "title": "-5.00"}], "zh")
    rows = list(csv.reader(io.StringIO(capsys.readouterr().out)))
    assert rows[1][1] == '\'=HYPERLINK("http://x","y")' and rows[2][1] == "-5.00"
