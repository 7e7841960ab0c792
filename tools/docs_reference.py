"""Generate the reference pages from the code, in one language: operations, lists, rules, settings, commands,
Python API, HTTP API. ``tools/make_docs.py`` puts them into the site.
"""

import argparse
import inspect
import json
import os
import tempfile
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import cache
from importlib import import_module
from itertools import groupby
from typing import Any

from zhirong.kernel.text import Lang, Text

GENERATED = ("operations", "lists", "rules", "settings", "commands", "python", "http-api")
_MODULES = ("zhirong", "zhirong.workbench", "zhirong.batch", "zhirong.client")
_WIDEST_VALUE = 400


def pages(lang: Lang) -> dict[str, str]:
    """Return the Markdown of each page by its name without ``.md``. Loads the platform, with a separate data folder."""
    _ready()
    made = {
        "operations": _operations(lang),
        "lists": _lists(lang),
        "rules": _rules(lang),
        "settings": _settings(lang),
        "commands": _commands(lang),
        "python": _python(lang),
        "http-api": _http_api(lang),
    }
    if set(made) != set(GENERATED):
        raise AssertionError("GENERATED names every page")
    return made


@cache
def openapi() -> str:
    """Return the description of the API as JSON, which is the same in both languages."""
    return json.dumps(_spec(), ensure_ascii=False, indent=1, default=str)


def _ready() -> None:
    os.environ.setdefault("ZHIRONG_DATA", tempfile.mkdtemp(prefix="zhirong-docs-"))
    os.environ["DJANGO_SETTINGS_MODULE"] = "zhirong.web.settings"  # regardless of the caller's imports
    from zhirong.store.setup import ready

    ready("zhirong.web.settings")
    import zhirong.web.urls  # noqa: F401 - everything is declared then


def _spec() -> Any:
    from zhirong.api.urls import api

    return api.get_openapi_schema()


# -- Markdown ------------------------------------------------------------------------------------------------------


def _cell(value: object) -> str:
    return str(value).replace("|", "\\|").replace("\n", " ").replace("<", "&lt;").strip() or "-"


def _code(value: object) -> str:
    text = str(value).replace("`", "'").replace("|", "\\|").replace("\n", " ")
    return f"`{text}`" if text else "-"


def _table(heads: Sequence[str], rows: Iterable[Sequence[str]]) -> list[str]:
    found = [f"| {' | '.join(row)} |" for row in rows]
    return [f"| {' | '.join(heads)} |", f"|{'---|' * len(heads)}", *found, ""] if found else []


def _page(title: Text, does: Text, lang: Lang, lines: Iterable[str]) -> str:
    made = Text("本页由程序代码生成。", "This page is made from the code.")
    gap = "" if lang == "zh" else " "
    return "\n".join([f"# {title.in_(lang)}", "", does.in_(lang) + gap + made.in_(lang), "", *lines, ""])


# -- operations and lists ------------------------------------------------------------------------------------------


def _operations(lang: Lang) -> str:
    from zhirong.operations.declare import OPERATIONS

    shown = sorted((one for one in OPERATIONS.values() if not one.is_background), key=lambda one: one.name)
    lines: list[str] = []
    for scope, group in groupby(shown, key=lambda one: one.scope):
        lines += [f"## {scope}", ""]
        for one in group:
            lines += _operation(one, lang)
    return _page(
        Text("业务操作", "Operations"),
        Text(
            "查阅本页，可以了解每项业务操作的办理角色、适用状态和填写内容。"
            "页面上的按钮、接口 `POST /api/v1/do/名称` 和命令 `zhirong do 名称` 出自同一处声明。",
            "Look up who may do each operation, in which states, and what it asks for. The buttons on the pages, "
            "`POST /api/v1/do/NAME` and `zhirong do NAME` come from the same declarations.",
        ),
        lang,
        lines,
    )


