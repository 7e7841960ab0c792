"""The first organisation of a platform and its three administrators, who admit all other users."""

from typing import Annotated, Any

from zhirong.chain.organisation.roles import MemberRole, OrganisationKind
from zhirong.chain.organisation.states import OrganisationState
from zhirong.kernel.text import Text
from zhirong.operations.declare import operation
from zhirong.operations.fields import CreditCode, Line, Region, Request, ask
from zhirong.operations.refusals import refuse
from zhirong.operations.unit_of_work import Work
from zhirong.store.names import name_key
from zhirong.store.parties import Account, Membership, Organisation


class FoundPlatform(Request):
    """The operator of the platform. The three accounts are named by e-mail address and belong to three different
    people.
    """

    name: Annotated[Line, ask("运营机构名称", "Name of the operator")]
    code: Annotated[CreditCode, ask("统一社会信用代码", "Unified social credit code")]
    region: Annotated[Region, ask("区划代码", "Region code")]
    system: Annotated[Line, ask("系统管理员邮箱", "System administrator's e-mail")]
    security: Annotated[Line, ask("安全管理员邮箱", "Security administrator's e-mail")]
    audit: Annotated[Line, ask("审计管理员邮箱", "Audit administrator's e-mail")]


@operation("platform.found", Text("建立平台", "Set up the platform"), request=FoundPlatform, is_background=True)
def found_platform(work: Work, request: FoundPlatform) -> Any:
    """Found the platform. This works once: afterwards the administration grants roles."""
    if Organisation.objects.filter(kind=OrganisationKind.PLATFORM.value).exists():
        raise refuse(
            "founded",
            "name",
            request.name,
            Text("平台已经建立", "the platform has already been set up"),
            Text("请由安全管理员添加成员", "ask the security administrator to add members"),
        )
    emails = {
        MemberRole.SYSTEM_ADMIN: request.system,
        MemberRole.SECURITY_ADMIN: request.security,
        MemberRole.AUDIT_ADMIN: request.audit,
    }
    if len({email.casefold() for email in emails.values()}) < len(emails):
        raise refuse(
            "separate_administrators",
            "system",
            request.system,
            Text(
                "系统、安全、审计三个管理角色须由不同的人担任",
                "system, security and audit administrators must be different people",
            ),
            Text("请填写三个不同的邮箱", "enter three different addresses"),
        )
    house = work.create(
        Organisation,
        kind=OrganisationKind.PLATFORM.value,
        name=request.name,
        code=request.code,
        region=request.region,
        status=OrganisationState.ACTIVE,
        name_key=name_key(request.name),
        profile={},
    )
    for role, email in emails.items():
        account = Account.objects.filter(email__iexact=email).first()
        if account is None:
            raise refuse(
                "no_account",
                role.value.split(".")[1],
                email,
                Text("该邮箱没有对应账号", "there is no account with this address"),
                Text("请先建立账号", "create the account first"),
            )
        work.create(Membership, account=account, organisation=house, roles=[role.value], active=True)
    return {"id": house.pk}
