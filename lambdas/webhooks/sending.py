"""One request to a receiver: to the checked address, without redirects, without reading what it answers."""

import ssl
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

import urllib3

from lambdas.webhooks.addresses import AddressRefused, Resolver, public_address
from lambdas.webhooks.deadline import Deadline, HttpConnection, HttpsConnection

TIMEOUT = urllib3.Timeout(connect=3, read=10)
"""Standard Webhooks recommends 15 to 30 seconds for slow receivers; ours acknowledge before they act."""

ATTEMPT_SECONDS = 13
"""Seconds from the connection to the status, after which an attempt has failed: both time-outs together."""


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
        seconds: float = ATTEMPT_SECONDS,
    ) -> None:
        """Create it.

        :param allow_loopback: Whether to call this machine, by http too, as in the local cloud.
        :param resolve: Returns the addresses of a host; the system's resolver by default.
        :param tls: The context of TLS connections; the system's authorities by default.
        :param seconds: Seconds after which an attempt has failed.
        """
        self.allow_loopback = allow_loopback
        self.resolve = resolve
        self.tls = tls or ssl.create_default_context()
        self.seconds = seconds

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
        deadline = Deadline(self.seconds)
        try:
            with deadline, self._pool(parts.scheme, host, address, port, deadline) as pool:
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
            slow = f"the receiver did not answer within {self.seconds:g} seconds"
            return Outcome(None, slow if deadline.is_over else type(error).__name__)
        if 200 <= status < 300:
            return Outcome(status)
        return Outcome(status, "the receiver redirects" if 300 <= status < 400 else f"the receiver answered {status}")

    def _pool(self, scheme: str, host: str, address: str, port: int, deadline: Deadline) -> Any:
        """Return connections to one address. The certificate is checked for the host of the URL."""
        options: dict[str, Any] = {"timeout": TIMEOUT, "maxsize": 1, "deadline": deadline}
        pool: Any
        if scheme == "https":
            options |= {"ssl_context": self.tls, "server_hostname": host, "assert_hostname": host}
            pool = urllib3.HTTPSConnectionPool(address, port, **options)
            pool.ConnectionCls = HttpsConnection
        else:
            pool = urllib3.HTTPConnectionPool(address, port, **options)
            pool.ConnectionCls = HttpConnection
        return pool
