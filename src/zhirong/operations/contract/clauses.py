"""The clauses of the contracts, from the rules of a day."""

from datetime import date

from zhirong.kernel.rulebook import Rulebook

_CLAUSE = "contract."


def contract_clauses(rules: Rulebook, day: date) -> dict[str, dict[str, str]]:
    """Return the clauses of the contracts as of a day, by id: the text with its blanks, the title and the law, in
    Chinese and English.
    """
    found = {}
    for rule_id in rules.ids():
        if rule_id.startswith(_CLAUSE):
            rule = rules.at(rule_id, day)
            note = rule.reference.note
            found[rule_id.removeprefix(_CLAUSE)] = {
                "title": rule.title.zh,
                "words": rule.value["zh"],
                "law": rule.reference.as_text("zh") if note is None else note.zh,
                "title_en": rule.title.en,
                "words_en": rule.value["en"],
            }
    return found
