"""The headings and words of tables of rights, Chinese and English, each with several names.

They are data: ``rules/adapters/rights`` has those that all lists share and those of each known format. The first
name of a field is its heading in the template, the second its name in English and in JSON.
"""

from dataclasses import dataclass
from enum import StrEnum

from zhirong.chain.adapters.adapter import library
from zhirong.chain.adapters.words import heading_key, word_key
from zhirong.chain.right.kinds import KIND_TEXT, KINDS, RightKind
from zhirong.chain.right.records import FLAG_TEXT, ROLE_TEXT, STATUS_TEXT, Flag, Role
from zhirong.kernel.text import Text

_COMMON = library("rights").common
# Fields found only in lists of other systems; they are mapped to the fields of the record.
EXTRA_FIELDS = frozenset({"validity", "event", "term", "pledged", "frozen", "scope", "nothing"})
_TEMPLATE_NAMES = {"holders": ("权利人", "holders")}


def _names(field: str) -> tuple[str, ...]:
    """Return every heading of a field, those of the template first."""
    return tuple(dict.fromkeys((*_TEMPLATE_NAMES.get(field, ()), *library("rights").names(field))))


HEADINGS: dict[str, tuple[str, ...]] = {
    field: _names(field) for field in _COMMON.columns if field not in EXTRA_FIELDS
}

# The display name of every field.
FIELD_TEXT: dict[str, Text] = {
    **{field: Text(names[0], names[1].replace("_", " ")) for field, names in HEADINGS.items()},
    # Of a patent the day of publication, of a work or software the first one.
    "publication_date": Text("公开日（作品、软件为首次发表日）", "publication date"),
    "validity": Text("是否有效", "whether in force"),
    "event": Text("最近的法律事件", "last event of the register"),
    "term": Text("专用权期限", "present term"),
    "pledged": Text("质押", "pledge"),
    "frozen": Text("保全", "freeze"),
    "scope": Text("权利范围", "scope of the right"),
}

# Values of an empty cell.
BLANKS = frozenset({"", "NA", "N/A", "NULL", "NONE", "-", "--", "—", "——", "/", "无", "未知"})

YES = frozenset({"是", "有", "Y", "YES", "TRUE", "1", "√"})
NO = frozenset({"否", "没有", "N", "NO", "FALSE", "0", "×"})

# Values that mean "no encumbrance".
UNBURDENED = frozenset(
    {
        "0",
        "0次",
        "否",
        "没有",
        "无",
        "未质押",
        "未许可",
        "未保全",
        "未冻结",
        "未查封",
        "未涉诉",
        "正常",
        "全部",
        "全部权利",
        "n",
        "no",
        "false",
    }
)

# A kind is named by its code, by both titles, and by its common names.
KIND_WORDS: dict[str, RightKind] = {
    **{
        word_key(word): kind
        for kind in RightKind
        for word in (kind.value, KINDS[kind].text.zh, KINDS[kind].text.en)
    },
    **{word: RightKind(kind) for word, kind in _COMMON.words["kind"].items()},
}
FLAG_WORDS: dict[str, Flag] = {word: Flag(flag) for word, flag in _COMMON.words["flags"].items()}
ROLE_WORDS: dict[str, Role] = {word: Role(role) for word, role in _COMMON.words["role"].items()}


class Said(StrEnum):
    """Meanings of words about the state of a right, besides the statuses themselves: see ``rules/adapters/rights``."""

    OVER = "over"
    PARTLY_INVALID = "partly_invalid"
    RESTORED = "restored"
    PLEDGED = "pledged"
    FROZEN = "frozen"
    TRANSFERRED = "transferred"
    LICENSED = "licensed"
    DISPUTED = "disputed"
    NOTHING = "nothing"


# Headings of numbers that name their kind, for lists of one kind without a column for it. For other headings the
# form decides.
KIND_OF_HEADING: dict[str, RightKind] = {
    heading_key(heading): kind for kind, record in KINDS.items() for heading in record.number_headings
}

# Headings that mean patents only, so that bare digits below them are not a trademark's.
PATENT_HEADINGS = frozenset(heading_key(name) for name in ("专利号", "专利申请号", "patent number", "app_num"))


@dataclass(frozen=True, slots=True)
class Column:
    """The purpose of a template column. choices: words to choose from, empty if any text is allowed."""

    meaning: Text
    example: str = ""
    choices: tuple[Text, ...] = ()


def _with(form: Text, zh: str, en: str) -> Text:
    return Text(f"{zh}；{form.zh}", f"{en}; {form.en}")


_YES_NO = (Text("是", "yes"), Text("否", "no"))
_DAY = Text("日期，如 2026-01-31", "a date such as 2026-01-31")

