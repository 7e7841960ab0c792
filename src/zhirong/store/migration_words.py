"""The purpose of each migration of the store in plain words, for the operator who upgrades. Every new migration
needs a line here.
"""

from collections.abc import Mapping

from zhirong.kernel.text import Text

WORDS: Mapping[str, Text] = {
    "0001_initial": Text("建立全部数据表", "create all tables"),
    "0002_file_columns": Text(
        "文件列表列的含义可以保存，供下次使用", "store the meaning of a list's columns for the next file"
    ),
    "0003_letters": Text("待发邮件加密存放于数据库", "store waiting e-mails in the database, encrypted"),
    "0004_demo_accounts": Text("标记培训用账户", "mark the accounts of training regions"),
    "0005_account_seals": Text(
        "账户登录资料加封，核对时可发现改动", "seal the sign-in data of accounts, so that a check finds changes"
    ),
    "0006_file_imports": Text("较长的清单和流水在后台导入", "import long lists and statements in the background"),
    "0007_roles": Text("“职责”改称“角色”，数据不变", "rename duties to roles; the data are unchanged"),
    "0008_policies": Text("建立各机构政策的数据表", "create the table of policies of organisations"),
    "0009_concerns": Text(
        "记录各事项涉及的机构，供程序补收",
        "store which events concern which organisation, for programs to catch up",
    ),
    "0010_credit_limit": Text(
        "两个数据列改名：授信额度、报送人，数据不变",
        "rename two columns, of the credit limit and of its proposer; the data are unchanged",
    ),
    "0011_recovery": Text(
        "建立违约案件、索赔、追偿、处置和预警的数据表",
        "create the tables of default cases, claims, recourse, disposals and alarms",
    ),
    "0012_notice_asks": Text("通知标明是否需要办理", "notices state whether they ask something of the reader"),
    "0013_recorded_facts": Text(
        "预警表增加一列：是否人工登记的事实",
        "add a column to the alarms: whether somebody recorded the fact",
    ),
    "0015_pools_deals_write_offs": Text(
        "建立资金池数据、处置成交记录和核销案的数据表",
        "create the tables of pool figures, disposal results and write-off files",
    ),
    "0014_disputes": Text(
        "建立争议途径及外部案件链接的数据表", "create the tables of disputes and of external links"
    ),
    "0016_disposal_mandates": Text(
        "处置项目增加四列：受托机构、委托期限、委托条件、报价",
        "add four columns to the disposals: disposal agent, end and terms of its mandate, bids",
    ),
}
_COMPONENT = Text("登录、会话等组件的数据表", "tables of a component such as sign-in or sessions")


def words_of(app: str, name: str) -> Text:
    """Return the purpose of a migration. Those of third-party components are named by their kind."""
    return WORDS[name] if app == "store" else _COMPONENT
