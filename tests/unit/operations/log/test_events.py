"""Which records an operator sees in the SCIM log."""

import pytest

from lambdas.operations.log.events import is_shown
from lambdas.records import Kind


@pytest.mark.parametrize("kind", [Kind.CONSOLE, Kind.TOKEN_USE, Kind.WATCHED])
def test_pages_of_the_console_and_technical_records_are_not_shown(kind: Kind):
    assert not is_shown({"event": kind.value, "method": "GET", "route": "/console/log", "status": 200})


@pytest.mark.parametrize("kind", [Kind.REQUEST, Kind.OPERATION, Kind.FAILURE])
def test_requests_changes_and_failures_are_shown(kind: Kind):
    assert is_shown({"event": kind.value})
