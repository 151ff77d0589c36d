"""Error details name the place as the client wrote it, in the project's words, on every way of writing."""

from typing import Any

import pytest

from tests.protocol.client import Api

PATCH = "urn:ietf:params:scim:api:messages:2.0:PatchOp"
BULK = "urn:ietf:params:scim:api:messages:2.0:BulkRequest"
ENTERPRISE = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User"
PHONES = [{"value": "1", "primary": True}, {"value": "2", "primary": True}]

LIBRARY_WORDS = ("Input should be", "_", "Field '", "User[", "ScimObject", "operations attribute", "Error", "pydantic")
"""Parts of the texts of the libraries, and of Python names, that no detail holds."""

OPERATIONS = [
    ({"op": "replace", "path": "title", "value": ["a", "b"]}, "title must be a string, not a list"),
    ({"op": "replace", "value": {"title": {"a": 1}}}, "title must be a string, not an object"),
    ({"op": "replace", "value": {"title": "x", "name": {"givenName": ["a", "b"]}}}, "name.givenName must be a string"),
    ({"op": "replace", "value": {"name.givenName": ["a", "b"]}}, "name.givenName must be a string, not a list"),
    ({"op": "replace", "path": "name.givenName", "value": ["a", "b"]}, "name.givenName must be a string, not a list"),
    ({"op": "add", "path": "phoneNumbers", "value": PHONES}, "phoneNumbers has several values with primary true"),
    ({"op": "add", "path": "phoneNumbers", "value": [{"value": ["a", "b"]}]}, "phoneNumbers.value must be a string"),
    ({"op": "add", "path": "phoneNumbers", "value": True}, "phoneNumbers must be an object, not a boolean"),
    (
        {"op": "add", "path": 'phoneNumbers[type eq "work"].value', "value": {"a": 1}},
        'phoneNumbers[type eq "work"].value must be a string, not an object',
    ),
    ({"op": "replace", "path": "active", "value": "maybe"}, "active must be true or false, not this text"),
    (
        {"op": "replace", "path": f"{ENTERPRISE}:department", "value": {"a": 1}},
        f"{ENTERPRISE}:department must be a string, not an object",
    ),
    ({"op": "replace", "value": {ENTERPRISE: {"department": ["a", "b"]}}}, f"{ENTERPRISE}:department must be a string"),
    ({"op": "replace", "path": "id", "value": "a"}, "id is read-only"),
    ({"op": "remove", "path": "userName"}, "userName is required: it can be replaced, not removed"),
    ({"op": "replace", "value": {"userName": None}}, "userName is required: it can be replaced, not removed"),
    (
        {"op": "replace", "path": 'emails[type ne "work"].value', "value": "x"},
        'The filter of emails[type ne "work"].value',
    ),
]


def patch(*operations: Any) -> dict[str, Any]:
    return {"schemas": [PATCH], "Operations": list(operations)}


def in_the_project_s_words(detail: str) -> bool:
    return not any(each in detail for each in LIBRARY_WORDS)


@pytest.mark.parametrize(("operation", "detail"), OPERATIONS)
def test_a_patch_is_refused_at_the_path_that_the_client_wrote(api: Api, operation: dict[str, Any], detail: str) -> None:
    ann = f"/Users/{api.post('/Users', {'userName': 'ann'}).json['id']}"
    reply = api.patch(ann, patch({"op": "add", "path": "nickName", "value": "n"}, operation))
    assert reply.status == 400
    assert reply.detail.startswith(detail)
    assert in_the_project_s_words(reply.detail)
    assert "nickName" not in api.get(ann).json


@pytest.mark.parametrize(("operation", "detail"), OPERATIONS)
def test_a_patch_in_a_bulk_request_is_refused_as_a_single_one_is(
    api: Api, operation: dict[str, Any], detail: str
) -> None:
    ann = f"/Users/{api.post('/Users', {'userName': 'ann'}).json['id']}"
    alone = api.patch(ann, patch(operation))
    operations = [{"method": "PATCH", "path": ann, "data": patch(operation)}]
    (result,) = api.post("/Bulk", {"schemas": [BULK], "Operations": operations}).json["Operations"]
    assert result["status"] == str(alone.status)
    assert {**result["response"], "schemas": []} == {**alone.json, "schemas": []}