def _operation(one: Any, lang: Lang) -> Iterator[str]:
    from zhirong.chain.organisation.roles import ROLE_WORDS

    yield from (f"### {one.name}", "", f"**{one.title.in_(lang)}** {one.help.in_(lang)}".strip(), "")
    roles = [f"{ROLE_WORDS[role].in_(lang)} `{role}`" for role in one.roles]
    anybody = Text("任何已登录的用户", "anybody signed in").in_(lang)
    yield f"- {Text('谁办理：', 'Who: ').in_(lang)}{', '.join(roles) or anybody}"
    if one.model is not None:
        yield f"- {Text('对象：', 'Done to: ').in_(lang)}`{one.model._meta.model_name}`"
    if one.states is not None:
        states = ", ".join(f"`{state}`" for state in sorted(one.states))
        yield f"- {Text('对象的状态：', 'In the states: ').in_(lang)}{states}"
    if one.is_grave:
        yield f"- {Text('要求当时核验第二因素。', 'Asks for a second factor at that moment.').in_(lang)}"
    if one.for_agents:
        yield f"- {Text('企业可以委托代理人办理。', 'A company can let its representative do it.').in_(lang)}"
    yield ""
    yield from _fields(one.request, lang)


def _fields(request: Any, lang: Lang) -> Iterator[str]:
    """Return one line per field: code, title, type, whether it is required, help."""
    from zhirong.operations.fields import ask_in

    schema = request.model_json_schema()
    needed = Text("必填", "required").in_(lang)
    for name, info in request.model_fields.items():
        asked = ask_in(info)
        title, words = ("", "") if asked is None else (asked.title.in_(lang), asked.help.in_(lang))
        kind = _kind(schema.get("properties", {}).get(name, {}), schema)
        parts = [title, f"({kind})", f"**{needed}**" if info.is_required() else "", words]
        yield f"- {_code(name)} {' '.join(_cell(part) for part in parts if part)}"
    yield ""


def _kind(described: Mapping[str, Any], schema: Mapping[str, Any]) -> str:
    """Return the type of a field in one phrase, with its allowed values."""
    if "$ref" in described:
        name = described["$ref"].rsplit("/", 1)[1]
        found = schema.get("$defs", {}).get(name, {})
        return _kind(found, schema) if "enum" in found else name
    if "anyOf" in described:
        return " / ".join(_kind(part, schema) for part in described["anyOf"] if part.get("type") != "null")
    if "enum" in described:
        return ", ".join(f"`{value}`" for value in described["enum"])
    if described.get("type") == "array":
        return f"[{_kind(described.get('items', {}), schema)}]"
    return str(described.get("format") or described.get("type") or "any")


def _lists(lang: Lang) -> str:
    from zhirong.chain.organisation.roles import ROLE_WORDS
    from zhirong.operations.listing import LISTINGS

    lines: list[str] = []
    anybody = Text("任何已登录的用户", "anybody signed in").in_(lang)
    for name, one in sorted(LISTINGS.items()):
        roles = [f"{ROLE_WORDS[role].in_(lang)} `{role}`" for role in one.roles]
        lines += [f"## {name}", "", f"**{one.title.in_(lang)}**", ""]
        lines += [f"{Text('谁可以看：', 'Who may see it: ').in_(lang)}{', '.join(roles) or anybody}", ""]
        lines += [
            f"- {_code(column.name)} {_cell(column.title.in_(lang))} ({column.kind})" for column in one.columns
        ]
        lines += ["", Text("筛选：", "Filters:").in_(lang), ""] if one.filters else [""]
        for each in one.filters:
            values = ", ".join(f"{_code(value)} {_cell(words.in_(lang))}" for value, words in each.choices or ())
            lines.append(f"- {_code(each.name)} {_cell(each.title.in_(lang))}{': ' if values else ''}{values}")
        lines.append("")
    return _page(
        Text("列表", "Lists"),
        Text(
            "查阅本页，可以了解每个列表的列、筛选条件和可查看的角色。"
            "页面、导出的 Excel、接口 `GET /api/v1/lists/名称` 和命令 `zhirong show 名称` 相同。",
            "Look up the columns and filters of each list and who may see it. Pages, Excel export, "
            "`GET /api/v1/lists/NAME` and `zhirong show NAME` are the same.",
        ),
        lang,
        lines,
    )


