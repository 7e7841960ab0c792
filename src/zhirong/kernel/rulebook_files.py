"""The rulebook of a running program: the rule files of the package, overridden by the named policy packs."""

from collections.abc import Sequence
from importlib.resources.abc import Traversable
from pathlib import Path

from zhirong.kernel.packs import environment_folders, overlaid
from zhirong.kernel.rulebook import Rule, Rulebook, RuleError, read_rules, rule_files, shipped_rules


def load_rulebook(folder: Path | Traversable | None = None, packs: Sequence[Path | str] | None = None) -> Rulebook:
    """Every rule file below ``folder`` (by default those that come with the package), under the policy packs in the
    folders ``packs``, the last one on top. By default those that the environment variable ZHIRONG_RULES names, none
    where ``folder`` is given.

    The folders ``modes`` and ``funds`` hold files in the mode language, which ``chain/mode`` reads; ``adapters``
    holds the formats of imported files, which ``chain/adapters`` reads. Raises InputError with every problem in the
    packs.
    """
    root = shipped_rules() if folder is None else folder
    rules: list[Rule] = []
    for file in rule_files(root):
        rules.extend(read_rules(file.read_text(encoding="utf-8"), file.name))
    seen: set[str] = set()
    twice = {rule.id for rule in rules if rule.id in seen or seen.add(rule.id)}  # type: ignore[func-returns-value]
    if twice:
        raise RuleError(f"defined in two files: {', '.join(sorted(twice))}")
    book = Rulebook(rules)
    wanted = packs if packs is not None else () if folder is not None else environment_folders()
    return overlaid(book, wanted) if wanted else book
