"""What the console answers: pages, redirects and files, each with the headers that protect it."""

from collections.abc import Sequence
from http import HTTPStatus

from aws_lambda_powertools.event_handler import Response

from lambdas.console.security import HEADERS, content_security_policy

HTML = "text/html; charset=utf-8"


def html(
    body: str,
    status: HTTPStatus = HTTPStatus.OK,
    *,
    cookies: Sequence[str] = (),
    form_targets: str = "",
) -> Response[str]:
    """Return a page.

    :param cookies: ``Set-Cookie`` headers.
    :param form_targets: See :func:`content_security_policy`.
    """
    headers: dict[str, str | list[str]] = {
        **HEADERS,
        "Content-Security-Policy": content_security_policy(form_targets),
        **({"Set-Cookie": list(cookies)} if cookies else {}),
    }
    return Response(status, HTML, body, headers=headers, compress=True)


def redirect(url: str, *, cookies: Sequence[str] = ()) -> Response[str]:
    """Return a redirect that is followed with GET (RFC 9110 section 15.4.4)."""
    headers: dict[str, str | list[str]] = {
        **HEADERS,
        "Location": url,
        **({"Set-Cookie": list(cookies)} if cookies else {}),
    }
    return Response(HTTPStatus.SEE_OTHER, HTML, "", headers=headers)


def download(name: str, content: str) -> Response[str]:
    """Return a CSV file for the browser to save."""
    headers: dict[str, str | list[str]] = {**HEADERS, "Content-Disposition": f'attachment; filename="{name}"'}
    return Response(HTTPStatus.OK, "text/csv; charset=utf-8", content, headers=headers)


def static(content: bytes, content_type: str) -> Response[str]:
    """Return a file whose name contains its hash, so that it can be kept forever."""
    headers: dict[str, str | list[str]] = {
        **HEADERS,
        "Cache-Control": "public, max-age=31536000, immutable",
    }
    return Response(HTTPStatus.OK, content_type, content.decode(), headers=headers, compress=True)
