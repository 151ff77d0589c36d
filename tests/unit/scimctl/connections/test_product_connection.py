"""The product's connection: no token that writes, and a life of its own beside the identity provider's."""

from typing import Any

import pytest

from lambdas.credentials.connections import State
from lambdas.credentials.store import ConnectionStore
from tests.unit.scimctl import operators

pytestmark = pytest.mark.usefixtures("operator")


def run(*arguments: str) -> dict[str, Any]:
    """Run a command on acme, and return what it prints for programs."""
    return operators.told(*arguments)


def make(*options: str) -> dict[str, Any]:
    return run("connections", "create", *options)


def lives(told: dict[str, Any]) -> dict[str, str]:
    """The state of each token of a connection."""
    shown = run("connections", "show", told["connection"])
    return {each["id"]: each["state"] for each in shown["tokens"]}


def test_a_products_connection_has_no_token_that_writes_also_when_it_is_regenerated(deployed: ConnectionStore) -> None:
    product = make("--scope", "read", "--label", "product")
    new = run("connections", "regenerate", product["connection"], "--yes")
    for each in (product, new):
        assert each["token"]["scope"] == "read"
    connection = deployed.connection(new["connection"])
    assert connection is not None
    assert [each.scope.value for each in deployed.tokens(connection.tokens)] == ["read"]


def test_a_connection_with_a_token_that_writes_has_one_again_when_it_is_regenerated(deployed: ConnectionStore) -> None:
    old = make("--scope", "read")
    run("tokens", "create", old["connection"], "--scope", "provision")
    assert run("connections", "regenerate", old["connection"], "--yes")["token"]["scope"] == "provision"


def test_regenerating_or_disabling_the_identity_providers_connection_leaves_the_products_open(
    deployed: ConnectionStore,
) -> None:
    provider, product = make(), make("--scope", "read", "--label", "product")
    new = run("connections", "regenerate", provider["connection"], "--yes")
    run("connections", "disable", new["connection"], "--yes")
    assert product["directory"] == new["directory"]
    assert lives(product) == {product["token"]["id"]: "live"}
    token = deployed.token(product["token"]["id"])
    assert token is not None
    assert token.state is State.ENABLED
