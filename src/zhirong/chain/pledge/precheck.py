"""Checks before a filing and on every later day: whether a right is free, whether it may secure the claim, and
which rules prevent it.
"""

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

# Some years print a serial with six digits, others with seven.
_SERIAL_OF_SOFTWARE = re.compile(r"^(\d{4})SR0+(?=\d)", re.ASCII)
_SHORT_SERIAL = re.compile(r"^(\d{4})SR(\d{1,4})$", re.ASCII | re.IGNORECASE)
_FINGERPRINT = re.compile(r"#[0-9a-f]{24}")
_FEES = "/fees"
# Grounds examined only at registration; and the ground on the renewal of a mark.
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
    """The register's data on one right: the ranks taken, the court order that freezes it, if any, and the queued
    ones; and registered rights that may be the same under other words.
    """

    ranks: tuple[int, ...] = ()
    frozen_by: str = ""
    waiting_orders: tuple[str, ...] = ()
    alike: tuple["Alike", ...] = ()


@dataclass(frozen=True, slots=True)
class Alike:
    """A right in force here that may be the one filed. registration: its filing. has_same_holder: whether the
    holder is the same; otherwise the title is.
    """

    registration: int
    title: str
    has_same_holder: bool


@dataclass(frozen=True, slots=True)
class RightCheck:
    """The result for one right. rank: the rank that a pledge would get, None if none is free.

    limit_rule: the maximum number of pledges in its register at a time.
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
        """Return ``no`` if a ground refuses it, no rank is free or it is frozen; ``unknown`` if a ground cannot be
        determined.
        """
        if self.rank is None or self.standing.frozen_by:
            return "no"
        return pledgeable(self.findings)

    def problems(self) -> tuple[Problem, ...]:
        """Return every obstacle, each with its rule and a hint."""
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
                f"; queued: {', '.join(waiting)}" if waiting else "",
            )
            found.append(
                Problem(
                    "right",
                    self.key,
                    Text(f"被法院冻结（{order}{listed.zh}）", f"frozen by a court ({order}{listed.en})"),
                    Text("请解除后再申请", "apply after the freeze has been lifted"),
                    "frozen",
                )
            )
        found += [problem for problem, _ in self.found()]
        return tuple(found)

    def found(self) -> tuple[tuple[Problem, GroundFinding], ...]:
        """Return the grounds that refuse or cannot be determined, each as a problem and as a finding."""
        return tuple(
            (self._as_problem(finding), finding)
            for finding in self.findings
            if finding.verdict in (GroundVerdict.REFUSED, GroundVerdict.UNKNOWN)
        )

    def alarms(self) -> tuple[Problem, ...]:
        """Return what a registered pledge requires: a ground that now refuses, a court's freeze, a mark to be
        renewed.

        The contract is not checked again: it was examined once, by the rules of the day on which it was filed.
        """
        noted = [problem for problem in self.problems() if problem.code == "frozen"]
        noted += [
            self._as_problem(finding)
            for finding in self.findings
            if finding.verdict is GroundVerdict.REFUSED and not is_examined_once(finding)
        ]
        return (*noted, *self.reminders())

    def reminders(self) -> tuple[Problem, ...]:
        """Return tasks that are no obstacle but have a deadline: a mark to be renewed before the debt ends."""
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
        """Return a dictionary with stable keys for programs."""
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
    """Return whether a ground is examined only at registration: the content of the contract does not change."""
    return finding.reference is not None and finding.reference.id in _EXAMINED_ONCE


def check_filing(
    filing: Filing,
    rights: Iterable[tuple[str, Right]],
    standings: Mapping[str, RegisterStanding],
    day: date,
    rules: Rulebook,
) -> tuple[RightCheck, ...]:
    """Check every right of a filing against its own register's rules and against this register's data.

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


# Grounds from this number on (1000 plus the filing) each ask whether one registration is of the same right: an
# answer about one registration does not apply to a later one.
ALIKE = 1000


def _likenesses(standing: RegisterStanding, day: date, rules: Rulebook) -> list[GroundFinding]:
    return [_likeness(one, day, rules) for one in standing.alike]


def _likeness(one: Alike, day: date, rules: Rulebook) -> GroundFinding:
    rule = rules.at("registration.same_right.title_likeness", day)
    how = Text("权利人相同，名称相似", "same holder, similar title")
    if not one.has_same_holder:
        how = Text("名称相同，权利人名称不同", "same title, holder with a different name")
    return GroundFinding(
        ALIKE + one.registration,
        GroundVerdict.UNKNOWN,
        rule.title,
        Text(
            f"申请 {one.registration} 的“{one.title}”已质押，可能是同一项权利（{how.zh}）",
            f"'{one.title}' of filing {one.registration} is pledged and may be the same right ({how.en})",
        ),
        Text(
            "请对照样本、登记证书或权利人变更证明，写明是否为同一项权利；是同一项的不予登记",
            "compare the deposit, the certificate or the proof of the holder's change of name, and state whether"
            " it is the same right; the same right is refused",
        ),
        rule,
    )


