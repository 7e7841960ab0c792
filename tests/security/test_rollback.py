"""A database and its keys that are put back together are found out by the copy of the last signature outside."""

import shutil
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
import register_databases
from platform_world import Platform

from zhirong.kernel.errors import InputError
from zhirong.operations.pledge import jobs
from zhirong.operations.pledge.check_evidence import evidence_findings
from zhirong.store import keys, log, settings
from zhirong.store.models import Checkpoint, LogHead

pytestmark = pytest.mark.both_databases


@pytest.fixture
def platform(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[Platform]:
    """A platform whose last signature is copied outside."""
    with register_databases.fresh("sqlite") as (folder, url):
        monkeypatch.setattr(settings, "CHECKPOINT_COPY", tmp_path / "outside.checkpoint")
        monkeypatch.setattr(settings, "DATA", folder)
        monkeypatch.setattr(jobs, "DATA", folder)
        yield Platform(folder, url, monkeypatch)


def _sign(platform: Platform) -> int:
    return log.checkpoint(log.signing_key(platform.folder), platform.now).checkpoint.size


def _codes(platform: Platform) -> list[str]:
    return [one.code for one in evidence_findings(platform.folder, LogHead.objects.get())]


def _put_back(platform: Platform, saved: Path) -> None:
    register_databases.connections["default"].close()
    for one in platform.folder.iterdir():
        shutil.rmtree(one) if one.is_dir() else one.unlink()
    shutil.copytree(saved, platform.folder, dirs_exist_ok=True)


def test_database_and_keys_put_back_together_are_found_out(platform: Platform, tmp_path: Path) -> None:
    platform.firm()
    _sign(platform)
    register_databases.connections["default"].close()
    saved = Path(shutil.copytree(platform.folder, tmp_path / "saved"))
    platform.firm("后来的企业")
    size = _sign(platform)
    assert _codes(platform) == []
    _put_back(platform, saved)
    assert "log_cut_short" in _codes(platform)
    with pytest.raises(InputError) as caught:  # nothing is written over what was lost
        platform.firm("别的企业")
    assert [one.code for one in caught.value.problems] == ["log_cut_short"]
    outside = keys.outside_copy()
    assert outside is not None and outside.checkpoint.size == size


def test_another_past_of_the_same_length_is_found_out(platform: Platform, tmp_path: Path) -> None:
    platform.firm()
    _sign(platform)
    register_databases.connections["default"].close()
    saved = Path(shutil.copytree(platform.folder, tmp_path / "saved"))
    platform.firm("后来的企业")
    _sign(platform)
    outside = (tmp_path / "outside.checkpoint").rename(tmp_path / "kept")
    _put_back(platform, saved)
    platform.firm("别的企业")  # the copy outside is out of reach meanwhile
    platform.firm("又一家企业")
    outside.rename(tmp_path / "outside.checkpoint")
    assert "log_rewritten" in _codes(platform)
    with pytest.raises(InputError) as caught:
        _sign(platform)
    assert [one.code for one in caught.value.problems] == ["log_rewritten"]


@pytest.mark.parametrize(
    ("what", "code"), [("folder", "last_missing"), ("outside", "last_missing"), ("old", "last_behind")]
)
def test_a_missing_or_older_signature_is_a_finding(
    platform: Platform, tmp_path: Path, what: str, code: str
) -> None:
    platform.firm()
    _sign(platform)
    last, outside = platform.folder / keys.LAST_FILE, tmp_path / "outside.checkpoint"
    old = last.read_text("utf-8")
    platform.firm("后来的企业")
    _sign(platform)
    assert _codes(platform) == []
    if what == "old":
        last.write_text(old, "utf-8")
    else:
        (last if what == "folder" else outside).unlink()
    assert _codes(platform) == [code]


def test_the_worker_signs_within_minutes_and_only_what_is_new(platform: Platform) -> None:
    platform.firm()
    assert jobs.sign_often(platform.now) == 1
    assert jobs.sign_often(platform.now + timedelta(hours=1)) == 0
    platform.firm("后来的企业")
    assert jobs.sign_often(platform.now + timedelta(minutes=9)) == 0
    assert jobs.sign_often(platform.now + timedelta(minutes=11)) == 1
    assert Checkpoint.objects.order_by("-size").values_list("size", flat=True)[0] == LogHead.objects.get().size
    outside = keys.outside_copy()
    assert outside is not None and outside.checkpoint.size == LogHead.objects.get().size
