"""The events of changes: which there are, what each says, and what they never say. Every event is what its schema says."""

import json
from collections.abc import Callable
from typing import Any

import jsonschema
import pytest

from lambdas.environment.event_types import EventType
from lambdas.eventing.event import Event
from lambdas.eventing.schemas import schema_of
from lambdas.events import translation
from lambdas.store.sweeping import sweep_group
from lambdas.store.table import Table
from tests.storage.builders import GROUP, USER
from tests.storage.product import SOURCE, ProductDirectory
from tests.storage.seeding import seed_users

OBJECT_ID = "3b1f2a77-6f0c-4a06-9c1e-5d2b8a1c0e42"


@pytest.fixture
def acme(new_table: Callable[[], Table]) -> ProductDirectory:
    return ProductDirectory.on(new_table())


@pytest.fixture
def full(new_table: Callable[[], Table]) -> ProductDirectory:
    return ProductDirectory.on(new_table(), full=True)


def told(directory: ProductDirectory) -> list[tuple[str, str, dict[str, Any]]]:
    """What the events since the last call say: type without its prefix, resource, payload without its version."""
    found = []
    for event in directory.events():
        assert_valid(event)
        payload = {name: value for name, value in event.payload.items() if name != "version"}
        found.append((event.type.value.rpartition(":event:")[2], event.resource, payload))
    return found


def assert_valid(event: Event) -> None:
    claims = json.loads(json.dumps(event.claims(SOURCE)))
    jsonschema.validate(claims, schema_of(event.type), jsonschema.Draft202012Validator)


def change(directory: ProductDirectory, user: str, **values: Any) -> None:
    storage = directory.storage
    resource = storage.get(USER, user)
    for name, value in values.items():
        resource[name] = value
    storage.update(USER, resource)


def test_a_created_user_is_published_with_the_names_of_its_attributes_and_its_permission_sets(acme: ProductDirectory):
    ada = acme.user("ada@example.com", title="Engineer", externalId=OBJECT_ID)
    created, permissions = acme.events()
    assert created.claims(SOURCE) == {
        "jti": created.jti,
        "txn": created.txn,
        "iat": int(created.time.timestamp()),
        "iss": "https://scim.example.com/v2",
        "directory": "acme",
        "sub_id": {"format": "scim", "uri": f"/Users/{ada}", "externalId": OBJECT_ID},
        "version": 1,
        "events": {
            "urn:ietf:params:scim:event:prov:create:notice": {
                "attributes": ["externalId", "title", "userName"],
                "version": "1",
            }
        },
    }
    assert permissions.type is EventType.PERMISSIONS_CHANGED
    assert permissions.payload == {"before": [], "after": ["viewer"], "reasons": {"viewer": ["default"]}}
    assert permissions.txn == created.txn
    assert permissions.jti != created.jti
    for event in (created, permissions):
        assert_valid(event)


def test_a_changed_attribute_is_named_and_an_enabled_or_disabled_user_has_an_event_of_its_own(acme: ProductDirectory):
    ada = acme.user("ada", active=True)
    acme.events()
    change(acme, ada, title="Engineer")
    assert told(acme) == [("prov:patch:notice", f"acme/Users/{ada}", {"attributes": ["title"]})]

    change(acme, ada, active=False, title="None")
    assert told(acme) == [
        ("prov:deactivate", f"acme/Users/{ada}", {}),
        ("prov:patch:notice", f"acme/Users/{ada}", {"attributes": ["entitlements", "title"]}),
        ("permissions:changed", f"acme/Users/{ada}", {"before": ["viewer"], "after": [], "reasons": {}}),
    ]

    change(acme, ada, active=True)
    assert [each[0] for each in told(acme)] == ["prov:activate", "prov:patch:notice", "permissions:changed"]


def test_an_attribute_of_an_extension_is_named_with_its_urn(acme: ProductDirectory):
    enterprise = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User"
    core = "urn:ietf:params:scim:schemas:core:2.0:User"
    ada = acme.user("ada", **{"schemas": [core, enterprise], enterprise: {"department": "A"}, "active": True})
    acme.events()
    storage = acme.storage
    resource = storage.get(USER, ada)
    resource[f"{enterprise}:department"] = "B"
    storage.update(USER, resource)
    assert [each[2] for each in told(acme)] == [{"attributes": [f"{enterprise}:department"]}]


