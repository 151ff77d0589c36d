"""What a check expects of an answer: each expectation holds, or is recorded with both values, whatever is answered."""

import contextlib
import json
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scimprobe.check import okta
from scimprobe.check.reply import Difference, Reply, Request, Stop
from scimprobe.simulate.attributes import MANAGER, email
from scimprobe.wire import Answer

LIST = "urn:ietf:params:scim:api:messages:2.0:ListResponse"
ERROR = "urn:ietf:params:scim:api:messages:2.0:Error"


def reply(
    body: Any = None, status: int = 200, media_type: str = "application/scim+json"
) -> tuple[Reply, list[Difference]]:
    differences: list[Difference] = []
    content = b"" if body is None else body if isinstance(body, bytes) else json.dumps(body).encode()
    answer = Answer(status, {"content-type": media_type}, content)
    return Reply(Request("GET", "/Users"), answer, differences, 0.0), differences


def told(differences: list[Difference]) -> list[tuple[str, str, str]]:
    return [(each.what, each.expected, each.found) for each in differences]


def listing(*resources: Any, **others: Any) -> dict[str, Any]:
    return {"schemas": [LIST], "totalResults": len(resources), "Resources": list(resources)} | others


def test_a_status_that_is_not_accepted_ends_the_check() -> None:
    subject, differences = reply({"detail": "no such thing"}, 404)
    with pytest.raises(Stop):
        subject.has_json(200, 204)
    assert told(differences) == [("status", "200 or 204", "404 no such thing")]


@pytest.mark.parametrize(("body", "found"), [(b"<html>", "<html>"), (b"[]", "[]"), (None, "(nothing)")])
def test_a_body_that_is_no_object_ends_the_check(body: Any, found: str) -> None:
    subject, differences = reply(body)
    with pytest.raises(Stop):
        subject.has_json(200)
    assert told(differences) == [("body", "a JSON object", found)]


def test_no_content_needs_no_body() -> None:
    subject, differences = reply(status=204)
    subject.has_json(204)
    assert differences == []


def test_json_of_a_foreign_media_type_is_a_difference_and_the_check_goes_on() -> None:
    subject, differences = reply({}, media_type="text/html; charset=utf-8")
    subject.has_json(200)
    assert told(differences) == [("Content-Type", '"application/scim+json"', '"text/html"')]


@pytest.mark.parametrize("media_type", ["application/json", "Application/SCIM+JSON; charset=utf-8"])
def test_both_media_types_are_read_whatever_their_case_and_parameters(media_type: str) -> None:
    subject, differences = reply({}, media_type=media_type)
    subject.has_json(200)
    assert differences == []


def test_an_error_names_its_schema_its_status_as_text_and_a_reason() -> None:
    subject, differences = reply(
        {"schemas": [ERROR], "status": "409", "detail": "taken", "scimType": "uniqueness"}, 409
    )
    subject.is_error(409, "uniqueness")
    assert differences == []
    subject, differences = reply({"status": 409, "scimType": "mutability"}, 409)
    subject.is_error(409, "uniqueness")
    assert [each.what for each in differences] == ["schemas", "status in the body", "scimType", "detail"]


@pytest.mark.parametrize(
    ("body", "what"),
    [
        (listing(totalResults="0"), "totalResults"),
        (listing(startIndex="1"), "startIndex"),
        (listing(itemsPerPage=None), "itemsPerPage"),
        (listing(totalResults=True), "totalResults"),
        (listing(schemas=[]), "schemas"),
        (listing(totalResults=1), "totalResults"),
        (listing({"id": "1"}, totalResults=0), "number of Resources"),
    ],
)
def test_an_empty_list_that_is_not_quite_one_is_told_once(body: dict[str, Any], what: str) -> None:
    subject, differences = reply(body)
    subject.finds_nothing()
    assert [each.what for each in differences] == [what]


def test_an_empty_list_may_leave_its_resources_out_only_where_that_is_said() -> None:
    body = {"schemas": [LIST], "totalResults": 0}
    subject, differences = reply(body)
    subject.finds_nothing(may_omit_nothing=True)
    assert differences == []
    with pytest.raises(Stop):
        subject.finds_nothing()
    assert told(differences) == [("Resources", "an array of resources", "(nothing)")]


