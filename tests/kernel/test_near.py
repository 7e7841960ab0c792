"""A suggestion names what was probably meant, or nothing."""

import pytest

from zhirong.kernel.suggestions import nearest

_KNOWN = ("granted_patents", "term_months", "at_least", "fund", "guarantor", "government", "residue_to")


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("granted_patent", "granted_patents"),
        ("fnud", "fund"),
        ("gurantor", "guarantor"),
        ("goverment", "government"),
        ("resiude_to", "residue_to"),
        ("non_performing_months", None),  # not term_months
        ("months_at_least", None),  # not at_least
        ("funding", None),
        ("ufnd", "fund"),
        ("xt_least", None),
        ("x", None),
    ],
)
def test_the_nearest_name_or_none(written: str, meant: str | None) -> None:
    assert nearest(written, _KNOWN) == meant


def test_of_several_the_nearest() -> None:
    assert nearest("borrow", ["borrows_", "borrows"]) == "borrows"
    assert nearest("abcdefgh", ["abcdefxy", "abcdefgx"]) == "abcdefgx"
