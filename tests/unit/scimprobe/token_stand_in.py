"""A right token endpoint before the stand-in, with a clock of its own: its access tokens are the only ones that open it."""

import base64
import json
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from typing import Any
from urllib.parse import parse_qsl, unquote_plus

from scimprobe.oauth import ASSERTION_TYPE, ClientCredentials
from tests.unit.scimprobe.stand_in import TOKEN, Answer, Received, StandIn, serving

CLIENT = "the-client"
SECRET = "s3cret with+signs&=of the stand-in"
ASSERTION = "eyJhbGciOiJub25lIn0.e30.signature-of-the-stand-in"
PATH = "/oauth2/token"

Change = Callable[[Received, Callable[[Received], Answer]], Answer]
"""What makes it wrong, as a `Fault` of the stand-in."""


@dataclass
class Clock:
    """A time that passes only when a test says so."""

    now: float = 1_000.0

    def __call__(self) -> float:
        return self.now


@dataclass
class TokenStandIn:
    """Issues access tokens, and lets requests through that have one."""

    clock: Clock = field(default_factory=Clock)
    lifetime: int = 3_600
    seconds_per_request: float = 0.0
    """By how much its clock moves on with each SCIM request."""

    fault: Change | None = None
    issued: dict[str, float] = field(default_factory=dict)
    """When each access token expires."""

    requests: list[Received] = field(default_factory=list)
    refused: int = 0
    """SCIM requests that got 401."""

    stand_in: StandIn = field(default_factory=StandIn)

    def __post_init__(self) -> None:
        self.lock = threading.Lock()

    @property
    def endpoint(self) -> str:
        return self.stand_in.url.partition("/scim")[0] + PATH

    def client(self, clock: Callable[[], float] | None = None, **credentials: str) -> ClientCredentials:
        """A client of it, by default with the right secret and with the same clock."""
        return ClientCredentials(
            self.endpoint, CLIENT, **(credentials or {"secret": SECRET}), clock=clock or self.clock
        )

    def serve(self, received: Received, right: Callable[[Received], Answer]) -> Answer:
        """Answer any request of the stand-in."""
        if received.target == PATH:
            with self.lock:
                self.requests.append(received)
                return self.fault(received, self.issue) if self.fault else self.issue(received)
        with self.lock:
            self.clock.now += self.seconds_per_request
            name = dict(received.headers).get("Authorization", "").removeprefix("Bearer ")
            is_valid = self.issued.get(name, 0.0) > self.clock.now
            self.refused += not is_valid
        kept = [each for each in received.headers if each[0] != "Authorization"]
        return right(replace(received, headers=[*kept, ("Authorization", f"Bearer {TOKEN if is_valid else ''}")]))

    def issue(self, received: Received) -> Answer:
        """Answer a token request as RFC 6749 says."""
        sent = dict(parse_qsl(received.body.decode(), keep_blank_values=True))
        basic = dict(received.headers).get("Authorization")
        if basic:
            user, _, password = base64.b64decode(basic.removeprefix("Basic ")).decode().partition(":")
            sent |= {"client_id": unquote_plus(user), "client_secret": unquote_plus(password)}
        if sent.get("grant_type") != "client_credentials":
            return error(400, "unsupported_grant_type")
        by_secret = sent.get("client_secret") == SECRET
        by_assertion = sent.get("client_assertion_type") == ASSERTION_TYPE and sent.get("client_assertion") == ASSERTION
        if sent.get("client_id") != CLIENT or not (by_secret or by_assertion):
            return error(401, "invalid_client")
        token = f"access-token-{len(self.issued) + 1}"
        self.issued[token] = self.clock.now + self.lifetime
        answer = {"access_token": token, "token_type": "Bearer", "expires_in": self.lifetime}
        return 200, {"Content-Type": "application/json", "Cache-Control": "no-store"}, answer


def error(status: int, code: str) -> Answer:
    """An answer of RFC 6749 section 5.2."""
    return status, {"Content-Type": "application/json"}, {"error": code, "error_description": "Not so."}


def changing_the_token(change: Callable[[dict[str, Any]], dict[str, Any]]) -> Change:
    """A fault that answers right token requests with another body."""

    def fault(received: Received, right: Callable[[Received], Answer]) -> Answer:
        status, headers, body = right(received)
        return status, headers, change(json.loads(json.dumps(body))) if status == 200 else body

    return fault


@contextmanager
def serving_tokens(fault: Change | None = None, **options: Any) -> Iterator[TokenStandIn]:
    """Serve the stand-in behind a token endpoint as long as the block runs."""
    tokens = TokenStandIn(fault=fault, **options)
    with serving(tokens.serve) as stand_in:
        tokens.stand_in = stand_in
        yield tokens
