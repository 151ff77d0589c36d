"""Who calls: what the authorizer found out about a token, checked again before it is believed."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from scim2_models import ForbiddenException, UnauthorizedException

from lambdas.credentials.scopes import Scope


@dataclass(frozen=True)
class Caller:
    """The identity provider behind a request, as the authorizer knows it from the token."""

    directory: str
    """The id of the directory that the connection belongs to, such as ``acme``. Every stored key begins with it."""

    connection: str
    """The id of the connection, the one in the Tenant URL."""

    token: str
    """The id of the token, never the token itself."""

    scope: str
    """A :class:`~lambdas.credentials.scopes.Scope`."""

    @property
    def is_reader(self) -> bool:
        """Whether this is the product, with a token that can only read."""
        return self.scope == Scope.READ


def read_caller(event: Mapping[str, Any]) -> Caller:
    """Return who calls, from ``requestContext.authorizer`` of an API Gateway event.

    API Gateway already enforced the authorizer's policy, which allows only the connection's own paths and, for
    :attr:`Scope.READ`, only reading. It is enforced here once more, so that a mistake in the stack or in a policy refuses too
    much rather than opens another customer's directory.

    :raises UnauthorizedException: When no authorizer stands before the function.
    :raises ForbiddenException: When the token is not one of the connection in the path, or may not do what is asked.
    """
    found = (event.get("requestContext") or {}).get("authorizer") or {}
    context = {name: found.get(name) for name in ("directory", "connection", "token", "scope")}
    if not all(isinstance(value, str) and value for value in context.values()):
        raise UnauthorizedException(detail="The request carries no token that was checked.")
    caller = Caller(**{name: str(value) for name, value in context.items()})
    if caller.connection != (event.get("pathParameters") or {}).get("connection"):
        raise ForbiddenException(detail="The token belongs to another connection than the URL names.")
    if caller.scope != Scope.PROVISION and not _reads(event):
        raise ForbiddenException(detail="The token may only read. Use one with the scope provision to change anything.")
    return caller


def _reads(event: Mapping[str, Any]) -> bool:
    """Tell whether a request cannot change anything: GET and HEAD, and the searches of RFC 7644 section 3.4.3."""
    method = str(event.get("httpMethod")).upper()
    return method in ("GET", "HEAD") or (method == "POST" and str(event.get("resource")).endswith("/.search"))
