"""``zhirong witness``: it remembers what it countersigned before it gives it away, and never signs two views."""

import argparse
import threading

import pytest
from small_log import LOG_KEY, SmallLog

from zhirong.cli import witness
from zhirong.evidence import witness as checks
from zhirong.evidence.checkpoints import read_checkpoint
from zhirong.kernel.errors import InputError


@pytest.fixture
def folder(tmp_path):
    witness.run(argparse.Namespace(action="init", name="witness.test", folder=str(tmp_path / "w")))
    (tmp_path / "log.pub").write_text(LOG_KEY.public().as_text() + "\n")
    return tmp_path


def _sign(folder, name, file):
    (folder / name).write_bytes(file.as_bytes())
    words = argparse.Namespace(
        action="sign",
        file=str(folder / name),
        key=str(folder / "log.pub"),
        out=str(folder / f"{name}.out"),
        folder=str(folder / "w"),
    )
    return witness.run(words)


def test_two_at_once_do_not_countersign_two_views(folder, monkeypatch):
    """Both follow from what was seen; the second must be held against the first, not against what was before."""
    _sign(folder, "first", SmallLog(5).file(5))
    real, inside, go_on = checks.countersign, threading.Event(), threading.Event()
    problems = []

    def slow(*given):
        signed = real(*given)
        if threading.current_thread() is first:
            inside.set()
            go_on.wait(60)
        return signed

    def sign(name, log):
        try:
            _sign(folder, name, log.file(9, 5))
        except InputError as error:
            problems.append((name, error.problems[0].code))

    monkeypatch.setattr(checks, "countersign", slow)
    first = threading.Thread(target=sign, args=("one", SmallLog(9)))
    second = threading.Thread(target=sign, args=("other", SmallLog(9, change=7)))
    first.start()
    assert inside.wait(60)
    second.start()
    second.join(0.5)
    go_on.set()
    first.join(60)
    second.join(60)
    assert problems == [("other", "split_view")]
    assert (folder / "one.out").exists() and not (folder / "other.out").exists()


def test_what_was_seen_is_never_half_written(folder, monkeypatch):
    """A witness that is cut off while it remembers still knows what it saw before."""
    log = SmallLog(9)
    _sign(folder, "first", log.file(5))
    (seen,) = (folder / "w").glob("seen-*.txt")
    before = seen.read_bytes()

    def cut_off(number):
        raise OSError("no power")

    monkeypatch.setattr(witness.os, "fsync", cut_off)
    with pytest.raises(InputError):
        _sign(folder, "next", log.file(9, 5))
    assert seen.read_bytes() == before and not (folder / "next.out").exists()
    monkeypatch.undo()
    _sign(folder, "next", log.file(9, 5))
    assert read_checkpoint(seen.read_text(), "seen").checkpoint.size == 9
