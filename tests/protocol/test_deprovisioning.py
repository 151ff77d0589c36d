"""What becomes of a user who is disabled or deleted, by ``[users.deprovisioning]``, through the function."""

from collections.abc import Callable
from typing import Any

import pytest

from tests.protocol.client import Api
from tests.protocol.conftest import Records

EndpointOf = Callable[[str], Api]

PATCH = "urn:ietf:params:scim:api:messages:2.0:PatchOp"
BULK = "urn:ietf:params:scim:api:messages:2.0:BulkRequest"

REMOVE = '[users.deprovisioning]\ndeactivated = "remove"'
KEEP = '[users.deprovisioning]\ndeleted = "disable"'
LEAVE = '[users.deprovisioning]\nmemberships = "remove"'
KEEP_AND_LEAVE = KEEP + '\nmemberships = "remove"'

MANY = 120
"""More groups than two transactions end the memberships of."""


def patch(*operations: dict[str, Any]) -> dict[str, Any]:
    return {"schemas": [PATCH], "Operations": list(operations)}


DISABLE = patch({"op": "replace", "path": "active", "value": False})
FROM_ENTRA = patch({"op": "Replace", "path": "active", "value": "False"})
FROM_OKTA = patch({"op": "replace", "value": {"active": False}})
PUT = {"userName": "ann", "active": False}


def ann_in(api: Api, groups: int, **values: Any) -> str:
    """Create a user in some groups, and return its path."""
    user = api.post("/Users", {"userName": "ann", "active": True, **values}).json["id"]
    for number in range(groups):
        api.post("/Groups", {"displayName": f"Group {number}", "members": [{"value": user}]})
    return f"/Users/{user}"


def groups_of(api: Api, user: str) -> int:
    """Return how many groups tell that they have the user; it must be as many as the user tells."""
    having = api.get(f'/Groups?filter=members+eq+"{user.rpartition("/")[2]}"').json["totalResults"]
    shown = api.get(user)
    assert len(shown.json.get("groups", [])) == having
    return int(having)


def test_without_the_table_a_user_is_disabled_keeps_its_groups_and_is_removed_when_deleted(endpoint_of: EndpointOf):
    api = endpoint_of("")
    user = ann_in(api, 2)
    assert api.patch(user, DISABLE).json["active"] is False
    assert groups_of(api, user) == 2
    assert api.delete(user).status == 204
    assert api.get(user).status == 404


# -- deactivated --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("method", "body"), [("patch", DISABLE), ("patch", FROM_ENTRA), ("patch", FROM_OKTA), ("put", PUT)]
)
def test_a_user_who_is_disabled_is_removed_and_the_answer_shows_it_disabled(
    endpoint_of: EndpointOf, records: Records, method: str, body: dict[str, Any]
):
    api = endpoint_of(REMOVE)
    user = ann_in(api, 2)
    reply = getattr(api, method)(user, body)
    assert reply.status == 200
    assert (reply.json["userName"], reply.json["active"]) == ("ann", False)
    assert "groups" not in reply.json
    record = records.last()
    assert (record["became"], record["resource_name"]) == ("removed", "ann")
    assert record["dynamodb_calls"] == 3  # the user, the groups' names; one transaction
    assert "active" in record["changed"]
    assert api.get(user).status == 404
    assert api.get('/Users?filter=userName+eq+"ann"').json["totalResults"] == 0
    assert all("members" not in each for each in api.get("/Groups").json["Resources"])
    assert api.patch(user, DISABLE).status == 404
    assert api.delete(user).status == 404
    assert api.post("/Users", {"userName": "ann"}).status == 201


def test_an_answer_with_some_attributes_is_given_of_a_removed_user_too(endpoint_of: EndpointOf):
    api = endpoint_of(REMOVE)
    reply = api.patch(f"{ann_in(api, 0)}?attributes=active", DISABLE)
    assert reply.status == 200
    assert reply.json["active"] is False
    assert "userName" not in reply.json


def test_a_user_who_was_disabled_from_the_start_is_kept(endpoint_of: EndpointOf):
    api = endpoint_of(REMOVE)
    user = ann_in(api, 1, active=False)
    assert api.get(user).json["active"] is False
    assert api.patch(user, patch({"op": "replace", "path": "title", "value": "Dr"})).status == 200
    assert api.put(user, PUT).status == 200
    assert groups_of(api, user) == 1


def test_disabling_in_bulk_removes_too_and_a_condition_is_heeded(endpoint_of: EndpointOf):
    api = endpoint_of(REMOVE)
    user = ann_in(api, 1)
    assert api.patch(user, DISABLE, If_Match='W/"99"').status == 412
    operations = [{"method": "PATCH", "path": user, "data": DISABLE}, {"method": "DELETE", "path": user}]
    outcomes = api.post("/Bulk", {"schemas": [BULK], "Operations": operations}).json["Operations"]
    assert [each["status"] for each in outcomes] == ["200", "404"]
    assert api.get(user).status == 404


