"""Replay of a past decision: the quote of a review, calculated again from its stored facts, rules and policies."""

from collections.abc import Mapping
from typing import Any

from zhirong.kernel.text import Text
from zhirong.operations.case_file.tables import exact, quote_json
from zhirong.operations.rulebook import past_problem, rules_then


def replay(review: Mapping[str, Any]) -> dict[str, Any]:
    """Calculate the quote of a review (``Case.review``) again by its stored facts and the versions of policies that
    it used, even if others are in force now.

    Raises InputError if the program has other rules (use the program version of that time), if the review was made
    before facts were stored with it, or if one of its policies does not exist.
    """
    if "table" not in review:
        raise past_problem(
            "no_table",
            str(review.get("on", "")),
            Text("该测算未保存所依据的资料", "the review was made before its facts were stored"),
            Text("请重新测算", "Calculate again."),
        )
    rules = rules_then(review["platform_rules"], review["policies"])
    return quote_json(exact(review["table"]), [review["mode"]], rules)
