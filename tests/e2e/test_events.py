"""Change events of a deployed environment: from a request of an identity provider to a queue of the vendor's product."""

import json
import subprocess
import sys
import time
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import boto3
import jsonschema
import pytest
from botocore.exceptions import ClientError

from lambdas.environment.event_types import EventType
from lambdas.environment.file import Environment, load
from lambdas.eventing.schemas import schema_of
from lambdas.operations.permission_store import PermissionStore
from tests.e2e.endpoint import Endpoint
from tests.e2e.local_cloud import LocalCloud
from tests.e2e.queues import Queue, subscribing
from tests.e2e.test_simulate import own_directory, simulate

ENVIRONMENT = "forms-admin"
"""An environment whose file has `[events]`."""

USER = "urn:ietf:params:scim:schemas:core:2.0:User"
GROUP = "urn:ietf:params:scim:schemas:core:2.0:Group"
PATCH = "urn:ietf:params:scim:api:messages:2.0:PatchOp"


@pytest.fixture(scope="module")
def environment(deployed: Callable[[str], Endpoint]) -> Endpoint:
    return deployed(ENVIRONMENT)


@pytest.fixture(scope="module")
def settings() -> Environment:
    return load(ENVIRONMENT)


@pytest.fixture
def subscribe(environment: Endpoint) -> Iterator[Callable[..., Queue]]:
    """Subscribes a queue to the events of directories, as a product's own stack would."""
    with subscribing(environment) as subscribe:
        yield subscribe


def named(events: list[dict[str, Any]]) -> list[tuple[str, str]]:
    return [(each["detail-type"].rpartition(":event:")[2], each["resources"][0]) for each in events]


def changed(operation: dict[str, Any]) -> dict[str, Any]:
    return {"schemas": [PATCH], "Operations": [operation]}


def test_a_life_in_the_directory_arrives_at_the_products_queue(
    environment: Endpoint, settings: Environment, subscribe: Callable[..., Queue]
) -> None:
    directory = own_directory(environment, "events-life")
    queue = subscribe("events-life")
    permission = settings.permissions.sets[-1].id
    permissions = PermissionStore(environment.target().table(), "events-life")

    ada = directory.send("POST", "/Users", {"schemas": [USER], "userName": "ada@example.com", "active": True}).json[
        "id"
    ]
    group = directory.send("POST", "/Groups", {"schemas": [GROUP], "displayName": "Sales"}).json["id"]
    permissions.map_group(group, [permission])
    directory.send("PATCH", f"/Groups/{group}", changed({"op": "add", "path": "members", "value": [{"value": ada}]}))
    events = queue.wait_for(lambda each: each["detail-type"] == EventType.PERMISSIONS_CHANGED)
    directory.send("PATCH", f"/Users/{ada}", changed({"op": "replace", "path": "active", "value": False}))
    directory.send("PATCH", f"/Users/{ada}", changed({"op": "replace", "path": "active", "value": True}))
    directory.send("PATCH", f"/Groups/{group}", changed({"op": "replace", "path": "displayName", "value": "Field"}))
    permissions.unmap_group(group)
    assert directory.send("DELETE", f"/Groups/{group}").status == 204
    assert directory.send("DELETE", f"/Users/{ada}").status == 204

    events += queue.wait_for(
        lambda each: each["detail-type"].endswith("prov:delete") and "/Users/" in each["resources"][0]
    )
    events += queue.receive()
    for each in events:
        jsonschema.validate(each["detail"], schema_of(EventType(each["detail-type"])))
        assert each["source"] == f"scim.{ENVIRONMENT}"
        assert each["detail"]["iss"].startswith("http")
    user, group_path = f"events-life/Users/{ada}", f"events-life/Groups/{group}"
    assert {
        ("prov:create:notice", user),
        ("prov:create:notice", group_path),
        ("prov:patch:notice", group_path),
        ("prov:patch:notice", user),
        ("permissions:changed", user),
        ("prov:deactivate", user),
        ("prov:activate", user),
        ("prov:delete", group_path),
        ("prov:delete", user),
    } <= set(named(events))
    assert "ada@example.com" not in json.dumps(events)
    granted = [each["detail"]["events"] for each in events if each["detail-type"] == EventType.PERMISSIONS_CHANGED]
    assert any(permission in each[EventType.PERMISSIONS_CHANGED]["after"] for each in granted)


def test_a_provisioning_job_leaves_nothing_in_the_dead_letter_queue(
    environment: Endpoint, subscribe: Callable[..., Queue]
) -> None:
    directory = own_directory(environment, "events-job")
    queue = subscribe("events-job")
    status, result = simulate(directory, "--users", "25", "--groups", "3")
    assert (status, result["differences"]) == (0, [])
    present = {
        f"events-job/{kind}/{each['id']}"
        for kind in ("Users", "Groups")
        for each in directory.send("GET", f"/{kind}?count=1000&excludedAttributes=members").json["Resources"]
    }
    assert present
    queue.wait_until(
        lambda events: (
            present <= {each["resources"][0] for each in events if each["detail-type"] == EventType.CREATE_NOTICE}
        )
    )
    assert dead_letters(environment) == 0


