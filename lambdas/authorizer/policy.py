"""The policy for a token, which API Gateway evaluates and caches.

API Gateway caches the policy by token and applies it to later requests on any path. It therefore allows everything that
the token may do, not only the current request. A request that it does not allow gets 403 (ACCESS_DENIED) and reaches no
function.
"""

import re
from typing import Any

from lambdas.authorizer.credentials import Reason
from lambdas.credentials import tokens
from lambdas.credentials.scopes import Scope

METHODS = ("DELETE", "GET", "HEAD", "OPTIONS", "PATCH", "POST", "PUT")
"""All methods of API Gateway, so that an unsupported method reaches the function and becomes a 405.

They are listed because ``*`` in a policy's resource also matches ``/``: ``<stage>/*/v2/A/*`` would allow
``GET /v2/B/Users/v2/A/x``, a path of connection B that is possible with an encoded ``/``.
"""

READ_METHODS = ("GET", "HEAD")
"""The safe methods (RFC 9110 section 9.2.1) that SCIM uses (RFC 7644 section 3.2)."""

_STAGE = re.compile(
    r"(arn:[a-z-]+:execute-api:[a-z0-9-]+:[0-9]+:[A-Za-z0-9]+/[A-Za-z0-9_-]+)/([A-Z]+)(?:/(.*))?", re.DOTALL
)
"""``arn:aws:execute-api:<region>:<account>:<API>/<stage>/<method>/<path>``."""

_CONNECTION = re.compile(rf"[^/]+/[^/]+/[A-Z]+/v2/({tokens.ID.pattern})(?:/|\Z)")


def allow(method_arn: str, *, connection: str, directory: str, token: str, scope: str) -> dict[str, Any]:
    """Return the authorizer's response for a valid token.

    :param method_arn: The ARN of the requested method, which names API and stage.
    :param scope: A :class:`Scope`: ``provision`` allows every method on the connection's paths, ``read`` only GET, HEAD and
        ``POST .search``.
    :returns: The policy, and the context of strings that the API's function gets as ``requestContext.authorizer``.
    :raises ValueError: When a part is not valid; then nothing may be allowed.
    """
    stage = _STAGE.fullmatch(method_arn)
    if stage is None:
        raise ValueError("not the ARN of a method")
    if not tokens.ID.fullmatch(connection):
        raise ValueError("not the id of a connection")
    return {
        "principalId": connection,
        "policyDocument": {
            "Version": "2012-10-17",
            "Statement": [
                {
                    "Effect": "Allow",
                    "Action": "execute-api:Invoke",
                    "Resource": [f"{stage.group(1)}/{each}" for each in _methods(f"v2/{connection}", scope)],
                }
            ],
        },
        "context": {"directory": directory, "connection": connection, "token": token, "scope": scope},
    }


def why_denied(method_arn: str, *, connection: str, scope: str) -> Reason | None:
    """Return why the policy of :func:`allow` does not allow a request; None if it does. For the log only.

    :param method_arn: The ARN of the requested method.
    """
    requested = _STAGE.fullmatch(method_arn)
    method, path = (requested.group(2), requested.group(3) or "") if requested else ("", "")
    root = f"v2/{connection}"
    if path != root and not path.startswith(f"{root}/"):
        return Reason.OTHER_CONNECTION
    if scope == Scope.PROVISION:
        return None if method in METHODS else Reason.SCOPE
    reads = method in READ_METHODS or (method == "POST" and path.endswith("/.search"))
    return None if reads else Reason.SCOPE


def requested_connection(method_arn: object) -> str | None:
    """Return the connection in the path of the requested method, which is not proven; None if there is none.

    For the log: it names the connection of the refused identity provider even if its token cannot be read.
    """
    requested = _CONNECTION.match(method_arn) if isinstance(method_arn, str) else None
    return requested.group(1) if requested else None


def _methods(root: str, scope: str) -> list[str]:
    """Return the methods that a scope allows below the root of a connection, as ``<method>/<path>``."""
    if scope == Scope.PROVISION:
        return [f"{method}/{path}" for method in METHODS for path in (root, f"{root}/*")]
    if scope == Scope.READ:
        reads = [f"{method}/{path}" for method in READ_METHODS for path in (root, f"{root}/*")]
        return [*reads, f"POST/{root}/.search", f"POST/{root}/*/.search"]
    raise ValueError("not a scope")
