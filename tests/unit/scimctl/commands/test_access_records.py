"""What operators do to connections and tokens leaves a record: who, what and when, and never a secret."""

import json

import pytest

from lambdas.credentials import tokens
from tests.unit.scimctl.cloudformation import StandIn
from tests.unit.scimctl.commands.conftest import DIRECTORY, Acme

OPERATOR = "arn:aws:sts::123456789012:user/moto"
"""Whom moto takes everybody for."""


@pytest.fixture
def ended(acme: Acme) -> list[dict[str, str]]:
    """What each command told of a connection's whole life, from the first to the last."""
    first = acme.json("connections", "create", "--label", "Entra ID")
    told = [
        first,
        acme.json("tokens", "create", first["connection"], "--scope", "read"),
        acme.json("tokens", "rotate", first["token"]["id"]),
        acme.json("tokens", "revoke", first["token"]["id"], "--yes"),
        acme.json("connections", "disable", first["connection"], "--yes"),
        acme.json("connections", "enable", first["connection"]),
        acme.json("connections", "regenerate", first["connection"], "--yes"),
    ]
    return [*told, acme.json("connections", "delete", told[-1]["connection"], "--yes")]


def test_every_change_leaves_one_record_with_the_operator(acme, ended):
    records = acme.records()
    assert [record["action"] for record in records] == [
        "create connection",
        "create token",
        "rotate token",
        "revoke token",
        "disable connection",
        "enable connection",
        "regenerate connection",
        "delete connection",
    ]
    for record in records:
        assert (record["event"], record["environment"], record["directory"]) == ("scim.operation", "acme", DIRECTORY)
        assert record["operator"] == OPERATOR
        assert tokens.ID.fullmatch(record["connection"])


def test_a_record_names_the_connection_the_token_and_what_was_replaced(acme, ended):
    created, added, rotated, revoked, *_, regenerated, deleted = acme.records()
    old = ended[0]
    assert (created["connection"], created["token"]) == (old["connection"], old["token"]["id"])
    assert added["token"] == ended[1]["token"]["id"]
    assert old["token"]["id"] in rotated["detail"]
    assert revoked["token"] == old["token"]["id"]
    assert old["connection"] in regenerated["detail"]
    assert deleted["connection"] == regenerated["connection"] == ended[-2]["connection"]


def test_no_record_holds_a_secret_or_a_hash(acme, ended):
    everything = json.dumps(acme.records())
    shown = [each["secret_token"] for each in ended if "secret_token" in each]
    assert len(shown) == 4
    for secret in map(tokens.parse, shown):
        assert secret.secret not in everything
        assert secret.hash.hex() not in everything


def test_what_changes_nothing_leaves_no_record(acme):
    connection = acme.json("connections", "create")["connection"]
    for command in (["connections", "list"], ["connections", "show", connection], ["tokens", "list"]):
        acme.json(*command)
    acme.json("connections", "enable", connection)
    acme.refused("connections", "delete", connection, answer="n\n")
    assert [record["action"] for record in acme.records()] == ["create connection"]


def test_operators_see_in_the_log_who_revoked_a_token(acme, ended):
    shown = acme.told("log", "--since", "1h", "--output", "json")
    assert "revoke token" in shown
    assert OPERATOR in shown


def test_without_a_log_a_token_is_still_shown_and_still_revoked_and_that_is_said(
    acme: Acme, cloudformation: StandIn
) -> None:
    outputs = cloudformation.stacks["scim-acme"]
    cloudformation.stacks["scim-acme"] = {**outputs, "LogGroupName": "/gone"}
    result = acme.scimctl("connections", "create", "--output", "json")
    assert result.exit_code == 0
    told = json.loads(result.stdout)
    assert "not recorded in the log" in result.stderr
    assert told["secret_token"] not in result.stderr
    assert acme.scimctl("tokens", "revoke", told["token"]["id"], "--yes").exit_code == 0
    assert acme.json("tokens", "list") == {"tokens": []}
