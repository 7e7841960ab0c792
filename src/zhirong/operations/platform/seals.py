"""Seals: the log protects the sign-in data of accounts by keyed digests (``store.seals``).

Sign-up, a new password, a second factor, a confirmed address and the closing of an account each seal only the
columns that they change. A column that someone edits in the database therefore no longer matches its seal, and
``zhirong platform check`` reports it. A change and its seal are one transaction: if the machine fails between them, neither is stored.
"""

import secrets
from collections.abc import Iterable
from contextlib import AbstractContextManager, nullcontext
from typing import Annotated, Any

from django.db import connection
from pydantic import Field

from zhirong.kernel.text import Text
from zhirong.operations.actors import WORKER
from zhirong.operations.clock import now
from zhirong.operations.declare import Call, operation
from zhirong.operations.fields import Nothing, Request, ask
from zhirong.operations.run import run_operation
from zhirong.operations.unit_of_work import Work
from zhirong.store.models import Event
from zhirong.store.parties import Account, AccountSeal
from zhirong.store.seals import account_parts, key_mark
from zhirong.store.transaction import is_writing, writing, writing_within

BEGUN = "account.begin_seals"
_AT_ONCE = 200  # accounts per event


class SealAccounts(Request):
    """The accounts and the changed parts; no parts means all of them."""

    accounts: Annotated[list[int], Field(min_length=1, max_length=_AT_ONCE), ask("账号", "Accounts")]
    parts: Annotated[list[str], Field(max_length=_AT_ONCE), ask("改动的内容", "Changed parts")] = []


@operation("account.seal", Text("登记账号安全状态", "Seal accounts"), request=SealAccounts, is_background=True)
def seal_accounts(work: Work, request: SealAccounts) -> Any:
    """Store the digests of the changed parts; other seals stay as they are."""
    mark, named = key_mark(), set(request.parts)
    for account in request.accounts:
        found = account_parts(account)
        seal = AccountSeal.objects.filter(account=account).first()
        if seal is None:
            # An account that no operation created gets no seal for the parts that this one did not change.
            parts = {name: value for name, value in found.items() if not named or name in named}
            work.create(AccountSeal, account_id=account, key=mark, parts=parts)
            continue
        if seal.key != mark:
            continue  # made with another key: the check reports it until that key is restored
        changed = named or {*found, *seal.parts}
        kept = {name: value for name, value in seal.parts.items() if name not in changed}
        fresh = {name: value for name, value in found.items() if name in changed}
        if kept | fresh != seal.parts:
            work.update(seal, parts=kept | fresh)


@operation(BEGUN, Text("开始登记账号安全状态", "Start sealing accounts"), request=Nothing, is_background=True)
def seals_begun(work: Work, request: Any) -> Any:
    """Record that from here on every account created by an operation has a seal."""


def have_begun() -> bool:
    """Return whether the log protects accounts."""
    return Event.objects.filter(kind=BEGUN).exists()


def begin_seals() -> bool:
    """Seal every account in its current state, once, on a new platform or one older than the seals. Returns whether
    it was done now.
    """
    if have_begun():
        return False
    numbers = list(Account.objects.order_by("pk").values_list("pk", flat=True))
    for at in range(0, len(numbers), _AT_ONCE):
        _perform("account.seal", {"accounts": numbers[at : at + _AT_ONCE]})
    _perform(BEGUN, {})
    return True


def reseal(account: int, parts: Iterable[str] = ()) -> None:
    """Seal these parts of an account, which the platform itself has changed, within the transaction of the change."""
    if not have_begun():
        return
    request = {"accounts": [account], "parts": sorted(parts)}
    is_begun_elsewhere = connection.in_atomic_block and not is_writing()
    with writing_within() if is_begun_elsewhere else nullcontext():
        _perform("account.seal", request)


def with_its_seal() -> AbstractContextManager[object]:
    """Return the transaction in which an account is changed and sealed."""
    if connection.in_atomic_block or is_writing() or not have_begun():
        return nullcontext()
    return writing()


def _perform(name: str, request: dict[str, Any]) -> None:
    run_operation(name, Call(WORKER, now(), f"seal/{secrets.token_hex(16)}"), None, request)
