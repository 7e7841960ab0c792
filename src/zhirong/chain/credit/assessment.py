"""An explained additive scorecard: points by item with reasons, a grade, a probability of default, red flags and
gates.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from typing import Literal

from zhirong.chain.credit.file import SECTION_TEXT, CreditFile, provenance_of
from zhirong.chain.credit.measures import MEASURES
from zhirong.chain.credit.scorecard import Factor, read_scorecard
from zhirong.kernel.days import add_months
from zhirong.kernel.errors import InputError, Problem
from zhirong.kernel.explain import Explanation, of_rule, plain
from zhirong.kernel.money import show_yuan
from zhirong.kernel.provenance import EVIDENCE_TEXT, Provenance
from zhirong.kernel.rulebook import Rulebook, RuleError, RuleValue
from zhirong.kernel.text import Text, same

State = Literal["known", "stale", "missing"]

STATE_TEXT: Mapping[State, Text] = {
    "known": Text("已知", "known"),
    "stale": Text("过期，按缺失计分", "out of date, scored as missing"),
    "missing": Text("缺失，按最低分", "missing, scored lowest"),
}


@dataclass(frozen=True, slots=True)
class CreditItem:
    """One line of the scorecard for this firm: its value, its points of the maximum, and the source."""

    name: str
    title: Text
    section: str
    shown: Text
    points: int
    highest: int
    state: State
    provenance: Provenance | None
    rule: RuleValue

    def as_json(self) -> dict[str, object]:
        """Return a dictionary with stable keys for programs."""
        return {
            "item": self.name,
            "title": self.title.as_json(),
            "section": self.section,
            "value": self.shown.as_json(),
            "points": self.points,
            "highest": self.highest,
            "state": self.state,
            "provenance": None if self.provenance is None else self.provenance.as_json(),
        }


@dataclass(frozen=True, slots=True)
class RedFlag:
    """A finding that no points compensate. is_gate: it alone declines the firm; otherwise it is only shown."""

    code: str
    text: Text
    is_gate: bool
    rule: RuleValue

    def as_json(self) -> dict[str, object]:
        """Return a dictionary with stable keys for programs."""
        return {"code": self.code, "text": self.text.as_json(), "is_gate": self.is_gate}


@dataclass(frozen=True, slots=True)
class CreditAssessment:
    """The assessment of a firm's credit file.

    points (of at most highest); grade; default_probability: probability of default within a year, from a dated
    table that states its certainty. missing, stale: sections of the file that scored lowest for that reason. flags:
    all red flags, including gates. unchecked: codes of gates that nothing in the file rules out, because their
    section is missing or stale.
    """

    points: int
    highest: int
    grade: str
    default_probability: RuleValue
    items: tuple[CreditItem, ...]
    missing: tuple[str, ...]
    stale: tuple[str, ...]
    flags: tuple[RedFlag, ...]
    unchecked: tuple[str, ...]
    explanation: Explanation

    @property
    def gates(self) -> tuple[RedFlag, ...]:
        """Return the flags that decline the firm regardless of its points."""
        return tuple(flag for flag in self.flags if flag.is_gate)

    def as_json(self) -> dict[str, object]:
        """Return a dictionary with stable keys; rates as strings."""
        return {
            "points": self.points,
            "highest": self.highest,
            "grade": self.grade,
            "default_probability": plain(self.default_probability.number()),
            "default_probability_reference": self.default_probability.reference.as_json(),
            "items": [item.as_json() for item in self.items],
            "missing": list(self.missing),
            "stale": list(self.stale),
            "flags": [flag.as_json() for flag in self.flags],
            "unchecked": list(self.unchecked),
            "explanation": self.explanation.as_json(),
        }


def assess(credit_file: CreditFile, day: date, rules: Rulebook) -> CreditAssessment:
    """Calculate the firm's points, grade and probability of default by the scorecard of ``day``, each with its
    reasons.

    An item that is missing, or older than the rule for its section allows, scores lowest and is named. Raises
    InputError for an item dated after ``day``.
    """
    _refuse_future(credit_file, day)
    states = {section: _state(credit_file, section, rules, day) for section in SECTION_TEXT}
    factors = read_scorecard(rules, day)
    items = tuple(_item(credit_file, factor, states, day) for factor in factors)
    points = sum(item.points for item in items)
    highest = sum(factor.highest for factor in factors)
    grades = rules.at("credit.grades", day)
    grade = grade_of(Decimal(points) / highest, grades)
    probability = rules.at(f"credit.default_probability.{grade}", day)
    flags = red_flags(credit_file, rules, day)
    return CreditAssessment(
        points=points,
        highest=highest,
        grade=grade,
        default_probability=probability,
        items=items,
        missing=tuple(section for section, state in states.items() if state == "missing"),
        stale=tuple(section for section, state in states.items() if state == "stale"),
        flags=flags,
        unchecked=tuple(
            code
            for code, (section, _) in _FLAGS.items()
            if states[section] != "known" and _is_gate(code, rules, day) and code not in {f.code for f in flags}
        ),
        explanation=_explanation(points, highest, grade, grades, probability, items, flags),
    )


def current(file: CreditFile, day: date, rules: Rulebook) -> CreditFile:
    """Return the file without figures that are older on ``day`` than their rule allows; for a credit limit they
    count as missing.

    Findings against the firm in those figures stay in the assessment, which reads the whole file.
    """
    stale = {
        name
        for name, part in (("debt", "debt"), ("cash_flow", "cash_flow"), ("statements", "accounts"))
        if getattr(file, part) is not None and _is_stale(getattr(file, part).provenance, name, rules, day)
    }
    return replace(
        file,
        debt=None if "debt" in stale else file.debt,
        cash_flow=None if "cash_flow" in stale else file.cash_flow,
        accounts=None if "statements" in stale else file.accounts,
    )


def grade_of(share: Decimal, grades: RuleValue) -> str:
    """Return the grade of a share of the highest points: the best whose ``from`` it reaches. Raises RuleError."""
    for row in sorted(grades.value, key=lambda row: Decimal(row["from"]), reverse=True):
        if share >= row["from"]:
            return str(row["grade"])
    raise RuleError(f"{grades.id} has no grade for {share}")


# -- red flags ---------------------------------------------------------------------------------------------------


def red_flags(file: CreditFile, rules: Rulebook, day: date) -> tuple[RedFlag, ...]:
    """Return the flags that the file shows. Their age does not matter: bad news never goes stale."""
    found = []
    for code, (_, text_of) in _FLAGS.items():
        text = text_of(file)
        if text is not None:
            rule = rules.at(f"credit.flag.{code}", day)
            found.append(RedFlag(code, text, _is_gate(code, rules, day), rule))
    return tuple(found)


def _is_gate(code: str, rules: Rulebook, day: date) -> bool:
    rule = rules.at(f"credit.flag.{code}", day)
    if rule.value not in ("gate", "shown"):
        raise RuleError(f"{rule.id} must be gate or shown, not {rule.value!r}")
    return bool(rule.value == "gate")


def _dishonest(file: CreditFile) -> Text | None:
    if file.compliance is None or not file.compliance.dishonest_judgment_debtor:
        return None
    return Text("失信被执行人", "on the court's list of defaulting judgment debtors")


def _abnormal(file: CreditFile) -> Text | None:
    if file.compliance is None or not file.compliance.abnormal_operations:
        return None
    return Text("列入经营异常名录", "on the list of enterprises with abnormal operations")


def _overdue(file: CreditFile) -> Text | None:
    if file.debt is None or file.debt.overdue == 0:
        return None
    shown = show_yuan(file.debt.overdue)
    return Text(f"有逾期债务 {shown} 元", f"CNY {shown} of debt overdue")


def _bad_loan(file: CreditFile) -> Text | None:
    if file.bank_history is None or not file.bank_history.substandard_or_worse:
        return None
    return Text("三年内有次级及以下贷款", "a loan classified substandard or worse in three years")


def _arrears(file: CreditFile) -> Text | None:
    if file.tax is None or file.tax.arrears == 0:
        return None
    shown = show_yuan(file.tax.arrears)
    return Text(f"欠税 {shown} 元", f"CNY {shown} of taxes in arrears")


def _customs_dishonest(file: CreditFile) -> Text | None:
    if file.trade is None or file.trade.customs_grade != "dishonest":
        return None
    return Text("海关失信企业", "discredited by customs")


# By code of a flag: the section of the file that it is read from, and the text shown if it is raised.
_FLAGS: Mapping[str, tuple[str, Callable[[CreditFile], Text | None]]] = {
    "dishonest_judgment_debtor": ("compliance", _dishonest),
    "abnormal_operations": ("compliance", _abnormal),
    "overdue_debt": ("debt", _overdue),
    "substandard_loan": ("bank_history", _bad_loan),
    "tax_arrears": ("tax", _arrears),
    "customs_dishonest": ("trade", _customs_dishonest),
}


# -- items -------------------------------------------------------------------------------------------------------


def _refuse_future(file: CreditFile, day: date) -> None:
    problems = []
    dated = {f"credit.{section}.date": provenance_of(file, section) for section in SECTION_TEXT}
    days = {field: source.day for field, source in dated.items() if source is not None}
    if file.registration is not None:
        days["credit.registration.registered_on"] = file.registration.registered_on
    for field, found in days.items():
        if found is not None and found > day:
            problems.append(
                Problem(
                    field,
                    found.isoformat(),
                    Text(f"晚于本案日期 {day}", f"later than the case date {day}"),
                    Text("请改为本案日期当天或之前", "enter that day or an earlier one"),
                    "date_in_future",
                )
            )
    if problems:
        raise InputError(problems)


def _state(file: CreditFile, section: str, rules: Rulebook, day: date) -> State:
    provenance = provenance_of(file, section)
    if provenance is None:
        return "missing"
    return "stale" if _is_stale(provenance, section, rules, day) else "known"


def _is_stale(provenance: Provenance | None, section: str, rules: Rulebook, day: date) -> bool:
    months = rules.at(f"credit.validity.{section}", day).whole()
    return provenance is not None and provenance.day is not None and add_months(provenance.day, months) < day


def _item(file: CreditFile, factor: Factor, states: Mapping[str, State], day: date) -> CreditItem:
    measure = MEASURES[factor.name]
    state = states[measure.section]
    value = measure.read(file, day)
    return CreditItem(
        name=factor.name,
        title=factor.rule.title,
        section=measure.section,
        shown=Text("未知", "not known") if value is None else measure.show(value),
        points=factor.points(value) if state == "known" and value is not None else factor.otherwise,
        highest=factor.highest,
        state=state,
        provenance=provenance_of(file, measure.section),
        rule=factor.rule,
    )


# -- explanation -------------------------------------------------------------------------------------------------


def _explanation(
    points: int,
    highest: int,
    grade: str,
    grades: RuleValue,
    probability: RuleValue,
    items: Sequence[CreditItem],
    flags: Sequence[RedFlag],
) -> Explanation:
    return Explanation(
        Text("信用评分", "credit score"),
        points,
        "points",
        Text(
            f"各项得分之和，满分 {highest}；专家判断，未经数据校准",
            f"sum of the items, out of {highest}; expert judgement, not calibrated",
        ),
        parts=(
            Explanation(Text("信用等级", "credit grade"), same(grade), references=(grades.reference,)),
            of_rule(probability),
            *(_item_explanation(item) for item in items),
            *(
                Explanation(
                    Text("一票否决", "declines the application") if flag.is_gate else Text("风险提示", "red flag"),
                    flag.text,
                    references=(flag.rule.reference,),
                )
                for flag in flags
            ),
        ),
    )


def _item_explanation(item: CreditItem) -> Explanation:
    source = item.provenance
    zh, en = [item.shown.zh], [item.shown.en]
    if source is not None:
        grade = EVIDENCE_TEXT[source.grade]
        zh.append(f"{source.source}，{source.day}，{grade.zh}")
        en.append(f"{source.source}, {source.day}, {grade.en}")
    if item.state != "known":
        zh.append(STATE_TEXT[item.state].zh)
        en.append(STATE_TEXT[item.state].en)
    return Explanation(
        item.title,
        item.points,
        "points",
        Text(f"{'；'.join(zh)}（满分 {item.highest}）", f"{'; '.join(en)} (of {item.highest})"),
        references=(item.rule.reference,),
    )
