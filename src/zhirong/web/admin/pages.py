"""Pages of the system and the security administration."""

from typing import Any

from django.http import Http404, HttpResponse
from django.shortcuts import render

from zhirong.chain.organisation.roles import KIND_WORDS, ROLE_WORDS, MemberRole, OrganisationKind
from zhirong.chain.organisation.states import ORGANISATION_WORDS, OrganisationState
from zhirong.chain.platform.states import JobState
from zhirong.kernel.days import day_of
from zhirong.operations.http_request import HttpRequest
from zhirong.operations.listing import LISTINGS
from zhirong.operations.platform.audit import JOBS
from zhirong.operations.platform.rulebook_history import files, history, is_doubtful, language_files, rule
from zhirong.operations.platform.security import ACCOUNTS, MEMBERS, TOKENS, second_factors
from zhirong.operations.rulebook import rules_version
from zhirong.store.financing import StoredFile
from zhirong.store.parties import Account, ApiToken, Membership, Organisation
from zhirong.store.work import Job
from zhirong.web.admin import audit_pages, invitation_pages  # noqa: F401 - declare their pages
from zhirong.web.clock import now
from zhirong.web.menu import menu
from zhirong.web.pages import page
from zhirong.web.pool_entry import pool_context
from zhirong.web.views import render_list

SYSTEM, SECURITY = (MemberRole.SYSTEM_ADMIN,), (MemberRole.SECURITY_ADMIN,)
_MOST = 200
_STATE_CSS = {
    OrganisationState.PENDING: "warn",
    OrganisationState.ACTIVE: "good",
    OrganisationState.SUSPENDED: "bad",
    OrganisationState.REFUSED: "bad",
}


# -- system -------------------------------------------------------------------------------------------------------


@page("admin/", "admin.home", roles=SYSTEM)
def home(request: HttpRequest) -> HttpResponse:
    """Show firms that await confirmation, failed background jobs, and the version of the rules."""
    context = {
        "pending": Organisation.objects.filter(status=OrganisationState.PENDING).order_by("created_at")[:_MOST],
        "failed": Job.objects.filter(state=JobState.FAILED).order_by("-pk")[:20],
        "late": Job.objects.filter(state=JobState.WAITING, run_at__lt=now()).count(),
        "version": rules_version(),
        "changes": history()[:3],
    }
    return render(request, "admin/home.html", context)


@page("admin/organisations/", "admin.organisations", roles=(*SYSTEM, *SECURITY))
def organisations(request: HttpRequest) -> HttpResponse:
    """Show every organisation."""
    return render_list(request, LISTINGS["admin.organisations"])


@page("admin/organisations/<int:id>/", "admin.organisation", roles=(*SYSTEM, *SECURITY), model=Organisation)
def organisation(request: HttpRequest, row: Organisation) -> HttpResponse:
    """Show one organisation with its members, and its certificates if it is an agency."""
    members = (
        Membership.objects.filter(organisation=row)
        .select_related("account", "organisation")
        .order_by("-active", "pk")[:_MOST]
    )
    profile = {name: value for name, value in row.profile.items() if isinstance(value, str | int) and value}
    context: dict[str, Any] = {
        "row": row,
        "kind": KIND_WORDS[OrganisationKind(row.kind)],
        "css": _STATE_CSS.get(OrganisationState(row.status), ""),
        "profile": profile,
        "licences": StoredFile.objects.filter(subject=f"organisation/{row.pk}", paper="licence", removed=False),
        **(pool_context(request, row) if row.kind == OrganisationKind.AGENCY else {}),
        "members": [(one, [ROLE_WORDS[MemberRole(role)] for role in one.roles]) for one in members],
        "status": ORGANISATION_WORDS[OrganisationState(row.status)],
        "rivals": Organisation.objects.filter(code=row.code).exclude(pk=row.pk).order_by("pk")[:_MOST],
    }
    return render(request, "admin/organisation.html", context)


@page("admin/rules/", "admin.rules", roles=(*SYSTEM, MemberRole.AUDIT_ADMIN))
def rules(request: HttpRequest) -> HttpResponse:
    """Show every rule file with its rules, marks for assumed or unconfirmed ones, and the changes of the rulebook."""
    only = request.GET.get("only", "")
    wanted = request.GET.get("q", "").strip()
    shown = []
    for file in files():
        found = [
            (one, is_doubtful(one))
            for one in file.rules
            if (only != "doubtful" or is_doubtful(one))
            and (not wanted or wanted in one.id or wanted in one.title.zh or wanted.lower() in one.title.en.lower())
        ]
        if found:
            shown.append((file, found))
    context = {
        "files": shown,
        "only": only,
        "q": wanted,
        "version": rules_version(),
        "changes": history()[:50],
        "language": () if only or wanted else language_files(),
        "count": sum(len(found) for _, found in shown),
    }
    return render(request, "admin/rules.html", context)


