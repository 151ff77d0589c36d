"""Many requests at once through the deployed stack: nothing is lost, nothing is there twice, and all that is stored agrees.

On AWS, fifty requests at once are fifty instances of the function; the local cloud starts a process for each, which takes more
than a second of CPU time. So there are twelve, and fifty for a release; in ``tests/storage`` fifty threads race on the store. On a
machine that is too slow, some requests run out of their 15 seconds: the answer says when to retry, and they are retried, as clients
do. That is the only failure that there may be.
"""

import json
import time
from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import pytest

from tests.e2e.endpoint import Endpoint, Reply, now
from tests.e2e.local_cloud import LocalCloud

START_SECONDS = 300
"""How long that many processes may take to start: each imports for more than a second, on two processors perhaps."""

BUSY = 503
"""What a request is answered that could not be done in its time. It says when to come again."""

SENT_AGAIN = (429, 502, BUSY, 504)
"""What a client sends again: what the endpoint was too busy for, and what never reached it."""

ATTEMPTS = 5
LOGGED_SECONDS = 30
"""How long records may take into the log."""

Request = tuple[str, str, Any]
"""Method, path and body."""


@dataclass
class Client:
    """A client with a directory of its own, which sends many requests at once."""

    endpoint: Endpoint
    directory: str
    number: int
    """How many requests it sends at once."""
    since: datetime = field(default_factory=now)

    def send(self, method: str, path: str, body: Any = None) -> Reply:
        """Send a request, and send it again while it is told to be."""
        reply = self.endpoint.send(method, path, body)
        for _ in range(ATTEMPTS - 1):
            if reply.status not in SENT_AGAIN:
                break
            assert reply.status != BUSY or int(reply.headers["retry-after"]) > 0
            time.sleep(float(reply.headers.get("retry-after", 1)))
            reply = self.endpoint.send(method, path, body)
        return reply

    def create(self, path: str, **values: Any) -> str:
        """Create a resource and return its id."""
        return str(self.send("POST", path, values).json["id"])

    def at_once(self, requests: list[Request]) -> Counter[int]:
        """Send all requests at once, and return how often which status was answered in the end."""
        self.endpoint.send("GET", "/Users?count=0")  # has the token checked, so that not each of them does
        with ThreadPoolExecutor(self.number) as pool:
            return Counter(reply.status for reply in pool.map(lambda request: self.send(*request), requests))

    def logged(self, method: str, requests: int) -> Counter[int]:
        """Return how often the function answered which status, whoever sent the request again.

        :param requests: How many of this method were served in the end; their records take a moment.
        """
        deadline = time.monotonic() + LOGGED_SECONDS
        while True:
            records = [each for each in self.endpoint.records(self.since) if each.get("directory") == self.directory]
            statuses = Counter(each["status"] for each in records if each.get("method") == method)
            if statuses.total() - statuses[BUSY] >= requests or time.monotonic() > deadline:
                return statuses
            time.sleep(0.5)


@pytest.fixture(scope="module", params=[12, pytest.param(50, marks=pytest.mark.full)])
def number(request: pytest.FixtureRequest) -> int:
    """How many requests are sent at once."""
    return int(request.param)


@pytest.fixture(scope="module")
def warm(endpoint: Endpoint, number: int) -> Endpoint:
    """The endpoint with as many functions started as there are requests at once."""
    endpoint.send("GET", "/Users?count=0")
    with ThreadPoolExecutor(number) as pool:
        replies = pool.map(lambda _: endpoint.send("GET", "/Users?count=0", seconds=START_SECONDS), range(number))
        assert {each.status for each in replies} == {200}
    return endpoint


@pytest.fixture
def client(warm: Endpoint, number: int) -> Callable[[str], Client]:
    """Gives a client with a directory of this name."""

    def client_of(name: str) -> Client:
        directory = f"{name}-{number}"
        return Client(warm.seen_by(warm.create_connection(directory=directory)), directory, number)

    return client_of


