"""What a file asks of attributes: required, allowed and default values of users and groups, through the function."""

from collections.abc import Callable
from typing import Any

import pytest

from tests.protocol.client import Api, Reply

EndpointOf = Callable[[str], Api]

PATCH = "urn:ietf:params:scim:api:messages:2.0:PatchOp"
BULK = "urn:ietf:params:scim:api:messages:2.0:BulkRequest"
ENTERPRISE = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User"
USER = "urn:ietf:params:scim:schemas:core:2.0:User"

NAMES = '[users]\nrequired = ["name.givenName", "name.familyName", "emails.value"]'
TYPES = '[users.allowed]\nuserType = ["Premium", "Standard"]'
ANN = {"userName": "ann", "name": {"givenName": "Ann", "familyName": "Lee"}, "emails": [{"value": "ann@example.com"}]}


def patch(*operations: dict[str, Any]) -> dict[str, Any]:
    return {"schemas": [PATCH], "Operations": list(operations)}


def refused(reply: Reply, scim_type: str, detail: str) -> None:
    assert (reply.status, reply.json["scimType"], reply.detail) == (400, scim_type, detail)


def user_of(reply: Reply) -> str:
    assert reply.status in (200, 201), reply.json
    return f"/Users/{reply.json['id']}"


def attribute(api: Api, urn: str, name: str) -> dict[str, Any]:
    """Return what /Schemas says of an attribute, such as ``name.givenName``."""
    described = api.get(f"/Schemas/{urn}").json
    for key, part in zip(("attributes", "subAttributes"), name.split("."), strict=False):
        described = next(each for each in described[key] if each["name"] == part)
    return dict(described)


# -- Required -----------------------------------------------------------------------------------------------------------


def test_a_user_without_required_values_is_not_created_and_all_that_is_missing_is_told(endpoint_of: EndpointOf):
    api = endpoint_of(NAMES)
    detail = "name.familyName and emails.value are required: send a non-empty value for each"
    refused(api.post("/Users", {"userName": "ann", "name": {"givenName": "Ann"}}), "invalidValue", detail)
    assert api.post("/Users", ANN).status == 201


@pytest.mark.parametrize("nothing", ["", "  ", None])
def test_an_empty_value_counts_as_missing(endpoint_of: EndpointOf, nothing: str | None):
    api = endpoint_of('[users]\nrequired = ["title"]')
    detail = "title is required: send a non-empty value for it"
    refused(api.post("/Users", {"userName": "ann", "title": nothing}), "invalidValue", detail)


@pytest.mark.parametrize("emails", [[], [{"type": "work"}], [{"value": ""}], None])
def test_a_list_without_the_required_part_counts_as_missing(endpoint_of: EndpointOf, emails: object):
    api = endpoint_of('[users]\nrequired = ["emails.value"]')
    detail = "emails.value is required: send a non-empty value for it"
    refused(api.post("/Users", {"userName": "ann", "emails": emails}), "invalidValue", detail)


@pytest.mark.parametrize(
    "operation",
    [
        {"op": "remove", "path": "name.givenName"},
        {"op": "Remove", "path": "name"},
        {"op": "replace", "path": "name.givenName", "value": ""},
        {"op": "replace", "value": {"name.givenName": None}},
        {"op": "replace", "value": {"name": {"givenName": ""}}},
    ],
)
def test_a_patch_does_not_take_a_required_value_away(endpoint_of: EndpointOf, operation: dict[str, Any]):
    api = endpoint_of('[users]\nrequired = ["name.givenName"]')
    user = user_of(api.post("/Users", ANN))
    detail = "name.givenName is required: replace it instead of removing it"
    refused(api.patch(user, patch(operation)), "mutability", detail)
    assert api.get(user).json["name"]["givenName"] == "Ann"


