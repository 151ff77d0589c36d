"""What a file says that users and groups are found by: unique and matching attributes, through the function."""

from collections.abc import Callable
from typing import Any
from urllib.parse import quote

import pytest

from tests.protocol.client import Api, Reply
from tests.protocol.conftest import Records

EndpointOf = Callable[[str], Api]

PATCH = "urn:ietf:params:scim:api:messages:2.0:PatchOp"
ENTERPRISE = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User"
NUMBER = f"{ENTERPRISE}:employeeNumber"
USER = "urn:ietf:params:scim:schemas:core:2.0:User"

UNIQUE = f'[users]\nunique = ["emails.value", "{NUMBER}", "nickName"]'
MATCHING = (
    f'[users]\nmatching = ["{NUMBER}", "phoneNumbers.value", "title"]\n[groups]\nmatching = ["urn:example:team:kind"]'
)
TEAM = '\n[[extensions]]\nurn = "urn:example:team"\nresource = "Group"\n[[extensions.attributes]]\nname = "kind"\n'


def patch(path: str, value: object) -> dict[str, Any]:
    return {"schemas": [PATCH], "Operations": [{"op": "replace", "path": path, "value": value}]}


def taken(reply: Reply, attribute: str, value: str) -> None:
    assert (reply.status, reply.json["scimType"]) == (409, "uniqueness")
    assert reply.detail.startswith(f'A User whose {attribute} is "{value}" exists already')


def found(api: Api, resources: str, scim_filter: str) -> list[str]:
    """Return the ids that a filter finds."""
    reply = api.get(f"/{resources}?filter={quote(scim_filter)}")
    assert reply.status == 200, reply.json
    return [each["id"] for each in reply.json["Resources"]]


# -- Unique -------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("attribute", "values", "again"),
    [
        (
            "emails.value",
            {"emails": [{"value": "a@x"}, {"value": "b@x"}]},
            {"emails": [{"value": "c@x"}, {"value": "B@x"}]},
        ),
        (NUMBER, {ENTERPRISE: {"employeeNumber": "B7"}}, {ENTERPRISE: {"employeeNumber": "b7"}}),
        ("nickName", {"nickName": "Al"}, {"nickName": "AL"}),
    ],
)
def test_no_two_users_have_one_unique_value_whatever_its_case(
    endpoint_of: EndpointOf, attribute: str, values: dict[str, Any], again: dict[str, Any]
):
    api = endpoint_of(UNIQUE)
    value = {"emails.value": "b@x", NUMBER: "b7", "nickName": "al"}[attribute]
    first = api.post("/Users", {"userName": "ann", **values}).json
    taken(api.post("/Users", {"userName": "bob", **again}), attribute, value)
    bob = api.post("/Users", {"userName": "bob"}).json["id"]
    taken(api.put(f"/Users/{bob}", {"userName": "bob", **again}), attribute, value)
    assert api.delete(f"/Users/{first['id']}").status == 204
    assert api.put(f"/Users/{bob}", {"userName": "bob", **again}).status == 200


def test_a_patch_to_a_value_that_another_user_has_is_refused_and_the_old_one_is_kept(endpoint_of: EndpointOf):
    api = endpoint_of(UNIQUE)
    api.post("/Users", {"userName": "ann", "emails": [{"value": "a@x", "type": "work"}]})
    bob = api.post("/Users", {"userName": "bob", "emails": [{"value": "b@x", "type": "work"}]}).json["id"]
    taken(api.patch(f"/Users/{bob}", patch('emails[type eq "work"].value', "A@x")), "emails.value", "a@x")
    assert found(api, "Users", 'emails.value eq "b@x"') == [bob]
    assert api.patch(f"/Users/{bob}", patch('emails[type eq "work"].value', "c@x")).status == 200
    assert api.post("/Users", {"userName": "eve", "emails": [{"value": "b@x"}]}).status == 201


def test_one_user_may_have_a_unique_value_twice(endpoint_of: EndpointOf):
    api = endpoint_of(UNIQUE)
    emails = [{"value": "a@x", "type": "work"}, {"value": "A@x", "type": "home"}]
    ann = api.post("/Users", {"userName": "ann", "emails": emails}).json["id"]
    assert api.patch(f"/Users/{ann}", patch("title", "Dr")).status == 200
    assert api.put(f"/Users/{ann}", {"userName": "ann", "emails": emails[:1]}).status == 200
    taken(api.post("/Users", {"userName": "bob", "emails": emails[1:]}), "emails.value", "a@x")


def test_users_without_a_unique_value_do_not_conflict(endpoint_of: EndpointOf):
    api = endpoint_of(UNIQUE)
    for name in ("ann", "bob"):
        assert api.post("/Users", {"userName": name, "nickName": "", "emails": []}).status == 201


def test_a_blank_value_of_a_unique_attribute_is_refused_and_another_is_found_as_any_other(endpoint_of: EndpointOf):
    api = endpoint_of('[users]\nunique = ["nickName", "emails.value"]')
    user = api.post("/Users", {"userName": "ann", "externalId": " "}).json["id"]
    assert found(api, "Users", 'externalId eq " "') == [user]
    for blank in ({"nickName": " "}, {"emails": [{"value": "\t"}]}):
        (name,) = blank
        reply = api.post("/Users", {"userName": "bob", **blank})
        assert (reply.status, reply.json["scimType"]) == (400, "invalidValue")
        assert name in reply.detail
        assert api.put(f"/Users/{user}", {"userName": "ann", **blank}).status == 400
        assert api.patch(f"/Users/{user}", {"Operations": [{"op": "add", "value": blank}]}).status == 400


