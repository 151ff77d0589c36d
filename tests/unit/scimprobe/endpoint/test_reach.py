"""Whether there is a SCIM endpoint at all: one sentence where there is none, and judgement wherever there is one."""

from typing import Any

import pytest

from scimprobe.endpoint.reach import UnusableError, reach
from scimprobe.wire import Client, Tenant
from tests.unit.scimprobe.faults import Right
from tests.unit.scimprobe.stand_in import TOKEN, Answer, Fault, Received, StandIn, serving

JSON = {"Content-Type": "application/json"}


def ask(stand_in: StandIn, token: str = TOKEN) -> None:
    client = Client(Tenant.parse(stand_in.url, token))
    try:
        reach(client)
    finally:
        client.close()


def always(status: int, headers: dict[str, str], body: Any) -> Fault:
    return lambda received, right: (status, headers, body)


@pytest.mark.parametrize(
    ("fault", "found"),
    [
        (always(200, {"Content-Type": "text/html; charset=utf-8"}, b"<html>"), "200 with text/html"),
        (always(404, {}, b""), "404 with nothing"),
        (always(404, JSON, {"message": "Not Found"}), "404 with application/json"),
        (always(200, JSON, {"Resources": []}), "200 with application/json"),
        (always(200, JSON, [1]), "200 with application/json"),
    ],
)
def test_what_is_no_scim_endpoint_is_named_after_four_requests(fault: Fault, found: str) -> None:
    with serving(fault) as stand_in, pytest.raises(UnusableError) as error:
        ask(stand_in)
    assert f"no SCIM 2.0 endpoint at {stand_in.url}: GET /Users returned {found}." in str(error.value)
    assert len(stand_in.received) == 4
    assert {each.method for each in stand_in.received} == {"GET"}


def test_a_right_endpoint_is_reached_with_one_request() -> None:
    with serving() as stand_in:
        ask(stand_in)
    assert len(stand_in.received) == 1


@pytest.mark.parametrize(
    "body",
    [
        {"schemas": ["urn:ietf:params:scim:api:messages:2.0:Error"], "status": "404", "detail": "none"},
        {"totalResults": 0},
    ],
)
def test_an_endpoint_that_answers_a_search_wrongly_is_still_an_endpoint(body: dict[str, Any]) -> None:
    with serving(always(200, JSON, body)) as stand_in:
        ask(stand_in)


def test_an_endpoint_whose_search_is_broken_is_known_by_its_configuration() -> None:
    def broken(received: Received, right: Right) -> Answer:
        return (404, {}, b"<html>") if "/Users" in received.target else right(received)

    with serving(broken) as stand_in:
        ask(stand_in)


@pytest.mark.parametrize(("status", "text"), [(401, "The token is refused: 401"), (403, "The request is refused: 403")])
def test_a_refusal_ends_it_at_the_first_request(status: int, text: str) -> None:
    with serving(always(status, JSON, {"detail": "no"})) as stand_in, pytest.raises(UnusableError, match=text):
        ask(stand_in)
    assert len(stand_in.received) == 1