# The columns of the template, in its order. Columns found only in other systems' lists are omitted.
COLUMN_HELP: dict[str, Column] = {
    "id": Column(Text("自定编号，可不填", "an identifier of your own; optional"), "A1"),
    "kind": Column(
        Text(
            "专利可不填，由号码判断；其他种类必填",
            "optional for patents, whose number shows it; required for others",
        ),
        "发明专利",
        tuple(KIND_TEXT.values()),
    ),
    "title": Column(Text("证书上的名称", "the name on the certificate"), "一种电机控制器"),
    "number": Column(
        Text(
            "专利号、商标注册号、软件登记号等，ZL、空格、圆点可有可无；商号填信用代码，商业秘密不填",
            "patent, trademark, software number ...; ZL, blanks and the dot may be omitted; "
            "for a trade name enter the firm's credit code; leave it empty for a trade secret",
        ),
        "ZL201410362077.3",
    ),
    "holders": Column(Text("全部权利人，用分号隔开", "every holder, separated by semicolons"), "甲公司；乙大学"),
    "codes": Column(
        Text("权利人的 18 位信用代码，顺序与权利人相同", "their 18-character credit codes, in the same order"),
        "91110000600037341L",
    ),
    "natural_person": Column(Text("权利人都是自然人", "whether all holders are natural persons"), "否", _YES_NO),
    "filing_date": Column(
        _with(_DAY, "专利、布图设计必填", "required for patents and layout designs"), "2014-07-28"
    ),
    "grant_date": Column(
        _with(_DAY, "专利、植物新品种授权公告日", "grant of a patent or plant variety"), "2016-05-04"
    ),
    "registration_date": Column(_with(_DAY, "商标、布图设计注册或登记日", "trademarks, layout designs"), ""),
    "publication_date": Column(
        _with(
            _DAY,
            "专利公开日；作品、软件首次发表日",
            "publication of a patent; first publication of a work or software",
        ),
        "",
    ),
    "creation_date": Column(
        _with(_DAY, "作品、软件、布图设计完成日", "completion of a work, software, layout"), ""
    ),
    "first_use_date": Column(_with(_DAY, "布图设计首次商业利用日", "first commercial use of a layout design"), ""),
    "term_end_date": Column(
        _with(
            _DAY,
            "登记簿所载的最后一天，如商标续展后",
            "last day in the register, such as that of a renewed trademark",
        ),
        "",
    ),
    "ended": Column(_with(_DAY, "终止日", "the day it lapsed"), ""),
    "refused": Column(_with(_DAY, "驳回日", "the day it was refused"), ""),
    "withdrawn": Column(_with(_DAY, "撤回或视为撤回日", "the day it was withdrawn"), ""),
    "invalidated": Column(_with(_DAY, "宣告无效日", "the day it was declared invalid"), ""),
    "restored": Column(_with(_DAY, "恢复权利日", "the day it was restored"), ""),
    "status": Column(
        Text("登记簿所载；不填则由日期推算", "as in the register; derived from the dates if omitted"),
        "有效",
        tuple(STATUS_TEXT.values()),
    ),
    "fee_paid_through_year": Column(
        Text("年费已缴至的专利年度，1 至 20", "last patent year whose fee is paid, 1 to 20"), "12"
    ),
    "flags": Column(
        Text(
            f"可填多项，用分号隔开：{'、'.join(words.zh for words in FLAG_TEXT.values())}",
            f"any number, separated by semicolons: {'; '.join(words.en for words in FLAG_TEXT.values())}",
        ),
        "已质押",
    ),
    "role": Column(
        Text("在企业经营中的作用", "its role in the firm's business"), "核心", tuple(ROLE_TEXT.values())
    ),
    "goods_classes": Column(Text("商标的商品和服务类别，1 至 45", "Nice classes of a trademark, 1 to 45"), "9、42"),
    "author_death_date": Column(_with(_DAY, "自然人作品的作者死亡日", "date of death of a natural author"), ""),
    "same_day_invention": Column(
        Text("该实用新型同日申请了发明专利", "an invention was filed for it on the same day"), "否", _YES_NO
    ),
    "vine_or_tree": Column(Text("植物新品种为藤本或木本", "the plant variety is a vine or tree"), "否", _YES_NO),
    "co_owners_agreed_freely": Column(
        Text("共有人约定各自可以单独出质", "the co-owners agreed that each may pledge alone"), "否", _YES_NO
    ),
    "publication_number": Column(Text("公开号或授权公告号", "number of the published document"), "CN104123456B"),
    "provenance": Column(Text("数据来源", "source of the data"), "专利登记簿副本"),
    "notes": Column(Text("其他", "any other information"), ""),
}
