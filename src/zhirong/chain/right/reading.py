"""Read rights from the tables of a case file, once, at the edge."""

from datetime import date
from operator import attrgetter

from zhirong.chain.right.kinds import PATENT_KINDS, RightKind
from zhirong.chain.right.life import DATE_TEXT
from zhirong.chain.right.records import FeeReduction, Flag, Holder, LegalStatus, Licence, LicenceKind, Right, Role
from zhirong.kernel.errors import Problem
from zhirong.kernel.fields import Reader
from zhirong.kernel.identifiers import (
    NumberError,
    credit_code,
    patent_publication_number,
    patent_year,
    right_number,
)
from zhirong.kernel.text import Text

_KIND_CODES = tuple(kind.value for kind in RightKind)
STATUSES = tuple(status.value for status in LegalStatus)
FLAGS = tuple(flag.value for flag in Flag)
ROLES = tuple(role.value for role in Role)
FEE_REDUCTIONS = tuple(reduction.value for reduction in FeeReduction)
LICENCE_KINDS = tuple(kind.value for kind in LicenceKind)
NICE_CLASSES = range(1, 46)
# Twenty years, and at most five years of compensation.
MOST_PATENT_YEARS = 25

# Pairs of dates in which the first cannot be later than the second.
_ORDER = (
    ("filing_date", "grant_date"),
    ("filing_date", "registration_date"),
    ("filing_date", "ended_date"),
    ("filing_date", "term_end_date"),
    ("grant_date", "term_end_date"),
    ("registration_date", "term_end_date"),
    ("creation_date", "first_use_date"),
    ("creation_date", "publication_date"),
)
_DATES = tuple(dict.fromkeys(name for pair in _ORDER for name in pair))
_DATES_OF = attrgetter(*_DATES)


def read_rights(reader: Reader, name: str = "rights") -> tuple[Right, ...]:
    """Read the rights of a case from its tables ``[[rights]]``. At least one, each id once."""
    rights: list[Right] = []
    ids: set[str] = set()
    for entry in reader.tables(name):
        right = read_right(entry)
        if right.id and right.id in ids:
            entry.problem(
                "id",
                right.id,
                "id_twice",
                Text("编号与前面的权利重复", "another right has the same id"),
                Text("请为每件权利填写不同的 id", "use a different id for each right"),
            )
        ids.add(right.id)
        rights.append(right)
    if not rights:
        reader.problem(
            name,
            "",
            "no_rights",
            Text("未填写权利", "no right is given"),
            Text(f"请至少填写一个 [[{name}]]", f"add at least one [[{name}]]"),
        )
    return tuple(rights)


def read_right(reader: Reader) -> Right:
    """Read one right. Field names are those of ``Right``; kinds, statuses, flags and roles are their English words."""
    noted = reader.problem_count()
    kind = RightKind(reader.choice("kind", _KIND_CODES))
    status = reader.choice("status", (*STATUSES, ""), default="")
    reduction = reader.choice("fee_reduction", (*FEE_REDUCTIONS, ""), default="")
    right = Right(
        id=reader.text("id"),
        kind=kind,
        title=reader.text("title"),
        number=read_number(reader, kind),
        holders=_read_holders(reader),
        filing_date=reader.optional_day("filing_date"),
        grant_date=reader.optional_day("grant_date"),
        registration_date=reader.optional_day("registration_date"),
        publication_date=reader.optional_day("publication_date"),
        creation_date=reader.optional_day("creation_date"),
        first_use_date=reader.optional_day("first_use_date"),
        ended_date=reader.optional_day("ended_date"),
        term_end_date=reader.optional_day("term_end_date"),
        status=LegalStatus(status) if status else None,
        fee_paid_through_year=reader.optional_whole("fee_paid_through_year", 1, MOST_PATENT_YEARS),
        flags=_read_flags(reader),
        licences=tuple(_read_licence(entry) for entry in reader.tables("licences")),
        role=Role(reader.choice("role", ROLES, default=Role.GENERAL.value)),
        author_death_date=reader.optional_day("author_death_date"),
        same_day_invention=reader.flag("same_day_invention", False),
        vine_or_tree=reader.flag("vine_or_tree", False),
        co_owners_agreed_freely=reader.flag("co_owners_agreed_freely", False),
        goods_classes=_read_goods_classes(reader),
        publication_number=_read_publication_number(reader),
        provenance=reader.optional_text("provenance"),
        fee_reduction=FeeReduction(reduction) if reduction else None,
        frozen_until=reader.optional_day("frozen_until"),
        notes=reader.texts("notes"),
    )
    if reader.problem_count() == noted:
        # Contradictions are checked only if every field could be read; otherwise the messages would mislead.
        for found in contradictions(right):
            reader.problem(found.field, found.value, found.code, found.reason, found.hint)
    reader.finish()
    return right


def read_number(reader: Reader, kind: RightKind) -> str:
    """Read the field ``number`` in the stored form of its kind."""
    written = reader.optional_text("number")
    try:
        return right_number(kind.value, written)
    except NumberError as error:
        reader.problem("number", written, error.code, error.reason, error.hint)
        return ""


