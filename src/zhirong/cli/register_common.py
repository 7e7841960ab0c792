"""Shared by the actions of ``zhirong register``: the actor, files, answers."""

import argparse
import os
import secrets
import sys
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from zhirong.cli.files import print_json, read_binary, unwritable
from zhirong.kernel.errors import InputError, Problem
from zhirong.kernel.fields import parse_toml
from zhirong.kernel.text import Text

if TYPE_CHECKING:
    from zhirong.operations.actors import Actor
    from zhirong.operations.declare import Call, Done
    from zhirong.store.keys import RegisterKey

Options = argparse.Namespace
ROLES = ("registrar", "lender", "firm", "court", "authority", "public")


@dataclass(frozen=True, slots=True)
class Action:
    """One action. words: its description, Chinese and English. configure: adds its options. run: returns its exit
    code.

    has_parts: it has sub-commands, which accept the common options.
    """

    words: tuple[str, str]
    configure: Callable[[argparse.ArgumentParser], object]
    run: Callable[[Options], int]
    has_parts: bool = False


def common_options() -> argparse.ArgumentParser:
    """Return the options of every action."""
    common = argparse.ArgumentParser(add_help=False)
    common.add_argument("--lang", choices=("zh", "en"), default=argparse.SUPPRESS, help="语言 / language")
    common.add_argument("--data", default=argparse.SUPPRESS, help="数据文件夹 / data folder (ZHIRONG_DATA)")
    common.add_argument("--json", action="store_true", help="机器可读 / for programs")
    common.add_argument(
        "--key",
        default="",
        metavar="WORDS",
        help="请求的键；重发时用原键 / key of the request; use the same one to repeat it",
    )
    common.add_argument("--as", dest="role", choices=ROLES, default="registrar", help="办理身份 / as whom")
    common.add_argument(
        "--party", default="", metavar="NAME", help="代表的机构或企业 / for which institution or firm"
    )
    common.add_argument("--party-code", default="", metavar="CODE", help="其信用代码 / its credit code")
    common.add_argument("--person", action="store_true", help="其为自然人 / it is a natural person")
    common.add_argument(
        "--account", default="", help="账号，默认为系统用户 / the account, the system's user by default"
    )
    return common


def folder() -> Path:
    """Return the data folder."""
    from zhirong.store.settings import DATA

    return DATA


def actor(options: Options) -> "Actor":
    """Return the actor: the registrar by default. Anyone who can write to the data folder may choose it."""
    from zhirong.chain.right.records import Holder
    from zhirong.operations.actors import Capacity, register_actor

    role = Capacity(options.role)
    party = Holder(options.party, options.party_code, options.person) if options.party else None
    if role in (Capacity.LENDER, Capacity.FIRM) and party is None:
        raise problem("--party", "", "请写明为哪家机构或企业办理", "name the institution or firm", "no_party")
    user = os.environ.get("USER", "registrar")
    own = "" if role is Capacity.PUBLIC else user
    return register_actor(
        options.account or (own if party is None else f"{user}:{role.value}:{options.party}"), role, party
    )


def by(options: Options) -> "Call":
    """Return the call: the actor, now, and the given key or a new one."""
    from zhirong.operations.declare import Call

    return Call(actor(options), datetime.now(UTC), options.key or secrets.token_hex(16))


def signing_key() -> "RegisterKey":
    """Return the register's key. Raises InputError if its file is missing or damaged."""
    from zhirong.store import keys

    try:
        return keys.signing_key(folder())
    except (OSError, ValueError) as error:
        zh, en = f"密钥不可用：{error}；遗失的请用 register key lost", f"the key cannot be used: {error}"
        hint = Text(
            "请从备份恢复 register.key，或运行 register key lost",
            "restore it from a backup, or run register key lost",
        )
        raise InputError([Problem("key", str(folder() / keys.KEY_FILE), Text(zh, en), hint, "key_file")]) from error


