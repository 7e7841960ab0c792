"""A platform that is not there, a token that is none, a line that breaks: said so that it can be corrected; and a fast start."""

import json
import re
import subprocess
import sys
from pathlib import Path

import httpx
import pytest
from desk import Desk, Said

from zhirong.cli.main import main
from zhirong.cli.platform_client import moment
from zhirong.client import transport
from zhirong.store.financing import FirmRight
from zhirong.store.parties import ApiToken

_RIGHT = ["--set", "kind=invention", "--set", "title=一种检测装置", "--set", "number=202110123456.7"]
_RIGHT += ["--set", "filing_date=2021-03-10", "--set", "grant_date=2023-05-09"]


def _said(capsys: pytest.CaptureFixture[str], *words: str) -> Said:
    capsys.readouterr()
    code = main(words)
    return Said(code, *capsys.readouterr())


def test_they_start_without_django_or_anything_heavy() -> None:
    words = (
        "import sys; from zhirong.cli import do, show, show_list; from zhirong.cli.main import main; "
        "heavy = {'django', 'zhirong.store', 'zhirong.operations', 'numpy', 'xlsxwriter', 'openpyxl', 'pydantic'}; "
        "print(sorted(heavy & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", words], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_the_version_needs_no_data_classes() -> None:
    """``dataclasses`` imports ``inspect``, which is a fifth of the start of ``zhirong --version``."""
    words = "import sys; from zhirong.cli.main import main; print('dataclasses' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", words], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "False"


def test_a_program_of_its_own_does_it(desk: Desk, tmp_path: Path) -> None:
    token = tmp_path / "token"
    token.write_text(desk.world.token(desk.world.manager) + "\n", encoding="utf-8")
    command = [sys.executable, "-m", "zhirong.cli.main", "do", "right.add", *_RIGHT, "--json"]
    options = ["--url", desk.address, "--token-file", str(token)]
    done = subprocess.run([*command, *options], capture_output=True, text=True, check=False, env={"PATH": ""})
    assert done.returncode == 0, done.stderr
    assert FirmRight.objects.get().pk == json.loads(done.stdout)["id"]


