"""What operators do to connections and tokens: each change whole or not at all, whoever else changes the same one."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.stateful import Bundle, RuleBasedStateMachine, initialize, invariant, multiple, rule

from lambdas.credentials.connections import (
    MAX_TOKENS,
    Connection,
    InvalidConnectionError,
    State,
    Token,
    ending,
    new_connection,
    new_token,
    tokens_to_evict,
)
from lambdas.credentials.generation import generate_id
from lambdas.credentials.scopes import Scope
from lambdas.credentials.store import ConnectionStore
from lambdas.store.table import Table
from lambdas.store.transactions import ConditionFailed
from support.tables import TABLE_NAME, create_table
from tests.examples import examples

NOW = datetime(2026, 11, 22, 9, 30, 15, tzinfo=UTC)
YEAR = timedelta(days=365)


@pytest.fixture
def store(table: Table) -> ConnectionStore:
    return ConnectionStore(table)


def token_of(connection: Connection, lifetime: timedelta = YEAR, **options: Any) -> Token:
    return new_token(connection, lifetime=lifetime, now=NOW, **options)[0]


def stored(store: ConnectionStore, tokens: int = 1, label: str = "Entra ID") -> Connection:
    """A connection with so many tokens."""
    connection = new_connection("acme", label=label, now=NOW)
    connection = store.create(connection, token_of(connection))
    for _ in range(tokens - 1):
        connection = store.add_token(connection, token_of(connection))
    return connection


def everything(store: ConnectionStore) -> list[dict[str, Any]]:
    """Every item of the table, in an order of its own."""
    items = store.table.client.scan(TableName=store.table.name, ConsistentRead=True)["Items"]
    return sorted(items, key=lambda item: (item["pk"]["S"], item["sk"]["S"]))


# The list


def test_connections_are_listed_the_oldest_first_by_two_calls(store, table):
    made = [new_connection("acme", now=NOW - timedelta(days=age)) for age in range(4)]
    created = [store.create(each, token_of(each)) for each in made]
    table.meter.reset()
    assert store.connections() == created[::-1]
    assert table.meter.calls == 2


def test_no_connection_is_an_empty_list(store):
    assert store.connections() == []


def test_a_hundred_and_one_connections_are_listed(store):
    for _ in range(101):
        stored(store)
    assert len(store.connections()) == 101


# Tokens


def test_a_second_token_leaves_the_first_as_it_was(store):
    connection = stored(store)
    (first,) = store.tokens(connection.tokens)
    second = token_of(connection, scope=Scope.READ, label="report")
    changed = store.add_token(connection, second)
    assert store.connection(connection.id) == changed
    assert store.token(first.id) == first
    assert store.token(second.id) == second
    assert changed.tokens == {first.id, second.id}


def test_rotating_writes_the_new_token_and_lets_the_old_one_end_by_one_call(store, table):
    connection = stored(store)
    (old,) = store.tokens(connection.tokens)
    new = token_of(connection)
    table.meter.reset()
    store.add_token(connection, new, ending=ending(old, timedelta(days=7), NOW))
    assert table.meter.calls == 1
    assert store.token(old.id) == replace(old, expires=NOW + timedelta(days=7))
    assert store.token(new.id) == new


def test_a_rotation_keeps_the_last_use_that_is_written_at_the_same_moment(store, table):
    connection = stored(store)
    (old,) = store.tokens(connection.tokens)
    used(table, old, "2026-11-22T09:30:16+00:00")
    store.add_token(connection, token_of(connection), ending=ending(old, timedelta(days=7), NOW))
    store.set_state(store.connection(connection.id), State.DISABLED)
    assert store.token(old.id).last_used == datetime(2026, 11, 22, 9, 30, 16, tzinfo=UTC)


def used(table: Table, token: Token, at: str) -> None:
    table.client.update_item(
        TableName=TABLE_NAME,
        Key={"pk": {"S": f"TOKEN#{token.id}"}, "sk": {"S": "-"}},
        UpdateExpression="SET last_used = :at",
        ExpressionAttributeValues={":at": {"S": at}},
    )


@pytest.mark.parametrize(("days", "kept"), [(1, 1), (7, 7), (365, 365), (400, 365)])
def test_a_grace_period_never_lengthens_a_life(days, kept):
    token = token_of(new_connection("acme", now=NOW))
    assert ending(token, timedelta(days=days), NOW).expires == NOW + timedelta(days=kept)


DECADE = 10 * YEAR


@given(
    life=st.timedeltas(timedelta(days=1), DECADE - timedelta(days=1)),
    grace=st.timedeltas(timedelta(0), DECADE),
    age=st.timedeltas(-DECADE, DECADE),
)
def test_no_grace_period_at_no_time_lengthens_a_life_or_outlasts_itself(life, grace, age):
    token = token_of(new_connection("acme", now=NOW), life)
    ended = ending(token, grace, NOW + age)
    assert ended.expires <= token.expires
    assert ended.expires <= NOW + age + grace
    assert ended == replace(token, expires=ended.expires)


def test_a_token_that_is_already_ending_ends_no_later_when_it_is_rotated_again():
    token = token_of(new_connection("acme", now=NOW))
    once = ending(token, timedelta(days=7), NOW)
    assert ending(once, timedelta(days=7), NOW + timedelta(days=3)) == once


def test_a_revoked_token_is_gone_and_the_others_stay(store):
    connection = stored(store, tokens=2)
    first, second = store.tokens(connection.tokens)
    changed = store.revoke(connection, first.id)
    assert store.token(first.id) is None
    assert store.token(second.id) == second
    assert store.connection(connection.id) == changed
    assert changed.tokens == {second.id}


def test_a_connection_may_lose_its_last_token_and_get_another(store):
    connection = stored(store)
    (only,) = connection.tokens
    empty = store.revoke(connection, only)
    assert store.connection(connection.id) == empty
    assert empty.tokens == frozenset()
    assert store.add_token(empty, token_of(empty)).tokens


def test_a_connection_has_at_least_two_live_tokens_and_a_named_most(store):
    assert MAX_TOKENS >= 2
    connection = stored(store, tokens=MAX_TOKENS)
    with pytest.raises(InvalidConnectionError, match=f"{MAX_TOKENS} live tokens"):
        tokens_to_evict(store.tokens(connection.tokens), NOW)


def test_expired_tokens_are_kept_until_there_is_no_room():
    connection = new_connection("acme", now=NOW)
    lives = [timedelta(days=days) for days in (300, 20, 10, 400, 500)]
    tokens = [token_of(connection, life) for life in lives]
    later = NOW + timedelta(days=30)
    assert tokens_to_evict(tokens[:-1], later) == []
    assert tokens_to_evict(tokens, later) == [tokens[2]]
    assert tokens_to_evict([*tokens, token_of(connection)], later) == [tokens[2], tokens[1]]


def test_an_expired_token_makes_room_in_the_same_transaction(store, table):
    connection = stored(store, tokens=MAX_TOKENS)
    oldest, *rest = store.tokens(connection.tokens)
    table.meter.reset()
    changed = store.add_token(connection, token_of(connection), without=[oldest])
    assert table.meter.calls == 1
    assert store.token(oldest.id) is None
    assert len(changed.tokens) == MAX_TOKENS
    assert {each.id for each in rest} < changed.tokens


# Connections


@pytest.mark.parametrize("state", State)
def test_the_state_of_a_connection_is_that_of_all_its_tokens(store, state):
    connection = store.set_state(stored(store, tokens=3), State.DISABLED)
    changed = store.set_state(connection, state)
    assert store.connection(connection.id) == changed
    assert changed.state is state
    assert {token.state for token in store.tokens(changed.tokens)} == {state}


def test_a_token_that_is_added_to_a_disabled_connection_is_disabled(store):
    connection = store.set_state(stored(store), State.DISABLED)
    token = token_of(connection)
    store.add_token(connection, token)
    assert store.token(token.id).state is State.DISABLED


def test_a_deleted_connection_leaves_nothing_of_itself_and_all_of_its_directory(store, acme):
    acme.group("Sales", acme.user("ann"))
    before = everything(store)
    connection = stored(store, tokens=3)
    store.delete(connection)
    assert everything(store) == before
    assert store.connections() == []


def test_a_regenerated_connection_has_a_new_id_and_token_and_the_old_ones_are_gone(store, table):
    other = stored(store, label="another")
    old = stored(store, tokens=MAX_TOKENS)
    fresh = new_connection(old.directory, label=old.label, now=NOW)
    token = token_of(fresh)
    table.meter.reset()
    new = store.regenerate(old, fresh, token)
    assert table.meter.calls == 1
    assert store.connection(old.id) is None
    assert store.tokens(old.tokens) == []
    assert new.id != old.id
    assert (new.directory, new.label, new.tokens) == (old.directory, old.label, {token.id})
    assert {each.id for each in store.connections()} == {other.id, new.id}


# Two operators at once


def changes(connection: Connection) -> dict[str, Any]:
    """Every change of a connection, as it was read."""
    fresh = new_connection("acme", now=NOW)
    return {
        "add": lambda store: store.add_token(connection, token_of(connection)),
        "revoke": lambda store: store.revoke(connection, min(connection.tokens)),
        "disable": lambda store: store.set_state(connection, State.DISABLED),
        "delete": lambda store: store.delete(connection),
        "regenerate": lambda store: store.regenerate(connection, fresh, token_of(fresh)),
    }


NAMES = sorted(changes(replace(new_connection("acme", now=NOW), tokens=frozenset({"a"}))))


@pytest.mark.parametrize("first", NAMES)
@pytest.mark.parametrize("second", NAMES)
def test_a_change_of_what_somebody_else_changed_meanwhile_does_nothing(store, first, second):
    connection = stored(store, tokens=2)
    changes(connection)[first](store)
    before = everything(store)
    with pytest.raises(ConditionFailed):
        changes(connection)[second](store)
    assert everything(store) == before


def test_a_token_that_is_gone_is_not_made_again_by_rotating_or_disabling(store, table):
    connection = stored(store)
    (old,) = store.tokens(connection.tokens)
    table.client.delete_item(TableName=TABLE_NAME, Key={"pk": {"S": f"TOKEN#{old.id}"}, "sk": {"S": "-"}})
    with pytest.raises(ConditionFailed):
        store.add_token(connection, token_of(connection), ending=ending(old, timedelta(days=7), NOW))
    with pytest.raises(ConditionFailed):
        store.set_state(connection, State.DISABLED)
    assert store.token(old.id) is None


# Whatever operators do, in any order


class Operators(RuleBasedStateMachine):
    """Random changes, some of them decided upon an old reading, against what must hold after each."""

    readings = Bundle("readings")
    dynamodb: Any
    """The client of all tests, which a fixture sets: hypothesis makes the machines."""

    def __init__(self) -> None:
        super().__init__()
        table = create_table(self.dynamodb, f"operators-{generate_id()}")
        self.store = ConnectionStore(Table(self.dynamodb, table))
        self.ended: set[str] = set()
        """Connections and tokens that were ended, and must never be seen again."""

    def teardown(self) -> None:
        self.dynamodb.delete_table(TableName=self.store.table.name)

    def change(self, before: Connection, what: Any, ends: set[str]) -> Any:
        """Do something to a connection; it succeeds if, and only if, the reading is the present state."""
        present = self.store.connection(before.id)
        try:
            after = what()
        except ConditionFailed:
            assert present != before
            return multiple()
        assert present == before
        self.ended |= ends
        return multiple() if after is None else after

    @initialize(target=readings)
    def first(self) -> Connection:
        return self.create()

    @rule(target=readings)
    def create(self) -> Connection:
        connection = new_connection("acme", now=NOW)
        return self.store.create(connection, token_of(connection))

    @rule(target=readings, connection=readings, scope=st.sampled_from(Scope))
    def add(self, connection: Connection, scope: Scope) -> Any:
        if len(connection.tokens) == MAX_TOKENS:
            return multiple()
        token = token_of(connection, scope=scope)
        return self.change(connection, lambda: self.store.add_token(connection, token), set())

    @rule(target=readings, connection=readings, data=st.data())
    def revoke(self, connection: Connection, data: st.DataObject) -> Any:
        if not connection.tokens:
            return multiple()
        token = data.draw(st.sampled_from(sorted(connection.tokens)))
        return self.change(connection, lambda: self.store.revoke(connection, token), {token})

    @rule(target=readings, connection=readings, state=st.sampled_from(State))
    def set_state(self, connection: Connection, state: State) -> Any:
        return self.change(connection, lambda: self.store.set_state(connection, state), set())

    @rule(target=readings, connection=readings)
    def regenerate(self, connection: Connection) -> Any:
        fresh = new_connection(connection.directory, label=connection.label, now=NOW)
        ends = {connection.id, *connection.tokens}
        return self.change(connection, lambda: self.store.regenerate(connection, fresh, token_of(fresh)), ends)

    @rule(connection=readings)
    def delete(self, connection: Connection) -> None:
        self.change(connection, lambda: self.store.delete(connection), {connection.id, *connection.tokens})

    @invariant()
    def connections_list_and_tokens_tell_the_same(self) -> None:
        items = [item["pk"]["S"].partition("#") for item in everything(self.store)]
        connections = self.store.connections()
        assert {each.id for each in connections} == {name for kind, _, name in items if kind == "CONNECTION"}
        tokens = self.store.tokens(token for each in connections for token in each.tokens)
        assert {token.id for token in tokens} == {name for kind, _, name in items if kind == "TOKEN"}
        assert {each.id: each.tokens for each in connections if each.tokens} == _by_connection(tokens)
        states = {each.id: each.state for each in connections}
        assert all(token.state is states[token.connection] for token in tokens)
        assert all(len(each.tokens) <= MAX_TOKENS for each in connections)
        assert len({token.hash for token in tokens}) == len(tokens)
        assert not self.ended & ({each.id for each in connections} | {token.id for token in tokens})


def _by_connection(tokens: list[Token]) -> dict[str, frozenset[str]]:
    found: dict[str, frozenset[str]] = {}
    for token in tokens:
        found[token.connection] = found.get(token.connection, frozenset()) | {token.id}
    return found


@pytest.fixture(scope="module")
def _operators(client: Any) -> None:
    Operators.dynamodb = client


@pytest.mark.usefixtures("_operators")
class TestOperators(Operators.TestCase):  # type: ignore[misc]  # made by hypothesis at run time
    settings = settings(max_examples=examples(10), stateful_step_count=15, deadline=None)
