"""The example product over the API function, and an OpenID Provider."""

from collections.abc import Callable, Iterator

import pytest
from authlib.oauth2.rfc6749.grants import AuthorizationCodeGrant
from oidc_provider_mock import User, run_server_in_thread

from examples.product.app import create_app
from examples.product.directory import Directory
from examples.product.product import Product
from examples.product.settings import Settings
from lambdas.eventing.signing import Secrets
from support.environments import SETS
from tests.protocol.client import Api
from tests.protocol.example_product.running import ADA, EVE, MALLORY, TENANT, URL, Running
from tests.protocol.served import TOKEN, serving

FILE = '[permissions]\nsources = ["roles"]\n' + SETS + '[login]\ndefault = "external"\n'


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


@pytest.fixture
def product(endpoint_of: Callable[[str], Api], issuer: str) -> Iterator[Running]:
    api = endpoint_of(FILE)
    secrets = Secrets.new()
    with serving(api) as tenant_url:
        settings = Settings(
            url=URL,
            tenant_url=tenant_url,
            scim_token=TOKEN,
            webhook_secret=secrets.current,
            issuer=issuer,
            tenant=TENANT,
            client_id="product",
            client_secret="secret",
            desktop_client_id="desktop",
            cookie_key="key",
            administrators="admin",
        )
        running = Product(settings, Directory(tenant_url, TOKEN))
        yield Running(api, running, secrets, create_app(running).test_client())
