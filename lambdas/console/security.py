"""What protects the pages: response headers, and the check of where a form comes from."""

import secrets
from collections.abc import Mapping
from urllib.parse import urlsplit

from lambdas.credentials.sessions import Session

HEADERS = {
    "Cache-Control": "no-store",
    "Strict-Transport-Security": "max-age=63072000",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    # Not no-referrer: browsers then send "Origin: null" with every form (Fetch, "append a request Origin header").
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=()",
}
"""Headers of every page."""


def content_security_policy(form_targets: str = "") -> str:
    """Return the Content-Security-Policy: scripts, styles and requests from the console alone, nothing inline.

    :param form_targets: Further origins that a form's answer may redirect to: the identity provider's, for signing out.
    """
    return (
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; font-src 'self'; connect-src 'self'; "
        f"form-action 'self' {form_targets}".rstrip()
        + "; frame-ancestors 'none'; base-uri 'none'"
    )


def is_same_origin(headers: Mapping[str, str], origin: str) -> bool:
    """Return whether a changing request comes from a page of the console.

    Browsers send ``Origin`` with every POST; a request without it is refused. ``Sec-Fetch-Site`` must not contradict.

    :param headers: The request's headers, their names in lower case.
    :param origin: The console's own origin.
    """
    sent = headers.get("origin", "")
    site = headers.get("sec-fetch-site", "same-origin")
    return bool(sent) and sent == origin and site == "same-origin"


def is_csrf_token(session: Session, sent: str) -> bool:
    """Return whether a form holds the session's token."""
    return bool(sent) and secrets.compare_digest(session.csrf.encode(), sent.encode())


def safe_path(path: str) -> str:
    """Return a path of the console to go to after sign-in; its start page for anything else (no open redirect)."""
    parts = urlsplit(path)
    is_safe = not parts.scheme and not parts.netloc and path.startswith("/console") and "\\" not in path
    if not is_safe or path.startswith("/console/sign") or any(ord(each) < 32 for each in path):
        return "/console"
    return path
