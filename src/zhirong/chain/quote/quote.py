"""The main job: a case, the modes and the rules of the day in; one complete, explained answer out."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date
from decimal import Decimal

from zhirong.chain.appraisal.appraise import appraise
from zhirong.chain.appraisal.lending import lending_value
from zhirong.chain.appraisal.records import Appraisal, LendingValue, NoValue
from zhirong.chain.credit.assess import CreditAssessment, assess
from zhirong.chain.mode.model import Mode
from zhirong.chain.quote.gates import key_rights, pass_gates, view_right
from zhirong.chain.quote.line import credit_line
from zhirong.chain.quote.offer import Terms, make_offer
from zhirong.chain.quote.ownership import ownership_gates
from zhirong.chain.quote.records import Case, Gate, Offer, Quote, RightView, Verdict
from zhirong.chain.right.records import PATENT_KINDS, Holder
from zhirong.kernel.days import add_months, working_days_from
from zhirong.kernel.errors import InputError, Problem
from zhirong.kernel.explain import Explanation, of_rule
from zhirong.kernel.rulebook import Reference, Rulebook, wider_regions
from zhirong.kernel.text import Text

_BASIS_POINT = Decimal("0.0001")


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
    credit = assess(case.credit, day, rules)
    subject = () if case.appraisal is None else case.appraisal.rights
    keys = key_rights(views, subject)
    gates = (
        *pass_gates(keys or views, appraisal, credit, end, rules, day),
        *ownership_gates(views, subject, Holder(case.firm_name, case.firm_code)),
        _term_gate(request.term_months, rules, day),
    )
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
        disposal_months=rules.at("quote.disposal_months", day),
        working_days=working_days_from(rules.at("calendar.working_days", day).value),
        missing=_missing(gates),
    )
    offers = tuple(make_offer(mode, terms) for mode in modes)
    return Quote(
        case=case,
        region_name=region_name,
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
    """The yearly rate of the loan: what was agreed, or the LPR of its term plus the spread of the grade."""
    title = Text("贷款年利率", "annual rate of the loan")
    if case.request.annual_rate is not None:
        agreed = case.request.annual_rate
        return agreed, Explanation(title, agreed, "rate", Text("借贷双方商定", "agreed by the parties"))
    long_from = rules.at("quote.long_rate_from", case.as_of)
    is_long = case.request.term_months >= long_from.whole()
    lpr = rules.find("lending.lpr.over_five_years" if is_long else "lending.lpr.one_year", case.as_of)
    if lpr is None:
        raise InputError(
            [
                Problem(
                    "request.annual_rate",
                    "",
                    Text(f"{case.as_of} 没有公布的 LPR", f"no LPR was published for {case.as_of}"),
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
        Text("LPR ＋ 信用等级加点", "LPR + spread of the credit grade"),
        parts=(
            of_rule(lpr, unit="rate"),
            of_rule(long_from, unit="months"),
            of_rule(spread, spread.number() * _BASIS_POINT, "rate"),
        ),
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


def name_of_region(code: str, rules: Rulebook, day: date) -> Text:
    """The name of a region, or of the widest known one that contains it. Raises InputError for a code of no province."""
    names = {row["code"]: Text(row["zh"], row["en"]) for row in rules.at("regions.names", day).value}
    for place in wider_regions(code):
        if place in names:
            return names[place]
    raise InputError(
        [
            Problem(
                "firm.region",
                code,
                Text("没有以这两位开头的省级行政区", "no province has a code that begins so"),
                Text(
                    "填注册地的 GB/T 2260 代码，如广州 440100",
                    "give the GB/T 2260 code, such as 440100 for Guangzhou",
                ),
                "unknown_region",
            )
        ]
    )


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
