"""Reads a typed record from a table of fields at the boundary of the program and reports every problem at once."""

import re
import tomllib
from collections.abc import Mapping, Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from zhirong.kernel.errors import InputError, Problem
from zhirong.kernel.json_numbers import MONEY_NUMBER, MONEY_NUMBER_HINT, MONEY_NUMBER_REASON, JsonNumber
from zhirong.kernel.money import MOST_AMOUNT, Fen, MoneyError, parse_yuan, show_yuan
from zhirong.kernel.suggestions import nearest
from zhirong.kernel.text import Text
from zhirong.kernel.text_files import MOST_TEXT_BYTES

_MISSING = object()
_DAY_FORM = Text("请填写为 2026-01-31", "write the date as 2026-01-31")
_FIRST_DAY = date(1, 1, 1)
# No right, firm or loan has dates outside these years; such a year is probably a typing error.
_YEARS = range(1800, 2300)
_CONTROL = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f]")  # all of Unicode's, without tab and new line
_LONGEST_TEXT = 1000
MOST_FIELD_PROBLEMS = 1000  # of one file; reading ends there
_MORE_FOLLOW = Problem(
    "FILE",
    f"{MOST_FIELD_PROBLEMS:,}",
    Text(
        f"已有 {MOST_FIELD_PROBLEMS:,} 处问题，其余未读",
        f"the file has {MOST_FIELD_PROBLEMS:,} problems; the rest was not read",
    ),
    Text("请先更正以上问题", "correct these problems first"),
    "more_problems",
)
# The parser needs hours for a key of a million parts, and much memory for a number of a million digits. Possessive
# quantifiers and the look-behind keep the search itself linear.
_KEY_PART = r"""(?:[A-Za-z0-9_\-]++|"[^"\n]*+"|'[^'\n]*+')"""
_LONG_KEY = re.compile(rf"(?<![A-Za-z0-9_\-])(?:{_KEY_PART}[ \t]*+\.[ \t]*+){{100}}")
_LONG_NUMBER = re.compile(r"(?<![0-9_])[0-9_]{5000}")


def parse_toml(text: str, source: str) -> dict[str, Any]:
    """A TOML text as a table, with decimals kept exact.

    Raises InputError naming line and column, and for more than ``MOST_TEXT_BYTES`` characters from any source.
    """
    if len(text) > MOST_TEXT_BYTES:
        reason = Text(f"文件超过 {MOST_TEXT_BYTES >> 20} MB", f"the file is larger than {MOST_TEXT_BYTES >> 20} MB")
        hint = Text("请只保留所需内容，或拆分为多个文件", "keep only the required content, or split the file")
        raise InputError([Problem(source, "", reason, hint, "file_too_large")], source)
    if _LONG_KEY.search(text) is not None:
        raise _too_deep(source)
    if _LONG_NUMBER.search(text) is not None:
        raise _too_many_digits(source)
    try:
        return tomllib.loads(text, parse_float=Decimal)
    except tomllib.TOMLDecodeError as error:
        problem = Problem(
            field=source,
            value=str(error),
            reason=Text(
                "不是有效的 TOML（括号内为解析器指出的位置）", "not valid TOML (the parser's message is quoted)"
            ),
            hint=Text("请按所示行列更正", "correct the named line and column"),
            code="toml",
        )
        raise InputError([problem], source) from error
    except RecursionError as error:
        raise _too_deep(source) from error
    except ValueError as error:  # Python itself refuses whole numbers of more than a few thousand digits
        raise _too_many_digits(source) from error


def _too_deep(source: str) -> InputError:
    reason = Text("表和列表的嵌套层数过多", "tables and lists are nested too deeply")
    hint = Text("请减少嵌套层数", "reduce the nesting")
    return InputError([Problem(source, "", reason, hint, "too_deep")], source)


def _too_many_digits(source: str) -> InputError:
    reason = Text("有一个数的位数过多（数千位）", "a number has thousands of digits")
    hint = Text("请缩短该数", "shorten the number")
    return InputError([Problem(source, "", reason, hint, "too_large")], source)


