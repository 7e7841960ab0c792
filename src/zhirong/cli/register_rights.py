"""Actions of ``zhirong register`` on rights: digital identities, and uses at several institutions."""

import argparse
import json
import secrets
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from zhirong.cli.files import print_json, read_json, read_text
from zhirong.cli.register_common import (
    Action,
    Options,
    actor,
    by,
    common_options,
    problem,
    say_entry,
    signing_key,
    toml,
    write,
    write_private,
)
from zhirong.cli.register_search import paper_options, write_paper
from zhirong.kernel.errors import InputError, Problem
from zhirong.kernel.fields import Reader

Parser = argparse.ArgumentParser


def _identity_options(parser: Parser) -> None:
    whats = parser.add_subparsers(dest="what", required=True, metavar="record|refresh|history|disclose|certificate")
    added = {
        name: whats.add_parser(name, help=words, parents=[common_options()])
        for name, words in {
            "record": "记载或更新：TOML 的 [[rights]]、[[appraisals]] / record it, or its next version",
            "refresh": "按当前质押更新 / next version with the current pledges",
            "history": "各版次 / all versions",
            "disclose": "披露所选事项 / disclose some claims",
            "certificate": "证明（PDF）/ certificate (PDF)",
        }.items()
    }
    added["record"].add_argument("file", metavar="FILE")
    for name in ("refresh", "history", "disclose", "certificate"):
        added[name].add_argument("right", help="身份编号、权利的键或号码 / identity code, key or number")
    added["disclose"].add_argument("--out", required=True, metavar="FILE")
    added["disclose"].add_argument("--version", type=int, help="版次，默认最新 / version, by default the latest")
    for name in ("disclose", "certificate"):
        added[name].add_argument(
            "--claim", action="append", default=[], help="事项，可多次 / claim, may be repeated"
        )
    paper_options(added["certificate"])


def _identity(options: Options) -> int:
    from zhirong.operations.pledge import identities

    if options.what == "record":
        tables = toml(options.file)
        rights = tables.get("rights", [])
        if not isinstance(rights, list) or len(rights) != 1:
            raise problem(
                options.file, str(len(rights)), "请填写一项 [[rights]]", "enter one [[rights]] table", "one_right"
            )
        return say_entry(options, identities.record_identity(by(options), rights[0], tables.get("appraisals", [])))
    if options.what == "refresh":
        done = identities.refresh_identity(by(options), options.right)
        if done is None:
            print("没有变动" if options.lang == "zh" else "nothing has changed")
            return 0
        return say_entry(options, done)
    if options.what == "history":
        print_json([one.as_json() for one in identities.identity_history(actor(options), options.right)])
        return 0
    if options.what == "disclose":
        shown = identities.disclose_identity(actor(options), options.right, options.claim, options.version)
        write(options.out, shown.as_bytes())
        return 0
    made = identities.identity_certificate(by(options), options.right, signing_key(), options.claim, options.lang)
    return write_paper(options, made)


def _uses_options(parser: Parser) -> None:
    whats = parser.add_subparsers(dest="what", required=True, metavar="key|make|report|matches")
    common = common_options()
    key = whats.add_parser(
        "key",
        help="各机构共用的密钥，登记簿不持有 / the key shared by the institutions, not by the register",
        parents=[common],
    )
    key.add_argument("--out", required=True, metavar="FILE")
    make = whats.add_parser(
        "make", help="由清单计算指纹 / calculate the fingerprints of a portfolio", parents=[common]
    )
    make.add_argument(
        "file", metavar="FILE", help="TOML: [[rights]] kind number，[[claims]] debtor document amount due"
    )
    make.add_argument("--secret", required=True, metavar="FILE", help="共用的密钥 / the shared key")
    make.add_argument("--period", required=True, help="如 2026-11 / such as 2026-11")
    make.add_argument("--out", required=True, metavar="FILE")
    report = whats.add_parser(
        "report", help="报送指纹并查重 / report fingerprints and show duplicates", parents=[common]
    )
    report.add_argument("file", metavar="FILE")
    matches = whats.add_parser("matches", help="本期重复使用的 / duplicates of the period", parents=[common])
    matches.add_argument("--period", required=True)


