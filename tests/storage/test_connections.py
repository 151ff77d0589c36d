"""Connections and tokens on the table."""

import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from botocore.exceptions import ClientError
from hypothesis import given
from hypothesis import strategies as st

from lambdas.credentials.connections import (
    MAX_LABEL_LENGTH,
    Connection,
    InvalidConnectionError,
    State,
    Token,
    new_connection,
    new_token,
)
from lambdas.credentials.scopes import Scope
from lambdas.credentials.store import ConnectionStore, check_directory
from lambdas.credentials.tokens import PresentedToken, matches
from lambdas.store.table import Table
from lambdas.store.transactions import ConditionFailed
from support.tables import TABLE_NAME

NOW = datetime(2026, 11, 22, 9, 30, 15, 123456, tzinfo=UTC)
YEAR = timedelta(days=365)


@pytest.fixture
def store(table: Table) -> ConnectionStore:
    return ConnectionStore(table)


def made(directory: str = "acme", label: str = "Entra ID") -> tuple[Connection, Token, PresentedToken]:
    connection = new_connection(directory, label=label, now=NOW)
    return connection, *new_token(connection, lifetime=YEAR, now=NOW)


def test_a_connection_is_read_back_with_the_id_of_its_token(store):
    connection, token, _ = made()
    store.create(connection, token)
    assert store.connection(connection.id) == replace(connection, tokens=frozenset({token.id}))


def test_a_token_is_read_back_as_it_was_made(store):
    connection, token, secret = made()
    store.create(connection, token)
    read = store.token(token.id)
    assert read == token
    assert matches(secret, read.hash)


def test_a_token_belongs_to_connection_and_directory_and_expires_when_its_lifetime_is_over(store):
    connection, token, secret = made("subsidiary")
    assert (token.id, token.connection, token.directory) == (secret.id, connection.id, "subsidiary")
    assert (token.scope, token.state) == (Scope.PROVISION, State.ENABLED)
    assert token.expires == datetime(2027, 11, 22, 9, 30, 15, tzinfo=UTC)
    assert not token.is_expired(token.expires - timedelta(seconds=1))
    assert token.is_expired(token.expires)


def test_connection_and_token_are_written_by_one_call(store, table):
    connection, token, _ = made()
    store.create(connection, token)
    assert table.meter.calls == 1


def test_the_tokens_of_a_connection_are_read_by_one_call_the_oldest_first(store, table):
    connections = [made() for _ in range(3)]
    for age, (connection, token, _) in enumerate(connections):
        store.create(connection, replace(token, created=NOW - timedelta(days=age)))
    table.meter.reset()
    read = store.tokens(token.id for _, token, _ in connections)
    assert [token.id for token in read] == [token.id for _, token, _ in reversed(connections)]
    assert table.meter.calls == 1


def test_what_does_not_exist_is_none(store):
    assert store.connection("a" * 16) is None
    assert store.token("a" * 16) is None
    assert store.tokens([]) == []


def test_a_connection_is_never_written_over(store):
    connection, token, _ = made()
    store.create(connection, token)
    _, other, _ = made()
    with pytest.raises(ConditionFailed):
        store.create(connection, other)
    assert store.token(other.id) is None
    assert store.connection(connection.id).tokens == {token.id}


def test_a_token_is_never_written_over(store):
    connection, token, _ = made()
    store.create(connection, token)
    other, _, _ = made()
    with pytest.raises(ConditionFailed):
        store.create(other, replace(token, connection=other.id))
    assert store.connection(other.id) is None
    assert store.token(token.id) == token


def test_no_item_holds_the_secret(store, dynamodb):
    connection, token, secret = made()
    store.create(connection, token)
    items = dynamodb.scan(TableName=TABLE_NAME)["Items"]
    assert len(items) == 3
    assert secret.secret not in json.dumps(items, default=repr)
    assert secret.secret not in repr((connection, token, secret))


def test_the_last_use_of_a_token_is_kept(store):
    connection, token, _ = made()
    used = replace(token, last_used=NOW)
    store.create(connection, used)
    assert store.token(token.id) == used


def test_a_missing_table_is_an_error(dynamodb):
    with pytest.raises(ClientError, match="ResourceNotFound"):
        ConnectionStore(Table(dynamodb, "missing")).connection("a" * 16)


@pytest.mark.parametrize("directory", ["a", "acme", "acme-corp", "4711", "a" * 63])
def test_a_directory_id_is_a_dns_label(directory):
    check_directory(directory)


@pytest.mark.parametrize(
    "directory", ["", "-a", "a-", "Acme", "a b", "a#b", "a/b", "a" * 64, "ä", "acme\n", "CONNECTION"]
)
def test_another_directory_id_is_refused_before_anything_is_written(store, table, directory):
    connection, token, _ = made(directory)
    with pytest.raises(InvalidConnectionError, match="directory id"):
        store.create(connection, token)
    assert table.meter.calls == 0


@given(st.text())
def test_no_directory_id_can_cross_the_boundary_of_a_key(directory):
    try:
        check_directory(directory)
    except InvalidConnectionError:
        return
    assert "#" not in directory
    assert directory == directory.lower()


def test_a_label_is_one_line_of_limited_length():
    assert new_connection("acme", label="  Entra ID, Zürich ", now=NOW).label == "Entra ID, Zürich"
    assert new_connection("acme", label="x" * MAX_LABEL_LENGTH, now=NOW).label == "x" * MAX_LABEL_LENGTH
    for label in ("x" * (MAX_LABEL_LENGTH + 1), "two\nlines", "bell\a", "\x1b[31mred", "\ud800"):
        with pytest.raises(InvalidConnectionError, match="label"):
            new_connection("acme", label=label, now=NOW)


@pytest.mark.parametrize("days", [-1, 0, 3651])
def test_a_lifetime_out_of_bounds_is_refused(days):
    connection = new_connection("acme", now=NOW)
    with pytest.raises(InvalidConnectionError, match="1 to 3650 days"):
        new_token(connection, lifetime=timedelta(days=days), now=NOW)


def test_ids_of_connections_are_fit_for_a_url_and_differ():
    ids = {new_connection("acme", now=NOW).id for _ in range(200)}
    assert len(ids) == 200
    assert all(each.isascii() and each.isalnum() and each == each.lower() and len(each) == 16 for each in ids)
