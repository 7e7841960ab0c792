"""The list of organisations for the system and the security administrator."""

from django.db.models import Q

from zhirong.chain.organisation.roles import KIND_WORDS, MemberRole, OrganisationKind
from zhirong.chain.organisation.states import ORGANISATION_WORDS, OrganisationState
from zhirong.kernel.text import Text
from zhirong.operations.listing import Column, Filter, Listing, listing
from zhirong.store.parties import Organisation

ORGANISATIONS = listing(
    Listing(
        "admin.organisations",
        Text("机构", "Organisations"),
        Organisation,
        (
            Column("name", Text("名称", "Name"), lambda row: row.name, order="name", main=True),
            Column("kind", Text("类别", "Kind"), lambda row: KIND_WORDS[OrganisationKind(row.kind)], main=True),
            Column("code", Text("统一社会信用代码", "Credit code"), lambda row: row.code),
            Column("region", Text("区划", "Region"), lambda row: row.region, order="region"),
            Column(
                "status",
                Text("状态", "State"),
                lambda row: ORGANISATION_WORDS[OrganisationState(row.status)],
                "state",
                main=True,
            ),
            Column("created_at", Text("登记时间", "Entered"), lambda row: row.created_at, "instant"),
        ),
        (
            Filter("name", Text("名称", "Name"), lambda value: Q(name__contains=value)),
            Filter("code", Text("信用代码", "Credit code"), lambda value: Q(code=value.upper())),
            Filter(
                "kind",
                Text("类别", "Kind"),
                lambda value: Q(kind=value),
                tuple((kind.value, words) for kind, words in KIND_WORDS.items()),
            ),
            Filter(
                "status", Text("状态", "State"), lambda value: Q(status=value), tuple(ORGANISATION_WORDS.items())
            ),
        ),
        roles=(MemberRole.SYSTEM_ADMIN, MemberRole.SECURITY_ADMIN),
        page="admin.organisation",
        begin="organisation.enter",
        empty=Text("未找到符合条件的机构。", "No organisations found."),
    )
)