def test_a_patch_may_take_a_required_value_away_and_give_another(endpoint_of: EndpointOf):
    api = endpoint_of('[users]\nrequired = ["emails.value"]')
    user = user_of(api.post("/Users", ANN))
    operations = [
        {"op": "remove", "path": "emails"},
        {"op": "add", "path": "emails", "value": [{"value": "lee@example.com"}]},
    ]
    assert api.patch(user, patch(*operations)).status == 200


def test_a_put_names_every_required_value(endpoint_of: EndpointOf):
    api = endpoint_of(NAMES)
    user = user_of(api.post("/Users", ANN))
    detail = "emails.value is required: send a non-empty value for it"
    refused(api.put(user, {"userName": "ann", "name": ANN["name"]}), "invalidValue", detail)
    assert api.put(user, {**ANN, "title": "Dr"}).status == 200


def test_a_user_from_before_the_rule_is_changed_and_disabled_all_the_same(endpoint_of: EndpointOf):
    created = endpoint_of("").post("/Users", {"userName": "ann"}).json
    user = f"/Users/{created['id']}"
    api = endpoint_of(NAMES + "\n" + TYPES)
    assert api.patch(user, patch({"op": "replace", "path": "title", "value": "Dr"})).status == 200
    assert api.patch(user, patch({"op": "Replace", "path": "active", "value": "False"})).json["active"] is False
    assert api.put(user, {**created, "active": True}).json["active"] is True


def test_required_attributes_of_an_extension_and_of_groups_are_required_too(endpoint_of: EndpointOf):
    api = endpoint_of(f'[users]\nrequired = ["{ENTERPRISE}:employeeNumber"]\n[groups]\nrequired = ["externalId"]')
    detail = f"{ENTERPRISE}:employeeNumber is required: send a non-empty value for it"
    refused(api.post("/Users", {"userName": "ann"}), "invalidValue", detail)
    user = user_of(api.post("/Users", {"userName": "ann", ENTERPRISE: {"employeeNumber": "7"}}))
    refused(
        api.patch(user, patch({"op": "remove", "path": ENTERPRISE})),
        "mutability",
        f"{ENTERPRISE}:employeeNumber is required: replace it instead of removing it",
    )
    refused(
        api.post("/Groups", {"displayName": "Staff"}),
        "invalidValue",
        "externalId is required: send a non-empty value for it",
    )
    group = api.post("/Groups", {"displayName": "Staff", "externalId": "1"}).json["id"]
    reply = api.patch(f"/Groups/{group}", patch({"op": "remove", "path": "externalId"}))
    refused(reply, "mutability", "externalId is required: replace it instead of removing it")


def test_the_rules_hold_in_bulk_requests(endpoint_of: EndpointOf):
    api = endpoint_of(NAMES)
    operation = {"method": "POST", "path": "/Users", "bulkId": "a", "data": {"userName": "ann"}}
    (outcome,) = api.post("/Bulk", {"schemas": [BULK], "Operations": [operation]}).json["Operations"]
    assert outcome["status"] == "400"
    assert "are required" in outcome["response"]["detail"]


def test_schemas_tell_what_is_required(endpoint_of: EndpointOf):
    api = endpoint_of(f'[users]\nrequired = ["name.givenName", "userType", "{ENTERPRISE}:department"]')
    assert all(attribute(api, USER, name)["required"] for name in ("name", "name.givenName", "userType", "userName"))
    assert not any(attribute(api, USER, name)["required"] for name in ("name.familyName", "title"))
    assert attribute(api, ENTERPRISE, "department")["required"]
    (extension,) = api.get("/ResourceTypes/User").json["schemaExtensions"]
    assert extension == {"schema": ENTERPRISE, "required": True}
    assert not attribute(endpoint_of(""), USER, "name")["required"]


# -- Allowed ------------------------------------------------------------------------------------------------------------


