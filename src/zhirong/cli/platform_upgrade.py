"""``zhirong platform upgrade``: print the plan; try it on a copy (``--dry-run``), or back up, upgrade and check."""

import argparse
import json
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from zhirong.cli.files import print_json
from zhirong.kernel.text import Text

if TYPE_CHECKING:
    from zhirong.operations.platform.rulebook_history import RulesDifference
    from zhirong.operations.platform.upgrade import Plan, PlatformCheck

_MOST_NAMES = 6  # names of rules per line
_MEGA = 1_000_000
# Settings of the platform that a trial must not use: it has a separate database and signs nothing.
_NOT_FOR_TRIALS = ("DATABASE_URL", "DJANGO_SETTINGS_MODULE", "ZHIRONG_CHECKPOINT_COPY", "ZHIRONG_DATA")


def upgrade_options(parser: argparse.ArgumentParser) -> None:
    """Add the options of ``upgrade``."""
    parser.add_argument(
        "--dry-run", action="store_true", help="仅说明并在副本上试升级，原数据不变 / explain, and try it on a copy"
    )
    backup = parser.add_mutually_exclusive_group()
    backup.add_argument(
        "--backup", metavar="FILE", default="", help="备份文件，默认与数据文件夹同级 / backup to write"
    )
    backup.add_argument("--no-backup", action="store_true", help="不做备份（已另行备份）/ make no backup")


def run_upgrade(options: argparse.Namespace) -> int:
    """Return 0 if done or nothing to do, 1 if the check found something. Raises InputError without any change if
    the upgrade is impossible.
    """
    from zhirong.store.setup import demand_database, ready

    demand_database(Path(os.environ.get("ZHIRONG_DATA", "zhirong-data")), os.environ.get("DATABASE_URL", ""))
    ready("zhirong.web.settings")
    from zhirong.operations.clock import now
    from zhirong.operations.platform.upgrade import plan_upgrade
    from zhirong.store.settings import DATA

    at = now()
    plan = plan_upgrade(None if options.no_backup else _backup_file(options.backup, DATA, at))
    if not options.json:
        _print_plan(plan, options.lang)
    if not plan.is_needed:
        if options.json:
            print_json({"plan": plan.as_json(), "done": False, "check": None})
        return 0
    return _try(options, plan, DATA) if options.dry_run else _upgrade(options, plan, DATA, at)


def print_check(checked: "PlatformCheck", lang: str) -> None:
    """Print every finding, then the numbers of checked events and of findings."""
    for finding in checked.register.findings:
        print(finding.as_text("zh" if lang == "zh" else "en"))
    for digest, what in checked.files:
        print(f"{digest}\t{what}")
    events, count = checked.register.events, checked.count
    print(f"{events} 条事项；{count} 处问题" if lang == "zh" else f"{events} events; {count} findings")


def _upgrade(options: argparse.Namespace, plan: "Plan", data: Path, at: datetime) -> int:
    from zhirong.cli.serve import make_ready
    from zhirong.operations.platform.upgrade import check_all, upgrade

    say = _Steps(options.lang)
    upgrade(data, plan, at, say)
    say(Text("记录规则版本，加密旧密钥，封存账户", "Record the rules, encrypt old secrets, seal accounts"))
    make_ready(data, "register.local")
    say(Text("核对日志、登记簿、各表、文件", "Check log, register, tables and files"))
    checked = check_all(data)
    if options.json:
        print_json({"plan": plan.as_json(), "done": True, "check": checked.as_json()})
    else:
        print_check(checked, options.lang)
        _print_end(plan, checked.count, options.lang)
    return 1 if checked.count else 0


def _try(options: argparse.Namespace, plan: "Plan", data: Path) -> int:
    """Upgrade a copy in a separate process, because this one uses the platform's database."""
    from zhirong.operations.platform.upgrade import copy_for_trial, demand_room

    if plan.vendor != "sqlite":
        if options.json:
            print_json({"plan": plan.as_json(), "done": False, "check": None})
        else:
            print(
                "PostgreSQL 数据库不在此复制；请将备份恢复到另一个空数据库后试升级。数据未改动"
                if options.lang == "zh"
                else "A PostgreSQL database is not copied here: restore a backup into another, empty database and try the "
                "upgrade there. Nothing was changed."
            )
        return 0
    demand_room(data, plan, copies=1)
    say = _Steps(options.lang)
    say(Text("复制数据库", "Copy the database"))
    with copy_for_trial(data) as copy:
        say(Text("在副本上升级、核对", "Upgrade and check the copy"))
        done = _upgrade_copy(copy, options.lang)
    if done.returncode not in (0, 1):
        print(done.stderr, end="", file=sys.stderr)
        return done.returncode
    answer = json.loads(done.stdout)
    if options.json:
        print_json({"plan": plan.as_json(), "done": False, "check": answer["check"]})
    else:
        _print_trial(answer["check"], options.lang)
    return done.returncode


