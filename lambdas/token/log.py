"""The records of the token endpoint in the SCIM log: issued tokens and refused requests. No record contains a secret."""

import json
import re
import traceback
from typing import Any

from aws_lambda_powertools import Logger

from lambdas.credentials.clients import Client, ClientSecret
from lambdas.credentials.issuing import IssuedToken
from lambdas.records import CREDENTIALS_UNCHECKED, DAYS_UNTIL_EXPIRY, Kind, record, with_metrics
from lambdas.token.refusals import Reason, Refusal

MAX_SHOWN = 300
"""Characters of a claim that a record repeats; a stored claim has at most 255."""

SECONDS_PER_DAY = 86_400

_SECRETS = re.compile(r"scim(?:at|sec)?_[a-z2-7]{4,}\w*|eyJ[\w-]{8,}(?:\.[\w-]*)*")
"""Texts in a claim that look like a token of this endpoint or like a JWT."""


class TokenLog:
    """Writes one record for each token request."""

    def __init__(self, logger: Logger, environment: str) -> None:
        """Create it with Powertools' logger and the environment's name."""
        self.logger = logger
        self.environment = environment

    def issued(
        self, request_id: str, client: Client, issued: IssuedToken, secret: ClientSecret | None, now: float
    ) -> None:
        """Log that a client got an access token.

        :param secret: The client secret that it presented; None for an assertion. Its days until expiry are a metric.
        :param now: The time in seconds since 1970.
        """
        fields: dict[str, Any] = {
            "request_id": request_id,
            "client": client.id,
            "connection": client.connection,
            "directory": client.directory,
            "scope": client.scope.value,
            "method": client.kind.value,
            "expires_in": int(issued.lifetime.total_seconds()),
        }
        if secret is None:
            self.logger.info("Access token issued.", **self._record(Kind.TOKEN_ISSUED, **fields))
            return
        days = (secret.expires.timestamp() - now) / SECONDS_PER_DAY
        made = self._record(Kind.TOKEN_ISSUED, **fields, secret=secret.id, **{DAYS_UNTIL_EXPIRY: round(days, 1)})
        self.logger.info("Access token issued.", **with_metrics(made))

    def refused(self, request_id: str, refusal: Refusal) -> None:
        """Log a refused request. The client that it names, and the claims of an assertion, are not proven."""
        fields: dict[str, Any] = {
            "request_id": request_id,
            "status": int(refusal.status),
            "error": refusal.code.value,
            "reason": refusal.reason.value,
            "client": refusal.client,
            "connection": refusal.connection,
            "directory": refusal.directory,
            "detail": refusal.detail,
        }
        if refusal.mismatch is not None:
            fields["claim"] = refusal.mismatch.claim
            fields["received"] = shown(refusal.mismatch.received)
            fields["expected"] = refusal.mismatch.expected[:MAX_SHOWN]
        made = self._record(Kind.TOKEN_REFUSED, **{name: value for name, value in fields.items() if value is not None})
        if refusal.reason is Reason.UNCHECKED:
            self.logger.error("Token request not checked.", **with_metrics(made | {CREDENTIALS_UNCHECKED: 1}))
        else:
            self.logger.warning("Token request refused.", **made)

    def failed(self, request_id: str, refusal: Refusal, error: Exception) -> None:
        """Log an unforeseen error, without its message, which could contain a part of the request."""
        made = self._record(
            Kind.TOKEN_REFUSED,
            request_id=request_id,
            status=int(refusal.status),
            error=refusal.code.value,
            reason=refusal.reason.value,
            exception_name=type(error).__name__,
            exception="".join(traceback.format_tb(error.__traceback__)),
            **{CREDENTIALS_UNCHECKED: 1},
        )
        self.logger.error("Token request not checked.", **with_metrics(made))

    def _record(self, kind: Kind, **fields: Any) -> dict[str, Any]:
        return record(kind, environment=self.environment, **fields)


def shown(value: object) -> str:
    """Return a claim's value for the log: shortened, in ASCII, and without anything that looks like a token."""
    if value is None:
        return "absent"
    try:
        text = value if isinstance(value, str) else json.dumps(value)
    except (ValueError, RecursionError):
        return "unreadable"
    text = text.encode("ascii", "backslashreplace").decode("ascii")
    hidden = _SECRETS.sub("[hidden]", text)
    printable = "".join(each if each.isprintable() else "?" for each in hidden)
    return printable if len(printable) <= MAX_SHOWN else f"{printable[:MAX_SHOWN]}..."
