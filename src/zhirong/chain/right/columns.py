"""The headings and words that tables of rights use, Chinese and English, each known by several names.

The first name of a field is its heading in the template, the second its name in English and in JSON. A foreign
list is one more set of names: the last ones of some fields are those of a published research file.
"""

import re
import unicodedata
from dataclasses import dataclass

from zhirong.chain.right.records import (
    FLAG_TEXT,
    KIND_TEXT,
    ROLE_TEXT,
    STATUS_TEXT,
    Flag,
    LegalStatus,
    RightKind,
    Role,
)
from zhirong.kernel.text import Text

HEADINGS: dict[str, tuple[str, ...]] = {
    "id": ("编号", "id", "内部编号", "序号", "no"),
    "kind": ("种类", "kind", "类型", "权利种类", "权利类型", "知识产权类型", "专利类型", "type"),
    "title": (
        "名称",
        "title",
        "权利名称",
        "专利名称",
        "发明名称",
        "商标名称",
        "作品名称",
        "软件名称",
        "软件全称",
        "品种名称",
        "name",
    ),
    "number": (
        "号码",
        "number",
        "专利号",
        "申请号",
        "专利申请号",
        "注册号",
        "商标注册号",
        "商标号",
        "登记号",
        "证书号",
        "品种权号",
        "application number",
        "patent number",
        "registration number",
        "app_num",
    ),
    "holders": (
        "权利人",
        "holders",
        "专利权人",
        "注册人",
        "著作权人",
        "品种权人",
        "申请人",
        "holder",
        "owner",
        "owners",
        "patentee",
        "applicant",
        "assignee",
    ),
    "codes": ("统一社会信用代码", "credit_codes", "信用代码", "credit code", "uscc"),
    "natural_person": ("自然人", "is_natural_person", "是否自然人", "natural person"),
    "filing_date": ("申请日", "filing_date", "申请日期", "application date", "app_date"),
    "grant_date": ("授权公告日", "grant_date", "授权日", "授权日期", "授权公告日期", "date of grant", "grant"),
    "registration_date": (
        "注册日",
        "registration_date",
        "登记日",
        "注册日期",
        "登记日期",
        "核准注册日",
        "注册公告日",
    ),
    "publication_date": (
        "首次发表日",
        "publication_date",
        "首次发表日期",
        "公开日",
        "公布日",
        "公开（公告）日",
        "pub_date",
    ),
    "creation_date": ("完成日", "creation_date", "开发完成日", "开发完成日期", "创作完成日", "创作完成日期"),
    "first_use_date": ("首次商业利用日", "first_use_date", "首次投入商业利用日"),
    "term_end_date": ("有效期至", "term_end_date", "专用权期限至", "专用期至", "valid until"),
    "withdrawn": ("撤回日", "withdrawn_date", "视为撤回日", "授权前放弃日", "app_withdraw"),
    "given_up": ("放弃日", "given_up_date", "waive"),
    "refused": ("驳回日", "refused_date", "reject"),
    "ended": ("终止日", "ended_date", "终止日期", "失效日", "lapse date", "terminate"),
    "invalidated": ("无效宣告日", "invalidated_date", "宣告无效日"),
    "restored": ("恢复日", "restored_date", "恢复权利日", "recover"),
    "status": ("法律状态", "status", "legal status", "状态"),
    "fee_paid_through_year": ("年费缴至年度", "fee_paid_through_year", "已缴年费年度", "年费已缴至第几年"),
    "flags": ("标记", "flags", "权利限制", "质押保全"),
    "role": ("作用", "role", "角色"),
    "goods_classes": ("商品类别", "goods_classes", "国际分类", "类别", "nice classes", "nice class"),
    "author_death_date": ("作者死亡日", "author_death_date"),
    "same_day_invention": ("同日申请发明", "same_day_invention"),
    "vine_or_tree": ("藤本或木本", "vine_or_tree"),
    "co_owners_agreed_freely": ("共有人约定可各自出质", "co_owners_agreed_freely"),
    "publication_number": (
        "公开（公告）号",
        "publication_number",
        "公开号",
        "公告号",
        "授权公告号",
        "pub_num",
    ),
    "provenance": ("来源", "provenance", "source"),
    "notes": ("备注", "notes", "remark", "remarks"),
}

# What an empty cell may look like.
BLANKS = frozenset({"", "NA", "N/A", "NULL", "NONE", "-", "--", "—", "——", "/", "无", "未知"})

YES = frozenset({"是", "有", "Y", "YES", "TRUE", "1", "√"})
NO = frozenset({"否", "没有", "N", "NO", "FALSE", "0", "×"})

