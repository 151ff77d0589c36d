"""Connections to DynamoDB that stay open between calls, over urllib3's pools, as botocore's own HTTP session has them.

What goes wrong is raised as the exceptions of botocore's session, in the same places.
"""

import socket
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from urllib.parse import urlsplit

from botocore.exceptions import (
    ConnectionClosedError,
    ConnectTimeoutError,
    EndpointConnectionError,
    HTTPClientError,
    ReadTimeoutError,
    SSLError,
)
from botocore.httpsession import get_cert_path
from urllib3 import HTTPConnectionPool, PoolManager, Retry, Timeout
from urllib3 import exceptions as urllib3
from urllib3.connection import HTTPConnection


@dataclass(frozen=True)
class HttpAnswer:
    """The answer to a POST, read to its end."""

    status: int
    headers: Mapping[str, str]
    """By name in lower case."""

    content: bytes

    def stream(self) -> Iterator[bytes]:
        """Yield the content, as botocore reads it from urllib3's responses."""
        yield self.content


class HttpConnections:
    """Sends POST requests, each over a connection that no other request is using."""

    def __init__(self, connect_timeout: float, read_timeout: float, *, keepalive: bool, most: int) -> None:
        """Set the timeouts in seconds, whether the operating system probes idle connections, and how many stay open."""
        probing = [(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)] if keepalive else []
        self._once = Retry(False)
        self._routes: dict[str, tuple[HTTPConnectionPool, str]] = {}
        self._pools = PoolManager(
            timeout=Timeout(connect=connect_timeout, read=read_timeout),
            maxsize=most,
            cert_reqs="CERT_REQUIRED",
            ca_certs=get_cert_path(True),  # the authorities that botocore brings along
            socket_options=[*HTTPConnection.default_socket_options, *probing],
        )

    def post(self, url: str, headers: Mapping[str, str], body: bytes) -> HttpAnswer:
        """Send a request, and return its answer.

        :raises botocore.exceptions.ConnectionError: When no connection can be made; nothing was sent.
        :raises botocore.exceptions.HTTPClientError: When no answer comes; the request may have taken effect.
        """
        try:
            pool, path = self._routes.get(url) or self._route(url)
            answer = pool.urlopen("POST", path, body, headers, self._once, assert_same_host=False, decode_content=False)
        except urllib3.SSLError as error:
            raise SSLError(endpoint_url=url, error=error) from error
        except urllib3.NewConnectionError as error:
            raise EndpointConnectionError(endpoint_url=url, error=error) from error
        except urllib3.ConnectTimeoutError as error:
            raise ConnectTimeoutError(endpoint_url=url, error=error) from error
        except urllib3.ReadTimeoutError as error:
            raise ReadTimeoutError(endpoint_url=url, error=error) from error
        except urllib3.ProtocolError as error:
            raise ConnectionClosedError(endpoint_url=url, error=error) from error
        except (urllib3.HTTPError, OSError, ValueError) as error:
            raise HTTPClientError(error=error) from error
        headers = {name.lower(): answer.headers[name] for name in answer.headers}  # a repeated one has all its values
        return HttpAnswer(answer.status, headers, answer.data)

    def _route(self, url: str) -> tuple[HTTPConnectionPool, str]:
        """Return the pool and the path of an endpoint, which urllib3 would find anew for each request."""
        self._routes[url] = self._pools.connection_from_url(url), urlsplit(url).path or "/"
        return self._routes[url]

    def close(self) -> None:
        """Close the connections that are open; the next request opens another."""
        self._routes.clear()
        self._pools.clear()
