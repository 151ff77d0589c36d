"""What opens an endpoint: the `Authorization` header of each request, and what no report may show of it."""

import json
from collections.abc import Iterable, Sequence
from typing import Protocol

from scimprobe.exchange import Exchange

REDACTED = "[the credential]"
"""What a report shows in place of a secret that an endpoint repeats."""


class CredentialError(Exception):
    """No credential could be obtained; the text says why and holds no secret."""


class Credential(Protocol):
    """Gives the `Authorization` header of requests. Threads share one, so its methods must be safe to call from several."""

    def __call__(self) -> str:
        """Return the value of the `Authorization` header of the next request.

        :raises CredentialError: None can be obtained, for example because a token endpoint refuses the client.
        """

    def renew(self, refused: str) -> bool:
        """Replace a credential that the endpoint refused with 401, and return whether to send the request again.

        :param refused: The header value of the refused request. Another thread may have replaced it already.
        :raises CredentialError: No other one can be obtained.
        """

    @property
    def secrets(self) -> Iterable[str]:
        """Every text that no report may show: tokens, client secrets. There may be more after each request."""

    @property
    def exchanges(self) -> Sequence[Exchange]:
        """The requests that were needed to obtain it, in order."""


class BearerToken:
    """The Secret Token of a connection: the same for every request, until it is replaced by hand."""

    def __init__(self, token: str) -> None:
        """Set the token, without spaces and line ends around it.

        :raises ValueError: It holds a character that cannot be sent in a header. The text does not hold the token.
        """
        self._token = token.strip()
        if not (self._token.isascii() and self._token.isprintable()):
            raise ValueError(
                "The Secret Token contains a character that no token has. Was something else pasted with it?"
            )

    def __call__(self) -> str:
        """Return the token as a bearer token (RFC 6750 section 2.1)."""
        return f"Bearer {self._token}"

    def renew(self, refused: str) -> bool:
        """Return False: nothing but an operator can replace a Secret Token."""
        return False

    @property
    def secrets(self) -> Iterable[str]:
        """The token."""
        return (self._token,)

    @property
    def exchanges(self) -> Sequence[Exchange]:
        """None: the token was pasted."""
        return ()


def redact(text: str, secrets: Iterable[str]) -> str:
    """Return the text without the secrets, also where JSON escapes them; an empty secret is ignored."""
    for secret in secrets:
        if secret:
            text = text.replace(secret, REDACTED).replace(json.dumps(secret)[1:-1], REDACTED)
    return text
