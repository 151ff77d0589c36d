"""OAuth clients on the table: what operators do to them, and the access tokens that they get."""

import threading
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from lambdas.credentials.client_items import client_item
from lambdas.credentials.client_store import ClientStore
from lambdas.credentials.clients import (
    MAX_ACCESS_TOKENS,
    MAX_CLIENTS,
    Client,
    ClientKind,
    Federation,
    new_client,
    with_new_secret,
)
from lambdas.credentials.connections import Connection, State, new_connection, new_token
from lambdas.credentials.issuing import (
    KEPT_AFTER_EXPIRY,
    ClientChangedError,
    IssuedToken,
    TokenIssuer,
    TooManyAccessTokensError,
)
from lambdas.credentials.scopes import Scope
from lambdas.credentials.store import ConnectionStore
from lambdas.credentials.tokens import TokenKind
from lambdas.store import keys
from lambdas.store.keys import Item, key_of
from lambdas.store.table import Table
from lambdas.store.transactions import ConditionFailed

NOW = datetime(2026, 11, 22, 9, 30, 15, tzinfo=UTC)
HOUR = timedelta(hours=1)
YEAR = timedelta(days=365)
FEDERATION = Federation("https://login.microsoftonline.com/t/v2.0", "subject", "audience")


@pytest.fixture
def store(table: Table) -> ClientStore:
    return ClientStore(table)


@pytest.fixture
def issuer(table: Table) -> TokenIssuer:
    return TokenIssuer(table, HOUR)


def connected(table: Table, tokens: int = 1) -> Connection:
    connections = ConnectionStore(table)
    connection = new_connection("acme", now=NOW)
    connection = connections.create(connection, new_token(connection, lifetime=YEAR, now=NOW)[0])
    for _ in range(tokens - 1):
        connection = connections.add_token(connection, new_token(connection, lifetime=YEAR, now=NOW)[0])
    return connection


def created(table: Table, connection: Connection | None = None, federation: Federation | None = None) -> Client:
    """A client of a connection, with a secret unless it is federated."""
    connection = connection or connected(table)
    client = new_client(connection, federation=federation, label="Entra ID", now=NOW)
    if federation is None:
        client, _ = with_new_secret(client, lifetime=YEAR, now=NOW)
    ClientStore(table).create(connection, client)
    return client


def read(table: Table, client: Client) -> Client:
    found = ClientStore(table).client(client.id)
    assert found is not None
    return found


def item_of(table: Table, client: Client) -> Item | None:
    return table.get(keys.client(client.id))


# Operators


@pytest.mark.parametrize("federation", [None, FEDERATION])
def test_a_client_is_read_back_as_it_was_created_and_its_connection_lists_it(store, table, federation):
    connection = connected(table)
    client = new_client(connection, federation=federation, scope=Scope.READ, label="Okta", now=NOW)
    if federation is None:
        client, _ = with_new_secret(client, lifetime=YEAR, now=NOW)
    store.create(connection, client)
    assert store.client(client.id) == client
    assert client.kind is (ClientKind.FEDERATED if federation else ClientKind.SECRET)
    listed = ConnectionStore(table).connection(connection.id)
    assert listed.clients == {client.id}
    assert listed.tokens == connection.tokens
    assert store.clients(listed.clients) == [client]


def test_no_item_holds_the_text_of_a_secret_or_of_an_access_token(store, issuer, table):
    connection = connected(table)
    client, secret = with_new_secret(new_client(connection, now=NOW), lifetime=YEAR, now=NOW)
    store.create(connection, client)
    issued = issuer.issue(client, NOW)
    kept = repr(item_of(table, client))
    assert secret.hash in {each["M"]["hash"]["B"] for each in item_of(table, client)["secrets"]["L"]}
    for text in (secret.secret, secret.text, issued.token.secret, issued.token.text):
        assert text not in kept


@pytest.mark.parametrize("state", State)
def test_a_client_has_the_state_of_its_connection(store, table, state):
    connection = connected(table)
    client = created(table, connection)
    connections = ConnectionStore(table)
    changed = connections.set_state(connections.connection(connection.id), state)
    assert read(table, client).state is state
    assert new_client(changed, now=NOW).state is state


def test_deleting_a_connection_deletes_its_clients_and_their_access_tokens(store, issuer, table):
    connection = connected(table, tokens=2)
    clients = [created(table, connection)]
    connections = ConnectionStore(table)
    clients.append(created(table, connections.connection(connection.id), FEDERATION))
    issuer.issue(clients[0], NOW)
    table.meter.reset()
    connections.delete(connections.connection(connection.id))
    assert table.meter.calls == 2, "one read, one transaction"
    assert store.clients(client.id for client in clients) == []
    assert table.client.scan(TableName=table.name)["Items"] == []


