"""The form: what the record does not tell is asked for, each answer with its source and evidence grade."""

from collections.abc import Mapping
from dataclasses import dataclass

from zhirong.chain.indicators.system import Score, System
from zhirong.kernel.fields import Reader
from zhirong.kernel.provenance import EvidenceGrade, Provenance, read_grade
from zhirong.kernel.text import Text


@dataclass(frozen=True, slots=True)
class Answer:
    """One answer of the form, and where it comes from."""

    value: Score
    provenance: Provenance


Answers = Mapping[str, Answer]


def read_answers(reader: Reader, system: System) -> Answers:
    """The answers in an ``[indicators]`` table: one table an indicator, by its code, each with ``answer``,
    ``grade`` and ``source``. An indicator may be omitted: it is then missing, and named. One that the record
    computes cannot be answered by hand.
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
                Text("此项由权利资料计算，无需在表单填写", "computed from the right's record, not asked for"),
                Text("删去它；要改结果，改权利的资料", "remove it; to change it, correct the right's record"),
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
    """The questions of a system, for a page or a paper: code, question, and what may be ticked."""
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
    """The weakest evidence among the answers; None without any."""
    order = list(EvidenceGrade)
    return max((answer.provenance.grade for answer in answers.values()), key=order.index, default=None)
