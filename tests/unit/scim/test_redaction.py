"""What of a client's text reaches the log."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import BaseModel, ValidationError
from scim2_server.requests import ScimRequest

from lambdas.scim.redaction import UNREADABLE, filter_shape, trace_of, without_values


def request(body: object = None, **query: str) -> ScimRequest:
    return ScimRequest("POST", "https://x/v2/c", "/Users", query=query, body=json.dumps(body).encode() if body else b"")


@pytest.mark.parametrize(
    ("text", "shape"),
    [
        ('userName eq "ann@example.com"', 'userName eq "ann@example.com"'),
        ('USERNAME EQ "ann"', 'USERNAME EQ "ann"'),
        ('externalId eq "7" and active eq true', 'externalId eq "7" and active eq ?'),
        ("externalId eq jyoung", "externalId eq jyoung"),
        ('urn:x:core:2.0:User:userName eq "a"', 'urn:x:core:2.0:User:userName eq "a"'),
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


def test_an_error_is_logged_without_the_values_of_the_body():
    made = request(
        {"userName": "ann", "title": "Vice President", "emails": [{"value": "ann@home.example", "type": "home"}]}
    )
    detail = "userName 'ann': 'Vice President' and ann@home.example (home) cannot be"
    assert without_values(detail, made) == "userName 'ann': '?' and ? (home) cannot be"


def test_an_error_keeps_the_name_of_the_resource_type_that_entra_sends_with_every_resource():
    made = request({"userName": "ann", "meta": {"resourceType": "User"}})
    assert without_values("A User whose userName is 'ann' exists", made) == "A User whose userName is 'ann' exists"


def test_an_error_is_logged_without_the_operands_of_the_filter():
    made = request(filter='userName eq "ann" and title eq "boss"')
    assert without_values('no "ann" is a "boss"', made) == 'no "ann" is a "?"'


def test_an_error_keeps_the_ids_that_it_names():
    member = "2819c223-7f76-453a-919d-413861904646"
    made = request({"members": [{"value": member}]})
    assert member in without_values(f"no resource has the id {member}", made)


def test_a_value_inside_a_word_is_left_alone():
    assert without_values("attributes", request({"title": "tri"})) == "attributes"


def test_an_error_without_a_readable_body_is_logged_as_it_is():
    broken = ScimRequest("POST", "https://x/v2/c", "/Users", body=b'{"title": "sec')
    assert without_values("line 1 column 14", broken) == "line 1 column 14"
    assert without_values("the token belongs to another connection", None) == "the token belongs to another connection"


def test_the_trace_tells_where_and_not_what():
    class Model(BaseModel):
        active: bool

    made = request({"active": "top secret"})
    with pytest.raises(ValidationError) as raised:
        Model.model_validate_json(made.body)
    trace = trace_of(raised.value, made)
    assert "Traceback" in trace
    assert "ValidationError" in trace
    assert "top secret" not in trace
