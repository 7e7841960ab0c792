"""Replay of a past decision: the quote of a review, calculated again from the facts, rules and policies that it kept."""

from collections.abc import Mapping
from typing import Any

from zhirong.kernel.text import Text
from zhirong.operations.case_file.tables import exact, quote_json
from zhirong.operations.rulebook import past_problem, rules_then


def replay(review: Mapping[str, Any]) -> dict[str, Any]:
    """The quote of a review (``Case.review``), by its own facts and the versions of policies that it used, whichever are in
    force now.

    Raises InputError where the program has other rules than then (run it with the version of that time), where the review was
    made before facts were kept with it, or where one of its policies is not there.
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
