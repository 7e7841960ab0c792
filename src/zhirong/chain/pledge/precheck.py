"""Before a filing, and every day after: is this right free, may this claim be secured by it, by which rule not."""

import hashlib
import re
import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date

from zhirong.chain.pledge.examination import examine
from zhirong.chain.pledge.filing_documents import PapersCheck, check_papers
from zhirong.chain.pledge.grounds import plain_name
from zhirong.chain.pledge.packs import max_rank, register_of
from zhirong.chain.pledge.records import Filing, GroundFinding, GroundVerdict, Pledgeable, Subject, pledgeable
from zhirong.chain.pledge.register import free_rank
from zhirong.chain.pledge.registration import refuse
from zhirong.chain.right.kinds import KIND_TEXT, RightKind
from zhirong.chain.right.records import Right
from zhirong.kernel.errors import Problem
from zhirong.kernel.identifiers import (
    NUMBER_OPTIONAL,
    NumberError,
    patent_check_digit,
    right_number,
    trademark_number,
)
from zhirong.kernel.rulebook import Rulebook, RuleValue
from zhirong.kernel.text import Text

# A serial is printed with six digits in some years and with seven in others.
_SERIAL_OF_SOFTWARE = re.compile(r"^(\d{4})SR0+(?=\d)", re.ASCII)
_SHORT_SERIAL = re.compile(r"^(\d{4})SR(\d{1,4})$", re.ASCII | re.IGNORECASE)
_FINGERPRINT = re.compile(r"#[0-9a-f]{24}")
_FEES = "/fees"
# Grounds that are examined when a pledge is registered and not again; the one that asks for a mark's renewal.
_EXAMINED_ONCE = frozenset(
    {
        "registration.patent.ground_07",
        "registration.trademark.contract",
        "registration.copyright.contract",
        "registration.pilot.contract",
    }
)
_RENEWAL = "registration.trademark.renewal"


@dataclass(frozen=True, slots=True)
class RegisterStanding:
    """What the register knows of one right: the ranks taken, the court order that freezes it, if any, and those
    that wait their turn behind it; what is registered that may be the same right under other words.
    """

    ranks: tuple[int, ...] = ()
    frozen_by: str = ""
    waiting_orders: tuple[str, ...] = ()
    alike: tuple["Alike", ...] = ()


@dataclass(frozen=True, slots=True)
class Alike:
    """A right in force here that may be the one filed. registration: its filing. has_same_holder: else the same
    title.
    """

    registration: int
    title: str
    has_same_holder: bool


@dataclass(frozen=True, slots=True)
class RightCheck:
    """One right, checked. rank: the rank that a pledge would get, None if none is free.

    limit_rule: how many pledges its register allows at a time.
    """

    key: str
    right: Right
    findings: tuple[GroundFinding, ...]
    papers: PapersCheck
    rank: int | None
    standing: RegisterStanding
    limit_rule: RuleValue

    @property
    def verdict(self) -> Pledgeable:
        """``no`` if a ground refuses it, no rank is free or it is frozen; ``unknown`` if a ground cannot be determined."""
        if self.rank is None or self.standing.frozen_by:
            return "no"
        return pledgeable(self.findings)

    def problems(self) -> tuple[Problem, ...]:
        """Everything that is in the way, each with its rule and what to do."""
        found = []
        title = KIND_TEXT[self.right.kind]
        if self.rank is None:
            source = self.limit_rule.reference
            found.append(
                Problem(
                    "rank",
                    self.key,
                    Text(
                        f"{title.zh}{self.right.number}在本登记簿已有质押，没有可用顺位（{source.as_text('zh')}）",
                        f"the {title.en} {self.right.number} is pledged in this register; no rank is free"
                        f" ({source.as_text('en')})",
                    ),
                    Text("请先注销原质押登记", "have the earlier registration discharged first"),
                    "rank_taken",
                )
            )
        if self.standing.frozen_by:
            order, waiting = self.standing.frozen_by, self.standing.waiting_orders
            listed = Text(
                f"；轮候：{'、'.join(waiting)}" if waiting else "",
                f"; waiting in turn: {', '.join(waiting)}" if waiting else "",
            )
            found.append(
                Problem(
                    "right",
                    self.key,
                    Text(f"被法院冻结（{order}{listed.zh}）", f"frozen by a court ({order}{listed.en})"),
                    Text("请解除后再申请", "apply after it has been lifted"),
                    "frozen",
                )
            )
        found += [problem for problem, _ in self.found()]
        return tuple(found)

    def found(self) -> tuple[tuple[Problem, GroundFinding], ...]:
        """The grounds that refuse or cannot be determined, each as a problem and as it was found."""
        return tuple(
            (self._as_problem(finding), finding)
            for finding in self.findings
            if finding.verdict in (GroundVerdict.REFUSED, GroundVerdict.UNKNOWN)
        )

    def alarms(self) -> tuple[Problem, ...]:
        """What has to be known of a pledge that stands: a ground that refuses now, a court's freeze, a mark to be
        renewed.

        The contract is omitted: it was examined once, by the rules of the day on which it was filed.
        """
        noted = [problem for problem in self.problems() if problem.code == "frozen"]
        noted += [
            self._as_problem(finding)
            for finding in self.findings
            if finding.verdict is GroundVerdict.REFUSED and not is_examined_once(finding)
        ]
        return (*noted, *self.reminders())

    def reminders(self) -> tuple[Problem, ...]:
        """What is in nobody's way and has to be done in time: a mark to be renewed before the debt ends."""
        return tuple(
            self._as_problem(finding)
            for finding in self.findings
            if finding.verdict is GroundVerdict.CLEAR
            and finding.hint is not None
            and finding.reference is not None
            and finding.reference.id == _RENEWAL
        )

    def _as_problem(self, finding: GroundFinding) -> Problem:
        reference = None if finding.reference is None else finding.reference.reference
        zh = "" if reference is None else f"（{reference.as_text('zh')}）"
        en = "" if reference is None else f" ({reference.as_text('en')})"
        return Problem(
            "right",
            self.key,
            Text(f"{finding.title.zh}：{finding.reason.zh}{zh}", f"{finding.title.en}: {finding.reason.en}{en}"),
            finding.hint or Text("请核对资料", "check the data"),
            f"ground_{finding.number}_{finding.verdict.value}",
        )

    def as_json(self) -> dict[str, object]:
        """Stable keys for programs."""
        return {
            "key": self.key,
            "verdict": self.verdict,
            "rank": self.rank,
            "frozen_by": self.standing.frozen_by,
            "waiting_orders": list(self.standing.waiting_orders),
            "findings": [finding.as_json() for finding in self.findings],
            "papers": self.papers.as_json(),
            "problems": [problem.as_json() for problem in self.problems()],
            "reminders": [problem.as_json() for problem in self.reminders()],
        }


