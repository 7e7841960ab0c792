"""Who may do an operation: role, mandate and token; to a row they can see, by relation and state."""

from dataclasses import replace
from typing import Any

from zhirong.operations.declare import OPERATIONS, Operation
from zhirong.operations.people import Person
from zhirong.operations.permissions import ForbiddenError
from zhirong.operations.refusals import beyond_token, forbidden
from zhirong.store.parties import Kept


def may(person: Person, op: Operation) -> bool:
    """Whether the person's role, mandate and token allow the operation at all, whatever the row."""
    if person.is_worker or op.is_background:
        return person.is_worker and op.is_background
    if person.scopes is not None and op.scope not in person.scopes:
        return False
    if person.allowed is not None and not (op.for_agents and op.name in person.allowed):
        return False
    return bool(person.account) and (not op.roles or person.has(*op.roles))


def is_allowed_now(op: Operation, row: Any) -> bool:
    """Whether the row's state admits it."""
    return op.states is None or getattr(row, op.state_field) in op.states


def can(person: Person, name: str, row: Any = None) -> bool:
    """Whether the person may do it to this row, which it can see, now."""
    op = OPERATIONS[name]
    return may(person, op) and (row is None or (op.relation(person, row) and is_allowed_now(op, row)))


def operations_for(person: Person, row: Kept) -> list[Operation]:
    """What the person can do to this row now, in the order of declaration."""
    return [op for op in OPERATIONS.values() if op.model is type(row) and can(person, op.name, row)]


def forbidden_to(person: Person, op: Operation | None) -> ForbiddenError:
    """Why the person may not do the operation; where it is its token alone that does not reach so far, that is said."""
    is_the_tokens = op is not None and may(replace(person, scopes=None), op)
    return beyond_token(op.scope) if op is not None and is_the_tokens else forbidden()
