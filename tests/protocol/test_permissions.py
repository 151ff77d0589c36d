"""Permission sets: what each source gives a user, seen as an identity provider and the product see it."""

import json
from collections.abc import Callable
from typing import Any
from urllib.parse import quote

import pytest

from lambdas.operations.permission_store import PermissionStore
from tests.protocol.client import Api
from tests.protocol.entitled import group, patch, permissions, sets_of, user

EndpointOf = Callable[[str], Api]


# -- Without sets -------------------------------------------------------------------------------------------------------


def test_without_permission_sets_entitlements_are_what_the_client_sent(endpoint_of: EndpointOf):
    api = endpoint_of("")
    ada = user(api, entitlements=[{"value": "parking"}])
    assert sets_of(api, ada) == ["parking"]


# -- The default --------------------------------------------------------------------------------------------------------


def test_a_user_whom_no_source_gives_anything_has_the_default_sets(endpoint_of: EndpointOf):
    api = endpoint_of(permissions("operator", default=["viewer"]))
    created = api.post("/Users", {"userName": "ada@example.com"})
    assert created.json["entitlements"] == [{"value": "viewer", "display": "Viewer"}]
    assert sets_of(api, created.json["id"]) == ["viewer"]


def test_a_default_that_changes_changes_all_users_at_their_next_read_without_touching_them(endpoint_of: EndpointOf):
    before = endpoint_of(permissions("operator", default=["viewer"]))
    ada = user(before)
    first = before.get(f"/Users/{ada}").json
    after = endpoint_of(permissions("operator", default=["editor", "admin"]))
    second = after.get(f"/Users/{ada}").json
    assert [each["value"] for each in second["entitlements"]] == ["editor", "admin"]
    assert second["meta"]["lastModified"] == first["meta"]["lastModified"]


def test_a_disabled_user_has_no_sets_and_gets_them_again_when_enabled(endpoint_of: EndpointOf):
    api = endpoint_of(permissions(default=["viewer"]))
    ada = user(api)
    disabled = patch(api, f"/Users/{ada}", {"op": "Replace", "path": "active", "value": "False"})
    assert "entitlements" not in disabled.json
    assert sets_of(api, ada) == []
    patch(api, f"/Users/{ada}", {"op": "Replace", "path": "active", "value": "True"})
    assert sets_of(api, ada) == ["viewer"]


# -- Groups -------------------------------------------------------------------------------------------------------------


def test_the_members_of_a_mapped_group_have_its_sets_in_the_order_of_the_file(
    endpoint_of: EndpointOf, decisions: PermissionStore
):
    api = endpoint_of(permissions("groups", default=["viewer"]))
    ada, bob = user(api), user(api, "bob@example.com")
    sales = group(api, "Sales", ada)
    assert sets_of(api, ada) == ["viewer"]
    decisions.map_group(sales, ["admin", "editor"])
    assert sets_of(api, ada) == ["editor", "admin"]
    assert sets_of(api, bob) == ["viewer"]


def test_a_mapping_that_ends_takes_the_sets_from_all_members_at_their_next_read(
    endpoint_of: EndpointOf, decisions: PermissionStore
):
    api = endpoint_of(permissions("groups"))
    ada = user(api)
    sales = group(api, "Sales", ada)
    decisions.map_group(sales, ["admin", "editor"])
    modified = api.get(f"/Users/{ada}").json["meta"]["lastModified"]
    decisions.unmap_group(sales, ["admin"])
    assert sets_of(api, ada) == ["editor"]
    decisions.unmap_group(sales)
    assert sets_of(api, ada) == []
    assert api.get(f"/Users/{ada}").json["meta"]["lastModified"] == modified


