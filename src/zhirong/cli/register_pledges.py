"""Actions of ``zhirong register`` on a registration, from its preparation to its end."""

import argparse
import hashlib
from collections.abc import Mapping
from typing import Any

from zhirong.cli.files import print_json
from zhirong.cli.register_common import (
    Action,
    Options,
    actor,
    by,
    day,
    money,
    now,
    party,
    problem,
    read,
    rights_of,
    say_done,
    say_entry,
    toml,
    with_registration,
)
from zhirong.kernel.days import day_of

Parser = argparse.ArgumentParser


def _file_options(parser: Parser) -> None:
    parser.add_argument("file", metavar="FILE", help="TOML: role, [filing], [[rights]]")


def _package_options(parser: Parser) -> None:
    _file_options(parser)
    parser.add_argument(
        "--package",
        action="store_true",
        help="多类权利；镜像登记按登记机关分别申请 / several kinds of rights; one filing for each authority",
    )


def _precheck(options: Options) -> int:
    from zhirong.operations.pledge.search import precheck

    checks = precheck(actor(options), toml(options.file), now())
    if options.json:
        print_json([check.as_json() for check in checks])
    else:
        for check in checks:
            words = {"yes": ("可以质押", "can be pledged"), "no": ("不能质押", "cannot be pledged")}
            zh, en = words.get(check.verdict, ("资料不足", "data are missing"))
            print(f"{check.key}：{zh}" if options.lang == "zh" else f"{check.key}: {en}")
            for one in (*check.problems(), *check.reminders()):
                print(f"  - {one.as_text(options.lang)}")
    return 0 if all(check.verdict == "yes" for check in checks) else 1


def _open(options: Options, *, prepared: bool) -> int:
    from zhirong.operations.pledge import pledges

    request = toml(options.file)
    if options.package:
        done = pledges.file_package(by(options), request, prepared=prepared)
        if options.json:
            print_json(
                [{"index": one.index, "registration": one.registration.id} for one in done if one.registration]
            )
            return 0
        return max(say_done(options, one) for one in done)
    do = pledges.prepare_pledge if prepared else pledges.file_pledge
    return say_done(options, do(by(options), request))


def _submit(options: Options) -> int:
    from zhirong.operations.pledge.pledges import submit

    return say_done(options, submit(by(options), options.registration))


def _reason_options(parser: Parser) -> None:
    with_registration(parser).add_argument("--reason", required=True, help="理由 / the reason")


def _ending(options: Options) -> int:
    from zhirong.operations.pledge import pledges

    do = {"withdraw": pledges.withdraw, "discharge": pledges.discharge, "revoke": pledges.revoke}[options.action]
    return say_done(options, do(by(options), options.registration, options.reason))


def _resolved_options(parser: Parser) -> None:
    with_registration(parser).add_argument(
        "--resolved",
        action="append",
        default=[],
        metavar="KEY/N=WORDS",
        help="资料不足事项的核实情况 / how the unknown ground was settled",
    )


def _examine_options(parser: Parser) -> None:
    _resolved_options(parser)
    parser.add_argument("--rights", metavar="FILE", help="新的登记簿副本：[[rights]] / newer extracts: [[rights]]")


def _resolved(options: Options) -> dict[str, str]:
    return dict(words.partition("=")[::2] for words in options.resolved)


def _examine(options: Options) -> int:
    from zhirong.operations.pledge.pledges import examine

    rights = rights_of(options.rights) if options.rights else ()
    return say_done(options, examine(by(options), options.registration, rights, _resolved(options)))


def _enter(options: Options) -> int:
    from zhirong.operations.pledge.pledges import register

    return say_done(options, register(by(options), options.registration, _resolved(options)))


def _record_options(parser: Parser) -> None:
    with_registration(parser)
    parser.add_argument("--authority", required=True, help="登记机关 / the authority")
    parser.add_argument("--number", required=True, help="登记机关的登记号 / registration number")
    parser.add_argument("--certificate", required=True, metavar="FILE", help="证书 / the certificate")
    parser.add_argument("--day", type=day, required=True, help="登记日 / day of its registration")


def _record(options: Options) -> int:
    from zhirong.operations.pledge.pledges import record_authority_number

    certificate = hashlib.sha256(read(options.certificate)).hexdigest()
    done = record_authority_number(
        by(options), options.registration, options.authority, options.number, certificate, options.day
    )
    return say_done(options, done)


