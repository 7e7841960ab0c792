"""Every kept row is what the log makes of it: any column of any row that is changed otherwise is found and named."""

from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.db import connection, transaction
from django.db.models import BooleanField, DateField, DateTimeField, DecimalField, EmailField, JSONField, URLField
from django.db.utils import DataError, IntegrityError

from zhirong.kernel.text import Text
from zhirong.operations.actors import Actor
from zhirong.operations.declare import OPERATIONS, Call, Operation
from zhirong.operations.fields import Nothing
from zhirong.operations.platform.platform_check import (
    MOST_OF_A_TABLE,
    check_register,
    kept_models,
    platform_findings,
)
from zhirong.operations.run import run_operation
from zhirong.operations.state_columns import TRANSITIONS
from zhirong.operations.unit_of_work import Work
from zhirong.store.financing import FirmRight, GuaranteeRequest, Loan, Payment
from zhirong.store.parties import Account, Kept, Membership, Organisation
from zhirong.store.work import Webhook

pytestmark = pytest.mark.both_databases

_TITLE = Text("试", "test")
LONG = "甲" * 500


def _one_of_each(work: Work, request: Any) -> Any:
    """A row in every kept table, its columns filled by their kinds."""
    account = Account.objects.get()
    made: dict[type, Any] = {Account: account}
    waiting = list(kept_models())
    while waiting:
        model = next(one for one in waiting if _parents(one) <= set(made))
        waiting.remove(model)
        made[model] = work.create(model, **_values(model, made))
        if model is Organisation:
            work.update(made[model], profile={"后来": 1})


def _parents(model: type[Kept]) -> set[type]:
    """Return the rows that a row of this table requires."""
    return {one.related_model for one in model._meta.concrete_fields if one.is_relation and not one.null}


def _values(model: type[Kept], made: dict[type, Any]) -> dict[str, Any]:
    values: dict[str, Any] = {}
    for column in model._meta.concrete_fields:
        if column.attname in ("id", "version", "created_at", "changed_at"):
            continue
        if (model, column.name) in TRANSITIONS:  # a row begins in one of the states of the table
            values[column.name] = min(TRANSITIONS[model, column.name].initial)
            continue
        if column.is_relation:
            values[column.name] = made.get(column.related_model)  # null where the two name each other
        elif isinstance(column, JSONField):
            values[column.name] = {"名": "值", "率": 0.5, "深": [1, None, LONG]}
        elif isinstance(column, DecimalField):
            values[column.name] = Decimal("0.045")
        elif isinstance(column, DateTimeField):
            values[column.name] = made[Account].date_joined.replace(microsecond=0)
        elif isinstance(column, DateField):
            values[column.name] = date(2026, 11, 25)
        elif isinstance(column, BooleanField):
            values[column.name] = True
        elif column.get_internal_type() in ("IntegerField", "BigIntegerField"):
            values[column.name] = 7
        elif isinstance(column, EmailField):
            values[column.name] = "one@example.cn"
        elif isinstance(column, URLField):
            values[column.name] = "https://hook.example.cn/a"
        else:
            values[column.name] = ("字" * (column.max_length or 600))[: column.max_length or 600]
    return values


def _filled(platform: Any) -> None:
    account = Account.objects.create(username="one", email="one@example.cn", date_joined=platform.now)
    actor = Actor(account=account.pk)
    OPERATIONS["test.everything"] = Operation(
        "test.everything", _TITLE, _TITLE, Nothing, _one_of_each
    )  # fmt: skip
    try:
        run_operation("test.everything", Call(actor, platform.now, "k1"))
    finally:
        del OPERATIONS["test.everything"]


