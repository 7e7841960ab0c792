"""Entry point of ``zhirong``. Each command is a module with ``configure(parser)`` and ``run(arguments)``."""

import argparse
import os
import sys
from collections.abc import Sequence
from importlib import import_module

from zhirong.cli.faults import guarded
from zhirong.cli.parser import ChineseParser

# The help text of each command is here, so that --help imports none of them. Chinese first.
COMMANDS: dict[str, tuple[str, str]] = {
    "new": ("新建：案件文件或贷款文件，可直接使用", "start a case file or a loan file, ready to use"),
    "quote": ("从权利到报价：一家企业一页结果", "from rights to a quote: one firm, one page of answer"),
    "limit": ("授信额度测算表：信贷员可逐项复算", "calculation sheet of a credit limit, to be checked by hand"),
    "rate": (
        "质押价值与质押率：约束项与提高办法",
        "pledge value and pledge rate: their limits and how to raise them",
    ),
    "appraise": (
        "评估：一个案件、一份清单，或按历史数据回测",
        "appraise a case, a whole list, or back-test on historical data",
    ),
    "report": ("评估报告：读出数据、两份对比", "appraisal reports: extract the data, compare two"),
    "rights": (
        "核对权利清单：号码、状态、年龄、剩余期限",
        "check a list of rights: numbers, status, age, remaining term",
    ),
    "settle": (
        "损失分担：一份索赔，各方承担额及依据",
        "loss sharing: what each party bears of a claim, and why",
    ),
    "claim": (
        "违约贷款：从索赔到结案，各方支付、返还、分录与最终承担",
        "loans in default: payments, returns, entries and final positions",
    ),
    "dispose": (
        "质物处置：按现值比较处置方式，分配处置价款",
        "disposal of a pledge: compare the options by present value, distribute the price",
    ),
    "watch": (
        "贷后监测：需处理的贷款、原因、办理人与期限",
        "the watch over a portfolio: which loans need attention, why, what to do by when",
    ),
    "loan": (
        "贷款：从事件重算欠款、分类与账簿",
        "a loan from its events: amounts due, category and books",
    ),
    "schedule": ("还款计划：每期本金、利息，精确到分", "a repayment schedule: principal and interest to the fen"),
    "actus": ("ACTUS 标准合同：逐例运行、比对", "contracts of the ACTUS standard: run and compare cases"),
    "modes": ("融资模式：列出、说明、核对、比较", "financing modes: list, explain, check, compare"),
    "rules": (
        "规则：列出、说明、政策包的变更",
        "rules: list, explain, show the changes by a policy pack",
    ),
    "verify": ("离线核验登记回执", "check a receipt of the register, offline"),
    "witness": (
        "会签登记簿的检查点（登记机构以外的见证人）",
        "countersign the register's checkpoints, as a witness",
    ),
    "register": (
        "质押登记簿：申请、审查、登记、查询、核对",
        "the pledge register: file, examine, register, search, check",
    ),
    "serve": ("启动平台：网页、接口、后台任务", "serve the platform: pages, API, background work"),
    "worker": ("后台任务，单独的进程", "the background worker as a separate process"),
    "demo-region": (
        "演示区域：企业、银行、权利、各种状态的贷款",
        "a training region: firms, banks, rights, loans in every state",
    ),
    "do": ("办理：凭令牌办理工作台上的任何事项", "run any operation of a desk by name, with a token"),
    "show": ("查看：凭令牌查看列表、对象、文件", "show lists, objects and files, with a token"),
    "platform": (
        "平台：建立、升级、备份、恢复、核对、设置",
        "the platform: found, upgrade, back up, restore, check, settings",
    ),
    "completion": ("命令补全脚本：bash、zsh、fish", "a completion script for bash, zsh or fish"),
}

