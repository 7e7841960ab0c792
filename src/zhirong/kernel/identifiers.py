"""Registration numbers: accepted in all common forms, stored in one form, rejected with a hint.

Every ``..._number`` function takes the number as written and returns the stored form, or raises ``NumberError``.

Check digits: patent applications add digits times weights 2 to 9, 2 to 5 modulo 11, where ten is X; layout designs
do the same (inferred from the numbers of published cases: BS.08500145.7, BS.12500520.2, BS.15550838.5). The unified
social credit code follows GB 32100-2015 (modulo 31). The other numbers have no known check digit: only their form
is checked.
"""

import re
import unicodedata
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from operator import mul

from zhirong.kernel.text import Text


def _pattern(form: str) -> re.Pattern[str]:
    """A pattern that accepts only the digits 0 to 9: Unicode has others, which no register uses."""
    return re.compile(form, re.ASCII)


_DASHES = "‐‑‒–—―−－﹣_"
_DOTS = "。·•．｡・"
_TO_ASCII = str.maketrans({**dict.fromkeys(_DASHES, "-"), **dict.fromkeys(_DOTS, ".")})
_SEPARATORS = re.compile(r"[\s.\-]+")
_LABEL = re.compile(r"^[一-鿿]*号\s*[:.]?\s*")

_CREDIT_ALPHABET = "0123456789ABCDEFGHJKLMNPQRTUWXY"
_CREDIT_WEIGHTS = tuple(pow(3, place, 31) for place in range(17))
_CREDIT_LABEL = re.compile(r"^[一-鿿() ]+[:.]?\s*")
# The body that registers (1 to 9, A army, N agriculture, Y other), and the kind of organisation with it. Both this
# and the provinces are deliberately wide: the tables of the standard were not checked, and a code in use must never
# be rejected.
_CREDIT_HEAD = _pattern(r"[1-9ANY][1-59]")
_PROVINCES = frozenset(
    str(number)
    for first, last in ((10, 15), (21, 23), (31, 37), (41, 46), (50, 54), (61, 66), (71, 71), (81, 82), (99, 99))
    for number in range(first, last + 1)
)  # GB/T 2260; 10 is the country's own register, 66 and 99 are used for the Xinjiang corps
_CREDIT_FORM = _pattern(r"[0-9A-HJ-NP-RTUWXY]{2}\d{6}[0-9A-HJ-NP-RTUWXY]{10}")

_PATENT_WEIGHTS = (2, 3, 4, 5, 6, 7, 8, 9, 2, 3, 4, 5)
_PATENT_PREFIX = _pattern(r"^(?:CN[ .:\-]*ZL|CN|ZL)[ .:\-]*(?=\d)")
_PATENT_SHAPE = _pattern(r"(\d{4})([12389])(\d{7})(\d|X)|(\d{2})([12389])(\d{5})(\d|X)?")
_WITHOUT_CHECK = _pattern(r"\d{4}[12389]\d{7}")
_PATENT_KEPT = _pattern(r"(?:\d{12}|\d{8})\.(?:\d|X)|8[5-8][123]\d{5}")
_NEW_PATENT_KEPT = _pattern(r"\d{4}[12389]\d{7}\.[\dX]")
_OLD_PATENT_KEPT = _pattern(r"\d{2}[12389]\d{5}\.[\dX]")
_PUBLICATION = _pattern(r"CN(\d{7}|\d{9})([ABCUSYD]\d?)")
_SCIENTIFIC = _pattern(r"\d(?:\.\d+)?E[+\-]?\d+")
_FIRST_NEW_YEAR = 2003  # numbers with a year of four digits begin in October 2003
_FIRST_LONG_NUMBERS = 2004  # the first whole year of such numbers
_FIRST_YEAR, _FIRST_CHECKED_YEAR = 1985, 1989  # the patent office opened; its numbers got a check digit

