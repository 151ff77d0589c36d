"""The public keys of issuers: remembered by the process, shared in the table, and fetched when they are missing or old."""

import json
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta

from joserfc.jwk import RSAKey

from lambdas.store import keys as table_keys
from lambdas.store.keys import Item, key_of
from lambdas.store.table import Table
from lambdas.store.transactions import ConditionFailed
from lambdas.token.jwks import FetchError, KeySet

FRESH = timedelta(hours=24)
"""How long keys are used without asking the issuer."""

USABLE = timedelta(days=7)
"""How long keys are used while the issuer does not answer. Then the item ends (TTL), and assertions cannot be checked."""

RETRY = timedelta(minutes=1)
"""How often an issuer is asked at most, by all processes together, whatever ids of keys requests name."""

WAIT_SECONDS = 3.0
"""How long a request waits for the answer that another process is fetching."""

POLL_SECONDS = 0.2


class UnknownKeyError(Exception):
    """The issuer was asked within the last minute, and has no key of this id.

    :ivar known: The ids of its keys.
    """

    def __init__(self, known: list[str]) -> None:
        super().__init__()
        self.known = known


class KeysUnavailableError(Exception):
    """The issuer did not answer, and no usable key of this id is stored. The text says why it did not."""


NO_KEYS = KeySet({})


@dataclass(frozen=True)
class _Known:
    """The stored keys of an issuer, and what became of the last request for them; times in seconds since 1970."""

    keys: KeySet = NO_KEYS
    fetched: float = 0.0
    tried: float = 0.0
    failed: float = 0.0

    def fresh_key(self, kid: str, now: float) -> RSAKey | None:
        return self.keys.key(kid) if now - self.fetched < FRESH.total_seconds() else None

    def usable_key(self, kid: str, now: float) -> RSAKey | None:
        return self.keys.key(kid) if now - self.fetched < USABLE.total_seconds() else None

    @property
    def is_settled(self) -> bool:
        """Whether the last request for the keys has ended."""
        return max(self.fetched, self.failed) >= self.tried


class SigningKeys:
    """The signing keys of issuers.

    A request whose key is known costs nothing, in a new process one read. An issuer is asked at most once a minute, by the
    process whose conditional write wins; the others wait for its result. The last good set stays in the table, so that a cold
    start survives an outage of the issuer.
    """

    def __init__(self, table: Table, fetch: Callable[[str], KeySet], clock: Callable[[], float]) -> None:
        """Create it on the table of one environment.

        :param fetch: Returns the keys at a URL, or raises FetchError (:func:`lambdas.token.jwks.fetch`).
        :param clock: Returns the time in seconds since 1970.
        """
        self.table = table
        self.fetch = fetch
        self.clock = clock
        self._remembered: dict[str, _Known] = {}

    def key(self, issuer: str, url: str, kid: str) -> RSAKey:
        """Return a key of an issuer.

        :param url: Where its keys are.
        :param kid: The id of the key, as an assertion names it.
        :raises UnknownKeyError: When the issuer has no such key.
        :raises KeysUnavailableError: When that could not be found out.
        """
        now = self.clock()
        known = self._remembered.get(issuer) or _Known()
        found = known.fresh_key(kid, now)
        if found is None:
            known = self._stored(issuer)
            found = known.fresh_key(kid, now)
        if found is None:
            known = self._refreshed(issuer, url)
            found = known.usable_key(kid, now)
        if found is not None:
            return found
        if known.fetched >= known.tried > 0:
            raise UnknownKeyError(sorted(known.keys.keys))
        raise KeysUnavailableError(f"the keys of {issuer} could not be fetched")

    def key_after_refresh(self, issuer: str, url: str, kid: str) -> RSAKey | None:
        """Return a key after asking the issuer anew, unless it was asked within the last minute; None if it has none.

        For a signature that does not match: an issuer may replace a key and keep its id. When the issuer does not answer, the
        signature was still checked with a key of the issuer, and is wrong.
        """
        return self._refreshed(issuer, url).usable_key(kid, self.clock())

    def _refreshed(self, issuer: str, url: str) -> _Known:
        """Return the keys of an issuer after a request for them, by this process or another."""
        if not self._may_ask(issuer):
            return self._settled(issuer)
        now = int(self.clock())
        try:
            fetched = self.fetch(url)
        except FetchError:
            self._write(issuer, "SET failed = :now", {":now": {"N": str(now)}})
            return self._stored(issuer)
        self._write(
            issuer,
            "SET jwks = :jwks, fetched = :now, expires_at = :end",
            {
                ":jwks": {"S": json.dumps(list(fetched.keys.values()))},
                ":now": {"N": str(now)},
                ":end": {"N": str(now + int(USABLE.total_seconds()))},
            },
        )
        return self._stored(issuer)

    def _may_ask(self, issuer: str) -> bool:
        """Reserve the next request to an issuer, and return whether this process may send it."""
        now = int(self.clock())
        try:
            self._write(
                issuer,
                "SET tried = :now",
                {":now": {"N": str(now)}, ":before": {"N": str(now - int(RETRY.total_seconds()))}},
                "attribute_not_exists(tried) OR tried <= :before",
            )
        except ConditionFailed:
            return False
        return True

    def _settled(self, issuer: str) -> _Known:
        """Return the stored keys when the request of another process for them has ended, or after a wait."""
        deadline = time.monotonic() + WAIT_SECONDS
        known = self._stored(issuer)
        while not known.is_settled and time.monotonic() < deadline:
            time.sleep(POLL_SECONDS)
            known = self._stored(issuer)
        return known

    def _stored(self, issuer: str) -> _Known:
        """Return the stored keys, and remember them."""
        known = _read(self.table.get(table_keys.issuer_keys(issuer)))
        self._remembered[issuer] = known
        return known

    def _write(self, issuer: str, update: str, values: Item, condition: str | None = None) -> None:
        request: Item = {
            "Key": key_of(table_keys.issuer_keys(issuer)),
            "UpdateExpression": update,
            "ExpressionAttributeValues": values,
        }
        self.table.write({"Update": request if condition is None else {**request, "ConditionExpression": condition}})


def _read(item: Item | None) -> _Known:
    if item is None:
        return _Known()
    moments = {name: float(item.get(name, {}).get("N", "0")) for name in ("fetched", "tried", "failed")}
    listed = json.loads(item["jwks"]["S"]) if "jwks" in item else []
    return _Known(KeySet({each["kid"]: each for each in listed}), **moments)
