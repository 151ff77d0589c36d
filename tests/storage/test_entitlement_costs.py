"""What permission sets cost: nothing beyond what a user's groups cost already, and one read for a process's first request."""

from collections.abc import Callable
from typing import Any

import pytest
from scim2_server.requests import ScimRequest

from benchmarks.cost import Cost
from lambdas.environment.product import Product
from lambdas.environment.provider import build_provider
from lambdas.environment.rules import EnvironmentRules
from lambdas.operations.permission_store import PermissionStore
from lambdas.scim.handler import DirectoryHandler
from lambdas.scim.service import DirectoryService
from lambdas.scim.trace import Trace
from lambdas.store.storage import DynamoStorage
from lambdas.store.system_groups import SystemGroups
from lambdas.store.table import Table
from support.engines import engine_name
from support.environments import SETS, environment_of

counted_as_aws = pytest.mark.skipif(
    engine_name() != "dynoxide", reason="no engine here that counts capacity units as AWS does"
)

FILE = """
[login]
[permissions]
sources = ["groups", "roles", "operator"{more}]
default = ["viewer"]

"""


class Place:
    """An endpoint of an environment with permission sets, over a table of the engine."""

    def __init__(self, table: Table, more: str = "") -> None:
        environment = environment_of(FILE.replace("{more}", more) + SETS)
        self.table = table
        self.provider = build_provider(environment)
        self.product = Product.of(environment)
        self.service = DirectoryService(self.provider, lambda: b"0" * 32, EnvironmentRules(environment, self.provider))
        self.decisions = PermissionStore(table, "acme")
        self.system_groups = SystemGroups(environment.permissions)

    @property
    def storage(self) -> DynamoStorage:
        return DynamoStorage(self.table, "acme", self.provider, self.product)

    def send(self, method: str, path: str, body: bytes = b"", **query: str) -> Any:
        """Serve a request, and return the body of the answer; the meter counts this request alone."""
        headers = {"Content-Type": "application/scim+json"}
        request = ScimRequest(method, "https://scim.example.com", path, dict(query), headers, body)
        self.table.meter.reset()
        return DirectoryHandler(self.service, self.storage, Trace()).handle(request).body

    def cost(self) -> Cost:
        return Cost.of(self.table.meter)

    def user(self, name: str) -> str:
        return str(self.send("POST", "/Users", f'{{"userName": "{name}"}}'.encode())["id"])

    def group(self, name: str, *members: str) -> str:
        listed = ", ".join(f'{{"value": "{each}"}}' for each in members)
        return str(self.send("POST", "/Groups", f'{{"displayName": "{name}", "members": [{listed}]}}'.encode())["id"])


@pytest.fixture
def place(new_table: Callable[[], Table]) -> Place:
    return Place(new_table())


@counted_as_aws
def test_a_user_in_no_group_is_read_and_created_without_a_further_call(place: Place) -> None:
    ada = place.user("ada")
    assert place.cost() == Cost(1, 0, 6)  # the user, the count and the userName, 2 units each; no read
    read = place.send("GET", f"/Users/{ada}")
    assert [each["value"] for each in read["entitlements"]] == ["viewer"]
    assert place.cost() == Cost(1, 1, 0)


@counted_as_aws
def test_the_mappings_of_a_users_groups_come_with_the_groups_names(place: Place) -> None:
    ada = place.user("ada")
    groups = [place.group(f"Group {number}", ada) for number in range(3)]
    place.decisions.map_group(groups[0], ["admin"])
    read = place.send("GET", f"/Users/{ada}")
    assert [each["value"] for each in read["entitlements"]] == ["admin"]
    assert place.cost().calls == 2
    assert place.cost() == Cost(2, 1 + 3 + 3, 0)  # the user; three groups and three mappings, there or not


@counted_as_aws
def test_changing_a_user_shows_its_sets_without_reading_anything_twice(place: Place) -> None:
    ada = place.user("ada")
    place.decisions.map_group(place.group("Sales", ada), ["admin"])
    body = b'{"schemas": ["urn:ietf:params:scim:api:messages:2.0:PatchOp"],'
    body += b' "Operations": [{"op": "replace", "path": "title", "value": "Countess"}]}'
    answer = place.send("PATCH", f"/Users/{ada}", body)
    assert [each["value"] for each in answer["entitlements"]] == ["admin"]
    assert place.cost() == Cost(3, 3, 1)  # read the user, its group with the mapping, write the user


@counted_as_aws
def test_adding_a_member_to_a_mapped_group_costs_what_it_costs_anyway(place: Place) -> None:
    ada = place.user("ada")
    sales = place.group("Sales")
    place.decisions.map_group(sales, ["admin"])
    body = b'{"schemas": ["urn:ietf:params:scim:api:messages:2.0:PatchOp"],'
    body += f' "Operations": [{{"op": "add", "path": "members", "value": [{{"value": "{ada}"}}]}}]}}'.encode()
    place.send("PATCH", f"/Groups/{sales}", body)
    assert place.cost() == Cost(1, 0, 6)


@counted_as_aws
def test_a_page_of_users_reads_each_group_and_mapping_once(place: Place) -> None:
    members = [place.user(f"user{number}") for number in range(5)]
    place.decisions.map_group(place.group("Sales", *members), ["admin"])
    page = place.send("GET", "/Users")
    assert all(each["entitlements"][0]["value"] == "admin" for each in page["Resources"])
    calls_without = 2
    assert place.cost().calls == calls_without + 1


def test_system_groups_are_looked_for_once_in_the_life_of_a_process(new_table: Callable[[], Table]) -> None:
    place = Place(new_table(), more=', "system-groups"')
    for process, calls in (("the first makes them", 1 + 3), ("another finds them", 1)):
        again = Place(place.table, more=', "system-groups"')
        place.table.meter.reset()
        again.system_groups.ensure(again.storage.reader, again.storage.writer)
        assert place.table.meter.calls == calls, process
        place.table.meter.reset()
        again.system_groups.ensure(again.storage.reader, again.storage.writer)
        assert place.table.meter.calls == 0


def test_what_an_operator_decides_is_not_lost_to_a_request_at_the_same_moment(place: Place) -> None:
    ada = place.user("ada")
    stale = place.storage
    resource = stale.get(stale.reader.type_named("User"), ada)
    place.decisions.assign(ada, ["admin"])
    resource["title"] = "Countess"
    stale.update(stale.reader.type_named("User"), resource)
    read = place.send("GET", f"/Users/{ada}")
    assert (read["title"], [each["value"] for each in read["entitlements"]]) == ("Countess", ["admin"])
