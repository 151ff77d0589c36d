"""An issuer of assertions in Entra ID's form: a JWKS server on 127.0.0.1, and assertions signed with its keys."""

import base64
import hmac
import json
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from joserfc import jws
from joserfc.jwk import RSAKey

from tests.servers import in_a_thread

TENANT = "8f6d1b7e-3a70-4f0e-9f64-2f3f6c1d2b11"
SUBJECT = "5d4c7c1e-9a57-4f43-8f1b-0d7f2f9f7a02"
APPLICATION = "0b8c2f64-6a1d-4f0c-8e55-b5d1a4b4a9c3"

SIGNING = jws.JWSRegistry(algorithms=["RS256", "PS256", "RS512"], strict_check_header=False)

KEYS = [RSAKey.generate_key(2048, {"kid": f"key-{number}", "use": "sig"}) for number in range(3)]
"""Generated once: that takes longer than a test."""


@dataclass
class Entra:
    """One tenant. It answers with :attr:`status` and :attr:`content`, which are its keys unless a test says otherwise."""

    url: str
    published: list[RSAKey] = field(default_factory=lambda: [KEYS[0]])
    status: int = 200
    content: bytes | None = None
    headers: dict[str, str] = field(default_factory=dict)
    delay: float = 0.0
    requests: list[str] = field(default_factory=list)

    @property
    def issuer(self) -> str:
        return f"{self.url}/{TENANT}/v2.0"

    @property
    def keys_url(self) -> str:
        return f"{self.url}/{TENANT}/discovery/v2.0/keys"

    def body(self) -> bytes:
        if self.content is not None:
            return self.content
        return json.dumps({"keys": [public(each) for each in self.published]}).encode()

    def claims(self, **changed: Any) -> dict[str, Any]:
        """The claims of a good assertion, some of them otherwise; None leaves one out."""
        now = int(time.time())
        claims = {
            "aud": APPLICATION,
            "iss": self.issuer,
            "iat": now,
            "nbf": now,
            "exp": now + 3600,
            "sub": SUBJECT,
            "oid": SUBJECT,
            "tid": TENANT,
            "azp": APPLICATION,
            "uti": "x",
            "ver": "2.0",
        }
        return {name: value for name, value in (claims | changed).items() if value is not None}

    def sign(self, key: RSAKey = KEYS[0], header: dict[str, Any] | None = None, **changed: Any) -> str:
        """An assertion signed with RS256."""
        return self.sign_text(json.dumps(self.claims(**changed)), key, header)

    def sign_text(self, payload: str, key: RSAKey = KEYS[0], header: dict[str, Any] | None = None) -> str:
        """Any text signed as an assertion."""
        protected = {"alg": "RS256", "typ": "JWT", "kid": key.kid, **(header or {})}
        return jws.serialize_compact(protected, payload.encode(), key, registry=SIGNING)

    def sign_with_public_key(self) -> str:
        """An assertion signed with HS256 and the public key as the shared secret."""
        parts = [{"alg": "HS256", "typ": "JWT", "kid": KEYS[0].kid}, self.claims()]
        text = b".".join(encoded(json.dumps(each).encode()) for each in parts)
        signature = hmac.digest(KEYS[0].as_pem(private=False), text, "sha256")
        return b".".join([text, encoded(signature)]).decode()


def encoded(content: bytes) -> bytes:
    """Base 64 as JWTs have it."""
    return base64.urlsafe_b64encode(content).rstrip(b"=")


def public(key: RSAKey) -> dict[str, Any]:
    """A key as Entra ID publishes it."""
    return {**key.as_dict(private=False), "x5t": key.kid, "x5c": ["MIIC"]}


@contextmanager
def running_entra() -> Iterator[Entra]:
    """Run the server of a tenant's keys."""
    entra = Entra("")

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            entra.requests.append(self.path)
            time.sleep(entra.delay)
            found = self.path == entra.keys_url.removeprefix(entra.url)
            body = entra.body() if found else b"nothing here"
            self.send_response(entra.status if found else 404)
            for name, value in {"Content-Length": str(len(body)), **entra.headers}.items():
                self.send_header(name, value)
            self.end_headers()
            try:
                self.wfile.write(body)
            except OSError:
                return

        def log_message(self, *_: object) -> None:
            return

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    entra.url = f"http://127.0.0.1:{server.server_port}"
    with in_a_thread(server):
        yield entra
