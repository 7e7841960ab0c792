"""The nightly sweep: each loan's findings, value, loan-to-value ratio, category, tasks and money at risk on one
day.

Nothing unknown counts as good: a value that is missing or too old makes the loan-to-value ratio unknown, which is
red; the old value is never used instead.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from fractions import Fraction

from zhirong.chain.loan.servicing.components import Category
from zhirong.chain.watch.catalogue import Colour, FindingRule, TaskRule, TaskUnit, WatchCatalogue
from zhirong.chain.watch.shortfall import SecurityShortfall, security_shortfall
from zhirong.kernel.days import WorkingDays, add_months
from zhirong.kernel.money import Fen
from zhirong.kernel.text import Text

_ONE = Fraction(1)


@dataclass(frozen=True, slots=True)
class WatchEvent:
    """A recorded fact. code: of the catalogue. until: its last day; None while it continues.

    right_id: the right concerned; empty for the loan, firm, guarantor or policy. recorded_on: when it became known.
    """

    code: str
    day: date
    right_id: str = ""
    until: date | None = None
    recorded_on: date | None = None

    def holds(self, day: date) -> bool:
        """Return whether it is known and applies on ``day``."""
        known = self.day if self.recorded_on is None else max(self.day, self.recorded_on)
        return known <= day and (self.until is None or day <= self.until)


@dataclass(frozen=True, slots=True)
class WatchedRight:
    """A pledged right. value: appraised, fen; None is unknown. falling: its value falls with time, as far as known.

    next_fee_on: last day of the next annual fee. renewal_on: end of the term of a mark. confirmed_on: when its
    status was last confirmed at the office.
    """

    right_id: str
    kind: str
    value: Fen | None
    valued_on: date | None
    confirmed_on: date | None
    expires_on: date | None = None
    next_fee_on: date | None = None
    renewal_on: date | None = None
    falling: bool = False


@dataclass(frozen=True, slots=True)
class Deadline:
    """A deadline that must not be missed. lost_if_missed: the money at stake, fen."""

    code: str
    title: Text
    last_day: date
    lost_if_missed: Fen = 0
    met_on: date | None = None

    def is_missed(self, day: date) -> bool:
        """Return whether it was missed by ``day``; meeting it later changes nothing."""
        return self.last_day < (self.met_on or day)


@dataclass(frozen=True, slots=True)
class WatchedLoan:
    """A loan and its pledge. exposure: owed today, fen. ceiling: of exposure ÷ value, as agreed.

    taken_over: the part of the exposure covered by payers that take over. chance: probability of default; None is
    unknown and counts as certain. other_source: whether another source of repayment is known. open_since: the day on
    which a finding was first open, by code and right; a finding that has no day counts from it.
    """

    loan_id: str
    exposure: Fen
    ceiling: Fraction
    ends_on: date
    rights: tuple[WatchedRight, ...]
    events: tuple[WatchEvent, ...] = ()
    deadlines: tuple[Deadline, ...] = ()
    taken_over: Fen = 0
    chance: Fraction | None = None
    other_source: bool = False
    overdue_since: date | None = None
    open_since: Mapping[tuple[str, str], date] = field(default_factory=dict)

    def first_open(self, code: str, right_id: str, day: date) -> date:
        """Return the day from which the time for a finding that has no day counts; ``day`` if it is new."""
        return min(day, self.open_since.get((code, right_id), day))


@dataclass(frozen=True, slots=True)
class WatchTask:
    """A task with its ``last_day``."""

    who: str
    words: Text
    last_day: date
    code: str
    right_id: str


@dataclass(frozen=True, slots=True)
class Alarm:
    """A finding that applies today. since: its day. factor: the share of the right's value that still counts
    because of it. counted_from: the day from which the time for its tasks runs.
    """

    code: str
    colour: Colour
    title: Text
    since: date
    right_id: str
    rule: FindingRule
    factor: Fraction | None
    counted_from: date


@dataclass(frozen=True, slots=True)
class WatchResult:
    """The sweep's result for one loan. value: of all items, fen; None if one of them is unknown.

    value_known: the value that counts today of the items with a known value. ltv: exposure ÷ value; None if the
    value is unknown or zero. category: the minimum. at_risk: exposure not covered by payers that take over ×
    chance, rounded down. days_left: to the first open task or deadline; None if there is none.
    """

    loan_id: str
    colour: Colour
    value: Fen | None
    value_known: Fen
    ltv: Fraction | None
    shortfall: SecurityShortfall | None
    category: Category
    alarms: tuple[Alarm, ...]
    tasks: tuple[WatchTask, ...]
    at_risk: Fen
    days_left: int | None
    lost: Fen


def sweep(
    loans: Sequence[WatchedLoan], day: date, catalogue: WatchCatalogue, working_days: WorkingDays
) -> tuple[WatchResult, ...]:
    """Return every loan's findings on ``day``: black before red before amber, then most money at risk, then fewest days."""
    found = [sweep_loan(loan, day, catalogue, working_days) for loan in loans]
    return tuple(sorted(found, key=_rank))


