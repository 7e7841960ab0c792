"""Canonical bytes of a record, so that equal records have equal hashes in every programming language.

A strict part of JSON, written as RFC 8785 writes it: objects, arrays, strings, integers that every JSON reader
keeps exact (absolute value at most 2^53 - 1), true, false and null. No fractions: amounts are whole fen, rates are
strings. Keys are sorted by UTF-16 code units, there is no whitespace between tokens, and characters are written
unescaped except the quote, the backslash and control characters. Strings are not normalised: what was written is
kept.
"""

import json
from collections.abc import Mapping, Sequence
from typing import Any, NoReturn

from zhirong.kernel.errors import InputError, Problem
from zhirong.kernel.text import Text

LARGEST_INTEGER = 2**53 - 1
DEEPEST = 32

_PLAIN_HINT = Text(
    "请使用文字、整数、布尔值、空值、数组或对象", "use strings, integers, booleans, null, arrays or objects"
)


def encode(value: Any) -> bytes:
    """The canonical bytes of a value. Raises InputError with the path of a value that cannot be written."""
    ordered = _ordered(value, "", 0)
    try:
        return json.dumps(ordered, ensure_ascii=False, separators=(",", ":"), allow_nan=False).encode("utf-8")
    except UnicodeEncodeError as error:
        raise _refused(
            "",
            ascii(error.object[error.start : error.end]),
            "lone_surrogate",
            Text("含有不完整的字符（孤立代理项）", "it contains an incomplete character (a lone surrogate)"),
            Text("请更正这段文字", "correct the text"),
        ) from error


def decode(data: bytes, source: str = "") -> Any:
    """The value encoded by canonical bytes. Raises InputError if they are not JSON or not canonical."""
    value = _parsed(data, source)
    try:
        canonical = encode(value)
    except InputError as error:
        raise InputError(error.problems, source) from error
    if canonical != data:
        at = next((i for i, (a, b) in enumerate(zip(canonical, data, strict=False)) if a != b), len(canonical))
        raise _refused(
            "",
            data[max(0, at - 10) : at + 10].decode("utf-8", "replace"),
            "not_canonical",
            Text(
                f"第 {at + 1} 字节起不是规范写法：内容可能未变，字节已变",
                f"from byte {at + 1} on the file is not canonical: the content may be the same, the bytes are not",
            ),
            Text(
                "请使用原始文件，不要重新排版或另存", "use the original file; do not reformat it or save it again"
            ),
            source,
        )
    return value


def _parsed(data: bytes, source: str) -> Any:
    hint = Text("请使用原始文件", "use the original file")
    try:
        return json.loads(data.decode("utf-8"), object_pairs_hook=_object, parse_constant=_constant)
    except InputError as error:
        raise InputError(error.problems, source) from error
    except UnicodeDecodeError as error:
        reason = Text(f"第 {error.start + 1} 字节不是 UTF-8", f"byte {error.start + 1} is not UTF-8")
        raise _refused("", repr(data[error.start : error.start + 1]), "not_utf8", reason, hint, source) from error
    except json.JSONDecodeError as error:
        at = f"第 {error.lineno} 行第 {error.colno} 列"
        reason = Text(f"不是 JSON：{at}", f"not JSON: line {error.lineno}, column {error.colno}: {error.msg}")
        raise _refused("", error.doc[error.pos : error.pos + 20], "not_json", reason, hint, source) from error
    except RecursionError as error:
        reason = Text(f"嵌套超过 {DEEPEST} 层", f"nested deeper than {DEEPEST} levels")
        raise _refused("", "", "too_deep", reason, hint, source) from error
    except ValueError as error:
        # Numbers of thousands of digits, which Python refuses to read.
        reason = Text("有无法读取的数值", "it contains a number that cannot be read")
        raise _refused("", str(error), "not_json", reason, hint, source) from error


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    table = dict(pairs)
    if len(table) != len(pairs):
        names = [name for name, _ in pairs]
        twice = next(name for name in names if names.count(name) > 1)
        reason = Text("字段重复", "duplicate field")
        raise _refused(twice, "", "written_twice", reason, Text("请只保留一个", "keep one of them"))
    return table


def _constant(word: str) -> NoReturn:
    raise _refused("", word, "not_a_number", Text("不是数值", "not a number"), _PLAIN_HINT)


def _ordered(value: Any, path: str, depth: int) -> Any:
    if depth > DEEPEST:
        reason = Text(f"嵌套超过 {DEEPEST} 层", f"nested deeper than {DEEPEST} levels")
        raise _refused(path, "", "too_deep", reason, Text("请减少嵌套层数", "reduce the nesting"))
    if value is None or isinstance(value, str | bool):
        return value
    if isinstance(value, int):
        if abs(value) > LARGEST_INTEGER:
            reason = Text("整数过大", "the integer is too large")
            raise _refused(
                path, str(value), "integer_too_large", reason, Text("请写成文字", "write it as a string")
            )
        return value
    if isinstance(value, Mapping):
        for name in value:
            if not isinstance(name, str):
                reason = Text("字段名应为文字", "a field name must be a string")
                raise _refused(path, repr(name), "field_name", reason, Text("请改为文字", "use a string"))
        # RFC 8785 §3.2.3 compares UTF-16 code units; big-endian bytes sort the same way.
        names = sorted(value, key=lambda name: name.encode("utf-16-be", "surrogatepass"))
        return {name: _ordered(value[name], f"{path}.{name}" if path else name, depth + 1) for name in names}
    if isinstance(value, Sequence) and not isinstance(value, bytes | bytearray):
        return [_ordered(item, f"{path}[{number}]", depth + 1) for number, item in enumerate(value, 1)]
    reason = Text("这种值不能写入", "values of this type cannot be written")
    raise _refused(path, repr(value), "not_plain", reason, _PLAIN_HINT)


def _refused(path: str, value: str, code: str, reason: Text, hint: Text, source: str = "") -> InputError:
    return InputError([Problem(path, value, reason, hint, code)], source)
