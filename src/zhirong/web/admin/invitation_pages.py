"""Invitations to an organisation, for those who sent or received them."""

from django.http import HttpResponse
from django.shortcuts import render

from zhirong.chain.organisation.states import INVITATION_WORDS, InvitationState
from zhirong.operations.http_request import HttpRequest
from zhirong.operations.organisation.members import HEADS, INVITATIONS, roles_text
from zhirong.store.parties import Invitation
from zhirong.web.menu import Group, menu
from zhirong.web.pages import page
from zhirong.web.views import render_list


@page("invitations/", "own.invitations")
def invitations(request: HttpRequest) -> HttpResponse:
    """Show the user's invitations and those of the organisation."""
    return render_list(request, INVITATIONS)


@page("invitations/<int:id>/", "own.invitation", model=Invitation)
def invitation(request: HttpRequest, row: Invitation) -> HttpResponse:
    """Show one invitation, which can be accepted, declined or withdrawn."""
    context = {"row": row, "roles": roles_text(row.roles), "state": INVITATION_WORDS[InvitationState(row.state)]}
    return render(request, "admin/invitation.html", context)


menu("own.invitations", "成员邀请", "Invitations", *HEADS.values(), icon="mail", group=Group.ACCOUNT)
