"""`scimctl guard`: what the guard counted, and its release, which is recorded; operators' own acts never count."""

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from lambdas.environment import file as settings
from lambdas.environment.file.guard import Guard
from lambdas.store.guard import GuardCounter
from lambdas.store.table import Table
from tests.unit.scimctl import operators
from tests.unit.scimctl.commands.conftest import DIRECTORY, Acme


@pytest.fixture
def guarded(acme: Acme) -> Acme:
    """The environment, with a guard that holds beyond two users."""
    path = Path(settings.ENVIRONMENTS) / "acme.toml"
    path.write_text(path.read_text() + '\n[guard]\nusers = 2\npercent = 0\naction = "hold"\n')
    return acme


def connection() -> str:
    return str(operators.told("connections", "create", "--label", "Entra ID")["connection"])


def count(acme: Acme, connection_id: str, number: int) -> list[bool]:
    """Count users that the identity provider disables, and return which are held."""
    table: Table = acme.directory.table
    counter = GuardCounter(table, Guard(users=2, percent=0, action="hold"))
    return [counter.count(DIRECTORY, connection_id).held for _ in range(number)]


def test_a_connection_is_shown_with_its_last_hour_its_limit_and_whether_it_is_held(guarded: Acme) -> None:
    one, other = connection(), connection()
    count(guarded, one, 3)
    shown = guarded.json("guard", "show")
    assert shown["action"] == "hold"
    by_id = {each["connection"]: each for each in shown["connections"]}
    assert (by_id[one]["last_hour"], by_id[one]["limit"], by_id[one]["state"]) == (3, 2, "held")
    assert (by_id[other]["last_hour"], by_id[other]["state"]) == (0, "below the limit")
    assert one in guarded.told("guard", "show")


def test_a_release_lets_the_connection_continue_for_a_time_and_is_recorded(guarded: Acme) -> None:
    found = connection()
    assert count(guarded, found, 3) == [False, False, True]
    released = guarded.json("guard", "release", found, "--for", "90m", "--yes")
    until = datetime.fromisoformat(released["released_until"])
    assert abs(until - datetime.now(UTC) - timedelta(minutes=90)) < timedelta(minutes=1)
    assert count(guarded, found, 2) == [False, False]
    assert guarded.json("guard", "show")["connections"][0]["state"] == "released"
    (record,) = [each for each in guarded.records() if each.get("action") == "release guard"]
    assert record["connection"] == found
    assert record["operator"]


def test_a_release_asks_first_and_does_nothing_without_a_yes(guarded: Acme) -> None:
    found = connection()
    count(guarded, found, 3)
    assert guarded.scimctl("guard", "release", found, answer="n\n").exit_code != 0
    assert count(guarded, found, 1) == [True]


@pytest.mark.parametrize(("duration", "text"), [("25h", "up to 24 hours"), ("0s", "up to 24 hours")])
def test_a_release_has_bounds(guarded: Acme, duration: str, text: str) -> None:
    assert text in guarded.refused("guard", "release", connection(), "--for", duration, "--yes")


def test_a_time_that_is_none_is_a_usage_error_and_an_unknown_connection_is_named(guarded: Acme) -> None:
    assert guarded.scimctl("guard", "release", connection(), "--for", "soon", "--yes").exit_code == 2
    assert "There is no connection" in guarded.refused("guard", "release", "a" * 16, "--yes")


def test_without_the_table_the_way_to_a_guard_is_shown(acme: Acme) -> None:
    assert "add [guard] to environments/acme.toml" in acme.refused("guard", "show")


def test_what_an_operator_disables_and_deletes_never_counts(guarded: Acme) -> None:
    found = connection()
    for number in range(5):
        guarded.directory.user(f"user{number}@example.com")
    for number in range(4):
        guarded.told("users", "disable", f"user{number}@example.com")
    guarded.told("users", "delete", "user4@example.com", "--yes")
    assert [each["last_hour"] for each in guarded.json("guard", "show")["connections"]] == [0]
    assert count(guarded, found, 1) == [False]
    assert json.dumps(guarded.records()).count("scim.guard") == 0
