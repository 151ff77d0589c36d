"""An operator who is told only that somebody was not provisioned, and who looks at and changes a directory."""

import json
import re
import shlex
import subprocess
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from lambdas.credentials.connections import new_connection, new_token
from tests.e2e.endpoint import Endpoint, now
from tests.e2e.local_cloud import LocalCloud

COMMAND = re.compile(r"`(scimctl [^`]+)`")
LINE = re.compile(r"^\d\d:\d\d:\d\d  (?P<id>[0-9a-f-]{8})  (?P<status>\d{3})", re.MULTILINE)


class Operator:
    """Somebody at the command line of this environment, who does not know the project."""

    def __init__(self, cloud: LocalCloud) -> None:
        self.cloud = cloud
        self.commands: list[str] = []
        self.began = datetime.now(UTC)

    def run(self, command: str) -> "subprocess.CompletedProcess[str]":
        self.commands.append(command)
        return self.cloud.scimctl_here(*shlex.split(command)[1:])

    def look_for(self, user: str) -> "subprocess.CompletedProcess[str]":
        """The first command: what the help of `scimctl log` begins with."""
        return self.run(f"scimctl log --user {shlex.quote(user)} --environment local --since {self.began.isoformat()}")

    def look_further(self, first: "subprocess.CompletedProcess[str]") -> str:
        """The second: the id of the line that failed, or else what the first command advises."""
        assert first.returncode == 0, first.stderr
        failed = [line["id"] for line in LINE.finditer(first.stdout) if line["status"] >= "400"]
        if failed:
            advised = f"scimctl log show {failed[-1]} --environment local"
        else:
            (advised,) = [each for each in COMMAND.findall(first.stderr) if "--failed" in each]
        second = self.run(advised)
        assert second.returncode == 0, second.stderr
        return second.stdout

    def reason(self, user: str) -> str:
        """What two commands tell about a user who was not provisioned, as text without line ends."""
        told = self.look_further(self.look_for(user))
        assert len(self.commands) == 2
        return " ".join(told.split())


@pytest.fixture
def operator(local_cloud: LocalCloud, endpoint: Endpoint) -> Operator:
    return Operator(local_cloud)


def wait_for(endpoint: Endpoint, since: datetime, **fields: Any) -> None:
    """Wait until a record is in the log: an operator comes minutes later, a test at once."""
    endpoint.wait_for_record(lambda record: all(record.get(name) == value for name, value in fields.items()), since)


def test_the_reason_is_found_for_a_duplicate_user_name(endpoint: Endpoint, operator: Operator) -> None:
    first = endpoint.send("POST", "/Users", {"userName": "grace@example.com"})
    assert first.status == 201
    assert endpoint.send("POST", "/Users", {"userName": "Grace@Example.com", "externalId": "G2"}).status == 409
    wait_for(endpoint, operator.began, status=409)
    reason = operator.reason("grace@example.com")
    assert "409 uniqueness" in reason
    assert 'A User whose userName is "?" exists already' in reason  # the log has no value of an attribute
    assert f"scimctl users show {first.json['id']} --environment local" in reason


@pytest.mark.parametrize("told_as", ["Alan Turing", "E-1912", "alan@example.com"])
def test_the_reason_is_found_for_a_missing_user_name(endpoint: Endpoint, operator: Operator, told_as: str) -> None:
    body = {"displayName": "Alan Turing", "externalId": "E-1912", "emails": [{"value": "alan@example.com"}]}
    assert endpoint.send("POST", "/Users", body).status == 400
    wait_for(endpoint, operator.began, resource_name="Alan Turing")
    reason = operator.reason(told_as)
    assert "Alan Turing" in reason
    assert "invalidValue userName is required" in reason


