"""The example product: its users are provisioned through the endpoint, sign in with an OpenID Provider, and leave by an event."""

import threading
import uuid
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qsl, urlencode, urlsplit

import pytest
import urllib3
from authlib.oauth2.rfc6749.grants import AuthorizationCodeGrant
from flask.testing import FlaskClient
from oidc_provider_mock import User, run_server_in_thread

from examples.product import desktop
from examples.product.app import create_app
from examples.product.directory import Directory
from examples.product.sessions import Sessions
from examples.product.settings import Settings
from lambdas.eventing.event import encode
from lambdas.eventing.signing import Secrets, headers
from support.environments import SETS
from tests.protocol.client import Api
from tests.protocol.served import TOKEN, serving

TENANT = "8f6d1b7e-3a70-4f0e-9f64-2f3f6c1d2b11"
ADA, EVE, MALLORY = (str(uuid.uuid5(uuid.NAMESPACE_DNS, name)) for name in ("ada", "eve", "mallory"))
USER = "urn:ietf:params:scim:schemas:core:2.0:User"
PATCH = "urn:ietf:params:scim:api:messages:2.0:PatchOp"
FILE = '[permissions]\nsources = ["roles"]\n' + SETS


@pytest.fixture(scope="module")
def issuer() -> Iterator[str]:
    """An OpenID Provider with a user of the customer, one who is not provisioned, and one of another tenant with Ada's data."""
    people = [
        User(sub="ada", claims={"tid": TENANT, "oid": ADA, "email": "ada@example.com"}),
        User(sub="eve", claims={"tid": TENANT, "oid": EVE, "email": "ada@example.com"}),
        User(sub="mallory", claims={"tid": MALLORY, "oid": ADA, "email": "ada@example.com"}),
    ]
    # The provider's library takes clients without a secret, which the provider does not switch on.
    methods = ["client_secret_basic", "client_secret_post", "none"]
    with pytest.MonkeyPatch.context() as patch, run_server_in_thread(user_claims=people) as server:
        patch.setattr(AuthorizationCodeGrant, "TOKEN_ENDPOINT_AUTH_METHODS", methods)
        yield f"http://localhost:{server.server_port}"


def authorize(url: str, person: str) -> str:
    """Sign in at the provider's page as a person, and return the URL that it sends the browser to."""
    parts = urlsplit(url)
    page = f"{parts.scheme}://{parts.netloc}{parts.path}?{urlencode(parse_qsl(parts.query))}"
    form = {"Content-Type": "application/x-www-form-urlencoded"}
    answer = urllib3.request("POST", page, body=urlencode({"sub": person}), headers=form, redirect=False)
    return str(answer.headers["Location"])


@dataclass
class Product:
    """The running product, the identity provider's connection to its directory, and one browser."""

    api: Api
    directory: Directory
    secrets: Secrets
    browser: FlaskClient
    sessions: Sessions
    events: int = field(default=0)

    def provision(self, role: str = "editor") -> str:
        """Provision Ada, and return her id."""
        body = {
            "schemas": [USER],
            "userName": "ada@example.com",
            "externalId": ADA,
            "active": True,
            "roles": [{"value": role, "primary": True}],
        }
        user = str(self.api.post("/Users", body).json["id"])
        self.tell(f"/Users/{user}", "urn:ietf:params:scim:event:prov:create:notice")
        return user

    def change(self, user: str, path: str, value: Any) -> None:
        operation = {"op": "replace", "path": path, "value": value}
        reply = self.api.patch(f"/Users/{user}", {"schemas": [PATCH], "Operations": [operation]})
        assert reply.status in (200, 204), reply.json

    def tell(self, uri: str, event_type: str, secrets: Secrets | None = None) -> int:
        """Deliver an event as the webhooks function does, and return the product's status."""
        self.events += 1
        claims = {"jti": f"e{self.events}", "sub_id": {"format": "scim", "uri": uri}, "events": {event_type: {}}}
        body = encode(claims)
        signed = headers(str(claims["jti"]), body, secrets or self.secrets)
        return int(self.browser.post("/hooks/scim", data=body, headers=signed).status_code)

    def sign_in(self, person: str) -> int:
        """Sign in at the provider's page as a person, and return the status of the page that the product shows."""
        back = urlsplit(authorize(self.browser.get("/sign-in").location, person))
        return int(self.browser.get(f"{back.path}?{back.query}", follow_redirects=True).status_code)

    def is_signed_in(self) -> bool:
        return bool(self.browser.get("/").status_code == 200)


@pytest.fixture
def product(endpoint_of: Callable[[str], Api], issuer: str) -> Iterator[Product]:
    api = endpoint_of(FILE)
    secrets = Secrets.new()
    with serving(api) as tenant_url:
        settings = Settings(tenant_url, TOKEN, secrets.current, issuer, TENANT, "desktop", "product", "secret", "key")
        directory, sessions = Directory(tenant_url, TOKEN), Sessions()
        app = create_app(settings, directory, sessions)
        yield Product(api, directory, secrets, app.test_client(), sessions)


