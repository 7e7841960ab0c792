"""Actions of ``zhirong register`` that read and issue: search, certificates, codes, changes, watch, messages."""

import argparse
import json
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from zhirong.cli.files import print_json, read_json
from zhirong.cli.register_common import (
    Action,
    Options,
    actor,
    by,
    day,
    now,
    problem,
    signing_key,
    with_registration,
    write,
)
from zhirong.kernel.text import Text

if TYPE_CHECKING:
    from zhirong.operations.pledge.certificates import Certificate
    from zhirong.operations.pledge.search import Query

Parser = argparse.ArgumentParser


def _query_options(parser: Parser) -> None:
    parser.add_argument(
        "--number",
        default="",
        help="权利号、登记号或登记机关的号 / number of a right, of a registration or of the authority",
    )
    parser.add_argument("--name", default="", help="当事人名称 / a party's name")
    parser.add_argument("--how", choices=("exact", "part", "similar"), default="exact")
    parser.add_argument("--side", choices=("any", "pledgor", "pledgee"), default="any")
    parser.add_argument("--code", default="", help="信用代码 / credit code")
    parser.add_argument("--first", type=day, help="登记日自 / registered from")
    parser.add_argument("--last", type=day, help="登记日至 / registered until")
    parser.add_argument("--standing", action="store_true", help="仅查有效登记 / active only")
    parser.add_argument(
        "--after", type=int, default=0, metavar="ID", help="从该编号之后继续查询 / continue after this filing"
    )


def _query(options: Options) -> "Query":
    from zhirong.operations.pledge.search import Query

    return Query(
        options.number.strip(),
        options.name,
        options.how,
        side=options.side,
        code=options.code,
        first=options.first,
        last=options.last,
        only_standing=options.standing,
        after=options.after,
    )


def _search(options: Options) -> int:
    from zhirong.operations.pledge.search import search, searched_as

    query = _query(options)
    found = search(actor(options), query)
    if options.json:
        print_json(found)
        return 0
    for one in found:
        rights = "、".join(right["number"] or right["title"] for right in one["rights"])
        number = one["number"] or one["authority_number"] or "—"
        print(f"{one['id']}\t{number}\t{one['status_words'][options.lang]}\t{rights}\t{one['pledgee']['name']}")
    print(_counted(found, query.limit).in_(options.lang))
    if query.number:
        said = searched_as(query.number)
        print(Text(f"按下列号码查询：{said.zh}", f"searched as: {said.en}").in_(options.lang))
    return 0


def _counted(found: list[dict[str, Any]], limit: int) -> Text:
    if len(found) < limit:
        return Text(f"共 {len(found)} 件", f"{len(found)} found")
    last = found[-1]["id"]
    return Text(f"前 {limit} 件；继续查询：--after {last}", f"the first {limit}; to continue: --after {last}")


def _show(options: Options) -> int:
    from zhirong.operations.pledge.registrar_view import history
    from zhirong.operations.pledge.search import view
    from zhirong.operations.refusals import no_such_registration
    from zhirong.operations.register_policy import demand_read
    from zhirong.store import rows

    one = rows.load(options.registration)
    demand_read(actor(options), "view", one)
    if one is None:
        raise no_such_registration(options.registration)
    happened = [
        {
            "index": event.index,
            "kind": event.kind,
            "time": event.time,
            "changes": [change.as_json() for change in event.changes],
        }
        for event in history(options.registration)
    ]
    print_json({"registration": view(actor(options), one), "history": happened})
    return 0


def paper_options(parser: Parser) -> None:
    """Add the options for the paths of a certificate and its files."""
    parser.add_argument("--pdf", required=True, metavar="FILE")
    parser.add_argument("--receipt", required=True, metavar="FILE", help="回执 / the receipt")
    parser.add_argument(
        "--disclosure", metavar="FILE", help="内容的披露文件 / its content, to compare with the receipt"
    )