def test_members_who_join_and_leave_are_told_by_the_group_and_by_themselves(acme: ProductDirectory):
    ada = acme.user("ada")
    sales = acme.group("Sales")
    acme.permissions.map_group(sales, ["admin"])
    acme.events()

    acme.change(sales, add=[ada])
    by_resource = {each[1]: each[2] for each in told(acme) if each[0] == "prov:patch:notice"}
    assert by_resource == {
        f"acme/Groups/{sales}": {"attributes": ["members"]},
        f"acme/Users/{ada}": {"attributes": ["entitlements", "groups"]},
    }
    acme.change(sales, remove=[ada])
    (permissions,) = [each[2] for each in told(acme) if each[0] == "permissions:changed"]
    assert permissions == {"before": ["admin"], "after": ["viewer"], "reasons": {"viewer": ["default"]}}


def test_a_group_whose_members_change_many_times_in_a_batch_is_told_once_with_its_last_version(acme: ProductDirectory):
    users = [acme.user(f"user{number}") for number in range(3)]
    sales = acme.group("Sales")
    acme.events()
    for user in users:
        acme.change(sales, add=[user])
    (notice,) = [each for each in acme.events() if each.resource == f"acme/Groups/{sales}"]
    assert (notice.payload["attributes"], notice.version) == (["members"], 4)


def test_a_deletion_says_nothing_but_what_was_deleted(acme: ProductDirectory):
    ada = acme.user("ada")
    acme.events()
    acme.storage.delete(USER, ada)
    assert told(acme) == [("prov:delete", f"acme/Users/{ada}", {})]


def test_the_sweep_of_a_large_deleted_group_publishes_one_event_for_each_batch_and_none_for_each_member(
    acme: ProductDirectory,
):
    users = seed_users(acme, 230)
    sales = acme.group("Sales", *users)
    acme.permissions.map_group(sales, ["admin"])
    acme.events()
    acme.storage.delete(GROUP, sales)
    assert told(acme) == [("prov:delete", f"acme/Groups/{sales}", {})]

    sweep_group(acme.table, acme.id, sales)
    records = [each for each in acme.stream() if each["dynamodb"]["Keys"]["pk"]["S"] == "acme#USER"]
    assert len(records) == 230
    events = [event for start in range(0, 230, 100) for event in acme.translate(records[start : start + 100])]
    assert [each.resource for each in events] == [f"acme/Groups/{sales}"] * 3
    assert {each.payload["cause"] for each in events} == {"group-deleted"}
    assert events[0].payload["attributes"] == ["entitlements", "groups"]
    assert sorted(user for each in events for user in each.payload["users"]) == sorted(users)


def test_an_event_has_a_thousand_users_at_most():
    assert translation.USERS_IN_EVENT == 1_000


@pytest.mark.parametrize("most", [20, pytest.param(translation.USERS_IN_EVENT, marks=pytest.mark.full)])
def test_a_mapping_is_told_of_all_members_in_events_of_so_many(
    acme: ProductDirectory, monkeypatch: pytest.MonkeyPatch, most: int
):
    monkeypatch.setattr(translation, "USERS_IN_EVENT", most)
    users = seed_users(acme, most + 10)
    sales = acme.group("Sales")
    for start in range(0, len(users), 400):
        acme.change(sales, add=users[start : start + 400])
    acme.events()
    acme.permissions.map_group(sales, ["admin"])
    events = acme.events()
    assert [len(each.payload["users"]) for each in events] == [most, 10]
    assert sorted(user for each in events for user in each.payload["users"]) == sorted(users)
    assert len({each.jti for each in events}) == 2
    for each in events:
        assert_valid(each)
        assert (each.payload["cause"], each.payload["attributes"]) == ("mapping-changed", ["entitlements"])

    acme.permissions.unmap_group(sales)
    assert len(acme.events()) == 2


