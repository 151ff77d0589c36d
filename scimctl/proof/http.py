"""Requests as a proof sends them, one connection each: with exactly these headers, and no retry."""

from collections.abc import Mapping
from http.client import HTTPException

from scimprobe.wire import NO_ANSWER, NO_HEADERS, Answer, Tenant

ERROR = "urn:ietf:params:scim:api:messages:2.0:Error"
"""The schema of SCIM Errors (RFC 7644 section 3.12)."""


def send(
    url: str, *, method: str = "GET", headers: Mapping[str, str] = NO_HEADERS, body: bytes | None = None
) -> Answer:
    """Send a request and return its answer."""
    tenant = Tenant.parse(url, "")
    # The Tenant URL has no slash at its end, but a proof asks for such a path too.
    target = tenant.target("/" if url.endswith("/") else "")
    connection = tenant.connect()
    try:
        connection.request(method, target, body, dict(headers))
        response = connection.getresponse()
        return Answer(response.status, {name.lower(): value for name, value in response.getheaders()}, response.read())
    except (OSError, HTTPException) as error:
        return Answer(NO_ANSWER, failure=type(error).__name__)
    finally:
        connection.close()


def is_scim_error(answer: Answer, status: int) -> bool:
    """Return whether an answer is a SCIM Error with a status, as a body and as media type."""
    body = answer.resource or {}
    media_type = answer.headers.get("content-type", "").partition(";")[0]
    return (
        answer.status == status
        and media_type == "application/scim+json"
        and body.get("schemas") == [ERROR]
        and body.get("status") == str(status)
    )
