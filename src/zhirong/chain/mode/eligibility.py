"""Check whether a firm and its loan meet a mode's conditions and limits: met, unmet or unknown, each with a hint."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from decimal import Decimal
from functools import lru_cache
from typing import Literal

from zhirong.chain.mode.force import Force, ForceOn, force_on
from zhirong.chain.mode.model import Limits, Mode, ModeCondition
from zhirong.chain.mode.stated_fact import StatedFact, plain_fact
from zhirong.chain.mode.vocabulary import ALL_FACTS, FACTS, RIGHT_KINDS
from zhirong.kernel.days import add_months, add_years
from zhirong.kernel.explain import Unit, show_value
from zhirong.kernel.memo import Same
from zhirong.kernel.rulebook import Reference, wider_regions
from zhirong.kernel.suggestions import nearest
from zhirong.kernel.text import Text, same

State = Literal["met", "unmet", "unknown"]
NEVER = "never"  # The value of a day fact for something that has not happened.

_UNITS: dict[str, Unit] = {"fen": "fen", "rate": "rate", "months": "months", "count": "count"}


@dataclass(frozen=True, slots=True)
class ConditionResult:
    """One condition tried on one firm. code: stable key. reason: the requirement and the finding."""

    code: str
    state: State
    reason: Text
    hint: Text | None
    reference: Reference

    def as_json(self) -> dict[str, object]:
        """Return a dictionary with stable keys for programs."""
        return {
            "code": self.code,
            "state": self.state,
            "reason": self.reason.as_json(),
            "hint": None if self.hint is None else self.hint.as_json(),
            "reference": self.reference.as_json(),
        }


def eligibility(
    mode: Mode,
    facts: Mapping[str, object],
    day: date,
    *,
    stale_after_days: int,
    loan_day: date | None = None,
    in_words: bool = True,
) -> tuple[ConditionResult, ...]:
    """Check whether ``mode`` is in force on ``day``, then try each of its conditions and limits on ``facts``.

    facts: keys of ``vocabulary.FACTS`` (and ``lpr_1y``, the one-year LPR, which a rate limit needs). A key that is
    absent, or None, is unknown; a day fact may be ``"never"``. stale_after_days: see ``force.force_on``. loan_day:
    the day of disbursement if it is later; a mode that has ended by then is not available. in_words: include what
    was found; otherwise the reason gives only the requirement, for callers that use the states. Raises ValueError
    for an undefined key.
    """
    for key in facts.keys() - FACTS.keys():
        if key != "lpr_1y":
            near = nearest(key, FACTS)
            raise ValueError(f"no fact {key!r}" + (f"; did you mean {near!r}?" if near else ""))
    force = force_on(mode, day, stale_after_days)
    later = force if loan_day in (None, day) else force_on(mode, loan_day, stale_after_days)
    results = [force_condition(later if later.state is Force.ENDED else force)]
    tried = try_condition if in_words else _try_briefly
    results.extend(tried(condition, facts, day) for condition in _placed(Same(mode)))
    if not any(condition.fact == "region" for condition in mode.conditions):
        results.append(_offered_here(mode, facts))
    if mode.limits is not None:
        results.extend(tried(condition, facts, day) for condition in _of_limits(Same(mode.limits)))
        if mode.limits.rate_over_lpr is not None:
            results.append(_rate_over_lpr(mode.limits, mode.limits.rate_over_lpr, facts))
    return tuple(result for result in results if result is not None)


@lru_cache(maxsize=512)
def _placed(one: Same[Mode]) -> tuple[ModeCondition, ...]:
    """Return the conditions of a mode; a condition on the region names the place, not its code."""
    return tuple(
        replace(condition, why=_must_be_in(one.it))
        if condition.fact == "region" and condition.why is None
        else condition
        for condition in one.it.conditions
    )


def _must_be_in(mode: Mode) -> Text:
    return Text(f"企业须在{mode.place.zh}注册", f"the firm must be registered in {mode.place.en}")


def _offered_here(mode: Mode, facts: Mapping[str, object]) -> ConditionResult | None:
    """Return the condition that a firm comes from the mode's region, for a mode that names no region among its
    conditions.
    """
    region = plain_fact(facts.get("region"))
    if region is None or mode.region in wider_regions(str(region)):
        return None
    asked = _must_be_in(mode)
    return ConditionResult(
        "mode.region",
        "unmet",
        Text(f"{asked.zh}；现为 {region}", f"{asked.en}; found: {region}"),
        FACTS["region"].hint,
        mode.source,
    )


def partner_check(mode: Mode, facts: Mapping[str, object], day: date) -> tuple[ConditionResult, ...]:
    """Check a guarantor's conditions for taking part, on the figures of its entire portfolio as of ``day``."""
    return tuple(try_condition(condition, facts, day) for condition in mode.partner_conditions)


