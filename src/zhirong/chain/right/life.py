"""The legal life of a right: its first and its last day, by the law of the governing date.

The last day is the last one on which the right exists: the day before the anniversary. A patent of 20 years filed
on 2010-03-15 lives to and including 2030-03-14. If the anniversary's month lacks the day (29 February), the last
day of that month replaces it, so that a term of 15 years from 2024-02-29 lives to and including 2039-02-27.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import date, timedelta
from operator import attrgetter

from zhirong.chain.right.holidays import roll_over
from zhirong.chain.right.kinds import KIND_TEXT, KINDS, RightKind, TermRule
from zhirong.chain.right.records import Right
from zhirong.kernel.days import add_months, add_years, years_between
from zhirong.kernel.explain import Explanation
from zhirong.kernel.rulebook import Rulebook, RuleValue
from zhirong.kernel.text import Text

_ONE_DAY = timedelta(days=1)
_MOST_TERMS = 50_000  # a long list has few filing days, and each right's term is requested several times
DATE_TEXT: dict[str, Text] = {
    "filing_date": Text("申请日", "filing date"),
    "grant_date": Text("授权公告日", "grant date"),
    "registration_date": Text("注册（登记）日", "registration date"),
    "publication_date": Text("首次发表日", "first publication"),
    "creation_date": Text("创作（开发）完成日", "completion"),
    "first_use_date": Text("首次商业利用日", "first commercial use"),
    "author_death_date": Text("作者死亡日", "author's death"),
    "term_end_date": Text("登记簿所载届满日", "last day in the register"),
    "ended_date": Text("终止日", "day it ended"),
}
_EVENTS = tuple(name for name in DATE_TEXT if name != "term_end_date")
_EVENTS_OF = attrgetter(*_EVENTS)
_REGISTER_EVENTS = {"filing_date", "grant_date", "registration_date", "ended_date"}
_END = Text("权利存续的最后一天", "last day of the right")


@dataclass(frozen=True, slots=True)
class LegalLife:
    """A right's life by law, unless it ends sooner (an unpaid fee, an invalidation).

    start: the day from which the term counts; None if unknown. end: the last day on which the right exists,
    inclusive; None if it has no end by law (``unlimited``) or where fields are ``missing``. missing: names of the
    fields of ``Right`` without which the end cannot be determined. renewable: the law lets the term be renewed
    without limit, and on the day of reading it is not too late to renew the present one. Then ``end`` is the end of
    the present term, not of the right: a mark. renewal_opens, renewal_closes: first and last day on which the
    present term can be renewed, including the grace period; None if it cannot be renewed or ``end`` is unknown.
    """

    start: date | None
    end: date | None
    unlimited: bool
    missing: tuple[str, ...]
    explanation: Explanation
    renewable: bool = False
    renewal_opens: date | None = None
    renewal_closes: date | None = None

    def is_over(self, day: date) -> bool:
        """Return whether the last day lies before ``day``."""
        return self.end is not None and self.end < day

    def may_be_renewed_on(self, day: date) -> bool:
        """Return whether an application to renew the present term can be filed on ``day``."""
        opens, closes = self.renewal_opens, self.renewal_closes
        return self.renewable and opens is not None and closes is not None and opens <= day <= closes


def as_known_on(right: Right, day: date) -> Right:
    """Return the right as known at the end of ``day``, with every later event removed, so that nothing looks ahead.

    The register's status has its own date; it is removed with the event that it reports.
    """
    if max(filter(None, _EVENTS_OF(right)), default=day) <= day:
        return right
    is_later = [name for name in _EVENTS if (value := getattr(right, name)) is not None and value > day]

    def known(name: str) -> date | None:
        return None if name in is_later else getattr(right, name)

    return replace(
        right,
        filing_date=known("filing_date"),
        grant_date=known("grant_date"),
        registration_date=known("registration_date"),
        publication_date=known("publication_date"),
        creation_date=known("creation_date"),
        first_use_date=known("first_use_date"),
        ended_date=known("ended_date"),
        author_death_date=known("author_death_date"),
        status=right.status if _REGISTER_EVENTS.isdisjoint(is_later) else None,
    )


def legal_life(right: Right, rules: Rulebook, day: date) -> LegalLife:
    """Return the first and last day of a right's life as known on ``day``; the rules are those of the governing
    date.

    Governing dates: filing (patents, layout designs), grant (plant varieties), registration (data intellectual
    property), publication, creation or death (copyright). Trademarks follow the law of ``day`` itself, which
    applies to every registered mark.
    """
    if right.term_end_date is not None and not KINDS[right.kind].is_renewable:
        return _by_register(right)
    return life_of_known(as_known_on(right, day), rules, day)


def life_of_known(known: Right, rules: Rulebook, day: date) -> LegalLife:
    """Return the same of a right that ``as_known_on(right, day)`` has returned, for long lists."""
    record = KINDS[known.kind]
    if record.is_renewable:
        return _renewable(known, rules, day)
    return _by_register(known) if known.term_end_date is not None else _BY_TERM[record.life.term](known, rules)


def remaining_days(life: LegalLife, day: date) -> int | None:
    """Return the days left from the morning of ``day`` to the end of the last day; 0 once over, None if no end is
    known.

    On the day of filing of a 20-year patent this is the full term.
    """
    return None if life.end is None else max(0, (life.end - day).days + 1)


def remaining_years(life: LegalLife, day: date) -> float | None:
    """Return ``remaining_days`` in years of 365.25 days, for models."""
    return None if life.end is None else max(0.0, years_between(day, life.end + _ONE_DAY))


def term_end(start: date, years: int, last_day: RuleValue) -> date:
    """Return the last day of a term of whole years: the anniversary moved by ``right.life.last_day`` (the day
    before: −1).
    """
    return add_years(start, years) + timedelta(days=last_day.whole())


# -- by kind ----------------------------------------------------------------------------------------------------


def _by_register(right: Right) -> LegalLife:
    end = right.term_end_date
    explanation = Explanation(_END, end, "day", formula=DATE_TEXT["term_end_date"])
    return LegalLife(_start_in_register(right), end, False, (), explanation)


def _start_in_register(right: Right) -> date | None:
    return right.filing_date or right.registration_date or right.grant_date


def _term(right: Right, rules: Rulebook, rule_id: str, field: str, *, governed_by: date | None = None) -> LegalLife:
    start: date | None = getattr(right, field)
    if start is None:
        return _unknown(right.kind, (field,))
    read: dict[tuple[str, str, date, date | None], LegalLife] = rules.derived("terms")
    key = (rule_id, field, start, governed_by)
    life = read.get(key)
    if life is None:
        life = _term_from(start, rules, rule_id, field, governed_by or start)
        if len(read) < _MOST_TERMS:
            read[key] = life
    return life


def _term_from(start: date, rules: Rulebook, rule_id: str, field: str, governed_by: date) -> LegalLife:
    years = rules.at(rule_id, governed_by)
    last_day = rules.at("right.life.last_day", start)
    end = term_end(start, years.whole(), last_day)
    explanation = Explanation(
        _END,
        end,
        "day",
        formula=Text(
            f"{DATE_TEXT[field].zh} {start} 起 {years.value} 年，至相应日的前一天",
            f"{years.value} years from the {DATE_TEXT[field].en} {start}, to the day before the anniversary",
        ),
        references=(years.reference, last_day.reference),
    )
    return LegalLife(start, end, False, (), explanation)


def _years(right: Right, rules: Rulebook) -> LegalLife:
    """Calculate a life of whole years from one date: patents, plant varieties, data intellectual property."""
    record = KINDS[right.kind]
    is_variant = bool(record.life.variant) and bool(getattr(right, record.life.variant))
    return _term(right, rules, record.life_rule(variant=is_variant), record.life.starts)


def _renewable(right: Right, rules: Rulebook, day: date) -> LegalLife:
    """Calculate a term that can be renewed without limit, in its last months or in the grace period after it:
    trademarks.
    """
    starts: date | None = getattr(right, KINDS[right.kind].life.starts)
    start = starts if right.term_end_date is None else _start_in_register(right)
    lives: dict[tuple[RightKind, date | None, date | None, date], LegalLife] = rules.derived("renewable")
    key = (right.kind, start, right.term_end_date, day)
    life = lives.get(key)
    if life is None:
        life = _renewable_from(right, rules, day)
        if len(lives) < _MOST_TERMS:
            lives[key] = life
    return life


def _renewable_from(right: Right, rules: Rulebook, day: date) -> LegalLife:
    record = KINDS[right.kind]
    if right.term_end_date is not None:
        life = _by_register(right)
    else:
        life = _term(right, rules, record.life_rule(), record.life.starts, governed_by=day)
    if life.end is None:
        return replace(life, renewable=True)
    window = rules.at(f"right.renewal_window.{right.kind.value}", day)
    grace = rules.at(f"right.renewal_grace.{right.kind.value}", day)
    opens = add_months(life.end + _ONE_DAY, -window.whole())
    closes = roll_over(add_months(life.end, grace.whole()), rules)
    years = rules.at(record.life_rule(), day)
    renewal = Explanation(
        Text("续展", "renewal"),
        closes,
        "day",
        formula=Text(
            f"{opens} 起可以续展，最迟 {closes}，每次续展 {years.value} 年，次数不限",
            f"can be renewed from {opens}, by {closes} at the latest, {years.value} years each time, without limit",
        ),
        references=(window.reference, grace.reference),
    )
    explanation = replace(life.explanation, parts=(*life.explanation.parts, renewal))
    return replace(
        life, renewable=day <= closes, renewal_opens=opens, renewal_closes=closes, explanation=explanation
    )


def _layout(right: Right, rules: Rulebook) -> LegalLife:
    """Calculate ten years from filing or first commercial use, whichever is earlier, and at most fifteen from
    creation.
    """
    if right.filing_date is None:
        # First use alone does not start the term: without a filed registration there is no right.
        return _unknown(right.kind, ("filing_date",))
    rule_id = KINDS[right.kind].life_rule()
    used_first = right.first_use_date is not None and right.first_use_date < right.filing_date
    life = _term(right, rules, rule_id, "first_use_date" if used_first else "filing_date")
    if right.creation_date is None or life.end is None:
        return life
    limit = _term(right, rules, f"{rule_id}.from_creation", "creation_date")
    if limit.end is None or limit.end >= life.end:
        return life
    explanation = replace(limit.explanation, parts=(life.explanation,))
    return LegalLife(life.start, limit.end, False, (), explanation)


def _work(right: Right, rules: Rulebook) -> LegalLife:
    """Calculate fifty years after first publication (legal person) or after death (natural person), to 31 December.

    A legal person's work that is unpublished for fifty years after completion is no longer protected.
    """
    family = KINDS[right.kind].life_rule()
    of_a_person = bool(right.holders) and all(holder.is_natural_person for holder in right.holders)
    if right.author_death_date is not None or of_a_person:
        return _to_year_end(right, rules, f"{family}.natural_person", "author_death_date")
    if right.publication_date is None and right.creation_date is None:
        return replace(_unknown(right.kind, ("publication_date", "creation_date")), start=right.registration_date)
    field = "publication_date" if right.publication_date is not None else "creation_date"
    return _to_year_end(right, rules, f"{family}.legal_person", field)


def _to_year_end(right: Right, rules: Rulebook, rule_id: str, field: str) -> LegalLife:
    event: date | None = getattr(right, field)
    begin = right.creation_date or right.publication_date or right.registration_date
    if event is None:
        return replace(_unknown(right.kind, (field,)), start=begin)
    years = rules.at(rule_id, event)
    last_day = rules.at("right.life.copyright.last_day", event)
    month, day = (int(part) for part in str(last_day.value).split("-"))
    end = date(event.year + years.whole(), month, day)
    explanation = Explanation(
        _END,
        end,
        "day",
        formula=Text(
            f"{DATE_TEXT[field].zh} {event} 后第 {years.value} 年的 12 月 31 日",
            f"31 December of year {years.value} after {DATE_TEXT[field].en} {event}",
        ),
        references=(years.reference, last_day.reference),
    )
    return LegalLife(begin or event, end, False, (), explanation)


def _unlimited(right: Right, rules: Rulebook) -> LegalLife:
    words = KINDS[right.kind].life.lasts
    explanation = Explanation(_END, Text("没有法定届满日", "no end by law"), formula=words, basis="unconfirmed")
    return LegalLife(right.registration_date or right.creation_date, None, True, (), explanation)


def _unknown(kind: RightKind, missing: tuple[str, ...]) -> LegalLife:
    words = Text(
        f"{KIND_TEXT[kind].zh}缺少{'或'.join(DATE_TEXT[name].zh for name in missing)}，无法确定最后一天",
        f"without {' or '.join(DATE_TEXT[name].en for name in missing)} "
        f"the last day of a {KIND_TEXT[kind].en} cannot be determined",
    )
    return LegalLife(None, None, False, missing, Explanation(_END, words))


# A renewable term is not included: it is read by the law of the day.
_BY_TERM: Mapping[TermRule, Callable[[Right, Rulebook], LegalLife]] = {
    TermRule.YEARS: _years,
    TermRule.WORK: _work,
    TermRule.LAYOUT: _layout,
    TermRule.UNLIMITED: _unlimited,
}
