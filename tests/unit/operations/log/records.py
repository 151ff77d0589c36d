"""Records as the endpoint's parts write them, for tests of what is told of them."""

import json
from datetime import UTC, datetime
from typing import Any

from infra.access_log import FIELDS
from lambdas.operations.log.events import LogEvent, Record

NOON = datetime(2027, 1, 31, 12, tzinfo=UTC)
REQUEST_ID = "74818272-13c0-483e-9c93-9993dd82e4e4"
AUTHORIZER_ID = "c7ca3da4-7eb4-4c32-a885-909dddc33bc4"
FUNCTION_ID = "30006506-6582-4b2a-95a7-1f0e30b8ad39"
CHANGES_ID = "5b0f7f2c-9d43-4c7e-8b7c-0a4f8d1e6c11"
USER_ID = "8ca0a5b5-b626-4467-93e1-2a0cda85a644"


def request(**fields: Any) -> Record:
    """A request that was answered."""
    usual = {"event": "scim.request", "environment": "acme", "request_id": REQUEST_ID, "connection": "k3x7m2qwertyuiop"}
    what = {"directory": "acme", "token": "ab12", "method": "POST", "route": "/Users", "status": 201}
    cost = {"refused": 0, "failed": 0, "milliseconds": 9.1, "dynamodb_calls": 1, "read_units": 0.0, "write_units": 6.0}
    return {**usual, **what, **cost, **fields}


def refused(**fields: Any) -> Record:
    """Credentials that the authorizer refused."""
    usual = {"event": "scim.refused", "status": 401, "reason": "expired", "token": "ab12"}
    return {**usual, "connection": "k3x7m2qwertyuiop", "function_request_id": AUTHORIZER_ID, **fields}


def access(**fields: Any) -> Record:
    """What API Gateway writes: every field a text, `-` where there is none."""
    usual = {"request_id": REQUEST_ID, "method": "POST", "path": "/v2/k3x7m2qwertyuiop/Users", "status": "201"}
    route = {"event": "api.access", "route": "/v2/{connection}/Users", "source_ip": "203.0.113.7"}
    return {**dict.fromkeys(FIELDS, "-"), **usual, **route, **fields}


def failure(**fields: Any) -> Record:
    """The trace of a 500."""
    trace = 'Traceback (most recent call last):\n  File "x.py", line 1\nKeyError: 7\n'
    usual = {"event": "scim.failure", "request_id": REQUEST_ID, "exception_name": "KeyError", "exception": trace}
    return {**usual, **fields}


def sweep(**fields: Any) -> Record:
    """What was removed after a deleted group."""
    usual = {"event": "scim.sweep", "environment": "acme", "directory": "acme", "group": USER_ID}
    return {**usual, "function_request_id": CHANGES_ID, "memberships_swept": 1200, "sweeps_failed": 0, **fields}


def operation(**fields: Any) -> Record:
    """What an operator did to a directory or a connection as a whole."""
    usual = {"event": "scim.operation", "environment": "acme", "request_id": REQUEST_ID, "directory": "acme"}
    who = {"operator": "arn:aws:sts::123456789012:assumed-role/Admin/ann", "action": "restore directory"}
    return {**usual, **who, "detail": "from table before: 7 items written", **fields}


def event(record: Record | str, at: datetime = NOON) -> LogEvent:
    """A line of the log group."""
    return LogEvent(at, record if isinstance(record, str) else json.dumps(record), "stream")