def _facts_options(parser: Parser) -> None:
    with_registration(parser).add_argument("file", metavar="FILE", help="TOML: [[rights]]")


def _facts(options: Options) -> int:
    from zhirong.operations.pledge.pledges import update_facts

    return say_done(options, update_facts(by(options), options.registration, rights_of(options.file)))


def _changes_options(parser: Parser) -> None:
    with_registration(parser)
    parser.add_argument("--amount", type=money, help="担保金额，如 150万元 / amount")
    parser.add_argument("--claim-kind", choices=("loan", "counter_guarantee", "maximum_amount", "other"))
    parser.add_argument("--debt-start", type=day, help="债务起始日 / first day of the debt")
    parser.add_argument("--debt-end", type=day, help="债务到期日 / last day of the debt")
    parser.add_argument("--pledgee", type=party, metavar="NAME[,CODE]", help="质权人 / pledgee")
    parser.add_argument(
        "--pledgor", type=party, action="append", metavar="NAME[,CODE]", help="出质人，全部 / pledgors, all"
    )


def _amend_options(parser: Parser) -> None:
    _changes_options(parser)
    parser.add_argument("--changed-on", type=day, required=True, help="变更发生之日 / day of the change itself")


def _correct_options(parser: Parser) -> None:
    _changes_options(parser)
    parser.add_argument("--reason", required=True, help="更正的理由 / reason for the correction")


def _changes(options: Options) -> dict[str, Any]:
    given = {
        "claim_amount": options.amount,
        "claim_kind": options.claim_kind,
        "debt_start": options.debt_start,
        "debt_end": options.debt_end,
        "pledgee": options.pledgee,
        "pledgors": options.pledgor,
    }
    return {name: value for name, value in given.items() if value is not None}


def _amend(options: Options) -> int:
    from zhirong.operations.pledge.pledges import amend

    return say_done(options, amend(by(options), options.registration, _changes(options), options.changed_on))


def _correct(options: Options) -> int:
    from zhirong.operations.pledge.pledges import correct

    return say_done(options, correct(by(options), options.registration, _changes(options), options.reason))


def _extend_options(parser: Parser) -> None:
    with_registration(parser).add_argument("--until", type=day, required=True, help="新的到期日 / the new last day")


def _extend(options: Options) -> int:
    from zhirong.operations.pledge.pledges import extend

    return say_done(options, extend(by(options), options.registration, options.until))


def _transfer_options(parser: Parser) -> None:
    with_registration(parser)
    parser.add_argument("--to", type=party, required=True, metavar="NAME[,CODE]", help="受让人 / the transferee")
    parser.add_argument(
        "--basis",
        default="",
        help="最高额质押：债权确定日，或另有约定 / maximum-amount pledge: day on which the claims were determined",
    )


def _transfer(options: Options) -> int:
    from zhirong.operations.pledge.pledges import transfer_claim

    return say_done(options, transfer_claim(by(options), options.registration, options.to, options.basis))


def _release_options(parser: Parser) -> None:
    with_registration(parser)
    parser.add_argument(
        "--right", action="append", default=[], metavar="KEY", help="解除的权利，可多次 / right released"
    )
    parser.add_argument("--amount", type=money, help="剩余担保金额 / amount that remains secured")


def _release(options: Options) -> int:
    from zhirong.operations.pledge.pledges import partially_discharge

    return say_done(options, partially_discharge(by(options), options.registration, options.right, options.amount))


def _order_options(parser: Parser) -> None:
    parser.add_argument(
        "what", choices=("freeze", "renew", "unfreeze"), help="冻结、续行或解除 / freeze, renew or lift"
    )
    parser.add_argument("--order", required=True, help="法院文书编号 / number of the court's document")
    parser.add_argument("--registration", type=int, metavar="ID", help="登记 / a registration")
    parser.add_argument("--right", metavar="KEY", help="权利，如 invention:201410362077.3 / a right")
    parser.add_argument(
        "--lifts",
        default="",
        metavar="ORDER",
        help="有轮候冻结时，拟解除的文书编号 / order to lift, if several are queued",
    )
    parser.add_argument(
        "--ends-on",
        type=day,
        metavar="DATE",
        help="权利冻结的最后一日，留空按法定最长期限 / last day of a right's freeze",
    )
    parser.add_argument(
        "--purpose",
        choices=("preservation", "execution"),
        default="preservation",
        help="保全或执行 / preservation or execution",
    )