@pytest.mark.parametrize(
    ("body", "detail"),
    [
        (
            {"userName": "a", "phoneNumbers": PHONES},
            "phoneNumbers has 2 values with primary true; only one may be primary",
        ),
        ({"userName": "a", "phoneNumbers": True}, "phoneNumbers[0] must be an object, not a boolean"),
        ({"userName": "a", "name": {"givenName": ["a", "b"]}}, "name.givenName must be a string, not a list"),
        ({"userName": "a", ENTERPRISE: {"department": ["a", "b"]}}, f"{ENTERPRISE}:department must be a string"),
        ({"userName": "a", ENTERPRISE: {"manager": {"value": [1, 2]}}}, f"{ENTERPRISE}:manager.value must be a string"),
        ({"displayName": "a"}, "userName is required: send it with a value that is not empty"),
    ],
)
def test_a_resource_is_refused_alike_in_a_single_and_in_a_bulk_request(
    api: Api, body: dict[str, Any], detail: str
) -> None:
    alone = api.post("/Users", body)
    assert (alone.status, alone.json["scimType"]) == (400, "invalidValue")
    assert alone.detail.startswith(detail)
    assert in_the_project_s_words(alone.detail)
    operations = [{"method": "POST", "path": "/Users", "bulkId": "b", "data": body}]
    (result,) = api.post("/Bulk", {"schemas": [BULK], "Operations": operations}).json["Operations"]
    assert (result["status"], result["response"]["detail"]) == ("400", alone.detail)


@pytest.mark.parametrize(
    ("body", "detail"),
    [
        ({}, "Operations is missing"),
        ({"Operations": None}, "Operations is missing"),
        ({"Operations": {"op": "add", "path": "title", "value": "x"}}, "Operations must be a list, not an object"),
        ({"Operations": "x"}, "Operations must be a list, not a string"),
        (patch("x"), "Operations[0] must be an object, not a string"),
        (patch({"op": "set", "path": "title", "value": "x"}), "Operations[0].op must be add, replace or remove"),
        (patch({"op": 5, "path": "title", "value": "x"}), "Operations[0].op must be add, replace or remove"),
        (patch({"path": "title", "value": "x"}), "Operations[0].op is missing"),
    ],
)
def test_a_patch_that_is_malformed_has_invalid_syntax(api: Api, body: Any, detail: str) -> None:
    ann = f"/Users/{api.post('/Users', {'userName': 'ann'}).json['id']}"
    reply = api.patch(ann, body)
    assert (reply.status, reply.json["scimType"], reply.detail) == (400, "invalidSyntax", detail)
    operations = [{"method": "PATCH", "path": ann, "data": body}]
    (result,) = api.post("/Bulk", {"schemas": [BULK], "Operations": operations}).json["Operations"]
    assert (result["response"]["scimType"], result["response"]["detail"]) == ("invalidSyntax", detail)


@pytest.mark.parametrize(
    ("operation", "scim_type", "detail"),
    [
        (
            {"method": "GET", "path": "/Users/1"},
            "invalidSyntax",
            "method must be one of 'POST', 'PUT', 'PATCH' or 'DELETE'",
        ),
        ({"method": "POST", "path": "/Users", "data": {"userName": "a"}}, "invalidValue", "bulkId is missing"),
        ({"method": "POST", "path": "/Users", "bulkId": "b"}, "invalidValue", "data is missing"),
        ({"method": "PUT", "path": "/Users/1", "data": "x"}, "invalidValue", "data must be an object, not a string"),
        ({"method": "POST", "bulkId": "b", "data": {"userName": "a"}}, "invalidValue", "path is missing"),
    ],
)
def test_an_operation_of_a_bulk_request_that_is_malformed_fails_alone(
    api: Api, operation: dict[str, Any], scim_type: str, detail: str
) -> None:
    good = {"method": "POST", "path": "/Users", "bulkId": "good", "data": {"userName": "good"}}
    reply = api.post("/Bulk", {"schemas": [BULK], "Operations": [operation, good]})
    failed, created = reply.json["Operations"]
    assert (failed["response"]["scimType"], created["status"]) == (scim_type, "201")
    assert failed["response"]["detail"].startswith(detail)
    assert in_the_project_s_words(failed["response"]["detail"])


@pytest.mark.parametrize("operations", ["x", [], None, {}])
def test_a_bulk_request_without_operations_has_invalid_syntax(api: Api, operations: Any) -> None:
    reply = api.post("/Bulk", {"schemas": [BULK], "Operations": operations})
    assert (reply.status, reply.json["scimType"]) == (400, "invalidSyntax")
    assert reply.detail == "Operations must be a list with one or more operations"