# -- rules and settings --------------------------------------------------------------------------------------------


def _rules(lang: Lang) -> str:
    from zhirong.kernel.rulebook import CONFIDENCE_TEXT
    from zhirong.kernel.rulebook_files import load_rulebook

    book = load_rulebook(packs=())
    lines: list[str] = []
    for prefix, names in groupby(book.ids(), key=lambda name: name.split(".")[0]):
        lines += [f"## {prefix}", ""]
        for name in names:
            rule = book.rule(name)
            lines.append(f"- **{name}** {_cell(rule.title.in_(lang))} ({rule.unit})")
            lines += [f"  - {_version(version, CONFIDENCE_TEXT, lang)}" for version in rule.versions]
        lines.append("")
    return _page(
        Text("规则", "Rules"),
        Text(
            "查阅本页，可以了解每条规则在各日期的取值、发文机关、文件、条款、原文和可靠程度。"
            "命令 `zhirong rules show 规则名称` 给出同样内容。",
            "Look up the value of every rule with its dates, issuer, document, article, quotation and confidence. "
            "`zhirong rules show ID` prints the same.",
        ),
        lang,
        lines,
    )


def _version(version: Any, confidence: Mapping[Any, Text], lang: Lang) -> str:
    """Return one line per version: value, region, dates, confidence, source, quotation, note."""
    source = version.reference
    value = json.dumps(version.value, ensure_ascii=False, default=str)
    value = value if len(value) <= _WIDEST_VALUE else value[:_WIDEST_VALUE] + " …"
    start = source.valid_from or Text("未限定", "no start").in_(lang)
    end = source.valid_to or Text("未限定", "no end").in_(lang)
    days = Text(f"{source.region}，{start} 至 {end}", f"{source.region}, from {start} to {end}").in_(lang)
    quotation = "" if source.quotation == "none" else source.quotation
    parts = [
        _code(value),
        f"{days}; {confidence[source.confidence].in_(lang)}",
        " ".join(part for part in (source.issuer, source.document, source.article) if part),
        f"{Text('原文：', 'Quotation: ').in_(lang)}{quotation}" if quotation else "",
        "" if source.note is None else source.note.in_(lang),
    ]
    return " · ".join(_cell(part) for part in parts if part)


def _settings(lang: Lang) -> str:
    from zhirong.cli.environment import SETTINGS

    heads = ("变量", "含义", "未设置时") if lang == "zh" else ("variable", "meaning", "where it is not set")
    rows = [(_code(one.name), _cell(one.meaning.in_(lang)), _code(one.otherwise)) for one in SETTINGS]
    return _page(
        Text("环境设置", "Settings"),
        Text(
            "查阅本页，可以了解平台和命令行读取的环境变量。命令 `zhirong platform settings` 列出当前取值。",
            "Look up the environment variables that the platform and the command line read. "
            "`zhirong platform settings` lists their present values.",
        ),
        lang,
        _table(heads, rows),
    )


# -- command line --------------------------------------------------------------------------------------------------


def _commands(lang: Lang) -> str:
    from zhirong.cli.main import COMMANDS

    lines: list[str] = []
    for name, words in COMMANDS.items():
        parser = argparse.ArgumentParser(prog=f"zhirong {name}", add_help=False)
        import_module(f"zhirong.cli.{name.replace('-', '_')}").configure(parser)
        lines += [f"## zhirong {name}", "", Text(*words).in_(lang) + ("。" if lang == "zh" else "."), ""]
        lines += _parser(parser, lang)
    return _page(
        Text("命令行", "Command line"),
        Text(
            "查阅本页，可以了解每个命令的参数和选项。每个命令都可以加 `--lang zh|en`（语言）和 `--rules 目录`（政策包）。",
            "Look up the arguments and options of every command. Every command takes `--lang zh|en` and `--rules DIR` "
            "(a policy pack).",
        ),
        lang,
        lines,
    )


