"""The local cloud as an operator runs it: up, down, restart, crash, interruption, and what is said when it cannot be."""

import json
import os
import re
import signal
import socket
import stat
import subprocess
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import boto3
import pytest
from botocore.exceptions import ClientError

from lambdas.store import keys
from scimctl import local_state as state
from scimctl.local import processes
from scimctl.local.cloud import start as start_cloud
from tests.e2e.endpoint import Endpoint, now
from tests.e2e.local_cloud import COMMAND_SECONDS, LocalCloud, copy_checkout, free_port

USER = "urn:ietf:params:scim:schemas:core:2.0:User"
GROUP = "urn:ietf:params:scim:schemas:core:2.0:Group"
NOT_RUNNING = 3


def create_user(endpoint: Endpoint, name: str) -> str:
    reply = endpoint.send("POST", "/Users", {"schemas": [USER], "userName": name})
    assert reply.status == 201, reply.content
    return str(reply.json["id"])


def create_group(endpoint: Endpoint, name: str, *members: str) -> str:
    body = {"schemas": [GROUP], "displayName": name, "members": [{"value": member} for member in members]}
    reply = endpoint.send("POST", "/Groups", body)
    assert reply.status == 201, reply.content
    return str(reply.json["id"])


def everything(endpoint: Endpoint) -> dict[str, Any]:
    """Every user and group by id, as read by list, without what holds the address."""
    found = {}
    for path in ("/Users?count=200", "/Groups?count=200"):
        for resource in endpoint.send("GET", path).json["Resources"]:
            resource["meta"].pop("location")
            for reference in (*resource.get("groups", []), *resource.get("members", [])):
                reference.pop("$ref", None)
            found[resource["id"]] = resource
    return found


@contextmanager
def foreground(cloud: LocalCloud, until: str) -> Iterator["subprocess.Popen[str]"]:
    """`scimctl local up` without `--detach`, from the moment that it has printed `until`."""
    command = cloud.command("local", "up", "--port", str(cloud.port))
    process = subprocess.Popen(
        command,
        env=cloud.variables,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        start_new_session=True,
    )
    assert process.stdout is not None
    overdue = threading.Timer(COMMAND_SECONDS, process.terminate)  # not kill: it is to stop what it started
    overdue.start()
    try:
        read_until(process, until)
        yield process
    finally:
        overdue.cancel()
        if process.poll() is None:
            process.terminate()
        process.stdout.read()
        process.wait()
        process.stdout.close()


def read_until(process: "subprocess.Popen[str]", text: str) -> str:
    """Read what a command prints up to the line that holds a text."""
    assert process.stdout is not None
    lines = []
    for line in process.stdout:
        lines.append(line)
        if text in line:
            return "".join(lines)
    raise AssertionError(f"it ended without {text!r}:\n{''.join(lines)}")


def wait_for(happened: Callable[[], bool], seconds: float = 20) -> None:
    deadline = time.monotonic() + seconds
    while not happened():
        assert time.monotonic() < deadline, "it did not happen"
        time.sleep(0.1)


