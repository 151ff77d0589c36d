"""The SCIM request in an event of API Gateway: URL, query, headers and body."""

import base64
import re
from collections.abc import Mapping
from functools import cached_property
from urllib.parse import unquote

from scim2_server.errors import UnsupportedMediaTypeException
from scim2_server.requests import ScimRequest

from lambdas.api.base_url import base_url_of
from lambdas.api.callers import Caller
from lambdas.api.event import Event, headers_of, route_of
from lambdas.api.query import read_query
from lambdas.api.settings import Addressing
from lambdas.scim.detail import Detail

_PLACEHOLDER = re.compile(r"\{(\w+)\+?\}")
_JSON_STARTS = b'{["-0123456789tfn'


class ApiRequest(ScimRequest):
    """A SCIM request that finds its headers by name; the library's looks through all of them each time."""

    def header(self, name: str) -> str | None:
        """Return the value of a header, whatever the case of its name."""
        return self._by_name.get(name.lower())

    @cached_property
    def _by_name(self) -> dict[str, str]:
        found: dict[str, str] = {}
        for name, value in self.headers.items() if isinstance(self.headers, Mapping) else self.headers:
            key = name.lower()
            found[key] = f"{found[key]}, {value}" if key in found else value
        return found


def read_request(event: Event, caller: Caller, addressing: Addressing) -> ScimRequest:
    """Return the SCIM request in an event.

    :param caller: The caller, which becomes the request's subject.
    :param addressing: Where the API lives in a URL, see :func:`base_url_of`.
    :raises UnsupportedMediaTypeException: When the body is compressed.
    :raises InvalidValueException: When a query parameter has two different values.
    :raises NotFoundException: When the URL is not that of the connection.
    """
    headers = headers_of(event)
    request = ApiRequest(
        method=str(event["httpMethod"]).upper(),
        base_url=base_url_of(event, addressing),
        path=_path_of(event),
        query=read_query(event.get("multiValueQueryStringParameters")),
        headers=headers,
        body=_body_of(event),
        subject=caller,
    )
    _refuse_compression(request)
    return request


def _path_of(event: Event) -> str:
    """Return the path relative to the connection, decoded.

    It is built from the route and its parameters, which do not depend on a stage, custom domain or trailing slash. API Gateway
    passes the parameters percent-encoded (as LocalStack's tests recorded from AWS), its emulators pass them decoded. Decoding
    is right for both, because no id has a ``%``; one with an encoded ``/`` becomes a path that no route has.
    """
    parameters = event.get("pathParameters") or {}
    path = _PLACEHOLDER.sub(lambda match: str(parameters.get(match[1], "")), route_of(event))
    return unquote(path, errors="replace")


def _body_of(event: Event) -> bytes:
    """Return the raw body, which API Gateway passes in base64 when the API treats its media type as binary."""
    body = event.get("body") or ""
    if event.get("isBase64Encoded"):
        return base64.b64decode(body)
    return str(body).encode("utf-8", errors="surrogatepass")


def _refuse_compression(request: ScimRequest) -> None:
    """Raise an error for a body that is still compressed.

    API Gateway decompresses gzip and deflate before it calls the function, and does not document whether it drops the header
    then. So the header alone is no proof; a body that cannot be JSON is.
    """
    coding = (request.header("Content-Encoding") or "identity").strip().lower()
    if coding != "identity" and request.body and request.body.lstrip()[:1] not in _JSON_STARTS:
        raise UnsupportedMediaTypeException(
            detail=Detail(
                "The body is compressed. Send it uncompressed, without Content-Encoding (RFC 9110 section 8.4)."
            )
        )
