"""The kinds of rights, each as one record with everything that distinguishes it from the others.

The rest of the package reads these records; no other module has a table by kind. The record also refers to
the form of its numbers (``kernel.identifiers.NUMBER_FORMS``) and its dated rules (``KindRecord.rule_ids``).
``missing_parts`` lists what a kind still lacks. How to add one: docs/en/how-to/kind-of-right.md.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from zhirong.chain.right.events import OF_EVERY_RIGHT, OF_EXAMINED_RIGHTS, OF_REGISTERED_RIGHTS, Event
from zhirong.kernel.identifiers import NUMBER_FORMS, NumberForm
from zhirong.kernel.rulebook import Rulebook
from zhirong.kernel.text import Text


class RightKind(StrEnum):
    """Kinds of intellectual property right that can be financed."""

    INVENTION = "invention"
    UTILITY_MODEL = "utility_model"
    DESIGN = "design"
    TRADEMARK = "trademark"
    COPYRIGHT = "copyright"
    SOFTWARE = "software"
    LAYOUT_DESIGN = "layout_design"
    PLANT_VARIETY = "plant_variety"
    TRADE_NAME = "trade_name"
    TRADE_SECRET = "trade_secret"  # noqa: S105 - a kind of right, not a password
    DATA_IP = "data_ip"


class Register(StrEnum):
    """Registers of pledges. PILOT: not national; a region registers such pledges on trial. RECEIVABLE: of licence
    fees.
    """

    PATENT = "patent"
    TRADEMARK = "trademark"
    COPYRIGHT = "copyright"
    PILOT = "pilot"
    RECEIVABLE = "receivable"


class TermRule(StrEnum):
    """How the law counts the life of a right.

    YEARS: whole years from one date. RENEWABLE: the same, renewed as often as the holder wants. WORK: to the end of
    the year, from publication or death. LAYOUT: years from filing or first use, and never past a limit from
    creation. UNLIMITED: without an end by law.
    """

    YEARS = "years"
    RENEWABLE = "renewable"
    WORK = "work"
    LAYOUT = "layout"
    UNLIMITED = "unlimited"


@dataclass(frozen=True, slots=True)
class Life:
    """The legal life of a kind.

    term: how it is counted. starts: field of ``Right`` that it counts from (YEARS, RENEWABLE). variant: flag of
    ``Right`` that selects the rule ``right.life.<kind>.<variant>`` instead of ``right.life.<kind>``. lasts: for how
    long, in words (UNLIMITED).
    """

    term: TermRule
    starts: str = ""
    variant: str = ""
    lasts: Text | None = None


class KindRule(StrEnum):
    """Rules that every kind of right has: the value of each is the rule's id without the kind.

    METHODS: names of the appraisal methods that suit it. INVALIDATION_SHARE, LAPSE_RATE, FORCED_SALE: factors of
    the lending value. PLEDGE_RATE_CAP: the highest share of its value that is lent.
    """

    METHODS = "appraisal.methods"
    INVALIDATION_SHARE = "appraisal.invalidation_share"
    LAPSE_RATE = "appraisal.lapse_rate"
    FORCED_SALE = "appraisal.forced_sale"
    PLEDGE_RATE_CAP = "quote.pledge_rate_cap"

    def of(self, kind: RightKind) -> str:
        """Return the id of this rule for one kind."""
        return f"{self.value}.{kind.value}"


@dataclass(frozen=True, slots=True)
class KindRecord:
    """Everything that distinguishes one kind of right.

    kind: its code. text: its title. registered_by: who maintains the right's own register or issues its
    certificate, in words. life: its legal life. begins: the dates of ``Right`` on which it comes into being; the
    first known one counts. is_registered: it does not exist before it is registered or granted. events: its
    possible events. register: where a pledge of it is registered. is_named_by_law: a law or administrative
    regulation names it, or its family, as a right that can be pledged; otherwise a pledge binds only the parties,
    unless a register set up by law records it. form: fields of ``Right`` in its form, besides those of every right.
    rough_days: the two days that the calculator without an account asks for; None if two days do not determine its
    life. number_headings: headings of numbers in lists that name the kind. freeze: name of its term in
    ``right.freeze.max_months`` where a court preserves it. challenges: family of its rate in
    ``appraisal.challenge_rate``.
    """

    kind: RightKind
    text: Text
    registered_by: Text
    life: Life
    begins: tuple[str, ...]
    is_registered: bool
    events: frozenset[Event]
    register: Register
    form: tuple[str, ...]
    rough_days: tuple[str, str] | None = None
    is_named_by_law: bool = True
    number_headings: tuple[str, ...] = ()
    freeze: str = "execution_other_rights"
    challenges: str = "other"

    @property
    def number(self) -> NumberForm:
        """Return the form of its numbers; the digital identity of a right reads the same forms without knowing
        kinds.
        """
        return NUMBER_FORMS[self.kind.value]

    @property
    def is_renewable(self) -> bool:
        """Return whether its holder can renew it without limit, so that the end of a term does not end the income."""
        return self.life.term is TermRule.RENEWABLE

    def life_rule(self, *, variant: bool = False) -> str:
        """Return the id of the rule with the number of years it lasts."""
        name = f"right.life.{self.kind.value}"
        return f"{name}.{self.life.variant}" if variant and self.life.variant else name

    def rule_ids(self) -> tuple[str, ...]:
        """Return the ids of all rules that the rulebook must have for this kind."""
        life = self.life_rule()
        of_life = {
            TermRule.YEARS: (life, *((self.life_rule(variant=True),) if self.life.variant else ())),
            TermRule.RENEWABLE: (
                life,
                f"right.renewal_window.{self.kind.value}",
                f"right.renewal_grace.{self.kind.value}",
            ),
            TermRule.WORK: (f"{life}.legal_person", f"{life}.natural_person"),
            TermRule.LAYOUT: (life, f"{life}.from_creation"),
            TermRule.UNLIMITED: (),
        }[self.life.term]
        fees = (f"right.annual_fee.{self.kind.value}",) if self.register is Register.PATENT else ()
        return (*of_life, *fees, *(rule.of(self.kind) for rule in KindRule))


_PATENT_OFFICE = Text("国家知识产权局", "the China National Intellectual Property Administration")
_COPYRIGHT_OFFICE = Text(
    "中国版权保护中心等登记机构", "the Copyright Protection Centre of China and other registers"
)
_PATENT_FORM = (
    "number",
    "filing_date",
    "grant_date",
    "fee_paid_through_year",
    "publication_number",
    "term_end_date",
)
_WORK_FORM = ("number", "creation_date", "publication_date", "registration_date", "author_death_date")
_WORK_BEGINS = ("creation_date", "publication_date", "registration_date")


def _patent(kind: RightKind, text: Text, *more_fields: str) -> KindRecord:
    return KindRecord(
        kind=kind,
        text=text,
        registered_by=_PATENT_OFFICE,
        life=Life(TermRule.YEARS, "filing_date"),
        begins=("grant_date",),
        is_registered=True,
        events=OF_EXAMINED_RIGHTS,
        register=Register.PATENT,
        form=(*_PATENT_FORM, *more_fields),
        rough_days=("filing_date", "grant_date"),
        freeze="patent_preservation",
        challenges="patent",
    )


def _work(kind: RightKind, text: Text) -> KindRecord:
    return KindRecord(
        kind=kind,
        text=text,
        registered_by=_COPYRIGHT_OFFICE,
        life=Life(TermRule.WORK),
        begins=_WORK_BEGINS,
        is_registered=False,
        events=OF_EVERY_RIGHT | {Event.EXPIRE},
        register=Register.COPYRIGHT,
        form=_WORK_FORM,
        rough_days=("creation_date", "registration_date"),
    )


_RECORDS = (
    _patent(RightKind.INVENTION, Text("发明专利", "invention patent")),
    _patent(RightKind.UTILITY_MODEL, Text("实用新型专利", "utility model"), "same_day_invention"),
    _patent(RightKind.DESIGN, Text("外观设计专利", "design")),
    KindRecord(
        kind=RightKind.TRADEMARK,
        text=Text("注册商标", "trademark"),
        registered_by=_PATENT_OFFICE,
        life=Life(TermRule.RENEWABLE, "registration_date"),
        begins=("registration_date",),
        is_registered=True,
        events=OF_EXAMINED_RIGHTS | {Event.RENEW},
        register=Register.TRADEMARK,
        form=("number", "filing_date", "registration_date", "term_end_date", "goods_classes"),
        rough_days=("filing_date", "registration_date"),
        number_headings=("商标注册号", "商标号"),
        freeze="trademark_preservation",
    ),
    _work(RightKind.COPYRIGHT, Text("著作权", "copyright")),
    _work(RightKind.SOFTWARE, Text("软件著作权", "software copyright")),
    KindRecord(
        kind=RightKind.LAYOUT_DESIGN,
        text=Text("集成电路布图设计", "IC layout design"),
        registered_by=_PATENT_OFFICE,
        life=Life(TermRule.LAYOUT),
        begins=("registration_date", "grant_date"),
        is_registered=True,
        events=OF_EXAMINED_RIGHTS,
        register=Register.PILOT,
        form=("number", "filing_date", "registration_date", "first_use_date", "creation_date"),
        rough_days=("filing_date", "registration_date"),
    ),
    KindRecord(
        kind=RightKind.PLANT_VARIETY,
        text=Text("植物新品种", "plant variety"),
        registered_by=Text("农业农村或林草主管部门", "the authority of agriculture or of forestry"),
        life=Life(TermRule.YEARS, "grant_date", variant="vine_or_tree"),
        begins=("grant_date",),
        is_registered=True,
        events=OF_EXAMINED_RIGHTS,
        register=Register.PILOT,
        form=("number", "filing_date", "grant_date", "term_end_date", "vine_or_tree"),
        rough_days=("filing_date", "grant_date"),
    ),
    KindRecord(
        kind=RightKind.TRADE_NAME,
        text=Text("商号", "trade name"),
        registered_by=Text("市场监督管理部门", "the market regulation authority"),
        life=Life(TermRule.UNLIMITED, lasts=Text("随企业存续", "as long as the firm exists")),
        begins=("registration_date", "creation_date"),
        is_registered=False,
        events=OF_EVERY_RIGHT,
        register=Register.PILOT,
        form=("number", "registration_date", "first_use_date"),
        is_named_by_law=False,
    ),
    KindRecord(
        kind=RightKind.TRADE_SECRET,
        text=Text("商业秘密", "trade secret"),
        registered_by=Text("无登记机构", "none (not registered)"),
        life=Life(TermRule.UNLIMITED, lasts=Text("保密期间", "while it remains secret")),
        begins=("creation_date",),
        is_registered=False,
        events=OF_EVERY_RIGHT,
        register=Register.PILOT,
        form=("creation_date",),
    ),
    # Registered on trial by the intellectual property offices of some provinces and cities. No law names it yet,
    # and the certificate proves who is entitled to the data. Its rules: rules/right/data_ip.toml.
    KindRecord(
        kind=RightKind.DATA_IP,
        text=Text("数据知识产权", "data IP right"),
        registered_by=Text(
            "试点地区知识产权局的登记机构", "the register of a pilot region's intellectual property office"
        ),
        life=Life(TermRule.YEARS, "registration_date"),
        begins=("registration_date",),
        is_registered=True,
        events=OF_REGISTERED_RIGHTS,
        register=Register.PILOT,
        form=("number", "filing_date", "registration_date", "term_end_date"),
        rough_days=("filing_date", "registration_date"),
        is_named_by_law=False,
        number_headings=("数据知识产权登记号",),
    ),
)

KINDS: Mapping[RightKind, KindRecord] = {record.kind: record for record in _RECORDS}
KIND_TEXT: Mapping[RightKind, Text] = {kind: record.text for kind, record in KINDS.items()}
# Kinds with annual fees, patent years and published documents.
PATENT_KINDS = frozenset(kind for kind, record in KINDS.items() if record.register is Register.PATENT)


def missing_parts(kind: RightKind, rules: Rulebook, day: date) -> tuple[str, ...]:
    """Return the parts that a kind lacks on ``day``, one line per part; empty if it is complete."""
    record = KINDS.get(kind)
    if record is None:
        return (f"{kind.value}: no record in chain/right/kinds.py",)
    if kind.value not in NUMBER_FORMS:
        return (f"{kind.value}: no number form in kernel/identifiers.py (NUMBER_FORMS)",)
    found = []
    if record.rough_days and not record.number.is_optional and record.number.sample is None:
        found.append(f"{kind.value}: its number form has no sample, which the calculator needs")
    found += [
        f"{kind.value}: no rule {rule_id} on {day}"
        for rule_id in record.rule_ids()
        if rule_id not in rules or rules.find(rule_id, day) is None
    ]
    return tuple(found)
