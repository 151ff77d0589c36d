"""The running example product, the identity provider's connection to its directory, and one browser."""

import uuid
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qsl, urlencode, urlsplit

import urllib3
from flask.testing import FlaskClient

from examples.product.directory import Directory
from examples.product.product import Product
from lambdas.eventing.event import encode
from lambdas.eventing.signing import Secrets, headers
from tests.protocol.client import Api

TENANT = "8f6d1b7e-3a70-4f0e-9f64-2f3f6c1d2b11"
ADA, EVE, MALLORY = (str(uuid.uuid5(uuid.NAMESPACE_DNS, name)) for name in ("ada", "eve", "mallory"))
USER = "urn:ietf:params:scim:schemas:core:2.0:User"
PATCH = "urn:ietf:params:scim:api:messages:2.0:PatchOp"
URL = "http://localhost"


def authorize(url: str, person: str) -> str:
    """Sign in at the provider's page as a person, and return the URL that it sends the browser to."""
    parts = urlsplit(url)
    page = f"{parts.scheme}://{parts.netloc}{parts.path}?{urlencode(parse_qsl(parts.query))}"
    form = {"Content-Type": "application/x-www-form-urlencoded"}
    answer = urllib3.request("POST", page, body=urlencode({"sub": person}), headers=form, redirect=False)
    return str(answer.headers["Location"])


@dataclass
class Running:
    """The running product, the identity provider's connection to its directory, and one browser."""

    api: Api
    product: Product
    secrets: Secrets
    browser: FlaskClient
    events: int = field(default=0)

    @property
    def directory(self) -> Directory:
        return self.product.directory

    def provision(self, role: str = "editor") -> str:
        """Provision Ada, and return her id. No event is delivered: signing in asks the endpoint."""
        body = {
            "schemas": [USER],
            "userName": "ada@example.com",
            "externalId": ADA,
            "active": True,
            "roles": [{"value": role, "primary": True}],
        }
        return str(self.api.post("/Users", body).json["id"])

    def change(self, user: str, path: str, value: Any) -> None:
        operation = {"op": "replace", "path": path, "value": value}
        reply = self.api.patch(f"/Users/{user}", {"schemas": [PATCH], "Operations": [operation]})
        assert reply.status in (200, 204), reply.json

    def deliver(self, uri: str, event_type: str, secrets: Secrets | None = None) -> int:
        """Deliver an event as the webhooks function does, and return the product's status."""
        self.events += 1
        claims = {"jti": f"e{self.events}", "sub_id": {"format": "scim", "uri": uri}, "events": {event_type: {}}}
        body = encode(claims)
        signed = headers(str(claims["jti"]), body, secrets or self.secrets)
        return int(self.browser.post("/hooks/scim", data=body, headers=signed).status_code)

    def sign_in(self, person: str) -> int:
        """Sign in at the provider's page as a person, and return the status of the page that the product shows."""
        back = urlsplit(authorize(self.browser.get("/sign-in/external").location, person))
        return int(self.browser.get(f"{back.path}?{back.query}", follow_redirects=True).status_code)

    def is_signed_in(self) -> bool:
        return bool(self.browser.get("/").status_code == 200)
