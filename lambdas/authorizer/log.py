"""What the authorizer tells operators: its records in the SCIM log, two of which are metrics too."""

from typing import Any

from aws_lambda_powertools import Logger

from lambdas.authorizer.credentials import Reason, Refusal
from lambdas.records import CREDENTIALS_UNCHECKED, DAYS_UNTIL_EXPIRY, Kind, record, with_metrics


class AccessLog:
    """Where it is kept who was refused and why, and which tokens are in use. No record holds a secret or a header.

    CloudWatch reads some fields of a record as metrics (its Embedded Metric Format). Their dimensions are the environment,
    and a connection only where a token proved it: an unproven one is whatever a stranger wrote into a URL, and each value
    of a dimension is a metric to be paid for.
    """

    def __init__(self, logger: Logger, environment: str) -> None:
        """Take Powertools' logger and the environment's name."""
        self.logger = logger
        self.environment = environment

    def refused(self, refusal: Refusal, status: int, requested: str | None) -> None:
        """Log that credentials are refused.

        :param status: What the client gets: 401, or 403 when the token is good and the request beyond it.
        :param requested: The connection in the path of the request, which nobody has proved.
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
        """Log, with the exception at hand, that credentials could not be checked."""
        made = self._record(
            Kind.REFUSED,
            status=503,
            reason=Reason.UNCHECKED.value,
            connection=requested,
            **{CREDENTIALS_UNCHECKED: 1},
        )
        self.logger.exception("Credentials not checked.", **with_metrics(made))

    def used(self, token: str, connection: str, scope: str, days_left: float) -> None:
        """Log that a token is used for the first time today, with the days until it expires."""
        made = self._record(
            Kind.TOKEN,
            token=token,
            connection=connection,
            scope=scope,
            **{DAYS_UNTIL_EXPIRY: round(days_left, 1)},
        )
        self.logger.info("Token in use.", **with_metrics(made))

    def use_not_kept(self, token: str, error: Exception) -> None:
        """Log that the last use of a token could not be written. Nothing was refused for it."""
        made = self._record(Kind.TOKEN_USE, token=token, exception_name=type(error).__name__)
        self.logger.warning("Last use of a token not kept.", **made)

    def _record(self, kind: Kind, **fields: Any) -> dict[str, Any]:
        return record(kind, environment=self.environment, **fields)
