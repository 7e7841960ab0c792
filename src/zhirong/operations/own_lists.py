"""Lists of objects whose ids operations need but that no desk lists: for programs, and for ``zhirong show``."""

from zhirong.chain.financing.diligence import VERDICT_TEXT
from zhirong.chain.organisation.roles import KIND_WORDS, ROLE_WORDS, MemberRole
from zhirong.kernel.text import Text
from zhirong.operations.listing import Column, Listing, listing
from zhirong.operations.state_columns import choices_of
from zhirong.store.financing import CheckItem, Signature, StoredFile
from zhirong.store.parties import Membership, Organisation, SavedView

_BANK = (MemberRole.LENDER_OFFICER, MemberRole.LENDER_REVIEWER, MemberRole.LENDER_MANAGER)


def _yes(value: bool) -> Text:
    return Text("是", "yes") if value else Text("否", "no")


CHECKS = listing(
    Listing(
        "lender.checks",
        Text("尽调事项", "Due diligence checks"),
        CheckItem,
        (
            Column("case", Text("融资申请", "Case"), lambda row: row.case.number, order="case__number", main=True),
            Column("item", Text("事项", "Item"), lambda row: row.item, order="item", main=True),
            Column(
                "state",
                Text("状态", "State"),
                lambda row: choices_of(CheckItem, "state").get(row.state, row.state),
                "state",
                order="state",
                main=True,
            ),
            Column("verdict", Text("结论", "Verdict"), lambda row: VERDICT_TEXT.get(row.verdict)),
            Column("done_on", Text("完成日", "Done on"), lambda row: row.done_on, "day", order="done_on"),
            Column("cost", Text("费用", "Cost"), lambda row: row.cost, "money"),
        ),
        roles=_BANK,
        related=("case",),
    )
)
FILES = listing(
    Listing(
        "own.files",
        Text("文件", "Files"),
        StoredFile,
        (
            Column("name", Text("名称", "Name"), lambda row: row.name, order="name", main=True),
            Column("paper", Text("文件种类", "Kind"), lambda row: row.paper),
            Column("subject", Text("所属事项", "Subject"), lambda row: row.subject),
            Column("owner", Text("所属机构", "Owner"), lambda row: row.owner.name),
            Column("size", Text("大小（字节）", "Size in bytes"), lambda row: row.size, "number"),
            Column("removed", Text("已移出", "Removed"), lambda row: _yes(row.removed)),
        ),
        related=("owner",),
    )
)
SIGNATURES = listing(
    Listing(
        "signatures",
        Text("签署", "Signatures"),
        Signature,
        (
            Column("paper", Text("文书", "Document"), lambda row: row.paper.title, main=True),
            Column("organisation", Text("机构", "Organisation"), lambda row: row.organisation.name, main=True),
            Column(
                "method", Text("签署方式", "Method"), lambda row: choices_of(Signature, "method").get(row.method)
            ),
            Column("valid", Text("是否有效", "Valid"), lambda row: _yes(row.valid)),
        ),
        related=("paper", "organisation"),
    )
)
MEMBERS = listing(
    Listing(
        "own.members",
        Text("本机构成员", "Members"),
        Membership,
        (
            Column(
                "account",
                Text("姓名", "Name"),
                lambda row: row.account.display_name or row.account.email,
                main=True,
            ),
            Column("organisation", Text("机构", "Organisation"), lambda row: row.organisation.name),
            Column("roles", Text("角色", "Roles"), lambda row: _roles(row.roles), main=True),
            Column("active", Text("是否有效", "Active"), lambda row: _yes(row.active)),
        ),
        related=("account", "organisation"),
    )
)
VIEWS = listing(
    Listing(
        "own.views",
        Text("保存的视图", "Saved views"),
        SavedView,
        (
            Column("name", Text("名称", "Name"), lambda row: row.name, order="name", main=True),
            Column("listing", Text("列表", "List"), lambda row: row.listing),
            Column("query", Text("筛选", "Filters"), lambda row: row.query),
        ),
    )
)
DIRECTORY = listing(
    Listing(
        "directory",
        Text("机构名录", "Directory"),
        Organisation,
        (
            Column("name", Text("名称", "Name"), lambda row: row.name, order="name", main=True),
            Column("kind", Text("种类", "Kind"), lambda row: KIND_WORDS[row.kind], main=True),
            Column("code", Text("统一社会信用代码", "Credit code"), lambda row: row.code),
            Column("region", Text("行政区划", "Region"), lambda row: row.region, order="region"),
            Column(
                "status",
                Text("状态", "Status"),
                lambda row: choices_of(Organisation, "status").get(row.status),
                "state",
            ),
        ),
        order="name",
    )
)


def _roles(roles: list[str]) -> Text:
    known = [ROLE_WORDS[MemberRole(one)] for one in roles]
    return Text("、".join(one.zh for one in known), ", ".join(one.en for one in known))
