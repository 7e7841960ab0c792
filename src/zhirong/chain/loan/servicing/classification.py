"""Five-category classification under the measures of 2023: by days overdue, facts on the debtor, its other debts,
and history.

Every applicable rule gives a minimum category. The worst decides, and the result names the rule that gave it.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction

from zhirong.chain.loan.servicing.components import CATEGORY_TEXT, Category, worst
from zhirong.chain.loan.servicing.state import LoanStanding, Restructured
from zhirong.kernel.days import add_months
from zhirong.kernel.explain import Explanation, Unit, Value
from zhirong.kernel.money import Fen
from zhirong.kernel.rulebook import Rulebook, RuleValue
from zhirong.kernel.text import Text

_DAYS = "lending.classification.days"


@dataclass(frozen=True, slots=True)
class LoanFacts:
    """Facts on a loan beyond its payments.

    is_technical: the delay has a technical cause outside the debtor's control. is_impaired: credit-impaired.
    expected_loss: expected credit loss as a share of the balance. in_liquidation: of the debtor. is_refinancing:
    lent to repay an earlier loan of a debtor in difficulty. in_difficulty: whether the debtor is in financial
    difficulty now; None if nothing is stated.
    """

    is_technical: bool = False
    is_impaired: bool = False
    expected_loss: Decimal = Decimal(0)
    in_liquidation: bool = False
    is_refinancing: bool = False
    in_difficulty: bool | None = None


@dataclass(frozen=True, slots=True)
class DebtorClaims:
    """A debtor's claims (fen), for the two rules that look beyond the loan.

    claims: at this bank; bad: the part of them that is non-performing in itself. debts: at all banks; late: the
    part of them more than 90 days overdue. is_retail: the rules do not apply to retail debtors. is_enhanced: the
    claims are secured in a way that the supervisor recognises, and the bad ones do not affect the others.
    """

    claims: Fen = 0
    bad: Fen = 0
    debts: Fen = 0
    late: Fen = 0
    is_retail: bool = False
    is_enhanced: bool = False


@dataclass(frozen=True, slots=True)
class CategoryGround:
    """One applicable rule: at least ``category``. rule: its id, ``loan.written_off`` and the like for facts."""

    category: Category
    rule: str
    text: Text
    value: Value = None
    unit: Unit = "text"
    source: RuleValue | None = None


@dataclass(frozen=True, slots=True)
class Classification:
    """A category, the rule that decided it, and every ground in the order of the checks."""

    category: Category
    decided_by: str
    grounds: tuple[CategoryGround, ...]
    explanation: Explanation

    def as_json(self) -> dict[str, object]:
        """Return a dictionary with stable keys."""
        return {
            "category": self.category.value,
            "decided_by": self.decided_by,
            "grounds": [
                {
                    "category": g.category.value,
                    "rule": g.rule,
                    "text": g.text.as_json(),
                    "confidence": None if g.source is None else g.source.reference.confidence,
                }
                for g in self.grounds
            ],
            "explanation": self.explanation.as_json(),
        }


def classify(
    standing: LoanStanding,
    rules: Rulebook,
    day: date,
    facts: LoanFacts | None = None,
    debtor: DebtorClaims | None = None,
) -> Classification:
    """Return the category of a loan on ``day``.

    Raises RuleError for a day on which no classification rule is in force. Without ``debtor``, the two rules on a
    debtor's other debts are not applied.
    """
    known = LoanFacts() if facts is None else facts
    grounds = [
        *([] if standing.written_off else _by_days(standing, known, rules, day)),
        *_by_facts(known, rules, day),
        *_by_history(standing, known, rules, day),
        *([] if debtor is None else _by_debtor(debtor, rules, day)),
    ]
    category = worst(*(ground.category for ground in grounds))
    decisive = next(ground for ground in grounds if ground.category is category)
    parts = tuple(
        Explanation(
            ground.text,
            ground.value,
            ground.unit,
            Text(f"至少{CATEGORY_TEXT[ground.category].zh}", f"at least {CATEGORY_TEXT[ground.category].en}"),
            () if ground.source is None else (ground.source.reference,),
        )
        for ground in grounds
    )
    explanation = Explanation(
        Text("五级分类", "five-category classification"),
        CATEGORY_TEXT[category],
        formula=Text(f"取最差者：{decisive.text.zh}", f"the worst: {decisive.text.en}"),
        parts=parts,
    )
    return Classification(category, decisive.rule, tuple(grounds), explanation)


def category_by_days(days_overdue: int, rules: Rulebook, day: date) -> Category:
    """Return the category by days overdue alone: more than 0, 90, 270, 360 days."""
    limits = rules.at(_DAYS, day).value
    return worst(Category.NORMAL, *(Category(name) for name, limit in limits.items() if days_overdue > limit))


def _by_days(standing: LoanStanding, facts: LoanFacts, rules: Rulebook, day: date) -> list[CategoryGround]:
    rule = rules.at(_DAYS, day)
    days = standing.days_overdue
    category = category_by_days(days, rules, day)
    if category is Category.NORMAL:
        return [CategoryGround(category, _DAYS, Text("没有逾期", "nothing is overdue"), days, "days", rule)]
    if category is Category.SPECIAL_MENTION and facts.is_technical:
        limit = rules.at("lending.classification.technical_days", day)
        if days <= limit.whole():
            words = Text(
                f"技术性逾期 {days} 天，不超过 {limit.whole()} 天",
                f"{days} days late for technical reasons, at most {limit.whole()}",
            )
            return [CategoryGround(Category.NORMAL, limit.id, words, days, "days", limit)]
    over = rule.value[category.value]
    words = Text(f"逾期 {days} 天，超过 {over} 天", f"{days} days overdue, more than {over}")
    return [CategoryGround(category, _DAYS, words, days, "days", rule)]


def _by_facts(facts: LoanFacts, rules: Rulebook, day: date) -> list[CategoryGround]:
    grounds = []
    if facts.is_impaired:
        rule = rules.at("lending.classification.impaired", day)
        words = Text("已发生信用减值", "credit-impaired")
        grounds.append(CategoryGround(Category(rule.value), rule.id, words, source=rule))
    rule = rules.at("lending.classification.expected_loss", day)
    reached = [Category(name) for name, share in rule.value.items() if facts.expected_loss >= share]
    if reached:
        category = worst(*reached)
        words = Text(
            f"预期信用损失不低于余额的 {rule.value[category.value]}",
            f"expected credit loss of at least {rule.value[category.value]} of the balance",
        )
        grounds.append(CategoryGround(category, rule.id, words, facts.expected_loss, "rate", rule))
    if facts.in_liquidation:
        rule = rules.at("lending.classification.liquidation", day)
        grounds.append(
            CategoryGround(
                Category(rule.value), rule.id, Text("债务人破产清算", "the debtor is in liquidation"), source=rule
            )
        )
    return grounds


def _by_history(standing: LoanStanding, facts: LoanFacts, rules: Rulebook, day: date) -> list[CategoryGround]:
    if standing.written_off:
        # Its arrears left the books unpaid: days overdue no longer count, and nothing upgrades it.
        return [CategoryGround(Category.LOSS, "loan.written_off", Text("已核销", "written off"))]
    grounds = []
    watch = watch_of(standing, facts, rules, day)
    if watch is not None and not watch.is_over(standing, facts, day):
        grounds.extend(_by_watch(watch, facts, rules, day))
    if standing.days_overdue <= _bad_beyond(rules, day):
        rule = rules.at("lending.classification.upgrade", day)
        hold = hold_of(standing, rules, day)
        if hold is not None and not hold.is_over(day):
            grounds.append(CategoryGround(Category.SUBSTANDARD, rule.id, hold.text(day), source=rule))
    return grounds


@dataclass(frozen=True, slots=True)
class Watch:
    """The observation period of a restructured loan, measures of 2023, article 20.

    change: the last restructuring. start: the first due day after it, or the missed due day on which the watch
    began again. end: its last day at the earliest. again: changed within the watch of an earlier restructuring.
    """

    change: Restructured
    start: date
    end: date
    again: bool

    def is_over(self, standing: LoanStanding, facts: LoanFacts, day: date) -> bool:
        """Return whether the observation period is over on ``day``: its end has passed, all amounts due in it are
        paid, and no difficulty is known.
        """
        late_since = day - timedelta(days=standing.days_overdue)
        in_arrears = standing.days_overdue > 0 and late_since <= self.end
        return day > self.end and not in_arrears and not facts.in_difficulty


def watch_of(standing: LoanStanding, facts: LoanFacts, rules: Rulebook, day: date) -> Watch | None:
    """Return the watch of the last restructuring, over or not; None for a loan that was never restructured.

    A loan that refinances another of a debtor in difficulty counts as restructured on its first day.
    """
    changes = standing.restructurings
    if facts.is_refinancing and standing.drawn_on is not None and standing.dues:
        changes = (Restructured(standing.drawn_on, standing.dues[0]), *changes)
    rule = rules.at("lending.classification.watch", day)
    found: Watch | None = None
    for change in changes:
        again = found is not None and change.day <= _watched(found.change, standing, rule, change.day)[1]
        found = Watch(change, *_watched(change, standing, rule, day), again)
    return found


def _watched(change: Restructured, standing: LoanStanding, rule: RuleValue, day: date) -> tuple[date, date]:
    """Return the first and last day of a watch as known on ``day``: a number of periods and months, again from each
    missed due day.
    """
    periods, months = int(rule.value["periods"]), int(rule.value["months"])

    def last(start: date) -> date:
        later = [due for due in standing.dues if due > start][:periods]
        return max([add_months(start, months), *later])

    start, end = change.first_due, last(change.first_due)
    for missed in sorted(standing.missed):
        if change.first_due <= missed <= end and missed < day:
            start, end = missed, last(missed)
    return start, end


def _by_watch(watch: Watch, facts: LoanFacts, rules: Rulebook, day: date) -> list[CategoryGround]:
    """Return the minimum category of a loan under watch: special mention, worse if it was bad or was changed again."""
    rule = rules.at("lending.classification.watch", day)
    words = Text(
        f"{watch.change.day} 重组，观察期自 {watch.start} 起，至少到 {watch.end}",
        f"restructured on {watch.change.day}, under observation from {watch.start} until at least {watch.end}",
    )
    grounds = [CategoryGround(Category.SPECIAL_MENTION, rule.id, words, watch.end, "day", rule)]
    before = category_by_days(watch.change.days_late, rules, day)
    if before.is_bad:
        kept = rules.at("lending.classification.restructured_bad", day)
        words = Text(
            f"重组前逾期 {watch.change.days_late} 天，观察期内不上调",
            f"{watch.change.days_late} days late when it was restructured; no upgrade during the observation period",
        )
        grounds.append(CategoryGround(before, kept.id, words, watch.change.days_late, "days", kept))
    if watch.again and facts.in_difficulty is not False:
        second = rules.at("lending.classification.second_restructuring", day)
        words = Text("观察期内再次重组", "restructured again during the observation period")
        if facts.in_difficulty is None:
            words = Text(
                f"{words.zh}；请说明债务人是否仍有财务困难（in_difficulty）",
                f"{words.en}; state whether the debtor is still in financial difficulty (in_difficulty)",
            )
        grounds.append(CategoryGround(Category(second.value), second.id, words, watch.change.day, "day", second))
    return grounds


def _bad_beyond(rules: Rulebook, day: date) -> int:
    return int(rules.at(_DAYS, day).value[Category.SUBSTANDARD.value])


@dataclass(frozen=True, slots=True)
class Hold:
    """The reason why a formerly non-performing loan cannot be upgraded yet. clean: the day on which its arrears
    were paid; None while any are unpaid. kept: periods paid in time since; of: the required number. until: the
    earliest day of an upgrade.
    """

    clean: date | None
    kept: int = 0
    of: int = 0
    until: date = date.max

    def is_over(self, day: date) -> bool:
        """Return whether it may be upgraded on ``day``."""
        return self.clean is not None and self.kept >= self.of and day >= self.until

    def text(self, day: date) -> Text:
        """Return the reason in words."""
        if self.clean is None:
            return Text("曾为不良，逾期尚未全部付清", "previously non-performing, and not all arrears are paid")
        return Text(
            f"曾为不良，{self.clean} 付清逾期后正常偿付 {self.kept} 期；须满 {self.of} 期并到 {self.until}",
            f"previously non-performing; since the arrears were paid on {self.clean}, {self.kept} of {self.of} periods"
            f" were paid in time; the waiting period lasts until {self.until}",
        )


def hold_of(standing: LoanStanding, rules: Rulebook, day: date) -> Hold | None:
    """Return the obstacle to an upgrade of a bad loan on ``day``; None if it never was bad, or was released
    before.
    """
    return _hold(standing, rules.at("lending.classification.upgrade", day), _bad_beyond(rules, day), day)


def _hold(standing: LoanStanding, rule: RuleValue, bad_beyond: int, day: date) -> Hold | None:
    periods, months = int(rule.value["periods"]), int(rule.value["months"])

    def since(clean: date, to: date) -> Hold:
        return Hold(clean, sum(clean < due <= to for due in standing.kept), periods, add_months(clean, months))

    was_bad, clean = False, None
    for span in standing.spans:
        if was_bad and clean is not None and since(clean, span.due).is_over(span.due):
            was_bad = False
        was_bad = was_bad or span.days > bad_beyond
        clean = span.until if span.clears else None
    if not was_bad:
        return None
    if standing.days_overdue == 0:
        return Hold(None) if clean is None else since(clean, day)
    late_since = day - timedelta(days=standing.days_overdue)
    if clean is not None and since(clean, late_since).is_over(late_since):
        return None
    return Hold(None)


def _by_debtor(debtor: DebtorClaims, rules: Rulebook, day: date) -> list[CategoryGround]:
    if debtor.is_retail:
        return []
    grounds = []
    for part, whole, rule_id, zh, en in (
        (
            debtor.bad,
            debtor.claims,
            "bad_share",
            "该债务人在本行的不良债权占",
            "non-performing claims on the debtor at the bank",
        ),
        (
            debtor.late,
            debtor.debts,
            "overdue_share",
            "该债务人在各行逾期超过 90 天的债务占",
            "its debts at all banks over 90 days late",
        ),
    ):
        if rule_id == "bad_share" and debtor.is_enhanced:
            continue
        rule = rules.at(f"lending.classification.{rule_id}", day)
        if whole > 0 and Fraction(part, whole) > Fraction(rule.number()):
            share = Decimal(part) / Decimal(whole)
            words = Text(f"{zh}比超过 {rule.value}", f"{en}: more than {rule.value} of them")
            grounds.append(CategoryGround(Category.SUBSTANDARD, rule.id, words, round(share, 6), "rate", rule))
    return grounds


@dataclass(frozen=True, slots=True)
class DebtorLoan:
    """One loan among its debtor's. balance: owed at this bank."""

    loan_id: str
    standing: LoanStanding
    balance: Fen
    facts: LoanFacts = LoanFacts()


def classify_debtor(
    claims: Sequence[DebtorLoan],
    rules: Rulebook,
    day: date,
    *,
    is_retail: bool = False,
    elsewhere: Fen = 0,
    late_elsewhere: Fen = 0,
) -> dict[str, Classification]:
    """Classify every loan of one debtor, each first by itself and then with the debtor's other debts.

    elsewhere, late_elsewhere: debts at other banks, and those of them more than 90 days overdue.
    """
    beyond = _bad_beyond(rules, day)
    alone = {claim.loan_id: classify(claim.standing, rules, day, claim.facts) for claim in claims}
    whole = sum(claim.balance for claim in claims)
    debtor = DebtorClaims(
        claims=whole,
        bad=sum(claim.balance for claim in claims if alone[claim.loan_id].category.is_bad),
        debts=whole + elsewhere,
        late=late_elsewhere + sum(c.balance for c in claims if c.standing.days_overdue > beyond),
        is_retail=is_retail,
    )
    return {claim.loan_id: classify(claim.standing, rules, day, claim.facts, debtor) for claim in claims}
