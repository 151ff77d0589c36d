"""The failures of this endpoint that scim2-models has no exception for."""

from scim2_models import SCIMException


class BusyException(SCIMException):
    """The storage could not finish in time: contention or throttling that outlived every retry.

    Answered with 503 and ``Retry-After`` (RFC 9110 section 10.2.3). Every write is safe to repeat.
    """

    status = 503
    _default_detail = "The directory is busy. Nothing was lost: send the request again."

    def __init__(self, *, retry_after: int = 5, detail: str | None = None) -> None:
        """Say when to come back.

        :param retry_after: Seconds until a new attempt is worth making.
        """
        super().__init__(detail=detail)
        self.retry_after = retry_after