PATENT_KIND_OF_DIGIT = {
    "1": "invention",
    "2": "utility_model",
    "3": "design",
    "8": "invention",
    "9": "utility_model",
}
_PATENT_KIND_TEXT = {
    "invention": Text("发明", "an invention"),
    "utility_model": Text("实用新型", "a utility model"),
    "design": Text("外观设计", "a design"),
}

_TRADEMARK = _pattern(r"(?:G\d{5,7}|\d{1,8})[A-Z]?")
_SOFTWARE_REGISTRATION = _pattern(r"(\d{4})SR(\d{5,7})")
_SOFTWARE_CERTIFICATE = _pattern(r"软著(登|变补)字第(BJ)?0*(\d{1,8})号?")
_WORK = _pattern(r"([一-鿿]{1,2})作登字(\d{4})([A-L])(\d{8})")
# The characters before 作登字 (the country, a province) as traditional writing has them: the same register, the same
# number.
_PLAIN_PLACES = str.maketrans("國雲遼魯蘇贛晉陝閩貴粵滬寧瓊慶", "国云辽鲁苏赣晋陕闽贵粤沪宁琼庆")
_LAYOUT = _pattern(r"(?:BS)?(\d{2}5\d{5})(\d|X)")
_VARIETY = _pattern(r"CNA(?:(\d{4})(\d{4})(\d|X)|(\d{4})(\d{7}))")
_FOREST_VARIETY = _pattern(r"(?:19|20)\d{2}\d{4}")
_DATA_IP = _pattern(r"20[2-9]\d[0-9A-Z]{12}")
_DATA_IP_CERTIFICATE = _pattern(r"20[2-9]\d(?:0[1-9]|1[0-2])\d{11}")
_LEADING_ZEROS = _pattern(r"^(G?)0+(?=\d)")
_ORDINAL = re.compile(r"第(.+)号")


class NumberError(ValueError):
    """A number that cannot be valid. reason: why. hint: how to fix it. code: stable English key."""

    def __init__(self, code: str, reason: Text, hint: Text) -> None:
        self.code = code
        self.reason = reason
        self.hint = hint
        super().__init__(f"{reason.en}: {hint.en}")


# -- unified social credit code ---------------------------------------------------------------------------------


def credit_code(written: str) -> str:
    """Return a unified social credit code (GB 32100-2015) in its stored form: 18 characters, capitals, no
    separators. A label in front is dropped. Codes that no register can issue are rejected: the first two characters
    name the registering body and the kind of organisation, characters 3 to 8 a region.
    """
    code = _SEPARATORS.sub("", _CREDIT_LABEL.sub("", _plain(written, strip_label=False)))
    if len(code) != 18:
        raise NumberError(
            "credit_code_length",
            Text(
                f"统一社会信用代码应为 18 位，实际为 {len(code)} 位", f"must have 18 characters, found {len(code)}"
            ),
            Text("请按营业执照完整填写 18 位代码", "copy all 18 characters from the business licence"),
        )
    if _CREDIT_FORM.fullmatch(code) is None:
        raise NumberError(
            "credit_code_form",
            Text(
                "含有不使用的字母（I、O、S、V、Z）或第 3 至 8 位不是数字",
                "it contains a letter that is not used (I, O, S, V, Z), or characters 3 to 8 are not digits",
            ),
            Text("请检查是否把 1、0、5、2 写成了字母", "check whether 1, 0, 5 or 2 was written as a letter"),
        )
    if _CREDIT_HEAD.match(code) is None or code[2:4] not in _PROVINCES:
        raise NumberError(
            "credit_code_form",
            Text(
                f"前两位“{code[:2]}”或行政区划码“{code[2:8]}”不是登记机关使用的代码",
                f"no register uses {code[:2]} as the first two characters or {code[2:8]} as a region",
            ),
            Text(
                "请按营业执照填写统一社会信用代码，勿填写身份证号或其他证号",
                "Copy the unified social credit code from the business licence, not an identity card number.",
            ),
        )
    expected = credit_code_check(code[:17])
    if code[17] != expected:
        raise _wrong_check(code[17], expected)
    return code


