"""What a file changes about its endpoint as a whole: ``[capabilities]`` and ``[groups]``, each key through the function."""

from collections.abc import Callable

import pytest

from tests.protocol.client import Api

EndpointOf = Callable[[str], Api]

BULK = "urn:ietf:params:scim:api:messages:2.0:BulkRequest"
LIST = "urn:ietf:params:scim:api:messages:2.0:ListResponse"
PATCH = "urn:ietf:params:scim:api:messages:2.0:PatchOp"
SEARCH = "urn:ietf:params:scim:api:messages:2.0:SearchRequest"
GROUP_SCHEMA = "urn:ietf:params:scim:schemas:core:2.0:Group"
NOBODY = "00000000-0000-4000-8000-000000000000"

NO_GROUPS = "[groups]\nserved = false"
FIXED_GROUPS = "[groups]\ncreated_by_clients = false"


def rename(name: str) -> dict[str, object]:
    return {"schemas": [PATCH], "Operations": [{"op": "replace", "path": "displayName", "value": name}]}


def test_a_file_with_nothing_but_what_is_required_serves_everything(endpoint_of: EndpointOf):
    config = endpoint_of("").get("/ServiceProviderConfig").json
    schemes = [each["type"] for each in config["authenticationSchemes"]]
    assert schemes == ["oauthbearertoken", "oauth2", "httpbasic"]
    assert all(config[name]["supported"] for name in ("patch", "bulk", "filter", "sort", "etag"))
    assert config["pagination"]["cursor"]


# -- Capabilities -------------------------------------------------------------------------------------------------------


def test_without_bulk_a_bulk_request_is_refused_with_501_and_nothing_of_bulk_is_announced(endpoint_of: EndpointOf):
    api = endpoint_of("[capabilities]\nbulk = false")
    operation = {"method": "POST", "path": "/Users", "bulkId": "a", "data": {"userName": "ann"}}
    reply = api.post("/Bulk", {"schemas": [BULK], "Operations": [operation]})
    assert (reply.status, reply.json["status"]) == (501, "501")
    assert reply.detail == "Bulk is not supported here. /ServiceProviderConfig lists what is supported."
    assert api.get("/Users").json["totalResults"] == 0
    config = api.get("/ServiceProviderConfig").json
    assert config["bulk"] == {"supported": False, "maxOperations": 0, "maxPayloadSize": 0}


@pytest.mark.parametrize(
    "query", ["sortBy=userName", "sortOrder=descending", "sortBy=title&filter=userName+eq+%22ann%22"]
)
def test_without_sort_a_search_in_an_order_is_refused_with_501(endpoint_of: EndpointOf, query: str):
    api = endpoint_of("[capabilities]\nsort = false")
    for reply in (
        api.get(f"/Users?{query}"),
        api.get(f"/?{query}"),
        api.post("/Users/.search", {"schemas": [SEARCH], "sortBy": "userName"}),
    ):
        assert reply.status == 501
        assert reply.detail == "Sorting is not supported here. /ServiceProviderConfig lists what is supported."
    assert api.get("/Users").status == 200
    assert api.get("/ServiceProviderConfig").json["sort"] == {"supported": False}


def test_without_cursors_a_search_by_cursor_is_refused_with_501_and_pages_by_index_go_on(endpoint_of: EndpointOf):
    api = endpoint_of("[capabilities]\ncursor = false")
    for reply in (api.get("/Users?cursor"), api.post("/Users/.search", {"schemas": [SEARCH], "cursor": ""})):
        assert reply.status == 501
        assert "cursor" in reply.detail
    assert api.get("/Users?startIndex=1&count=1").status == 200
    pagination = api.get("/ServiceProviderConfig").json["pagination"]
    assert (pagination["cursor"], pagination["index"], pagination["defaultPaginationMethod"]) == (False, True, "index")
    assert "cursorTimeout" not in pagination


