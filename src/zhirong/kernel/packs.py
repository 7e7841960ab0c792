"""Policy packs: dated rules of a lender, a guarantor, a fund or a region that override those of the package.

A pack is a folder with a manifest ``pack.toml``, rule files (``*.toml``, in any folder) and, in the folders
``modes`` and ``funds``, files in the mode language. On a day and in a region for which the pack has a version of a
rule, that version decides; everywhere else the overridden rule stays in force, with its own source and confidence.
Of several packs the later one wins. Only data is read, within limits of number and size, and nothing outside the
folder.
"""

import hashlib
import os
import stat
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

from zhirong.kernel.errors import InputError, Problem
from zhirong.kernel.fields import Reader, parse_toml
from zhirong.kernel.rulebook import (
    COUNTRY,
    LANGUAGE_FOLDERS,
    Bounds,
    Pack,
    PackFile,
    Reference,
    Rule,
    Rulebook,
    RuleValue,
    read_rules,
    wider_regions,
)
from zhirong.kernel.text import Text

ENVIRONMENT = "ZHIRONG_RULES"
MANIFEST = "pack.toml"
ISSUER_KINDS: Mapping[str, Text] = {
    "lender": Text("贷款人", "lender"),
    "guarantor": Text("担保人", "guarantor"),
    "fund": Text("基金", "fund"),
    "region": Text("地区", "region"),
}
MOST_PACKS = 20
MOST_FILES = 300
MOST_ENTRIES = 3_000  # Files of any name count, so that a folder named by mistake is not searched to its end.
MOST_FILE_BYTES = 1 << 20
MOST_BYTES = 8 << 20
DEEPEST = 5
_WHOLE_UNITS = frozenset({"months", "days", "working_days", "count"})
_LARGEST_EXPONENT = 30
_SPLIT = Text(
    f"一个政策包至多 {MOST_FILES} 个规则文件、共 {MOST_BYTES >> 20} MB；请检查文件夹是否正确",
    f"a pack has at most {MOST_FILES} rule files of {MOST_BYTES >> 20} MB together; check that this is the right"
    f" folder",
)


def folders_named(value: str) -> tuple[Path, ...]:
    """Return the folders of a list such as the one in ZHIRONG_RULES, in its order."""
    return tuple(Path(word).absolute() for word in value.split(os.pathsep) if word.strip())


def environment_folders() -> tuple[Path, ...]:
    """Return the folders that ZHIRONG_RULES names."""
    return folders_named(os.environ.get(ENVIRONMENT, ""))


def overlaid(
    base: Rulebook, folders: Iterable[Path | str], check: Callable[[Pack], Iterable[Problem]] = lambda pack: ()
) -> Rulebook:
    """Return ``base`` overridden by the packs in these folders, the last one first in priority.

    check: further checks of a pack, such as its files in the mode language. Raises InputError with every problem of
    any pack.
    """
    places = [Path(folder) for folder in folders]
    if len(places) > MOST_PACKS:
        raise InputError([_too_many(len(places))])
    read = [_read(place) for place in places]
    problems = [problem for _, found in read for problem in found]
    book, found = _laid(base, [pack for pack, _ in read if pack is not None], check)
    if problems or found:
        raise InputError([*problems, *found], ", ".join(str(place) for place in places))
    return book


def laid_over(
    base: Rulebook, packs: Sequence[Pack], check: Callable[[Pack], Iterable[Problem]] = lambda pack: ()
) -> Rulebook:
    """Return ``base`` overridden by packs that are already read, after its own packs. check: as for ``overlaid``.

    Raises InputError with every problem.
    """
    if len(base.packs) + len(packs) > MOST_PACKS:
        raise InputError([_too_many(len(base.packs) + len(packs))])
    book, problems = _laid(base, packs, check)
    if problems:
        raise InputError(problems, ", ".join(pack.mark for pack in packs))
    return book