def credit_code_check(first17: str) -> str:
    """The 18th character of a unified social credit code: 31 - sum(character x 3^i) modulo 31 (GB 32100-2015)."""
    total = sum(
        _CREDIT_ALPHABET.index(sign) * weight for sign, weight in zip(first17, _CREDIT_WEIGHTS, strict=True)
    )
    return _CREDIT_ALPHABET[-total % 31]


# -- patents ----------------------------------------------------------------------------------------------------


def patent_number(written: str) -> str:
    """Return a Chinese patent application (or grant) number as ``201410362077.3`` or ``00118464.4``.

    ZL, CN and words such as 专利号 are dropped. Numbers of 1985 to 1988 had no check digit: ``85100001``; a correct
    one added by a database is accepted and dropped.
    """
    # Most numbers in a table already have the stored form.
    is_kept = _PATENT_KEPT.fullmatch(written) is not None
    core = written.replace(".", "") if is_kept else _patent_core(written)
    match = _PATENT_SHAPE.fullmatch(core)
    if match is None:
        raise _not_a_patent_number(written, core)
    year4, _, _, check4, year2, _, _, check2 = match.groups()
    if year4 is not None and int(year4) < _FIRST_NEW_YEAR:
        raise NumberError(
            "patent_year",
            Text(f"{year4} 年的申请号年份只写两位", f"a number of {year4} has a two-digit year"),
            Text(
                f"请填写为 {core[2:5]}… 的九位号", f"write the nine-character number that begins with {core[2:5]}"
            ),
        )
    if year2 is not None:
        return _old_patent_number(core, year2, check2)
    expected = patent_check_digit(core[:-1])
    if check4 != expected:
        raise _wrong_check(check4, expected)
    return f"{core[:-1]}.{expected}"


def patent_check_digit(digits: str) -> str:
    """The check digit for the 8 or 12 digits before it: sum of digit x weight (2 to 9, 2 to 5) modulo 11, ten is
    X.
    """
    total = sum(map(mul, map(int, digits), _PATENT_WEIGHTS))
    return "0123456789X"[total % 11]


def without_office(written: str) -> str:
    """Return a number without the ZL or CN before it."""
    return written[2:] if written.startswith(("ZL", "CN")) else written


def kind_of_kept_patent(written: str) -> str | None:
    """Return the kind of a patent whose number has the stored form and a correct check digit; None for anything else,
    which ``kind_of_number`` and ``right_number`` examine in full, and for numbers of 1985 to 1988.
    """
    if _NEW_PATENT_KEPT.fullmatch(written) is not None:
        is_of_its_time = int(written[:4]) >= _FIRST_NEW_YEAR
    elif _OLD_PATENT_KEPT.fullmatch(written) is not None:
        is_of_its_time = _FIRST_CHECKED_YEAR <= patent_year(written) <= _FIRST_NEW_YEAR
    else:
        return None
    digits, _, check = written.partition(".")
    return patent_kind(written) if is_of_its_time and check == patent_check_digit(digits) else None


def patent_kind(kept: str) -> str:
    """Return the kind of right that a stored patent number names: invention, utility_model or design."""
    return PATENT_KIND_OF_DIGIT[kept[4] if kept.find(".") == 12 else kept[2]]


def patent_year(kept: str) -> int:
    """Return the year in which a stored patent number was issued."""
    if kept.find(".") == 12:
        return int(kept[:4])
    year = int(kept[:2])
    return 1900 + year if year >= _FIRST_YEAR % 100 else 2000 + year


