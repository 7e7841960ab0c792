"""What each migration of the store does, in plain words for the operator who upgrades. A new migration gets a line here."""

from collections.abc import Mapping

from zhirong.kernel.text import Text

WORDS: Mapping[str, Text] = {
    "0001_initial": Text("建立全部数据表", "make all tables"),
    "0002_file_columns": Text(
        "文件列表列的含义可以保存，供下次使用", "keep what the columns of a list mean, for the next file"
    ),
    "0003_letters": Text("待发邮件加密存放于数据库", "keep letters that wait in the database, encrypted"),
    "0004_demo_accounts": Text("标记培训用账户", "mark the accounts of training regions"),
    "0005_account_seals": Text(
        "账户登录资料加封，核对时可发现改动", "seal what accounts sign in with, so that a check finds changes"
    ),
    "0006_file_imports": Text("较长的清单和流水在后台导入", "read long lists and statements in the background"),
    "0007_roles": Text("“职责”改称“角色”，数据不变", "rename duties to roles; the data stay as they are"),
    "0008_policies": Text("建立各机构政策的数据表", "make the table of policies of organisations"),
}
_COMPONENT = Text("登录、会话等组件的数据表", "tables of a component such as sign-in or sessions")


def words_of(app: str, name: str) -> Text:
    """What a migration does. Those of components that Zhirong uses are named by their kind."""
    return WORDS[name] if app == "store" else _COMPONENT
