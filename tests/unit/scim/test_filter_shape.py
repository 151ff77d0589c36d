"""A filter in the log: attributes and operators, no operands but those that identify."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lambdas.scim.filter_shape import UNREADABLE, filter_shape, shape_of

CORE = "urn:ietf:params:scim:schemas:core:2.0:User"


@pytest.mark.parametrize(
    ("text", "shape"),
    [
        ('userName eq "ann@example.com"', 'userName eq "ann@example.com"'),
        ('USERNAME EQ "ann"', 'USERNAME EQ "ann"'),
        ('externalId eq "7" and active eq true', 'externalId eq "7" and active eq ?'),
        ("externalId eq jyoung", "externalId eq jyoung"),
        (f'{CORE}:userName eq "a"', f'{CORE}:userName eq "a"'),
        ('urn:x:ext:2.0:User:externalId eq "a"', "urn:x:ext:2.0:User:externalId eq ?"),
        ('manager[displayName eq "Ann"]', "manager[displayName eq ?]"),
        ('userName sw "ann"', "userName sw ?"),
        ('name.familyName eq "Smith"', "name.familyName eq ?"),
        ('emails[type eq "work" and value co "@x"].value pr', "emails[type eq ? and value co ?].value pr"),
        ('emails[type eq "work"].value eq "x"', "emails[type eq ?].value eq ?"),
        (
            'not (title pr) or (meta.lastModified gt "2026-01-01T00:00:00Z")',
            "not (title pr) or (meta.lastModified gt ?)",
        ),
        ('title eq "a \\"quoted\\" word"', "title eq ?"),
        ('title eq "and userName eq \\"x\\""', "title eq ?"),
    ],
)
def test_a_filter_is_logged_by_its_shape(text: str, shape: str):
    assert filter_shape(text) == shape


@pytest.mark.parametrize(
    "text", ["secret", 'title eq "secret', 'title "secret"', 'title eq "a" "secret"', "title eq a secret", "secret eq"]
)
def test_a_filter_that_cannot_be_read_is_not_logged_at_all(text: str):
    assert filter_shape(text) == UNREADABLE


@given(st.text(max_size=40))
def test_no_operand_of_a_filter_is_logged(operand: str):
    quoted = json.dumps(f"secret-{operand}")
    for text in (f"title eq {quoted}", f"emails[value eq {quoted}]", f"title eq secret-{operand}", f"secret-{operand}"):
        assert "secret" not in filter_shape(text)


pieces = st.sampled_from(
    [*('"', '""', "\\", "and", "eq", "pr", "title", "userName", "externalId", "emails[", "]", "("), *"01 )a."]
)


@given(st.lists(st.one_of(pieces, st.text(max_size=3)), max_size=14), st.booleans())
def test_a_filter_has_its_shape_whatever_was_asked_before(parts: list[str], spaced: bool):
    text = (" " if spaced else "").join(parts)
    assert filter_shape(text) == shape_of(text)


@given(st.lists(st.text(max_size=6), min_size=3, max_size=3))
def test_filters_that_differ_in_their_operands_have_each_its_own(operands: list[str]):
    quoted = [json.dumps(each, ensure_ascii=False) for each in operands]
    text = "userName eq {} and title sw {} or externalId eq {}".format(*quoted)
    assert filter_shape(text) == f"userName eq {quoted[0]} and title sw ? or externalId eq {quoted[2]}"
