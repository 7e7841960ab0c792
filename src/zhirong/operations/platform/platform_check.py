"""The check of the platform's tables against the events: every row must equal the result of its snapshots in the
log.

It covers every table of the kind ``Kept``, and the sign-in data of accounts by their seals (``seals``) except the
time of the last sign-in. It does not cover notifications, jobs and deliveries, which no event records (see
``store.work``). Rows loaded in bulk without operations have no event and are reported as missing from the log.
"""

import hashlib
import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from decimal import Decimal, InvalidOperation
from itertools import islice
from pathlib import Path
from typing import Any

from django.apps import apps
from django.db import connection
from django.db import models as fields

from zhirong.evidence import canonical
from zhirong.evidence.audit import AuditFinding
from zhirong.kernel.errors import InputError
from zhirong.kernel.text import Text
from zhirong.operations.platform.seals import have_begun
from zhirong.operations.pledge.check import RegisterCheck, check_register_alone
from zhirong.store import models, settings
from zhirong.store.parties import RENAMED_COLUMNS, AccountSeal, Kept
from zhirong.store.seals import all_parts, key_mark
from zhirong.store.vault import has_key

MOST_OF_A_TABLE = 200  # rows named for each table; a table that differs everywhere is not listed row by row
_LONGEST = 200  # characters of a value kept in memory; a longer one is kept as its hash
_ROWS_AT_ONCE = 2000
_UNREADABLE = object()

Row = dict[str, Any]
Rows = dict[tuple[str, int], Row]


def check_register(folder: Path) -> RegisterCheck:
    """Return every error in the register's and the platform's tables in the database. folder: of its keys."""
    own = check_register_alone(folder)
    return replace(own, findings=(*own.findings, *platform_findings(folder)))


def platform_findings(folder: Path = settings.DATA) -> list[AuditFinding]:
    """Return every row of a kept table that was changed, removed or added without an operation. folder: of the
    keys.
    """
    expected = _folded()
    found: list[AuditFinding] = []
    for model in kept_models():
        table = str(model._meta.model_name)
        own = {number: expected.pop((table, number)) for number in _numbers(expected, table)}
        found += _limited(_of_table(model, own), table)
    found += [
        _finding("table", f"{table} {number}", "日志中有不存在的表", "the log has a row of an unknown table")
        for table, number in sorted(expected)
    ]
    return found + _limited(account_findings(folder), "account")


def account_findings(folder: Path) -> Iterator[AuditFinding]:
    """Yield the accounts whose columns, second factors or addresses differ from their seals. None before seals
    exist.
    """
    if not have_begun():
        return
    seals = {one.account_id: one for one in AccountSeal.objects.order_by("account_id")}
    if any(one.key for one in seals.values()) and not has_key(folder):
        yield _finding(
            "account_key",
            "vault.key",
            "缺少密钥，无法核对账号",
            "the key is missing, so accounts cannot be checked",
        )
        return
    mark, now = key_mark(folder), all_parts(folder)
    if any(one.key != mark for one in seals.values()):
        yield _finding(
            "account_key",
            "vault.key",
            "不是登记账号时所用的密钥；请恢复原来的 vault.key",
            "the key differs from the one used to seal accounts; restore the former vault.key",
        )
        return
    for number in sorted(now.keys() | seals.keys()):
        place = f"account {number}"
        if number not in seals:
            yield _finding("account", place, "表中存在，日志中不存在", "in the table, not in the log")
            continue
        sealed, found = seals[number].parts, now.get(number, {})
        for part in sorted(sealed.keys() | found.keys()):
            if sealed.get(part) != found.get(part):
                yield _finding("account", f"{place} {part}", *_part_words(part in sealed, part in found))


def _part_words(was: bool, is_now: bool) -> tuple[str, str]:
    if was and is_now:
        return "未经平台操作被修改", "changed without an operation"
    if was:
        return "未经平台操作被删除", "removed without an operation"
    return "未经平台操作被添加", "added without an operation"


def kept_models() -> list[type[Kept]]:
    """Return the tables that only operations write."""
    return [model for model in apps.get_app_config("store").get_models() if issubclass(model, Kept)]


def _folded() -> Rows:
    """Return each row as the result of its snapshots in order."""
    rows: Rows = {}
    events = models.Event.objects.filter(registration=None).order_by("index").values_list("content", flat=True)
    for content in events.iterator():
        for image in _images(content):
            row = rows.setdefault((image["table"], image["id"]), {})
            table = image["table"]
            row.update(
                {RENAMED_COLUMNS.get((table, name), name): _held(value) for name, value in image["values"].items()}
            )
    return rows