def _too_many(count: int) -> Problem:
    return Problem(
        ENVIRONMENT,
        str(count),
        Text("政策包过多", "too many policy packs"),
        Text(f"请使用至多 {MOST_PACKS} 个", f"use at most {MOST_PACKS}"),
        "too_many_packs",
    )


def _laid(
    base: Rulebook, above: Sequence[Pack], check: Callable[[Pack], Iterable[Problem]]
) -> tuple[Rulebook, list[Problem]]:
    problems: list[Problem] = []
    packs = {pack.id: pack for pack in base.packs}
    rules = {rule_id: base.rule(rule_id) for rule_id in base.ids()}
    for pack in above:
        if pack.id in packs:
            problems.append(
                Problem(
                    f"{pack.folder.name}/{MANIFEST}: id",
                    pack.id,
                    Text("已有同名的政策包", "another pack has this id"),
                    Text("每个政策包请只填写一次，或更换 id", "name each pack once, or change its id"),
                    "pack_twice",
                )
            )
            continue
        packs[pack.id] = pack
        problems += check(pack)
        # A duplicate inside the pack is already reported.
        for rule in {one.id: one for one in reversed(pack.rules)}.values():
            below = rules.get(rule.id)
            if below is None:
                rules[rule.id] = rule
                continue
            problems += _misfits(pack, rule, below)
            rules[rule.id] = _over(rule, below)
    return Rulebook(rules.values(), tuple(packs.values())), problems


def pack_of_texts(name: str, texts: Mapping[str, str]) -> Pack:
    """Read a pack whose files are stored elsewhere than in a folder. name: its name in problems. texts: by file
    name.

    Raises InputError with every problem in them.
    """
    files = [
        PackFile(file, text, hashlib.sha256(text.encode()).hexdigest()) for file, text in sorted(texts.items())
    ]
    size = sum(len(text.encode()) for text in texts.values())
    if len(files) > MOST_FILES or size > MOST_BYTES:
        reason = Text("文件过多或过大", "too many files, or too large in total")
        raise InputError([Problem(name, "", reason, _SPLIT, "too_many_files")])
    pack, problems = _read_files(Path(name), files, [])
    if problems or pack is None:
        raise InputError(problems, name)
    return pack


def read_pack(folder: Path | str) -> Pack:
    """Read one pack by itself. Raises InputError with every problem in its files."""
    pack, problems = _read(Path(folder))
    if problems or pack is None:
        raise InputError(problems, str(folder))
    return pack


# -- laying one rule over another -------------------------------------------------------------------------------


def _over(above: Rule, below: Rule) -> Rule:
    """Return ``above``, and the versions of ``below`` on days and in regions for which ``above`` has none."""
    kept = [piece for version in below.versions for piece in _left_of(version, above.versions)]
    return Rule(above.id, above.title, above.unit, (*above.versions, *kept), below.bounds)


def _left_of(version: RuleValue, above: Sequence[RuleValue]) -> Iterator[RuleValue]:
    """Return the rest of a version's days not covered by others; its source is unchanged."""
    wider = wider_regions(version.reference.region)
    pieces = [(version.reference.valid_from, version.reference.valid_to)]
    for other in (one.reference for one in above if one.reference.region in wider):
        pieces = [piece for first, last in pieces for piece in _without(first, last, other)]
    for first, last in pieces:
        yield replace(version, reference=replace(version.reference, valid_from=first, valid_to=last))


def _without(first: date | None, last: date | None, taken: Reference) -> Iterator[tuple[date | None, date | None]]:
    """Return the days from ``first`` to ``last`` (None is open) that are not in ``taken``."""
    begins, ends = taken.valid_from or date.min, taken.valid_to or date.max
    if (last or date.max) < begins or (first or date.min) > ends:
        yield first, last
        return
    if (first or date.min) < begins:
        yield first, begins - timedelta(days=1)
    if ends < (last or date.max):
        yield ends + timedelta(days=1), last


# -- compatibility with the replaced rule ----------------------------------------------------------------------------


