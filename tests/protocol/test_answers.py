"""What an answer holds: projection on every operation, Location, a value of active, descriptions in /Schemas."""

from collections.abc import Callable
from typing import Any

import pytest

from tests.protocol.client import Api
from tests.protocol.conftest import Records
from tests.protocol.extended import EXTENSIONS

EndpointOf = Callable[[str], Api]

PATCH = "urn:ietf:params:scim:api:messages:2.0:PatchOp"
USER = "urn:ietf:params:scim:schemas:core:2.0:User"
ENTERPRISE = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User"
BULK = "urn:ietf:params:scim:api:messages:2.0:BulkRequest"
DISABLE = {"schemas": [PATCH], "Operations": [{"op": "replace", "path": "active", "value": False}]}


def patch(*operations: dict[str, Any]) -> dict[str, Any]:
    return {"schemas": [PATCH], "Operations": list(operations)}


def found(api: Api, query: str) -> list[str]:
    return [each["userName"] for each in api.get(f"/Users?{query}").json.get("Resources", [])]


# -- Projection (RFC 7644 section 3.9) ---------------------------------------------


def test_a_creation_returns_the_attributes_that_the_query_names(api: Api) -> None:
    body = {"userName": "ann", "title": "Dr", "name": {"familyName": "Smith", "givenName": "Ann"}}
    assert set(api.post("/Users?attributes=userName,name.familyName", body).json) == {
        "schemas",
        "id",
        "userName",
        "name",
    }
    reply = api.post("/Users?excludedAttributes=title", {**body, "userName": "bob"})
    assert reply.json["name"] == body["name"]
    assert "title" not in reply.json
    assert reply.headers["Location"] == reply.json["meta"]["location"]


def test_a_group_is_created_without_reading_its_members_back_where_the_answer_excludes_them(
    api: Api, records: Records
) -> None:
    members = [{"value": api.post("/Users", {"userName": f"user{number}"}).json["id"]} for number in range(3)]
    reply = api.post("/Groups?excludedAttributes=members", {"displayName": "Staff", "members": members})
    assert (reply.status, "members" in reply.json) == (201, False)
    assert records.last()["dynamodb_calls"] == 1
    assert len(api.post("/Groups", {"displayName": "Crew", "members": members}).json["members"]) == 3
    assert len(api.get(f"/Groups/{reply.json['id']}").json["members"]) == 3


def test_a_creation_is_refused_before_it_is_stored_when_its_projection_means_nothing(api: Api) -> None:
    reply = api.post("/Users?attributes=userName&excludedAttributes=title", {"userName": "ann"})
    assert (reply.status, reply.json["scimType"]) == (400, "invalidValue")
    assert api.get("/Users").json["totalResults"] == 0


# -- Location ----------------------------------------------------------------------


def test_every_answer_with_a_resource_has_its_location(api: Api) -> None:
    location = api.post("/Users", {"userName": "ann"}).headers["Location"]
    path = location.partition(api.connection)[2]
    for reply in (
        api.get(path),
        api.put(path, {"userName": "ann", "title": "Dr"}),
        api.patch(path, DISABLE),
    ):
        assert (reply.status, reply.headers["Location"]) == (200, location)
        assert reply.headers["Content-Location"] == location


# -- active ------------------------------------------------------------------------


def test_a_user_created_without_active_is_active_and_found_as_such(api: Api) -> None:
    assert api.post("/Users", {"userName": "ann"}).json["active"] is True
    api.post("/Users", {"userName": "bob", "active": False})
    assert (found(api, "filter=active+eq+true"), found(api, "filter=active+eq+false")) == (["ann"], ["bob"])


def test_the_environment_s_default_for_active_comes_first(endpoint_of: EndpointOf) -> None:
    api = endpoint_of("[users.defaults]\nactive = false")
    assert api.post("/Users", {"userName": "ann"}).json["active"] is False


@pytest.mark.parametrize("active", [True, False])
def test_a_put_without_active_leaves_it_as_it_is(api: Api, active: bool) -> None:
    ann = f"/Users/{api.post('/Users', {'userName': 'ann', 'active': active}).json['id']}"
    assert api.put(ann, {"userName": "ann", "title": "Dr"}).json["active"] is active
    assert api.put(ann, {"userName": "ann", "active": None}).json["active"] is active
    assert api.get(ann).json["active"] is active
    assert api.put(ann, {"userName": "ann", "active": not active}).json["active"] is not active


@pytest.mark.parametrize("active", [True, False])
@pytest.mark.parametrize(
    "operation",
    [
        {"op": "replace", "path": "active", "value": None},
        {"op": "add", "path": f"{USER}:ACTIVE", "value": [{"$ref": None, "value": ""}]},
        {"op": "replace", "path": "active", "value": ""},
        {"op": "replace", "value": {"active": None, "title": "Dr"}},
    ],
)
def test_a_patch_that_clears_active_leaves_it_as_it_is(api: Api, active: bool, operation: dict[str, Any]) -> None:
    ann = f"/Users/{api.post('/Users', {'userName': 'ann', 'active': active}).json['id']}"
    assert api.patch(ann, patch(operation)).json["active"] is active
    assert api.get(ann).json["active"] is active


