"""The token endpoint of the deployed stack, as clients and an operator reach it."""

import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from urllib.parse import urlencode

from lambdas.operations.clients import Clients, CreatedClient
from lambdas.store import keys
from scimprobe.oauth import ASSERTION_TYPE, FORM, ClientCredentials
from scimprobe.wire import Exchange
from tests.e2e.endpoint import SECRETS, Endpoint, Reply
from tests.e2e.issuer import APPLICATION, SUBJECT, Entra


@dataclass(frozen=True)
class Side:
    """The token endpoint, and an operator beside it."""

    endpoint: Endpoint
    clients: Clients

    def create(self, directory: str = "oauth") -> CreatedClient:
        """A client with a secret, of a connection of its own."""
        made = self.clients.create(self._connection(directory))
        assert made.client_secret
        SECRETS.add(made.client_secret)
        return made

    def federate(self, entra: Entra) -> CreatedClient:
        """A federated client, of a connection of its own; the audience is copied as Entra ID shows it."""
        connection = self._connection("oauth")
        audience = f"api://{APPLICATION}/.default"
        return self.clients.federate(connection, issuer=entra.issuer, subject=SUBJECT, audience=audience)

    def _connection(self, directory: str) -> Any:
        generated = self.endpoint.create_connection(directory=directory)
        return self.endpoint.access().connection(generated.connection.id)

    def ask(self, made: CreatedClient, **parameters: str) -> Reply:
        """Send a token request, in the body, with other parameters than the usual ones."""
        usual = {"grant_type": "client_credentials", "client_id": made.client.id}
        if made.client_secret:
            usual["client_secret"] = made.client_secret
        return self.post({**usual, **parameters}, made.token_endpoint)

    def assert_with(self, made: CreatedClient, assertion: str) -> Reply:
        """Send a token request with an assertion."""
        return self.ask(made, client_assertion_type=ASSERTION_TYPE, client_assertion=assertion, scope="scim")

    def post(self, parameters: dict[str, str], url: str, headers: dict[str, str] | None = None) -> Reply:
        """Send a form without a credential in the header, and keep the access token for the search in the logs."""
        body = urlencode(parameters).encode()
        reply = self.endpoint.send("POST", url, body, token="", headers={"Content-Type": FORM, **(headers or {})})
        if reply.status == 200:
            SECRETS.add(reply.json["access_token"])
        return reply

    def users(self, made: CreatedClient, token: str) -> Reply:
        return self.endpoint.send("GET", f"{made.tenant_url}/Users?startIndex=1&count=1", token=token)

    def opens(self, made: CreatedClient, reply: Reply) -> None:
        """Check that a token response is RFC 6749's, and that its token opens the directory."""
        assert reply.status == 200, reply.content
        assert (reply.json["token_type"], reply.json["expires_in"]) == ("Bearer", 3600)
        assert "no-store" in reply.headers["cache-control"]
        assert self.users(made, reply.json["access_token"]).status == 200

    def refused(self, made: CreatedClient, reply: Reply, since: datetime, reason: str) -> dict[str, Any]:
        """Check that a request got 401 `invalid_client`, and return its record in the SCIM log."""
        assert (reply.status, reply.json["error"]) == (401, "invalid_client"), reply.content
        assert "access_token" not in reply.json
        return self.endpoint.wait_for_record(
            lambda each: (
                (each.get("event"), each.get("client"), each.get("reason"))
                == ("scim.token_refused", made.client.id, reason)
            ),
            since,
        )

    def set_access_tokens(self, made: CreatedClient, ends: Mapping[str, int]) -> None:
        """Replace the stored access tokens of a client: their hashes, and when each ends."""
        self._update(
            f"CLIENT#{made.client.id}",
            "SET access_tokens = :all",
            {":all": {"M": {name: {"N": str(end)} for name, end in ends.items()}}},
        )

    def let_time_pass(self, entra: Entra) -> None:
        """Let the issuer be asked again, as if a minute had passed since it was last asked."""
        self._update(
            keys.issuer_keys(entra.issuer).pk, "SET tried = :then", {":then": {"N": str(int(time.time()) - 61)}}
        )

    def _update(self, partition: str, expression: str, values: dict[str, Any]) -> None:
        self.endpoint.client("dynamodb").update_item(
            TableName=self.endpoint.target().table_name,
            Key={"pk": {"S": partition}, "sk": {"S": "-"}},
            UpdateExpression=expression,
            ExpressionAttributeValues=values,
        )


@dataclass
class EndingTokens:
    """A client's credential, whose access tokens end at every so many requests: an hour has passed, though no clock shows it."""

    side: Side
    made: CreatedClient
    credential: ClientCredentials
    every: int = 30
    calls: int = 0
    times: int = 0

    def __call__(self) -> str:
        header = self.credential()
        self.calls += 1
        if self.calls % self.every == 0:
            self.times += 1
            live = self.side.clients.client(self.made.client.id).access_tokens
            self.side.set_access_tokens(self.made, dict.fromkeys(live, int(time.time()) - 1))
        return header

    def renew(self, refused: str) -> bool:
        return self.credential.renew(refused)

    @property
    def secrets(self) -> Iterable[str]:
        return self.credential.secrets

    @property
    def exchanges(self) -> Sequence[Exchange]:
        return self.credential.exchanges


def until_answered(send: Callable[[], Reply], seconds: float = 60) -> Reply:
    """Send a request until it is answered: again only after a 503, or when nothing listened. Anything else is an answer."""
    deadline = time.monotonic() + seconds
    while True:
        try:
            reply = send()
            if reply.status != 503 or time.monotonic() > deadline:
                return reply
        except ConnectionRefusedError:
            assert time.monotonic() < deadline
        time.sleep(0.5)
