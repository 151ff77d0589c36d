"""The web application: users are provisioned through the endpoint, sign in with an OpenID Provider, and leave by an event."""

from collections.abc import Callable
from typing import Any

import pytest

from examples.product.directory import Directory, ScimUnavailable
from lambdas.eventing.signing import Secrets
from tests.protocol.example_product.running import ADA, USER, Running


def test_a_provisioned_user_signs_in_and_sees_the_pages_of_the_permission_sets(product: Running):
    product.provision()
    assert not product.is_signed_in()
    assert product.sign_in("ada") == 200
    assert product.is_signed_in()
    assert product.browser.get("/pages/editor").status_code == 200
    assert product.browser.get("/pages/admin").status_code == 403


def test_a_user_who_is_disabled_is_out_with_the_event_and_cannot_return(product: Running):
    ada = product.provision()
    product.sign_in("ada")
    product.change(ada, "active", value=False)
    assert product.is_signed_in(), "the product does not know yet"
    assert product.deliver(f"/Users/{ada}", "urn:ietf:params:scim:event:prov:deactivate") == 204
    assert not product.is_signed_in()
    assert product.sign_in("ada") == 403

    product.change(ada, "active", value=True)
    product.deliver(f"/Users/{ada}", "urn:ietf:params:scim:event:prov:activate")
    assert not product.is_signed_in(), "the old session does not come back"
    assert product.sign_in("ada") == 200


def test_a_deleted_user_is_out(product: Running):
    ada = product.provision()
    product.sign_in("ada")
    product.api.delete(f"/Users/{ada}")
    product.deliver(f"/Users/{ada}", "urn:ietf:params:scim:event:prov:delete")
    assert not product.is_signed_in()


def test_a_permission_set_that_is_gained_opens_its_page_in_the_same_session(product: Running):
    ada = product.provision()
    product.sign_in("ada")
    product.change(ada, "roles", [{"value": "admin", "primary": True}])
    product.deliver(f"/Users/{ada}", "urn:serverless-scim:event:permissions:changed")
    assert product.browser.get("/pages/admin").status_code == 200
    assert product.browser.get("/pages/editor").status_code == 403


@pytest.mark.parametrize("stranger", ["eve", "mallory"])
def test_the_same_email_address_or_object_id_of_another_tenant_lets_nobody_in(product: Running, stranger: str):
    product.provision()
    assert product.sign_in(stranger) == 403
    assert not product.is_signed_in()


def test_an_event_that_is_not_signed_with_the_secret_changes_nothing(product: Running):
    ada = product.provision()
    product.sign_in("ada")
    product.change(ada, "active", value=False)
    assert product.deliver(f"/Users/{ada}", "urn:ietf:params:scim:event:prov:deactivate", Secrets.new()) == 401
    assert product.is_signed_in()


def test_a_reconciliation_repairs_what_no_event_told(product: Running):
    ada = product.provision()
    product.sign_in("ada")
    product.change(ada, "active", value=False)
    product.directory.reconcile()
    assert not product.is_signed_in()
    product.api.delete(f"/Users/{ada}")
    product.directory.reconcile()
    assert product.directory.user(ada) is None


@pytest.mark.parametrize(
    "read",
    [
        lambda directory, ada: directory.reconcile(),
        lambda directory, ada: directory.read_again(f"/Users/{ada}"),
        lambda directory, ada: directory.user_by_object_id(ADA),
    ],
    ids=["reconciliation", "event", "sign-in"],
)
def test_a_deleted_user_does_not_come_back_with_an_answer_from_before(
    product: Running, monkeypatch: pytest.MonkeyPatch, read: Callable[[Directory, str], Any]
):
    ada = product.provision()
    get = product.directory._get

    def overtaken(path: str) -> Any:
        answer = get(path)
        monkeypatch.setattr(product.directory, "_get", get)
        product.api.delete(f"/Users/{ada}")
        product.deliver(f"/Users/{ada}", "urn:ietf:params:scim:event:prov:delete")
        return answer

    monkeypatch.setattr(product.directory, "_get", overtaken)
    assert read(product.directory, ada) is None
    assert product.directory.user(ada) is None


def test_signing_out_ends_the_session_on_the_server(product: Running):
    product.provision()
    product.sign_in("ada")
    cookie = product.browser.get_cookie("product")
    assert cookie is not None
    product.browser.post("/sign-out")
    product.browser.set_cookie("product", cookie.value)
    assert not product.is_signed_in()


def test_a_user_is_found_in_the_copy_while_the_endpoint_does_not_answer(
    product: Running, monkeypatch: pytest.MonkeyPatch
):
    product.provision()
    product.directory.reconcile()

    def unavailable(path: str) -> Any:
        raise ScimUnavailable("500")

    monkeypatch.setattr(product.directory, "_get", unavailable)
    assert product.sign_in("ada") == 200


def test_two_users_with_the_object_id_let_nobody_in(product: Running):
    product.provision()
    product.api.post("/Users", {"schemas": [USER], "userName": "twin@example.com", "externalId": ADA})
    assert product.sign_in("ada") == 403


def test_no_page_is_kept_in_a_cache_or_shown_in_a_frame(product: Running):
    product.provision()
    product.sign_in("ada")
    headers = product.browser.get("/").headers
    assert headers["Cache-Control"] == "no-store"
    assert "frame-ancestors 'none'" in headers["Content-Security-Policy"]


def test_a_form_of_another_site_is_refused(product: Running):
    product.provision()
    product.sign_in("ada")
    refused = product.browser.post("/sign-out", headers={"Origin": "https://evil.example.com"})
    assert refused.status_code == 403
    assert product.is_signed_in()
