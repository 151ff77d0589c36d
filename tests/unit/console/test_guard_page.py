"""The page of the guard: what was counted, and its release, which is an administrator's, asked for and recorded."""

import pytest

from lambdas.console.app import Console
from lambdas.environment.file import load
from lambdas.environment.file.guard import Guard
from lambdas.store.guard import GuardCounter
from lambdas.store.table import Table
from support.console_browser import Browser
from tests.unit.console.conftest import ConsoleOf, sign_in
from tests.unit.console.test_pages import generate, records

HOLD = Guard(users=3, percent=0, action="hold")


@pytest.fixture
def console(console_of: ConsoleOf) -> Console:
    return console_of(load("forms-admin", "local").model_copy(update={"guard": HOLD}))


def count(console: Console, connection: str, users: int, settings: Guard = HOLD) -> bool:
    """Count users whom an identity provider deprovisions, and return whether they are held."""
    table = Table(console.connect("dynamodb"), console.settings.table_name)
    return GuardCounter(table, settings).count(console.environment.directory, connection, users).held


def test_the_page_shows_each_connection_with_its_hour_its_limit_and_its_state(console: Console, tim: Browser):
    one, other = (generate(tim, label=each).value_of("user-name") for each in ("Entra ID", "Okta"))
    assert count(console, one, 7)
    text = tim.get("/console/guard").text
    assert ">held</span>" in text
    assert "7 users" in text
    assert ">below the limit</span>" in text
    assert one in text
    assert other in text
    assert 'aria-current="page">Guard</a>' in text


def test_a_held_connection_needs_attention_and_one_below_the_limit_does_not(console: Console, tim: Browser):
    connection = generate(tim, label="Entra ID").value_of("user-name")
    assert not count(console, connection, 3)
    assert "within an hour" not in tim.get("/console").text
    count(console, connection, 1)
    text = tim.get("/console").text
    assert "is held: it would deprovision 4 users within an hour, more than 3" in text
    assert '/console/guard">Entra ID</a>' in text


def test_an_administrator_releases_a_connection_which_is_asked_for_and_recorded(console: Console, ada: Browser):
    connection = generate(ada, label="Entra ID").value_of("user-name")
    assert count(console, connection, 7)
    page = ada.get("/console/guard")
    assert '<details class="ask"><summary class="btn btn-sm">Release</summary>' in page.text, "it asks first"
    released = ada.post(f"/console/guard/{connection}/release", {"csrf": page.csrf, "hours": "8"})
    assert released.status == 303
    text = ada.get(released.location).text
    assert "The connection is released." in text
    assert ">released</span>" in text
    assert not count(console, connection, 1)
    (record,) = [each for each in records(console) if each.get("action") == "release guard"]
    assert (record["operator"], record["service"], record["connection"]) == (
        "ada@vendor.example",
        "console",
        connection,
    )
    assert "is released until" in ada.get("/console").text


def test_a_technician_is_not_offered_a_release_and_refused_one(console: Console, tim: Browser):
    connection = generate(tim, label="Entra ID").value_of("user-name")
    count(console, connection, 7)
    page = tim.get("/console/guard")
    assert "/release" not in page.text
    form = {"csrf": tim.get("/console/connections").csrf, "hours": "8"}
    assert tim.post(f"/console/guard/{connection}/release", form).status == 403
    assert count(console, connection, 1)


@pytest.mark.parametrize("hours", ["", "0", "25", "1000", "x", "-1"])
def test_a_release_lasts_as_long_as_the_form_offers(console: Console, ada: Browser, hours: str):
    connection = generate(ada, label="Entra ID").value_of("user-name")
    count(console, connection, 7)
    form = {"csrf": ada.get("/console/guard").csrf, "hours": hours}
    assert ada.post(f"/console/guard/{connection}/release", form).status == 409
    assert count(console, connection, 1)


def test_what_is_only_reported_needs_no_release(console_of: ConsoleOf):
    report = HOLD.model_copy(update={"action": "report"})
    console = console_of(load("forms-admin", "local").model_copy(update={"guard": report}))
    ada = Browser(console)
    assert sign_in(ada, "ada").status == 303
    connection = generate(ada, label="Entra ID").value_of("user-name")
    assert not count(console, connection, 7, report)
    text = ada.get("/console/guard").text
    assert ">above the limit</span>" in text
    assert "/release" not in text
    assert "deprovisioned 7 users within an hour, more than 3" in ada.get("/console").text


def test_without_a_guard_there_is_no_page(console_of: ConsoleOf):
    console = console_of(load("forms-admin", "local").model_copy(update={"guard": None}))
    ada = Browser(console)
    assert sign_in(ada, "ada").status == 303
    assert ada.get("/console/guard").status == 404
    assert "/console/guard" not in ada.get("/console").text
