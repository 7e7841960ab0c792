"""The command line's own words in Chinese: headings of help, and what is said of words that do not fit."""

import argparse
import re
import sys
from typing import NoReturn

_TITLES = {"positional arguments": "参数", "options": "选项"}
_HELPS = {
    "show this help message and exit": "显示帮助后退出",
    "show program's version number and exit": "显示版本后退出",
}
_USAGE = "usage: "
# What argparse says of each mistake, and how it is said in Chinese; the names in it stay as they are.
_MISTAKES = (
    (r"^the following arguments are required: (.*)$", r"缺少参数：\1"),
    (r"^one of the arguments (.*) is required$", r"以下参数须有其一：\1"),
    (r"^unrecognized arguments: (.*)$", r"不认识的参数：\1"),
    (r"^ambiguous option: (\S+) could match (.*)$", r"选项 \1 不明确，可能是：\2"),
    (r"^argument (.*?): (.*)$", r"参数 \1：\2"),
    (r"invalid choice: (.*) \(choose from (.*)\)$", r"不能是 \1（可选：\2）"),
    (r"invalid \S+ value: (.*)$", r"值不对：\1"),
    (r"expected one argument$", "后面要有一个值"),
    (r"expected at least one argument$", "后面至少要有一个值"),
    (r"expected at most one argument$", "后面至多一个值"),
    (r"expected (\d+) arguments?$", r"后面要有 \1 个值"),
    (r"not allowed with argument (.*)$", r"不能与 \1 同用"),
    (r"ignored explicit argument (.*)$", r"不带值，却给了 \1"),
)


class ChineseParser(argparse.ArgumentParser):
    """A parser that explains itself in Chinese; parsers of sub-commands made from it do too."""

    def format_usage(self) -> str:
        """How the command is called."""
        return _in_chinese(super().format_usage())

    def format_help(self) -> str:
        """The whole help."""
        # Only now: while parsers are put together, argparse matches groups by their English titles.
        for group in self._action_groups:
            group.title = _TITLES.get(group.title or "", group.title)
        for action in self._actions:
            action.help = _HELPS.get(action.help or "", action.help)
        said = _in_chinese(super().format_help())
        for title in _TITLES.values():
            said = said.replace(f"\n{title}:\n", f"\n{title}：\n")
        return said

    def error(self, message: str) -> NoReturn:
        """Say what does not fit and leave with exit code 2."""
        for pattern, words in _MISTAKES:
            message = re.sub(pattern, words, message)
        self.print_usage(sys.stderr)
        self.exit(2, f"{self.prog}：{message}\n")


def _in_chinese(usage: str) -> str:
    return f"用法：{usage.removeprefix(_USAGE)}" if usage.startswith(_USAGE) else usage
