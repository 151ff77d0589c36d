"""What a token opens, as the policy that API Gateway evaluates and caches.

API Gateway keeps the answer for a token and applies it to the token's later requests on any path, so the policy must
hold for all of them: it names everything that the token may do, not only the request at hand. A request that it does
not name is answered with 403 (ACCESS_DENIED) and reaches no function.
"""

import re
from typing import Any

from lambdas.authorizer.credentials import Reason
from lambdas.credentials import tokens

METHODS = ("DELETE", "GET", "HEAD", "OPTIONS", "PATCH", "POST", "PUT")
"""The methods of API Gateway. All of them, so that one which a path lacks reaches the function and becomes a 405.

They are named one by one because ``*`` in a policy's resource matches ``/`` too: ``<stage>/*/v2/A/*`` would also allow
``GET /v2/B/Users/v2/A/x``, a path of connection B that an encoded ``/`` may write.
"""

READ_METHODS = ("GET", "HEAD")
"""The methods that change nothing (RFC 9110 section 9.2.1) and that SCIM uses (RFC 7644 section 3.2)."""

_STAGE = re.compile(
    r"(arn:[a-z-]+:execute-api:[a-z0-9-]+:[0-9]+:[A-Za-z0-9]+/[A-Za-z0-9_-]+)/([A-Z]+)(?:/(.*))?", re.DOTALL
)
"""``arn:aws:execute-api:<region>:<account>:<API>/<stage>/<method>/<path>``."""

_CONNECTION = re.compile(rf"[^/]+/[^/]+/[A-Z]+/v2/({tokens.ID.pattern})(?:/|\Z)")


def allow(method_arn: str, *, connection: str, directory: str, token: str, scope: str) -> dict[str, Any]:
    """Return the authorizer's answer for a valid token.

    :param method_arn: The ARN of the requested method, which tells API and stage.
    :param scope: ``provision`` opens every method of the connection's paths, ``read`` GET, HEAD and ``POST .search``.
    :returns: The policy, and the context that reaches the API's function as ``requestContext.authorizer``: strings.
    :raises ValueError: When a part is not what it must be; then nothing may be allowed.
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
    """Tell why the policy of :func:`allow` does not allow a request; None when it does. For the log only.

    :param method_arn: The ARN of the requested method.
    """
    requested = _STAGE.fullmatch(method_arn)
    method, path = (requested.group(2), requested.group(3) or "") if requested else ("", "")
    root = f"v2/{connection}"
    if path != root and not path.startswith(f"{root}/"):
        return Reason.OTHER_CONNECTION
    if scope == "provision":
        return None if method in METHODS else Reason.SCOPE
    reads = method in READ_METHODS or (method == "POST" and path.endswith("/.search"))
    return None if reads else Reason.SCOPE


def requested_connection(method_arn: object) -> str | None:
    """Return the connection in the path of the requested method, which nobody has proved yet; None when there is none.

    For the log: it tells whose identity provider was refused, even when its token cannot be read.
    """
    requested = _CONNECTION.match(method_arn) if isinstance(method_arn, str) else None
    return requested.group(1) if requested else None


def _methods(root: str, scope: str) -> list[str]:
    """Return what a scope allows below the root of a connection, as ``<method>/<path>``."""
    if scope == "provision":
        return [f"{method}/{path}" for method in METHODS for path in (root, f"{root}/*")]
    if scope == "read":
        reads = [f"{method}/{path}" for method in READ_METHODS for path in (root, f"{root}/*")]
        return [*reads, f"POST/{root}/.search", f"POST/{root}/*/.search"]
    raise ValueError("not a scope")
