"""Consents: a firm lets an institution use part of its data for a purpose, sees the effect, and can revoke the
consent at once.
"""

from typing import Annotated, Any

from zhirong.chain.organisation.roles import KIND_WORDS, MemberRole, OrganisationKind
from zhirong.chain.organisation.states import CONSENT_SCOPE_WORDS, ConsentScope, OrganisationState
from zhirong.kernel.errors import InputError, Problem
from zhirong.kernel.text import Text
from zhirong.operations.actors import Actor
from zhirong.operations.declare import operation
from zhirong.operations.fields import Line, Request, ask, id_of
from zhirong.operations.listing import Column, Listing, listing
from zhirong.operations.page_links import page_link
from zhirong.operations.plausibility import TermDay
from zhirong.operations.unit_of_work import Work
from zhirong.store.parties import Consent, Organisation

# The data that each scope opens to an institution; ``operations.visibility`` grants the access.
_KINDS = (OrganisationKind.LENDER, OrganisationKind.GUARANTOR, OrganisationKind.INSURER, OrganisationKind.FUND)


def _institutions(actor: Actor, row: Any) -> list[tuple[str, Text]]:
    found = Organisation.objects.filter(
        kind__in=[one.value for one in _KINDS], status=OrganisationState.ACTIVE
    ).order_by("name")[:500]
    return [
        (
            str(one.pk),
            Text(
                f"{one.name}（{KIND_WORDS[OrganisationKind(one.kind)].zh}）",
                f"{one.name} ({KIND_WORDS[OrganisationKind(one.kind)].en})",
            ),
        )
        for one in found
    ]


class GiveConsent(Request):
    """The institution, the scope, the purpose and the last day."""

    to: Annotated[int, id_of("organisations"), ask("给谁", "Recipient", choices=_institutions)]
    scope: Annotated[
        ConsentScope, ask("可查看内容", "Data visible to the recipient", choices=tuple(CONSENT_SCOPE_WORDS.items()))
    ]
    purpose: Annotated[Line, ask("使用目的", "Purpose")]
    until: Annotated[TermDay, ask("有效期至", "Until")]


@operation(
    "consent.give",
    Text("授权查看", "Give consent"),
    request=GiveConsent,
    roles=(MemberRole.FIRM_MANAGER,),
    page="firm.trust",
    help=Text(
        "提交申请后，银行可查看该申请所列内容，无需另行授权；此处用于授权查看申请以外的内容。对同一机构的同一内容，新授权替代原授权。",
        "A lender can see the data of a submitted case without consent; a consent covers other data. A new consent replaces the previous one for the same institution and data.",
    ),
)
def give_consent(work: Work, request: GiveConsent) -> Any:
    """Give the consent. It replaces any other consent for the same data and institution, so that revoking it ends
    all access.
    """
    problems = []
    kinds = [one.value for one in _KINDS]
    to = Organisation.objects.filter(pk=request.to, kind__in=kinds, status=OrganisationState.ACTIVE).first()
    if to is None:
        problems.append(
            _wrong("to", request.to, Text("该机构不存在", "the institution does not exist"), "not_a_choice")
        )
    if request.until < work.day:
        problems.append(_wrong("until", request.until, Text("日期已过", "the date is in the past"), "in_the_past"))
    if problems or to is None:
        raise InputError(problems)
    consent = work.create(
        Consent,
        firm_id=work.actor.organisation,
        to=to,
        scope=request.scope,
        purpose=request.purpose,
        until=request.until,
    )
    replaced = Consent.objects.filter(
        firm=work.actor.organisation, to=to, scope=request.scope, revoked_on=None, until__gte=work.day
    ).exclude(pk=consent.pk)
    for earlier in replaced.order_by("id"):
        work.update(earlier, revoked_on=work.day)
    words = CONSENT_SCOPE_WORDS[request.scope]
    firm = work.actor.organisation_name
    work.notify(
        Text(f"{firm} 授权贵机构查看：{words.zh}", f"{firm} has given you consent to see {words.en}"),
        page_link("desk"),
        to,
    )
    return {"id": consent.pk}


@operation(
    "consent.revoke",
    Text("收回授权", "Revoke the consent"),
    model=Consent,
    roles=(MemberRole.FIRM_MANAGER,),
    relation=lambda actor, row: row.firm_id == actor.organisation and row.revoked_on is None,
    is_grave=True,
    page="firm.trust",
)
def revoke_consent(work: Work, request: Any) -> Any:
    """Revoke the consent. The institution can no longer see that data from this moment on, unless it works on an
    open case with them.
    """
    work.update(work.row, revoked_on=work.day)
    words = scope_words(work.row.scope)
    firm = work.row.firm.name
    work.notify(
        Text(f"{firm} 已收回授权：{words.zh}", f"{firm} has revoked its consent: {words.en}"),
        page_link("desk"),
        work.row.to_id,
    )


def scope_words(scope: str) -> Text:
    """Return the description of the data that a scope opens."""
    return CONSENT_SCOPE_WORDS[ConsentScope(scope)]


def _wrong(field: str, value: object, reason: Text, code: str) -> Problem:
    hint = Text("请从列表中选择；日期填写今天或之后", "choose one from the list; enter today or a later date")
    return Problem(field, str(value), reason, hint, code)


listing(
    Listing(
        "firm.consents",
        Text("授权", "Consents"),
        Consent,
        (
            Column("firm", Text("企业", "Firm"), lambda row: row.firm.name),
            Column("to", Text("机构", "Institution"), lambda row: row.to.name, main=True),
            Column("scope", Text("可查看内容", "Data visible"), lambda row: scope_words(row.scope), main=True),
            Column("purpose", Text("用途", "Purpose"), lambda row: row.purpose),
            Column("until", Text("有效期至", "Until"), lambda row: row.until, "day", order="until"),
            Column(
                "revoked_on", Text("收回日", "Revoked on"), lambda row: row.revoked_on, "day", order="revoked_on"
            ),
        ),
        roles=(MemberRole.FIRM_MANAGER, MemberRole.FIRM_CLERK),
        related=("firm", "to"),
        empty=Text(
            "暂无授权。银行仅可查看您向其提交的申请。",
            "No consents. A lender sees only the cases submitted to it.",
        ),
    )
)
