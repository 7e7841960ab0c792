"""Names as search compares them: exact, by any part, and similar; two-character tokens on any database.

A name is stored with every pair of adjacent characters and with every single character. A search for a part begins
with its rarest pair and then checks the names themselves, so the answer is exact, as if every name were read.
Similarity is Dice's: 2 |A ∩ B| ÷ (|A| + |B|) over the sets of pairs, without the legal form at the end (有限公司 and
the like).

Names are stored as they were written. A search looks for every form of the name in the simplified and in the
traditional script.
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from fractions import Fraction
from itertools import islice
from math import ceil
from typing import Any

from django.db.models import Count, QuerySet

from zhirong.chain.pledge.grounds import plain_name
from zhirong.store.models import Name, Token, TokenCount
from zhirong.store.scripts import forms_of

# Legal forms, longest first: nearly every firm's name ends with one, so they do not distinguish names.
_LEGAL_FORMS = ("股份有限公司", "有限责任公司", "集团有限公司", "有限公司", "合伙企业", "公司")

LEAST_SIMILARITY = Fraction(3, 5)
_CHEAP_POSTINGS = 40_000  # number of token entries that can be read in a few hundredths of a second
_LIKE_FORMS = 8  # further forms differ by a character or two, and are like these
_NAMES_AT_ONCE = 1_000  # looked up by their ids in one question


def name_key(written: str) -> str:
    """Return a name in its form for comparison: full-width forms converted, without regard to capitals and spaces."""
    return plain_name(written)


def pairs(key: str) -> frozenset[str]:
    """Return its two-character tokens; for a name of one character, that character."""
    return frozenset(key[at : at + 2] for at in range(len(key) - 1)) if len(key) > 1 else frozenset(key)


def telling_pairs(key: str) -> frozenset[str]:
    """Return the tokens for similarity: those of the name without its legal form, even if that has a typing error."""
    form = next((len(form) for form in _LEGAL_FORMS if _ends_like(key, form)), 0)
    return pairs(key[: len(key) - form] or key)


def _ends_like(key: str, form: str) -> bool:
    """Return whether a name ends with a legal form; one wrong character in four or more is accepted."""
    end = key[-len(form) :]
    if end == form:
        return True
    return len(form) >= 4 and len(end) == len(form) and sum(a != b for a, b in zip(end, form, strict=True)) == 1


def similarity(one: frozenset[str], other: frozenset[str]) -> Fraction:
    """Return Dice's coefficient of two sets of tokens, 0 to 1."""
    total = len(one) + len(other)
    return Fraction(2 * len(one & other), total) if total else Fraction(0)


def add_names(written: Iterable[str]) -> None:
    """Add names to the search. Called within the transaction that writes them; known names are unchanged."""
    keys = {key for name in written if (key := name_key(name))}
    new = keys - set(Name.objects.filter(text__in=keys).values_list("text", flat=True))
    if not new:
        return
    Name.objects.bulk_create(Name(text=key, size=len(telling_pairs(key))) for key in sorted(new))
    counts: Counter[str] = Counter()
    tokens = []
    for name in Name.objects.filter(text__in=new):
        own = pairs(name.text) | frozenset(name.text)
        counts.update(own)
        tokens += [Token(token=token, name=name, size=name.size) for token in sorted(own)]
    Token.objects.bulk_create(tokens)
    # Read and written within the single writer's transaction, so no count is lost.
    before = dict(TokenCount.objects.filter(token__in=counts).values_list("token", "count"))
    TokenCount.objects.bulk_create(
        (TokenCount(token=token, count=before.get(token, 0) + counts[token]) for token in sorted(counts)),
        update_conflicts=True,
        update_fields=["count"],
        unique_fields=["token"],
    )


def keys_of_name(written: str) -> list[str]:
    """Return the keys under which exactly this name can be stored, in either script."""
    key = name_key(written)
    return list(forms_of(key)) if key else []


def names_containing(written: str, limit: int, after: int = 0) -> list[Name]:
    """Return names that contain these characters, in either script, in the order of their creation.

    after: an id to page on.
    """
    found = {name.id: name for form in keys_of_name(written) for name in _containing(form, limit, after)}
    return [found[identity] for identity in sorted(found)][:limit]


def _containing(key: str, limit: int, after: int) -> list[Name]:
    rarest = _rarest(pairs(key))
    if rarest is None:
        return []
    found = Name.objects.filter(id__in=Token.objects.filter(token=rarest[0]).values("name"), id__gt=after)
    if len(key) > 2:
        # `like` ignores case in SQLite but not in PostgreSQL; keys have no capitals, so it makes no difference.
        found = found.filter(text__contains=key)
    return list(found.order_by("id")[:limit])


def names_like(written: str, limit: int, least: Fraction = LEAST_SIMILARITY) -> list[tuple[Name, Fraction]]:
    """Return names of at least this similarity in either script, the most similar first, then in the order of
    creation.
    """
    best: dict[int, tuple[Name, Fraction]] = {}
    for form in keys_of_name(written)[:_LIKE_FORMS]:
        for name, score in _like(form, limit, least):
            if name.id not in best or best[name.id][1] < score:
                best[name.id] = name, score
    return sorted(best.values(), key=lambda pair: (-pair[1], pair[0].id))[:limit]