def test_a_refused_change_removes_nobody(endpoint_of: EndpointOf):
    api = endpoint_of(REMOVE + '\n[users.allowed]\nuserType = ["A"]')
    user = ann_in(api, 1)
    both = patch(*DISABLE["Operations"], {"op": "replace", "path": "userType", "value": "B"})
    assert api.patch(user, both).status == 400
    assert api.get(user).json["active"] is True


# -- deleted ------------------------------------------------------------------------------------------------------------


def test_a_user_who_is_deleted_stays_disabled(endpoint_of: EndpointOf, records: Records):
    api = endpoint_of(KEEP)
    user = ann_in(api, 2)
    before = api.get(user).json["meta"]["version"]
    assert (api.delete(user).status, api.delete(user).status) == (204, 204)
    first, second = [each for each in records.new() if each.get("method") == "DELETE"]
    assert (first["became"], first["changed"]) == ("disabled", ["active"])
    assert (second["became"], second.get("changed")) == ("disabled", None)
    shown = api.get(user).json
    assert shown["active"] is False
    assert shown["meta"]["version"] != before
    assert groups_of(api, user) == 2
    assert api.post("/Users", {"userName": "ann"}).status == 409
    enable = patch({"op": "replace", "path": "active", "value": True})
    assert api.patch(user, enable).json["active"] is True


def test_a_deletion_that_disables_heeds_a_condition_and_works_in_bulk(endpoint_of: EndpointOf):
    api = endpoint_of(KEEP)
    user = ann_in(api, 0)
    assert api.delete(user, If_Match='W/"99"').status == 412
    operation = {"method": "DELETE", "path": user}
    (outcome,) = api.post("/Bulk", {"schemas": [BULK], "Operations": [operation]}).json["Operations"]
    assert outcome["status"] == "204"
    assert api.get(user).json["active"] is False
    assert api.delete("/Users/00000000-0000-4000-8000-000000000000").status == 404


def test_groups_are_deleted_whatever_becomes_of_users(endpoint_of: EndpointOf):
    api = endpoint_of(KEEP_AND_LEAVE)
    group = f"/Groups/{api.post('/Groups', {'displayName': 'Staff'}).json['id']}"
    assert api.delete(group).status == 204
    assert api.get(group).status == 404


# -- memberships --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("groups", "calls"),
    [
        (0, 1 + 1),  # the user; its new state
        (1, 1 + 1 + 1),  # the user, the group's name; one transaction
        (MANY, 1 + 2 + 3),  # the user, the groups' names by 100; transactions of 49 groups
    ],
)
@pytest.mark.parametrize(("method", "body"), [("patch", FROM_ENTRA), ("put", PUT)])
def test_a_user_who_is_disabled_leaves_its_groups(
    endpoint_of: EndpointOf, records: Records, method: str, body: dict[str, Any], groups: int, calls: int
):
    api = endpoint_of(LEAVE)
    user = ann_in(api, groups)
    reply = getattr(api, method)(user, body)
    assert (reply.status, reply.json["active"]) == (200, False)
    assert "groups" not in reply.json
    record = records.last()
    assert record.get("groups_left") == (groups or None)
    assert record["dynamodb_calls"] == calls
    assert "became" not in record
    assert groups_of(api, user) == 0


def test_a_user_who_is_deleted_and_stays_leaves_its_groups(endpoint_of: EndpointOf):
    api = endpoint_of(KEEP_AND_LEAVE)
    user = ann_in(api, 2)
    assert api.delete(user).status == 204
    assert groups_of(api, user) == 0
    assert api.get(user).json["active"] is False


def test_a_disabled_user_that_is_still_in_groups_leaves_them_with_the_next_change(endpoint_of: EndpointOf):
    user = ann_in(endpoint_of(""), 3, active=False)
    api = endpoint_of(LEAVE)
    version = api.get(user).json["meta"]["version"]
    assert api.patch(user, DISABLE).json["meta"]["version"] != version
    assert groups_of(api, user) == 0
    settled = api.get(user).json["meta"]["version"]
    assert api.patch(user, DISABLE).json["meta"]["version"] == settled


def test_a_user_who_stays_active_stays_in_its_groups(endpoint_of: EndpointOf):
    api = endpoint_of(LEAVE)
    user = ann_in(api, 2)
    assert api.patch(user, patch({"op": "replace", "path": "title", "value": "Dr"})).status == 200
    assert groups_of(api, user) == 2
