"""The sign-in data of an account as keyed digests: password hash, state, second factors, confirmed addresses.

The digests go into the log (``AccountSeal``), the secrets never do. A copy of the log without the vault key does
not allow anyone to try passwords on them. Second factors and addresses are in tables of the web pages, which a
database without pages lacks.
"""

import json
from collections import defaultdict
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from django.db import connection

from zhirong.store import settings
from zhirong.store.parties import Account
from zhirong.store.vault import keyed_digest

SEALED = ("username", "email", "password", "is_active", "is_staff", "is_superuser", "is_demo")
FACTORS, ADDRESSES = "mfa_authenticator", "account_emailaddress"
_PURPOSE = "account seal"
_MARK = 16
# Table: the name of a part, and the sealed columns. The time of last use is not sealed.
_TABLES: Mapping[str, tuple[str, tuple[str, ...]]] = {
    FACTORS: ("factor", ("user_id", "type", "data")),
    ADDRESSES: ("address", ("user_id", "email", "verified", "primary")),
}

Parts = dict[str, str]


def key_mark(folder: Path = settings.DATA) -> str:
    """Return the vault key that makes the digests now. folder: of the key."""
    return keyed_digest(_PURPOSE, "mark", folder)[:_MARK]


def account_parts(account: int) -> Parts:
    """Return the digests of one account from its present rows."""
    return _parts(account, settings.DATA).get(account, {})


def all_parts(folder: Path = settings.DATA) -> dict[int, Parts]:
    """Return the digests of every account. folder: of the key."""
    return _parts(None, folder)


def factor_part(number: int) -> str:
    """Return the name of the second factor with this id among the parts."""
    return f"{_TABLES[FACTORS][0]}/{number}"


def address_part(number: int) -> str:
    """Return the name of the confirmed address with this id among the parts."""
    return f"{_TABLES[ADDRESSES][0]}/{number}"


def _parts(account: int | None, folder: Path) -> dict[int, Parts]:
    found: dict[int, Parts] = defaultdict(dict)
    rows = Account.objects.all() if account is None else Account.objects.filter(pk=account)
    for number, *values in rows.order_by("pk").values_list("pk", *SEALED):
        for name, value in zip(SEALED, values, strict=True):
            found[number][name] = _digest(number, name, value, folder)
    there = set(connection.introspection.table_names())
    for table, (word, columns) in _TABLES.items():
        if table in there:
            for number, owner, *values in _rows(table, columns, account):
                part = f"{word}/{number}"
                found[owner][part] = _digest(owner, part, values, folder)
    return dict(found)


def _rows(table: str, columns: tuple[str, ...], account: int | None) -> list[Any]:
    """Return id, owner and the other columns as text, whatever they contain."""
    quoted = connection.ops.quote_name
    owner, *others = columns
    written = ", ".join(f"cast({quoted(one)} as text)" for one in others)
    where = "" if account is None else f" where {quoted(owner)} = %s"
    sql = f"select id, {quoted(owner)}, {written} from {quoted(table)}{where} order by id"  # noqa: S608 - own names
    with connection.cursor() as cursor:
        cursor.execute(sql, [] if account is None else [account])
        return [(one[0], one[1], *(_plain(value) for value in one[2:])) for one in cursor.fetchall()]


def _plain(written: Any) -> Any:
    """Return text in a form equal in both databases: JSON by its content, true and false in one form."""
    if written in ("0", "false"):
        return False
    if written in ("1", "true"):
        return True
    try:
        return json.loads(written)
    except (TypeError, ValueError):
        return written


def _digest(account: int, part: str, value: Any, folder: Path) -> str:
    text = json.dumps([account, part, value], ensure_ascii=False, sort_keys=True, default=str)
    return keyed_digest(_PURPOSE, text, folder)
