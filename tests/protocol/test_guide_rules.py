"""Rules that administrators' guides promise: a base that stays, one role at a time, groups as roles, values without spaces."""

from collections.abc import Callable
from dataclasses import replace

import pytest

from tests.protocol.client import Api
from tests.protocol.entitled import patch, permissions, sets_of, user

EndpointOf = Callable[[str], Api]

FOLDERS = "urn:example:2.0:Forms"
TRIMMED = f"""
[[extensions]]
urn = "{FOLDERS}"
[[extensions.attributes]]
name = "folders"
multi_valued = true
trim = true
"""


# -- A base that stays ----------------------------------------------------------------------------------------------------


def test_every_active_user_has_the_base_sets_whatever_else_the_user_has(endpoint_of: EndpointOf):
    api = endpoint_of(permissions("roles", more='base = ["viewer"]'))
    assert sets_of(api, user(api)) == ["viewer"]
    assert sets_of(api, user(api, "bob@example.com", roles=[{"value": "admin"}])) == ["viewer", "admin"]


def test_a_disabled_user_has_no_base_sets(endpoint_of: EndpointOf):
    api = endpoint_of(permissions("roles", more='base = ["viewer"]'))
    assert sets_of(api, user(api, active=False)) == []


def test_the_default_counts_where_a_user_has_nothing_but_the_base(endpoint_of: EndpointOf):
    api = endpoint_of(permissions("roles", default=["editor"], more='base = ["viewer"]'))
    assert sets_of(api, user(api)) == ["viewer", "editor"]
    assert sets_of(api, user(api, "bob@example.com", roles=[{"value": "admin"}])) == ["viewer", "admin"]


# -- One role -------------------------------------------------------------------------------------------------------------


READER = {"op": "Add", "path": "roles", "value": [{"value": '{"id":"1","value":"viewer","displayName":"Viewer"}'}]}


def test_without_the_rule_an_added_role_keeps_the_previous_one(endpoint_of: EndpointOf):
    api = endpoint_of(permissions("roles"))
    ada = user(api, roles=[{"value": "admin"}])
    patch(api, f"/Users/{ada}", READER)
    assert sets_of(api, ada) == ["viewer", "admin"]


def test_where_a_user_has_one_role_an_added_role_replaces_the_previous_one(endpoint_of: EndpointOf):
    api = endpoint_of(permissions("roles", more="one_role = true"))
    ada = user(api, roles=[{"value": "admin"}])
    for _ in range(2):
        assert patch(api, f"/Users/{ada}", READER).status == 200
        assert sets_of(api, ada) == ["viewer"]


def test_of_several_new_roles_the_primary_one_stays(endpoint_of: EndpointOf):
    api = endpoint_of(permissions("roles", more="one_role = true"))
    ada = user(api, roles=[{"value": "admin", "primary": True}, {"value": "viewer"}])
    assert sets_of(api, ada) == ["admin"]


# -- Groups as roles ------------------------------------------------------------------------------------------------------


def test_groups_in_the_body_of_a_user_are_ignored_by_default(endpoint_of: EndpointOf):
    api = endpoint_of(permissions("roles"))
    assert sets_of(api, user(api, groups=[{"value": "4711", "display": "admin"}])) == []


@pytest.mark.parametrize(
    "groups", [[{"value": "admin"}], [{"value": "4711", "display": "Administrator"}], ["admin"], "admin"]
)
def test_groups_in_the_body_of_a_user_are_roles_where_the_file_says_so(endpoint_of: EndpointOf, groups: object):
    api = endpoint_of(permissions("roles", more='roles_from = "groups"'))
    assert sets_of(api, user(api, groups=groups)) == ["admin"]


def test_a_patch_of_groups_changes_roles_where_the_file_says_so(endpoint_of: EndpointOf):
    api = endpoint_of(permissions("roles", more='roles_from = "groups"'))
    ada = user(api, groups=[{"value": "admin"}])
    assert patch(api, f"/Users/{ada}", {"op": "add", "path": "groups", "value": ["viewer"]}).status == 200
    assert sets_of(api, ada) == ["viewer", "admin"]
    assert patch(api, f"/Users/{ada}", {"op": "remove", "path": 'groups[value eq "admin"]'}).status == 200
    assert sets_of(api, ada) == ["viewer"]
    assert patch(api, f"/Users/{ada}", {"op": "replace", "value": {"groups": ["editor"]}}).status == 200
    assert sets_of(api, ada) == ["editor"]