def test_the_one_that_is_looked_for_must_be_there_and_alone() -> None:
    subject, differences = reply(listing({"id": "1"}))
    assert subject.finds("1") == {"id": "1"}
    assert differences == []
    subject, differences = reply(listing({"id": "1"}, {"id": "2"}))
    subject.finds("1")
    assert [each.what for each in differences] == ["totalResults", "number of Resources"]
    subject, differences = reply(listing({"id": "2"}))
    with pytest.raises(Stop):
        subject.finds("1")
    assert told(differences) == [("Resources", "the one with id 1", "those with id 2")]


def test_values_are_compared_by_path_and_by_type() -> None:
    subject, differences = reply({"active": "True", "emails": [{"type": "work", "value": "a@b.c"}], "title": "T"})
    subject.holds({"active": True, email("value"): "a@b.c", "title": "U", "nickName": "N"})
    assert told(differences) == [
        ("active", "true", '"True"'),
        ("title", '"U"', '"T"'),
        ("nickName", '"N"', "(nothing)"),
    ]


def test_a_manager_that_is_no_object_is_told_so() -> None:
    urn = MANAGER.removesuffix(":manager")
    subject, differences = reply({urn: {"manager": "1"}})
    subject.holds({MANAGER: "1"})
    subject.lacks(MANAGER)
    assert told(differences) == [(MANAGER, 'an object whose value is "1"', '"1"'), (MANAGER, "(nothing)", '"1"')]


@pytest.mark.parametrize("nothing", [{}, {"title": None}, {"title": ""}])
def test_absent_null_and_empty_are_the_same_nothing(nothing: dict[str, Any]) -> None:
    subject, differences = reply(nothing)
    subject.lacks("title")
    assert differences == []


def test_members_are_exactly_these_in_any_order_and_once() -> None:
    subject, differences = reply({"members": [{"value": "2"}, {"value": "1"}]})
    subject.has_members("1", "2")
    assert differences == []
    subject.has_members("1")
    subject, twice = reply({"members": [{"value": "1"}, {"value": "1"}]})
    subject.has_members("1")
    assert told(differences) == [("members", "1", "1, 2")]
    assert told(twice) == [("members", "1", "1, 1")]


# Whatever is answered --------------------------------------------------------------------------------------------

LISTS = ["schemas", "Resources", "totalResults", "members", "emails", "roles"]
SINGLES = ["id", "value", "type", "name", "active", "status", "detail", "manager", MANAGER.removesuffix(":manager")]
NAMES = st.sampled_from([*LISTS, *SINGLES])
VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5) | st.sampled_from([LIST, ERROR, "1"]),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(NAMES, inner, max_size=4),
    max_leaves=12,
)
BODIES = st.dictionaries(NAMES, VALUES, max_size=6) | VALUES | st.binary(max_size=20)

EXPECTATIONS: list[Callable[[Reply], object]] = [
    lambda subject: subject.is_error(200, "uniqueness"),
    lambda subject: subject.finds("1"),
    lambda subject: subject.finds_nothing(may_omit_nothing=True),
    lambda subject: subject.has_json(200).holds({MANAGER: "1", email("value"): "a", "active": True}),
    lambda subject: subject.lacks(MANAGER, email("value")),
    lambda subject: subject.has_members("1"),
    lambda subject: subject.has_no_key("members"),
    lambda subject: okta.counts(subject),
    lambda subject: okta.is_complete(subject, subject.body),
]


@given(BODIES, st.sampled_from(EXPECTATIONS))
def test_whatever_is_answered_an_expectation_holds_or_is_recorded_and_never_breaks(
    body: Any, expectation: Callable[[Reply], object]
) -> None:
    subject, differences = reply(body)
    stopped = False
    with contextlib.suppress(Stop):
        stopped = True
        expectation(subject)
        stopped = False
    assert differences or not stopped
    assert all(isinstance(each.expected, str) and isinstance(each.found, str) for each in differences)
