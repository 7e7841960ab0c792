"""The records of a right. Parsed once at the edge; never changed afterwards."""

from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum

from zhirong.chain.right.kinds import RightKind
from zhirong.kernel.money import Fen
from zhirong.kernel.text import Text


class LegalStatus(StrEnum):
    """The status of a right. It has exactly one at any time."""

    PENDING = "pending"
    REFUSED = "refused"
    WITHDRAWN = "withdrawn"
    IN_FORCE = "in_force"
    LAPSED = "lapsed"
    INVALIDATED = "invalidated"
    EXPIRED = "expired"


STATUS_TEXT: dict[LegalStatus, Text] = {
    LegalStatus.PENDING: Text("申请中", "pending"),
    LegalStatus.REFUSED: Text("已驳回", "refused"),
    LegalStatus.WITHDRAWN: Text("已撤回或视为放弃", "withdrawn or abandoned"),
    LegalStatus.IN_FORCE: Text("有效", "in force"),
    LegalStatus.LAPSED: Text("已终止", "lapsed"),
    LegalStatus.INVALIDATED: Text("已宣告无效", "invalidated"),
    LegalStatus.EXPIRED: Text("已届满", "expired"),
}


class Flag(StrEnum):
    """Flags that may be set in addition to a right's status, any number at once."""

    PLEDGED = "pledged"
    FROZEN = "frozen"
    INVALIDATION_PENDING = "invalidation_pending"
    IN_DISPUTE = "in_dispute"


FLAG_TEXT: dict[Flag, Text] = {
    Flag.PLEDGED: Text("已质押", "pledged"),
    Flag.FROZEN: Text("被保全或冻结", "frozen by a court"),
    Flag.INVALIDATION_PENDING: Text("无效宣告程序中", "invalidation pending"),
    Flag.IN_DISPUTE: Text("权属争议中", "ownership in dispute"),
}


class Role(StrEnum):
    """The role of a right in its firm's business (003)."""

    CORE = "core"
    DEFENSIVE = "defensive"
    OFFENSIVE = "offensive"
    GENERAL = "general"


ROLE_TEXT: dict[Role, Text] = {
    Role.CORE: Text("核心", "core"),
    Role.DEFENSIVE: Text("防御型", "defensive"),
    Role.OFFENSIVE: Text("进攻型", "offensive"),
    Role.GENERAL: Text("一般", "general"),
}


class FeeReduction(StrEnum):
    """The reduction of patent fees that an office has granted: to a single holder, or to several together."""

    SINGLE = "single"
    JOINT = "joint"


class LicenceKind(StrEnum):
    """Licences by what the holder may still do: nothing (exclusive), use it alone with the licensee (sole),
    everything (others).
    """

    EXCLUSIVE = "exclusive"
    SOLE = "sole"
    NON_EXCLUSIVE = "non_exclusive"
    OPEN = "open"


@dataclass(frozen=True, slots=True)
class Holder:
    """One owner. code: unified social credit code, empty for a natural person or if unknown.

    consents: whether this co-owner agrees to the pledge in writing; None: not asked yet.
    """

    name: str
    code: str = ""
    is_natural_person: bool = False
    consents: bool | None = None


@dataclass(frozen=True, slots=True)
class Licence:
    """A licence granted on a right. to: None is without a stated end. recorded: with the authority."""

    kind: LicenceKind
    licensee: str
    start: date | None = None
    end: date | None = None
    yearly_fee: Fen = 0
    recorded: bool = False


@dataclass(frozen=True, slots=True)
class Right:
    """One right as its holder and the register describe it.

    id: its name inside the case or package. number: its stored form (see ``kernel.identifiers``); empty for kinds
    without numbers. Dates are days in Shanghai; None is unknown or not yet. first_use_date: first commercial use
    anywhere (layout design). creation_date: completed (software, layout). ended_date: the day it lapsed, was
    invalidated, refused or withdrawn; status says which. term_end_date: last day of the present term in the
    register, where it differs from the one by filing or registration date: a renewed trademark, a compensated
    patent term. status: the register's status; None: derive it from the dates. fee_paid_through_year: last patent
    year whose annual fee is paid; None: unknown. publication_number: number of the published document, in its
    stored form (patents). same_day_invention: a same-day invention application exists for this utility model
    (refusal ground 10). fee_reduction: the reduction of annual fees granted to the holders; None: none, or unknown.
    frozen_until: last day of the court's freeze behind the flag ``frozen``, unless it is renewed; None: unknown,
    and the flag then remains until it is removed. vine_or_tree: decides the life of a plant variety.
    co_owners_agreed_freely: the co-owners' contract lets each of them pledge alone. provenance: the source of the
    record, in words.
    """

    id: str
    kind: RightKind
    title: str
    number: str
    holders: tuple[Holder, ...]
    filing_date: date | None = None
    grant_date: date | None = None
    registration_date: date | None = None
    publication_date: date | None = None
    creation_date: date | None = None
    first_use_date: date | None = None
    ended_date: date | None = None
    term_end_date: date | None = None
    status: LegalStatus | None = None
    fee_paid_through_year: int | None = None
    flags: frozenset[Flag] = frozenset()
    licences: tuple[Licence, ...] = ()
    role: Role = Role.GENERAL
    author_death_date: date | None = None
    same_day_invention: bool = False
    vine_or_tree: bool = False
    co_owners_agreed_freely: bool = False
    goods_classes: tuple[int, ...] = ()
    publication_number: str = ""
    provenance: str = ""
    fee_reduction: FeeReduction | None = None
    frozen_until: date | None = None
    notes: tuple[str, ...] = field(default=())

    def __repr__(self) -> str:
        return f"<Right {self.id}: {self.kind} {self.number or '(no number)'} {self.title}>"