def test_a_renamed_group_is_told_with_its_members_who_show_its_name(acme: ProductDirectory):
    ada = acme.user("ada")
    sales = acme.group("Sales", ada)
    acme.events()
    storage = acme.storage
    head = storage.get_head(GROUP, sales)
    head["displayName"] = "Marketing"
    storage.update_group(GROUP, sales, head, None)
    assert told(acme) == [
        ("prov:patch:notice", f"acme/Groups/{sales}", {"attributes": ["displayName", "members"]}),
        (
            "members:affected",
            f"acme/Groups/{sales}",
            {"cause": "group-renamed", "attributes": ["groups"], "users": [ada]},
        ),
    ]


def test_what_an_operator_decides_about_a_user_is_told(acme: ProductDirectory):
    ada = acme.user("ada")
    acme.events()
    acme.permissions.assign(ada, ["editor"])
    assert [each[0] for each in told(acme)] == ["prov:patch:notice", "permissions:changed"]
    acme.permissions.set_login(ada, "built-in")
    login = "urn:ietf:params:scim:schemas:extension:serverless-scim:2.0:User:loginMethod"
    assert [each[2] for each in told(acme)] == [{"attributes": [login]}]


def test_a_record_that_is_read_again_has_the_same_events(acme: ProductDirectory):
    ada = acme.user("ada")
    acme.group("Sales", ada)
    records = acme.stream()
    first, second = (acme.translate(records) for _ in range(2))
    assert [each.claims(SOURCE) for each in first] == [each.claims(SOURCE) for each in second]
    assert len({each.jti for each in first}) == len(first)


def test_a_full_creation_and_change_have_their_data(full: ProductDirectory):
    ada = full.user("ada", title="Engineer", externalId="ada.l", active=True)
    created, *_ = full.events()
    assert created.type is EventType.CREATE_FULL
    assert created.subject["externalId"] == "ada.l"
    assert (created.payload["data"]["id"], created.payload["data"]["userName"]) == (ada, "ada")
    assert_valid(created)

    change(full, ada, title=None, displayName="Ada")
    (patched,) = full.events()
    assert patched.type is EventType.PATCH_FULL
    assert patched.payload["data"]["Operations"] == [
        {"op": "replace", "path": "displayName", "value": "Ada"},
        {"op": "remove", "path": "title"},
    ]
    assert_valid(patched)


@pytest.mark.parametrize(("is_full", "reason"), [(True, "mapped group Ada's team"), (False, "mapped group")])
def test_the_reason_for_a_permission_set_names_its_group_in_full_events_only(
    new_table: Callable[[], Table], is_full: bool, reason: str
):
    directory = ProductDirectory.on(new_table(), full=is_full)
    ada, team = directory.user("ada"), directory.group("Ada's team")
    directory.permissions.map_group(team, ["admin"])
    directory.events()
    directory.change(team, add=[ada])
    (permissions,) = [each for each in directory.events() if each.type is EventType.PERMISSIONS_CHANGED]
    assert permissions.payload["reasons"] == {"admin": [reason]}


def test_a_full_event_that_is_too_large_for_the_bus_is_a_notice(full: ProductDirectory):
    ada = full.user("ada", title="x" * 210_000)
    created, *_ = full.events()
    assert created.type is EventType.CREATE_NOTICE
    change(full, ada, title="y" * 210_000)
    assert [each.type for each in full.events()] == [EventType.PATCH_NOTICE]


def test_nothing_personal_is_in_a_notice(acme: ProductDirectory):
    personal = {
        "displayName": "Ada Lovelace",
        "externalId": "ada.lovelace",
        "title": "Countess",
        "emails": [{"value": "ada@home.example"}],
        "nickName": "Ada",
    }
    ada = acme.user("ada.lovelace@example.com", **personal)
    sales = acme.group("Sales", ada)
    change(acme, ada, title="Duchess", active=False)
    acme.change(sales, remove=[ada])
    acme.storage.delete(USER, ada)
    events = acme.events()
    assert len(events) > 5
    text = json.dumps([each.claims(SOURCE) for each in events]).lower()
    for value in ("ada", "lovelace", "countess", "duchess", "example.com/", "home.example"):
        assert value not in text.replace("scim.example.com/v2", "")