def right_key(right: Right, subject: Subject = Subject.RIGHT) -> str:
    """Return the key of a right in the register: kind and number. For kinds without numbers it is a fingerprint of
    the title and its holders' names, regardless of spaces. Fees of a right are another object than the right
    itself.
    """
    named = _named(right.number)
    if not named:
        # The credit code is not used: one filing gives it, another omits it, and the right is the same.
        holders = "\n".join(sorted(plain_name(holder.name) for holder in right.holders))
        named = "#" + hashlib.sha256(f"{plain_name(right.title)}\n{holders}".encode()).hexdigest()[:24]
    fees = "" if subject is Subject.RIGHT else _FEES
    return f"{right.kind.value}:{named}{fees}"


def read_key(written: str) -> str:
    """Return a right's key from user input, with its number in any spelling. Raises InputError if it cannot be the
    key of a right, because an order or a subscription under it would concern nothing.
    """
    text = unicodedata.normalize("NFKC", written).strip()
    kind, _, number = text.removesuffix(_FEES).partition(":")
    number, fees = number.strip(), _FEES if text.endswith(_FEES) else ""
    is_words = kind in NUMBER_OPTIONAL and _FINGERPRINT.fullmatch(number) is not None
    hint = Text("请填写为 invention:201410362077.3", "write it as invention:201410362077.3")
    if kind not in tuple(RightKind) or not number or (number[0] == "#" and not is_words):
        raise refuse("not_a_key", "right", written, Text("不是有效的权利标识", "not the key of a right"), hint)
    if is_words:
        return f"{kind}:{number}{fees}"
    try:
        # The register's own keys omit leading zeros of a serial; they are restored before the number is read.
        padded = _SHORT_SERIAL.sub(lambda found: f"{found[1]}SR{found[2].zfill(6)}", number)
        kept = right_number(kind, padded if kind == RightKind.SOFTWARE else number)
        if is_certificate_number(RightKind(kind), kept):
            raise certificate_number()
    except NumberError as error:
        raise refuse(error.code, "right", written, error.reason, error.hint) from error
    return f"{kind}:{_named(kept)}{fees}"


def keys_of_number(written: str) -> set[str]:
    """Return the keys of every right that a number can belong to, in any spelling: of the rights themselves and of
    their fees.
    """
    named = {f"{kind.value}:{_named(kept)}" for kind, kept in readings_of_number(written)}
    return named | {f"{one}{_FEES}" for one in named}


def readings_of_number(written: str) -> tuple[tuple[RightKind, str], ...]:
    """Return every right that a number can belong to, as kind and stored number. Empty if there is none.

    Bare digits, at most eight, may be a trademark's number, and also the remainder of an old patent's or a layout
    design's if the check digit or the leading zeros were not typed.
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
    """Called if a search by number finds nothing. Raises InputError with the defect if it cannot be the number of
    any right: a user who has mistyped a number must not read that nothing is registered under it.
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
    # If the number lacks the form of one kind it may be of another; but a wrong check digit is conclusive.
    telling = next((one for one in wrong if one.code in _TELLING), None)
    if telling is None:
        raise refuse(
            "not_a_number",
            "number",
            written,
            Text(
                "不是任何一种权利的号码，本登记簿也没有这个登记号：未作查询，不代表没有质押",
                "this is neither a number of any kind of right nor a registration number here: nothing was"
                " searched, "
                "which does not mean that nothing is pledged",
            ),
            Text("请对照证书逐位核对后查询", "compare it with the certificate and search again"),
        )
    raise refuse(telling.code, "number", written, telling.reason, telling.hint)


# Return the defect of a number that is nearly one.
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
    """Return whether a stored number is that of a software certificate, under which no right is registered."""
    return kind is RightKind.SOFTWARE and bool(kept) and "SR" not in kept


def certificate_number() -> NumberError:
    """Return why the number of a software certificate is not accepted."""
    return NumberError(
        "certificate_number",
        Text(
            "这是证书号；同一软件另有登记号，使用两个号码会被视为两项权利",
            "this is the certificate's number; the software also has a registration number and would count twice",
        ),
        Text("请填写登记号，例如 2014SR123456", "enter the registration number, such as 2014SR123456"),
    )


def _named(kept: str) -> str:
    return _SERIAL_OF_SOFTWARE.sub(r"\1SR", kept)


def public_key(key: str) -> str:
    """Return the public form of a right's key. If the key is a fingerprint of text that could be guessed, only the
    kind is shown.
    """
    kind, _, named = key.partition(":")
    return key if not named.startswith("#") else f"{kind}:#"