def test_the_reason_is_found_for_an_expired_token(endpoint: Endpoint, operator: Operator) -> None:
    an_hour_ago = datetime.now(UTC) - timedelta(hours=1)
    access = endpoint.access()
    connection = new_connection("local", label="Entra ID", now=an_hour_ago)
    token, secret = new_token(connection, lifetime=timedelta(minutes=1), now=an_hour_ago)
    access.store.create(connection, token)
    tenant_url = access.target.tenant_url(connection.id)
    reply = endpoint.send("POST", f"{tenant_url}/Users", {"userName": "edsger@example.com"}, token=secret.text)
    assert reply.status == 401
    wait_for(endpoint, operator.began, event="scim.refused", token=token.id)
    reason = operator.reason("edsger@example.com")
    assert f"401 check token token {token.id} the token has expired connection {connection.id}" in reason


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ('userName+like+"barbara@example.com"', "invalidFilter"),
        ('mail.address+eq+"barbara@example.com"', "400 find user"),
    ],
)
def test_the_reason_is_found_for_a_bad_filter(
    endpoint: Endpoint, operator: Operator, query: str, expected: str
) -> None:
    assert endpoint.send("GET", f"/Users?filter={query}").status == 400
    wait_for(endpoint, operator.began, status=400)
    reason = operator.reason("barbara@example.com")
    assert expected in reason
    assert "filter" in reason


def test_the_story_of_refused_credentials_tells_what_to_do(endpoint: Endpoint, operator: Operator) -> None:
    endpoint.send("GET", "/Users", token="scim_aaaabbbbccccdddd_" + "x" * 49)
    wait_for(endpoint, operator.began, event="scim.refused")
    listed = operator.run(f"scimctl log --failed --environment local --since {operator.began.isoformat()}").stdout
    (line,) = LINE.finditer(listed)
    told = operator.run(f"scimctl log show {line['id']} -e local").stdout
    assert "What to do:" in told
    assert "the token is incomplete or was changed when it was copied" in told


def test_a_directory_is_looked_at_from_the_command_line(endpoint: Endpoint, operator: Operator) -> None:
    side = endpoint.seen_by(endpoint.create_connection(directory="looked-at"))
    users = [side.send("POST", "/Users", {"userName": f"user{number}@example.com"}).json["id"] for number in range(3)]
    side.send("POST", "/Groups", {"displayName": "Staff", "members": [{"value": each} for each in users]})

    listed = operator.run("scimctl users list -e local --directory looked-at").stdout
    assert "user1@example.com" in listed
    assert "3 users" in listed
    found = operator.run(
        """scimctl users list -e local --directory looked-at --filter 'userName sw "user2"' --output json"""
    )
    assert [each["id"] for each in json.loads(found.stdout)["Resources"]] == [users[2]]
    assert "Staff" in operator.run("scimctl users show user0@example.com -e local --directory looked-at").stdout
    assert "1 group" in operator.run("scimctl groups list -e local --directory looked-at").stdout
    assert "Members: 3" in operator.run("scimctl groups show staff -e local --directory looked-at").stdout
    nobody = operator.run("scimctl users show nobody -e local --directory looked-at")
    assert nobody.returncode == 1
    assert "There is no user nobody in directory looked-at" in nobody.stderr


def test_what_an_operator_changes_holds_for_clients_and_is_in_the_log(endpoint: Endpoint, operator: Operator) -> None:
    side = endpoint.seen_by(endpoint.create_connection(directory="changed"))
    user = side.send("POST", "/Users", {"userName": "mary@example.com", "active": True}).json["id"]
    group = side.send("POST", "/Groups", {"displayName": "Staff", "members": [{"value": user}]}).json["id"]

    since = now()
    assert operator.run("scimctl users disable mary@example.com -e local --directory changed").returncode == 0
    assert side.send("GET", f"/Users/{user}").json["active"] is False
    assert operator.run("scimctl users delete mary@example.com -e local --directory changed --yes").returncode == 0
    assert side.send("GET", f"/Users/{user}").status == 404
    assert "members" not in side.send("GET", f"/Groups/{group}").json
    assert side.send("POST", "/Users", {"userName": "mary@example.com"}).status == 201

    records = [record for record in side.records(since) if "operator" in record]
    assert [(record["event"], record["method"], record["status"]) for record in records] == [
        ("scim.request", "PATCH", 200),
        ("scim.request", "DELETE", 204),
    ]
    assert all(record["resource_id"] == user and record["directory"] == "changed" for record in records)
    assert all(record["operator"].startswith("arn:aws:iam::") for record in records)
    told = operator.run(f"scimctl log --user mary@example.com -e local --since {since.isoformat()}").stdout
    assert re.search(r"200  disable user +mary@example\.com +active  by root", told)
    assert re.search(r"204  delete user +mary@example\.com +by root", told)
