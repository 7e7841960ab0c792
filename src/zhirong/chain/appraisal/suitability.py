"""The suitability of a method for a kind of right, purpose and evidence: read from rules, explained in words."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Literal

from zhirong.chain.appraisal.method import NEVER_DECIDES, AppraisalMethod
from zhirong.chain.right.kinds import KIND_TEXT, KindRule, RightKind
from zhirong.kernel.explain import Explanation
from zhirong.kernel.provenance import EvidenceGrade
from zhirong.kernel.rulebook import Rulebook, RuleValue
from zhirong.kernel.text import Text

Verdict = Literal["suits", "weak_evidence", "unfit"]
VERDICT_TEXT: dict[Verdict, Text] = {
    "suits": Text("适用", "suits"),
    "weak_evidence": Text("适用，但证据偏弱", "suitable, on weak evidence"),
    "unfit": Text("不宜采用", "unfit"),
}


@dataclass(frozen=True, slots=True)
class Suitability:
    """Whether one method suits a case. why: the reason in words. rule: the deciding rule."""

    method_id: str
    verdict: Verdict
    why: Text
    rule: RuleValue

    def explain(self) -> Explanation:
        """Return it as a node of an explanation."""
        words = VERDICT_TEXT[self.verdict]
        return Explanation(
            Text("方法是否适用", "is the method suitable"),
            Text(f"{words.zh}：{self.why.zh}", f"{words.en}: {self.why.en}"),
            references=(self.rule.reference,),
        )


def suitability(
    method: AppraisalMethod, kinds: Sequence[RightKind], purpose: str, rules: Rulebook, day: date
) -> Suitability:
    """Return whether a method suits the kinds of right valued, the purpose and the evidence behind its figures.

    Evidence is weak where more than half of the figures are assumed.
    """
    rule = rules.at(f"appraisal.suits.{method.method}", day)
    row = rule.value
    why, needs = Text(row["why"]["zh"], row["why"]["en"]), Text(row["needs"]["zh"], row["needs"]["en"])
    strange = [kind for kind in dict.fromkeys(kinds) if method.method not in _methods_of(kind, rules, day)]
    if strange:
        names = "、".join(KIND_TEXT[kind].zh for kind in strange), ", ".join(KIND_TEXT[kind].en for kind in strange)
        words = Text(f"不适于{names[0]}；{why.zh}", f"not suitable for {names[1]}; {why.en}")
        return Suitability(method.id, "unfit", words, rule)
    if purpose in row["not_for"] and method.approach != NEVER_DECIDES:
        return Suitability(
            method.id, "unfit", Text(f"不适于这一目的；{why.zh}", f"not suitable for this purpose; {why.en}"), rule
        )
    figures = [figure for driver in method.drivers() for _, figure in driver.figures]
    assumed = sum(figure.grade is EvidenceGrade.ASSUMED for figure in figures)
    if 2 * assumed > len(figures):
        words = Text(
            f"{len(figures)} 项输入中 {assumed} 项为假设，需要：{needs.zh}",
            f"{assumed} of {len(figures)} inputs are assumed; it needs {needs.en}",
        )
        return Suitability(method.id, "weak_evidence", words, rule)
    return Suitability(method.id, "suits", why, rule)


def methods_for(kind: RightKind, purpose: str, rules: Rulebook, day: date) -> tuple[tuple[str, Text, Text], ...]:
    """Return the methods that suit a kind and a purpose: name, reason, and the evidence each needs, by name."""
    found = []
    for name in sorted(_methods_of(kind, rules, day)):
        row = rules.at(f"appraisal.suits.{name}", day).value
        if purpose not in row["not_for"]:
            why, needs = row["why"], row["needs"]
            found.append((name, Text(why["zh"], why["en"]), Text(needs["zh"], needs["en"])))
    return tuple(found)


def _methods_of(kind: RightKind, rules: Rulebook, day: date) -> frozenset[str]:
    return frozenset(rules.at(KindRule.METHODS.of(kind), day).value)