class Reader:
    """Reads named fields from one table and collects the problems found.

    For a missing or invalid field it records a problem and returns a harmless value of the right type, so that
    reading continues and finds the other problems. ``finish`` reports fields that were never read. The outermost
    reader raises all problems together in ``raise_problems`` (and in ``finish``).
    """

    def __init__(
        self,
        table: Mapping[str, Any],
        path: str = "",
        source: str = "",
        problems: list[Problem] | None = None,
        amounts: dict[str, Fen] | None = None,
    ) -> None:
        self._table = table
        self._path = path
        self._source = source
        self._problems: list[Problem] = [] if problems is None else problems
        self._amounts: dict[str, Fen] = {} if amounts is None else amounts
        self._is_root = problems is None
        self._asked: set[str] = set()

    # -- problems ---------------------------------------------------------------------------------------------

    def problem(self, field: str, value: object, code: str, reason: Text, hint: Text) -> None:
        """Note a problem with one of this table's fields. Raises InputError with all of them when there are too
        many: the problems of a file of a few megabytes could fill the memory.
        """
        shown = value.isoformat() if isinstance(value, date) else str(value)
        self._problems.append(Problem(self._at(field), shown, reason, hint, code))
        if len(self._problems) >= MOST_FIELD_PROBLEMS:
            raise InputError([*self._problems, _MORE_FOLLOW], self._source)

    def failed(self) -> bool:
        """Return whether any problem has been noted so far, here or in a nested table."""
        return bool(self._problems)

    def problem_count(self) -> int:
        """Return the number of problems noted so far, including those of nested tables."""
        return len(self._problems)

    @property
    def amounts(self) -> Mapping[str, Fen]:
        """The amounts of money read so far, here or in a nested table, in fen by the path of their field."""
        return self._amounts

    def finish(self) -> None:
        """Report fields that were never read; the outermost table also raises the problems found."""
        for name in self._table:
            if name in self._asked:
                continue
            near = nearest(name, sorted(self._asked))
            known = sorted(self._asked)
            hint = (
                Text(f"是否应为 {near}？", f"did you mean {near}?")
                if near
                else Text(
                    f"请删除该字段，或改为已知字段：{'、'.join(known)}",
                    f"remove it, or use a known field: {', '.join(known)}",
                )
            )
            self.problem(
                name,
                _brief(self._table[name]),
                "unknown_field",
                Text("未知字段", "unknown field"),
                hint,
            )
        if self._is_root:
            self.raise_problems()

    def raise_problems(self) -> None:
        """Raise InputError if anything was noted."""
        if self._problems:
            raise InputError(self._problems, self._source)

    # -- fields -----------------------------------------------------------------------------------------------

    def has(self, name: str) -> bool:
        """Return whether the field is present. Marks it as read."""
        self._asked.add(name)
        return name in self._table

    def is_word(self, name: str, word: str) -> bool:
        """Return whether the field is present and equals this word. Marks it as read."""
        return bool(self._look(name) == word)

    def is_table(self, name: str) -> bool:
        """Return whether the field is present and holds a table. Marks it as read."""
        return isinstance(self._look(name), Mapping)

    def anything(self, name: str) -> Any:
        """A required field of any type."""
        value = self._take(name)
        return None if value is _MISSING else value

    def text(self, name: str) -> str:
        """Required text, not blank."""
        value = self._take(name)
        return "" if value is _MISSING else self._as_text(name, value)

    def optional_text(self, name: str, default: str = "") -> str:
        """Text, or ``default`` if the field is omitted."""
        value = self._look(name)
        return default if value is _MISSING else self._as_text(name, value, blank_is_fine=True)

    def words(self, name: str) -> Text:
        """Required text in both languages: a table with ``zh`` and ``en``, or one string for both."""
        value = self._take(name)
        return Text("", "") if value is _MISSING else self._as_words(name, value)

    def optional_words(self, name: str) -> Text | None:
        """Text in both languages, or None if the field is omitted."""
        value = self._look(name)
        return None if value is _MISSING else self._as_words(name, value)

    def choice(self, name: str, allowed: Sequence[str], default: str | None = None) -> str:
        """One of the allowed words. Required unless there is a default."""
        value = self._take(name) if default is None else self._look(name)
        if value is _MISSING:
            return allowed[0] if default is None else default
        if value not in allowed:
            words = [word for word in allowed if word]  # an empty choice means that the field is omitted
            self.problem(
                name,
                _brief(value),
                "not_a_choice",
                Text("不在可选范围内", "not one of the choices"),
                Text(f"可选：{'、'.join(words)}", f"choose one of: {', '.join(words)}"),
            )
            return allowed[0]
        return str(value)

    def flag(self, name: str, default: bool | None = None) -> bool:
        """Yes or no. Required unless there is a default."""
        value = self._take(name) if default is None else self._look(name)
        if value is _MISSING:
            return bool(default)
        if not isinstance(value, bool):
            self._wrong_type(name, value, Text("应为 true 或 false", "must be true or false"))
            return bool(default)
        return value

    def day(self, name: str) -> date:
        """A required day."""
        value = self._take(name)
        if value is _MISSING:
            return _FIRST_DAY
        day = self._as_day(name, value)
        return _FIRST_DAY if day is None else day

    def optional_day(self, name: str) -> date | None:
        """A day, or None if the field is omitted."""
        value = self._look(name)
        return None if value is _MISSING else self._as_day(name, value)

    def money(self, name: str, minimum: Fen | None = 0) -> Fen:
        """A required amount, written in yuan, as fen. Not below ``minimum`` (fen)."""
        value = self._take(name)
        return 0 if value is _MISSING else self._as_money(name, value, minimum)

    def optional_money(self, name: str, minimum: Fen | None = 0) -> Fen | None:
        """An amount written in yuan, as fen, or None if the field is omitted."""
        value = self._look(name)
        return None if value is _MISSING else self._as_money(name, value, minimum)

    def number(
        self,
        name: str,
        low: Decimal | int | None = None,
        high: Decimal | int | None = None,
        default: Decimal | None = None,
    ) -> Decimal:
        """A decimal within bounds, inclusive. Required unless there is a default."""
        value = self._take(name) if default is None else self._look(name)
        if value is _MISSING:
            return Decimal(0) if default is None else default
        return self._as_number(name, value, low, high)

    def optional_number(
        self, name: str, low: Decimal | int | None = None, high: Decimal | int | None = None
    ) -> Decimal | None:
        """A decimal within bounds, or None if the field is omitted."""
        value = self._look(name)
        return None if value is _MISSING else self._as_number(name, value, low, high)

    def rate(self, name: str, default: Decimal | None = None) -> Decimal:
        """A share between 0 and 1. Required unless there is a default."""
        return self.number(name, 0, 1, default)

    def whole(self, name: str, low: int | None = None, high: int | None = None, default: int | None = None) -> int:
        """A whole number within bounds, inclusive. Required unless there is a default."""
        value = self._take(name) if default is None else self._look(name)
        if value is _MISSING:
            return 0 if default is None else default
        return self._as_whole(name, value, low, high)

    def optional_whole(self, name: str, low: int | None = None, high: int | None = None) -> int | None:
        """A whole number within bounds, or None if the field is omitted."""
        value = self._look(name)
        return None if value is _MISSING else self._as_whole(name, value, low, high)

    def texts(self, name: str) -> tuple[str, ...]:
        """A list of strings, empty if the field is omitted."""
        value = self._look(name)
        if value is _MISSING:
            return ()
        if not isinstance(value, list) or not all(isinstance(item, str) for item in value):
            self._wrong_type(
                name, value, Text('应为文字列表，如 ["甲", "乙"]', 'must be a list of strings: ["a", "b"]')
            )
            return ()
        return tuple(value)

    def text_groups(self, name: str) -> tuple[tuple[str, ...], ...]:
        """A list of strings or lists of strings, each as a group; empty if the field is omitted."""
        value = self._look(name)
        if value is _MISSING:
            return ()
        groups = [item if isinstance(item, list) else [item] for item in value] if isinstance(value, list) else []
        if not groups or not all(group and all(isinstance(one, str) for one in group) for group in groups):
            self._wrong_type(
                name,
                value,
                Text(
                    '应为文字或文字列表组成的列表，如 ["甲", ["乙", "丙"]]',
                    'must be a list of strings or lists of strings: ["a", ["b", "c"]]',
                ),
            )
            return ()
        return tuple(tuple(group) for group in groups)

    # -- tables inside ----------------------------------------------------------------------------------------

    def table(self, name: str) -> "Reader":
        """A required table inside this one."""
        value = self._take(name)
        if value is _MISSING:
            # Report only the missing table, not each field that it would contain.
            return Reader({}, self._at(name), self._source, [])
        return self._as_table(name, value)

    def optional_table(self, name: str) -> "Reader | None":
        """A table inside this one, or None if it is omitted."""
        value = self._look(name)
        return None if value is _MISSING else self._as_table(name, value)

    def tables(self, name: str) -> "list[Reader]":
        """A list of tables (``[[name]]``), empty if it is omitted. Paths count from 1."""
        value = self._look(name)
        if value is _MISSING:
            return []
        if not isinstance(value, list) or not all(isinstance(item, Mapping) for item in value):
            self._wrong_type(name, value, Text(f"应写成若干 [[{name}]]", f"must be written as [[{name}]] tables"))
            return []
        return [self._inside(f"{name}[{number}]", item) for number, item in enumerate(value, 1)]

    def names(self) -> tuple[str, ...]:
        """The names of all fields of the table, each marked as read."""
        self._asked.update(self._table)
        return tuple(self._table)

    # -- inside -----------------------------------------------------------------------------------------------

    def _at(self, field: str) -> str:
        return f"{self._path}.{field}" if self._path and field else self._path or field

    def _inside(self, name: str, table: Mapping[str, Any]) -> "Reader":
        return Reader(table, self._at(name), self._source, self._problems, self._amounts)

    def _look(self, name: str) -> Any:
        self._asked.add(name)
        return self._table.get(name, _MISSING)

    def _take(self, name: str) -> Any:
        value = self._look(name)
        if value is _MISSING or value is None or (isinstance(value, str) and not value.strip()):
            self.problem(
                name,
                "",
                "missing",
                Text("必填项未填写", "this field is required"),
                Text("请补充填写", "provide it"),
            )
            return _MISSING
        return value

    def _wrong_type(self, name: str, value: object, hint: Text) -> None:
        self.problem(name, _brief(value), "wrong_type", Text("类型不对", "wrong type"), hint)

    def _as_text(self, name: str, value: object, *, blank_is_fine: bool = False) -> str:
        if not isinstance(value, str):
            self._wrong_type(name, value, Text("应为加引号的文字", "must be text in quotes"))
            return ""
        self._check_text(name, value)
        return value.strip() if blank_is_fine or value.strip() else ""

    def _check_text(self, name: str, value: str) -> None:
        """Reject control characters, which no page can show, and text longer than any name or remark."""
        if _CONTROL.search(value) is not None:
            self.problem(
                name,
                value.encode("unicode_escape").decode(),
                "control_character",
                Text("含有不可见的控制字符", "it contains invisible control characters"),
                Text("请删除后重新输入", "remove them and enter the text again"),
            )
        if len(value) > _LONGEST_TEXT:
            self.problem(
                name,
                value,
                "too_long",
                Text(f"共 {len(value)} 字，过长", f"it is {len(value)} characters long"),
                Text(f"不超过 {_LONGEST_TEXT} 字", f"at most {_LONGEST_TEXT} characters"),
            )

    def _as_words(self, name: str, value: object) -> Text:
        if isinstance(value, str):
            self._check_text(name, value)
            return Text(value, value)
        if isinstance(value, Mapping):
            inside = self._inside(name, value)
            words = Text(inside.text("zh"), inside.text("en"))
            inside.finish()
            return words
        self._wrong_type(name, value, Text('请填写为 { zh = "…", en = "…" }', 'write { zh = "...", en = "..." }'))
        return Text("", "")

    def _as_day(self, name: str, value: object) -> date | None:
        if isinstance(value, datetime):
            self._wrong_type(name, value, Text("请只填写日期，不写时间", "enter the date without a time"))
            return None
        if isinstance(value, str):
            try:
                value = date.fromisoformat(value.strip())
            except ValueError:
                self.problem(name, value, "not_a_day", Text("不是日期", "not a date"), _DAY_FORM)
                return None
        if not isinstance(value, date):
            self._wrong_type(name, value, _DAY_FORM)
            return None
        if value.year not in _YEARS:
            self.problem(
                name,
                value,
                "out_of_range",
                Text("年份超出合理范围", "implausible year"),
                Text(
                    f"年份须在 {_YEARS.start} 与 {_YEARS.stop - 1} 之间",
                    f"the year must be between {_YEARS.start} and {_YEARS.stop - 1}",
                ),
            )
            return None
        return value

    def _as_money(self, name: str, value: object, minimum: Fen | None) -> Fen:
        if isinstance(value, JsonNumber):
            self.problem(name, value, MONEY_NUMBER, MONEY_NUMBER_REASON, MONEY_NUMBER_HINT)
            return 0
        if not isinstance(value, str | int | Decimal) or isinstance(value, bool):
            self._wrong_type(
                name,
                value,
                Text('请写成元，例如 2000000 或 "200万元"', 'enter yuan, such as 2000000 or "200万元"'),
            )
            return 0
        try:
            fen = parse_yuan(value)
        except MoneyError:
            self.problem(
                name,
                _brief(value),
                "not_money",
                Text("不是金额，或小数超过两位", "not an amount, or more than two decimals"),
                Text(
                    "请以元为单位填写，至多两位小数，例如 2000000.00",
                    "enter yuan with at most two decimals, such as 2000000.00",
                ),
            )
            return 0
        if minimum is not None and fen < minimum:
            self.problem(
                name,
                _brief(value),
                "too_small",
                Text("金额太小", "the amount is too small"),
                Text(f"不少于 {minimum / 100:.2f} 元", f"at least CNY {minimum / 100:.2f}"),
            )
        if abs(fen) > MOST_AMOUNT:
            self.problem(
                name,
                _brief(value),
                "too_large",
                Text("金额超出合理范围", "the amount is implausibly large"),
                Text(f"不超过 {show_yuan(MOST_AMOUNT)} 元", f"Enter at most CNY {show_yuan(MOST_AMOUNT)}."),
            )
            return 0
        self._amounts[self._at(name)] = fen
        return fen

    def _as_number(
        self, name: str, value: object, low: Decimal | int | None, high: Decimal | int | None
    ) -> Decimal:
        if isinstance(value, bool) or not isinstance(value, int | Decimal):
            self._wrong_type(name, value, Text("应为不加引号的数值", "must be a number without quotes"))
            return Decimal(0 if low is None else low)
        number = Decimal(value)
        if not number.is_finite():
            self.problem(
                name,
                value,
                "not_finite",
                Text("不是有限数值", "not a finite number"),
                Text("请填写数值", "enter a number"),
            )
            return Decimal(0 if low is None else low)
        self._check_range(name, number, low, high)
        return number

    def _as_whole(self, name: str, value: object, low: int | None, high: int | None) -> int:
        if isinstance(value, bool) or not isinstance(value, int):
            self._wrong_type(name, value, Text("应为整数", "must be a whole number"))
            return 0 if low is None else low
        self._check_range(name, value, low, high)
        return value

    def _check_range(
        self, name: str, value: Decimal | int, low: Decimal | int | None, high: Decimal | int | None
    ) -> None:
        if (low is None or value >= low) and (high is None or value <= high):
            return
        if low is not None and high is not None:
            hint = Text(f"应在 {low} 与 {high} 之间（含）", f"must be between {low} and {high}, inclusive")
        elif low is not None:
            hint = Text(f"不得小于 {low}", f"must be at least {low}")
        else:
            hint = Text(f"不得大于 {high}", f"must be at most {high}")
        self.problem(name, value, "out_of_range", Text("超出范围", "out of range"), hint)

    def _as_table(self, name: str, value: object) -> "Reader":
        if not isinstance(value, Mapping):
            self._wrong_type(name, value, Text(f"应写成 [{name}] 表", f"must be a table [{name}]"))
            return Reader({}, self._at(name), self._source, [])
        return self._inside(name, value)


def _brief(value: object) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, Mapping | list):
        return "{…}" if isinstance(value, Mapping) else f"[{len(value)}]"
    return value.isoformat() if isinstance(value, date) else str(value)
