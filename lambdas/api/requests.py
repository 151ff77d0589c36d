"""API Gateway's event as a SCIM request: its URL, query, headers and body."""

import base64
import re
from urllib.parse import unquote

from scim2_server.errors import UnsupportedMediaTypeException
from scim2_server.requests import ScimRequest

from lambdas.api.base_url import base_url_of
from lambdas.api.callers import Caller
from lambdas.api.event import Event, headers_of, route_of
from lambdas.api.query import read_query
from lambdas.api.settings import Addressing

_PLACEHOLDER = re.compile(r"\{(\w+)\+?\}")
_JSON_STARTS = b'{["-0123456789tfn'


def read_request(event: Event, caller: Caller, addressing: Addressing) -> ScimRequest:
    """Return the SCIM request that an event holds.

    :param caller: Who calls; becomes the request's subject.
    :param addressing: How the base URL is told from the event, see :func:`base_url_of`.
    :raises UnsupportedMediaTypeException: When the body is compressed.
    :raises InvalidValueException: When a query parameter contradicts itself.
    :raises NotFoundException: When the event is for no route of ours.
    """
    headers = headers_of(event)
    request = ScimRequest(
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

    It is put together from the route and its parameters, which no stage, custom domain or trailing slash changes. API
    Gateway passes them percent-encoded (as LocalStack's tests recorded from AWS), its emulators pass them decoded. Both
    end up the same here, as no id of ours holds a ``%``; one with an encoded ``/`` becomes a path that no route has.
    """
    parameters = event.get("pathParameters") or {}
    path = _PLACEHOLDER.sub(lambda match: str(parameters.get(match[1], "")), route_of(event))
    return unquote(path, errors="replace")


def _body_of(event: Event) -> bytes:
    """Return the raw body; API Gateway passes it in base64 when the API treats its media type as binary."""
    body = event.get("body") or ""
    if event.get("isBase64Encoded"):
        return base64.b64decode(body)
    return str(body).encode("utf-8", errors="surrogatepass")


def _refuse_compression(request: ScimRequest) -> None:
    """Refuse a body that is still compressed.

    API Gateway decompresses gzip and deflate before it calls us, and does not say whether it then drops the header; so
    the header alone proves nothing, a body that cannot be JSON does.
    """
    coding = (request.header("Content-Encoding") or "identity").strip().lower()
    if coding != "identity" and request.body and request.body.lstrip()[:1] not in _JSON_STARTS:
        raise UnsupportedMediaTypeException(
            detail="The body is compressed. Send it as it is, without Content-Encoding (RFC 9110 section 8.4)."
        )
