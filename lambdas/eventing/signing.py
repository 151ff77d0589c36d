"""The secrets of webhooks, and the headers that prove an event to its receiver (Standard Webhooks).

The secrets of one webhook are one SecureString parameter of SSM: the current one, and during a rotation the previous one. An event
is then signed with both, so a receiver may know either.
"""

import base64
import json
import secrets
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any, Self

from standardwebhooks.webhooks import Webhook

SECRET_BYTES = 32
"""Random bytes of a secret. Standard Webhooks asks for 24 to 64."""


def parameter_name(environment: str, webhook: str) -> str:
    """Return the name of the parameter with a webhook's secrets."""
    return f"/scim/{environment}/webhooks/{webhook}"


@dataclass(frozen=True)
class Secrets:
    """The secrets of a webhook."""

    current: str = field(repr=False)
    created: datetime
    previous: str | None = field(repr=False, default=None)
    previous_until: datetime | None = None

    @classmethod
    def new(cls) -> Self:
        """Return a first secret."""
        return cls(_random_secret(), datetime.now(UTC))

    @classmethod
    def parse(cls, text: str) -> Self:
        """Return the secrets in a parameter's value.

        :raises ValueError: When it is not such a value.
        """
        try:
            held: dict[str, Any] = json.loads(text)
            until = held.get("previous_until")
            return cls(
                str(held["current"]),
                datetime.fromisoformat(held["created"]),
                held.get("previous"),
                datetime.fromisoformat(until) if until else None,
            )
        except (KeyError, TypeError, AttributeError) as error:
            raise ValueError("The parameter does not hold the secrets of a webhook") from error

    def dump(self) -> str:
        """Return the parameter's value."""
        held = {"current": self.current, "created": self.created.isoformat()}
        if self.previous and self.previous_until:
            held |= {"previous": self.previous, "previous_until": self.previous_until.isoformat()}
        return json.dumps(held)

    def rotated(self, grace: timedelta) -> "Secrets":
        """Return a new secret beside the current one, which signs until the grace period is over."""
        now = datetime.now(UTC)
        kept = (self.current, now + grace) if grace else (None, None)
        return Secrets(_random_secret(), now, *kept)

    def valid(self) -> list[str]:
        """Return the secrets that sign now, the current one first."""
        rotating = self.previous and self.previous_until and datetime.now(UTC) < self.previous_until
        return [self.current, *([self.previous] if rotating and self.previous else [])]


def headers(event_id: str, body: str, secrets_: Secrets) -> dict[str, str]:
    """Return the headers of one delivery: id, time and one signature for each valid secret."""
    now = datetime.now(UTC)
    signatures = [Webhook(each).sign(event_id, now, body) for each in secrets_.valid()]
    return {
        "content-type": "application/json",
        "user-agent": "serverless-scim-webhooks",
        "webhook-id": event_id,
        "webhook-timestamp": str(int(now.timestamp())),
        "webhook-signature": " ".join(signatures),
    }


def _random_secret() -> str:
    return "whsec_" + base64.b64encode(secrets.token_bytes(SECRET_BYTES)).decode()
