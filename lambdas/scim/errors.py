"""The errors of this endpoint for which scim2-models has no exception."""

from scim2_models import SCIMException, UniquenessException

from lambdas.retrying import RETRY_AFTER, OutOfTimeError
from lambdas.scim.detail import Detail

BUSY = "The directory is busy and the request did not complete. Retry the request; repeating it is safe."


class BusyException(SCIMException):
    """The storage did not finish in time: contention or throttling outlasted every retry.

    Answered with 503 and ``Retry-After`` (RFC 9110 section 10.2.3). Every write is safe to repeat.
    """

    status = 503

    def __init__(self, *, retry_after: int = RETRY_AFTER, detail: Detail | None = None) -> None:
        """Create the error.

        :param retry_after: Seconds until the client should retry.
        :param detail: What did not complete; the default says that retrying is safe.
        """
        super().__init__(detail=detail or Detail(BUSY))
        self.retry_after = retry_after


class TakenValueException(UniquenessException):
    """Another resource of the type has a unique value.

    :ivar attribute: The attribute's path, such as ``userName``.
    :ivar owner: The id of the other resource; None when it is unknown.
    """

    def __init__(self, *, detail: Detail, attribute: str, owner: str | None) -> None:
        super().__init__(detail=detail)
        self.attribute = attribute
        self.owner = owner


class HeldException(SCIMException):
    """The guard against mass deprovisioning holds the change.

    Answered with 400: a 401 or 403 would stop the whole job of an identity provider (Entra ID: quarantine), and a 429 or 503
    would delay all of it. With 400 this one change fails, and is sent again in the next cycle.
    """

    status = 400

    def __init__(self, *, count: int, limit: int) -> None:
        """Create the error.

        :param count: How many users were deprovisioned within an hour, those of this change included.
        :param limit: How many are allowed.
        """
        super().__init__(
            detail=Detail(
                "Not done: {count} users would be disabled, deleted or removed from groups with permissions within an hour, more "
                "than {limit}. If this is intended, ask the operator of this service to release it.",
                count=count,
                limit=limit,
            )
        )


def as_scim_exception(exception: Exception) -> Exception:
    """Return an exception as its SCIM exception: running out of time is 503; any other exception is returned as it is."""
    if isinstance(exception, OutOfTimeError):
        return BusyException(retry_after=exception.retry_after, detail=Detail("{text}", text=exception.detail))
    return exception


class UnexpectedException(SCIMException):
    """A defect of the service: answered with 500 and the request id, under which the log holds the stack trace."""

    status = 500

    def __init__(self, request_id: str) -> None:
        """Create the error with the one thing about the failure that may leave the service, the request's id."""
        super().__init__(
            detail=Detail(
                "The request failed because of an internal error. It can be retried. If it keeps failing, give the operator "
                "this request id: {id}",
                id=request_id,
            )
        )