@pytest.mark.parametrize("active", [True, False])
@pytest.mark.parametrize("path", ["active", "ACTIVE", f"{USER}:active"])
def test_active_is_announced_as_required_and_cannot_be_removed(api: Api, active: bool, path: str) -> None:
    (announced,) = [each for each in api.get(f"/Schemas/{USER}").json["attributes"] if each["name"] == "active"]
    assert announced["required"] is True
    ann = f"/Users/{api.post('/Users', {'userName': 'ann', 'active': active}).json['id']}"
    for removal in ({"op": "remove", "path": path}, {"op": "Remove", "path": path, "value": "False"}):
        refused = api.patch(ann, patch({"op": "replace", "path": "title", "value": "Dr"}, removal))
        assert (refused.status, refused.json["scimType"]) == (400, "mutability")
        assert refused.detail == "active is required: a PATCH cannot remove it. Replace its value."
    stored = api.get(ann).json
    assert (stored["active"], stored.get("title")) == (active, None)


def test_a_bulk_put_without_active_enables_no_user(api: Api) -> None:
    ann = f"/Users/{api.post('/Users', {'userName': 'ann', 'active': False}).json['id']}"
    operations = [{"method": "PUT", "path": ann, "data": {"userName": "ann"}}]
    assert api.post("/Bulk", {"schemas": [BULK], "Operations": operations}).json["Operations"][0]["status"] == "200"
    assert api.get(ann).json["active"] is False


def test_a_user_that_a_version_without_active_stored_is_active(api: Api, table: Any) -> None:
    ann = api.post("/Users", {"userName": "ann"}).json["id"]
    (item,) = [each for each in table.scan(TableName="scim")["Items"] if each["sk"]["S"] == ann and "doc" in each]
    item["doc"]["S"] = item["doc"]["S"].replace(',"active":true', "")
    table.put_item(TableName="scim", Item=item)
    assert api.get(f"/Users/{ann}").json["active"] is True
    assert found(api, "filter=active+eq+true") == ["ann"]


# -- Search parameters -------------------------------------------------------------


@pytest.mark.parametrize(
    ("query", "names"),
    [
        ("count=&startIndex=", ["ann", "bob"]),
        ("sortBy=&sortOrder=", ["ann", "bob"]),
        ("sortBy=userName&sortOrder=DESCENDING", ["bob", "ann"]),
        ("sortBy=userName&sortOrder=Ascending", ["ann", "bob"]),
        ("attributes=&excludedAttributes=title", ["ann", "bob"]),
        ("startIndex=0&count=1&sortBy=userName", ["ann"]),
        ("startIndex=-7&count=1&sortBy=userName", ["ann"]),
    ],
)
def test_empty_parameters_are_absent_and_others_have_their_lowest_value(api: Api, query: str, names: list[str]) -> None:
    for name in ("bob", "ann"):
        api.post("/Users", {"userName": name})
    assert sorted(found(api, query)) == sorted(names)
    if "sortBy=userName" in query:
        assert found(api, query) == names


def test_empty_members_of_a_search_body_are_absent(api: Api) -> None:
    api.post("/Users", {"userName": "ann"})
    body = {"count": "", "startIndex": "", "sortBy": " ", "sortOrder": "", "attributes": ""}
    assert api.post("/Users/.search", body).json["totalResults"] == 1


# -- /Schemas ----------------------------------------------------------------------


def test_every_attribute_and_sub_attribute_has_a_description(endpoint_of: EndpointOf) -> None:
    api = endpoint_of(EXTENSIONS.read_text(encoding="utf-8"))
    for schema in api.get("/Schemas").json["Resources"]:
        assert schema["description"]
        for attribute in schema.get("attributes", []):  # an open extension may declare none
            parts = [attribute, *attribute.get("subAttributes", [])]
            assert [each["name"] for each in parts if not each.get("description")] == [], (
                schema["id"],
                attribute["name"],
            )


@pytest.mark.parametrize("reference", ["http://[a/Users/x", "https://a\u2100b/Users/x", "http://h:port/Users/1"])
def test_a_reference_that_is_no_url_is_answered_as_it_was_sent(api: Api, reference: str) -> None:
    manager = {"value": "x", "$ref": reference}
    made = api.post("/Users", {"userName": "ann", "schemas": [USER, ENTERPRISE], ENTERPRISE: {"manager": manager}})
    assert made.status == 201
    for user in (made.json, api.get(f"/Users/{made.json['id']}").json, api.get("/Users").json["Resources"][0]):
        assert user[ENTERPRISE]["manager"]["$ref"] == reference
    assert (
        api.patch(f"/Users/{made.json['id']}", patch({"op": "replace", "path": "title", "value": "Dr"})).status == 200
    )