def test_a_group_that_a_client_read_here_and_sends_back_is_no_role(endpoint_of: EndpointOf):
    api = endpoint_of(permissions("system-groups", "roles", more='roles_from = "groups"'))
    ada = user(api)
    group = next(each for each in api.get("/Groups").json["Resources"] if each["displayName"] == "Administrator")["id"]
    patch(api, f"/Groups/{group}", {"op": "add", "path": "members", "value": [{"value": ada}]})
    read = api.get(f"/Users/{ada}").json
    assert read["groups"][0]["value"] == group
    assert api.put(f"/Users/{ada}", read).status == 200
    back = {"op": "replace", "value": {"groups": read["groups"]}}
    assert patch(api, f"/Users/{ada}", back).status == 200
    assert sets_of(api, ada) == ["admin"]
    patch(api, f"/Groups/{group}", {"op": "remove", "path": "members", "value": [{"value": ada}]})
    assert sets_of(api, ada) == []


def test_a_role_is_named_by_the_id_of_its_system_group(endpoint_of: EndpointOf):
    api = endpoint_of(permissions("system-groups", "roles", more='roles_from = "groups"'))
    ids = {each["displayName"]: each["id"] for each in api.get("/Groups").json["Resources"]}
    assert sets_of(api, user(api, groups=[{"value": ids["Administrator"]}])) == ["admin"]
    assert sets_of(api, user(api, "bob@example.com", roles=[{"value": ids["Editor"].upper()}])) == ["editor"]
    without = endpoint_of(permissions("roles"))
    assert sets_of(without, user(without, "eve@example.com", roles=[{"value": ids["Administrator"]}])) == []


def test_groups_of_users_in_a_bulk_request_are_roles_where_the_file_says_so(endpoint_of: EndpointOf):
    api = endpoint_of(permissions("roles", more='roles_from = "groups"'))
    data = {"userName": "bulk@example.com", "groups": ["admin"]}
    operation = {"method": "POST", "path": "/Users", "bulkId": "a", "data": data}
    done = api.post(
        "/Bulk", {"schemas": ["urn:ietf:params:scim:api:messages:2.0:BulkRequest"], "Operations": [operation]}
    )
    assert sets_of(api, done.json["Operations"][0]["location"].rpartition("/")[2]) == ["admin"]


# -- Values without spaces ------------------------------------------------------------------------------------------------


def test_the_product_sees_trimmed_values_and_the_identity_provider_what_it_sent(endpoint_of: EndpointOf):
    api = endpoint_of(TRIMMED)
    sent = ["Folder 1", " Folder 2", "Folder 1 ", " "]
    ada = user(api, **{FOLDERS: {"folders": sent}})
    product = replace(api, scope="read")
    assert api.get(f"/Users/{ada}").json[FOLDERS]["folders"] == sent
    assert product.get(f"/Users/{ada}").json[FOLDERS]["folders"] == ["Folder 1", "Folder 2"]
    (listed,) = product.get("/Users").json["Resources"]
    assert listed[FOLDERS]["folders"] == ["Folder 1", "Folder 2"]


def test_sending_untrimmed_values_again_changes_nothing(endpoint_of: EndpointOf):
    api = endpoint_of(TRIMMED)
    sent = ["Folder 1", " Folder 2"]
    ada = user(api, **{FOLDERS: {"folders": sent}})
    before = api.get(f"/Users/{ada}").json["meta"]
    assert patch(api, f"/Users/{ada}", {"op": "replace", "path": f"{FOLDERS}:folders", "value": sent}).status == 200
    assert api.get(f"/Users/{ada}").json["meta"] == before


def test_the_product_finds_users_by_trimmed_values(endpoint_of: EndpointOf):
    api = endpoint_of(TRIMMED)
    ada = user(api, **{FOLDERS: {"folders": [" Folder 2"]}})
    found = replace(api, scope="read").get(f'/Users?filter={FOLDERS}:folders+eq+"Folder 2"'.replace(" ", "+"))
    assert [each["id"] for each in found.json["Resources"]] == [ada]
