"""Seals of sign-in data that pages change, through Django's signals of accounts, second factors and addresses."""

from functools import wraps
from typing import Any

from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from django.db.models import Model
from django.db.models.signals import post_delete, post_save

from zhirong.operations.platform.seals import reseal, with_its_seal
from zhirong.store.parties import Account
from zhirong.store.seals import SEALED, address_part, factor_part

_WITH_SEAL = "_with_its_seal"
_NOT_SEALED = frozenset({"last_login", "last_used_at"})  # columns of last use, which need no write lock
_UNKNOWN = object()


def connect() -> None:
    """Connect the signals, and store every change in one transaction with its seal."""
    for model in (Account, Authenticator, EmailAddress):
        for name in ("save", "delete"):
            _put_with_its_seal(model, name)
    post_save.connect(_account_saved, Account, dispatch_uid="zhirong.seal.account")
    for model, part in ((Authenticator, factor_part), (EmailAddress, address_part)):
        name = model.__name__
        post_save.connect(_saver(part), model, weak=False, dispatch_uid=f"zhirong.seal.{name}")
        post_delete.connect(_saver(part), model, weak=False, dispatch_uid=f"zhirong.unseal.{name}")


def _put_with_its_seal(model: type[Model], name: str) -> None:
    """Wrap ``save`` and ``delete`` in a transaction, because a signal comes only after the row is stored."""
    plain = getattr(model, name)
    if getattr(plain, _WITH_SEAL, False):
        return

    @wraps(plain)
    def together(self: Any, *args: Any, update_fields: Any = None, **kwargs: Any) -> Any:
        named = {} if update_fields is None else {"update_fields": update_fields}
        if update_fields is not None and not set(update_fields) - _NOT_SEALED:
            return plain(self, *args, **named, **kwargs)
        with with_its_seal():
            return plain(self, *args, **named, **kwargs)

    setattr(together, _WITH_SEAL, True)
    setattr(model, name, together)


def _account_saved(sender: Any, instance: Account, created: bool, update_fields: Any = None, **_: Any) -> None:
    """Seal the columns that this save has changed: any other difference was made by someone else."""
    if created:
        reseal(instance.pk)
        return
    written = SEALED if update_fields is None else [one for one in SEALED if one in update_fields]
    before = instance.values_read
    changed = [one for one in written if before.get(one, _UNKNOWN) != getattr(instance, one)]
    instance.values_read = {**before, **{one: getattr(instance, one) for one in changed}}
    if changed:
        reseal(instance.pk, changed)


def _saver(part: Any) -> Any:
    def seal(sender: Any, instance: Any, update_fields: Any = None, **_: Any) -> None:
        if update_fields is None or set(update_fields) - _NOT_SEALED:
            reseal(instance.user_id, [part(instance.pk)])

    return seal
