"""What the authorizer tells operators: its records in the SCIM log, two of which are metrics too."""

from aws_lambda_powertools import Logger

from lambdas import metrics
from lambdas.authorizer.credentials import Reason, Refusal

UNCHECKED = "credentials_unchecked"
"""The metric of requests whose credentials could not be checked. Each is an outage for its client, whoever it is."""

DAYS_LEFT = "days_until_expiry"
"""The metric of the days that a token has left when it is first used on a day. Only tokens in use count: one that was
replaced, and that nobody uses any more, may end in silence."""


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
        self.logger.warning(
            "Credentials refused.",
            event="scim.refused",
            environment=self.environment,
            status=status,
            reason=refusal.reason.value,
            token=refusal.token,
            token_connection=refusal.connection,
            connection=requested,
        )

    def unchecked(self, requested: str | None) -> None:
        """Log, with the exception at hand, that credentials could not be checked."""
        self.logger.exception(
            "Credentials not checked.",
            event="scim.refused",
            environment=self.environment,
            status=503,
            reason=Reason.UNCHECKED.value,
            connection=requested,
            credentials_unchecked=1,
            _aws=metrics.directive({UNCHECKED: "Count"}),
        )

    def used(self, token: str, connection: str, scope: str, days_left: float) -> None:
        """Log that a token is used for the first time today, with the days until it expires."""
        self.logger.info(
            "Token in use.",
            event="scim.token",
            environment=self.environment,
            token=token,
            connection=connection,
            scope=scope,
            days_until_expiry=round(days_left, 1),
            _aws=metrics.directive({DAYS_LEFT: "None"}, [["environment"], ["environment", "connection"]]),
        )

    def use_not_kept(self, token: str, error: Exception) -> None:
        """Log that the last use of a token could not be written. Nothing was refused for it."""
        self.logger.warning(
            "Last use of a token not kept.",
            event="scim.token_use",
            environment=self.environment,
            token=token,
            exception_name=type(error).__name__,
        )
