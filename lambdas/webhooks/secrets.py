"""The secrets of webhooks, read from SSM Parameter Store."""

import time
from typing import Any

from lambdas.eventing.signing import Secrets, parameter_name

SECONDS = 60
"""How long read secrets are used: a rotated secret signs within a minute."""


class SecretMissing(Exception):  # noqa: N818 -- an outcome that a delivery records
    """A webhook has no secret yet."""


class WebhookSecrets:
    """The secrets of an environment's webhooks, each read at its first use."""

    def __init__(self, ssm: Any, environment: str) -> None:
        """Open them with a botocore client of SSM."""
        self.ssm = ssm
        self.environment = environment
        self._read: dict[str, tuple[float, Secrets]] = {}

    def of(self, webhook: str) -> Secrets:
        """Return the secrets of one webhook.

        :raises SecretMissing: When it has none.
        """
        until, found = self._read.get(webhook, (0.0, None))
        if found is None or time.monotonic() >= until:
            name = parameter_name(self.environment, webhook)
            try:
                answer = self.ssm.get_parameter(Name=name, WithDecryption=True)
            except self.ssm.exceptions.ParameterNotFound:
                raise SecretMissing(name) from None
            found = Secrets.parse(str(answer["Parameter"]["Value"]))
            self._read[webhook] = (time.monotonic() + SECONDS, found)
        return found
