"""Names that no path can hold, and the form in which it can."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lambdas.scim.extensions.escaped_names import ATTRNAME, escape, folded, is_escaped, unescape, unescape_all


@pytest.mark.parametrize(
    ("name", "escaped"),
    [
        ("cost.centre", "k$cost$2ecentre"),
        ("costCentre", "k$cost$43entre"),
        ("ü", "k$$c3$bc"),
        ("", "k$"),
        ("k$a", "k$k$24a"),
    ],
)
def test_a_name_is_escaped_byte_by_byte(name: str, escaped: str):
    assert escape(name) == escaped


@given(st.text())
def test_any_name_comes_back_and_is_one_that_paths_can_hold(name: str):
    escaped = escape(name)
    assert unescape(escaped) == name
    assert is_escaped(escaped)
    assert ATTRNAME.fullmatch(escaped)
    assert escaped == escaped.lower()


@given(st.text(), st.text())
def test_two_names_are_escaped_differently(one: str, other: str):
    assert (escape(one) == escape(other)) == (one == other)


@pytest.mark.parametrize("name", ["userName", "k", "k$A", "k$$", "k$$z1", "K$a", "$ref"])
def test_other_names_stay(name: str):
    assert not is_escaped(name)
    assert unescape(name) == name


def test_names_inside_a_sentence_are_unescaped():
    path = f"urn:example:a:{escape('Büro (alt)')}"
    assert unescape_all(f"'{path}' is wrong, ask$nobody") == "'urn:example:a:Büro (alt)' is wrong, ask$nobody"


def test_names_that_differ_in_case_or_in_the_making_of_their_letters_are_one():
    assert folded("BÜRO") == folded("bu\u0308ro")
    assert folded("a") != folded("b")