def patent_publication_number(written: str) -> str:
    """Return a Chinese patent publication or grant number as ``CN1329838A`` or ``CN104123456B``."""
    if _PUBLICATION.fullmatch(written) is not None:  # Most numbers in a table already have the stored form.
        return written
    core = _SEPARATORS.sub("", _plain(written))
    if not core.startswith("CN"):
        core = f"CN{core}"
    if _PUBLICATION.fullmatch(core) is None:
        raise NumberError(
            "publication_form",
            Text("不是中国专利文献号", "not a Chinese patent publication number"),
            Text(
                "请填写为 CN 加 7 或 9 位数字加文献种类字母（A、B、C、U、S、Y、D），例如 CN104123456B",
                "enter CN, 7 or 9 digits and the letter of the document (A, B, C, U, S, Y, D), such as"
                " CN104123456B",
            ),
        )
    return core


# -- the other kinds --------------------------------------------------------------------------------------------


def trademark_number(written: str) -> str:
    """Return a trademark registration number as digits (``1234567``), ``G1234567`` for an international one.

    Leading zeros have no meaning and are dropped: 00123456 and 123456 are the same mark.
    """
    core = _SEPARATORS.sub("", _inside_ordinal(_plain(written)))
    if _TRADEMARK.fullmatch(core) is None:
        raise NumberError(
            "trademark_form",
            Text("不是商标注册号", "not a trademark registration number"),
            Text(
                "请填写 1 至 8 位数字，国际注册加 G，例如 12345678 或 G1234567",
                "write 1 to 8 digits, with G for an international registration: 12345678 or G1234567",
            ),
        )
    return _LEADING_ZEROS.sub(r"\1", core)


def software_number(written: str) -> str:
    """Return a software copyright number: registration ``2014SR123456`` or certificate ``软著登字第0123456号``.

    The two are different numbers of the same work and are stored separately. A certificate number is stored with at
    least seven digits, as it is printed.
    """
    core = _SEPARATORS.sub("", _plain(written, strip_label=False))
    core = re.sub(r"^(?:登记号|证书号):?", "", core)
    if _SOFTWARE_REGISTRATION.fullmatch(core) is not None:
        return core
    match = _SOFTWARE_CERTIFICATE.fullmatch(core)
    if match is not None:
        kind, beijing, serial = match.groups()
        return f"软著{kind}字第{beijing or ''}{serial.zfill(5 if beijing else 7)}号"
    raise NumberError(
        "software_form",
        Text("不是软件著作权登记号或证书号", "neither a software registration number nor a certificate number"),
        Text("请填写为 2014SR123456 或 软著登字第0123456号", "write 2014SR123456 or 软著登字第0123456号"),
    )


def copyright_number(written: str) -> str:
    """Return the registration number of a work as ``国作登字-2014-F-00123456`` (or with a province's character)."""
    core = _SEPARATORS.sub("", _plain(written, strip_label=False))
    match = _WORK.fullmatch(core)
    if match is not None:
        place, *rest = match.groups()
        return "{}作登字-{}-{}-{}".format(place.translate(_PLAIN_PLACES), *rest)
    raise NumberError(
        "copyright_form",
        Text("不是作品登记号", "not a registration number of a work"),
        Text(
            "请填写为 国作登字-2014-F-00123456；未登记的请留空",
            "write 国作登字-2014-F-00123456; leave it empty if there is none",
        ),
    )


def layout_design_number(written: str) -> str:
    """Return a layout design registration number as ``BS.12500520.2``: year, 5, serial and check digit."""
    core = _SEPARATORS.sub("", _plain(written))
    match = _LAYOUT.fullmatch(core)
    if match is None:
        raise NumberError(
            "layout_form",
            Text("不是布图设计登记号", "not a layout design number"),
            Text(
                "请填写为 BS. 加两位年份、5、五位流水号、点和校验位，例如 BS.12500520.2",
                "write BS., a two-digit year, 5, five digits, a dot and the check digit: BS.12500520.2",
            ),
        )
    digits, check = match.groups()
    expected = patent_check_digit(digits)
    if check != expected:
        raise _wrong_check(check, expected)
    return f"BS.{digits}.{check}"