def _misfits(pack: Pack, rule: Rule, below: Rule) -> Iterator[Problem]:
    """Note rules with another unit, or values of another form, than those of the overridden rule."""
    if rule.unit != below.unit:
        yield Problem(
            f"{pack.folder.name}: {rule.id}.unit",
            rule.unit,
            Text(f"被替换的规则单位是 {below.unit}", f"the overridden rule is in {below.unit}"),
            Text(f"请改为 {below.unit}，数值也按此单位", f"use {below.unit}, and state the value in that unit"),
            "other_unit",
        )
        return
    samples = [version.value for version in below.versions]
    for number, version in enumerate(rule.versions, 1):
        place = f"{pack.folder.name}: {rule.id}.version[{number}].value"
        yield from _form(place, version.value, samples, is_whole=rule.unit in _WHOLE_UNITS)
        if below.bounds is not None:
            yield from _out_of_bounds(place, version.value, below.bounds)


def _form(place: str, value: Any, samples: Sequence[Any], *, is_whole: bool) -> Iterator[Problem]:
    """Note a value of another form than all values of the package, which a reader of the rule could not handle."""
    kinds = {_kind(sample) for sample in samples}
    if len(kinds) != 1:
        return
    kind = kinds.pop()
    if _kind(value) != kind:
        yield _wrong(place, value, f"应为{_KIND_WORDS[kind].zh}", f"must be {_KIND_WORDS[kind].en}")
    elif kind == "table":
        for name in sorted(set.intersection(*(set(sample) for sample in samples)) - set(value)):
            yield Problem(
                f"{place}.{name}",
                "",
                Text("被替换的规则含有该项，此处缺少", "the overridden rule has this entry"),
                Text("请补充该项", "fill it in"),
                "missing",
            )
        for name, inner in value.items():
            known = [sample[name] for sample in samples if name in sample]
            if known:
                yield from _form(f"{place}.{name}", inner, known, is_whole=is_whole)
    elif kind == "list":
        known = [item for sample in samples for item in sample]
        for number, inner in enumerate(value, 1):
            if known:
                yield from _form(f"{place}[{number}]", inner, known, is_whole=is_whole)
    elif (
        kind == "number"
        and is_whole
        and isinstance(value, Decimal)
        and all(isinstance(one, int) for one in samples)
    ):
        yield _wrong(place, value, "应为整数", "must be a whole number")


def _out_of_bounds(place: str, value: Any, bounds: Bounds) -> Iterator[Problem]:
    """Note a value outside the bounds of its rule: a formula would have no result with it, or a meaningless one."""
    least, most, one_of = bounds.least, bounds.most, bounds.one_of
    if one_of and isinstance(value, str) and value not in one_of:
        words = Text(f"应为 {'、'.join(one_of)} 之一", f"must be one of {', '.join(one_of)}")
        yield Problem(place, value, Text("不是可选的值", "not one of the choices"), words, "not_a_choice")
    if isinstance(value, bool) or not isinstance(value, int | Decimal) or not Decimal(value).is_finite():
        return  # A different form is already reported.
    if (least is not None and value < least) or (most is not None and value > most):
        zh = f"至少 {least:f}" if most is None else f"应在 {least or 0:f} 与 {most:f} 之间（含）"
        en = f"at least {least:f}" if most is None else f"must be from {least or 0:f} to {most:f}"
        yield Problem(
            place,
            str(value),
            Text("超出这条规则可用的范围", "outside the bounds of this rule"),
            Text(zh, en),
            "out_of_range",
        )


_KIND_WORDS = {
    "table": Text("表", "a table"),
    "list": Text("列表", "a list"),
    "number": Text("数", "a number"),
    "flag": Text(" true 或 false", "true or false"),
    "text": Text("文字", "words"),
    "day": Text("日期", "a date"),
}


def _kind(value: object) -> str:
    if isinstance(value, Mapping):
        return "table"
    if isinstance(value, list | tuple):
        return "list"
    if isinstance(value, bool):
        return "flag"
    if isinstance(value, int | Decimal):
        return "number"
    return "text" if isinstance(value, str) else "day"


