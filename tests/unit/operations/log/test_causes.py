"""Why something failed, from its record."""

import pytest

from infra.gateway_responses import REFUSALS
from lambdas.operations.log.causes import cause_of
from lambdas.operations.log.refusals import GATEWAY, TOKEN_REQUESTS
from lambdas.token.refusals import Reason
from tests.unit.operations.log.records import access


@pytest.mark.parametrize("kind", [each.kind.response_type for each in REFUSALS])
def test_every_answer_of_api_gateway_itself_has_a_cause_and_a_remedy(kind: str):
    cause = cause_of(access(refusal=kind, status="500"))
    assert cause == GATEWAY[kind]
    assert cause.why
    assert cause.remedy


def test_a_function_that_ended_without_an_answer_is_explained_by_lambdas_report_and_the_concurrency():
    cause = GATEWAY["DEFAULT_5XX"]
    for word in ("timed out", "crashed", "throttled"):
        assert word in cause.why
    for word in ("platform.report", "Concurrent executions", "api.reserved_concurrency"):
        assert word in cause.remedy


@pytest.mark.parametrize("reason", Reason)
def test_every_reason_of_the_token_endpoint_has_a_cause_and_a_remedy(reason: Reason):
    cause = cause_of({"event": "scim.token_refused", "status": 401, "reason": reason.value})
    assert cause == TOKEN_REQUESTS[reason.value]
    assert cause.why
    assert cause.remedy
