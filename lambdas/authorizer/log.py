"""The authorizer's records in the SCIM log. Two of them are also metrics."""

from typing import Any

from aws_lambda_powertools import Logger

from lambdas.authorizer.credentials import Reason, Refusal
from lambdas.records import CREDENTIALS_UNCHECKED, DAYS_UNTIL_EXPIRY, Kind, record, with_metrics


class AccessLog:
    """Writes records of refusals and of tokens in use. No record contains a secret or a header.

    CloudWatch reads some fields of a record as metrics (Embedded Metric Format). Their dimensions are the environment, and
    the connection only if a valid token names it: a connection in a URL can be any text, and each value of a dimension is
    a billed metric.
    """

    def __init__(self, logger: Logger, environment: str) -> None:
        """Create it with Powertools' logger and the environment's name."""
        self.logger = logger
        self.environment = environment

    def refused(self, refusal: Refusal, status: int, requested: str | None) -> None:
        """Log a refusal of credentials.

        :param status: The status of the response: 401, or 403 when the token is valid but does not allow the request.
        :param requested: The connection in the request's path, which is not proven.
        """
        made = self._record(
            Kind.REFUSED,
            status=status,
            reason=refusal.reason.value,
            token=refusal.token,
            token_connection=refusal.connection,
            connection=requested,
        )
        self.logger.warning("Credentials refused.", **made)

    def unchecked(self, requested: str | None) -> None:
        """Log the current exception as credentials that could not be checked."""
        made = self._record(
            Kind.REFUSED,
            status=503,
            reason=Reason.UNCHECKED.value,
            connection=requested,
            **{CREDENTIALS_UNCHECKED: 1},
        )
        self.logger.exception("Credentials not checked.", **with_metrics(made))

    def used(self, token: str, connection: str, scope: str, days_left: float) -> None:
        """Log the first use of a token today, with the days until it expires."""
        made = self._record(
            Kind.TOKEN,
            token=token,
            connection=connection,
            scope=scope,
            **{DAYS_UNTIL_EXPIRY: round(days_left, 1)},
        )
        self.logger.info("Token in use.", **with_metrics(made))

    def use_not_kept(self, token: str, error: Exception) -> None:
        """Log that the last use of a token could not be written. The request is not affected."""
        made = self._record(Kind.TOKEN_USE, token=token, exception_name=type(error).__name__)
        self.logger.warning("Last use of a token not written.", **made)

    def _record(self, kind: Kind, **fields: Any) -> dict[str, Any]:
        return record(kind, environment=self.environment, **fields)