@pytest.mark.parametrize(
    ("lang", "words"), [("zh", ["没有令牌", "--token-file"]), ("en", ["the token is missing"])]
)
def test_no_token(
    lang: str, words: list[str], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.delenv("ZHIRONG_TOKEN", raising=False)
    said = _said(capsys, "do", "--lang", lang)
    assert said.code == 2 and all(one in said.err for one in words)


def test_what_is_no_token_is_not_sent(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setenv("ZHIRONG_TOKEN", "zr_abc 令牌")
    said = _said(capsys, "show", "me")
    assert said.code == 2 and "不是令牌" in said.err and "zr_abc" not in said.err


def test_a_token_that_has_expired_or_was_revoked(desk: Desk) -> None:
    world = desk.world
    token = world.token(world.officer, days=1)
    assert desk(token, "show", "me").code == 0
    world.platform.later(2)
    late = desk(token, "do", "case.accept", "1")
    assert late.code == 2 and "平台拒绝（401）" in late.err and "令牌已到期、已撤销或填写有误" in late.err
    revoked = world.token(world.officer)
    world.run_operation(world.officer, "token.revoke", ApiToken.objects.latest("pk"))
    said = desk(revoked, "show", "me", "--lang", "en")
    assert said.code == 2 and "rejected (401)" in said.err and "create a new one" in said.err


@pytest.mark.parametrize("address", ["http://127.0.0.1:1", "nowhere", "http://[", "ftp://127.0.0.1"])
def test_nobody_answers(address: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setenv("ZHIRONG_TOKEN", "zr_abc")
    monkeypatch.setattr(transport.time, "sleep", lambda seconds: None)
    for lang, words in (("zh", "连不上"), ("en", "cannot be reached")):
        said = _said(capsys, "do", "case.accept", "1", "--url", address, "--lang", lang)
        assert said.code == 2 and words in said.err and "--url" in said.err and "--key" not in said.err


def test_somebody_else_answers(desk: Desk) -> None:
    said = desk(desk.world.officer, "show", "me", "--url", f"{desk.address}/somewhere")
    assert said.code == 2 and "该地址不是知融平台" in said.err


def test_a_broken_line_says_how_to_repeat_it(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    """The answer is lost after it was done: the same key finds it done, not done twice."""
    monkeypatch.setattr(transport.time, "sleep", lambda seconds: None)
    send = httpx.Client.request

    def lost(self: httpx.Client, method: str, *rest: object, **more: object) -> httpx.Response:
        response = send(self, method, *rest, **more)  # type: ignore[arg-type]
        if method == "POST":
            raise httpx.ReadTimeout("the line broke")
        return response

    with monkeypatch.context() as broken:
        broken.setattr(httpx.Client, "request", lost)
        said = desk(desk.world.manager, "do", "right.add", *_RIGHT)
    key = re.search(r"--key (\w+)", said.err)
    assert said.code == 2 and "连不上" in said.err and key is not None
    assert FirmRight.objects.count() == 1
    again = desk(desk.world.manager, "do", "right.add", *_RIGHT, "--key", key[1])
    assert again.code == 0 and "未重复办理" in again.out and FirmRight.objects.count() == 1


def test_what_cannot_be_read_is_named_together_before_anything_is_sent(desk: Desk, tmp_path: Path) -> None:
    bad = tmp_path / "bad.json"
    bad.write_text("[1", encoding="utf-8")
    said = desk(
        desk.world.manager,
        *("do", "case.draft", "--json-in", str(bad), "--set", "facts={", "--set", "=1", "--file", f"x={tmp_path}"),
    )
    assert said.code == 2 and "有 4 处问题" in said.err
    assert "不是有效的 JSON" in said.err and "facts" in said.err and "未按“字段=值”的格式填写" in said.err
    none = desk(desk.world.manager, "do", "case.submit")
    assert none.code == 2 and "未指定对象" in none.err
    extra = desk(desk.world.manager, "do", "case.draft", "3")
    assert extra.code == 2 and "该事项不针对某个对象" in extra.err
    file = desk(desk.world.manager, "do", "file.add", "--set", "file=证书.pdf")
    assert file.code == 2 and "--file file=" in file.err


def test_a_list_says_what_it_does_not_have(desk: Desk) -> None:
    world = desk.world
    said = desk(world.officer, "show", "lender.cases", "--filter", "x=1", "--filter", "state=收到", "--order=y")
    assert said.code == 2 and "有 3 处问题" in said.err and "submitted（" in said.err
    assert "该列表不存在" in desk(world.officer, "show", "firm.cases.all").err
    assert "不存在此类内容" in desk(world.officer, "show", "nothing", "1").err


def test_a_list_is_given_whole_where_all_is_asked_for(desk: Desk) -> None:
    world = desk.world
    for _ in range(53):
        world.make_case("submitted")
    part = desk(world.officer, "show", "lender.cases", "--csv")
    assert len(part.out.splitlines()) == 51 and "还有更多：--all" in part.err
    whole = desk(world.officer, "show", "lender.cases", "--csv", "--all", "--order=-number")
    numbers = [line.split(",")[1] for line in whole.out.splitlines()[1:]]
    assert len(numbers) == 53 and numbers == sorted(numbers, reverse=True) and not whole.err
    table = desk(world.officer, "show", "lender.cases", "--lang", "en")
    assert "2,000,000.00" in table.out and "…" not in table.out


def test_a_secret_is_shown_once_and_a_link_names_the_page() -> None:
    from zhirong.cli.do import _done_lines
    from zhirong.client import Done

    done = Done(5, "apitoken/1", 1, 1, {"id": 1}, False, "zr_secret")
    op = {"title": {"zh": "生成令牌", "en": "Create a token"}}
    assert any("仅显示一次" in line and "zr_secret" in line for line in _done_lines(op, done, "", "zh"))
    assert any("shown only once" in line for line in _done_lines(op, done, "", "en"))


def test_instants_are_shown_in_shanghai() -> None:
    assert moment("2026-11-26T00:16:33+00:00") == "2026-11-26 08:16"
    assert moment("2026-11-26") == "2026-11-26" and moment("第 2 期") == "第 2 期"