def contradictions(right: Right) -> tuple[Problem, ...]:
    """Return the problems of a right as a whole: dates in the wrong order, facts that its kind cannot have.

    Problems name the fields of ``Right``.
    """
    found = _reversed_dates(right)
    if right.kind in PATENT_KINDS:
        found.extend(_patent_contradictions(right))
    elif right.fee_paid_through_year is not None:
        found.append(
            Problem(
                "fee_paid_through_year",
                str(right.fee_paid_through_year),
                Text("此类权利无年费", "this kind of right has no annual fee"),
                Text("请删除，或更正种类", "remove it, or correct the kind"),
                "not_for_kind",
            )
        )
    if right.same_day_invention and right.kind is not RightKind.UTILITY_MODEL:
        found.append(
            Problem(
                "same_day_invention",
                "true",
                Text("仅实用新型可填写同日发明申请", "only a utility model can have a same-day invention"),
                Text("请删除，或更正种类", "remove it, or correct the kind"),
                "not_for_kind",
            )
        )
    return tuple(found)


def _reversed_dates(right: Right) -> list[Problem]:
    written: tuple[date | None, ...] = _DATES_OF(right)
    filled = [day for day in written if day is not None]
    if filled == sorted(filled):  # in each pair the earlier one stands first in ``_DATES``
        return []
    days: dict[str, date] = {name: day for name, day in zip(_DATES, written, strict=True) if day}
    return [
        Problem(
            later,
            days[later].isoformat(),
            Text(
                f"早于{DATE_TEXT[earlier].zh} {days[earlier]}",
                f"it comes before the {DATE_TEXT[earlier].en}, {days[earlier]}",
            ),
            Text("请改正其中一个日期", "correct one of the two dates"),
            "dates_reversed",
        )
        for earlier, later in _ORDER
        if earlier in days and later in days and days[later] < days[earlier]
    ]


def _patent_contradictions(right: Right) -> list[Problem]:
    if right.filing_date is None:
        return [
            Problem(
                "filing_date",
                "",
                Text(
                    "专利必须填写申请日：期限和年费均自申请日起算",
                    "a patent needs its filing date: term and fees count from it",
                ),
                Text("请对照专利证书填写", "copy it from the patent certificate"),
                "missing",
            )
        ]
    # A divisional application keeps its parent's filing date, so the number may be later but never earlier.
    if right.number and right.filing_date.year > patent_year(right.number):
        return [
            Problem(
                "filing_date",
                right.filing_date.isoformat(),
                Text(
                    f"晚于号码 {right.number} 的年份",
                    f"later than the year of the number {right.number}",
                ),
                Text("请更正申请日或号码", "correct the filing date or the number"),
                "filed_after_number",
            )
        ]
    return []


def _read_holders(reader: Reader) -> tuple[Holder, ...]:
    holders = tuple(_read_holder(entry) for entry in reader.tables("holders"))
    if not holders:
        reader.problem(
            "holders",
            "",
            "missing",
            Text("没有权利人", "no holder is given"),
            Text('请填写为 holders = [{ name = "甲公司" }]', 'write holders = [{ name = "甲公司" }]'),
        )
    return holders


def _read_holder(reader: Reader) -> Holder:
    written = reader.optional_text("code")
    code = ""
    if written:
        try:
            code = credit_code(written)
        except NumberError as error:
            reader.problem("code", written, error.code, error.reason, error.hint)
    holder = Holder(
        name=reader.text("name"),
        code=code,
        is_natural_person=reader.flag("is_natural_person", False),
        consents=reader.flag("consents") if reader.has("consents") else None,
    )
    reader.finish()
    return holder


def _read_licence(reader: Reader) -> Licence:
    licence = Licence(
        kind=LicenceKind(reader.choice("kind", LICENCE_KINDS)),
        licensee=reader.text("licensee"),
        start=reader.optional_day("start"),
        end=reader.optional_day("end"),
        yearly_fee=reader.optional_money("yearly_fee") or 0,
        recorded=reader.flag("recorded", False),
    )
    if licence.start is not None and licence.end is not None and licence.end < licence.start:
        reader.problem(
            "end",
            licence.end,
            "dates_reversed",
            Text("许可结束早于开始", "the licence ends before it starts"),
            Text("请更正 start 或 end", "correct start or end"),
        )
    reader.finish()
    return licence


def _read_flags(reader: Reader) -> frozenset[Flag]:
    words = reader.texts("flags")
    for word in words:
        if word not in FLAGS:
            reader.problem(
                "flags",
                word,
                "not_a_choice",
                Text("不在可选范围内", "not one of the choices"),
                Text(f"可选：{'、'.join(FLAGS)}", f"choose from: {', '.join(FLAGS)}"),
            )
    return frozenset(Flag(word) for word in words if word in FLAGS)


def _read_goods_classes(reader: Reader) -> tuple[int, ...]:
    if not reader.has("goods_classes"):
        return ()
    value = reader.anything("goods_classes")
    is_list = isinstance(value, list)
    if not is_list or any(isinstance(n, bool) or n not in NICE_CLASSES for n in value):
        reader.problem(
            "goods_classes",
            value,
            "goods_classes",
            Text("不是商品和服务类别", "not classes of goods and services"),
            Text("请填写 1 至 45 的整数，例如 [9, 42]", "write whole numbers from 1 to 45: [9, 42]"),
        )
        return ()
    return tuple(value)


def _read_publication_number(reader: Reader) -> str:
    written = reader.optional_text("publication_number")
    if not written:
        return ""
    try:
        return patent_publication_number(written)
    except NumberError as error:
        reader.problem("publication_number", written, error.code, error.reason, error.hint)
        return ""
