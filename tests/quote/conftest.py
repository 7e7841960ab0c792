"""Fixtures of the quote's tests."""

import pytest
from quote_cases import case_table


@pytest.fixture
def table():
    """The Xixian case as a table of fields."""
    return case_table("xixian-jingshuixing")


@pytest.fixture
def rich_table():
    """The Futian case as a table of fields: nothing but the request limits its line."""
    return case_table("futian-borrower")
