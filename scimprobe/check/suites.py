"""All suites, in the order in which they run."""

from scimprobe.check import (
    entra_connection,
    entra_groups,
    entra_users,
    logic_app,
    oauth_client,
    okta,
    rules_attributes,
    rules_behavior,
    validator_groups,
    validator_users,
)
from scimprobe.check.suite import Level, Suite
from scimprobe.credentials import Credential
from scimprobe.endpoint.rules import Rules
from scimprobe.oauth import ClientCredentials

ENTRA = Suite(
    "entra",
    "Microsoft Entra ID: Test Connection and provisioning",
    [*entra_connection.checks, *entra_users.checks, *entra_groups.checks],
)

VALIDATOR = Suite(
    "validator",
    "Microsoft's SCIM Validator",
    sorted([*validator_users.checks, *validator_groups.checks], key=lambda check: list(Level).index(check.level)),
)
"""In the validator's order: the mandatory tests of users and groups, then the preview tests."""

LOGIC_APP = Suite(
    "logicapp",
    "Microsoft's Logic App suite for the gallery",
    logic_app.checks,
    {"Accept": "application/scim+json"},
)

OKTA = Suite("okta", "Okta: SPEC test and provisioning", okta.checks, okta.HEADERS)

SUITES = (ENTRA, VALIDATOR, LOGIC_APP, OKTA)
"""The suites that need nothing but an endpoint."""


def suites(rules: Rules, credential: Credential) -> list[Suite]:
    """Return the suites for an endpoint: those of clients, one for an OAuth 2.0 client, and one for the operator's rules."""
    found = list(SUITES)
    if isinstance(credential, ClientCredentials):
        title = "Microsoft's tests of credentials for the gallery, and the token endpoint"
        found.append(Suite("oauth", title, oauth_client.checks(credential)))
    if rules.name:
        checks = [*rules_attributes.checks(rules), *rules_behavior.checks(rules)]
        found.append(Suite("rules", f"The rules of {rules.name}", checks))
    return found