def test_any_column_of_any_row_that_is_changed_is_found_and_named(platform: Any) -> None:
    _filled(platform)
    assert platform_findings() == []
    tried = 0
    for model in kept_models():
        row = model._default_manager.get()
        # All columns of a row at once: each must be named for itself.
        before = {
            column: _read(model, column.column) for column in model._meta.concrete_fields if column.attname != "id"
        }
        changed = [column for column, value in before.items() if _changed(model, column, value)]
        found = platform_findings()
        name = model._meta.model_name
        assert [one.place for one in found] == [f"{name} {row.pk} {column.attname}" for column in changed]
        assert all(one.text.zh and one.text.en for one in found)
        for column in changed:
            _write(model, column.column, before[column])
        tried += len(changed)
    assert tried > 150
    assert platform_findings() == []


def _read(model: type[Kept], column: str) -> Any:
    with connection.cursor() as cursor:
        cursor.execute(f'select "{column}" from "{model._meta.db_table}"')
        return cursor.fetchone()[0]


def _write(model: type[Kept], column: str, value: Any) -> None:
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(f'update "{model._meta.db_table}" set "{column}" = %s', [value])


def _changed(model: type[Kept], column: Any, before: Any) -> bool:
    """Change a column by the least there is; false where the database refuses it."""
    sqlite = connection.vendor == "sqlite"
    if column.is_relation:
        return False  # a foreign key of a row that is not there is refused at the end of the transaction
    if isinstance(column, JSONField):
        after: Any = str(before).replace("1", "2") if sqlite else '{"改": 1}'
    elif isinstance(column, DateTimeField):
        after = f"{before}.000001" if sqlite else before + timedelta(microseconds=1)
    elif isinstance(column, DateField):
        after = "2026-11-26"
    elif isinstance(column, BooleanField):
        after = 0 if sqlite else False
    elif isinstance(column, DecimalField):
        after = Decimal("0.045001") if not sqlite else "0.045001"
    elif isinstance(before, int):
        after = before + 1
    else:
        after = "字" * (len(before) - 1) + "宇"
    try:
        _write(model, column.column, after)
    except (IntegrityError, DataError):
        return False
    return True


@pytest.mark.parametrize("value", ["不是日期", "2026-13-40", ""])
def test_a_value_that_cannot_be_read_is_found_not_a_crash(sqlite_platform: Any, value: str) -> None:
    _filled(sqlite_platform)  # the other database keeps nothing but days in a column of days
    _write(FirmRight, "checked_on", value)
    assert [one.place.split()[2] for one in platform_findings()] == ["checked_on"]


def test_a_relation_that_is_changed_is_found(platform: Any) -> None:
    _filled(platform)
    other = Account.objects.create(username="two", email="two@example.cn")
    Membership.objects.update(account=other)
    assert [one.place.split()[2] for one in platform_findings()] == ["account_id"]


def test_rows_that_are_missing_or_added_are_named(platform: Any) -> None:
    _filled(platform)
    Webhook.objects.all()._raw_delete("default")
    found = platform_findings()
    assert [one.place.split()[0] for one in found] == ["webhook"] and "表中不存在" in found[0].text.zh
    moment = platform.now
    GuaranteeRequest.objects.create(
        case_id=Loan.objects.get().case_id, guarantor=Organisation.objects.get(), state="granted", share=1, fee_rate=0,
        amount=1, created_at=moment, changed_at=moment,
    )  # fmt: skip
    found = platform_findings()
    assert sorted(one.place.split()[0] for one in found) == ["guaranteerequest", "webhook"]


def test_the_check_of_the_register_covers_the_platform(platform: Any) -> None:
    _filled(platform)
    assert check_register(platform.folder).findings == ()
    Payment.objects.update(amount=8)
    assert [one.place.split()[0] for one in check_register(platform.folder).findings] == ["payment"]


def test_a_table_loaded_past_the_operations_is_counted_not_listed(platform: Any) -> None:
    moment = platform.now
    Organisation.objects.bulk_create(
        Organisation(kind="firm", name=f"企业{at}", code=f"{at:018d}", region="440100", name_key=f"企业{at}",
                     created_at=moment, changed_at=moment)
        for at in range(MOST_OF_A_TABLE + 30)
    )  # fmt: skip
    found = platform_findings()
    assert len(found) == MOST_OF_A_TABLE + 1
    assert "30" in found[-1].text.zh
