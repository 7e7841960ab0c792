"""Replay of a past decision: the quote of a review, calculated again from the facts, rules and policies that it kept."""

from collections.abc import Mapping, Sequence
from typing import Any

from zhirong.kernel.errors import InputError, Problem
from zhirong.kernel.text import Text
from zhirong.operations.case_file.tables import exact, quote_json
from zhirong.operations.rulebook import PolicyKey, rules_under, rules_version
from zhirong.store.policies import Policy


def replay(review: Mapping[str, Any]) -> dict[str, Any]:
    """The quote of a review (``Case.review``), by its own facts and the versions of policies that it used, whichever are in
    force now.

    Raises InputError where the program has other rules than then (run it with the version of that time), where the review was
    made before facts were kept with it, or where one of its policies is not there.
    """
    if "table" not in review:
        raise _problem(
            "no_table",
            str(review.get("on", "")),
            Text("该测算未保存所依据的资料", "the review was made before its facts were stored"),
            Text("请重新测算", "Calculate again."),
        )
    if review["platform_rules"] != rules_version():
        raise _problem(
            "other_rules",
            review["platform_rules"],
            Text(f"平台规则现为 {rules_version()}", f"the platform now uses rules {rules_version()}"),
            Text("请用当时版本的程序重算", "Replay it with the program version of that time."),
        )
    return quote_json(exact(review["table"]), [review["mode"]], rules_under(_keys(review["policies"])))


def _keys(marks: Sequence[str]) -> list[PolicyKey]:
    digests = [mark.split()[-1] for mark in marks]
    known = dict(Policy.objects.filter(sha256__in=digests).values_list("sha256", "pk"))
    gone = [mark for mark, digest in zip(marks, digests, strict=True) if digest not in known]
    if gone:
        raise _problem(
            "policy_gone",
            ", ".join(gone),
            Text("该版本的政策不存在", "this version of the policy does not exist"),
            Text("请核对数据库是否完整", "Check the integrity of the database."),
        )
    return [(known[digest], digest) for digest in digests]


def _problem(code: str, value: str, reason: Text, hint: Text) -> InputError:
    return InputError([Problem("review", value, reason, hint, code)])
