"""The value of one right by one method without a report, with its warnings, for a table of many rights."""

from collections.abc import Callable, Mapping, Sequence
from datetime import date

import numpy as np

from zhirong.chain.appraisal.appraisal import (
    alarms_of_value,
    no_value_of_life,
    no_value_of_methods,
    renewal_of,
    under_rules,
)
from zhirong.chain.appraisal.life import remaining_life
from zhirong.chain.appraisal.method import Alarm, MethodTerms
from zhirong.chain.appraisal.records import NoValue
from zhirong.chain.appraisal.request import AppraisalRequest
from zhirong.chain.appraisal.simulation import Distribution, distribution_of
from zhirong.chain.appraisal.uncertain import Level, Widening
from zhirong.chain.right.records import Right
from zhirong.kernel.rulebook import Rulebook

Draws = Callable[[tuple[str, ...]], Mapping[str, Level]]


def light_value(
    request: AppraisalRequest,
    rights: Sequence[Right],
    life_cap: float | None,
    *,
    widening: Widening,
    draws: Draws,
    rules: Rulebook,
    day: date,
) -> tuple[Distribution, tuple[Alarm, ...]] | NoValue:
    """Return the value of a request with one method: the same as in ``appraise``, without tornado and explanation.

    rights: empty if only ``life_cap`` is known (years that law or contract leave, None without an end); with both,
    the shorter counts. draws: the uniforms for names ``<method id>.<driver>``.
    """
    request = under_rules(request, rules, day)
    nothing = no_value_of_methods(request, rules, day)
    cap = life_cap
    if nothing is None and rights:
        life = remaining_life(rights, request.methods, request.contract_end, request.valuation_date, rules, day)
        nothing = no_value_of_life(life)
        caps = [years for years in (life_cap, life.cap) if years is not None]
        cap = min(caps) if caps else None
    renewal = renewal_of(request, rights, rules, day) if nothing is None else None
    if nothing is not None:
        return nothing
    if isinstance(renewal, NoValue):
        return renewal
    method = request.methods[0]
    names = tuple(f"{method.id}.{driver.name}" for driver in method.drivers())
    drawn = draws(names)
    terms = MethodTerms(widening, cap, renewal)
    own = {driver.name: drawn[f"{method.id}.{driver.name}"] for driver in method.drivers()}
    value = distribution_of(np.broadcast_to(method.values(own, terms), (request.paths,)))
    return value, alarms_of_value(request, request.methods, value, rules, day)
