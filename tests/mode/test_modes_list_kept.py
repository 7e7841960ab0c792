"""``zhirong modes`` keeps its list for the day; a kept list never stands for another day, other files or other packs."""

import json
from pathlib import Path

import pytest

from zhirong.cli import modes_list
from zhirong.cli.main import main


@pytest.fixture
def kept(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    monkeypatch.delenv("ZHIRONG_RULES", raising=False)
    return tmp_path / "zhirong" / "modes.json"


def listed(capsys: pytest.CaptureFixture[str], *words: str) -> str:
    assert main(["modes", *words]) == 0
    return capsys.readouterr().out


def test_the_second_list_of_a_day_is_the_first_and_is_not_worked_out(
    kept: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    first = [listed(capsys, "--on", "2026-12-01", *words) for words in ((), ("--lang", "en"), ("--json",))]
    assert kept.is_file()
    monkeypatch.setattr(modes_list, "_worked_out", None)
    again = [listed(capsys, "--on", "2026-12-01", *words) for words in ((), ("--lang", "en"), ("--json",))]
    assert again == first
    assert "national-28" in first[0]


def test_another_day_another_file_or_a_pack_is_worked_out(
    kept: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    listed(capsys, "--on", "2026-12-01")
    written = json.loads(kept.read_text(encoding="utf-8"))
    kept.write_text(
        json.dumps({**written, "entries": []}), encoding="utf-8"
    )  # would print nothing, if it were used
    assert "national-28" in listed(capsys, "--on", "2019-05-01")
    kept.write_text(json.dumps({**written, "entries": []}), encoding="utf-8")
    stamps = modes_list._stamps()
    monkeypatch.setattr(modes_list, "_stamps", lambda: stamps[1:])
    assert "national-28" in listed(capsys, "--on", "2026-12-01")


def test_every_mode_file_is_in_the_stamp() -> None:
    stamped = {str(stamp[0]).rsplit("/", 1)[-1] for stamp in modes_list._stamps()}
    rules = Path(modes_list.__file__).resolve().parent.parent / "rules"
    assert {path.name for folder in ("modes", "funds") for path in (rules / folder).glob("*.toml")} <= stamped
    assert {"force.py", "mode_files.py", "confirmation.toml", "rulebook.py", "modes_list.py"} <= stamped


@pytest.mark.parametrize("damaged", ["", "[]", "{", '{"made_of": 1}', "\x00"])
def test_a_damaged_file_is_replaced(kept: Path, capsys: pytest.CaptureFixture[str], damaged: str) -> None:
    kept.parent.mkdir()
    kept.write_text(damaged, encoding="utf-8")
    assert "national-28" in listed(capsys, "--on", "2026-12-01")
    assert json.loads(kept.read_text(encoding="utf-8"))["entries"]


def test_a_folder_that_cannot_be_written_costs_only_time(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "file").write_text("", encoding="utf-8")
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "file"))
    assert "national-28" in listed(capsys, "--on", "2026-12-01")