def _upgrade_copy(copy: Path, lang: str) -> "subprocess.CompletedProcess[str]":
    environment = {name: value for name, value in os.environ.items() if name not in _NOT_FOR_TRIALS}
    command = [sys.executable, "-m", "zhirong.cli.main", "--lang", lang, "platform", "upgrade", "--data", str(copy)]
    return subprocess.run(  # noqa: S603 - our own program
        [*command, "--no-backup", "--json"], env=environment, capture_output=True, text=True, check=False
    )


class _Steps:
    """Prints each step before it begins on standard error, with the seconds since the first."""

    def __init__(self, lang: str) -> None:
        self._lang = "zh" if lang == "zh" else "en"
        self._began = time.monotonic()

    def __call__(self, words: Text) -> None:
        seconds = time.monotonic() - self._began
        print(f"[{seconds:5.1f} s] {words.zh if self._lang == 'zh' else words.en} …", file=sys.stderr, flush=True)


def _backup_file(given: str, data: Path, at: datetime) -> Path:
    """Return the backup file to write: the given one, or one next to the data folder named after it and the
    instant.
    """
    if given:
        return Path(given)
    folder = data.resolve()
    return folder.with_name(f"{folder.name}-before-upgrade-{at:%Y%m%dT%H%M%SZ}.tar")


# -- words
# ----------------------------------------------------------------------------------------------------------


def _print_plan(plan: "Plan", lang: str) -> None:
    for line in _plan_lines(plan, lang == "zh"):
        print(line, flush=True)


def _plan_lines(plan: "Plan", is_zh: bool) -> Iterator[str]:
    if not plan.is_needed:
        yield (
            "数据库和规则均为本版本，无需升级" if is_zh else "Database and rules have this version: nothing to do."
        )
        return
    size = f"{plan.size / _MEGA:,.1f} MB"
    yield f"数据库：{plan.vendor}，{size}" if is_zh else f"Database: {plan.vendor}, {size}"
    if plan.backup is None:
        yield "备份：不做" if is_zh else "Backup: none"
    else:
        yield f"备份：{plan.backup}" if is_zh else f"Backup: {plan.backup}"
    yield f"数据表变更：{len(plan.steps)} 项" if is_zh else f"Changes to the tables: {len(plan.steps)}"
    for step in plan.steps:
        yield f"  {step.number}  {step.words.zh if is_zh else step.words.en}"
    if plan.rules is None:
        yield "规则：不变" if is_zh else "Rules: unchanged"
    else:
        yield from _rules_lines(plan.rules, is_zh)


def _rules_lines(rules: "RulesDifference", is_zh: bool) -> Iterator[str]:
    before = rules.before or ("无" if is_zh else "none")
    yield f"规则版本：{before} → {rules.after}" if is_zh else f"Rules: {before} → {rules.after}"
    parts = (
        ("新增" if is_zh else "added", rules.added),
        ("修改" if is_zh else "changed", rules.changed),
        ("删除" if is_zh else "removed", rules.removed),
    )
    for word, names in parts:
        if names:
            more = " …" if len(names) > _MOST_NAMES else ""
            yield f"  {word} {len(names)}: {', '.join(names[:_MOST_NAMES])}{more}"


def _print_end(plan: "Plan", count: int, lang: str) -> None:
    if not count:
        print("升级完成" if lang == "zh" else "The upgrade is complete.")
        return
    kept = "" if plan.backup is None else str(plan.backup)
    print(
        f"升级后核对发现问题：请勿启动平台；可用旧版本恢复备份 {kept}"
        if lang == "zh"
        else f"The check after the upgrade found problems. Do not start the platform; the older version can restore the backup {kept}"
    )


def _print_trial(check: Any, lang: str) -> None:
    count = len(check["findings"]) + len(check["files"])
    for finding in [*check["findings"], *check["files"]][:_MOST_NAMES]:
        print(json.dumps(finding, ensure_ascii=False))
    print(
        f"副本已升级并核对：{check['events']} 条事项，{count} 处问题。原数据未改动"
        if lang == "zh"
        else f"The copy was upgraded and checked: {check['events']} events, {count} findings. The data are unchanged."
    )
