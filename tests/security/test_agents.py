"""An agent sees of a firm what its mandate needs, and nothing else: for every operation that can be left to one."""

from typing import Any

import pytest
from permission_world import PermissionWorld

from zhirong.chain.organisation.roles import MemberRole
from zhirong.operations import catalogue
from zhirong.operations.declare import OPERATIONS
from zhirong.operations.visibility import NEEDED_BY, SCOPES, visible
from zhirong.store.financing import Case, Loan, Paper

catalogue.load()
_FOR_AGENTS = sorted(name for name, one in OPERATIONS.items() if one.for_agents)
_NOUNS = {name.split(".")[0] for name in _FOR_AGENTS}
_MODELS = sorted(SCOPES, key=lambda one: one.__name__)


def _sees(world: PermissionWorld, who: Any, model: Any) -> bool:
    return visible(who, model, world.platform.day).filter(pk=world.row(model).pk).exists()


def _of_firm(world: PermissionWorld) -> list[Any]:
    """The tables of which the firm's manager sees the row: its business."""
    manager = world.actor(world.a, MemberRole.FIRM_MANAGER)
    return [one for one in _MODELS if one in world.rows and _sees(world, manager, one)]


def test_every_need_is_one_of_operations_that_can_be_left_to_an_agent() -> None:
    assert frozenset().union(*NEEDED_BY.values()) <= _NOUNS


@pytest.mark.parametrize("name", _FOR_AGENTS)
def test_an_agent_sees_what_its_operation_needs_and_no_more(world: PermissionWorld, name: str) -> None:
    agent = world.platform.actor(world.platform.agent(world.a.organisations["firm"], (name,)))
    op = OPERATIONS[name]
    if op.model is not None:
        assert _sees(world, agent, op.model)  # or it could not do it
    business = [
        one
        for one in _of_firm(world)
        if one in NEEDED_BY or one.__name__ in ("Loan", "Payment", "Paper", "Consent")
    ]
    assert len(business) > len(NEEDED_BY)
    for model in business:
        needs = name.split(".")[0] in NEEDED_BY.get(model, ())
        # A file belongs to something that has to be seen too; the row of this world belongs to nothing.
        if needs and model.__name__ == "StoredFile":
            continue
        assert _sees(world, agent, model) is needs, model.__name__


def test_with_every_operation_an_agent_sees_no_money_and_no_contracts(world: PermissionWorld) -> None:
    agent = world.platform.actor(world.platform.agent(world.a.organisations["firm"], tuple(_FOR_AGENTS)))
    kept = {one.__name__ for one in _of_firm(world) if not _sees(world, agent, one)}
    assert {"Loan", "Payment", "Paper", "Signature", "GuaranteeRequest", "Consent"} <= kept


def test_cases_beyond_the_amount_of_the_mandate_are_not_the_agents(world: PermissionWorld) -> None:
    row, firm = world.row(Case), world.a.organisations["firm"]
    for most, expected in ((row.amount, True), (row.amount - 1, False)):
        agent = world.platform.actor(world.platform.agent(firm, ("case.edit",), most=most))
        assert _sees(world, agent, Case) is expected


def test_pages_show_an_agent_no_more(world: PermissionWorld) -> None:
    agent = world.platform.agent(world.a.organisations["firm"], ("right.add",))
    client = world.platform.client(agent)
    home = client.get("/firm/")
    assert home.status_code == 200
    case, loan = world.row(Case), world.row(Loan)
    words = home.content.decode()
    for address in (f"/firm/cases/{case.pk}/", f"/loans/{loan.pk}/", f"/papers/{world.row(Paper).pk}/"):
        assert client.get(address).status_code in (403, 404), address
        assert address not in words
    for address in ("/firm/modes/", "/firm/profile/"):
        assert client.get(address).status_code in (403, 404), address
    assert case.number not in client.get("/firm/trust/").content.decode()
