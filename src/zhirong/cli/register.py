"""``zhirong register``: the pledge register from the command line, as its registrar."""

import argparse
import json
import os
import secrets
import sys
from collections.abc import Callable, Mapping
from datetime import UTC, date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from zhirong.cli.files import print_json, unreadable, unwritable
from zhirong.kernel.errors import InputError, Problem
from zhirong.kernel.fields import parse_toml
from zhirong.kernel.text import Text

if TYPE_CHECKING:
    from zhirong.verbs.pattern import By, Done
    from zhirong.verbs.permissions import Actor

_WORDS: Mapping[str, tuple[str, str]] = {
    "init": ("建立登记簿：数据表、空日志、密钥", "found a register: tables, empty log, key"),
    "precheck": ("出质前核对：是否可质押，哪一条不行", "pre-check: can it be pledged, by which rule not"),
    "file": ("申请登记", "file a pledge"),
    "examine": ("审查：逐条不予登记情形", "examine a filing, ground by ground"),
    "enter": ("登记并给登记号", "enter it and give its number"),
    "record": ("记载登记机关的登记号和证书", "record the authority's number and certificate"),
    "discharge": ("注销", "discharge a registration"),
    "show": ("一件登记的现状和经过", "one registration and its history"),
    "search": ("查询", "search"),
    "certificate": ("登记证明（PDF）和回执", "certificate (PDF) and receipt"),
    "changes": ("某日的变动", "the changes of a day"),
    "watch": ("存续登记的每日复核", "examine all standing registrations again"),
    "reconcile": ("与登记机关公布的数据核对", "compare with an authority's published data"),
    "check": (
        "全部重算：日志、登记、证明、签名、缺号",
        "recompute everything: log, entries, proofs, signatures, gaps",
    ),
}


def configure(parser: argparse.ArgumentParser) -> None:
    """The sub-commands and their options."""
    actions = parser.add_subparsers(dest="action", required=True, metavar="|".join(_WORDS))
    common = argparse.ArgumentParser(add_help=False)
    common.add_argument("--lang", choices=("zh", "en"), default=argparse.SUPPRESS, help="语言 / language")
    common.add_argument("--data", default=argparse.SUPPRESS, help="数据文件夹 / data folder (ZHIRONG_DATA)")
    common.add_argument("--json", action="store_true", help="机器可读 / for programs")
    added = {
        name: actions.add_parser(name, help=" / ".join(words), parents=[common]) for name, words in _WORDS.items()
    }
    added["init"].add_argument("--origin", default="register.local", help="日志名 / name of the log")
    added["init"].add_argument("--hash", choices=("sm3", "sha-256"), default="sm3")
    for name in ("precheck", "file"):
        added[name].add_argument("file", metavar="FILE", help="TOML: role, [filing], [[rights]]")
    for name in ("examine", "enter", "record", "discharge", "show", "certificate"):
        added[name].add_argument("registration", type=int, metavar="ID", help="申请编号 / number of the filing")
    for name in ("file", "examine", "enter", "record", "discharge"):
        added[name].add_argument("--key", default="", help="请求的键，重发用原键 / key of the request")
    added["examine"].add_argument(
        "--resolved",
        action="append",
        default=[],
        metavar="KEY/N=WORDS",
        help="资料不足的一项如何核实 / how it was settled",
    )
    added["record"].add_argument("--authority", required=True)
    added["record"].add_argument("--number", required=True)
    added["record"].add_argument("--certificate", required=True, metavar="FILE", help="证书 / the certificate")
    added["record"].add_argument("--day", type=_day, required=True)
    added["discharge"].add_argument("--reason", required=True)
    search = added["search"]
    search.add_argument("--number", default="")
    search.add_argument("--name", default="")
    search.add_argument("--how", choices=("exact", "part", "similar"), default="exact")
    search.add_argument("--side", choices=("any", "pledgor", "pledgee"), default="any")
    search.add_argument("--code", default="")
    search.add_argument("--first", type=_day)
    search.add_argument("--last", type=_day)
    added["certificate"].add_argument("--pdf", required=True, metavar="FILE")
    added["certificate"].add_argument("--receipt", required=True, metavar="FILE")
    added["changes"].add_argument("day", type=_day, metavar="DATE")
    added["reconcile"].add_argument("authority")
    added["reconcile"].add_argument("file", metavar="FILE", help="JSON")
    added["reconcile"].add_argument("--complete", action="store_true", help="数据是全部 / the data are everything")
    added["reconcile"].add_argument("--key", default="")


