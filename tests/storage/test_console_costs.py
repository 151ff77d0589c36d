"""What a page of the console reads: the same calls in a directory of 110 users as in one of 100,100 with a group of 100,000."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest

from lambdas.console.app import Console
from lambdas.console.cookies import session_cookie
from lambdas.console.pages import ALL
from lambdas.console.settings import ConsoleSettings
from lambdas.credentials.sessions import Role
from lambdas.environment.file import load
from lambdas.environment.file.console import Console as ConsoleFile
from support.console_browser import Browser
from support.datasets import Dataset
from support.engines import engine_name
from support.tables import TABLE_NAME
from tests.storage.conftest import CROWDS

pytestmark = pytest.mark.skipif(
    engine_name() != "dynoxide",
    reason="no engine here that counts capacity units as AWS does, or imports so many items",
)

SESSION = 2
"""The calls of every page before it begins: the session, and whether the person ended all sessions."""

CALLS = {
    # the counts, a page of 50, which of them were created by hand
    "/users?start=1": 3,
    "/users?start=60": 3,
    "/users.csv?start=1": 3,
    # the value's look-up, the user, which of them were created by hand
    "/users?q=user0000001@example.com": 3,
    # the user, its groups, created by hand; then permissions: the user and its groups; what was assigned is in the item
    "/users/{member}": 5,
    # the group, a page of 50 members, their names, the mappings
    "/groups/{group}": 4,
    # the group, the mappings; the look-up of the user name, the user, its groups, created by hand; the look-ups of external id and
    # e-mail, which find the same user (in the data set only spare users have them); the membership
    "/groups/{group}?member=user0000105@example.com": 9,
    "/groups/{group}?member=user0000001@example.com": 10,
    "/groups/{group}?member=nobody@example.com": 5,
    # the counts, a page, the mappings
    "/groups": 3,
    # one Query of the sessions, whatever the directory holds
    "/sessions": 1,
    # the page of users as above; then their items and groups for the reasons
    "/permission-sets/people?start=1": 5,
}
"""By page, its DynamoDB calls beside those of the session."""

MOST_UNITS = 130
"""The most read units of a page of 50 users: each is 1 unit in a BatchGetItem, which tells who was created by hand, and 1 more for
the reasons of permission sets."""


class Meter:
    """Counts the calls of a client and the capacity units that they take."""

    def __init__(self) -> None:
        self.calls: list[str] = []
        self.units = 0.0

    def add(self, parsed: dict[str, Any], model: Any, **_: Any) -> None:
        self.calls.append(model.name)
        consumed = parsed.get("ConsumedCapacity") or []
        self.units += sum(each["CapacityUnits"] for each in (consumed if isinstance(consumed, list) else [consumed]))


@contextmanager
def metered(client: Any) -> Iterator[Meter]:
    meter = Meter()
    client.meta.events.register("after-call.dynamodb", meter.add)
    try:
        yield meter
    finally:
        client.meta.events.unregister("after-call.dynamodb", meter.add)


@pytest.fixture(scope="module", params=CROWDS, ids=lambda each: f"{each.members} members")
def crowd(request: pytest.FixtureRequest) -> Dataset:
    dataset: Dataset = request.param
    return dataset


@pytest.fixture(scope="module")
def browser(crowd: Dataset, crowds: Any) -> Browser:
    """The browser of an administrator; pages of the log are not asked for."""
    file = ConsoleFile(authority="https://login.example.com", client_id="console")
    environment = load("forms-admin", "local").model_copy(update={"directory": crowd.directory, "console": file})
    settings = ConsoleSettings(TABLE_NAME, "/scim/none", "/scim/none", "host")
    console = Console(environment, settings, lambda service: crowds if service == "dynamodb" else None)
    for each in ALL:
        each.add_routes(console)
    console.schema.require()  # once in five minutes, and for no page
    session = console.sessions.begin("ada", "ada@vendor.example", Role.ADMINISTRATOR)
    return Browser(console, {session_cookie(environment.name): session.id})


@pytest.mark.parametrize("path", CALLS)
def test_a_page_costs_the_same_calls_at_any_size(crowd: Dataset, crowds: Any, browser: Browser, path: str) -> None:
    with metered(crowds) as meter:
        answer = browser.get("/console" + path.format(member=crowd.member, group=crowd.group))
    assert answer.status == 200, answer.text
    assert len(meter.calls) == CALLS[path] + SESSION, meter.calls
    assert 0 < meter.units <= MOST_UNITS


@pytest.mark.parametrize("share", [0.5, 0.99])
def test_a_page_deep_in_the_list_costs_what_its_two_digits_hold(
    crowd: Dataset, crowds: Any, browser: Browser, share: float
) -> None:
    with metered(crowds) as meter:
        assert browser.get(f"/console/users?start={1 + int(crowd.users * share)}").status == 200
    assert len(meter.calls) <= 3 + SESSION, meter.calls
    digits = crowd.users / 256 * crowd.user_bytes / 4096
    assert meter.units <= MOST_UNITS + 1.3 * digits