# Their --help shows the platform's descriptions, so they handle it themselves.
_OWN_HELP = frozenset({"do"})
_PACKS = "ZHIRONG_RULES"
# Commands whose answer depends on the rules; they print the policy packs in use.
_BY_RULES = frozenset(
    {
        "quote",
        "limit",
        "rate",
        "appraise",
        "report",
        "rights",
        "settle",
        "claim",
        "dispose",
        "loan",
        "schedule",
        "modes",
    }
)
EXIT_BAD_INPUT = 2
EXIT_NEWER_DATABASE = 4


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command and return its exit code: 0 done, 1 done with findings, 2 the input cannot be used, 4 a newer
    version made the database; for others see ``faults``.

    arguments: by default those of this process; then no error ends in a traceback. With arguments from a program,
    errors other than the user's input are raised.
    """
    if arguments is None:
        words = sys.argv[1:]
        return guarded(lambda: _with_packs(words), _language(words))
    return _with_packs(list(arguments))


def _with_packs(words: list[str]) -> int:
    words, packs = _without_packs(words)
    before = os.environ.get(_PACKS)
    if packs:
        # Processes started by this one also get them. Packs from the environment come below those named here.
        from pathlib import Path

        named = [str(Path(folder).absolute()) for folder in packs]
        os.environ[_PACKS] = os.pathsep.join([*([before] if before else []), *named])
    try:
        return _run(words)
    finally:
        if packs and before is None:
            del os.environ[_PACKS]
        elif packs:
            os.environ[_PACKS] = before or ""


def _run(words: list[str]) -> int:
    lang = _language(words)
    name = _command(words)
    parser, commands = _parser(lang, name)
    if name in COMMANDS:
        try:
            module = import_module(f"zhirong.cli.{name.replace('-', '_')}")
            module.configure(commands[name])
        except ModuleNotFoundError as error:
            return _say_missing(error, words, lang)
    options = parser.parse_args(_without_language(words))
    if options.command is None:
        parser.print_help()
        return 0
    options.lang = lang
    if _environment_language()[:2] not in ("", "zh", "en"):
        print(f"ZHIRONG_LANG={_environment_language()}：仅支持 zh、en / only zh and en", file=sys.stderr)
    if options.packs is not None:
        commands[options.command].error("--rules: 请写全称 / write the full name")
    from zhirong.cli.outputs import refuse_overwriting

    try:
        refuse_overwriting(options)
        done = int(module.run(options))
        if name in _BY_RULES and os.environ.get(_PACKS) and not getattr(options, "json", False):
            _say_packs(lang)
        return done
    except ValueError as error:
        if not hasattr(error, "problems"):
            raise
        _say_problems(error, bool(getattr(options, "json", False)), lang)
        return _exit_code(error)
    except ModuleNotFoundError as error:
        return _say_missing(error, words, lang)


def _say_missing(error: ModuleNotFoundError, words: list[str], lang: str) -> int:
    """The command that installs the missing module. Raises the error itself if no extra provides it."""
    from zhirong.kernel.extras import missing_extra

    missing = missing_extra(error.name)
    if missing is None:
        raise error
    _say_problems(missing, "--json" in words, lang)
    return EXIT_BAD_INPUT


def _exit_code(error: ValueError) -> int:
    """A database of a newer version has its own exit code, so that the caller need not parse the message."""
    codes = {problem.code for problem in error.problems}  # type: ignore[attr-defined]
    return EXIT_NEWER_DATABASE if "newer_database" in codes else EXIT_BAD_INPUT


def _command(words: list[str]) -> str | None:
    """Return the first word that is neither an option nor the value of ``--lang`` or ``--rules``."""
    before = ["", *words]
    return next(
        (
            word
            for word, last in zip(words, before, strict=False)
            if word[:1] != "-" and last not in ("--lang", "--rules")
        ),
        None,
    )


def _without_packs(words: list[str]) -> tuple[list[str], list[str]]:
    """Return the words without every ``--rules DIR``, and the folders. ``zhirong do`` keeps its words, because its
    fields are options.
    """
    if _command([word for word in words if not word.startswith("--rules=")]) in _OWN_HELP:
        return words, []
    kept: list[str] = []
    packs: list[str] = []
    rest = iter(words)
    for word in rest:
        folder = word.removeprefix("--rules=") if word.startswith("--rules=") else None
        if word == "--rules":
            folder = next(rest, None)
            if folder is None:
                kept.append(word)  # argparse reports missing arguments
                continue
        if folder is None:
            kept.append(word)
        else:
            packs.append(folder)
    return kept, packs


def _language(words: list[str]) -> str:
    if "--lang" in words[:-1]:
        return "en" if words[words.index("--lang") + 1] == "en" else "zh"
    if "--lang=en" in words:
        return "en"
    return "en" if "--lang=zh" not in words and _environment_language().startswith("en") else "zh"


def _environment_language() -> str:
    return os.environ.get("ZHIRONG_LANG", "")


def _without_language(words: list[str]) -> list[str]:
    """Return the words without a valid ``--lang``: between others it would split a list of files in two."""
    before = ["", *words]
    return [
        word
        for number, word in enumerate(words)
        if not (word == "--lang" and words[number + 1 : number + 2] in (["zh"], ["en"]))
        and not (before[number] == "--lang" and word in ("zh", "en"))
        and word not in ("--lang=zh", "--lang=en")
    ]


def _parser(lang: str, name: str | None) -> tuple[argparse.ArgumentParser, dict[str, argparse.ArgumentParser]]:
    """Return the parser and those of the commands: only of the one that is named, if there is such a command, since
    making all of them takes longer than many commands do.
    """
    from zhirong.version import __version__

    about = "知融：知识产权金融开放平台" if lang == "zh" else "Zhirong: the open platform for IP finance"
    common = argparse.ArgumentParser(add_help=False)
    common.add_argument("--lang", choices=("zh", "en"), help="语言 / language (ZHIRONG_LANG)")
    common.add_argument(
        "--rules",
        dest="packs",
        metavar="DIR",
        help="政策包文件夹，可重复 / folder of a policy pack, repeatable (ZHIRONG_RULES)",
    )
    kind = ChineseParser if lang == "zh" else argparse.ArgumentParser
    parser = kind(prog="zhirong", description=about, parents=[common])
    parser.add_argument("--version", action="version", version=f"zhirong {__version__}")
    subparsers = parser.add_subparsers(dest="command", metavar="命令" if lang == "zh" else "command")
    wanted = {name: COMMANDS[name]} if name in COMMANDS else COMMANDS
    commands = {
        name: subparsers.add_parser(
            name, help=words[0 if lang == "zh" else 1], parents=[common], add_help=name not in _OWN_HELP
        )
        for name, words in wanted.items()
    }
    return parser, commands


def _say_packs(lang: str) -> None:
    """Print the policy packs on the standard error, so that they are in no output file."""
    from zhirong.mode_files import environment_packs

    for pack in environment_packs():
        print(("政策包：" if lang == "zh" else "policy pack: ") + pack.as_text(lang), file=sys.stderr)


def _say_problems(error: ValueError, as_json: bool, lang: str) -> None:
    if as_json:
        import json

        print(json.dumps({"error": error.as_json()}, ensure_ascii=False, indent=2), file=sys.stderr)  # type: ignore[attr-defined]
    else:
        print(error.as_text(lang), file=sys.stderr)  # type: ignore[attr-defined]


if __name__ == "__main__":
    sys.exit(main())
