"""Step 9 of the checklist: credentials that are missing, invalid, or of another connection are refused."""

from lambdas.operations.connections import GeneratedToken
from scimctl.proof.deployed import Deployed
from scimctl.proof.http import is_scim_error, send
from scimctl.proof.outcomes import Result

OTHER_CONNECTION = "aaaaaaaaaaaaaaaa"
"""An id in the form of a connection's that no connection has."""


def prove_refusals(deployed: Deployed, generated: GeneratedToken) -> Result:
    """Send requests without, with invalid and with valid credentials."""
    own, other = generated.tenant_url, deployed.target.tenant_url(OTHER_CONNECTION)
    token = {"Authorization": f"Bearer {generated.secret_token}"}
    failures = []
    for what, url, headers, status in (
        ("no token", own, {}, 401),
        ("an invalid token", own, {"Authorization": "Bearer x"}, 401),
        ("the token of another connection", other, token, 403),
    ):
        answer = send(f"{url}/Users", headers=headers)
        if not is_scim_error(answer, status):
            failures.append(f"{what}: expected {status} as a SCIM Error, got {answer}")
        elif status == 401 and not _is_challenge(answer.headers.get("www-authenticate", "")):
            failures.append(f"{what}: the 401 has no WWW-Authenticate header with the scheme Bearer.")
    answer = send(f"{own}/ServiceProviderConfig", headers=token)
    if answer.status != 200:
        failures.append(f"the connection's own token: expected 200, got {answer}")
    return Result.of(
        failures, "401 without a token and with an invalid one, 403 with another connection's, 200 with its own."
    )


def _is_challenge(value: str) -> bool:
    return value.lower().startswith("bearer")
