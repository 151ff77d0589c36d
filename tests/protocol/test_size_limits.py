"""The size limits of the table, on every way of writing: 400 that names the attribute, and nothing is written."""

from typing import Any

import pytest

from lambdas.store.limits import MAX_DOCUMENT_BYTES, MAX_NAME_BYTES
from tests.protocol.client import Api, Reply

PATCH = "urn:ietf:params:scim:api:messages:2.0:PatchOp"
BULK = "urn:ietf:params:scim:api:messages:2.0:BulkRequest"
ENTERPRISE = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User"
LONG = "é" * (MAX_NAME_BYTES // 2) + "x"
"""One byte more than a name takes, and fewer characters than that."""


def refused(reply: Reply, *words: str) -> None:
    assert (reply.status, reply.json.get("scimType")) == (400, "invalidValue"), reply.json
    assert all(word in reply.detail for word in words), reply.detail


def patch(**operation: Any) -> dict[str, Any]:
    return {"schemas": [PATCH], "Operations": [{"op": "replace", **operation}]}


def in_bulk(path: str, data: Any) -> dict[str, Any]:
    return {"schemas": [BULK], "Operations": [{"method": "POST", "path": path, "bulkId": "1", "data": data}]}


NAMES = {"/Users": "userName", "/Groups": "displayName"}


@pytest.mark.parametrize(("path", "attribute"), NAMES.items())
def test_a_name_that_is_too_long_to_be_stored_beside_the_resource_is_refused(
    api: Api, path: str, attribute: str
) -> None:
    refused(api.post(path, {attribute: LONG}), attribute, "4,097", "4,096")
    refused(api.post(path, {attribute: "x" * 205_000}), attribute, "205,000")
    assert api.get(path).json["totalResults"] == 0
    made = api.post(path, {attribute: LONG[:-1]})
    assert (made.status, made.json[attribute]) == (201, LONG[:-1])


@pytest.mark.parametrize(("path", "attribute"), NAMES.items())
def test_a_resource_is_not_renamed_to_a_name_that_is_too_long(api: Api, path: str, attribute: str) -> None:
    made = api.post(path, {attribute: "Ann"}).json["id"]
    refused(api.put(f"{path}/{made}", {attribute: LONG}), attribute)
    refused(api.patch(f"{path}/{made}", patch(path=attribute, value=LONG)), attribute)
    refused(api.patch(f"{path}/{made}", patch(value={attribute: LONG})), attribute)
    assert api.get(f"{path}/{made}").json[attribute] == "Ann"


@pytest.mark.parametrize(("path", "attribute"), NAMES.items())
def test_an_operation_in_bulk_is_refused_for_a_name_that_is_too_long(api: Api, path: str, attribute: str) -> None:
    (result,) = api.post("/Bulk", in_bulk(path, {attribute: LONG})).json["Operations"]
    assert result["status"] == "400"
    assert result["response"]["detail"].startswith(attribute)


def test_the_display_of_a_member_is_measured_like_a_name(api: Api) -> None:
    ann = api.post("/Users", {"userName": "ann"}).json["id"]
    member = {"value": ann, "display": LONG}
    refused(api.post("/Groups", {"displayName": "Staff", "members": [member]}), "members.display")
    staff = api.post("/Groups", {"displayName": "Staff"}).json["id"]
    for value in ([member], {"members": [member]}):
        operation = {"path": "members", "value": value} if isinstance(value, list) else {"value": value}
        refused(api.patch(f"/Groups/{staff}", patch(**operation)), "members.display")
    refused(api.put(f"/Groups/{staff}", {"displayName": "Staff", "members": [member]}), "members.display")
    assert "members" not in api.get(f"/Groups/{staff}").json
    assert api.patch(f"/Groups/{staff}", patch(path="members", value=[{**member, "display": LONG[:-1]}])).status == 204


@pytest.mark.parametrize(
    ("attribute", "body"),
    [
        ("title", {"title": "x" * MAX_DOCUMENT_BYTES}),
        ("emails", {"emails": [{"value": f"{'x' * 1000}{each}@x"} for each in range(310)], "title": "short"}),
        (f"{ENTERPRISE}:department", {ENTERPRISE: {"department": "x" * MAX_DOCUMENT_BYTES, "division": "y"}}),
    ],
    ids=["a value", "many values", "an extension"],
)
def test_a_resource_that_is_too_large_names_the_attribute_that_takes_the_most(
    api: Api, attribute: str, body: dict[str, Any]
) -> None:
    user = {"userName": "ann", "displayName": "Ann", **body}
    refused(api.post("/Users", user), attribute + ":", "300,000")
    ann = api.post("/Users", {"userName": "ann"}).json["id"]
    refused(api.put(f"/Users/{ann}", user), attribute + ":", "300,000")
    refused(api.patch(f"/Users/{ann}", patch(value=body)), attribute + ":", "300,000")
