"""The ids of log records, and the patterns that find them within the limit of CloudWatch Logs."""

import json

import pytest

from lambdas.operations.log.ids import ALL_FIELDS, OWN_FIELDS, authorizer_call_of, ids_of, patterns
from tests.unit.operations.log.filter_patterns import MAX_LENGTH, matches
from tests.unit.operations.log.records import AUTHORIZER_ID, FUNCTION_ID, REQUEST_ID, access


def uuids(number: int) -> list[str]:
    return [f"{each:08d}-0000-4000-8000-000000000000" for each in range(number)]


@pytest.mark.parametrize("number", [1, 2, 3, 4, 5, 50])
@pytest.mark.parametrize("fields", [OWN_FIELDS, ALL_FIELDS])
def test_patterns_of_any_number_of_ids_are_short_enough_and_find_each(number: int, fields: tuple[str, ...]):
    found = list(patterns(uuids(number), fields))
    assert all(len(each) <= MAX_LENGTH for each in found)
    for value in uuids(number):
        for record in (
            {"request_id": value},
            {"function_request_id": value},
            {"record": {"requestId": value}},
            *([{"authorizer_request_id": value}] if fields is ALL_FIELDS else []),
        ):
            assert sum(matches(each, json.dumps(record)) for each in found) == 1


def test_patterns_are_no_more_than_their_length_needs():
    assert len(list(patterns(uuids(3)))) == 1
    assert list(patterns([])) == []


def test_the_longest_beginning_of_an_id_fits_into_one_pattern():
    assert len(list(patterns(["a" * 100 + "*"], ALL_FIELDS))) == 1


def test_a_records_own_ids_are_those_of_api_gateway_and_of_its_function():
    gateway = access(function_request_id=FUNCTION_ID, authorizer_request_id=AUTHORIZER_ID)
    assert ids_of(gateway) == {REQUEST_ID, FUNCTION_ID}
    assert ids_of({"type": "platform.report", "record": {"requestId": FUNCTION_ID}}) == {FUNCTION_ID}


@pytest.mark.parametrize(
    ("refusal", "call"),
    [("UNAUTHORIZED", AUTHORIZER_ID), ("ACCESS_DENIED", AUTHORIZER_ID), ("THROTTLED", None), ("-", None)],
)
def test_only_a_refused_request_has_a_call_of_the_authorizer(refusal: str, call: str | None):
    assert authorizer_call_of(access(refusal=refusal, authorizer_request_id=AUTHORIZER_ID)) == call
