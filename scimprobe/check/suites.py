"""All suites, in the order in which they run."""

from scimprobe.check import (
    entra_connection,
    entra_groups,
    entra_users,
    logic_app,
    okta,
    rules_attributes,
    rules_behavior,
    validator_groups,
    validator_users,
)
from scimprobe.check.suite import Level, Suite
from scimprobe.endpoint.rules import Rules

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


def suites(rules: Rules) -> list[Suite]:
    """Return the suites for an endpoint with these rules: those of clients, and one that checks the rules themselves."""
    if not rules.name:
        return list(SUITES)
    checks = [*rules_attributes.checks(rules), *rules_behavior.checks(rules)]
    return [*SUITES, Suite("rules", f"The rules of {rules.name}", checks)]
