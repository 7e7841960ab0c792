"""From an account to its actor: for its organisation, another of its organisations, or a firm by mandate."""

from datetime import date
from functools import cache

from django.db.models import QuerySet

from zhirong.chain.organisation.roles import ROLE_WORDS, MemberRole, OrganisationKind
from zhirong.chain.organisation.states import OrganisationState
from zhirong.kernel.text import Text
from zhirong.operations.actors import Actor
from zhirong.store.parties import Account, Mandate, Membership

# States of an organisation for which nobody can act: suspended, or never confirmed.
CLOSED = ("suspended", "refused")


def actor_of(account: Account, acting_for: str, day: date) -> Actor:
    """Return the actor of an account. acting_for: ``member/ID`` of a membership or ``mandate/ID``; the first
    membership if it is invalid or missing.
    """
    kind, _, written = acting_for.partition("/")
    number = int(written) if written.isascii() and written.isdigit() else 0
    memberships = list(_memberships(account))
    chosen = next((one for one in memberships if kind == "member" and one.pk == number), None)
    if chosen is None and kind == "mandate":
        agent = _agent(account, memberships, number, day)
        if agent is not None:
            return agent
    chosen = chosen or next(iter(memberships), None)
    return Actor(account=account.pk) if chosen is None else _member(account, chosen)


def member_of(account: Account, organisation: int) -> Actor | None:
    """Return the actor of an account for an organisation; None if it does not belong to it, or if nobody can act
    for it.
    """
    own = (one for one in _memberships(account) if one.organisation_id == organisation)
    chosen = next(own, None)
    return None if chosen is None else _member(account, chosen)


def _member(account: Account, chosen: Membership) -> Actor:
    organisation = chosen.organisation
    return Actor(
        account=account.pk,
        organisation=organisation.pk,
        kind=OrganisationKind(organisation.kind),
        organisation_name=organisation.name,
        organisation_code=organisation.code,
        is_active=organisation.status == OrganisationState.ACTIVE,
        roles=frozenset(MemberRole(role) for role in chosen.roles),
    )


def choices(account: Account, day: date) -> list[tuple[str, Text]]:
    """Return every organisation for which the account can act."""
    memberships = list(_memberships(account))
    found = [
        (
            f"member/{one.pk}",
            Text(
                f"{one.organisation.name}（{'、'.join(ROLE_WORDS[MemberRole(role)].zh for role in one.roles)}）",
                f"{one.organisation.name} ({', '.join(ROLE_WORDS[MemberRole(role)].en for role in one.roles)})",
            ),
        )
        for one in memberships
    ]
    agents = [one.organisation_id for one in memberships if MemberRole.OPERATOR_AGENT in one.roles]
    for mandate in _standing(day).filter(agent__in=agents):
        found.append(
            (f"mandate/{mandate.pk}", Text(f"代理 {mandate.firm.name}", f"for {mandate.firm.name}, as its agent"))
        )
    return found


def _memberships(account: Account) -> "list[Membership]":
    found = _active_memberships().filter(account=account)
    return [one for one in found if one.organisation.status not in CLOSED]


@cache
def _active_memberships() -> "QuerySet[Membership]":
    """The query that every request begins with, built once, with the columns of an actor alone."""
    columns = ("roles", "account", *(f"organisation__{name}" for name in ("kind", "name", "code", "status")))
    return Membership.objects.filter(active=True).select_related("organisation").only(*columns).order_by("pk")


def _standing(day: date) -> "QuerySet[Mandate]":
    found = Mandate.objects.filter(ended_on=None, until__gte=day).exclude(firm__status__in=CLOSED)
    return found.select_related("firm", "agent")


def _agent(account: Account, memberships: list[Membership], number: int, day: date) -> Actor | None:
    own = {one.organisation_id for one in memberships if MemberRole.OPERATOR_AGENT in one.roles}
    mandate = _standing(day).filter(pk=number, agent__in=own).first()
    if mandate is None:
        return None
    return Actor(
        account=account.pk,
        organisation=mandate.firm_id,
        kind=OrganisationKind.FIRM,
        organisation_name=mandate.firm.name,
        organisation_code=mandate.firm.code,
        is_active=mandate.firm.status == OrganisationState.ACTIVE,
        roles=frozenset({MemberRole.FIRM_CLERK}),
        mandate=mandate.pk,
        allowed=frozenset(mandate.operations),
        most=mandate.most,
    )