KIND_WORDS: dict[str, RightKind] = {
    **{kind.value: kind for kind in RightKind},
    **{words.zh: kind for kind, words in KIND_TEXT.items()},
    **{words.en.casefold(): kind for kind, words in KIND_TEXT.items()},
    "发明": RightKind.INVENTION,
    "发明授权": RightKind.INVENTION,
    "发明申请": RightKind.INVENTION,
    "实用新型": RightKind.UTILITY_MODEL,
    "外观设计": RightKind.DESIGN,
    "外观": RightKind.DESIGN,
    "商标": RightKind.TRADEMARK,
    "版权": RightKind.COPYRIGHT,
    "作品": RightKind.COPYRIGHT,
    "作品著作权": RightKind.COPYRIGHT,
    "软著": RightKind.SOFTWARE,
    "软件": RightKind.SOFTWARE,
    "计算机软件": RightKind.SOFTWARE,
    "计算机软件著作权": RightKind.SOFTWARE,
    "布图设计": RightKind.LAYOUT_DESIGN,
    "品种权": RightKind.PLANT_VARIETY,
    "植物新品种权": RightKind.PLANT_VARIETY,
    "字号": RightKind.TRADE_NAME,
    "企业名称": RightKind.TRADE_NAME,
    "技术秘密": RightKind.TRADE_SECRET,
}

# 无效 alone is left out on purpose: registers use it for "no longer in force" and for "declared invalid".
STATUS_WORDS: dict[str, LegalStatus] = {
    **{status.value: status for status in LegalStatus},
    **{words.zh: status for status, words in STATUS_TEXT.items()},
    **{words.en.casefold(): status for status, words in STATUS_TEXT.items()},
    "审中": LegalStatus.PENDING,
    "在审": LegalStatus.PENDING,
    "实质审查": LegalStatus.PENDING,
    "有权": LegalStatus.IN_FORCE,
    "授权": LegalStatus.IN_FORCE,
    "已授权": LegalStatus.IN_FORCE,
    "专利权维持": LegalStatus.IN_FORCE,
    "已注册": LegalStatus.IN_FORCE,
    "驳回": LegalStatus.REFUSED,
    "撤回": LegalStatus.WITHDRAWN,
    "视为撤回": LegalStatus.WITHDRAWN,
    "终止": LegalStatus.LAPSED,
    "未缴年费终止": LegalStatus.LAPSED,
    "未缴年费专利权终止": LegalStatus.LAPSED,
    "放弃": LegalStatus.LAPSED,
    "宣告无效": LegalStatus.INVALIDATED,
    "全部无效": LegalStatus.INVALIDATED,
    "届满": LegalStatus.EXPIRED,
    "期限届满": LegalStatus.EXPIRED,
    "专利权有效期届满": LegalStatus.EXPIRED,
}

FLAG_WORDS: dict[str, Flag] = {
    **{flag.value: flag for flag in Flag},
    **{words.zh: flag for flag, words in FLAG_TEXT.items()},
    **{words.en.casefold(): flag for flag, words in FLAG_TEXT.items()},
    "质押": Flag.PLEDGED,
    "保全": Flag.FROZEN,
    "查封": Flag.FROZEN,
    "冻结": Flag.FROZEN,
    "无效程序": Flag.INVALIDATION_PENDING,
    "权属争议": Flag.IN_DISPUTE,
}

ROLE_WORDS: dict[str, Role] = {
    **{role.value: role for role in Role},
    **{words.zh: role for role, words in ROLE_TEXT.items()},
    "防御": Role.DEFENSIVE,
    "进攻": Role.OFFENSIVE,
}

_IN_BRACKETS = re.compile(r"\([^()]*\)")
_ALTERNATIVES = re.compile(r"[/／、或|]")
_BETWEEN = re.compile(r"[\s_\-*:.]+")


def heading_key(heading: str) -> str:
    """A heading without what people vary: width, case, blanks, underscores, asterisks and bracketed remarks."""
    text = unicodedata.normalize("NFKC", heading).casefold()
    return _BETWEEN.sub("", _IN_BRACKETS.sub("", text))


def word_key(word: str) -> str:
    """A cell's word without what people vary: width, case and blanks around."""
    return unicodedata.normalize("NFKC", word).casefold().strip()


# Headings of numbers that name their kind, for lists of one kind without a column for it. Others tell by their form.
KIND_OF_HEADING: dict[str, RightKind] = {
    heading_key("商标注册号"): RightKind.TRADEMARK,
    heading_key("商标号"): RightKind.TRADEMARK,
}

# Headings that speak of patents only, so that bare digits below them are no trademark's.
PATENT_HEADINGS = frozenset(heading_key(name) for name in ("专利号", "专利申请号", "patent number", "app_num"))

_FIELD_OF_HEADING: dict[str, str] = {
    heading_key(name): field for field, names in HEADINGS.items() for name in names
}


def field_of(heading: str) -> str | None:
    """The field that a heading names; two names of one field may stand in it, as in 专利号/注册号. None if unknown."""
    field = _FIELD_OF_HEADING.get(heading_key(heading))
    if field is not None:
        return field
    parts = {_FIELD_OF_HEADING.get(heading_key(part)) for part in _ALTERNATIVES.split(heading)}
    return parts.pop() if len(parts) == 1 else None


