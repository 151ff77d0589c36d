"""The client secret of the console, kept in SSM Parameter Store and read at sign-in."""

import time
from typing import Any

SECONDS = 300
"""How long a read secret is used: a rotated secret takes effect within five minutes."""


class SecretMissing(Exception):  # noqa: N818 -- an outcome that the sign-in page explains
    """The parameter does not exist: it is not stored the secret yet."""


class ClientSecret:
    """The secret, read at its first use."""

    def __init__(self, ssm: Any, name: str) -> None:
        """Read the secret from a parameter.

        :param ssm: A botocore client of SSM.
        :param name: The name of a SecureString parameter.
        """
        self.ssm = ssm
        self.name = name
        self._value = ""
        self._until = 0.0

    def value(self) -> str:
        """Return the secret.

        :raises SecretMissing: When it is not stored it.
        """
        if time.monotonic() >= self._until:
            try:
                found = self.ssm.get_parameter(Name=self.name, WithDecryption=True)
            except self.ssm.exceptions.ParameterNotFound:
                raise SecretMissing(self.name) from None
            self._value = str(found["Parameter"]["Value"])
            self._until = time.monotonic() + SECONDS
        return self._value
