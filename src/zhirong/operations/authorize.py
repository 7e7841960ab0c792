"""Permission to run an operation: by role, mandate and token, by capacity in the register, and by the actor's
relation to a visible row and the row's state.
"""

from dataclasses import replace
from typing import Any

from zhirong.operations.actors import Actor
from zhirong.operations.declare import OPERATIONS, Operation
from zhirong.operations.refusals import ONLY_AT_THE_DESK, ForbiddenError, beyond_token, forbidden
from zhirong.store.parties import Kept


def may(actor: Actor, op: Operation) -> bool:
    """Return whether the actor's role, mandate and token allow the operation, regardless of the row."""
    if actor.is_worker or op.is_background:
        return actor.is_worker and op.is_background
    if op.policy is not None and actor.capacity not in op.policy:
        return False
    if op.policy is not None and (op.is_library or actor.acts_as is not None):
        return True
    if actor.scopes is not None and (op.scope not in actor.scopes or op.name in ONLY_AT_THE_DESK):
        return False
    if actor.allowed is not None and not (op.for_agents and op.name in actor.allowed):
        return False
    return bool(actor.account) and (not op.roles or actor.has(*op.roles))


def is_allowed_now(op: Operation, row: Any) -> bool:
    """Return whether the row's state allows the operation."""
    return op.states is None or getattr(row, op.state_field) in op.states


def can(actor: Actor, name: str, row: Any = None) -> bool:
    """Return whether the actor may run the operation on this row now. The actor must be able to see the row."""
    op = OPERATIONS[name]
    return may(actor, op) and (row is None or (op.relation(actor, row) and is_allowed_now(op, row)))


def operations_for(actor: Actor, row: Kept) -> list[Operation]:
    """Return the operations that the actor can run on this row now, in the order of declaration."""
    return [op for op in OPERATIONS.values() if op.model is type(row) and can(actor, op.name, row)]


def forbidden_to(actor: Actor, op: Operation | None) -> ForbiddenError:
    """Return the error with the reason why the actor may not run the operation, and whether only the token's scopes
    are too narrow.
    """
    is_the_tokens = op is not None and may(replace(actor, scopes=None), op)
    return beyond_token(op.name) if op is not None and is_the_tokens else forbidden()