def try_condition(condition: ModeCondition, facts: Mapping[str, object], day: date) -> ConditionResult:
    """Try one condition on facts as of ``day``, in words."""
    fact = ALL_FACTS[condition.fact]
    stated = facts.get(condition.fact)
    found = plain_fact(stated)
    if found is None:
        return _unknown(Same(condition))
    asked = _asked(Same(condition))
    met = _is_met(condition, found, day)
    shown = Text(_show(condition.fact, found, "zh"), _show(condition.fact, found, "en"))
    if isinstance(stated, StatedFact) and (proof := stated.certificate.words()).zh:
        shown = Text(f"{shown.zh}（{proof.zh}）", f"{shown.en} ({proof.en})")
    reason = Text(f"{asked.zh}；现为 {shown.zh}", f"{asked.en}; found: {shown.en}")
    return ConditionResult(
        condition.code, "met" if met else "unmet", reason, None if met else fact.hint, condition.reference
    )


def state_of(condition: ModeCondition, facts: Mapping[str, object], day: date) -> State:
    """Try one condition as ``try_condition`` does, without the words."""
    found = plain_fact(facts.get(condition.fact))
    if found is None:
        return "unknown"
    return "met" if _is_met(condition, found, day) else "unmet"


def _try_briefly(condition: ModeCondition, facts: Mapping[str, object], day: date) -> ConditionResult:
    return _brief(Same(condition), state_of(condition, facts, day))


@lru_cache(maxsize=8192)
def _brief(one: Same[ModeCondition], state: State) -> ConditionResult:
    return ConditionResult(one.it.code, state, _asked(one), None, one.it.reference)


@lru_cache(maxsize=4096)
def _asked(one: Same[ModeCondition]) -> Text:
    return asked_of(one.it)


@lru_cache(maxsize=4096)
def _unknown(one: Same[ModeCondition]) -> ConditionResult:
    condition, asked, label = one.it, _asked(one), ALL_FACTS[one.it.fact].label
    return ConditionResult(
        condition.code,
        "unknown",
        Text(f"{asked.zh}；尚不知“{label.zh}”", f"{asked.en}; {label.en}: not known"),
        Text(f"请补充“{label.zh}”", f"state: {label.en}"),
        condition.reference,
    )


def _is_met(condition: ModeCondition, found: object, day: date) -> bool:
    test, value = condition.test, condition.value
    if test == "is":
        return bool(found) == value
    if test == "within" and isinstance(value, tuple):
        return any(place in value for place in wider_regions(str(found)))
    if (
        test in ("any_of", "only_of")
        and isinstance(value, tuple)
        and isinstance(found, tuple | list | frozenset | set)
    ):
        kinds = {str(kind) for kind in found}
        return bool(kinds & set(value)) if test == "any_of" else bool(kinds) and kinds <= set(value)
    if test in _DAY_TESTS and isinstance(value, int):
        if found == NEVER:
            return test.startswith("none_within")
        if not isinstance(found, date):
            return False
        last = _DAY_TESTS[test](found, value)
        return day <= last if test.endswith("at_most") else last <= day
    if isinstance(found, int | Decimal) and isinstance(value, int | Decimal):
        return found >= value if test == "at_least" else found <= value
    raise ValueError(f"{condition.fact} = {found!r} cannot be tested with {test}")


# Return the day that is the test's number of years, months or days after the day found.
_DAY_TESTS: dict[str, Callable[[date, int], date]] = {
    "years_at_least": add_years,
    "none_within_years": add_years,
    "months_at_least": add_months,
    "months_at_most": add_months,
    "none_within_months": add_months,
    "days_at_least": lambda day, count: day + timedelta(days=count),
    "days_at_most": lambda day, count: day + timedelta(days=count),
}


def asked_of(condition: ModeCondition) -> Text:
    """Return the requirement of a condition in words; the file's own words where it has some."""
    if condition.why is not None:
        return condition.why
    label = ALL_FACTS[condition.fact].label
    value = condition.value
    if condition.test == "is":
        return Text(f"要求{'' if value else '不是'}{label.zh}", f"asked for: {'' if value else 'not '}{label.en}")
    if isinstance(value, tuple):
        words = {"within": ("在", "in"), "any_of": ("须至少有一种：", "any of"), "only_of": ("仅限", "only")}[
            condition.test
        ]
        listed = _listed(value)
        return Text(f"{label.zh}须{words[0]}{listed.zh}", f"{label.en}: {words[1]} {listed.en}")
    if condition.test in _DAY_TESTS:
        return _asked_of_day(condition, label)
    unit = _UNITS[ALL_FACTS[condition.fact].kind]
    word = ("不低于", "at least") if condition.test == "at_least" else ("不超过", "at most")
    return Text(
        f"{label.zh}{word[0]} {show_value(value, unit, 'zh')}",
        f"{label.en}: {word[1]} {show_value(value, unit, 'en')}",
    )


