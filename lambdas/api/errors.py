"""Failures as SCIM responses: the one place where an exception becomes an answer."""

from botocore.exceptions import ClientError, HTTPClientError
from botocore.exceptions import ConnectionError as NetworkError
from scim2_models import SCIMException
from scim2_server.errors import MethodNotAllowedException
from scim2_server.responses import ScimResponse
from scim2_server.service import ScimService

from lambdas.scim.errors import BusyException, as_scim_exception
from lambdas.store.table import RETRIED_ERRORS


class UnforeseenException(SCIMException):
    """A mistake of ours: answered with 500 and an id, which finds the whole story in the log."""

    status = 500

    def __init__(self, request_id: str) -> None:
        """Name the request by its id, the one thing about the failure that may leave."""
        super().__init__(
            detail="The request failed for a reason on this side. Nothing is known to be wrong with it; it may be sent "
            f"again. Tell the operator this request id: {request_id}"
        )


def scim_exception_of(exception: Exception, request_id: str) -> SCIMException:
    """Return what a client may know of an exception.

    A failure that is the client's was raised as a SCIM exception, where it was noticed. What the network or DynamoDB
    could not do in time is 503. Anything else is 500, and tells neither text, type nor key of what went wrong.

    :param request_id: API Gateway's id of the request, under which the trace is logged.
    """
    exception = as_scim_exception(exception)
    if isinstance(exception, SCIMException):
        return exception
    if isinstance(exception, ClientError) and exception.response.get("Error", {}).get("Code") in RETRIED_ERRORS:
        return BusyException()
    if isinstance(exception, (NetworkError, HTTPClientError)):
        return BusyException()
    return UnforeseenException(request_id)


def error_response(exception: SCIMException, service: ScimService) -> ScimResponse:
    """Return the SCIM Error response of an exception, with the headers that its status asks for.

    405 carries ``Allow`` and 401 ``WWW-Authenticate``, by the service; 503 carries ``Retry-After`` (RFC 9110
    section 10.2.3).
    """
    response = service.error_response(exception)
    if isinstance(exception, BusyException):
        response.headers["Retry-After"] = str(exception.retry_after)
    if isinstance(exception, MethodNotAllowedException) and response.body is not None:
        response.body["detail"] = f"This endpoint does not take the method; it takes {response.headers['Allow']}."
    return response