def test_regenerating_a_connection_deletes_its_clients(store, table):
    connection = connected(table)
    client = created(table, connection)
    connections = ConnectionStore(table)
    new = new_connection("acme", now=NOW)
    connections.regenerate(connections.connection(connection.id), new, new_token(new, lifetime=YEAR, now=NOW)[0])
    assert store.client(client.id) is None
    assert connections.connection(new.id).clients == frozenset()


def test_a_revoked_client_is_gone_and_the_others_stay(store, table):
    connection = connected(table)
    first = created(table, connection)
    second = created(table, ConnectionStore(table).connection(connection.id))
    store.delete(ConnectionStore(table).connection(connection.id), first.id)
    assert store.client(first.id) is None
    assert store.client(second.id) == second
    assert ConnectionStore(table).connection(connection.id).clients == {second.id}


def test_a_connection_with_all_of_its_tokens_and_clients_changes_in_one_transaction(table):
    connections = ConnectionStore(table)
    connection = connected(table, tokens=5)
    for _ in range(MAX_CLIENTS):
        created(table, connections.connection(connection.id))
    connection = connections.set_state(connections.connection(connection.id), State.DISABLED)
    assert {client.state for client in ClientStore(table).clients(connection.clients)} == {State.DISABLED}
    connections.delete(connection)
    assert table.client.scan(TableName=table.name)["Items"] == []


def test_a_new_secret_keeps_the_access_token_that_is_issued_at_the_same_moment(store, issuer, table):
    client = created(table)
    rotated, _ = with_new_secret(client, lifetime=YEAR, grace=timedelta(days=7), now=NOW)
    issuer.issue(client, NOW)  # after the operator's read, before the operator's write
    store.replace_secrets(client, rotated)
    found = read(table, client)
    assert len(found.secrets) == 2
    assert found.live_access_tokens(NOW) == 1


def test_a_new_secret_without_a_grace_period_ends_every_access_token(store, issuer, table):
    client = created(table)
    issuer.issue(client, NOW)
    rotated, _ = with_new_secret(read(table, client), lifetime=YEAR, now=NOW)
    store.replace_secrets(client, rotated, ends_access_tokens=True)
    found = read(table, client)
    assert len(found.secrets) == 1
    assert found.access_tokens == {}


def test_secrets_are_not_written_over_another_operators_change_or_for_a_client_that_is_gone(store, table):
    connection = connected(table)
    client = created(table, connection)
    rotated, _ = with_new_secret(client, lifetime=YEAR, grace=HOUR, now=NOW)
    store.replace_secrets(client, rotated)
    with pytest.raises(ConditionFailed):
        store.replace_secrets(client, rotated)
    store.delete(ConnectionStore(table).connection(connection.id), client.id)
    with pytest.raises(ConditionFailed):
        store.replace_secrets(replace(client, revision=2), rotated)
    assert store.client(client.id) is None


# Access tokens


def test_an_access_token_costs_one_write_and_is_stored_as_a_hash_with_its_expiry(issuer, table):
    client = created(table)
    table.meter.reset()
    issued = issuer.issue(client, NOW)
    assert table.meter.calls == 1
    assert (issued.token.kind, issued.token.id, issued.lifetime) == (TokenKind.ACCESS_TOKEN, client.id, HOUR)
    found = read(table, client)
    assert found.access_tokens == {issued.token.hash_name: NOW + HOUR}
    assert found.last_used == NOW
    assert found.revision == client.revision


def test_a_client_that_changed_since_it_was_read_gets_none(store, issuer, table):
    connection = connected(table)
    client = created(table, connection)
    rotated, _ = with_new_secret(client, lifetime=YEAR, grace=HOUR, now=NOW)
    store.replace_secrets(client, rotated)
    with pytest.raises(ClientChangedError):
        issuer.issue(client, NOW)
    assert issuer.issue(read(table, client), NOW)


def test_a_client_that_is_disabled_or_revoked_after_it_was_read_gets_none(store, issuer, table):
    connections = ConnectionStore(table)
    connection = connected(table)
    client = created(table, connection)
    connections.set_state(connections.connection(connection.id), State.DISABLED)
    with pytest.raises(ClientChangedError):
        issuer.issue(client, NOW)
    connections.delete(connections.connection(connection.id))
    with pytest.raises(ClientChangedError):
        issuer.issue(client, NOW)
    assert store.client(client.id) is None


def with_tokens(table: Table, client: Client, expiries: list[datetime]) -> Client:
    """A client with access tokens of these expiries."""
    known = {f"{number:043}": expires for number, expires in enumerate(expiries)}
    client = replace(client, access_tokens=known)
    table.write({"Put": {"Item": client_item(client)}})
    return client


def test_expired_access_tokens_are_removed_an_hour_after_they_expired(issuer, table):
    expiries = [NOW - KEPT_AFTER_EXPIRY, NOW - KEPT_AFTER_EXPIRY + timedelta(seconds=1), NOW, NOW + HOUR]
    client = with_tokens(table, created(table), expiries)
    issued = issuer.issue(client, NOW)
    kept = read(table, client).access_tokens
    assert sorted(kept.values()) == [*expiries[1:], NOW + HOUR]
    assert issued.token.hash_name in kept