def _parser(parser: argparse.ArgumentParser, lang: Lang) -> Iterator[str]:
    usage = " ".join(parser.format_usage().removeprefix("usage: ").split())
    yield from ("```text", usage, "```", "")
    children: dict[str, argparse.ArgumentParser] = {}
    rows = []
    for action in parser._actions:
        if isinstance(action, argparse._SubParsersAction):
            children = dict(action.choices)
            helps = {one.dest: str(one.help or "") for one in action._choices_actions}
        elif action.help != argparse.SUPPRESS and action.dest not in ("help", "lang"):
            rows.append(f"- {_code(_called(action))} {_cell(_half(action.help or '', lang))}")
    yield from (*rows, "")
    for name, child in children.items():
        yield from (f"### {child.prog}", "", _half(helps.get(name, ""), lang), "")
        yield from _parser(child, lang)


def _called(action: argparse.Action) -> str:
    value = action.metavar or ("|".join(map(str, action.choices)) if action.choices else action.dest.upper())
    if not action.option_strings:
        return str(value if action.metavar or action.choices else action.dest)
    takes = "" if action.nargs == 0 else f" {value}"
    return ", ".join(action.option_strings) + takes


def _half(words: str, lang: Lang) -> str:
    """Return the part of a help text in one language; it is written as 'Chinese / English'."""
    zh, _, en = words.partition(" / ")
    return zh if lang == "zh" or not en else en


# -- Python and HTTP -----------------------------------------------------------------------------------------------


def _python(lang: Lang) -> str:
    lines: list[str] = []
    for name in _MODULES:
        module = import_module(name)
        found = _public(module)
        if found:
            lines += [f"## {name}", "", _prose(module), ""]
            for label, one in found:
                lines += _member(name, label, one)
    return _page(
        Text("Python 接口", "Python API"),
        Text(
            "查阅本页，可以在自己的 Python 程序中直接调用知融的功能。各函数的说明取自源代码，为英文。",
            "Look up what your own Python programs can call.",
        ),
        lang,
        lines,
    )


def _public(module: Any) -> list[tuple[str, Any]]:
    names = getattr(module, "__all__", None)
    if names is None:
        names = [
            name
            for name, one in vars(module).items()
            if not name.startswith("_") and getattr(one, "__module__", "") == module.__name__ and callable(one)
        ]
    return [(name, getattr(module, name)) for name in sorted(names) if not name.startswith("__")]


def _member(module: str, name: str, one: Any) -> Iterator[str]:
    yield from (f"### {module}.{name}", "")
    if inspect.ismodule(one) or not callable(one):
        yield from (_prose(one) if inspect.ismodule(one) else _code(type(one).__name__), "")
        return
    kind = "class " if inspect.isclass(one) else ""
    try:
        signature = str(inspect.signature(one))
    except (TypeError, ValueError):
        signature = "(...)"
    yield from ("```text", f"{kind}{name}{signature}".replace("zhirong.", ""), "```", "", _prose(one), "")


def _prose(one: Any) -> str:
    """Return a docstring as plain paragraphs, with characters that look like markup escaped."""
    text = inspect.getdoc(one) or ""
    return text.replace("``", "`").replace("<", "&lt;").replace("*", "\\*")


def _http_api(lang: Lang) -> str:
    spec = _spec()
    rows = [
        (call.upper(), _code(path), _cell(_half(str(described.get("summary", "")), lang)))
        for path, calls in sorted(spec["paths"].items())
        for call, described in calls.items()
    ]
    heads = ("方法", "路径", "用途") if lang == "zh" else ("method", "path", "what it does")
    return _page(
        Text("HTTP 接口", "HTTP API"),
        Text(
            "查阅本页，可以找到接口的每一个路径。完整的 OpenAPI 描述见 [openapi.json](openapi.json)，"
            "平台上为 `/api/v1/openapi.json`。",
            "Find every path of the API. The full OpenAPI description is [openapi.json](openapi.json), on a platform "
            "`/api/v1/openapi.json`.",
        ),
        lang,
        _table(heads, rows),
    )