def _like(key: str, limit: int, least: Fraction) -> list[tuple[Name, Fraction]]:
    """Return names of at least this similarity to one form of a name.

    To reach the similarity t a name of s tokens shares at least o(s) = ⌈t·(|Q| + s) ÷ 2⌉ of the query's |Q| tokens.
    So it has one of the |Q| − o(s) + 1 rarest, or two of one more, and so on: tokens of half a million names are
    read only for the few sizes that need them.
    """
    query = telling_pairs(key)
    if not query:
        return []
    counts = dict(TokenCount.objects.filter(token__in=query).values_list("token", "count"))
    by_rarity = sorted(query, key=lambda token: (counts.get(token, 0), token))
    good = []
    for smallest, largest, shared in _sizes(len(query), least):
        for identity, text, size in _candidates(_sharing(by_rarity, counts, smallest, largest, shared)):
            common = len(query & telling_pairs(text))
            # The same as comparing the fractions, without creating one for every candidate.
            if 2 * common * least.denominator >= least.numerator * (len(query) + size):
                good.append((Fraction(2 * common, len(query) + size), identity))
    best = sorted(good, key=lambda pair: (-pair[0], pair[1]))[:limit]
    found = Name.objects.in_bulk([identity for _, identity in best])
    return [(found[identity], score) for score, identity in best]


def _candidates(sharing: QuerySet[Token, Any]) -> Iterator[tuple[int, str, int]]:
    """Return id, text and size of these names. They are looked up by id: asked to join, PostgreSQL reads the whole
    table of names, since it cannot foresee how few share this many tokens.
    """
    ids = iter(list(sharing.values_list("name_id", flat=True).distinct()))
    while some := list(islice(ids, _NAMES_AT_ONCE)):
        yield from Name.objects.filter(id__in=some).values_list("id", "text", "size")


def _sizes(wanted: int, least: Fraction) -> list[tuple[int, int, int]]:
    """Return the range of sizes of names that can be similar to a query of this many tokens, with the tokens that
    they share.
    """
    ranges: list[tuple[int, int, int]] = []
    for size in range(1, int(wanted * (2 - least) / least) + 1):
        shared = max(1, ceil(least * (wanted + size) / 2))
        if shared > min(wanted, size):
            continue
        if ranges and ranges[-1][2] == shared:
            ranges[-1] = (ranges[-1][0], size, shared)
        else:
            ranges.append((size, size, shared))
    return ranges


def _sharing(
    by_rarity: list[str], counts: Mapping[str, int], smallest: int, largest: int, shared: int
) -> QuerySet[Token, Any]:
    """Return the names of these sizes that share, or may share, this many tokens; as many tokens are read as is
    cheap.
    """
    take, wanted = len(by_rarity) - shared + 1, 1
    read = sum(counts.get(token, 0) for token in by_rarity[:take])
    # A name hardly longer than the tokens it must share has no room for common words; reading all is cheap.
    is_short = largest <= shared + 1
    while take < len(by_rarity) and (is_short or read + counts.get(by_rarity[take], 0) <= _CHEAP_POSTINGS):
        read += counts.get(by_rarity[take], 0)
        take, wanted = take + 1, wanted + 1
    tokens = [token for token in by_rarity[:take] if token in counts]
    found = Token.objects.filter(token__in=tokens, size__gte=smallest, size__lte=largest).values("name")
    if wanted == 1:
        return found
    return found.annotate(common=Count("*")).filter(common__gte=wanted).values("name")


def _rarest(tokens: frozenset[str]) -> tuple[str, int] | None:
    """Return the rarest token and the number of names that contain it; None if one of the tokens occurs in no name."""
    counts = dict(TokenCount.objects.filter(token__in=tokens).values_list("token", "count"))
    if len(counts) < len(tokens):
        return None
    return min(counts.items(), key=lambda pair: (pair[1], pair[0]))


def check_names(expected: Iterable[str]) -> list[str]:
    """Return the faults of the search tables, given every name that they should contain."""
    wrong = []
    keys = {key for name in expected if (key := name_key(name))}
    held = {name.text: name for name in Name.objects.all()}
    wrong += [f"name {key!r} is missing" for key in sorted(keys - held.keys())]
    wrong += [f"name {key!r} should not be in the tables" for key in sorted(held.keys() - keys)]
    tokens: dict[int, set[tuple[str, int]]] = {}
    for name_id, token, size in Token.objects.values_list("name_id", "token", "size"):
        tokens.setdefault(name_id, set()).add((token, size))
    for key, name in sorted(held.items()):
        size = len(telling_pairs(key))
        if tokens.pop(name.id, set()) != {(token, size) for token in pairs(key) | frozenset(key)}:
            wrong.append(f"tokens of name {key!r} differ from the name")
        if name.size != len(telling_pairs(key)):
            wrong.append(f"size of name {key!r} differs from the name")
    wrong += [f"tokens of name {name_id} have no name" for name_id in sorted(tokens)]
    real = dict(Token.objects.values_list("token").annotate(Count("id")))
    counted = dict(TokenCount.objects.values_list("token", "count"))
    wrong += [
        f"count of token {token!r} differs"
        for token in sorted(real.keys() | counted.keys())
        if real.get(token) != counted.get(token)
    ]
    return wrong
