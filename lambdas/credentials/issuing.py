"""Issuing access tokens to OAuth clients: the part of their items that the token endpoint writes."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta

from lambdas.credentials.client_items import epoch, read_client
from lambdas.credentials.clients import MAX_ACCESS_TOKENS, Client
from lambdas.credentials.connections import State
from lambdas.credentials.generation import generate_access_token
from lambdas.credentials.tokens import PresentedToken
from lambdas.store import keys
from lambdas.store.keys import Item, key_of
from lambdas.store.table import Table
from lambdas.store.transactions import Action, ConditionFailed

KEPT_AFTER_EXPIRY = timedelta(hours=1)
"""How long an expired access token is kept while there is room: its requests are then logged as expired, not as unknown."""


class TooManyAccessTokensError(Exception):
    """The client has :data:`MAX_ACCESS_TOKENS` live access tokens.

    A live token is never removed for a new one: its identity provider would get a 401 and stop the whole job.

    :ivar retry_after: Seconds until the first of them expires; at least 1.
    """

    def __init__(self, retry_after: int) -> None:
        super().__init__(f"{MAX_ACCESS_TOKENS} live access tokens")
        self.retry_after = retry_after


class ClientChangedError(Exception):
    """The client changed since it was read: another token was issued, or an operator changed it. Nothing was written."""


@dataclass(frozen=True)
class IssuedToken:
    """An access token that was just issued."""

    token: PresentedToken = field(repr=False)
    """The token; its text is in the response and nowhere else."""

    lifetime: timedelta
    """How long it is accepted."""


class TokenIssuer:
    """Reads clients, and issues access tokens to them: one read and one write for each token."""

    def __init__(self, table: Table, lifetime: timedelta) -> None:
        """Create it on the table of one environment.

        :param lifetime: How long an access token is accepted.
        """
        self.table = table
        self.lifetime = lifetime

    def client(self, client_id: str) -> Client | None:
        """Return a client, or None; strongly consistent."""
        item = self.table.get(keys.client(client_id))
        return read_client(item) if item else None

    def issue(self, client: Client, now: datetime) -> IssuedToken:
        """Issue an access token to a client, and store its hash and the client's use.

        The write is one conditional update of the client's item. Concurrent ones do not overwrite each other, and never add up to
        more than :data:`MAX_ACCESS_TOKENS`.

        :param client: The client as it was just read, with its credentials checked.
        :param now: The time, in UTC.
        :raises TooManyAccessTokensError: When the client has too many live access tokens.
        :raises ClientChangedError: When the client changed since it was read; read it again.
        """
        token = generate_access_token(client.id)
        pruned = _to_prune(client, now)
        try:
            self.table.write(_addition(client, token, now + self.lifetime, pruned, now))
        except ConditionFailed as failed:
            # An update that was sent again for lack of a response meets its own effect.
            if token.hash_name not in _stored_names(failed.items.get(0)):
                raise ClientChangedError from None
        return IssuedToken(token, self.lifetime)


def _to_prune(client: Client, now: datetime) -> list[str]:
    """Return which expired access tokens to remove: those that expired long ago, and as many more as need to make room.

    :raises TooManyAccessTokensError: When there is no room, because too many are live.
    """
    expired = sorted((expires, name) for name, expires in client.access_tokens.items() if expires <= now)
    excess = len(client.access_tokens) + 1 - MAX_ACCESS_TOKENS
    if excess > len(expired):
        first = min(expires for expires in client.access_tokens.values() if expires > now)
        raise TooManyAccessTokensError(max(1, int((first - now).total_seconds()) + 1))
    old = sum(expires <= now - KEPT_AFTER_EXPIRY for expires, _ in expired)
    return [name for _, name in expired[: max(old, excess)]]


def _addition(client: Client, token: PresentedToken, expires: datetime, pruned: list[str], now: datetime) -> Action:
    """Return the update that adds an access token to a client's item, and removes others."""
    names = {"#state": "state", "#new": token.hash_name, **{f"#old{i}": name for i, name in enumerate(pruned)}}
    removed = [f"access_tokens.#old{i}" for i in range(len(pruned))]
    update = "SET access_tokens.#new = :expires, last_used = :now"
    # The size is compared as it is at the write. It counts what is removed, so all of that must still be there.
    conditions = [
        "revision = :revision",
        "#state = :enabled",
        "size(access_tokens) < :limit",
        *(f"attribute_exists({each})" for each in removed),
    ]
    return {
        "Update": {
            "Key": key_of(keys.client(client.id)),
            "UpdateExpression": f"{update} REMOVE {', '.join(removed)}" if removed else update,
            "ConditionExpression": " AND ".join(conditions),
            "ExpressionAttributeNames": names,
            "ExpressionAttributeValues": {
                ":expires": epoch(expires),
                ":now": {"S": now.replace(microsecond=0).isoformat()},
                ":revision": {"N": str(client.revision)},
                ":enabled": {"S": State.ENABLED.value},
                ":limit": {"N": str(MAX_ACCESS_TOKENS + len(pruned))},
            },
        }
    }


def _stored_names(item: Item | None) -> frozenset[str]:
    return frozenset(item["access_tokens"]["M"]) if item else frozenset()