def test_who_leaves_a_mapped_group_or_whose_group_is_deleted_loses_its_sets_at_once(
    endpoint_of: EndpointOf, decisions: PermissionStore
):
    api = endpoint_of(permissions("groups"))
    ada, bob = user(api), user(api, "bob@example.com")
    sales = group(api, "Sales", ada, bob)
    decisions.map_group(sales, ["admin"])
    patch(api, f"/Groups/{sales}", {"op": "Remove", "path": "members", "value": [{"value": ada}]})
    assert (sets_of(api, ada), sets_of(api, bob)) == ([], ["admin"])
    api.delete(f"/Groups/{sales}")
    assert sets_of(api, bob) == []


def test_a_set_that_the_file_no_longer_has_counts_nowhere(endpoint_of: EndpointOf, decisions: PermissionStore):
    api = endpoint_of(permissions("groups", "operator"))
    ada = user(api)
    decisions.map_group(group(api, "Sales", ada), ["retired"])
    decisions.assign(ada, ["retired"])
    assert sets_of(api, ada) == []


# -- Roles --------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "role",
    [
        {"value": "admin"},
        {"value": "ADMIN", "primary": "True", "type": "WindowsAzureActiveDirectoryRole"},
        {"value": "x", "display": "administrator"},
        {"value": json.dumps({"id": "18d14569", "value": "Admin", "displayName": "Administrator"})},
    ],
    ids=["its id", "its id in another case", "its name", "as JSON in a string"],
)
def test_a_role_gives_the_set_that_it_names(endpoint_of: EndpointOf, role: dict[str, Any]):
    api = endpoint_of(permissions("roles", default=["viewer"]))
    assert sets_of(api, user(api, roles=[role])) == ["admin"]


def test_a_role_that_changes_changes_the_sets_in_the_same_answer(endpoint_of: EndpointOf):
    api = endpoint_of(permissions("roles"))
    ada = user(api, roles=[{"value": "viewer"}])
    answer = patch(api, f"/Users/{ada}", {"op": "replace", "path": "roles", "value": [{"value": "editor"}]})
    assert answer.json["entitlements"] == [{"value": "editor", "display": "Editor"}]


def test_an_unknown_role_is_kept_as_sent_and_gives_nothing(endpoint_of: EndpointOf):
    api = endpoint_of(permissions("roles", default=["viewer"]))
    ada = user(api, roles=[{"value": "astronaut"}])
    assert sets_of(api, ada) == ["viewer"]
    assert api.get(f"/Users/{ada}").json["roles"] == [{"value": "astronaut"}]


def test_an_unknown_role_is_refused_where_the_file_says_so_and_names_those_there_are(endpoint_of: EndpointOf):
    api = endpoint_of(permissions("roles", more='unknown_role = "refuse"'))
    refused = api.post("/Users", {"userName": "ada@example.com", "roles": [{"value": "astronaut"}]})
    assert (refused.status, refused.json["scimType"]) == (400, "invalidValue")
    assert refused.detail == 'roles: "astronaut" is not a known role; the roles are "viewer", "editor", "admin"'
    ada = user(api, roles=[{"value": "viewer"}])
    change = {"op": "replace", "path": "roles", "value": [{"value": "astronaut"}]}
    assert patch(api, f"/Users/{ada}", change).status == 400
    assert sets_of(api, ada) == ["viewer"]


def test_a_user_with_a_role_that_became_unknown_can_still_be_disabled(endpoint_of: EndpointOf):
    before = endpoint_of(permissions("roles"))
    ada = user(before, roles=[{"value": "astronaut"}])
    api = endpoint_of(permissions("roles", more='unknown_role = "refuse"'))
    assert patch(api, f"/Users/{ada}", {"op": "Replace", "path": "active", "value": "False"}).status == 200


def test_the_roles_there_are_can_be_read_in_the_schema_where_they_give_sets(endpoint_of: EndpointOf):
    def suggested(*sources: str) -> object:
        schema = endpoint_of(permissions(*sources)).get("/Schemas/urn:ietf:params:scim:schemas:core:2.0:User").json
        (roles,) = [each for each in schema["attributes"] if each["name"] == "roles"]
        return next(each for each in roles["subAttributes"] if each["name"] == "value").get("canonicalValues")

    assert suggested("roles", "operator") == ["viewer", "editor", "admin"]
    assert suggested("operator") is None


