"""`scimctl clients`: what an administrator gets, and what ends."""

import json

from lambdas.credentials import tokens
from lambdas.credentials.client_store import ClientStore
from lambdas.credentials.connections import State
from lambdas.credentials.store import ConnectionStore
from lambdas.credentials.tokens import TokenKind
from tests.unit.scimctl.commands.conftest import Acme

TENANT = "8f6d1b7e-3a70-4f0e-9f64-2f3f6c1d2b11"
ISSUER = f"https://login.microsoftonline.com/{TENANT}/v2.0"
APPLICATION = "0b8c2f64-6a1d-4f0c-8e55-b5d1a4b4a9c3"


def connection(acme: Acme) -> str:
    return str(acme.json("connections", "create")["connection"])


def test_a_client_is_created_with_what_an_administrator_enters(acme: Acme):
    connected = connection(acme)
    created = acme.json("clients", "create", connected, "--label", "Entra ID")
    assert created["tenant_url"].endswith(f"/v2/{connected}")
    assert created["token_endpoint"].endswith("/oauth2/token")
    secret = tokens.parse(created["client_secret"])
    assert (secret.kind, secret.id) == (TokenKind.CLIENT_SECRET, created["client_id"])
    (listed,) = acme.json("clients", "list")["clients"]
    assert (listed["id"], listed["kind"], listed["label"]) == (created["client_id"], "secret", "Entra ID")
    assert secret.secret not in json.dumps(listed)


def test_a_federated_client_takes_what_entra_shows_and_has_no_secret(acme: Acme):
    federated = ("--federated", "--issuer", ISSUER, "--subject", "s", "--audience", f"api://{APPLICATION}/.default")
    created = acme.json("clients", "create", connection(acme), *federated)
    assert "client_secret" not in created
    assert created["client"]["federation"] == {"issuer": ISSUER, "subject": "s", "audience": APPLICATION}


def test_an_issuer_in_another_form_is_refused_with_the_right_one(acme: Acme):
    connected = connection(acme)
    for wrong in (f"https://sts.windows.net/{TENANT}/", f"https://login.microsoftonline.com/{TENANT}"):
        said = acme.refused("clients", "create", connected, "--issuer", wrong, "--subject", "s", "--audience", "a")
        assert ISSUER in said
    said = acme.refused("clients", "create", connected, "--issuer", "https://x/", "--subject", "s", "--audience", "a")
    assert "not an accepted issuer" in said


def test_rotating_keeps_the_old_secret_for_a_while_or_ends_it_at_once(acme: Acme):
    created = acme.json("clients", "create", connection(acme))
    rotated = acme.json("clients", "rotate", created["client_id"])
    assert rotated["client_secret"] != created["client_secret"]
    assert len(rotated["client"]["secrets"]) == 2
    assert "maximum" in acme.refused("clients", "rotate", created["client_id"])
    ended = acme.json("clients", "rotate", created["client_id"], "--grace", "0s", "--yes")
    assert len(ended["client"]["secrets"]) == 1


def test_a_revoked_client_is_gone_and_leaves_a_record(acme: Acme):
    created = acme.json("clients", "create", connection(acme))
    revoked = acme.json("clients", "revoke", created["client_id"], "--yes")
    assert revoked["revoked"]["id"] == created["client_id"]
    assert acme.json("clients", "list") == {"clients": []}
    assert "There is no client" in acme.refused("clients", "revoke", created["client_id"], "--yes")


def test_disabling_and_deleting_a_connection_reaches_its_clients(acme: Acme):
    connected = connection(acme)
    created = acme.json("clients", "create", connected)
    acme.json("connections", "disable", connected, "--yes")
    table = acme.directory.table
    assert ClientStore(table).client(created["client_id"]).state is State.DISABLED
    acme.json("connections", "delete", connected, "--yes")
    assert ClientStore(table).client(created["client_id"]) is None
    assert ConnectionStore(table).connections() == []
