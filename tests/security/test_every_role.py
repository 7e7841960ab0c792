"""Every role against every operation, list and page, on its own and on others' objects; generated from the declarations.

Who may do what is decided before a row is asked for, alike on both databases; what rows somebody sees is asked of the database, so
that is tried on both.
"""

from dataclasses import replace
from typing import Any

import pytest
from permission_world import PermissionWorld

from zhirong.chain.organisation.roles import MemberRole
from zhirong.kernel.errors import InputError
from zhirong.operations import catalogue
from zhirong.operations.actors import Actor
from zhirong.operations.declare import OPERATIONS, Call, Operation
from zhirong.operations.listing import LISTINGS, may_list
from zhirong.operations.refusals import ForbiddenError, NotFoundError
from zhirong.operations.run import run_operation
from zhirong.operations.visibility import SCOPES, visible
from zhirong.store.policies import Policy

catalogue.load()
# An auditor of the platform reads the policies of every organisation: what decided a case must be open to audit.
_AUDITED = {(MemberRole.AUDIT_ADMIN, Policy)}
# What begins something and needs no role: its own account is all that it concerns.
FOR_ANYBODY = {"account.name", "firm.register", "view.save", "token.make"}


def _try(world: PermissionWorld, actor: Actor, op: Operation) -> Exception | None:
    """What came of trying it with a request that says nothing; None where it was done."""
    subject = None if op.model is None else world.row(op.model).pk
    try:
        run_operation(op.name, Call(actor, world.platform.now, world.platform.key()), subject, {})
    except (InputError, AssertionError) as error:
        return error
    return None


def _denied(outcome: Exception | None) -> bool:
    return isinstance(outcome, ForbiddenError | NotFoundError)


@pytest.mark.parametrize("name", sorted(OPERATIONS))
def test_without_the_role_nobody_can(world: PermissionWorld, name: str) -> None:
    op = OPERATIONS[name]
    if not op.roles:
        pytest.skip("declared for everybody who has signed in: the objects decide, see the other tests")
    for role, actor in world.people(world.a).items():
        if role not in {one.value for one in op.roles}:
            assert isinstance(_try(world, actor, op), ForbiddenError), (name, role)


@pytest.mark.parametrize("name", sorted(name for name, op in OPERATIONS.items() if op.model is not None))
def test_nobody_touches_what_is_others(world: PermissionWorld, name: str) -> None:
    op = OPERATIONS[name]
    for role, actor in world.people(world.b).items():
        if _oversees(role, op):
            continue
        assert _denied(_try_with_any_request(world, actor, op)), (name, role)


@pytest.mark.parametrize("name", sorted(OPERATIONS))
def test_outsiders_can_do_nothing(world: PermissionWorld, name: str) -> None:
    op = OPERATIONS[name]
    for who, actor in world.outsiders().items():
        if who in ("stranger", "pending") and name in FOR_ANYBODY:
            continue
        if op.model is None and who == "pending":
            continue  # begins something of its own; what it concerns is asked there
        assert _denied(_try_with_any_request(world, actor, op)), (name, who)


@pytest.mark.both_databases
@pytest.mark.parametrize("model", sorted(SCOPES, key=lambda one: one.__name__))
def test_the_other_side_sees_no_row(world: PermissionWorld, model: Any) -> None:
    if model not in world.rows:
        pytest.skip("not a table that operations write")
    row = world.row(model)
    for role, actor in world.people(world.b).items():
        if MemberRole(role) in (MemberRole.SECURITY_ADMIN, MemberRole.SYSTEM_ADMIN):
            continue
        if (MemberRole(role), model) in _AUDITED:
            continue
        assert not visible(actor, model, world.platform.day).filter(pk=row.pk).exists(), role
    for who, actor in world.outsiders().items():
        if who == "token without scope":
            continue  # it is asked at the door
        assert not visible(actor, model, world.platform.day).filter(pk=row.pk).exists(), who


@pytest.mark.both_databases
def test_every_table_that_verbs_write_has_a_scope(world: PermissionWorld) -> None:
    assert not [model.__name__ for model in world.rows if model not in SCOPES]


@pytest.mark.parametrize("name", sorted(LISTINGS))
def test_lists_ask_for_role_and_scope(world: PermissionWorld, name: str) -> None:
    one = LISTINGS[name]
    for role, actor in world.people(world.a).items():
        expected = not one.roles or MemberRole(role) in one.roles
        assert may_list(actor, one) is expected, role
        assert not may_list(replace(actor, scopes=frozenset()), one), role
    assert not may_list(world.outsiders()["nobody"], one)


def _oversees(role: str, op: Operation) -> bool:
    """The administrators see every organisation, membership and token: their own operations on them are theirs to do."""
    if MemberRole(role) is MemberRole.SECURITY_ADMIN and op.name == "token.revoke":
        return True
    return MemberRole(role) in (MemberRole.SECURITY_ADMIN, MemberRole.SYSTEM_ADMIN) and MemberRole(role) in op.roles


def _try_with_any_request(world: PermissionWorld, actor: Actor, op: Operation) -> Exception | None:
    """With a request that can be read, so that a refusal comes from the permission and not from a missing field."""
    subject = None if op.model is None else world.row(op.model).pk
    from request_samples import sample

    try:
        run_operation(op.name, Call(actor, world.platform.now, world.platform.key()), subject, sample(op.request))
    except InputError as error:
        return error
    return None