def plant_variety_number(written: str) -> str:
    """Return a plant variety number: ``CNA20110123.4``, later ``CNA20191006012``; forestry numbers have eight
    digits.
    """
    core = _SEPARATORS.sub("", _plain(written))
    match = _VARIETY.fullmatch(core)
    if match is not None:
        year, serial, check, year_later, serial_later = match.groups()
        return f"CNA{year}{serial}.{check}" if year else f"CNA{year_later}{serial_later}"
    if _FOREST_VARIETY.fullmatch(core) is not None:
        return core
    raise NumberError(
        "variety_form",
        Text("不是植物新品种权号", "not a plant variety number"),
        Text(
            "请填写为 CNA20110123.4 或 CNA20191006012；林业品种为八位数字，例如 20130045",
            "write CNA20110123.4 or CNA20191006012; for a forestry variety eight digits: 20130045",
        ),
    )


def data_ip_number(written: str) -> str:
    """Return a registration number of data intellectual property in its 16 characters: ``2024A0010000123X``.

    The certificates that the China National Intellectual Property Administration issues in one form (规发〔2024〕79号;
    in Guangdong since 2024-09-09, by a notice of its protection centre of 2024-09-10) have two numbers. The
    registration number has 16 letters and digits: year of application, source of the data, kind of registrant,
    serial, check digit. The certificate number has 17 digits: year, month, code of the office, serial. The rule of
    the check digit has not been published: only the form and the year are checked. Older certificates have local
    numbers, which are not accepted.
    """
    core = _SEPARATORS.sub("", _plain(written))
    if _DATA_IP.fullmatch(core) is not None:
        return core
    if _DATA_IP_CERTIFICATE.fullmatch(core) is not None:
        raise NumberError(
            "certificate_number",
            Text(
                "这是证书编号（17 位）；同一登记另有登记号，使用两个号码会被视为两项权利",
                "this is the certificate number (17 characters); the registration has a different number, and the"
                " right would count twice",
            ),
            Text("请填写证书上的 16 位登记号", "Enter the 16-character registration number from the certificate."),
        )
    raise NumberError(
        "data_ip_form",
        Text("不是数据知识产权登记号", "this is not a registration number of data intellectual property"),
        Text(
            "请填写证书上的 16 位登记号，以申请年份开头；旧版证书没有该号码的，请将号码留空，并将原编号写入备注",
            "Enter the 16-character number from the certificate, which begins with the year of application. If an"
            " older certificate has no such number, leave it empty and enter the local number in the notes.",
        ),
    )


# -- by kind of right -------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class NumberForm:
    """The form of the numbers of one kind of right.

    read: returns the stored form of what was written; None for a kind that never has a number. is_optional: a right
    of this kind can exist without a number. sign: a prefix unique to these numbers, empty if there is none. sample:
    a number of this form that no register has issued, from a year and a serial of 1 to 99, for estimates about a
    right without a stated number; None if a right needs none.
    """

    read: Callable[[str], str] | None
    is_optional: bool = False
    sign: str = ""
    sample: Callable[[int, int], str] | None = None


def sample_patent_number(digit: str, year: int, serial: int) -> str:
    """Return a patent number of the long form that no register has issued. digit: the digit of the kind, 1, 2 or 3."""
    digits = f"{max(year, _FIRST_LONG_NUMBERS)}{digit}99999{serial:02d}"
    return f"{digits}.{patent_check_digit(digits)}"


def _sample_layout_design(year: int, serial: int) -> str:
    digits = f"{year % 100:02d}5999{serial:02d}"
    return f"BS.{digits}.{patent_check_digit(digits)}"