def _wrong(place: str, value: object, zh: str, en: str) -> Problem:
    shown = "{…}" if isinstance(value, Mapping) else str(value)
    return Problem(
        place,
        shown,
        Text("与被替换的规则形式不同", "of another form than the overridden rule"),
        Text(zh, en),
        "wrong_type",
    )


# -- reading a folder --------------------------------------------------------------------------------------------


def _read(folder: Path) -> tuple[Pack | None, list[Problem]]:
    """Read a pack and its problems; None if it has no readable manifest."""
    files, problems = _files(folder)
    return _read_files(folder, files, problems)


def _read_files(
    folder: Path, files: Sequence[PackFile], problems: list[Problem]
) -> tuple[Pack | None, list[Problem]]:
    """Read a pack from its files. problems: those of the files themselves."""
    manifest = next((file for file in files if file.name == MANIFEST), None)
    if manifest is None:
        if not problems:
            problems.append(
                Problem(
                    str(folder / MANIFEST),
                    "",
                    Text("没有政策包的清单文件", "the manifest of the pack is missing"),
                    Text(f"请在文件夹中添加 {MANIFEST}", f"add {MANIFEST} to the folder"),
                    "no_manifest",
                )
            )
        return None, problems
    rules: list[Rule] = []
    for file in files:
        if file is manifest or file.name.split("/")[0] in LANGUAGE_FOLDERS:
            continue
        try:
            rules += read_rules(file.text, file.name)
        except InputError as error:
            problems += [replace(one, field=f"{folder.name}/{file.name}: {one.field}") for one in error.problems]
        except RecursionError:
            problems.append(_too_deep(f"{folder.name}/{file.name}"))
    problems += _twice(folder, rules)
    try:
        pack = _manifest(folder, manifest, files, rules)
    except InputError as error:
        named = [replace(one, field=f"{folder.name}/{MANIFEST}: {one.field}") for one in error.problems]
        return None, [*named, *problems]
    except RecursionError:
        return None, [_too_deep(f"{folder.name}/{MANIFEST}"), *problems]
    problems += _out_of_scope(pack)
    return pack, problems


def _manifest(folder: Path, manifest: PackFile, files: Sequence[PackFile], rules: Sequence[Rule]) -> Pack:
    reader = Reader(parse_toml(manifest.text, MANIFEST))
    pack_id, version = _word(reader, "id"), _word(reader, "version")
    title = reader.words("title")
    valid_from = reader.day("valid_from")
    issuer = reader.table("issuer")
    kind, name = issuer.choice("kind", tuple(ISSUER_KINDS)), issuer.words("name")
    issuer.finish()
    region, lender = COUNTRY, ""
    scope = reader.optional_table("scope")
    if scope is not None:
        region, lender = scope.optional_text("region", COUNTRY), scope.optional_text("lender")
        if not _is_region(region):
            scope.problem("region", region, "not_a_region", *_REGION)
        scope.finish()
    reader.optional_words("about")
    reader.finish()
    mark = f"{pack_id} {version}"
    return Pack(
        id=pack_id,
        title=title,
        version=version,
        issuer_kind=kind,
        issuer=name,
        region=region,
        lender=lender,
        valid_from=valid_from,
        digest=_digest(files),
        folder=folder,
        files=tuple(files),
        rules=tuple(_marked(rule, mark, region, valid_from) for rule in rules),
    )


_REGION = (
    Text("不是地区代码", "not a region code"),
    Text("请填写 CN 或六位行政区划代码，例如 610100", "enter CN or the six digits of GB/T 2260, such as 610100"),
)


def _is_region(region: str) -> bool:
    return region == COUNTRY or (len(region) == 6 and region.isascii() and region.isdigit())


def _word(reader: Reader, name: str) -> str:
    """Return a short word that can be in a file name: letters, digits, hyphen, dot, underscore."""
    word = reader.text(name)
    if word and not (
        len(word) <= 60 and word.isascii() and word.replace("-", "").replace(".", "").replace("_", "").isalnum()
    ):
        reader.problem(
            name,
            word,
            "not_a_word",
            Text(
                "只能用英文字母、数字和 - . _，至多 60 个字符",
                "use only letters, digits, - . _ and at most 60 characters",
            ),
            Text("请更换写法，例如 qinchuan-bank、2026.1", "use a form such as qinchuan-bank or 2026.1"),
        )
    return word