class TestARunningOne:
    """The one that all tests share; nothing here changes it."""

    def test_up_again_changes_nothing_and_succeeds(self, local_cloud: LocalCloud) -> None:
        before = state.read_process(local_cloud.directory)
        again = local_cloud.up()
        assert again.returncode == 0
        assert "already running" in again.stderr
        assert f"running on port {local_cloud.port}" in again.stdout
        assert state.read_process(local_cloud.directory) == before

    def test_up_on_another_port_is_refused(self, local_cloud: LocalCloud) -> None:
        other = LocalCloud(local_cloud.directory, free_port()).up()
        assert other.returncode == 1
        assert f"already runs on port {local_cloud.port}, not" in other.stderr

    def test_a_second_one_on_the_same_port_is_told_who_has_it(self, local_cloud: LocalCloud, tmp_path: Path) -> None:
        second = LocalCloud(tmp_path / ".local", local_cloud.port)
        refused = second.up()
        assert refused.returncode == 1
        assert re.search(rf"Port {local_cloud.port} of 127\.0\.0\.1 is already used by .*ministack", refused.stderr)
        assert re.search(r"--port \d+", refused.stderr)
        assert "Traceback" not in refused.stderr
        assert second.processes() == []

    def test_it_listens_on_this_machine_only(self, local_cloud: LocalCloud) -> None:
        process = state.read_process(local_cloud.directory)
        assert process is not None
        assert processes.holder_of_port(local_cloud.port) == processes.find(process.pid)
        addresses = [address for *_, address in socket.getaddrinfo(socket.gethostname(), local_cloud.port)]
        outside = {address[0] for address in addresses if not address[0].startswith("127.") and address[0] != "::1"}
        for address in outside:
            with pytest.raises(OSError, match=r"refused|unreachable|timed out"):
                socket.create_connection((address, local_cloud.port), timeout=2)

    def test_it_refuses_who_has_no_right(self, endpoint: Endpoint) -> None:
        stranger = endpoint.state.client_arguments() | {"aws_access_key_id": "AKIAIOSFODNN7EXAMPLE"}
        with pytest.raises(ClientError, match=r"UnrecognizedClientException|AccessDenied"):
            boto3.client("dynamodb", **stranger).list_tables()

    def test_status_tells_programs_what_people_see_and_no_secret(
        self, endpoint: Endpoint, local_cloud: LocalCloud
    ) -> None:
        output = json.loads(local_cloud.scimctl_here("local", "status", "--output", "json").stdout)
        assert (output["running"], output["healthy"], output["port"]) == (True, True, local_cloud.port)
        assert output["tenant_url"] == endpoint.tenant_url
        assert output["table"] == endpoint.state.outputs["TableName"]
        assert isinstance(output["users"], int)
        assert endpoint.token not in json.dumps(output)

    def test_the_next_steps_work_as_they_are_printed(self, endpoint: Endpoint, local_cloud: LocalCloud) -> None:
        output = local_cloud.scimctl_here("local", "status", "--next-steps").stdout
        curl = re.search(r"curl .*\\\n.*", output)
        assert curl is not None
        shell = ["/bin/sh", "-c", f"{curl[0]} -s"]
        answer = subprocess.run(shell, capture_output=True, text=True, check=True).stdout
        assert json.loads(answer)["schemas"] == ["urn:ietf:params:scim:api:messages:2.0:ListResponse"]

    def test_the_connection_is_for_its_owner_only(self, endpoint: Endpoint, local_cloud: LocalCloud) -> None:
        path = local_cloud.directory / "connection.json"
        assert stat.S_IMODE(path.stat().st_mode) == 0o600
        assert json.loads(path.read_text()) == {"tenant_url": endpoint.tenant_url, "secret_token": endpoint.token}
        assert endpoint.tenant_url.startswith(f"http://127.0.0.1:{local_cloud.port}/")

    def test_the_log_tells_of_requests_and_refusals(self, endpoint: Endpoint, local_cloud: LocalCloud) -> None:
        since = now()
        create_user(endpoint, "logged@example.com")
        endpoint.send("GET", "/Users", token="scim_wrong")
        endpoint.wait_for_record(lambda record: record.get("event") == "scim.refused", since)
        endpoint.wait_for_record(lambda record: record.get("resource_name") == "logged@example.com", since)
        output = local_cloud.scimctl_here("local", "logs", "--since", "1m").stdout
        assert re.search(r"201 +create user +logged@example\.com", output)
        assert re.search(r"401 +check token", output)
        assert "scim_wrong" not in output


@pytest.fixture(scope="module")
def filled(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, dict[str, Any]]:
    """The state directory of a stopped local cloud, and the users and groups in it."""
    cloud = LocalCloud(tmp_path_factory.mktemp("filled") / ".local", free_port())
    started = cloud.up()
    assert started.returncode == 0, started.stderr
    endpoint = Endpoint.of(cloud.directory)
    users = [create_user(endpoint, f"user{number}@example.com") for number in range(8)]
    create_group(endpoint, "Staff", *users)
    create_group(endpoint, "Night shift", *users[:2])
    kept = everything(endpoint)
    stopped = cloud.down()
    assert stopped.returncode == 0, stopped.stderr
    assert cloud.processes() == []
    return cloud.directory, kept


def test_down_without_up_says_so_and_succeeds(tmp_path: Path) -> None:
    stopped = LocalCloud(tmp_path / ".local", free_port()).down()
    assert stopped.returncode == 0
    assert "No local cloud is running" in stopped.stderr


def test_status_and_logs_without_up_say_so(tmp_path: Path) -> None:
    cloud = LocalCloud(tmp_path / ".local", free_port())
    status, logs = cloud.scimctl("local", "status"), cloud.scimctl("local", "logs")
    assert (status.returncode, logs.returncode) == (NOT_RUNNING, 1)
    assert "not running" in status.stdout
    assert "scimctl local up" in logs.stderr


