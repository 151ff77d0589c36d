"""Two directories in one table, filled with the same names, see nothing of each other by any request."""

import json
from typing import Any

import pytest

from tests.protocol.client import Api

USER = "urn:ietf:params:scim:schemas:core:2.0:User"
ENTERPRISE = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User"
GROUP = "urn:ietf:params:scim:schemas:core:2.0:Group"
PATCH = "urn:ietf:params:scim:api:messages:2.0:PatchOp"
BULK = "urn:ietf:params:scim:api:messages:2.0:BulkRequest"
NAMES = ("ann", "bob", "carl")


def fill(api: Api, mark: str) -> dict[str, str]:
    """Create users and a group whose every free text holds a mark, and return their ids by name."""
    ids = {}
    for name in NAMES:
        body = {
            "schemas": [USER],
            "userName": name,
            "externalId": name,
            "title": mark,
            "emails": [{"value": f"{name}@x.y"}],
        }
        ids[name] = api.post("/Users", body).json["id"]
    members = [{"value": ids[name]} for name in NAMES]
    ids["all"] = api.post(
        "/Groups", {"schemas": [GROUP], "displayName": "all", "externalId": mark, "members": members}
    ).json["id"]
    return ids


@pytest.fixture
def theirs(other: Api) -> dict[str, str]:
    return fill(other, "THEIRS")


@pytest.fixture
def ours(api: Api) -> dict[str, str]:
    return fill(api, "OURS")


def everything(api: Api) -> Any:
    """Return all that a directory holds, as its own client sees it."""
    return [api.get(f"/{kind}?sortBy=id&count=200").json["Resources"] for kind in ("Users", "Groups")]


def reads(ids: dict[str, str]) -> list[str]:
    ann, group = ids["ann"], ids["all"]
    return [
        "",
        "/Users",
        "/Groups",
        "/Users?count=1&cursor=",
        '/Users?filter=userName+eq+"ann"',
        '/Users?filter=externalId+eq+"ann"',
        '/Users?filter=emails.value+eq+"ann@x.y"',
        '/Users?filter=title+sw+"T"',
        "/Users?filter=userName+pr",
        f'/Users?filter=id+eq+"{ann}"',
        f'/Users?filter=groups.value+eq+"{group}"',
        f'/Groups?filter=id+eq+"{group}"',
        f'/Groups?filter=id+eq+"{group}"+and+members+eq+"{ann}"',
        f'/Groups?filter=members.value+eq+"{ann}"',
        '/Groups?filter=displayName+eq+"all"',
        f"/Users/{ann}",
        f"/Groups/{group}",
    ]


def test_no_read_shows_anything_of_another_directory(api: Api, ours: dict[str, str], theirs: dict[str, str]):
    for target in reads(theirs):
        shown = api.get(target).body.decode()
        assert "THEIRS" not in shown, target
        for name, resource_id in theirs.items():
            if resource_id not in target:
                assert resource_id not in shown, (target, name)


def test_no_search_with_a_body_shows_anything_of_another_directory(
    api: Api, ours: dict[str, str], theirs: dict[str, str]
):
    for target in ("/.search", "/Users/.search", "/Groups/.search"):
        for expression in ('externalId eq "ann"', "meta.created pr", f'id eq "{theirs["ann"]}"'):
            assert "THEIRS" not in api.post(target, {"filter": expression}).body.decode()


def test_lists_count_only_what_is_ones_own(api: Api, ours: dict[str, str], theirs: dict[str, str]):
    assert api.get("/Users").json["totalResults"] == len(NAMES)
    assert api.get("/Groups").json["totalResults"] == 1


def test_no_write_reaches_another_directory(api: Api, other: Api, ours: dict[str, str], theirs: dict[str, str]):
    before = everything(other)
    replaced = {"schemas": [PATCH], "Operations": [{"op": "replace", "path": "title", "value": "CHANGED"}]}
    emptied = {"schemas": [PATCH], "Operations": [{"op": "remove", "path": "members"}]}
    for name in NAMES:
        assert api.patch(f"/Users/{theirs[name]}", replaced).status == 404
        assert api.put(f"/Users/{theirs[name]}", {"schemas": [USER], "userName": "new"}).status == 404
        assert api.delete(f"/Users/{theirs[name]}").status == 404
    assert api.patch(f"/Groups/{theirs['all']}", emptied).status == 404
    assert api.put(f"/Groups/{theirs['all']}", {"schemas": [GROUP], "displayName": "new"}).status == 404
    assert api.delete(f"/Groups/{theirs['all']}").status == 404
    operations = [{"method": "DELETE", "path": f"/Users/{theirs[name]}"} for name in NAMES]
    statuses = [
        each["status"] for each in api.post("/Bulk", {"schemas": [BULK], "Operations": operations}).json["Operations"]
    ]
    assert statuses == ["404"] * len(NAMES)
    assert everything(other) == before


def test_a_resource_of_another_directory_cannot_be_made_a_member(
    api: Api, ours: dict[str, str], theirs: dict[str, str]
):
    added = {"op": "add", "path": "members", "value": [{"value": theirs["ann"]}]}
    assert api.patch(f"/Groups/{ours['all']}", {"schemas": [PATCH], "Operations": [added]}).status == 400
    assert theirs["ann"] not in api.get(f"/Groups/{ours['all']}").body.decode()


def test_a_manager_of_another_directory_is_told_nothing_of(api: Api, ours: dict[str, str], theirs: dict[str, str]):
    body = {"schemas": [USER, ENTERPRISE], "userName": "dora", ENTERPRISE: {"manager": {"value": theirs["ann"]}}}
    reply = api.post("/Users", body)
    assert "THEIRS" not in reply.body.decode()


def test_what_is_taken_in_one_directory_is_free_in_another(api: Api, other: Api, ours: dict[str, str]):
    assert other.post("/Users", {"schemas": [USER], "userName": "ann"}).status == 201
    assert other.post("/Groups", {"schemas": [GROUP], "displayName": "all"}).status == 201


def test_a_cursor_of_one_directory_opens_nothing_in_another(
    api: Api, other: Api, ours: dict[str, str], theirs: dict[str, str]
):
    cursor = other.get("/Users?count=1&cursor=").json["nextCursor"]
    assert "THEIRS" not in api.get(f"/Users?count=1&cursor={cursor}").body.decode()


def test_deleting_everything_in_one_directory_leaves_the_other_whole(
    api: Api, other: Api, ours: dict[str, str], theirs: dict[str, str]
):
    before = json.dumps(everything(other))
    for name in NAMES:
        assert api.delete(f"/Users/{ours[name]}").status == 204
    assert api.delete(f"/Groups/{ours['all']}").status == 204
    assert json.dumps(everything(other)) == before