# By the code of the kind (``RightKind``). Records of rights and the digital identity of a right both read numbers
# here.
NUMBER_FORMS: Mapping[str, NumberForm] = {
    "invention": NumberForm(patent_number, sample=partial(sample_patent_number, "1")),
    "utility_model": NumberForm(patent_number, sample=partial(sample_patent_number, "2")),
    "design": NumberForm(patent_number, sample=partial(sample_patent_number, "3")),
    "trademark": NumberForm(trademark_number, sample=lambda year, serial: f"999999{serial:02d}"),
    "copyright": NumberForm(copyright_number, is_optional=True, sign="作登字"),
    "software": NumberForm(software_number, is_optional=True, sign="软著"),
    "layout_design": NumberForm(layout_design_number, sign="BS", sample=_sample_layout_design),
    "plant_variety": NumberForm(
        plant_variety_number, sign="CNA", sample=lambda year, serial: f"CNA{year}99999{serial:02d}"
    ),
    "trade_name": NumberForm(credit_code, is_optional=True),
    "trade_secret": NumberForm(None, is_optional=True),
    "data_ip": NumberForm(data_ip_number, is_optional=True),
}
# Kinds whose rights may have no number.
NUMBER_OPTIONAL = frozenset(kind for kind, form in NUMBER_FORMS.items() if form.is_optional)


def right_number(kind: str, written: str) -> str:
    """Return the stored number of a right of ``kind`` (a value of ``RightKind``); a number of another kind is
    rejected.

    A trade name uses its firm's credit code. If the number is optional, an empty string stays empty; a trade secret
    never has one.
    """
    form = NUMBER_FORMS[kind]
    if not written.strip():
        if form.is_optional:
            return ""
        raise NumberError(
            "number_missing",
            Text("未填写号码", "the number is missing"),
            Text("请补充填写号码", "enter the number"),
        )
    if form.read is None:
        raise NumberError(
            "number_not_expected",
            Text("此类权利没有登记号", "rights of this kind have no register number"),
            Text("请留空，并将内部编号写入 notes", "leave it empty and put an internal number into notes"),
        )
    kept = form.read(written)
    if kind in _PATENT_KIND_TEXT and patent_kind(kept) != kind:
        found, wanted = _PATENT_KIND_TEXT[patent_kind(kept)], _PATENT_KIND_TEXT[kind]
        raise NumberError(
            "patent_kind",
            Text(
                f"这是{found.zh}的号码，而种类写的是{wanted.zh}",
                f"the number belongs to {found.en}, but the kind is {wanted.en}",
            ),
            Text("请更正号码或种类", "correct the number or the kind"),
        )
    return kept


def kind_of_number(written: str) -> str | None:
    """Return the kind of right that the form of a number identifies, or None. Trademark numbers are bare digits and
    identify no kind; invalid numbers identify none either.
    """
    if _NEW_PATENT_KEPT.fullmatch(written) is not None:  # Most numbers in a table already have the stored form.
        return PATENT_KIND_OF_DIGIT[written[4]]
    core = _SEPARATORS.sub("", _plain(written, strip_label=False))
    for kind, form in NUMBER_FORMS.items():
        if form.sign and (core.startswith(form.sign) or (kind == "copyright" and form.sign in core[:5])):
            return kind
    if _SOFTWARE_REGISTRATION.fullmatch(core) is not None:
        return "software"
    if _DATA_IP.fullmatch(core) is not None and not core.isdecimal():
        return "data_ip"
    core = _patent_core(written)
    match = _PATENT_SHAPE.fullmatch(core)
    # Eight digits may be a trademark as well as a patent of the eighties.
    return None if match is None or len(core) == 8 else PATENT_KIND_OF_DIGIT[match[2] or match[6]]


def show_number(kind: str, kept: str, *, granted: bool = False, dot: bool = True) -> str:
    """Return a stored number as it is printed: ``ZL201410362077.3`` once granted, without the dot for register
    lists.
    """
    if kind not in _PATENT_KIND_TEXT:
        return f"第{kept}号" if kind == "trademark" and kept else kept
    return ("ZL" if granted else "") + (kept if dot else kept.replace(".", ""))


# -- inside -----------------------------------------------------------------------------------------------------


def _plain(written: str, *, strip_label: bool = True) -> str:
    """Return half width, capitals, common dashes and dots, without a label such as 专利号 and without outer spaces."""
    text = unicodedata.normalize("NFKC", written).translate(_TO_ASCII).upper().strip()
    if strip_label and not text.startswith("第"):
        text = _LABEL.sub("", text)
    return text


