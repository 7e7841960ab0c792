"""Generate ``zhirong.client`` from the description of the API: ``.venv/bin/python tools/make_client.py``.

A test compares the files with this output; run it after changing an operation or a list.
"""

import builtins
import json
import keyword
import subprocess
import sys
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

HOME = Path(__file__).resolve().parent.parent / "src" / "zhirong" / "client"
_HEAD = '"""{title} Made by tools/make_client.py from the description of the API: not to be edited."""\n\n'
_PARTS = "/api/v1"


def described() -> Any:
    """Return the OpenAPI description of the working copy."""
    import os

    os.environ.setdefault("ZHIRONG_DATA", tempfile.mkdtemp(prefix="zhirong-client-"))
    from zhirong.store.setup import ready

    ready("zhirong.web.settings")
    import zhirong.web.urls  # noqa: F401 - everything is declared then
    from zhirong.api.urls import api

    return json.loads(json.dumps(api.get_openapi_schema(), default=str))


def sources(spec: Mapping[str, Any]) -> dict[str, str]:
    """Return the formatted files of the client."""
    made = {
        "operations.py": _operations(spec),
        "lists.py": _lists(spec),
        "objects.py": _objects(spec),
        "api.py": _api(spec),
    }
    return {name: _formatted(source) for name, source in made.items()}


def _calls(spec: Mapping[str, Any], part: str) -> list[tuple[str, Any]]:
    start = f"{_PARTS}/{part}/"
    return [
        (path.removeprefix(start), next(iter(calls.values())))
        for path, calls in sorted(spec["paths"].items())
        if path.startswith(start)
    ]


def _nouns(spec: Mapping[str, Any]) -> list[str]:
    return sorted({path.split(".")[0] for path, _ in _calls(spec, "do")})


def _class(noun: str, end: str) -> str:
    return "".join(part.capitalize() for part in noun.replace("-", ".").replace("_", ".").split(".")) + end


def _word(name: str) -> str:
    plain = name.replace("-", "_").replace(".", "_")
    return plain + "_" if keyword.iskeyword(plain) else plain


def _argument(name: str) -> str:
    """Return a name as an argument; a Python keyword or built-in gets an underscore at its end."""
    return f"{name}_" if name in dir(builtins) else _word(name)


def _operations(spec: Mapping[str, Any]) -> str:
    lines = [
        _HEAD.format(title="Every operation, typed."),
        "from collections.abc import Mapping, Sequence\nfrom datetime import date\nfrom decimal import Decimal\n",
        "from typing import Any, Literal\n\nfrom zhirong.client.transport import Done, Group, Version\n",
    ]
    for noun in _nouns(spec):
        lines.append(f'\n\nclass {_class(noun, "Operations")}(Group):\n    """Operations ``{noun}.*``."""\n')
        for path, call in _calls(spec, "do"):
            if path.split(".")[0] == noun:
                lines.append(_method(path, call, spec))
    return "\n".join(lines)


def _method(path: str, call: Mapping[str, Any], spec: Mapping[str, Any]) -> str:
    name = path.removesuffix("/{id}")
    is_on_row = path.endswith("/{id}")
    schema = _resolved(call["requestBody"]["content"]["application/json"]["schema"], spec)
    fields = schema.get("properties", {})
    required = [one for one in fields if one in schema.get("required", [])]
    optional = [one for one in fields if one not in required]
    given = [f"{_argument(one)}: {_type(fields[one], spec)}" for one in required]
    given += [f"{_argument(one)}: {_optional(_type(fields[one], spec))} = None" for one in optional]
    given = [*(["version: Version"] if is_on_row else []), *given, 'key: str = ""']
    data = ", ".join(f'"{one}": {_argument(one)}' for one in fields)
    row = "row: int, " if is_on_row else ""
    return (
        f"    def {_word(name.split('.', 1)[1])}(self, {row}*, {', '.join(given)}) -> Done:\n"
        f'        """{call["summary"]}."""\n'
        f'        return self._do("{name}", {"row" if is_on_row else "None"}, {{{data}}}, '
        f"{'version' if is_on_row else 'None'}, key)\n"
    )


def _lists(spec: Mapping[str, Any]) -> str:
    lines = [
        _HEAD.format(title="Every list, typed."),
        "from typing import Any, Literal, TypedDict\n\nfrom zhirong.client.transport import Group, Page\n",
    ]
    methods = []
    for name, call in _calls(spec, "lists"):
        page = _resolved(call["responses"]["200"]["content"]["application/json"]["schema"], spec)
        row = _resolved(page["properties"]["rows"]["items"], spec)
        lines.append(_typed_dict(_class(name, "Row"), f"A row of the list ``{name}``.", row, spec))
        filters = {
            one["name"]: one["schema"] for one in call["parameters"] if one["name"] not in ("offset", "limit")
        }
        given = [f"{_argument(one)}: {_optional(_type(kind, spec))} = None" for one, kind in filters.items()]
        given += ["offset: int = 0", "limit: int = 50"]
        data = ", ".join(f'"{one}": {_argument(one)}' for one in [*filters, "offset", "limit"])
        methods.append(
            f'    def {_word(name)}(self, *, {", ".join(given)}) -> "Page[{_class(name, "Row")}]":\n'
            f'        """{call["summary"]}."""\n'
            f'        return self._transport.page("{name}", {{{data}}})\n'
        )
    return "\n".join([*lines, '\n\nclass Lists(Group):\n    """Lists, by their names."""\n', *methods])