def test_roles_give_nothing_where_they_are_no_source(endpoint_of: EndpointOf):
    api = endpoint_of(permissions("operator"))
    assert sets_of(api, user(api, roles=[{"value": "admin"}])) == []


# -- An operator's assignment -------------------------------------------------------------------------------------------


def test_what_an_operator_assigned_replaces_the_default_and_survives_every_sync(
    endpoint_of: EndpointOf, decisions: PermissionStore
):
    api = endpoint_of(permissions("operator", "roles", default=["viewer"]))
    ada = user(api)
    decisions.assign(ada, ["admin"])
    assert sets_of(api, ada) == ["admin"]
    api.put(f"/Users/{ada}", {"userName": "ada@example.com", "displayName": "Ada", "entitlements": []})
    patch(api, f"/Users/{ada}", {"op": "replace", "value": {"title": "Countess"}})
    assert sets_of(api, ada) == ["admin"]
    decisions.unassign(ada)
    assert sets_of(api, ada) == ["viewer"]


def test_all_sources_add_up(endpoint_of: EndpointOf, decisions: PermissionStore):
    api = endpoint_of(permissions("operator", "roles", "groups"))
    ada = user(api, roles=[{"value": "viewer"}])
    decisions.map_group(group(api, "Sales", ada), ["editor"])
    decisions.assign(ada, ["admin"])
    assert sets_of(api, ada) == ["viewer", "editor", "admin"]


# -- System groups ------------------------------------------------------------------------------------------------------


def test_each_set_is_a_group_from_the_first_request_on(endpoint_of: EndpointOf):
    api = endpoint_of(permissions("system-groups"))
    names = {each["displayName"] for each in api.get("/Groups").json["Resources"]}
    assert names == {"Viewer", "Editor", "Administrator"}
    (found,) = api.get('/Groups?filter=displayName+eq+"editor"').json["Resources"]
    assert api.get(f"/Groups/{found['id']}").json["displayName"] == "Editor"


def test_two_processes_make_the_system_groups_once(endpoint_of: EndpointOf):
    first, second = (endpoint_of(permissions("system-groups")) for _ in range(2))
    assert first.get("/Groups?count=0").json["totalResults"] == 3
    assert second.get("/Groups?count=0").json["totalResults"] == 3


def test_the_members_of_a_system_group_have_its_set(endpoint_of: EndpointOf):
    api = endpoint_of(permissions("system-groups", default=["editor"]))
    ada = user(api)
    assert sets_of(api, ada) == ["editor"]
    (admins,) = api.get('/Groups?filter=displayName+eq+"Administrator"').json["Resources"]
    patch(api, f"/Groups/{admins['id']}", {"op": "Add", "path": "members", "value": [{"value": ada}]})
    assert sets_of(api, ada) == ["admin"]


def test_a_set_that_is_renamed_in_the_file_renames_its_group_and_keeps_the_members(endpoint_of: EndpointOf):
    api = endpoint_of(permissions("system-groups"))
    ada = user(api)
    (admins,) = api.get('/Groups?filter=displayName+eq+"Administrator"').json["Resources"]
    patch(api, f"/Groups/{admins['id']}", {"op": "Add", "path": "members", "value": [{"value": ada}]})
    renamed = endpoint_of(permissions("system-groups").replace("Administrator", "Owner"))
    assert renamed.get(f"/Groups/{admins['id']}").json["displayName"] == "Owner"
    assert renamed.get("/Groups?count=0").json["totalResults"] == 3
    assert sets_of(renamed, ada) == ["admin"]


