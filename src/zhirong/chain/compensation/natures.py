"""Which payers take the claim over (代偿) and which compensate the lender (补偿), and the source for each."""

from datetime import date

from zhirong.chain.mode.model import Mode
from zhirong.chain.mode.vocabulary import PayerNature
from zhirong.kernel.rulebook import Reference, Rulebook, RuleError

_RULES = {nature: f"recovery.nature.{nature.value}" for nature in PayerNature}


def natures_of(mode: Mode, rules: Rulebook, day: date) -> dict[str, tuple[PayerNature, Reference]]:
    """Return, for each payer of ``mode``, whether it takes over or compensates, and the source.

    The mode's file takes precedence; otherwise the law or the assumption in ``rules/recovery/natures.toml``
    decides. Raises RuleError for a payer that neither the file nor a rule covers.
    """
    found: dict[str, tuple[PayerNature, Reference]] = {}
    for role in mode.bearers:
        if role == "lender":
            continue
        stated = mode.party(role).nature
        found[role] = _by_rule(role, rules, day) if stated is None else (stated, mode.source)
    return found


def _by_rule(role: str, rules: Rulebook, day: date) -> tuple[PayerNature, Reference]:
    for nature, rule_id in _RULES.items():
        rule = rules.at(rule_id, day)
        if role in rule.value:
            return nature, rule.reference
    raise RuleError(f"no rule says whether {role} takes a claim over or compensates")