def _marked(rule: Rule, mark: str, region: str, valid_from: date) -> Rule:
    """Return the rule with the pack's mark on every version, with the pack's region and first day where it gives no
    other.
    """

    def of_pack(version: RuleValue) -> RuleValue:
        found = version.reference
        reference = replace(
            found,
            region=region if found.region == COUNTRY else found.region,
            valid_from=found.valid_from or valid_from,
            pack=mark,
        )
        return replace(version, reference=reference)

    return replace(rule, versions=tuple(of_pack(version) for version in rule.versions))


def _out_of_scope(pack: Pack) -> Iterator[Problem]:
    """Note versions that start before the pack or lie outside its region, and values that are not finite numbers."""
    for rule in pack.rules:
        for number, version in enumerate(rule.versions, 1):
            place, found = f"{pack.folder.name}: {rule.id}.version[{number}]", version.reference
            if found.valid_from is not None and found.valid_from < pack.valid_from:
                yield Problem(
                    f"{place}.valid_from",
                    found.valid_from.isoformat(),
                    Text(
                        f"早于政策包的生效日 {pack.valid_from}",
                        f"before the first day of the pack ({pack.valid_from})",
                    ),
                    Text(
                        "请填写这一天或以后，或提前政策包的生效日",
                        "enter that day or a later one, or make the pack start earlier",
                    ),
                    "before_the_pack",
                )
            if not _is_region(found.region):
                yield Problem(f"{place}.region", found.region, *_REGION, "not_a_region")
            elif pack.region not in wider_regions(found.region):
                yield Problem(
                    f"{place}.region",
                    found.region,
                    Text(f"不在政策包的地区 {pack.region} 之内", f"outside the pack's region {pack.region}"),
                    Text("请填写该地区之内的代码，或不写", "enter a region within it, or omit it"),
                    "outside_the_region",
                )
            for where, value in _numbers(f"{place}.value", version.value):
                if not value.is_finite() or abs(value.adjusted()) > _LARGEST_EXPONENT:
                    yield Problem(
                        where,
                        str(value),
                        Text("数值不是有限数", "not a finite number"),
                        Text("请写成一个有限的数", "enter a finite number"),
                        "not_finite",
                    )


def _numbers(place: str, value: Any) -> Iterator[tuple[str, Decimal]]:
    if isinstance(value, Decimal):
        yield place, value
    elif isinstance(value, Mapping):
        for name, inner in value.items():
            yield from _numbers(f"{place}.{name}", inner)
    elif isinstance(value, list):
        for number, inner in enumerate(value, 1):
            yield from _numbers(f"{place}[{number}]", inner)


def _twice(folder: Path, rules: Sequence[Rule]) -> Iterator[Problem]:
    seen: set[str] = set()
    for rule in rules:
        if rule.id in seen:
            yield Problem(
                f"{folder.name}: {rule.id}",
                rule.id,
                Text("同一政策包中重复填写", "defined twice in one pack"),
                Text("请合并为一条规则，各版本写在一起", "merge them into one rule with all its versions"),
                "rule_twice",
            )
        seen.add(rule.id)


def _digest(files: Sequence[PackFile]) -> str:
    """Return the digest of the names and digests of all files, so that no change of content or name goes unnoticed."""
    whole = hashlib.sha256()
    for file in sorted(files, key=lambda one: one.name):
        whole.update(f"{file.digest}  {file.name}\n".encode())
    return whole.hexdigest()


def _too_deep(place: str) -> Problem:
    return Problem(
        place,
        "",
        Text("表和列表的嵌套层数过多", "tables and lists are nested too deeply"),
        Text("请减少嵌套层数", "reduce the nesting"),
        "too_deep",
    )


