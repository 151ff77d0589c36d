"""The failures of this endpoint that scim2-models has no exception for."""

from scim2_models import SCIMException

from lambdas.retrying import RETRY_AFTER, OutOfTimeError


class BusyException(SCIMException):
    """The storage could not finish in time: contention or throttling that outlived every retry.

    Answered with 503 and ``Retry-After`` (RFC 9110 section 10.2.3). Every write is safe to repeat.
    """

    status = 503
    _default_detail = "The directory is busy. Nothing was lost: send the request again."

    def __init__(self, *, retry_after: int = RETRY_AFTER, detail: str | None = None) -> None:
        """Say when to come back.

        :param retry_after: Seconds until a new attempt is worth making.
        """
        super().__init__(detail=detail)
        self.retry_after = retry_after


def as_scim_exception(exception: Exception) -> Exception:
    """Return an exception as its SCIM exception: running out of time is 503; any other exception is returned as it is."""
    if isinstance(exception, OutOfTimeError):
        return BusyException(retry_after=exception.retry_after, detail=exception.detail)
    return exception