def _images(content: str) -> list[Mapping[str, Any]]:
    """Return the snapshots of an event. Unreadable content is reported where events are checked against the log."""
    try:
        images = canonical.decode(content.encode()).get("images", [])
        return [
            one
            for one in images
            if isinstance(one["table"], str) and isinstance(one["id"], int) and isinstance(one["values"], dict)
        ]
    except (InputError, AttributeError, KeyError, TypeError):
        return []


def _numbers(expected: Rows, table: str) -> list[int]:
    return sorted(number for name, number in expected if name == table)


def _of_table(model: type[Kept], expected: dict[int, Row]) -> Iterator[AuditFinding]:
    table = str(model._meta.model_name)
    columns = [one for one in model._meta.concrete_fields if one.attname != "id"]
    for number, *values in _written(model, columns):
        place = f"{table} {number}"
        own = expected.pop(number, None)
        if own is None:
            yield _finding("row", place, "表中存在，日志中不存在", "in the table, not in the log")
            continue
        for column, text in zip(columns, values, strict=True):
            if column.attname not in own:
                yield _finding(
                    "row",
                    f"{place} {column.attname}",
                    "日志中没有该列的来源",
                    "the log has no source for this column",
                )
            elif _held(_plain(column, text)) != own[column.attname]:
                wanted = own[column.attname]
                yield _finding("row", f"{place} {column.attname}", f"应为 {wanted}", f"should be {wanted}")
    for number in sorted(expected):
        yield _finding("row", f"{table} {number}", "日志中存在，表中不存在", "in the log, not in the table")


def _written(model: type[Kept], columns: Sequence[Any]) -> Iterator[tuple[Any, ...]]:
    """Yield each row in the order of the ids: its id, and its columns as text, because a damaged value may not be
    readable in its type. The SQL statement is written here, because building it from expressions takes longer than
    checking a small table.
    """
    name = connection.ops.quote_name
    texts = ", ".join(f"CAST({name(one.column)} AS text)" for one in columns)
    statement = f"SELECT id, {texts} FROM {name(model._meta.db_table)} ORDER BY id"  # noqa: S608 - names of the store
    with connection.chunked_cursor() as cursor:
        cursor.execute(statement)
        while rows := cursor.fetchmany(_ROWS_AT_ONCE):
            yield from rows


def _plain(column: Any, text: str | None) -> Any:
    """Return the content of a column as a snapshot writes it (``operations.snapshots.image_value``), or a mark if
    it is unreadable.
    """
    if text is None:
        return None
    try:
        if isinstance(column, fields.JSONField):
            return json.dumps(json.loads(text), ensure_ascii=False, sort_keys=True, separators=(",", ":"))
        if isinstance(column, fields.DateTimeField):
            moment = datetime.fromisoformat(text)
            moment = moment if moment.tzinfo else moment.replace(tzinfo=UTC)
            # With microseconds: a snapshot keeps whole seconds, so a fraction is a difference.
            return moment.astimezone(UTC).isoformat().replace("+00:00", "Z")
        if isinstance(column, fields.DecimalField):
            value = Decimal(text)
            kept = f"{value:.{column.decimal_places}f}"
            return kept if Decimal(kept) == value else text
        if isinstance(column, fields.BooleanField):
            return {"1": True, "0": False, "true": True, "false": False}[text]
        if isinstance(column, fields.IntegerField | fields.ForeignKey | fields.AutoField):
            return int(text)
    except (ValueError, KeyError, InvalidOperation):
        return _UNREADABLE
    return text


def _held(value: Any) -> Any:
    if isinstance(value, str) and len(value) > _LONGEST:
        return f"sha256:{hashlib.sha256(value.encode()).hexdigest()}"
    return value


def _limited(found: Iterator[AuditFinding], table: str) -> list[AuditFinding]:
    """Return the first findings of a table, and the number of further ones."""
    named = list(islice(found, MOST_OF_A_TABLE))
    more = sum(1 for _ in found)
    if more:
        named.append(_finding("row", table, f"另有 {more} 处不符", f"{more} more differences"))
    return named


def _finding(code: str, place: str, zh: str, en: str) -> AuditFinding:
    return AuditFinding(code, place, Text(zh, en))
