"""Actions of ``zhirong register`` on its log: founding, keys, checkpoints, witnesses, time stamps, restoring,
checking.
"""

import argparse
import json
from collections.abc import Iterator, Mapping
from typing import Any

from zhirong.cli.files import print_json, read_text
from zhirong.cli.register_common import (
    Action,
    Options,
    actor,
    by,
    folder,
    now,
    problem,
    read,
    say_entry,
    signing_key,
    write,
    write_private,
)
from zhirong.kernel.errors import InputError

Parser = argparse.ArgumentParser


def _init_options(parser: Parser) -> None:
    parser.add_argument("--origin", default="register.local", help="日志名 / name of the log")
    parser.add_argument("--hash", choices=("sm3", "sha-256"), default="sm3")
    parser.add_argument(
        "--continues",
        metavar="CHECKPOINT",
        help="接续不能再用的日志：其最后的检查点 / the last checkpoint of a lost log",
    )
    parser.add_argument("--reason", default="", help="接续的理由 / reason for continuing it")
    parser.add_argument(
        "--events", metavar="FILE", help="旧日志导出的事项（register export）/ remaining events of the old log"
    )


def _init(options: Options) -> int:
    from zhirong.evidence.hashes import HashAlgorithm
    from zhirong.evidence.receipts import read_checkpoint_file
    from zhirong.operations.pledge.foundation import Continued, found_register

    continued = None
    if options.continues:
        last = read_checkpoint_file(read(options.continues), options.continues).signed
        continued = Continued(last, options.reason, by(options), _events(options.events) if options.events else ())
    key = found_register(folder(), options.origin, HashAlgorithm(options.hash), continued)
    print(key.as_text())
    return 0


_MOST_LOG_BYTES = 1 << 30  # the register's own export, provided by its former operator


def _events(path: str) -> Iterator[dict[str, Any]]:
    for number, line in enumerate(read_text(path, _MOST_LOG_BYTES).splitlines(), 1):
        try:
            yield json.loads(line)
        except (ValueError, RecursionError) as error:
            raise problem(
                path, f"{number}", f"第 {number} 行不是 JSON", f"line {number} is not JSON", "json"
            ) from error


def _export(options: Options) -> int:
    from zhirong.operations.pledge.continuity import export_events
    from zhirong.operations.register_policy import demand_read

    demand_read(actor(options), "keys")
    lines = (json.dumps(one, ensure_ascii=False, sort_keys=True) for one in export_events())
    write_private(options.out, "".join(f"{line}\n" for line in lines).encode())
    return 0


def _key(options: Options) -> int:
    from zhirong.operations.pledge.keys import report_lost_key, rotate_key
    from zhirong.store.log import public_keys

    if options.what == "show":
        for key in public_keys(folder()):
            print(key.as_text() + ("" if key.until is None else f" until {key.until}"))
        return 0
    do = rotate_key if options.what == "rotate" else report_lost_key
    try:
        done = do(by(options), folder())
    except OSError as error:
        zh, en = (
            f"密钥不可用：{error}；遗失的请用 key lost",
            f"the key cannot be used: {error}; if it is lost, use key lost",
        )
        raise problem("key", str(folder()), zh, en, "key_file") from error
    say_entry(options, done)
    print((folder() / "register.pub").read_text(encoding="utf-8"), end="")
    return 0


def _checkpoint_options(parser: Parser) -> None:
    parser.add_argument("--out", required=True, metavar="FILE", help="检查点文件，应予公布 / to be published")
    parser.add_argument(
        "--since",
        type=int,
        action="append",
        default=[],
        metavar="SIZE",
        help="附自此条数起的一致性证明，可多次 / with the proof",
    )


def _checkpoint(options: Options) -> int:
    from zhirong.store.log import checkpoint_file

    file = checkpoint_file(signing_key(), now(), options.since)
    write(options.out, file.as_bytes())
    print(f"{file.signed.checkpoint.origin}\t{file.signed.checkpoint.size}")
    return 0


def _countersigned_options(parser: Parser) -> None:
    parser.add_argument("file", metavar="FILE", help="会签后的检查点 / the countersigned checkpoint")
    parser.add_argument("--witness", required=True, metavar="FILE", help="见证人的公钥 / the witness's key")


def _countersigned(options: Options) -> int:
    from zhirong.evidence.keys import read_keys
    from zhirong.evidence.receipts import read_checkpoint_file
    from zhirong.operations.pledge.keys import keep_countersignature

    (witness, *_) = read_keys(read_text(options.witness), options.witness)
    file = read_checkpoint_file(read(options.file), options.file)
    size = keep_countersignature(actor(options), folder(), file, witness)
    print(f"{witness.name}\t{size}")
    return 0