def run(options: argparse.Namespace) -> int:
    """0 done, 1 done with findings (a refusal, a difference, a damaged register); InputError for bad input."""
    if hasattr(options, "data"):
        os.environ["ZHIRONG_DATA"] = options.data
    from zhirong.store.setup import ready

    ready()
    from django.db.utils import OperationalError, ProgrammingError

    from zhirong.store.transaction import NoRegisterError

    try:
        return _ACTIONS[options.action](options)
    except (NoRegisterError, OperationalError, ProgrammingError) as error:
        problem = Problem(
            "register",
            str(_folder()),
            Text(f"用不了登记簿：{error}", f"the register cannot be used: {error}"),
            Text(
                "先运行 zhirong register init，或改正 ZHIRONG_DATA、DATABASE_URL", "run zhirong register init first"
            ),
            "no_register",
        )
        raise InputError([problem]) from error


def _folder() -> Path:
    from zhirong.store.settings import DATA

    return DATA


def _registrar() -> "Actor":
    from zhirong.verbs.permissions import Actor, Role

    return Actor(os.environ.get("USER", "registrar"), Role.REGISTRAR)


def _by(options: argparse.Namespace) -> "By":
    from zhirong.verbs.pattern import By

    return By(_registrar(), datetime.now(UTC), options.key or secrets.token_hex(16))


def _done(options: argparse.Namespace, done: "Done") -> int:
    from zhirong.chain.pledge.registration import STATUS_WORDS, Status
    from zhirong.verbs.look import view

    one = done.registration
    if one is None:
        raise AssertionError("this verb moves a registration")
    if options.json:
        print_json({"index": done.index, "repeated": done.repeated, "registration": view(_registrar(), one)})
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


def _init(options: argparse.Namespace) -> int:
    from zhirong.evidence.hashes import HashAlgorithm
    from zhirong.verbs.found import found_register

    key = found_register(_folder(), options.origin, HashAlgorithm(options.hash))
    print(key.as_text())
    return 0


def _precheck(options: argparse.Namespace) -> int:
    from zhirong.verbs.look import precheck

    checks = precheck(_registrar(), _toml(options.file), datetime.now(UTC))
    if options.json:
        print_json([check.as_json() for check in checks])
    else:
        for check in checks:
            words = {"yes": ("可以质押", "can be pledged"), "no": ("不能质押", "cannot be pledged")}
            zh, en = words.get(check.verdict, ("资料不足", "data are missing"))
            print(f"{check.key}：{zh}" if options.lang == "zh" else f"{check.key}: {en}")
            for problem in check.problems():
                print(f"  - {problem.as_text(options.lang)}")
    return 0 if all(check.verdict == "yes" for check in checks) else 1


def _file(options: argparse.Namespace) -> int:
    from zhirong.verbs.pledges import file_pledge

    return _done(options, file_pledge(_by(options), _toml(options.file)))


def _examine(options: argparse.Namespace) -> int:
    from zhirong.verbs.pledges import examine

    resolved = dict(words.partition("=")[::2] for words in options.resolved)
    return _done(options, examine(_by(options), options.registration, resolved=resolved))


def _enter(options: argparse.Namespace) -> int:
    from zhirong.verbs.pledges import enter

    return _done(options, enter(_by(options), options.registration))


def _record(options: argparse.Namespace) -> int:
    import hashlib

    from zhirong.verbs.pledges import record_authority_number

    certificate = hashlib.sha256(_read(options.certificate)).hexdigest()
    done = record_authority_number(
        _by(options), options.registration, options.authority, options.number, certificate, options.day
    )
    return _done(options, done)


def _discharge(options: argparse.Namespace) -> int:
    from zhirong.verbs.pledges import discharge

    return _done(options, discharge(_by(options), options.registration, options.reason))


def _show(options: argparse.Namespace) -> int:
    from zhirong.store import models, rows
    from zhirong.verbs.look import view
    from zhirong.verbs.pattern import no_such, register_event

    one = rows.load(options.registration)
    if one is None:
        raise no_such(options.registration)
    events = [
        register_event(event)
        for event in models.Event.objects.filter(registration=options.registration).order_by("index")
    ]
    history = [{"index": event.index, "kind": event.kind, "time": event.time} for event in events]
    print_json({"registration": view(_registrar(), one), "history": history})
    return 0