def is_examined_once(finding: GroundFinding) -> bool:
    """Whether a ground is examined when a pledge is registered and not again: what its contract says stays as it
    is.
    """
    return finding.reference is not None and finding.reference.id in _EXAMINED_ONCE


def check_filing(
    filing: Filing,
    rights: Iterable[tuple[str, Right]],
    standings: Mapping[str, RegisterStanding],
    day: date,
    rules: Rulebook,
) -> tuple[RightCheck, ...]:
    """Every right of a filing against its own register's rules and against what this register holds.

    rights: each with its key. A package over several kinds is checked kind by kind. Raises RuleError if the
    rulebook lacks the rules of one of the registers.
    """
    checks = []
    for key, right in rights:
        register = register_of(right.kind, filing.subject)
        limit = max_rank(register, day, rules)
        standing = standings.get(key, RegisterStanding())
        checks.append(
            RightCheck(
                key,
                right,
                (*examine(filing, right, day, rules), *_likenesses(standing, day, rules)),
                check_papers(filing, right, day, rules),
                free_rank(standing.ranks, limit),
                standing,
                rules.at(f"registration.max_rank.{register}", day),
            )
        )
    return tuple(checks)


# Grounds from this number on ask of one registration each, 1000 and its filing, whether it is of the same right:
# what was found out of one says nothing of another that comes later.
ALIKE = 1000


def _likenesses(standing: RegisterStanding, day: date, rules: Rulebook) -> list[GroundFinding]:
    return [_likeness(one, day, rules) for one in standing.alike]


def _likeness(one: Alike, day: date, rules: Rulebook) -> GroundFinding:
    rule = rules.at("registration.same_right.title_likeness", day)
    how = Text("权利人相同，名称相似", "the same holder, a title like it")
    if not one.has_same_holder:
        how = Text("名称相同，权利人名称不同", "the same title, a holder of another name")
    return GroundFinding(
        ALIKE + one.registration,
        GroundVerdict.UNKNOWN,
        rule.title,
        Text(
            f"申请 {one.registration} 的“{one.title}”已质押，可能是同一项权利（{how.zh}）",
            f"'{one.title}' of filing {one.registration} is pledged and may be the same right ({how.en})",
        ),
        Text(
            "对照样本、登记证书或权利人变更证明，写明是不是同一项；是同一项的不予登记",
            "compare the deposit, the certificate or the proof of the holder's change of name, and say whether it is; "
            "the same right is refused",
        ),
        rule,
    )


def right_key(right: Right, subject: Subject = Subject.RIGHT) -> str:
    """The name of a right in the register: kind and number; for kinds without a number a fingerprint of the title
    and its holders' names, however they are spaced. Fees of a right are another object than the right itself.
    """
    named = _named(right.number)
    if not named:
        # Not the credit code: one filing gives it and another leaves it out, and it is the same right.
        holders = "\n".join(sorted(plain_name(holder.name) for holder in right.holders))
        named = "#" + hashlib.sha256(f"{plain_name(right.title)}\n{holders}".encode()).hexdigest()[:24]
    fees = "" if subject is Subject.RIGHT else _FEES
    return f"{right.kind.value}:{named}{fees}"


