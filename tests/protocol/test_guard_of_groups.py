"""The guard against mass deprovisioning, by ``[guard]``: users emptied out of groups that give them permission sets."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import pytest

from lambdas.operations.permission_store import PermissionStore
from tests.protocol.client import Api, Reply
from tests.protocol.conftest import Records
from tests.protocol.entitled import group, patch, permissions, sets_of, user

EndpointOf = Callable[[str], Api]

REPORT = "\n[guard]\nusers = 3\npercent = 0\n"
HOLD = REPORT + 'action = "hold"\n'
NOBODY = "8ca0a5b5-b626-4467-93e1-2a0cda85a644"
BULK = "urn:ietf:params:scim:api:messages:2.0:BulkRequest"


def mapped(api: Api, decisions: PermissionStore, number: int, *sets: str) -> tuple[str, list[str]]:
    """Create users and a group of them that an operator maps to permission sets; return the ids."""
    members = [user(api, f"user{each}") for each in range(number)]
    found = group(api, "Sales", *members)
    if sets:
        decisions.map_group(found, sets)
    return found, members


def remove(api: Api, group_id: str, *members: str) -> Reply:
    value = [{"value": each} for each in members]
    return patch(api, f"/Groups/{group_id}", {"op": "remove", "path": "members", "value": value})


def left(api: Api, group_id: str) -> int:
    return len(api.get(f"/Groups/{group_id}").json.get("members", []))


def disable(api: Api, user_id: str) -> Reply:
    return patch(api, f"/Users/{user_id}", {"op": "replace", "path": "active", "value": False})


def test_members_who_leave_a_mapped_group_count_and_beyond_the_limit_stay_members(
    endpoint_of: EndpointOf, decisions: PermissionStore
):
    api = endpoint_of(permissions("groups") + HOLD)
    sales, members = mapped(api, decisions, 5, "admin")
    replies = [remove(api, sales, each) for each in members]
    assert [each.status for each in replies] == [204, 204, 204, 400, 400]
    assert "removed from groups with permissions within an hour, more than 3" in replies[3].detail
    assert "ask the operator" in replies[3].detail
    assert [sets_of(api, each) for each in members] == [[], [], [], ["admin"], ["admin"]]


@pytest.mark.parametrize("way", ["remove all", "replace", "put", "one by one", "delete", "filter"])
def test_a_request_that_empties_a_mapped_group_is_refused_as_a_whole(
    endpoint_of: EndpointOf, decisions: PermissionStore, way: str
):
    api = endpoint_of(permissions("groups") + HOLD)
    sales, members = mapped(api, decisions, 4, "admin")
    path = f"/Groups/{sales}"
    match way:
        case "remove all":
            reply = patch(api, path, {"op": "remove", "path": "members"})
        case "replace":
            reply = patch(api, path, {"op": "replace", "path": "members", "value": []})
        case "put":
            reply = api.put(path, {"displayName": "Renamed", "members": []})
        case "one by one":
            filters = [f'members[value eq "{each}"]' for each in members]
            reply = patch(api, path, *({"op": "remove", "path": each} for each in filters))
        case "filter":
            reply = patch(api, path, {"op": "remove", "path": 'members[type eq "User"]'})
        case _:
            reply = api.delete(path)
    assert reply.status == 400, reply.json
    assert "4 users would be" in reply.detail
    assert left(api, sales) == 4
    assert api.get(path).json["displayName"] == "Sales"


def test_what_changes_nothing_does_not_count(endpoint_of: EndpointOf, decisions: PermissionStore):
    api = endpoint_of(permissions("groups") + HOLD)
    sales, members = mapped(api, decisions, 4, "admin")
    strangers = [user(api, f"stranger{each}") for each in range(4)]
    assert remove(api, sales, *strangers).status == 204
    for _ in range(3):
        assert remove(api, sales, members[0]).status == 204
        assert api.put(
            f"/Groups/{sales}", {"displayName": "Sales", "members": [{"value": each} for each in members[1:]]}
        )
        assert remove(api, sales, NOBODY).status == 204
    assert remove(api, sales, *members[1:3]).status == 204
    assert remove(api, sales, members[3]).status == 400


def test_a_disabled_user_has_no_permission_sets_to_lose(endpoint_of: EndpointOf, decisions: PermissionStore):
    api = endpoint_of(permissions("groups") + HOLD)
    sales, members = mapped(api, decisions, 4, "admin")
    for each in members[:3]:
        assert disable(api, each).status == 200
        assert remove(api, sales, each).status == 204
    assert remove(api, sales, members[3]).status == 400, "disabled users and members are one count"


def test_groups_that_give_no_permission_set_are_not_counted(endpoint_of: EndpointOf, decisions: PermissionStore):
    api = endpoint_of(permissions("groups") + HOLD)
    plain, members = mapped(api, decisions, 5)
    assert remove(api, plain, *members[1:]).status == 204
    assert api.delete(f"/Groups/{plain}").status == 204
    other = group(api, "Other", *members)
    decisions.map_group(other, ["admin"])
    undeclared = endpoint_of(permissions("groups").replace('id = "admin"', 'id = "boss"') + HOLD)
    assert remove(undeclared, other, *members).status == 204


def test_system_groups_give_a_permission_set_without_a_mapping(endpoint_of: EndpointOf):
    api = endpoint_of(permissions("system-groups") + HOLD)
    members = [user(api, f"user{each}") for each in range(4)]
    (admins,) = api.get('/Groups?filter=displayName+eq+"Administrator"').json["Resources"]
    added = {"op": "add", "path": "members", "value": [{"value": each} for each in members]}
    assert patch(api, f"/Groups/{admins['id']}", added).status == 204
    assert remove(api, admins["id"], *members).status == 400
    assert remove(api, admins["id"], members[0]).status == 400, "held users count too"
    assert sets_of(api, members[0]) == ["admin"]


def test_a_nested_group_that_leaves_is_no_user(endpoint_of: EndpointOf, decisions: PermissionStore):
    api = endpoint_of(permissions("groups") + HOLD)
    nested = [group(api, f"Nested {each}") for each in range(4)]
    sales = group(api, "Sales", *nested)
    decisions.map_group(sales, ["admin"])
    assert remove(api, sales, *nested[:2]).status == 204
    assert api.delete(f"/Groups/{sales}").status == 204


def test_a_deletion_is_held_for_its_users_however_many_groups_are_members_too(
    endpoint_of: EndpointOf, decisions: PermissionStore
):
    api = endpoint_of(permissions("groups") + HOLD)
    nested = [group(api, f"Nested {each}") for each in range(16)]
    sales = group(api, "Sales", *nested, *(user(api, f"user{each}") for each in range(4)))
    decisions.map_group(sales, ["admin"])
    reply = api.delete(f"/Groups/{sales}")
    assert reply.status == 400
    assert "4 users would be" in reply.detail
    assert left(api, sales) == 20


def test_each_operation_of_a_bulk_request_is_held_by_itself_and_counts_once(
    endpoint_of: EndpointOf, decisions: PermissionStore, records: Records
):
    api = endpoint_of(permissions("groups") + HOLD)
    sales, members = mapped(api, decisions, 5, "admin")
    data = [
        {
            "schemas": ["urn:ietf:params:scim:api:messages:2.0:PatchOp"],
            "Operations": [{"op": "remove", "path": f'members[value eq "{each}"]'}],
        }
        for each in members
    ]
    operations = [{"method": "PATCH", "path": f"/Groups/{sales}", "data": each} for each in [*data, data[3]]]
    reply = api.post("/Bulk", {"schemas": [BULK], "Operations": operations})
    assert [each["status"] for each in reply.json["Operations"]] == ["200"] * 3 + ["400"] * 3
    (record,) = [each for each in records.new() if each["event"] == "scim.guard"]
    assert (record["users"], record["limit"], record["held"]) == (4, 3, True)


def refusal(ids: list[str]) -> list[dict[str, object]]:
    """Return the operations of a PATCH that removes members and adds one that does not exist, and is refused for it."""
    return [
        {"op": "remove", "path": "members", "value": [{"value": each} for each in ids]},
        {"op": "add", "path": "members", "value": [{"value": NOBODY}]},
    ]


@pytest.mark.parametrize("way", ["put", "patch"])
def test_members_of_a_change_that_is_refused_for_another_reason_do_not_count(
    endpoint_of: EndpointOf, decisions: PermissionStore, way: str
):
    api = endpoint_of(permissions("groups") + HOLD)
    sales, members = mapped(api, decisions, 4, "admin")
    stays = [{"value": each} for each in (members[3], NOBODY)]
    for _ in range(2):
        if way == "put":
            reply = api.put(f"/Groups/{sales}", {"displayName": "Sales", "members": stays})
        else:
            reply = patch(api, f"/Groups/{sales}", *refusal(members[:3]))
        assert reply.status == 400
        assert f'no User or Group of this directory has the id "{NOBODY}"' in reply.detail
    assert remove(api, sales, *members[:3]).status == 204
    assert remove(api, sales, members[3]).status == 400


def test_members_whom_an_earlier_operation_of_a_bulk_request_removed_count_though_a_later_one_is_refused(
    endpoint_of: EndpointOf, decisions: PermissionStore
):
    api = endpoint_of(permissions("groups") + HOLD)
    sales, members = mapped(api, decisions, 4, "admin")
    value = [{"value": each} for each in members[:3]]
    steps = [
        [{"op": "remove", "path": "members", "value": value}],
        [{"op": "add", "path": "members", "value": value}],
        refusal(members[:3]),
    ]
    schemas = ["urn:ietf:params:scim:api:messages:2.0:PatchOp"]
    operations = [
        {"method": "PATCH", "path": f"/Groups/{sales}", "data": {"schemas": schemas, "Operations": each}}
        for each in steps
    ]
    reply = api.post("/Bulk", {"schemas": [BULK], "Operations": operations})
    assert [each["status"] for each in reply.json["Operations"]] == ["200", "200", "400"]
    assert remove(api, sales, members[3]).status == 400


def test_the_retry_of_a_change_that_ran_out_of_time_counts_only_what_was_left_to_do(
    endpoint_of: EndpointOf, decisions: PermissionStore, monkeypatch: pytest.MonkeyPatch
):
    api = endpoint_of(permissions("groups") + HOLD.replace("users = 3", "users = 50"))
    sales, members = mapped(api, decisions, 51, "admin")
    with monkeypatch.context() as patched:
        patched.setattr("lambdas.store.group_updates.time_is_up", lambda: True)
        assert remove(api, sales, *members[:50]).status == 503
    assert left(api, sales) == 6
    assert remove(api, sales, *members[:50]).status == 204
    assert left(api, sales) == 1
    assert remove(api, sales, members[50]).status == 400


def test_what_is_only_reported_is_done(endpoint_of: EndpointOf, decisions: PermissionStore, records: Records):
    api = endpoint_of(permissions("groups") + REPORT)
    sales, members = mapped(api, decisions, 5, "admin")
    assert remove(api, sales, *members[1:]).status == 204
    assert api.delete(f"/Groups/{sales}").status == 204
    (record,) = [each for each in records.new() if each["event"] == "scim.guard"]
    assert (record["users"], record["limit"], record["held"]) == (4, 3, False)
    assert sets_of(api, members[0]) == []


GUARDED_CALLS = {"": 0, REPORT: 2}


@pytest.mark.parametrize("toml", GUARDED_CALLS)
def test_members_who_leave_a_mapped_group_cost_one_read_and_one_counter_more(
    endpoint_of: EndpointOf, decisions: PermissionStore, records: Records, toml: str
):
    api = endpoint_of(permissions("groups") + toml)
    sales, members = mapped(api, decisions, 3, "admin")
    remove(api, sales, *members)
    removed = records.last()
    assert removed["dynamodb_calls"] == 1 + GUARDED_CALLS[toml]
    plain, _ = group(api, "Plain", *members), records.new()
    remove(api, plain, *members)
    unmapped = records.last()
    assert unmapped["dynamodb_calls"] == 1 + (1 if toml else 0)
    assert removed["write_units"] - unmapped["write_units"] == (1.0 if toml else 0.0), (
        "one item, one unit, for all members"
    )


@pytest.mark.parametrize("toml", ["", REPORT])
def test_members_who_join_cost_nothing_more(
    endpoint_of: EndpointOf, decisions: PermissionStore, records: Records, toml: str
):
    api = endpoint_of(permissions("groups") + toml)
    sales, _ = mapped(api, decisions, 0, "admin")
    ada = user(api)
    added = {"op": "add", "path": "members", "value": [{"value": ada}]}
    assert patch(api, f"/Groups/{sales}", added).status == 204
    assert records.last()["dynamodb_calls"] == 1


def test_of_a_deleted_group_no_more_users_are_counted_than_exceed_the_limit(
    endpoint_of: EndpointOf, decisions: PermissionStore, records: Records
):
    api = endpoint_of(permissions("groups") + REPORT)
    sales, _ = mapped(api, decisions, 30, "admin")
    plain = group(api, "Plain", *[each["id"] for each in api.get("/Users?count=30").json["Resources"]])
    records.new()
    assert api.delete(f"/Groups/{plain}").status == 204
    usual = records.last()
    assert api.delete(f"/Groups/{sales}").status == 204
    seen = records.new()
    (guard,) = [each for each in seen if each["event"] == "scim.guard"]
    assert (guard["users"], guard["limit"]) == (4, 3)
    deleted = next(each for each in seen if each["event"] == "scim.request")
    assert usual["dynamodb_calls"] == 3, "its own two, and one look at the mapping"
    assert deleted["dynamodb_calls"] == 3 + 3, "its members, the counter, and the mark that the limit is exceeded"
    assert deleted["read_units"] - usual["read_units"] <= 2.0


def test_more_members_than_one_read_looks_up_count_as_they_leave(
    endpoint_of: EndpointOf, decisions: PermissionStore, records: Records, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr("lambdas.store.group_guard.MAX_BATCH_KEYS", 45)
    api = endpoint_of(permissions("groups") + REPORT)
    sales, members = mapped(api, decisions, 46, "admin")
    strangers = [user(api, f"stranger{each}") for each in range(2)]
    assert remove(api, sales, *members, *strangers).status == 204
    (guard,) = [each for each in records.new() if each["event"] == "scim.guard"]
    assert guard["users"] == 46


def test_nested_groups_do_not_count_where_more_leave_than_one_read_looks_up(
    endpoint_of: EndpointOf, decisions: PermissionStore, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr("lambdas.store.group_guard.MAX_BATCH_KEYS", 45)
    api = endpoint_of(permissions("groups") + HOLD)
    nested = [group(api, f"Nested {each}") for each in range(46)]
    ada, ben = user(api, "ada"), user(api, "ben")
    sales = group(api, "Sales", *nested, ada, ben)
    decisions.map_group(sales, ["admin"])
    assert remove(api, sales, *nested, ada).status == 204
    assert left(api, sales) == 1
    assert sets_of(api, ben) == ["admin"]


def test_parallel_requests_remove_no_more_than_the_limit(endpoint_of: EndpointOf, decisions: PermissionStore):
    processes = [endpoint_of(permissions("groups") + HOLD) for _ in range(4)]
    sales, members = mapped(processes[0], decisions, 12, "admin")

    def empty(number: int) -> list[int]:
        return [remove(processes[number], sales, each).status for each in members[number::4]]

    with ThreadPoolExecutor(4) as pool:
        replies = [status for each in pool.map(empty, range(4)) for status in each]
    assert sorted(replies) == [204] * 3 + [400] * 9
    assert left(processes[0], sales) == 9