def write_paper(options: Options, made: "Certificate") -> int:
    """Write a certificate's files and print its number and check code."""
    files = [(options.pdf, made.pdf), (options.receipt, made.receipt)]
    files += [(options.disclosure, made.disclosure)] if options.disclosure else []
    for path, content in files:
        write(path, content)
    if options.json:
        print_json({"number": made.number, "code": made.code})
    else:
        zh, en = f"证明编号 {made.number}；核验码 {made.code}", f"certificate {made.number}; check code {made.code}"
        print(zh if options.lang == "zh" else en)
    return 0


def _certificate_options(parser: Parser) -> None:
    with_registration(parser)
    paper_options(parser)


def _certificate(options: Options) -> int:
    from zhirong.operations.pledge.certificates import registration_certificate

    made = registration_certificate(by(options), options.registration, signing_key(), options.lang)
    return write_paper(options, made)


def _search_certificate_options(parser: Parser) -> None:
    _query_options(parser)
    paper_options(parser)


def _search_certificate(options: Options) -> int:
    from zhirong.operations.pledge.certificates import search_certificate

    return write_paper(options, search_certificate(by(options), _query(options), signing_key(), options.lang))


def _code(options: Options) -> int:
    from zhirong.operations.pledge.certificates import check_code

    print_json(check_code(actor(options), options.code))
    return 0


def _receipt_options(parser: Parser) -> None:
    parser.add_argument("index", type=int, help="日志序号 / place in the log")
    parser.add_argument("--receipt", metavar="FILE", help="回执 / the receipt")
    parser.add_argument("--disclosure", metavar="FILE", help="内容的披露文件 / the content with its salt")


def _receipt(options: Options) -> int:
    from zhirong.operations.pledge.certificates import disclose_event
    from zhirong.operations.refusals import no_such_registration
    from zhirong.store.log import receipt
    from zhirong.store.models import Event

    event = Event.objects.filter(index=options.index).first()
    if event is None:
        raise no_such_registration(options.index)
    if not (options.receipt or options.disclosure):
        raise problem("--receipt", "", "请指定输出文件", "name the output file", "no_file")
    if options.disclosure:
        write(options.disclosure, disclose_event(actor(options), options.index).as_bytes())
    if options.receipt:
        write(options.receipt, receipt(event, signing_key(), now()).as_bytes())
    return 0


def _changes(options: Options) -> int:
    from zhirong.operations.pledge.search import changes_of

    for entry in changes_of(options.day):
        print(json.dumps(entry, ensure_ascii=False, sort_keys=True))
    return 0


def _watch(options: Options) -> int:
    from zhirong.operations.pledge.watch import record_watch

    run = record_watch(by(options))
    count = sum(len(found) for found in run.alarms.values())
    if options.json:
        alarms = {str(one): [found.as_json() for found in run.alarms[one]] for one in run.alarms}
        print_json({"alarms": alarms, "changed": list(run.changed), "identities": run.identities})
    else:
        for registration, found in run.alarms.items():
            for one in found:
                print(f"{registration}\t{one.as_text(options.lang)}")
        zh = f"{count} 处；有变动的登记 {len(run.changed)} 件，更新数字身份 {run.identities} 项"
        en = f"{count} found; {len(run.changed)} registrations changed, {run.identities} identities updated"
        print(zh if options.lang == "zh" else en)
    return 1 if count else 0


def _due(options: Options) -> int:
    from zhirong.operations.pledge.search import due

    found = due(actor(options), options.day)
    for one in found:
        print(f"{one['id']}\t{one['status_words'][options.lang]}\t{one['review_by']}")
    zh, en = f"{len(found)} 件已到或已过审查期限", f"{len(found)} whose examination is due or overdue"
    print(zh if options.lang == "zh" else en)
    return 1 if found else 0


def _inbox(options: Options) -> int:
    from zhirong.operations.outbox import inbox

    for entry in inbox(actor(options), options.after):
        print(json.dumps(entry, ensure_ascii=False, sort_keys=True))
    return 0


