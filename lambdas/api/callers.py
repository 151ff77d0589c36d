"""The caller of a request: the connection and token that the authorizer accepted, checked once more."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from scim2_models import ForbiddenException, UnauthorizedException

from lambdas.credentials.scopes import Scope
from lambdas.scim.detail import Detail


@dataclass(frozen=True)
class Caller:
    """The identity provider behind a request, as its token identifies it."""

    directory: str
    """The id of the connection's directory, such as ``acme``. Every stored key begins with it."""

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
    """Return the caller, from ``requestContext.authorizer`` of an API Gateway event.

    API Gateway has enforced the authorizer's policy already, which allows only the connection's own paths and, for
    :attr:`Scope.READ`, only reading. The same is enforced here again, so that a defect in the stack or in a policy refuses too
    much instead of opening another customer's directory.

    :raises UnauthorizedException: When the event has no authorizer context.
    :raises ForbiddenException: When the token belongs to another connection than the path, or its scope forbids the request.
    """
    found = (event.get("requestContext") or {}).get("authorizer") or {}
    context = {name: found.get(name) for name in ("directory", "connection", "token", "scope")}
    if not all(isinstance(value, str) and value for value in context.values()):
        raise UnauthorizedException(detail=Detail("The request has no verified token."))
    caller = Caller(**{name: str(value) for name, value in context.items()})
    if caller.connection != (event.get("pathParameters") or {}).get("connection"):
        raise ForbiddenException(detail=Detail("The token belongs to another connection than the one in the URL."))
    if caller.scope != Scope.PROVISION and not _reads(event):
        raise ForbiddenException(
            detail=Detail("The token is read-only. Use a token with the scope provision for changes.")
        )
    return caller


def _reads(event: Mapping[str, Any]) -> bool:
    """Return whether a request only reads: GET, HEAD and the searches of RFC 7644 section 3.4.3."""
    method = str(event.get("httpMethod")).upper()
    return method in ("GET", "HEAD") or (method == "POST" and str(event.get("resource")).endswith("/.search"))