def _asked_of_day(condition: ModeCondition, label: Text) -> Text:
    value = condition.value
    zh, en = next(
        (zh, en)
        for word, zh, en in (("years", "年", "year"), ("months", "个月", "month"), ("days", "天", "day"))
        if word in condition.test
    )
    amount = f"{value} {en}" if value == 1 else f"{value} {en}s"
    if condition.test.startswith("none_within"):
        return Text(f"近 {value} {zh}内须无{label.zh.removesuffix('日期')}", f"{label.en}: none within {amount}")
    if condition.test.endswith("at_most"):
        return Text(f"{label.zh}之后 {value} {zh}以内", f"{label.en}: at most {amount} ago")
    return Text(f"{label.zh}距今须满 {value} {zh}", f"{label.en}: at least {amount} ago")


def _listed(words: Sequence[str]) -> Text:
    """Return kinds of rights by their names; region codes are left as they are."""
    named = [RIGHT_KINDS.get(word, same(word)) for word in words]
    return Text("、".join(name.zh for name in named), ", ".join(name.en for name in named))


def _show(fact: str, found: object, lang: Literal["zh", "en"]) -> str:
    if found == NEVER:
        return "无" if lang == "zh" else "none"
    if isinstance(found, tuple | list | set | frozenset):
        return _listed(sorted(str(item) for item in found)).in_(lang)
    if isinstance(found, bool | int | Decimal | str | date):
        return show_value(found, _UNITS.get(ALL_FACTS[fact].kind, "text"), lang)
    return str(found)


@lru_cache(maxsize=512)
def _of_limits(one: Same[Limits]) -> tuple[ModeCondition, ...]:
    limits = one.it
    wanted = (
        ("amount_fen", limits.amount_at_most),
        ("borrower_balance_fen", limits.balance_at_most),
        ("term_months", limits.term_months_at_most),
        ("annual_rate", limits.rate_at_most),
    )
    return tuple(
        ModeCondition(fact, "at_most", value, limits.reference) for fact, value in wanted if value is not None
    )


def _rate_over_lpr(limits: Limits, over: Decimal, facts: Mapping[str, object]) -> ConditionResult:
    points = show_value(over * 10_000, "count", "zh")
    asked = Text(f"年利率不超过一年期 LPR + {points} 个基点", f"annual rate: at most one-year LPR + {points} bp")
    rate, lpr = facts.get("annual_rate"), facts.get("lpr_1y")
    code = "annual_rate.over_lpr"
    if not isinstance(rate, Decimal) or not isinstance(lpr, Decimal):
        return ConditionResult(
            code,
            "unknown",
            Text(f"{asked.zh}；利率或 LPR 未知", f"{asked.en}; the rate or the LPR is not known"),
            Text("请补充年利率", "state the annual rate"),
            limits.reference,
        )
    met = rate <= lpr + over
    found = Text(
        f"现为 {show_value(rate, 'rate')}，上限 {show_value(lpr + over, 'rate')}",
        f"found: {show_value(rate, 'rate')}, at most {show_value(lpr + over, 'rate')}",
    )
    return ConditionResult(
        code,
        "met" if met else "unmet",
        Text(f"{asked.zh}；{found.zh}", f"{asked.en}; {found.en}"),
        None if met else FACTS["annual_rate"].hint,
        limits.reference,
    )


def force_condition(force: ForceOn) -> ConditionResult | None:
    """Return the force of the mode as a condition; None where it is in force.

    Ended, not begun and foreign are unmet. To be confirmed is unknown. A form of contract is met and says what it
    is.
    """
    if force.state is Force.IN_FORCE:
        return None
    if force.state is Force.CONTRACT_FORM:
        return ConditionResult("mode.contract_form", "met", force.reason, None, force.reference)
    if force.for_study:
        hint = Text("请选用现行规则", "use the rule now in force")
        return ConditionResult("mode.in_force", "unmet", force.reason, hint, force.reference)
    asked = force.confirm_with
    hint = (
        Text("请确认该模式是否仍在执行", "confirm whether it is in force")
        if asked is None
        else Text(f"请向{asked.zh}确认是否仍在执行", f"confirm with {asked.en} whether it is in force")
    )
    return ConditionResult("mode.validity", "unknown", force.reason, hint, force.reference)
