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
from urllib3 import PoolManager, Timeout
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
        self._pools = PoolManager(
            timeout=Timeout(connect=connect_timeout, read=read_timeout),
            maxsize=most,
            retries=False,
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
            pool = self._pools.connection_from_url(url)
            path = urlsplit(url).path or "/"
            answer = pool.urlopen(
                "POST", path, body=body, headers=headers, assert_same_host=False, decode_content=False
            )
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

    def close(self) -> None:
        """Close the connections that are open; the next request opens another."""
        self._pools.clear()
