"""Invitations to belong to an organisation: for who has sent them, and for who has received one."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from zhirong.chain.organisation.states import INVITATION_WORDS
from zhirong.operations.organisation.members import HEADS, INVITATIONS, roles_text
from zhirong.store.parties import Invitation
from zhirong.web.menu import menu
from zhirong.web.pages import page
from zhirong.web.views import render_list


@page("invitations/", "own.invitations")
def invitations(request: HttpRequest) -> HttpResponse:
    """Those that one has received, and those of the organisation."""
    return render_list(request, INVITATIONS)


@page("invitations/<int:id>/", "own.invitation", model=Invitation)
def invitation(request: HttpRequest, row: Invitation) -> HttpResponse:
    """One invitation, to be accepted, declined or withdrawn."""
    context = {"row": row, "roles": roles_text(row.roles), "state": INVITATION_WORDS[row.state]}
    return render(request, "admin/invitation.html", context)


menu("own.invitations", "成员邀请", "Invitations", *HEADS.values())
