"""The Chinese texts of the command line: headings of the help, and errors in arguments."""

import argparse
import re
import sys

# Type checkers take it as true. Every start of the command line would wait for ``typing``.
TYPE_CHECKING = False

if TYPE_CHECKING:
    from typing import NoReturn

_TITLES = {"positional arguments": "参数", "options": "选项"}
_HELPS = {
    "show this help message and exit": "显示帮助后退出",
    "show program's version number and exit": "显示版本后退出",
}
_USAGE = "usage: "
# argparse's error messages and their Chinese translations; names in them stay unchanged.
_MISTAKES = (
    (r"^the following arguments are required: (.*)$", r"缺少参数：\1"),
    (r"^one of the arguments (.*) is required$", r"以下参数须有其一：\1"),
    (r"^unrecognized arguments: (.*)$", r"无法识别的参数：\1"),
    (r"^ambiguous option: (\S+) could match (.*)$", r"选项 \1 不明确，可能是：\2"),
    (r"^argument (.*?): (.*)$", r"参数 \1：\2"),
    (r"invalid choice: (.*) \(choose from (.*)\)$", r"不能是 \1（可选：\2）"),
    (r"invalid \S+ value: (.*)$", r"值不对：\1"),
    (r"expected one argument$", "需要一个值"),
    (r"expected at least one argument$", "至少需要一个值"),
    (r"expected at most one argument$", "至多一个值"),
    (r"expected (\d+) arguments?$", r"需要 \1 个值"),
    (r"not allowed with argument (.*)$", r"不能与 \1 同用"),
    (r"ignored explicit argument (.*)$", r"不接受值，却填写了 \1"),
)


class ChineseParser(argparse.ArgumentParser):
    """An argument parser with Chinese texts; the parsers of its sub-commands have them too."""

    def format_usage(self) -> str:
        """Return the usage line."""
        return _in_chinese(super().format_usage())

    def format_help(self) -> str:
        """Return the complete help."""
        # Translated only now: during construction argparse finds groups by their English titles.
        for group in self._action_groups:
            group.title = _TITLES.get(group.title or "", group.title)
        for action in self._actions:
            action.help = _HELPS.get(action.help or "", action.help)
        said = _in_chinese(super().format_help())
        for title in _TITLES.values():
            said = said.replace(f"\n{title}:\n", f"\n{title}：\n")
        return said

    def error(self, message: str) -> "NoReturn":
        """Print the error and exit with code 2."""
        for pattern, words in _MISTAKES:
            message = re.sub(pattern, words, message)
        self.print_usage(sys.stderr)
        self.exit(2, f"{self.prog}：{message}\n")


def _in_chinese(usage: str) -> str:
    return f"用法：{usage.removeprefix(_USAGE)}" if usage.startswith(_USAGE) else usage
