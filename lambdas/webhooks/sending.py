"""One request to a receiver: to the checked address, without redirects, without reading what it answers."""

import ssl
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

import urllib3

from lambdas.webhooks.addresses import AddressRefused, Resolver, public_address

TIMEOUT = urllib3.Timeout(connect=3, read=10)
"""Standard Webhooks recommends 15 to 30 seconds for slow receivers; ours acknowledge before they act."""


@dataclass(frozen=True)
class Outcome:
    """The result of one attempt."""

    status: int | None
    """The receiver's HTTP status; None when it gave none."""

    error: str | None = None
    """Why there is no status, or why the status is a failure."""

    @property
    def delivered(self) -> bool:
        """Whether the receiver accepted the event."""
        return self.error is None


class Sender:
    """Sends requests to webhooks."""

    def __init__(
        self,
        *,
        allow_loopback: bool = False,
        resolve: Resolver | None = None,
        tls: ssl.SSLContext | None = None,
    ) -> None:
        """Create it.

        :param allow_loopback: Whether to call this machine, by http too, as in the local cloud.
        :param resolve: Returns the addresses of a host; the system's resolver by default.
        :param tls: The context of TLS connections; the system's authorities by default.
        """
        self.allow_loopback = allow_loopback
        self.resolve = resolve
        self.tls = tls or ssl.create_default_context()

    def send(self, url: str, body: bytes, headers: Mapping[str, str]) -> Outcome:
        """Send one event, and return how the receiver answered."""
        parts = urlsplit(url)
        host = parts.hostname or ""
        port = parts.port or (443 if parts.scheme == "https" else 80)
        try:
            address = public_address(host, port, resolve=self.resolve, allow_loopback=self.allow_loopback)
            if parts.scheme != "https" and not self.allow_loopback:
                raise AddressRefused("the URL is not https")
        except AddressRefused as refused:
            return Outcome(None, str(refused))
        path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
        try:
            with self._pool(parts.scheme, host, address, port) as pool:
                answer = pool.urlopen(
                    "POST",
                    path,
                    body=body,
                    headers={**headers, "Host": parts.netloc},
                    redirect=False,
                    retries=False,
                    preload_content=False,
                )
                status = int(answer.status)
                answer.close()
        except (urllib3.exceptions.HTTPError, OSError) as error:
            return Outcome(None, type(error).__name__)
        if 200 <= status < 300:
            return Outcome(status)
        return Outcome(status, "the receiver redirects" if 300 <= status < 400 else f"the receiver answered {status}")

    def _pool(self, scheme: str, host: str, address: str, port: int) -> Any:
        """Return connections to one address. The certificate is checked for the host of the URL."""
        if scheme != "https":
            return urllib3.HTTPConnectionPool(address, port, timeout=TIMEOUT, maxsize=1)
        return urllib3.HTTPSConnectionPool(
            address, port, timeout=TIMEOUT, maxsize=1, ssl_context=self.tls, server_hostname=host, assert_hostname=host
        )
