"""Snapshots of the rows that an operation writes, for its event, and the limits of columns on every database."""

import json
from collections.abc import Iterable
from datetime import date
from decimal import Decimal
from typing import Any

from django.core.exceptions import ValidationError
from django.db import models as fields
from django.db.models import Model
from django.utils import translation

from zhirong.kernel.errors import InputError, Problem
from zhirong.kernel.text import Text
from zhirong.store import log
from zhirong.store.parties import Kept


def image_value(row: Model, name: str) -> Any:
    """Return a column for the event: canonical data; JSON columns as text, because canonical data has no fractions."""
    column = next(one for one in row._meta.concrete_fields if one.attname == name)
    value = getattr(row, name)
    if value is None:
        return None
    if isinstance(column, fields.JSONField):
        return json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    if isinstance(column, fields.DateTimeField):
        return log.instant(value)
    if isinstance(column, fields.DecimalField):
        return f"{Decimal(value):.{column.decimal_places}f}"
    if isinstance(value, date):
        return value.isoformat()
    return value


def column_of(model: type[Model], name: str) -> "fields.Field[Any, Any]":
    """Return a column of a table. Raises AssertionError for a relation of another table to it, which has no column."""
    found = model._meta.get_field(name)
    if not isinstance(found, fields.Field):
        raise AssertionError(f"{model.__name__}.{name} is not a column")
    return found


def demand_fit(row: Model, names: Iterable[str]) -> None:
    """Raise InputError if a value is too long or too large for its column: SQLite would store it, PostgreSQL would
    fail.
    """
    problems = []
    for name in names:
        column = column_of(type(row), name)
        try:
            column.run_validators(column.to_python(getattr(row, column.attname)))
        except ValidationError as error:
            zh, en = _said(error, "zh-hans", "；"), _said(error, "en", "; ")
            problems.append(
                Problem(
                    name,
                    str(getattr(row, column.attname)),
                    Text(f"超出长度：{zh}", f"does not fit: {en}"),
                    Text("请缩短或减小", "make it shorter or smaller"),
                    "does_not_fit",
                )
            )
    if problems:
        raise InputError(problems)


def _said(error: ValidationError, language: str, between: str) -> str:
    with translation.override(language):
        return between.join(error.messages)


def subject_name(row: Kept) -> str:
    """Return the name of a row in the log, such as ``case/12``."""
    return f"{row._meta.model_name}/{row.pk}"
