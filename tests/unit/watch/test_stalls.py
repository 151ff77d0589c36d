"""Provisioning that stops is noticed once, also when it resumes; nothing else is taken for a stall."""

from dataclasses import replace
from datetime import timedelta

import pytest

from lambdas.credentials.clients import new_client, with_new_secret
from lambdas.credentials.connections import State
from lambdas.credentials.scopes import Scope
from lambdas.environment.file.watch import Watch
from tests.unit.watch.conftest import Clock


def test_a_connection_that_falls_silent_is_reported_once_and_again_only_when_it_is_used(clock: Clock):
    connection, token = clock.connect()
    clock.use(token)
    used = clock.now
    for _ in range(13):  # within six hours, and the hour to which the last use is stored
        clock.run()
        clock.pass_by(minutes=30)
    assert clock.notices() == []

    clock.pass_by(minutes=30)
    for _ in range(20):
        state = clock.run()
        clock.pass_by(minutes=30)
    (stalled,) = clock.notices()
    assert (stalled["event"], stalled["connection"], stalled["directory"]) == (
        "scim.provisioning.stalled",
        connection.id,
        "acme",
    )
    assert (stalled["since"], stalled["silent_hours"]) == (used.isoformat(), 7)
    assert state.stalled == {connection.id: used}

    clock.use(token)
    resumed_at = clock.now
    clock.pass_by(minutes=5)
    for _ in range(3):
        assert clock.run().stalled == {}
    (resumed,) = clock.notices()
    assert (resumed["event"], resumed["since"], resumed["resumed"]) == (
        "scim.provisioning.resumed",
        used.isoformat(),
        resumed_at.isoformat(),
    )

    clock.pass_by(hours=8)
    clock.run()
    (again,) = clock.notices()
    assert (again["event"], again["since"]) == ("scim.provisioning.stalled", resumed_at.isoformat())


def test_every_run_has_the_metrics_and_a_stalled_connection_counts_for_as_long_as_it_lasts(clock: Clock):
    _, token = clock.connect()
    clock.use(token)
    counts = []
    for _ in range(4):
        clock.run()
        (run,) = [each for each in clock.records() if each["event"] == "scim.watch"]
        (directive,) = run["_aws"]["CloudWatchMetrics"]
        assert [each["Name"] for each in directive["Metrics"]] == [
            "connections_stalled",
            "users_failing",
            "credentials_expiring",
        ]
        assert directive["Dimensions"] == [["environment"]]
        counts.append(run["connections_stalled"])
        clock.pass_by(hours=4)
    assert counts == [0, 0, 1, 1]


def test_each_connection_is_watched_by_itself(clock: Clock):
    (quiet, first), (_, second) = clock.connect(), clock.connect()
    clock.use(first)
    for _ in range(8):
        clock.use(second)
        clock.run()
        clock.pass_by(hours=1)
    assert [each["connection"] for each in clock.notices()] == [quiet.id]


def test_a_connection_that_was_never_used_is_not_set_up_yet(clock: Clock):
    clock.connect()
    clock.pass_by(days=30)
    assert clock.run().stalled == {}


def test_a_disabled_connection_is_not_expected_to_be_used_and_an_enabled_one_is_again(clock: Clock):
    connection, token = clock.connect()
    clock.use(token)
    disabled = clock.connections.set_state(connection, State.DISABLED)
    clock.pass_by(hours=9)
    assert clock.run().stalled == {}
    clock.connections.set_state(disabled, State.ENABLED)
    assert set(clock.run().stalled) == {connection.id}


def test_a_stalled_connection_that_is_disabled_or_deleted_is_forgotten_and_did_not_resume(clock: Clock):
    (connection, token), (other, another) = clock.connect(), clock.connect()
    clock.use(token)
    clock.use(another)
    clock.pass_by(hours=9)
    assert set(clock.run().stalled) == {connection.id, other.id}
    clock.notices()
    clock.connections.set_state(connection, State.DISABLED)
    clock.connections.delete(other)
    assert clock.run().stalled == {}
    assert clock.notices() == []


def test_a_token_that_can_only_read_is_the_product_s_and_hides_no_stall(clock: Clock):
    connection, token = clock.connect()
    clock.use(token)
    _, reading = clock.connect(scope=Scope.READ)
    clock.pass_by(hours=8)
    clock.use(reading)
    assert set(clock.run().stalled) == {connection.id}
    clock.pass_by(hours=8)
    assert set(clock.run().stalled) == {connection.id}


def test_an_oauth_client_that_gets_access_tokens_is_a_use_of_its_connection(clock: Clock):
    connection, token = clock.connect()
    clock.use(token)
    clock.pass_by(hours=9)
    client = new_client(connection, now=clock.now)
    client, _ = with_new_secret(client, lifetime=timedelta(days=365), now=clock.now)
    clock.add_client(connection, replace(client, last_used=clock.now))
    assert clock.run().stalled == {}


@pytest.mark.parametrize(("hours", "stalled"), [(0, False), (2, True), (168, False)])
def test_the_file_says_after_how_many_hours_or_never(clock: Clock, hours: int, stalled: bool):
    clock.settings = Watch(silent_hours=hours)
    _, token = clock.connect()
    clock.use(token)
    clock.pass_by(hours=3)
    assert bool(clock.run().stalled) is stalled


def test_a_connection_may_say_otherwise_than_the_file(clock: Clock):
    (okta, first), (slow, second), (entra, third) = clock.connect(), clock.connect(), clock.connect()
    clock.connections.set_silent_hours(okta, 0)
    clock.connections.set_silent_hours(slow, 24)
    for token in (first, second, third):
        clock.use(token)
    clock.pass_by(hours=8)
    assert set(clock.run().stalled) == {entra.id}
    clock.pass_by(hours=18)
    assert set(clock.run().stalled) == {entra.id, slow.id}
