"""The platform's environment settings: their meaning and current value."""

import os
from dataclasses import dataclass

from zhirong.kernel.text import Text


@dataclass(frozen=True, slots=True)
class Setting:
    """One variable. otherwise: its default. is_secret: its value is never shown."""

    name: str
    meaning: Text
    otherwise: str
    is_secret: bool = False


SETTINGS = (
    Setting(
        "ZHIRONG_DATA",
        Text("数据文件夹：数据库、文件、密钥", "data folder: database, files, keys"),
        "zhirong-data",
    ),
    Setting(
        "DATABASE_URL",
        Text("数据库；如 postgresql://用户:口令@主机/库", "database, such as postgresql://user:password@host/name"),
        "SQLite / ZHIRONG_DATA/zhirong.sqlite3",
        is_secret=True,
    ),
    Setting(
        "ZHIRONG_SECRET",
        Text("会话与回调签名的密钥", "key for sessions and for the derivation of webhook keys"),
        "ZHIRONG_DATA/web.secret",
        is_secret=True,
    ),
    Setting(
        "ZHIRONG_HOSTS",
        Text("服务的域名，逗号分隔", "host names of the server, separated by commas"),
        "localhost,127.0.0.1,[::1]",
    ),
    Setting(
        "ZHIRONG_HTTPS",
        Text("1：在提供 HTTPS 的反向代理之后", "1: behind an HTTPS reverse proxy"),
        "0",
    ),
    Setting(
        "ZHIRONG_PROXIES",
        Text("前置反向代理的层数", "number of reverse proxies in front of the server"),
        "0",
    ),
    Setting(
        "ZHIRONG_URL",
        Text("用户访问的地址，用于邮件中的链接", "public address, for links in e-mail"),
        "http://localhost:8000",
    ),
    Setting(
        "ZHIRONG_SMTP",
        Text(
            "邮件服务器，smtps://、smtp+starttls:// 或 smtp://；未设则写入 mail/ 文件夹",
            "mail server, smtps://, smtp+starttls:// or smtp://; without it mail goes to the folder mail/",
        ),
        "ZHIRONG_DATA/mail",
        is_secret=True,
    ),
    Setting("ZHIRONG_MAIL_FROM", Text("发件人", "sender of e-mail"), "zhirong@localhost"),
    Setting(
        "ZHIRONG_WEBHOOK_NETWORKS",
        Text("回调可以到达的内网网段，逗号分隔", "private networks that webhooks may call, separated by commas"),
        "—",
    ),
    Setting(
        "ZHIRONG_CHECKPOINT_COPY",
        Text(
            "最近一次签名的外部副本（另一块盘或另一台机器上的文件）",
            "external copy of the last signature (a file on another disk or machine)",
        ),
        "—",
    ),
    Setting(
        "ZHIRONG_UPLOAD_MB_A_DAY",
        Text("每个机构每日上传上限（MB）", "upload limit per organisation and day (MB)"),
        "1000",
    ),
    Setting(
        "ZHIRONG_VAULT_KEY",
        Text("加密动态口令和待发邮件的密钥", "encryption key for second factors and waiting mail"),
        "ZHIRONG_DATA/vault.key",
        is_secret=True,
    ),
    Setting("ZHIRONG_API_RATE", Text("每个账号每分钟的调用上限", "call limit per account and minute"), "6000"),
    Setting("ZHIRONG_API_BULK_ROWS", Text("批量调用每次的行数上限", "row limit of a bulk call"), "500"),
    Setting(
        "ZHIRONG_API_RATE_PUBLIC",
        Text("未登录的每个地址每分钟的调用上限", "call limit per address and minute without sign-in"),
        "120",
    ),
    Setting("ZHIRONG_LOG", Text("日志级别", "log level"), "WARNING"),
    Setting(
        "ZHIRONG_TOKEN",
        Text("zhirong do、show 用的令牌", "token for zhirong do and show"),
        "—",
        is_secret=True,
    ),
    Setting("ZHIRONG_LANG", Text("命令行语言", "language of the command line"), "zh"),
    Setting(
        "ZHIRONG_DEBUG",
        Text("1：程序出错时显示完整的出错位置", "1: show tracebacks of program errors"),
        "0",
    ),
    Setting(
        "ZHIRONG_RULES",
        Text(
            f"政策包文件夹，多个之间写 {os.pathsep}，后面的优先",
            f"folders of policy packs, separated by {os.pathsep}; later ones take precedence",
        ),
        "—",
    ),
    Setting(
        "ZHIRONG_DAYS_AHEAD",
        Text(
            "时钟拨快的天数，仅供演示和测试",
            "number of days by which the clock is ahead, for training and tests only",
        ),
        "0",
    ),
)


def shown_value(setting: Setting) -> str:
    """Return the value; for a secret only that it is set."""
    value = os.environ.get(setting.name, "")
    if not value:
        return ""
    return "***" if setting.is_secret else value
