"""What the service says of a user to the product: entitlements and login method, which no client writes."""

from collections.abc import Callable

from lambdas.operations.permission_store import PermissionStore
from tests.protocol.client import Api
from tests.protocol.entitled import LOGIN, PATCH, group, patch, permissions, sets_of, user

EndpointOf = Callable[[str], Api]


# -- What clients see and may not write ---------------------------------------------------------------------------------


def test_entitlements_that_a_client_sends_are_left_out(endpoint_of: EndpointOf):
    api = endpoint_of(permissions("operator"))
    ada = user(api, entitlements=[{"value": "admin"}])
    assert sets_of(api, ada) == []
    put = api.put(f"/Users/{ada}", {"userName": "ada@example.com", "entitlements": [{"value": "admin"}]})
    assert put.status == 200
    merged = patch(api, f"/Users/{ada}", {"op": "replace", "value": {"entitlements": [{"value": "admin"}]}})
    assert merged.status == 200
    assert sets_of(api, ada) == []


def test_a_patch_whose_path_is_entitlements_is_refused(endpoint_of: EndpointOf):
    api = endpoint_of(permissions("operator"))
    ada = user(api)
    refused = patch(api, f"/Users/{ada}", {"op": "add", "path": "entitlements", "value": [{"value": "admin"}]})
    assert (refused.status, refused.json["scimType"]) == (400, "mutability")


def test_entitlements_are_read_only_in_the_schema(endpoint_of: EndpointOf):
    api = endpoint_of(permissions("operator"))
    schema = api.get("/Schemas/urn:ietf:params:scim:schemas:core:2.0:User").json
    (declared,) = [each for each in schema["attributes"] if each["name"] == "entitlements"]
    assert schema["name"] == "User"
    assert declared["mutability"] == "readOnly"
    assert {each["name"]: each["mutability"] for each in declared["subAttributes"]} == {
        "value": "readOnly",
        "display": "readOnly",
    }


def test_users_can_be_searched_by_the_sets_they_have(endpoint_of: EndpointOf, decisions: PermissionStore):
    api = endpoint_of(permissions("groups", "operator", default=["viewer"]))
    ada, bob = user(api), user(api, "bob@example.com")
    decisions.map_group(group(api, "Sales", ada), ["admin"])
    found = api.get('/Users?filter=entitlements.value+eq+"admin"').json["Resources"]
    assert [each["id"] for each in found] == [ada]
    found = api.get('/Users?filter=entitlements+eq+"viewer"').json["Resources"]
    assert [each["id"] for each in found] == [bob]


def test_lists_show_the_sets_too_and_leave_them_out_when_they_are_not_wanted(
    endpoint_of: EndpointOf, decisions: PermissionStore
):
    api = endpoint_of(permissions("operator"))
    decisions.assign(user(api), ["admin"])
    (listed,) = api.get("/Users").json["Resources"]
    assert listed["entitlements"] == [{"value": "admin", "display": "Administrator"}]
    (listed,) = api.get("/Users?excludedAttributes=entitlements").json["Resources"]
    assert "entitlements" not in listed
    (listed,) = api.get("/Users?attributes=userName,entitlements.value").json["Resources"]
    assert listed["entitlements"] == [{"value": "admin"}]


# -- Versions -----------------------------------------------------------------------------------------------------------


def test_a_mapping_that_changes_changes_the_entity_tag(endpoint_of: EndpointOf, decisions: PermissionStore):
    api = endpoint_of(permissions("groups"))
    ada = user(api)
    sales = group(api, "Sales", ada)
    tag = api.get(f"/Users/{ada}").headers["ETag"]
    assert api.get(f"/Users/{ada}", If_None_Match=tag).status == 304
    decisions.map_group(sales, ["admin"])
    again = api.get(f"/Users/{ada}", If_None_Match=tag)
    assert again.status == 200
    assert again.headers["ETag"] != tag


def test_the_entity_tag_of_any_read_is_good_for_a_change_and_a_stale_one_is_not(
    endpoint_of: EndpointOf, decisions: PermissionStore
):
    api = endpoint_of(permissions("groups"))
    ada = user(api)
    decisions.map_group(group(api, "Sales", ada), ["admin"])
    tag = api.get(f"/Users/{ada}?attributes=userName").headers["ETag"]
    assert tag == api.get(f"/Users/{ada}").headers["ETag"]
    body = {"schemas": [PATCH], "Operations": [{"op": "replace", "path": "title", "value": "Countess"}]}
    changed = api.patch(f"/Users/{ada}", body, If_Match=tag)
    assert changed.status == 200
    assert api.patch(f"/Users/{ada}", body, If_Match=tag).status == 412
    assert api.delete(f"/Users/{ada}", If_Match=tag).status == 412
    assert api.delete(f"/Users/{ada}", If_Match=changed.headers["ETag"]).status == 204


# -- Login --------------------------------------------------------------------------------------------------------------


def test_the_login_method_is_the_default_until_an_operator_says_otherwise(
    endpoint_of: EndpointOf, decisions: PermissionStore
):
    api = endpoint_of('[login]\ndefault = "external"\n')
    created = api.post("/Users", {"userName": "ada@example.com"})
    assert created.json[LOGIN] == {"loginMethod": "external"}
    ada = created.json["id"]
    decisions.set_login(ada, "built-in")
    read = api.get(f"/Users/{ada}").json
    assert read[LOGIN] == {"loginMethod": "built-in"}
    assert LOGIN in read["schemas"]
    decisions.set_login(ada, None)
    assert endpoint_of('[login]\ndefault = "built-in"\n').get(f"/Users/{ada}").json[LOGIN]["loginMethod"] == "built-in"


def test_no_client_changes_the_login_method(endpoint_of: EndpointOf, decisions: PermissionStore):
    api = endpoint_of('[login]\ndefault = "external"\n')
    ada = user(api, **{LOGIN: {"loginMethod": "built-in"}})
    api.put(f"/Users/{ada}", {"userName": "ada@example.com", LOGIN: {"loginMethod": "built-in"}})
    patch(api, f"/Users/{ada}", {"op": "replace", "value": {f"{LOGIN}:loginMethod": "built-in"}})
    assert api.get(f"/Users/{ada}").json[LOGIN] == {"loginMethod": "external"}


def test_users_can_be_searched_by_their_login_method(endpoint_of: EndpointOf, decisions: PermissionStore):
    api = endpoint_of('[login]\ndefault = "external"\n')
    user(api)
    guest = user(api, "guest@example.com")
    decisions.set_login(guest, "built-in")
    found = api.get(f'/Users?filter={LOGIN}:loginMethod+eq+"built-in"').json["Resources"]
    assert [each["id"] for each in found] == [guest]


def test_without_a_login_table_users_have_no_login_method(endpoint_of: EndpointOf):
    api = endpoint_of("")
    assert LOGIN not in api.get(f"/Users/{user(api)}").json
    assert api.get(f"/Schemas/{LOGIN}").status == 404


def test_an_unchanged_user_keeps_its_version_when_it_is_patched_with_what_it_has(endpoint_of: EndpointOf):
    api = endpoint_of(permissions("operator", default=["viewer"], more="[login]"))
    ada = user(api, title="Countess")
    before = api.get(f"/Users/{ada}").json["meta"]
    patch(api, f"/Users/{ada}", {"op": "replace", "path": "title", "value": "Countess"})
    assert api.get(f"/Users/{ada}").json["meta"] == before