def _inside_ordinal(text: str) -> str:
    match = _ORDINAL.fullmatch(text)
    return text if match is None else match.group(1)


def _patent_core(written: str) -> str:
    text = _PATENT_PREFIX.sub("", _plain(written))
    return text if _SCIENTIFIC.fullmatch(text) else _SEPARATORS.sub("", text)


def _old_patent_number(core: str, year2: str, check: str | None) -> str:
    year = int(year2)
    full_year = 1900 + year if year >= _FIRST_YEAR % 100 else 2000 + year
    if full_year > _FIRST_NEW_YEAR:
        raise NumberError(
            "patent_year",
            Text(f"没有 {full_year} 年的九位申请号", f"numbers of {full_year} do not have nine characters"),
            Text(
                "2003 年 10 月起年份写四位、流水号七位",
                "since October 2003 the year has four digits and the serial number seven",
            ),
        )
    expected = patent_check_digit(core[:8])
    had_none = _FIRST_YEAR <= full_year < _FIRST_CHECKED_YEAR
    if check is None and not had_none:
        raise _no_check(core[:8], expected)
    if check is not None and check != expected:
        raise _wrong_check(check, expected)
    return core[:8] if had_none else f"{core[:8]}.{expected}"


def _not_a_patent_number(written: str, core: str) -> NumberError:
    if _PUBLICATION.fullmatch(_SEPARATORS.sub("", _plain(written))) is not None:
        return NumberError(
            "publication_number",
            Text(
                "这是公开（公告）号，不是申请号或专利号", "this is a publication number, not an application number"
            ),
            Text("请填写申请号或专利号，例如 ZL201410362077.3", "enter the application number: ZL201410362077.3"),
        )
    if _SCIENTIFIC.fullmatch(core) is not None:
        return NumberError(
            "scientific",
            Text(
                "表格软件把号码改成了科学计数，末位已丢失",
                "a spreadsheet converted the number to scientific notation and lost digits",
            ),
            Text("请将该列设为文本格式，重新填写号码", "format the column as text and enter the number again"),
        )
    if _WITHOUT_CHECK.fullmatch(core) is not None and int(core[:4]) >= _FIRST_NEW_YEAR:
        return _no_check(core, patent_check_digit(core))
    padded = core.zfill(9)
    if 5 <= len(core) < 9 and _PATENT_SHAPE.fullmatch(padded) and patent_check_digit(padded[:8]) == padded[8]:
        return NumberError(
            "leading_zeros",
            Text("号码开头的 0 已丢失", "the leading zeros of the number are missing"),
            Text(
                f"请填写为 {padded[:8]}.{padded[8]}，并把该列设为文本格式",
                f"write {padded[:8]}.{padded[8]} and format the column as text",
            ),
        )
    return NumberError(
        "patent_form",
        Text("不是中国专利申请号", "not a Chinese patent application number"),
        Text(
            "请填写为 201410362077.3（2003 年 10 月以前如 00118464.4）：年份、种类（1、2、3、8、9）、流水号、点、校验位",
            "write 201410362077.3 (before October 2003: 00118464.4): year, kind (1, 2, 3, 8, 9), serial, dot, check digit",
        ),
    )


def _no_check(digits: str, expected: str) -> NumberError:
    return NumberError(
        "check_digit_missing",
        Text("缺少校验位", "the check digit is missing"),
        Text(f"请核对后写成 {digits}.{expected}", f"check it, then write {digits}.{expected}"),
    )


def _wrong_check(found: str, expected: str) -> NumberError:
    return NumberError(
        "check_digit",
        Text(
            f"校验位有误：所填为 {found}，按其余各位应为 {expected}",
            f"wrong check digit: {found}, the other digits require {expected}",
        ),
        Text("请逐位核对号码", "compare the number digit by digit"),
    )