def test_a_live_access_token_is_never_removed_for_a_new_one(issuer, table):
    expiries = [NOW + timedelta(seconds=90 + number) for number in range(MAX_ACCESS_TOKENS)]
    client = with_tokens(table, created(table), expiries)
    with pytest.raises(TooManyAccessTokensError) as refused:
        issuer.issue(client, NOW)
    assert refused.value.retry_after == 91
    assert read(table, client).access_tokens == client.access_tokens


def test_expired_access_tokens_make_room_for_new_ones(issuer, table):
    live = [NOW + HOUR] * (MAX_ACCESS_TOKENS - 2)
    client = with_tokens(table, created(table), [NOW - timedelta(seconds=2), NOW - timedelta(seconds=1), *live])
    issuer.issue(client, NOW)
    assert len(read(table, client).access_tokens) == MAX_ACCESS_TOKENS
    assert NOW - timedelta(seconds=2) not in read(table, client).access_tokens.values()
    issuer.issue(read(table, client), NOW)
    with pytest.raises(TooManyAccessTokensError):
        issuer.issue(read(table, client), NOW)
    assert read(table, client).live_access_tokens(NOW) == MAX_ACCESS_TOKENS


def test_an_update_that_is_sent_again_issues_one_token(issuer, table):
    expiries = [NOW + HOUR] * (MAX_ACCESS_TOKENS - 1)
    client = with_tokens(table, created(table), expiries)
    send = table.client.update_item

    class Twice:
        """A client whose first response was lost on the way."""

        def __getattr__(self, name: str) -> object:
            return getattr(table.client, name)

        def update_item(self, **request: object) -> object:
            send(**request)
            return send(**request)

    issued = TokenIssuer(Table(Twice(), table.name), HOUR).issue(client, NOW)
    found = read(table, client)
    assert issued.token.hash_name in found.access_tokens
    assert len(found.access_tokens) == MAX_ACCESS_TOKENS


def test_the_item_of_a_client_with_the_most_and_the_longest_of_everything_costs_one_read_unit(
    new_table: Callable[[], Table],
):
    table = new_table()
    connection = connected(table)
    federation = Federation("https://" + "i" * 247, "s" * 255, "a" * 255)
    longest = new_client(connection, federation=federation, label="\U0001f600" * 100, now=NOW)
    ClientStore(table).create(connection, longest)
    with_tokens(table, longest, [NOW + HOUR] * MAX_ACCESS_TOKENS)
    table.meter.reset()
    assert len(read(table, longest).access_tokens) == MAX_ACCESS_TOKENS
    assert (table.meter.calls, table.meter.read_units) == (1, 1.0)


@pytest.mark.parametrize("expired", [0, 3])
def test_twenty_five_requests_at_once_get_twenty_five_tokens_and_none_is_lost(
    new_table: Callable[[], Table], expired: int
):
    table = new_table()
    client = with_tokens(table, created(table), [NOW - timedelta(days=1)] * expired)
    issued: list[IssuedToken] = []
    start = threading.Barrier(25)

    def request() -> None:
        own = TokenIssuer(Table(table.client, table.name), HOUR)
        start.wait()
        while True:
            try:
                issued.append(own.issue(own.client(client.id), NOW))
            except ClientChangedError:
                continue
            return

    threads = [threading.Thread(target=request) for _ in range(25)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert read(table, client).access_tokens.keys() == {each.token.hash_name for each in issued}
    assert len(issued) == 25


def test_parallel_requests_never_add_up_to_more_than_the_most(new_table: Callable[[], Table]):
    table = new_table()
    live = [NOW + HOUR] * (MAX_ACCESS_TOKENS - 5)
    client = with_tokens(table, created(table), [NOW - timedelta(days=1)] * 3 + live)
    issued: list[IssuedToken] = []
    refused: list[int] = []
    start = threading.Barrier(12)

    def request() -> None:
        own = TokenIssuer(Table(table.client, table.name), HOUR)
        start.wait()
        while True:
            try:
                issued.append(own.issue(own.client(client.id), NOW))
            except ClientChangedError:
                continue
            except TooManyAccessTokensError as full:
                refused.append(full.retry_after)
            return

    threads = [threading.Thread(target=request) for _ in range(12)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert (len(issued), len(refused)) == (5, 7)
    assert read(table, client).live_access_tokens(NOW) == MAX_ACCESS_TOKENS


def test_a_connection_written_before_there_were_clients_has_none(table):
    connection = connected(table)
    key = key_of(keys.connection(connection.id))
    assert "clients" not in table.client.get_item(TableName=table.name, Key=key)["Item"]
    assert ConnectionStore(table).connection(connection.id).clients == frozenset()
