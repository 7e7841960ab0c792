"""``zhirong platform``: founding, upgrade, backup, restore, check and settings of a platform."""

import argparse
import os
import secrets
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from zhirong.cli.database import usable_database
from zhirong.cli.environment import SETTINGS, shown_value
from zhirong.cli.files import print_json
from zhirong.cli.platform_upgrade import print_check, run_upgrade, upgrade_options

_WORDS: Mapping[str, tuple[str, str]] = {
    "found": ("建立平台：运营机构和三个管理员", "set up the platform: its operator and three administrators"),
    "backup": ("联机备份：数据库、文件、密钥", "backup while it runs: database, files, keys"),
    "restore": ("恢复到空文件夹", "restore into an empty folder"),
    "move": (
        "从 SQLite 迁到 DATABASE_URL 的空 PostgreSQL，再核对",
        "from SQLite into the empty PostgreSQL of DATABASE_URL, then check",
    ),
    "upgrade": (
        "升级数据库：先备份，再升级、核对；--dry-run 仅在副本上试行",
        "upgrade the database: back up, upgrade, check; --dry-run tries it on a copy",
    ),
    "check": ("核对：日志、登记簿、平台各表、文件", "check log, register, tables and files"),
    "settings": ("列出环境设置", "list the settings of the environment"),
}


def configure(parser: argparse.ArgumentParser) -> None:
    """Add the sub-commands and their options."""
    actions = parser.add_subparsers(dest="action", required=True, metavar="|".join(_WORDS))
    common = argparse.ArgumentParser(add_help=False)
    common.add_argument("--lang", choices=("zh", "en"), default=argparse.SUPPRESS, help="语言 / language")
    common.add_argument("--data", default="", help="数据文件夹 / data folder (ZHIRONG_DATA)")
    common.add_argument("--json", action="store_true", help="机器可读 / for programs")
    added = {
        name: actions.add_parser(name, help=" / ".join(words), parents=[common]) for name, words in _WORDS.items()
    }
    for name in ("name", "code", "region", "system", "security", "audit"):
        added["found"].add_argument(f"--{name}", required=True)
    added["backup"].add_argument("file", metavar="FILE", help="备份文件 / the backup to write")
    upgrade_options(added["upgrade"])
    added["restore"].add_argument("file", metavar="FILE", help="备份文件 / the backup to read")


def run(options: argparse.Namespace) -> int:
    """Return 0, or 1 for findings of a check. Raises InputError if the action is impossible."""
    if options.data:
        os.environ["ZHIRONG_DATA"] = options.data
    with usable_database(Path(os.environ.get("ZHIRONG_DATA", "zhirong-data"))):
        return _ACTIONS[options.action](options)


def _settings(options: argparse.Namespace) -> int:
    if options.json:
        print_json(
            [
                {
                    "name": one.name,
                    "meaning": one.meaning.as_json(),
                    "default": one.otherwise,
                    "set": shown_value(one),
                }
                for one in SETTINGS
            ]
        )
        return 0
    for one in SETTINGS:
        value = shown_value(one)
        now = f"= {value}" if value else f"（{one.otherwise}）" if options.lang == "zh" else f"({one.otherwise})"
        print(f"{one.name:26} {now}\n    {one.meaning.in_(options.lang)}")
    return 0


def _found(options: argparse.Namespace) -> int:
    """Found the platform. The three accounts set their passwords through the message that the sign-in page sends
    them.
    """
    from zhirong.store.setup import ready

    ready("zhirong.web.settings")
    from allauth.account.models import EmailAddress

    from zhirong.cli.serve import make_ready
    from zhirong.operations import catalogue
    from zhirong.operations.actors import WORKER
    from zhirong.operations.clock import now
    from zhirong.operations.declare import Call
    from zhirong.operations.run import run_operation
    from zhirong.store.parties import Account
    from zhirong.store.settings import DATA

    make_ready(DATA, "register.local")
    catalogue.load()
    for email in (options.system, options.security, options.audit):
        account, is_new = Account.objects.get_or_create(email=email, defaults={"username": email})
        if is_new:
            account.set_unusable_password()
            account.save()
            EmailAddress.objects.create(user=account, email=email, verified=True, primary=True)
    names = ("name", "code", "region", "system", "security", "audit")
    request = {name: getattr(options, name) for name in names}
    done = run_operation("platform.found", Call(WORKER, now(), secrets.token_hex(16)), None, request)
    _say(
        options,
        done.answer,
        f"平台已建立（机构 {done.id}）；三位管理员请在登录页通过“忘记密码”设置密码",
        f"set up (organisation {done.id}); the administrators set their passwords with 'Forgot password' on the sign-in page",
    )
    return 0


def _backup(options: argparse.Namespace) -> int:
    folder = _data()
    from zhirong.operations.platform.backup import back_up
    from zhirong.store.setup import demand_schema

    demand_schema(may_be_older=True)
    manifest = back_up(folder, Path(options.file), datetime.now(UTC))
    count = len(manifest["members"])
    _say(options, manifest, f"已备份 {count} 个成员：{options.file}", f"{count} members: {options.file}")
    return 0


def _restore(options: argparse.Namespace) -> int:
    folder = _data()
    from zhirong.operations.platform.backup import restore

    manifest = restore(Path(options.file), folder)
    _say(
        options,
        manifest,
        f"已恢复到 {folder}（备份于 {manifest['made_at']}）；请运行 zhirong platform check",
        f"restored to {folder} (made {manifest['made_at']}); now run zhirong platform check",
    )
    return 0


def _move(options: argparse.Namespace) -> int:
    """Move the database. The tables of the pages move too, so their settings are loaded; the folder already has its
    secret.
    """
    from zhirong.store.setup import ready

    ready("zhirong.web.settings")
    from zhirong.operations.platform.database_move import MOVED, move
    from zhirong.store.settings import DATA

    counts = move(DATA)
    rows = sum(counts.values())
    if not options.json:
        print(
            f"已迁移 {len(counts)} 张表 {rows} 行；原数据库留作 {DATA / MOVED}，确认无误后可删除。核对结果："
            if options.lang == "zh"
            else f"{len(counts)} tables with {rows} rows moved; the old database is kept as {DATA / MOVED}, which you can delete once everything is confirmed. Check:"
        )
    return _check(options)


def _check(options: argparse.Namespace) -> int:
    folder = _data()
    from zhirong.operations.platform.upgrade import check_all

    checked = check_all(folder)
    if options.json:
        print_json(checked.as_json())
    else:
        print_check(checked, options.lang)
    return 1 if checked.count else 0


def _data() -> Path:
    """Return the data folder with the store ready. The settings of the pages are not loaded, because they would
    create a secret.
    """
    from zhirong.store.setup import ready

    ready()
    from zhirong.store.settings import DATA

    return DATA


def _say(options: argparse.Namespace, value: Any, zh: str, en: str) -> None:
    if options.json:
        print_json(value)
    else:
        print(zh if options.lang == "zh" else en)


_ACTIONS: Mapping[str, Callable[[argparse.Namespace], int]] = {
    "found": _found,
    "backup": _backup,
    "restore": _restore,
    "move": _move,
    "upgrade": run_upgrade,
    "check": _check,
    "settings": _settings,
}