@dataclass
class _Walk:
    """The state of a walk through a folder."""

    root: Path
    files: list[PackFile] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)
    entries: int = 0
    size: int = 0


def _files(folder: Path) -> tuple[list[PackFile], list[Problem]]:
    """Return every TOML file below a folder in the order of their names; note what cannot be read or is not
    allowed.
    """
    walk = _Walk(folder.absolute())
    try:
        _walk_through(walk, walk.root, 0)
    except OSError as error:
        what = Text(f"无法读取：{error.strerror}", f"cannot be read: {error.strerror}")
        if isinstance(error, FileNotFoundError):
            what = Text("文件夹不存在", "the folder does not exist")
        elif isinstance(error, NotADirectoryError):
            what = Text("不是文件夹", "not a folder")
        walk.problems.append(
            Problem(
                str(folder), "", what, Text("请检查路径和权限", "check the path and its permissions"), "unreadable"
            )
        )
    return sorted(walk.files, key=lambda one: one.name), walk.problems


def _walk_through(walk: _Walk, place: Path, depth: int) -> None:
    for entry in sorted(os.scandir(place), key=lambda one: one.name):
        walk.entries += 1
        name = (place / entry.name).relative_to(walk.root).as_posix()
        shown = f"{walk.root.name}/{name}"
        if walk.entries == MOST_ENTRIES or len(walk.files) > MOST_FILES or walk.size > MOST_BYTES:
            if not any(one.code == "too_many_files" for one in walk.problems):
                reason = Text("文件过多或过大", "too many files, or too large in total")
                walk.problems.append(Problem(str(walk.root), "", reason, _SPLIT, "too_many_files"))
            return
        if entry.name.startswith("."):
            continue
        if entry.is_symlink():
            target = Path(entry.path).resolve()
            if not target.is_relative_to(walk.root.resolve()) or not target.is_file():
                reason = Text(
                    "链接指向文件夹之外，或不是文件", "the link points outside the folder, or not to a file"
                )
                hint = Text("请将文件放进文件夹", "put the file itself into the folder")
                walk.problems.append(Problem(shown, str(entry.name), reason, hint, "link"))
                continue
        if entry.is_dir(follow_symlinks=False):
            if depth >= DEEPEST:
                reason = Text("文件夹嵌套层数过多", "folders are nested too deeply")
                hint = Text(f"请保持至多 {DEEPEST} 层", f"use at most {DEEPEST} levels")
                walk.problems.append(Problem(shown, "", reason, hint, "too_deep"))
                continue
            _walk_through(walk, Path(entry.path), depth + 1)
        elif entry.name.endswith(".toml"):
            _take(walk, Path(entry.path), name, shown)


def _take(walk: _Walk, path: Path, name: str, shown: str) -> None:
    status = path.stat()
    if not stat.S_ISREG(status.st_mode):
        reason = Text("不是普通文件", "not a regular file")
        walk.problems.append(
            Problem(shown, "", reason, Text("请替换为普通文件", "replace it with a regular file"), "not_a_file")
        )
        return
    if status.st_size > MOST_FILE_BYTES:
        reason = Text(f"文件有 {status.st_size} 字节", f"the file has {status.st_size} bytes")
        hint = Text(f"请缩小到至多 {MOST_FILE_BYTES} 字节", f"reduce it to at most {MOST_FILE_BYTES} bytes")
        walk.problems.append(Problem(shown, str(status.st_size), reason, hint, "too_large"))
        return
    with path.open("rb") as file:
        content = file.read(MOST_FILE_BYTES)
    walk.size += len(content)
    try:
        text = content.decode("utf-8-sig").replace("\r\n", "\n")
    except UnicodeDecodeError:
        reason, hint = (
            Text("文件不是 UTF-8 编码", "the file is not UTF-8"),
            Text("请另存为 UTF-8 编码", "save it as UTF-8"),
        )
        walk.problems.append(Problem(shown, "", reason, hint, "not_utf8"))
        return
    walk.files.append(PackFile(name, text, hashlib.sha256(content).hexdigest()))