def test_without_etags_nothing_has_a_version(endpoint_of: EndpointOf):
    api = endpoint_of("[capabilities]\netag = false")
    created = api.post("/Users", {"userName": "ann"})
    user = f"/Users/{created.json['id']}"
    group = api.post("/Groups", {"displayName": "Staff"})
    title = {"schemas": [PATCH], "Operations": [{"op": "replace", "path": "title", "value": "Dr"}]}
    replies = [
        created,
        group,
        api.get(user),
        api.patch(user, title),
        api.put(user, {"userName": "ann"}),
        api.patch(f"/Groups/{group.json['id']}", rename("Crew")),
        api.get(f"/Groups/{group.json['id']}"),
    ]
    for reply in replies:
        assert reply.status in (200, 201, 204)
        assert "ETag" not in reply.headers
        assert "version" not in (reply.json or {}).get("meta", {})
    listed = api.get("/Users").json["Resources"]
    assert all("version" not in each["meta"] for each in listed)
    assert api.get("/ServiceProviderConfig").json["etag"] == {"supported": False}


def test_without_etags_conditions_are_ignored(endpoint_of: EndpointOf):
    api = endpoint_of("[capabilities]\netag = false")
    user = f"/Users/{api.post('/Users', {'userName': 'ann'}).json['id']}"
    group = f"/Groups/{api.post('/Groups', {'displayName': 'Staff'}).json['id']}"
    title = {"schemas": [PATCH], "Operations": [{"op": "replace", "path": "title", "value": "Dr"}]}
    assert api.get(user, If_None_Match='W/"1"').status == 200
    assert api.patch(user, title, If_Match='W/"99"').status == 200
    assert api.put(user, {"userName": "ann"}, If_Match='W/"99"').status == 200
    assert api.patch(group, rename("Crew"), If_Match='W/"99"').status == 204
    operations = [
        {"method": "PATCH", "path": group, "version": 'W/"99"', "data": rename("Team")},
        {"method": "DELETE", "path": user, "version": 'W/"99"'},
    ]
    reply = api.post("/Bulk", {"schemas": [BULK], "Operations": operations})
    assert [each["status"] for each in reply.json["Operations"]] == ["200", "204"]
    assert all("version" not in each for each in reply.json["Operations"])
    assert api.delete(group, If_Match='W/"99"').status == 204


# -- Groups -------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "target", ["/Groups", '/Groups?filter=displayName+eq+"Staff"', "/Groups?excludedAttributes=members&count=5"]
)
def test_where_there_are_no_groups_a_search_for_them_finds_none(endpoint_of: EndpointOf, target: str):
    api = endpoint_of(NO_GROUPS)
    reply = api.get(target)
    assert reply.status == 200
    assert reply.json["schemas"] == [LIST]
    assert (reply.json["totalResults"], reply.json["Resources"]) == (0, [])
    body = {"schemas": [SEARCH], "filter": 'displayName eq "Staff"'}
    assert api.post("/Groups/.search", body).json["totalResults"] == 0


def test_groups_from_before_they_were_switched_off_are_not_shown(endpoint_of: EndpointOf):
    before = endpoint_of("")
    group = before.post("/Groups", {"displayName": "Staff"}).json["id"]
    before.post("/Users", {"userName": "ann"})
    api = endpoint_of(NO_GROUPS)
    assert api.get("/Groups").json["totalResults"] == 0
    assert [each["userName"] for each in api.get("/").json["Resources"]] == ["ann"]
    assert api.post("/.search", {"schemas": [SEARCH], "filter": 'displayName eq "Staff"'}).json["totalResults"] == 0
    assert api.get(f"/Groups/{group}").status == 404
    assert api.delete(f"/Groups/{group}").status == 400
    assert before.get(f"/Groups/{group}").status == 200


