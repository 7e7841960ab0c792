"""One write at a time: every operation runs within one transaction that holds the log's head."""

import threading
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager

from django.db import OperationalError, connection, transaction

from zhirong.store.models import LogHead
from zhirong.store.waiting import longest_wait

# The head that this thread holds: an operation may call another, and both are in the same transaction.
_held = threading.local()

# SQLite has one writer; threads of one process queue here, fairly, instead of polling the file.
_ONE_WRITER = threading.Lock()


class NoRegisterError(RuntimeError):
    """The database has no register yet; create it with ``zhirong register init``."""


def is_writing() -> bool:
    """Return whether this thread holds the log's head."""
    return getattr(_held, "head", None) is not None


@contextmanager
def writing() -> Iterator[LogHead]:
    """Open a transaction that holds the log's head: nobody else writes until it ends, and everything or nothing is
    saved.

    Within a transaction of the same thread it is that transaction. Raises NoRegisterError if there is no register,
    and django.db.OperationalError if other writers make it wait too long (``store.waiting``); nothing is written
    then.
    """
    held = getattr(_held, "head", None)
    if held is not None:
        yield held
        return
    if connection.vendor == "sqlite":
        with _turn(), _transaction() as head:
            yield head
    else:
        with _transaction() as head:
            yield head


@contextmanager
def writing_within() -> Iterator[LogHead]:
    """Do the same within a transaction that has begun elsewhere and has already written: the head is held until
    that one ends.

    Its writes are saved or rolled back together with that transaction. Raises as ``writing`` does.
    """
    with _holding(transaction.atomic()) as head:
        yield head


@contextmanager
def _turn() -> Iterator[None]:
    if not _ONE_WRITER.acquire(timeout=longest_wait()):
        raise OperationalError("other writers did not finish in time")
    try:
        yield
    finally:
        _ONE_WRITER.release()


@contextmanager
def _transaction() -> Iterator[LogHead]:
    with _holding(transaction.atomic(durable=True)) as head:
        yield head


@contextmanager
def _holding(atomic: AbstractContextManager[None]) -> Iterator[LogHead]:
    with atomic:
        head = LogHead.objects.select_for_update().first()
        if head is None:
            raise NoRegisterError("this database has no register")
        _held.head = head
        try:
            yield head
        finally:
            _held.head = None
