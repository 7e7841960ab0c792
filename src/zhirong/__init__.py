"""Zhirong (知融): the open platform for intellectual-property finance.

    import zhirong

    zhirong.quote("case.toml")                                     # one firm, one page of answer
    zhirong.schedule(amount_yuan=1_000_000, rate_percent="3.45", term_months=36, start=date(2026, 1, 15))
    zhirong.quote_many(companies)                                  # a DataFrame in, a DataFrame out

Everything here is imported when it is first used, so that ``import zhirong`` takes a few milliseconds. Errors in an
input are one ``InputError`` with every problem: field, value, reason, how to fix it.
"""

from zhirong.version import __version__

# Type checkers take it as true. Importing ``typing`` for it would take longer than all else here.
TYPE_CHECKING = False

if TYPE_CHECKING:
    from zhirong.chain.mode.model import Mode
    from zhirong.chain.quote.records import CreditCase, Quote
    from zhirong.frames import appraise_many, quote_many, schedule_many, settle_many
    from zhirong.jobs import appraise, case, limit, modes, quote, register, replay, rights, schedule, settle, verify
    from zhirong.jobs import client as connect
    from zhirong.kernel.errors import InputError, Problem
    from zhirong.kernel.extras import MissingExtraError

# Name → module that it is imported from at first use, and its name there.
_FROM: dict[str, tuple[str, str]] = {
    **{
        name: ("zhirong.jobs", name)
        for name in (
            "appraise",
            "case",
            "limit",
            "modes",
            "quote",
            "register",
            "replay",
            "rights",
            "schedule",
            "settle",
            "verify",
        )
    },
    # ``zhirong.client`` is the package of the client itself.
    "connect": ("zhirong.jobs", "client"),
    **{name: ("zhirong.frames", name) for name in ("appraise_many", "quote_many", "schedule_many", "settle_many")},
    "CreditCase": ("zhirong.chain.quote.records", "CreditCase"),
    "InputError": ("zhirong.kernel.errors", "InputError"),
    "MissingExtraError": ("zhirong.kernel.extras", "MissingExtraError"),
    "Mode": ("zhirong.chain.mode.model", "Mode"),
    "Problem": ("zhirong.kernel.errors", "Problem"),
    "Quote": ("zhirong.chain.quote.records", "Quote"),
}

__all__ = [
    "CreditCase",
    "InputError",
    "MissingExtraError",
    "Mode",
    "Problem",
    "Quote",
    "__version__",
    "appraise",
    "appraise_many",
    "case",
    "connect",
    "limit",
    "modes",
    "quote",
    "quote_many",
    "register",
    "replay",
    "rights",
    "schedule",
    "schedule_many",
    "settle",
    "settle_many",
    "verify",
]


if not TYPE_CHECKING:  # Needed so that a type checker reports an unknown name.

    def __getattr__(name: str) -> object:
        if name not in _FROM:
            raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
        from importlib import import_module

        module, attribute = _FROM[name]
        try:
            found = getattr(import_module(module), attribute)
        except ModuleNotFoundError as error:
            from zhirong.kernel.extras import missing_extra

            missing = missing_extra(error.name)
            if missing is None:
                raise
            raise missing from error
        globals()[name] = found
        return found


def __dir__() -> list[str]:
    return sorted({*globals(), *_FROM})