def verified(cloud: LocalCloud, directory: str) -> dict[str, Any]:
    """What `scimctl directories verify` finds."""
    finished = cloud.scimctl_here("directories", "verify", "-e", "local", "--directory", directory, "--output", "json")
    assert finished.returncode == 0, finished.stdout + finished.stderr
    told: dict[str, Any] = json.loads(finished.stdout)
    return told


def nothing_wrong(users: int, groups: int, directory: str) -> dict[str, Any]:
    """What is told of a directory in which everything agrees."""
    found: dict[str, list[Any]] = {"differences": [], "unswept": [], "repaired": []}
    return {"passed": True, "directory": directory, "resources": {"User": users, "Group": groups}, **found}


def adding(resource: str, path: str, value: str) -> Request:
    operation = {"op": "add", "path": path, "value": [{"value": value}]}
    return ("PATCH", resource, {"Operations": [operation]})


def removing(resource: str, path: str, value: str) -> Request:
    operation = {"op": "remove", "path": f'{path}[value eq "{value}"]'}
    return ("PATCH", resource, {"Operations": [operation]})


def test_of_many_creations_of_one_user_at_once_one_succeeds_and_the_others_are_conflicts(
    client: Callable[[str], Client], local_cloud: LocalCloud
) -> None:
    side = client("race-to-create")
    statuses = side.at_once([("POST", "/Users", {"userName": "ann@example.com", "externalId": "7"})] * side.number)

    assert statuses == {201: 1, 409: side.number - 1}
    assert side.logged("POST", side.number).keys() - {BUSY} == {201, 409}
    again = side.send("POST", "/Users", {"userName": "ANN@example.com"})
    assert (again.status, again.json["scimType"]) == (409, "uniqueness")
    assert side.send("GET", '/Users?filter=externalId+eq+"7"').json["totalResults"] == 1
    assert verified(local_cloud, side.directory) == nothing_wrong(1, 0, side.directory)


def test_of_many_patches_of_one_user_at_once_none_is_lost(
    client: Callable[[str], Client], local_cloud: LocalCloud
) -> None:
    side = client("race-to-patch")
    ann = side.create("/Users", userName="ann@example.com")
    values = {path: {f"{number}@example.com" for number in range(side.number // 2)} for path in ("emails", "roles")}
    statuses = side.at_once([adding(f"/Users/{ann}", path, each) for path in values for each in values[path]])

    assert statuses == {200: side.number}
    assert side.logged("PATCH", side.number).keys() - {BUSY} == {200}
    user = side.send("GET", f"/Users/{ann}").json
    assert {path: {each["value"] for each in user[path]} for path in values} == values
    assert user["meta"]["version"] == f'W/"{1 + side.number}"'
    assert verified(local_cloud, side.directory) == nothing_wrong(1, 0, side.directory)


def test_of_many_changes_of_one_groups_members_at_once_none_is_lost(
    client: Callable[[str], Client], local_cloud: LocalCloud
) -> None:
    side = client("race-for-members")
    users = [side.create("/Users", userName=f"racer{number}@example.com") for number in range(side.number)]
    come, leave = users[: side.number // 2], users[side.number // 2 :]
    group = side.create("/Groups", displayName="Race", members=[{"value": each} for each in leave])
    path = f"/Groups/{group}"
    pairs = [
        (adding(path, "members", one), removing(path, "members", other)) for one, other in zip(come, leave, strict=True)
    ]
    statuses = side.at_once([each for pair in pairs for each in pair])

    assert statuses == {204: side.number}
    assert side.logged("PATCH", side.number).keys() - {BUSY} == {204}
    found = side.send("GET", f"/Groups/{group}").json
    assert {each["value"] for each in found["members"]} == set(come)
    assert found["meta"]["version"] == f'W/"{1 + side.number}"'
    in_groups = side.send("GET", "/Users?count=100").json["Resources"]
    assert {each["id"] for each in in_groups if each.get("groups")} == set(come)
    assert verified(local_cloud, side.directory) == nothing_wrong(side.number, 1, side.directory)