def _rank(result: WatchResult) -> tuple[int, Fen, int, str]:
    left = 1 << 30 if result.days_left is None else result.days_left
    return (-result.colour.grade, -result.at_risk, left, result.loan_id)


def sweep_loan(loan: WatchedLoan, day: date, catalogue: WatchCatalogue, working_days: WorkingDays) -> WatchResult:
    """Return the result for one loan on ``day``. Raises KeyError for an event that the catalogue does not contain."""
    alarms: list[Alarm] = []
    known, unknown = 0, False
    appraised = sum(right.value or 0 for right in loan.rights)
    firm_wide = [catalogue.findings[event.code] for event in loan.events if not event.right_id and event.holds(day)]
    for right in loan.rights:
        own = list(_of_right(right, loan, day, catalogue))
        factor, lost = _ONE, right.value is None
        for alarm in own:
            lost = lost or alarm.rule.unknown
            if alarm.factor is not None:
                factor *= alarm.factor
        for rule in firm_wide:
            if rule.factor is not None:
                factor *= rule.factor
        alarms += own
        if factor == 0:
            continue  # Its value is zero, whether or not it was appraised again.
        if lost:
            unknown = True
        elif right.value is not None:
            known += right.value * factor.numerator // factor.denominator
    alarms += _of_loan(loan, day, catalogue)
    value = None if unknown else known
    ltv = Fraction(loan.exposure, known) if value else None
    shortfall = None
    if value is not None and loan.exposure > 0:
        missing = security_shortfall(loan.exposure, value, loan.ceiling)
        if missing.value:
            shortfall = missing
            code = "ltv_above_one" if loan.exposure > value else "ltv_above_ceiling"
            alarms.append(_alarm(catalogue.findings[code], loan.first_open(code, "", day), ""))
    tasks = tuple(sorted(_tasks(alarms, loan, working_days), key=lambda task: (task.last_day, task.who, task.code)))
    colour = max((alarm.colour for alarm in alarms), key=lambda one: one.grade, default=Colour.GREEN)
    return WatchResult(
        loan_id=loan.loan_id,
        colour=colour,
        value=value,
        value_known=known,
        ltv=ltv,
        shortfall=shortfall,
        category=_category(loan, alarms, value, appraised),
        alarms=tuple(sorted(alarms, key=lambda alarm: (-alarm.colour.grade, alarm.since, alarm.code))),
        tasks=tasks,
        at_risk=_at_risk(loan),
        days_left=min(((task.last_day - day).days for task in tasks), default=None),
        lost=sum(one.lost_if_missed for one in loan.deadlines if one.is_missed(day)),
    )


def _of_right(right: WatchedRight, loan: WatchedLoan, day: date, catalogue: WatchCatalogue) -> Iterator[Alarm]:
    found = catalogue.findings
    for event in loan.events:
        if event.right_id == right.right_id and event.holds(day):
            rule = found[event.code]
            yield _alarm(rule, event.day, right.right_id, rule.factor_for(right.kind))
    if right.next_fee_on is not None:
        if right.next_fee_on < day:
            yield _past_due(
                right, right.next_fee_on, day, found["fee_missed"], found["lapsed"], catalogue.fee_grace
            )
        elif right.next_fee_on <= day + timedelta(days=catalogue.fee_notice):
            yield _alarm(found["fee_due"], right.next_fee_on, right.right_id)
    if right.renewal_on is not None:
        yield from _renewal(right, right.renewal_on, day, catalogue)
    if right.expires_on is not None and right.expires_on <= add_months(loan.ends_on, catalogue.after_term):
        # The loan has to end that many months before the right does.
        latest = add_months(right.expires_on, -catalogue.after_term)
        yield _alarm(found["expires_in_term"], right.expires_on, right.right_id, counted_from=latest)
    yield from _ages(right, loan, day, catalogue)


def _renewal(right: WatchedRight, renewal_on: date, day: date, catalogue: WatchCatalogue) -> Iterator[Alarm]:
    found = catalogue.findings
    if renewal_on < day:
        yield _past_due(right, renewal_on, day, found["renewal_grace"], found["lapsed"], catalogue.renewal_grace)
    elif add_months(renewal_on, -catalogue.renewal_window) <= day:
        yield _alarm(found["renewal_window"], renewal_on, right.right_id)


def _past_due(
    right: WatchedRight, due: date, day: date, missed: FindingRule, lapsed: FindingRule, grace: int
) -> Alarm:
    """Return the finding after a day ``due`` that was missed: within the months of ``grace``, or after them.

    The grace counts from ``due``; the time to restore a lapsed right from the first day after the grace.
    """
    end = add_months(due, grace)
    if end < day:
        return _alarm(lapsed, end + timedelta(days=1), right.right_id, lapsed.factor_for(right.kind))
    first = due + timedelta(days=1)
    return _alarm(missed, first, right.right_id, missed.factor_for(right.kind), counted_from=due)


