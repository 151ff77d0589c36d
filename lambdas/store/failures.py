"""Failures below the protocol as SCIM exceptions: what the table could not do in time, and defects of the service."""

from botocore.exceptions import ClientError, HTTPClientError
from botocore.exceptions import ConnectionError as NetworkError
from scim2_models import SCIMException

from lambdas.scim.detail import Detail
from lambdas.scim.errors import BusyException, UnexpectedException, as_scim_exception
from lambdas.store.schema import NewerSchemaError
from lambdas.store.table import RETRIED_ERRORS


def scim_exception_of(exception: Exception, request_id: str) -> SCIMException:
    """Return the SCIM exception that a client gets for an exception.

    A SCIM exception is returned as it is. Running out of time, failures of the network and of DynamoDB's capacity, and a
    schema that is newer than this code become 503.
    Anything else is 500, with neither the text nor the type of the exception.

    :param request_id: API Gateway's id of the request, under which the log holds the stack trace.
    """
    exception = as_scim_exception(exception)
    if isinstance(exception, SCIMException):
        return exception
    if isinstance(exception, ClientError) and exception.response.get("Error", {}).get("Code") in RETRIED_ERRORS:
        return BusyException()
    if isinstance(exception, NewerSchemaError):
        return BusyException(detail=Detail("{text} Retry the request later.", text=str(exception)))
    if isinstance(exception, (NetworkError, HTTPClientError)):
        return BusyException()
    return UnexpectedException(request_id)