def test_a_value_that_is_not_allowed_is_refused_with_those_that_are(endpoint_of: EndpointOf):
    api = endpoint_of(TYPES)
    detail = 'userType must be "Premium" or "Standard", not "premium2"'
    refused(api.post("/Users", {"userName": "ann", "userType": "premium2"}), "invalidValue", detail)
    user = user_of(api.post("/Users", {"userName": "ann", "userType": "Premium"}))
    change = {"op": "Replace", "path": "userType", "value": "premium2"}
    refused(api.patch(user, patch(change)), "invalidValue", detail)
    refused(api.put(user, {"userName": "ann", "userType": "premium2"}), "invalidValue", detail)
    assert api.get(user).json["userType"] == "Premium"


def test_a_value_is_kept_as_the_file_writes_it_where_case_makes_no_difference(endpoint_of: EndpointOf):
    api = endpoint_of(TYPES)
    created = api.post("/Users", {"userName": "ann", "userType": "PREMIUM"})
    user = user_of(created)
    assert created.json["userType"] == "Premium"
    version = created.json["meta"]["version"]
    reply = api.patch(user, patch({"op": "replace", "path": "userType", "value": "premium"}))
    assert (reply.json["userType"], reply.json["meta"]["version"]) == ("Premium", version)


def test_a_value_is_compared_exactly_where_the_attribute_is(endpoint_of: EndpointOf):
    api = endpoint_of('[users.allowed]\nexternalId = ["A1", "a1"]')
    assert api.post("/Users", {"userName": "ann", "externalId": "a1"}).json["externalId"] == "a1"
    reply = api.post("/Users", {"userName": "bob", "externalId": "B1"})
    refused(reply, "invalidValue", 'externalId must be "A1" or "a1", not "B1"')


def test_each_value_of_a_list_is_checked(endpoint_of: EndpointOf):
    api = endpoint_of('[users.allowed]\n"roles.value" = ["ReadOnly", "User", "Admin"]')
    roles = [{"value": "admin"}, {"value": "Owner"}]
    detail = 'roles.value must be "ReadOnly", "User" or "Admin", not "Owner"'
    refused(api.post("/Users", {"userName": "ann", "roles": roles}), "invalidValue", detail)
    created = api.post("/Users", {"userName": "ann", "roles": [{"value": "admin"}, {"value": "user", "primary": True}]})
    assert [each["value"] for each in created.json["roles"]] == ["Admin", "User"]


def test_a_value_from_before_the_rule_stays_until_it_is_changed(endpoint_of: EndpointOf):
    user = user_of(endpoint_of("").post("/Users", {"userName": "ann", "userType": "Guest"}))
    api = endpoint_of(TYPES)
    assert api.patch(user, patch({"op": "replace", "path": "title", "value": "Dr"})).json["userType"] == "Guest"
    assert api.put(user, {"userName": "ann", "userType": "guest", "active": False}).status == 200
    reply = api.patch(user, patch({"op": "replace", "path": "userType", "value": "Visitor"}))
    refused(reply, "invalidValue", 'userType must be "Premium" or "Standard", not "Visitor"')


def test_schemas_tell_the_allowed_values(endpoint_of: EndpointOf):
    api = endpoint_of(TYPES + f'\n"emails.type" = ["work"]\n"{ENTERPRISE}:division" = ["North"]')
    assert attribute(api, USER, "userType")["canonicalValues"] == ["Premium", "Standard"]
    assert attribute(api, USER, "emails.type")["canonicalValues"] == ["work"]
    assert attribute(api, ENTERPRISE, "division")["canonicalValues"] == ["North"]
    assert "canonicalValues" not in attribute(endpoint_of(""), USER, "userType")


# -- Defaults -----------------------------------------------------------------------------------------------------------


def test_a_user_without_a_value_gets_the_default_at_each_write(endpoint_of: EndpointOf):
    api = endpoint_of('[users.defaults]\nuserType = "Standard"\nactive = true')
    created = api.post("/Users", {"userName": "ann", "userType": ""})
    assert (created.json["userType"], created.json["active"]) == ("Standard", True)
    user = user_of(created)
    assert api.put(user, {"userName": "ann", "userType": "Premium", "active": False}).json["userType"] == "Premium"
    removed = api.patch(user, patch({"op": "remove", "path": "userType"})).json
    assert (removed["userType"], removed["active"]) == ("Standard", False)
    assert api.put(user, {"userName": "ann"}).json["active"] is False  # a PUT without active enables nobody