def test_an_operator_sees_a_replay_in_the_tail_of_the_bus(environment: Endpoint, local_cloud: LocalCloud) -> None:
    directory = own_directory(environment, "events-replay")
    user = directory.send("POST", "/Users", {"schemas": [USER], "userName": "ada@example.com", "active": True}).json[
        "id"
    ]
    options = ["--environment", ENVIRONMENT, "--directory", "events-replay", "--output", "json"]
    command = local_cloud.command("--local", "events", "tail", "--for", "90s", "--count", "1", *options)
    with subprocess.Popen(
        command, env=local_cloud.variables, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as tail:
        assert tail.stderr is not None
        assert "Waiting" in tail.stderr.readline()
        replayed = local_cloud.scimctl_here("--local", "events", "replay", "--yes", *options)
        assert replayed.returncode == 0, replayed.stderr
        assert json.loads(replayed.stdout) == {"directory": "events-replay", "published": 1}
        shown, _ = tail.communicate(timeout=120)
    (event,) = map(json.loads, shown.splitlines())
    assert (event["sub_id"]["uri"], list(event["events"])) == (f"/Users/{user}", [EventType.FEED_ADD])
    rules = environment.client("events").list_rules(EventBusName=environment.state.outputs["EventBusName"])["Rules"]
    assert [each["Name"] for each in rules if each["Name"].startswith("scimctl-tail")] == []


@pytest.mark.full
def test_ten_thousand_users_leave_no_event_behind(environment: Endpoint, subscribe: Callable[..., Queue]) -> None:
    """It prints how long the creation takes, and how long after it the last event arrives."""
    directory = own_directory(environment, "events-many")
    queue = subscribe("events-many")
    number, size = 10_000, 100
    ids: set[str] = set()
    began = time.monotonic()
    with ThreadPoolExecutor(2) as pool:
        for created in pool.map(
            lambda start: create_users(directory, range(start, start + size)), range(0, number, size)
        ):
            ids.update(created)
    assert len(ids) == number
    seconds = time.monotonic() - began
    named: list[str] = []
    deadline = time.monotonic() + 600
    while len(set(named)) < number and time.monotonic() < deadline:
        named += [
            each["resources"][0].rpartition("/")[2]
            for each in queue.receive(1)
            if each["detail-type"] == EventType.CREATE_NOTICE
        ]
    lag = time.monotonic() - began - seconds
    sys.stdout.write(f"{number} users in {seconds:.0f} s; last event read {lag:.0f} s later; {len(named)} events.\n")
    assert set(named) == ids
    assert dead_letters(environment) == 0


def create_users(directory: Endpoint, numbers: Iterable[int]) -> list[str]:
    """Create users by bulk requests, retrying what the function had no time for, and return their ids."""
    waiting = {
        str(each): {
            "method": "POST",
            "path": "/Users",
            "bulkId": str(each),
            "data": {"schemas": [USER], "userName": f"user{each}@example.com", "active": True},
        }
        for each in numbers
    }
    created: list[str] = []
    while waiting:
        body = {
            "schemas": ["urn:ietf:params:scim:api:messages:2.0:BulkRequest"],
            "Operations": list(waiting.values()),
        }
        reply = directory.send("POST", "/Bulk", body, seconds=120)
        assert reply.status in (200, 429, 503), reply.content
        for each in reply.json["Operations"] if reply.status == 200 else ():
            assert each["status"] in ("201", "503"), each
            if each["status"] == "201":
                created.append(str(each["location"]).rpartition("/")[2])
                del waiting[each["bulkId"]]
    return created


def test_the_functions_role_publishes_on_its_bus_and_on_no_other(environment: Endpoint) -> None:
    """The local cloud enforces IAM: the same credentials are refused at another bus."""
    role = _function_role(environment)
    credentials = environment.client("sts").assume_role(RoleArn=role, RoleSessionName="test")["Credentials"]
    arguments = environment.state.client_arguments() | {
        "aws_access_key_id": credentials["AccessKeyId"],
        "aws_secret_access_key": credentials["SecretAccessKey"],
        "aws_session_token": credentials["SessionToken"],
    }
    client: Any = boto3.client("events", **arguments)  # type: ignore[call-overload]
    entry = {"Source": "scim.test", "DetailType": "test", "Detail": "{}"}
    own = client.put_events(Entries=[{**entry, "EventBusName": environment.state.outputs["EventBusName"]}])
    assert own["FailedEntryCount"] == 0
    with pytest.raises(ClientError, match="AccessDenied"):
        client.put_events(Entries=[{**entry, "EventBusName": "default"}])


def dead_letters(environment: Endpoint) -> int:
    """How many batches of the table's stream were set aside, over all functions that read it.

    Events that no webhook's receiver took are elsewhere: other tests have receivers that end.
    """
    sources = environment.client("lambda").get_paginator("list_event_source_mappings").paginate()
    table = environment.target().table_name
    arns = {
        source["DestinationConfig"]["OnFailure"]["Destination"]
        for page in sources
        for source in page["EventSourceMappings"]
        if f":table/{table}/" in source["EventSourceArn"]
    }
    assert len(arns) == 2, "of the functions changes and events"
    sqs = environment.client("sqs")
    found = 0
    for arn in arns:
        url = sqs.get_queue_url(QueueName=arn.rpartition(":")[2])["QueueUrl"]
        attributes = sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["ApproximateNumberOfMessages"])
        found += int(attributes["Attributes"]["ApproximateNumberOfMessages"])
    return found


def _function_role(environment: Endpoint) -> str:
    pages = environment.client("lambda").get_paginator("list_functions").paginate()
    functions = [each for page in pages for each in page["Functions"]]
    (role,) = {
        each["Role"]
        for each in functions
        if each["Handler"] == "lambdas.events.handler.handler" and f"scim-{ENVIRONMENT}" in each["FunctionName"]
    }
    return str(role)