def _search(options: argparse.Namespace) -> int:
    from zhirong.verbs.look import Query, search

    query = Query(
        options.number.strip(),
        options.name,
        options.how,
        options.side,
        options.code,
        options.first,
        options.last,
    )
    found = search(_registrar(), query)
    if options.json:
        print_json(found)
        return 0
    for one in found:
        rights = "、".join(right["number"] or right["title"] for right in one["rights"])
        number = one["number"] or one["authority_number"] or "—"
        print(f"{one['id']}\t{number}\t{one['status_words'][options.lang]}\t{rights}\t{one['pledgee']['name']}")
    print(f"共 {len(found)} 件" if options.lang == "zh" else f"{len(found)} found")
    return 0


def _certificate(options: argparse.Namespace) -> int:
    from zhirong.store.log import signing_key
    from zhirong.verbs.certificates import registration_certificate

    made = registration_certificate(
        _registrar(), options.registration, signing_key(_folder()), datetime.now(UTC), options.lang
    )
    for path, content in ((options.pdf, made.pdf), (options.receipt, made.receipt)):
        try:
            Path(path).write_bytes(content)
        except OSError as error:
            raise unwritable(path, error) from error
    print(made.code)
    return 0


def _changes(options: argparse.Namespace) -> int:
    from zhirong.verbs.look import changes_of

    for entry in changes_of(options.day):
        print(json.dumps(entry, ensure_ascii=False, sort_keys=True))
    return 0


def _watch(options: argparse.Namespace) -> int:
    from zhirong.verbs.look import watch

    count = 0
    for registration, check in watch(datetime.now(UTC)):
        for problem in check.problems():
            if problem.code.endswith("_refused") or problem.code == "frozen":
                count += 1
                print(f"{registration}\t{problem.as_text(options.lang)}")
    print(f"{count} 处" if options.lang == "zh" else f"{count} found")
    return 1 if count else 0


def _reconcile(options: argparse.Namespace) -> int:
    from zhirong.verbs.orders import reconcile

    try:
        published = json.loads(_read(options.file))
    except ValueError as error:
        problem = Problem(
            "FILE", options.file, Text(f"不是 JSON：{error}", f"not JSON: {error}"), Text("改正", "mend"), "json"
        )
        raise InputError([problem], options.file) from error
    _, found = reconcile(_by(options), options.authority, published, is_complete=options.complete)
    if options.json:
        print_json([one.as_json() for one in found])
    else:
        for one in found:
            print(f"{one.authority_number}\t{one.registration or '—'}\t{one.text.in_(options.lang)}")
        print(f"{len(found)} 处不同" if options.lang == "zh" else f"{len(found)} differences")
    return 1 if found else 0


def _check(options: argparse.Namespace) -> int:
    from zhirong.verbs.check import check_register

    checked = check_register(_folder())
    if options.json:
        print_json(
            {
                "events": checked.events,
                "covered": checked.covered,
                "findings": [finding.as_json() for finding in checked.findings],
            }
        )
    else:
        for finding in checked.findings:
            print(finding.as_text(options.lang))
        found = len(checked.findings)
        if options.lang == "zh":
            print(f"{checked.events} 条事项，其中 {checked.covered} 条有签名的检查点；{found} 处问题")
        else:
            print(f"{checked.events} events, {checked.covered} under a signed checkpoint; {found} findings")
    return 1 if checked.findings else 0


_ACTIONS: Mapping[str, Callable[[argparse.Namespace], int]] = {
    "init": _init,
    "precheck": _precheck,
    "file": _file,
    "examine": _examine,
    "enter": _enter,
    "record": _record,
    "discharge": _discharge,
    "show": _show,
    "search": _search,
    "certificate": _certificate,
    "changes": _changes,
    "watch": _watch,
    "reconcile": _reconcile,
    "check": _check,
}


def _toml(path: str) -> dict[str, Any]:
    if path == "-":
        return parse_toml(sys.stdin.read(), "-")
    return parse_toml(_read(path).decode("utf-8-sig"), path)


def _read(path: str) -> bytes:
    try:
        return Path(path).read_bytes()
    except OSError as error:
        raise unreadable(path, error) from error


def _day(written: str) -> date:
    try:
        return date.fromisoformat(written)
    except ValueError as error:
        raise argparse.ArgumentTypeError(f"{written}：不是日期 / not a date, write it as 2026-01-31") from error
