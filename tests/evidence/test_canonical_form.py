"""Equal records have equal bytes, different records different ones, and no other bytes are read."""

import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from examples import examples
from zhirong.evidence.canonical import DEEPEST, LARGEST_INTEGER, decode, encode
from zhirong.evidence.entries import LogEntry, entry_of, entry_of_bytes
from zhirong.kernel.errors import InputError

PLAIN = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-LARGEST_INTEGER, LARGEST_INTEGER)
    | st.text(st.characters(exclude_categories=("Cs",))),
    lambda inside: (
        st.lists(inside, max_size=4)
        | st.dictionaries(st.text(st.characters(exclude_categories=("Cs",)), max_size=6), inside, max_size=4)
    ),
    max_leaves=20,
)


@settings(max_examples=examples(50), deadline=None)
@given(PLAIN)
def test_what_is_written_is_read_back_and_is_json(value):
    data = encode(value)
    assert decode(data) == value
    assert json.loads(data) == value
    assert encode(json.loads(data)) == data


@settings(max_examples=examples(40), deadline=None)
@given(PLAIN, PLAIN)
def test_different_values_have_different_bytes(one, other):
    same = type(one) is type(other) and one == other and json.dumps(one) == json.dumps(other)
    if not same and json.dumps(one, sort_keys=True) != json.dumps(other, sort_keys=True):
        assert encode(one) != encode(other)


@settings(max_examples=60, deadline=None)
@given(PLAIN, st.data())
def test_any_other_layout_of_the_same_json_is_refused(value, data):
    canonical = encode(value)
    layout = data.draw(
        st.sampled_from(
            [
                lambda: json.dumps(value, ensure_ascii=True, separators=(",", ":")),
                lambda: json.dumps(value, ensure_ascii=False, indent=1),
                lambda: canonical.decode() + "\n",
                lambda: " " + canonical.decode(),
            ]
        )
    )().encode()
    if layout != canonical:
        with pytest.raises(InputError):
            decode(layout)


def test_keys_are_sorted_by_utf_16_as_rfc_8785_shows():
    """The example of RFC 8785 §3.2.3: by code points, the smiley would come last."""
    table = {"€": 1, "\r": 2, "\ufb33": 3, "1": 4, "😀": 5, "\x80": 6, "ö": 7}
    assert list(json.loads(encode(table))) == ["\r", "1", "\x80", "ö", "€", "😀", "\ufb33"]


def test_characters_are_escaped_as_rfc_8785_says():
    assert encode('€$\x0f\nA\'B"\\\\"/\x7f\u2028') == '"€$\\u000f\\nA\'B\\"\\\\\\\\\\"/\x7f\u2028"'.encode()
    assert encode("\b\t\n\f\r\x00\x1f") == b'"\\b\\t\\n\\f\\r\\u0000\\u001f"'


@pytest.mark.parametrize(
    ("value", "code", "field"),
    [
        ({"a": 0.5}, "not_plain", "a"),
        ({"a": [1, float("nan")]}, "not_plain", "a[2]"),
        ({"a": b"x"}, "not_plain", "a"),
        ({1: 2}, "field_name", ""),
        ([2**53], "integer_too_large", "[1]"),
        (["\ud800"], "lone_surrogate", ""),
        ({"\udc00": 1}, "lone_surrogate", ""),
    ],
)
def test_what_cannot_be_written_is_named(value, code, field):
    with pytest.raises(InputError) as refused:
        encode(value)
    assert (refused.value.problems[0].code, refused.value.problems[0].field) == (code, field)


def test_nesting_has_a_limit():
    value = deep = []
    for _ in range(DEEPEST):
        deep.append([])
        deep = deep[0]
    assert decode(encode(value)) == value
    deep.append([])
    with pytest.raises(InputError, match="nested"):
        encode(value)
    with pytest.raises(InputError, match="nested"):
        decode(b"[" * 100_000)


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (b'{"a":1,"a":1}', "written_twice"),
        (b'{"b":1,"a":1}', "not_canonical"),
        (b"1.0", "not_plain"),
        (b"1e2", "not_plain"),
        (b"-0", "not_canonical"),
        (b"NaN", "not_a_number"),
        (b'"\\u0041"', "not_canonical"),
        (b'"\\ud800"', "lone_surrogate"),
        (b"\xff", "not_utf8"),
        (b"\xef\xbb\xbf1", "not_json"),
        (b"", "not_json"),
        (b"{", "not_json"),
        (b"1" * 5000, "not_json"),
    ],
)
def test_other_bytes_are_refused_with_the_reason(data, code):
    with pytest.raises(InputError) as refused:
        decode(data, "file.json")
    assert refused.value.problems[0].code == code
    assert refused.value.source == "file.json"


ENTRY = LogEntry(
    "register.example/pledges", 7, "pledge.registered", "2026-11-21T02:00:00Z", {"right": "201410362077.3"}
)


def test_an_entry_is_read_back_from_its_bytes():
    assert entry_of_bytes(ENTRY.as_bytes()) == ENTRY


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("log", "two words"),
        ("log", "a+b"),
        ("log", " register.example/pledges"),
        ("index", -1),
        ("index", "7"),
        ("index", True),
        ("kind", "Pledge"),
        ("kind", "pledge."),
        ("time", "2026-11-21"),
        ("time", "2026-13-21T02:00:00Z"),
        ("time", "2026-11-21T02:00:00+08:00"),
        ("body", [1]),
        ("format", "zhirong-entry-2"),
        ("more", 1),
    ],
)
def test_malformed_entries_are_refused(field, value):
    with pytest.raises(InputError):
        entry_of({**ENTRY.as_json(), field: value})
    if field != "more":
        with pytest.raises(InputError):
            entry_of({name: kept for name, kept in ENTRY.as_json().items() if name != field})
