"""A deployed environment holds a mass deprovisioning, and its watch reports a stall: as events on the bus, with IAM enforced."""

import json
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import jsonschema
import pytest

from lambdas.environment.event_types import EventType
from lambdas.eventing.schemas import schema_of
from lambdas.operations.permission_store import PermissionStore
from lambdas.store import keys
from tests.e2e.endpoint import Endpoint, now
from tests.e2e.local_cloud import LocalCloud
from tests.e2e.queues import Queue, subscribing
from tests.e2e.test_events import ENVIRONMENT, GROUP, USER, changed, create_users
from tests.e2e.test_simulate import own_directory

LIMIT = 200
"""The users of `[guard]` in the environment's file, which is more than 5 % of a small directory."""


@pytest.fixture(scope="module")
def environment(deployed: Callable[[str], Endpoint]) -> Endpoint:
    return deployed(ENVIRONMENT)


@pytest.fixture
def subscribe(environment: Endpoint) -> Iterator[Callable[..., Queue]]:
    with subscribing(environment) as subscribe:
        yield subscribe


def disable(directory: Endpoint, user: str) -> int:
    data = changed({"op": "replace", "path": "active", "value": False})
    return directory.send("PATCH", f"/Users/{user}", data).status


def received(queue: Queue, *kinds: EventType) -> list[dict[str, Any]]:
    """The events that arrive until there is one of each of these types, in whatever order."""
    events: list[dict[str, Any]] = []
    for kind in kinds:
        if not any(each["detail-type"] == kind for each in events):
            events += queue.wait_for(lambda each, kind=kind: each["detail-type"] == kind)
    return events


def about(events: list[dict[str, Any]], kind: EventType) -> list[dict[str, Any]]:
    """The claims of the events of a type, each valid by its schema."""
    found = [each["detail"] for each in events if each["detail-type"] == kind]
    for each in found:
        jsonschema.validate(each, schema_of(kind), jsonschema.Draft202012Validator)
    return found


def test_a_mass_deprovisioning_is_held_reported_and_released(
    environment: Endpoint, local_cloud: LocalCloud, subscribe: Callable[..., Queue]
) -> None:
    directory = own_directory(environment, "guard-held")
    connection = directory.tenant_url.rpartition("/")[2]
    queue = subscribe("guard-held")
    ids = create_users(directory, range(LIMIT + 1))
    members = [{"value": each} for each in ids]
    group = directory.send("POST", "/Groups", {"schemas": [GROUP], "displayName": "All", "members": members}).json["id"]
    PermissionStore(environment.target().table(), "guard-held").map_group(group, ["forms.view"])

    assert disable(directory, ids[0]) == 200, "a single leaver passes"
    refused = directory.send("DELETE", f"/Groups/{group}")
    assert refused.status == 400
    assert "ask the operator of this service to release it" in refused.json["detail"]
    assert disable(directory, ids[1]) == 400, "what follows within the hour is held too"

    events = queue.wait_for(lambda each: each["detail-type"] == EventType.DEPROVISIONING_HELD)
    (held,) = about([*events, *queue.receive()], EventType.DEPROVISIONING_HELD)
    assert held["events"][EventType.DEPROVISIONING_HELD] == {"count": LIMIT + 2, "limit": LIMIT}
    assert held["sub_id"]["id"] == connection

    def guard(*arguments: str) -> Any:
        options = ["--environment", ENVIRONMENT, "--output", "json"]
        done = local_cloud.scimctl("--local", "guard", *arguments, *options)
        assert done.returncode == 0, done.stdout + done.stderr
        return json.loads(done.stdout)

    states = {each["connection"]: each["state"] for each in guard("show")["connections"]}
    assert states[connection] == "held"
    guard("release", connection, "--for", "10m", "--yes")
    assert disable(directory, ids[1]) == 200
    assert directory.send("DELETE", f"/Groups/{group}").status == 204


def test_a_stall_its_end_and_a_failing_user_are_events(environment: Endpoint, subscribe: Callable[..., Queue]) -> None:
    silent, failing = (own_directory(environment, each) for each in ("watch-silent", "watch-failing"))
    queue = subscribe("watch-silent", "watch-failing")
    token = keys.key_of(keys.token(silent.token.split("_")[1]))
    last = (datetime.now(UTC) - timedelta(hours=10)).replace(microsecond=0)
    use = {":last": {"S": last.isoformat()}}
    environment.target().table().update(
        {"Key": token, "UpdateExpression": "SET last_used = :last", "ExpressionAttributeValues": use}
    )
    began = now()
    ada = {"schemas": [USER], "userName": "ada@example.com", "active": True}
    replies = [failing.send("POST", "/Users", {**ada, "externalId": f"attempt {each}"}) for each in range(4)]
    assert [each.status for each in replies] == [201, 409, 409, 409]
    failing.wait_for_record(lambda each: each.get("external_id") == "attempt 3", began)

    run_watch(environment)
    events = received(queue, EventType.PROVISIONING_STALLED, EventType.PROVISIONING_FAILING)
    (stalled,) = about(events, EventType.PROVISIONING_STALLED)
    assert stalled["events"][EventType.PROVISIONING_STALLED]["last_request"] == last.isoformat()
    (user,) = about(events, EventType.PROVISIONING_FAILING)
    assert user["events"][EventType.PROVISIONING_FAILING] == {"failures": 3, "scim_type": "uniqueness"}
    assert "ada" not in json.dumps(user)

    assert silent.send("GET", "/Users?count=0").status == 200
    run_watch(environment)
    events = received(queue, EventType.PROVISIONING_RESUMED)
    (resumed,) = about(events, EventType.PROVISIONING_RESUMED)
    assert resumed["events"][EventType.PROVISIONING_RESUMED] == {"stalled_since": last.isoformat()}


def run_watch(environment: Endpoint) -> None:
    """Call the watch as its schedule does."""
    functions = environment.client("lambda")
    pages = functions.get_paginator("list_functions").paginate()
    (name,) = {
        each["FunctionName"]
        for page in pages
        for each in page["Functions"]
        if each["Handler"] == "lambdas.watch.handler.handler" and f"scim-{ENVIRONMENT}" in each["FunctionName"]
    }
    answer = functions.invoke(FunctionName=name, Payload=b"{}")
    assert "FunctionError" not in answer, answer["Payload"].read()