def _order(options: Options) -> int:
    from zhirong.chain.pledge.freezes import FreezePurpose
    from zhirong.chain.pledge.precheck import read_key
    from zhirong.operations.pledge.facts import standing_freezes
    from zhirong.operations.pledge.orders import court_order_on_registration, court_order_on_right

    if (options.registration is None) == (options.right is None):
        raise problem(
            "--registration",
            "",
            "登记和权利须填一项，且只填一项",
            "enter either a registration or a right",
            "which",
        )
    if options.right is not None:
        who = by(options)
        done = court_order_on_right(
            who,
            options.right,
            options.order,
            options.what,
            options.lifts,
            ends_on=options.ends_on,
            purpose=FreezePurpose(options.purpose),
        )
        code = say_entry(options, done)
        if not options.json:
            for turn, one in enumerate(standing_freezes(read_key(options.right), day_of(who.now)), 1):
                print(f"{turn}\t{one.order}\t{'' if one.ends_on is None else one.ends_on}")
        return code
    if options.what == "renew" or options.ends_on is not None:
        raise problem(
            "--registration",
            str(options.registration),
            "续行和期限仅适用于权利",
            "only freezes of rights can have a renewal or a last day",
            "for_a_right",
        )
    done = court_order_on_registration(by(options), options.registration, options.order, options.what)
    return say_done(options, done)


def _subscribe_options(parser: Parser) -> None:
    parser.add_argument("target", choices=("right", "party"), help="权利或当事人 / a right or a party")
    parser.add_argument("value", help="权利的键、名称或信用代码 / key of a right, name or credit code")


def _subscribe(options: Options) -> int:
    from zhirong.operations.pledge import orders

    do = orders.subscribe if options.action == "subscribe" else orders.unsubscribe
    return say_entry(options, do(by(options), options.target, options.value))


ACTIONS: Mapping[str, Action] = {
    "precheck": Action(
        ("出质前核对：是否可质押，不可质押的依据", "pre-check: can it be pledged, and if not, by which rule"),
        _file_options,
        _precheck,
    ),
    "prepare": Action(
        ("准备申请，暂不提交", "prepare a filing"),
        _package_options,
        lambda options: _open(options, prepared=True),
    ),
    "file": Action(("申请登记", "file a pledge"), _package_options, lambda options: _open(options, prepared=False)),
    "submit": Action(("提交准备好的申请", "submit a prepared filing"), with_registration, _submit),
    "withdraw": Action(("撤回申请", "withdraw a filing"), _reason_options, _ending),
    "examine": Action(("审查：逐条不予登记情形", "examine a filing, ground by ground"), _examine_options, _examine),
    "enter": Action(("登记并赋予登记号", "register the pledge and assign its number"), _resolved_options, _enter),
    "record": Action(
        ("记载登记机关的登记号和证书", "record the authority's number and certificate"), _record_options, _record
    ),
    "facts": Action(("更新权利的登记簿摘录", "store newer extracts of the rights"), _facts_options, _facts),
    "amend": Action(("变更", "amend a registration"), _amend_options, _amend),
    "extend": Action(("延期", "extend the secured debt"), _extend_options, _extend),
    "transfer": Action(("债权转让", "transfer the secured claim"), _transfer_options, _transfer),
    "release": Action(("部分注销", "discharge some rights or some of the amount"), _release_options, _release),
    "discharge": Action(("注销", "discharge a registration"), _reason_options, _ending),
    "revoke": Action(("撤销", "revoke a registration"), _reason_options, _ending),
    "correct": Action(("更正登记簿的错误", "correct a mistake of the register"), _correct_options, _correct),
    "order": Action(("执行法院文书：冻结、解除", "record a court order: freeze, lift"), _order_options, _order),
    "subscribe": Action(
        ("订阅权利或当事人的变动", "subscribe to a right or a party"), _subscribe_options, _subscribe
    ),
    "unsubscribe": Action(("退订", "end a subscription"), _subscribe_options, _subscribe),
}
