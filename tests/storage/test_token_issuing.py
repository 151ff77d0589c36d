"""Access tokens that are issued at once: each is stored, and no more than a client may have."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta

from lambdas.credentials.client_store import ClientStore
from lambdas.credentials.clients import MAX_ACCESS_TOKENS, new_client
from lambdas.credentials.connections import new_connection, new_token
from lambdas.credentials.issuing import ClientChangedError, TokenIssuer
from lambdas.credentials.scopes import Scope
from lambdas.credentials.store import ConnectionStore
from lambdas.credentials.tokens import PresentedToken
from lambdas.store.table import Table

AT_ONCE = MAX_ACCESS_TOKENS + 10
HOUR = timedelta(hours=1)


def test_of_more_requests_at_once_than_a_client_may_have_tokens_so_many_succeed_and_no_token_is_lost(
    new_table: Callable[[], Table],
) -> None:
    table, now = new_table(), datetime.now(UTC)
    connection = new_connection("acme", now=now)
    connection = ConnectionStore(table).create(connection, new_token(connection, lifetime=HOUR, now=now)[0])
    client = new_client(connection, scope=Scope.PROVISION, now=now)
    ClientStore(table).create(connection, client)
    found = TokenIssuer(table, HOUR).client(client.id)
    assert found is not None

    def issue(_: int) -> PresentedToken | None:
        """Issue a token as a function does that read the client before any other token was issued."""
        try:
            return TokenIssuer(Table(table.client, table.name), HOUR).issue(found, now).token
        except ClientChangedError:
            return None

    with ThreadPoolExecutor(AT_ONCE) as pool:
        issued = [each.hash_name for each in pool.map(issue, range(AT_ONCE)) if each]
    stored = TokenIssuer(table, HOUR).client(client.id)
    assert stored is not None
    assert len(issued) == MAX_ACCESS_TOKENS
    assert set(issued) == set(stored.access_tokens)
