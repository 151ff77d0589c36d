"""Which records `scimctl log` takes for its options, and that what is asked of CloudWatch leaves none of them out."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lambdas.authorizer.credentials import Reason
from lambdas.operations.log.events import Record
from lambdas.operations.log.refusals import CREDENTIALS, GATEWAY
from lambdas.operations.log.selection import Selection, Subject
from tests.unit.operations.log.filter_patterns import matches
from tests.unit.operations.log.records import USER_ID, access, failure, operation, refused, request, sweep

CONNECTION = "k3x7m2qwertyuiop"


def user(name: str, *ids: str) -> Selection:
    return Selection(subject=Subject("User", name, set(ids)))


def group(name: str, *ids: str) -> Selection:
    return Selection(subject=Subject("Group", name, set(ids)))


@pytest.mark.parametrize("record", [request(), refused(), failure(), sweep(), operation(), access(refusal="THROTTLED")])
def test_everything_that_happened_is_taken_when_nothing_is_asked_for(record: Record):
    assert Selection().matches(record)


@pytest.mark.parametrize(
    "record", [{}, {"message": "hello"}, {"event": "scim.token"}, {"event": 7}, access(), access(refusal="-")]
)
def test_what_the_machinery_writes_is_taken_only_with_everything(record: Record):
    assert not Selection().matches(record)
    assert Selection(everything=True).matches(record)


def test_api_gateways_record_of_refused_credentials_is_left_out_where_the_authorizer_has_its_own():
    assert not Selection().matches(access(refusal="UNAUTHORIZED", authorizer_request_id="c7ca3da4"))
    assert Selection().matches(access(refusal="UNAUTHORIZED"))  # the authorizer was not asked


def test_a_403_of_a_cached_policy_has_api_gateways_record_alone():
    assert Selection(failed=True).matches(access(refusal="ACCESS_DENIED", authorizer_request_id="c7ca3da4"))


@pytest.mark.parametrize(
    "record",
    [
        request(status=400),
        request(status=503),
        refused(),
        failure(),
        sweep(sweeps_failed=1),
        access(refusal="THROTTLED"),
    ],
)
def test_failed_takes_what_did_not_succeed(record: Record):
    assert Selection(failed=True).matches(record)


@pytest.mark.parametrize("record", [request(), request(status=304), sweep(), access()])
def test_failed_leaves_out_what_did(record: Record):
    assert not Selection(failed=True).matches(record)


@pytest.mark.parametrize(
    "fields",
    [
        {"resource_name": "ADA@Example.com"},
        {"external_id": "ada@example.com"},
        {"resource_id": "ada@example.com"},
        {"filter": 'userName eq "Ada@example.com" and active eq ?'},
    ],
)
def test_a_user_is_found_by_name_external_id_id_and_as_what_a_search_looks_for(fields: dict[str, Any]):
    assert user("ada@example.com").matches(request(resource_type="User", **fields))


def test_a_record_that_tells_the_id_alone_is_found_once_the_id_is_known():
    by_id = request(method="PATCH", route="/Users/{id}", resource_type="User", resource_id=USER_ID)
    assert not user("ada@example.com").matches(by_id)
    assert user("ada@example.com", USER_ID).matches(by_id)


def test_an_id_is_learned_from_a_record_that_tells_the_name_too():
    selection = user("ada@example.com")
    by_id = request(method="DELETE", resource_type="User", resource_id=USER_ID)
    assert selection.matches(request(resource_type="User", resource_name="ada@example.com", resource_id=USER_ID))
    assert selection.matches(by_id)


def test_a_star_stands_for_anything_and_no_other_sign_does():
    assert user("ada*").matches(request(resource_name="Ada.Lovelace@example.com"))
    assert user("*[x]?").matches(request(resource_name="ada[x]?"))
    assert not user("*[x]?").matches(request(resource_name="adaxx"))
    assert not user("ada").matches(request(resource_name="ada@example.com"))


def test_a_user_and_a_group_of_one_name_are_told_apart():
    record = request(resource_type="Group", resource_name="Sales")
    assert group("sales").matches(record)
    assert not user("sales").matches(record)


def test_the_sweep_of_a_group_is_about_it():
    assert group("Sales", USER_ID).matches(sweep())
    assert not group("Sales").matches(sweep())
    assert not user("Sales", "other").matches(sweep())


def test_a_connection_takes_what_came_through_it_and_what_its_token_was_used_for_elsewhere():
    assert Selection(connection=CONNECTION).matches(request())
    assert Selection(connection=CONNECTION).matches(access(refusal="THROTTLED", connection=CONNECTION))
    assert Selection(connection=CONNECTION).matches(refused(connection="other", token_connection=CONNECTION))
    assert not Selection(connection="other").matches(request())


def test_a_directory_takes_what_is_about_it():
    assert Selection(directory="acme").matches(request())
    assert not Selection(directory="globex").matches(request())


RECORDS = st.one_of(
    st.builds(
        request,
        status=st.sampled_from([200, 201, 204, 304, 400, 404, 409, 500, 503]),
        connection=st.sampled_from([CONNECTION, "other", None]),
        directory=st.sampled_from(["acme", "globex", None]),
        resource_name=st.sampled_from(["ada", "ADA", "bob", None]),
    ),
    st.builds(refused, reason=st.sampled_from(Reason), connection=st.sampled_from([CONNECTION, None])),
    st.builds(refused, token_connection=st.just(CONNECTION), connection=st.just("other")),
    st.builds(failure),
    st.builds(operation, connection=st.sampled_from([CONNECTION, None])),
    st.builds(sweep, sweeps_failed=st.sampled_from([0, 1])),
    st.builds(access, refusal=st.sampled_from(["-", *GATEWAY]), connection=st.sampled_from(["-", CONNECTION])),
)
SELECTIONS = st.builds(
    Selection,
    failed=st.booleans(),
    subject=st.sampled_from([None, Subject("User", "ada"), Subject("Group", "b*")]),
    connection=st.sampled_from([None, CONNECTION]),
    directory=st.sampled_from([None, "acme"]),
    everything=st.booleans(),
)


@given(selection=SELECTIONS, record=RECORDS)
def test_the_pattern_for_cloudwatch_leaves_out_nothing_that_is_taken(selection: Selection, record: Record):
    message = json.dumps({name: value for name, value in record.items() if value is not None})
    if selection.matches(json.loads(message)):
        assert matches(selection.pattern(), message)


def test_the_pattern_for_cloudwatch_spares_the_rest():
    taken = Selection(failed=True, connection=CONNECTION).pattern()
    for record in (request(), request(status=400, connection="other"), access(), {"event": "scim.token"}):
        assert not matches(taken, json.dumps(record))
    assert not matches(Selection().pattern(), "START RequestId: 1")


def test_every_reason_of_the_authorizer_has_a_sentence_and_a_remedy():
    assert {reason.value for reason in Reason} <= CREDENTIALS.keys()
    assert all(cause.why and cause.remedy for cause in CREDENTIALS.values())
