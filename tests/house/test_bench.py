"""The measurements run one after the other, each in a separate process, even if others fail."""

import json
import os
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
GOOD = """
import os
from bench.measure import Measurement
os.environ["LEFT_BEHIND"] = "by good"
def run():
    print("words of its own")
    return [Measurement("a work", "a peer", 1.0, 2.0, "a goal", True, "equal")]
"""
BAD = """
import os
def run():
    raise RuntimeError(f"it broke, and sees {os.environ.get('LEFT_BEHIND')}")
"""
MISSED = GOOD.replace("True", "False")
# What a part leaves running is known by a word of this process: other tests run beside it.
LEFT, STOPPED = f"left-by-slow-{os.getpid()}", f"left-by-stopped-{os.getpid()}"
SLOW = f"""
import subprocess, sys, time
def run():
    subprocess.Popen([sys.executable, "-c", "import time; time.sleep(60)", "{LEFT}"])
    time.sleep(60)
"""


@pytest.fixture
def bench(tmp_path: Path):  # type: ignore[no-untyped-def]
    """Runs a bench that has these parts."""

    def run(*words: str, seconds: str = "60", **parts: str) -> "subprocess.CompletedProcess[str]":
        folder = tmp_path / "bench"
        folder.mkdir()
        for name in ("__init__", "__main__", "measure"):
            shutil.copy(ROOT / "bench" / f"{name}.py", folder)
        for name, text in parts.items():
            (folder / f"{name}.py").write_text(text, encoding="utf-8")
        environment = {**os.environ, "ZHIRONG_BENCH_SECONDS": seconds}
        return subprocess.run(
            [sys.executable, "-m", "bench", *words],
            cwd=tmp_path,
            env=environment,
            capture_output=True,
            text=True,
            check=False,
        )

    return run


def test_all_goals_met_is_zero(bench) -> None:  # type: ignore[no-untyped-def]
    done = bench(good=GOOD)
    assert (done.returncode, done.stderr) == (0, "")
    assert "a work" in done.stdout and "1 measurements, 0 goals missed, 0 parts failed" in done.stdout


def test_a_part_that_fails_is_reported_and_the_others_run(bench) -> None:  # type: ignore[no-untyped-def]
    done = bench(bad=BAD, good=GOOD, zebra=GOOD)
    assert done.returncode == 1
    assert "bad FAILED" in done.stdout and "RuntimeError: it broke, and sees None" in done.stdout
    assert done.stdout.count("a work") == 2 and "1 parts failed" in done.stdout


def test_json_holds_both(bench) -> None:  # type: ignore[no-untyped-def]
    done = bench("--json", bad=BAD, good=GOOD)
    answer = json.loads(done.stdout)
    assert done.returncode == 1
    assert [one["part"] for one in answer] == ["good", "bad"]
    assert answer[0]["met"] is True and answer[0]["peer_over_ours"] == 2.0 and "it broke" in answer[1]["error"]


def test_a_goal_missed_is_one_and_an_unknown_name_two(bench) -> None:  # type: ignore[no-untyped-def]
    assert bench(missed=MISSED).returncode == 1


def test_an_unknown_name(bench) -> None:  # type: ignore[no-untyped-def]
    done = bench("goood", good=GOOD)
    assert done.returncode == 2 and "There are: good" in done.stdout


def test_a_part_that_takes_too_long_ends_with_all_that_it_started(bench) -> None:  # type: ignore[no-untyped-def]
    done = bench(seconds="8", slow=SLOW, zebra=GOOD)  # enough for a good one on a busy machine
    assert done.returncode == 1 and "slow FAILED" in done.stdout and "a work" in done.stdout
    assert not _running(LEFT)


def test_an_interruption_leaves_no_process(tmp_path: Path) -> None:
    shutil.copytree(ROOT / "bench", tmp_path / "bench", ignore=lambda _folder, names: {"__pycache__"} & set(names))
    for part in (tmp_path / "bench").glob("*.py"):
        if part.stem not in ("__init__", "__main__", "measure"):
            part.unlink()
    (tmp_path / "bench" / "slow.py").write_text(SLOW.replace(LEFT, STOPPED), encoding="utf-8")
    process = subprocess.Popen([sys.executable, "-m", "bench"], cwd=tmp_path, stdout=subprocess.DEVNULL)
    for _ in range(1200):
        if _running(STOPPED):
            break
        time.sleep(0.1)
    process.send_signal(signal.SIGINT)
    assert process.wait(60) == 130
    assert not _running(STOPPED)


def _running(word: str) -> bool:
    """Whether a process has this word on its command line and is no zombie."""
    for place in Path("/proc").glob("[0-9]*"):
        try:
            if word.encode() in place.joinpath("cmdline").read_bytes() and place.name != str(os.getpid()):
                return True
        except OSError:
            continue
    return False