@page("admin/rules/files/<path:name>/", "admin.mode_file", roles=(*SYSTEM, MemberRole.AUDIT_ADMIN))
def mode_file(request: HttpRequest, name: str) -> HttpResponse:
    """Show the file of a mode or a fund in use."""
    found = next((one for one in language_files() if one.name == name), None)
    if found is None:
        raise Http404
    return render(request, "admin/mode_file.html", {"file": found})


@page("admin/rules/<str:name>/", "admin.rule", roles=(*SYSTEM, MemberRole.AUDIT_ADMIN))
def one_rule(request: HttpRequest, name: str) -> HttpResponse:
    """Show one rule: every dated value with its source and confidence."""
    found = rule(name)
    if found is None:
        raise Http404
    day = day_of(now())
    versions = [(one, one.reference.holds(day), _lines(one.value)) for one in found.versions]
    return render(request, "admin/rule.html", {"rule": found, "versions": versions, "today": day})


def _lines(value: Any) -> list[str]:
    """Return a rule's value for reading: a table line by line."""
    if isinstance(value, dict):
        return [f"{name} = {_inline(inner)}" for name, inner in value.items()]
    if isinstance(value, list | tuple):
        return [_inline(inner) for inner in value]
    return [str(value)]


def _inline(value: Any) -> str:
    if isinstance(value, dict):
        return "；".join(f"{name} = {_inline(inner)}" for name, inner in value.items())
    if isinstance(value, list | tuple):
        return "、".join(_inline(inner) for inner in value)
    return str(value)


@page("admin/jobs/", "admin.jobs", roles=SYSTEM)
def jobs(request: HttpRequest) -> HttpResponse:
    """Show background jobs: waiting, running, failed and why."""
    return render_list(request, JOBS)


# -- security -----------------------------------------------------------------------------------------------------


@page("admin/accounts/", "admin.accounts", roles=SECURITY)
def accounts(request: HttpRequest) -> HttpResponse:
    """Show every account."""
    return render_list(request, ACCOUNTS)


@page("admin/accounts/<int:id>/", "admin.account", roles=SECURITY, model=Account)
def account(request: HttpRequest, row: Account) -> HttpResponse:
    """Show one account: its roles, second factors, sessions and tokens."""
    from allauth.usersessions.models import UserSession

    members = Membership.objects.filter(account=row).select_related("organisation").order_by("pk")[:_MOST]
    context = {
        "row": row,
        "members": [(one, [ROLE_WORDS[MemberRole(role)] for role in one.roles]) for one in members],
        "factors": second_factors([row]).get(row.pk, 0),
        "sessions": UserSession.objects.filter(user=row).order_by("-last_seen_at")[:_MOST],
        "tokens": ApiToken.objects.filter(account=row).select_related("organisation").order_by("-pk")[:_MOST],
    }
    return render(request, "admin/account.html", context)


@page("admin/members/", "admin.members", roles=SECURITY)
def members(request: HttpRequest) -> HttpResponse:
    """Show the roles of every member."""
    return render_list(request, MEMBERS)


@page("admin/tokens/", "admin.tokens", roles=SECURITY)
def tokens(request: HttpRequest) -> HttpResponse:
    """Show every API token."""
    return render_list(request, TOKENS)


@page("admin/tokens/<int:id>/", "admin.token", roles=SECURITY, model=ApiToken)
def token(request: HttpRequest, row: ApiToken) -> HttpResponse:
    """Show one token, which can be revoked."""
    return render(request, "admin/token.html", {"row": row})


@page("admin/lockouts/", "admin.lockouts", roles=SECURITY)
def lockouts(request: HttpRequest) -> HttpResponse:
    """Show failed sign-ins; names that reached the limit are locked out for a while."""
    from axes.models import AccessAttempt
    from django.conf import settings

    attempts = AccessAttempt.objects.order_by("-attempt_time")[:_MOST]
    rows = [(one, one.failures_since_start >= settings.AXES_FAILURE_LIMIT) for one in attempts]
    return render(request, "admin/lockouts.html", {"rows": rows, "limit": settings.AXES_FAILURE_LIMIT})


menu("admin.home", "系统概况", "System", *SYSTEM, icon="house")
menu("admin.organisations", "机构", "Organisations", *SYSTEM, *SECURITY, icon="building-2")
menu("admin.rules", "规则", "Rules", *SYSTEM, MemberRole.AUDIT_ADMIN, icon="scale")
menu("admin.jobs", "后台任务", "Background jobs", *SYSTEM, icon="clock")
menu("admin.accounts", "账号", "Accounts", *SECURITY, icon="user")
menu("admin.members", "成员与角色", "Members", *SECURITY, icon="users")
menu("admin.lockouts", "锁定", "Lock-outs", *SECURITY, icon="lock")
menu("admin.tokens", "API 令牌", "API tokens", *SECURITY, icon="plug")