def test_a_blank_value_that_was_stored_before_it_was_unique_can_stay(endpoint_of: EndpointOf):
    user = endpoint_of("").post("/Users", {"userName": "ann", "nickName": " "}).json["id"]
    api = endpoint_of('[users]\nunique = ["nickName"]')
    sent = {"Operations": [{"op": "replace", "path": "active", "value": False}]}
    assert api.patch(f"/Users/{user}", sent).json["nickName"] == " "
    assert api.put(f"/Users/{user}", {"userName": "ann", "nickName": " "}).status == 200


def test_unique_values_of_groups_are_unique_among_groups(endpoint_of: EndpointOf):
    api = endpoint_of('[groups]\nunique = ["externalId"]')
    assert api.post("/Groups", {"displayName": "Staff", "externalId": "1"}).status == 201
    reply = api.post("/Groups", {"displayName": "Crew", "externalId": "1"})
    assert (reply.status, reply.json["scimType"]) == (409, "uniqueness")
    assert "externalId" in reply.detail
    assert api.post("/Users", {"userName": "ann", "externalId": "1"}).status == 201


def test_schemas_tell_what_is_unique(endpoint_of: EndpointOf):
    described = endpoint_of(UNIQUE).get(f"/Schemas/{USER}").json["attributes"]
    by_name = {each["name"]: each for each in described}
    parts = {each["name"]: each["uniqueness"] for each in by_name["emails"]["subAttributes"]}
    assert by_name["nickName"]["uniqueness"] == "server"
    assert parts["value"] == "server"
    assert parts["display"] == by_name["title"]["uniqueness"] == "none"


# -- Served by key ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("toml", "scim_filter"),
    [
        (UNIQUE, 'nickName eq "AL"'),
        (UNIQUE, f'{NUMBER} eq "b7"'),
        (UNIQUE, 'emails.value eq "a@x" and active eq true'),
        (MATCHING, f'{NUMBER} eq "b7"'),
        (MATCHING, 'phoneNumbers[type eq "work" and value eq "1"]'),
        (MATCHING, 'title eq "DR"'),
        (MATCHING, 'title eq "x" or phoneNumbers.value eq "1"'),
    ],
)
def test_a_filter_on_such_an_attribute_reads_keys(
    endpoint_of: EndpointOf, records: Records, toml: str, scim_filter: str
):
    api = endpoint_of(toml + TEAM if "groups" in toml else toml)
    values = {
        "nickName": "Al",
        "title": "Dr",
        "active": True,
        "emails": [{"value": "a@x"}],
        "phoneNumbers": [{"value": "1", "type": "work"}],
        ENTERPRISE: {"employeeNumber": "B7"},
    }
    ann = api.post("/Users", {"userName": "ann", **values}).json["id"]
    api.post("/Users", {"userName": "bob"})
    assert found(api, "Users", scim_filter) == [ann]
    looked_up = scim_filter.count(" or ") + 1
    assert records.last()["dynamodb_calls"] == looked_up + 1


def test_a_filter_that_no_key_serves_is_told_those_that_do(endpoint_of: EndpointOf, monkeypatch: pytest.MonkeyPatch):
    from lambdas.store import limits

    monkeypatch.setattr(limits, "SCAN_PAGES", 0)
    api = endpoint_of(MATCHING + TEAM)
    api.post("/Users", {"userName": "ann"})
    reply = api.get("/Users?filter=" + quote('nickName eq "al"'))
    assert (reply.status, reply.json["scimType"]) == (400, "tooMany")
    assert all(each in reply.detail for each in ("title", "phoneNumbers.value", NUMBER, "userName"))


def test_look_ups_follow_every_change(endpoint_of: EndpointOf):
    api = endpoint_of(MATCHING + TEAM)
    user = api.post("/Users", {"userName": "ann", "title": "Dr"}).json["id"]
    other = api.post("/Users", {"userName": "bob", "title": "dr"}).json["id"]
    assert sorted(found(api, "Users", 'title eq "Dr"')) == sorted([user, other])
    api.patch(f"/Users/{user}", patch("title", "Sir"))
    assert (found(api, "Users", 'title eq "Dr"'), found(api, "Users", 'title eq "sir"')) == ([other], [user])
    api.delete(f"/Users/{other}")
    assert found(api, "Users", 'title eq "Dr"') == []


def test_groups_are_found_by_an_attribute_of_their_extension(endpoint_of: EndpointOf, records: Records):
    api = endpoint_of(MATCHING + TEAM)
    group = api.post("/Groups", {"displayName": "Staff", "urn:example:team": {"kind": "a"}}).json["id"]
    assert found(api, "Groups", 'urn:example:team:kind eq "A"') == [group]
    assert records.last()["dynamodb_calls"] == 2 + 1  # and the group's members


def test_addresses_that_become_unique_are_found_as_before_until_their_keys_are_built(endpoint_of: EndpointOf):
    ann = endpoint_of("").post("/Users", {"userName": "ann", "emails": [{"value": "a@x"}]}).json["id"]
    assert found(endpoint_of(UNIQUE), "Users", 'emails.value eq "a@x"') == [ann]


def test_a_user_with_more_values_than_the_file_now_has_keys_for_is_changed_and_deleted_all_the_same(
    endpoint_of: EndpointOf,
):
    emails = [{"value": f"{number}@x"} for number in range(44)]
    ann = endpoint_of("").post("/Users", {"userName": "ann", "emails": emails}).json["id"]
    api = endpoint_of(UNIQUE)
    assert api.patch(f"/Users/{ann}", patch("active", False)).status == 200
    reply = api.post("/Users", {"userName": "bob", "emails": [{"value": f"new{number}@x"} for number in range(44)]})
    assert (reply.status, reply.json["scimType"]) == (400, "invalidValue")
    assert "Send fewer values of emails.value" in reply.detail
    assert api.delete(f"/Users/{ann}").status == 204