def test_where_there_are_no_groups_changing_one_is_refused_in_words_for_an_administrator(endpoint_of: EndpointOf):
    api = endpoint_of(NO_GROUPS)
    group = f"/Groups/{NOBODY}"
    told = "This directory does not serve Groups. Turn off their provisioning in the identity provider."
    for reply in (
        api.post("/Groups", {"displayName": "Staff"}),
        api.put(group, {"displayName": "Staff"}),
        api.patch(group, rename("Crew")),
        api.delete(group),
    ):
        assert (reply.status, reply.json["scimType"], reply.detail) == (400, "mutability", told)
    assert api.get(group).status == 404
    operations = [
        {"method": "POST", "path": "/Groups", "bulkId": "g", "data": {"displayName": "Staff"}},
        {"method": "POST", "path": "/Users", "bulkId": "u", "data": {"userName": "ann"}},
        {"method": "DELETE", "path": group},
    ]
    outcomes = api.post("/Bulk", {"schemas": [BULK], "Operations": operations}).json["Operations"]
    assert [each["status"] for each in outcomes] == ["400", "201", "400"]
    assert outcomes[0]["response"]["detail"] == told


def test_where_there_are_no_groups_nothing_tells_of_them(endpoint_of: EndpointOf):
    api = endpoint_of(NO_GROUPS)
    assert [each["name"] for each in api.get("/ResourceTypes").json["Resources"]] == ["User"]
    assert GROUP_SCHEMA not in [each["id"] for each in api.get("/Schemas").json["Resources"]]
    assert api.get("/ResourceTypes/Group").status == 404
    assert api.get(f"/Schemas/{GROUP_SCHEMA}").status == 404


def test_groups_that_clients_do_not_create_are_not_renamed_or_deleted_by_them_either(endpoint_of: EndpointOf):
    group = f"/Groups/{endpoint_of('').post('/Groups', {'displayName': 'Staff'}).json['id']}"
    api = endpoint_of(FIXED_GROUPS)
    for reply, told in (
        (api.post("/Groups", {"displayName": "New"}), "Identity providers cannot create groups"),
        (api.patch(group, rename("Crew")), 'Group "Staff" cannot be renamed'),
        (api.put(group, {"displayName": "Crew"}), 'Group "Staff" cannot be renamed'),
        (api.delete(group), 'Group "Staff" cannot be deleted'),
    ):
        assert (reply.status, reply.json["scimType"]) == (400, "mutability")
        assert told in reply.detail
    assert [each["displayName"] for each in api.get("/Groups").json["Resources"]] == ["Staff"]


def test_groups_that_clients_do_not_create_take_members_and_their_other_attributes(endpoint_of: EndpointOf):
    group = f"/Groups/{endpoint_of('').post('/Groups', {'displayName': 'Staff'}).json['id']}"
    api = endpoint_of(FIXED_GROUPS)
    ann = api.post("/Users", {"userName": "ann"}).json["id"]
    operations = [
        {"op": "add", "path": "members", "value": [{"value": ann}]},
        {"op": "replace", "path": "externalId", "value": "4711"},
        {"op": "replace", "path": "displayName", "value": "Staff"},
    ]
    assert api.patch(group, {"schemas": [PATCH], "Operations": operations}).status == 204
    shown = api.get(group).json
    assert (shown["externalId"], [each["value"] for each in shown["members"]]) == ("4711", [ann])
    assert api.put(group, {"displayName": "Staff"}).status == 200
    assert "members" not in api.get(group).json


# -- A file that changes ------------------------------------------------------------------------------------------------


def test_an_extension_that_the_file_has_no_longer_is_neither_shown_nor_named(endpoint_of: EndpointOf):
    urn = "urn:ietf:params:scim:schemas:extension:example:2.0:User"
    before = endpoint_of(f'[[extensions]]\nurn = "{urn}"\n[[extensions.attributes]]\nname = "badge"\n')
    ann = before.post("/Users", {"userName": "ann", urn: {"badge": "7"}}).json
    assert urn in ann["schemas"]
    shown = endpoint_of("").get(f"/Users/{ann['id']}").json
    assert urn not in shown
    assert shown["schemas"] == ["urn:ietf:params:scim:schemas:core:2.0:User"]