def write_private(path: str, content: bytes) -> None:
    """Write a file that only its owner can read, completely or not at all. Raises InputError with its name."""
    try:
        with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as file:
            os.fchmod(file.fileno(), 0o600)
            file.write(content)
    except OSError as error:
        raise unwritable(path, error) from error


def now() -> datetime:
    """Return the current instant."""
    return datetime.now(UTC)


def with_registration(parser: argparse.ArgumentParser) -> argparse.ArgumentParser:
    """Add the registration number, which nearly every action needs."""
    parser.add_argument("registration", type=int, metavar="ID", help="申请编号 / number of the filing")
    return parser


def say_done(options: Options, done: "Done") -> int:
    """Print the state of the registration after an operation. Returns 1 if it was rejected."""
    from zhirong.chain.pledge.registration import STATUS_WORDS, Status
    from zhirong.operations.pledge.search import view

    one = done.registration
    if one is None:
        return say_entry(options, done)
    if options.json:
        print_json({"index": done.index, "repeated": done.repeated, "registration": view(actor(options), one)})
    else:
        words = STATUS_WORDS[one.status].in_(options.lang)
        number = one.number or one.authority_number or "—"
        if options.lang == "zh":
            print(f"申请 {one.id}：{words}；登记号 {number}；日志第 {done.index} 条")
        else:
            print(f"filing {one.id}: {words}; number {number}; entry {done.index} of the log")
        if one.status is Status.REFUSED:
            print(one.end_reason)
    return 1 if one.status is Status.REFUSED else 0


def say_entry(options: Options, done: "Done") -> int:
    """Print the entry of an operation that concerns no registration."""
    if options.json:
        print_json({"index": done.index, "kind": done.kind, "repeated": done.repeated})
    else:
        zh, en = f"已记入日志第 {done.index} 条（{done.kind}）", f"entry {done.index} of the log ({done.kind})"
        print(zh if options.lang == "zh" else en)
    return 0


def toml(path: str) -> dict[str, Any]:
    """Read the tables of a TOML file, or of standard input for ``-``."""
    if path == "-":
        return parse_toml(sys.stdin.read(), "-")
    return parse_toml(read(path).decode("utf-8-sig"), path)


def rights_of(path: str) -> list[Any]:
    """Return the ``[[rights]]`` of a file."""
    found = toml(path).get("rights", [])
    if not isinstance(found, list) or not found:
        raise problem(path, "", "未填写权利（[[rights]]）", "[[rights]] are missing", "no_rights")
    return found


def read(path: str) -> bytes:
    """Return a file's bytes. Raises InputError with its name."""
    return read_binary(path)


def write(path: str, content: bytes) -> None:
    """Write a file completely or not at all. Raises InputError with its name."""
    try:
        Path(path).write_bytes(content)
    except OSError as error:
        raise unwritable(path, error) from error


def day(written: str) -> date:
    """Read a date option."""
    try:
        return date.fromisoformat(written)
    except ValueError as error:
        raise argparse.ArgumentTypeError(f"{written}：不是日期 / not a date, write it as 2026-01-31") from error


def money(written: str) -> int:
    """Read an amount option in fen: ``200万元``."""
    from zhirong.kernel.money import MoneyError, parse_yuan

    try:
        return parse_yuan(written)
    except MoneyError as error:
        raise argparse.ArgumentTypeError(f"{written}：不是金额 / not an amount ({error})") from error


def party(written: str) -> dict[str, Any]:
    """Read a party option: a name, or a name and a credit code separated by a comma."""
    name, _, code = written.partition(",")
    return {"name": name.strip(), "code": code.strip(), "is_natural_person": False}


def problem(field: str, value: str, zh: str, en: str, code: str) -> InputError:
    """Return one error in the input."""
    hint = Text("请见 --help", "see --help")
    return InputError([Problem(field, value, Text(zh, en), hint, code)])
