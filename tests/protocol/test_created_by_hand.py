"""Users whom an operator creates by hand: no sync ends them, and an identity provider that provisions one later links it."""

import json
from collections.abc import Callable
from typing import Any

import pytest
from scim2_server.requests import ScimRequest

from lambdas.environment.rules import OperatorRules
from lambdas.operations.permission_store import PermissionStore
from lambdas.scim.trace import Trace
from lambdas.store import keys
from lambdas.store.directories import Directories
from lambdas.store.items import ByHand, Stored
from lambdas.store.table import Table
from support.environments import environment_of
from support.tables import TABLE_NAME
from tests.protocol.client import Api
from tests.protocol.conftest import Records
from tests.protocol.entitled import LOGIN, group, patch, permissions, sets_of

EndpointOf = Callable[[str], Api]

FILE = f'{permissions("operator")}\n[login]\ndefault = "external"\n'
DISABLE = {"op": "Replace", "path": "active", "value": "False"}


class Operator:
    """Creates users by hand in the directory ``acme``."""

    def __init__(self, client: Any) -> None:
        self.table = Table(client, TABLE_NAME)
        self.directories = Directories.open(environment_of(FILE), self.table, OperatorRules)

    def send(self, method: str, path: str, body: bytes = b"", by_hand: ByHand | None = None) -> dict[str, Any]:
        request = ScimRequest(method, "", path, headers={"Content-Type": "application/scim+json"}, body=body)
        return self.directories.handle("acme", request, Trace(), by_hand=by_hand).body or {}

    def create(self, name: str = "grace@partner.example") -> str:
        made = self.send("POST", "/Users", f'{{"userName": "{name}", "title": "Guest"}}'.encode(), ByHand("built-in"))
        return str(made["id"])

    def stored(self, user_id: str) -> Stored:
        item = self.table.get(keys.resource("acme", "User", user_id))
        assert item is not None
        return Stored.from_item(item)


@pytest.fixture
def operator(table: Any) -> Operator:
    return Operator(table)


@pytest.fixture
def provider(endpoint_of: EndpointOf) -> Api:
    """An identity provider's connection to the environment."""
    return endpoint_of(FILE)


def test_a_user_created_by_hand_is_an_ordinary_user_for_the_product(operator: Operator, provider: Api):
    grace = operator.create()
    shown = provider.get(f"/Users/{grace}").json
    assert (shown["userName"], shown[LOGIN]["loginMethod"]) == ("grace@partner.example", "built-in")
    assert provider.get('/Users?filter=userName+eq+"GRACE@partner.example"').json["totalResults"] == 1
    assert provider.get("/Users").json["totalResults"] == 1
    assert operator.stored(grace).by_hand


@pytest.mark.parametrize("method", ["PATCH", "PUT", "DELETE"])
def test_an_identity_provider_that_has_not_provisioned_it_can_neither_disable_nor_delete_it(
    operator: Operator, provider: Api, records: Records, method: str
):
    grace = operator.create()
    requests = {
        "PATCH": lambda: patch(provider, f"/Users/{grace}", DISABLE),
        "PUT": lambda: provider.put(f"/Users/{grace}", {"userName": "grace@partner.example", "active": False}),
        "DELETE": lambda: provider.delete(f"/Users/{grace}"),
    }
    refused = requests[method]()
    assert (refused.status, refused.json["scimType"]) == (400, "mutability")
    assert "created by an operator" in refused.detail
    assert provider.get(f"/Users/{grace}").json["title"] == "Guest"
    assert operator.stored(grace).by_hand
    assert "linked" not in records.last()


def test_where_deletion_disables_a_user_created_by_hand_stays_active(endpoint_of: EndpointOf, operator: Operator):
    api = endpoint_of(f'{FILE}[users.deprovisioning]\ndeleted = "disable"\nmemberships = "remove"\n')
    grace = operator.create()
    assert api.delete(f"/Users/{grace}").status == 400
    assert api.get(f"/Users/{grace}").json["active"] is True


def test_a_creation_with_its_user_name_adopts_it_and_keeps_what_operators_decided(
    operator: Operator, provider: Api, decisions: PermissionStore, records: Records
):
    grace = operator.create()
    decisions.assign(grace, ["admin"])
    created = provider.post("/Users", {"userName": "Grace@Partner.example", "externalId": "E7", "displayName": "Grace"})
    assert (created.status, created.json["id"]) == (201, grace)
    assert created.headers["Location"].endswith(f"/Users/{grace}")
    assert (created.json["externalId"], created.json["userName"]) == ("E7", "Grace@Partner.example")
    assert "title" not in created.json
    assert created.json[LOGIN]["loginMethod"] == "built-in"
    assert sets_of(provider, grace) == ["admin"]
    assert not operator.stored(grace).by_hand
    adopted = next(each for each in records.new() if each.get("method") == "POST")
    assert (adopted["status"], adopted["linked"], adopted["resource_id"]) == (201, True, grace)
    assert "owner" not in adopted


