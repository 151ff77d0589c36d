"""The dialects that read whole messages: one test or more for each, named after it."""

from typing import Any

import pytest

from lambdas.scim import dialects
from lambdas.scim.models import Group
from tests.unit.scim.dialect_models import CORE_GROUP, CORE_USER, CUSTOM, ENTERPRISE, GROUP, PATCH_OP, USER

ADSCIM = "http://schemas.microsoft.com/2006/11/ResourceManagement/ADSCIM/2.0/Group"
BULK = "urn:ietf:params:scim:api:messages:2.0:BulkRequest"


@pytest.mark.parametrize(
    ("sent", "read"),
    [
        ([CORE_USER, ENTERPRISE, CUSTOM], [CORE_USER, ENTERPRISE, CUSTOM]),
        ([CORE_USER.lower(), ENTERPRISE.upper()], [CORE_USER, ENTERPRISE]),
        ([CORE_USER, "urn:ietf:params:scim:schemas:extension:enterprise:2.0User"], [CORE_USER]),
        ([ENTERPRISE], [CORE_USER, ENTERPRISE]),
        (["urn:scim:schemas:core:1.0"], [CORE_USER]),
        ([CORE_USER, CORE_USER], [CORE_USER]),
        (CORE_USER, [CORE_USER]),
    ],
)
def test_schema_urns_are_those_that_the_resource_has(sent: Any, read: Any) -> None:
    assert dialects.read_resource({"schemas": sent, "userName": "u"}, USER) == {"schemas": read, "userName": "u"}


@pytest.mark.parametrize("sent", [None, [], ""])
def test_schema_urns_that_say_nothing_are_missing(sent: Any) -> None:
    assert dialects.read_resource({"SCHEMAS": sent, "userName": "u"}, USER) == {"userName": "u"}


@pytest.mark.parametrize("sent", [[CORE_GROUP], [CORE_GROUP.upper(), ADSCIM], [PATCH_OP]])
def test_schema_urns_of_something_else_that_we_know_stay_wrong(sent: Any) -> None:
    assert dialects.read_resource({"schemas": sent, "userName": "u"}, USER)["schemas"] == sent


def test_schema_urns_of_microsofts_own_group_are_dropped() -> None:
    assert dialects.read_resource({"schemas": [CORE_GROUP, ADSCIM]}, GROUP)["schemas"] == [CORE_GROUP]


@pytest.mark.parametrize("sent", [[PATCH_OP.upper()], ["urn:scim:schemas:patch:1.0"], PATCH_OP])
def test_schema_urns_of_a_message_are_its_own(sent: Any) -> None:
    assert dialects.read_patch({"schemas": sent, "Operations": []}, USER) == {"schemas": [PATCH_OP], "Operations": []}


def model_at(path: str) -> Any:
    return {"Users": USER, "Groups": Group}.get(path.strip("/").split("/")[0])


def test_every_operation_of_a_bulk_request_is_read_by_its_own_dialect() -> None:
    sent = {
        "schemas": [BULK.lower()],
        "operations": [
            {"Method": "POST", "Path": "/Users", "bulkId": "1", "Data": {"userName": "u", "active": "True"}},
            {"method": "PUT", "path": "/Groups/1", "data": {"members": ["bulkId:1"]}},
            {
                "method": "PATCH",
                "path": "/Users/1",
                "data": {"operations": [{"Op": "Replace", "path": "active", "value": "False"}]},
            },
            {"method": "DELETE", "path": "/Users/1"},
            {"method": "POST", "path": "/Things", "data": {"active": "True"}},
            7,
        ],
    }
    assert dialects.read_bulk(sent, model_at) == {
        "schemas": [BULK],
        "Operations": [
            {"method": "POST", "path": "/Users", "bulkId": "1", "data": {"userName": "u", "active": True}},
            {"method": "PUT", "path": "/Groups/1", "data": {"members": [{"value": "bulkId:1"}]}},
            {
                "method": "PATCH",
                "path": "/Users/1",
                "data": {"Operations": [{"op": "replace", "path": "active", "value": False}]},
            },
            {"method": "DELETE", "path": "/Users/1"},
            {"method": "POST", "path": "/Things", "data": {"active": "True"}},
            7,
        ],
    }