def _uses(options: Options) -> int:
    return {"key": _uses_key, "make": _uses_make, "report": _uses_report, "matches": _uses_matches}[options.what](
        options
    )


def _uses_key(options: Options) -> int:
    file = Path(options.out)
    if file.exists():
        raise problem(
            "--out",
            options.out,
            "该文件已存在，不予覆盖",
            "the file already exists and is not overwritten",
            "exists",
        )
    write_private(options.out, f"{secrets.token_hex(32)}\n".encode())
    return 0


def _uses_make(options: Options) -> int:
    from zhirong.evidence.fingerprint import claim_fingerprint, right_fingerprint
    from zhirong.kernel.identifiers import NumberError

    try:
        key = bytes.fromhex(read_text(options.secret).strip())
    except ValueError as error:
        raise problem("--secret", options.secret, "不是十六进制密钥", "not a key in hexadecimal", "key") from error
    problems: list[Problem] = []
    reader = Reader(toml(options.file), options.file, problems=problems)
    reports: dict[str, str] = {}
    for name in ("rights", "claims"):
        for at, one in enumerate(reader.tables(name), 1):
            reference = one.optional_text("reference")
            try:
                if name == "rights":
                    made = right_fingerprint(key, options.period, one.text("kind"), one.text("number"))
                else:
                    made = claim_fingerprint(
                        key,
                        options.period,
                        one.text("debtor"),
                        document_number=one.text("document"),
                        amount=one.money("amount"),
                        due=one.day("due"),
                    )
            except NumberError as error:
                problems.append(Problem(f"{name}[{at}]", "", error.reason, error.hint, error.code))
                continue
            except (ValueError, KeyError) as error:
                problems += problem(f"{name}[{at}]", "", str(error), str(error), "cannot_be_made").problems
                continue
            reports[made] = reference
            one.finish()
    if problems or not reports:
        raise InputError(problems or problem(options.file, "", "清单为空", "the list is empty", "empty").problems)
    listed = [{"fingerprint": made, "reference": reference} for made, reference in reports.items()]
    content = {"period": options.period, "reports": listed}
    write(options.out, (json.dumps(content, ensure_ascii=False, indent=1) + "\n").encode())
    return 0


def _uses_report(options: Options) -> int:
    from zhirong.operations.pledge.uses import report_uses

    try:
        content = read_json(options.file)
        period, reports = content["period"], content["reports"]
        is_sound = isinstance(period, str) and all(isinstance(one, dict) for one in reports)
    except (ValueError, KeyError, TypeError):
        is_sound = False
    if not is_sound:
        raise problem(options.file, "", "不是 uses make 生成的文件", "not a file created by uses make", "json")
    _, found = report_uses(by(options), period, reports)
    return _say_matches(options, found)


def _uses_matches(options: Options) -> int:
    from zhirong.operations.pledge.uses import matches

    return _say_matches(options, matches(actor(options), options.period))


def _say_matches(options: Options, found: Any) -> int:
    if options.json:
        print_json([one.as_json() for one in found])
    else:
        for one in found:
            print(
                "\t".join([one.reference or one.fingerprint, str(one.institutions), "、".join(one.names)]).rstrip()
            )
        zh = f"{len(found)} 项另有机构报送"
        en = f"{len(found)} reported by another institution too"
        print(zh if options.lang == "zh" else en)
    return 1 if found else 0


def needs_no_database(options: Options) -> bool:
    """Return whether an institution runs the action itself, without the register."""
    return options.action == "uses" and options.what in ("key", "make")


ACTIONS: Mapping[str, Action] = {
    "identity": Action(("权利的数字身份", "digital identity of a right"), _identity_options, _identity, True),
    "uses": Action(
        ("跨机构查重：检查同一权利或债权是否重复使用", "the same right or claim used at two institutions"),
        _uses_options,
        _uses,
        True,
    ),
}