@dataclass(frozen=True, slots=True)
class Column:
    """What a column of the template is for. choices: words to pick from, empty where anything may stand."""

    meaning: Text
    example: str = ""
    choices: tuple[Text, ...] = ()


def _with(form: Text, zh: str, en: str) -> Text:
    return Text(f"{zh}；{form.zh}", f"{en}; {form.en}")


_YES_NO = (Text("是", "yes"), Text("否", "no"))
_DAY = Text("日期，如 2026-01-31", "a date such as 2026-01-31")

# The columns of the template, in its order. Columns that only foreign lists have are left out.
COLUMN_HELP: dict[str, Column] = {
    "id": Column(Text("自定编号，可不填", "a name of your own, may be left out"), "A1"),
    "kind": Column(
        Text("专利可不填，由号码判断；其他种类必填", "may be left out for patents, whose number tells"),
        "发明专利",
        tuple(KIND_TEXT.values()),
    ),
    "title": Column(Text("证书上的名称", "the name on the certificate"), "一种电机控制器"),
    "number": Column(
        Text(
            "专利号、商标注册号、软件登记号等，ZL、空格、圆点可有可无；商号填信用代码，商业秘密不填",
            "patent, trademark, software number …; ZL, blanks and the dot may be left out; "
            "a trade name goes by the firm's credit code, a trade secret has none",
        ),
        "ZL201410362077.3",
    ),
    "holders": Column(Text("全部权利人，用分号隔开", "every holder, parted by semicolons"), "甲公司；乙大学"),
    "codes": Column(
        Text("权利人的 18 位信用代码，顺序与权利人相同", "their credit codes of 18 places, in the same order"),
        "91110000600037341L",
    ),
    "natural_person": Column(Text("权利人都是自然人", "whether all holders are natural persons"), "否", _YES_NO),
    "filing_date": Column(_with(_DAY, "专利、布图设计必填", "needed for patents and layout designs"), "2014-07-28"),
    "grant_date": Column(
        _with(_DAY, "专利、植物新品种授权公告日", "grant of a patent or plant variety"), "2016-05-04"
    ),
    "registration_date": Column(_with(_DAY, "商标、布图设计注册或登记日", "trademarks, layout designs"), ""),
    "publication_date": Column(_with(_DAY, "作品、软件首次发表日", "first publication of a work or software"), ""),
    "creation_date": Column(
        _with(_DAY, "作品、软件、布图设计完成日", "completion of a work, software, layout"), ""
    ),
    "first_use_date": Column(_with(_DAY, "布图设计首次商业利用日", "first commercial use of a layout design"), ""),
    "term_end_date": Column(
        _with(_DAY, "登记簿所载的最后一天，如商标续展后", "last day by the register, such as a renewed trademark"),
        "",
    ),
    "ended": Column(_with(_DAY, "终止日", "the day it lapsed"), ""),
    "refused": Column(_with(_DAY, "驳回日", "the day it was refused"), ""),
    "withdrawn": Column(_with(_DAY, "撤回或视为撤回日", "the day it was withdrawn"), ""),
    "invalidated": Column(_with(_DAY, "宣告无效日", "the day it was declared invalid"), ""),
    "restored": Column(_with(_DAY, "恢复权利日", "the day it was restored"), ""),
    "status": Column(
        Text("登记簿所载；不填则由日期推算", "as the register has it; told from the dates if left out"),
        "有效",
        tuple(STATUS_TEXT.values()),
    ),
    "fee_paid_through_year": Column(
        Text("年费缴到第几个专利年度，1 至 20", "last patent year whose fee is paid, 1 to 20"), "12"
    ),
    "flags": Column(
        Text(
            f"可多项，用分号隔开：{'、'.join(words.zh for words in FLAG_TEXT.values())}",
            f"any number, parted by semicolons: {'; '.join(words.en for words in FLAG_TEXT.values())}",
        ),
        "已质押",
    ),
    "role": Column(
        Text("在企业经营中的作用", "its part in the firm's business"), "核心", tuple(ROLE_TEXT.values())
    ),
    "goods_classes": Column(Text("商标的商品和服务类别，1 至 45", "Nice classes of a trademark, 1 to 45"), "9、42"),
    "author_death_date": Column(_with(_DAY, "自然人作品的作者死亡日", "death of a natural author"), ""),
    "same_day_invention": Column(
        Text("该实用新型同日申请了发明专利", "an invention was filed for it on the same day"), "否", _YES_NO
    ),
    "vine_or_tree": Column(Text("植物新品种为藤本或木本", "the plant variety is a vine or tree"), "否", _YES_NO),
    "co_owners_agreed_freely": Column(
        Text("共有人约定各自可以单独出质", "the co-owners agreed that each may pledge alone"), "否", _YES_NO
    ),
    "publication_number": Column(Text("公开号或授权公告号", "number of the published document"), "CN104123456B"),
    "provenance": Column(Text("数据从哪里来", "where the data come from"), "专利登记簿副本"),
    "notes": Column(Text("其他", "anything else"), ""),
}