def read_key(written: str) -> str:
    """A right's key from what somebody has written, its number in whatever spelling. Raises InputError for what
    cannot be the key of a right: an order or a subscription under it would concern nothing.
    """
    text = unicodedata.normalize("NFKC", written).strip()
    kind, _, number = text.removesuffix(_FEES).partition(":")
    number, fees = number.strip(), _FEES if text.endswith(_FEES) else ""
    is_words = kind in NUMBER_OPTIONAL and _FINGERPRINT.fullmatch(number) is not None
    hint = Text("请填写为 invention:201410362077.3", "write it as invention:201410362077.3")
    if kind not in tuple(RightKind) or not number or (number[0] == "#" and not is_words):
        raise refuse("not_a_key", "right", written, Text("不是权利的键", "not the key of a right"), hint)
    if is_words:
        return f"{kind}:{number}{fees}"
    try:
        # The register's own keys omit the zeros of a serial; they are restored to be read as a number.
        padded = _SHORT_SERIAL.sub(lambda found: f"{found[1]}SR{found[2].zfill(6)}", number)
        kept = right_number(kind, padded if kind == RightKind.SOFTWARE else number)
        if is_certificate_number(RightKind(kind), kept):
            raise certificate_number()
    except NumberError as error:
        raise refuse(error.code, "right", written, error.reason, error.hint) from error
    return f"{kind}:{_named(kept)}{fees}"


def keys_of_number(written: str) -> set[str]:
    """The keys of every right that a number can be of, in whatever spelling: of the rights themselves and of their
    fees.
    """
    named = {f"{kind.value}:{_named(kept)}" for kind, kept in readings_of_number(written)}
    return named | {f"{one}{_FEES}" for one in named}


def readings_of_number(written: str) -> tuple[tuple[RightKind, str], ...]:
    """Every right that a number can be of: kind and kept number. Empty if it can be of none.

    Bare digits, eight at the most, are a trademark's number, and as well what is left of an old patent's or a
    layout design's where its check digit, or the zeros at its front, were not typed.
    """
    found: dict[tuple[RightKind, str], None] = {}
    for kind in RightKind:
        for one in (written, *_completed(written)):
            try:
                kept = right_number(kind.value, one)
            except NumberError:
                continue
            if kept:
                found[kind, kept] = None
    return tuple(found)


def _completed(written: str) -> tuple[str, ...]:
    try:
        digits = trademark_number(written)
    except NumberError:
        return ()
    if not digits.isdigit():
        return ()
    with_check = f"{digits.zfill(8)}{patent_check_digit(digits.zfill(8))}"
    return tuple(form for digits in (with_check, digits.zfill(9)) for form in (digits, f"BS{digits}"))


def demand_possible_number(written: str) -> None:
    """Called where a number has found nothing. Raises InputError if it cannot be the number of any right, with what
    is wrong with it: anyone who has mistyped a number must not read that nothing is registered under it.
    """
    wrong = []
    for kind in RightKind:
        try:
            kept = right_number(kind.value, written)
            if is_certificate_number(kind, kept):
                raise certificate_number()
            return
        except NumberError as error:
            wrong.append(error)
    # That it lacks the form of one kind says nothing of a number of another; a wrong check digit says much.
    telling = next((one for one in wrong if one.code in _TELLING), None)
    if telling is None:
        raise refuse(
            "not_a_number",
            "number",
            written,
            Text(
                "不是任何一种权利的号码，本登记簿也没有这个登记号：未作查询，不等于没有质押",
                "it is no number of any kind of right, and no number of a registration here: nothing was searched, "
                "which does not mean that nothing is pledged",
            ),
            Text("照证书逐位核对后再查", "compare it with the certificate and search again"),
        )
    raise refuse(telling.code, "number", written, telling.reason, telling.hint)


# What is wrong with a number that is nearly one.
_TELLING = frozenset(
    {
        "check_digit",
        "check_digit_missing",
        "certificate_number",
        "leading_zeros",
        "patent_year",
        "publication_number",
        "scientific",
    }
)


def is_certificate_number(kind: RightKind, kept: str) -> bool:
    """Whether a kept number is that of a software's certificate, by which no right is registered."""
    return kind is RightKind.SOFTWARE and bool(kept) and "SR" not in kept


def certificate_number() -> NumberError:
    """Why a software's certificate number is not taken."""
    return NumberError(
        "certificate_number",
        Text(
            "这是证书号；同一软件另有登记号，两个号会成为两项权利",
            "this is the certificate's number; the software has a registration number too, and would count twice",
        ),
        Text("请填写登记号，例如 2014SR123456", "enter the registration number, such as 2014SR123456"),
    )


def _named(kept: str) -> str:
    return _SERIAL_OF_SOFTWARE.sub(r"\1SR", kept)


def public_key(key: str) -> str:
    """A right's key as everyone may read it permanently: where it is a fingerprint of words that could be guessed
    and tried, only the kind is shown.
    """
    kind, _, named = key.partition(":")
    return key if not named.startswith("#") else f"{kind}:#"
