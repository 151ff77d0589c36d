"""What a client may know of a failure: what it can mend, never what is inside."""

import json

import pytest
from botocore.exceptions import (
    ClientError,
    ConnectTimeoutError,
    EndpointConnectionError,
    NoCredentialsError,
    ParamValidationError,
    ReadTimeoutError,
)
from scim2_models import NotFoundException, UnauthorizedException
from scim2_server.errors import MethodNotAllowedException

from lambdas.retrying import OutOfTimeError
from lambdas.scim.errors import BusyException
from lambdas.scim.provider import build_provider
from lambdas.scim.service import DirectoryService
from lambdas.store.failures import scim_exception_of

ID = "c6af9ac6-7b61-11e6-9a41-93e8deadbeef"
SERVICE = DirectoryService(build_provider(), lambda: b"secret")


def client_error(code: str) -> ClientError:
    return ClientError({"Error": {"Code": code, "Message": "acme#USER key secret"}}, "GetItem")


def test_a_scim_exception_is_answered_as_it_is():
    exception = NotFoundException(detail="no user 7")
    assert scim_exception_of(exception, ID) is exception


@pytest.mark.parametrize(
    "exception",
    [
        client_error("ThrottlingException"),
        client_error("ProvisionedThroughputExceededException"),
        client_error("InternalServerError"),
        EndpointConnectionError(endpoint_url="https://dynamodb"),
        ConnectTimeoutError(endpoint_url="https://dynamodb"),
        ReadTimeoutError(endpoint_url="https://dynamodb"),
    ],
)
def test_what_dynamodb_could_not_do_in_time_may_be_sent_again(exception: Exception):
    response = SERVICE.error_response(scim_exception_of(exception, ID))
    assert response.status == 503
    assert int(response.headers["Retry-After"]) > 0
    assert "dynamodb" not in json.dumps(response.body).lower()


@pytest.mark.parametrize(
    "exception",
    [
        ValueError("secret of a library"),
        KeyError("acme#USER"),
        RecursionError(),
        client_error("AccessDeniedException"),
        client_error("ValidationException"),
        NoCredentialsError(),
        ParamValidationError(report="secret"),
    ],
)
def test_a_mistake_of_ours_tells_its_id_and_nothing_else(exception: Exception):
    response = SERVICE.error_response(scim_exception_of(exception, ID))
    assert response.body is not None
    assert (response.status, response.body["status"]) == (500, "500")
    assert ID in response.body["detail"]
    for inside in ("secret", "acme", type(exception).__name__, "Traceback"):
        assert inside not in json.dumps(response.body)


def test_every_error_is_a_scim_error():
    for exception in (NotFoundException(), BusyException(), scim_exception_of(ValueError(), ID)):
        body = SERVICE.error_response(exception).body
        assert body is not None
        assert body["schemas"] == ["urn:ietf:params:scim:api:messages:2.0:Error"]
        assert body["status"] == str(exception.status)
        assert body["detail"]


def test_the_busy_answer_says_when_to_come_back():
    assert SERVICE.error_response(BusyException(retry_after=7)).headers["Retry-After"] == "7"


def test_a_wrong_method_is_told_the_right_ones():
    response = SERVICE.error_response(MethodNotAllowedException(allowed=["GET", "POST"]))
    assert response.headers["Allow"] == "GET, POST"
    assert response.body is not None
    assert "GET, POST" in response.body["detail"]


def test_a_request_without_token_is_told_which_kind_to_bring():
    assert "Bearer" in SERVICE.error_response(UnauthorizedException()).headers["WWW-Authenticate"]


def test_running_out_of_time_is_503_with_the_seconds_to_wait():
    response = SERVICE.error_response(scim_exception_of(OutOfTimeError("Timed out."), ID))
    assert (response.status, response.body["detail"]) == (503, "Timed out.")
    assert response.headers["Retry-After"] == "5"


def test_an_operation_of_a_bulk_request_that_runs_out_of_time_is_503():
    outcome = SERVICE.bulk_failure({"method": "POST"}, OutOfTimeError("Timed out."))
    assert (outcome["status"], outcome["response"].detail) == (503, "Timed out.")
