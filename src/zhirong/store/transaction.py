"""One write at a time: every operation runs within one transaction that holds the log's head."""

import threading
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager

from django.db import OperationalError, connection, transaction

from zhirong.store.models import LogHead
from zhirong.store.waiting import longest_wait

# The head that this thread holds: an operation may call another, and both are one transaction.
_held = threading.local()

# SQLite has one writer; threads of one process queue here, fairly, instead of polling the file one against another.
_ONE_WRITER = threading.Lock()


class NoRegisterError(RuntimeError):
    """The database has no register yet: ``zhirong register init`` makes one."""


def is_writing() -> bool:
    """Return whether this thread holds the log's head."""
    return getattr(_held, "head", None) is not None


@contextmanager
def writing() -> Iterator[LogHead]:
    """A transaction that holds the log's head: nobody else writes until it ends, everything or nothing is kept.

    Within a transaction of the same thread it is that transaction. Raises NoRegisterError if there is no register,
    and django.db.OperationalError where other writers keep it waiting for too long (``store.waiting``); nothing is
    written then.
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
    """The same within a transaction that has begun elsewhere and has written already: the head is held until that one ends.

    What is written here is kept or undone with it. Raises as ``writing`` does.
    """
    with _holding(transaction.atomic()) as head:
        yield head


@contextmanager
def _turn() -> Iterator[None]:
    if not _ONE_WRITER.acquire(timeout=longest_wait()):
        raise OperationalError("other writers were not done in time")
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
            raise NoRegisterError("there is no register in this database")
        _held.head = head
        try:
            yield head
        finally:
            _held.head = None