@pytest.mark.parametrize("default", ["true", "false"])
@pytest.mark.parametrize("state", [True, False])
def test_clearing_active_keeps_the_state_whatever_the_default_is(endpoint_of: EndpointOf, default: str, state: bool):
    api = endpoint_of(f"[users.defaults]\nactive = {default}")
    user = user_of(api.post("/Users", {"userName": "ann", "active": state}))
    assert api.patch(user, patch({"op": "remove", "path": "active"})).json["scimType"] == "mutability"
    for cleared in (
        {"op": "add", "path": "active", "value": None},
        {"op": "replace", "path": "active", "value": ""},
        {"op": "replace", "value": {"active": None, "title": "T"}},
    ):
        assert api.patch(user, patch(cleared)).status == 200
        assert api.get(user).json["active"] is state


def test_removing_a_value_that_is_the_default_changes_nothing(endpoint_of: EndpointOf):
    api = endpoint_of('[users.defaults]\nuserType = "Standard"')
    created = api.post("/Users", {"userName": "ann"})
    reply = api.patch(user_of(created), patch({"op": "remove", "path": "userType"}))
    assert reply.json["meta"] == created.json["meta"]


def test_a_default_brings_the_object_the_extension_or_the_entry_that_holds_it(endpoint_of: EndpointOf):
    defaults = ['"name.honorificPrefix" = "-"', '"roles.value" = "ReadOnly"', f'"{ENTERPRISE}:division" = "North"']
    api = endpoint_of("[users.defaults]\n" + "\n".join(defaults))
    created = api.post("/Users", {"userName": "ann"}).json
    assert created["name"] == {"honorificPrefix": "-"}
    assert created["roles"] == [{"value": "ReadOnly"}]
    assert created[ENTERPRISE] == {"division": "North"}
    assert ENTERPRISE in created["schemas"]
    sent = {
        "userName": "bob",
        "roles": [{"value": "Admin"}],
        ENTERPRISE: {"department": "Sales"},
        "name": {"givenName": "B"},
    }
    bob = api.post("/Users", sent).json
    assert bob["roles"] == [{"value": "Admin"}]
    assert bob[ENTERPRISE] == {"department": "Sales", "division": "North"}
    assert bob["name"] == {"givenName": "B", "honorificPrefix": "-"}


def test_a_required_attribute_with_a_default_is_never_missing(endpoint_of: EndpointOf):
    api = endpoint_of(
        '[users]\nrequired = ["userType"]\nallowed = { userType = ["A", "B"] }\ndefaults = { userType = "A" }'
    )
    user = user_of(api.post("/Users", {"userName": "ann"}))
    assert api.patch(user, patch({"op": "replace", "path": "userType", "value": "B"})).json["userType"] == "B"
    assert api.patch(user, patch({"op": "remove", "path": "userType"})).json["userType"] == "A"


def test_groups_have_defaults_and_allowed_values_too(endpoint_of: EndpointOf):
    extension = (
        '[[extensions]]\nurn = "urn:example:team"\nresource = "Group"\n[[extensions.attributes]]\nname = "kind"\n'
    )
    api = endpoint_of(
        '[groups.allowed]\n"urn:example:team:kind" = ["a", "b"]\n[groups.defaults]\n"urn:example:team:kind" = "a"\n'
        + extension
    )
    assert api.post("/Groups", {"displayName": "Staff"}).json["urn:example:team"] == {"kind": "a"}
    reply = api.post("/Groups", {"displayName": "Crew", "urn:example:team": {"kind": "c"}})
    refused(reply, "invalidValue", 'urn:example:team:kind must be "a" or "b", not "c"')
