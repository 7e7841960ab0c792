"""Replay of a guarantor's decision: its limits, calculated again from the figures, rules and policies that it kept."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from zhirong.chain.financing.limits import Meter, guarantor_meters
from zhirong.kernel.money import Fen
from zhirong.kernel.text import Text
from zhirong.operations.rulebook import past_problem, policies_in, rules_then, rules_version, version_of
from zhirong.store.financing import GuarantorFigures


def kept_basis(work: Any, figures: GuarantorFigures | None, meters: Sequence[Meter]) -> dict[str, Any]:
    """Return the basis of a decision on a guarantee, stored for its replay. work: any object with ``rules`` and
    ``day``.
    """
    return {
        "on": work.day.isoformat(),
        "rules": version_of(work.rules),
        "platform_rules": rules_version(),
        "policies": policies_in(work.rules),
        "net_assets": None if figures is None else figures.net_assets,
        "figures": None
        if figures is None
        else {"as_of": figures.as_of.isoformat(), "is_mainly_small": figures.is_mainly_small},
        "meters": [_as_kept(one) for one in meters],
    }


def replay_meters(basis: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Return the limits of a decision (``GuaranteeRequest.basis``) by its own figures and the versions of policies
    that it used, whichever are in force now; in the form of ``basis["meters"]``. The guarantor's own limits are
    amounts that no rule sets, so the stored ones are used. Raises InputError for a decision without stored figures,
    or as ``rules_then``.
    """
    if not basis.get("figures"):
        raise past_problem(
            "no_table",
            str(basis.get("on", "")),
            Text("该决定未保存计算限额所依据的数据", "the figures of the limits were not stored with the decision"),
            Text("无需重算：请查看当时的意见", "There is nothing to replay. Read the opinion of that time."),
        )
    kept = {one["code"]: one for one in basis["meters"]}
    rules = rules_then(basis["platform_rules"], basis["policies"])
    used: dict[str, Fen] = {code: one["used"] for code, one in kept.items()}
    adds = next((one["adds"] for one in kept.values()), 0)
    again = guarantor_meters(
        basis["net_assets"],
        basis["figures"]["is_mainly_small"],
        used,
        adds=adds,
        rules=rules,
        day=date.fromisoformat(basis["on"]),
    )
    law = {one.code: _as_kept(one) for one in again}
    return [law.get(code, one) for code, one in kept.items()]


def _as_kept(meter: Meter) -> dict[str, Any]:
    return {"code": meter.code, "used": meter.used, "adds": meter.adds, "most": meter.most}
