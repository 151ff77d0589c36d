"""The cursors of RFC 9865, sealed with the standard library.

A cursor must not be forged, reused for another query or another directory, or valid for ever (RFC 9865 section 5.2). It need not
be secret: its position is the id and sort value of a resource on the page that the client just read. So it is authenticated with
HMAC-SHA256 instead of encrypted, and the functions need no cryptography package of 16 MB.
"""

import base64
import binascii
import hmac
import json
import time
from collections.abc import Callable
from typing import Any

from scim2_models import ExpiredCursorException, InvalidCountException, InvalidCursorException

VERSION = b"\x01"
TAG_BYTES = 32


class SealedCursors:
    """Seals the position of a page into a cursor, and opens it again: the interface of ``scim2_server.cursor.Cursors``."""

    def __init__(self, secret: Callable[[], bytes]) -> None:
        """Create a seal.

        :param secret: Returns the secret of all processes, at least 32 random bytes. Called when a cursor is sealed or opened.
        """
        self._secret = secret

    def _tag(self, content: bytes) -> bytes:
        return hmac.digest(self._secret(), b"serverless-scim cursor" + VERSION + content, "sha256")

    def seal(self, query: str, count: int | None, position: Any) -> str:
        """Return the cursor of a position.

        :param query: A digest of the query that the cursor serves.
        :param count: The query's ``count``.
        :param position: The storage's position: any JSON value.
        """
        content = json.dumps(
            {"q": query, "n": count, "t": int(time.time()), "p": position}, separators=(",", ":")
        ).encode()
        return base64.urlsafe_b64encode(VERSION + self._tag(content) + content).rstrip(b"=").decode()

    def open(self, cursor: str, query: str, count: int | None, timeout: int | None) -> Any:
        """Return the position that a cursor holds.

        :param timeout: Seconds that a cursor stays valid, if any.
        :raises InvalidCursorException: When it was not sealed with the secret, or for another query.
        :raises InvalidCountException: When it was sealed for another ``count``.
        :raises ExpiredCursorException: When it is older than ``timeout``.
        """
        try:
            sealed = base64.b64decode(cursor + "=" * (-len(cursor) % 4), altchars=b"-_", validate=True)
        except (binascii.Error, ValueError):
            raise InvalidCursorException from None
        tag, content = sealed[len(VERSION) : len(VERSION) + TAG_BYTES], sealed[len(VERSION) + TAG_BYTES :]
        if sealed[: len(VERSION)] != VERSION or not hmac.compare_digest(tag, self._tag(content)):
            raise InvalidCursorException
        held = json.loads(content)
        if held["q"] != query:
            raise InvalidCursorException
        if held["n"] != count:
            raise InvalidCountException
        if timeout is not None and time.time() - held["t"] > timeout:
            raise ExpiredCursorException
        return held["p"]
