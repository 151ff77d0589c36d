"""The deployed endpoint, as tests reach it: by HTTP like a client, by boto3 like an operator."""

import functools
import http.client
import json
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import boto3

from lambdas.operations.connections import Connections, GeneratedToken
from lambdas.operations.log.events import LogEvent
from lambdas.operations.log.reader import LogReader
from lambdas.operations.target import Target
from scimctl import targets
from scimctl.local_state import LocalConnection, LocalState, read_connection, read_state

FIVE = ["compliance", "forms-admin", "devices", "forms-mobile", "formulation"]
"""The worked environments, each with a guide of its own."""

SCIM_JSON = "application/scim+json"
NO_TOKEN = ""

SECRETS: set[str] = set()
"""Every token that this run was shown, for the search in its logs."""


@dataclass(frozen=True)
class Reply:
    """What an HTTP request got."""

    status: int
    headers: dict[str, str]
    """By lower-case name."""
    content: bytes

    @property
    def json(self) -> Any:
        return json.loads(self.content)


@dataclass(frozen=True)
class Endpoint:
    """One deployed stack and a connection to its own directory."""

    state: LocalState
    state_directory: Path
    tenant_url: str
    token: str

    @classmethod
    def of(cls, state_directory: Path, environment: str | None = None) -> "Endpoint":
        """The endpoint of an environment that runs in a state directory; without a name of the one deployed first."""
        state, connection = (read(state_directory, environment) for read in (read_state, read_connection))
        assert isinstance(state, LocalState), f"{environment} is not deployed"
        assert isinstance(connection, LocalConnection), f"{environment} has no connection"
        return cls(state, state_directory, connection.tenant_url, connection.secret_token)

    def create_connection(self, directory: str | None = None, **options: Any) -> GeneratedToken:
        """Another connection, as `scimctl connections create` makes it: `.tenant_url` and `.secret_token`."""
        generated = self.access().generate(directory=directory, **options)
        SECRETS.add(generated.secret_token)
        return generated

    def access(self) -> Connections:
        """What an operator can do with connections and tokens."""
        return Connections(self.target())

    def target(self) -> Target:
        """Where it is deployed, as a command of `scimctl --local` finds it."""
        return _target(self.state.environment, self.state_directory, self.state.port, str(self.state.outputs))

    def seen_by(self, connection: GeneratedToken) -> "Endpoint":
        """The same endpoint, reached by another connection."""
        return Endpoint(self.state, self.state_directory, connection.tenant_url, connection.secret_token)

    def client(self, service: str) -> Any:
        """A boto3 client of the local cloud, with an operator's rights."""
        return _client(service, tuple(self.state.client_arguments().items()))

    def send(
        self,
        method: str,
        path: str,
        body: Any = None,
        *,
        token: str | None = None,
        headers: dict[str, str] | None = None,
        seconds: float = 60,
    ) -> Reply:
        """Send one request, exactly as given.

        `path` follows the Tenant URL (`/Users`), or is a whole URL. `body` is bytes, or what is written as JSON. Without
        `token` it is the connection's; NO_TOKEN sends none. It waits so many `seconds` for the answer.
        """
        parts = urlsplit(path if path.startswith("http") else self.tenant_url + path)
        sent = {"Accept": SCIM_JSON}
        if token != NO_TOKEN:
            sent["Authorization"] = f"Bearer {token or self.token}"
        content = body if isinstance(body, bytes | None) else json.dumps(body).encode()
        if content is not None:
            sent["Content-Type"] = SCIM_JSON
        line = http.client.HTTPConnection("127.0.0.1", self.state.port, timeout=seconds)
        try:
            target = parts.path + (f"?{parts.query}" if parts.query else "")
            line.request(method, target, content, sent | (headers or {}))
            answer = line.getresponse()
            named = {name.lower(): value for name, value in answer.getheaders()}
            return Reply(answer.status, named, answer.read())
        finally:
            line.close()

    def records(self, since: datetime) -> list[dict[str, Any]]:
        """The log group's JSON records since a moment, oldest first."""
        return [event.record for event in self.log(since) if event.record]

    def log(self, since: datetime) -> list[LogEvent]:
        """All that is in the log group since a moment, oldest first."""
        return list(LogReader.of(self.target()).read(since))

    def wait_for_record(
        self, matches: Callable[[dict[str, Any]], bool], since: datetime, seconds: float = 15
    ) -> dict[str, Any]:
        """The first record since a moment that matches; records appear shortly after what they tell of."""
        deadline = time.monotonic() + seconds
        while True:
            records = self.records(since)
            found = next(filter(matches, records), None)
            if found is not None:
                return found
            assert time.monotonic() < deadline, f"no such record in {seconds} s among {records}"
            time.sleep(0.2)


@functools.cache
def _target(environment: str, state_directory: Path, *_state: Any) -> Target:
    """Find a deployment once for each state of the local cloud that tests see: it takes as long as a request."""
    return targets.resolve(environment, state_directory, local=True)


@functools.cache
def _client(service: str, arguments: tuple[tuple[str, str], ...]) -> Any:
    return boto3.client(service, **dict(arguments))  # type: ignore[call-overload]


def now() -> datetime:
    """The moment from which a test reads the log."""
    return datetime.now(UTC)
