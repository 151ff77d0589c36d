"""OAuth 2.0 client credentials: gets an access token, uses it until it expires, and gets the next one.

The request is the one of Microsoft Entra ID: everything in the form body and no `Authorization` header, with a client secret
(RFC 6749 section 4.4.2) or with a signed assertion (RFC 7523 section 2.2). No `scope` is sent.
"""

import base64
import ssl
import threading
import time
from collections.abc import Callable, Iterable, Mapping
from http.client import HTTPConnection, HTTPException, HTTPSConnection
from types import MappingProxyType
from urllib.parse import quote_plus, urlencode

from scimprobe.credentials import CredentialError, redact
from scimprobe.exchange import Exchange
from scimprobe.wire import ATTEMPTS, NO_ANSWER, TIMEOUT, Answer, checked_url

FORM = "application/x-www-form-urlencoded"

ASSERTION_TYPE = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"
"""The type of a signed assertion (RFC 7523 section 2.2)."""

OPERATION = "get access token"
"""The name of token requests in the report of a simulation."""

MARGIN = 60.0
"""Seconds before its expiry in which a token is no longer used, so that none expires on its way."""

OK = 200

NO_CHANGES: Mapping[str, str | None] = MappingProxyType({})


class ClientCredentials:
    """An OAuth 2.0 client. One access token serves all threads; it is replaced before it expires, and when it is refused."""

    def __init__(
        self,
        endpoint: str,
        client_id: str,
        *,
        secret: str = "",
        assertion: str = "",
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        """Initialize a client that proves itself with a secret or with an assertion.

        :param endpoint: The URL of the token endpoint.
        :param assertion: A signed JWT of the identity provider.
        :param clock: Returns seconds since any moment.
        :raises ValueError: The URL cannot be used, or is not safe to send a secret to. The text does not hold the secret.
        """
        parts = checked_url("token endpoint", endpoint)
        self.endpoint = endpoint.strip()
        self.client_id = client_id.strip()
        self.secret, self.assertion = secret.strip(), assertion.strip()
        self.exchanges: list[Exchange] = []
        self._is_secure = parts.scheme == "https"
        self._host = parts.netloc.rpartition("@")[2]
        self._target = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
        self._clock = clock
        self._lock = threading.Lock()
        self._token = ""
        self._ends: float | None = None
        self._seen: set[str] = set()

    def __call__(self) -> str:
        """Return the access token as a bearer token, a new one when the last one is about to expire.

        :raises CredentialError: The token endpoint gives none.
        """
        with self._lock:
            if not self._token or (self._ends is not None and self._clock() >= self._ends):
                self._fetch()
            return f"Bearer {self._token}"

    def renew(self, refused: str) -> bool:
        """Get another access token, unless another thread has done so, and return True.

        :raises CredentialError: The token endpoint gives none.
        """
        with self._lock:
            if refused == f"Bearer {self._token}":
                self._fetch()
        return True

    @property
    def secrets(self) -> Iterable[str]:
        """The client secret, the assertion, and every access token so far."""
        return (self.secret, self.assertion, *self._seen)

    @property
    def parameters(self) -> dict[str, str]:
        """The parameters of a token request, in Entra's order."""
        named = {"grant_type": "client_credentials", "client_id": self.client_id}
        if self.assertion:
            return named | {"client_assertion_type": ASSERTION_TYPE, "client_assertion": self.assertion}
        return named | {"client_secret": self.secret}

    def request(self, changes: Mapping[str, str | None] = NO_CHANGES, *, in_header: bool = False) -> Answer:
        """Send one token request, and return the answer whatever it is.

        :param changes: Parameters in place of the usual ones or beside them; None leaves one out.
        :param in_header: Send client id and secret by HTTP Basic (RFC 6749 section 2.3.1), not in the body.
        """
        changed = {**self.parameters, **changes}
        sent = {name: value for name, value in changed.items() if value is not None}
        headers = {"Content-Type": FORM}
        if in_header:
            pair = ":".join(quote_plus(sent.pop(name, "")) for name in ("client_id", "client_secret"))
            headers["Authorization"] = f"Basic {base64.b64encode(pair.encode()).decode()}"
        return self.send(urlencode(sent).encode(), headers)

    def send(self, body: bytes, headers: Mapping[str, str]) -> Answer:
        """Send any request to the token endpoint. A redirect is an answer like any other, and is not followed."""
        connection = self._connect()
        try:
            connection.putrequest("POST", self._target, skip_accept_encoding=True)
            for name, value in {**headers, "Content-Length": str(len(body))}.items():
                connection.putheader(name, value)
            connection.endheaders(body)
            response = connection.getresponse()
            named = {name.lower(): value for name, value in response.getheaders()}
            answer = Answer(response.status, named, response.read())
        except (OSError, HTTPException) as error:
            return Answer(NO_ANSWER, failure=type(error).__name__)
        finally:
            connection.close()
        token = (answer.resource or {}).get("access_token")
        if isinstance(token, str):
            self._seen.add(token)
        return answer

    def _connect(self) -> HTTPConnection:
        if self._is_secure:
            return HTTPSConnection(self._host, timeout=TIMEOUT, context=ssl.create_default_context())
        return HTTPConnection(self._host, timeout=TIMEOUT)

    def _fetch(self) -> None:
        """Get an access token, again after a passing failure."""
        for attempt in range(1, ATTEMPTS + 1):
            asked, started = self._clock(), time.perf_counter()
            answer = self.request()
            milliseconds = (time.perf_counter() - started) * 1000
            again = answer.is_passing and attempt < ATTEMPTS
            self.exchanges.append(Exchange(OPERATION, answer.status, milliseconds, retried=again))
            if not again:
                break
            time.sleep(answer.pause(attempt))
        self._token, lifetime = self._read(answer)
        self._ends = None if lifetime is None else asked + max(lifetime - MARGIN, lifetime / 2)

    def _read(self, answer: Answer) -> tuple[str, float | None]:
        """Return the access token of an answer, and the seconds that it lasts; None when the answer does not say."""
        body = answer.resource or {}
        if answer.status != OK:
            raise CredentialError(f"The token endpoint {self.endpoint} gives no access token: {self._reason(answer)}")
        token, kind, lifetime = (body.get(name) for name in ("access_token", "token_type", "expires_in"))
        if not isinstance(token, str) or not token or not (token.isascii() and token.isprintable()) or " " in token:
            raise CredentialError(f"The token endpoint {self.endpoint} answers 200 without an access token.")
        if str(kind).lower() != "bearer":
            raise CredentialError(f"The token endpoint {self.endpoint} gives no bearer token: token_type is {kind}.")
        is_number = isinstance(lifetime, int | float) and not isinstance(lifetime, bool)
        return token, float(lifetime) if is_number and lifetime else None

    def _reason(self, answer: Answer) -> str:
        """Return what an answer says about itself (RFC 6749 section 5.2), without anything secret."""
        body = answer.resource or {}
        if answer.status == NO_ANSWER or "error" not in body:
            text = str(answer)
        else:
            said = ": ".join(str(body[name]) for name in ("error", "error_description") if body.get(name))
            text = f"{answer.status} {said}"
        return redact(text, self.secrets)
