"""``zhirong demo-region``: create a training region in an empty data folder, with accounts to sign in."""

import argparse
import os
import sys
from collections.abc import Sequence
from datetime import UTC, date, datetime
from typing import TYPE_CHECKING, Any

from zhirong.cli.files import print_json

if TYPE_CHECKING:
    from zhirong.demo.region import Login


def configure(parser: argparse.ArgumentParser) -> None:
    """Add the options: the folder and the day."""
    parser.add_argument("--data", default="", help="空的数据文件夹 / empty data folder (ZHIRONG_DATA)")
    parser.add_argument(
        "--today", type=date.fromisoformat, default=None, help="故事的最后一天 / last day of the story"
    )
    parser.add_argument(
        "--if-empty",
        action="store_true",
        help="已有内容时只列出演示账号 / only list the accounts if the folder is not empty",
    )
    parser.add_argument("--json", action="store_true", help="机器可读 / for programs")


def run(options: argparse.Namespace) -> int:
    """Return 0. Raises InputError if the database is not empty and ``--if-empty`` was not given."""
    if options.data:
        os.environ["ZHIRONG_DATA"] = options.data
    from zhirong.store.setup import ready

    ready("zhirong.web.settings")
    from zhirong.cli.serve import make_ready
    from zhirong.demo.building import build, kept_logins, load_table
    from zhirong.kernel.days import day_of
    from zhirong.operations.platform.seals import begin_seals
    from zhirong.store.parties import Organisation
    from zhirong.store.settings import DATA

    make_ready(DATA, "register.demo", seals=False)
    if options.if_empty and Organisation.objects.exists():
        # The region is there: say again how to sign in. Another platform has no demo accounts.
        logins = kept_logins()
        if not logins:
            return 0
    else:
        logins = build(options.today or day_of(datetime.now(UTC)), _Progress(options)).logins
        begin_seals()
    password = str(load_table()["password"])
    if options.json:
        print_json({"password": password, "is_demo": True, "accounts": [_account(one) for one in logins]})
    else:
        _print_accounts(logins, password, options.lang)
    return 0


class _Progress:
    """Prints the day that the story has reached, on a terminal that can show it."""

    def __init__(self, options: argparse.Namespace) -> None:
        self._shown = sys.stderr.isatty() and not options.json
        self._lang = options.lang

    def __call__(self, day: date) -> None:
        if self._shown:
            words = "演示区域：" if self._lang == "zh" else "the region: "
            print(f"\r{words}{day}", end="", file=sys.stderr, flush=True)


def _account(login: "Login") -> dict[str, Any]:
    return {"email": login.email, "organisation": login.organisation, "roles": list(login.roles)}


def _print_accounts(logins: Sequence["Login"], password: str, lang: str) -> None:
    from rich.console import Console
    from rich.table import Table

    from zhirong.chain.organisation.roles import ROLE_WORDS, MemberRole

    heads = ("邮箱", "机构", "角色") if lang == "zh" else ("e-mail", "organisation", "roles")
    table = Table()
    for head in heads:
        table.add_column(head, no_wrap=True)
    for login in logins:
        words = [ROLE_WORDS[MemberRole(one)] for one in login.roles]
        table.add_row(
            login.email, login.organisation, "、".join(one.zh if lang == "zh" else one.en for one in words)
        )
    if sys.stderr.isatty():
        print(file=sys.stderr)
    # A truncated address is useless, so the table takes the width that it needs.
    console = Console(width=max(Console().width, 120))
    console.print(table)
    says = "所有账号的口令：" if lang == "zh" else "password of every account: "
    console.print(f"{says}{password}", highlight=False)
    console.print(
        "演示账号：登录不要求第二因素，切勿用于真实数据"
        if lang == "zh"
        else "demo accounts: sign-in asks for no second factor; never use them with real data",
        highlight=False,
    )
