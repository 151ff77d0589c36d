"""Step 8 of the checklist: unknown paths are 404, whatever a client accepts or sends."""

from scimctl.proof.deployed import Deployed
from scimctl.proof.http import is_scim_error, send
from scimctl.proof.outcomes import Result

PATHS = ("/", "/unknown", "/v2", "/oauth2", "/v2/aaaaaaaaaaaaaaaa/unknown")
"""Also paths between routes, and below one."""
SCIM = "application/scim+json"
REQUESTS: tuple[tuple[str, dict[str, str], bytes | None], ...] = (
    ("GET", {}, None),
    ("GET", {"Accept": SCIM}, None),
    ("GET", {"Accept": "*/*", "Authorization": "Bearer x"}, None),
    ("POST", {"Content-Type": f"{SCIM}; charset=utf-8"}, b"{}"),
    ("POST", {"Content-Type": f"{SCIM}; charset=utf-8", "Accept": SCIM}, b"{}"),
)
"""Method, headers and body. API Gateway converts bodies by both headers, and a mistake there is a 500."""


def prove_unknown_paths(deployed: Deployed) -> Result:
    """Request paths without a route."""
    failures = []
    for path in PATHS:
        for method, headers, body in REQUESTS:
            answer = send(f"{deployed.target.base_url}{path}", method=method, headers=headers, body=body)
            if not is_scim_error(answer, 404):
                named = ", ".join(f"{name}: {value}" for name, value in headers.items()) or "no headers"
                failures.append(f"{method} {path} with {named}: expected 404 as a SCIM Error, got {answer}")
    return Result.of(failures, f"{len(PATHS) * len(REQUESTS)} requests to unknown paths are 404 with a SCIM Error.")