def test_a_restart_on_another_port_keeps_everything_and_ctrl_c_leaves_nothing_running(
    filled: tuple[Path, dict[str, Any]],
) -> None:
    directory, kept = filled
    cloud = LocalCloud(directory, free_port())
    with foreground(
        cloud, until="Deploy scim-local"
    ) as command:  # the address of the console's provider is another one
        read_until(command, "The SCIM log follows")
        endpoint = Endpoint.of(directory)
        assert f":{cloud.port}/" in endpoint.tenant_url
        assert everything(endpoint) == kept
        the_stream_triggers_the_sweep(endpoint, next(iter(kept)))
        assert endpoint.send("GET", "/Users/unknown").status == 404
        read_until(command, "  404  ")
        command.send_signal(signal.SIGINT)
        ending = read_until(command, "Its data is in")
        assert "its data is written" in ending
        assert command.wait() == 0
    assert cloud.processes() == []


def the_stream_triggers_the_sweep(endpoint: Endpoint, user: str) -> None:
    """What was read of the table's stream before a restart is not skipped after it, as ministack would."""
    since = now()
    group = create_group(endpoint, "Short-lived", user)
    assert endpoint.send("DELETE", f"/Groups/{group}").status == 204
    endpoint.wait_for_record(lambda record: record.get("group") == group, since)
    left = endpoint.client("dynamodb").query(
        TableName=endpoint.state.outputs["TableName"],
        KeyConditionExpression="pk = :pk",
        ExpressionAttributeValues={":pk": {"S": keys.members(endpoint.state.environment, group)}},
    )
    assert left["Items"] == []


def test_a_crash_loses_what_was_not_saved_says_so_and_is_recovered_from(filled: tuple[Path, dict[str, Any]]) -> None:
    directory, _ = filled
    cloud = LocalCloud(directory, Endpoint.of(directory).state.port)
    process = start_cloud(directory, cloud.port)  # without a deployment, which it has
    try:
        endpoint = Endpoint.of(directory)
        saved = everything(endpoint)
        assert saved
        create_user(endpoint, "unsaved@example.com")
        os.kill(process.pid, signal.SIGKILL)
        assert processes.wait_until_gone([process.pid], 10)
        assert cloud.scimctl("local", "status").returncode == NOT_RUNNING
        again = cloud.up()
        assert again.returncode == 0, again.stderr
        assert "was not stopped properly (a crash or a reboot): what changed after " in again.stderr
        assert "Compare with what is deployed (scim-local: no changes)" in again.stderr
        assert everything(Endpoint.of(directory)) == saved
    finally:
        cloud.down()
    assert cloud.processes() == []


def test_an_end_during_the_deployment_leaves_nothing_running(filled: tuple[Path, dict[str, Any]]) -> None:
    directory, _ = filled
    cloud = LocalCloud(directory, free_port())
    with foreground(cloud, until="Compare with what is deployed") as command:
        wait_for(lambda: any("cdk deploy" in line for line in cloud.processes()))
        command.send_signal(signal.SIGTERM)
        read_until(command, "nothing is left running")
        assert command.wait() == 130
    assert cloud.processes() == []


def test_a_failed_deployment_names_the_resource_and_leaves_nothing_running(tmp_path: Path) -> None:
    project = broken_checkout(tmp_path / "checkout")
    cloud = LocalCloud(tmp_path / ".local", free_port(), project)
    failed = cloud.up()
    assert failed.returncode == 1
    assert "The deployment of scim-local failed." in failed.stderr
    assert "Broken (AWS::Logs::MetricFilter): The specified log group does not exist: no-such-group" in failed.stderr
    assert f"Its log: {cloud.directory / 'deploy.log'}" in failed.stderr
    assert "Traceback" not in failed.stderr
    assert cloud.processes() == []


BROKEN = """
import aws_cdk as cdk
from infra.main import build
from lambdas.environment import file as settings
app = build(settings.load("local"))
stack = next(child for child in app.node.children if isinstance(child, cdk.Stack))
transformation = {"metricName": "a", "metricNamespace": "b", "metricValue": "1"}
properties = {"LogGroupName": "no-such-group", "FilterPattern": "x", "MetricTransformations": [transformation]}
cdk.CfnResource(stack, "Broken", type="AWS::Logs::MetricFilter", properties=properties)
app.synth()
"""


def broken_checkout(path: Path) -> Path:
    """A copy of this checkout whose stack holds a resource that cannot be made."""
    copy_checkout(path, "environments")
    (path / "app.py").write_text(BROKEN)
    return path