def test_an_adopted_user_is_found_by_what_the_provider_sent_and_by_nothing_else(operator: Operator, provider: Api):
    grace = operator.create()
    provider.post("/Users", {"userName": "grace@partner.example", "externalId": "E7"})
    found = provider.get('/Users?filter=externalId+eq+"E7"').json
    assert [each["id"] for each in found["Resources"]] == [grace]
    assert provider.get("/Users").json["totalResults"] == 1


def test_an_adoption_that_changes_nothing_links_it_too(operator: Operator, provider: Api):
    grace = operator.create()
    assert provider.post("/Users", {"userName": "grace@partner.example", "title": "Guest"}).status == 201
    assert not operator.stored(grace).by_hand


def test_a_second_creation_is_a_conflict_as_with_any_user(operator: Operator, provider: Api):
    operator.create()
    assert provider.post("/Users", {"userName": "grace@partner.example"}).status == 201
    assert provider.post("/Users", {"userName": "grace@partner.example"}).status == 409


def test_a_creation_of_a_disabled_user_does_not_end_it(operator: Operator, provider: Api):
    grace = operator.create()
    assert provider.post("/Users", {"userName": "grace@partner.example", "active": False}).status == 409
    assert operator.stored(grace).by_hand


@pytest.mark.parametrize("method", ["PATCH", "PUT"])
def test_a_change_by_a_provider_that_matched_it_links_it_and_from_then_on_it_can_be_disabled(
    operator: Operator, provider: Api, records: Records, method: str
):
    grace = operator.create()
    if method == "PATCH":
        changed = patch(provider, f"/Users/{grace}", {"op": "Add", "path": "externalId", "value": "E7"})
    else:
        changed = provider.put(f"/Users/{grace}", {"userName": "grace@partner.example", "externalId": "E7"})
    assert changed.status == 200
    assert records.last()["linked"] is True
    assert not operator.stored(grace).by_hand
    assert operator.stored(grace).login == "built-in"
    assert patch(provider, f"/Users/{grace}", DISABLE).status == 200
    assert "linked" not in records.last()
    assert provider.delete(f"/Users/{grace}").status == 204


def test_a_membership_does_not_link_it(operator: Operator, provider: Api):
    grace = operator.create()
    group(provider, "Guests", grace)
    assert operator.stored(grace).by_hand


def test_an_operator_changes_it_without_linking_it(operator: Operator):
    grace = operator.create()
    body = b'{"Operations": [{"op": "replace", "value": {"active": false, "title": "Partner"}}]}'
    assert operator.send("PATCH", f"/Users/{grace}", body)["active"] is False
    assert operator.stored(grace).by_hand
    operator.send("DELETE", f"/Users/{grace}")
    assert operator.table.get(keys.resource("acme", "User", grace)) is None


def test_bulk_adopts_it_as_a_single_creation_does(operator: Operator, provider: Api):
    grace = operator.create()
    user = {"schemas": ["urn:ietf:params:scim:schemas:core:2.0:User"], "userName": "grace@partner.example"}
    body = {
        "schemas": ["urn:ietf:params:scim:api:messages:2.0:BulkRequest"],
        "Operations": [{"method": "POST", "path": "/Users", "bulkId": "1", "data": user}],
    }
    (result,) = provider.post("/Bulk", body).json["Operations"]
    assert (result["status"], result["location"].rpartition("/")[2]) == ("201", grace)
    assert not operator.stored(grace).by_hand


def test_it_is_adopted_also_where_other_values_of_it_are_unique(
    endpoint_of: EndpointOf, operator: Operator, table: Any
):
    file = f'{FILE}[users]\nunique = ["emails.value", "externalId", "nickName"]\n'
    operator.directories = Directories.open(environment_of(file), operator.table, OperatorRules)
    values = b'"externalId": "E7", "nickName": "g", "emails": [{"value": "grace@partner.example"}]'
    body = b'{"userName": "grace@partner.example", %s}' % values
    made = operator.send("POST", "/Users", body, ByHand("built-in"))
    created = endpoint_of(file).post("/Users", json.loads(body))
    assert (created.status, created.json["id"]) == (201, made["id"])
