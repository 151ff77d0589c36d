"""The end of one attempt, however slowly its receiver sends.

The time-outs of a connection begin anew with each byte. A receiver that sends a byte every few seconds would hold the function
until it times out, and the other events of its batch would lose an attempt.
"""

import contextlib
import socket
import threading
from types import TracebackType
from typing import Any, Self

from urllib3.connection import HTTPConnection, HTTPSConnection


class Deadline:
    """Shuts a connection down after a number of seconds; a context manager."""

    def __init__(self, seconds: float) -> None:
        self.seconds = seconds
        self.is_over = False
        self._connection: socket.socket | None = None
        self._timer = threading.Timer(seconds, self._end)
        self._timer.daemon = True

    def __enter__(self) -> Self:
        self._timer.start()
        return self

    def __exit__(self, *_: type[BaseException] | BaseException | TracebackType | None) -> None:
        self._timer.cancel()
        self._timer.join()
        if self._connection:
            self._connection.close()

    def applies_to(self, connection: socket.socket) -> None:
        """Let the deadline apply to a connection. TLS takes the socket over, so the deadline has a descriptor of its own."""
        self._connection = connection.dup()
        if self.is_over:
            self._end()

    def _end(self) -> None:
        self.is_over = True
        if self._connection:
            with contextlib.suppress(OSError):  # it has ended
                self._connection.shutdown(socket.SHUT_RDWR)


class HttpConnection(HTTPConnection):
    """A connection with a deadline."""

    def __init__(self, *args: Any, deadline: Deadline, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.deadline = deadline

    def _new_conn(self) -> socket.socket:
        connection = super()._new_conn()
        self.deadline.applies_to(connection)
        return connection


class HttpsConnection(HttpConnection, HTTPSConnection):
    """A connection over TLS with a deadline, which the handshake counts towards."""
