"""Whatever signs in is sealed when the pages change it: Django's signals of accounts, second factors and addresses."""

from typing import Any

from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from django.db.models.signals import post_delete, post_save

from zhirong.operations.platform.seals import reseal
from zhirong.store.parties import Account
from zhirong.store.seals import SEALED, address_part, factor_part

_KEPT = "_sealed_values"
_UNKNOWN = object()


def connect() -> None:
    """Hear of every change."""
    post_save.connect(_account_saved, Account, dispatch_uid="zhirong.seal.account")
    for model, part in ((Authenticator, factor_part), (EmailAddress, address_part)):
        name = model.__name__
        post_save.connect(_saver(part), model, weak=False, dispatch_uid=f"zhirong.seal.{name}")
        post_delete.connect(_saver(part), model, weak=False, dispatch_uid=f"zhirong.unseal.{name}")


def _account_saved(sender: Any, instance: Account, created: bool, update_fields: Any = None, **_: Any) -> None:
    """Seal the columns that this save has changed: another one that differs was changed by somebody else."""
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
        if update_fields is None or set(update_fields) - {"last_used_at"}:
            reseal(instance.user_id, [part(instance.pk)])

    return seal
