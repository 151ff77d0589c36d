"""Users who keep failing and credentials that expire are reported once, not at every run."""

from datetime import timedelta
from typing import Any

import pytest

from lambdas.credentials.clients import new_client, with_new_secret
from lambdas.credentials.connections import new_token
from lambdas.environment.file.watch import Watch
from lambdas.watch import failures, watch
from tests.unit.watch.conftest import GROUP, Clock

# Failing users


def test_a_user_who_keeps_failing_is_reported_once_with_the_last_reason(clock: Clock):
    clock.refuse("ada@example.com", times=2)
    clock.run()
    assert clock.notices() == []
    clock.refuse("ada@example.com", scim_type="uniqueness", detail="exists already", request_id="r-3")
    for _ in range(4):
        clock.run()
        clock.pass_by(minutes=30)
    (notice,) = clock.notices()
    assert (notice["event"], notice["resource_name"], notice["failures"]) == ("scim.user.failing", "ada@example.com", 3)
    assert (notice["connection"], notice["directory"]) == ("k3x7m2qwertyuiop", "acme")


def test_a_user_who_fails_again_after_a_quiet_day_is_reported_again(clock: Clock):
    clock.pass_by(hours=-26)  # CloudWatch Logs takes no events from the future
    clock.refuse("ada@example.com", times=3)
    assert len(clock.run().failing) == 1
    clock.pass_by(hours=25)
    assert clock.run().failing == frozenset()
    clock.refuse("ada@example.com", times=3)
    clock.run()
    assert [each["resource_name"] for each in clock.notices()] == ["ada@example.com", "ada@example.com"]


@pytest.mark.parametrize(
    "other",
    [
        {"status": 201},
        {"method": "GET"},
        {"connection": None, "operator": "arn:aws:iam::123456789012:user/ann"},
        {"resource_type": "Group"},
        {"event": "api.access"},
    ],
)
def test_other_records_are_no_failures_of_a_user(clock: Clock, other: dict[str, Any]):
    clock.refuse("ada@example.com", times=9, **other)
    assert clock.run().failing == frozenset()


def test_where_the_log_takes_too_long_everything_else_is_reported(clock: Clock, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(failures, "READ_SECONDS", -1)
    clock.refuse("ada@example.com", times=3)
    assert clock.run().failing == frozenset()
    assert clock.run().checked is not None  # the state is written


def test_what_is_remembered_of_a_failing_user_is_no_name(clock: Clock):
    clock.refuse("ada@example.com", times=3)
    clock.run()
    items = clock.dynamodb.scan(TableName="scim-watch")["Items"]
    assert "ada" not in str(items)


def test_many_users_with_one_cause_are_counted_and_not_all_reported(clock: Clock, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(watch, "MOST_NOTICES", 2)
    for number in range(5):
        clock.refuse(f"user{number}@example.com", times=3)
    assert len(clock.run().failing) == 5
    assert len(clock.notices()) == 2
    clock.run()
    assert clock.notices() == []


def test_a_log_that_does_not_answer_hides_no_stall_and_is_read_at_the_next_run(clock: Clock):
    connection, token = clock.connect()
    clock.use(token)
    clock.refuse("ada@example.com", times=3)
    clock.logs.delete_log_group(logGroupName=GROUP)
    clock.pass_by(hours=8)
    state = clock.run()
    assert set(state.stalled) == {connection.id}
    assert state.failing == frozenset()
    assert any("Failing users were not searched for" in each["message"] for each in clock.records())


# Expiring credentials


def test_a_token_that_expires_soon_is_reported_once(clock: Clock):
    connection, token = clock.connect(days=31)
    clock.run()
    assert clock.notices() == []
    clock.pass_by(days=1)
    for _ in range(4):
        clock.run()
        clock.pass_by(hours=12)
    (notice,) = clock.notices()
    assert (notice["event"], notice["credential"], notice["credential_id"]) == (
        "scim.credential.expiring",
        "token",
        token.id,
    )
    assert (notice["connection"], notice["expires"]) == (connection.id, token.expires.isoformat())


def test_an_expired_token_is_no_longer_one_that_expires_soon(clock: Clock):
    clock.connect(days=2)
    assert len(clock.run().expiring) == 1
    clock.pass_by(days=3)
    assert clock.run().expiring == frozenset()


def test_a_client_secret_that_expires_soon_is_reported_without_anything_secret(clock: Clock):
    connection, _ = clock.connect()
    client = new_client(connection, now=clock.now)
    client, secret = with_new_secret(client, lifetime=timedelta(days=10), now=clock.now)
    clock.add_client(connection, client)
    clock.run()
    (notice,) = clock.notices()
    assert (notice["credential"], notice["credential_id"]) == ("client secret", f"{client.id}/{client.secrets[0].id}")
    assert secret.secret not in str(notice)


def test_a_token_that_is_being_replaced_may_expire(clock: Clock):
    connection, _ = clock.connect(days=5)
    successor, _ = new_token(connection, lifetime=timedelta(days=365), now=clock.now)
    clock.connections.add_token(connection, successor)
    assert clock.run().expiring == frozenset()


def test_the_file_says_how_many_days_before(clock: Clock):
    clock.settings = Watch(ending_days=90)
    clock.connect(days=60)
    clock.run()
    assert len(clock.notices()) == 1
