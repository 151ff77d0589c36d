"""Who plays in the scenarios: an administrator's Entra ID on one side of a deployed environment, its operator on the other."""

import json
import shlex
import subprocess
import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from scimprobe.endpoint.paths import Value
from scimprobe.simulate import entra
from scimprobe.simulate.attributes import email, flatten
from scimprobe.simulate.dialect import Dialect
from scimprobe.simulate.entra import Operation
from tests.e2e.endpoint import Endpoint, Reply
from tests.e2e.local_cloud import LocalCloud

DIALECTS = list(Dialect)


@dataclass(frozen=True)
class Entra:
    """A provisioning job of Microsoft Entra ID: it sends what `scimctl simulate` sends, one step after the other."""

    endpoint: Endpoint

    # Searches ----------------------------------------------------------------------------------------------------

    def test_connection(self) -> None:
        """Search for a user and a group that cannot exist, as the button Test Connection does (idp-behaviour 1.2)."""
        for kind, attribute in (("User", "userName"), ("Group", "displayName")):
            reply = self.endpoint.send("GET", f"/{kind}s?{entra.match_query(kind, attribute, str(uuid.uuid4()))}")
            assert (reply.status, reply.json["totalResults"], reply.json["Resources"]) == (200, 0, []), reply.content

    def match(self, kind: str, name: str, attribute: str | None = None) -> list[dict[str, Any]]:
        """The users or groups that the matching attribute finds; userName or displayName unless another is mapped."""
        by = attribute or ("userName" if kind == "User" else "displayName")
        reply = self.endpoint.send("GET", f"/{kind}s?{entra.match_query(kind, by, name)}")
        assert reply.status == 200, reply.content
        found: list[dict[str, Any]] = reply.json["Resources"]
        return found

    def read(self, user: str) -> dict[str, Any]:
        """A user by its id."""
        reply = self.endpoint.send("GET", f"/Users/{user}")
        assert reply.status == 200, reply.content
        shown: dict[str, Any] = reply.json
        return shown

    # Users -------------------------------------------------------------------------------------------------------

    def create(
        self, name: str, attributes: Mapping[str, Value] | None = None, beside: Mapping[str, Any] | None = None
    ) -> Reply:
        """POST a user as Entra does: `attributes` by their paths, over what its default mappings send.

        `beside` is put into the body as it is, where a mapping gives more than one value.
        """
        given, _, family = name.partition("@")[0].title().partition(".")
        mapped: dict[str, Value] = {
            "externalId": str(uuid.uuid5(uuid.NAMESPACE_URL, name)),
            "userName": name,
            "active": True,
            "displayName": f"{given} {family}",
            "name.givenName": given,
            "name.familyName": family,
            email("primary"): True,
            email("value"): name,
        }
        body = entra.user_body(Dialect.ENTRA, mapped | dict(attributes or {}), string_active=True)
        return self.endpoint.send("POST", "/Users", {**body, **(beside or {})})

    def provision(
        self, name: str, attributes: Mapping[str, Value] | None = None, beside: Mapping[str, Any] | None = None
    ) -> str:
        """Match a user in vain and create it; gives its id."""
        assert self.match("User", name) == []
        reply = self.create(name, attributes, beside)
        assert reply.status == 201, reply.content
        return str(reply.json["id"])

    def update(self, user: str, wanted: Mapping[str, Value], dialect: Dialect = Dialect.ENTRA) -> list[Operation]:
        """An incremental cycle: read a user, and PATCH what differs from what is wanted; gives the operations it took."""
        operations = entra.change(dialect, flatten(self.read(user)), wanted)
        if operations:
            reply = self.patch(f"/Users/{user}", *operations)
            assert reply.status == 200, reply.content
        return operations

    def patch(self, path: str, *operations: Operation) -> Reply:
        """PATCH a resource with these operations."""
        return self.endpoint.send("PATCH", path, entra.patch_body(list(operations)))

    # Groups ------------------------------------------------------------------------------------------------------

    def create_group(self, name: str) -> Reply:
        """POST a group as Entra does: without its members."""
        attributes: dict[str, Value] = {"externalId": str(uuid.uuid5(uuid.NAMESPACE_URL, name)), "displayName": name}
        return self.endpoint.send("POST", "/Groups", entra.group_body(attributes, empty_members=False))

    def provision_group(self, name: str, *members: str) -> str:
        """Match a group in vain, create it, and add its members; gives its id."""
        assert self.match("Group", name) == []
        reply = self.create_group(name)
        assert reply.status == 201, reply.content
        group = str(reply.json["id"])
        if members:
            self.add(group, *members)
        return group

    def add(self, group: str, *members: str, dialect: Dialect = Dialect.ENTRA) -> None:
        """Add members to a group."""
        assert self.patch(f"/Groups/{group}", *entra.add_members(dialect, members)).status == 204

    def remove(self, group: str, *members: str, dialect: Dialect = Dialect.ENTRA) -> None:
        """Remove members from a group."""
        assert self.patch(f"/Groups/{group}", *entra.remove_members(dialect, members)).status == 204


@dataclass(frozen=True)
class Operator:
    """The vendor's operator, at a command line with the environment deployed into the local cloud."""

    cloud: LocalCloud
    environment: str

    def run(self, command: str, *, fails: bool = False) -> "subprocess.CompletedProcess[str]":
        """Run `scimctl --local COMMAND --environment NAME`; it must succeed, or else fail."""
        ran = self.cloud.scimctl_here("--local", *shlex.split(command), "--environment", self.environment)
        assert (ran.returncode != 0) is fails, f"scimctl {command}:\n{ran.stdout}{ran.stderr}"
        return ran

    def output_of(self, command: str) -> str:
        """What a command prints."""
        return self.run(command).stdout

    def read(self, command: str) -> Any:
        """What a command prints for programs."""
        return json.loads(self.output_of(f"{command} --output json"))

    def explain(self, endpoint: Endpoint, since: datetime, **fields: Any) -> "Explanation":
        """What `scimctl log --failed` and `scimctl log show` say of the first record with these fields."""
        record = endpoint.wait_for_record(
            lambda each: all(each.get(name) == wanted for name, wanted in fields.items()), since
        )
        shown_id = str(record.get("request_id") or record["function_request_id"])
        line = next(
            line
            for line in self.output_of(f"log --failed --since {since.isoformat()}").splitlines()
            if shown_id[:8] in line
        )
        (shown,) = self.read(f"log show {shown_id}")
        output = " ".join(self.output_of(f"log show {shown_id}").split())
        assert f"Why: {shown['why']}" in output
        assert f"What to do: {shown['what_to_do']}" in output
        return Explanation(line, shown["why"], shown["what_to_do"])


@dataclass(frozen=True)
class Explanation:
    """What an operator reads about a failure."""

    line: str
    """The line of `scimctl log`."""

    why: str
    remedy: str

    def command(self, name: str) -> str:
        """The command in the remedy that begins with a name, as `Operator.run` takes it."""
        quoted = next(each for each in self.remedy.split("`")[1::2] if f" {name}" in each)
        return quoted.removeprefix("scimctl --local ").partition(" --environment")[0]


def sets_of(user: Mapping[str, Any]) -> list[str]:
    """The ids of the permission sets that a user as SCIM shows it has."""
    return [each["value"] for each in user.get("entitlements", [])]


def refused(reply: Reply, status: int, *told: str) -> None:
    """Check that a request was refused with a SCIM Error that tells an administrator why."""
    assert reply.status == status, reply.content
    assert reply.headers["content-type"].startswith("application/scim+json")
    for each in told:
        assert each in reply.json["detail"], reply.content
