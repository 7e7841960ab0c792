"""Files that people bring, over HTTP to a server in processes of its own: the report comes back, a second time changes
nothing, a hostile file is refused in words.
"""

import io
import zipfile
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
import register_databases
from attack_world import serving
from platform_world import Member, Platform

from zhirong.chain.organisation.roles import MemberRole
from zhirong.client import ApiError, Client
from zhirong.kernel.identifiers import patent_check_digit
from zhirong.operations.declare import Call
from zhirong.operations.run import run_operation
from zhirong.operations.tokens import scopes_for

_ACCOUNT = "6222020200112233"
_STATEMENT = (
    "账号：6222020200112233\n"
    "交易日期,流水号,借方发生额,贷方发生额,对方户名,摘要\n"
    '2026-10-30,20261030000001,,"1,000.00",甲科技有限公司,货款\n'
    "20261031,20261031000002,15.00,,,手续费\n"
    "合计,,15.00,1000.00,,\n"
).encode("gb18030")


@pytest.fixture(scope="module")
def people() -> Iterator[dict[str, Client]]:
    """Clients of a firm's manager and a bank's cashier, on a running server."""
    with pytest.MonkeyPatch.context() as patch, register_databases.fresh("sqlite") as (folder, url):
        platform = Platform(folder, url, patch)
        _, manager = platform.firm("陕西泾水兴环保科技有限公司")
        bank, _ = platform.bank("西咸新区商业银行")
        tokens = {
            "firm": _token(platform, manager),
            "bank": _token(platform, platform.member(bank, MemberRole.LENDER_CASHIER)),
        }
        register_databases.connections.close_all()
        with serving(folder) as server:
            yield {name: Client(server.address, token) for name, token in tokens.items()}


def _token(platform: Platform, who: Member) -> str:
    actor = platform.actor(who)
    asked = {
        "name": "imports",
        "scopes": [scope for scope, _ in scopes_for(actor)],
        "expires_on": (platform.day + timedelta(days=30)).isoformat(),
    }
    return run_operation("token.make", Call(actor, platform.now, platform.key()), None, asked).shown_once


def _rights(title: str = "一种装置") -> bytes:
    lines = ["专利号,专利名称,申请日,授权公告日,法律状态"]
    for serial in range(1, 4):
        digits = f"201919{serial:06d}"
        lines.append(f"{digits}.{patent_check_digit(digits)},{title}{serial},2019-07-28,2021-05-04,有效")
    return "\n".join(lines).encode()


def _hostile() -> bytes:
    """A workbook of two kilobytes whose only cell is in a row that no spreadsheet has."""
    sheet = '<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetData>'
    sheet += f'<row r="{10**31}"><c r="A{10**31}" t="inlineStr"><is><t>a</t></is></c></row></sheetData></worksheet>'
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w") as file:
        file.writestr("[Content_Types].xml", "<Types/>")
        file.writestr("xl/workbook.xml", "<workbook/>")
        file.writestr("xl/worksheets/sheet1.xml", sheet)
    return made.getvalue()


def test_a_list_of_rights_is_kept_once_and_overwrites_only_where_asked(people: dict[str, Client]) -> None:
    firm = people["firm"]

    def send(content: bytes, *, overwrite: bool = False) -> dict[str, Any]:
        return dict(firm.right.import_(file=firm.files.upload("list.csv", content), overwrite=overwrite).answer)

    first = send(_rights())
    assert [row["outcome"] for row in first["rows"]] == ["new"] * 3 and first["overwrites"] == 0
    kept = [(row["id"], row["version"]) for row in firm.lists.firm_rights()]
    again = send(_rights())
    assert [row["outcome"] for row in again["rows"]] == ["same"] * 3
    assert [(row["id"], row["version"]) for row in firm.lists.firm_rights()] == kept
    with pytest.raises(ApiError) as caught:
        send(_rights("另一种装置"))
    assert caught.value.status == 422 and caught.value.problems[0].code == "would_overwrite"
    changed = send(_rights("另一种装置"), overwrite=True)
    (change,) = changed["rows"][0]["changes"]
    assert (change["old"], change["new"]) == ("一种装置1", "另一种装置1")


def test_a_statement_is_kept_once(people: dict[str, Client]) -> None:
    bank = people["bank"]

    def send() -> dict[str, Any]:
        file = bank.files.upload("statement.csv", _STATEMENT)
        return dict(bank.statement.import_(file=file, account_number=_ACCOUNT).answer)

    first, again = send(), send()
    assert (first["new"], first["known"], first["wrong"], first["passed_over"]) == (2, 0, 0, 1)
    assert (again["new"], again["known"], again["wrong"]) == (0, 2, 0)


@pytest.mark.parametrize("who", ["firm", "bank"])
def test_a_hostile_workbook_is_refused_in_words(people: dict[str, Client], who: str) -> None:
    client = people[who]
    file = client.files.upload("list.xlsx", _hostile())
    with pytest.raises(ApiError) as caught:
        if who == "firm":
            client.right.import_(file=file)
        else:
            client.statement.import_(file=file, account_number=_ACCOUNT)
    assert caught.value.status == 422 and caught.value.problems[0].reason["zh"]