def _push(options: Options) -> int:
    from zhirong.operations.outbox import push

    def put(to: str, entry: Mapping[str, Any]) -> None:
        place = Path(options.to) / quote(to, safe="")
        place.mkdir(parents=True, exist_ok=True)
        beside = place / f"{entry['index']}.json.new"
        beside.write_text(json.dumps(entry, ensure_ascii=False, sort_keys=True), encoding="utf-8")
        beside.replace(place / f"{entry['index']}.json")

    count = push(put, now())
    print(f"送出 {count} 条" if options.lang == "zh" else f"{count} sent")
    return 0


def _reconcile_options(parser: Parser) -> None:
    parser.add_argument("authority", help="登记机关 / the authority")
    parser.add_argument("file", metavar="FILE", help="JSON")
    parser.add_argument("--complete", action="store_true", help="数据为全部登记 / the data are complete")


_MOST_PUBLISHED_BYTES = 8 << 20  # some 400 bytes for each of the most rows


def _reconcile(options: Options) -> int:
    from zhirong.operations.pledge.reconciliation import reconcile

    published = read_json(options.file, _MOST_PUBLISHED_BYTES)
    if not isinstance(published, list) or not all(isinstance(one, dict) for one in published):
        raise problem("FILE", options.file, "应为对象的列表", "must be a list of objects", "json")
    _, found = reconcile(by(options), options.authority, published, is_complete=options.complete)
    if options.json:
        print_json([one.as_json() for one in found])
    else:
        for one in found:
            print(f"{one.authority_number}\t{one.registration or '—'}\t{one.text.in_(options.lang)}")
        print(f"{len(found)} 处不同" if options.lang == "zh" else f"{len(found)} differences")
    return 1 if found else 0


ACTIONS: Mapping[str, Action] = {
    "show": Action(("一项登记的现状和历史", "one registration and its history"), with_registration, _show),
    "search": Action(("查询", "search"), _query_options, _search),
    "certificate": Action(
        ("登记证明（PDF）、回执和披露文件", "registration certificate (PDF), receipt, disclosure"),
        _certificate_options,
        _certificate,
    ),
    "search-certificate": Action(
        ("查询证明（PDF）、回执和披露文件", "search certificate (PDF), receipt, disclosure"),
        _search_certificate_options,
        _search_certificate,
    ),
    "code": Action(
        ("凭核验码查询证明", "look up a check code"),
        lambda parser: parser.add_argument(
            "code", help="核验码，或二维码全文 / check code, or the content of the QR code"
        ),
        _code,
    ),
    "receipt": Action(
        ("一条日志的回执、披露文件", "receipt and disclosure of an entry"), _receipt_options, _receipt
    ),
    "changes": Action(
        ("某日的变动", "the changes of a day"),
        lambda parser: parser.add_argument("day", type=day, metavar="DATE"),
        _changes,
    ),
    "watch": Action(
        (
            "有效登记的每日复核，有变动即通知质权人",
            "examine all active registrations and notify the pledgees of changes",
        ),
        lambda parser: None,
        _watch,
    ),
    "due": Action(
        ("审查期限已到的申请", "filings whose examination is due"),
        lambda parser: parser.add_argument("day", type=day, metavar="DATE"),
        _due,
    ),
    "inbox": Action(
        ("通知我的消息", "my notifications"),
        lambda parser: parser.add_argument("--after", type=int, default=-1, metavar="INDEX"),
        _inbox,
    ),
    "push": Action(
        ("将消息写入各收件方的文件夹", "write the messages to one folder per address"),
        lambda parser: parser.add_argument("--to", required=True, metavar="FOLDER"),
        _push,
    ),
    "reconcile": Action(
        ("与登记机关公布的数据核对", "compare with an authority's published data"), _reconcile_options, _reconcile
    ),
}
