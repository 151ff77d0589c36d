"""The troubleshooting section that all five guides share.

Each fault is provoked through the deployed environment; its answer and its entry in the SCIM log are what the guide says, and the
remedy works.
"""

import base64
from dataclasses import replace

import pytest

from tests.e2e.endpoint import FIVE, NO_TOKEN, SECRETS, Endpoint, Reply, now
from tests.e2e.scenarios.actors import Entra, Operator, refused
from tests.e2e.scenarios.conftest import EntraOf, OperatorOf

OTHER_KEYS = {
    "a key of another product": "sk_live_51H8zKpQ2vYb7mN3",
    "a token of Entra's own": "eyJhbGciOiJSUzI1NiJ9.eyJpc3MiOiJodHRwczovL3N0cy53aW5kb3dzLm5ldC8ifQ.x",
    "text around the token": "Bearer {token}",
}
"""What administrators paste into *Secret Token* instead of the token."""


@pytest.fixture(params=FIVE)
def entra(entra_of: EntraOf, request: pytest.FixtureRequest) -> Entra:
    """Entra ID with a connection of its own to each environment, whose token may be spoilt."""
    endpoint = entra_of(request.param).endpoint
    return Entra(endpoint.seen_by(endpoint.create_connection(label="troubleshooting")))


@pytest.fixture
def operator(operator_of: OperatorOf, entra: Entra) -> Operator:
    return operator_of(entra.endpoint.state.environment)


def asked_with(endpoint: Endpoint, header: str) -> Reply:
    """Test Connection's first request, with any Authorization header."""
    return endpoint.send("GET", "/Users?count=1", token=NO_TOKEN, headers={"Authorization": header})


def is_unauthorized(reply: Reply) -> None:
    """Check a 401 as RFC 6750 section 3 asks for it, which does not tell a stranger why."""
    refused(reply, 401)
    assert reply.headers["www-authenticate"].startswith("Bearer")
    assert "scim_" not in reply.json["detail"]


def test_a_token_with_a_space_in_it_is_refused_and_works_when_it_is_pasted_whole(
    entra: Entra, operator: Operator
) -> None:
    endpoint, token = entra.endpoint, entra.endpoint.token
    since = now()
    is_unauthorized(asked_with(endpoint, f"Bearer {token[:30]} {token[30:]}"))
    found = operator.explain(endpoint, since, event="scim.refused", reason="mistyped")
    assert "401  check token" in found.line
    assert found.why == "the token is incomplete or was changed when it was copied"
    assert found.remedy.startswith("Paste the whole token again, without spaces and line breaks")
    assert asked_with(endpoint, f"Bearer  {token}  ").status == 200  # around it, HTTP itself ignores them
    entra.test_connection()


def test_a_password_with_a_space_behind_it_is_refused(entra: Entra, operator: Operator) -> None:
    endpoint = entra.endpoint
    name = endpoint.tenant_url.rpartition("/")[2]
    spoilt = base64.b64encode(f"{name}:{endpoint.token} ".encode()).decode()
    since = now()
    is_unauthorized(asked_with(endpoint, f"Basic {spoilt}"))
    assert operator.explain(endpoint, since, event="scim.refused", reason="mistyped").remedy.startswith(
        "Paste the whole"
    )
    whole = base64.b64encode(f"{name}:{endpoint.token}".encode()).decode()
    assert asked_with(endpoint, f"Basic {whole}").status == 200


def test_an_expired_token_is_refused_and_the_log_names_the_command_that_helps(entra: Entra, operator: Operator) -> None:
    endpoint = entra.endpoint
    connection = endpoint.tenant_url.rpartition("/")[2]
    rotated = operator.read(f"tokens rotate {connection} --grace 0s --yes")
    SECRETS.add(rotated["secret_token"])
    since = now()
    is_unauthorized(endpoint.send("GET", "/Users?count=1"))
    found = operator.explain(endpoint, since, event="scim.refused", reason="expired")
    assert "401  check token" in found.line
    assert found.why == "the token has expired"
    made = operator.read(found.command("tokens create"))
    SECRETS.add(made["secret_token"])
    assert made["tenant_url"] == endpoint.tenant_url
    Entra(replace(endpoint, token=made["secret_token"])).test_connection()


@pytest.mark.parametrize("pasted", OTHER_KEYS.values(), ids=OTHER_KEYS)
def test_another_product_s_key_is_401_and_the_log_says_that_it_is_no_token(
    entra: Entra, operator: Operator, pasted: str
) -> None:
    since = now()
    is_unauthorized(asked_with(entra.endpoint, "Bearer " + pasted.format(token=entra.endpoint.token)))
    found = operator.explain(entra.endpoint, since, event="scim.refused", reason="malformed")
    assert "401  check token" in found.line
    assert found.why == "the credentials do not have the form of a token"
    assert "another product's key" in found.remedy


def test_a_token_of_another_connection_is_403_and_both_are_to_be_pasted_again(entra: Entra, operator: Operator) -> None:
    other = entra.endpoint.create_connection(label="another")
    since = now()
    refused(entra.endpoint.send("GET", "/Users?count=1", token=other.secret_token), 403)
    found = operator.explain(entra.endpoint, since, event="scim.refused", reason="other_connection")
    assert "403  check token" in found.line
    assert "enter both again, from one connection" in found.remedy


def test_a_user_who_is_not_assigned_has_no_record_until_the_assignment(entra: Entra, operator: Operator) -> None:
    name = "not.assigned@troubleshooting.example"
    since = now()
    asked = f"log --user {name} --since {since.isoformat()}"
    ran = operator.run(asked)
    assert ran.stdout == ""
    assert f"Nothing about user {name}" in ran.stderr
    assert "The directory has no such user." in ran.stderr
    user = entra.provision(name)
    entra.endpoint.wait_for_record(lambda each: each.get("resource_id") == user and each.get("status") == 201, since)
    assert "201  create user" in operator.output_of(asked)