def test_a_group_that_a_client_made_before_is_the_group_of_the_set_with_its_name(endpoint_of: EndpointOf):
    before = endpoint_of("")
    ada = user(before)
    group(before, "ADMINISTRATOR", ada)
    api = endpoint_of(permissions("system-groups"))
    assert api.get("/Groups?count=0").json["totalResults"] == 3
    assert sets_of(api, ada) == ["admin"]


def test_a_system_group_is_not_created_renamed_or_deleted_by_a_client(endpoint_of: EndpointOf):
    api = endpoint_of(permissions("system-groups"))
    (viewers,) = api.get('/Groups?filter=displayName+eq+"Viewer"').json["Resources"]
    path = f"/Groups/{viewers['id']}"
    created = api.post("/Groups", {"displayName": "VIEWER"})
    assert (created.status, created.json["scimType"]) == (409, "uniqueness")
    for refused, told in (
        (patch(api, path, {"op": "replace", "path": "displayName", "value": "Guests"}), "cannot be renamed"),
        (api.put(path, {"displayName": "Guests"}), "cannot be renamed"),
        (api.delete(path), 'Group "Viewer" cannot be deleted by an identity provider; remove its members instead.'),
    ):
        assert (refused.status, refused.json["scimType"]) == (400, "mutability")
        assert told in refused.detail
    assert api.get(path).json["displayName"] == "Viewer"


def test_a_group_whose_name_only_case_folding_takes_for_a_set_s_is_an_ordinary_group(endpoint_of: EndpointOf):
    api = endpoint_of(permissions("system-groups").replace("Administrator", "Groß-Admin"))
    ada = user(api)
    created = api.post("/Groups", {"displayName": "GROSS-ADMIN", "members": [{"value": ada}]})
    assert created.status == 201
    assert sets_of(api, ada) == []
    path = f"/Groups/{created.json['id']}"
    assert patch(api, path, {"op": "replace", "path": "displayName", "value": "Gross"}).status in (200, 204)
    assert api.delete(path).status == 204


def test_a_group_whose_name_differs_from_a_set_s_in_case_or_normal_form_is_the_set_s(endpoint_of: EndpointOf):
    api = endpoint_of(permissions("system-groups").replace("Administrator", "Élan"))
    for name in ("ÉLAN", "e\u0301lan"):
        refused = api.post("/Groups", {"displayName": name})
        assert (refused.status, refused.json["scimType"]) == (409, "uniqueness")
        (found,) = api.get(f"/Groups?filter=displayName+eq+%22{quote(name)}%22").json["Resources"]
        assert found["displayName"] == "Élan"


def test_a_system_group_takes_what_a_client_sends_with_a_matched_group(endpoint_of: EndpointOf):
    api = endpoint_of(permissions("system-groups"))
    (viewers,) = api.get('/Groups?filter=displayName+eq+"viewer"').json["Resources"]
    path = f"/Groups/{viewers['id']}"
    answer = patch(
        api,
        path,
        {"op": "Replace", "path": "displayName", "value": "viewer"},
        {"op": "Add", "path": "externalId", "value": "4711"},
        {"op": "Add", "path": "members", "value": [{"value": user(api)}]},
    )
    assert answer.status == 204
    shown = api.get(path).json
    assert (shown["displayName"], shown["externalId"], len(shown["members"])) == ("Viewer", "4711", 1)


def test_other_groups_may_be_made_beside_system_groups_unless_the_file_says_otherwise(endpoint_of: EndpointOf):
    api = endpoint_of(permissions("system-groups"))
    crew = group(api, "Crew")
    assert api.delete(f"/Groups/{crew}").status == 204
    fixed = endpoint_of(permissions("system-groups") + "[groups]\ncreated_by_clients = false\n")
    refused = fixed.post("/Groups", {"displayName": "Crew"})
    assert refused.status == 400
    assert refused.detail.endswith("The groups are: Viewer, Editor, Administrator.")