def _timestamp_options(parser: Parser) -> None:
    parser.add_argument("--request", metavar="FILE", help="写出时间戳请求（.tsq）/ write the request")
    parser.add_argument("--response", metavar="FILE", help="存入时间戳应答（.tsr）/ store the authority's answer")
    parser.add_argument("--tsa", metavar="FILE", help="时间戳机构的根证书（PEM）/ the authority's root certificate")


def _timestamp(options: Options) -> int:
    from zhirong.evidence import timestamps
    from zhirong.operations.register_policy import demand_read
    from zhirong.store import log

    demand_read(actor(options), "keys")
    if not timestamps.can_check():
        zh, en = "未安装 zhirong[timestamps]", "zhirong[timestamps] is not installed"
        raise problem("timestamp", "", zh, en, "not_installed")
    if bool(options.request) == bool(options.response) or (options.response and not options.tsa):
        zh, en = "先 --request，再 --response 加 --tsa", "first --request, then --response with --tsa"
        raise problem("--request", "", zh, en, "which")
    if options.request:
        signed = log.checkpoint(signing_key(), now())
        write(options.request, timestamps.timestamp_request(signed))
    else:
        roots, response = timestamps.read_roots(read(options.tsa), options.tsa), read(options.response)
        signed, token = _stamped(response, roots)
        log.keep_timestamp(folder(), signed.checkpoint.size, token)
    print(f"{signed.checkpoint.origin}\t{signed.checkpoint.size}")
    return 0


def _stamped(response: bytes, roots: Any) -> tuple[Any, bytes]:
    """Return the checkpoint of an authority's answer: the register may have grown since the request."""
    from zhirong.evidence.checkpoints import read_checkpoint
    from zhirong.evidence.timestamps import token_of_response
    from zhirong.store.models import Checkpoint

    wrong: InputError | None = None
    for note in Checkpoint.objects.order_by("-size").values_list("note", flat=True)[:1000]:
        signed = read_checkpoint(note)
        try:
            return signed, token_of_response(response, signed, roots)
        except InputError as error:
            wrong = wrong or error
    if wrong is None:
        raise problem("--response", "", "尚无检查点", "no checkpoint yet", "no_checkpoint")
    raise wrong


def _restore(options: Options) -> int:
    from zhirong.operations.pledge.continuity import restore_entry

    index = restore_entry(by(options), read(options.receipt), read(options.disclosure), folder())
    print(f"已恢复第 {index} 条" if options.lang == "zh" else f"entry {index} is restored")
    return 0


def _restore_options(parser: Parser) -> None:
    parser.add_argument("receipt", metavar="RECEIPT", help="回执 / its receipt")
    parser.add_argument("disclosure", metavar="DISCLOSURE", help="披露文件 / the disclosure of its content")


def _check(options: Options) -> int:
    from zhirong.operations.platform.platform_check import check_register

    checked = check_register(folder())
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


ACTIONS: Mapping[str, Action] = {
    "init": Action(
        ("建立登记簿：数据表、空日志、密钥", "create a register: tables, empty log, key"), _init_options, _init
    ),
    "key": Action(
        ("密钥：查看、更换、报失", "keys: show, rotate, report lost"),
        lambda parser: parser.add_argument("what", choices=("show", "rotate", "lost")),
        _key,
    ),
    "checkpoint": Action(
        ("签出检查点，供公布和见证人会签", "sign a checkpoint, to be published and countersigned"),
        _checkpoint_options,
        _checkpoint,
    ),
    "countersigned": Action(
        ("存入见证人的会签", "store a witness's countersignature"), _countersigned_options, _countersigned
    ),
    "timestamp": Action(
        ("第三方时间戳（RFC 3161）", "time stamps by an authority (RFC 3161)"), _timestamp_options, _timestamp
    ),
    "restore": Action(
        ("由回执和披露恢复日志所缺的一条", "restore an entry that the log has lost"), _restore_options, _restore
    ),
    "export": Action(
        ("导出全部事项（含保密内容）", "export every event, confidential content included"),
        lambda parser: parser.add_argument("--out", required=True, metavar="FILE"),
        _export,
    ),
    "check": Action(
        (
            "全部重算：日志、登记、证明、签名、缺号",
            "recalculate everything: log, entries, proofs, signatures, gaps",
        ),
        lambda parser: None,
        _check,
    ),
}
