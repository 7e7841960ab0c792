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
    """The rules that come with the package, under the policy packs in these folders, the last one on top.

    packs: by default those that ZHIRONG_RULES names; read once in a process. Raises InputError with everything that
    is wrong with them, their modes included.
    """
    folders = environment_folders() if packs is None else tuple(Path(folder).absolute() for folder in packs)
    return _rules(folders)


def modes(rulebook: Rulebook | None = None) -> dict[str, Mode]:
    """The financing modes that come with the package, under those of the rulebook's policy packs, by id.

    rulebook: by default that of ``rules()``.
    """
    return _modes((rules() if rulebook is None else rulebook).packs)


@cache
def _rules(folders: tuple[Path, ...]) -> Rulebook:
    book = load_rulebook(packs=())
    return overlaid(book, folders, partial(faults_of_pack, book))


def faults_of_pack(book: Rulebook, pack: Pack) -> list[Problem]:
    """What is wrong with a pack beyond its rules: files in the mode language, and a region that lies in no
    province.
    """
    return [*modes_of_pack(pack)[1], *_unknown_regions(book, pack)]


def _unknown_regions(book: Rulebook, pack: Pack) -> Iterator[Problem]:
    provinces = {row["code"][:2] for row in book.at("regions.names", pack.valid_from).value} | {COUNTRY}
    if pack.region[:2] not in provinces:
        yield Problem(
            f"{pack.folder.name}/{MANIFEST}: scope.region",
            pack.region,
            Text("没有以这两位开头的省级行政区", "no province has a code that begins so"),
            Text(
                "填 GB/T 2260 代码，如广州 440100；全国有效则不填",
                "Enter the code of GB/T 2260, such as 440100 for Guangzhou; omit it for all China.",
            ),
            "unknown_region",
        )


@lru_cache(maxsize=16)
def _modes(packs: tuple[Pack, ...]) -> dict[str, Mode]:
    return load_modes(packs=packs)


def load_case(path: str | Path) -> CreditCase:
    """The case in a TOML file. Raises InputError with everything that is wrong with it, OSError if unreadable."""
    return read_case(parse_toml(read_text_file(path), str(path)), str(path), rules())


def quote_case(
    case: CreditCase, mode_ids: Iterable[str | Mode] | None = None, rulebook: Rulebook | None = None
) -> Quote:
    """The quote of a case under the modes named, by default under all. A mode may be given itself, as read from a
    file.

    rulebook: the rules to use, by default those of ``rules()``; the modes of its policy packs are used with it.
    Raises InputError for a mode that is not there.
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
    """The credit limit of every case under every mode named (by default all), case by case in the order given.

    Each row equals the offer of ``quote_case`` in what it holds; words, schedules and charts are omitted. executor:
    a pool of processes or a cluster that takes blocks of cases; None works here. packs: as for ``rules``. Memory is
    bounded: at most a few blocks are under way. Raises InputError for a mode that is not there and for a case that
    contradicts itself.
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
    """The modes named, in that order, or all of them. Raises InputError naming every id that is not there.

    A mode that is given itself is taken as it is, whatever its id. No file is read here: a word is an id and never
    a path.
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
    """A mode that is not there, as a problem that lists those that are."""
    listed = ", ".join(known)
    return Problem(
        "mode",
        mode_id,
        Text("没有这个模式", "the mode does not exist"),
        Text(f"可选：{listed}", f"choose from: {listed}"),
        "unknown_mode",
    )
