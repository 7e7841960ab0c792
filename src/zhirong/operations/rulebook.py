"""The rules that operations read, and what an event keeps of them."""

from functools import cache
from typing import Any

from zhirong.kernel.packs import Pack
from zhirong.kernel.rulebook import Rulebook, load_rulebook


@cache
def rulebook() -> Rulebook:
    """The rules that come with the package, under the policy packs that ZHIRONG_RULES names."""
    return load_rulebook()


@cache
def rules_version() -> str:
    """The version that events keep."""
    return rulebook().version()


@cache
def rules_content() -> dict[str, Any]:
    """What the content of an event says of the rules: their version and, where there are policy packs, which lay over them."""
    packs = [pack_mark(pack) for pack in rulebook().packs]
    return {"_rules": rules_version(), **({"_packs": packs} if packs else {})}


def pack_mark(pack: Pack) -> str:
    """A policy pack by its id, version and content, as events keep it."""
    return f"{pack.mark} {pack.digest}"
