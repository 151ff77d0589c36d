"""Whom the API believes: what the authorizer says, and only where it fits the request."""

from typing import Any

import pytest
from scim2_models import ForbiddenException, UnauthorizedException

from lambdas.api.callers import Caller, read_caller
from tests.protocol.events import caller, event


def test_the_caller_is_whom_the_authorizer_found():
    made = event("GET", "/Users", authorizer=caller(directory="acme", token_id="token2", scope="read"))
    assert read_caller(made) == Caller("acme", "aaaabbbbccccdddd", "token2", "read")


@pytest.mark.parametrize("missing", ["directory", "connection", "token", "scope"])
@pytest.mark.parametrize("value", ["", None, 7])
def test_an_incomplete_context_is_nobody(missing: str, value: Any):
    made = event("GET", "/Users")
    made["requestContext"]["authorizer"][missing] = value
    with pytest.raises(UnauthorizedException):
        read_caller(made)


def test_without_an_authorizer_there_is_nobody():
    made = event("GET", "/Users")
    del made["requestContext"]["authorizer"]
    with pytest.raises(UnauthorizedException):
        read_caller(made)


def test_a_token_of_another_connection_is_refused():
    made = event("GET", "/Users", authorizer=caller(connection="zzzzyyyyxxxxwwww"))
    with pytest.raises(ForbiddenException, match="another connection"):
        read_caller(made)


@pytest.mark.parametrize(
    ("method", "target"),
    [("GET", "/Users"), ("HEAD", "/Users/7"), ("POST", "/.search"), ("POST", "/Groups/.search")],
)
def test_a_reading_token_may_look(method: str, target: str):
    assert read_caller(event(method, target, authorizer=caller(scope="read"))).scope == "read"


@pytest.mark.parametrize(
    ("method", "target"),
    [("POST", "/Users"), ("PUT", "/Users/7"), ("PATCH", "/Groups/7"), ("DELETE", "/Users/.search"), ("POST", "/Bulk")],
)
def test_a_reading_token_changes_nothing(method: str, target: str):
    with pytest.raises(ForbiddenException, match="read-only"):
        read_caller(event(method, target, authorizer=caller(scope="read")))


def test_a_scope_that_nobody_knows_only_reads():
    with pytest.raises(ForbiddenException):
        read_caller(event("DELETE", "/Users/7", authorizer=caller(scope="everything")))
