"""Zhirong from Python, in a few lines.

    from zhirong.workbench import load_case, quote_case
    answer = quote_case(load_case("case.toml"))
    print(answer.credit_limit.amount, [offer.mode.title.zh for offer in answer.offers if offer.eligible == "yes"])

This is where files are read: case files, rule files and mode files. Everything below is pure.
"""

from collections import deque
from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import Executor, Future
from functools import cache, lru_cache, partial
from pathlib import Path

from zhirong.chain.mode.model import Mode
from zhirong.chain.quote.batch import LimitRow, blocks, limits_of
from zhirong.chain.quote.quote import quote
from zhirong.chain.quote.reading import read_case
from zhirong.chain.quote.records import CreditCase, Quote
from zhirong.kernel.errors import InputError, Problem
from zhirong.kernel.fields import parse_toml
from zhirong.kernel.packs import MANIFEST, environment_folders, overlaid
from zhirong.kernel.rulebook import COUNTRY, Pack, Rulebook
from zhirong.kernel.rulebook_files import load_rulebook
from zhirong.kernel.text import Text
from zhirong.kernel.text_files import read_text_file
from zhirong.mode_files import load_modes, modes_of_pack

_BLOCK = 10  # cases that a worker takes at a time
_UNDER_WAY = 8  # blocks


def rules(packs: Sequence[str | Path] | None = None) -> Rulebook:
    """Return the rules of the package, overridden by the policy packs in these folders, the last one with the
    highest priority.

    packs: by default those that ZHIRONG_RULES names; read once per process. Raises InputError with every problem in
    them, including their modes.
    """
    folders = environment_folders() if packs is None else tuple(Path(folder).absolute() for folder in packs)
    return _rules(folders)


def modes(rulebook: Rulebook | None = None) -> dict[str, Mode]:
    """Return the financing modes of the package, overridden by those of the rulebook's policy packs, by id.

    rulebook: by default that of ``rules()``.
    """
    return _modes((rules() if rulebook is None else rulebook).packs)


@cache
def _rules(folders: tuple[Path, ...]) -> Rulebook:
    book = load_rulebook(packs=())
    return overlaid(book, folders, partial(faults_of_pack, book))


def faults_of_pack(book: Rulebook, pack: Pack) -> list[Problem]:
    """Return the problems of a pack beyond its rules: files in the mode language, and a region that is in no
    province.
    """
    return [*modes_of_pack(pack)[1], *_unknown_regions(book, pack)]


def _unknown_regions(book: Rulebook, pack: Pack) -> Iterator[Problem]:
    provinces = {row["code"][:2] for row in book.at("regions.names", pack.valid_from).value} | {COUNTRY}
    if pack.region[:2] not in provinces:
        yield Problem(
            f"{pack.folder.name}/{MANIFEST}: scope.region",
            pack.region,
            Text("代码前两位不对应任何省级行政区", "no province has a code with these first two digits"),
            Text(
                "请填写 GB/T 2260 代码，例如广州 440100；全国有效的不填",
                "Enter the GB/T 2260 code, such as 440100 for Guangzhou; omit it for all of China.",
            ),
            "unknown_region",
        )


@lru_cache(maxsize=16)
def _modes(packs: tuple[Pack, ...]) -> dict[str, Mode]:
    return load_modes(packs=packs)


def load_case(path: str | Path) -> CreditCase:
    """Return the case in a TOML file. Raises InputError with every problem in it, OSError if unreadable."""
    return read_case(parse_toml(read_text_file(path), str(path)), str(path), rules())


def quote_case(
    case: CreditCase, mode_ids: Iterable[str | Mode] | None = None, rulebook: Rulebook | None = None
) -> Quote:
    """Return the quote of a case under the named modes, by default under all. A mode can also be given directly, as
    read from a file.

    rulebook: the rules to use, by default those of ``rules()``; the modes of its policy packs are used with it.
    Raises InputError for an unknown mode.
    """
    book = rules() if rulebook is None else rulebook
    return quote(case, choose_modes(mode_ids, book), book)


def quote_many(
    cases: Iterable[CreditCase],
    mode_ids: Sequence[str] | None = None,
    *,
    executor: Executor | None = None,
    packs: Sequence[str | Path] | None = None,
) -> Iterator[LimitRow]:
    """Return the credit limit of every case under every named mode (by default all), case by case in the given
    order.

    Each row equals the offer of ``quote_case`` in its fields; words, schedules and charts are omitted. executor: a
    pool of processes or a cluster that takes blocks of cases; None works in this process. packs: as for ``rules``.
    Memory is bounded: at most a few blocks are in progress. Raises InputError for an unknown mode and for a case
    that contradicts itself.
    """
    folders = None if packs is None else tuple(str(folder) for folder in packs)
    ids = tuple(mode.id for mode in choose_modes(mode_ids, rules(folders)))
    made = blocks(cases, _BLOCK)
    if executor is None:
        for block in made:
            yield from _limits(block, ids, folders)
        return
    waiting: deque[Future[tuple[LimitRow, ...]]] = deque()
    for block in made:
        waiting.append(executor.submit(_limits, block, ids, folders))
        if len(waiting) >= _UNDER_WAY:
            yield from waiting.popleft().result()
    while waiting:
        yield from waiting.popleft().result()


def _limits(
    cases: tuple[CreditCase, ...], mode_ids: tuple[str, ...], packs: tuple[str, ...] | None
) -> tuple[LimitRow, ...]:
    book = rules(packs)
    chosen = choose_modes(mode_ids, book)
    return tuple(row for case in cases for row in limits_of(case, chosen, book))


def choose_modes(mode_ids: Iterable[str | Mode] | None, rulebook: Rulebook | None = None) -> tuple[Mode, ...]:
    """Return the named modes, in that order, or all of them. Raises InputError naming every unknown id.

    A mode given directly is used unchanged, whatever its id. No file is read here: a word is an id and never a
    path.
    """
    available = modes(rulebook)
    if mode_ids is None:
        return tuple(available.values())
    wanted: list[str | Mode] = []
    for named in mode_ids:
        if named not in wanted:
            wanted.append(named)
    unknown = [named for named in wanted if isinstance(named, str) and named not in available]
    if unknown:
        raise InputError(unknown_mode(mode_id, tuple(available)) for mode_id in unknown)
    return tuple(available[named] if isinstance(named, str) else named for named in wanted)


def unknown_mode(mode_id: str, known: Iterable[str]) -> Problem:
    """Return the problem of an unknown mode, with a list of the known ones."""
    listed = ", ".join(known)
    return Problem(
        "mode",
        mode_id,
        Text("模式不存在", "the mode does not exist"),
        Text(f"可选：{listed}", f"choose from: {listed}"),
        "unknown_mode",
    )
