"""The main job: a case, the modes and the rules of the day in; one complete, explained answer out."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date

from zhirong.chain.appraisal.appraise import appraise
from zhirong.chain.appraisal.lending import lending_value
from zhirong.chain.appraisal.records import Appraisal, LendingValue, NoValue
from zhirong.chain.credit.assess import CreditAssessment, assess
from zhirong.chain.credit.override import with_override
from zhirong.chain.credit.weight_of_evidence import read_evidence, score_by_evidence
from zhirong.chain.mode.force import CONFIRMATION_DAYS
from zhirong.chain.mode.model import Mode
from zhirong.chain.quote.facts import annual_rate, facts_of, name_of_region
from zhirong.chain.quote.gates import key_rights, pass_gates, view_right
from zhirong.chain.quote.lender_loss import grids_of
from zhirong.chain.quote.line import credit_line
from zhirong.chain.quote.offer import Terms, make_offer
from zhirong.chain.quote.one_plus_one import judge, substitutes
from zhirong.chain.quote.ownership import ownership_gates
from zhirong.chain.quote.pledge_rate import pledge_rate
from zhirong.chain.quote.records import Case, Gate, Offer, Quote, RightView, Verdict
from zhirong.chain.right.records import Holder
from zhirong.kernel.days import add_months
from zhirong.kernel.explain import Explanation
from zhirong.kernel.rulebook import Reference, Rulebook
from zhirong.kernel.text import Text


def quote(case: Case, modes: Sequence[Mode], rules: Rulebook) -> Quote:
    """The answer to a case under each of ``modes``, by the rules of the case's day.

    Pure: the same case, modes and rules give the same answer, whatever the modes are called. Raises RuleError if
    the rulebook has no value for that day, InputError for a case that contradicts itself.
    """
    day, request = case.as_of, case.request
    region_name = name_of_region(case.region, rules, day)
    end = add_months(request.start, request.term_months)
    filing = replace(
        case.filing,
        claim_amount=case.filing.claim_amount or request.amount,
        debt_start=case.filing.debt_start or request.start,
        debt_end=case.filing.debt_end or end,
    )
    views = tuple(view_right(right, filing, day, rules) for right in case.rights)
    appraisal = _appraise(case, rules)
    credit = with_override(assess(case.credit, day, rules), case.beside.override, rules, day)
    subject = () if case.appraisal is None else case.appraisal.rights
    keys = key_rights(views, subject) or views
    judged = judge(case, keys, rules)
    gates = (
        *pass_gates(keys, appraisal, credit, end, rules, day, case.beside.title, judged.team),
        *ownership_gates(views, subject, Holder(case.firm_name, case.firm_code)),
        _term_gate(request.term_months, rules, day),
    )
    lending = lending_value(appraisal, case.rights, end, rules, day) if isinstance(appraisal, Appraisal) else None
    rate, rate_explanation = annual_rate(case, credit, rules)
    line = credit_line(
        request, rate, keys, appraisal, lending, case.credit, credit, gates, rules, day, judged.scores
    )  # fmt: skip
    answer = Quote(
        case=case,
        region_name=region_name,
        rights=views,
        appraisal=appraisal,
        lending=lending,
        credit=credit,
        evidence=score_by_evidence(case.credit, credit, day, read_evidence(rules, day)),
        judged=judged,
        substitutes=substitutes(case, judged),
        gates=gates,
        line=line,
        offers=(),
        doubts=(),
        rules_version=rules.version(),
    )
    grids = grids_of(answer, rules)
    terms = Terms(
        case=case,
        line=line,
        annual_rate=rate,
        rate_explanation=rate_explanation,
        lpr=None if (lpr := rules.find("lending.lpr.one_year", day)) is None else lpr.number(),
        confirmation_days=rules.at(CONFIRMATION_DAYS, day).whole(),
        facts=facts_of(case, views),
        value=appraisal if isinstance(appraisal, Appraisal) else None,
        lending=lending,
        default=credit.default_probability,
        recovery_cost=rules.at("quote.recovery_cost", day),
        disposal_months=rules.at("quote.disposal_months", day),
        line_step=rules.at("quote.line_step", day),
        line_minimum=rules.at("quote.line_minimum", day),
        grids=grids,
        missing=_missing(gates),
    )
    offers = tuple(make_offer(mode, terms, pledge_rate(answer, mode, rules, grids=grids)) for mode in modes)
    doubts = _doubts(views, appraisal, lending, credit, line.explanation, offers)
    return replace(answer, offers=offers, doubts=doubts)


def _term_gate(months: int, rules: Rulebook, day: date) -> Gate:
    rule = rules.at("quote.longest_term", day)
    title = Text("贷款期限是否过长", "is the term too long")
    if months <= rule.whole():
        reason = Text(f"{months} 个月，不超过 {rule.value} 个月", f"{months} months, at most {rule.value}")
        return Gate("term_too_long", Verdict.PASSED, title, reason, references=(rule.reference,))
    return Gate(
        "term_too_long",
        Verdict.OPEN,
        title,
        Text(
            f"{months} 个月，超过质押率口径所适用的 {rule.value} 个月",
            f"{months} months, longer than the {rule.value} for which the pledge rate caps hold",
        ),
        Text("缩短期限，或由放款机构另行批准", "shorten the term, or have the lender approve it"),
        (rule.reference,),
    )


def _appraise(case: Case, rules: Rulebook) -> Appraisal | NoValue:
    if case.appraisal is not None:
        return appraise(case.appraisal, case.rights, rules, case.as_of)
    reason = Text("没有要求评估，也没有经济数据", "no appraisal is asked for and no economic input is given")
    mend = Text("补充 [appraisal]：收入、许可费率或成本", "add [appraisal]: revenue, royalty or cost")
    return NoValue("no_appraisal", reason, mend, Explanation(Text("评估价值", "appraised value"), reason))


def _missing(gates: Sequence[Gate]) -> tuple[Text, ...]:
    return tuple(gate.mend for gate in gates if gate.verdict is not Verdict.PASSED and gate.mend is not None)


def _doubts(
    views: Sequence[RightView],
    appraisal: Appraisal | NoValue,
    lending: LendingValue | None,
    credit: CreditAssessment,
    line: Explanation,
    offers: Sequence[Offer],
) -> tuple[Reference, ...]:
    """Every rule that decided something here and that no source confirms, each once."""
    explanations = [
        *(view.life.explanation for view in views),
        appraisal.explanation,
        credit.explanation,
        line,
        *(part for offer in offers for part in (offer.pledge_rate.explanation, offer.explanation)),
    ]
    if lending is not None:
        explanations.append(lending.explanation)
    found = [reference for explanation in explanations for reference in explanation.doubts()]
    found += [
        finding.reference.reference
        for view in views
        for finding in view.findings
        if finding.reference is not None and finding.reference.reference.doubtful
    ]
    return tuple(dict.fromkeys(found))