def _ages(right: WatchedRight, loan: WatchedLoan, day: date, catalogue: WatchCatalogue) -> Iterator[Alarm]:
    """Yield the findings on the age of the appraisal and of the confirmed status; a missing one counts as the
    oldest.
    """
    found = catalogue.findings
    valued = right.valued_on
    warn = catalogue.appraisal_warn_falling if right.falling else catalogue.appraisal_warn
    oldest = None if valued is None else add_months(valued, catalogue.appraisal_unknown)
    if right.value is None or valued is None or oldest is None or oldest < day:
        since = (
            oldest if oldest is not None and oldest < day else loan.first_open("value_unknown", right.right_id, day)
        )
        yield _alarm(found["value_unknown"], since, right.right_id)
    elif add_months(valued, warn) < day:
        yield _alarm(found["appraisal_old"], add_months(valued, warn), right.right_id)
    confirmed = right.confirmed_on
    stale = None if confirmed is None else confirmed + timedelta(days=catalogue.status_red)
    if confirmed is None or stale is None or stale < day:
        since = stale or loan.first_open("status_stale", right.right_id, day)
        yield _alarm(found["status_stale"], since, right.right_id)
    elif (unconfirmed := confirmed + timedelta(days=catalogue.status_amber)) < day:
        yield _alarm(found["status_unconfirmed"], unconfirmed, right.right_id)


def _of_loan(loan: WatchedLoan, day: date, catalogue: WatchCatalogue) -> Iterator[Alarm]:
    for event in loan.events:
        if not event.right_id and event.holds(day):
            rule = catalogue.findings[event.code]
            yield _alarm(rule, event.day, "", rule.factor)
    if loan.overdue_since is not None and loan.overdue_since < day:
        yield _alarm(catalogue.findings["overdue"], loan.overdue_since, "")
    for deadline in loan.deadlines:
        if deadline.is_missed(day):
            # A missed deadline stays black even if the task is done later.
            yield _alarm(catalogue.findings["deadline_missed"], deadline.last_day, "")
        elif deadline.met_on is None and (deadline.last_day - day).days <= max(catalogue.deadline_notice):
            yield _alarm(catalogue.findings["deadline"], deadline.last_day, "")


def _alarm(
    rule: FindingRule,
    since: date,
    right_id: str,
    factor: Fraction | None = None,
    *,
    counted_from: date | None = None,
) -> Alarm:
    return Alarm(rule.code, rule.colour, rule.title, since, right_id, rule, factor, counted_from or since)


def _tasks(alarms: Sequence[Alarm], loan: WatchedLoan, working_days: WorkingDays) -> Iterator[WatchTask]:
    for alarm in alarms:
        for task in alarm.rule.tasks:
            last = last_day_of(task, alarm.counted_from, working_days)
            yield WatchTask(task.who, task.words, last, alarm.code, alarm.right_id)
    for deadline in loan.deadlines:
        if deadline.met_on is None:
            yield WatchTask("lender", deadline.title, deadline.last_day, "deadline", "")


def last_day_of(task: TaskRule, since: date, working_days: WorkingDays) -> date:
    """Return the last day of a task. The first day is not counted; a last day off moves to the next working day.

    Source: Civil Code 201 to 203. A task that runs until a day ends on it.
    """
    if task.unit is TaskUnit.UNTIL:
        return since
    if task.unit is TaskUnit.WORKING_DAYS:
        return working_days.add(since, task.count)
    end = add_months(since, task.count) if task.unit is TaskUnit.MONTHS else since + timedelta(days=task.count)
    return working_days.shift(end, "following")


def _category(loan: WatchedLoan, alarms: Sequence[Alarm], value: Fen | None, appraised: Fen) -> Category:
    """Return the minimum category of the findings."""
    worth = {right.right_id: right.value or 0 for right in loan.rights}
    worst = Category.NORMAL
    for alarm in alarms:
        rule = alarm.rule
        asked = rule.category
        if asked is not None and rule.share_above is not None:
            share = Fraction(worth.get(alarm.right_id, 0), appraised) if appraised else _ONE
            asked = asked if share > rule.share_above else None
        short = value is not None and loan.exposure > value
        if short and (rule.ltv_substandard or (rule.source_substandard and not loan.other_source)):
            asked = Category.SUBSTANDARD
        if asked is not None and asked.grade > worst.grade:
            worst = asked
    return worst


def _at_risk(loan: WatchedLoan) -> Fen:
    open_part = max(0, loan.exposure - loan.taken_over)
    chance = _ONE if loan.chance is None else loan.chance
    return open_part * chance.numerator // chance.denominator