def test_a_provisioned_user_signs_in_and_sees_the_pages_of_the_permission_sets(product: Product):
    product.provision()
    assert not product.is_signed_in()
    assert product.sign_in("ada") == 200
    assert product.is_signed_in()
    assert product.browser.get("/pages/editor").status_code == 200
    assert product.browser.get("/pages/admin").status_code == 403


def test_a_user_who_is_disabled_is_out_with_the_event_and_cannot_return(product: Product):
    ada = product.provision()
    product.sign_in("ada")
    product.change(ada, "active", value=False)
    assert product.is_signed_in(), "the product does not know yet"
    assert product.tell(f"/Users/{ada}", "urn:ietf:params:scim:event:prov:deactivate") == 204
    assert not product.is_signed_in()
    assert product.sign_in("ada") == 403

    product.change(ada, "active", value=True)
    product.tell(f"/Users/{ada}", "urn:ietf:params:scim:event:prov:activate")
    assert not product.is_signed_in(), "the old session does not come back"
    assert product.sign_in("ada") == 200


def test_a_deleted_user_is_out(product: Product):
    ada = product.provision()
    product.sign_in("ada")
    product.api.delete(f"/Users/{ada}")
    product.tell(f"/Users/{ada}", "urn:ietf:params:scim:event:prov:delete")
    assert not product.is_signed_in()


def test_a_permission_set_that_is_gained_opens_its_page_in_the_same_session(product: Product):
    ada = product.provision()
    product.sign_in("ada")
    product.change(ada, "roles", [{"value": "admin", "primary": True}])
    product.tell(f"/Users/{ada}", "urn:serverless-scim:event:permissions:changed")
    assert product.browser.get("/pages/admin").status_code == 200
    assert product.browser.get("/pages/editor").status_code == 403


@pytest.mark.parametrize("stranger", ["eve", "mallory"])
def test_the_same_email_address_or_object_id_of_another_tenant_lets_nobody_in(product: Product, stranger: str):
    product.provision()
    assert product.sign_in(stranger) == 403
    assert not product.is_signed_in()


def test_an_event_that_is_not_signed_with_the_secret_changes_nothing(product: Product):
    ada = product.provision()
    product.sign_in("ada")
    product.change(ada, "active", value=False)
    assert product.tell(f"/Users/{ada}", "urn:ietf:params:scim:event:prov:deactivate", Secrets.new()) == 401
    assert product.is_signed_in()


def test_a_reconciliation_repairs_what_no_event_told(product: Product):
    ada = product.provision()
    product.sign_in("ada")
    product.change(ada, "active", value=False)
    product.directory.reconcile()
    assert not product.is_signed_in()
    product.api.delete(f"/Users/{ada}")
    product.directory.reconcile()
    assert product.directory.user(ada) is None


def test_signing_out_ends_the_session_on_the_server(product: Product):
    product.provision()
    product.sign_in("ada")
    cookie = product.browser.get_cookie("product")
    assert cookie is not None
    product.browser.post("/sign-out")
    product.browser.set_cookie("product", cookie.value)
    assert not product.is_signed_in()


def desktop_sign_in(issuer: str, person: str, client_id: str = "desktop") -> str:
    """Sign in as a person on a desktop, in whose browser a thread clicks, and return the ID token."""

    def browse(url: str) -> None:
        threading.Thread(target=lambda: urllib3.request("GET", authorize(url, person)), daemon=True).start()

    return desktop.sign_in(issuer, client_id, browse)


def test_a_desktop_client_signs_in_without_a_secret_and_is_out_with_the_event(product: Product, issuer: str):
    ada = product.provision()
    bearer = {"Authorization": f"Bearer {desktop_sign_in(issuer, 'ada')}"}
    answer = product.browser.get("/api/me", headers=bearer)
    assert (answer.status_code, answer.json) == (200, {"id": ada, "permissions": ["editor"]})
    product.change(ada, "active", value=False)
    product.tell(f"/Users/{ada}", "urn:ietf:params:scim:event:prov:deactivate")
    assert product.browser.get("/api/me", headers=bearer).status_code == 403


def test_the_api_takes_no_token_of_another_client_person_or_none(product: Product, issuer: str):
    product.provision()
    other = desktop_sign_in(issuer, "ada", client_id="other")
    for token, status in ((other, 401), (desktop_sign_in(issuer, "mallory"), 403), ("", 401), ("a.b.c", 401)):
        answer = product.browser.get("/api/me", headers={"Authorization": f"Bearer {token}"})
        assert answer.status_code == status
