"""Sign-ins that have begun: what the console remembers until the identity provider sends the browser back."""

import secrets
import time
from dataclasses import dataclass
from hashlib import sha256

from lambdas.console.sign_in.provider import challenge_of
from lambdas.store.keys import Key, key_of
from lambdas.store.table import Table
from lambdas.store.transactions import ConditionFailed

SECONDS = 600
"""How long a sign-in may take at the identity provider."""


@dataclass(frozen=True)
class Login:
    """One sign-in that has begun."""

    state: str
    """What the provider gives back (RFC 6749 section 10.12)."""

    browser: str
    """What a cookie of the same browser must hold: the state of another browser is refused."""

    nonce: str
    """What the ID token must hold."""

    verifier: str
    """The PKCE verifier (RFC 7636)."""

    path: str
    """The page that was asked for, from ``/console`` on."""

    @property
    def challenge(self) -> str:
        """The PKCE challenge of the verifier."""
        return challenge_of(sha256(self.verifier.encode()).digest())


class Logins:
    """The begun sign-ins in the table: each can be finished once, within ten minutes."""

    def __init__(self, table: Table) -> None:
        self.table = table

    def begin(self, path: str) -> Login:
        """Store and return a new sign-in."""
        state, browser, nonce, verifier = (secrets.token_urlsafe(32) for _ in range(4))
        login = Login(state, browser, nonce, verifier, path)
        item = {
            **key_of(_key(login.state)),
            "browser": {"S": _digest(login.browser)},
            "nonce": {"S": login.nonce},
            "verifier": {"S": login.verifier},
            "path": {"S": path},
            "expires_at": {"N": str(int(time.time()) + SECONDS)},
        }
        self.table.write({"Put": {"Item": item}})
        return login

    def finish(self, state: str, browser: str) -> Login | None:
        """Take a sign-in out of the table; None when there is none, it ended, was used, or began in another browser."""
        key = key_of(_key(state))
        item = self.table.get(_key(state))
        if item is None or not secrets.compare_digest(item["browser"]["S"], _digest(browser)):
            return None
        try:
            self.table.write({"Delete": {"Key": key, "ConditionExpression": "attribute_exists(pk)"}})
        except ConditionFailed:
            return None  # the same state at the same moment: one of them signs in
        if int(item["expires_at"]["N"]) < time.time():
            return None
        return Login(state, browser, item["nonce"]["S"], item["verifier"]["S"], item["path"]["S"])


def _key(state: str) -> Key:
    return Key(f"LOGIN#{_digest(state)}", "-")


def _digest(text: str) -> str:
    return sha256(text.encode()).hexdigest()
