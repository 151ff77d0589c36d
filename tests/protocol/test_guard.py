"""The guard against mass deprovisioning, by ``[guard]``, through the function: what counts, what is held, what is recorded."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from tests.protocol.client import Api
from tests.protocol.conftest import Records

EndpointOf = Callable[[str], Api]

PATCH = "urn:ietf:params:scim:api:messages:2.0:PatchOp"
REPORT = "[guard]\nusers = 3\npercent = 0"
HOLD = REPORT + '\naction = "hold"'


def patch(**values: Any) -> dict[str, Any]:
    operations = [{"op": "replace", "path": path, "value": value} for path, value in values.items()]
    return {"schemas": [PATCH], "Operations": operations}


DISABLE, ENABLE = patch(active=False), patch(active=True)


def users(api: Api, number: int) -> list[str]:
    """Create users, and return their paths."""
    return [f"/Users/{api.post('/Users', {'userName': f'user{each}'}).json['id']}" for each in range(number)]


def statuses(replies: list[Any]) -> list[int]:
    return [each.status for each in replies]


def test_beyond_the_limit_users_are_refused_with_the_reason_and_stay_as_they_are(endpoint_of: EndpointOf) -> None:
    api = endpoint_of(HOLD)
    paths = users(api, 5)
    replies = [api.patch(path, DISABLE) for path in paths]
    assert statuses(replies) == [200, 200, 200, 400, 400]
    assert (
        "4 users would be disabled, deleted or removed from groups with permissions within an hour, more than 3"
        in replies[3].detail
    )
    assert "ask the operator" in replies[3].detail
    assert [api.get(path).json["active"] for path in paths] == [False, False, False, True, True]


def test_a_refused_change_changes_nothing_else_of_the_request(endpoint_of: EndpointOf) -> None:
    api = endpoint_of(HOLD)
    paths = users(api, 4)
    replies = [api.patch(path, patch(active=False, title="Leaver")) for path in paths]
    assert statuses(replies) == [200, 200, 200, 400]
    assert "title" not in api.get(paths[3]).json


def test_deletions_and_replacements_count_too(endpoint_of: EndpointOf) -> None:
    api = endpoint_of(HOLD)
    paths = users(api, 5)
    assert api.delete(paths[0]).status == 204
    assert api.put(paths[1], {"userName": "user1", "active": False}).status == 200
    assert api.patch(paths[2], DISABLE).status == 200
    assert api.delete(paths[3]).status == 400
    assert api.put(paths[4], {"userName": "user4", "active": False}).status == 400
    assert (api.get(paths[3]).status, api.get(paths[4]).json["active"]) == (200, True)


def test_what_changes_nothing_and_other_changes_do_not_count(endpoint_of: EndpointOf) -> None:
    api = endpoint_of(HOLD)
    paths = users(api, 3)
    for _ in range(4):
        assert api.patch(paths[0], DISABLE).status == 200
        assert api.patch(paths[1], patch(title="Boss")).status == 200
        assert api.delete("/Users/8ca0a5b5-b626-4467-93e1-2a0cda85a644").status == 404
        assert api.patch(paths[2], ENABLE).status == 200
    assert api.patch(paths[1], DISABLE).status == 200
    assert api.patch(paths[2], DISABLE).status == 200


def test_where_a_deletion_disables_a_user_that_is_disabled_already_does_not_count(endpoint_of: EndpointOf) -> None:
    api = endpoint_of(HOLD + '\n[users.deprovisioning]\ndeleted = "disable"')
    paths = users(api, 4)
    for _ in range(3):
        assert api.delete(paths[0]).status == 204
    assert statuses([api.delete(path) for path in paths[1:]]) == [204, 204, 400]


def test_operations_of_a_bulk_request_are_held_each_by_itself(endpoint_of: EndpointOf) -> None:
    api = endpoint_of(HOLD)
    paths = users(api, 5)
    operations = [{"method": "PATCH", "path": path, "data": DISABLE} for path in paths]
    schema = "urn:ietf:params:scim:api:messages:2.0:BulkRequest"
    reply = api.post("/Bulk", {"schemas": [schema], "Operations": operations})
    assert [each["status"] for each in reply.json["Operations"]] == ["200", "200", "200", "400", "400"]


def test_a_bulk_request_that_repeats_a_held_operation_is_held_each_time(endpoint_of: EndpointOf) -> None:
    api = endpoint_of(HOLD)
    paths = users(api, 5)
    for path in paths[:3]:
        api.patch(path, DISABLE)
    operations = [{"method": "DELETE", "path": paths[3]}, {"method": "PATCH", "path": paths[3], "data": DISABLE}] * 2
    schema = "urn:ietf:params:scim:api:messages:2.0:BulkRequest"
    reply = api.post("/Bulk", {"schemas": [schema], "Operations": operations})
    assert [each["status"] for each in reply.json["Operations"]] == ["400"] * 4
    assert api.get(paths[3]).json["active"] is True


def test_what_exceeds_the_limit_is_recorded_once_and_raises_the_metric(
    endpoint_of: EndpointOf, records: Records
) -> None:
    api = endpoint_of(REPORT)
    paths = users(api, 6)
    assert statuses([api.patch(path, DISABLE) for path in paths]) == [200] * 6
    (record,) = [each for each in records.new() if each["event"] == "scim.guard"]
    assert (record["connection"], record["directory"]) == (api.connection, api.directory)
    assert (record["users"], record["limit"], record["held"], record["mass_deprovisioning"]) == (4, 3, False, 1)
    (metrics,) = record["_aws"]["CloudWatchMetrics"]
    assert [each["Name"] for each in metrics["Metrics"]] == ["mass_deprovisioning"]


def test_a_held_user_leaves_both_records(endpoint_of: EndpointOf, records: Records) -> None:
    api = endpoint_of(HOLD)
    for path in users(api, 4):
        api.patch(path, DISABLE)
    seen = records.new()
    (guard,) = [each for each in seen if each["event"] == "scim.guard"]
    (refused,) = [each for each in seen if each.get("status") == 400]
    assert guard["held"] is True
    assert refused["request_id"] == guard["request_id"]
    assert "more than 3" in refused["detail"]


@pytest.mark.parametrize(("toml", "calls", "units"), [("", 2, 0.0), (REPORT, 3, 1.0)])
def test_a_disabled_user_costs_one_call_and_one_unit_more_and_nothing_without_the_table(
    endpoint_of: EndpointOf, records: Records, toml: str, calls: int, units: float
) -> None:
    api = endpoint_of(toml)
    (path,) = users(api, 1)
    api.patch(path, patch(title="Boss"))
    api.patch(path, DISABLE)
    usual, disabled = records.new()[-2:]
    assert usual["dynamodb_calls"] == 2
    assert disabled["dynamodb_calls"] == calls
    assert disabled["write_units"] - usual["write_units"] == units


def test_parallel_requests_disable_no_more_than_the_limit(endpoint_of: EndpointOf) -> None:
    processes = [endpoint_of(HOLD) for _ in range(4)]
    paths = users(processes[0], 12)

    def disable(number: int) -> list[int]:
        return [processes[number].patch(path, DISABLE).status for path in paths[number::4]]

    with ThreadPoolExecutor(4) as pool:
        replies = [status for each in pool.map(disable, range(4)) for status in each]
    assert sorted(replies) == [200] * 3 + [400] * 9
    assert sum(processes[0].get(path).json["active"] is False for path in paths) == 3