def _objects(spec: Mapping[str, Any]) -> str:
    lines = [
        _HEAD.format(title="Every object, typed."),
        "from typing import Any, Literal, TypedDict\n\nfrom zhirong.client.transport import Group\n",
    ]
    methods = []
    for path, calls in sorted(spec["paths"].items()):
        call = calls.get("get", {})
        if call.get("tags") != ["objects"]:
            continue
        noun = path.removeprefix(f"{_PARTS}/").removesuffix("/{id}")
        schema = _resolved(call["responses"]["200"]["content"]["application/json"]["schema"], spec)
        lines.append(_typed_dict(_class(noun, "Object"), f"{call['summary']}.", schema, spec))
        methods.append(
            f"    def {_word(noun)}(self, row: int) -> {_class(noun, 'Object')}:\n"
            f'        """{call["summary"]}."""\n'
            f'        found: {_class(noun, "Object")} = self._transport.row("{noun}", row)\n'
            "        return found\n"
        )
    return "\n".join([*lines, '\n\nclass Objects(Group):\n    """Single objects, by their ids."""\n', *methods])


def _api(spec: Mapping[str, Any]) -> str:
    nouns = _nouns(spec)
    imports = ", ".join(_class(noun, "Operations") for noun in nouns)
    made = "\n".join(
        f"        self.{_word(noun)} = {_class(noun, 'Operations')}(self._transport)" for noun in nouns
    )
    return (
        _HEAD.format(title="The client.")
        + "from types import TracebackType\n\nimport httpx\n\nfrom zhirong.client.lists import Lists\n"
        + "from zhirong.client.objects import Objects\n"
        + f"from zhirong.client.operations import ({imports},)\n"
        + "from zhirong.client.register import Files, Register\n"
        + "from zhirong.client.transport import Transport\n\n\n"
        + "class Client:\n"
        + '    """A platform, as one token sees it. address: such as ``https://ipf.example.cn``."""\n\n'
        + '    def __init__(self, address: str, token: str = "", *, timeout: float = 30.0, '
        + "http: httpx.Client | None = None) -> None:\n"
        + "        self._transport = Transport(address, token, timeout=timeout, http=http)\n"
        + "        self.lists = Lists(self._transport)\n        self.objects = Objects(self._transport)\n"
        + "        self.register = Register(self._transport)\n        self.files = Files(self._transport)\n"
        + made
        + '\n\n    def me(self) -> "dict[str, object]":\n        """Who the token acts as, and what it may do."""\n'
        + '        found: dict[str, object] = self._transport.json("GET", "/me")\n        return found\n\n'
        + '    def close(self) -> None:\n        """End the connections."""\n        self._transport.close()\n\n'
        + '    def __enter__(self) -> "Client":\n        return self\n\n'
        + "    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, "
        + "trace: TracebackType | None) -> None:\n        self.close()\n"
    )


def _typed_dict(name: str, words: str, schema: Mapping[str, Any], spec: Mapping[str, Any]) -> str:
    fields = "\n".join(
        f"    {field}: {_type(one, spec, is_out=True)}" for field, one in schema["properties"].items()
    )
    return f'\n\nclass {name}(TypedDict):\n    """{words}"""\n\n{fields}\n'


def _resolved(schema: Any, spec: Mapping[str, Any]) -> Any:
    name = schema.get("$ref", "")
    return spec["components"]["schemas"][name.rsplit("/", 1)[-1]] if name else schema


def _type(schema: Any, spec: Mapping[str, Any], *, is_out: bool = False) -> str:
    schema = _resolved(schema, spec)
    if "anyOf" in schema:
        kinds = list(dict.fromkeys(_type(one, spec, is_out=is_out) for one in schema["anyOf"]))
        if "float" in kinds and not is_out:  # an exact number: a string or a decimal, never a float
            kinds = ["Decimal" if kind == "float" else kind for kind in kinds]
        kinds.sort(key=lambda kind: kind == "None")
        return "Any" if "Any" in kinds else " | ".join(dict.fromkeys(kinds))
    kind = schema.get("type")
    if "enum" in schema or "const" in schema:
        values = schema.get("enum", [schema.get("const")])
        return f"Literal[{', '.join(json.dumps(one, ensure_ascii=False) for one in values)}]"
    if kind == "array":
        inner = _type(schema.get("items", {}), spec, is_out=is_out)
        return f"list[{inner}]" if is_out else f"Sequence[{inner}]"
    if kind == "object":
        return "dict[str, Any]" if is_out else "Mapping[str, Any]"
    if kind == "string" and schema.get("format") == "date" and not is_out:
        return "date | str"
    if kind == "string" and schema.get("format") == "money" and not is_out:
        return "Decimal | str"
    plain = {"integer": "int", "string": "str", "boolean": "bool", "number": "float", "null": "None"}
    return plain.get(str(kind), "Any")


def _optional(kind: str) -> str:
    return kind if kind == "Any" or kind.endswith("None") else f"{kind} | None"


def _formatted(source: str) -> str:
    ruff = Path(sys.executable).parent / "ruff"
    for command in (["check", "--fix", "--select", "I,F401", "-q", "-"], ["format", "-q", "-"]):
        done = subprocess.run(
            [str(ruff), *command], input=source, capture_output=True, text=True, check=True, cwd=HOME
        )
        source = done.stdout
    return source


if __name__ == "__main__":
    for file, text in sources(described()).items():
        (HOME / file).write_text(text, encoding="utf-8")
