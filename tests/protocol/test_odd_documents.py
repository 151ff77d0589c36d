"""Stored documents that the service does not write itself: read as their models read them, by every kind of request."""

from collections.abc import Callable
from typing import Any

import pytest

from support.environments import SETS
from tests.protocol.client import Api

GROUP = "urn:ietf:params:scim:schemas:core:2.0:Group"
USER = "urn:ietf:params:scim:schemas:core:2.0:User"
PATCH = "urn:ietf:params:scim:api:messages:2.0:PatchOp"


def item_of(table: Any, resource_id: str) -> dict[str, Any]:
    """Return the item of a resource."""
    items: list[dict[str, Any]] = table.scan(TableName="scim")["Items"]
    (found,) = [each for each in items if each["sk"]["S"] == resource_id and "doc" in each]
    return found


def store(table: Any, resource_id: str, document: str, **attributes: dict[str, Any]) -> None:
    """Replace the stored document of a resource."""
    table.put_item(TableName="scim", Item={**item_of(table, resource_id), "doc": {"S": document}, **attributes})


@pytest.mark.parametrize(
    "beside", ['"displayName":"Viewer","meta":{}', '"displayName":"Viewer","members":[]', '"displayname":"Viewer"']
)
def test_a_system_group_cannot_be_deleted_whatever_its_document_looks_like(
    endpoint_of: Callable[[str], Api], table: Any, records: Any, beside: str
):
    api = endpoint_of(f'[permissions]\nsources = ["system-groups"]\n{SETS}')
    (viewers,) = api.get('/Groups?filter=displayName+eq+"Viewer"').json["Resources"]
    store(table, viewers["id"], f'{{"schemas":["{GROUP}"],{beside}}}')
    refused = api.delete(f"/Groups/{viewers['id']}")
    assert (refused.status, refused.json["scimType"]) == (400, "mutability")
    assert records.last()["resource_name"] == "Viewer"
    assert api.get(f"/Groups/{viewers['id']}").json["displayName"] == "Viewer"


def test_a_user_whose_document_spells_the_name_otherwise_is_named_in_the_log(api: Api, table: Any, records: Any):
    ann = api.post("/Users", {"userName": "ann"}).json["id"]
    store(table, ann, f'{{"schemas":["{USER}"],"USERNAME":"ann","active":true}}')
    assert api.get(f"/Users/{ann}").json["userName"] == "ann"
    assert records.last()["resource_name"] == "ann"
    assert api.delete(f"/Users/{ann}").status == 204
    assert records.last()["resource_name"] == "ann"


def test_a_patch_that_changes_nothing_of_a_user_created_by_hand_stores_what_the_model_would(api: Api, table: Any):
    ann = api.post("/Users", {"userName": "ann"}).json["id"]
    store(table, ann, f'{{"schemas":["{USER}"],"userName":"ann","name":{{}},"emails":[]}}', by_hand={"BOOL": True})
    patch = {"schemas": [PATCH], "Operations": [{"op": "replace", "path": "active", "value": True}]}
    assert api.patch(f"/Users/{ann}", patch).status == 200
    assert item_of(table, ann)["doc"]["S"] == f'{{"schemas":["{USER}"],"userName":"ann","active":true}}'
