"""The platform under a policy pack: its rules decide, and every decision keeps which pack that was."""

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from zhirong.chain.organisation.roles import MemberRole
from zhirong.evidence import canonical
from zhirong.kernel.errors import InputError
from zhirong.operations import rulebook
from zhirong.operations.platform import rulebook_history
from zhirong.operations.platform.audit import shown
from zhirong.store import models

MANIFEST = """
id = "qinchuan"
title = { zh = "秦川政策", en = "Qinchuan policy" }
version = "2026.1"
valid_from = 2020-01-01
[issuer]
kind = "lender"
name = { zh = "秦川银行", en = "Qinchuan Bank" }
"""
RULE = """
[[rule]]
id = "practice.least_fee"
title = { zh = "最低收费", en = "least fee" }
unit = "yuan"
[[rule.version]]
value = 4321
document = "秦川政策"
confidence = "verified"
"""
_CACHED = (
    rulebook.rulebook,
    rulebook.rules_version,
    rulebook.rules_content,
    rulebook_history.files,
    rulebook_history.language_files,
)


@pytest.fixture
def pack(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A pack that this process uses while the test runs."""
    folder = tmp_path / "pack"
    (folder / "modes").mkdir(parents=True)
    (folder / "pack.toml").write_text(MANIFEST, encoding="utf-8")
    (folder / "rule.toml").write_text(RULE, encoding="utf-8")
    monkeypatch.setenv("ZHIRONG_RULES", str(folder))
    for one in _CACHED:
        one.cache_clear()
    yield folder
    monkeypatch.delenv("ZHIRONG_RULES")
    for one in _CACHED:
        one.cache_clear()


def test_a_decision_keeps_the_packs_that_it_used(pack: Path, sqlite_platform: Any) -> None:
    platform = sqlite_platform
    assert rulebook_history.note_rules(platform.now) is True and rulebook_history.note_rules(platform.now) is False
    mark = rulebook.pack_mark(rulebook.rulebook().packs[0])
    assert mark.startswith("qinchuan 2026.1 ") and len(mark.split()[-1]) == 64
    assert rulebook_history.history()[0].packs == (mark,)
    firm, manager = platform.firm()
    platform.do(manager, "firm.describe", firm, facts={}, credit={})
    event = models.Event.objects.get(kind="firm.describe")
    content = canonical.decode(event.content.encode())
    assert content["_packs"] == [mark] and content["_rules"] == rulebook.rules_version()
    assert mark in shown(event).rules
    from zhirong.operations.platform.platform_check import check_register, platform_findings

    assert check_register(platform.folder).findings == () and list(platform_findings()) == []
    admin = platform.member(platform.organisation("platform"), MemberRole.SYSTEM_ADMIN)
    page = platform.client(admin).get("/admin/rules/").content.decode()
    assert "qinchuan 2026.1（1" in page and mark in page
    page = platform.client(admin).get("/admin/rules/practice.least_fee/").content.decode()
    assert "4321" in page and "政策包 qinchuan 2026.1" in page


def test_without_packs_nothing_is_kept_of_them(sqlite_platform: Any) -> None:
    platform = sqlite_platform
    assert rulebook_history.note_rules(platform.now) is True
    assert rulebook_history.history()[0].packs == ()
    assert "_packs" not in canonical.decode(models.Event.objects.latest("index").content.encode())


def test_an_event_from_before_there_were_packs_reads_as_one_without(sqlite_platform: Any) -> None:
    rulebook_history.note_rules(sqlite_platform.now)
    event = models.Event.objects.get(kind=rulebook_history.KIND)
    now = rulebook_history._request(event)
    content = canonical.decode(event.content.encode())
    request = json.loads(content["request"])
    del request["packs"]
    event.content = canonical.encode({**content, "request": json.dumps(request)}).decode()
    assert rulebook_history._request(event) == now


def test_a_pack_with_a_wrong_mode_stops_the_start(pack: Path, sqlite_platform: Any) -> None:
    (pack / "modes" / "wrong.toml").write_text('id = "wrong"\n', encoding="utf-8")
    for one in _CACHED:
        one.cache_clear()
    with pytest.raises(InputError):
        rulebook_history.note_rules(sqlite_platform.now)
    assert not models.Event.objects.filter(kind=rulebook_history.KIND).exists()


def test_serve_says_what_is_wrong_with_a_pack(pack: Path, tmp_path: Path) -> None:
    (pack / "rule.toml").write_text(RULE.replace('"yuan"', '"rate"'), encoding="utf-8")
    environment = {**os.environ, "ZHIRONG_DATA": str(tmp_path / "data"), "DATABASE_URL": ""}
    environment.pop("DJANGO_SETTINGS_MODULE", None)
    words = [sys.executable, "-m", "zhirong.cli.main", "serve", "--port", "0", "--no-worker"]
    done = subprocess.run(words, env=environment, capture_output=True, text=True, timeout=100, check=False)
    assert done.returncode == 2 and "被替换的规则单位是 yuan" in done.stderr and "Traceback" not in done.stderr
    assert json.dumps(done.stdout) == '""'
