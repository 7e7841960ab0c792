"""The form for indicators that the right's record does not answer; each answer has a source and an evidence grade."""

from collections.abc import Mapping
from dataclasses import dataclass

from zhirong.chain.indicators.system import Score, System
from zhirong.kernel.fields import Reader
from zhirong.kernel.provenance import EvidenceGrade, Provenance, read_grade
from zhirong.kernel.text import Text


@dataclass(frozen=True, slots=True)
class Answer:
    """One answer of the form, and its source."""

    value: Score
    provenance: Provenance


Answers = Mapping[str, Answer]


def read_answers(reader: Reader, system: System) -> Answers:
    """Read the answers from an ``[indicators]`` table: one table per indicator, by its code, each with ``answer``,
    ``grade`` and ``source``. An omitted indicator is missing and is named as such. An indicator calculated from the
    record cannot be answered by hand.
    """
    answers: dict[str, Answer] = {}
    for indicator in system.indicators:
        entry = reader.optional_table(indicator.code)
        if entry is None:
            continue
        if indicator.is_computed:
            reader.problem(
                indicator.code,
                "",
                "computed",
                Text(
                    "此项由权利资料计算，无需在表单填写",
                    "calculated from the right's record; the form does not ask for it",
                ),
                Text(
                    "请删除该项；如需调整结果，请更正权利资料",
                    "remove it; to change the result, correct the right's record",
                ),
            )
        value: Score
        if indicator.kind == "choice":
            value = entry.choice("answer", [choice.code for choice in indicator.choices])
        else:
            value = entry.number("answer", indicator.least, indicator.most)
        answers[indicator.code] = Answer(value, Provenance(entry.text("source"), read_grade(entry)))
        entry.finish()
    reader.finish()
    return answers


def form(system: System) -> list[dict[str, object]]:
    """Return the questions of a system, for a page or a document: code, question, and the choices."""
    return [
        {
            "code": indicator.code,
            "title": indicator.title.as_json(),
            "ask": indicator.ask.as_json(),
            "kind": indicator.kind,
            "choices": [{"code": one.code, "words": one.words.as_json()} for one in indicator.choices],
        }
        for indicator in system.indicators
        if not indicator.is_computed
    ]


def weakest_grade(answers: Answers) -> EvidenceGrade | None:
    """Return the weakest evidence grade among the answers; None without any."""
    order = list(EvidenceGrade)
    return max((answer.provenance.grade for answer in answers.values()), key=order.index, default=None)
