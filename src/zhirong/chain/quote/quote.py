"""The main job: a case, the modes and the rules of the day in; one complete, explained answer out."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from decimal import Decimal

from zhirong.chain.appraisal.appraise import appraise
from zhirong.chain.appraisal.lending import lending_value
from zhirong.chain.appraisal.records import Appraisal, LendingValue, NoValue
from zhirong.chain.credit.assess import CreditAssessment, assess
from zhirong.chain.mode.model import Mode
from zhirong.chain.quote.gates import key_rights, pass_gates, view_right
from zhirong.chain.quote.line import credit_line
from zhirong.chain.quote.offer import Terms, make_offer
from zhirong.chain.quote.records import Case, Gate, Offer, Quote, RightView, Verdict
from zhirong.chain.right.records import PATENT_KINDS
from zhirong.kernel.days import add_months, working_days_from
from zhirong.kernel.errors import InputError, Problem
from zhirong.kernel.explain import Explanation, of_rule
from zhirong.kernel.rulebook import Reference, Rulebook
from zhirong.kernel.text import Text

_BASIS_POINT = Decimal("0.0001")


def quote(case: Case, modes: Sequence[Mode], rules: Rulebook) -> Quote:
    """The answer to a case under each of ``modes``, by the rules of the case's day.

    Pure: the same case, modes and rules give the same answer, whatever the modes are called. Raises RuleError if
    the rulebook has no value for that day, InputError for a case that contradicts itself.
    """
    day, request = case.as_of, case.request
    end = add_months(request.start, request.term_months)
    filing = replace(
        case.filing,
        claim_amount=case.filing.claim_amount or request.amount,
        debt_start=case.filing.debt_start or request.start,
        debt_end=case.filing.debt_end or end,
    )
    views = tuple(view_right(right, filing, day, rules) for right in case.rights)
    appraisal = _appraise(case, rules)
    credit = assess(case.credit, day, rules)
    keys = key_rights(views, case.appraisal.rights if case.appraisal is not None else ())
    gates = pass_gates(keys or views, appraisal, credit, end, rules, day)
    lending = lending_value(appraisal, case.rights, end, rules, day) if isinstance(appraisal, Appraisal) else None
    rate, rate_explanation = annual_rate(case, credit, rules)
    line = credit_line(
        request, rate, keys or views, appraisal, lending, case.credit, credit, gates, rules, day
    )  # fmt: skip
    terms = Terms(
        case=case,
        line=line,
        annual_rate=rate,
        rate_explanation=rate_explanation,
        lpr=None if (lpr := rules.find("lending.lpr.one_year", day)) is None else lpr.number(),
        facts=facts_of(case, views),
        value=appraisal if isinstance(appraisal, Appraisal) else None,
        lending=lending,
        default=credit.default_probability,
        recovery_cost=rules.at("quote.recovery_cost", day),
        working_days=working_days_from(rules.at("calendar.working_days", day).value),
        missing=_missing(gates),
    )
    offers = tuple(make_offer(mode, terms) for mode in modes)
    return Quote(
        case=case,
        rights=views,
        appraisal=appraisal,
        lending=lending,
        credit=credit,
        gates=gates,
        line=line,
        offers=offers,
        doubts=_doubts(views, appraisal, lending, credit, line.explanation, offers),
        rules_version=rules.version(),
    )


def annual_rate(case: Case, credit: CreditAssessment, rules: Rulebook) -> tuple[Decimal, Explanation]:
    """The yearly rate of the loan: what was agreed, or the one-year LPR plus the spread of the credit grade."""
    title = Text("贷款年利率", "annual rate of the loan")
    if case.request.annual_rate is not None:
        agreed = case.request.annual_rate
        return agreed, Explanation(title, agreed, "rate", Text("借贷双方商定", "agreed by the parties"))
    lpr = rules.find("lending.lpr.one_year", case.as_of)
    if lpr is None:
        raise InputError(
            [
                Problem(
                    "request.annual_rate",
                    "",
                    Text(f"{case.as_of} 没有公布的一年期 LPR", f"no one-year LPR was published for {case.as_of}"),
                    Text("填写商定的年利率", "give the annual rate that the parties agreed on"),
                    "no_published_rate",
                )
            ]
        )
    spread = rules.at(f"quote.rate_spread.{credit.grade}", case.as_of)
    rate = lpr.number() + spread.number() * _BASIS_POINT
    return rate, Explanation(
        title,
        rate,
        "rate",
        Text("一年期 LPR ＋ 信用等级加点", "one-year LPR + spread of the credit grade"),
        parts=(of_rule(lpr, unit="rate"), of_rule(spread, spread.number() * _BASIS_POINT, "rate")),
    )


def facts_of(case: Case, views: Sequence[RightView]) -> Mapping[str, object]:
    """What the modes may ask about: stated facts, and those that follow from rights and credit file."""
    facts: dict[str, object] = dict(case.facts)
    facts["region"] = case.region
    facts["granted_patents"] = sum(view.right.kind in PATENT_KINDS and view.status.in_force for view in views)
    facts["right_kinds"] = tuple(dict.fromkeys(view.right.kind.value for view in views))
    facts["ip_pledge"] = True
    registration, compliance = case.credit.registration, case.credit.compliance
    if registration is not None:
        facts["registered_on"] = registration.registered_on
        facts["legal_person"] = registration.legal_person
    if compliance is not None:
        facts["dishonest_debtor"] = compliance.dishonest_judgment_debtor
    return facts


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
        *(offer.explanation for offer in offers),
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
